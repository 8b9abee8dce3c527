//! What `aws login` keeps: keys, and the means to renew them.

use jiff::{SignedDuration, Timestamp};
use ring::digest::SHA256;
use serde_json::{Map, Value};

use super::dpop::Proof;
use super::keys::{Keys, instant};
use super::plan::failure;
use super::tokens::TokenFile;
use super::{Source, client, failed};
use crate::error::{Error, Kind};
use crate::redact;
use crate::shell::quoted;
use crate::source::aws::endpoints::Service;
use aws_sdk_signin::types::CreateOAuth2TokenRequestBody;

/// Keys that are valid for less than this are renewed.
const MARGIN: SignedDuration = SignedDuration::from_mins(5);

/// Gets the keys of the login `session` of the profile `profile`.
pub(super) async fn credentials(
    at: &Source<'_>,
    profile: &str,
    session: &str,
) -> Result<Keys, Error> {
    let with_login = |error: Error| {
        error.hint(format!(
            "log in with `aws login --profile {}`",
            quoted(profile)
        ))
    };
    let mut file = token_file(at, session).map_err(with_login)?;
    let keys = keys(&file).ok_or_else(|| {
        with_login(failure(
            "the token of the login is in no form that is known",
        ))
    })?;
    let now = Timestamp::now();
    if keys
        .expires
        .is_some_and(|expires| expires.duration_since(now) >= MARGIN)
    {
        return Ok(keys);
    }
    renew(at, profile, &mut file, now)
        .await
        .map_err(|error| match error.kind() {
            Kind::Credentials => with_login(error),
            _ => error,
        })
}

fn token_file(at: &Source<'_>, session: &str) -> Result<TokenFile, Error> {
    let environment = &at.scope.environment;
    let folder = match environment.os("AWS_LOGIN_CACHE_DIRECTORY") {
        Some(folder) => Some(environment.expanded(folder)),
        None => environment.in_home(".aws/login/cache"),
    };
    let folder = folder.ok_or_else(|| failure("there is no home folder to find the login in"))?;
    TokenFile::read(&folder, &SHA256, session.trim())
}

fn keys(file: &TokenFile) -> Option<Keys> {
    let kept = file.object("accessToken")?;
    let text = |key: &str| {
        kept.get(key)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    };
    Some(Keys {
        id: text("accessKeyId")?.to_owned(),
        secret: text("secretAccessKey")?.to_owned(),
        token: text("sessionToken").map(str::to_owned),
        expires: Some(instant(text("expiresAt")?)?),
    })
}

/// Renews the keys, and keeps the new ones.
async fn renew(
    at: &Source<'_>,
    profile: &str,
    file: &mut TokenFile,
    now: Timestamp,
) -> Result<Keys, Error> {
    let texts = (
        file.text("clientId"),
        file.secret("refreshToken"),
        file.secret("dpopKey"),
    );
    let (Some(id), Some(refresh), Some(key)) = texts else {
        return Err(failure(format!(
            "the login of profile `{profile}` has expired"
        )));
    };
    let proof = Proof::new(key)
        .ok_or_else(|| failure("the key of the login is in no form that is known"))?;
    let body = CreateOAuth2TokenRequestBody::builder()
        .client_id(id)
        .grant_type("refresh_token")
        .refresh_token(refresh)
        .build()
        .map_err(|_| failure("the token of the login is incomplete"))?;
    let region = at.region()?;
    let (endpoint, host) = at.endpoint(Service::Signin, &region)?;
    let client = client!(aws_sdk_signin, at, region, endpoint.as_ref(), None);
    let attempt = async || {
        let proof = proof.clone();
        let request = client
            .create_o_auth2_token()
            .token_input(body.clone())
            .customize();
        let request = request.mutate_request(move |request| {
            let header = proof.header(request.uri(), now.as_second());
            request.headers_mut().insert("DPoP", header);
        });
        request.send().await.map_err(|error| {
            failed(&error, "CreateOAuth2Token", &host, |code, said| {
                failure(format!(
                    "the login of profile `{profile}` is not accepted: {said} ({code})"
                ))
            })
        })
    };
    let answer = at.run("CreateOAuth2Token", attempt).await?;
    let answer = answer.token_output();
    let Some((output, keys)) = answer.and_then(|output| Some((output, output.access_token()?)))
    else {
        return Err(Error::new(
            Kind::Service,
            format!("`{host}` answered without credentials"),
        ));
    };
    let expires = now + SignedDuration::from_secs(output.expires_in().max(0).into());
    let renewed = Keys {
        id: keys.access_key_id().to_owned(),
        secret: keys.secret_access_key().to_owned(),
        token: Some(keys.session_token().to_owned()).filter(|token| !token.is_empty()),
        expires: Some(expires),
    };
    keep(file, &renewed, output.refresh_token(), expires)?;
    Ok(renewed)
}

fn keep(file: &mut TokenFile, keys: &Keys, refresh: &str, expires: Timestamp) -> Result<(), Error> {
    redact::hide(refresh);
    let mut token = file.object("accessToken").cloned().unwrap_or_default();
    token.insert("accessKeyId".to_owned(), keys.id.as_str().into());
    token.insert("secretAccessKey".to_owned(), keys.secret.as_str().into());
    token.insert("sessionToken".to_owned(), keys.token.as_deref().into());
    token.insert("expiresAt".to_owned(), format!("{expires:.0}").into());
    let mut changes = Map::new();
    changes.insert("accessToken".to_owned(), token.into());
    changes.insert("refreshToken".to_owned(), refresh.into());
    file.update(changes).map_err(|error| {
        Error::new(
            Kind::Other,
            format!("cannot keep the renewed keys of the login: {error}"),
        )
    })
}

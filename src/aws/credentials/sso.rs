//! Roles that a session of IAM Identity Center opens, with the token that `aws sso login` keeps.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};
use sha1::Sha1;

use super::keys::{Keys, is_header, unusable};
use super::plan::{Sso, failure};
use super::tokens::TokenFile;
use super::{Source, client, failed};
use crate::aws::endpoints::Service;
use crate::aws::scope::{of_profile, region};
use crate::error::{Error, Kind};
use crate::net::settings::Found;
use crate::redact;
use crate::shell::quoted;

/// A token that is valid for less than this is renewed.
const MARGIN: SignedDuration = SignedDuration::from_mins(15);

/// Gets the keys of the role.
pub(super) async fn role_credentials(at: &Source<'_>, sso: &Sso) -> Result<Keys, Error> {
    let region = region(Found {
        text: sso.region.clone(),
        origin: of_profile("sso_region", &sso.profile),
    })?;
    let token = token(at, sso, &region).await?;
    let (endpoint, host) = at.endpoint(Service::Sso, &region)?;
    let client = client!(aws_sdk_sso, at, region, endpoint.as_ref(), None);
    let attempt = async || {
        let request = client
            .get_role_credentials()
            .role_name(&sso.role_name)
            .account_id(&sso.account_id)
            .access_token(&token);
        let answer = request.send().await.map_err(|error| {
            failed(&error, "GetRoleCredentials", &host, |code, said| {
                refused(sso, code, said)
            })
        })?;
        Ok(answer.role_credentials)
    };
    let keys = at.run("GetRoleCredentials", attempt).await?;
    let keys = keys.and_then(|keys| {
        let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
        Some(Keys {
            id: text(keys.access_key_id())?,
            secret: text(keys.secret_access_key())?,
            token: text(keys.session_token()),
            expires: Timestamp::from_millisecond(keys.expiration())
                .ok()
                .filter(|_| keys.expiration() > 0),
        })
    });
    keys.ok_or_else(|| {
        Error::new(
            Kind::Service,
            format!("`{host}` answered without credentials"),
        )
    })
}

/// The access token of the session, renewed where it is about to expire and can be.
async fn token(at: &Source<'_>, sso: &Sso, region: &str) -> Result<String, Error> {
    let mut file = token_file(at, sso).map_err(|error| with_login(error, sso))?;
    let invalid = || {
        with_login(
            failure("the token of the SSO login is in no form that is known"),
            sso,
        )
    };
    let mut token = file.secret("accessToken").ok_or_else(invalid)?.to_owned();
    let mut expires = file.time("expiresAt").ok_or_else(invalid)?;
    let now = Timestamp::now();
    if sso.session.is_some()
        && expires.duration_since(now) < MARGIN
        && let Some((renewed, until)) = renew(at, sso, region, &mut file, (expires, now)).await?
    {
        token = renewed;
        expires = until;
    }
    if expires <= now {
        return Err(with_login(
            failure(format!(
                "the SSO login of profile `{}` has expired",
                sso.profile
            )),
            sso,
        ));
    }
    if !is_header(&token) {
        return Err(unusable("the token of the SSO login"));
    }
    Ok(token)
}

fn token_file(at: &Source<'_>, sso: &Sso) -> Result<TokenFile, Error> {
    let folder = at.scope.environment.in_home(".aws/sso/cache");
    let folder =
        folder.ok_or_else(|| failure("there is no home folder to find the SSO login in"))?;
    let name = sso.session.as_ref().unwrap_or(&sso.start_url);
    TokenFile::read::<Sha1>(&folder, name)
}

/// Renews the token, which expires then, and keeps the new one. `None` where that is not possible.
async fn renew(
    at: &Source<'_>,
    sso: &Sso,
    region: &str,
    file: &mut TokenFile,
    (expires, now): (Timestamp, Timestamp),
) -> Result<Option<(String, Timestamp)>, Error> {
    let texts = (
        file.text("clientId"),
        file.secret("clientSecret"),
        file.secret("refreshToken"),
    );
    let (Some(id), Some(secret), Some(refresh)) = texts else {
        return Ok(None);
    };
    if file
        .time("registrationExpiresAt")
        .is_none_or(|expires| expires <= now)
    {
        return Ok(None);
    }
    let (endpoint, host) = at.endpoint(Service::SsoOidc, region)?;
    let client = client!(
        aws_sdk_ssooidc,
        at,
        region.to_owned(),
        endpoint.as_ref(),
        None
    );
    let attempt = async || {
        let request = client
            .create_token()
            .grant_type("refresh_token")
            .client_id(id)
            .client_secret(secret)
            .refresh_token(refresh);
        request
            .send()
            .await
            .map_err(|error| failed(&error, "CreateToken", &host, |_, said| failure(said)))
    };
    let answer = match at.run("CreateToken", attempt).await {
        Ok(answer) => answer,
        // It is no matter of the login that the network fails.
        Err(error) if error.kind() == Kind::Service && expires <= now => return Err(error),
        // As long as the old token is valid it serves, and else it is found to have expired.
        Err(_) => return Ok(None),
    };
    let Some(token) = answer.access_token() else {
        return Ok(None);
    };
    redact::hide(token);
    let until = now + SignedDuration::from_secs(answer.expires_in().max(0).into());
    let text = |text: &str| Value::from(text);
    let mut changes = Map::new();
    changes.insert("startUrl".to_owned(), text(&sso.start_url));
    changes.insert("region".to_owned(), text(region));
    changes.insert("accessToken".to_owned(), text(token));
    changes.insert("expiresAt".to_owned(), text(&format!("{until:.0}")));
    if let Some(refresh) = answer.refresh_token() {
        redact::hide(refresh);
        changes.insert("refreshToken".to_owned(), text(refresh));
    }
    let token = token.to_owned();
    file.update(changes).map_err(|error| {
        Error::new(
            Kind::Other,
            format!("cannot keep the renewed token of the SSO login: {error}"),
        )
    })?;
    Ok(Some((token, until)))
}

fn refused(sso: &Sso, code: &str, said: &str) -> Error {
    let profile = &sso.profile;
    match code {
        "UnauthorizedException" => with_login(
            failure(format!(
                "the SSO login of profile `{profile}` is not accepted: {said}"
            )),
            sso,
        ),
        _ => failure(format!(
            "SSO refuses the role of profile `{profile}`: {said} ({code})"
        ))
        .hint(format!(
            "check `sso_account_id` and `sso_role_name`, and that the role `{}` is assigned to you",
            sso.role_name
        )),
    }
}

fn with_login(error: Error, sso: &Sso) -> Error {
    error.hint(format!(
        "log in with `aws sso login --profile {}`",
        quoted(&sso.profile)
    ))
}

//! Roles, from STS.

use std::path::Path;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sts::types::Credentials;
use jiff::Timestamp;

use super::keys::Keys;
use super::plan::{Plan, Role, failure};
use super::{Source, client, failed};
use crate::aws::endpoints::Service;
use crate::error::{Error, Kind};
use crate::redact;

/// The longest web identity token, in bytes: STS takes 20,000.
const LONGEST_TOKEN: u64 = 1 << 20;

/// Assumes `role` with `keys`, the credentials of `source`.
pub(super) async fn assume_role(
    at: &Source<'_>,
    role: &Role,
    keys: &Keys,
    source: &Plan,
) -> Result<Keys, Error> {
    keys.check([
        &format!("the access key id of {}", source.description()),
        &format!("the session token of {}", source.description()),
    ])?;
    let (client, host) = sts(at, Some(keys))?;
    let attempt = async || {
        let request = client
            .assume_role()
            .role_arn(&role.arn)
            .role_session_name(session_name(role))
            .set_external_id(role.external_id.clone())
            .set_duration_seconds(role.duration_seconds);
        let answer = request.send().await.map_err(|error| {
            failed(&error, "AssumeRole", &host, |code, said| {
                refused(role, Some(source), code, said)
            })
        })?;
        Ok(answer.credentials)
    };
    read(at.run("AssumeRole", attempt).await?, &host)
}

/// Has the token in the file `token_file` assume `role`.
pub(super) async fn assume_role_with_web_identity(
    at: &Source<'_>,
    token_file: &str,
    role: &Role,
) -> Result<Keys, Error> {
    let token = read_token(Path::new(token_file))?;
    let (client, host) = sts(at, None)?;
    let attempt = async || {
        let request = client
            .assume_role_with_web_identity()
            .role_arn(&role.arn)
            .role_session_name(session_name(role))
            .web_identity_token(&token);
        let answer = request.send().await.map_err(|error| {
            failed(&error, "AssumeRoleWithWebIdentity", &host, |code, said| {
                refused(role, None, code, said)
            })
        })?;
        Ok(answer.credentials)
    };
    read(at.run("AssumeRoleWithWebIdentity", attempt).await?, &host)
}

fn sts(at: &Source<'_>, keys: Option<&Keys>) -> Result<(aws_sdk_sts::Client, String), Error> {
    let region = at.region()?;
    let (endpoint, host) = at.endpoint(Service::Sts, &region)?;
    let keys = keys.map(|keys| SharedCredentialsProvider::new(keys.for_sdk()));
    Ok((
        client!(aws_sdk_sts, at, region, endpoint.as_ref(), keys),
        host,
    ))
}

fn session_name(role: &Role) -> String {
    let made_up = || format!("ecrpub-{}", Timestamp::now().as_second());
    role.session_name.clone().unwrap_or_else(made_up)
}

fn read_token(path: &Path) -> Result<String, Error> {
    let unusable = |why: &str| {
        failure(format!(
            "cannot read the web identity token in `{}`: {why}",
            path.display()
        ))
    };
    let length = std::fs::metadata(path)
        .map_err(|error| unusable(&error.to_string()))?
        .len();
    if length > LONGEST_TOKEN {
        return Err(unusable("it is too long"));
    }
    let token = std::fs::read_to_string(path).map_err(|error| unusable(&error.to_string()))?;
    redact::hide(&token);
    if token.chars().count() < 4 {
        return Err(unusable("it is too short"));
    }
    Ok(token)
}

fn read(credentials: Option<Credentials>, host: &str) -> Result<Keys, Error> {
    let credentials = credentials
        .filter(|keys| !keys.access_key_id().is_empty() && !keys.secret_access_key().is_empty());
    let keys = credentials.ok_or_else(|| {
        Error::new(
            Kind::Service,
            format!("`{host}` answered without credentials"),
        )
    })?;
    let expires = keys.expiration();
    Ok(Keys {
        id: keys.access_key_id().to_owned(),
        secret: keys.secret_access_key().to_owned(),
        token: Some(keys.session_token().to_owned()).filter(|token| !token.is_empty()),
        expires: Timestamp::from_second(expires.secs()).ok(),
    })
}

/// STS refuses the role to `source`, or to the web identity token.
fn refused(role: &Role, source: Option<&Plan>, code: &str, said: &str) -> Error {
    let what = role.description();
    let error = failure(format!("cannot assume {what}: {said} ({code})"));
    match (code, source) {
        ("AccessDenied" | "AccessDeniedException", Some(source)) => error.hint(format!(
            "the role `{}` must trust {}, which must be allowed `sts:AssumeRole`",
            role.arn,
            source.description()
        )),
        ("ExpiredToken" | "ExpiredTokenException", Some(source)) => match source.login_command() {
            Some(command) => error.hint(format!("log in again with `{command}`")),
            None => error.hint(format!("renew {}", source.description())),
        },
        (
            "InvalidClientTokenId" | "SignatureDoesNotMatch" | "UnrecognizedClientException",
            Some(source),
        ) => error.hint(format!("check {}", source.description())),
        (_, None) => error.hint("check the token in the file, and the trust policy of the role"),
        _ => error,
    }
}

//! Roles, from STS.

use std::io::Read;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sts::Client;
use aws_sdk_sts::config::retry::RetryConfig;
use aws_sdk_sts::config::timeout::TimeoutConfig;
use aws_sdk_sts::config::{BehaviorVersion, Builder, Region, StalledStreamProtectionConfig};
use aws_sdk_sts::types::Credentials;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use jiff::Timestamp;

use super::chain::{AssumedRole, CredentialSource};
use super::credentials::Resolver;
use super::failures::{self, credentials_error};
use super::keys::Keys;
use super::service::Service;
use crate::error::{Error, Kind};
use crate::net::errors::is_passing;
use crate::net::http::LONGEST_TOKEN;
use crate::net::retry::Failure;
use crate::net::settings::host;
use crate::redact;

/// Assumes `role` with `keys`, the credentials of `source`.
pub(super) async fn assume_role(
    at: &Resolver<'_>,
    role: &AssumedRole,
    keys: &Keys,
    source: &CredentialSource,
) -> Result<Keys, Error> {
    let (client, host) = client(at, Some(keys))?;
    let request = client
        .assume_role()
        .role_arn(&role.arn)
        .role_session_name(session_name(role))
        .set_external_id(role.external_id.clone())
        .set_duration_seconds(role.duration_seconds);
    let attempt = async || {
        let answer = request.clone().send().await;
        let answer = answer.map_err(|error| {
            failed(&error, "AssumeRole", &host, |code, said| {
                refused(role, source, code, said)
            })
        });
        Ok(answer?.credentials)
    };
    read(at.run("AssumeRole", attempt).await?, &host)
}

/// Assumes `role` with the token in the file `token_file`.
pub(super) async fn assume_role_with_web_identity(
    at: &Resolver<'_>,
    token_file: &str,
    role: &AssumedRole,
) -> Result<Keys, Error> {
    const OPERATION: &str = "AssumeRoleWithWebIdentity";
    let token = read_token(token_file)?;
    let (client, host) = client(at, None)?;
    let request = client
        .assume_role_with_web_identity()
        .role_arn(&role.arn)
        .role_session_name(session_name(role))
        .web_identity_token(&token);
    let attempt = async || {
        let answer = request.clone().send().await;
        let answer = answer.map_err(|error| {
            failed(&error, OPERATION, &host, |code, said| {
                cannot_assume(role, code, said)
                    .hint("check the token in the file, and the trust policy of the role")
            })
        });
        Ok(answer?.credentials)
    };
    read(at.run(OPERATION, attempt).await?, &host)
}

/// The SDK's client, and the host that it asks: nothing is read from the environment, and the time-outs
/// and retries are ours.
fn client(at: &Resolver<'_>, keys: Option<&Keys>) -> Result<(Client, String), Error> {
    let (settings, region) = (at.settings, at.region()?);
    let endpoint = at.scope.endpoint(Service::Sts)?;
    let host = match &endpoint {
        Some(url) => host(url),
        None => Service::Sts.host(&region, settings.dual_stack),
    };
    let mut config = Builder::new()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(region))
        .http_client(settings.transport.http.limited(LONGEST_TOKEN))
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        // Dual-stack is a choice between the region's own endpoints.
        .use_dual_stack(settings.dual_stack && endpoint.is_none());
    config.set_endpoint_url(endpoint.map(Into::into));
    let keys = keys.map(|keys| SharedCredentialsProvider::new(keys.for_sdk()));
    config.set_credentials_provider(keys);
    Ok((Client::from_conf(config.build()), host))
}

fn session_name(role: &AssumedRole) -> String {
    let made_up = || format!("ecrpub-{}", Timestamp::now().as_second());
    role.session_name.clone().unwrap_or_else(made_up)
}

fn read_token(path: &str) -> Result<String, Error> {
    let unusable = |why: &str| {
        let error = format!("cannot read the web identity token in `{path}`: {why}");
        credentials_error(error)
    };
    // STS takes 20,000 bytes.
    let mut token = String::new();
    let read = std::fs::File::open(path)
        .and_then(|file| file.take(LONGEST_TOKEN).read_to_string(&mut token));
    read.map_err(|error| unusable(&error.to_string()))?;
    redact::hide(&token);
    if token.chars().count() < 4 {
        return Err(unusable("it is too short"));
    }
    Ok(token)
}

fn read(credentials: Option<Credentials>, host: &str) -> Result<Keys, Error> {
    let credentials = credentials
        .filter(|keys| !keys.access_key_id.is_empty() && !keys.secret_access_key.is_empty());
    let keys = credentials.ok_or_else(|| {
        let error = format!("`{host}` answered without credentials");
        Error::new(Kind::Service, error)
    })?;
    Ok(Keys {
        id: keys.access_key_id,
        secret: keys.secret_access_key,
        token: Some(keys.session_token).filter(|token| !token.is_empty()),
        expires: Timestamp::from_second(keys.expiration.secs()).ok(),
    })
}

/// The failure of a request to STS; `refused` maps codes and messages that are not temporary.
fn failed<E>(
    error: &SdkError<E, HttpResponse>,
    operation: &str,
    host: &str,
    refused: impl FnOnce(&str, &str) -> Error,
) -> Failure
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    failures::failed(error, operation, host, |code, message, status| {
        let refusal = || Failure::fatal(refused(code, message.unwrap_or(code)));
        (!is_passing(code, status)).then(refusal)
    })
}

fn cannot_assume(role: &AssumedRole, code: &str, said: &str) -> Error {
    let role = role.description();
    credentials_error(format!("cannot assume {role}: {said} ({code})"))
}

/// STS refuses the role to `source`.
fn refused(role: &AssumedRole, source: &CredentialSource, code: &str, said: &str) -> Error {
    let (error, what) = (cannot_assume(role, code, said), source.description());
    match code {
        "AccessDenied" | "AccessDeniedException" => error.hint(format!(
            "the role `{}` must trust {what}, which must be allowed `sts:AssumeRole`",
            role.arn
        )),
        "ExpiredToken" | "ExpiredTokenException" => error.hint(source.renewal()),
        _ => error,
    }
}

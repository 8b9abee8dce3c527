//! Roles, from STS.

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sts::Client;
use aws_sdk_sts::config::retry::RetryConfig;
use aws_sdk_sts::config::timeout::TimeoutConfig;
use aws_sdk_sts::config::{BehaviorVersion, Builder, Region, StalledStreamProtectionConfig};
use aws_sdk_sts::types::Credentials;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::ProvideErrorKind;
use jiff::Timestamp;

use super::chain::{AssumedRole, CredentialSource};
use super::failures::{self, credentials_error, is_skewed};
use super::files::read_limited;
use super::keys::Keys;
use super::service::{Resolver, Service};
use crate::error::{Error, Kind};
use crate::net::errors;
use crate::net::http::LONGEST_TOKEN;
use crate::net::retry::{Failure, RetryCause};
use crate::net::settings::{first_line, host};
use crate::redact;

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
    let hint = |code: &str| assume_role_hint(role, source, code);
    let attempt = async || {
        let answer = request.clone().send().await;
        answer.map_err(|error| failed(&error, "AssumeRole", role, &host, hint))
    };
    read(at.run("AssumeRole", attempt).await?.credentials, &host)
}

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
    let hint = "check the token in the file, and the trust policy of the role";
    let hint = |_: &str| Some(hint.to_owned());
    let attempt = async || {
        let answer = request.clone().send().await;
        answer.map_err(|error| failed(&error, OPERATION, role, &host, hint))
    };
    read(at.run(OPERATION, attempt).await?.credentials, &host)
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
        let file = first_line(path);
        let error = format!("cannot read the web identity token in `{file}`: {why}");
        credentials_error(error)
    };
    let read = read_limited(path.as_ref());
    let token = read.map_err(|error| unusable(&error.to_string()))?;
    let token = String::from_utf8(token).map_err(|_| unusable("it is not UTF-8 text"))?;
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
        // They were just made, and this machine's clock may be wrong.
        expires: None,
    })
}

fn failed<E>(
    error: &SdkError<E, HttpResponse>,
    operation: &str,
    role: &AssumedRole,
    host: &str,
    hint: impl FnOnce(&str) -> Option<String>,
) -> Failure
where
    E: ProvideErrorMetadata + ProvideErrorKind + std::error::Error + 'static,
{
    let service = error.as_service_error();
    let is_passing = service.is_some_and(|error| error.retryable_error_kind().is_some());
    failures::failed(error, operation, host, |code, message, status| {
        let said = message.unwrap_or(code);
        let cause = match code {
            _ if errors::is_passing(code, status) => return None,
            _ if is_passing => {
                let failure = errors::failed(host, code, message, status);
                return Some(Failure::new(RetryCause::Server, failure.error));
            }
            _ if is_skewed(code) => RetryCause::Skewed,
            // STS did not reach the identity provider.
            "InvalidIdentityToken" if said.contains("retrieve verification key") => {
                RetryCause::Server
            }
            _ => RetryCause::Final,
        };
        let role = role.description();
        let error = credentials_error(format!("cannot assume {role}: {said} ({code})"));
        let error = match hint(code) {
            Some(hint) => error.hint(hint),
            None => error,
        };
        Some(Failure::new(cause, error))
    })
}

fn assume_role_hint(role: &AssumedRole, source: &CredentialSource, code: &str) -> Option<String> {
    let what = source.description();
    match code {
        "AccessDenied" | "AccessDeniedException" => Some(format!(
            "the role `{}` must trust {what}, which must be allowed `sts:AssumeRole`",
            first_line(&role.arn)
        )),
        "ExpiredToken" | "ExpiredTokenException" => Some(source.renewal()),
        _ if is_skewed(code) => Some(format!("check {what}, and the clock of this machine")),
        _ => None,
    }
}

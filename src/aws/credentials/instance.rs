//! Credentials of an instance's role, from its metadata service (`IMDSv2`).
//!
//! The SDK's client for the metadata sends the requests. Its `ImdsCredentialsProvider` is not used: it
//! reports an answer without credentials as free text, which may hold anything and is not printed.

use std::time::Duration;

use aws_config::imds;
use url::Url;

use super::keys::Keys;
use super::plan::failure;
use super::{Source, metadata, provider_config};
use crate::aws::scope::Scope;
use crate::error::{Error, Kind};
use crate::net::settings::{Found, host};

const IPV4: &str = "http://169.254.169.254";
const IPV6: &str = "http://[fd00:ec2::254]";
const ROLE: &str = "/latest/meta-data/iam/security-credentials/";

/// How the metadata service is reached.
#[derive(Debug, PartialEq, Eq)]
struct Settings {
    endpoint: Url,
    timeout: Duration,
    attempts: u32,
}

/// Checks the settings of the metadata service, which the AWS CLI does in every run.
///
/// # Errors
///
/// A usage error that names the setting.
pub(super) fn check(scope: &Scope) -> Result<(), Error> {
    settings(scope).map(|_| ())
}

/// Gets the keys of the instance's role; `None` where there is no metadata service, or no role.
///
/// # Errors
///
/// A credentials error for a role without keys.
pub(super) async fn credentials(at: &Source<'_>) -> Result<Option<Keys>, Error> {
    let disabled = at.scope.environment.get("AWS_EC2_METADATA_DISABLED");
    if disabled.is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return Ok(None);
    }
    let settings = settings(at.scope)?;
    let client = settings.client(at)?;
    let Some(answer) = answer(&client, settings.attempts).await else {
        return Ok(None);
    };
    let answer = answer.as_bytes();
    let keys = metadata::keys(answer);
    keys.map(Some)
        .ok_or_else(|| metadata::without_keys(answer, 200, &host(&settings.endpoint)))
}

/// The response with the keys of the role, or `None` if this is no instance or has no role.
async fn answer(client: &imds::Client, attempts: u32) -> Option<String> {
    let role = get(client, ROLE, attempts).await?;
    let role = role.trim();
    // The client panics where the path is not one of a URL.
    let is_named = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte);
    if role.is_empty() || !role.bytes().all(is_named) {
        return None;
    }
    get(client, &format!("{ROLE}{role}"), attempts).await
}

/// Whatever fails is tried again at once, as by the AWS CLI; the client would wait between attempts.
async fn get(client: &imds::Client, path: &str, attempts: u32) -> Option<String> {
    for _ in 0..attempts {
        if let Ok(answer) = client.get(path).await {
            return Some(answer.into());
        }
    }
    None
}

impl Settings {
    /// The SDK's client, which gets a token before the first request.
    fn client(&self, at: &Source<'_>) -> Result<imds::Client, Error> {
        let client = imds::Client::builder()
            .configure(&provider_config(&at.direct()))
            .endpoint(&self.endpoint)
            .map_err(|_| {
                let host = host(&self.endpoint);
                failure(format!(
                    "`{host}` cannot be asked for credentials at this URL"
                ))
            })?;
        // The first operation includes the request for the token.
        let operation_timeout = 2 * self.timeout;
        Ok(client
            .max_attempts(1)
            .connect_timeout(self.timeout)
            .read_timeout(self.timeout)
            .operation_attempt_timeout(operation_timeout)
            .operation_timeout(operation_timeout)
            .build())
    }
}

fn settings(scope: &Scope) -> Result<Settings, Error> {
    let endpoint = scope.find(
        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
        "ec2_metadata_service_endpoint",
    );
    let endpoint = match endpoint {
        Some(found) => found.endpoint()?,
        None if is_ipv6(scope)? => parsed(IPV6)?,
        None => parsed(IPV4)?,
    };
    let number = |variable, key, expected| {
        let found: Option<Found> = scope.find(variable, key);
        found.map_or(Ok(1), |found| {
            found
                .text
                .trim()
                .parse()
                .map_err(|_| found.unusable(expected))
        })
    };
    let seconds = number(
        "AWS_METADATA_SERVICE_TIMEOUT",
        "metadata_service_timeout",
        "a number of seconds",
    )?;
    let attempts = number(
        "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
        "metadata_service_num_attempts",
        "a number of attempts",
    )?;
    Ok(Settings {
        endpoint,
        timeout: Duration::from_secs(u64::from(seconds)),
        attempts,
    })
}

fn parsed(address: &str) -> Result<Url, Error> {
    Url::parse(address).map_err(|error| Error::new(Kind::Other, error))
}

fn is_ipv6(scope: &Scope) -> Result<bool, Error> {
    let mode = scope.find(
        "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
        "ec2_metadata_service_endpoint_mode",
    );
    match mode {
        Some(mode) if mode.text.eq_ignore_ascii_case("ipv6") => Ok(true),
        Some(mode) if mode.text.eq_ignore_ascii_case("ipv4") => Ok(false),
        Some(mode) => Err(mode.unusable("`ipv4` or `ipv6`")),
        None => scope.flag("AWS_IMDS_USE_IPV6", "imds_use_ipv6"),
    }
}

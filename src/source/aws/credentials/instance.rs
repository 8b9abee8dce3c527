//! Credentials of an instance's role, from its metadata service (`IMDSv2`).

use std::time::Duration;

use url::Url;

use super::Source;
use super::keys::{Keys, is_header};
use super::metadata;
use crate::error::{Error, Kind};
use crate::net::http::Answer;
use crate::net::retry::Failure;
use crate::net::settings::{Found, host};
use crate::source::aws::scope::Scope;

const IPV4: &str = "http://169.254.169.254";
const IPV6: &str = "http://[fd00:ec2::254]";
const TOKEN: &str = "latest/api/token";
const ROLE: &str = "latest/meta-data/iam/security-credentials/";
/// The header that carries the token.
const TOKEN_HEADER: &str = "x-aws-ec2-metadata-token";

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
    let service = Service {
        settings: settings(at.scope)?,
        at,
    };
    let Some(answer) = service.answer().await else {
        return Ok(None);
    };
    let host = host(&service.settings.endpoint);
    let keys = metadata::keys(&answer);
    keys.map(Some)
        .ok_or_else(|| metadata::without_keys(&answer, &host))
}

fn text(answer: &Answer) -> Option<String> {
    let text = std::str::from_utf8(&answer.body).ok()?.trim();
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

struct Service<'a> {
    settings: Settings,
    at: &'a Source<'a>,
}

impl Service<'_> {
    /// The answer that tells the keys of the role.
    async fn answer(&self) -> Option<Answer> {
        let life = ("x-aws-ec2-metadata-token-ttl-seconds", "21600");
        let token = text(&self.ask("PUT", TOKEN, life).await?)?;
        let header = (TOKEN_HEADER, token.as_str());
        if !is_header(&token) {
            return None;
        }
        let role = text(&self.ask("GET", ROLE, header).await?)?;
        self.ask("GET", &format!("{ROLE}{role}"), header).await
    }

    /// The answer, unless there is none or it is not a good one: then this is no instance, or has no
    /// role.
    async fn ask(&self, method: &str, path: &str, header: (&'static str, &str)) -> Option<Answer> {
        let Settings {
            endpoint,
            timeout,
            attempts,
        } = &self.settings;
        let url = format!("{}/{path}", endpoint.as_str().trim_end_matches('/'));
        let http = self.at.direct();
        let host = host(endpoint);
        for _ in 0..*attempts {
            let answer: Result<Answer, Failure> =
                metadata::send(&http, method, &url, &[header], &host, *timeout).await;
            if let Ok(answer) = answer
                && answer.status == 200
            {
                return Some(answer);
            }
        }
        None
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

//! Credentials of the machine: of a container (ECS, EKS Pod Identity, and endpoints compatible with
//! them), or of an instance's role, from its metadata service (`IMDSv2`).
//!
//! The requests to containers are our own: the SDK's `EcsCredentialsProvider` (aws-config 1.13, ecs.rs)
//! reads its variables by itself, where an empty one counts as set, ignores its time-outs, and reports
//! the status of an answer, which decides about another attempt, in free text only. Instances are asked
//! by the SDK's client for metadata, without its `ImdsCredentialsProvider`, for the same reason.

use std::borrow::Cow;
use std::net::IpAddr;
use std::time::Duration;

use aws_config::imds;
use aws_config::provider_config::ProviderConfig;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use serde_json::Value;
use url::{Host, Url};

use super::environment::Environment;
use super::failures::credentials_error;
use super::files::read_limited;
use super::keys::{Keys, is_header, unsendable};
use super::scope::{Scope, integer};
use super::service::{Resolver, get};
use crate::error::{Error, Kind};
use crate::net::errors::cut;
use crate::net::http::LONGEST_TOKEN;
use crate::net::retry::{Failure, RetryCause};
use crate::net::settings::host;
use crate::redact;

const RELATIVE: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
const FULL: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
const ECS: &str = "http://169.254.170.2";
/// Addresses that may be reached without TLS, in addition to loopback: ECS and EKS Pod Identity.
const LINK_LOCAL: [&str; 3] = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"];
/// The time-out of the AWS CLI for containers.
const TIMEOUT: Duration = Duration::from_secs(2);

const METADATA_IPV4: &str = "http://169.254.169.254";
const METADATA_IPV6: &str = "http://[fd00:ec2::254]";
const ROLE: &str = "/latest/meta-data/iam/security-credentials/";

#[derive(Debug)]
struct Metadata {
    endpoint: Url,
    timeout: Duration,
    attempts: u32,
}

pub(super) async fn of_container(at: &Resolver<'_>) -> Result<Keys, Error> {
    let environment = &at.scope.environment;
    let url = container_url(environment)?;
    let host = host(&url);
    let token = authorization(environment)?;
    let mut headers = vec![("accept", "application/json")];
    headers.extend(token.as_deref().map(|token| ("authorization", token)));
    let http = at.settings.transport.http.direct();
    let attempt = async || {
        let answer = tokio::time::timeout(TIMEOUT, get(&http, url.as_str(), &headers, &host));
        let Ok(answer) = answer.await else {
            let seconds = TIMEOUT.as_secs_f64();
            let error = format!("`{host}` did not answer within {seconds} s");
            return Err(Failure::new(RetryCause::Lost, credentials_error(error)));
        };
        let answer = answer?;
        // The AWS CLI tries three times, too, whatever is no answer with keys.
        let cause = match answer.status {
            300..=428 | 430..500 => RetryCause::Final,
            _ => RetryCause::Lost,
        };
        keys(&answer.body, answer.status, &host).map_err(|error| Failure::new(cause, error))
    };
    at.run("the container's credentials", attempt).await
}

fn container_url(environment: &Environment) -> Result<Url, Error> {
    let parse = |text: &str, variable: &str| {
        let url = Url::parse(text).ok().filter(Url::has_host);
        url.ok_or_else(|| credentials_error(format!("`{variable}` is not a URL")))
    };
    if let Some(path) = environment.get(RELATIVE) {
        let url = parse(&format!("{ECS}{path}"), RELATIVE)?;
        // A path such as `.evil.example/` would make another host of it.
        return match url.host_str() {
            Some(host) if host == LINK_LOCAL[0] && path.starts_with('/') => Ok(url),
            _ => Err(credentials_error(format!(
                "`{RELATIVE}` must begin with `/`"
            ))),
        };
    }
    let mut url = parse(&environment.get(FULL).unwrap_or_default(), FULL)?;
    // They are not sent, as by the AWS CLI.
    let _ = url.set_username("").and_then(|()| url.set_password(None));
    url.set_fragment(None);
    match (url.scheme(), url.host()) {
        ("https", _) => Ok(url),
        ("http", Some(host)) if is_local(&host) => Ok(url),
        _ => Err(
            credentials_error(format!("`{FULL}` must use https for this host"))
                .hint("use https, a loopback address, or the address of ECS or EKS"),
        ),
    }
}

fn is_local(host: &Host<&str>) -> bool {
    let address = match host {
        Host::Domain(name) => return *name == "localhost",
        Host::Ipv4(address) => IpAddr::V4(*address),
        Host::Ipv6(address) => IpAddr::V6(*address),
    };
    address.is_loopback() || LINK_LOCAL.contains(&address.to_string().as_str())
}

fn authorization(environment: &Environment) -> Result<Option<String>, Error> {
    let file = environment.os("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    let (origin, token) = if let Some(path) = file {
        let origin = "the file of `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE`";
        let token = read_limited(path.as_ref())
            .map_err(|error| credentials_error(format!("cannot read {origin}: {error}")))?;
        let token = String::from_utf8(token).map_err(|_| unsendable(origin))?;
        (origin, token)
    } else {
        let token = environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN");
        let token = token.map_or_else(String::new, Cow::into_owned);
        ("`AWS_CONTAINER_AUTHORIZATION_TOKEN`", token)
    };
    redact::hide(&token);
    if !is_header(&token) {
        return Err(unsendable(origin));
    }
    Ok(Some(token).filter(|token| !token.is_empty()))
}

/// Checks the settings of the metadata service, as the AWS CLI does in every run.
pub(super) fn check(scope: &Scope) -> Result<(), Error> {
    Metadata::of(scope).map(|_| ())
}

/// Gets the keys of the instance's role; `None` where there is no metadata service, or no role.
pub(super) async fn of_instance(at: &Resolver<'_>) -> Result<Option<Keys>, Error> {
    let disabled = at.scope.environment.get("AWS_EC2_METADATA_DISABLED");
    if disabled.is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return Ok(None);
    }
    let metadata = Metadata::of(at.scope)?;
    let Some(answer) = metadata.role_credentials(at).await? else {
        return Ok(None);
    };
    keys(answer.as_bytes(), 200, &host(&metadata.endpoint)).map(Some)
}

impl Metadata {
    fn of(scope: &Scope) -> Result<Self, Error> {
        let endpoint = scope.find(
            "AWS_EC2_METADATA_SERVICE_ENDPOINT",
            "ec2_metadata_service_endpoint",
        );
        let own = |address| Url::parse(address).map_err(|error| Error::new(Kind::Other, error));
        let endpoint = match endpoint {
            Some(found) => found.endpoint()?,
            None if uses_ipv6(scope)? => own(METADATA_IPV6)?,
            None => own(METADATA_IPV4)?,
        };
        let number = |variable, key| match scope.find(variable, key) {
            Some(found) => match integer(&found.text).map(u32::try_from) {
                Some(Ok(number)) => Ok(number),
                _ => Err(found.unusable("a number")),
            },
            None => Ok(1),
        };
        let seconds = number("AWS_METADATA_SERVICE_TIMEOUT", "metadata_service_timeout")?;
        Ok(Self {
            endpoint,
            timeout: Duration::from_secs(seconds.into()),
            attempts: number(
                "AWS_METADATA_SERVICE_NUM_ATTEMPTS",
                "metadata_service_num_attempts",
            )?,
        })
    }

    /// The answer with the keys of the role, or `None` if this is no instance or has no role.
    async fn role_credentials(&self, at: &Resolver<'_>) -> Result<Option<String>, Error> {
        let client = self.client(at)?;
        let Some(role) = self.get(&client, ROLE).await else {
            return Ok(None);
        };
        let role = role.trim();
        // The client panics where the path is not one of a URL.
        let is_named = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte);
        if role.is_empty() || !role.bytes().all(is_named) {
            return Ok(None);
        }
        Ok(self.get(&client, &format!("{ROLE}{role}")).await)
    }

    /// Whatever fails is tried again at once, as by the AWS CLI; the client would wait between attempts.
    async fn get(&self, client: &imds::Client, path: &str) -> Option<String> {
        for _ in 0..self.attempts {
            if let Ok(answer) = client.get(path).await {
                return Some(answer.into());
            }
        }
        None
    }

    /// The SDK's client, which gets a token before the first request. The time-outs and retries are ours.
    fn client(&self, at: &Resolver<'_>) -> Result<imds::Client, Error> {
        let http = at.settings.transport.http.direct().limited(LONGEST_TOKEN);
        let config = ProviderConfig::without_region()
            .with_http_client(http)
            .with_retry_config(RetryConfig::disabled())
            .with_timeout_config(TimeoutConfig::disabled());
        let client = imds::Client::builder().configure(&config);
        let client = client.endpoint(&self.endpoint).map_err(|_| {
            let host = host(&self.endpoint);
            credentials_error(format!("`{host}`: the URL cannot be requested"))
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

fn uses_ipv6(scope: &Scope) -> Result<bool, Error> {
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

/// The keys in an answer, or an error with its code and message.
fn keys(answer: &[u8], status: u16, host: &str) -> Result<Keys, Error> {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let names = ["AccessKeyId", "SecretAccessKey", "Token"];
    if let (200, Some(keys)) = (status, Keys::of_json(&answer, names, "")) {
        return Ok(keys);
    }
    let mut error = format!("`{host}` answered without credentials (HTTP status {status})");
    for keys in [["code", "Code"], ["message", "Message"]] {
        let text = keys.iter().find_map(|key| answer[*key].as_str());
        if let Some(text) = text.filter(|text| *text != "Success") {
            error.extend([": ", &cut(text)]);
        }
    }
    Err(credentials_error(error))
}

#[cfg(test)]
mod tests {
    use super::{Environment, container_url};

    fn asked(name: &str, value: &str) -> Option<String> {
        container_url(&Environment::of(&[(name, value)]))
            .ok()
            .map(|url| url.to_string())
    }

    #[test]
    fn hosts_that_are_asked() {
        for (value, expected) in [
            ("http://127.0.0.1:9/x?y=z", Some("http://127.0.0.1:9/x?y=z")),
            ("http://localhost/", Some("http://localhost/")),
            ("http://[::1]/", Some("http://[::1]/")),
            ("http://[fd00:ec2::23]/v1", Some("http://[fd00:ec2::23]/v1")),
            ("http://169.254.170.23/v1", Some("http://169.254.170.23/v1")),
            ("https://example.com/c", Some("https://example.com/c")),
            ("http://me:secret@localhost/", Some("http://localhost/")),
            ("http://example.com/c", None),
            ("http://169.254.169.254/", None),
            ("http://localhost.example.com/", None),
            ("ftp://localhost/", None),
            ("127.0.0.1:9", None),
            ("localhost", None),
            ("localhost:9/x", None),
            ("http://", None),
            ("http://127.0.0.1:99999/", None),
        ] {
            let expected = expected.map(str::to_owned);
            assert_eq!(
                asked("AWS_CONTAINER_CREDENTIALS_FULL_URI", value),
                expected,
                "{value}"
            );
        }
        for (value, expected) in [
            ("/v2/x?y", Some("http://169.254.170.2/v2/x?y")),
            (".evil.example/", None),
            ("@evil.example/", None),
            (":80/", None),
            ("v2", None),
        ] {
            let expected = expected.map(str::to_owned);
            assert_eq!(
                asked("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", value),
                expected,
                "{value}"
            );
        }
    }
}

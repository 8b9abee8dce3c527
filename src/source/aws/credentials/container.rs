//! Credentials of a container: ECS, EKS Pod Identity, and endpoints that are compatible with them.
//!
//! The requests are our own: the SDK's `EcsCredentialsProvider` (aws-config 1.13, ecs.rs) reads its
//! variables from the environment by itself, where an empty one counts as set and an empty
//! `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE` is an error. It ignores the time-outs that it is given. And it
//! reports an error answer as free text: the status, which decides about another attempt, and the code
//! and message, which the user needs, cannot be read from it.

use std::borrow::Cow;
use std::net::IpAddr;
use std::time::Duration;

use url::{Host, Url};

use super::Source;
use super::keys::{Keys, is_header, unusable};
use super::metadata;
use super::plan::failure;
use crate::error::Error;
use crate::net::retry::{Failure, RetryCause};
use crate::net::settings::host;
use crate::redact;
use crate::source::aws::environment::Environment;

const RELATIVE: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
const FULL: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
/// Where ECS answers.
const ECS: &str = "http://169.254.170.2";
/// Addresses that may be reached without TLS, in addition to loopback: ECS and EKS Pod Identity.
const LINK_LOCAL: [&str; 3] = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"];
/// As the AWS CLI has it.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Gets the keys of the container's role.
pub(super) async fn credentials(at: &Source<'_>) -> Result<Keys, Error> {
    let environment = &at.scope.environment;
    let url = url(environment)?;
    let host = host(&url);
    let token = authorization(environment)?;
    let mut headers = vec![("accept", "application/json")];
    headers.extend(token.as_deref().map(|token| ("authorization", token)));
    let http = at.direct();
    let attempt = async || {
        let answer = metadata::send(&http, "GET", url.as_str(), &headers, &host, TIMEOUT).await?;
        if let (200, Some(keys)) = (answer.status, metadata::keys(&answer.body)) {
            return Ok(keys);
        }
        let cause = if answer.status >= 500 {
            RetryCause::Lost
        } else {
            RetryCause::Final
        };
        Err(Failure::new(
            cause,
            metadata::without_keys(&answer.body, answer.status, &host),
        ))
    };
    at.run("the container's credentials", attempt).await
}

fn url(environment: &Environment) -> Result<Url, Error> {
    let parse = |text: &str, variable: &str| {
        let url = Url::parse(text).ok().filter(Url::has_host);
        url.ok_or_else(|| {
            failure(format!(
                "`{variable}` is not an address to ask for credentials"
            ))
        })
    };
    if let Some(path) = environment.get(RELATIVE) {
        let url = parse(&format!("{ECS}{path}"), RELATIVE)?;
        // A path such as `.evil.example/` would make another host of it.
        return match url.host_str() {
            Some(host) if host == LINK_LOCAL[0] && path.starts_with('/') => Ok(url),
            _ => Err(failure(format!("`{RELATIVE}` must begin with `/`"))),
        };
    }
    let mut url = parse(&environment.get(FULL).unwrap_or_default(), FULL)?;
    // They are not sent, as by the AWS CLI.
    let _ = url.set_username("").and_then(|()| url.set_password(None));
    url.set_fragment(None);
    match (url.scheme(), url.host()) {
        ("https", _) => Ok(url),
        ("http", Some(host)) if is_local(&host) => Ok(url),
        _ => Err(failure(format!(
            "`{FULL}` names a host that is not asked for credentials without https"
        ))
        .hint("use https, a loopback address, or the address of ECS or EKS")),
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
        let token = std::fs::read_to_string(path)
            .map_err(|error| failure(format!("cannot read {origin}: {error}")))?;
        (origin, Some(token))
    } else {
        let token = environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN");
        let token = token.map(Cow::into_owned);
        ("`AWS_CONTAINER_AUTHORIZATION_TOKEN`", token)
    };
    if let Some(token) = &token {
        redact::hide(token);
        if !is_header(token) {
            return Err(unusable(origin));
        }
    }
    Ok(token.filter(|token| !token.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::{Environment, url};

    fn asked(name: &str, value: &str) -> Option<String> {
        url(&Environment::of(&[(name, value)]))
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

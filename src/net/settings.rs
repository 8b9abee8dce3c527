//! The connection options, settings with their origin, and the transport that all sources use.

use std::borrow::Cow;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use url::Url;

use super::http;
use super::retry::Retry;
use super::trust::Trust;
use crate::error::{self, Error};
use crate::shell::quoted;

const DEFAULT_ATTEMPTS: u32 = 8;
/// The longest time for connecting, however long `--timeout` is.
const LONGEST_CONNECT: Duration = Duration::from_secs(10);

/// The options for connections.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct ConnectionArgs {
    /// Use the credentials and settings of this profile
    ///
    /// Its credentials are used even when keys are in the environment, as in the AWS CLI. Default:
    /// `AWS_PROFILE`, or `default`.
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,

    /// Send requests for your own registry to this region
    ///
    /// ECR Public is served in us-east-1, whatever region the environment or the profile names; only
    /// this option changes that.
    #[arg(long, value_name = "REGION", value_parser = parse_region, hide_short_help = true)]
    pub(crate) region: Option<String>,

    /// Send requests for your own registry to this URL
    ///
    /// Default: `AWS_ENDPOINT_URL_ECR_PUBLIC`, `AWS_ENDPOINT_URL`, the profile's `services` section
    /// or `endpoint_url`, or the service's own address.
    #[arg(long, value_name = "URL", value_parser = parse_endpoint, hide_short_help = true)]
    pub(crate) endpoint_url: Option<Url>,

    /// Trust the certificates in this PEM file instead of the system's
    ///
    /// Default: `AWS_CA_BUNDLE`, or the profile's `ca_bundle`.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub(crate) ca_bundle: Option<PathBuf>,

    /// Limit the time of one attempt, in seconds
    ///
    /// The time runs from connecting to the last byte of the response.
    #[arg(long, value_name = "SECONDS", default_value = "20", value_parser = parse_seconds, hide_short_help = true)]
    timeout: Duration,

    /// Limit the attempts while the service throttles or fails
    ///
    /// Lost connections are tried three times, refused ones once. Default: `AWS_MAX_ATTEMPTS`, the
    /// profile's `max_attempts`, or 8.
    #[arg(long, value_name = "N", value_parser = error::one_or_more::<NonZeroU32>, hide_short_help = true)]
    max_attempts: Option<NonZeroU32>,
}

#[derive(Clone, Debug)]
pub(crate) struct Transport {
    pub(crate) http: http::Client,
    pub(crate) retry: Retry,
}

impl ConnectionArgs {
    /// The options that choose whose registry is read and how it is reached, as words of a command line:
    /// each after a space, quoted for a shell.
    pub(crate) fn as_words(&self) -> String {
        let ca_bundle = self.ca_bundle.as_ref().map(|path| path.to_string_lossy());
        let endpoint_url = self.endpoint_url.as_ref().map(Url::as_str);
        let options = [
            ("--profile", self.profile.as_deref()),
            ("--region", self.region.as_deref()),
            ("--endpoint-url", endpoint_url),
            ("--ca-bundle", ca_bundle.as_deref()),
        ];
        let given = options.into_iter().filter_map(|(option, value)| {
            let value = value?;
            let separator = if value.starts_with('-') { '=' } else { ' ' };
            Some(format!(" {option}{separator}{}", quoted(value)))
        });
        given.collect()
    }

    /// The same options with one attempt per request, which takes at most `limit`.
    pub(crate) fn with_one_attempt(self, limit: Duration) -> Self {
        Self {
            timeout: self.timeout.min(limit),
            max_attempts: Some(NonZeroU32::MIN),
            ..self
        }
    }

    /// The transport by the options, or else by the settings that `find` looks up by variable name
    /// and profile key.
    pub(crate) fn transport(
        &self,
        find: impl Fn(&str, &str) -> Option<Found>,
        first_delay: Duration,
    ) -> Result<Transport, Error> {
        // The modes of the AWS CLI: this program's one policy replaces them all.
        let modes = ["legacy", "standard", "adaptive"];
        if let Some(mode) = find("AWS_RETRY_MODE", "retry_mode")
            && !modes.contains(&mode.text.to_ascii_lowercase().as_str())
        {
            return Err(mode.unusable("`standard`, `adaptive` or `legacy`"));
        }
        let max_attempts = match (self.max_attempts, find("AWS_MAX_ATTEMPTS", "max_attempts")) {
            (Some(attempts), _) => attempts.get(),
            (None, Some(found)) => found
                .parse::<NonZeroU32>("a number of attempts, 1 or more")?
                .get(),
            (None, None) => DEFAULT_ATTEMPTS,
        };
        let connect_timeout = (self.timeout / 2).min(LONGEST_CONNECT);
        Ok(Transport {
            http: http::Client::new(self.trust(&find)?, connect_timeout),
            retry: Retry::new(max_attempts, self.timeout, first_delay),
        })
    }

    /// The trusted certificates: those of the first setting that names a bundle, or else the system's.
    /// The AWS CLI reads the variable of the `requests` library last.
    fn trust(&self, find: impl Fn(&str, &str) -> Option<Found>) -> Result<Trust, Error> {
        let by_variable = |name: &'static str| {
            let path = std::env::var_os(name).filter(|path| !path.is_empty())?;
            Some((PathBuf::from(path), format!("`{name}`")))
        };
        let by_option = || Some((self.ca_bundle.clone()?, "`--ca-bundle`".to_owned()));
        let by_profile = || {
            let found =
                find("AWS_CA_BUNDLE", "ca_bundle").filter(|found| !found.text.is_empty())?;
            Some((PathBuf::from(found.text), found.origin))
        };
        let bundle = by_option()
            .or_else(|| by_variable("AWS_CA_BUNDLE"))
            .or_else(by_profile)
            .or_else(|| by_variable("REQUESTS_CA_BUNDLE"));
        let Some((path, origin)) = bundle else {
            return Ok(Trust::default());
        };
        Trust::in_bundle(&path, origin.clone()).map_err(|why| {
            let path = path.display();
            Error::usage(format!(
                "the CA bundle `{path}` of {origin} cannot be used: {why}"
            ))
        })
    }
}

#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) text: String,
    pub(crate) origin: String,
}

impl Found {
    /// The environment variable `name`, if it is set and not empty.
    pub(crate) fn in_environment(name: &str) -> Option<Self> {
        let text = variable(name).filter(|text| !text.is_empty())?;
        Some(Self {
            text,
            origin: format!("`{name}`"),
        })
    }

    pub(crate) fn parse<T: FromStr>(&self, expected: &str) -> Result<T, Error> {
        self.text.parse().map_err(|_| self.unusable(expected))
    }

    pub(crate) fn endpoint(&self) -> Result<Url, Error> {
        parse_endpoint(&self.text)
            .map_err(|_| self.unusable("a URL such as `https://HOST/PATH`, without a query"))
    }

    pub(crate) fn unusable(&self, expected: &str) -> Error {
        let Self { text, origin } = self;
        let text = without_user(first_line(text));
        Error::usage(format!("{origin} is `{text}`, which is not {expected}"))
            .hint("correct the setting, or unset it")
    }
}

/// The first line of a setting's value, for messages: lines below it may be other settings, indented by
/// mistake.
pub(crate) fn first_line(value: &str) -> &str {
    value.lines().next().unwrap_or_default()
}

/// The text of a URL, even of an invalid one, without what stands before an `@`: it may be a password.
pub(crate) fn without_user(text: &str) -> Cow<'_, str> {
    match text.rsplit_once('@') {
        Some((_, host)) => format!("…@{host}").into(),
        None => text.into(),
    }
}

pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|text| text.to_string_lossy().into_owned())
}

pub(crate) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Parses a URL to send requests to. Drops the user, password and fragment, like the AWS CLI; refuses a
/// query, which the SDK would drop.
fn parse_endpoint(text: &str) -> Result<Url, String> {
    // A URL parser would drop some of them.
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err("a URL has no blanks and line breaks".to_owned());
    }
    let url = Url::parse(text).ok();
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let mut url = url.ok_or("a URL is written as `https://HOST/PATH`")?;
    if url.query().is_some() {
        return Err("an endpoint has no query".to_owned());
    }
    url.set_fragment(None);
    let stripped = url.set_username("").and_then(|()| url.set_password(None));
    stripped.map_err(|()| "a URL names a host".to_owned())?;
    Ok(url)
}

fn parse_region(text: &str) -> Result<String, String> {
    let is_label = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_region = (1..=63).contains(&text.len()) && text.bytes().all(is_label);
    let region = is_region.then(|| text.to_owned());
    region.ok_or_else(|| "a region is named like `us-east-1`".to_owned())
}

fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok();
    let seconds = seconds.filter(|seconds| *seconds > 0.0 && *seconds <= 86_400.0);
    let seconds = seconds.map(Duration::from_secs_f64);
    seconds.ok_or_else(|| "not a number of seconds, more than 0 and at most 86400".to_owned())
}

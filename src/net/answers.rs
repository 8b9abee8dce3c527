//! Answers that are no listing: what they mean, whatever the source, and whether to ask again.

use super::http;
use super::retry::{Cause, Failure};
use crate::error::{Error, Kind};

/// `host` asks for patience, as it `said`.
pub(crate) fn throttled(host: &str, said: &str) -> Failure {
    let error = Error::new(
        Kind::Service,
        format!("`{host}` throttles requests: {said}"),
    );
    Failure {
        cause: Cause::Throttled,
        error: error.hint("try again later, or allow more attempts with `--max-attempts 20`"),
    }
}

/// `host` failed with an error `code` of its own that nothing else is known of.
pub(crate) fn failed(host: &str, code: &str, message: Option<&str>, status: u16) -> Failure {
    let detail = message.map_or_else(String::new, |message| format!(": {message}"));
    let error = Error::new(
        Kind::Service,
        format!("`{host}` failed with {code} (HTTP status {status}){detail}"),
    );
    Failure {
        cause: cause(status),
        error: match status {
            500.. => error.hint("try again later, or see https://health.aws.amazon.com"),
            _ => error,
        },
    }
}

/// `host` answered without anything that a source knows: a page of HTML, a redirect, garbage.
pub(crate) fn unreadable(host: &str, status: u16) -> Failure {
    let why = match status {
        300..400 => "a redirect",
        200..300 => "not the JSON that was asked for",
        _ => "an error page",
    };
    Failure {
        cause: cause(status),
        error: http::unreadable(host, status, why),
    }
}

fn cause(status: u16) -> Cause {
    match status {
        429 => Cause::Throttled,
        500.. => Cause::Server,
        _ => Cause::Final,
    }
}

/// Whether the error `code` asks for patience.
pub(crate) fn is_throttling(code: &str) -> bool {
    matches!(
        code,
        "ThrottlingException"
            | "Throttling"
            | "TooManyRequestsException"
            | "RequestLimitExceeded"
            | "SlowDown"
    )
}

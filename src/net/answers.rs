//! Maps error responses of every source to errors and retry causes.

use std::borrow::Cow;

use aws_runtime::retries::classifiers::{THROTTLING_ERRORS, TRANSIENT_ERRORS};

use super::errors;
use super::retry::{Cause, Failure};
use crate::error::{Error, Kind};
use crate::redact::redacted;

/// The most characters of a foreign text that are shown.
const LONGEST_TEXT: usize = 2000;

/// The failure of a `host` that throttles requests; `said` is its message.
pub(crate) fn throttled(host: &str, said: &str) -> Failure {
    let said = cut(said);
    let error = Error::new(
        Kind::Service,
        format!("`{host}` throttles requests: {said}"),
    );
    let error = error.hint("try again later, or allow more attempts with `--max-attempts 20`");
    Failure::new(Cause::Throttled, error)
}

/// The failure of a `host` with an unknown error `code`.
pub(crate) fn failed(host: &str, code: &str, message: Option<&str>, status: u16) -> Failure {
    let detail = message.map_or_else(String::new, |message| format!(": {}", cut(message)));
    let cause = if is_transient(code) {
        Cause::Server
    } else {
        cause(status)
    };
    let code = cut(code);
    let error = Error::new(
        Kind::Service,
        format!("`{host}` failed with {code} (HTTP status {status}){detail}"),
    );
    let error = match status {
        500.. => error.hint("try again later, or see https://health.aws.amazon.com"),
        _ => error,
    };
    Failure::new(cause, error)
}

/// The failure of a `host` with a response that no API sends: a page of HTML, a redirect, garbage.
pub(crate) fn unreadable(host: &str, status: u16) -> Failure {
    let why = match status {
        300..400 => "a redirect",
        200..300 => "not the expected JSON",
        _ => "an error page",
    };
    Failure::new(cause(status), unlike(host, status, why))
}

/// The error for a response that the API does not send, such as a page of HTML.
pub(crate) fn unlike(host: &str, status: u16, why: &str) -> Error {
    errors::unreadable(host, &format!("{why} (HTTP status {status})"))
}

/// The beginning of a foreign text, which may have any length, without secrets: the beginning of a
/// secret would not be recognized later.
pub(crate) fn cut(text: &str) -> Cow<'_, str> {
    let text = redacted(text);
    match text.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => text,
    }
}

fn cause(status: u16) -> Cause {
    match status {
        429 => Cause::Throttled,
        408 | 500.. => Cause::Server,
        _ => Cause::Final,
    }
}

/// Whether the AWS SDKs treat the error `code` as throttling.
pub(crate) fn is_throttling(code: &str) -> bool {
    THROTTLING_ERRORS.contains(&code)
}

/// Whether the AWS SDKs treat the error `code` as transient.
pub(crate) fn is_transient(code: &str) -> bool {
    TRANSIENT_ERRORS.contains(&code)
}

#[cfg(test)]
mod tests {
    use super::{cut, failed, is_throttling, throttled};
    use crate::net::retry::Cause;
    use crate::redact;

    #[test]
    fn texts_of_any_length_are_cut_between_characters() {
        assert_eq!(cut("short"), "short");
        let just = "ß".repeat(2000);
        assert_eq!(cut(&just), just);
        assert_eq!(cut(&format!("{just}ß")), format!("{just}…"));
        let long = "x".repeat(3_000_000);
        for failure in [
            throttled("host", &long),
            failed("host", &long, Some(&long), 500),
        ] {
            assert!(failure.error.to_string().len() < 5000);
        }
    }

    #[test]
    fn a_secret_is_redacted_before_a_text_is_cut() {
        let secret = "secret-of-a-test-of-cut";
        redact::hide(secret);
        for length in 1970..2010 {
            let text = format!("{}{secret} http://me:word@h", "x".repeat(length));
            let cut = cut(&text);
            assert!(
                !cut.contains("secret") && !cut.contains("word"),
                "{length}: {cut}"
            );
        }
    }

    #[test]
    fn codes_and_statuses_say_whether_to_try_again() {
        assert!(is_throttling("ThrottlingException") && is_throttling("EC2ThrottledException"));
        assert!(!is_throttling("RepositoryNotFoundException") && !is_throttling(""));
        let cause = |code, status| failed("host", code, None, status).cause;
        assert_eq!(cause("RequestTimeout", 400), Cause::Server);
        assert_eq!(cause("NovelException", 400), Cause::Final);
        assert_eq!(cause("NovelException", 408), Cause::Server);
        assert_eq!(cause("NovelException", 599), Cause::Server);
    }
}

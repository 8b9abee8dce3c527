//! Maps failures of the network and error responses to errors and retry causes.

use std::borrow::Cow;
use std::env;
use std::error::Error as StdError;
use std::fmt;

use aws_runtime::retries::classifiers::{THROTTLING_ERRORS, TRANSIENT_ERRORS};

use super::connect::{ConnectCause, ConnectError};
use super::retry::{Failure, RetryCause};
use crate::error::{Error, Kind};
use crate::redact::redacted;

/// The most characters of a foreign text that are shown.
const LONGEST_TEXT: usize = 2000;

#[derive(Clone, Copy, Debug)]
pub(super) struct TooLong(pub(super) u64);

/// The failure of a `host` with the error `code`, which may be unknown, and a message.
pub(crate) fn failed(host: &str, code: &str, message: Option<&str>, status: u16) -> Failure {
    let cause = cause(code, status);
    if cause == RetryCause::Throttled {
        let said = cut(message.unwrap_or(code));
        let error = service(format!("`{host}` throttles requests: {said}"));
        let hint = "try again later, or allow more attempts with `--max-attempts 20`";
        return Failure::new(cause, error.hint(hint));
    }
    let detail = message.map_or_else(String::new, |message| format!(": {}", cut(message)));
    let code = cut(code);
    let error = service(format!(
        "`{host}` failed with {code} (HTTP status {status}){detail}"
    ));
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
    Failure::new(cause("", status), unlike(host, status, why))
}

/// The error for a response that the API does not send, such as a page of HTML.
pub(crate) fn unlike(host: &str, status: u16, why: &str) -> Error {
    invalid(host, &format!("{why} (HTTP status {status})"))
}

pub(crate) fn is_passing(code: &str, status: u16) -> bool {
    cause(code, status) != RetryCause::Final
}

/// The cause by the status, whatever the code, or else by the codes that the AWS SDKs retry.
fn cause(code: &str, status: u16) -> RetryCause {
    // Beside the codes of the Rust SDK, those of other languages', and of the model of STS.
    let is_transient = TRANSIENT_ERRORS.contains(&code)
        || [
            "InternalError",
            "ServiceUnavailable",
            "IDPCommunicationError",
        ]
        .contains(&code);
    match status {
        429 => RetryCause::Throttled,
        _ if THROTTLING_ERRORS.contains(&code) => RetryCause::Throttled,
        408 | 500.. => RetryCause::Server,
        _ if is_transient => RetryCause::Server,
        _ => RetryCause::Final,
    }
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

/// A failure to connect to `host`, or to read its response to the end.
///
/// `chain` is the outermost error that the client reports. Only known types in its chain of causes
/// are printed.
pub(crate) fn failure(chain: &(dyn StdError + 'static), host: &str) -> Failure {
    if let Some(error) = find::<ConnectError>(chain) {
        return unconnected(error, host);
    }
    if let Some(too_long) = find::<TooLong>(chain) {
        return Failure::fatal(invalid(host, &too_long.to_string()));
    }
    if let Some(error) = find::<rustls::Error>(chain) {
        return of_tls(error, &format!("`{host}`"), None);
    }
    if find::<hyper::Error>(chain).is_some_and(hyper::Error::is_parse) {
        return Failure::fatal(invalid(host, "not HTTP"));
    }
    lost(&format!("the connection to `{host}` broke"), chain)
}

fn invalid(host: &str, why: &str) -> Error {
    service(format!("`{host}` sent an invalid response: {why}"))
        .hint("check the endpoint and whether a proxy responds in its place")
}

fn unconnected(error: &ConnectError, host: &str) -> Failure {
    let ConnectError { proxy, cause } = error;
    let variable = proxy.as_ref().map_or("", |proxy| &proxy.variable);
    let mut peer = format!("`{host}`");
    let mut hint = "check the endpoint and the proxy settings".to_owned();
    if let Some(proxy) = proxy {
        peer = proxy.to_string();
        hint = format!("correct or unset `{variable}`, or exempt the host with `NO_PROXY`");
    }
    let hinted = |message: String, hint: &str| Failure::fatal(service(message).hint(hint));
    let fatal = |message: String| hinted(message, &hint);
    // A proxy that fails is tried once: its configuration will not change between two attempts.
    let broken = |what: String, chain| match proxy {
        None => lost(&what, chain),
        Some(_) => fatal(format!("{what}: {}", in_words(chain))),
    };
    match cause {
        ConnectCause::Setting(why) => Failure::fatal(
            Error::usage(why)
                .hint("correct the setting, unset it, or exempt the host with `NO_PROXY`"),
        ),
        ConnectCause::NoRoots => match env::var("SSL_CERT_FILE") {
            Ok(path) if !path.is_empty() => hinted(
                format!(
                    "cannot trust {peer}: `SSL_CERT_FILE` names `{path}`, which is missing or holds no certificates"
                ),
                "correct the variable, or unset it",
            ),
            _ => hinted(
                format!("cannot trust {peer}: this system has no certificates"),
                "install certificates, or name some with `--ca-bundle FILE`",
            ),
        },
        ConnectCause::UnknownHost if proxy.is_none() => hinted(
            format!("cannot find the host {peer}"),
            "check the network, the host name and, if given, `--region`",
        ),
        ConnectCause::UnknownHost => fatal(format!("cannot find {peer}")),
        ConnectCause::Tcp(error) if refuses(&**error) => {
            fatal(format!("{peer} refuses connections"))
        }
        ConnectCause::Tcp(error) => broken(format!("cannot connect to {peer}"), &**error),
        ConnectCause::Tls(error, bundle) => match find::<rustls::Error>(error) {
            Some(error) => of_tls(error, &peer, bundle.as_deref()),
            None => broken(format!("the connection to {peer} broke"), error),
        },
        ConnectCause::Refused(407) => hinted(
            format!("{peer} requires authentication (HTTP status 407)"),
            &format!("set a user and a password in `{variable}`: `USER:PASSWORD@` before the host"),
        ),
        ConnectCause::Refused(status) => fatal(format!(
            "{peer} refuses to connect to `{host}` (HTTP status {status})"
        )),
        ConnectCause::NotHttp => fatal(format!("{peer} does not speak HTTP")),
        ConnectCause::NoAnswer(error) => {
            lost(&format!("{peer} did not connect to `{host}`"), &**error)
        }
    }
}

/// Only certificate errors are reported as a matter of trust; others are protocol errors. `bundle` is
/// the setting that named a CA bundle.
fn of_tls(error: &rustls::Error, peer: &str, bundle: Option<&str>) -> Failure {
    use rustls::{AlertDescription as Alert, CertificateError as Fault, Error as Tls};
    Failure::fatal(match error {
        Tls::InvalidCertificate(fault) => {
            let error = service(format!(
                "cannot trust {peer}: its certificate {}",
                wrong(fault)
            ));
            match (fault, bundle) {
                (Fault::UnknownIssuer | Fault::BadSignature, None) => error.hint(
                    "if a proxy re-signs its traffic, name its certificates with `--ca-bundle FILE`",
                ),
                (Fault::UnknownIssuer | Fault::BadSignature, Some(origin)) => {
                    error.hint(format!("add the issuer to the CA bundle of {origin}"))
                }
                _ => error,
            }
        }
        Tls::InvalidMessage(_) => service(format!("{peer} does not speak TLS"))
            .hint("check the endpoint: its scheme may have to be `http`"),
        Tls::AlertReceived(Alert::HandshakeFailure | Alert::ProtocolVersion)
        | Tls::PeerIncompatible(_) => service(format!(
            "the TLS handshake with {peer} failed: no version, cipher or type of key in common"
        )),
        _ => service(format!("the TLS handshake with {peer} failed"))
            .hint("check the endpoint and the proxy settings"),
    })
}

/// What is wrong with a certificate. rustls has words for a few faults only.
fn wrong(fault: &rustls::CertificateError) -> &'static str {
    use rustls::CertificateError as Fault;
    match fault {
        // A bad signature: the issuer has the name of a trusted one.
        Fault::UnknownIssuer | Fault::BadSignature => "is signed by an unknown issuer",
        Fault::ExpiredContext { .. } => "has expired, by the clock of this machine",
        Fault::NotValidYetContext { .. } => "is not valid yet, by the clock of this machine",
        Fault::NotValidForNameContext { .. } => "is for another host name",
        Fault::UnsupportedSignatureAlgorithmContext { .. }
        | Fault::UnsupportedSignatureAlgorithmForPublicKeyContext { .. } => {
            "has a key or a signature of a type that cannot be checked, such as P-521"
        }
        Fault::Other(other) if other.to_string() == "CaUsedAsEndEntity" => {
            "is that of a certificate authority, which is not accepted from a server"
        }
        _ => "is invalid",
    }
}

fn lost(what: &str, chain: &(dyn StdError + 'static)) -> Failure {
    let error = service(format!("{what}: {}", in_words(chain)));
    Failure::new(RetryCause::Lost, error)
}

fn service(message: String) -> Error {
    Error::new(Kind::Service, message)
}

fn refuses(chain: &(dyn StdError + 'static)) -> bool {
    find::<std::io::Error>(chain)
        .is_some_and(|error| error.kind() == std::io::ErrorKind::ConnectionRefused)
}

fn in_words(chain: &(dyn StdError + 'static)) -> String {
    match find::<std::io::Error>(chain).map(std::io::Error::kind) {
        Some(std::io::ErrorKind::TimedOut) => "no response".to_owned(),
        _ => causes(chain).last().unwrap_or(chain).to_string(),
    }
}

pub(crate) fn find<'a, E: StdError + 'static>(
    chain: &'a (dyn StdError + 'static),
) -> Option<&'a E> {
    causes(chain).find_map(|cause| cause.downcast_ref())
}

/// `chain` and its causes, including the error that an I/O error wraps, which `source` skips.
fn causes<'a>(
    chain: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(chain), |&error| {
        match error.downcast_ref::<std::io::Error>() {
            Some(io) => io.get_ref().map(|inner| inner as _),
            None => error.source(),
        }
    })
}

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the response is longer than {} MiB", self.0 >> 20)
    }
}

impl StdError for TooLong {}

#[cfg(test)]
mod tests {
    use super::{cut, failed};
    use crate::net::retry::RetryCause;
    use crate::redact;

    #[test]
    fn texts_of_any_length_are_cut_between_characters() {
        assert_eq!(cut("short"), "short");
        let just = "ß".repeat(2000);
        assert_eq!(cut(&just), just);
        assert_eq!(cut(&format!("{just}ß")), format!("{just}…"));
        let long = "x".repeat(3_000_000);
        for status in [429, 500] {
            let failure = failed("host", &long, Some(&long), status);
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

    /// Whatever the body says.
    #[test]
    fn the_status_says_whether_to_try_again() {
        let cause = |code, status| failed("host", code, None, status).cause;
        assert_eq!(cause("RequestTimeout", 429), RetryCause::Throttled);
        assert_eq!(cause("AccessDeniedException", 503), RetryCause::Server);
    }
}

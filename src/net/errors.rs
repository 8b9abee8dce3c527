//! Maps failures of the network to errors and retry causes.

use std::error::Error as StdError;

use super::connect::{Cause as Connecting, ConnectError};
use super::pool::TooLong;
use super::proxy::ProxyName;
use super::retry::{Cause, Failure};
use crate::error::{Error, Kind};

/// A failure to connect to `host`, or to read its response to the end.
///
/// `chain` is the outermost error that the client reports. Only known types in its chain of causes
/// are printed.
pub(crate) fn failure(chain: &(dyn StdError + 'static), host: &str) -> Failure {
    if let Some(error) = find::<ConnectError>(chain) {
        return match &error.proxy {
            Some(proxy) => of_proxy(&error.cause, proxy, host),
            None => of_host(&error.cause, host),
        };
    }
    if let Some(too_long) = find::<TooLong>(chain) {
        let error = unreadable(host, &too_long.to_string());
        return Failure::fatal(error);
    }
    if let Some(error) = find::<rustls::Error>(chain) {
        return of_tls(error, &format!("`{host}`"));
    }
    if find::<hyper::Error>(chain).is_some_and(hyper::Error::is_parse) {
        return Failure::fatal(unreadable(host, "not HTTP"));
    }
    lost(&format!("the connection to `{host}` broke"), chain)
}

/// Whether `chain` reports a failure of the network, rather than an invalid response.
pub(crate) fn is_of_network(chain: &(dyn StdError + 'static)) -> bool {
    find::<ConnectError>(chain).is_some()
        || find::<TooLong>(chain).is_some()
        || find::<hyper::Error>(chain).is_some()
        || find::<std::io::Error>(chain).is_some()
}

/// The error for a response that the service never sends.
pub(super) fn unreadable(host: &str, why: &str) -> Error {
    service(format!("`{host}` sent an invalid response: {why}"))
        .hint("check the endpoint and whether a proxy responds in its place")
}

fn of_host(cause: &Connecting, host: &str) -> Failure {
    match cause {
        Connecting::Setting(unusable) => Failure::fatal(
            Error::usage(format!(
                "`{}` is not a usable proxy setting: {}",
                unusable.variable, unusable.why
            ))
            .hint("correct the setting, unset it, or exempt the host with `NO_PROXY`"),
        ),
        Connecting::NoRoots => Failure::fatal(
            service(format!(
                "cannot trust `{host}`: this system has no certificates"
            ))
            .hint("install certificates, or name some with `--ca-bundle FILE`"),
        ),
        Connecting::UnknownHost => Failure::fatal(
            service(format!("cannot find the host `{host}`"))
                .hint("check the network, the host name and, if given, `--region`"),
        ),
        Connecting::Tcp(error) if refuses(&**error) => Failure::fatal(
            service(format!("`{host}` refuses connections"))
                .hint("check the endpoint and the proxy settings"),
        ),
        Connecting::Tcp(error) => lost(&format!("cannot connect to `{host}`"), &**error),
        Connecting::Tls(error) => match find::<rustls::Error>(error) {
            Some(error) => of_tls(error, &format!("`{host}`")),
            None => lost(&format!("the connection to `{host}` broke"), error),
        },
        // Only proxies receive CONNECT.
        Connecting::Refused(_) | Connecting::NotHttp | Connecting::NoAnswer(_) => {
            Failure::fatal(unreadable(host, "not HTTP"))
        }
    }
}

/// A proxy that fails is tried once: its configuration will not change between two attempts.
fn of_proxy(cause: &Connecting, proxy: &ProxyName, host: &str) -> Failure {
    let variable = &proxy.variable;
    let hint = format!("correct or unset `{variable}`, or exempt the host with `NO_PROXY`");
    let fatal = |message| Failure::fatal(service(message).hint(&hint));
    match cause {
        Connecting::Refused(407) => Failure::fatal(
            service(format!("{proxy} requires authentication (HTTP status 407)")).hint(format!(
                "set a user and a password in `{variable}`: `USER:PASSWORD@` before the host"
            )),
        ),
        Connecting::Refused(status) => fatal(format!(
            "{proxy} refuses to connect to `{host}` (HTTP status {status})"
        )),
        Connecting::UnknownHost => fatal(format!("cannot find {proxy}")),
        Connecting::Tcp(error) if refuses(&**error) => {
            fatal(format!("{proxy} refuses connections"))
        }
        Connecting::Tcp(error) => {
            fatal(format!("cannot connect to {proxy}: {}", in_words(&**error)))
        }
        Connecting::Tls(error) => match find::<rustls::Error>(error) {
            Some(error) => of_tls(error, &proxy.to_string()),
            None => fatal(format!("cannot connect to {proxy}: {error}")),
        },
        Connecting::NotHttp => fatal(format!("{proxy} does not speak HTTP")),
        Connecting::NoAnswer(error) => {
            let failure = lost(&format!("{proxy} did not connect to `{host}`"), error);
            Failure {
                error: failure.error.hint(hint),
                ..failure
            }
        }
        Connecting::NoRoots | Connecting::Setting(_) => of_host(cause, &proxy.host),
    }
}

/// Only certificate errors are reported as a matter of trust; others are protocol errors.
fn of_tls(error: &rustls::Error, peer: &str) -> Failure {
    use rustls::Error as Tls;
    Failure::fatal(match error {
        Tls::InvalidCertificate(_)
        | Tls::NoCertificatesPresented
        | Tls::UnsupportedNameType
        | Tls::InvalidCertRevocationList(_) => service(format!("cannot trust {peer}: {error}"))
            .hint("if a proxy re-signs its traffic, name its certificates with `--ca-bundle FILE`"),
        Tls::InvalidMessage(_) => service(format!("{peer} does not speak TLS: {error}"))
            .hint("check the endpoint: its scheme may have to be `http`"),
        _ => service(format!("the TLS handshake with {peer} failed: {error}"))
            .hint("check the endpoint and the proxy settings"),
    })
}

fn lost(what: &str, chain: &(dyn StdError + 'static)) -> Failure {
    let error = service(format!("{what}: {}", in_words(chain)));
    Failure::new(Cause::Lost, error)
}

fn service(message: String) -> Error {
    Error::new(Kind::Service, message)
}

fn refuses(chain: &(dyn StdError + 'static)) -> bool {
    find::<std::io::Error>(chain)
        .is_some_and(|error| error.kind() == std::io::ErrorKind::ConnectionRefused)
}

/// Describes the failure of a connection.
fn in_words(chain: &(dyn StdError + 'static)) -> String {
    match find::<std::io::Error>(chain).map(std::io::Error::kind) {
        Some(std::io::ErrorKind::TimedOut) => "no response".to_owned(),
        _ => innermost(chain),
    }
}

/// The text of the last cause.
pub(crate) fn innermost(chain: &(dyn StdError + 'static)) -> String {
    causes(chain)
        .last()
        .map(ToString::to_string)
        .unwrap_or_default()
}

/// The first cause of this type, which may be `chain` itself.
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

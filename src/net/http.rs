//! The one HTTP client: proxies from the environment, the CA bundle, TLS at the first https URL.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{self, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Connector, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::Headers;
use aws_smithy_types::byte_stream::ByteStream;
use hyper::body::Bytes;

use super::retry::{Cause, Failure};
use crate::error::{Error, Kind};

/// An HTTP client for the service, for credentials and for anonymous requests.
///
/// The SDK's own client reads every root certificate when it is built, even for an http endpoint;
/// that costs more than a whole listing, so this one waits for the first https URL.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    /// Certificates to trust; the system's without any.
    ca_bundle: Option<Vec<u8>>,
    connectors: Arc<Mutex<HashMap<Timeouts, SharedHttpConnector>>>,
}

/// Connect and read time-outs, which the providers of credentials choose for themselves.
type Timeouts = (Option<Duration>, Option<Duration>);

impl Client {
    /// A client that trusts the certificates of `ca_bundle` (PEM, checked), or the system's.
    pub(crate) fn new(ca_bundle: Option<Vec<u8>>) -> Self {
        Self {
            ca_bundle,
            connectors: Arc::default(),
        }
    }
}

/// An answer to a request of our own, whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Headers,
    pub(crate) body: Bytes,
}

impl Answer {
    /// The header called `name`, where it is there and text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.try_get(name)?.ok()
    }

    /// Whether the body is a page of HTML, or of something else for people to look at.
    pub(crate) fn is_page(&self) -> bool {
        self.body.trim_ascii_start().starts_with(b"<")
    }
}

impl Client {
    /// Sends a request to `host` without anything of the SDK's around it.
    ///
    /// # Errors
    ///
    /// Where no whole answer comes back.
    pub(crate) async fn send(&self, request: HttpRequest, host: &str) -> Result<Answer, Failure> {
        let connector = self.connector(&HttpConnectorSettings::default());
        let answer = connector.call(request).await;
        let answer = answer.map_err(|error| failure(&error, host))?;
        let status = answer.status().as_u16();
        let headers = answer.headers().clone();
        let body = ByteStream::new(answer.into_body()).collect().await;
        let body = body.map_err(|error| failure(&error, host))?;
        Ok(Answer {
            status,
            headers,
            body: body.into_bytes(),
        })
    }

    fn connector(&self, settings: &HttpConnectorSettings) -> SharedHttpConnector {
        let timeouts = (settings.connect_timeout(), settings.read_timeout());
        let mut connectors = self
            .connectors
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let connector = connectors.entry(timeouts).or_insert_with(|| {
            SharedHttpConnector::new(ByScheme {
                settings: settings.clone(),
                ca_bundle: self.ca_bundle.clone(),
                plain: OnceLock::new(),
                tls: OnceLock::new(),
            })
        });
        connector.clone()
    }
}

impl HttpClient for Client {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        self.connector(settings)
    }
}

/// A connector without TLS and one with it, each built when the first URL needs it.
#[derive(Debug)]
struct ByScheme {
    settings: HttpConnectorSettings,
    ca_bundle: Option<Vec<u8>>,
    plain: OnceLock<Connector>,
    tls: OnceLock<Connector>,
}

impl ByScheme {
    fn builder(&self) -> ConnectorBuilder {
        Connector::builder()
            .connector_settings(self.settings.clone())
            .proxy_config(proxy())
    }

    fn with_tls(&self) -> Connector {
        let trust = match &self.ca_bundle {
            Some(pem) => TrustStore::empty().with_pem_certificate(pem.clone()),
            None => TrustStore::default(),
        };
        let context = TlsContext::builder()
            .with_trust_store(trust)
            .build()
            .expect("a trust store is all that a context takes");
        self.builder()
            .tls_provider(tls::Provider::Rustls(CryptoMode::Ring))
            .tls_context(context)
            .build()
    }
}

impl HttpConnector for ByScheme {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let connector = if request.uri().starts_with("http:") && !has_tls_proxy() {
            self.plain.get_or_init(|| self.builder().build_http())
        } else if self.ca_bundle.is_none() && lacks_roots() {
            return HttpConnectorFuture::ready(Err(ConnectorError::other(NoRoots.into(), None)));
        } else {
            self.tls.get_or_init(|| self.with_tls())
        };
        connector.call(request)
    }
}

/// Whether the system has no certificate at all, where the SDK would panic for it: in debug builds.
/// Others find it out by the server's certificate, and need not read all the system's twice.
fn lacks_roots() -> bool {
    cfg!(debug_assertions) && rustls_native_certs::load_native_certs().certs.is_empty()
}

/// The system has no certificates to trust.
#[derive(Debug)]
struct NoRoots;

impl fmt::Display for NoRoots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this system has no certificates")
    }
}

impl StdError for NoRoots {}

/// The proxies of the environment. `NO_PROXY=*` exempts every host, which the SDK takes for names
/// only, and not for addresses.
fn proxy() -> ProxyConfig {
    let exempts_all = |name| std::env::var(name).is_ok_and(|hosts| hosts.trim() == "*");
    if ["NO_PROXY", "no_proxy"].into_iter().any(exempts_all) {
        return ProxyConfig::disabled();
    }
    ProxyConfig::from_env()
}

/// Whether plain requests may go through a proxy that is itself reached by https.
fn has_tls_proxy() -> bool {
    ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]
        .iter()
        .any(|name| std::env::var(name).is_ok_and(|url| url.starts_with("https:")))
}

/// A failure to connect to `host`, or to hear its answer to the end, in our words.
///
/// `chain` is what the client reports: the outermost error of a chain of causes.
pub(crate) fn failure(chain: &(dyn StdError + 'static), host: &str) -> Failure {
    let service = |message: String| Error::new(Kind::Service, message);
    let error = if find::<NoRoots>(chain).is_some() {
        service(format!("cannot trust `{host}`: {NoRoots}"))
            .hint("install certificates, or name some with `--ca-bundle FILE`")
    } else if let Some(error) = find::<rustls::Error>(chain) {
        service(format!("cannot trust `{host}`: {error}"))
            .hint("if a proxy re-signs its traffic, name its certificates with `--ca-bundle FILE`")
    } else if refused_connection(chain) {
        service(format!("`{host}` refuses connections"))
            .hint("check the endpoint and the proxy settings")
    } else if unknown_host(chain) {
        service(format!("cannot find the host `{host}`"))
            .hint("check the network, the name of the host and, where it is given, `--region`")
    } else {
        let error = service(format!(
            "the connection to `{host}` broke: {}",
            innermost(chain)
        ));
        return Failure {
            cause: Cause::Lost,
            error,
        };
    };
    Failure::fatal(error)
}

/// Whether `chain` tells of a broken connection, rather than of an answer that makes no sense.
pub(crate) fn is_broken_connection(chain: &(dyn StdError + 'static)) -> bool {
    find::<hyper::Error>(chain).is_some() || find::<std::io::Error>(chain).is_some()
}

fn refused_connection(chain: &(dyn StdError + 'static)) -> bool {
    find::<std::io::Error>(chain)
        .is_some_and(|error| error.kind() == std::io::ErrorKind::ConnectionRefused)
}

/// hyper-util marks a failed look-up by nothing but its own error's text.
fn unknown_host(chain: &(dyn StdError + 'static)) -> bool {
    causes(chain).any(|cause| cause.to_string() == "dns error")
}

/// The text of the last cause.
pub(crate) fn innermost(chain: &(dyn StdError + 'static)) -> String {
    causes(chain)
        .last()
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn find<'a, E: StdError + 'static>(chain: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    causes(chain).find_map(|cause| cause.downcast_ref())
}

/// `chain` and its causes; what an I/O error wraps is one of them, though `source` skips it.
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

/// The error for an attempt whose answer is none: a page of HTML, a redirect, garbage.
pub(crate) fn unreadable(host: &str, status: u16, why: &str) -> Error {
    let error = Error::new(
        Kind::Service,
        format!("`{host}` answered something that cannot be read: {why} (HTTP status {status})"),
    );
    error.hint("check the endpoint and whether a proxy answers in its place")
}

//! The one HTTP client: for the SDK, for credentials and for anonymous requests.
//!
//! It uses HTTP/1.1. Over HTTP/2 all attempts would share one connection, even a dead one.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt;
use hyper::body::Bytes;
use hyper::header::HeaderValue;
use hyper::{HeaderMap, Request};

use super::connect::Connector;
use super::errors::failure;
use super::pool::Pool;
use super::proxy::Proxies;
use super::retry::{self, Cause, Failure};
use super::trust::Trust;

/// The longest page of a listing, in bytes. One of 1,000 rows has less than 1 MiB.
pub(crate) const LONGEST_PAGE: u64 = 256 << 20;
/// The longest manifest, in bytes; registries allow 4 MiB.
pub(crate) const LONGEST_MANIFEST: u64 = 8 << 20;
/// The longest token, in bytes.
pub(crate) const LONGEST_TOKEN: u64 = 1 << 20;

/// An HTTP client; clones share their connections.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    trust: Trust,
    proxies: Arc<Proxies>,
    /// How long connecting may take, for the addresses of a host together.
    connect_timeout: Duration,
    /// The longest response body for the SDK, in bytes.
    limit: u64,
    connectors: Arc<Mutex<HashMap<Timeouts, SharedConnector>>>,
}

/// Connect and read time-outs, which the SDK's clients choose for themselves.
type Timeouts = (Option<Duration>, Option<Duration>);

/// The client as the SDK uses it.
#[derive(Clone, Debug)]
struct SharedConnector {
    pool: Arc<Pool>,
    limit: u64,
    /// The time limit for the head of a response.
    read_timeout: Option<Duration>,
}

/// A complete response to a request outside the SDK.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Client {
    /// A client that connects within `connect_timeout`, through the proxies of the environment.
    pub(crate) fn new(trust: Trust, connect_timeout: Duration) -> Self {
        Self {
            trust,
            proxies: Arc::new(Proxies::from_environment()),
            connect_timeout,
            limit: LONGEST_PAGE,
            connectors: Arc::default(),
        }
    }

    /// The same client without proxies, for the local addresses at which containers and instances
    /// provide credentials.
    pub(crate) fn direct(&self) -> Self {
        Self {
            proxies: Arc::default(),
            connectors: Arc::default(),
            ..self.clone()
        }
    }

    /// The same client for responses of at most `limit` bytes.
    pub(crate) fn limited(&self, limit: u64) -> Self {
        Self {
            limit,
            connectors: Arc::default(),
            ..self.clone()
        }
    }

    /// Sends a request to `host`; the response body has at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// If no complete response arrives.
    pub(crate) async fn send(
        &self,
        request: Request<SdkBody>,
        limit: u64,
        host: &str,
    ) -> Result<Answer, Failure> {
        let pool = self.connector((None, None)).pool;
        let answer = pool.exchange(request, limit).await;
        let (parts, body) = answer.map_err(|error| failure(&*error, host))?.into_parts();
        let body = body
            .collect()
            .await
            .map_err(|error| failure(&*error, host))?;
        Ok(Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: body.to_bytes(),
        })
    }

    /// Whether requests for `url` go to its host rather than to a proxy.
    pub(crate) fn is_direct(&self, url: &str) -> bool {
        let chosen = url
            .parse()
            .map(|url| self.proxies.choose(&url).map(|proxy| proxy.is_some()));
        matches!(chosen, Ok(Ok(false)))
    }

    fn connector(&self, timeouts: Timeouts) -> SharedConnector {
        let mut connectors = self
            .connectors
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let (connect, read) = timeouts;
        let connector = connectors.entry(timeouts).or_insert_with(|| {
            let timeout = connect.unwrap_or(self.connect_timeout);
            let connector = Connector::new(self.trust.clone(), Arc::clone(&self.proxies), timeout);
            SharedConnector {
                pool: Arc::new(Pool::new(connector)),
                limit: self.limit,
                read_timeout: read,
            }
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
        let timeouts = (settings.connect_timeout(), settings.read_timeout());
        SharedHttpConnector::new(self.connector(timeouts))
    }
}

impl HttpConnector for SharedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Self {
            pool,
            limit,
            read_timeout,
        } = self.clone();
        HttpConnectorFuture::new(async move {
            let request = request
                .try_into_http1x()
                .map_err(|error| ConnectorError::user(error.into()))?;
            let exchange = pool.exchange(request, limit);
            let answer = match read_timeout {
                Some(limit) => tokio::time::timeout(limit, exchange)
                    .await
                    .map_err(|_| ConnectorError::timeout(timed_out().into()))?,
                None => exchange.await,
            };
            let answer = answer.map_err(connector_error)?;
            let answer = answer.map(|body| SdkBody::from_body_1_x(body.of_a_page()));
            HttpResponse::try_from(answer)
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

fn timed_out() -> io::Error {
    io::ErrorKind::TimedOut.into()
}

/// The same error for the SDK, which retries its own requests if this policy would.
fn connector_error(error: Box<dyn StdError + Send + Sync>) -> ConnectorError {
    match failure(&*error, "").cause {
        Cause::Lost => ConnectorError::io(error),
        _ => ConnectorError::other(error, None),
    }
}

impl Answer {
    /// The header `name`, if it is present and text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// All values of the header called `name`.
    pub(crate) fn headers(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.headers.get_all(name).iter().map(HeaderValue::as_bytes)
    }

    /// How long the host asks to wait.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        retry::retry_after(|name| self.header(name))
    }

    /// Whether the body is HTML or another format for people.
    pub(crate) fn is_page(&self) -> bool {
        self.body.trim_ascii_start().starts_with(b"<")
    }
}

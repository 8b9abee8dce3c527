//! The one HTTP client: for the SDK, for credentials and for anonymous requests.
//!
//! It uses HTTP/1.1. Over HTTP/2 all attempts would share one connection, even a dead one.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{DATE, HOST, HeaderValue, PROXY_AUTHORIZATION, USER_AGENT};
use hyper::{HeaderMap, Request, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use jiff::{SignedDuration, Timestamp};

use super::connect::{ConnectCause, ConnectError, Connector};
use super::errors::{TooLong, failure};
use super::proxy::Proxies;
use super::retry::{self, Failure};
use super::trust::Trust;
use crate::error::Error;
use crate::redact;

/// The longest page of a listing, in bytes. One of 1,000 rows has less than 1 MiB.
pub(crate) const LONGEST_PAGE: u64 = 256 << 20;
pub(crate) const LONGEST_TOKEN: u64 = 1 << 20;
/// The longest body of an error, in bytes, regardless of the limit.
const LONGEST_ERROR: u64 = 1 << 20;
/// The most bytes that a body reserves before they arrive.
const LONGEST_RESERVED: u64 = 1 << 20;

const SECRET_HEADERS: [&str; 5] = [
    "authorization",
    "proxy-authorization",
    "x-amz-security-token",
    "x-amz-sso_bearer_token",
    "x-aws-ec2-metadata-token",
];

/// An HTTP client; clones share their connections.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    connector: Connector,
    /// Connections without a request, by scheme and host.
    idle: Arc<Mutex<Idle>>,
    /// How far this machine's clock is ahead of the host's, by the `Date` of the first response; nothing
    /// if that cannot be read.
    skew: Arc<OnceLock<Option<SignedDuration>>>,
    /// The longest response body for the SDK, in bytes.
    limit: u64,
    /// How long a request of the SDK may take.
    timeout: Option<Duration>,
}

#[derive(Debug)]
pub(crate) struct HttpAnswer {
    pub(crate) status: u16,
    headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

type Idle = HashMap<String, Vec<SendRequest<SdkBody>>>;

/// A request without a complete response. When it is dropped, so are all idle connections: a change of
/// network breaks all of them, and retries must not use one broken connection after another.
struct Unanswered<'a>(&'a Client);

impl Client {
    /// A client that connects within `connect_timeout`, which the addresses of a host share, through the
    /// proxies of the environment.
    pub(crate) fn new(trust: Trust, connect_timeout: Duration) -> Self {
        let proxies = Proxies::from_environment();
        Self::over(Connector::new(trust, proxies, connect_timeout))
    }

    fn over(connector: Connector) -> Self {
        Self {
            connector,
            idle: Arc::default(),
            skew: Arc::default(),
            limit: LONGEST_PAGE,
            timeout: None,
        }
    }

    /// The same client without proxies, for the local addresses at which containers and instances
    /// provide credentials.
    pub(crate) fn direct(&self) -> Self {
        Self::over(self.connector.direct())
    }

    /// The same client for what provides credentials: its responses tell nothing of the service's clock.
    pub(crate) fn limited(&self, limit: u64) -> Self {
        Self {
            limit,
            skew: Arc::default(),
            ..self.clone()
        }
    }

    /// Sends a request to `host`; the response body has at most `limit` bytes. A response of any status
    /// is not an error.
    pub(crate) async fn send(
        &self,
        request: Request<SdkBody>,
        limit: u64,
        host: &str,
    ) -> Result<HttpAnswer, Failure> {
        let answer = self.exchange(request, limit).await;
        let (head, body) = answer.map_err(|error| failure(&*error, host))?.into_parts();
        Ok(HttpAnswer {
            status: head.status.as_u16(),
            headers: head.headers,
            body,
        })
    }

    /// How far this machine's clock is ahead of that of the first host that responded; nothing if none
    /// did, or gave no date.
    pub(crate) fn skew(&self) -> Option<SignedDuration> {
        *self.skew.get()?
    }

    /// Whether requests for `url` go to its host rather than to a proxy.
    pub(crate) fn is_direct(&self, url: &str) -> bool {
        url.parse()
            .is_ok_and(|url| self.connector.proxies.choose(&url) == Ok(None))
    }

    /// Sends a request, and reads the body of the response: at most `limit` bytes, of an error 1 MiB.
    async fn exchange(
        &self,
        mut request: Request<SdkBody>,
        limit: u64,
    ) -> Result<Response<Vec<u8>>, Box<dyn StdError + Send + Sync>> {
        let target = request.uri().clone();
        // The connector reports an unusable proxy, and sends what is encrypted through a tunnel.
        let proxy = self.connector.proxies.choose(&target).ok().flatten();
        let proxy = proxy.filter(|_| target.scheme_str() == Some("http"));
        if let Some(value) = proxy.and_then(|proxy| proxy.authorization.as_ref()) {
            let headers = request.headers_mut();
            headers.insert(PROXY_AUTHORIZATION, value.clone());
        }
        hide(request.headers());
        let host = host_and_port(&target);
        let origin = format!("{}://{host}", target.scheme_str().unwrap_or_default());
        let headers = request.headers_mut();
        headers.entry(HOST).or_insert(HeaderValue::try_from(host)?);
        if proxy.is_none() {
            *request.uri_mut() = target
                .path_and_query()
                .cloned()
                .map_or_else(Uri::default, Uri::from);
        }
        let unanswered = Unanswered(self);
        let mut connection = self.connection(&origin, &target).await?;
        let (head, incoming) = connection.send_request(request).await?.into_parts();
        if let (Some(proxy), StatusCode::PROXY_AUTHENTICATION_REQUIRED) = (proxy, head.status) {
            return Err(Box::new(ConnectError {
                proxy: Some(proxy.clone()),
                cause: ConnectCause::Refused(head.status.as_u16()),
            }));
        }
        self.skew.get_or_init(|| {
            let date = head.headers.get(DATE)?.to_str().ok()?;
            Some(Timestamp::now().duration_since(retry::http_date(date)?))
        });
        let limit = if head.status.is_success() {
            limit
        } else {
            limit.min(LONGEST_ERROR)
        };
        let body = read(incoming, limit).await?;
        std::mem::forget(unanswered);
        self.idle().entry(origin).or_default().push(connection);
        Ok(Response::from_parts(head, body))
    }

    /// An idle connection to the `origin` of `target` that is still open, or else a new one.
    async fn connection(
        &self,
        origin: &str,
        target: &Uri,
    ) -> Result<SendRequest<SdkBody>, Box<dyn StdError + Send + Sync>> {
        while let Some(mut idle) = self.take_idle(origin) {
            if idle.ready().await.is_ok() {
                return Ok(idle);
            }
        }
        let io = self.connector.connect(target).await?;
        let (requests, connection) = http1::handshake(TokioIo::new(io)).await?;
        // Its errors reach the request in flight.
        tokio::spawn(connection);
        Ok(requests)
    }

    fn take_idle(&self, origin: &str) -> Option<SendRequest<SdkBody>> {
        self.idle().get_mut(origin)?.pop()
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Unanswered<'_> {
    fn drop(&mut self) {
        self.0.idle().clear();
    }
}

fn host_and_port(uri: &Uri) -> String {
    let host = uri.host().unwrap_or_default();
    match (uri.port_u16(), uri.scheme_str()) {
        (None, _) | (Some(80), Some("http")) | (Some(443), Some("https")) => host.to_owned(),
        (Some(port), _) => format!("{host}:{port}"),
    }
}

async fn read(
    mut incoming: Incoming,
    limit: u64,
) -> Result<Vec<u8>, Box<dyn StdError + Send + Sync>> {
    let expected = incoming.size_hint().lower();
    if expected > limit {
        return Err(TooLong(limit).into());
    }
    let reserved = usize::try_from(expected.min(LONGEST_RESERVED)).unwrap_or_default();
    let mut body = Vec::with_capacity(reserved);
    while let Some(frame) = incoming.frame().await {
        let Ok(data) = frame?.into_data() else {
            continue;
        };
        if (body.len() + data.len()) as u64 > limit {
            return Err(TooLong(limit).into());
        }
        body.extend_from_slice(&data);
    }
    Ok(body)
}

/// Redacts the secrets of a request from the output, because its response may repeat them.
fn hide(headers: &HeaderMap) {
    for name in SECRET_HEADERS {
        let values = headers.get_all(name).iter();
        for value in values.filter_map(|value| value.to_str().ok()) {
            match value.split_once("Signature=") {
                Some((_, signature)) => redact::hide_of_request(signature),
                None => redact::hide(value.split_once(' ').map_or(value, |(_, secret)| secret)),
            }
        }
    }
}

impl HttpClient for Client {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        // A provider of credentials gives up early where nothing answers.
        let timeouts = [settings.connect_timeout(), settings.read_timeout()];
        SharedHttpConnector::new(Self {
            timeout: timeouts.into_iter().flatten().max(),
            ..self.clone()
        })
    }
}

impl HttpConnector for Client {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.clone();
        HttpConnectorFuture::new(async move {
            let request = request
                .try_into_http1x()
                .map_err(|error| ConnectorError::user(error.into()))?;
            let exchange = client.exchange(request, client.limit);
            let answer = match client.timeout {
                Some(limit) => tokio::time::timeout(limit, exchange).await,
                None => Ok(exchange.await),
            };
            let answer = answer.map_err(|elapsed| ConnectorError::timeout(elapsed.into()))?;
            let answer = answer.map_err(|error| ConnectorError::other(error, None))?;
            let answer = answer.map(SdkBody::from);
            HttpResponse::try_from(answer)
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// A request with these headers, and a body that may be empty; or why it cannot be sent.
pub(crate) fn request(
    method: &'static str,
    url: &str,
    headers: &[(&'static str, &str)],
    body: Vec<u8>,
) -> Result<Request<SdkBody>, Failure> {
    let agent = concat!("ecrpub/", env!("CARGO_PKG_VERSION"));
    let builder = Request::builder().method(method).uri(url);
    let mut request = builder.header(USER_AGENT, agent);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let refused =
        |error| Failure::fatal(Error::usage(format!("a request cannot be sent: {error}")));
    request.body(body.into()).map_err(refused)
}

impl HttpAnswer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn headers(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.headers.get_all(name).iter().map(HeaderValue::as_bytes)
    }

    pub(crate) fn retry_after(&self) -> Option<Duration> {
        retry::retry_after(|name| self.header(name))
    }
}

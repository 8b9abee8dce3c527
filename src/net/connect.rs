//! Opens connections: TCP, through a proxy if one is set, and TLS.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_types::body::SdkBody;
use hyper::client::conn::http1;
use hyper::header::{HOST, PROXY_AUTHORIZATION, USER_AGENT};
use hyper::http::uri::Scheme;
use hyper::{Request, Uri};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tower_service::Service;

use super::proxy::{Proxies, Proxy};
use super::trust::Trust;

/// A connection: TCP, or TLS over TCP or over another TLS.
pub(super) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

#[derive(Clone, Debug)]
pub(super) struct Connector {
    tcp: HttpConnector,
    pub(super) proxies: Arc<Proxies>,
    trust: Arc<Trust>,
    timeout: Duration,
}

#[derive(Debug)]
pub(crate) struct ConnectError {
    /// The proxy that failed, if it was not the host itself.
    pub(super) proxy: Option<Proxy>,
    pub(super) cause: ConnectCause,
}

#[derive(Debug)]
pub(super) enum ConnectCause {
    Setting(String),
    UnknownHost,
    Tcp(Box<dyn StdError + Send + Sync>),
    /// TLS, with the setting that named a CA bundle.
    Tls(io::Error, Option<String>),
    NoRoots,
    Refused(u16),
    NotHttp,
    NoAnswer(Box<dyn StdError + Send + Sync>),
}

impl Connector {
    /// A connector that gives up after `timeout`, which the addresses of a host share.
    pub(super) fn new(trust: Trust, proxies: Proxies, timeout: Duration) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(timeout));
        Self {
            tcp,
            proxies: Arc::new(proxies),
            trust: Arc::new(trust),
            timeout,
        }
    }

    pub(super) fn direct(&self) -> Self {
        Self {
            proxies: Arc::default(),
            ..self.clone()
        }
    }

    /// A connection to the host of `target`, or to the proxy on the way: for http, the proxy forwards
    /// each request, otherwise it opens a tunnel.
    pub(super) async fn connect(&self, target: &Uri) -> Result<Box<dyn Io>, ConnectError> {
        let chosen = self.proxies.choose(target).map_err(ConnectCause::Setting)?;
        let Some(proxy) = chosen else {
            return Ok(self.open(target).await?);
        };
        let of_proxy = |cause| ConnectError {
            proxy: Some(proxy.clone()),
            cause,
        };
        let io = self.open(&proxy.address).await.map_err(of_proxy)?;
        if target.scheme() != Some(&Scheme::HTTPS) {
            return Ok(io);
        }
        let answer = tokio::time::timeout(self.timeout, tunnel(io, target, proxy)).await;
        let silent = |_| {
            Err(ConnectCause::NoAnswer(
                io::Error::from(io::ErrorKind::TimedOut).into(),
            ))
        };
        let io = answer.unwrap_or_else(silent).map_err(of_proxy)?;
        Ok(self.encrypt(io, target).await?)
    }

    /// A connection to the host of `uri`, with TLS if its scheme says so.
    async fn open(&self, uri: &Uri) -> Result<Box<dyn Io>, ConnectCause> {
        let tcp = async {
            let tcp = self.tcp.clone().call(uri.clone()).await;
            let tcp = tcp.map_err(|error| match error.to_string().as_str() {
                // hyper-util marks a failed look-up by the text of its error alone.
                "dns error" => ConnectCause::UnknownHost,
                _ => ConnectCause::Tcp(error.into()),
            })?;
            Ok::<Box<dyn Io>, ConnectCause>(Box::new(tcp.into_inner()))
        };
        if uri.scheme() != Some(&Scheme::HTTPS) {
            return tcp.await;
        }
        // The certificates are read while the connection is opened.
        let (tcp, _) = tokio::join!(biased; tcp, async { self.trust.config() });
        self.encrypt(tcp?, uri).await
    }

    async fn encrypt(&self, io: Box<dyn Io>, uri: &Uri) -> Result<Box<dyn Io>, ConnectCause> {
        let config = self.trust.config().ok_or(ConnectCause::NoRoots)?;
        let host = uri.host().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let failed = |error| ConnectCause::Tls(error, self.trust.origin.clone());
        let name = ServerName::try_from(host.to_owned());
        let name = name.map_err(|error| failed(io::Error::other(error)))?;
        let tls = TlsConnector::from(config).connect(name, io).await;
        Ok(Box::new(tls.map_err(failed)?))
    }
}

async fn tunnel(io: Box<dyn Io>, target: &Uri, proxy: &Proxy) -> Result<Box<dyn Io>, ConnectCause> {
    let host = target.host().unwrap_or_default();
    let host = format!("{host}:{}", target.port_u16().unwrap_or(443));
    let agent = concat!("ecrpub/", env!("CARGO_PKG_VERSION"));
    let mut request = Request::connect(&host)
        .header(HOST, &host)
        .header(USER_AGENT, agent);
    if let Some(value) = &proxy.authorization {
        request = request.header(PROXY_AUTHORIZATION, value);
    }
    let request = request.body(SdkBody::empty());
    let request = request.map_err(|_| ConnectCause::UnknownHost)?;
    let failed = |error: hyper::Error| {
        let is_lost = error.source().is_some_and(<dyn StdError>::is::<io::Error>);
        if error.is_incomplete_message() || is_lost {
            ConnectCause::NoAnswer(error.into())
        } else {
            ConnectCause::NotHttp
        }
    };
    let (mut requests, connection) = http1::handshake(TokioIo::new(io)).await.map_err(failed)?;
    tokio::spawn(connection.with_upgrades());
    let answer = requests.send_request(request).await.map_err(failed)?;
    if !answer.status().is_success() {
        return Err(ConnectCause::Refused(answer.status().as_u16()));
    }
    let tunnel = hyper::upgrade::on(answer).await.map_err(failed)?;
    Ok(Box::new(TokioIo::new(tunnel)))
}

impl From<ConnectCause> for ConnectError {
    fn from(cause: ConnectCause) -> Self {
        Self { proxy: None, cause }
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cannot connect")
    }
}

impl StdError for ConnectError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.cause {
            ConnectCause::Tcp(error) | ConnectCause::NoAnswer(error) => Some(&**error),
            ConnectCause::Tls(error, _) => Some(error),
            _ => None,
        }
    }
}

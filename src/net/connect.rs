//! Opens connections: TCP, through a proxy if one is set, and TLS.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use hyper::Uri;
use hyper::http::uri::Scheme;
use hyper_util::client::legacy::connect::HttpConnector;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_rustls::TlsConnector;
use tower_service::Service;

use super::proxy::{Proxies, Proxy};
use super::trust::Trust;

/// The longest head of a response to CONNECT, in bytes.
const LONGEST_HEAD: usize = 16 * 1024;

/// A connection: TCP, or TLS over TCP or over another TLS.
pub(super) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// Makes connections.
#[derive(Clone, Debug)]
pub(super) struct Connector {
    tcp: HttpConnector,
    pub(super) proxies: Arc<Proxies>,
    trust: Arc<Trust>,
    timeout: Duration,
}

/// The error of a failed connection.
#[derive(Debug)]
pub(crate) struct ConnectError {
    /// The proxy that failed, if it was not the host itself.
    pub(super) proxy: Option<Proxy>,
    pub(super) cause: ConnectCause,
}

/// What failed.
#[derive(Debug)]
pub(super) enum ConnectCause {
    /// The proxy setting is unusable, for this reason.
    Setting(String),
    /// The host name is unknown.
    UnknownHost,
    /// TCP.
    Tcp(Box<dyn StdError + Send + Sync>),
    /// TLS.
    Tls(io::Error),
    /// The system has no certificates to trust.
    NoRoots,
    /// The proxy refused CONNECT with this status.
    Refused(u16),
    /// The proxy's response to CONNECT is not HTTP.
    NotHttp,
    /// The proxy did not respond to CONNECT.
    NoAnswer(io::Error),
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

    /// The same connector without proxies.
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
        let mut io = self.open(proxy.address()).await.map_err(of_proxy)?;
        if target.scheme() != Some(&Scheme::HTTPS) {
            return Ok(io);
        }
        let answered = tokio::time::timeout(self.timeout, tunnel(&mut io, target, proxy));
        let answered = answered
            .await
            .unwrap_or_else(|_| Err(ConnectCause::NoAnswer(io::ErrorKind::TimedOut.into())));
        answered.map_err(of_proxy)?;
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
        let name = ServerName::try_from(host.to_owned())
            .map_err(|error| ConnectCause::Tls(io::Error::other(error)))?;
        let tls = TlsConnector::from(config).connect(name, io).await;
        Ok(Box::new(tls.map_err(ConnectCause::Tls)?))
    }
}

/// Requests a tunnel to the host of `target` from `proxy`, at the other end of `io`.
async fn tunnel(io: &mut Box<dyn Io>, target: &Uri, proxy: &Proxy) -> Result<(), ConnectCause> {
    let host = target.host().unwrap_or_default();
    let port = target.port_u16().unwrap_or(443);
    let mut request = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n");
    request += concat!("User-Agent: ecrpub/", env!("CARGO_PKG_VERSION"), "\r\n");
    let mut request = request.into_bytes();
    if let Some(value) = proxy.authorization() {
        request.extend([b"Proxy-Authorization: ", value.as_bytes(), b"\r\n"].concat());
    }
    request.extend(b"\r\n");
    io.write_all(&request)
        .await
        .map_err(ConnectCause::NoAnswer)?;
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = io
            .read_buf(&mut head)
            .await
            .map_err(ConnectCause::NoAnswer)?;
        if head.len() > LONGEST_HEAD || !is_http(&head) {
            return Err(ConnectCause::NotHttp);
        }
        if read == 0 {
            return Err(ConnectCause::NoAnswer(io::ErrorKind::UnexpectedEof.into()));
        }
    }
    match status(&head) {
        Some(200..=299) => Ok(()),
        Some(status) => Err(ConnectCause::Refused(status)),
        None => Err(ConnectCause::NotHttp),
    }
}

/// Whether `head`, which may be incomplete, can be the head of a response.
fn is_http(head: &[u8]) -> bool {
    head.iter().zip(b"HTTP/1.").all(|(is, should)| is == should)
}

/// The status of `HTTP/1.1 200 OK`.
fn status(head: &[u8]) -> Option<u16> {
    let line = head.split(|byte| *byte == b'\r').next()?;
    let line = str::from_utf8(line.get(..12)?).ok()?;
    let (_, status) = line.split_once(' ')?;
    status.parse().ok()
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
            ConnectCause::Tcp(error) => Some(&**error),
            ConnectCause::Tls(error) | ConnectCause::NoAnswer(error) => Some(error),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{is_http, status};

    #[test]
    fn reads_the_status_of_a_response_to_connect() {
        assert_eq!(status(b"HTTP/1.1 200 OK\r\n\r\n"), Some(200));
        assert_eq!(status(b"HTTP/1.0 407\r\n\r\n"), Some(407));
        for head in ["", "HTTP/1.1", "HTTP/1.1 2", "HTTP/1.1 20x OK\r\n\r\n"] {
            assert_eq!(status(head.as_bytes()), None, "{head}");
        }
        assert!(is_http(b"") && is_http(b"HTT") && is_http(b"HTTP/1.0 200"));
        assert!(!is_http(b"SSH-2.0") && !is_http(b"HTTP/2 200"));
    }
}

//! The connection pool, and response bodies of bounded size.

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use aws_smithy_types::body::SdkBody;
use hyper::body::{Body as HttpBody, Bytes, Frame, Incoming, SizeHint};
use hyper::header::PROXY_AUTHORIZATION;
use hyper::{HeaderMap, Request, Response, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::connect::{Cause, ConnectError, Connector};
use crate::redact;

/// The longest body of an error, regardless of the limit.
const LONGEST_ERROR: u64 = 1 << 20;

/// So many bytes are not counted, because a page of 1,000 rows is shorter: counting takes time.
const NOT_COUNTED: u64 = 1 << 20;
/// The most JSON objects in a page: the services send at most 1,000 rows of two objects.
const MOST_OBJECTS: usize = 20_000;
/// The most commas in a page: 1,000 images may have 1,000 tags each.
const MOST_VALUES: usize = 2_000_000;

/// The headers of requests that hold secrets.
const SECRET_HEADERS: [&str; 5] = [
    "authorization",
    "proxy-authorization",
    "x-amz-security-token",
    "x-amz-sso_bearer_token",
    "x-aws-ec2-metadata-token",
];

type BoxError = Box<dyn StdError + Send + Sync>;

/// Idle connections by host. When one is lost, all are dropped: a change of network breaks all of them,
/// and retries must not use one broken connection after another.
#[derive(Debug)]
pub(super) struct Pool {
    connector: Connector,
    /// The connections, and how often they were dropped.
    client: Mutex<(u64, Client<Connector, SdkBody>)>,
}

/// A response body that fails when it is longer than the limit.
#[derive(Debug)]
pub(super) struct Body {
    incoming: Incoming,
    limit: u64,
    read: u64,
    /// How many more objects and values of lists it may have, if they are counted.
    left: Option<(usize, usize)>,
    attempt: Attempt,
}

/// A body is longer than allowed.
#[derive(Clone, Copy, Debug)]
pub(super) enum TooLong {
    /// It has more bytes than this.
    Bytes(u64),
    /// It has too many JSON objects or values.
    Values,
}

/// A request in flight. When it is dropped before the end of its response, so are all idle connections.
#[derive(Debug)]
struct Attempt {
    pool: Arc<Pool>,
    generation: u64,
    is_over: bool,
}

impl Pool {
    /// A pool without connections.
    pub(super) fn new(connector: Connector) -> Self {
        Self {
            client: Mutex::new((0, client(&connector))),
            connector,
        }
    }

    /// Sends a request; the response body has at most `limit` bytes, that of an error 1 MiB.
    ///
    /// # Errors
    ///
    /// [`ConnectError`], or hyper's error for a lost connection.
    pub(super) async fn exchange(
        self: &Arc<Self>,
        mut request: Request<SdkBody>,
        limit: u64,
    ) -> Result<Response<Body>, BoxError> {
        let (generation, client) = self.client().clone();
        let mut attempt = Attempt {
            pool: Arc::clone(self),
            generation,
            is_over: false,
        };
        let is_plain = request.uri().scheme_str() == Some("http");
        let chosen = self.connector.proxies().choose(request.uri());
        let proxy = chosen.ok().flatten().filter(|_| is_plain);
        if let Some(value) = proxy.as_ref().and_then(|(proxy, _)| proxy.authorization()) {
            request
                .headers_mut()
                .insert(PROXY_AUTHORIZATION, value.clone());
        }
        hide(request.headers());
        let answer = client.request(request).await?;
        let status = answer.status();
        if let (Some((_, name)), StatusCode::PROXY_AUTHENTICATION_REQUIRED) = (proxy, status) {
            attempt.is_over = true;
            return Err(Box::new(ConnectError {
                proxy: Some(name),
                cause: Cause::Refused(status.as_u16()),
            }));
        }
        // An empty body need not be polled.
        attempt.is_over = answer.body().is_end_stream();
        Ok(answer.map(|incoming| Body {
            incoming,
            limit: if status.is_success() {
                limit
            } else {
                limit.min(LONGEST_ERROR)
            },
            read: 0,
            left: None,
            attempt,
        }))
    }

    fn client(&self) -> std::sync::MutexGuard<'_, (u64, Client<Connector, SdkBody>)> {
        self.client.lock().unwrap_or_else(PoisonError::into_inner)
    }
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

fn client(connector: &Connector) -> Client<Connector, SdkBody> {
    Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .build(connector.clone())
}

impl Drop for Attempt {
    fn drop(&mut self) {
        let mut current = self.pool.client();
        // Another request of the same generation may have dropped the connections already.
        if !self.is_over && current.0 == self.generation {
            *current = (self.generation + 1, client(&self.pool.connector));
        }
    }
}

impl Body {
    /// The same body, which fails when its JSON has far more values than a page: a value of two bytes
    /// may take hundreds in memory.
    pub(super) fn of_a_page(self) -> Self {
        Self {
            left: Some((MOST_OBJECTS, MOST_VALUES)),
            ..self
        }
    }

    /// Counts `data`, and returns whether the body is within its limits. Braces and commas in texts
    /// count too: they are few.
    fn count(&mut self, data: &[u8]) -> Result<(), TooLong> {
        let length = data.len() as u64;
        if length > self.limit - self.read {
            return Err(TooLong::Bytes(self.limit));
        }
        self.read += length;
        if self.read <= NOT_COUNTED {
            return Ok(());
        }
        if let Some((objects, values)) = &mut self.left {
            *objects = objects
                .checked_sub(count(data, b'{'))
                .ok_or(TooLong::Values)?;
            *values = values
                .checked_sub(count(data, b','))
                .ok_or(TooLong::Values)?;
        }
        Ok(())
    }
}

/// How often `mark` is in `data`. Sums of bytes are computed many at a time: 256 MiB take 0.1 s rather
/// than 0.4 s.
fn count(data: &[u8], mark: u8) -> usize {
    let chunks = data.chunks(usize::from(u8::MAX));
    let count = |chunk: &[u8]| chunk.iter().map(|byte| u8::from(*byte == mark)).sum::<u8>();
    chunks.map(|chunk| usize::from(count(chunk))).sum()
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.incoming.size_hint().lower() > self.limit - self.read {
            return Poll::Ready(Some(Err(TooLong::Bytes(self.limit).into())));
        }
        let frame = std::task::ready!(Pin::new(&mut self.incoming).poll_frame(context));
        Poll::Ready(match frame {
            None => {
                self.attempt.is_over = true;
                None
            }
            Some(Ok(frame)) => {
                let data = frame.data_ref().map_or(&[][..], |data| data);
                if let Err(too_long) = self.count(data) {
                    return Poll::Ready(Some(Err(too_long.into())));
                }
                self.attempt.is_over = self.incoming.is_end_stream();
                Some(Ok(frame))
            }
            Some(Err(error)) => Some(Err(error.into())),
        })
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(limit) => write!(f, "the response is longer than {}", size(*limit)),
            Self::Values => f.write_str("the response has more rows than a page"),
        }
    }
}

impl StdError for TooLong {}

/// A limit in words: `256 MiB`.
fn size(bytes: u64) -> String {
    format!("{} MiB", bytes >> 20)
}

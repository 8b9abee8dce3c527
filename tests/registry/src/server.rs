//! The server: connections, faults, and the record of requests.

use std::convert::Infallible;
use std::io;
use std::net::Ipv4Addr;
use std::panic::Location;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use futures_util::stream::{self, StreamExt};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Collected, Full, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::data::{Image, Repository};
use crate::policy::Policy;
use crate::protocol::{self, Answer};
use crate::rate::{Rate, RateCounts};
use crate::shelf::Shelf;
use crate::tls::{self, Identity};

/// A running registry, which stops when it is dropped.
///
/// Dropping a registry that received no request panics, because a test that never reached it proves
/// nothing. A test that expects no request calls [`Registry::assert_no_requests`] at its end.
#[derive(Debug)]
pub struct Registry {
    url: String,
    certificate: String,
    started_at: &'static Location<'static>,
    may_be_unused: AtomicBool,
    state: Arc<State>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// A request as received.
#[derive(Clone, Debug)]
pub struct Request {
    /// Its number, from 1.
    pub number: usize,
    /// When it was received.
    pub at: Instant,
    /// `DescribeImages` and the like of the signed API, `describeImageTags` and the like of the gallery's,
    /// `token`, `tags/list`, `manifest` of the registry's own; empty for any other request.
    pub operation: String,
    /// The method, such as `HEAD`.
    pub method: String,
    /// The path and the query.
    pub path: String,
    /// The body; null if it is not JSON.
    pub body: Value,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The `X-Amz-Security-Token` header.
    pub session_token: Option<String>,
}

/// A fault of a request.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Respond with an error of the service.
    Error {
        /// The HTTP status.
        status: u16,
        /// The error's code, such as `ThrottlingException`.
        code: String,
        /// Its message, if it has one.
        message: Option<String>,
    },
    /// Respond with this.
    Raw {
        /// The HTTP status.
        status: u16,
        /// Its headers, including the media type.
        headers: Vec<(&'static str, String)>,
        /// The body.
        body: Vec<u8>,
    },
    /// Respond correctly after this time.
    Wait(Duration),
    /// Respond correctly, but with this page token.
    Token(String),
    /// Close the connection in the middle of the response.
    Cut,
    /// Reset the connection instead of responding.
    Reset,
    /// Reset the connection in the middle of the response.
    ResetMidway,
    /// Respond correctly, with this time before each byte.
    Drip(Duration),
}

impl Fault {
    /// Any response.
    #[must_use]
    pub fn raw(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self::Raw {
            status,
            headers: vec![("content-type", content_type.to_owned())],
            body: body.into(),
        }
    }

    /// An error of the service.
    #[must_use]
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        Self::Error {
            status,
            code: code.to_owned(),
            message: Some(message.to_owned()),
        }
    }
}

type Plan = dyn Fn(&Request) -> Option<Fault> + Send + Sync;

/// The parts of a registry to be started.
#[derive(Default)]
pub struct Builder {
    repositories: Vec<Repository>,
    policy: Policy,
    plan: Option<Box<Plan>>,
    rate: Option<Rate>,
    port: u16,
    tls: bool,
}

struct State {
    shelf: Shelf,
    policy: Policy,
    plan: Option<Box<Plan>>,
    rate: Option<Rate>,
    requests: Mutex<Vec<Request>>,
    under_way: AtomicUsize,
    most_under_way: AtomicUsize,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").finish_non_exhaustive()
    }
}

impl Builder {
    /// Adds a repository.
    #[must_use]
    pub fn repository(mut self, repository: Repository) -> Self {
        self.repositories.push(repository);
        self
    }

    /// Calls `plan` for each request, which gets the fault that `plan` returns.
    #[must_use]
    pub fn faults(
        mut self,
        plan: impl Fn(&Request) -> Option<Fault> + Send + Sync + 'static,
    ) -> Self {
        self.plan = Some(Box::new(plan));
        self
    }

    /// Throttles requests beyond `per_second`, counted in a token bucket that holds `burst`. A request
    /// takes a token when it is received; a fault of the plan, such as a wait, comes on top.
    #[must_use]
    pub fn rate(mut self, per_second: u32, burst: u32) -> Self {
        self.rate = Some(Rate::new(per_second, burst));
        self
    }

    /// Adds repositories.
    #[must_use]
    pub fn repositories(mut self, repositories: impl IntoIterator<Item = Repository>) -> Self {
        self.repositories.extend(repositories);
        self
    }

    /// Denies an operation of the signed API with `AccessDeniedException`: `DescribeImages` and the
    /// like, or `sts:GetServiceBearerToken`, which `GetAuthorizationToken` needs too.
    #[must_use]
    pub fn deny(mut self, operation: &str) -> Self {
        self.policy.denied.push((operation.to_owned(), None));
        self
    }

    /// Denies an operation of the signed API on one repository.
    #[must_use]
    pub fn deny_on(mut self, operation: &str, repository: &str) -> Self {
        let denied = (operation.to_owned(), Some(repository.to_owned()));
        self.policy.denied.push(denied);
        self
    }

    /// Refuses anonymous tokens at the registry's own API, by this status: 401 or 403.
    #[must_use]
    pub fn deny_anonymous(mut self, status: u16) -> Self {
        self.policy.anonymous = Some(status);
        self
    }

    /// Refuses tokens of `GetAuthorizationToken` at the registry's own API, by this status.
    #[must_use]
    pub fn deny_signed_in(mut self, status: u16) -> Self {
        self.policy.signed_in = Some(status);
        self
    }

    /// Does not find the manifest of this image, which is listed all the same.
    #[must_use]
    pub fn missing_manifest(mut self, image: &Image) -> Self {
        self.policy.missing.extend(image.digest.clone());
        self
    }

    /// Sends a manifest of this image that does not have its digest.
    #[must_use]
    pub fn corrupt_manifest(mut self, image: &Image) -> Self {
        self.policy.corrupt.extend(image.digest.clone());
        self
    }

    /// Listens on this port rather than on any that is free.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Serves https, with the certificate [`Registry::certificate`].
    #[must_use]
    pub fn tls(mut self) -> Self {
        self.tls = true;
        self
    }

    /// Starts the registry on loopback.
    ///
    /// # Panics
    ///
    /// When the port is taken.
    #[must_use]
    #[track_caller]
    pub fn start(self) -> Registry {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, self.port))
            .expect("loopback has a free port");
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        listener
            .set_nonblocking(true)
            .expect("a socket can be made non-blocking");
        let state = Arc::new(State {
            shelf: Shelf::new(self.repositories),
            policy: self.policy,
            plan: self.plan,
            rate: self.rate,
            requests: Mutex::default(),
            under_way: AtomicUsize::new(0),
            most_under_way: AtomicUsize::new(0),
        });
        let (stop, stopped) = oneshot::channel();
        let served = Arc::clone(&state);
        let identity = self.tls.then(|| Identity::of(tls::REGISTRY));
        let scheme = if self.tls { "https" } else { "http" };
        let (acceptor, certificate) = match identity {
            Some(identity) => (Some(identity.acceptor), identity.certificate),
            None => (None, String::new()),
        };
        let thread =
            std::thread::spawn(move || serve(listener, acceptor.as_ref(), &served, stopped));
        Registry {
            url: format!("{scheme}://{address}"),
            certificate,
            started_at: Location::caller(),
            may_be_unused: AtomicBool::new(false),
            state,
            stop: Some(stop),
            thread: Some(thread),
        }
    }
}

impl Registry {
    /// A builder of a registry.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// A registry of these repositories.
    #[must_use]
    #[track_caller]
    pub fn start(repositories: impl IntoIterator<Item = Repository>) -> Self {
        let builder = Builder {
            repositories: repositories.into_iter().collect(),
            ..Builder::default()
        };
        builder.start()
    }

    /// The URL at which it listens.
    #[must_use]
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// The certificate that clients of https must trust, PEM.
    #[must_use]
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// The requests received so far.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        let requests = self.state.requests.lock();
        requests.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Checks that no request was received so far, and allows dropping the registry without one.
    ///
    /// # Panics
    ///
    /// If a request was received.
    #[track_caller]
    pub fn assert_no_requests(&self) {
        let requests = self.requests();
        assert!(requests.is_empty(), "requests were received: {requests:?}");
        self.allow_no_requests();
    }

    /// Lets the registry be dropped without a request, for programs that are no tests.
    pub fn allow_no_requests(&self) {
        self.may_be_unused.store(true, Ordering::SeqCst);
    }

    /// Changes the images of a repository, as a push or a deletion by somebody else does.
    ///
    /// # Panics
    ///
    /// If there is no such repository.
    pub fn change(&self, alias: &str, name: &str, change: impl FnOnce(&mut Vec<Image>)) {
        let changed = self.state.shelf.change(alias, name, |images| {
            change(images);
            true
        });
        assert!(changed, "no repository {alias}/{name}");
    }

    /// How many requests were within [`Builder::rate`].
    #[must_use]
    pub fn rate_counts(&self) -> RateCounts {
        let rate = self.state.rate.as_ref();
        rate.map(Rate::counts).unwrap_or_default()
    }

    /// How many requests for an operation were received so far, by the name in [`Request`].
    #[must_use]
    pub fn count(&self, operation: &str) -> usize {
        let requests = self.state.requests.lock();
        let requests = requests.unwrap_or_else(PoisonError::into_inner);
        let is_meant = |request: &&Request| request.operation == operation;
        requests.iter().filter(is_meant).count()
    }

    /// The most requests that were in flight at once.
    #[must_use]
    pub fn most_under_way(&self) -> usize {
        self.state.most_under_way.load(Ordering::SeqCst)
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        let is_unused = self.requests().is_empty() && !*self.may_be_unused.get_mut();
        assert!(
            !is_unused || std::thread::panicking(),
            "the registry started at {} received no request: call `assert_no_requests` if that is right",
            self.started_at
        );
    }
}

fn serve(
    listener: std::net::TcpListener,
    acceptor: Option<&TlsAcceptor>,
    state: &Arc<State>,
    stopped: oneshot::Receiver<()>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime can be built");
    runtime.block_on(async {
        let listener = TcpListener::from_std(listener).expect("the socket is non-blocking");
        tokio::select! {
            () = accept(&listener, acceptor, state) => {}
            _ = stopped => {}
        }
    });
}

async fn accept(listener: &TcpListener, acceptor: Option<&TlsAcceptor>, state: &Arc<State>) {
    while let Ok((stream, _)) = listener.accept().await {
        let _ = stream.set_nodelay(true);
        let state = Arc::clone(state);
        let acceptor = acceptor.cloned();
        tokio::spawn(async move {
            let Some(acceptor) = acceptor else {
                return converse(stream, state).await;
            };
            // A client that does not trust the certificate leaves here.
            if let Ok(stream) = acceptor.accept(stream).await {
                converse(stream, state).await;
            }
        });
    }
}

/// A connection that can be reset rather than closed.
trait Connection: AsyncRead + AsyncWrite + Unpin {
    fn socket(&self) -> &TcpStream;
}

impl Connection for TcpStream {
    fn socket(&self) -> &TcpStream {
        self
    }
}

impl Connection for TlsStream<TcpStream> {
    fn socket(&self) -> &TcpStream {
        self.get_ref().0
    }
}

async fn converse(stream: impl Connection, state: Arc<State>) {
    let reset = Arc::new(Notify::new());
    let service = service_fn(async |request| {
        let under_way = state.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        state.most_under_way.fetch_max(under_way, Ordering::SeqCst);
        let answer = answer(request, &state, &reset).await;
        state.under_way.fetch_sub(1, Ordering::SeqCst);
        answer
    });
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        // A client that disconnects, or a fault that cuts the connection, is not an error here.
        _ = &mut connection => {}
        () = reset.notified() => {
            let stream = connection.into_parts().io.into_inner();
            let _ = stream.socket().set_zero_linger();
        }
    }
}

type Body = BoxBody<Bytes, io::Error>;

async fn answer(
    request: hyper::Request<Incoming>,
    state: &State,
    reset: &Arc<Notify>,
) -> Result<hyper::Response<Body>, Infallible> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map(Collected::to_bytes);
    let request = state.record(&parts, &body.unwrap_or_default());
    let rate = state.rate.as_ref();
    let refusal = rate.and_then(|rate| rate.refusal(parts.uri.path(), request.at));
    let mut answer = refusal.unwrap_or_else(|| {
        protocol::answer(
            &parts,
            &request.body,
            &state.shelf,
            &state.policy,
            request.number,
        )
    });
    let fault = state.plan.as_ref().and_then(|plan| plan(&request));
    match fault {
        None => {}
        Some(Fault::Error {
            status,
            code,
            message,
        }) => answer = Answer::error(status, &code, message.as_deref()),
        Some(Fault::Raw {
            status,
            headers,
            body,
        }) => return Ok(respond(status, &headers, whole(body))),
        Some(Fault::Wait(time)) => tokio::time::sleep(time).await,
        Some(Fault::Token(token)) => answer.replace_token(&token),
        Some(Fault::Cut) => {
            let length = (answer.body.len() + 1).to_string();
            answer = answer
                .with("content-length", length)
                .with("connection", "close".to_owned());
        }
        Some(Fault::Reset) => {
            reset.notify_one();
            std::future::pending::<()>().await;
        }
        Some(Fault::ResetMidway) => {
            answer.body.truncate(answer.body.len() / 2);
            let length = (answer.body.len() * 2).to_string();
            answer = answer.with("content-length", length);
            let body = then_reset(answer.body, Arc::clone(reset));
            return Ok(respond(answer.status, &answer.headers, body));
        }
        Some(Fault::Drip(time)) => {
            let body = drip(answer.body, time);
            return Ok(respond(answer.status, &answer.headers, body));
        }
    }
    Ok(respond(answer.status, &answer.headers, whole(answer.body)))
}

fn whole(body: Vec<u8>) -> Body {
    let body = Full::new(body.into());
    body.map_err(|never| match never {}).boxed()
}

/// Sends one byte at a time.
fn drip(body: Vec<u8>, time: Duration) -> Body {
    let bytes = stream::iter(body).then(move |byte| async move {
        tokio::time::sleep(time).await;
        Ok(Frame::data(Bytes::copy_from_slice(&[byte])))
    });
    BodyExt::boxed(StreamBody::new(bytes))
}

/// All of `body`, then a reset.
fn then_reset(body: Vec<u8>, reset: Arc<Notify>) -> Body {
    let frames = stream::once(async { Ok(Frame::data(body.into())) });
    let end = stream::once(async move {
        // A reset discards data that has not arrived yet.
        tokio::time::sleep(Duration::from_millis(50)).await;
        reset.notify_one();
        std::future::pending::<Result<Frame<Bytes>, io::Error>>().await
    });
    BodyExt::boxed(StreamBody::new(frames.chain(end)))
}

impl State {
    fn record(&self, parts: &hyper::http::request::Parts, body: &[u8]) -> Request {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let request = Request {
            number: requests.len() + 1,
            at: Instant::now(),
            operation: protocol::operation(parts).unwrap_or_default().to_owned(),
            method: parts.method.to_string(),
            path: parts
                .uri
                .path_and_query()
                .map(ToString::to_string)
                .unwrap_or_default(),
            body: serde_json::from_slice(body).unwrap_or_default(),
            authorization: protocol::header(parts, "authorization").map(str::to_owned),
            session_token: protocol::header(parts, "x-amz-security-token").map(str::to_owned),
        };
        requests.push(request.clone());
        request
    }
}

fn respond(status: u16, headers: &[(&'static str, String)], body: Body) -> hyper::Response<Body> {
    let mut builder = hyper::Response::builder()
        .status(status)
        .header("x-amzn-requestid", "00000000-0000-4000-8000-000000000000");
    for (name, value) in headers {
        builder = builder.header(*name, value);
    }
    builder
        .body(body)
        .expect("the status and the headers are valid")
}

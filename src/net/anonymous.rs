//! Unsigned requests to one host, without credentials and AWS files.

use aws_smithy_types::body::SdkBody;
use hyper::Request;
use hyper::header::{HeaderValue, USER_AGENT};
use serde::de::DeserializeOwned;
use url::{Host, Url};

use super::http::Answer;
use super::limit::Limits;
use super::retry::{Failure, Retry};
use super::settings::{Transport, host};
use super::{answers, http};
use crate::error::Error;
use crate::progress::Progress;

/// A host that serves anonymous callers, and the transport to it.
#[derive(Debug)]
pub(crate) struct Anonymous<'a> {
    base: Url,
    /// For messages.
    pub(crate) host: String,
    http: http::Client,
    retry: Retry,
    progress: &'a Progress,
}

impl<'a> Anonymous<'a> {
    /// The host of `url`, or else of the built-in `address`.
    pub(crate) fn new(
        url: Option<Url>,
        address: &str,
        transport: Transport,
        limits: Limits,
        progress: &'a Progress,
    ) -> Self {
        let built_in = || Url::parse(address).expect("the built-in address is a URL");
        let base = url.unwrap_or_else(built_in);
        Self {
            host: host(&base),
            base,
            http: transport.http,
            retry: transport.retry.within(limits),
            progress,
        }
    }

    /// The URL of `path`, which begins with a slash and may have a query.
    pub(crate) fn url(&self, path: &str) -> String {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path().trim_end_matches('/')));
        let queries = [self.base.query().unwrap_or_default(), query];
        let query = queries.map(str::to_owned).join("&");
        let query = query.trim_matches('&');
        url.set_query(Some(query).filter(|query| !query.is_empty()));
        url.into()
    }

    /// Whether nobody on the way can read a request: it is encrypted, or goes directly to this machine.
    pub(crate) fn keeps_secrets(&self) -> bool {
        let is_loopback = match self.base.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        };
        self.base.scheme() == "https" || (is_loopback && self.http.is_direct(self.base.as_str()))
    }

    /// The query of the host's URL, which every request has.
    pub(crate) fn query(&self) -> Option<&str> {
        self.base.query()
    }

    /// Makes attempts under the retry policy; `request` names the request in messages.
    ///
    /// # Errors
    ///
    /// The failure of the last attempt.
    pub(crate) async fn run<T>(
        &self,
        request: &str,
        attempt: impl AsyncFnMut() -> Result<T, Failure>,
    ) -> Result<T, Error> {
        let outcome = self.retry.run(self.progress, request, attempt);
        outcome.await.map_err(|failure| failure.error)
    }

    /// Sends a request once; the response body has at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// If no complete response arrives; a response of any status is not an error.
    pub(crate) async fn send(
        &self,
        mut request: Request<SdkBody>,
        limit: u64,
    ) -> Result<Answer, Failure> {
        let agent = HeaderValue::from_static(concat!("ecrpub/", env!("CARGO_PKG_VERSION")));
        request.headers_mut().insert(USER_AGENT, agent);
        self.http.send(request, limit, &self.host).await
    }

    /// Parses the response body.
    ///
    /// # Errors
    ///
    /// If the body is invalid.
    pub(crate) fn read<T: DeserializeOwned>(&self, answer: &Answer) -> Result<T, Failure> {
        if answer.status == 200
            && let Ok(read) = serde_json::from_slice(&answer.body)
        {
            return Ok(read);
        }
        Err(answers::unreadable(&self.host, answer.status))
    }
}

/// A GET request for `url` with these headers, or a POST request if there is a body.
///
/// # Errors
///
/// If the URL or a header cannot be sent.
pub(crate) fn request(
    url: &str,
    headers: &[(&'static str, String)],
    body: Option<Vec<u8>>,
) -> Result<Request<SdkBody>, Failure> {
    let method = if body.is_some() { "POST" } else { "GET" };
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    request
        .body(body.map_or_else(SdkBody::empty, SdkBody::from))
        .map_err(|error| Failure::fatal(Error::usage(format!("a request cannot be sent: {error}"))))
}

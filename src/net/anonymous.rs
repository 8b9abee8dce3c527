//! Unsigned requests to one host, without credentials and AWS files.

use serde::de::DeserializeOwned;
use url::{Host, Url};

use super::errors;
use super::http::{self, HttpAnswer, LONGEST_PAGE};
use super::retry::{Failure, Retry};
use super::settings::{Transport, host};
use crate::error::Error;
use crate::progress::Progress;

#[derive(Debug)]
pub(crate) struct Anonymous<'a> {
    base: Url,
    pub(crate) host: String,
    http: http::Client,
    retry: Retry,
    progress: &'a Progress,
}

impl<'a> Anonymous<'a> {
    /// The host of `url`, or else of the built-in `address`, whose rate may be known.
    pub(crate) fn new(
        url: Option<Url>,
        address: &str,
        transport: Transport,
        known_rate: Option<f64>,
        progress: &'a Progress,
    ) -> Self {
        let built_in = || Url::parse(address).expect("the built-in address is a URL");
        let base = url.unwrap_or_else(built_in);
        Self {
            host: host(&base),
            base,
            http: transport.http,
            retry: transport.retry.for_host(known_rate),
            progress,
        }
    }

    /// The URL of `path`, which begins with a slash and may have a query.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base.as_str().trim_end_matches('/'))
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

    pub(crate) async fn run<T>(
        &self,
        request: &str,
        attempt: impl AsyncFnMut() -> Result<T, Failure>,
    ) -> Result<T, Error> {
        let outcome = self.retry.run(self.progress, request, attempt);
        outcome.await.map_err(|failure| failure.error)
    }

    /// Sends a request without a body once; the response body has at most `limit` bytes.
    pub(crate) async fn send(
        &self,
        method: &'static str,
        url: &str,
        headers: &[(&'static str, &str)],
        limit: u64,
    ) -> Result<HttpAnswer, Failure> {
        let request = http::request(method, url, headers, Vec::new())?;
        self.http.send(request, limit, &self.host).await
    }

    /// Posts the JSON `body` to `url` once, for a page.
    pub(crate) async fn post(&self, url: &str, body: &str) -> Result<HttpAnswer, Failure> {
        let headers = [("content-type", "application/json")];
        let request = http::request("POST", url, &headers, body.into())?;
        self.http.send(request, LONGEST_PAGE, &self.host).await
    }

    /// Parses the body of a response with status 200; anything else is a failure.
    pub(crate) fn read<T: DeserializeOwned>(&self, answer: &HttpAnswer) -> Result<T, Failure> {
        if answer.status == 200
            && let Ok(read) = serde_json::from_slice(&answer.body)
        {
            return Ok(read);
        }
        Err(errors::unreadable(&self.host, answer.status))
    }
}

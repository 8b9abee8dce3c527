//! Unsigned requests to one host: neither credentials nor AWS files are looked at.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use serde::de::DeserializeOwned;
use url::Url;

use super::http::Answer;
use super::retry::{Failure, Retry};
use super::settings::{Transport, host};
use super::{answers, http};
use crate::error::Error;
use crate::progress::Progress;

/// A host that anybody may ask, and the way to it.
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
    /// The host of `url`, or of the built-in `address` where there is none.
    pub(crate) fn new(
        url: Option<Url>,
        address: &str,
        transport: Transport,
        progress: &'a Progress,
    ) -> Self {
        let built_in = || Url::parse(address).expect("the built-in address is a URL");
        let base = url.unwrap_or_else(built_in);
        Self {
            host: host(&base),
            base,
            http: transport.http,
            retry: transport.retry,
            progress,
        }
    }

    /// The URL of `path`, which begins with a slash, and maybe has a query.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base.as_str().trim_end_matches('/'))
    }

    /// Makes attempts at what `request` names by the retry policy.
    ///
    /// # Errors
    ///
    /// The last attempt's.
    pub(crate) async fn run<T>(
        &self,
        request: &str,
        attempt: impl AsyncFnMut() -> Result<T, Failure>,
    ) -> Result<T, Error> {
        let outcome = self.retry.run(self.progress, request, attempt);
        outcome.await.map_err(|failure| failure.error)
    }

    /// Sends a request, once.
    ///
    /// # Errors
    ///
    /// Where no whole answer comes back; an answer of any status is one.
    pub(crate) async fn send(&self, mut request: HttpRequest) -> Result<Answer, Failure> {
        let headers = request.headers_mut();
        headers.insert("user-agent", concat!("ecrpub/", env!("CARGO_PKG_VERSION")));
        self.http.send(request, &self.host).await
    }

    /// The answer's body as what was asked for.
    ///
    /// # Errors
    ///
    /// Where it is something else.
    pub(crate) fn read<T: DeserializeOwned>(&self, answer: &Answer) -> Result<T, Failure> {
        if answer.status == 200
            && let Ok(read) = serde_json::from_slice(&answer.body)
        {
            return Ok(read);
        }
        Err(answers::unreadable(&self.host, answer.status))
    }
}

/// A request for `url` with these headers; with a body, one that posts it.
pub(crate) fn request(
    url: &str,
    headers: &[(&'static str, String)],
    body: Option<Vec<u8>>,
) -> Result<HttpRequest, Failure> {
    let build = || {
        let mut request = HttpRequest::get(url)?;
        if let Some(body) = body {
            request.set_method("POST")?;
            *request.body_mut() = body.into();
        }
        for (name, value) in headers {
            request.headers_mut().try_insert(*name, value.clone())?;
        }
        Ok(request)
    };
    build().map_err(|error: aws_smithy_runtime_api::http::HttpError| {
        Failure::fatal(Error::usage(format!("`{url}` cannot be asked: {error}")))
    })
}

//! Answers with credentials, as containers and instances get them, and the requests of containers.

use std::time::Duration;

use aws_smithy_types::body::SdkBody;
use hyper::Request;
use serde_json::Value;

use super::keys::{Keys, instant};
use super::plan::failure;
use crate::error::Error;
use crate::net::errors;
use crate::net::http::{self, HttpAnswer, LONGEST_TOKEN};
use crate::net::retry::{Failure, RetryCause};

/// Sends a request without a body, and waits for the answer no longer than `timeout`.
///
/// # Errors
///
/// Where no whole answer comes back in time.
pub(super) async fn send(
    http: &http::Client,
    method: &str,
    url: &str,
    headers: &[(&'static str, &str)],
    host: &str,
    timeout: Duration,
) -> Result<HttpAnswer, Failure> {
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(SdkBody::empty()).map_err(|_| {
        Failure::fatal(failure(format!(
            "`{host}` cannot be asked for credentials at this URL"
        )))
    })?;
    let answer = tokio::time::timeout(timeout, http.send(request, LONGEST_TOKEN, host)).await;
    answer.unwrap_or_else(|_| {
        let seconds = timeout.as_secs_f64();
        let error = failure(format!("`{host}` did not answer within {seconds} s"));
        Err(Failure::new(RetryCause::Lost, error))
    })
}

/// The keys in a JSON response, or `None` if it has no keys.
pub(super) fn keys(answer: &[u8]) -> Option<Keys> {
    let content: Value = serde_json::from_slice(answer).ok()?;
    let text = |key: &str| content[key].as_str().filter(|text| !text.is_empty());
    Some(Keys {
        id: text("AccessKeyId")?.to_owned(),
        secret: text("SecretAccessKey")?.to_owned(),
        token: text("Token").map(str::to_owned),
        expires: text("Expiration").and_then(instant),
    })
}

/// What the service says of itself in an answer without credentials, in brackets, or nothing.
fn said(answer: &[u8]) -> String {
    let content: Value = serde_json::from_slice(answer).unwrap_or_default();
    let text = |keys: [&str; 2]| keys.iter().find_map(|key| content[*key].as_str());
    let parts = [text(["code", "Code"]), text(["message", "Message"])];
    let said: Vec<&str> = parts
        .into_iter()
        .flatten()
        .filter(|part| *part != "Success")
        .collect();
    if said.is_empty() {
        return String::new();
    }
    format!(": {}", errors::cut(&said.join(": ")))
}

/// The error for an answer that holds no credentials.
pub(super) fn without_keys(answer: &[u8], status: u16, host: &str) -> Error {
    let said = said(answer);
    failure(format!(
        "`{host}` answered without credentials (HTTP status {status}){said}"
    ))
}

//! The service's protocol, `awsJson1_1`: its checks and its responses.

use hyper::http::request::Parts;
use serde_json::{Value, json};

use crate::policy::{self, Policy};
use crate::shelf::Shelf;
use crate::{DENIED_KEY, EXPIRED_KEY, UNKNOWN_KEY};
use crate::{gallery, oci, operations};

pub(crate) const CONTENT_TYPE: &str = "application/x-amz-json-1.1";
const TARGET: &str = "SpencerFrontendService.";

/// A response before it is sent.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// An error with the service's code and, mostly, a message.
    pub(crate) fn error(status: u16, code: &str, message: Option<&str>) -> Self {
        let mut body = json!({ "__type": code });
        if let Some(message) = message {
            body["message"] = message.into();
        }
        Self::json(status, &body)
    }

    fn json(status: u16, body: &Value) -> Self {
        Self::new(status, CONTENT_TYPE, body.to_string())
    }

    /// A response of this media type.
    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: vec![("content-type", content_type.to_owned())],
            body: body.into(),
        }
    }

    /// The same with another header.
    pub(crate) fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// A refusal of the signed API.
    pub(crate) fn refused(code: &str, message: impl AsRef<str>) -> Self {
        Self::error(400, code, Some(message.as_ref()))
    }

    /// A refusal of a parameter.
    pub(crate) fn invalid(parameter: &str, constraint: &str) -> Self {
        Self::refused(
            "InvalidParameterException",
            format!(
                "Invalid parameter at '{parameter}' failed to satisfy constraint: '{constraint}'"
            ),
        )
    }

    /// The same page, with `token` as that of the next page.
    pub(crate) fn replace_token(&mut self, token: &str) {
        if let Some((_, link)) = self.headers.iter_mut().find(|(name, _)| *name == "link") {
            *link = format!("<{token}>; rel=\"next\"");
            return;
        }
        if let Ok(mut body) = serde_json::from_slice::<Value>(&self.body) {
            body["nextToken"] = token.into();
            self.body = body.to_string().into_bytes();
        }
    }
}

/// The operation of a request, of any protocol.
pub(crate) fn operation(parts: &Parts) -> Option<&str> {
    oci::operation(parts)
        .or_else(|| gallery::operation(parts))
        .or_else(|| header(parts, "x-amz-target")?.strip_prefix(TARGET))
}

pub(crate) fn header<'a>(parts: &'a Parts, name: &str) -> Option<&'a str> {
    parts.headers.get(name)?.to_str().ok()
}

/// Checks request `number` and returns its response.
pub(crate) fn answer(
    parts: &Parts,
    body: &Value,
    shelf: &Shelf,
    policy: &Policy,
    number: usize,
) -> Answer {
    if oci::operation(parts).is_some() {
        return oci::answer(parts, shelf, policy, number);
    }
    if gallery::operation(parts).is_some() {
        return gallery::answer(parts, body, shelf);
    }
    let outcome = check(parts).and_then(|operation| {
        policy.check(operation, body)?;
        operations::perform(operation, body, shelf)
    });
    outcome.unwrap_or_else(|refusal| refusal)
}

fn check(parts: &Parts) -> Result<&str, Answer> {
    if parts.method != "POST" || parts.uri.path() != "/" {
        return Err(Answer::error(404, "UnknownOperationException", None));
    }
    if header(parts, "content-type") != Some(CONTENT_TYPE) {
        return Err(Answer::refused("SerializationException", ""));
    }
    let operation =
        operation(parts).ok_or_else(|| Answer::refused("UnknownOperationException", ""))?;
    check_signature(parts, operation)?;
    Ok(operation)
}

/// Checks the header's form and its scope, as the service does before it computes anything.
fn check_signature(parts: &Parts, operation: &str) -> Result<(), Answer> {
    let Some(authorization) = header(parts, "authorization") else {
        return Err(Answer::refused(
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        ));
    };
    let field = |name: &str| {
        let (_, rest) = authorization.split_once(name)?;
        Some(rest.split([',', ' ']).next().unwrap_or(rest))
    };
    let incomplete = || {
        Answer::refused(
            "IncompleteSignatureException",
            "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters.",
        )
    };
    let credential = field("AWS4-HMAC-SHA256 Credential=").ok_or_else(incomplete)?;
    let signed = field("SignedHeaders=").ok_or_else(incomplete)?;
    let signature = field("Signature=").ok_or_else(incomplete)?;
    if signature.len() != 64 || !signed.split(';').any(|name| name == "host") {
        return Err(incomplete());
    }
    let [key, _date, region, service, "aws4_request"] =
        credential.split('/').collect::<Vec<_>>()[..]
    else {
        return Err(incomplete());
    };
    if region != "us-east-1" || service != "ecr-public" {
        return Err(Answer::refused(
            "InvalidSignatureException",
            "Credential should be scoped to a valid region.",
        ));
    }
    match key {
        EXPIRED_KEY => Err(Answer::refused(
            "ExpiredTokenException",
            "The security token included in the request is expired",
        )),
        UNKNOWN_KEY => Err(Answer::refused(
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        )),
        DENIED_KEY => Err(policy::denial(
            &format!("ecr-public:{operation}"),
            &policy::repository_arn("*"),
        )),
        _ => Ok(()),
    }
}

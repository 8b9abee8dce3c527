//! The gallery's API, which needs no signature: `POST /describeImageTags`.

use hyper::http::request::Parts;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::pages::Listing;
use crate::protocol::{Answer, header};
use crate::shelf::Shelf;

const OPERATION: &str = "describeImageTags";

/// The operation, of a request to the gallery.
pub(crate) fn operation(parts: &Parts) -> Option<&'static str> {
    (parts.uri.path().strip_prefix('/') == Some(OPERATION)).then_some(OPERATION)
}

/// Checks a request and returns its response.
pub(crate) fn answer(parts: &Parts, body: &Value, shelf: &Shelf) -> Answer {
    let is_json = header(parts, "content-type") == Some("application/json");
    if parts.method != "POST" || !is_json || parts.headers.contains_key("authorization") {
        return refused("the gallery takes JSON without a signature");
    }
    let text = |field: &str| body[field].as_str().unwrap_or_default();
    let (alias, name) = (text("registryAliasName"), text("repositoryName"));
    let Some(held) = shelf.public(alias, name) else {
        return refused(&format!("no repository {alias}/{name}"));
    };
    let listing = Listing {
        operation: OPERATION,
        key: "imageTagDetails",
        of: &format!("{alias}/{name}"),
    };
    let page = listing.page(&held.gallery(), body);
    let mut answer = page.unwrap_or_else(|refusal| refusal);
    if answer.body.ends_with(b"]}") {
        // The gallery sends a null token with the last page.
        answer.body.pop();
        answer.body.extend(b",\"nextToken\":null}");
    }
    answer.headers = vec![("content-type", "application/json".to_owned())];
    answer
}

fn refused(message: &str) -> Answer {
    let body = json!({ "message": message });
    Answer::new(400, "application/json", body.to_string())
}

/// A time as the gallery sends it: RFC 3339 with milliseconds.
pub(crate) fn time(milliseconds: i64) -> Value {
    let time = Timestamp::from_millisecond(milliseconds).expect("a time of our calendar");
    format!("{time:.3}").into()
}

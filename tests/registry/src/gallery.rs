//! The gallery's API, which needs no signature: a `POST` with JSON to the operation's name.

use hyper::http::request::Parts;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::pages::Listing;
use crate::protocol::{Answer, header};
use crate::shelf::{Rows, Shelf};

const TAGS: &str = "describeImageTags";
const REPOSITORIES: &str = "describeRepositoryCatalogData";

/// The operation, of a request to the gallery.
pub(crate) fn operation(parts: &Parts) -> Option<&'static str> {
    let path = parts.uri.path().strip_prefix('/')?;
    let mut operations = [TAGS, REPOSITORIES].into_iter();
    operations.find(|operation| *operation == path)
}

/// Checks a request and returns its response.
pub(crate) fn answer(parts: &Parts, body: &Value, shelf: &Shelf) -> Answer {
    let is_json = header(parts, "content-type") == Some("application/json");
    if parts.method != "POST" || !is_json || parts.headers.contains_key("authorization") {
        return refused("the gallery takes JSON without a signature");
    }
    perform(operation(parts).unwrap_or_default(), body, shelf)
}

fn perform(operation: &str, body: &Value, shelf: &Shelf) -> Answer {
    let page = match operation {
        REPOSITORIES => repositories(body, shelf),
        _ => tags(body, shelf),
    };
    let mut answer = page.unwrap_or_else(|refusal| refusal);
    if answer.body.ends_with(b"]}") {
        // The gallery sends a null token with the last page.
        answer.body.pop();
        answer.body.extend(b",\"nextToken\":null}");
    }
    for (name, value) in &mut answer.headers {
        if *name == "content-type" {
            "application/json".clone_into(value);
        }
    }
    answer
}

fn tags(body: &Value, shelf: &Shelf) -> Result<Answer, Answer> {
    let text = |field: &str| body[field].as_str().unwrap_or_default();
    let (alias, name) = (text("registryAliasName"), text("repositoryName"));
    let Some(held) = shelf.public(alias, name) else {
        return Err(refused(&format!("no repository {alias}/{name}")));
    };
    let listing = Listing {
        operation: TAGS,
        key: "imageTagDetails",
        of: &format!("{alias}/{name}"),
    };
    listing.page(&held.gallery(), body)
}

/// The repositories of an alias: their names are all that this operation is known to return.
fn repositories(body: &Value, shelf: &Shelf) -> Result<Answer, Answer> {
    let alias = body["registryAliasName"].as_str().unwrap_or_default();
    let Some(positions) = shelf.registry(alias) else {
        let message = format!("no registry {alias}");
        let refusal = refused(&message);
        return Err(refusal.with("x-amzn-errortype", "RegistryNotFoundException".to_owned()));
    };
    let listing = Listing {
        operation: REPOSITORIES,
        key: "repositories",
        of: alias,
    };
    listing.page_of(positions.len(), body, |from, to| {
        let mut rows = Rows::default();
        for &position in &positions[from..to] {
            let name = &shelf.at(position).repository.name;
            rows.push(&json!({ "repositoryName": name }));
        }
        rows.into_bytes()
    })
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

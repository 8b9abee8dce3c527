//! The registry's own API, by the OCI Distribution Specification: tokens, lists of tags, manifests.

use std::sync::Arc;

use hyper::http::request::Parts;
use serde_json::json;

use crate::data::Image;
use crate::pages::{position, token};
use crate::policy::Policy;
use crate::protocol::{Answer, header};
use crate::shelf::{Held, Shelf};
use crate::{SIGNED_IN_TOKEN, TOKEN};

const TAGS: &str = "tags/list";
const MANIFEST: &str = "manifest";
const LONGEST_PAGE: usize = 1000;

/// The operation of a request to the registry.
pub(crate) fn operation(parts: &Parts) -> Option<&'static str> {
    let path = parts.uri.path();
    match path.strip_prefix("/v2/") {
        Some("") => Some("ping"),
        Some(rest) if rest.ends_with("/tags/list") => Some(TAGS),
        Some(rest) if rest.contains("/manifests/") => Some(MANIFEST),
        Some(_) => Some("unknown"),
        None => (path == "/token/").then_some("token"),
    }
}

/// Checks request `number` and returns its response.
pub(crate) fn answer(parts: &Parts, shelf: &Shelf, policy: &Policy, number: usize) -> Answer {
    let operation = operation(parts).unwrap_or_default();
    let is_head = parts.method == "HEAD" && operation == MANIFEST;
    if parts.method != "GET" && !is_head {
        return refused(405, "UNSUPPORTED", "The operation is unsupported.");
    }
    if operation == "token" {
        let body = json!({ "token": format!("{TOKEN}{number}") });
        return Answer::new(200, "application/json", body.to_string());
    }
    if let Err(refusal) = check_token(parts, policy) {
        return refusal;
    }
    let path = parts.uri.path().trim_start_matches("/v2/");
    match operation {
        "ping" => Answer::new(200, "application/json", "{}"),
        TAGS => tags(path.trim_end_matches("/tags/list"), parts, shelf),
        MANIFEST => manifest(path, parts, shelf, policy).unwrap_or_else(|refusal| refusal),
        _ => refused(404, "UNSUPPORTED", "The operation is unsupported."),
    }
}

fn check_token(parts: &Parts, policy: &Policy) -> Result<(), Answer> {
    let denied = |status, message| Err(refused(status, "DENIED", message));
    match header(parts, "authorization").map(|value| value.strip_prefix("Bearer ")) {
        None => Err(unauthorized(parts)),
        Some(Some(token)) if token.starts_with(TOKEN) => match policy.anonymous {
            None => Ok(()),
            Some(401) => Err(unauthorized(parts)),
            Some(status) => denied(status, "Anonymous access is denied."),
        },
        Some(Some(token)) if token.starts_with(SIGNED_IN_TOKEN) => match policy.signed_in {
            None => Ok(()),
            Some(status) => denied(status, "Your authorization token has expired."),
        },
        Some(Some(_)) => denied(400, "Your authorization token is invalid."),
        Some(None) => denied(403, "Your authorization token has expired."),
    }
}

/// The refusal that says where tokens are.
fn unauthorized(parts: &Parts) -> Answer {
    let host = header(parts, "host").unwrap_or_default();
    let scheme =
        format!("Bearer realm=\"http://{host}/token/\",service=\"public.ecr.aws\",scope=\"aws\"");
    refused(401, "DENIED", "Not Authorized").with("www-authenticate", scheme)
}

/// Repository at `path`, `ALIAS/NAME`.
fn find(path: &str, shelf: &Shelf) -> Result<Arc<Held>, Answer> {
    path.split_once('/')
        .and_then(|(alias, name)| shelf.public(alias, name))
        .ok_or_else(|| {
            let message = "The repository with name does not exist in the registry";
            refused(404, "NAME_UNKNOWN", message)
        })
}

/// A page of names, and a relative link to the next page.
fn tags(path: &str, parts: &Parts, shelf: &Shelf) -> Answer {
    let held = match find(path, shelf) {
        Ok(held) => held,
        Err(refusal) => return refusal,
    };
    let query = parts.uri.query().unwrap_or_default();
    let parameter = |name| {
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    let size = parameter("n").map_or(Ok(LONGEST_PAGE), str::parse);
    let Ok(size @ 1..=LONGEST_PAGE) = size else {
        return refused(405, "UNSUPPORTED", "Invalid parameter at 'n'");
    };
    let images = held.repository.images.iter();
    let names: Vec<&str> = images
        .flat_map(|image| &image.tags)
        .map(|tag| tag.name.as_str())
        .collect();
    let from = match parameter("last") {
        None => 0,
        Some(last) => match position(last, TAGS, path) {
            Some(from) if from < names.len() => from,
            _ => return refused(400, "UNSUPPORTED", "Invalid parameter at 'last'"),
        },
    };
    let to = names.len().min(from + size);
    let body = json!({ "name": path, "tags": names[from..to] });
    // The real registry sends this media type too.
    let answer = Answer::new(200, "text/plain; charset=utf-8", body.to_string());
    if to == names.len() {
        return answer;
    }
    let last = token(TAGS, path, to);
    answer.with(
        "link",
        format!("</v2/{path}/tags/list?n={size}&last={last}>; rel=\"next\""),
    )
}

fn manifest(path: &str, parts: &Parts, shelf: &Shelf, policy: &Policy) -> Result<Answer, Answer> {
    let (path, reference) = path.split_once("/manifests/").unwrap_or_default();
    let held = find(path, shelf)?;
    let unknown = || refused(404, "MANIFEST_UNKNOWN", "Requested image not found");
    let is_meant = |image: &&Image| {
        image.digest.as_deref() == Some(reference)
            || image.tags.iter().any(|tag| tag.name == reference)
    };
    let image = held
        .repository
        .images
        .iter()
        .find(is_meant)
        .ok_or_else(unknown)?;
    let manifest = image.manifest.as_ref().ok_or_else(unknown)?;
    let digest = image.digest.clone().unwrap_or_default();
    let media_type = manifest.media_type().unwrap_or_default();
    if !accepts(parts, media_type) || policy.missing.contains(&digest) {
        return Err(unknown());
    }
    let mut body = manifest.bytes().to_vec();
    if policy.corrupt.contains(&digest) {
        // It is still the same JSON.
        body.push(b'\n');
    }
    let answer = Answer::new(200, media_type, body);
    if parts.method == "HEAD" {
        return Ok(answer.with("docker-content-digest", digest));
    }
    // A GET of the real registry does not tell the digest: aws/containers-roadmap#1931.
    Ok(answer)
}

/// Whether one of the headers, of which clients may send several, has the media type.
fn accepts(parts: &Parts, media_type: &str) -> bool {
    let mut accepted = parts.headers.get_all("accept").iter();
    accepted.any(|header| header.to_str().is_ok_and(|text| text.contains(media_type)))
}

pub(crate) fn refused(status: u16, code: &str, message: &str) -> Answer {
    let body = json!({ "errors": [{ "code": code, "message": message }] });
    Answer::new(status, "application/json", body.to_string())
}

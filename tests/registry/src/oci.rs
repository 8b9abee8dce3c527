//! The registry's own API, by the OCI Distribution Specification: tokens, lists of tags, manifests.

use hyper::http::request::Parts;
use serde_json::{Value, json};

use crate::TOKEN;
use crate::data::{Image, Repository, digest};
use crate::protocol::{Answer, Shelf, header, position, token};

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
pub(crate) fn answer(parts: &Parts, shelf: &Shelf, number: usize) -> Answer {
    if parts.method != "GET" {
        return refused(405, "UNSUPPORTED", "The operation is unsupported.");
    }
    let operation = operation(parts).unwrap_or_default();
    if operation == "token" {
        let body = json!({ "token": format!("{TOKEN}{number}") });
        return Answer::new(200, "application/json", body.to_string());
    }
    if let Err(refusal) = check_token(parts) {
        return refusal;
    }
    let path = parts.uri.path().trim_start_matches("/v2/");
    match operation {
        "ping" => Answer::new(200, "application/json", "{}"),
        TAGS => tags(path.trim_end_matches("/tags/list"), parts, shelf),
        MANIFEST => manifest(path, parts, shelf),
        _ => refused(404, "UNSUPPORTED", "The operation is unsupported."),
    }
}

fn check_token(parts: &Parts) -> Result<(), Answer> {
    let host = header(parts, "host").unwrap_or_default();
    match header(parts, "authorization").map(|value| value.strip_prefix("Bearer ")) {
        None => Err(refused(401, "DENIED", "Not Authorized").with(
            "www-authenticate",
            format!(
                "Bearer realm=\"http://{host}/token/\",service=\"public.ecr.aws\",scope=\"aws\""
            ),
        )),
        Some(Some(token)) if token.starts_with(TOKEN) => Ok(()),
        Some(Some(_)) => Err(refused(
            400,
            "DENIED",
            "Your authorization token is invalid.",
        )),
        Some(None) => Err(refused(
            403,
            "DENIED",
            "Your authorization token has expired.",
        )),
    }
}

/// Repository at `path`, `ALIAS/NAME`.
fn find<'a>(path: &str, shelf: &'a Shelf) -> Result<&'a Repository, Answer> {
    path.split_once('/')
        .and_then(|(alias, name)| shelf.public(alias, name))
        .map(|(repository, _)| repository)
        .ok_or_else(|| {
            let message = "The repository with name does not exist in the registry";
            refused(404, "NAME_UNKNOWN", message)
        })
}

/// A page of names, and a relative link to the next page.
fn tags(path: &str, parts: &Parts, shelf: &Shelf) -> Answer {
    let repository = match find(path, shelf) {
        Ok(repository) => repository,
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
    let images = repository.images.iter();
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

fn manifest(path: &str, parts: &Parts, shelf: &Shelf) -> Answer {
    let (path, reference) = path.split_once("/manifests/").unwrap_or_default();
    let repository = match find(path, shelf) {
        Ok(repository) => repository,
        Err(refusal) => return refusal,
    };
    let is_meant = |image: &&Image| {
        image.digest.as_deref() == Some(reference)
            || image.tags.iter().any(|tag| tag.name == reference)
    };
    let image = repository.images.iter().find(is_meant);
    let media_type = image.and_then(|image| image.manifest_media_type.as_deref());
    let accepted = header(parts, "accept").unwrap_or_default();
    match (image, media_type) {
        (Some(image), Some(media_type)) if accepted.contains(media_type) => {
            let body = body(image, media_type).to_string();
            let digest = image.digest.clone().unwrap_or_default();
            Answer::new(200, media_type, body).with("docker-content-digest", digest)
        }
        _ => refused(404, "MANIFEST_UNKNOWN", "Requested image not found"),
    }
}

/// A manifest; an index lists an attestation beside each image, as `docker buildx` makes them.
fn body(image: &Image, media_type: &str) -> Value {
    let entry = |(seed, platform): (u64, &String)| {
        let mut parts = platform.split('/');
        let mut platform = json!({ "os": parts.next(), "architecture": parts.next() });
        if let Some(variant) = parts.next() {
            platform["variant"] = variant.into();
        }
        json!({ "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": digest(seed), "size": 1024, "platform": platform })
    };
    let attestation = "unknown/unknown".to_owned();
    let platforms = image.platforms.iter();
    let all = platforms.flat_map(|platform| [platform, &attestation]);
    let manifests: Vec<_> = (0..).zip(all).map(entry).collect();
    let mut body = json!({ "schemaVersion": 2, "mediaType": media_type });
    if image.platforms.is_empty() {
        body["layers"] = json!([]);
    } else {
        body["manifests"] = manifests.into();
    }
    body
}

pub(crate) fn refused(status: u16, code: &str, message: &str) -> Answer {
    let body = json!({ "errors": [{ "code": code, "message": message }] });
    Answer::new(status, "application/json", body.to_string())
}

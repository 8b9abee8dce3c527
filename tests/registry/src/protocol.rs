//! The service's protocol, `awsJson1_1`: its checks and its responses.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::OnceLock;

use hyper::http::request::Parts;
use serde_json::{Value, json};

use crate::data::{Image, Repository};
use crate::{ACCOUNT, ALIAS, DENIED_KEY, EXPIRED_KEY, UNKNOWN_KEY};
use crate::{gallery, oci};

pub(crate) const CONTENT_TYPE: &str = "application/x-amz-json-1.1";
const TARGET: &str = "SpencerFrontendService.";
const DEFAULT_PAGE: usize = 100;
const LONGEST_PAGE: u64 = 1000;
const MOST_IDS: usize = 100;

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

    fn refused(code: &str, message: impl AsRef<str>) -> Self {
        Self::error(400, code, Some(message.as_ref()))
    }

    fn invalid(parameter: &str, constraint: &str) -> Self {
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
pub(crate) fn answer(parts: &Parts, body: &Value, shelf: &Shelf, number: usize) -> Answer {
    if oci::operation(parts).is_some() {
        return oci::answer(parts, shelf, number);
    }
    if gallery::operation(parts).is_some() {
        return gallery::answer(parts, body, shelf);
    }
    let outcome = check(parts).and_then(|operation| match operation {
        "DescribeImages" => shelf.describe_images(body),
        "DescribeImageTags" => shelf.describe_image_tags(body),
        "DescribeRepositories" => shelf.describe_repositories(body),
        _ => Err(Answer::refused("UnknownOperationException", "")),
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
        DENIED_KEY => Err(Answer::refused(
            "AccessDeniedException",
            format!(
                "User: arn:aws:iam::{ACCOUNT}:user/reader is not authorized to perform: \
                 ecr-public:{operation} on resource: arn:aws:ecr-public::{ACCOUNT}:repository/* \
                 because no identity-based policy allows the ecr-public:{operation} action"
            ),
        )),
        _ => Ok(()),
    }
}

/// The repositories, and their rows as JSON, rendered at the first request for them.
pub(crate) struct Shelf(Vec<(Repository, OnceLock<Rendered>)>);

pub(crate) struct Rendered {
    images: Rows,
    tags: Rows,
    /// The tags in the gallery's form.
    pub(crate) gallery: Rows,
    pub(crate) by_id: HashMap<String, usize>,
}

/// Rows of JSON in one buffer, so that a page is a copy of a part of it.
#[derive(Default)]
pub(crate) struct Rows {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Rows {
    fn push(&mut self, row: &Value) {
        if !self.bytes.is_empty() {
            self.bytes.push(b',');
        }
        self.bytes.extend(row.to_string().into_bytes());
        self.ends.push(self.bytes.len());
    }

    fn range(&self, from: usize, to: usize) -> &[u8] {
        let start = match from {
            0 => 0,
            _ if from == to => return &[],
            _ => self.ends[from - 1] + 1,
        };
        let end = if to == 0 { 0 } else { self.ends[to - 1] };
        &self.bytes[start..end]
    }
}

impl Shelf {
    pub(crate) fn new(repositories: Vec<Repository>) -> Self {
        let unrendered = |repository| (repository, OnceLock::new());
        Self(repositories.into_iter().map(unrendered).collect())
    }

    fn describe_images(&self, body: &Value) -> Result<Answer, Answer> {
        let (name, rendered) = self.find(body)?;
        let rows = &rendered.images;
        let Some(ids) = body.get("imageIds") else {
            return page("DescribeImages", "imageDetails", name, rows, body);
        };
        if body.get("maxResults").is_some() || body.get("nextToken").is_some() {
            return Err(Answer::invalid(
                "imageIds",
                "imageIds cannot be used with maxResults or nextToken",
            ));
        }
        let ids = ids.as_array().map(Vec::as_slice).unwrap_or_default();
        if !(1..=MOST_IDS).contains(&ids.len()) {
            return Err(Answer::invalid(
                "imageIds",
                "Member must have length less than or equal to 100 and greater than or equal to 1",
            ));
        }
        let mut found = Vec::new();
        for id in ids {
            let position = ["imageDigest", "imageTag"]
                .iter()
                .find_map(|field| rendered.by_id.get(id.get(field)?.as_str()?))
                .ok_or_else(|| image_not_found(id, name, body))?;
            if !found.contains(position) {
                found.push(*position);
            }
        }
        let rows: Vec<&[u8]> = found.iter().map(|&at| rows.range(at, at + 1)).collect();
        Ok(list("imageDetails", &rows.join(&b','), None))
    }

    fn describe_image_tags(&self, body: &Value) -> Result<Answer, Answer> {
        let (name, rendered) = self.find(body)?;
        page(
            "DescribeImageTags",
            "imageTagDetails",
            name,
            &rendered.tags,
            body,
        )
    }

    fn describe_repositories(&self, body: &Value) -> Result<Answer, Answer> {
        let mut rows = Rows::default();
        let asked = body["repositoryNames"].as_array();
        let is_asked =
            |name: &String| asked.is_none_or(|names| names.iter().any(|asked| *asked == **name));
        let own = self
            .0
            .iter()
            .filter(|(repository, _)| repository.alias == ALIAS);
        for (repository, _) in own.filter(|(repository, _)| is_asked(&repository.name)) {
            let name = &repository.name;
            rows.push(&json!({
                "repositoryArn": format!("arn:aws:ecr-public::{ACCOUNT}:repository/{name}"),
                "registryId": ACCOUNT,
                "repositoryName": name,
                "repositoryUri": format!("public.ecr.aws/{ALIAS}/{name}"),
                "createdAt": seconds(1_600_000_000_123),
            }));
        }
        if let Some([name]) = asked.map(Vec::as_slice)
            && (rows.ends.is_empty() || registry_id(body) != ACCOUNT)
        {
            return Err(repository_not_found(
                name.as_str().unwrap_or_default(),
                body,
            ));
        }
        page("DescribeRepositories", "repositories", "", &rows, body)
    }

    fn find(&self, body: &Value) -> Result<(&str, &Rendered), Answer> {
        let name = body["repositoryName"].as_str().unwrap_or_default();
        if !(2..=205).contains(&name.len()) {
            return Err(Answer::invalid(
                "repositoryName",
                "Member must have length greater than or equal to 2",
            ));
        }
        self.public(ALIAS, name)
            .filter(|_| registry_id(body) == ACCOUNT)
            .map(|(repository, rendered)| (repository.name.as_str(), rendered))
            .ok_or_else(|| repository_not_found(name, body))
    }

    /// The repository `public.ecr.aws/alias/name`.
    pub(crate) fn public(&self, alias: &str, name: &str) -> Option<(&Repository, &Rendered)> {
        self.0
            .iter()
            .find(|(repository, _)| repository.alias == alias && repository.name == name)
            .map(|(repository, rendered)| (repository, rendered.get_or_init(|| render(repository))))
    }
}

fn repository_not_found(name: &str, body: &Value) -> Answer {
    let registry = registry_id(body);
    Answer::refused(
        "RepositoryNotFoundException",
        format!(
            "The repository with name '{name}' does not exist in the registry with id '{registry}'"
        ),
    )
}

fn registry_id(body: &Value) -> &str {
    body["registryId"].as_str().unwrap_or(ACCOUNT)
}

fn image_not_found(id: &Value, name: &str, body: &Value) -> Answer {
    let field = |key: &str| id[key].as_str().unwrap_or("null");
    Answer::refused(
        "ImageNotFoundException",
        format!(
            "The image with imageId {{imageDigest:'{}', imageTag:'{}'}} does not exist within the repository with name '{name}' in the registry with id '{}'",
            field("imageDigest"),
            field("imageTag"),
            registry_id(body),
        ),
    )
}

/// The page that `body` requests, with a token unless it is the last.
pub(crate) fn page(
    operation: &str,
    key: &str,
    repository: &str,
    rows: &Rows,
    body: &Value,
) -> Result<Answer, Answer> {
    let size = match body.get("maxResults") {
        None => DEFAULT_PAGE,
        Some(size) => page_size(size)?,
    };
    let from = match body.get("nextToken").and_then(Value::as_str) {
        None => 0,
        Some(token) => position(token, operation, repository)
            .filter(|&from| from < rows.ends.len())
            .ok_or_else(|| Answer::invalid("nextToken", "Invalid pagination token"))?,
    };
    let to = rows.ends.len().min(from + size);
    let next = (to < rows.ends.len()).then(|| token(operation, repository, to));
    Ok(list(key, rows.range(from, to), next.as_deref()))
}

fn page_size(size: &Value) -> Result<usize, Answer> {
    let size = size.as_u64().unwrap_or_default();
    if size < 1 {
        return Err(Answer::invalid(
            "maxResults",
            "Member must have value greater than or equal to 1",
        ));
    }
    if size > LONGEST_PAGE {
        return Err(Answer::invalid(
            "maxResults",
            "Member must have value less than or equal to 1000",
        ));
    }
    Ok(usize::try_from(size).unwrap_or(DEFAULT_PAGE))
}

fn list(key: &str, rows: &[u8], next_token: Option<&str>) -> Answer {
    let mut body = Vec::with_capacity(rows.len() + 256);
    body.extend(format!("{{\"{key}\":[").into_bytes());
    body.extend(rows);
    body.push(b']');
    if let Some(token) = next_token {
        body.extend(format!(",\"nextToken\":\"{token}\"").into_bytes());
    }
    body.push(b'}');
    Answer::new(200, CONTENT_TYPE, body)
}

/// An opaque token for the page that begins at `position`.
pub(crate) fn token(operation: &str, repository: &str, position: usize) -> String {
    let mut token = String::new();
    for byte in format!("{operation} {repository} {position}").bytes() {
        let _ = write!(token, "{:02x}", byte ^ 0x5a);
    }
    token
}

pub(crate) fn position(token: &str, operation: &str, repository: &str) -> Option<usize> {
    let bytes = token.as_bytes().chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        Some(u8::from_str_radix(pair, 16).ok()? ^ 0x5a)
    });
    let text = String::from_utf8(bytes.collect::<Option<Vec<_>>>()?).ok()?;
    let rest = text.strip_prefix(operation)?.strip_prefix(' ')?;
    rest.strip_prefix(repository)?
        .strip_prefix(' ')?
        .parse()
        .ok()
}

fn render(repository: &Repository) -> Rendered {
    let mut rendered = Rendered {
        images: Rows::default(),
        tags: Rows::default(),
        gallery: Rows::default(),
        by_id: HashMap::new(),
    };
    for (position, image) in repository.images.iter().enumerate() {
        rendered.images.push(&image_row(repository, image));
        if let Some(digest) = &image.digest {
            rendered.by_id.insert(digest.clone(), position);
        }
        for tag in &image.tags {
            rendered.by_id.insert(tag.name.clone(), position);
            for (rows, time) in [
                (&mut rendered.tags, seconds as fn(i64) -> Value),
                (&mut rendered.gallery, gallery::time),
            ] {
                let detail = manifest(image, time);
                let mut row = json!({ "imageTag": tag.name, "imageDetail": detail });
                set(&mut row, "createdAt", tag.created_at.map(time));
                rows.push(&row);
            }
        }
    }
    rendered
}

fn image_row(repository: &Repository, image: &Image) -> Value {
    let mut row = manifest(image, seconds);
    row["registryId"] = ACCOUNT.into();
    row["repositoryName"] = repository.name.as_str().into();
    if !image.tags.is_empty() {
        row["imageTags"] = image.tags.iter().map(|tag| tag.name.as_str()).collect();
    }
    row
}

fn manifest(image: &Image, time: fn(i64) -> Value) -> Value {
    let mut row = json!({});
    let text = |field: &Option<String>| field.as_deref().map(Value::from);
    set(&mut row, "imageDigest", text(&image.digest));
    set(&mut row, "imageSizeInBytes", image.size.map(Value::from));
    set(&mut row, "imagePushedAt", image.pushed_at.map(time));
    set(
        &mut row,
        "imageManifestMediaType",
        text(&image.manifest_media_type),
    );
    set(
        &mut row,
        "artifactMediaType",
        text(&image.artifact_media_type),
    );
    row
}

fn set(row: &mut Value, key: &str, value: Option<Value>) {
    if let Some(value) = value {
        row[key] = value;
    }
}

/// A time as the service sends it: seconds, with milliseconds after the point.
#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds of this age are below 2^53"
)]
fn seconds(milliseconds: i64) -> Value {
    (milliseconds as f64 / 1000.0).into()
}

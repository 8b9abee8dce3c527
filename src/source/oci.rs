//! Reads tag names and manifests of public repositories from the registry's API, which is documented.
//!
//! <https://github.com/opencontainers/distribution-spec/blob/main/spec.md>. Anonymous callers need a
//! token, which the registry gives to anyone, and may send about one request per second.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::sync::Mutex;
use url::Url;

use super::own::OwnRegistry;
use super::refusals::{self, not_found, text};
use super::{Page, PageRequest, Start};
use crate::error::{Error, Kind};
use crate::model::{Home, Row, RowName};
use crate::net::anonymous::Anonymous;
use crate::net::errors;
use crate::net::http::{HttpAnswer, LONGEST_PAGE, LONGEST_TOKEN};
use crate::net::retry::Failure;
use crate::net::settings::Transport;
use crate::progress::Progress;
use crate::reference::{Digest, PublicRepository, REGISTRIES, TagName};
use crate::relations::{INDEX_TYPES, ParsedManifest};
use crate::session::Session;

/// The manifests that are requested: every type that is known, and others rather than none.
const MANIFEST_TYPES: [&str; 9] = [
    INDEX_TYPES[0],
    INDEX_TYPES[1],
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.artifact.manifest.v1+json",
    "application/vnd.cncf.oras.artifact.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v1+prettyjws",
    "application/vnd.docker.distribution.manifest.v1+json",
    "*/*",
];
/// The longest manifest, in bytes; registries allow 4 MiB.
pub(super) const LONGEST_MANIFEST: u64 = 8 << 20;
/// The rate that registries allow anonymous callers, in requests per second.
pub(super) const ANONYMOUS_RATE: f64 = 1.0;
/// The rate that ECR Public allows callers who signed in, in requests per second.
/// <https://docs.aws.amazon.com/AmazonECR/latest/public/public-service-quotas.html>
pub(super) const SIGNED_IN_RATE: f64 = 10.0;

#[derive(Debug)]
pub(super) struct Registries<'a>([Registry<'a>; 2]);

/// The registry, at `ECRPUB_REGISTRY_URL` or at one of its hosts.
#[derive(Debug)]
pub(super) struct Registry<'a> {
    wire: Anonymous<'a>,
    access: Mutex<Access>,
    progress: &'a Progress,
}

/// The authorization that the registry requires of the caller.
#[derive(Debug, Default)]
enum Access {
    #[default]
    Unknown,
    /// None: the registry has no tokens.
    Open,
    /// This token, until it expires.
    Token(Arc<str>),
    /// The account may not have a token, for this reason.
    Denied(String),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Caller<'c> {
    Anonymous,
    /// The account of these credentials, which signs in. Its token would allow pushes too.
    Account(&'c OwnRegistry<'c>),
}

#[derive(Deserialize)]
struct Token {
    token: String,
}

/// A page as received. An empty repository may have `null` for its tags, but the key is required.
#[derive(Deserialize)]
struct TagList {
    #[serde(deserialize_with = "Option::deserialize")]
    tags: Option<Vec<String>>,
}

/// A manifest that was read by its tag.
#[derive(Debug)]
pub(crate) struct TaggedManifest {
    pub(crate) digest: Digest,
    pub(crate) manifest: ParsedManifest,
}

struct OciRequest<'a> {
    method: &'static str,
    name: String,
    url: &'a str,
    accept: &'a str,
    limit: u64,
}

impl<'a> Registries<'a> {
    /// The registry for callers who may send `rate` requests per second, reached by this transport;
    /// sends nothing yet.
    pub(super) fn new(rate: f64, transport: &Transport, session: Session<'a>) -> Self {
        let registry = |host| {
            let (url, address) = (session.env.registry_url.clone(), format!("https://{host}"));
            let progress = session.progress;
            Registry {
                wire: Anonymous::new(url, &address, transport.clone(), Some(rate), progress),
                access: Mutex::default(),
                progress,
            }
        };
        Self(REGISTRIES.map(registry))
    }

    /// The registry at `host`; with `ECRPUB_REGISTRY_URL` always the same one.
    pub(super) fn at(&self, host: &str) -> &Registry<'a> {
        let Self(registries) = self;
        let named = registries.iter().find(|registry| registry.host() == host);
        named.unwrap_or(&registries[0])
    }
}

impl Registry<'_> {
    pub(super) fn host(&self) -> &str {
        &self.wire.host
    }

    pub(super) async fn tags(
        &self,
        repository: &PublicRepository,
        asked: PageRequest<'_>,
    ) -> Result<Page, Error> {
        let path = format!("{}/tags/list", path(repository));
        let first = self.wire.url(&format!("{path}?n={}", asked.page_size));
        let url = match asked.token {
            None => first,
            Some(link) => next_url(&first, link).ok_or_else(|| {
                let said = format!("`{link}` is not a page of `{repository}`");
                refusals::refused(&said, asked.start).error
            })?,
        };
        let request = OciRequest {
            method: "GET",
            name: format!("tags/list of `{repository}`"),
            url: &url,
            accept: "application/json",
            limit: LONGEST_PAGE,
        };
        let answer = self.get(&request, Caller::Anonymous).await?;
        match answer.status {
            200 => {}
            404 if has_code(&answer, "NAME_UNKNOWN") => return Err(not_found(repository)),
            _ => return Err(self.refusal(&answer, asked.start).error),
        }
        let list: TagList = self.wire.read(&answer).map_err(|failure| failure.error)?;
        Ok(Page {
            next_token: self.next_page(&answer)?,
            rows: tags(list.tags.unwrap_or_default(), repository),
        })
    }

    /// The link from `answer` to the next page, unless the list ends here.
    fn next_page(&self, answer: &HttpAnswer) -> Result<Option<String>, Error> {
        let mut links = answer.headers("link");
        let next = match (links.next(), links.next()) {
            (None, _) => return Ok(None),
            (Some(link), None) => next_link(link),
            _ => None,
        };
        let unclear = || errors::unlike(self.host(), 200, "an invalid `Link` header");
        next.map(|next| Some(next.to_owned())).ok_or_else(unclear)
    }

    /// The manifest that `tag` points at; an error if it does not exist.
    pub(super) async fn manifest(
        &self,
        repository: &PublicRepository,
        tag: &TagName,
    ) -> Result<TaggedManifest, Error> {
        let answer = self.ask_manifest("GET", repository, tag.as_str(), Caller::Anonymous);
        let answer = answer.await?;
        if answer.status != 200 {
            return Err(self.refusal(&answer, Start::Beginning).error);
        }
        let fields = self.wire.read(&answer).map_err(|failure| failure.error)?;
        let manifest = ParsedManifest::parse(&answer.body).ok();
        let manifest = manifest.filter(|_| is_manifest(&fields));
        let manifest =
            manifest.ok_or_else(|| errors::unlike(self.host(), 200, "not a manifest"))?;
        let digest = Digest::of(&answer.body);
        match answer.header("docker-content-digest") {
            Some(named)
                if named.starts_with("sha256:") && !named.eq_ignore_ascii_case(digest.as_str()) =>
            {
                Err(self.not_of_digest(named))
            }
            _ => Ok(TaggedManifest { digest, manifest }),
        }
    }

    fn not_of_digest(&self, digest: &str) -> Error {
        let why = format!("a manifest that does not have the digest `{digest}`");
        errors::unlike(self.host(), 200, &why)
    }

    /// The row of `tag` with its digest, from the headers of its manifest, or no row if it does not exist.
    /// Nothing if the registry does not say: the listing does.
    pub(super) async fn tag(
        &self,
        repository: &PublicRepository,
        tag: &TagName,
    ) -> Result<Option<Vec<Row>>, Error> {
        let ask = |method| self.ask_manifest(method, repository, tag.as_str(), Caller::Anonymous);
        let Ok(head) = ask("HEAD").await else {
            return Ok(None);
        };
        if head.status == 404 {
            // A response to HEAD has no body, which would say what does not exist.
            return match ask("GET").await {
                Ok(answer) if answer.status != 404 => Ok(None),
                Ok(answer) if has_code(&answer, "NAME_UNKNOWN") => Err(not_found(repository)),
                Ok(answer) if has_code(&answer, "MANIFEST_UNKNOWN") => Ok(Some(Vec::new())),
                _ => Ok(None),
            };
        }
        let digest = head.header("docker-content-digest");
        let digest = digest.filter(|digest| head.status == 200 && Digest::is_canonical(digest));
        Ok(digest.map(|digest| {
            let with_digest = |row| Row {
                digest: Some(digest.to_owned()),
                ..row
            };
            let rows = tags(vec![tag.to_string()], repository).into_iter();
            rows.map(with_digest).collect()
        }))
    }

    /// The content of the manifest `digest`, verified, or nothing if the registry does not have it.
    pub(super) async fn content(
        &self,
        repository: &PublicRepository,
        digest: &Digest,
        caller: Caller<'_>,
    ) -> Result<Option<Vec<u8>>, Error> {
        let answer = self.ask_manifest("GET", repository, digest.as_str(), caller);
        let answer = answer.await?;
        match answer.status {
            200 if Digest::of(&answer.body) == *digest => Ok(Some(answer.body)),
            200 => Err(self.not_of_digest(digest.as_str())),
            404 if has_code(&answer, "MANIFEST_UNKNOWN") => Ok(None),
            401 | 403 if matches!(caller, Caller::Account(_)) => Err(self.denied(&answer)),
            _ => Err(self.refusal(&answer, Start::Beginning).error),
        }
    }

    async fn ask_manifest(
        &self,
        method: &'static str,
        repository: &PublicRepository,
        reference: &str,
        caller: Caller<'_>,
    ) -> Result<HttpAnswer, Error> {
        let path = format!("{}/manifests/{reference}", path(repository));
        let of = if method == "HEAD" { "HEAD of " } else { "" };
        let request = OciRequest {
            method,
            name: format!("{of}manifest {reference} of `{repository}`"),
            url: &self.wire.url(&path),
            accept: &MANIFEST_TYPES.join(", "),
            limit: LONGEST_MANIFEST,
        };
        self.get(&request, caller).await
    }

    /// Whether a token of an account may be sent: to a host of https, or directly to this machine.
    pub(super) fn keeps_secrets(&self) -> bool {
        self.wire.keeps_secrets()
    }

    /// The response to `request`, with a new token if the current one is refused.
    async fn get(&self, request: &OciRequest<'_>, caller: Caller<'_>) -> Result<HttpAnswer, Error> {
        let token = self.token(None, caller).await?;
        let answer = self.ask(request, token.as_deref()).await?;
        // The registry refuses an expired token with any of these.
        if token.is_none() || !matches!(answer.status, 400 | 401 | 403) {
            return Ok(answer);
        }
        let token = self.token(token, caller).await?;
        self.ask(request, token.as_deref()).await
    }

    /// Sends a request under the retry policy; returns any response that a retry would not change.
    async fn ask(
        &self,
        request: &OciRequest<'_>,
        token: Option<&str>,
    ) -> Result<HttpAnswer, Error> {
        let bearer = token.map(|token| format!("Bearer {token}"));
        let mut headers = vec![("accept", request.accept)];
        headers.extend(bearer.as_deref().map(|bearer| ("authorization", bearer)));
        let attempt = async || {
            let OciRequest { method, url, .. } = request;
            let answer = self.wire.send(method, url, &headers, request.limit);
            let answer = answer.await?;
            match answer.status {
                // 501, not implemented, does not pass.
                408 | 429 | 500 | 502.. => Err(self.refusal(&answer, Start::Beginning)),
                _ => Ok(answer),
            }
        };
        self.wire.run(&request.name, attempt).await
    }

    /// A token other than `refused`, or none if the registry has no tokens. The first caller fetches
    /// it; the others wait.
    async fn token(
        &self,
        refused: Option<Arc<str>>,
        caller: Caller<'_>,
    ) -> Result<Option<Arc<str>>, Error> {
        let mut access = self.access.lock().await;
        match &*access {
            Access::Open => return Ok(None),
            Access::Token(token) if refused.as_ref() != Some(token) => {
                return Ok(Some(Arc::clone(token)));
            }
            Access::Denied(why) => return Err(Error::new(Kind::Credentials, why)),
            Access::Unknown => self.progress.resolved("registry", self.host()),
            Access::Token(_) => {}
        }
        let token = match caller {
            Caller::Anonymous => self.fetch_token().await?,
            Caller::Account(aws) => match aws.authorization_token().await {
                // Other regions than us-east-1 refuse the request.
                Err(error) if matches!(error.kind(), Kind::Credentials | Kind::Usage) => {
                    *access = Access::Denied(error.to_string());
                    return Err(Error::new(Kind::Credentials, error));
                }
                token => Some(token?),
            },
        };
        *access = token.clone().map_or(Access::Open, Access::Token);
        Ok(token)
    }

    async fn fetch_token(&self) -> Result<Option<Arc<str>>, Error> {
        let url = self.wire.url("/token/");
        let attempt = async || {
            let answer = self.wire.send("GET", &url, &[], LONGEST_TOKEN).await?;
            match answer.status {
                404 => return Ok(None),
                400.. => return Err(self.refusal(&answer, Start::Beginning)),
                _ => {}
            }
            let Token { token } = self.wire.read(&answer)?;
            // An invalid token must not become part of a header.
            if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(errors::unreadable(self.host(), answer.status));
            }
            Ok(Some(token.into()))
        };
        self.wire.run("token", attempt).await
    }

    fn denied(&self, answer: &HttpAnswer) -> Error {
        let reasons = reasons(answer).unwrap_or_default();
        let said = reasons.first().and_then(|first| text(first, &["message"]));
        let said = errors::cut(said.unwrap_or("it gives no reason"));
        let host = self.host();
        let message = format!("`{host}` does not accept the token of the account: {said}");
        Error::new(Kind::Credentials, message)
    }

    fn refusal(&self, answer: &HttpAnswer, start: Start) -> Failure {
        let (host, status) = (self.host(), answer.status);
        let Some(reasons) = reasons(answer) else {
            return errors::unreadable(host, status).after(answer.retry_after());
        };
        let reason = |name| text(reasons.first()?, &[name]);
        let code = reason("code").unwrap_or("an error");
        let said = reason("message").unwrap_or(code);
        let failure = match status {
            401 | 403 => refusals::denied(host, said),
            400 if code == "DENIED" => refusals::denied(host, said),
            400 if start != Start::Beginning => refusals::refused(said, start),
            _ => errors::failed(host, code, reason("message"), status),
        };
        failure.after(answer.retry_after())
    }
}

fn reasons(answer: &HttpAnswer) -> Option<Vec<Value>> {
    let mut body: Value = serde_json::from_slice(&answer.body).ok()?;
    match body.get_mut("errors")?.take() {
        Value::Array(reasons) => Some(reasons),
        _ => None,
    }
}

fn has_code(answer: &HttpAnswer, code: &str) -> bool {
    let reasons = reasons(answer).unwrap_or_default();
    reasons
        .iter()
        .any(|reason| text(reason, &["code"]) == Some(code))
}

/// Whether a document is a manifest rather than any other JSON, such as an error.
fn is_manifest(fields: &Map<String, Value>) -> bool {
    let field = |name: &str| fields.get(name).filter(|value| !value.is_null());
    let version = field("schemaVersion").and_then(Value::as_u64);
    let mut contents = ["manifests", "config", "layers", "fsLayers"].into_iter();
    let has_contents = contents.any(|name| field(name).is_some());
    let media_type = field("mediaType").and_then(Value::as_str);
    let is_known = media_type.is_some_and(|media_type| MANIFEST_TYPES.contains(&media_type));
    (matches!(version, Some(1 | 2)) && has_contents) || is_known
}

/// The target of the link to the next page, which registries write in this form alone.
fn next_link(link: &[u8]) -> Option<&str> {
    let target = link.strip_prefix(b"<")?.strip_suffix(b">; rel=\"next\"")?;
    let target = str::from_utf8(target).ok()?;
    Some(target).filter(|target| !target.contains(['<', '>']))
}

fn path(repository: &PublicRepository) -> String {
    format!("/v2/{}/{}", repository.alias, repository.name)
}

fn tags(names: Vec<String>, repository: &PublicRepository) -> Vec<Row> {
    let home = Arc::new(Home::of(repository));
    let tag = |name| Row {
        home: Some(Arc::clone(&home)),
        name: RowName::Own(Some(name)),
        ..Row::default()
    };
    names.into_iter().map(tag).collect()
}

/// The URL that `link`, usually relative, means on the page at `url`, if it is a page of the same list.
fn next_url(url: &str, link: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let next = url.join(link).ok()?;
    let is_same = next.origin() == url.origin() && next.path() == url.path();
    is_same.then(|| next.into())
}

#[cfg(test)]
mod tests {
    use super::{is_manifest, next_link, next_url};

    #[test]
    fn the_next_page_is_one_of_the_same_list() {
        let url = "http://host:1/v2/a/b/tags/list?n=10";
        assert_eq!(
            next_url(url, "/v2/a/b/tags/list?n=10&last=x%2Fy").as_deref(),
            Some("http://host:1/v2/a/b/tags/list?n=10&last=x%2Fy")
        );
        assert_eq!(
            next_url(url, "?last=x").as_deref(),
            Some("http://host:1/v2/a/b/tags/list?last=x")
        );
        for elsewhere in [
            "//evil/v2/a/b/tags/list",
            "https://host:1/v2/a/b/tags/list",
            "/v2/a/c/tags/list",
            "../../../secret",
        ] {
            assert_eq!(next_url(url, elsewhere), None, "{elsewhere}");
        }
    }

    #[test]
    fn a_link_has_one_form() {
        assert_eq!(
            next_link(b"</v2/a?last=b,;>; rel=\"next\""),
            Some("/v2/a?last=b,;")
        );
        for other in [
            "",
            "</v2/a>",
            "</v2/a>; rel=next",
            "</v2/a>;rel=\"next\"",
            "</v2/a>; rel=\"prev\"",
            "</v2/a>; rel=\"next\", </v2/b>; rel=\"next\"",
            "</v2/a>; title=\"x\"; rel=\"next\"",
            "/v2/a; rel=\"next\"",
        ] {
            assert_eq!(next_link(other.as_bytes()), None, "{other}");
        }
        assert_eq!(next_link(b"</v2/\xff>; rel=\"next\""), None);
    }

    #[test]
    fn only_a_manifest_is_read_as_one() {
        let is_manifest =
            |body| serde_json::from_str(body).is_ok_and(|fields| is_manifest(&fields));
        for body in [
            r#"{"schemaVersion":2,"manifests":[]}"#,
            r#"{"schemaVersion":2,"config":{}}"#,
            r#"{"schemaVersion":2,"layers":[]}"#,
            r#"{"schemaVersion":1,"fsLayers":[]}"#,
            r#"{"mediaType":"application/vnd.oci.image.manifest.v1+json"}"#,
            r#"{"mediaType":"application/vnd.oci.artifact.manifest.v1+json","blobs":[]}"#,
            r#"{"mediaType":"application/vnd.cncf.oras.artifact.manifest.v1+json"}"#,
            r#"{"mediaType":"application/vnd.docker.distribution.manifest.v1+prettyjws"}"#,
        ] {
            assert!(is_manifest(body), "{body}");
        }
        for body in [
            "{}",
            "[]",
            "2",
            r#"{"errors":[{"code":"UNAVAILABLE"}]}"#,
            r#"{"message":"busy"}"#,
            r#"{"manifests":null}"#,
            r#"{"manifests":[]}"#,
            r#"{"schemaVersion":2}"#,
            r#"{"schemaVersion":2,"manifests":null,"layers":null}"#,
            r#"{"schemaVersion":"2","layers":[]}"#,
            r#"{"schemaVersion":3,"layers":[]}"#,
            r#"{"mediaType":"application/json","layers":[]}"#,
            r#"{"tags":["a"],"schemaVersion":2}"#,
        ] {
            assert!(!is_manifest(body), "{body}");
        }
    }
}

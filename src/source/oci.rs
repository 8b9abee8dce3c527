//! Reads tag names and manifests of public repositories from the registry's API, which is documented.
//!
//! <https://github.com/opencontainers/distribution-spec/blob/main/spec.md>. Anonymous callers need a
//! token, which the registry gives to anyone, and may send about one request per second.

use std::sync::Arc;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use tokio::sync::Mutex;
use url::Url;

use super::own::Aws;
use super::refusals::{self, not_found};
use super::wire::{ErrorObject, Rows};
use super::{Page, PageRequest, Start, link};
use crate::error::{Error, Kind};
use crate::model::{Home, Row, RowName};
use crate::net::anonymous::{Anonymous, request};
use crate::net::answers;
use crate::net::http::{Answer, LONGEST_MANIFEST, LONGEST_PAGE, LONGEST_TOKEN};
use crate::net::limit::{ANONYMOUS_RATE, Limits, SIGNED_IN_RATE};
use crate::net::retry::Failure;
use crate::net::settings::Transport;
use crate::reference::{Digest, PublicRepository, TagName};
use crate::relations::ParsedManifest;
use crate::session::Session;

const ADDRESS: &str = "https://public.ecr.aws";
const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, \
     application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.v2+json";
/// The most names of a page. Some registries send all names at once.
const MOST_NAMES: usize = 100_000;
/// The beginning of the types of Docker's first manifests.
const OLD_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v1+";

/// The registry, at `ECRPUB_REGISTRY_URL` or its own address.
#[derive(Debug)]
pub(crate) struct Registry<'a> {
    wire: Anonymous<'a>,
    access: Mutex<Access>,
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

/// Who reads manifests.
#[derive(Clone, Copy, Debug)]
pub(super) enum Caller<'c> {
    Anonymous,
    /// The account of these credentials, which signs in. Its token would allow pushes too.
    Account(&'c Aws<'c>),
}

#[derive(Deserialize)]
struct Token {
    token: String,
}

/// A page as received. An empty repository may have `null` for its tags, but the key is required.
#[derive(Deserialize)]
struct Listing {
    #[serde(deserialize_with = "Option::deserialize")]
    tags: Option<Rows<String, MOST_NAMES>>,
}

/// A manifest that was read by its tag.
#[derive(Debug)]
pub(crate) struct TaggedManifest {
    /// The SHA-256 of its body.
    pub(crate) digest: Digest,
    pub(crate) manifest: ParsedManifest,
}

/// What tells a manifest from any other JSON.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    schema_version: Option<Value>,
    media_type: Option<Value>,
    manifests: Option<IgnoredAny>,
    config: Option<IgnoredAny>,
    layers: Option<IgnoredAny>,
    fs_layers: Option<IgnoredAny>,
}

/// An error as specified: its reasons.
struct Refusal(Vec<ErrorObject>);

/// A request.
struct Get<'a> {
    /// Its name in messages.
    name: String,
    url: &'a str,
    accept: &'static str,
    /// The longest response body, in bytes.
    limit: u64,
}

impl<'a> Registry<'a> {
    /// The registry for anonymous callers, reached by this transport; sends nothing yet.
    pub(super) fn new(transport: Transport, session: Session<'a>) -> Self {
        // A burst of requests for manifests would be refused, apart from the first.
        let limits = Limits {
            in_flight: 1,
            known_rate: Some(ANONYMOUS_RATE),
        };
        Self::within(limits, transport, session)
    }

    /// The registry for an account that signs in.
    pub(super) fn for_account(transport: Transport, session: Session<'a>) -> Self {
        let limits = Limits {
            known_rate: Some(SIGNED_IN_RATE),
            ..Limits::default()
        };
        Self::within(limits, transport, session)
    }

    fn within(limits: Limits, transport: Transport, session: Session<'a>) -> Self {
        let url = session.env.registry_url.clone();
        Self {
            wire: Anonymous::new(url, ADDRESS, transport, limits, session.progress),
            access: Mutex::default(),
        }
    }

    /// The host that requests are sent to.
    pub(super) fn host(&self) -> &str {
        &self.wire.host
    }

    /// A page of the names of the repository's tags.
    ///
    /// # Errors
    ///
    /// [`Kind::NotFound`] if the repository does not exist.
    pub(super) async fn tags(
        &self,
        repository: &PublicRepository,
        asked: PageRequest<'_>,
    ) -> Result<Page, Error> {
        let path = format!("{}/tags/list", path(repository));
        let first = self.wire.url(&format!("{path}?n={}", asked.page_size));
        let url = match asked.token {
            None => first.clone(),
            Some(link) => self.next_url(&first, link).ok_or_else(|| {
                let said = format!("`{link}` is not a page of `{repository}`");
                refusals::refused(&said, asked.start).error
            })?,
        };
        let request = Get {
            name: format!("tags/list of `{repository}`"),
            url: &url,
            accept: "application/json",
            limit: LONGEST_PAGE,
        };
        let answer = self.get(&request, Caller::Anonymous).await?;
        match answer.status {
            200 => {}
            404 if Refusal::has_code(&answer, "NAME_UNKNOWN") => {
                return Err(not_found(repository, None));
            }
            _ => return Err(self.refusal(&answer, asked.start).error),
        }
        let listing: Listing = self.wire.read(&answer).map_err(|failure| failure.error)?;
        let next = self.next_page(&answer, &first, repository)?;
        Ok(Page {
            next_token: next,
            rows: tags(
                listing.tags.unwrap_or_default().complete(self.host())?,
                repository,
            ),
        })
    }

    /// The link from `answer`, the page at `url`, to the next page, unless the list ends here.
    fn next_page(
        &self,
        answer: &Answer,
        url: &str,
        repository: &PublicRepository,
    ) -> Result<Option<String>, Error> {
        let host = self.host();
        let next = link::next(answer.headers("link"))
            .map_err(|unclear| answers::unlike(host, answer.status, &unclear.to_string()))?;
        match next {
            Some(next) if self.next_url(url, &next).is_none() => Err(Error::new(
                Kind::Service,
                format!(
                    "`{host}` names `{}` as the next page, which is not a page of `{repository}`",
                    answers::cut(&next)
                ),
            )),
            // A fragment is not sent: with another one the page is the same.
            next => Ok(next.map(|mut next| {
                next.truncate(next.find('#').unwrap_or(next.len()));
                next
            })),
        }
    }

    /// The URL that `link` means on the page at `url`, if it is a page of the same list.
    fn next_url(&self, url: &str, link: &str) -> Option<String> {
        next_url(url, link, self.wire.query())
    }

    /// The manifest that `tag` points at.
    ///
    /// # Errors
    ///
    /// If it does not exist.
    pub(super) async fn manifest(
        &self,
        repository: &PublicRepository,
        tag: &TagName,
    ) -> Result<TaggedManifest, Error> {
        let answer = self.ask_manifest(repository, tag.as_str(), Caller::Anonymous);
        let answer = answer.await?;
        if answer.status != 200 {
            return Err(self.refusal(&answer, Start::Beginning).error);
        }
        let invalid = |why: &str| answers::unlike(self.host(), answer.status, why);
        let document: Document = self.wire.read(&answer).map_err(|failure| failure.error)?;
        let manifest = ParsedManifest::parse(&answer.body).ok();
        let manifest = manifest.filter(|_| document.is_manifest());
        let manifest = manifest.ok_or_else(|| invalid("not a manifest"))?;
        let digest = Digest::of(&answer.body);
        let named = answer.header("docker-content-digest");
        let mut named = named
            .filter(|named| named.starts_with("sha256:"))
            .into_iter();
        match named.find(|named| !named.eq_ignore_ascii_case(digest.as_str())) {
            None => Ok(TaggedManifest { digest, manifest }),
            Some(named) => Err(invalid(&format!(
                "a manifest that does not have the digest `{named}`"
            ))),
        }
    }

    /// The content of the manifest `digest`, or nothing if the registry does not have it.
    ///
    /// # Errors
    ///
    /// Any failure of the registry, and content of another digest.
    pub(super) async fn content(
        &self,
        repository: &PublicRepository,
        digest: &Digest,
        caller: Caller<'_>,
    ) -> Result<Option<Vec<u8>>, Error> {
        let answer = self.ask_manifest(repository, digest.as_str(), caller);
        let answer = answer.await?;
        match answer.status {
            200 if Digest::of(&answer.body) == *digest => Ok(Some(answer.body.to_vec())),
            200 => {
                let why = format!("a manifest that does not have the digest `{digest}`");
                Err(answers::unlike(self.host(), answer.status, &why))
            }
            404 if Refusal::has_code(&answer, "MANIFEST_UNKNOWN") => Ok(None),
            401 | 403 if matches!(caller, Caller::Account(_)) => Err(self.denied(&answer)),
            _ => Err(self.refusal(&answer, Start::Beginning).error),
        }
    }

    async fn ask_manifest(
        &self,
        repository: &PublicRepository,
        reference: &str,
        caller: Caller<'_>,
    ) -> Result<Answer, Error> {
        let path = format!("{}/manifests/{reference}", path(repository));
        let request = Get {
            name: format!("manifest {reference} of `{repository}`"),
            url: &self.wire.url(&path),
            accept: MANIFESTS,
            limit: LONGEST_MANIFEST,
        };
        self.get(&request, caller).await
    }

    /// Whether a token of an account may be sent: to a host of https, or directly to this machine.
    pub(super) fn keeps_secrets(&self) -> bool {
        self.wire.keeps_secrets()
    }

    /// The response to `request`, with a new token if the current one is refused.
    async fn get(&self, request: &Get<'_>, caller: Caller<'_>) -> Result<Answer, Error> {
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
    async fn ask(&self, get: &Get<'_>, token: Option<&str>) -> Result<Answer, Error> {
        let mut headers = vec![("accept", get.accept.to_owned())];
        headers.extend(token.map(|token| ("authorization", format!("Bearer {token}"))));
        let attempt = async || {
            let request = request(get.url, &headers, None)?;
            let answer = self.wire.send(request, get.limit).await?;
            match answer.status {
                408 | 429 | 500.. => Err(self.refusal(&answer, Start::Beginning)),
                _ => Ok(answer),
            }
        };
        self.wire.run(&get.name, attempt).await
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
            Access::Unknown | Access::Token(_) => {}
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
            let answer = self.wire.send(request(&url, &[], None)?, LONGEST_TOKEN);
            let answer = answer.await?;
            match answer.status {
                404 => return Ok(None),
                400.. => return Err(self.refusal(&answer, Start::Beginning)),
                _ => {}
            }
            let Token { token } = self.wire.read(&answer)?;
            // An invalid token must not become part of a header.
            if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(answers::unreadable(self.host(), answer.status));
            }
            Ok(Some(token.into()))
        };
        self.wire.run("token", attempt).await
    }

    /// The error for an account whose token is refused.
    fn denied(&self, answer: &Answer) -> Error {
        let reasons = Refusal::of(&answer.body).map(|Refusal(reasons)| reasons);
        let said = reasons
            .as_ref()
            .and_then(|reasons| reasons.first()?.text(&["message"]));
        let said = answers::cut(said.unwrap_or("it gives no reason"));
        let host = self.host();
        Error::new(
            Kind::Credentials,
            format!("`{host}` does not accept the token of the account: {said}"),
        )
    }

    fn refusal(&self, answer: &Answer, start: Start) -> Failure {
        let (host, status) = (self.host(), answer.status);
        let Some(Refusal(reasons)) = Refusal::of(&answer.body) else {
            return answers::unreadable(host, status).after(answer.retry_after());
        };
        let reason = |name| reasons.first()?.text(&[name]);
        let code = reason("code").unwrap_or("an error");
        let said = reason("message").unwrap_or(code);
        let failure = match status {
            429 => answers::throttled(host, said),
            401 | 403 => refusals::denied(host, said),
            400 if code == "DENIED" => refusals::denied(host, said),
            400 if start != Start::Beginning => refusals::refused(said, start),
            _ => answers::failed(host, code, reason("message"), status),
        };
        failure.after(answer.retry_after())
    }
}

impl Refusal {
    /// The error in `body`, if it is one.
    fn of(body: &[u8]) -> Option<Self> {
        ErrorObject::of(body)?.list("errors").map(Self)
    }

    /// Whether `answer` is an error with this code.
    fn has_code(answer: &Answer, code: &str) -> bool {
        let of_code = |reason: &ErrorObject| reason.text(&["code"]) == Some(code);
        Self::of(&answer.body).is_some_and(|Self(reasons)| reasons.iter().any(of_code))
    }
}

impl Document {
    /// Whether it is a manifest rather than any other JSON, such as an error.
    fn is_manifest(&self) -> bool {
        let version = self.schema_version.as_ref().and_then(Value::as_u64);
        let has_content = self.manifests.is_some()
            || self.config.is_some()
            || self.layers.is_some()
            || self.fs_layers.is_some();
        let media_type = self.media_type.as_ref().and_then(Value::as_str);
        let is_of_type = media_type.is_some_and(|of| {
            let mut types = MANIFESTS.split(", ");
            types.any(|one| one == of) || of.starts_with(OLD_MANIFEST)
        });
        (matches!(version, Some(1 | 2)) && has_content) || is_of_type
    }
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

/// The URL that `link`, usually relative, means on the page at `url`, if it is a page of the same
/// list. `kept` is a query that every request has, and that a link replaces.
fn next_url(url: &str, link: &str, kept: Option<&str>) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let mut next = url.join(link).ok()?;
    if next.origin() != url.origin() || next.path() != url.path() {
        return None;
    }
    next.set_fragment(None);
    if let Some(kept) = kept {
        fn name(parameter: &str) -> &str {
            parameter.split('=').next().unwrap_or(parameter)
        }
        let query = next.query().unwrap_or_default();
        let is_missing = |kept: &&str| query.split('&').all(|other| name(other) != name(kept));
        let missing = kept.split('&').filter(is_missing);
        let all: Vec<_> = missing
            .chain([query])
            .filter(|part| !part.is_empty())
            .collect();
        let all = all.join("&");
        next.set_query(Some(&all));
    }
    Some(next.into())
}

#[cfg(test)]
mod tests {
    use super::{Document, next_url};

    #[test]
    fn the_next_page_is_one_of_the_same_list() {
        let url = "http://host:1/v2/a/b/tags/list?n=10";
        assert_eq!(
            next_url(url, "/v2/a/b/tags/list?n=10&last=x%2Fy", None).as_deref(),
            Some("http://host:1/v2/a/b/tags/list?n=10&last=x%2Fy")
        );
        assert_eq!(
            next_url(url, "?last=x", None).as_deref(),
            Some("http://host:1/v2/a/b/tags/list?last=x")
        );
        for elsewhere in [
            "//evil/v2/a/b/tags/list",
            "https://host:1/v2/a/b/tags/list",
            "/v2/a/c/tags/list",
            "../../../secret",
        ] {
            assert_eq!(next_url(url, elsewhere, None), None, "{elsewhere}");
        }
    }
    #[test]
    fn a_fragment_is_dropped_and_the_query_of_the_registry_kept() {
        let next = |link, kept| next_url("http://host/v2/a/b/tags/list?key=K&n=10", link, kept);
        let page = "http://host/v2/a/b/tags/list";
        for (link, kept, query) in [
            ("?last=x#1", None, "?last=x"),
            ("#2", None, "?key=K&n=10"),
            ("?n=10&last=x", Some("key=K"), "?key=K&n=10&last=x"),
            ("?n=10&key=K&last=x", Some("key=K"), "?n=10&key=K&last=x"),
            ("?last=x#3", Some("a&key=%4B&b="), "?a&key=%4B&b=&last=x"),
            ("?b=2&key=L", Some("a=1&key=K&b="), "?a=1&b=2&key=L"),
            ("?", Some("key=K"), "?key=K"),
        ] {
            assert_eq!(next(link, kept), Some(format!("{page}{query}")), "{link}");
        }
    }

    #[test]
    fn only_a_manifest_is_read_as_one() {
        let is_manifest = |body| {
            let document: Option<Document> = serde_json::from_str(body).ok();
            document.is_some_and(|document| document.is_manifest())
        };
        for body in [
            r#"{"schemaVersion":2,"manifests":[]}"#,
            r#"{"schemaVersion":2,"config":{}}"#,
            r#"{"schemaVersion":2,"layers":[]}"#,
            r#"{"schemaVersion":1,"fsLayers":[]}"#,
            r#"{"mediaType":"application/vnd.oci.image.manifest.v1+json"}"#,
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

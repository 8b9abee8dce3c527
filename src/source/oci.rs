//! Anybody's repository by the registry itself, the documented API: names of tags, and manifests.
//!
//! <https://github.com/opencontainers/distribution-spec/blob/main/spec.md>. Anonymous callers need a
//! token, which is there for the asking, and may send about one request a second.

use std::sync::Arc;

use serde::Deserialize;
use tokio::sync::Mutex;
use url::Url;

use super::refusals::{self, not_found};
use super::wire::home;
use super::{Page, PageRequest};
use crate::error::{Error, Kind};
use crate::model::Tag;
use crate::net::anonymous::{Anonymous, request};
use crate::net::answers;
use crate::net::http::Answer;
use crate::net::retry::{Failure, Pace};
use crate::net::settings::Transport;
use crate::reference::PublicRepository;
use crate::session::Session;

const ADDRESS: &str = "https://public.ecr.aws";
const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, \
     application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.v2+json";
/// What stands for the platform of a build's attestations.
const NO_PLATFORM: &str = "unknown/unknown";

/// The registry, at `ECRPUB_REGISTRY_URL` or where it lives.
#[derive(Debug)]
pub(crate) struct Registry<'a> {
    wire: Anonymous<'a>,
    access: Mutex<Access>,
}

/// What the registry asks of anonymous callers.
#[derive(Debug, Default)]
enum Access {
    #[default]
    Unknown,
    /// Nothing.
    Open,
    /// This token, until it expires.
    Token(Arc<str>),
}

#[derive(Deserialize)]
struct Token {
    token: String,
}

/// A page as it comes. An empty repository may have `null` for its tags; an answer without the key is
/// none.
#[derive(Deserialize)]
struct Listing {
    #[serde(deserialize_with = "Option::deserialize")]
    tags: Option<Vec<String>>,
}

#[derive(Deserialize)]
struct Index {
    manifests: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    platform: Option<Platform>,
}

#[derive(Deserialize)]
struct Platform {
    os: String,
    architecture: String,
    variant: Option<String>,
}

/// An error as the specification has it.
#[derive(Deserialize)]
struct Refusal {
    errors: Vec<Reason>,
}

#[derive(Default, Deserialize)]
struct Reason {
    code: Option<String>,
    message: Option<String>,
}

impl<'a> Registry<'a> {
    /// The registry, reached by this transport; sends nothing yet.
    pub(super) fn new(mut transport: Transport, session: Session<'a>) -> Self {
        let interval = session.env.hurried(Pace::A_SECOND);
        transport.retry.pace = Some(Arc::new(Pace::new(interval)));
        let url = session.env.registry_url.clone();
        Self {
            wire: Anonymous::new(url, ADDRESS, transport, session.progress),
            access: Mutex::default(),
        }
    }

    /// The host that is asked.
    pub(super) fn host(&self) -> &str {
        &self.wire.host
    }

    /// A page of the names of the repository's tags.
    ///
    /// # Errors
    ///
    /// [`Kind::NotFound`] where there is no such repository.
    pub(super) async fn tags(
        &self,
        repository: &PublicRepository,
        asked: PageRequest<'_>,
    ) -> Result<Page<Tag>, Error> {
        let path = format!("{}/tags/list", path(repository));
        let first = self.wire.url(&format!("{path}?n={}", asked.page_size));
        let url = match asked.token {
            None => first.clone(),
            Some(link) => next_url(&first, link).ok_or_else(|| {
                let said = format!("`{link}` is no page of `{repository}`");
                refusals::refused(&said, true).error
            })?,
        };
        let answer = self.get("tags/list", &url, "application/json").await?;
        match answer.status {
            200 => {}
            404 if Refusal::of(&answer).is_some() => return Err(not_found(repository, None)),
            _ => return Err(self.refusal(&answer, asked.token.is_some()).error),
        }
        let listing: Listing = self.wire.read(&answer).map_err(|failure| failure.error)?;
        let next = answer.header("link").and_then(next_link);
        if let Some(next) = next
            && next_url(&first, next).is_none()
        {
            return Err(Error::new(
                Kind::Service,
                format!(
                    "`{}` leads to `{next}` for the next page, which is none of `{repository}`",
                    self.host()
                ),
            ));
        }
        Ok(Page {
            next_token: next.map(str::to_owned),
            rows: tags(listing.tags.unwrap_or_default(), repository),
        })
    }

    /// The platforms that the index `digest` has images for, in its order, each once.
    ///
    /// # Errors
    ///
    /// Where the registry has no such manifest, or it is no index.
    pub(super) async fn platforms(
        &self,
        repository: &PublicRepository,
        digest: &str,
    ) -> Result<Arc<[String]>, Error> {
        let url = self
            .wire
            .url(&format!("{}/manifests/{digest}", path(repository)));
        let index = async {
            let answer = self.get("manifest", &url, MANIFESTS).await?;
            let index = match answer.status {
                200 => self.wire.read(&answer),
                _ => Err(self.refusal(&answer, false)),
            };
            index.map_err(|failure| failure.error)
        };
        let index: Index = index.await.map_err(|error| {
            error.hint(format!(
                "this was the manifest of {digest} of `{repository}`; leave out `--platforms` to list without it"
            ))
        })?;
        let mut platforms: Vec<String> = Vec::new();
        for platform in index
            .manifests
            .into_iter()
            .filter_map(|entry| entry.platform)
        {
            let platform = platform.name();
            if platform != NO_PLATFORM && !platforms.contains(&platform) {
                platforms.push(platform);
            }
        }
        Ok(platforms.into())
    }

    /// The answer at `url`, fetched with a token once one is asked for, and with a new one when that is
    /// no good.
    async fn get(&self, name: &str, url: &str, accept: &str) -> Result<Answer, Error> {
        let mut access = self.access.lock().await;
        let token = match &*access {
            Access::Token(token) => Some(Arc::clone(token)),
            Access::Open => None,
            Access::Unknown => {
                // Whoever comes first finds out; the others wait rather than be turned away as well.
                let answer = self.ask(name, url, accept, None).await?;
                if answer.status != 401 {
                    *access = Access::Open;
                    return Ok(answer);
                }
                let token = self.fetch_token().await?;
                *access = Access::Token(Arc::clone(&token));
                drop(access);
                return self.ask(name, url, accept, Some(&token)).await;
            }
        };
        drop(access);
        let answer = self.ask(name, url, accept, token.as_deref()).await?;
        let asks_for_token = match answer.status {
            401 => true,
            400 => token.is_some(),
            _ => false,
        };
        if !asks_for_token {
            return Ok(answer);
        }
        let token = self.renew(token).await?;
        self.ask(name, url, accept, Some(&token)).await
    }

    /// Asks as often as the retry policy has it; an answer that asking again would not mend is one.
    async fn ask(
        &self,
        name: &str,
        url: &str,
        accept: &str,
        token: Option<&str>,
    ) -> Result<Answer, Error> {
        let mut headers = vec![("accept", accept.to_owned())];
        headers.extend(token.map(|token| ("authorization", format!("Bearer {token}"))));
        let attempt = async || {
            let answer = self.wire.send(request(url, &headers, None)?).await?;
            match answer.status {
                429 | 500.. => Err(self.refusal(&answer, false)),
                _ => Ok(answer),
            }
        };
        self.wire.run(name, attempt).await
    }

    /// Another token than `old`; whoever comes first asks for it.
    async fn renew(&self, old: Option<Arc<str>>) -> Result<Arc<str>, Error> {
        let mut access = self.access.lock().await;
        match &*access {
            Access::Token(token) if old.as_ref() != Some(token) => Ok(Arc::clone(token)),
            _ => {
                let token = self.fetch_token().await?;
                *access = Access::Token(Arc::clone(&token));
                Ok(token)
            }
        }
    }

    async fn fetch_token(&self) -> Result<Arc<str>, Error> {
        let url = self.wire.url("/token/");
        let attempt = async || {
            let answer = self.wire.send(request(&url, &[], None)?).await?;
            if answer.status >= 400 {
                return Err(self.refusal(&answer, false));
            }
            let Token { token } = self.wire.read(&answer)?;
            // What is no token would go astray as a header.
            if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(answers::unreadable(self.host(), answer.status));
            }
            Ok(token.into())
        };
        self.wire.run("token", attempt).await
    }

    fn refusal(&self, answer: &Answer, resumes: bool) -> Failure {
        let (host, status) = (self.host(), answer.status);
        let Some(Refusal { errors }) = Refusal::of(answer) else {
            return answers::unreadable(host, status);
        };
        let reason = errors.into_iter().next().unwrap_or_default();
        let code = reason.code.as_deref().unwrap_or("an error");
        let said = reason.message.as_deref().unwrap_or(code);
        match status {
            429 => answers::throttled(host, said),
            401 | 403 => refusals::denied(host, said),
            400 if code == "DENIED" => refusals::denied(host, said),
            400 if resumes => refusals::refused(said, true),
            _ => answers::failed(host, code, reason.message.as_deref(), status),
        }
    }
}

impl Refusal {
    /// The refusal that `answer` is, unless it is something else.
    fn of(answer: &Answer) -> Option<Self> {
        serde_json::from_slice(&answer.body).ok()
    }
}

impl Platform {
    /// `os/architecture/variant`, as `docker` and `podman` take it.
    fn name(self) -> String {
        let Self {
            os,
            architecture,
            variant,
        } = self;
        match variant.filter(|variant| !variant.is_empty()) {
            Some(variant) => format!("{os}/{architecture}/{variant}"),
            None => format!("{os}/{architecture}"),
        }
    }
}

fn path(repository: &PublicRepository) -> String {
    format!("/v2/{}/{}", repository.alias, repository.name)
}

fn tags(names: Vec<String>, repository: &PublicRepository) -> Vec<Tag> {
    let home = home(repository);
    let tag = |name| Tag {
        home: home.clone(),
        name: Some(name),
        ..Tag::default()
    };
    names.into_iter().map(tag).collect()
}

/// The target of a `Link` header's link to the next page.
fn next_link(header: &str) -> Option<&str> {
    let mut rest = header;
    while let Some((_, link)) = rest.split_once('<') {
        let (target, parameters) = link.split_once('>')?;
        let parameters = parameters.split(',').next().unwrap_or_default();
        let is_next = parameters.split(';').any(|parameter| {
            let parameter = parameter.trim();
            parameter.eq_ignore_ascii_case("rel=next")
                || parameter.eq_ignore_ascii_case("rel=\"next\"")
        });
        if is_next {
            return Some(target);
        }
        rest = &link[target.len()..];
    }
    None
}

/// The readers of answers, for fuzzing.
#[cfg(feature = "fuzz")]
pub(crate) fn parse(body: &[u8]) {
    let _ = serde_json::from_slice::<Listing>(body);
    let _ = serde_json::from_slice::<Token>(body);
    let _ = serde_json::from_slice::<Refusal>(body);
    if let Ok(index) = serde_json::from_slice::<Index>(body) {
        let platforms = index
            .manifests
            .into_iter()
            .filter_map(|entry| entry.platform);
        platforms.map(Platform::name).for_each(drop);
    }
    if let Some(link) = str::from_utf8(body).ok().and_then(next_link) {
        let url = "https://public.ecr.aws/v2/team/web/tags/list?n=1000";
        if let Some(next) = next_url(url, link) {
            assert!(next.starts_with("https://public.ecr.aws/v2/team/web/tags/list"));
        }
    }
}

/// Where `link`, mostly relative, leads from the page at `url`, if that is a page of the same list.
fn next_url(url: &str, link: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let next = url.join(link).ok()?;
    let is_same_list = next.origin() == url.origin() && next.path() == url.path();
    is_same_list.then(|| next.into())
}

#[cfg(test)]
mod tests {
    use super::{next_link, next_url};

    #[test]
    fn the_next_page_is_found_among_links() {
        assert_eq!(
            next_link("</v2/x?last=a>; rel=\"next\""),
            Some("/v2/x?last=a")
        );
        assert_eq!(next_link("</v2/x?last=a>;rel=next"), Some("/v2/x?last=a"));
        assert_eq!(
            next_link("</first>; rel=\"first\", </v2/x?last=a,b>; rel=\"next\""),
            Some("/v2/x?last=a,b")
        );
        for none in ["", "</v2/x>", "</v2/x>; rel=\"prev\"", "<", "rel=\"next\""] {
            assert_eq!(next_link(none), None, "{none}");
        }
    }

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
}

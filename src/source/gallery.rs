//! Reads public registries and the tags of their repositories from the API of
//! <https://gallery.ecr.aws>, which is not documented. It provides the same facts about tags as the
//! signed API, without credentials, and the names of repositories.

use std::sync::Arc;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::refusals::{self, not_found};
use super::wire::{ErrorObject, Names, Rows, to_millisecond};
use super::{Page, PageRequest, Start};
use crate::error::{Error, Kind};
use crate::model::{Home, RepositoryDetail, Row, RowName};
use crate::net::anonymous::{Anonymous, request};
use crate::net::answers;
use crate::net::http::{Answer, LONGEST_PAGE};
use crate::net::limit::Limits;
use crate::net::retry::Failure;
use crate::net::settings::Transport;
use crate::reference::{PublicRepository, RegistryAlias, RegistryName, RepositoryName};
use crate::session::Session;

const ADDRESS: &str = "https://api.us-east-1.gallery.ecr.aws";
/// The operation that lists the tags of a repository.
const TAGS: &str = "describeImageTags";
/// The operation that lists the repositories of an alias.
const REPOSITORIES: &str = "describeRepositoryCatalogData";

/// The names of an error's code; some services send it in a header.
const CODES: [&str; 3] = ["__type", "code", "Code"];
const MESSAGES: [&str; 2] = ["message", "Message"];

/// The gallery, at `ECRPUB_GALLERY_URL` or its own address.
#[derive(Debug)]
pub(crate) struct Gallery<'a>(Anonymous<'a>);

/// The meaning of a response.
#[derive(Debug)]
pub(super) enum Told {
    /// A page of tags.
    Page(Page),
    /// The gallery refuses the request, and does not say whether the repository exists; the error is
    /// for a repository that does.
    MaybeMissing(Error),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Question<'a> {
    registry_alias_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    repository_name: Option<&'a str>,
    max_results: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<&'a str>,
}

/// A page as received; the list is required.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listing {
    image_tag_details: Rows<TagDetail>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TagDetail {
    image_tag: Option<String>,
    created_at: Option<Timestamp>,
    image_detail: Option<ImageDetail>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ImageDetail {
    image_digest: Option<String>,
    image_size_in_bytes: Option<i64>,
    image_pushed_at: Option<Timestamp>,
    image_manifest_media_type: Option<String>,
    artifact_media_type: Option<String>,
}

/// The repositories of a registry as received; the list is required. Fields beyond the name were not
/// seen, and are named as in the signed API.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Catalog {
    repositories: Rows<RepositoryEntry>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RepositoryEntry {
    repository_name: Option<String>,
}

/// A refusal of a question: whether its subject exists, and the error if it does.
struct Refused {
    subject: Existence,
    error: Error,
}

/// Whether the subject of a question exists, as far as the gallery's refusal says.
#[derive(PartialEq, Eq)]
enum Existence {
    /// It does not.
    Missing,
    /// The refusal of the first page has no code: that of a missing subject is not known to have one.
    Unsaid,
    /// The refusal is about something else, or not the gallery's.
    Unknown,
}

impl<'a> Gallery<'a> {
    /// The gallery, reached by this transport; sends nothing yet.
    pub(super) fn new(transport: Transport, session: Session<'a>) -> Self {
        let url = session.env.gallery_url.clone();
        Self(Anonymous::new(
            url,
            ADDRESS,
            transport,
            Limits::default(),
            session.progress,
        ))
    }

    /// The host that requests are sent to.
    pub(super) fn host(&self) -> &str {
        &self.0.host
    }

    /// A page of the repository's tags.
    ///
    /// # Errors
    ///
    /// [`Kind::NotFound`] if the repository does not exist; a failure of the gallery names the other
    /// source.
    pub(super) async fn tags(
        &self,
        repository: &PublicRepository,
        asked: PageRequest<'_>,
    ) -> Result<Told, Error> {
        let question = Question::new(&repository.alias, Some(&repository.name), asked);
        let failed = |error: Error| match error.kind() {
            Kind::Service | Kind::Token | Kind::Credentials => failed(error, repository),
            _ => error,
        };
        let request = format!("{TAGS} of `{repository}`");
        let answer = self.ask(TAGS, &request, &question, asked.start).await;
        let answer: Result<Listing, _> = answer.map_err(failed)?;
        match answer {
            Ok(listing) => Ok(Told::Page(Page {
                rows: tags(
                    (listing.image_tag_details.complete(self.host())).map_err(failed)?,
                    repository,
                ),
                next_token: listing.next_token,
            })),
            Err(Refused {
                subject: Existence::Missing,
                ..
            }) => Err(not_found(repository, None)),
            Err(Refused { error, .. }) => Ok(Told::MaybeMissing(failed(error))),
        }
    }

    /// A page of the repositories of a public registry.
    ///
    /// # Errors
    ///
    /// [`Kind::NotFound`] if the gallery does not list the registry. No other API says whether it
    /// exists.
    pub(super) async fn repositories(
        &self,
        alias: &RegistryAlias,
        asked: PageRequest<'_>,
    ) -> Result<Page, Error> {
        let question = Question::new(alias, None, asked);
        let request = format!("{REPOSITORIES} of `{alias}`");
        let answer = self.ask(REPOSITORIES, &request, &question, asked.start);
        let answer: Result<Catalog, _> = answer.await?;
        match answer {
            Ok(catalog) => Ok(Page {
                rows: repositories(catalog.repositories.complete(self.host())?, alias),
                next_token: catalog.next_token,
            }),
            Err(Refused { subject, error }) => Err(match subject {
                Existence::Missing | Existence::Unsaid => refusals::registry_not_found(alias),
                Existence::Unknown => error,
            }),
        }
    }

    /// Sends a question and returns the response, or the refusal of a question that may name what does
    /// not exist.
    async fn ask<T: DeserializeOwned>(
        &self,
        operation: &str,
        request_name: &str,
        question: &impl Serialize,
        start: Start,
    ) -> Result<Result<T, Refused>, Error> {
        let body = serde_json::to_vec(question).expect("names and numbers are JSON");
        let url = self.0.url(&format!("/{operation}"));
        let read = async || {
            let headers = [("content-type", "application/json".to_owned())];
            let request = request(&url, &headers, Some(body.clone()))?;
            let answer = self.0.send(request, LONGEST_PAGE).await?;
            if answer.status >= 400 {
                return self.refusal(&answer, start).map(Err);
            }
            self.0.read(&answer).map(Ok)
        };
        self.0.run(request_name, read).await
    }

    /// The meaning of an error response to a request for the page at `start`.
    fn refusal(&self, answer: &Answer, start: Start) -> Result<Refused, Failure> {
        let (host, status) = (self.host(), answer.status);
        let refusal = ErrorObject::of(&answer.body);
        if refusal.is_none() && answer.is_page() {
            let unreadable = answers::unreadable(host, status);
            return match status {
                400 | 404 => Ok(Refused::unless_missing(unreadable)),
                _ => Err(unreadable.after(answer.retry_after())),
            };
        }
        let known = refusal.as_ref().and_then(|refusal| refusal.text(&CODES));
        let known = known.or(answer.header("x-amzn-errortype")).map(bare);
        let code = known.unwrap_or("an error");
        let message = refusal.as_ref().and_then(|refusal| refusal.text(&MESSAGES));
        let said = message.unwrap_or(code);
        let failure = match status {
            429 => answers::throttled(host, said),
            _ if answers::is_throttling(code) => answers::throttled(host, said),
            _ if answers::is_transient(code) => answers::failed(host, code, message, status),
            401 | 403 => refusals::denied(host, said),
            400 if code.starts_with("AccessDenied") => refusals::denied(host, said),
            400 if is_invalid(code) => refusals::refused(said, start),
            400 | 404 => {
                let failure = match start {
                    Start::Beginning => answers::failed(host, code, message, status),
                    Start::Given | Start::Next => refusals::refused(said, start),
                };
                let mut refused = Refused::unless_missing(failure);
                match known {
                    Some(code) if is_not_found(code) => refused.subject = Existence::Missing,
                    None if start == Start::Beginning => refused.subject = Existence::Unsaid,
                    _ => {}
                }
                return Ok(refused);
            }
            _ => answers::failed(host, code, message, status),
        };
        Err(failure.after(answer.retry_after()))
    }
}

impl Refused {
    /// The refusal that means `failure`, unless the subject does not exist.
    fn unless_missing(failure: Failure) -> Self {
        Self {
            subject: Existence::Unknown,
            error: failure.error,
        }
    }
}

impl<'a> Question<'a> {
    fn new(
        alias: &'a RegistryAlias,
        repository: Option<&'a RepositoryName>,
        asked: PageRequest<'a>,
    ) -> Self {
        Self {
            registry_alias_name: alias.as_str(),
            repository_name: repository.map(RepositoryName::as_str),
            max_results: asked.page_size,
            next_token: asked.token,
        }
    }
}

/// The code alone: `com.amazonaws.service#Code` and `Code:http://…` are the same as `Code`.
fn bare(code: &str) -> &str {
    let code = code.rsplit('#').next().unwrap_or(code);
    code.split(':').next().unwrap_or(code)
}

/// Whether a code says that a repository or registry does not exist: not an operation or an image.
fn is_not_found(code: &str) -> bool {
    matches!(
        code,
        "RepositoryNotFoundException"
            | "RepositoryCatalogDataNotFoundException"
            | "RegistryNotFoundException"
            | "RegistryCatalogDataNotFoundException"
            | "RegistryAliasNotFoundException"
    )
}

/// Adds to a failure of the gallery what the registry can still provide.
fn failed(error: Error, repository: &PublicRepository) -> Error {
    let kind = match error.kind() {
        Kind::Credentials => Kind::GalleryDenied,
        Kind::Service => Kind::Gallery,
        kind => kind,
    };
    error.of_kind(kind).hint(format!(
        "list tag names only, from the registry: `ecrpub tags {repository} --source registry`"
    ))
}

fn is_invalid(code: &str) -> bool {
    matches!(code, "InvalidParameterException" | "ValidationException")
}

fn tags(details: Vec<TagDetail>, repository: &PublicRepository) -> Vec<Row> {
    let mut names = Names::default();
    let home = Arc::new(Home::of(repository));
    let tag = |detail: TagDetail| {
        let image = detail.image_detail.unwrap_or_default();
        Row {
            home: Some(Arc::clone(&home)),
            name: RowName::Own(detail.image_tag),
            date: millisecond(detail.created_at),
            digest: image.image_digest,
            size: image.image_size_in_bytes,
            pushed_at: millisecond(image.image_pushed_at),
            media_type: names.share(image.image_manifest_media_type),
            artifact_media_type: names.share(image.artifact_media_type),
            ..Row::default()
        }
    };
    details.into_iter().map(tag).collect()
}

fn repositories(entries: Vec<RepositoryEntry>, alias: &RegistryAlias) -> Vec<Row> {
    let home = Arc::new(Home {
        alias: Some(alias.as_str().into()),
        ..Home::default()
    });
    let repository = |entry: RepositoryEntry| Row {
        home: Some(Arc::clone(&home)),
        detail: Some(Box::new(RepositoryDetail {
            uri: (entry.repository_name.as_deref())
                .map(|name| format!("{}/{name}", RegistryName::Public(alias.clone()))),
            ..RepositoryDetail::default()
        })),
        name: RowName::Own(entry.repository_name),
        ..Row::default()
    };
    entries.into_iter().map(repository).collect()
}

/// `time`, rounded to the nearest millisecond.
fn millisecond(time: Option<Timestamp>) -> Option<Timestamp> {
    time.map(|time| to_millisecond(time.as_nanosecond()).unwrap_or(time))
}

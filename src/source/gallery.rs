//! Reads public registries and the tags of their repositories from the API of
//! <https://gallery.ecr.aws>, which is not documented. It provides the same facts about tags as the
//! signed API, without credentials, and the names of repositories.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::refusals::{self, not_found, text};
use super::rows::{Interner, to_millisecond};
use super::{Page, PageRequest, Start};
use crate::error::{Error, Kind};
use crate::model::{Home, RepositoryDetail, Row, RowName};
use crate::net::anonymous::Anonymous;
use crate::net::errors;
use crate::net::http::HttpAnswer;
use crate::net::retry::Failure;
use crate::net::settings::Transport;
use crate::reference::{PublicRepository, RegistryAlias, RegistryName, RepositoryName};
use crate::session::Session;

const ADDRESS: &str = "https://api.us-east-1.gallery.ecr.aws";
const TAGS: &str = "describeImageTags";
const REPOSITORIES: &str = "describeRepositoryCatalogData";

/// The gallery, at `ECRPUB_GALLERY_URL` or its own address.
#[derive(Debug)]
pub(crate) struct Gallery<'a>(Anonymous<'a>);

/// A refusal with status 400 or 404: whether what was asked for exists, and the error if it does.
enum GalleryRefusal {
    Missing,
    /// The refusal of the first page has no code: that of a missing registry is not known to have one.
    Unsaid(Error),
    /// The refusal is about something else, or not the gallery's.
    Other(Error),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TagPage {
    image_tag_details: Vec<TagDetail>,
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
struct CatalogPage {
    repositories: Vec<RepositoryEntry>,
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RepositoryEntry {
    repository_name: Option<String>,
}

impl<'a> Gallery<'a> {
    /// The gallery, reached by this transport; sends nothing yet.
    pub(super) fn new(transport: Transport, session: Session<'a>) -> Self {
        let url = session.env.gallery_url.clone();
        Self(Anonymous::new(
            url,
            ADDRESS,
            transport,
            None,
            session.progress,
        ))
    }

    pub(super) fn host(&self) -> &str {
        &self.0.host
    }

    /// A page of the repository's tags. The inner error is the refusal of a request that does not say
    /// whether the repository exists: it is the error for one that does.
    pub(super) async fn tags(
        &self,
        repository: &PublicRepository,
        asked: PageRequest<'_>,
    ) -> Result<Result<Page, Error>, Error> {
        let query = query(&repository.alias, Some(&repository.name), asked);
        let failed = |error| failed(error, repository);
        let request = format!("{TAGS} of `{repository}`");
        let answer = self.ask(TAGS, &request, query, asked.start).await;
        let answer: Result<TagPage, _> = answer.map_err(failed)?;
        match answer {
            Ok(page) => Ok(Ok(Page {
                rows: tags(page.image_tag_details, repository),
                next_token: page.next_token,
            })),
            Err(GalleryRefusal::Missing) => Err(not_found(repository)),
            Err(GalleryRefusal::Unsaid(error) | GalleryRefusal::Other(error)) => {
                Ok(Err(failed(error)))
            }
        }
    }

    /// A page of the repositories of a public registry. One that the gallery does not list does not
    /// exist: no other API says so.
    pub(super) async fn repositories(
        &self,
        alias: &RegistryAlias,
        asked: PageRequest<'_>,
    ) -> Result<Page, Error> {
        let query = query(alias, None, asked);
        let request = format!("{REPOSITORIES} of `{alias}`");
        let answer = self.ask(REPOSITORIES, &request, query, asked.start);
        let answer: Result<CatalogPage, _> = answer.await?;
        match answer {
            Ok(page) => Ok(Page {
                rows: repositories(page.repositories, alias),
                next_token: page.next_token,
            }),
            Err(GalleryRefusal::Missing | GalleryRefusal::Unsaid(_)) => {
                Err(refusals::registry_not_found(alias))
            }
            Err(GalleryRefusal::Other(error)) => Err(error),
        }
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        operation: &str,
        request_name: &str,
        query: Value,
        start: Start,
    ) -> Result<Result<T, GalleryRefusal>, Error> {
        let body = query.to_string();
        let url = self.0.url(&format!("/{operation}"));
        let read = async || {
            let answer = self.0.post(&url, &body).await?;
            if answer.status >= 400 {
                return self.refusal(&answer, start).map(Err);
            }
            self.0.read(&answer).map(Ok)
        };
        self.0.run(request_name, read).await
    }

    fn refusal(&self, answer: &HttpAnswer, start: Start) -> Result<GalleryRefusal, Failure> {
        let (host, status) = (self.host(), answer.status);
        let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
        if body.is_none() && answer.body.trim_ascii_start().starts_with(b"<") {
            let unreadable = errors::unreadable(host, status);
            return match status {
                400 | 404 => Ok(GalleryRefusal::Other(unreadable.error)),
                _ => Err(unreadable.after(answer.retry_after())),
            };
        }
        let body = body.unwrap_or_default();
        let known = text(&body, &["__type", "code", "Code"]);
        let known = known.or(answer.header("x-amzn-errortype")).map(bare);
        let code = known.unwrap_or("an error");
        let message = text(&body, &["message", "Message"]);
        let said = message.unwrap_or(code);
        let failure = match (status, code) {
            _ if errors::is_passing(code, status) => errors::failed(host, code, message, status),
            (401 | 403, _) => refusals::denied(host, said),
            (400, code) if code.starts_with("AccessDenied") => refusals::denied(host, said),
            (400, "InvalidParameterException" | "ValidationException") => {
                refusals::refused(said, start)
            }
            (400 | 404, _) => {
                let Failure { error, .. } = match start {
                    Start::Beginning => errors::failed(host, code, message, status),
                    Start::Given | Start::Next => refusals::refused(said, start),
                };
                return Ok(match known {
                    Some(code) if is_not_found(code) => GalleryRefusal::Missing,
                    None if start == Start::Beginning => GalleryRefusal::Unsaid(error),
                    _ => GalleryRefusal::Other(error),
                });
            }
            _ => errors::failed(host, code, message, status),
        };
        Err(failure.after(answer.retry_after()))
    }
}

fn query(
    alias: &RegistryAlias,
    repository: Option<&RepositoryName>,
    asked: PageRequest<'_>,
) -> Value {
    let mut query = json!({
        "registryAliasName": alias.as_str(),
        "maxResults": asked.page_size,
    });
    if let Some(name) = repository {
        query["repositoryName"] = name.as_str().into();
    }
    if let Some(token) = asked.token {
        query["nextToken"] = token.into();
    }
    query
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
        Kind::Service => Kind::Gallery,
        Kind::Credentials => Kind::GalleryDenied,
        _ => return error,
    };
    error.of_kind(kind).hint(format!(
        "list tag names only, from the registry: `ecrpub tags {repository} --source registry`"
    ))
}

fn tags(details: Vec<TagDetail>, repository: &PublicRepository) -> Vec<Row> {
    let mut names = Interner::default();
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
        host: Some(alias.host()),
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

fn millisecond(time: Option<Timestamp>) -> Option<Timestamp> {
    time.map(|time| to_millisecond(time.as_nanosecond()).unwrap_or(time))
}

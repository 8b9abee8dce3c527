//! Reads the tags of public repositories from the API of <https://gallery.ecr.aws>, which is not
//! documented. It provides the same facts as the signed API, without credentials.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::refusals::{self, not_found};
use super::wire::{Names, home, to_millisecond};
use super::{Page, PageRequest};
use crate::error::{Error, Kind};
use crate::model::{Manifest, Tag};
use crate::net::anonymous::{Anonymous, request};
use crate::net::answers;
use crate::net::http::{Answer, LONGEST_PAGE};
use crate::net::retry::{Failure, Pace};
use crate::net::settings::Transport;
use crate::reference::PublicRepository;
use crate::session::Session;

const ADDRESS: &str = "https://api.us-east-1.gallery.ecr.aws";
/// The only operation that is used.
const OPERATION: &str = "describeImageTags";

/// The gallery, at `ECRPUB_GALLERY_URL` or its own address.
#[derive(Debug)]
pub(crate) struct Gallery<'a>(Anonymous<'a>);

/// The meaning of a response.
#[derive(Debug)]
pub(super) enum Told {
    /// A page of tags.
    Page(Page<Tag>),
    /// The gallery refuses the request, and does not say whether the repository exists; the error is
    /// for a repository that does.
    MaybeMissing(Error),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Question<'a> {
    registry_alias_name: &'a str,
    repository_name: &'a str,
    max_results: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<&'a str>,
}

/// A page as received; the list is required.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listing {
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

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ImageDetail {
    image_digest: Option<String>,
    image_size_in_bytes: Option<i64>,
    image_pushed_at: Option<Timestamp>,
    image_manifest_media_type: Option<String>,
    artifact_media_type: Option<String>,
}

/// An error as AWS services send it; some send the code in a header.
#[derive(Default, Deserialize)]
struct Refusal {
    #[serde(rename = "__type", alias = "code")]
    code: Option<String>,
    #[serde(alias = "Message")]
    message: Option<String>,
}

impl<'a> Gallery<'a> {
    /// The gallery, reached by this transport; sends nothing yet.
    pub(super) fn new(transport: Transport, session: Session<'a>) -> Self {
        let url = session.env.gallery_url.clone();
        let pace = Pace::default();
        Self(Anonymous::new(
            url,
            ADDRESS,
            transport,
            pace,
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
        let question = Question {
            registry_alias_name: repository.alias.as_str(),
            repository_name: repository.name.as_str(),
            max_results: asked.page_size,
            next_token: asked.token,
        };
        let body = serde_json::to_vec(&question).expect("names and numbers are JSON");
        let url = self.0.url(&format!("/{OPERATION}"));
        let read = async || {
            let headers = [("content-type", "application/json".to_owned())];
            let request = request(&url, &headers, Some(body.clone()))?;
            let answer = self.0.send(request, LONGEST_PAGE).await?;
            if answer.status >= 400 {
                return self.refusal(&answer, repository, asked.token.is_some());
            }
            let listing: Listing = self.0.read(&answer)?;
            Ok(Told::Page(Page {
                rows: tags(listing.image_tag_details, repository),
                next_token: listing.next_token,
            }))
        };
        let request = format!("{OPERATION} of `{repository}`");
        let page = self.0.run(&request, read).await;
        page.map_err(|error| match error.kind() {
            Kind::Service | Kind::Credentials => failed(error, repository),
            _ => error,
        })
    }

    /// The meaning of an error response; `resumes` if the request resumes an earlier listing.
    fn refusal(
        &self,
        answer: &Answer,
        repository: &PublicRepository,
        resumes: bool,
    ) -> Result<Told, Failure> {
        let status = answer.status;
        let refusal: Refusal = match serde_json::from_slice(&answer.body) {
            Ok(refusal) => refusal,
            // An error may have an empty body, but the gallery does not send HTML.
            Err(_) if !answer.is_page() => Refusal::default(),
            Err(_) => return Err(answers::unreadable(&self.0.host, status)),
        };
        let code = refusal
            .code
            .as_deref()
            .or(answer.header("x-amzn-errortype"));
        // `com.amazonaws.service#Code` and `Code:http://…` are the same as `Code`.
        let code = code.map(|code| code.rsplit('#').next().unwrap_or(code));
        let code = code.map_or("an error", |code| code.split(':').next().unwrap_or(code));
        let message = refusal.message.as_deref();
        let said = message.unwrap_or(code);
        let host = self.host();
        let failure = match status {
            429 => answers::throttled(host, said),
            _ if answers::is_throttling(code) => answers::throttled(host, said),
            _ if answers::is_transient(code) => answers::failed(host, code, message, status),
            401 | 403 => refusals::denied(host, said),
            400 if code.starts_with("AccessDenied") => refusals::denied(host, said),
            400 if resumes || is_invalid(code) => refusals::refused(said, resumes),
            400 | 404 if code.ends_with("NotFoundException") => {
                Failure::fatal(not_found(repository, None))
            }
            400 | 404 => {
                let error = answers::failed(host, code, message, status).error;
                return Ok(Told::MaybeMissing(failed(error, repository)));
            }
            _ => answers::failed(host, code, message, status),
        };
        Err(failure.after(answer.retry_after()))
    }
}

/// Adds to a failure of the gallery what the registry can still provide.
fn failed(error: Error, repository: &PublicRepository) -> Error {
    error.of_gallery().hint(format!(
        "list tag names only, from the registry: `ecrpub tags {repository} --source registry`"
    ))
}

/// Parses a response, for fuzzing; returns its tags.
#[cfg(feature = "fuzz")]
pub(crate) fn parse(body: &[u8], repository: &PublicRepository) -> Vec<Tag> {
    let _ = serde_json::from_slice::<Refusal>(body);
    let listing = serde_json::from_slice::<Listing>(body);
    listing.map_or_else(
        |_| Vec::new(),
        |listing| tags(listing.image_tag_details, repository),
    )
}

fn is_invalid(code: &str) -> bool {
    matches!(code, "InvalidParameterException" | "ValidationException")
}

fn tags(details: Vec<TagDetail>, repository: &PublicRepository) -> Vec<Tag> {
    let mut names = Names::default();
    let home = home(repository);
    let mut manifest = |detail: ImageDetail| Manifest {
        digest: detail.image_digest,
        size: detail.image_size_in_bytes,
        pushed_at: millisecond(detail.image_pushed_at),
        media_type: names.share(detail.image_manifest_media_type),
        artifact_media_type: names.share(detail.artifact_media_type),
        platforms: None,
    };
    let tag = |detail: TagDetail| Tag {
        home: home.clone(),
        name: detail.image_tag,
        created_at: millisecond(detail.created_at),
        manifest: detail.image_detail.map(&mut manifest).unwrap_or_default(),
    };
    details.into_iter().map(tag).collect()
}

/// `time`, rounded to the nearest millisecond.
fn millisecond(time: Option<Timestamp>) -> Option<Timestamp> {
    time.map(|time| to_millisecond(time.as_nanosecond()).unwrap_or(time))
}

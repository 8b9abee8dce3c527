//! The manifests of one repository, read until the graph of its images can answer.

use std::pin::pin;

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::collect::Part;
use super::{Listing, WINDOW};
use crate::error::{Error, Kind};
use crate::facts::Facts;
use crate::model::{Row, RowKind};
use crate::reference::{Digest, PublicRepository, TagName};
use crate::relations::{Graph, Node, Question, first_change};
use crate::source::{Pages, Subject, TaggedManifest};

/// The images of one repository, and what their manifests tell.
pub(super) struct RepositoryManifests<'a> {
    listing: &'a Listing<'a>,
    pub(super) subject: &'a Subject,
    /// The name by which the registry serves it.
    pub(super) reference: PublicRepository,
    pub(super) graph: Graph,
}

impl<'a> RepositoryManifests<'a> {
    /// The manifests of `images`, of which none is read yet. If these are not all images of the
    /// repository, those without a digest are left out.
    ///
    /// # Errors
    ///
    /// If an image has no valid digest: its relations cannot be known.
    pub(super) fn of(
        listing: &'a Listing<'a>,
        subject: &'a Subject,
        reference: PublicRepository,
        images: &[Row],
    ) -> Result<Self, Error> {
        let graph = Graph::new(images.iter().filter_map(node)).map_err(|invalid| {
            let message =
                format!("the service returned an image with the invalid digest `{invalid}`");
            Error::new(Kind::Service, message)
        })?;
        Ok(Self {
            listing,
            subject,
            reference,
            graph,
        })
    }

    /// Reads manifests until the graph can answer `question`.
    pub(super) async fn read(&mut self, question: Question<'_>) -> Result<(), Error> {
        loop {
            let unread = self.graph.unread(question);
            if unread.is_empty() {
                return Ok(());
            }
            let (listing, reference) = (self.listing, &self.reference);
            let (sources, is_own) = (&listing.sources, self.subject.is_own());
            sources.progress.manifests(unread.len());
            let read =
                async |digest: Digest| match sources.manifest(reference, &digest, is_own).await {
                    Ok(manifest) => Ok((digest, manifest)),
                    Err(error) => Err(listing.of_manifest(error, reference, digest.as_str())),
                };
            // Each is added at once: its text is several times as large as its edges.
            let mut read = pin!(stream::iter(unread).map(read).buffered(WINDOW));
            while let Some((digest, manifest)) = read.try_next().await? {
                self.graph.add(&digest, manifest);
            }
        }
    }

    /// Reads the manifest of each row by its tag, each once, and gives the rows their digests.
    pub(super) async fn read_by_tag(&mut self, rows: &mut [Row]) -> Result<(), Error> {
        let mut tags: Vec<TagName> = Vec::with_capacity(rows.len());
        for row in &*rows {
            let text = row.id().unwrap_or_default();
            let tag = TagName::is_valid(text).then(|| text.parse().ok()).flatten();
            tags.push(tag.ok_or_else(|| {
                let message = format!(
                    "the service returned an invalid tag `{text}` for an image of `{}`",
                    self.reference
                );
                Error::new(Kind::Service, message)
            })?);
        }
        let sources = &self.listing.sources;
        sources.progress.manifests(tags.len());
        let read = async |tag: TagName| {
            let read = sources.tagged_manifest(&self.reference, &tag).await;
            sources.progress.manifest_done();
            let listing = self.listing;
            read.map_err(|error| listing.of_manifest(error, &self.reference, tag.as_str()))
        };
        let read = stream::iter(tags).map(read).buffered(WINDOW);
        let read: Vec<TaggedManifest> = read.try_collect().await?;
        for (row, TaggedManifest { digest, manifest }) in rows.iter_mut().zip(read) {
            row.digest = Some(digest.as_str().to_owned());
            self.graph.add(&digest, Some(manifest));
        }
        Ok(())
    }

    /// The error for an answer that a `missing` manifest makes impossible.
    pub(super) fn incomplete(&self, missing: &str) -> Error {
        let title = self.subject.title();
        let message = format!("the relations of {title} are not complete: {missing}");
        Error::new(Kind::Service, message).hint(self.listing.advice())
    }
}

impl Listing<'_> {
    /// Every image of the repository `subject`, as often as it is listed.
    pub(super) async fn images(&self, subject: &Subject) -> Result<Vec<Row>, Error> {
        let page_size = self.query.args.pages.page_size;
        let mut images = Vec::new();
        let pages = Pages::of_all(&self.sources, RowKind::Images, subject, page_size);
        pages.each(|rows| images.extend(rows)).await?;
        if images.iter().any(|image| image.digest.is_none()) {
            let message = "the service returned an image without `imageDigest`";
            return Err(Error::new(Kind::Service, message));
        }
        Ok(images)
    }

    /// The error of the request for the manifest `name` of `repository`.
    fn of_manifest(&self, error: Error, repository: &PublicRepository, name: &str) -> Error {
        let advice = self.advice();
        error.hint(format!(
            "the request was for manifest {name} of `{repository}`; {advice}"
        ))
    }

    /// What to do if a manifest cannot be read.
    fn advice(&self) -> &'static str {
        if self.query.depends_on_all_images() {
            "run the command again: nothing is listed unless everything can be read"
        } else if self.printing.contains(Facts::RELATIONS) {
            "leave out `--used-by` to list without manifests"
        } else {
            "leave out `--platforms` and `--pin` to list without manifests"
        }
    }
}

/// Reads the images of the repository of `part` again, and compares them with those that its answers
/// depend on.
///
/// # Errors
///
/// If anything changed: what was read in between may not fit together.
pub(super) async fn compare(listing: &Listing<'_>, part: &Part<'_>) -> Result<(), Error> {
    let subject = &part.target.subject;
    let again = listing.images(subject).await.map_err(|error| {
        if error.kind() != Kind::NotFound {
            return error;
        }
        let message = format!("{} disappeared while it was read", subject.title());
        Error::new(Kind::Service, message)
    })?;
    check_unchanged(subject, part.images.as_deref().unwrap_or_default(), &again)
}

/// Checks that the images of `subject` are `again` as they were `before`.
pub(super) fn check_unchanged(
    subject: &Subject,
    before: &[Row],
    again: &[Row],
) -> Result<(), Error> {
    let nodes = |images| <[Row]>::iter(images).filter_map(node);
    let Some(digest) = first_change(nodes(before), nodes(again)) else {
        return Ok(());
    };
    let title = subject.title();
    let what = format!("image {digest} was pushed, deleted, or tagged anew");
    let message = format!("{title} changed while it was read: {what}");
    Err(Error::new(Kind::Service, message).hint("run the command again"))
}

/// The row of an image or tag as a node of a graph.
fn node(row: &Row) -> Option<Node<'_>> {
    Some(Node {
        digest: row.digest.as_deref()?,
        tags: row.names(),
        media_type: row.media_type.as_deref(),
        config_type: row.artifact_media_type.as_deref(),
    })
}

//! The images of one repository, and the manifests that relate them.

use std::collections::HashMap;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use jiff::Timestamp;

use super::WINDOW;
use crate::error::{Error, Kind};
use crate::model::{Image, ImageRow};
use crate::reference::{Digest, PublicRepository, Repository};
use crate::relations::{Graph, Node, ParsedManifest, Question, first_change};
use crate::source::{Pages, Sources, Subject};

/// The manifests that were read, by digest; those that the registry does not have are `None`.
pub(super) type Manifests = HashMap<Digest, Option<ParsedManifest>>;

/// Reads what relates the images of one repository.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    pub(super) sources: &'a Sources<'a>,
    pub(super) repository: &'a Repository,
    /// The name by which the registry serves it.
    pub(super) reference: &'a PublicRepository,
    pub(super) page_size: u16,
    /// What to do if a manifest cannot be read.
    pub(super) advice: &'static str,
}

/// Every image of a repository, each once.
pub(super) async fn images(
    sources: &Sources<'_>,
    repository: &Repository,
    page_size: u16,
) -> Result<Vec<Image>, Error> {
    let mut images = Vec::new();
    let mut pages = Pages::of_all(sources, repository, page_size);
    while let Some(page) = pages.next::<Image>().await? {
        images.extend(page);
    }
    Ok(images)
}

/// The graph of `images`, with the manifests that are known.
///
/// # Errors
///
/// If an image has no valid digest: its relations cannot be known.
pub(super) fn graph(images: &[Image], known: &Manifests) -> Result<Graph, Error> {
    let nodes: Result<Vec<_>, Error> = images.iter().map(checked_node).collect();
    let mut graph = Graph::new(nodes?).map_err(|invalid| invalid_digest(&invalid))?;
    add(&mut graph, known);
    Ok(graph)
}

/// The error for an image with this digest.
pub(super) fn invalid_digest(digest: &str) -> Error {
    let message =
        format!("the service returned an image whose digest `{digest}` is not a valid digest");
    Error::new(Kind::Service, message)
}

/// Adds `manifests` to `graph`.
pub(super) fn add<'m>(
    graph: &mut Graph,
    manifests: impl IntoIterator<Item = (&'m Digest, &'m Option<ParsedManifest>)>,
) {
    for (digest, manifest) in manifests {
        graph.add(digest, manifest.clone());
    }
}

/// The row as a node of a graph.
pub(super) fn node<R: ImageRow>(row: &R) -> Node<'_> {
    let manifest = row.manifest();
    Node {
        digest: manifest.digest.as_deref().unwrap_or_default(),
        tags: row.names(),
        media_type: manifest.media_type.as_deref(),
        config_type: manifest.artifact_media_type.as_deref(),
    }
}

fn checked_node(image: &Image) -> Result<Node<'_>, Error> {
    if image.manifest.digest.is_none() {
        let message = "the service returned an image without `imageDigest`";
        return Err(Error::new(Kind::Service, message));
    }
    Ok(node(image))
}

impl Reader<'_> {
    /// Reads manifests until `graph` can answer `question`, into `known` too.
    ///
    /// # Errors
    ///
    /// If one cannot be read.
    pub(super) async fn read(
        &self,
        graph: &mut Graph,
        known: &mut Manifests,
        question: Question<'_>,
    ) -> Result<(), Error> {
        loop {
            let unread = graph.unread(question);
            if unread.is_empty() {
                return Ok(());
            }
            let read = self.manifests(unread).await?;
            add(
                graph,
                read.iter().map(|(digest, manifest)| (digest, manifest)),
            );
            known.extend(read);
        }
    }

    async fn manifests(
        &self,
        digests: Vec<Digest>,
    ) -> Result<Vec<(Digest, Option<ParsedManifest>)>, Error> {
        let (sources, is_own) = (self.sources, self.repository.is_own());
        sources.progress.manifests(digests.len());
        let read = async |digest: Digest| {
            let manifest = sources.manifest(self.reference, &digest, is_own).await;
            match manifest {
                Ok(manifest) => Ok((digest, manifest)),
                Err(error) => Err(self.of_manifest(error, digest.as_str())),
            }
        };
        let read = stream::iter(digests).map(read).buffered(WINDOW);
        read.try_collect().await
    }

    /// The error of the request for a manifest.
    pub(super) fn of_manifest(&self, error: Error, reference: &str) -> Error {
        error.hint(format!(
            "the request was for manifest {reference} of `{}`; {}",
            self.reference, self.advice
        ))
    }
}

/// Reads the images of `repository` again, and compares them with `images`.
///
/// # Errors
///
/// If anything changed: what was read in between may not fit together.
pub(super) async fn compare(
    sources: &Sources<'_>,
    repository: &Repository,
    page_size: u16,
    images: &[Image],
) -> Result<(), Error> {
    let again = self::images(sources, repository, page_size).await;
    let again = again.map_err(|error| match error.kind() {
        Kind::NotFound => {
            let title = repository.title();
            Error::new(
                Kind::Service,
                format!("{title} disappeared while it was read"),
            )
        }
        _ => error,
    })?;
    let nodes = |images| <[Image]>::iter(images).map(node);
    match first_change(nodes(images), nodes(&again)) {
        None => Ok(()),
        Some(digest) => Err(Error::new(
            Kind::Service,
            format!(
                "{} changed while it was read: image {digest} was pushed, deleted, or tagged anew",
                repository.title()
            ),
        )
        .hint("run the command again")),
    }
}

/// The age at which an image is no part of a push that has not ended.
pub(super) const SETTLED: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

/// The time before which images are settled.
pub(super) fn settled(now: Timestamp) -> Timestamp {
    now.checked_sub(SETTLED).unwrap_or(Timestamp::MIN)
}

//! Adds the platforms of rows, from manifests, and selects rows by them.

use std::sync::Arc;

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::census::{self, node};
use super::part::Part;
use super::relating::Relating;
use super::{Listing, WINDOW};
use crate::error::{Error, Kind};
use crate::facts::Facts;
use crate::model::ImageRow;
use crate::output::counted;
use crate::reference::{Digest, Platform, Repository, TagName};
use crate::relations::{Graph, Node, Question};
use crate::source::{Listed, Subject, TaggedManifest};

/// Keeps the rows that run on `platform`, at most `limit`. Reads manifests in the order of the rows, and
/// no more than that takes.
///
/// # Errors
///
/// If a manifest cannot be read, or does not exist.
pub(super) async fn select<R: Listed<Of = Repository> + ImageRow + 'static>(
    listing: &Listing<'_, R>,
    relating: &mut Relating<'_>,
    part: &mut Part<R>,
    platform: &Platform,
    limit: Option<usize>,
) -> Result<(), Error> {
    let mut rest = std::mem::take(&mut part.selected.rows).into_iter();
    let mut unknown = 0;
    loop {
        let passing = &mut part.selected.rows;
        let wanted = limit.map_or(usize::MAX, |limit| limit - passing.len());
        let mut rows: Vec<R> = rest.by_ref().take(wanted).collect();
        if rows.is_empty() {
            break;
        }
        let gone = add_known(listing, relating, &mut rows).await?;
        if let Some(digest) = gone.first() {
            let message = format!(
                "manifest {digest} of `{}` does not exist",
                relating.reader.reference
            );
            return Err(Error::new(Kind::Service, message)
                .hint("leave out `--platform` to list without manifests"));
        }
        for row in rows {
            match row.manifest().platforms.as_deref() {
                None | Some([]) => unknown += 1,
                Some(known) if known.iter().any(|known| platform.admits(known)) => {
                    passing.push(row);
                }
                Some(_) => {}
            }
        }
    }
    part.ended_early |= rest.len() > 0;
    part.selected.counts.passing = part.selected.rows.len();
    if unknown > 0 {
        let (rows, whose) = (
            counted(unknown, "row"),
            if unknown == 1 { "its" } else { "their" },
        );
        relating.notes.push(format!(
            "`--platform` leaves out {rows}: {whose} platform is not known"
        ));
    }
    Ok(())
}

/// Adds the platforms to rows, as far as they are known. Rows of a source without digests are read by
/// tag, and get a digest too.
///
/// # Errors
///
/// If a manifest cannot be read.
pub(super) async fn add<R: Listed<Of = Repository> + ImageRow + 'static>(
    listing: &Listing<'_, R>,
    relating: &mut Relating<'_>,
    rows: &mut [R],
) -> Result<(), Error> {
    let gone = add_known(listing, relating, rows).await?;
    let of = match gone.as_slice() {
        [] => return Ok(()),
        [digest] => format!("manifest {digest}"),
        [digest, rest @ ..] => {
            format!("manifest {digest} and {}", counted(rest.len(), "other one"))
        }
    };
    relating.notes.push(format!(
        "the registry does not have {of} of `{}`: {} platforms are missing",
        relating.reader.reference,
        if gone.len() == 1 { "its" } else { "their" },
    ));
    Ok(())
}

/// Adds the platforms that are known, and returns the digests of listed indexes that are gone.
async fn add_known<R: Listed<Of = Repository> + ImageRow + 'static>(
    listing: &Listing<'_, R>,
    relating: &mut Relating<'_>,
    rows: &mut [R],
) -> Result<Vec<String>, Error> {
    if !listing.told.contains(Facts::DIGESTS) {
        read_by_tag(relating, rows).await?;
    }
    if !listing.questions.platforms {
        return Ok(Vec::new());
    }
    let is_other = |row: &R| !row.manifest().is_index();
    let all = relating.reader.repository.is_own() && rows.iter().any(is_other);
    if all {
        relating.all_images().await?;
    }
    check_digests(relating, rows)?;
    let (answers, gone) = answers(relating, rows, all).await?;
    for (row, platforms) in rows.iter_mut().zip(answers) {
        row.manifest_mut().platforms = platforms;
    }
    Ok(gone)
}

/// The platforms of a row, if they are known.
type Answer = Option<Arc<[String]>>;

/// The platforms of `rows`, by the indexes of the repository if `all` are to be read, and the digests of
/// listed indexes that are gone.
async fn answers<R: ImageRow>(
    relating: &mut Relating<'_>,
    rows: &[R],
    all: bool,
) -> Result<(Vec<Answer>, Vec<String>), Error> {
    let images = relating.images.as_deref().filter(|_| all);
    let nodes: Vec<Node<'_>> = match images {
        Some(images) => images.iter().map(node).collect(),
        None => rows.iter().map(node).collect(),
    };
    let nodes = nodes
        .into_iter()
        .filter(|node| Digest::is_canonical(node.digest));
    let graph = Graph::new(nodes);
    let mut graph = graph.map_err(|invalid| census::invalid_digest(&invalid))?;
    census::add(&mut graph, &relating.manifests);
    let digests = rows
        .iter()
        .filter_map(|row| row.manifest().digest.as_deref());
    let digests: Vec<&str> = digests.collect();
    let question = Question::Platforms {
        of: &digests,
        own: all,
    };
    let known = &mut relating.manifests;
    relating.reader.read(&mut graph, known, question).await?;
    let platforms = graph.platforms(&digests, all);
    let platforms = platforms.map_err(|missing| relating.incomplete(&missing))?;
    let of_row = |row: &R| {
        let list = platforms.get(row.manifest().digest.as_deref()?)?;
        Some(list.iter().map(|name| (*name).to_owned()).collect())
    };
    let answers = rows.iter().map(of_row).collect();
    let mut gone: Vec<_> = (graph.gone(&digests).into_iter())
        .map(str::to_owned)
        .collect();
    gone.sort_unstable();
    Ok((answers, gone))
}

/// Refuses the digest of an index that must not become part of a URL.
fn check_digests<R: ImageRow>(relating: &Relating<'_>, rows: &[R]) -> Result<(), Error> {
    let digests = rows.iter().filter(|row| row.manifest().is_index());
    let mut digests = digests.filter_map(|row| row.manifest().digest.as_deref());
    match digests.find(|digest| !Digest::is_canonical(digest)) {
        None => Ok(()),
        Some(digest) => Err(invalid(relating, "digest", digest)),
    }
}

fn invalid(relating: &Relating<'_>, what: &str, text: &str) -> Error {
    let reference = relating.reader.reference;
    Error::new(
        Kind::Service,
        format!("the service returned an invalid {what} `{text}` for an image of `{reference}`"),
    )
}

/// Reads the manifest of each row by its tag, each once.
async fn read_by_tag<R: ImageRow>(
    relating: &mut Relating<'_>,
    rows: &mut [R],
) -> Result<(), Error> {
    let mut tags: Vec<TagName> = Vec::with_capacity(rows.len());
    for row in &*rows {
        let text = row.names().first().map(String::as_str).unwrap_or_default();
        let tag = Some(text).filter(|tag| TagName::is_valid(tag));
        let tag = tag.and_then(|tag| tag.parse().ok());
        tags.push(tag.ok_or_else(|| invalid(relating, "tag", text))?);
    }
    let reader = relating.reader;
    reader.sources.progress.manifests(tags.len());
    let read = async |tag: TagName| {
        let read = reader.sources.tagged_manifest(reader.reference, &tag).await;
        reader.sources.progress.manifest_done();
        read.map_err(|error| reader.of_manifest(error, tag.as_str()))
    };
    let read = stream::iter(tags).map(read).buffered(WINDOW);
    let read: Vec<TaggedManifest> = read.try_collect().await?;
    for (row, TaggedManifest { digest, manifest }) in rows.iter_mut().zip(read) {
        row.manifest_mut().digest = Some(digest.as_str().to_owned());
        relating.manifests.insert(digest, Some(manifest));
    }
    Ok(())
}

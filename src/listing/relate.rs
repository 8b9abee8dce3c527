//! Adds what manifests tell, platforms and digests, to a finished listing.

use std::collections::{HashMap, HashSet};

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::plan::Added;
use super::read::Part;
use super::rows::ListedRow;
use super::{Listing, WINDOW};
use crate::error::{Error, Kind};
use crate::facts::Facts;
use crate::model::ImageRow;
use crate::reference::{ImageId, PublicRepository, TagName};
use crate::source::Manifest;

/// Manifests are read one by one, and anonymous callers may send about one request per second.
const MOST: usize = 60;

/// The options that read manifests.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Relations")]
pub(crate) struct RelationArgs {
    /// Add the platforms of each index, such as linux/amd64
    ///
    /// Reads one index at a time from the public registry, and at most 60: use `--limit` or a filter.
    /// With `--source registry`, the manifest of each tag.
    #[arg(long)]
    pub(super) platforms: bool,
}

impl RelationArgs {
    /// The columns that the options add.
    pub(super) fn added(&self) -> Vec<Added> {
        let Self { platforms } = self;
        let added = platforms.then_some(Added {
            option: "--platforms",
            column: "platforms",
        });
        added.into_iter().collect()
    }
}

/// A manifest to read, and the repository that holds it.
type Wanted = (PublicRepository, ImageId);

/// Adds the platforms to the rows that are indexes; each manifest is read once. Rows of a source
/// without digests are read by tag, and get a digest too.
///
/// # Errors
///
/// A usage error for too many manifests, and any failure of the registry.
pub(super) async fn add_manifests<R: ListedRow + ImageRow>(
    listing: &Listing<'_, R>,
    parts: &mut [&mut Part<R>],
) -> Result<(), Error> {
    let by_tag = !listing.told.contains(Facts::DIGESTS);
    let mut wanted = Vec::new();
    let mut seen = HashSet::new();
    for part in parts.iter() {
        for row in &part.selected.rows {
            let manifest = manifest_of(part, row, by_tag)?;
            wanted.extend(manifest.filter(|manifest| seen.insert(manifest.clone())));
        }
    }
    if wanted.len() > MOST {
        return Err(Error::usage(format!(
            "this would read {} manifests one by one, more than the limit of {MOST}",
            wanted.len()
        ))
        .hint("list fewer rows, with `--limit 20` or a filter"));
    }
    let read = async |wanted: Wanted| {
        let manifest = listing.sources.manifest(&wanted.0, &wanted.1).await?;
        Ok::<_, Error>((wanted, manifest))
    };
    let found: HashMap<Wanted, Manifest> = stream::iter(wanted)
        .map(read)
        .buffered(WINDOW)
        .try_collect()
        .await?;
    for part in parts {
        for position in 0..part.selected.rows.len() {
            let wanted = manifest_of(part, &part.selected.rows[position], by_tag)?;
            if let Some(read) = wanted.and_then(|wanted| found.get(&wanted)) {
                let manifest = part.selected.rows[position].manifest_mut();
                manifest.platforms.clone_from(&read.platforms);
                manifest.digest.get_or_insert_with(|| read.digest.clone());
            }
        }
    }
    Ok(())
}

/// The manifest to read for `row`: that of its tag with `by_tag`, otherwise that of an index.
fn manifest_of<R: ImageRow>(
    part: &Part<R>,
    row: &R,
    by_tag: bool,
) -> Result<Option<Wanted>, Error> {
    let manifest = row.manifest();
    let (id, text) = match (row.id(), &manifest.digest) {
        (Some(tag), _) if by_tag => {
            let valid = Some(tag).filter(|tag| TagName::is_valid(tag));
            (
                valid.and_then(|tag| tag.parse().map(ImageId::Tag).ok()),
                tag,
            )
        }
        (_, Some(digest)) if !by_tag && manifest.is_index() => {
            (digest.parse().map(ImageId::Digest).ok(), digest.as_str())
        }
        _ => return Ok(None),
    };
    let Some(reference) = &part.reference else {
        return Ok(None);
    };
    match id {
        Some(id) => Ok(Some((reference.clone(), id))),
        // An invalid digest or tag must not become part of a URL.
        None => Err(Error::new(
            Kind::Service,
            format!(
                "the service returned an invalid {} `{text}` for an image of `{reference}`",
                if by_tag { "tag" } else { "digest" }
            ),
        )),
    }
}

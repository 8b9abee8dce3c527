//! Adds the platforms of indexes, from their manifests, to a finished listing.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::CONCURRENCY;
use super::read::Part;
use crate::error::{Error, Kind};
use crate::facts::{Facts, Need};
use crate::model::ImageRow;
use crate::reference::{Digest, PublicRepository};
use crate::source::Sources;

/// Manifests are read one by one, and anonymous callers may send about one request per second.
const MOST: usize = 60;

/// The options that read manifests.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Relations")]
pub(crate) struct RelationArgs {
    /// Add the platforms of each index, such as linux/amd64
    ///
    /// Reads one index at a time from the public registry, and at most 60: use `--limit` or a filter.
    #[arg(long)]
    pub(super) platforms: bool,
}

impl RelationArgs {
    /// The columns that the options add.
    pub(super) fn columns(&self) -> Vec<&'static str> {
        let Self { platforms } = self;
        platforms.then_some("platforms").into_iter().collect()
    }

    /// The facts that the options need.
    pub(super) fn needs(&self) -> Option<Need> {
        let Self { platforms } = self;
        platforms.then(|| Need::new("--platforms", Facts::MANIFESTS))
    }
}

/// An index and the repository that holds it.
type Index = (PublicRepository, Digest);

/// Adds the platforms to the rows that are indexes; each index is read once.
///
/// # Errors
///
/// A usage error for too many indexes, and any failure of the registry.
pub(super) async fn add_platforms<R: ImageRow>(
    sources: &Sources<'_>,
    parts: &mut [&mut Part<R>],
) -> Result<(), Error> {
    let mut indexes = Vec::new();
    let mut seen = HashSet::new();
    for part in parts.iter() {
        for row in &part.selected.rows {
            if let Some(index) = index(part, row)?.filter(|index| seen.insert(index.clone())) {
                indexes.push(index);
            }
        }
    }
    if indexes.len() > MOST {
        return Err(Error::usage(format!(
            "`--platforms` would read {} indexes one by one, more than the limit of {MOST}",
            indexes.len()
        ))
        .hint("list fewer rows, with `--limit 20` or a filter"));
    }
    let read = async |index: Index| {
        let platforms = sources.platforms(&index.0, index.1.as_str()).await?;
        Ok::<_, Error>((index, platforms))
    };
    let found: HashMap<Index, Arc<[String]>> = stream::iter(indexes)
        .map(read)
        .buffered(CONCURRENCY)
        .try_collect()
        .await?;
    for part in parts {
        for position in 0..part.selected.rows.len() {
            if let Some(index) = index(part, &part.selected.rows[position])? {
                part.selected.rows[position].manifest_mut().platforms = found.get(&index).cloned();
            }
        }
    }
    Ok(())
}

/// The index of `row`, if its image is one.
fn index<R: ImageRow>(part: &Part<R>, row: &R) -> Result<Option<Index>, Error> {
    let manifest = row.manifest();
    let (Some(reference), Some(digest), true) =
        (&part.reference, &manifest.digest, manifest.is_index())
    else {
        return Ok(None);
    };
    match digest.parse() {
        Ok(digest) => Ok(Some((reference.clone(), digest))),
        // An invalid digest must not become part of a URL.
        Err(_) => Err(Error::new(
            Kind::Service,
            format!(
                "the service returned an invalid digest `{digest}` for an index of `{reference}`"
            ),
        )),
    }
}

//! `--platforms`: what the indexes of a finished listing have images for.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::CONCURRENCY;
use super::read::Part;
use crate::error::{Error, Kind};
use crate::model::Row;
use crate::reference::{Digest, PublicRepository};
use crate::source::Sources;

/// Manifests are read one by one, and anonymous callers may ask for about one a second.
const MOST: usize = 60;

/// An index by the repository that has it.
type Place = (PublicRepository, Digest);

/// Adds the platforms to the rows that are indexes; each index is asked for once.
///
/// # Errors
///
/// A usage error for too many indexes, and whatever the registry fails with.
pub(super) async fn add<R: Row>(
    sources: &Sources<'_>,
    parts: &mut [&mut Part<R>],
) -> Result<(), Error> {
    let mut places = Vec::new();
    let mut seen = HashSet::new();
    for part in parts.iter() {
        for row in &part.rows {
            if let Some(place) = place(part, row)?.filter(|place| seen.insert(place.clone())) {
                places.push(place);
            }
        }
    }
    if places.len() > MOST {
        return Err(Error::usage(format!(
            "`--platforms` would read {} indexes one by one, more than the {MOST} that are allowed",
            places.len()
        ))
        .hint("list less, with `--limit 20` or a filter"));
    }
    let read = async |place: Place| {
        let platforms = sources.platforms(&place.0, place.1.as_str()).await?;
        Ok::<_, Error>((place, platforms))
    };
    let found: HashMap<Place, Arc<[String]>> = stream::iter(places)
        .map(read)
        .buffered(CONCURRENCY)
        .try_collect()
        .await?;
    for part in parts {
        for at in 0..part.rows.len() {
            if let Some(place) = place(part, &part.rows[at])? {
                part.rows[at].manifest_mut().platforms = found.get(&place).cloned();
            }
        }
    }
    Ok(())
}

/// Where the index that `row` stands for is, if it is one.
fn place<R: Row>(part: &Part<R>, row: &R) -> Result<Option<Place>, Error> {
    let manifest = row.manifest();
    let (Some(home), Some(digest), true) = (&part.home, &manifest.digest, manifest.is_index())
    else {
        return Ok(None);
    };
    match digest.parse() {
        Ok(digest) => Ok(Some((home.clone(), digest))),
        // What is no digest would go astray in a URL.
        Err(_) => Err(Error::new(
            Kind::Service,
            format!("an index of `{home}` has the digest `{digest}`, which is none"),
        )),
    }
}

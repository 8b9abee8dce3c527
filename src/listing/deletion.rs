//! Deletion: which of the rows that pass are deleted, in which requests, and whether that still holds.

use std::collections::HashSet;

use jiff::SignedDuration;

use super::manifests::{self, RepositoryManifests};
use super::read::Part;
use super::related::{is_or_are, settled_before};
use super::{Listing, Mode};
use crate::error::{Error, Kind};
use crate::model::Row;
use crate::output::{counted, human_size};
use crate::reference::{Digest, ImageId};
use crate::relations::Question;
use crate::source::LOOK_UP_SIZE;

/// How far the clocks of this machine and of the service may be apart.
const MOST_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// Takes from the rows of `part`, which are in their order, those that are not deleted though they pass:
/// the first ones that `--skip` keeps, those with a tag that does not pass, and those that are too young
/// or have no date.
pub(super) fn leave_out(listing: &Listing<'_>, part: &mut Part<'_>) {
    let title = part.target.subject.title();
    let settled = settled_before(listing);
    let mut skipped = listing.query.args.select.skip;
    let [mut others, mut young, mut undated] = [0; 3];
    part.selected.rows.retain(|row| {
        // A signature shares the fate of its image, and is no image to count. A digest tag on the image
        // that it names is an ordinary tag.
        let is_other = |named: Digest| row.digest.as_deref() != Some(named.as_str());
        let is_attached =
            |tag: &String| Digest::in_tag(tag).is_some_and(|(named, _)| is_other(named));
        let is_counted = row.names().is_empty() || !row.names().iter().all(is_attached);
        let is_skipped = is_counted && skipped > 0;
        skipped -= usize::from(is_skipped);
        let left_out = match row.pushed_at {
            _ if is_skipped => return false,
            _ if has_other_tags(row) => &mut others,
            None => &mut undated,
            Some(date) if date >= settled => &mut young,
            Some(_) => return true,
        };
        *left_out += 1;
        false
    });
    for (count, why) in [
        (
            others,
            "for a tag that does not pass the filters; `--digest` deletes an image whole",
        ),
        (
            young,
            "younger than 24 hours, as part of a push under way may be; `--before` sets another age",
        ),
        (undated, "without a date"),
    ] {
        let note = format!(
            "{} of {title} {} left out: {why}",
            counted(count, "image"),
            is_or_are(count)
        );
        part.notes.extend((count > 0).then_some(note));
    }
}

fn has_other_tags(row: &Row) -> bool {
    let relations = row.relations.as_ref();
    relations.is_some_and(|relations| relations.has_other_tags)
}

/// Plans the requests that delete the rows of `part`, without those that an image which stays needs.
pub(super) async fn plan(
    manifests: &mut RepositoryManifests<'_>,
    part: &mut Part<'_>,
    mode: Mode,
) -> Result<(), Error> {
    let rows = part.selected.rows.iter().filter(|row| !has_other_tags(row));
    let candidates: Vec<&str> = rows.filter_map(|row| row.digest.as_deref()).collect();
    manifests.read(Question::Deletion(&candidates)).await?;
    let plan = manifests.graph.deletion(&candidates);
    let plan = plan.map_err(|missing| manifests.incomplete(&missing))?;
    let owned = |digests: &Vec<&str>| digests.iter().map(ToString::to_string).collect();
    part.requests = plan.requests.iter().map(owned).collect();
    if mode != Mode::Delete {
        return Ok(());
    }
    part.selected.counts.passing = plan.requests.iter().map(Vec::len).sum();
    let title = part.target.subject.title();
    for (count, why) in [
        (plan.held, "an index that stays holds"),
        (
            plan.attached,
            "an image that stays is signed or described by",
        ),
    ] {
        let them = if count == 1 { "it" } else { "them" };
        let note = format!(
            "{} of {title} {} left out, because {why} {them}",
            counted(count, "image"),
            is_or_are(count)
        );
        part.notes.extend((count > 0).then_some(note));
    }
    if plan.bereaved > 0 {
        let stay = match plan.bereaved {
            1 => "stays, though it refers to an image",
            _ => "stay, though they refer to images",
        };
        let count = counted(plan.bereaved, "image");
        part.notes
            .push(format!("{count} of {title} {stay} that would be deleted"));
    }
    Ok(())
}

/// Checks the clock, by which images are too young to be deleted, against the service's.
pub(super) fn check_clock(skew: Option<SignedDuration>) -> Result<(), Error> {
    const HINT: &str = "the clock decides which images are too young to be deleted: set it";
    let message = match skew {
        None => "the service gave no `Date` to check the clock of this machine against".to_owned(),
        Some(skew) if skew.abs() > MOST_SKEW => format!(
            "the clock of this machine is {} minutes {} that of the service",
            skew.abs().as_mins(),
            if skew.is_positive() {
                "ahead of"
            } else {
                "behind"
            }
        ),
        Some(_) => return Ok(()),
    };
    Err(Error::new(Kind::Other, message).hint(HINT))
}

/// Looks up the images that would be deleted once more, as late as possible.
///
/// # Errors
///
/// If one of them is gone or tagged anew.
pub(super) async fn verify(listing: &Listing<'_>, part: &Part<'_>) -> Result<(), Error> {
    let digests: Vec<_> = part.requests.iter().flatten().collect();
    let deleted: HashSet<_> = digests.iter().map(|digest| digest.as_str()).collect();
    let is_deleted = |row: &&Row| row.digest.as_deref().is_some_and(|it| deleted.contains(it));
    let before = part.images.iter().flatten().filter(is_deleted);
    let before: Vec<_> = before.cloned().collect();
    let mut found = Vec::with_capacity(before.len());
    for digests in digests.chunks(LOOK_UP_SIZE) {
        let ids = digests.iter().filter_map(|it| it.parse().ok());
        let ids: Vec<_> = ids.map(ImageId::Digest).collect();
        let subject = &part.target.subject;
        let kind = listing.query.kind();
        let rows = listing.sources.look_up(kind, subject, &ids, false).await?;
        // Without rows one of them does not exist, which the comparison finds.
        found.extend(rows.into_iter().flatten());
    }
    manifests::check_unchanged(&part.target.subject, &before, &found)
}

/// A line on the requests of all `parts`: how much they delete, and the most that they free.
pub(super) fn line(parts: &[Part<'_>]) -> String {
    let requests = parts.iter().flat_map(|part| &part.requests);
    let images: usize = requests.clone().map(Vec::len).sum();
    let sizes = parts.iter().map(|part| {
        let deleted: HashSet<_> = part.requests.iter().flatten().map(String::as_str).collect();
        let rows = part.selected.rows.iter().filter(|row| !row.is_index());
        let deleted =
            rows.filter(|row| row.digest.as_deref().is_some_and(|it| deleted.contains(it)));
        let sizes = deleted.filter_map(|row| u64::try_from(row.size?).ok());
        sizes.sum::<u64>()
    });
    format!(
        "{} in {}; they free at most {}, for images share layers",
        counted(images, "image"),
        counted(requests.count(), "request"),
        human_size(sizes.sum())
    )
}

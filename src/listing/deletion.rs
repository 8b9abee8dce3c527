//! Deletion: which of the rows that pass are deleted, in which requests, and whether that still holds.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use super::Listing;
use super::collect::Part;
use super::manifests::{self, RepositoryManifests};
use crate::error::{Error, Kind};
use crate::model::Row;
use crate::output::{counted, human_size};
use crate::reference::{Digest, ImageId};
use crate::relations::Question;
use crate::select::Selected;
use crate::source::{LOOK_UP_SIZE, Subject};

/// How far the clocks of this machine and of the service may be apart.
const MOST_SKEW: SignedDuration = SignedDuration::from_mins(5);

/// A younger image may be part of a push that has not ended: its index comes last.
const SETTLED: SignedDuration = SignedDuration::from_hours(24);

/// Before when an image was pushed that belongs to no push under way: 24 hours ago, unless an option says
/// how old rows must be.
pub(super) fn settled_before(listing: &Listing<'_>) -> Timestamp {
    if listing.selection.bounds_age() {
        return Timestamp::MAX;
    }
    let settled = listing.destination.now.checked_sub(SETTLED);
    settled.unwrap_or(Timestamp::MIN)
}

/// Takes from the rows of `part`, which are in their order, those that are not deleted though they pass:
/// the first ones that `--skip` keeps, those with a tag that does not pass, and those that are too young
/// or have no date.
pub(super) fn leave_out(listing: &Listing<'_>, part: &mut Part<'_>) {
    let settled = settled_before(listing);
    let skip = listing.query.args.select.skip;
    let Selected { rows, counts, .. } = &mut part.selected;
    let [mut others, mut young, mut undated] = [0; 3];
    rows.retain(|row| {
        if counts.skipped < skip && !has_only_digest_tags(row) {
            counts.skipped += 1;
            return false;
        }
        let left_out = match row.pushed_at {
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
        part.notes
            .extend(left_out(count, &part.target.subject, why));
    }
}

/// The note that `count` images of `subject` are left out, if any are.
fn left_out(count: usize, subject: &Subject, why: &str) -> Option<String> {
    let are = if count == 1 { "is" } else { "are" };
    let (images, title) = (counted(count, "image"), subject.title());
    (count > 0).then(|| format!("{images} of {title} {are} left out: {why}"))
}

/// Whether every tag of `row` is a digest tag of another image: a signature shares the fate of its image,
/// and is no image for `--skip` to count.
fn has_only_digest_tags(row: &Row) -> bool {
    let is_other = |named: Digest| row.digest.as_deref() != Some(named.as_str());
    let mut tags = row.names().iter().map(|tag| Digest::in_tag(tag));
    !row.names().is_empty() && tags.all(|tag| tag.is_some_and(|(named, _)| is_other(named)))
}

fn has_other_tags(row: &Row) -> bool {
    let relations = row.relations.as_ref();
    relations.is_some_and(|relations| relations.has_other_tags)
}

/// Plans the requests that delete the rows of `part`, without those that an image which stays needs. Returns
/// notes on these, and on images that would lose another one.
pub(super) async fn plan(
    manifests: &mut RepositoryManifests<'_>,
    part: &mut Part<'_>,
) -> Result<Vec<String>, Error> {
    let rows = part.selected.rows.iter().filter(|row| !has_other_tags(row));
    let candidates: Vec<&str> = rows.filter_map(|row| row.digest.as_deref()).collect();
    manifests.read(Question::Deletion(&candidates)).await?;
    let plan = manifests.graph.deletion(&candidates);
    let plan = plan.map_err(|missing| manifests.incomplete(&missing))?;
    let owned = |digests: &Vec<&str>| digests.iter().map(ToString::to_string).collect();
    part.requests = plan.requests.iter().map(owned).collect();
    let subject = &part.target.subject;
    let tags = format!("`ecrpub images {subject} --used-by` shows the tags");
    let held = format!("held by an index that stays; {tags}");
    let attached = format!("referring to an image that stays; {tags}");
    let (images, title) = (counted(plan.bereaved, "image"), subject.title());
    let stay = match plan.bereaved {
        1 => "stays, though it refers to an image",
        _ => "stay, though they refer to images",
    };
    let bereaved = format!("{images} of {title} {stay} that would be deleted");
    let notes = [
        left_out(plan.held, subject, &held),
        left_out(plan.attached, subject, &attached),
        (plan.bereaved > 0).then(|| format!("{bereaved}; widen the filters to delete both")),
    ];
    Ok(notes.into_iter().flatten().collect())
}

/// Checks the clock, by which images are too young to be deleted, against the service's.
pub(super) fn check_clock(skew: Option<SignedDuration>, now: Timestamp) -> Result<(), Error> {
    const HINT: &str =
        "the clock must be right: it decides which images are too young to be deleted";
    let message = match skew {
        None => "the service gave no `Date` to check the clock of this machine against".to_owned(),
        Some(skew) if skew.abs() > MOST_SKEW => {
            let minutes = skew.abs().as_mins();
            let side = ["ahead of", "behind"][usize::from(skew.is_negative())];
            format!("the clock of this machine is {minutes} minutes {side} that of the service")
        }
        Some(_) if now > Timestamp::now() + MOST_SKEW => {
            "`ECRPUB_NOW` is later than the clock of this machine".to_owned()
        }
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
    let (subject, kind) = (&part.target.subject, listing.query.kind());
    let images = part.images.as_deref().unwrap_or_default();
    let before: Vec<_> = deleted(part, images).cloned().collect();
    let mut found = Vec::with_capacity(before.len());
    let digests: Vec<_> = part.requests.iter().flatten().collect();
    for digests in digests.chunks(LOOK_UP_SIZE) {
        let ids = digests.iter().filter_map(|it| it.parse().ok());
        let ids: Vec<_> = ids.map(ImageId::Digest).collect();
        let rows = listing.sources.look_up(kind, subject, &ids, false).await?;
        // Without rows one of them does not exist, which the comparison finds.
        found.extend(rows.into_iter().flatten());
    }
    manifests::check_unchanged(subject, &before, &found)
}

/// A line on the requests of all `parts`: how much they delete, and the most that they free.
pub(super) fn line(parts: &[Part<'_>]) -> String {
    let requests = parts.iter().flat_map(|part| &part.requests);
    let images: usize = requests.clone().map(Vec::len).sum();
    let rows = (parts.iter()).flat_map(|part| deleted(part, &part.selected.rows));
    let freed = rows.filter(|row| !row.is_index());
    let sizes = freed.filter_map(|row| u64::try_from(row.size?).ok());
    let freed = match sizes.sum() {
        0 => String::new(),
        size => format!(
            "; they free at most {}, for images share layers",
            human_size(size)
        ),
    };
    let requests = counted(requests.count(), "request");
    format!("{} in {requests}{freed}", counted(images, "image"))
}

/// Those of `images` that the requests of `part` delete.
fn deleted<'p>(part: &'p Part<'_>, images: &'p [Row]) -> impl Iterator<Item = &'p Row> {
    let digests: HashSet<_> = part.requests.iter().flatten().map(String::as_str).collect();
    let is_deleted = move |row: &&Row| row.digest.as_deref().is_some_and(|it| digests.contains(it));
    images.iter().filter(is_deleted)
}

//! The summary under a table on a terminal: rows, untagged images, total size.

use std::collections::HashSet;

use crate::model::{RepositoryDetail, Row, RowKind};
use crate::output::{counted, human_count, human_size};

/// The totals of `rows` as a line; nothing of no rows. `is_whole` tells whether the listing has every
/// image.
pub(super) fn line(kind: RowKind, rows: &[&Row], is_whole: bool) -> Option<String> {
    if rows.is_empty() {
        return None;
    }
    let noun = match kind {
        // Public repositories do not show others.
        RowKind::Images if rows.iter().all(|row| row.alias().is_some()) => "tagged image",
        kind => kind.noun(),
    };
    let mut parts = vec![counted(rows.len(), noun)];
    match kind {
        RowKind::Repositories => add_usage(&mut parts, rows),
        RowKind::Images | RowKind::Tags => add_images(&mut parts, rows, is_whole),
    }
    Some(parts.join(", "))
}

/// Adds the number of untagged images and the size of each distinct image once, without indexes.
///
/// The size of an index is that of its largest image. Unless every image is listed, the images of an
/// index may be missing.
fn add_images(parts: &mut Vec<String>, rows: &[&Row], is_whole: bool) {
    let untagged = rows.iter().filter(|row| row.names().is_empty()).count();
    if untagged > 0 {
        parts.push(untagged_part(untagged));
    }
    let mut digests = HashSet::new();
    let images = rows.iter().filter(|row| !row.is_index());
    let distinct =
        images.filter(|row| (row.digest.as_deref()).is_none_or(|digest| digests.insert(digest)));
    let size = sum(distinct.map(|row| row.size)).unwrap_or_default();
    if size > 0 {
        let is_exact = is_whole || !rows.iter().any(|row| row.is_index());
        let at_least = if is_exact { "" } else { "at least " };
        parts.push(format!("{at_least}{}", human_size(size)));
    }
}

/// Adds the totals of the repositories whose usage was read; of public ones only tags are seen.
fn add_usage(parts: &mut Vec<String>, rows: &[&Row]) {
    let total = |count: fn(&RepositoryDetail) -> Option<i64>| {
        let details = rows.iter().map(|row| row.detail.as_deref());
        sum(details.map(|detail| detail.and_then(count)))
    };
    let plural = |total: u64| usize::try_from(total).unwrap_or(usize::MAX);
    match (total(|detail| detail.images), total(|detail| detail.tags)) {
        (Some(images), _) => {
            let untagged = total(|detail| detail.untagged).unwrap_or_default();
            parts.push(counted(plural(images), "image"));
            parts.push(untagged_part(plural(untagged)));
        }
        (None, Some(tags)) => parts.push(counted(plural(tags), "tag")),
        (None, None) => {}
    }
}

/// The storage of the repositories whose usage was read, of which shared layers are billed once, beside the
/// quotas of the service.
pub(super) fn storage(rows: &[&Row]) -> Option<String> {
    let size = sum(rows.iter().map(|row| row.size))?;
    let images = |row: &&&Row| row.detail.as_ref().and_then(|detail| detail.images);
    let fullest = rows.iter().rev().max_by_key(images)?;
    let images = usize::try_from(images(&fullest)?).unwrap_or_default();
    Some(format!(
        "storage: at most {} (50 GB are free); fullest: {}, {} of 100,000 images",
        human_size(size),
        fullest.id()?,
        human_count(images)
    ))
}

fn untagged_part(count: usize) -> String {
    format!("{} untagged", human_count(count))
}

/// The sum of the numbers that are known, if any is; a negative one counts as zero.
fn sum(numbers: impl Iterator<Item = Option<i64>>) -> Option<u64> {
    let numbers = numbers.flatten();
    let numbers = numbers.map(|number| u64::try_from(number).unwrap_or_default());
    numbers.reduce(u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::line;
    use crate::model::{Row, RowKind, RowName};

    const INDEX: &str = "application/vnd.oci.image.index.v1+json";

    fn row(tags: &[&str], digest: &str, media_type: &str, size: i64) -> Row {
        Row {
            name: RowName::Tags(tags.iter().map(ToString::to_string).collect()),
            digest: Some(digest.to_owned()),
            size: Some(size),
            media_type: Some(media_type.into()),
            ..Row::default()
        }
    }

    #[test]
    fn counts_each_digest_once_and_no_index() {
        let index = row(&["a", "b"], "sha256:1", INDEX, 500);
        let image = row(&[], "sha256:2", "other", 200);
        let images = |rows: &[&Row], is_whole| line(RowKind::Images, rows, is_whole);
        assert_eq!(images(&[], true), None);
        let two = images(&[&image, &image], false);
        assert_eq!(two.as_deref(), Some("2 images, 2 untagged, 200 B"));
        let three = [&image, &image, &index];
        let whole = images(&three, true);
        assert_eq!(whole.as_deref(), Some("3 images, 2 untagged, 200 B"));
        let part = images(&three, false);
        assert_eq!(
            part.as_deref(),
            Some("3 images, 2 untagged, at least 200 B")
        );
    }
}

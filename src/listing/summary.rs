//! The summary under a table on a terminal: rows, untagged images, total size.

use std::collections::HashSet;

use crate::model::Row;
use crate::output::{counted, human_count, human_size};

/// The totals of a listing.
#[derive(Debug, Default)]
pub(crate) struct Totals<'a> {
    rows: usize,
    untagged: usize,
    /// The size of the images, without indexes.
    bytes: u64,
    has_index: bool,
    digests: HashSet<&'a str>,
    usage: Option<UsageTotals>,
}

/// The totals of the repositories whose usage was read.
#[derive(Debug, Default)]
struct UsageTotals {
    images: Option<usize>,
    untagged: usize,
    tags: usize,
    bytes: Option<u64>,
}

impl<'a> Totals<'a> {
    /// Adds a row of an image or a tag.
    ///
    /// Adds the size of each distinct digest once, without indexes; shared layers count once per
    /// image.
    pub(super) fn add_image(&mut self, row: &'a Row) {
        self.rows += 1;
        self.untagged += usize::from(row.names().is_empty());
        let digest = row.digest.as_deref();
        let is_new = digest.is_none_or(|digest| self.digests.insert(digest));
        if row.is_index() {
            self.has_index = true;
        } else if is_new {
            self.bytes = self.bytes.saturating_add(natural(row.size));
        }
    }

    /// Adds a row of a repository, with its usage if that was read.
    pub(super) fn add_repository(&mut self, row: &Row) {
        self.rows += 1;
        let usage = row.detail.as_deref().filter(|detail| detail.tags.is_some());
        let Some(usage) = usage else { return };
        let totals = self.usage.get_or_insert_default();
        if usage.images.is_some() {
            *totals.images.get_or_insert_default() += natural::<usize>(usage.images);
        }
        totals.untagged += natural::<usize>(usage.untagged);
        totals.tags += natural::<usize>(usage.tags);
        if row.size.is_some() {
            let bytes = totals.bytes.get_or_insert_default();
            *bytes = bytes.saturating_add(natural(row.size));
        }
    }

    /// The totals as a line, if anything was listed; `noun` is the word for a row, `is_whole` whether
    /// the listing has every image.
    ///
    /// The size of an index is that of its largest image. Unless every image is listed, the images of
    /// an index may be missing, and the total would be less than the sizes above it.
    pub(super) fn line(&self, noun: &'static str, is_whole: bool) -> Option<String> {
        if self.rows == 0 {
            return None;
        }
        let mut parts = vec![counted(self.rows, noun)];
        if self.untagged > 0 {
            parts.push(format!("{} untagged", human_count(self.untagged)));
        }
        if self.bytes > 0 && (is_whole || !self.has_index) {
            parts.push(human_size(self.bytes));
        }
        if let Some(usage) = &self.usage {
            match usage.images {
                // Of public repositories only tags are seen.
                None => parts.push(counted(usage.tags, "tag")),
                Some(images) => {
                    parts.push(counted(images, "image"));
                    parts.push(format!("{} untagged", human_count(usage.untagged)));
                }
            }
            let size = usage.bytes.map(human_size);
            parts.extend(size.map(|size| format!("{size} (shared layers are billed once)")));
        }
        Some(parts.join(", "))
    }
}

/// `number`, or 0 if there is none or it is negative.
fn natural<N: TryFrom<i64> + Default>(number: Option<i64>) -> N {
    number
        .and_then(|number| N::try_from(number).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::Totals;
    use crate::model::{RepositoryDetail, Row, RowName};

    fn row(tags: &[&str], digest: &str, media_type: &str, size: i64) -> Row {
        Row {
            name: RowName::Tags(tags.iter().map(ToString::to_string).collect()),
            digest: Some(digest.to_owned()),
            size: Some(size),
            media_type: Some(media_type.into()),
            ..Row::default()
        }
    }

    const INDEX: &str = "application/vnd.oci.image.index.v1+json";

    #[test]
    fn counts_each_digest_once_and_no_index() {
        let index = row(&["a", "b"], "sha256:1", INDEX, 500);
        let image = row(&[], "sha256:2", "other", 200);
        let mut totals = Totals::default();
        assert_eq!(totals.line("image", true), None);
        totals.add_image(&image);
        totals.add_image(&image);
        assert_eq!(
            totals.line("image", false).as_deref(),
            Some("2 images, 2 untagged, 200 B")
        );
        totals.add_image(&index);
        assert_eq!(
            totals.line("image", true).as_deref(),
            Some("3 images, 2 untagged, 200 B")
        );
        assert_eq!(
            totals.line("image", false).as_deref(),
            Some("3 images, 2 untagged")
        );
    }

    #[test]
    fn a_negative_size_counts_as_zero() {
        let image = row(&["a"], "sha256:1", "other", -5);
        let mut totals = Totals::default();
        totals.add_image(&image);
        assert_eq!(totals.line("tag", true).as_deref(), Some("1 tag"));
    }

    #[test]
    fn usage_is_added_up() {
        let repository = |images, untagged, tags, size| Row {
            size,
            detail: Some(Box::new(RepositoryDetail {
                images,
                untagged,
                tags,
                ..RepositoryDetail::default()
            })),
            ..Row::default()
        };
        let mut totals = Totals::default();
        totals.add_repository(&Row::default());
        assert_eq!(
            totals.line("repository", true).as_deref(),
            Some("1 repository")
        );
        totals.add_repository(&repository(
            Some(1200),
            Some(7),
            Some(0),
            Some(4_000_000_000),
        ));
        totals.add_repository(&repository(Some(34), Some(0), Some(0), Some(2_500_000_000)));
        assert_eq!(
            totals.line("repository", true).as_deref(),
            Some(
                "3 repositories, 1,234 images, 7 untagged, 6.5 GB (shared layers are billed once)"
            )
        );
        let mut totals = Totals::default();
        totals.add_repository(&repository(None, None, Some(12), None));
        assert_eq!(
            totals.line("repository", true).as_deref(),
            Some("1 repository, 12 tags")
        );
    }
}

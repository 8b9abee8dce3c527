//! The summary under a table on a terminal: rows, untagged images, total size.

use std::collections::HashSet;
use std::fmt;

use crate::model::Row;
use crate::output::{counted, human_count, human_size};

/// The totals of a listing.
#[derive(Debug, Default)]
pub(super) struct Summary<'a> {
    rows: usize,
    untagged: usize,
    /// The size of the images, without indexes.
    bytes: u64,
    has_index: bool,
    digests: HashSet<&'a str>,
}

impl<'a> Summary<'a> {
    /// Adds the rows of a repository.
    ///
    /// Adds the size of each distinct digest once, without indexes; shared layers count once per
    /// image.
    pub(super) fn add<R: Row>(&mut self, rows: &'a [R]) {
        self.rows += rows.len();
        for row in rows {
            self.untagged += usize::from(row.tags().is_empty());
            let manifest = row.manifest();
            let digest = manifest.digest.as_deref();
            let is_new = digest.is_none_or(|digest| self.digests.insert(digest));
            if manifest.is_index() {
                self.has_index = true;
            } else if is_new {
                let size = manifest.size.and_then(|size| u64::try_from(size).ok());
                self.bytes = self.bytes.saturating_add(size.unwrap_or_default());
            }
        }
    }

    /// Whether nothing was listed.
    pub(super) fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The totals as a line; `noun` is the word for a row, `is_whole` whether the listing has every
    /// image.
    ///
    /// The size of an index is that of its largest image. Unless every image is listed, the images of
    /// an index may be missing, and the total would be less than the sizes above it.
    pub(super) fn line(&self, noun: &'static str, is_whole: bool) -> impl fmt::Display {
        let mut parts = vec![counted(self.rows, noun)];
        if self.untagged > 0 {
            parts.push(format!("{} untagged", human_count(self.untagged)));
        }
        if self.bytes > 0 && (is_whole || !self.has_index) {
            parts.push(human_size(self.bytes));
        }
        parts.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::Summary;
    use crate::model::{Image, Manifest};

    fn image(digest: &str, media_type: &str, size: i64, tags: &[&str]) -> Image {
        Image {
            tags: (!tags.is_empty()).then(|| tags.iter().map(ToString::to_string).collect()),
            manifest: Manifest {
                digest: Some(digest.to_owned()),
                size: Some(size),
                media_type: Some(media_type.into()),
                ..Manifest::default()
            },
            ..Image::default()
        }
    }

    #[test]
    fn counts_each_digest_once_and_no_index() {
        let index = "application/vnd.oci.image.index.v1+json";
        let mut summary = Summary::default();
        assert!(summary.is_empty());
        let first = [image("sha256:1", index, 500, &["a", "b"])];
        let second = [
            image("sha256:2", "other", 200, &[]),
            image("sha256:2", "other", 200, &[]),
        ];
        summary.add(&second);
        let line = |summary: &Summary, is_whole| summary.line("image", is_whole).to_string();
        assert_eq!(line(&summary, false), "2 images, 2 untagged, 200 B");
        summary.add(&first);
        assert!(!summary.is_empty());
        assert_eq!(line(&summary, true), "3 images, 2 untagged, 200 B");
        assert_eq!(line(&summary, false), "3 images, 2 untagged");
    }

    #[test]
    fn a_negative_size_counts_as_zero() {
        let mut summary = Summary::default();
        let rows = [image("sha256:1", "other", -5, &["a"])];
        summary.add(&rows);
        assert_eq!(summary.line("tag", true).to_string(), "1 tag");
    }
}

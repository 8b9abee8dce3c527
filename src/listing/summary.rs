//! What a table on a terminal comes to: rows, untagged images, bytes.

use std::collections::HashSet;
use std::fmt;

use crate::model::Row;
use crate::output::human_size;

/// The sum of a listing.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    rows: usize,
    untagged: usize,
    bytes: u64,
    seen: HashSet<String>,
}

impl Summary {
    /// Adds the rows of a repository.
    ///
    /// Bytes are those of distinct digests that are no index; layers that images share count once for
    /// each image.
    pub(crate) fn add<R: Row>(&mut self, rows: &[R]) {
        self.rows += rows.len();
        for row in rows {
            self.untagged += usize::from(row.tags().is_empty());
            let manifest = row.manifest();
            let digest = manifest.digest.as_ref();
            let is_new = digest
                .into_iter()
                .all(|digest| self.seen.insert(digest.clone()));
            if is_new && !manifest.is_index() {
                let size = manifest.size.and_then(|size| u64::try_from(size).ok());
                self.bytes = self.bytes.saturating_add(size.unwrap_or_default());
            }
        }
    }

    /// Whether nothing was listed.
    pub(crate) fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The sum as a line, of rows called `noun`.
    pub(crate) fn line(&self, noun: &'static str) -> impl fmt::Display {
        let plural = if self.rows == 1 { "" } else { "s" };
        let mut parts = vec![format!("{} {noun}{plural}", self.rows)];
        if self.untagged > 0 {
            parts.push(format!("{} untagged", self.untagged));
        }
        if self.bytes > 0 {
            parts.push(human_size(self.bytes));
        }
        parts.join(", ")
    }
}

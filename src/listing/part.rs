//! The selected rows of one subject, and what is known about the rest.

use crate::error::Error;
use crate::model::Row;
use crate::reference::ImageId;
use crate::select::Selected;
use crate::source::Subject;

/// The selected rows of one subject.
pub(crate) struct Part {
    pub(super) selected: Selected,
    /// The token to resume with after `--max-pages`.
    pub(super) next_token: Option<String>,
    /// Whether `--limit` ended the listing, and there may be more rows.
    pub(super) ended_early: bool,
    /// Every image of the repository, if they were read and relate to each other, or are to be compared
    /// with those of the end.
    pub(super) images: Option<Vec<Row>>,
    /// What is to be said about the rows.
    pub(super) notes: Vec<String>,
}

impl Part {
    /// All of these rows of `of`.
    ///
    /// # Errors
    ///
    /// A usage error if a named short digest matches several.
    pub(super) fn of(selected: Selected, of: &Subject) -> Result<Self, Error> {
        if let Some((short, digests)) = &selected.ambiguous {
            return Err(ambiguous(short, digests, of));
        }
        Ok(Self {
            selected,
            next_token: None,
            ended_early: false,
            images: None,
            notes: Vec::new(),
        })
    }

    /// Whether it has neither rows nor named images that are missing.
    pub(super) fn is_empty(&self) -> bool {
        self.selected.rows.is_empty() && self.selected.missing.is_empty()
    }
}

fn ambiguous(short: &ImageId, digests: &[String], of: &Subject) -> Error {
    const SHOWN: usize = 10;
    let more = match digests.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let digests: Vec<_> = digests.iter().take(SHOWN).map(String::as_str).collect();
    Error::usage(format!(
        "{short} matches several digests in {}: `{}`{more}",
        of.title(),
        digests.join("`, `")
    ))
    .hint("give more digits of the digest")
}

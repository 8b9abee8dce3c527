//! What can be known of rows. What a source tells and what an option needs are sets of the same facts.

use bitflags::bitflags;

bitflags! {
    /// Kinds of knowledge about rows.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub(crate) struct Facts: u8 {
        /// The names of tags.
        const NAMES = 1;
        /// The digest of each row.
        const DIGESTS = 1 << 1;
        /// Size, dates and media types.
        const DETAILS = 1 << 2;
        /// Images without a tag.
        const UNTAGGED = 1 << 3;
        /// The content of manifests: platforms, and what an index holds.
        const MANIFESTS = 1 << 4;
    }
}

/// An option as given, and the facts without which it cannot be honoured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Need {
    /// The option as the user typed it, such as `--sort size`.
    pub(crate) option: String,
    /// What it needs to know.
    pub(crate) facts: Facts,
}

impl Need {
    /// The need of `option`.
    pub(crate) fn new(option: impl Into<String>, facts: Facts) -> Self {
        Self {
            option: option.into(),
            facts,
        }
    }
}

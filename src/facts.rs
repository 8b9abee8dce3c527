//! The facts about rows that sources provide and options need.

use bitflags::bitflags;

bitflags! {
    /// Facts about rows.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub(crate) struct Facts: u16 {
        const NAMES = 1;
        const DIGESTS = 1 << 1;
        /// Size, dates and media types.
        const DETAILS = 1 << 2;
        const UNTAGGED = 1 << 3;
        /// The content of manifests, such as the platforms of an index.
        const MANIFESTS = 1 << 4;
        /// Tags of images, which may be versions.
        const TAGS = 1 << 5;
        const USAGE = 1 << 6;
        const RELATIONS = 1 << 7;
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Need {
    /// The option as the user typed it, such as `--sort size`.
    pub(crate) option: String,
    pub(crate) facts: Facts,
}

impl Need {
    pub(crate) fn given<const N: usize>(
        options: [(&str, bool, Facts); N],
    ) -> impl Iterator<Item = Self> {
        let given = options.into_iter().filter(|(_, is_given, _)| *is_given);
        given.map(|(option, _, facts)| Self::new(option, facts))
    }

    pub(crate) fn new(option: impl Into<String>, facts: Facts) -> Self {
        Self {
            option: option.into(),
            facts,
        }
    }
}

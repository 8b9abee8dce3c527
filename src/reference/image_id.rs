//! The id of an image within its repository: a tag or a digest.

use std::fmt;

use super::{Digest, TagName};

/// The id of an image.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ImageId {
    /// By one of its tags.
    Tag(TagName),
    /// By its digest.
    Digest(Digest),
}

impl ImageId {
    /// The digest, of an id by digest.
    pub(crate) fn digest(&self) -> Option<&str> {
        match self {
            Self::Tag(_) => None,
            Self::Digest(digest) => Some(digest.as_str()),
        }
    }

    /// The digest, of an id by the beginning of one.
    pub(crate) fn short_digest(&self) -> Option<&Digest> {
        match self {
            Self::Digest(digest) if !digest.is_whole() => Some(digest),
            Self::Digest(_) | Self::Tag(_) => None,
        }
    }

    /// The suffix to the name of its repository: `:TAG` or `@DIGEST`.
    pub(crate) fn suffix(&self) -> String {
        match self {
            Self::Tag(tag) => format!(":{tag}"),
            Self::Digest(digest) => format!("@{digest}"),
        }
    }

    /// The option that selects it.
    pub(crate) fn option(&self) -> String {
        match self {
            Self::Tag(tag) => format!("--tag {tag}"),
            Self::Digest(digest) => format!("--digest {digest}"),
        }
    }
}

impl fmt::Display for ImageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(tag) => write!(f, "tag `{tag}`"),
            Self::Digest(digest) => write!(f, "digest `{digest}`"),
        }
    }
}

//! Images and tags as the registry describes them: plain data, every field optional.

use std::sync::Arc;

use jiff::Timestamp;

/// An image, identified by its digest (`ImageDetail` in the service's API).
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Image {
    /// The account that owns the registry, 12 digits; absent for public repositories.
    pub(crate) registry_id: Option<Arc<str>>,
    /// The repository that holds the image.
    pub(crate) home: Home,
    /// The image's tags; absent for an untagged image.
    pub(crate) tags: Option<Vec<String>>,
    /// The manifest with this digest.
    pub(crate) manifest: Manifest,
}

/// A tag and the image that it points at (`ImageTagDetail` in the service's API).
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tag {
    /// The repository that holds the tag; the service's own rows do not name it.
    pub(crate) home: Home,
    /// The tag.
    pub(crate) name: Option<String>,
    /// When the tag was created on or moved to its image, in milliseconds.
    pub(crate) created_at: Option<Timestamp>,
    /// The manifest that the tag points at.
    pub(crate) manifest: Manifest,
}

/// The repository of a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Home {
    /// The registry's alias; for own repositories only if references are printed.
    pub(crate) alias: Option<Arc<str>>,
    /// The repository's name.
    pub(crate) repository: Option<Arc<str>>,
}

/// The manifest that a digest identifies, as listings describe it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Manifest {
    /// `sha256:` and 64 hexadecimal digits.
    pub(crate) digest: Option<String>,
    /// The compressed size in bytes; for an index, that of its largest image.
    pub(crate) size: Option<i64>,
    /// When the manifest was pushed, in milliseconds.
    pub(crate) pushed_at: Option<Timestamp>,
    /// The media type, which distinguishes an index from an image.
    pub(crate) media_type: Option<Arc<str>>,
    /// The media type of the configuration, chosen by the publisher.
    pub(crate) artifact_media_type: Option<Arc<str>>,
    /// The platforms of an index, such as `linux/arm64/v8`; absent until the manifest is read.
    pub(crate) platforms: Option<Arc<[String]>>,
}

impl Manifest {
    /// Whether this is an index: a list of other manifests.
    pub(crate) fn is_index(&self) -> bool {
        matches!(
            self.media_type.as_deref(),
            Some(
                "application/vnd.oci.image.index.v1+json"
                    | "application/vnd.docker.distribution.manifest.list.v2+json"
            )
        )
    }
}

/// The fields of a row that selection reads.
pub(crate) trait Row {
    /// The row's identifier within its listing: an image's digest, a tag's name.
    fn id(&self) -> Option<&str>;
    /// The row's tags: all those of an image, the one of a tag.
    fn tags(&self) -> &[String];
    /// The row's own date: an image's push, a tag's creation.
    fn date(&self) -> Option<Timestamp>;
    /// The manifest of the row's image.
    fn manifest(&self) -> &Manifest;
}

/// A row that takes a public reference and platforms.
pub(crate) trait ImageRow: Row {
    /// The repository of the row.
    fn home_mut(&mut self) -> &mut Home;
    /// The manifest of the row's image.
    fn manifest_mut(&mut self) -> &mut Manifest;
}

impl Row for Image {
    fn id(&self) -> Option<&str> {
        self.manifest.digest.as_deref()
    }

    fn tags(&self) -> &[String] {
        self.tags.as_deref().unwrap_or_default()
    }

    fn date(&self) -> Option<Timestamp> {
        self.manifest.pushed_at
    }

    fn manifest(&self) -> &Manifest {
        &self.manifest
    }
}

impl ImageRow for Image {
    fn home_mut(&mut self) -> &mut Home {
        &mut self.home
    }

    fn manifest_mut(&mut self) -> &mut Manifest {
        &mut self.manifest
    }
}

impl Row for Tag {
    fn id(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn tags(&self) -> &[String] {
        self.name.as_slice()
    }

    fn date(&self) -> Option<Timestamp> {
        self.created_at
    }

    fn manifest(&self) -> &Manifest {
        &self.manifest
    }
}

impl ImageRow for Tag {
    fn home_mut(&mut self) -> &mut Home {
        &mut self.home
    }

    fn manifest_mut(&mut self) -> &mut Manifest {
        &mut self.manifest
    }
}

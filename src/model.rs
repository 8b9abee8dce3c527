//! Images and tags as the registry describes them: plain data, every field optional.

use std::sync::Arc;

use jiff::Timestamp;

/// An image, known by its digest (`ImageDetail` in the service's API).
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Image {
    /// The account that owns the registry, 12 digits; public repositories do not tell it.
    pub(crate) registry_id: Option<Arc<str>>,
    /// The registry's alias, of a repository that was read as a public one.
    pub(crate) registry_alias: Option<Arc<str>>,
    /// The repository's name.
    pub(crate) repository_name: Option<Arc<str>>,
    /// The image's tags; none at all for an untagged image.
    pub(crate) tags: Option<Vec<String>>,
    /// What the digest stands for.
    pub(crate) manifest: Manifest,
}

/// A tag and the image that it points at (`ImageTagDetail` in the service's API).
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Tag {
    /// The registry's alias, of a repository that was read as a public one.
    pub(crate) registry_alias: Option<Arc<str>>,
    /// The repository that was asked; the service's rows do not name it.
    pub(crate) repository_name: Option<Arc<str>>,
    /// The tag.
    pub(crate) name: Option<String>,
    /// When the tag was put on its image, in milliseconds.
    pub(crate) created_at: Option<Timestamp>,
    /// The image that it points at.
    pub(crate) manifest: Manifest,
}

/// What images and tags have in common.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Manifest {
    /// `sha256:` and 64 hexadecimal digits.
    pub(crate) digest: Option<String>,
    /// Compressed bytes; of an index, those of its largest image.
    pub(crate) size: Option<i64>,
    /// When it was pushed, in milliseconds.
    pub(crate) pushed_at: Option<Timestamp>,
    /// Its media type; an index has one of its own.
    pub(crate) media_type: Option<Arc<str>>,
    /// The media type of its configuration, chosen by whoever pushed it.
    pub(crate) artifact_media_type: Option<Arc<str>>,
    /// What an index has images for, where that was asked: `linux/amd64`, `linux/arm64/v8`.
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

/// What selection needs to know of a row.
pub(crate) trait Row {
    /// What no two rows of a repository have in common: an image's digest, a tag's name.
    fn id(&self) -> Option<&str>;
    /// The row's tags: all those of an image, the one of a tag.
    fn tags(&self) -> &[String];
    /// What the row's digest stands for.
    fn manifest(&self) -> &Manifest;
    /// The same, to add to it.
    fn manifest_mut(&mut self) -> &mut Manifest;
    /// Where the row's image is to be had.
    fn set_home(&mut self, alias: &Arc<str>, name: &Arc<str>);
    /// When the tag was created; images have no such date.
    fn created_at(&self) -> Option<Timestamp>;
    /// The row's own date: an image's push, a tag's creation.
    fn date(&self) -> Option<Timestamp>;
}

impl Row for Image {
    fn id(&self) -> Option<&str> {
        self.manifest.digest.as_deref()
    }

    fn tags(&self) -> &[String] {
        self.tags.as_deref().unwrap_or_default()
    }

    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn manifest_mut(&mut self) -> &mut Manifest {
        &mut self.manifest
    }

    fn set_home(&mut self, alias: &Arc<str>, name: &Arc<str>) {
        self.registry_alias = Some(Arc::clone(alias));
        self.repository_name = Some(Arc::clone(name));
    }

    fn created_at(&self) -> Option<Timestamp> {
        None
    }

    fn date(&self) -> Option<Timestamp> {
        self.manifest.pushed_at
    }
}

impl Row for Tag {
    fn id(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn tags(&self) -> &[String] {
        self.name.as_slice()
    }

    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn manifest_mut(&mut self) -> &mut Manifest {
        &mut self.manifest
    }

    fn set_home(&mut self, alias: &Arc<str>, name: &Arc<str>) {
        self.registry_alias = Some(Arc::clone(alias));
        self.repository_name = Some(Arc::clone(name));
    }

    fn created_at(&self) -> Option<Timestamp> {
        self.created_at
    }

    fn date(&self) -> Option<Timestamp> {
        self.created_at
    }
}

//! Images, tags and repositories as the registry describes them: plain data, every field optional.

use std::sync::Arc;

use jiff::Timestamp;

use crate::relations::{self, Role};

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

/// A repository of a registry (`Repository` in the service's API).
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RepositoryDetail {
    /// The account that owns the registry, 12 digits; absent for public registries.
    pub(crate) registry_id: Option<Arc<str>>,
    /// The ARN; absent for public registries.
    pub(crate) arn: Option<String>,
    /// The registry's alias.
    pub(crate) alias: Option<Arc<str>>,
    /// The name, such as `team/web`.
    pub(crate) name: Option<String>,
    /// The public reference: `public.ecr.aws/ALIAS/NAME`.
    pub(crate) uri: Option<String>,
    /// When the repository was created, in milliseconds.
    pub(crate) created_at: Option<Timestamp>,
    /// The totals of its images; absent until they are read.
    pub(crate) usage: Option<Usage>,
    /// What its publisher says about it; absent until it is read.
    pub(crate) catalog: Option<CatalogEntry>,
}

/// A repository as the gallery's search describes it. Publishers choose the texts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct CatalogEntry {
    /// The alias of its registry.
    pub(crate) alias: Option<String>,
    /// Its name.
    pub(crate) name: Option<String>,
    /// One line about it.
    pub(crate) description: Option<String>,
    /// Operating systems, such as `Linux`.
    pub(crate) operating_systems: Option<Vec<String>>,
    /// Architectures, such as `x86-64`.
    pub(crate) architectures: Option<Vec<String>>,
    /// How often its images were pulled.
    pub(crate) downloads: Option<i64>,
}

/// A registry (`Registry` in the service's API).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RegistryDetail {
    /// The account that owns the registry, 12 digits.
    pub(crate) id: String,
    /// The primary alias, which references begin with.
    pub(crate) alias: Option<String>,
}

/// The totals of a repository's images. Public repositories show only tagged ones, of which the tags
/// are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    /// Images, each digest once.
    pub(crate) images: Option<i64>,
    /// Images without a tag.
    pub(crate) untagged: Option<i64>,
    /// The compressed size of the distinct images, without indexes, in bytes. Layers that images share
    /// count once for each.
    pub(crate) size: Option<i64>,
    /// Tags.
    pub(crate) tags: Option<i64>,
    /// The newest push, in milliseconds.
    pub(crate) last_push: Option<Timestamp>,
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
    /// The platforms of an index, such as `linux/arm64/v8`, or those that indexes give for any other
    /// image; absent if they are not known.
    pub(crate) platforms: Option<Arc<[String]>>,
    /// Absent until the manifests of the repository are read.
    pub(crate) relations: Option<Box<Relations>>,
}

/// What relates an image to the other images of its repository.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Relations {
    /// The tags through which it is in use, the nearest first.
    pub(crate) used_by: Option<Vec<String>>,
    pub(crate) role: Option<Role>,
    /// Whether no tag reaches it.
    pub(crate) is_unused: bool,
    /// The number of the request that deletes it.
    pub(crate) request: Option<usize>,
}

impl Manifest {
    /// The relations, to be filled in.
    pub(crate) fn relations_mut(&mut self) -> &mut Relations {
        self.relations.get_or_insert_default()
    }

    /// Whether this is an index: a list of other manifests.
    pub(crate) fn is_index(&self) -> bool {
        relations::is_index(self.media_type.as_deref()) == Some(true)
    }
}

/// The fields of a row that selection reads.
pub(crate) trait Row {
    /// The row's identifier within its listing: an image's digest, the name of a tag or repository.
    fn id(&self) -> Option<&str>;
    /// The names that filters match: all tags of an image, the one of a tag, the name of a repository.
    fn names(&self) -> &[String];
    /// The row's own date: an image's push, the creation of a tag or repository.
    fn date(&self) -> Option<Timestamp>;

    /// The digest of the row's image.
    fn digest(&self) -> Option<&str> {
        None
    }

    /// The size in bytes: of the row's image, or of all images of a repository.
    fn size(&self) -> Option<i64> {
        None
    }

    /// The push of the row's image, or the newest one of a repository.
    fn pushed_at(&self) -> Option<Timestamp> {
        None
    }

    /// The media types of the row's image: of the manifest and of the artifact.
    fn media_types(&self) -> [Option<&str>; 2] {
        [None, None]
    }

    /// The totals of a repository.
    fn usage(&self) -> Usage {
        Usage::default()
    }

    /// Whether no tag reaches the row's image, if that is known.
    fn is_unused(&self) -> bool {
        false
    }
}

/// A row of an image, which takes a public reference and platforms.
pub(crate) trait ImageRow: Row {
    /// The repository of the row.
    fn home_mut(&mut self) -> &mut Home;
    /// The manifest of the row's image.
    fn manifest(&self) -> &Manifest;
    /// The manifest of the row's image.
    fn manifest_mut(&mut self) -> &mut Manifest;
    /// The row of `image`, unless rows are not images.
    fn of_image(image: Image) -> Option<Self>
    where
        Self: Sized;
    /// Whether rows are images.
    const IS_IMAGE: bool;
    /// The row as an image, if it is one.
    fn as_image(&self) -> Option<&Image>;
}

macro_rules! image_row {
    ($row:ty, $is_image:expr, $of_image:expr, $as_image:expr) => {
        impl ImageRow for $row {
            fn home_mut(&mut self) -> &mut Home {
                &mut self.home
            }

            fn manifest(&self) -> &Manifest {
                &self.manifest
            }

            fn manifest_mut(&mut self) -> &mut Manifest {
                &mut self.manifest
            }

            fn of_image(image: Image) -> Option<Self> {
                $of_image(image)
            }

            const IS_IMAGE: bool = $is_image;

            fn as_image(&self) -> Option<&Image> {
                $as_image(self)
            }
        }
    };
}

/// The methods of [`Row`] that an image's manifest answers.
macro_rules! of_manifest {
    () => {
        fn digest(&self) -> Option<&str> {
            self.manifest.digest.as_deref()
        }

        fn size(&self) -> Option<i64> {
            self.manifest.size
        }

        fn pushed_at(&self) -> Option<Timestamp> {
            self.manifest.pushed_at
        }

        fn media_types(&self) -> [Option<&str>; 2] {
            let Manifest {
                media_type,
                artifact_media_type,
                ..
            } = &self.manifest;
            [media_type.as_deref(), artifact_media_type.as_deref()]
        }

        fn is_unused(&self) -> bool {
            let relations = self.manifest.relations.as_ref();
            relations.is_some_and(|relations| relations.is_unused)
        }
    };
}

image_row!(Image, true, Some, Some);
image_row!(Tag, false, |_| None, |_| None);

impl Row for Image {
    fn id(&self) -> Option<&str> {
        self.manifest.digest.as_deref()
    }

    fn names(&self) -> &[String] {
        self.tags.as_deref().unwrap_or_default()
    }

    fn date(&self) -> Option<Timestamp> {
        self.manifest.pushed_at
    }

    of_manifest!();
}

impl Row for Tag {
    fn id(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn names(&self) -> &[String] {
        self.name.as_slice()
    }

    fn date(&self) -> Option<Timestamp> {
        self.created_at
    }

    of_manifest!();
}

impl Row for CatalogEntry {
    fn id(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn names(&self) -> &[String] {
        self.name.as_slice()
    }

    fn date(&self) -> Option<Timestamp> {
        None
    }
}

impl Row for RepositoryDetail {
    fn id(&self) -> Option<&str> {
        self.name.as_deref()
    }

    fn names(&self) -> &[String] {
        self.name.as_slice()
    }

    fn date(&self) -> Option<Timestamp> {
        self.created_at
    }

    fn size(&self) -> Option<i64> {
        self.usage().size
    }

    fn pushed_at(&self) -> Option<Timestamp> {
        self.usage().last_push
    }

    fn usage(&self) -> Usage {
        self.usage.unwrap_or_default()
    }
}

//! The rows of listings: images, tags and repositories as the registry describes them. Plain data,
//! every field optional.

use std::sync::Arc;

use jiff::Timestamp;

use crate::facts::Facts;
use crate::reference::PublicRepository;
use crate::relations::{self, Role};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowKind {
    Images,
    Tags,
    Repositories,
}

impl RowKind {
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Images => "image",
            Self::Tags => "tag",
            Self::Repositories => "repository",
        }
    }

    pub(crate) fn list_key(self) -> &'static str {
        match self {
            Self::Images => "imageDetails",
            Self::Tags => "imageTagDetails",
            Self::Repositories => "repositories",
        }
    }

    /// The facts that a source must provide to list such rows.
    pub(crate) fn needs(self) -> Facts {
        match self {
            Self::Images => Facts::DIGESTS,
            Self::Tags | Self::Repositories => Facts::NAMES,
        }
    }
}

/// An image (`ImageDetail` in the service's API), a tag with its image (`ImageTagDetail`), or a
/// repository (`Repository`).
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Row {
    /// The repository that holds it, or the registry that holds the repository.
    pub(crate) home: Option<Arc<Home>>,
    pub(crate) name: RowName,
    /// The row's own date, in milliseconds: an image's push, the creation of a tag or repository.
    pub(crate) date: Option<Timestamp>,
    /// `sha256:` and 64 hexadecimal digits.
    pub(crate) digest: Option<String>,
    /// The compressed size in bytes; for an index, that of its largest image, for a repository, that of
    /// its distinct images without indexes once they are read.
    pub(crate) size: Option<i64>,
    /// When the image, or the newest one of a repository, was pushed, in milliseconds.
    pub(crate) pushed_at: Option<Timestamp>,
    pub(crate) media_type: Option<Arc<str>>,
    /// The media type of the configuration, chosen by the publisher.
    pub(crate) artifact_media_type: Option<Arc<str>>,
    /// The platforms of an index, such as `linux/arm64/v8`, or those that indexes give for any other
    /// image; absent if they are not known.
    pub(crate) platforms: Option<Arc<[String]>>,
    /// Absent until the manifests of the repository are read.
    pub(crate) relations: Option<Box<Relations>>,
    pub(crate) detail: Option<Box<RepositoryDetail>>,
}

/// The names of a row. As small as the `String` in it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum RowName {
    /// That of a tag or a repository, such as `team/web`.
    Own(Option<String>),
    Tags(Box<[String]>),
}

/// The place of a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Home {
    /// The host of a public registry that was named with the dual-stack one.
    pub(crate) host: Option<&'static str>,
    /// The account that owns the registry, 12 digits; absent for public registries.
    pub(crate) registry_id: Option<Arc<str>>,
    /// The registry's alias; for images of own repositories only if references are printed.
    pub(crate) alias: Option<Arc<str>>,
    /// The repository's name; the service's own rows of tags do not name it.
    pub(crate) repository: Option<Arc<str>>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct RepositoryDetail {
    pub(crate) arn: Option<String>,
    /// The public reference: `public.ecr.aws/ALIAS/NAME`.
    pub(crate) uri: Option<String>,
    /// Its images, each digest once; absent until they are read, and for public registries.
    pub(crate) images: Option<i64>,
    /// Its images without a tag; absent as `images` is.
    pub(crate) untagged: Option<i64>,
    pub(crate) tags: Option<i64>,
}

/// A registry (`Registry` in the service's API).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct RegistryDetail {
    pub(crate) id: String,
    pub(crate) alias: Option<String>,
}

/// What relates an image to the other images of its repository.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Relations {
    /// The tags through which it is in use, the nearest first.
    pub(crate) used_by: Option<Vec<String>>,
    pub(crate) role: Option<Role>,
    pub(crate) is_unused: bool,
    /// Whether it has a tag that does not pass the filters, or is not named as others are.
    pub(crate) has_other_tags: bool,
}

impl Home {
    /// That of the rows of a public repository, and of rows that are printed as references.
    pub(crate) fn of(reference: &PublicRepository) -> Self {
        Self {
            host: Some(reference.alias.host()),
            registry_id: None,
            alias: Some(reference.alias.as_str().into()),
            repository: Some(reference.name.as_str().into()),
        }
    }
}

impl Row {
    /// What identifies the row in its listing: an image's digest, the name of a tag or repository.
    pub(crate) fn id(&self) -> Option<&str> {
        match &self.name {
            RowName::Own(name) => name.as_deref(),
            RowName::Tags(_) => self.digest.as_deref(),
        }
    }

    /// The names that filters match: all tags of an image, the one of a tag, the name of a repository.
    pub(crate) fn names(&self) -> &[String] {
        match &self.name {
            RowName::Own(name) => name.as_slice(),
            RowName::Tags(tags) => tags,
        }
    }

    pub(crate) fn alias(&self) -> Option<&str> {
        self.home.as_ref()?.alias.as_deref()
    }

    pub(crate) fn repository(&self) -> Option<&str> {
        self.home.as_ref()?.repository.as_deref()
    }

    pub(crate) fn registry_id(&self) -> Option<&str> {
        self.home.as_ref()?.registry_id.as_deref()
    }

    /// Whether no tag reaches the image, if that is known.
    pub(crate) fn is_unused(&self) -> bool {
        let relations = self.relations.as_ref();
        relations.is_some_and(|relations| relations.is_unused)
    }

    pub(crate) fn is_index(&self) -> bool {
        relations::is_index(self.media_type.as_deref()) == Some(true)
    }
}

impl Default for RowName {
    fn default() -> Self {
        Self::Own(None)
    }
}

impl RowName {
    /// The tags of an image; the service leaves them out if there are none.
    pub(crate) fn tags(tags: Option<Vec<String>>) -> Self {
        Self::Tags(tags.unwrap_or_default().into_boxed_slice())
    }
}

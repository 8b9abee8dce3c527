//! How users name repositories and images: names, digests and references, parsed without I/O.

mod image_id;
mod names;
mod parse;
mod repository;

pub(crate) use self::image_id::ImageId;
pub(crate) use self::names::{Digest, RegistryAlias, RegistryId, RepositoryName, TagName};
pub(crate) use self::parse::Reference;
pub(crate) use self::repository::{PublicRepository, Repository};

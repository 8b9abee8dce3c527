//! How users name repositories and images: names, digests and references, parsed without I/O.

mod address;
mod digest;
mod meant;
mod names;
mod parse;
mod platform;
mod registry;
mod repository;

pub(crate) use self::address::{DUAL_STACK, REGISTRIES};
pub(crate) use self::digest::{Digest, ImageId};
pub(crate) use self::meant::{Typed, TypedPart, public_hint, public_reference, similar};
pub(crate) use self::names::{RegistryAlias, RegistryId, RepositoryName, TagName};
pub(crate) use self::parse::{Named, Reference};
pub(crate) use self::platform::Platform;
pub(crate) use self::registry::{RegistryName, RepositoryPattern};
pub(crate) use self::repository::{PublicRepository, Repository};

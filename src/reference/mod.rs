//! How users name repositories and images: names, digests and references, parsed without I/O.

mod address;
mod digest;
mod elsewhere;
mod meant;
mod names;
mod parse;
mod pattern;
mod platform;
mod registry;
mod repository;
mod typed;

pub(crate) use self::address::{DUAL_STACK, REGISTRIES};
pub(crate) use self::digest::{Digest, ImageId};
pub(crate) use self::meant::{public_hint, public_reference, similar};
pub(crate) use self::names::{RegistryAlias, RegistryId, RepositoryName, TagName};
pub(crate) use self::parse::{Named, Reference};
pub(crate) use self::pattern::RepositoryPattern;
pub(crate) use self::platform::Platform;
pub(crate) use self::registry::RegistryName;
pub(crate) use self::repository::{PublicRepository, Repository};
pub(crate) use self::typed::{Typed, TypedPart};

//! How users name repositories and images: names, digests and references, parsed without I/O.

mod address;
mod digest;
mod elsewhere;
mod hosts;
mod image_id;
mod names;
mod official;
mod parse;
mod pasted;
mod pattern;
mod platform;
mod public;
mod refused;
mod registry;
mod repository;
mod typed;

pub(crate) use self::digest::Digest;
pub(crate) use self::image_id::ImageId;
pub(crate) use self::names::{RegistryAlias, RegistryId, RepositoryName, TagName};
pub(crate) use self::parse::{Named, Reference};
pub(crate) use self::pasted::{image_of_command, image_of_words, is_address};
pub(crate) use self::pattern::RepositoryPattern;
pub(crate) use self::platform::Platform;
pub(crate) use self::public::{public_hint, public_reference};
pub(crate) use self::refused::{Hint, Refused};
pub(crate) use self::registry::{RegistryName, RegistryReference};
pub(crate) use self::repository::{PublicRepository, Repository};
pub(crate) use self::typed::{Typed, TypedPart};

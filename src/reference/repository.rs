//! A repository: one of the caller's own registry, or a public one.

use std::fmt;

use super::address::REGISTRY;
use super::{RegistryAlias, RepositoryName, public_reference};
use crate::error::Error;

/// A repository, which decides how it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Repository {
    /// In the caller's own registry, read with signed requests.
    Own(RepositoryName),
    /// Public, read without credentials.
    Public(PublicRepository),
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own(name) => name.fmt(f),
            Self::Public(repository) => repository.fmt(f),
        }
    }
}

/// The public reference of a repository: `public.ecr.aws/ALIAS/NAME`, or with the dual-stack host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PublicRepository {
    /// The registry's alias, such as `docker`.
    pub(crate) alias: RegistryAlias,
    /// The name within that registry, such as `library/nginx`.
    pub(crate) name: RepositoryName,
}

impl PublicRepository {
    /// The repository at `path`, `ALIAS/NAME`.
    pub(crate) fn at(path: &str) -> Result<Self, Error> {
        let Some((alias, name)) = path.split_once('/') else {
            let error = Error::usage("a public repository is named with its registry's alias");
            return Err(match public_reference(path) {
                Some(official) => error.hint(format!("the official image is `{official}`")),
                None => error.hint(format!(
                    "name it as `{REGISTRY}/ALIAS/NAME`, or list a registry with `ecrpub repos {REGISTRY}/ALIAS`"
                )),
            });
        };
        Ok(Self {
            alias: alias.parse()?,
            name: name.parse()?,
        })
    }
}

impl fmt::Display for PublicRepository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.alias.host(), self.alias, self.name)
    }
}

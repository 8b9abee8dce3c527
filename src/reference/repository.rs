//! A repository: one of the caller's own registry, or a public one.

use std::fmt;

use super::hosts::REGISTRIES;
use super::official::{is_official, official};
use super::{Refused, RegistryAlias, RepositoryName};

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

/// The public reference of a repository: `public.ecr.aws/ALIAS/NAME`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PublicRepository {
    /// The registry's alias, such as `docker`.
    pub(crate) alias: RegistryAlias,
    /// The name within that registry, such as `library/nginx`.
    pub(crate) name: RepositoryName,
}

impl PublicRepository {
    /// The repository at `path`, `ALIAS/NAME`.
    ///
    /// # Errors
    ///
    /// If a part is missing or invalid.
    pub(crate) fn at(path: &str) -> Result<Self, Refused> {
        let Some((alias, name)) = path.split_once('/') else {
            return Err(Self::no_alias(path, ""));
        };
        Ok(Self {
            alias: alias.parse()?,
            name: name.parse()?,
        })
    }

    /// The refusal of `word`, before `image`, in place of an alias and a name.
    pub(super) fn no_alias(word: &str, image: &str) -> Refused {
        let registry = REGISTRIES[0];
        if is_official(word) {
            return Refused::new("a public repository is named with its registry's alias")
                .instead("the official image:", official(&format!("{word}{image}")));
        }
        match word.parse::<RegistryAlias>() {
            Ok(alias) => Refused::new("this is a registry, not a repository").hint(format!(
                "list its repositories with `ecrpub repos {registry}/{alias}`, and name one as `{registry}/{alias}/NAME`"
            )),
            Err(_) => Refused::new("a public repository is named with its registry's alias")
                .hint(format!("name it as `{registry}/ALIAS/NAME`")),
        }
    }
}

impl fmt::Display for PublicRepository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", REGISTRIES[0], self.alias, self.name)
    }
}

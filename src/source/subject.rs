//! The subjects of listings, and the facts that their sources provide.

use std::fmt;

use super::targets::PublicApi;
use crate::facts::Facts;
use crate::reference::{Named, RegistryName, Repository, RepositoryPattern, public_hint};

/// The subject of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A repository, whose images or tags are listed.
    Repository(Repository),
    /// The repositories of a registry that a pattern selects.
    Matching(RepositoryPattern),
    /// A registry, whose repositories are listed.
    Registry(RegistryName),
}

impl Subject {
    /// Whether it is in the caller's own registry, or is that registry.
    pub(crate) fn is_own(&self) -> bool {
        match self {
            Self::Repository(repository) => matches!(repository, Repository::Own(_)),
            Self::Matching(RepositoryPattern { registry, .. }) | Self::Registry(registry) => {
                *registry == RegistryName::Own
            }
        }
    }

    /// Whether it stands for any number of repositories whose images or tags are listed.
    pub(crate) fn is_pattern(&self) -> bool {
        matches!(self, Self::Matching(_))
    }

    /// Its name in a sentence, such as "repository `web`".
    pub(crate) fn title(&self) -> String {
        match self {
            Self::Repository(repository) => format!("repository `{repository}`"),
            Self::Matching(pattern) => format!("pattern `{pattern}`"),
            Self::Registry(RegistryName::Own) => self.to_string(),
            Self::Registry(registry) => format!("registry `{registry}`"),
        }
    }

    /// The facts that the source provides in a listing, without a further request for each row;
    /// public repositories are read from `api`.
    pub(crate) fn told(&self, api: PublicApi) -> Facts {
        let tags = Facts::NAMES | Facts::TAGS;
        let listed = tags | Facts::DIGESTS | Facts::DETAILS;
        match (self, self.is_own(), api) {
            (Self::Registry(_), true, _) => Facts::NAMES | Facts::DETAILS,
            (Self::Registry(_), false, _) => Facts::NAMES,
            (_, true, _) => listed | Facts::UNTAGGED,
            (_, false, PublicApi::Gallery) => listed,
            (_, false, PublicApi::Registry) => tags,
        }
    }

    /// The facts that further requests for each row can provide.
    pub(crate) fn readable(&self, api: PublicApi) -> Facts {
        match (self, self.is_own(), api) {
            (Self::Registry(_), true, _) => Facts::USAGE | Facts::UNTAGGED,
            (Self::Registry(_), false, _) => Facts::USAGE,
            (_, true, _) => Facts::MANIFESTS | Facts::RELATIONS,
            (_, false, PublicApi::Gallery) => Facts::MANIFESTS,
            // A manifest is read by its tag, and its digest computed.
            (_, false, PublicApi::Registry) => Facts::MANIFESTS | Facts::DIGESTS,
        }
    }

    /// The hint that it may be public, for a repository of the caller's own registry.
    pub(crate) fn public_hint(&self) -> Option<String> {
        match self {
            Self::Repository(Repository::Own(name)) => public_hint(name),
            _ => None,
        }
    }

    /// The hint how to name a public one, which is read without credentials.
    pub(crate) fn without_credentials(&self) -> &'static str {
        match self {
            Self::Registry(_) => {
                "a public registry takes none: list it with `ecrpub repos public.ecr.aws/ALIAS`"
            }
            Self::Repository(_) | Self::Matching(_) => {
                "a public repository takes none: name it as `public.ecr.aws/ALIAS/NAME`"
            }
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Repository(repository) => repository.fmt(f),
            Self::Matching(pattern) => pattern.fmt(f),
            Self::Registry(registry) => registry.fmt(f),
        }
    }
}

impl From<Named> for Subject {
    fn from(named: Named) -> Self {
        match named {
            Named::Repository(repository) => Self::Repository(repository),
            Named::Matching(pattern) => Self::Matching(pattern),
        }
    }
}

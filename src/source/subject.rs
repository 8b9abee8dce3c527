//! The subjects of listings: repositories and registries, and the facts that their sources provide.

use std::fmt::Display;

use super::targets::PublicApi;
use crate::facts::Facts;
use crate::reference::{Named, RegistryName, Repository, public_hint};

/// The subject of a listing.
pub(crate) trait Subject: Display {
    /// The hint how to name a public one, which is read without credentials.
    const WITHOUT_CREDENTIALS: &str =
        "a public repository takes none: name it as `public.ecr.aws/ALIAS/NAME`";

    /// Whether it is in the caller's own registry, or is that registry.
    fn is_own(&self) -> bool;

    /// Whether it stands for any number of repositories.
    fn is_several(&self) -> bool {
        false
    }

    /// Its name in a sentence, such as "repository `web`".
    fn title(&self) -> String;

    /// The facts that the source provides in a listing, without a further request for each row;
    /// public repositories are read from `api`.
    fn told(&self, api: PublicApi) -> Facts;

    /// The facts that further requests for each row can provide.
    fn readable(&self, api: PublicApi) -> Facts;

    /// The hint that it may be public, for one of the caller's own registry.
    fn public_hint(&self) -> Option<String> {
        None
    }
}

impl Subject for Repository {
    fn is_own(&self) -> bool {
        matches!(self, Self::Own(_))
    }

    fn title(&self) -> String {
        format!("repository `{self}`")
    }

    fn told(&self, api: PublicApi) -> Facts {
        told(self.is_own(), api)
    }

    fn readable(&self, api: PublicApi) -> Facts {
        readable(self.is_own(), api)
    }

    fn public_hint(&self) -> Option<String> {
        match self {
            Self::Own(name) => public_hint(name),
            Self::Public(_) => None,
        }
    }
}

impl Subject for RegistryName {
    const WITHOUT_CREDENTIALS: &str =
        "a public registry takes none: list it with `ecrpub repos public.ecr.aws/ALIAS`";

    fn is_own(&self) -> bool {
        *self == Self::Own
    }

    fn title(&self) -> String {
        match self {
            Self::Own => self.to_string(),
            Self::Public(_) => format!("registry `{self}`"),
        }
    }

    fn told(&self, _api: PublicApi) -> Facts {
        match self {
            Self::Own => Facts::NAMES | Facts::DETAILS,
            Self::Public(_) => Facts::NAMES,
        }
    }

    fn readable(&self, _api: PublicApi) -> Facts {
        match self {
            Self::Own => Facts::USAGE | Facts::UNTAGGED,
            Self::Public(_) => Facts::USAGE | Facts::CATALOG,
        }
    }
}

impl Subject for Named {
    fn is_own(&self) -> bool {
        match self {
            Self::Repository(repository) => repository.is_own(),
            Self::Matching(pattern) => pattern.registry.is_own(),
        }
    }

    fn is_several(&self) -> bool {
        matches!(self, Self::Matching(_))
    }

    fn title(&self) -> String {
        match self {
            Self::Repository(repository) => repository.title(),
            Self::Matching(pattern) => format!("pattern `{pattern}`"),
        }
    }

    fn told(&self, api: PublicApi) -> Facts {
        told(self.is_own(), api)
    }

    fn readable(&self, api: PublicApi) -> Facts {
        readable(self.is_own(), api)
    }

    fn public_hint(&self) -> Option<String> {
        match self {
            Self::Repository(repository) => repository.public_hint(),
            Self::Matching(_) => None,
        }
    }
}

/// The facts that a listing of a repository provides.
fn told(is_own: bool, api: PublicApi) -> Facts {
    let names = Facts::NAMES | Facts::TAGS;
    let listed = names | Facts::DIGESTS | Facts::DETAILS;
    match (is_own, api) {
        (true, _) => listed | Facts::UNTAGGED,
        (false, PublicApi::Gallery) => listed,
        (false, PublicApi::Registry) => names,
    }
}

/// The facts that the manifests of a repository provide.
fn readable(is_own: bool, api: PublicApi) -> Facts {
    match (is_own, api) {
        // A manifest is read by its tag, and its digest computed.
        (false, PublicApi::Registry) => Facts::MANIFESTS | Facts::DIGESTS,
        (false, PublicApi::Gallery) => Facts::MANIFESTS,
        (true, _) => Facts::MANIFESTS | Facts::RELATIONS,
    }
}

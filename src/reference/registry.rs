//! A registry: the caller's own, or a public one.

use std::fmt;

use super::RegistryAlias;
use super::address::{Address, REGISTRY};
use super::pattern::NamePattern;
use crate::error::Error;
use crate::shell::quoted;

/// A registry, which decides how its repositories are listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RegistryName {
    /// The caller's own, read with signed requests.
    Own,
    /// Public, read without credentials.
    Public(RegistryAlias),
}

impl fmt::Display for RegistryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own => f.write_str("your registry"),
            Self::Public(alias) => write!(f, "{}/{alias}", alias.host()),
        }
    }
}

impl RegistryName {
    /// The public registry that `text` names: `public.ecr.aws/ALIAS` or the address of its page in the
    /// gallery; with `public`, also its alias alone.
    ///
    /// # Errors
    ///
    /// A usage error for anything else.
    pub(crate) fn named(text: &str, public: bool) -> Result<Self, Error> {
        let address = Address::of(text);
        let path = address.public_path().or(public.then_some(text));
        let (path, is_public) = (path.unwrap_or(text), path.is_some());
        let error = if NamePattern::is_meant(path) {
            Error::usage("a registry is not named by a pattern")
                .hint("select repositories by name with `ecrpub repos --include REGEX`")
        } else if path.contains('/') {
            let repository = if is_public {
                format!("{REGISTRY}/{path}")
            } else {
                text.to_owned()
            };
            Error::usage("this is a repository, not a registry").hint(format!(
                "list its tags with `ecrpub tags {}`",
                quoted(&repository)
            ))
        } else {
            let alias: RegistryAlias = path.parse()?;
            if is_public {
                return Ok(Self::Public(alias.at(address.registry())));
            }
            Error::usage("a public registry is named with its host; your own needs no name")
                .hint(format!("if it is public, try `{REGISTRY}/{alias}`"))
        };
        Err(error)
    }
}

#[cfg(test)]
mod tests {
    use super::RegistryName;

    #[test]
    fn registries_are_named_as_they_are_pasted() {
        let meaning = |text: &str, public| {
            let registry = RegistryName::named(text, public).expect(text);
            registry.to_string()
        };
        for text in [
            "public.ecr.aws/eks-distro",
            "https://public.ecr.aws/eks-distro/",
            "docker://Public.ECR.aws:443/eks-distro",
            "gallery.ecr.aws/eks-distro",
            "https://gallery.ecr.aws/eks-distro?page=2",
        ] {
            assert_eq!(meaning(text, false), "public.ecr.aws/eks-distro", "{text}");
            assert_eq!(meaning(text, true), "public.ecr.aws/eks-distro", "{text}");
        }
        assert_eq!(meaning("eks-distro", true), "public.ecr.aws/eks-distro");
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "eks-distro",
            "team/web",
            "web:1",
            "public.ecr.aws/docker/library/nginx:1",
            "public.ecr.aws/docker:1",
            "arn:aws:ecr-public::210987654321:repository/team/web",
            "team/*",
            "public.ecr.aws/doc*",
            "public.ecr.aws",
            "Docker",
            "",
        ] {
            assert!(RegistryName::named(text, false).is_err(), "{text}");
        }
    }
}

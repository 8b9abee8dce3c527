//! A registry: the caller's own, or a public one.

use std::fmt;
use std::str::FromStr;

use super::address::Address;
use super::hosts::{GALLERY, REGISTRIES};
use super::pattern::NamePattern;
use super::{PublicRepository, Refused, RegistryAlias};

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
            Self::Public(alias) => write!(f, "{}/{alias}", REGISTRIES[0]),
        }
    }
}

/// A registry as typed or pasted: `public.ecr.aws/ALIAS`, the address of its page in the gallery, or,
/// for `--public`, its alias.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RegistryReference {
    alias: RegistryAlias,
    /// Whether the text names the host.
    has_host: bool,
}

impl RegistryReference {
    /// The registry. With `public`, an alias needs no host.
    ///
    /// # Errors
    ///
    /// A refusal of an alias alone, without `public`.
    pub(crate) fn resolve(&self, public: bool) -> Result<RegistryName, Refused> {
        if self.has_host || public {
            return Ok(RegistryName::Public(self.alias.clone()));
        }
        Err(
            Refused::new("a public registry is named with its host; your own needs no name")
                .instead(
                    "if it is public, try",
                    format!("{}/{}", REGISTRIES[0], self.alias),
                ),
        )
    }

    /// The alias, as typed.
    pub(crate) fn alias(&self) -> &RegistryAlias {
        &self.alias
    }
}

impl FromStr for RegistryReference {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        let address = Address::of(text);
        let has_host = REGISTRIES.contains(&&*address.host) || GALLERY.contains(&&*address.host);
        let path = if has_host { address.path } else { address.rest };
        // A page of the gallery may have a query.
        let path = match path.split_once(['?', '#']) {
            Some((path, _)) if has_host => path,
            _ => path,
        };
        if NamePattern::is_meant(path) {
            return Err(Refused::new("a registry is not named by a pattern").hint(
                "select repositories of your own registry with `ecrpub repos --include REGEX`, or of a public one with `ecrpub repos public.ecr.aws/ALIAS --include REGEX`",
            ));
        }
        let path = path.trim_matches('/');
        if path.contains(['/', ':', '@']) {
            return Err(repository(path, has_host));
        }
        let alias = path.parse()?;
        Ok(Self { alias, has_host })
    }
}

/// The refusal of a repository in place of a registry.
fn repository(path: &str, has_host: bool) -> Refused {
    let end = path.find([':', '@']).unwrap_or(path.len());
    let refused = Refused::new("this is a repository, not a registry");
    match PublicRepository::at(&path[..end]) {
        Ok(public) if has_host => {
            refused.hint(format!("list its tags with `ecrpub tags {public}`"))
        }
        Ok(public) => refused.hint(format!(
            "list its tags with `ecrpub tags {}`, or, if it is public, `ecrpub tags {public}`",
            &path[..end]
        )),
        Err(_) => refused.hint("list tags with `ecrpub tags REPO`"),
    }
}

#[cfg(test)]
mod tests {
    use super::RegistryReference;

    fn meaning(text: &str, public: bool) -> String {
        let reference = text.parse::<RegistryReference>();
        let registry = reference.and_then(|reference| reference.resolve(public));
        registry.map_or_else(
            |refused| format!("refused: {refused}"),
            |registry| registry.to_string(),
        )
    }

    #[test]
    fn registries_are_named_as_they_are_pasted() {
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
    fn everything_else_is_answered_with_what_to_type() {
        for (text, answer) in [
            ("eks-distro", "try `public.ecr.aws/eks-distro`"),
            (
                "team/web",
                "`ecrpub tags team/web`, or, if it is public, `ecrpub tags public.ecr.aws/team/web`",
            ),
            (
                "public.ecr.aws/docker/library/nginx:1",
                "`ecrpub tags public.ecr.aws/docker/library/nginx`",
            ),
            ("team/*", "--include"),
            ("public.ecr.aws/docker/*", "--include"),
            ("*", "--include"),
            ("public.ecr.aws", "alias has"),
            ("Docker", "alias has"),
            ("", "alias has"),
        ] {
            let meaning = meaning(text, false);
            assert!(
                meaning.starts_with("refused: ") && meaning.contains(answer),
                "{text}: {meaning}"
            );
        }
    }
}

//! A registry: the caller's own, or a public one.

use std::fmt;
use std::str::FromStr;

use super::address::Address;
use super::hosts::{GALLERY, REGISTRIES};
use super::pattern::NamePattern;
use super::refused::Hint;
use super::{PublicRepository, Reference, Refused, RegistryAlias, RepositoryName, public_hint};
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
            Self::Public(alias) => write!(f, "{}/{alias}", REGISTRIES[0]),
        }
    }
}

/// A registry as typed or pasted: `public.ecr.aws/ALIAS`, the address of its page in the gallery, or,
/// for `--public`, its alias. Text without the host is refused only when it is resolved: the answer
/// depends on `--public`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RegistryReference {
    text: String,
    /// The text after the host.
    path: String,
    /// Whether the text names the host.
    has_host: bool,
}

impl RegistryReference {
    /// The registry. With `public`, an alias needs no host.
    ///
    /// # Errors
    ///
    /// A refusal of anything but a public registry.
    pub(crate) fn resolve(&self, public: bool) -> Result<RegistryName, Refused> {
        if self.has_host || public {
            return public_registry(&self.path).map(RegistryName::Public);
        }
        Err(own(&self.path))
    }

    /// The text as typed.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

impl FromStr for RegistryReference {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        if let Some(arn) = text.strip_prefix("arn:") {
            return Err(of_arn(text, arn));
        }
        let address = Address::of(text);
        let has_host = REGISTRIES.contains(&&*address.host) || GALLERY.contains(&&*address.host);
        let path = if has_host { address.path } else { address.rest };
        // A page of the gallery may have a query.
        let path = match path.split_once(['?', '#']) {
            Some((path, _)) if has_host => path,
            _ => path,
        };
        let path = path.trim_matches('/');
        let is_alias = !path.contains(['/', ':', '@']) && !NamePattern::is_meant(path);
        if has_host || is_alias {
            public_registry(path)?;
        }
        Ok(Self {
            text: text.to_owned(),
            path: path.to_owned(),
            has_host,
        })
    }
}

/// The public registry at `path`.
fn public_registry(path: &str) -> Result<RegistryAlias, Refused> {
    let host = REGISTRIES[0];
    let (alias, rest) = path.split_at(path.find(['/', ':', '@']).unwrap_or(path.len()));
    if NamePattern::is_meant(alias) {
        let words = alias.split(['*', '?', '[', ']']);
        let word = words.max_by_key(|word| word.len()).unwrap_or_default();
        return Err(Refused::new("a pattern selects the repositories of one public registry").hint(
            format!("look for its alias at https://gallery.ecr.aws/?searchTerm={word}, and name it as `ecrpub repos {host}/ALIAS`"),
        ));
    }
    let alias: RegistryAlias = alias.parse()?;
    let Some(name) = rest.strip_prefix('/') else {
        return if rest.is_empty() {
            Ok(alias)
        } else {
            Err(Refused::new("a registry has no tag and no digest")
                .instead("try", format!("{host}/{alias}")))
        };
    };
    if NamePattern::is_meant(name) {
        let command = format!("ecrpub repos {host}/{alias}");
        let command = selecting(&command, name)?;
        return Err(Refused::new("a registry is not named by a pattern")
            .hint(format!("select its repositories with `{command}`")));
    }
    let end = name.find([':', '@']).unwrap_or(name.len());
    let name: RepositoryName = name[..end].parse()?;
    let public = PublicRepository { alias, name };
    Err(repository().hint(format!("list its tags with `ecrpub tags {public}`")))
}

/// The refusal of `path`, which does not name the host.
fn own(path: &str) -> Refused {
    let host = REGISTRIES[0];
    if NamePattern::is_meant(path) {
        let refused = Refused::new("a registry is not named by a pattern");
        return match selecting("ecrpub repos", path) {
            Ok(command) => refused.hint(format!(
                "select repositories of your own registry with `{command}`"
            )),
            Err(invalid) => invalid,
        };
    }
    if path.contains([':', '@']) {
        let hints = match path.parse::<Reference>() {
            Ok(reference) => reference.hints(path),
            Err(refused) => refused.hints().to_vec(),
        };
        let hints = hints.into_iter().map(|hint| match hint {
            Hint::Instead { words, value } => {
                Hint::Text(format!("{words} `ecrpub tags {}`", quoted(&value)))
            }
            hint => hint,
        });
        return Refused::new("this is an image, not a registry").hinting(hints);
    }
    let name = match path.parse::<RepositoryName>() {
        Ok(name) if path.contains('/') => name,
        Ok(_) => {
            return Refused::new(
                "a public registry is named with its host; your own needs no name",
            )
            .instead("if it is public, try", format!("{host}/{path}"));
        }
        Err(invalid) => return invalid,
    };
    let refused = repository().hint(format!("list its tags with `ecrpub tags {name}`"));
    match public_hint(&name) {
        Some(hint) => refused.hint(hint),
        None => refused,
    }
}

/// The refusal of `text`, an ARN of which `arn` is what follows its scheme.
fn of_arn(text: &str, arn: &str) -> Refused {
    let parts: Vec<_> = arn.splitn(5, ':').collect();
    match parts[..] {
        [_, "ecr-public", _, account, resource] if !resource.starts_with("repository/") => {
            Refused::new("a registry is not named by an ARN").hint(format!(
                "list your own with `ecrpub repos`, or `ecrpub repos --registry-id {}`",
                quoted(account)
            ))
        }
        [_, "ecr-public", ..] => {
            repository().hint(format!("list its tags with `ecrpub tags {}`", quoted(text)))
        }
        _ => Refused::new("a registry is not named by an ARN"),
    }
}

fn repository() -> Refused {
    Refused::new("this is a repository, not a registry")
}

/// `command` with the option that selects the names of `pattern`.
fn selecting(command: &str, pattern: &str) -> Result<String, Refused> {
    let pattern: NamePattern = pattern.parse()?;
    Ok(match pattern.as_regex() {
        ".*" => command.to_owned(),
        regex => format!("{command} --include {}", quoted(regex)),
    })
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
                "`ecrpub tags team/web`\nhint: if it is public, list it with `ecrpub tags public.ecr.aws/team/web`",
            ),
            ("web:1", "with `ecrpub tags web --tag 1`"),
            (
                "team/web:1",
                "if it is public, try `ecrpub tags public.ecr.aws/team/web:1`\nhint: list the image of your own repository with `ecrpub tags team/web --tag 1`",
            ),
            (
                "public.ecr.aws/docker/library/nginx:1",
                "`ecrpub tags public.ecr.aws/docker/library/nginx`",
            ),
            ("public.ecr.aws/docker:1", "try `public.ecr.aws/docker`"),
            ("public.ecr.aws/docker@x", "try `public.ecr.aws/docker`"),
            (
                "arn:aws:ecr-public::210987654321:repository/team/web",
                "`ecrpub tags arn:aws:ecr-public::210987654321:repository/team/web`",
            ),
            (
                "arn:aws:ecr-public::210987654321:registry/team",
                "`ecrpub repos --registry-id 210987654321`",
            ),
            ("team/*", "`ecrpub repos --include 'team/.*'`"),
            ("a-?.[0-9x]", r"`ecrpub repos --include 'a-.\.[0-9x]'`"),
            (
                "public.ecr.aws/docker/lib*",
                "`ecrpub repos public.ecr.aws/docker --include 'lib.*'`",
            ),
            (
                "public.ecr.aws/docker/*",
                "select its repositories with `ecrpub repos public.ecr.aws/docker`",
            ),
            ("public.ecr.aws/doc*", "searchTerm=doc,"),
            ("*", "your own registry with `ecrpub repos`"),
            ("team/[z-a]", "the range `z-a`"),
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

    #[test]
    fn with_public_every_hint_names_a_public_repository_or_registry() {
        for (text, answer) in [
            (
                "docker/library",
                "refused: this is a repository, not a registry\nhint: list its tags with `ecrpub tags public.ecr.aws/docker/library`",
            ),
            (
                "docker/lib*",
                "refused: a registry is not named by a pattern\nhint: select its repositories with `ecrpub repos public.ecr.aws/docker --include 'lib.*'`",
            ),
            (
                "docker:1",
                "refused: a registry has no tag and no digest\nhint: try `public.ecr.aws/docker`",
            ),
        ] {
            assert_eq!(meaning(text, true), answer, "{text}");
        }
    }
}

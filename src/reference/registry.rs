//! A registry, the caller's own or a public one, and patterns of its repositories: `team/*`.

use std::fmt;
use std::str::FromStr;

use regex::Regex;

use super::RegistryAlias;
use super::address::{Address, REGISTRY};
use crate::error::Error;
use crate::shell::quoted;

/// The characters that make a name a pattern.
const SPECIAL: [char; 4] = ['*', '?', '[', ']'];

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
    pub(crate) fn named(text: &str, public: bool) -> Result<Self, Error> {
        let address = Address::of(text);
        let path = address.public_path().or(public.then_some(text));
        let (path, is_public) = (path.unwrap_or(text), path.is_some());
        let is_pattern = NamePattern::is_meant(path);
        let error = if is_pattern {
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
        if is_public || is_pattern {
            return Err(error);
        }
        Err(error.hint(format!(
            "list a repository of your own registry with `ecrpub repos --include {}`",
            quoted(path)
        )))
    }
}

/// A pattern of the names of a registry's repositories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RepositoryPattern {
    /// The registry whose repositories it selects.
    pub(crate) registry: RegistryName,
    /// The pattern of names; without one, all repositories are selected.
    pub(crate) name: Option<NamePattern>,
}

impl RepositoryPattern {
    /// Whether it selects the repository `name` of its registry.
    pub(crate) fn matches(&self, name: &str) -> bool {
        let pattern = self.name.as_ref();
        pattern.is_none_or(|pattern| pattern.regex.is_match(name))
    }
}

impl fmt::Display for RepositoryPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.as_ref().map_or("*", |pattern| &pattern.text);
        match &self.registry {
            RegistryName::Own => f.write_str(name),
            RegistryName::Public(_) => write!(f, "{}/{name}", self.registry),
        }
    }
}

/// A pattern of repository names. `*` matches any text, `?` one character, `[abc]`, `[a-z]` and
/// `[!a]` one of a set; a `/` is a character like any other.
#[derive(Clone, Debug)]
pub(crate) struct NamePattern {
    text: String,
    regex: Regex,
}

impl NamePattern {
    /// The pattern as typed.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether `text` is meant as a pattern.
    pub(crate) fn is_meant(text: &str) -> bool {
        text.contains(SPECIAL)
    }
}

impl PartialEq for NamePattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for NamePattern {}

impl FromStr for NamePattern {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let regex = translated(text).and_then(|regex| Regex::new(&regex).ok());
        let regex = regex.ok_or_else(|| {
            Error::usage(
                "a pattern has lower-case letters, digits, `.`, `_`, `-`, `/`, and `*`, `?`, `[abc]`, `[a-z]` or `[!a]`",
            )
        })?;
        Ok(Self {
            text: text.to_owned(),
            regex,
        })
    }
}

/// `pattern` as a regular expression, in which each set and its ranges are still to be checked.
fn translated(pattern: &str) -> Option<String> {
    let mut regex = "^".to_owned();
    let mut in_set = false;
    for character in pattern.chars() {
        match character {
            '*' if !in_set => regex.push_str(".*"),
            '?' if !in_set => regex.push('.'),
            '!' if regex.ends_with('[') => regex.push('^'),
            '[' | ']' if in_set == (character == ']') => {
                in_set = !in_set;
                regex.push(character);
            }
            '.' => regex.push_str(r"\."),
            // Regular expressions subtract sets with `--`.
            '-' if in_set && regex.ends_with('-') => return None,
            'a'..='z' | '0'..='9' | '_' | '-' | '/' => regex.push(character),
            _ => return None,
        }
    }
    regex.push('$');
    Some(regex)
}

#[cfg(test)]
mod tests {
    use super::{NamePattern, RegistryName, RepositoryPattern};

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

    fn matching(pattern: &str, names: &[&'static str]) -> String {
        let pattern = RepositoryPattern {
            registry: RegistryName::Own,
            name: Some(pattern.parse().expect("a pattern")),
        };
        let matching = names.iter().filter(|name| pattern.matches(name));
        matching.copied().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn patterns_match_whole_names() {
        let names = ["web", "web2", "team/web", "team/web/api", "team.web", "w-b"];
        assert_eq!(matching("web", &names), "web");
        assert_eq!(matching("*", &names), names.join(" "));
        assert_eq!(matching("team/*", &names), "team/web team/web/api");
        assert_eq!(matching("*web", &names), "web team/web team.web");
        assert_eq!(matching("team?web", &names), "team/web team.web");
        assert_eq!(matching("team.web", &names), "team.web");
        assert_eq!(matching("w[e-]b", &names), "web w-b");
        assert_eq!(matching("w[-e]b*", &names), "web web2 w-b");
        assert_eq!(matching("w[a-f]b", &names), "web");
        assert_eq!(matching("w[!a-f]b", &names), "w-b");
        assert_eq!(matching("web[!1]", &names), "web2");
        assert_eq!(
            matching("team[./]w*", &names),
            "team/web team/web/api team.web"
        );
        assert_eq!(matching("[a-c]*", &names), "");
    }

    #[test]
    fn what_is_no_pattern_of_names_is_refused() {
        for text in [
            "Team/*",
            "team/[A-Z]",
            "team/[a",
            "team/[]",
            "team/[!]",
            "team/a]",
            "team/[z-a]",
            "team/[a-c9-0]",
            "team/[a--c]",
            "team/[[a]",
            "team/{a,b}*",
            "team *",
            "[&&a]",
            "(a|b)*",
            r"[\d]*",
            "![a]",
        ] {
            assert!(text.parse::<NamePattern>().is_err(), "{text}");
        }
    }
}

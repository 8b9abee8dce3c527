//! A reference to a repository while it is typed, for completion.

use super::address::REGISTRIES;
use super::{PublicRepository, RegistryAlias};

/// A part of a reference: the text before the part to complete, and what to complete.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Typed<'a> {
    /// The text that stays, with the separator after it.
    pub(crate) head: &'a str,
    pub(crate) part: TypedPart,
}

/// The part of a reference that is completed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum TypedPart {
    /// The name of an own repository, or a reference that does not name its host yet.
    Name,
    /// The alias of a public registry.
    Alias,
    /// The name of a repository of a public registry.
    NameIn(RegistryAlias),
    /// A tag of a public repository.
    TagOf(PublicRepository),
}

impl<'a> Typed<'a> {
    /// The part at the end of `word`, or nothing if it cannot be completed. With `public`, a reference
    /// needs no host.
    pub(crate) fn of(word: &'a str, public: bool) -> Option<Self> {
        let start = match length_of_host(word) {
            Some(length) => length,
            None if public => 0,
            None => {
                let (head, part) = ("", TypedPart::Name);
                return (!word.contains([':', '@'])).then_some(Self { head, part });
            }
        };
        let path = &word[start..];
        if path.contains('@') {
            return None;
        }
        if let Some((name, _)) = path.split_once(':') {
            let part = TypedPart::TagOf(PublicRepository::at(name).ok()?);
            let head = &word[..=start + name.len()];
            return Some(Self { head, part });
        }
        let Some((alias, _)) = path.split_once('/') else {
            let (head, part) = (&word[..start], TypedPart::Alias);
            return Some(Self { head, part });
        };
        let part = TypedPart::NameIn(alias.parse().ok()?);
        let head = &word[..=start + alias.len()];
        Some(Self { head, part })
    }
}

/// The length of the scheme and the host of public repositories at the beginning of `word`, with the
/// slash after them.
fn length_of_host(word: &str) -> Option<usize> {
    let start = word.find("://").map_or(0, |scheme| scheme + "://".len());
    let end = start + word[start..].find('/')?;
    let host = word[start..end].to_ascii_lowercase();
    let host = host.strip_suffix(":443").unwrap_or(&host);
    REGISTRIES.contains(&host).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::{Typed, TypedPart};

    fn part(word: &str, public: bool) -> Option<(&str, String)> {
        let Typed { head, part } = Typed::of(word, public)?;
        let part = match part {
            TypedPart::Name => "name".to_owned(),
            TypedPart::Alias => "alias".to_owned(),
            TypedPart::NameIn(alias) => format!("name in {alias}"),
            TypedPart::TagOf(repository) => format!("tag of {repository}"),
        };
        Some((head, part))
    }

    #[test]
    fn the_last_part_is_completed() {
        for (word, public, head, expected) in [
            ("", false, "", "name"),
            ("team/we", false, "", "name"),
            ("public.ecr.aws", false, "", "name"),
            ("public.ecr.aws/", false, "public.ecr.aws/", "alias"),
            ("public.ecr.aws/do", false, "public.ecr.aws/", "alias"),
            (
                "public.ecr.aws/docker/",
                false,
                "public.ecr.aws/docker/",
                "name in docker",
            ),
            (
                "docker://Public.ECR.aws:443/docker/library/n",
                false,
                "docker://Public.ECR.aws:443/docker/",
                "name in docker",
            ),
            (
                "public.ecr.aws/docker/library/nginx:1.",
                false,
                "public.ecr.aws/docker/library/nginx:",
                "tag of public.ecr.aws/docker/library/nginx",
            ),
            ("do", true, "", "alias"),
            ("docker/li", true, "docker/", "name in docker"),
            (
                "docker/library/nginx:",
                true,
                "docker/library/nginx:",
                "tag of public.ecr.aws/docker/library/nginx",
            ),
        ] {
            let expected = Some((head, expected.to_owned()));
            assert_eq!(part(word, public), expected, "{word}");
        }
    }

    #[test]
    fn what_is_no_reference_is_not_completed() {
        for (word, public) in [
            ("web:1", false),
            ("web@sha256:", false),
            ("https://example.com/docker/", false),
            ("public.ecr.aws/docker:1", false),
            ("public.ecr.aws/Docker/", false),
            ("public.ecr.aws/docker/nginx@sha256:0", false),
            ("public.ecr.aws/docker/nginx:1@", false),
            ("docker:", true),
        ] {
            assert_eq!(part(word, public), None, "{word}");
        }
    }
}

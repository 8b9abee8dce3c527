//! References that are wrong or not whole yet: what a name may mean that does not exist in the caller's
//! own registry, and which part of a reference is completed.

use super::address::{REGISTRIES, REGISTRY};
use super::{PublicRepository, RegistryAlias, RepositoryName};

/// The official images of Docker that are read most: ECR Public has all of them in `docker/library`.
const OFFICIAL: &str = "alpine amazonlinux busybox debian docker eclipse-temurin golang haproxy httpd \
    mariadb memcached mongo mysql nginx node postgres python redis traefik ubuntu";
/// The least likeness of a name to its misspelling.
const LEAST_LIKENESS: f64 = 0.85;
/// The most names that a hint suggests.
const MOST: usize = 3;

/// The public repository that `name` may mean: an official image, or `ALIAS/NAME`.
pub(crate) fn public_reference(name: &str) -> Option<String> {
    if OFFICIAL.split(' ').any(|official| official == name) {
        return Some(format!("{REGISTRY}/docker/library/{name}"));
    }
    let (first, _) = name.split_once('/')?;
    let public = PublicRepository::at(name).ok()?;
    (!first.contains('.')).then(|| public.to_string())
}

/// The hint that names [`public_reference`].
pub(crate) fn public_hint(name: &RepositoryName) -> Option<String> {
    let reference = public_reference(name.as_str())?;
    Some(format!(
        "if it is public, list it with `ecrpub tags {reference}`"
    ))
}

/// How much `typed` resembles `name`, from 0 to 1. Names that end in the same part resemble each other:
/// `web` may mean `team/web`.
fn likeness(typed: &str, name: &str) -> f64 {
    let last = |name: &str| name.rsplit('/').next().map(str::to_owned);
    if last(typed) == last(name) {
        return 1.0;
    }
    strsim::jaro_winkler(typed, name)
}

/// Those of `names` that `typed` may mean, the likeliest first, three at most.
pub(crate) fn similar<'a>(typed: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let names = names.into_iter().filter(|name| *name != typed);
    let mut likely: Vec<_> = names
        .map(|name| (likeness(typed, name), name))
        .filter(|(likeness, _)| *likeness >= LEAST_LIKENESS)
        .collect();
    likely.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    likely.truncate(MOST);
    likely.into_iter().map(|(_, name)| name).collect()
}

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
    use super::{Typed, TypedPart, similar};

    #[test]
    fn names_that_may_be_meant_are_the_likeliest_first() {
        let names = [
            "storefront",
            "charts/storefront",
            "team/web",
            "team/worker",
            "web2",
            "x",
        ];
        for (name, meant) in [
            ("storefont", "storefront"),
            ("stroefront", "storefront"),
            ("web", "team/web web2"),
            ("team/wbe", "team/web team/worker"),
            ("tean/worker", "team/worker"),
            ("chart/storefront", "charts/storefront storefront"),
            ("backup", ""),
        ] {
            assert_eq!(similar(name, names).join(" "), meant, "{name}");
        }
    }

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
        for (word, public, part_of_word, expected) in [
            ("", false, "", "name"),
            ("team/we", false, "team/we", "name"),
            ("public.ecr.aws", false, "public.ecr.aws", "name"),
            ("public.ecr.aws/", false, "", "alias"),
            ("public.ecr.aws/do", false, "do", "alias"),
            ("public.ecr.aws/docker/", false, "", "name in docker"),
            (
                "docker://Public.ECR.aws:443/docker/library/n",
                false,
                "library/n",
                "name in docker",
            ),
            (
                "public.ecr.aws/docker/library/nginx:1.",
                false,
                "1.",
                "tag of public.ecr.aws/docker/library/nginx",
            ),
            ("do", true, "do", "alias"),
            ("docker/li", true, "li", "name in docker"),
            (
                "docker/library/nginx:",
                true,
                "",
                "tag of public.ecr.aws/docker/library/nginx",
            ),
        ] {
            let head = word.strip_suffix(part_of_word).expect("its end");
            assert_eq!(
                part(word, public),
                Some((head, expected.to_owned())),
                "{word}"
            );
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

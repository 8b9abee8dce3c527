//! What a name may mean that does not exist in the caller's own registry: a public repository, or a
//! similar name.

use super::address::REGISTRY;
use super::{PublicRepository, RepositoryName};

/// The official images of Docker that are read most: ECR Public has all of them in `docker/library`.
const OFFICIAL: [&str; 20] = [
    "alpine",
    "amazonlinux",
    "busybox",
    "debian",
    "docker",
    "eclipse-temurin",
    "golang",
    "haproxy",
    "httpd",
    "mariadb",
    "memcached",
    "mongo",
    "mysql",
    "nginx",
    "node",
    "postgres",
    "python",
    "redis",
    "traefik",
    "ubuntu",
];
/// The least likeness of a name to its misspelling.
const LEAST_LIKENESS: f64 = 0.85;
/// The most names that a hint suggests.
const MOST: usize = 3;

/// The public repository that `name` may mean: an official image, or `ALIAS/NAME`.
pub(crate) fn public_reference(name: &str) -> Option<String> {
    if OFFICIAL.contains(&name) {
        return Some(format!("{REGISTRY}/docker/library/{name}"));
    }
    let (first, _) = name.split_once('/')?;
    let public = PublicRepository::at(name).ok()?;
    (!first.contains('.')).then(|| public.to_string())
}

/// The hint that names [`public_reference`], or that a host of another registry is none.
pub(crate) fn public_hint(name: &RepositoryName) -> Option<String> {
    let name = name.as_str();
    if let Some(reference) = public_reference(name) {
        return Some(format!(
            "if it is public, list it with `ecrpub tags {reference}`"
        ));
    }
    let (host, _) = name
        .split_once('/')
        .filter(|(host, _)| host.contains('.'))?;
    Some(format!(
        "if `{host}` is another registry: only ECR Public is supported, as `{REGISTRY}/ALIAS/NAME`"
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

#[cfg(test)]
mod tests {
    use super::{public_hint, similar};

    #[test]
    fn names_that_look_public_get_a_hint_with_the_public_reference() {
        let hint = |name: &str| public_hint(&name.parse().expect("a name"));
        for (name, expected) in [
            ("nginx", "`ecrpub tags public.ecr.aws/docker/library/nginx`"),
            (
                "docker/library/own",
                "`ecrpub tags public.ecr.aws/docker/library/own`",
            ),
            (
                "bitnami/nginx",
                "`ecrpub tags public.ecr.aws/bitnami/nginx`",
            ),
            ("ghcr.io/owner/web", "if `ghcr.io` is another registry"),
        ] {
            let hint = hint(name).expect(name);
            assert!(hint.contains(expected), "{name}: {hint}");
        }
        for name in ["web", "ngin", "2gis/web"] {
            assert_eq!(hint(name), None, "{name}");
        }
    }

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
}

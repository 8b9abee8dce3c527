//! The public repository that a name in the caller's own registry may mean.

use super::hosts::REGISTRIES;
use super::official::{official, official_image};
use super::{PublicRepository, RepositoryName};

/// The public repository that `name`, of the caller's own registry, may mean: an official image, or
/// `ALIAS/NAME`.
pub(crate) fn public_reference(name: &RepositoryName) -> Option<String> {
    let name = name.as_str();
    if let Some(image) = official_image(name) {
        return Some(official(image));
    }
    let (first, _) = name.split_once('/')?;
    let public = PublicRepository::at(name).ok();
    public
        .filter(|_| !first.contains('.'))
        .map(|public| public.to_string())
}

/// The hint that names [`public_reference`].
pub(crate) fn public_hint(name: &RepositoryName) -> Option<String> {
    let reference = public_reference(name);
    let name = name.as_str();
    match (official_image(name), reference) {
        (Some(_), Some(reference)) => Some(format!(
            "the official image is public: list it with `ecrpub tags {reference}`"
        )),
        (None, Some(reference)) => Some(format!(
            "if it is public, list it with `ecrpub tags {reference}`"
        )),
        (_, None) => {
            let (host, _) = name
                .split_once('/')
                .filter(|(host, _)| host.contains('.') && !REGISTRIES.contains(host))?;
            Some(format!(
                "if `{host}` is another registry: only ECR Public is supported, as `{}/ALIAS/NAME`",
                REGISTRIES[0]
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::public_hint;

    #[test]
    fn names_that_look_public_get_a_hint_with_the_public_reference() {
        let hint = |name: &str| public_hint(&name.parse().expect("a name"));
        for (name, reference) in [
            ("nginx", "`ecrpub tags public.ecr.aws/docker/library/nginx`"),
            (
                "adminer",
                "`ecrpub tags public.ecr.aws/docker/library/adminer`",
            ),
            (
                "zookeeper",
                "`ecrpub tags public.ecr.aws/docker/library/zookeeper`",
            ),
            (
                "library/nginx",
                "`ecrpub tags public.ecr.aws/docker/library/nginx`",
            ),
            (
                "docker/library/own",
                "`ecrpub tags public.ecr.aws/docker/library/own`",
            ),
            (
                "bitnami/nginx",
                "`ecrpub tags public.ecr.aws/bitnami/nginx`",
            ),
            ("registry.example.com/web", "another registry"),
        ] {
            let hint = hint(name).expect(name);
            assert!(hint.contains(reference), "{name}: {hint}");
        }
        for name in ["web", "ngin", "2gis/web", "public.ecr.aws/ab/web"] {
            assert_eq!(hint(name), None, "{name}");
        }
    }
}

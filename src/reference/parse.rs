//! Repositories as people name them: their own by name, anybody's by the reference that a Dockerfile
//! or the gallery shows.

use std::str::FromStr;

use super::names::Refused;
use super::repository::REGISTRIES;
use super::{ImageId, PublicRepository, Repository};
use crate::error::Error;

const GALLERY: &str = "gallery.ecr.aws";
const DOCKER_HUB: [&str; 5] = [
    "docker.io",
    "hub.docker.com",
    "index.docker.io",
    "registry-1.docker.io",
    "registry.hub.docker.com",
];
/// Registries whose names are taken for hosts, although a repository of one's own might begin so.
const OTHERS: [&str; 7] = [
    "gcr.io",
    "ghcr.io",
    "localhost",
    "mcr.microsoft.com",
    "quay.io",
    "registry.gitlab.com",
    "registry.k8s.io",
];

/// A repository, and maybe one of its images, as typed or pasted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    repository: Repository,
    /// What `@digest` names or, without one, `:tag`.
    image: Option<ImageId>,
}

impl Reference {
    /// The repository and image that are meant; with `public`, a name without a host is one of the
    /// public registry's too.
    ///
    /// # Errors
    ///
    /// A usage error where such a name has no alias, or names an image without being public.
    pub(crate) fn resolve(&self, public: bool) -> Result<(Repository, Option<ImageId>), Error> {
        let Repository::Own(name) = &self.repository else {
            return Ok((self.repository.clone(), self.image.clone()));
        };
        if public {
            let repository = PublicRepository::at(name.as_str())
                .map_err(|refused| refused.of_value("--public", name.as_str()))?;
            return Ok((Repository::Public(repository), self.image.clone()));
        }
        match &self.image {
            None => Ok((self.repository.clone(), None)),
            Some(image) => Err(Error::usage(format!(
                "`{name}` is a repository of your own registry, and is named without {image}"
            ))
            .hint(format!(
                "if it is public, put `{}/` before it; of your own, ask for `{name} {}`",
                REGISTRIES[0],
                image.option()
            ))),
        }
    }
}

impl FromStr for Reference {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        let rest = ["https://", "http://"]
            .iter()
            .find_map(|scheme| text.strip_prefix(scheme));
        let is_url = rest.is_some();
        let rest = rest.unwrap_or(text);
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        if host == GALLERY {
            // A browser's address may end in a slash, a question or a fragment.
            let path = path.split(['?', '#']).next().unwrap_or_default();
            return Self::public(path.trim_end_matches('/'));
        }
        if REGISTRIES.contains(&host) {
            return Self::public(path);
        }
        let is_host = is_url || host.contains(':') && !path.is_empty();
        if let Some(refused) = elsewhere(host, path, is_host) {
            return Err(refused);
        }
        let (path, image) = split_image(rest)?;
        if let Some(image) = image.as_ref().filter(|_| !path.contains('/')) {
            let reason = "a public repository is named with its registry and alias, one of your own without an image";
            let hint = format!(
                "the official image is `{}/docker/library/{rest}`; of your own, ask for `{path} {}`",
                REGISTRIES[0],
                image.option()
            );
            return Err(Refused::new(reason, Some(hint)));
        }
        Ok(Self {
            repository: Repository::Own(path.parse()?),
            image,
        })
    }
}

impl Reference {
    fn public(path: &str) -> Result<Self, Refused> {
        let (path, image) = split_image(path)?;
        Ok(Self {
            repository: Repository::Public(PublicRepository::at(path)?),
            image,
        })
    }
}

/// `text` without its `:tag` and `@digest`, and what these name: the digest, as for Docker, where
/// both are there, for the tag may have moved.
fn split_image(text: &str) -> Result<(&str, Option<ImageId>), Refused> {
    let (text, digest) = match text.split_once('@') {
        Some((text, digest)) => (text, Some(ImageId::Digest(digest.parse()?))),
        None => (text, None),
    };
    let (path, tag) = match text.split_once(':') {
        Some((path, tag)) => (path, Some(ImageId::Tag(tag.parse()?))),
        None => (text, None),
    };
    Ok((path, digest.or(tag)))
}

/// Why nothing is read from `host`, if it is a host, as `is_host` may know.
fn elsewhere(host: &str, path: &str, is_host: bool) -> Option<Refused> {
    if DOCKER_HUB.contains(&host) {
        let official = ["library/", "_/"]
            .iter()
            .find_map(|prefix| path.strip_prefix(prefix));
        return Some(Refused::new(
            "this is on Docker Hub, and only ECR Public is read",
            official.map(|name| {
                format!(
                    "ECR Public has the official images too: `{}/docker/library/{name}`",
                    REGISTRIES[0]
                )
            }),
        ));
    }
    if host.contains(".dkr.ecr.") || host.contains(".dkr-ecr.") {
        return Some(Refused::new(
            "this is a private registry of Amazon ECR, and only ECR Public is read",
            Some("list it with `aws ecr describe-images --repository-name NAME`".to_owned()),
        ));
    }
    let is_other = OTHERS.contains(&host) && !path.is_empty();
    (is_host || is_other).then(|| {
        Refused::new(
            "this is in another registry, and only ECR Public is read",
            Some(format!("name it as `{}/ALIAS/NAME`", REGISTRIES[0])),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::Reference;

    /// What `text` means, as text; with `--public` or without.
    fn meaning(text: &str, public: bool) -> String {
        let reference: Reference = match text.parse() {
            Ok(reference) => reference,
            Err(refused) => return format!("refused: {refused}"),
        };
        match reference.resolve(public) {
            Ok((repository, None)) => repository.to_string(),
            Ok((repository, Some(image))) => format!("{repository} {image}"),
            Err(error) => format!("error: {error}"),
        }
    }

    const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn every_shape_of_a_reference_names_the_same_repository() {
        for text in [
            "public.ecr.aws/docker/library/nginx",
            "https://public.ecr.aws/docker/library/nginx",
            "ecr-public.aws.com/docker/library/nginx",
            "gallery.ecr.aws/docker/library/nginx",
            "https://gallery.ecr.aws/docker/library/nginx/",
            "https://gallery.ecr.aws/docker/library/nginx?page=2#tags",
        ] {
            assert_eq!(meaning(text, false), "public.ecr.aws/docker/library/nginx");
            assert_eq!(meaning(text, true), "public.ecr.aws/docker/library/nginx");
        }
        let plain = "docker/library/nginx";
        assert_eq!(meaning(plain, true), "public.ecr.aws/docker/library/nginx");
        assert_eq!(meaning(plain, false), "docker/library/nginx");
    }

    #[test]
    fn a_tag_or_a_digest_narrows_and_the_digest_counts_for_more() {
        let nginx = "public.ecr.aws/docker/library/nginx";
        assert_eq!(
            meaning(&format!("{nginx}:1.27"), false),
            format!("{nginx} tag `1.27`")
        );
        for image in [format!("@{DIGEST}"), format!(":1.27@{DIGEST}")] {
            assert_eq!(
                meaning(&format!("{nginx}{image}"), false),
                format!("{nginx} digest `{DIGEST}`")
            );
        }
        assert_eq!(
            meaning("docker/library/nginx:1.27", true),
            format!("{nginx} tag `1.27`")
        );
    }

    #[test]
    fn what_is_no_reference_is_told_what_it_is() {
        for (text, words) in [
            ("nginx:1.27", "alias"),
            ("public.ecr.aws/nginx", "alias"),
            ("public.ecr.aws", "alias"),
            ("public.ecr.aws/", "alias"),
            ("https://gallery.ecr.aws/?searchTerm=nginx", "alias"),
            ("docker.io/library/nginx:1", "docker/library/nginx:1"),
            ("https://hub.docker.com/_/nginx", "docker/library/nginx"),
            ("docker.io/grafana/grafana", "Docker Hub"),
            (
                "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1",
                "private registry",
            ),
            (
                "123456789012.dkr-ecr.eu-west-1.on.aws/web",
                "private registry",
            ),
            ("ghcr.io/owner/name", "another registry"),
            ("localhost:5000/name", "another registry"),
            ("https://example.com/name", "another registry"),
            ("public.ecr.aws/Docker/library/nginx", "lower-case"),
            ("public.ecr.aws/docker/library/nginx:", "a tag has"),
            ("public.ecr.aws/docker/library/nginx:a b", "a tag has"),
            ("public.ecr.aws/docker/library/nginx@sha256:12", "a digest"),
            ("public.ecr.aws/docker/library/nginx@", "a digest"),
            ("public.ecr.aws/docker//nginx", "lower-case"),
            ("team/web:1", "of your own registry"),
        ] {
            let meaning = meaning(text, false);
            assert!(
                meaning.starts_with("refused:") || meaning.starts_with("error:"),
                "{text}: {meaning}"
            );
            assert!(meaning.contains(words), "{text}: {meaning}");
        }
        assert!(meaning("nginx", true).starts_with("error:"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_reference_or_an_error(
            text in ".*|(https://)?(public[.]ecr[.]aws/|gallery[.]ecr[.]aws/)?[a-z0-9/._:@-]{0,30}",
        ) {
            if let Ok(reference) = text.parse::<Reference>() {
                let _ = reference.resolve(true);
                if let Ok((repository, None)) = reference.resolve(false) {
                    let again: Reference = repository.to_string().parse().expect("what is shown can be typed");
                    proptest::prop_assert_eq!(again, reference);
                }
            }
        }
    }
}

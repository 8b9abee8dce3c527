//! References as people type and paste them: scheme, host, path, image.

use std::fmt;
use std::str::FromStr;

use super::address::{Address, split_image, without_query};
use super::hosts::{GALLERY, REGISTRIES};
use super::official::{is_official, official};
use super::pattern::{NamePattern, RepositoryPattern};
use super::refused::Hint;
use super::{
    Digest, ImageId, PublicRepository, Refused, RegistryId, RegistryName, Repository, TagName,
    elsewhere, pasted,
};
use crate::error::Error;

/// The subject of a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// One repository.
    Repository(Repository),
    /// All repositories of a registry whose names match a pattern.
    Matching(RepositoryPattern),
}

/// A repository, and optionally one of its images, or a pattern of repositories, as typed or pasted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    named: Named,
    /// The image by `@digest` or, without one, by `:tag`.
    image: Option<ImageId>,
    /// The account of an ARN.
    registry_id: Option<RegistryId>,
}

impl Reference {
    /// The subject and the image. With `public`, a name without a host is in the public registry.
    ///
    /// # Errors
    ///
    /// A usage error if such a name has no alias, or if a repository that is not public has an image.
    pub(crate) fn resolve(&self, public: bool) -> Result<(Named, Option<ImageId>), Error> {
        let Some(name) = self.own_name() else {
            return Ok((self.named.clone(), self.image.clone()));
        };
        if public && self.registry_id.is_none() {
            let named = public_at(name).map_err(|refused| refused.of_value("--public", name))?;
            return Ok((named, self.image.clone()));
        }
        match &self.image {
            None => Ok((self.named.clone(), None)),
            Some(image) => {
                let refused = Refused::new("").hinting(hints_for_own_image(name, image));
                Err(refused.as_error(&format!(
                    "`{name}` is a repository of your own registry: name it without {image}"
                )))
            }
        }
    }

    /// The name or pattern of repositories of the caller's own registry.
    fn own_name(&self) -> Option<&str> {
        match &self.named {
            Named::Repository(Repository::Own(name)) => Some(name.as_str()),
            Named::Matching(pattern) if pattern.registry == RegistryName::Own => {
                pattern.name.as_ref().map(NamePattern::as_str)
            }
            _ => None,
        }
    }

    /// The account that an ARN names.
    pub(crate) fn registry_id(&self) -> Option<&RegistryId> {
        self.registry_id.as_ref()
    }

    /// Parses `text`, and does not try to correct it.
    ///
    /// # Errors
    ///
    /// If `text` does not name a repository that can be read.
    pub(super) fn read(text: &str) -> Result<Self, Refused> {
        if let Some(arn) = text.strip_prefix("arn:") {
            return Self::of_arn(arn);
        }
        let address = Address::of(text);
        match address.host.as_str() {
            host if GALLERY.contains(&host) => Self::of_gallery(&address),
            host if REGISTRIES.contains(&host) => Self::of_registry(&address),
            host if is_elsewhere(&address) => Err(elsewhere::refused(host, &address)),
            _ => Self::of_own(address.rest),
        }
    }

    /// The hints for typing this reference, which was parsed from `text`.
    pub(crate) fn hints(&self, text: &str) -> Vec<Hint> {
        match (self.own_name(), &self.image) {
            (Some(name), Some(image)) => hints_for_own_image(name, image),
            _ => vec![Hint::Instead {
                words: "try",
                value: text.to_owned(),
            }],
        }
    }

    /// `PARTITION:SERVICE:REGION:ACCOUNT:repository/NAME`.
    fn of_arn(arn: &str) -> Result<Self, Refused> {
        let parts: Vec<_> = arn.splitn(5, ':').collect();
        match parts[..] {
            ["aws", "ecr-public", "" | "us-east-1", account, resource] => {
                let Some(name) = resource.strip_prefix("repository/") else {
                    return Err(no_repository_arn(account));
                };
                let mut reference = Self::of_own(name)?;
                reference.registry_id = Some(account.parse()?);
                Ok(reference)
            }
            [_, "ecr", region, account, resource] => {
                let path = resource.strip_prefix("repository/").unwrap_or_default();
                Err(elsewhere::private_arn(region, account, path))
            }
            _ => Err(no_repository_arn("ACCOUNT")),
        }
    }

    /// A page of the gallery: `ALIAS/NAME`.
    fn of_gallery(address: &Address<'_>) -> Result<Self, Refused> {
        let path = without_query(address.path).trim_end_matches('/');
        if !path.is_empty() {
            return Self::of_public(path);
        }
        let searched = address
            .path
            .split(['?', '&', '#'])
            .find_map(|pair| pair.strip_prefix("searchTerm="))
            .unwrap_or_default();
        let refused = Refused::new("this page of the gallery is not the page of a repository");
        Err(if is_official(searched) {
            refused.instead("the official image:", official(searched))
        } else {
            refused.hint("open the page of a repository, or name it as `public.ecr.aws/ALIAS/NAME`")
        })
    }

    /// An address of the registry: `ALIAS/NAME`, `:TAG`, `@DIGEST`.
    fn of_registry(address: &Address<'_>) -> Result<Self, Refused> {
        let mut path = address.path;
        let is_api = ["v2/", "token/", "token?"]
            .iter()
            .any(|start| path.starts_with(start));
        if address.is_web_page() || is_api {
            path = without_query(path);
        }
        if ["v2", "token"].contains(&path.trim_end_matches('/')) {
            return Err(
                Refused::new("this is an address of the registry's API").hint(format!(
                    "name a repository as `{}/ALIAS/NAME`",
                    REGISTRIES[0]
                )),
            );
        }
        match repository_of_api(path, address.is_web_page()) {
            Some(reference) => {
                Err(Refused::new("this is an address of the registry's API")
                    .instead("try", reference))
            }
            None => Self::of_public(path.trim_end_matches('/')),
        }
    }

    fn of_public(path: &str) -> Result<Self, Refused> {
        let (path, image) = split_checked(path, &format!("{}/", REGISTRIES[0]))?;
        let named = match public_at(path) {
            Ok(named) => named,
            Err(_) if is_official(path) => {
                let tail = image.as_ref().map_or_else(String::new, ImageId::suffix);
                return Err(PublicRepository::no_alias(path, &tail));
            }
            Err(refused) => return Err(refused),
        };
        Ok(Self {
            named,
            image,
            registry_id: None,
        })
    }

    fn of_own(text: &str) -> Result<Self, Refused> {
        let (path, image) = split_checked(text.trim_end_matches('/'), "")?;
        let named = if NamePattern::is_meant(path) {
            Named::Matching(RepositoryPattern {
                registry: RegistryName::Own,
                name: Some(path.parse()?),
            })
        } else {
            Named::Repository(Repository::Own(path.parse()?))
        };
        if let Some(image) = image.as_ref().filter(|_| !path.contains('/')) {
            let reason =
                "only a public repository, `public.ecr.aws/ALIAS/NAME`, can be named with an image";
            return Err(Refused::new(reason).hinting(hints_for_own_image(path, image)));
        }
        Ok(Self {
            named,
            image,
            registry_id: None,
        })
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Repository(repository) => repository.fmt(f),
            Self::Matching(pattern) => pattern.fmt(f),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.named.fmt(f)?;
        f.write_str(
            &self
                .image
                .as_ref()
                .map_or_else(String::new, ImageId::suffix),
        )
    }
}

impl FromStr for Reference {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        Self::read(text).map_err(|refused| pasted::mended(text, refused))
    }
}

/// Whether the text begins with a host outside ECR Public.
fn is_elsewhere(address: &Address<'_>) -> bool {
    let Address {
        scheme, host, path, ..
    } = address;
    let has_port = host.contains(':') && !path.is_empty();
    address.has_valid_host() && (scheme.is_some() || has_port || elsewhere::is_known(host, path))
}

/// Splits `:tag` and `@digest` from `text`, which came after `host`. With both, the digest counts, as
/// in Docker: the tag may have moved.
fn split_checked<'a>(text: &'a str, host: &str) -> Result<(&'a str, Option<ImageId>), Refused> {
    let (path, image) = split_image(text);
    if NamePattern::is_meant(text) && !image.is_empty() {
        let refused = Refused::new(
            "a pattern selects repositories: select images with `--tag`, `--digest` or `--include`",
        );
        return Err(match image_id(image) {
            Ok(Some(image)) => refused.hinting([Hint::WithOption {
                words: "try",
                command: command_for(&image),
                value: format!("{host}{path}"),
                option: image.option(),
            }]),
            _ => refused,
        });
    }
    Ok((path, image_id(image)?))
}

/// The image that `image` names, `:tag` or `@digest` or both.
fn image_id(image: &str) -> Result<Option<ImageId>, Refused> {
    let (tag, digest) = image.split_once('@').unwrap_or((image, ""));
    // `:sha256:…`, a digest after the wrong separator.
    if let Some((algorithm, _)) = tag.get(1..).and_then(|tag| tag.split_once(':'))
        && Digest::is_algorithm(algorithm)
    {
        tag[1..].parse::<Digest>().map_err(only_reason)?;
    }
    let tag = match tag.strip_prefix(':') {
        Some(tag) => Some(ImageId::Tag(tag.parse().map_err(only_reason)?)),
        None => None,
    };
    let digest = if image.contains('@') {
        Some(ImageId::Digest(digest.parse().map_err(only_reason)?))
    } else {
        None
    };
    Ok(digest.or(tag))
}

/// The public repository at `path`, `ALIAS/NAME`, or those that match a pattern in place of the name.
fn public_at(path: &str) -> Result<Named, Refused> {
    if !NamePattern::is_meant(path) {
        return PublicRepository::at(path)
            .map(Repository::Public)
            .map(Named::Repository);
    }
    let (alias, name) = path.split_once('/').unwrap_or((path, ""));
    if NamePattern::is_meant(alias) || name.is_empty() {
        return Err(
            Refused::new("a pattern selects the repositories of one public registry").hint(
                format!("name the registry, as in `'{}/ALIAS/*'`", REGISTRIES[0]),
            ),
        );
    }
    Ok(Named::Matching(RepositoryPattern {
        registry: RegistryName::Public(alias.parse()?),
        name: Some(name.parse()?),
    }))
}

/// Drops the hints, which would replace the refused part and not the whole reference.
#[expect(clippy::needless_pass_by_value, reason = "errors are mapped by value")]
fn only_reason(refused: Refused) -> Refused {
    Refused::new(refused.reason().to_owned())
}

/// The hints for an image of the caller's own repository `name`, or of the public one that it may
/// mean.
fn hints_for_own_image(name: &str, image: &ImageId) -> Vec<Hint> {
    let own = Hint::WithOption {
        words: "list the image of your own repository with",
        command: command_for(image),
        value: name.to_owned(),
        option: image.option(),
    };
    let suffix = image.suffix();
    let (words, value) = if is_official(name) {
        ("the official image:", official(name))
    } else if PublicRepository::at(name).is_ok() {
        ("if it is public, try", format!("{}/{name}", REGISTRIES[0]))
    } else {
        return vec![own];
    };
    let public = Hint::Instead {
        words,
        value: value + &suffix,
    };
    vec![public, own]
}

/// The command that lists `image`.
fn command_for(image: &ImageId) -> &'static str {
    match image {
        ImageId::Tag(_) => "tags",
        ImageId::Digest(_) => "images",
    }
}

/// The repository, and optionally the image, of a path of the registry's API:
/// `v2/ALIAS/NAME/tags/list`, `…/manifests/REFERENCE`.
fn repository_of_api(path: &str, is_web_page: bool) -> Option<String> {
    let path = path.strip_prefix("v2/")?.trim_end_matches('/');
    let (path, image) = if let Some(path) = path.strip_suffix("/tags/list") {
        (path, String::new())
    } else if let Some((path, id)) = path.rsplit_once("/manifests/") {
        let separator = if id.parse::<TagName>().is_ok() {
            ':'
        } else {
            '@'
        };
        (path, format!("{separator}{id}"))
    } else if let Some((path, _)) = path
        .rsplit_once("/blobs/")
        .or_else(|| path.rsplit_once("/referrers/"))
    {
        (path, String::new())
    } else if is_web_page {
        (path, String::new())
    } else {
        return None;
    };
    let repository = PublicRepository::at(path).ok()?;
    let is_image =
        image.is_empty() || image.starts_with(':') || image[1..].parse::<Digest>().is_ok();
    Some(format!(
        "{repository}{}",
        if is_image { &image } else { "" }
    ))
}

fn no_repository_arn(account: &str) -> Refused {
    Refused::new("this ARN does not name a repository of ECR Public").hint(format!(
        "write it as `arn:aws:ecr-public::{account}:repository/NAME`"
    ))
}

#[cfg(test)]
mod tests {
    use super::{Named, Reference};

    /// The meaning of `text`, as text, with or without `--public`.
    fn meaning(text: &str, public: bool) -> String {
        let reference: Reference = match text.parse() {
            Ok(reference) => reference,
            Err(refused) => return format!("refused: {refused}"),
        };
        let shown = |named: Named| match named {
            Named::Repository(repository) => repository.to_string(),
            Named::Matching(pattern) => format!("all of {pattern}"),
        };
        match reference.resolve(public) {
            Ok((named, None)) => shown(named),
            Ok((named, Some(image))) => format!("{} {image}", shown(named)),
            Err(error) => format!("error: {error}"),
        }
    }

    const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn every_shape_of_a_reference_names_the_same_repository() {
        for text in [
            "public.ecr.aws/docker/library/nginx",
            "https://public.ecr.aws/docker/library/nginx",
            "http://public.ecr.aws/docker/library/nginx",
            "oci://public.ecr.aws/docker/library/nginx",
            "docker://public.ecr.aws/docker/library/nginx",
            "HTTPS://Public.ECR.aws/docker/library/nginx/",
            "OCI://PUBLIC.ECR.AWS/docker/library/nginx",
            "PUBLIC.ECR.AWS/docker/library/nginx",
            "public.ecr.aws:443/docker/library/nginx",
            "https://public.ecr.aws:443/docker/library/nginx/",
            "http://public.ecr.aws:80/docker/library/nginx",
            "public.ecr.aws./docker/library/nginx",
            "public.ecr.aws/docker/library/nginx//",
            "https://public.ecr.aws/docker/library/nginx?x=y#z",
            "ecr-public.aws.com/docker/library/nginx",
            "oci://ECR-public.aws.com:443/docker/library/nginx/",
            "gallery.ecr.aws/docker/library/nginx",
            "Gallery.ecr.aws/docker/library/nginx/",
            "www.gallery.ecr.aws/docker/library/nginx",
            "https://gallery.ecr.aws/docker/library/nginx/",
            "https://gallery.ecr.aws:443/docker/library/nginx/",
            "https://www.gallery.ecr.aws/docker/library/nginx?page=2#tags",
            "gallery.ecr.aws/docker/library/nginx?tab=tags",
        ] {
            assert_eq!(
                meaning(text, false),
                "public.ecr.aws/docker/library/nginx",
                "{text}"
            );
            assert_eq!(
                meaning(text, true),
                "public.ecr.aws/docker/library/nginx",
                "{text}"
            );
        }
        let plain = "docker/library/nginx";
        assert_eq!(meaning(plain, true), "public.ecr.aws/docker/library/nginx");
        assert_eq!(meaning(plain, false), "docker/library/nginx");
        assert_eq!(
            meaning("docker/library/nginx/", false),
            "docker/library/nginx"
        );
    }

    #[test]
    fn patterns_select_repositories_of_one_registry() {
        for (text, pattern) in [
            ("team/*", "team/*"),
            ("*", "*"),
            ("web-?", "web-?"),
            ("team/[!a]", "team/[!a]"),
            (
                "arn:aws:ecr-public::123456789012:repository/team/*",
                "team/*",
            ),
            (
                "public.ecr.aws/docker/library/*",
                "public.ecr.aws/docker/library/*",
            ),
            (
                "docker://Public.ECR.aws/docker/*",
                "public.ecr.aws/docker/*",
            ),
            (
                "https://gallery.ecr.aws/docker/lib*",
                "public.ecr.aws/docker/lib*",
            ),
        ] {
            assert_eq!(meaning(text, false), format!("all of {pattern}"), "{text}");
        }
        assert_eq!(
            meaning("docker/library/*", true),
            "all of public.ecr.aws/docker/library/*"
        );
        let no_alias = meaning("*", true);
        assert!(no_alias.starts_with("error: "), "{no_alias}");
    }

    #[test]
    fn an_arn_is_a_name_with_its_account() {
        for (arn, name) in [
            ("arn:aws:ecr-public::123456789012:repository/web", "web"),
            (
                "arn:aws:ecr-public::123456789012:repository/team/web",
                "team/web",
            ),
            (
                "arn:aws:ecr-public::123456789012:repository/ghcr.io/x",
                "ghcr.io/x",
            ),
        ] {
            let reference: Reference = arn.parse().expect("an ARN");
            let account = reference.registry_id().map(ToString::to_string);
            assert_eq!(account.as_deref(), Some("123456789012"));
            assert_eq!(meaning(arn, false), name);
            assert_eq!(meaning(arn, true), name);
        }
    }

    #[test]
    fn a_tag_or_a_digest_selects_an_image_and_the_digest_takes_precedence() {
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
        let upper = DIGEST.to_uppercase();
        assert_eq!(
            meaning(&format!("{nginx}@{upper}"), false),
            format!("{nginx} digest `{DIGEST}`")
        );
        for short in ["0123456789ab", "sha256:0123456789ab", "SHA256:0123456789AB"] {
            assert_eq!(
                meaning(&format!("{nginx}@{short}"), false),
                format!("{nginx} digest `sha256:0123456789ab`")
            );
        }
        assert_eq!(
            meaning(&format!("{nginx}:1.0+a"), false),
            format!("{nginx} tag `1.0_a`")
        );
        assert_eq!(
            meaning("docker/library/nginx:1.27", true),
            format!("{nginx} tag `1.27`")
        );
    }

    /// Asserts that each text is refused with a reason that contains the first words, and hints that
    /// contain the others.
    fn assert_refused(table: &[(&str, &str, &[&str])]) {
        for (text, reason, hints) in table {
            let meaning = meaning(text, false);
            assert!(meaning.starts_with("refused:"), "{text}: {meaning}");
            let (message, told) = meaning.split_once("\nhint: ").unwrap_or((&meaning, ""));
            assert!(message.contains(reason), "{text}: {meaning}");
            for hint in *hints {
                assert!(told.contains(hint), "{text}: {meaning}");
            }
        }
    }

    #[test]
    fn other_addresses_of_ecr_public_are_refused_with_a_reference() {
        let nginx: &[&str] = &["try `public.ecr.aws/docker/library/nginx`"];
        assert_refused(&[
            (
                "https://public.ecr.aws/v2/docker/library/nginx/tags/list",
                "API",
                nginx,
            ),
            (
                "https://public.ecr.aws/v2/docker/library/nginx/tags/list?n=10",
                "API",
                nginx,
            ),
            (
                "public.ecr.aws/v2/docker/library/nginx/tags/list/",
                "API",
                nginx,
            ),
            (
                "public.ecr.aws/v2/docker/library/nginx/tags/list?n=100",
                "API",
                nginx,
            ),
            (
                "https://public.ecr.aws/v2/",
                "API",
                &["`public.ecr.aws/ALIAS/NAME`"],
            ),
            (
                "https://public.ecr.aws/token/?service=public.ecr.aws",
                "API",
                &["`public.ecr.aws/ALIAS/NAME`"],
            ),
            (
                "public.ecr.aws/token/",
                "API",
                &["`public.ecr.aws/ALIAS/NAME`"],
            ),
            (
                "https://public.ecr.aws/v2/docker/library/nginx/",
                "API",
                nginx,
            ),
            (
                "https://public.ecr.aws/v2/docker/library/nginx/manifests/1.27",
                "API",
                &["try `public.ecr.aws/docker/library/nginx:1.27`"],
            ),
            (
                &format!("https://public.ecr.aws/v2/docker/library/nginx/manifests/{DIGEST}"),
                "API",
                &[&format!(
                    "try `public.ecr.aws/docker/library/nginx@{DIGEST}`"
                )],
            ),
            (
                &format!("https://public.ecr.aws/v2/docker/library/nginx/blobs/{DIGEST}"),
                "API",
                nginx,
            ),
        ]);
    }

    #[test]
    fn addresses_without_a_repository_are_refused_with_a_way_to_name_one() {
        assert_refused(&[
            (
                "public.ecr.aws/nginx",
                "alias",
                &["`public.ecr.aws/docker/library/nginx`"],
            ),
            (
                "public.ecr.aws/nginx:1.27",
                "alias",
                &["`public.ecr.aws/docker/library/nginx:1.27`"],
            ),
            (
                "public.ecr.aws/eks-distro",
                "registry",
                &["`public.ecr.aws/eks-distro/NAME`"],
            ),
            (
                "public.ecr.aws/eks-distro/",
                "registry",
                &["`public.ecr.aws/eks-distro/NAME`"],
            ),
            (
                "https://gallery.ecr.aws/eks-distro",
                "registry",
                &["`public.ecr.aws/eks-distro/NAME`"],
            ),
            ("public.ecr.aws", "alias", &["`public.ecr.aws/ALIAS/NAME`"]),
            ("public.ecr.aws/", "alias", &["`public.ecr.aws/ALIAS/NAME`"]),
            (
                "https://gallery.ecr.aws/",
                "gallery",
                &["`public.ecr.aws/ALIAS/NAME`"],
            ),
            (
                "https://gallery.ecr.aws/?searchTerm=nginx&verified=verified",
                "gallery",
                &["`public.ecr.aws/docker/library/nginx`"],
            ),
            (
                "arn:aws:ecr-public::123456789012:registry/123456789012",
                "ARN",
                &["::123456789012:repository/NAME"],
            ),
            ("arn:aws:ecr-public::1234:repository/web", "12 digits", &[]),
            ("arn:aws:s3:::bucket", "ARN", &["::ACCOUNT:repository/NAME"]),
        ]);
    }

    #[test]
    fn addresses_of_docker_hub_are_refused_with_the_public_reference() {
        let nginx: &[&str] = &["`public.ecr.aws/docker/library/nginx`"];
        let tagged: &[&str] = &["`public.ecr.aws/docker/library/nginx:1.27`"];
        assert_refused(&[
            ("docker.io/library/nginx:1.27", "Docker Hub", tagged),
            ("docker.io/nginx:1.27", "Docker Hub", tagged),
            ("Docker.io/nginx", "Docker Hub", nginx),
            (
                "index.docker.io/v2/library/nginx/tags/list",
                "Docker Hub",
                nginx,
            ),
            ("docker://nginx:1.27", "Docker Hub", tagged),
            ("docker://library/nginx", "Docker Hub", nginx),
            ("https://hub.docker.com/_/nginx", "Docker Hub", nginx),
            ("hub.docker.com/_/nginx:1.27", "Docker Hub", tagged),
            (
                "https://hub.docker.com/_/nginx/tags?page=2",
                "Docker Hub",
                nginx,
            ),
            (
                "https://hub.docker.com/r/library/nginx/",
                "Docker Hub",
                nginx,
            ),
            (
                "https://hub.docker.com/v2/repositories/library/nginx/tags",
                "Docker Hub",
                nginx,
            ),
            (
                "https://hub.docker.com/r/grafana/grafana",
                "Docker Hub",
                &["`public.ecr.aws/grafana/grafana`", "searchTerm=grafana"],
            ),
            (
                "docker.io/grafana/grafana:10.4",
                "Docker Hub",
                &["`public.ecr.aws/grafana/grafana:10.4`"],
            ),
            (
                "docker://docker.io/grafana/grafana:10.4",
                "Docker Hub",
                &["`public.ecr.aws/grafana/grafana:10.4`"],
            ),
            (
                "hub.docker.com",
                "Docker Hub",
                &["`public.ecr.aws/ALIAS/NAME`"],
            ),
        ]);
    }

    #[test]
    fn registries_of_aws_and_others_are_refused_with_the_command_to_type() {
        let nginx: &[&str] = &["`public.ecr.aws/docker/library/nginx`"];
        let tagged: &[&str] = &["`public.ecr.aws/docker/library/nginx:1.27`"];
        let private: &[&str] = &[
            "`aws ecr describe-images --repository-name web --registry-id 123456789012 --region eu-west-1`",
        ];
        assert_refused(&[
            (
                "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web",
                "private registry",
                private,
            ),
            (
                "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/web/",
                "private registry",
                private,
            ),
            (
                "123456789012.dkr-ecr.eu-west-1.on.aws/web",
                "private registry",
                private,
            ),
            (
                "123456789012.dkr.ecr-fips.eu-west-1.amazonaws.com/web",
                "private registry",
                private,
            ),
            (
                "arn:aws:ecr:eu-west-1:123456789012:repository/web",
                "private registry",
                private,
            ),
            (
                "https://eu-west-1.console.aws.amazon.com/ecr/repositories/private/123456789012/web?region=eu-west-1",
                "private registry",
                private,
            ),
            (
                "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/web:1.0",
                "private registry",
                &[
                    "--repository-name team/web --registry-id 123456789012 --region eu-west-1 --image-ids imageTag=1.0`",
                ],
            ),
            (
                "123456789012.dkr.ecr.eu-west-1.amazonaws.com",
                "private registry",
                &["--repository-name NAME "],
            ),
            (
                "https://us-east-1.console.aws.amazon.com/ecr/repositories/public/123456789012/web?region=us-east-1",
                "console",
                &["`arn:aws:ecr-public::123456789012:repository/web`"],
            ),
            (
                "ghcr.io/owner/name:1",
                "another registry",
                &["`public.ecr.aws/ALIAS/name`"],
            ),
            (
                "oci://ghcr.io/owner/name",
                "another registry",
                &["`public.ecr.aws/ALIAS/name`"],
            ),
            (
                "quay.io/owner/name",
                "another registry",
                &["searchTerm=name"],
            ),
            (
                "owner.azurecr.io/name",
                "another registry",
                &["searchTerm=name"],
            ),
            (
                "europe-docker.pkg.dev/project/repo/image",
                "another registry",
                &[],
            ),
            ("localhost:5000/name", "another registry", &[]),
            ("registry.example.com:5000/a/b:1", "another registry", &[]),
            ("https://example.com/name", "another registry", &[]),
            (
                "https://public.ecr.aws.example.com/a/b",
                "another registry",
                &[],
            ),
            (
                "public.ecr.com/docker/library/nginx",
                "another registry",
                nginx,
            ),
            (
                "ecr.aws/docker/library/nginx:1.27",
                "another registry",
                tagged,
            ),
        ]);
    }

    #[test]
    fn quotes_and_words_around_a_reference_are_removed_in_the_hint() {
        let own: &[&str] = &["try `web`"];
        let nginx: &[&str] = &["try `public.ecr.aws/docker/library/nginx`"];
        let tagged: &[&str] = &["try `public.ecr.aws/docker/library/nginx:1.27`"];
        assert_refused(&[
            (
                "'public.ecr.aws/docker/library/nginx'",
                "more than the name",
                nginx,
            ),
            (
                "`public.ecr.aws/docker/library/nginx`",
                "more than the name",
                nginx,
            ),
            (
                "\"public.ecr.aws/docker/library/nginx:1.27\",",
                "more than the name",
                tagged,
            ),
            (
                " public.ecr.aws/docker/library/nginx\n",
                "more than the name",
                nginx,
            ),
            (
                "<https://gallery.ecr.aws/docker/library/nginx>",
                "more than the name",
                &["try `gallery.ecr.aws/docker/library/nginx`"],
            ),
            (
                "[nginx](https://public.ecr.aws/docker/library/nginx)",
                "more than the name",
                nginx,
            ),
            (
                "image=public.ecr.aws/docker/library/nginx:1.27",
                "more than the name",
                tagged,
            ),
            ("'web'", "more than the name", own),
            ("web ", "more than the name", own),
            ("/web", "more than the name", own),
            ("“web”", "more than the name", own),
        ]);
    }

    #[test]
    fn command_lines_are_refused_with_their_image() {
        let nginx: &[&str] = &["try `public.ecr.aws/docker/library/nginx`"];
        let tagged: &[&str] = &["try `public.ecr.aws/docker/library/nginx:1.27`"];
        assert_refused(&[
            (
                "docker pull public.ecr.aws/docker/library/nginx:1.27",
                "command line",
                tagged,
            ),
            (
                "$ sudo docker run --rm -it public.ecr.aws/docker/library/nginx:1.27 sh",
                "command line",
                tagged,
            ),
            (
                "FROM public.ecr.aws/docker/library/nginx:1.27 AS build",
                "command line",
                tagged,
            ),
            (
                "FROM --platform=$BUILDPLATFORM public.ecr.aws/docker/library/nginx:1.27",
                "command line",
                tagged,
            ),
            (
                "image: public.ecr.aws/docker/library/nginx:1.27",
                "command line",
                tagged,
            ),
            (
                "image: \"public.ecr.aws/docker/library/nginx:1.27\"",
                "command line",
                tagged,
            ),
            (
                "skopeo list-tags docker://public.ecr.aws/docker/library/nginx",
                "command line",
                nginx,
            ),
            (
                "kubectl run x --image=public.ecr.aws/docker/library/nginx:1.27",
                "command line",
                tagged,
            ),
            (
                "docker pull nginx:1.27",
                "with an image",
                &["`public.ecr.aws/docker/library/nginx:1.27`"],
            ),
            (
                "docker run --platform linux/amd64 nginx",
                "command line",
                &["try `nginx`"],
            ),
            (
                "docker pull docker.io/nginx",
                "Docker Hub",
                &["`public.ecr.aws/docker/library/nginx`"],
            ),
            ("Web", "lower-case", &["try `web`"]),
            (
                "public.ecr.aws/Docker/Library/Nginx:1.27-Alpine",
                "lower-case",
                &["try `public.ecr.aws/docker/library/nginx:1.27-Alpine`"],
            ),
            ("'Web'", "more than the name", &["try `web`"]),
        ]);
    }

    #[test]
    fn slips_in_tags_and_digests_are_corrected_in_a_hint() {
        let tagged: &[&str] = &["try `public.ecr.aws/ab/web:1.0`"];
        let digest = &format!("try `public.ecr.aws/ab/web@{DIGEST}`");
        assert_refused(&[
            ("public.ecr.aws/ab/web:1.0:x", "a tag has", tagged),
            ("public.ecr.aws/ab/web@1.0", "a digest", tagged),
            (
                "public.ecr.aws/ab/web:",
                "a tag has",
                &["try `public.ecr.aws/ab/web`"],
            ),
            (
                "public.ecr.aws/ab/web@",
                "a digest",
                &["try `public.ecr.aws/ab/web`"],
            ),
            (
                &format!("public.ecr.aws/ab/web:{DIGEST}"),
                "a digest",
                &[digest],
            ),
            (
                "public.ecr.aws/ab/web:a b",
                "more than the name",
                &["try `public.ecr.aws/ab/web:a`"],
            ),
            (
                "public.ecr.aws//ab//web",
                "",
                &["try `public.ecr.aws/ab/web`"],
            ),
            (
                "oci://public.ecr.aws//ab//web:1.0",
                "",
                &["try `public.ecr.aws/ab/web:1.0`"],
            ),
            ("web,api", "more than one", &["`web api`"]),
            (
                "web; public.ecr.aws/ab/web:1.0",
                "more than one",
                &["`web public.ecr.aws/ab/web:1.0`"],
            ),
            ("web:1.0", "with an image", &["`ecrpub tags web --tag 1.0`"]),
            (
                "web:1.0:x",
                "with an image",
                &["`ecrpub tags web --tag 1.0`"],
            ),
            (
                "nginx:1.27",
                "with an image",
                &[
                    "`public.ecr.aws/docker/library/nginx:1.27`",
                    "`ecrpub tags nginx --tag 1.27`",
                ],
            ),
            (
                "web@0123456789ab",
                "with an image",
                &["`ecrpub images web --digest sha256:0123456789ab`"],
            ),
            (
                "team/web:1.0:x",
                "a tag has",
                &[
                    "`public.ecr.aws/team/web:1.0`",
                    "`ecrpub tags team/web --tag 1.0`",
                ],
            ),
            ("team/*:1.0", "a pattern selects repositories", &[]),
            (
                "public.ecr.aws/ab/web-?@0123456789ab",
                "a pattern selects",
                &[],
            ),
            (
                "public.ecr.aws/a*/web",
                "of one public registry",
                &["ALIAS/*"],
            ),
            ("public.ecr.aws/*", "of one public registry", &["ALIAS/*"]),
            ("team/[A-Z]*", "no capitals", &[]),
        ]);
        for text in [
            "web@sha256:abc",
            "web:sha256:abc",
            "team/web@sha512:abc",
            "public.ecr.aws/ab/web@sha256:12",
            "public.ecr.aws/ab/web@sha256:XYZ",
            "public.ecr.aws/ab/web:sha256:XYZ",
            "public.ecr.aws/ab/web@SHA512:abc",
        ] {
            let meaning = meaning(text, false);
            assert!(
                meaning.starts_with("refused: a digest is `sha256:` and 64"),
                "{text}: {meaning}"
            );
            assert!(!meaning.contains("hint:"), "{text}: {meaning}");
        }
        let own = meaning("team/web:1", false);
        assert!(
            own.starts_with("error: `team/web` is a repository of your own"),
            "{own}"
        );
        assert!(meaning("nginx", true).starts_with("error:"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_reference_or_an_error(
            text in ".*|(https://|oci://)?(public[.]ecr[.]aws/|gallery[.]ecr[.]aws/|arn:aws:ecr-public::123456789012:repository/)?[a-z0-9/._:@-]{0,30}",
        ) {
            if let Ok(reference) = text.parse::<Reference>() {
                let _ = reference.resolve(true);
                let is_arn = reference.registry_id().is_some();
                if let (Ok((repository, None)), false) = (reference.resolve(false), is_arn) {
                    let again: Reference = repository.to_string().parse().expect("what is shown can be typed");
                    proptest::prop_assert_eq!(again, reference);
                }
            }
        }
    }
}

//! References as people type and paste them: scheme, host, path, image; and what to type instead of one in
//! another registry.

use std::fmt;
use std::str::FromStr;

use super::address::{Address, REGISTRY, embedded};
use super::registry::{NamePattern, RepositoryPattern};
use super::{ImageId, PublicRepository, RegistryId, RegistryName, Repository, public_reference};
use crate::error::Error;
use crate::shell::quoted;

const DOCKER_HUB: [&str; 4] = [
    "docker.io",
    "hub.docker.com",
    "index.docker.io",
    "registry-1.docker.io",
];

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
    /// The subject and the image. With `public`, a name without a host is in the public registry. Refuses
    /// such a name without an alias, and an image of a repository that is not public.
    pub(crate) fn resolve(&self, public: bool) -> Result<(Named, Option<ImageId>), Error> {
        let Some(name) = self.own_name() else {
            return Ok((self.named.clone(), self.image.clone()));
        };
        if public && self.registry_id.is_none() {
            let named = public_at(name);
            let named = named.map_err(|error| error.about(&format!("`{name}` with `--public`")))?;
            return Ok((named, self.image.clone()));
        }
        match &self.image {
            None => Ok((self.named.clone(), None)),
            Some(image) => Err(own_image(name, image)),
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

    /// Parses `text`, which is nothing but a reference.
    fn parse(text: &str) -> Result<Self, Error> {
        if let Some(arn) = text.strip_prefix("arn:") {
            return Self::of_arn(arn);
        }
        let address = Address::of(text);
        if let Some(path) = address.public_path() {
            let mut reference = Self::at(path, public_at)?;
            match &mut reference.named {
                Named::Repository(Repository::Public(PublicRepository { alias, .. }))
                | Named::Matching(RepositoryPattern {
                    registry: RegistryName::Public(alias),
                    ..
                }) => *alias = alias.clone().at(address.registry()),
                _ => {}
            }
            return Ok(reference);
        }
        match refused_elsewhere(&address) {
            Some(error) => Err(error),
            None => Self::at(text.trim_end_matches('/'), own_at),
        }
    }

    /// `PARTITION:SERVICE:REGION:ACCOUNT:repository/NAME`.
    fn of_arn(arn: &str) -> Result<Self, Error> {
        let parts: Vec<_> = arn.splitn(5, ':').collect();
        if let ["aws", "ecr-public", "" | "us-east-1", account, resource] = parts[..]
            && let Some(name) = resource.strip_prefix("repository/")
        {
            return Ok(Self {
                registry_id: Some(account.parse()?),
                ..Self::at(name, own_at)?
            });
        }
        Err(
            Error::usage("this ARN does not name a repository of ECR Public")
                .hint("write it as `arn:aws:ecr-public::ACCOUNT:repository/NAME`"),
        )
    }

    /// The reference at `path`, a name or pattern that `named` parses, with or without an image.
    fn at(path: &str, named: fn(&str) -> Result<Named, Error>) -> Result<Self, Error> {
        let (name, image) = split_image(path);
        let named = named(name)?;
        if !image.is_empty() && matches!(named, Named::Matching(_)) {
            return Err(Error::usage(
                "a pattern selects repositories: select images with `--tag`, `--digest` or `--include`",
            ));
        }
        Ok(Self {
            named,
            image: ImageId::after_name(image)?,
            registry_id: None,
        })
    }
}

impl FromStr for Reference {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let parsed = Self::parse(text);
        match embedded(text).filter(|address| *address != text) {
            Some(address) if parsed.is_err() && Self::parse(address).is_ok() => {
                Err(Error::usage("this is more than the name of a repository")
                    .hint(format!("try `{}`", quoted(address))))
            }
            _ => parsed,
        }
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
        let image = self.image.as_ref().map(ImageId::suffix);
        write!(f, "{}{}", self.named, image.unwrap_or_default())
    }
}

/// `path`, split before `:tag` or `@digest`.
fn split_image(path: &str) -> (&str, &str) {
    path.split_at(path.find([':', '@']).unwrap_or(path.len()))
}

/// The repository `name` of the caller's own registry, or those that match it.
fn own_at(name: &str) -> Result<Named, Error> {
    if !NamePattern::is_meant(name) {
        return Ok(Named::Repository(Repository::Own(name.parse()?)));
    }
    Ok(Named::Matching(RepositoryPattern {
        registry: RegistryName::Own,
        name: Some(name.parse()?),
    }))
}

/// The public repository at `path`, `ALIAS/NAME`, or those that match a pattern in place of the name.
fn public_at(path: &str) -> Result<Named, Error> {
    if !NamePattern::is_meant(path) {
        let repository = PublicRepository::at(path)?;
        return Ok(Named::Repository(Repository::Public(repository)));
    }
    match path.split_once('/') {
        Some((alias, name)) if !NamePattern::is_meant(alias) => {
            Ok(Named::Matching(RepositoryPattern {
                registry: RegistryName::Public(alias.parse()?),
                name: Some(name.parse()?),
            }))
        }
        _ => Err(
            Error::usage("a pattern selects the repositories of one public registry")
                .hint(format!("name the registry, as in `'{REGISTRY}/ALIAS/*'`")),
        ),
    }
}

/// The refusal of an image of the caller's own repository `name`, which may be meant as a public one.
fn own_image(name: &str, image: &ImageId) -> Error {
    let error = Error::usage(format!(
        "`{name}` is a repository of your own registry: name it without {image}"
    ));
    let error = match public_reference(name) {
        Some(public) => error.hint(format!("if it is public, try `{public}{}`", image.suffix())),
        None => error,
    };
    let option = match image {
        ImageId::Tag(tag) => format!("--tag {tag}"),
        ImageId::Digest(digest) => format!("--digest {digest}"),
    };
    error.hint(format!(
        "select the image of your own repository with `{option}`"
    ))
}

/// The refusal of an address with a host of another registry.
fn refused_elsewhere(address: &Address<'_>) -> Option<Error> {
    let Address {
        has_scheme,
        host,
        path,
    } = address;
    if DOCKER_HUB.contains(&host.as_str()) {
        return Some(docker_hub(path));
    }
    let labels: Vec<_> = host.split('.').collect();
    if let [account, "dkr", "ecr" | "ecr-fips", region, "amazonaws", ..]
    | [account, "dkr-ecr" | "dkr-ecr-fips", region, "on", ..] = labels[..]
    {
        return Some(private(account, region, path));
    }
    let has_host = *has_scheme || host.contains(':') && !path.is_empty();
    has_host.then(|| {
        Error::usage("this is in another registry, but only ECR Public is supported").hint(format!(
            "look for it at https://gallery.ecr.aws, and name it as `{REGISTRY}/ALIAS/NAME`"
        ))
    })
}

/// The refusal of an image or a page of Docker Hub, such as `library/nginx:1.27` or `r/grafana/grafana`.
fn docker_hub(path: &str) -> Error {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let (path, image) = split_image(path);
    let parts: Vec<_> = path.split('/').filter(|part| !part.is_empty()).collect();
    let name = match parts[..] {
        [] => String::new(),
        [name] | ["_" | "library", name, ..] => format!("docker/library/{name}"),
        ["r", namespace, name, ..] | [namespace, name, ..] => format!("{namespace}/{name}"),
    };
    let reference = format!("{REGISTRY}/{name}{image}");
    let reference = match reference.parse::<Reference>() {
        Ok(_) => reference,
        Err(_) => format!("{REGISTRY}/ALIAS/NAME"),
    };
    Error::usage("this is on Docker Hub, but only ECR Public is supported").hint(format!(
        "if ECR Public has it too, it may be `{reference}`: see https://gallery.ecr.aws"
    ))
}

/// The refusal of an image in a private registry of Amazon ECR.
fn private(account: &str, region: &str, path: &str) -> Error {
    let (name, _) = split_image(path.trim_end_matches('/'));
    let [name, account, region] = [name, account, region].map(quoted);
    Error::usage("this is in a private registry of Amazon ECR, but only ECR Public is supported").hint(
        format!(
            "list it with `aws ecr describe-images --repository-name {name} --registry-id {account} --region {region}`"
        ),
    )
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
            "public.ecr.aws/docker/library/nginx//",
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

    /// Texts that are no reference, and what their refusals say.
    const REFUSED: &str = "\
Web => lower-case letters
public.ecr.aws => `public.ecr.aws/ALIAS/NAME`
https://gallery.ecr.aws/?searchTerm=x => `public.ecr.aws/ALIAS/NAME`
public.ecr.aws/nginx => `public.ecr.aws/docker/library/nginx`
public.ecr.aws/eks-distro/ => `ecrpub repos public.ecr.aws/ALIAS`
public.ecr.aws/Docker/library/nginx => alias
public.ecr.aws//ab//web => alias
public.ecr.aws/ab/web:1.0:x => a tag has
public.ecr.aws/ab/web: => a tag has
public.ecr.aws/ab/web@ => a digest is
public.ecr.aws/ab/web@sha256:12 => a digest is
public.ecr.aws/ab/web:sha256:0123456789ab => after `@`
team/*:1.0 => select images with `--tag`
public.ecr.aws/ab/web-?@0123456789ab => select images with
public.ecr.aws/a*/web => 'public.ecr.aws/ALIAS/*'
team/[A-Z]* => a pattern has
arn:aws:ecr-public::1234:repository/web => 12 digits
arn:aws:ecr-public::123456789012:registry/web => ::ACCOUNT:repository/NAME
arn:aws:ecr:eu-west-1:123456789012:repository/web => ::ACCOUNT:repository/NAME
docker.io/nginx:1.27 => `public.ecr.aws/docker/library/nginx:1.27`
docker://Docker.io/library/nginx => `public.ecr.aws/docker/library/nginx`
https://hub.docker.com/_/nginx/tags?page=2 => `public.ecr.aws/docker/library/nginx`
https://hub.docker.com/r/grafana/grafana => `public.ecr.aws/grafana/grafana`
hub.docker.com => `public.ecr.aws/ALIAS/NAME`
https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/web:1.0 => aws ecr describe-images --repository-name team/web --registry-id 123456789012 --region eu-west-1`
123456789012.dkr-ecr.eu-west-1.on.aws/team/web/ => aws ecr describe-images --repository-name team/web --registry-id 123456789012 --region eu-west-1`
oci://ghcr.io/owner/name => another registry
localhost:5000/name => another registry
https://public.ecr.aws.example.com/a/b => another registry
docker pull public.ecr.aws/ab/web:1.0 => try `public.ecr.aws/ab/web:1.0`
[web](https://gallery.ecr.aws/ab/web) => try `gallery.ecr.aws/ab/web`
'web' => lower-case letters";

    #[test]
    fn other_texts_are_refused_with_what_to_type() {
        let cases = REFUSED.lines().filter_map(|case| case.split_once(" => "));
        let odd = [
            ("", "2 to 205"),
            (" public.ecr.aws/ab/web\n", "try `public.ecr.aws/ab/web`"),
        ];
        for (text, answer) in cases.chain(odd) {
            let error = text.parse::<Reference>().expect_err(text);
            let told = format!("{error} {}", error.hints().join(" "));
            assert!(told.contains(answer), "{text}: {told}");
        }
    }

    #[test]
    fn an_image_of_an_own_repository_is_selected_by_an_option() {
        for (text, public) in [
            ("web:1.0", None),
            ("nginx:1.0", Some("docker/library/nginx:1.0")),
            ("team/web:1.0", Some("team/web:1.0")),
        ] {
            let reference: Reference = text.parse().expect("a reference");
            let error = reference.resolve(false).expect_err(text);
            let public = public.map(|path| format!("if it is public, try `public.ecr.aws/{path}`"));
            let own = "select the image of your own repository with `--tag 1.0`".to_owned();
            let hints: Vec<_> = public.into_iter().chain([own]).collect();
            assert_eq!(error.hints(), hints, "{text}");
        }
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

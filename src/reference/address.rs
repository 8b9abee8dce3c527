//! The hosts of ECR Public, how a pasted address splits into its host and its path, and what to type
//! instead of an address of another registry.

use super::Reference;
use super::parse::split_image;
use crate::error::Error;
use crate::shell::quoted;

/// The host of the registry in references.
pub(super) const REGISTRY: &str = "public.ecr.aws";

/// The host of the registry that also supports IPv6.
/// <https://docs.aws.amazon.com/AmazonECR/latest/public/public-ecr-requests.html>
pub(crate) const DUAL_STACK: &str = "ecr-public.aws.com";

/// The hosts of the registry in references.
pub(crate) const REGISTRIES: [&str; 2] = [REGISTRY, DUAL_STACK];

/// The hosts of the gallery's pages.
pub(super) const GALLERY: [&str; 2] = ["gallery.ecr.aws", "www.gallery.ecr.aws"];

const DOCKER_HUB: [&str; 4] = [
    "docker.io",
    "hub.docker.com",
    "index.docker.io",
    "registry-1.docker.io",
];

/// An address with or without a scheme. The first part of one without a scheme may not be a host.
pub(super) struct Address<'a> {
    pub(super) has_scheme: bool,
    /// The host in lower case, without port 443.
    pub(super) host: String,
    /// The text after the host.
    pub(super) path: &'a str,
}

impl<'a> Address<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let rest = text.split_once("://").map(|(_, rest)| rest);
        let (host, path) = rest
            .unwrap_or(text)
            .split_once('/')
            .unwrap_or((rest.unwrap_or(text), ""));
        let host = host.strip_suffix(":443").unwrap_or(host);
        Self {
            has_scheme: rest.is_some(),
            host: host.to_ascii_lowercase(),
            path,
        }
    }

    /// The host of the registry in this address; the usual one for a page of the gallery.
    pub(super) fn registry(&self) -> &'static str {
        let mut hosts = REGISTRIES.into_iter();
        hosts.find(|host| *host == self.host).unwrap_or(REGISTRY)
    }

    /// The path on a host of ECR Public, without a slash at its end and a query of a gallery page.
    pub(super) fn public_path(&self) -> Option<&'a str> {
        let host = self.host.as_str();
        let path = if GALLERY.contains(&host) {
            self.path.split(['?', '#']).next().unwrap_or_default()
        } else if REGISTRIES.contains(&host) {
            self.path
        } else {
            return None;
        };
        Some(path.trim_end_matches('/'))
    }
}

/// The address of ECR Public inside `text`, such as a command line.
pub(super) fn embedded(text: &str) -> Option<&str> {
    let lower = text.to_ascii_lowercase();
    let hosts = GALLERY.iter().rev().chain(&REGISTRIES);
    let start = hosts
        .filter_map(|host| lower.find(&format!("{host}/")))
        .min()?;
    let found = &text[start..];
    let end = found.find(|c: char| c.is_whitespace() || "\"'`<>()[]{},;|\\".contains(c));
    Some(&found[..end.unwrap_or(found.len())])
}

/// The refusal of an address with a host of another registry.
pub(super) fn refused_elsewhere(address: &Address<'_>) -> Option<Error> {
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

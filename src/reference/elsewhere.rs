//! Addresses of other registries, each refused with what to type instead.

use super::Reference;
use super::address::{Address, REGISTRY};
use super::parse::split_image;
use crate::error::Error;
use crate::shell::quoted;

const DOCKER_HUB: [&str; 4] = [
    "docker.io",
    "hub.docker.com",
    "index.docker.io",
    "registry-1.docker.io",
];

/// The refusal of an address with a host of another registry.
pub(super) fn refused(address: &Address<'_>) -> Option<Error> {
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

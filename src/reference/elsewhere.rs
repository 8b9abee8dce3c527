//! Addresses outside ECR Public: Docker Hub, private registries of ECR, consoles of AWS and other
//! registries. Each is refused with the command to type instead.

use super::address::{Address, split_image, without_query};
use super::hosts::REGISTRIES;
use super::official::official;
use super::{PublicRepository, Refused, RegistryId};
use crate::shell::quoted;

const DOCKER_HUB: [&str; 7] = [
    "docker.com",
    "docker.io",
    "hub.docker.com",
    "index.docker.io",
    "registry-1.docker.io",
    "registry.hub.docker.com",
    "www.docker.com",
];
/// Names that count as hosts, although one of the caller's own repositories might begin with them.
const OTHERS: [&str; 20] = [
    "cgr.dev",
    "container-registry.oracle.com",
    "docker.elastic.co",
    "gcr.io",
    "ghcr.io",
    "icr.io",
    "k8s.gcr.io",
    "localhost",
    "lscr.io",
    "mcr.microsoft.com",
    "nvcr.io",
    "quay.io",
    "registry.access.redhat.com",
    "registry.connect.redhat.com",
    "registry.digitalocean.com",
    "registry.gitlab.com",
    "registry.k8s.io",
    "registry.redhat.io",
    "registry.suse.com",
    "xpkg.upbound.io",
];
/// Domains whose subdomains count as hosts, too.
const DOMAINS: [&str; 12] = [
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".aws.amazon.com",
    ".azurecr.io",
    ".docker.io",
    ".gcr.io",
    ".jfrog.io",
    ".ocir.io",
    ".on.aws",
    ".pkg.dev",
    ".quay.io",
    ".redhat.io",
];

/// Whether `host`, in lower case and before `path`, is a known host of another registry.
pub(super) fn is_known(host: &str, path: &str) -> bool {
    let is_other = || OTHERS.contains(&host) || DOMAINS.iter().any(|domain| host.ends_with(domain));
    DOCKER_HUB.contains(&host)
        || PrivateRegistry::of_host(host).is_some()
        || !path.is_empty() && (is_other() || is_lookalike(host))
}

/// The refusal of `address` on `host`, and what to type instead.
pub(super) fn refused(host: &str, address: &Address<'_>) -> Refused {
    let path = address.path;
    let name = split_image(host).0;
    let is_name = !name.contains('.') && (path.is_empty() || name == host);
    if address.scheme.as_deref() == Some("docker") && is_name {
        return docker_hub(address.rest);
    }
    if DOCKER_HUB.contains(&host) {
        return docker_hub(path);
    }
    if let Some(registry) = PrivateRegistry::of_host(host) {
        return registry.refused(path);
    }
    if host.ends_with("console.aws.amazon.com") {
        return console(host, path);
    }
    let path = without_query(path);
    let refused = Refused::new("this is in another registry, but only ECR Public is supported");
    if is_lookalike(host) && PublicRepository::at(split_image(path).0).is_ok() {
        return refused.instead("try", format!("{}/{path}", REGISTRIES[0]));
    }
    let name = split_image(path).0.rsplit('/').next().unwrap_or_default();
    other(refused, name)
}

/// The repository of the ARN `arn:aws:ecr:REGION:ACCOUNT:repository/NAME`.
pub(super) fn private_arn(region: &str, account: &str, path: &str) -> Refused {
    let registry = PrivateRegistry {
        account: account.parse().ok(),
        region: (!region.is_empty()).then(|| region.to_owned()),
    };
    registry.refused(path)
}

/// Whether people confuse `host` with the public registry's: `ecr.aws`, `public.ecr.com`, the API's.
fn is_lookalike(host: &str) -> bool {
    host.contains('.')
        && !host.contains(".dkr")
        && host.split(['.', '-']).any(|word| word == "ecr")
        && host
            .split(['.', '-'])
            .any(|word| ["aws", "amazonaws", "com", "public"].contains(&word))
}

/// `refused`, with a hint where to look for a public image called `name`.
fn other(refused: Refused, name: &str) -> Refused {
    let registry = REGISTRIES[0];
    if name.parse::<super::RepositoryName>().is_err() {
        return refused.hint(format!("name it as `{registry}/ALIAS/NAME`"));
    }
    refused.hint(format!(
        "if ECR Public has it too, name it as `{registry}/ALIAS/{name}`; look for it at https://gallery.ecr.aws/?searchTerm={name}"
    ))
}

fn docker_hub(path: &str) -> Refused {
    let refused = Refused::new("this is on Docker Hub, but only ECR Public is supported");
    let (path, image) = split_image(without_query(path));
    let parts: Vec<_> = path.split('/').filter(|part| !part.is_empty()).collect();
    // Pages of the site, of its API and of the registry's API, before plain names.
    let parts = match parts.as_slice() {
        ["v2", "repositories", rest @ ..]
        | ["repository", "docker", rest @ ..]
        | ["r" | "layers" | "v2", rest @ ..] => rest,
        parts => parts,
    };
    let (namespace, name) = match parts {
        ["_", name, ..] | [name] => ("library", *name),
        [namespace, name, ..] => (*namespace, *name),
        [] => return other(refused, ""),
    };
    if name.parse::<super::RepositoryName>().is_err() {
        return other(refused, "");
    }
    if namespace == "library" {
        return refused.instead(
            "ECR Public has the official images too:",
            official(&format!("{name}{image}")),
        );
    }
    let guess = format!("{}/{namespace}/{name}", REGISTRIES[0]);
    let refused = match PublicRepository::at(&format!("{namespace}/{name}")) {
        Ok(_) => refused.instead(
            "many publishers have the same name on ECR Public: try",
            format!("{guess}{image}"),
        ),
        Err(_) => refused,
    };
    refused.hint(format!(
        "look for it at https://gallery.ecr.aws/?searchTerm={name}"
    ))
}

/// A private registry of Amazon ECR, with the parts that are known.
struct PrivateRegistry {
    account: Option<RegistryId>,
    region: Option<String>,
}

impl PrivateRegistry {
    /// The registry at `ACCOUNT.dkr.ecr.REGION.amazonaws.com` or `ACCOUNT.dkr-ecr.REGION.on.aws`.
    fn of_host(host: &str) -> Option<Self> {
        let labels: Vec<_> = host.split('.').collect();
        let ([account, "dkr", "ecr" | "ecr-fips", region, ..]
        | [account, "dkr-ecr" | "dkr-ecr-fips", region, ..]) = labels[..]
        else {
            return None;
        };
        Some(Self {
            account: account.parse().ok(),
            region: Some(region.to_owned()),
        })
    }

    /// The refusal that names the command for the image at `path`.
    fn refused(&self, path: &str) -> Refused {
        let (name, image) = split_image(without_query(path).trim_end_matches('/'));
        let id = match (image.split_once('@'), image.strip_prefix(':')) {
            (Some((_, digest)), _) => Some(format!("imageDigest={digest}")),
            (None, Some(tag)) => Some(format!("imageTag={tag}")),
            (None, None) => None,
        };
        let name = if name.is_empty() { "NAME" } else { name };
        let options = [
            ("--repository-name", Some(name)),
            (
                "--registry-id",
                self.account.as_ref().map(RegistryId::as_str),
            ),
            ("--region", self.region.as_deref()),
            ("--image-ids", id.as_deref()),
        ];
        let options = options
            .iter()
            .filter_map(|(option, value)| Some(format!(" {option} {}", quoted(value.as_ref()?))));
        let command = format!("aws ecr describe-images{}", options.collect::<String>());
        Refused::new(
            "this is in a private registry of Amazon ECR, but only ECR Public is supported",
        )
        .hint(format!("list it with `{command}`"))
    }
}

/// A page of the AWS console: `/ecr/repositories/private/ACCOUNT/NAME` or `…/public/…`.
fn console(host: &str, path: &str) -> Refused {
    let (page, query) = path.split_once('?').unwrap_or((path, ""));
    let parts: Vec<_> = page.splitn(5, '/').collect();
    match parts[..] {
        ["ecr", "repositories", "private", account, name] => {
            let of_query = query
                .split(['&', '#'])
                .find_map(|pair| pair.strip_prefix("region="));
            let of_host = host.strip_suffix(".console.aws.amazon.com");
            private_arn(of_query.or(of_host).unwrap_or_default(), account, name)
        }
        ["ecr", "repositories", "public", account, name] => {
            Refused::new("this is a page of the AWS console").instead(
                "of your own registry, try",
                format!("arn:aws:ecr-public::{account}:repository/{name}"),
            )
        }
        _ => Refused::new("this is a page of the AWS console")
            .hint("name a repository of your own registry as `NAME`"),
    }
}

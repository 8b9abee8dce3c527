//! The hosts of ECR Public, and how a pasted address splits into its host and its path.

/// The host of the registry in references.
pub(super) const REGISTRY: &str = "public.ecr.aws";

/// The host of the registry that also supports IPv6.
/// <https://docs.aws.amazon.com/AmazonECR/latest/public/public-ecr-requests.html>
pub(crate) const DUAL_STACK: &str = "ecr-public.aws.com";

/// The hosts of the registry in references.
pub(crate) const REGISTRIES: [&str; 2] = [REGISTRY, DUAL_STACK];

/// The hosts of the gallery's pages.
pub(super) const GALLERY: [&str; 2] = ["gallery.ecr.aws", "www.gallery.ecr.aws"];

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

//! Splits a pasted address into its parts: scheme, host, path, and the tag or digest.

/// A text that names a repository: a host, if it has one, and the rest.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Address<'a> {
    /// The scheme in lower case, such as `https`.
    pub(super) scheme: Option<String>,
    /// The host in lower case, without the port of its scheme.
    pub(super) host: String,
    /// The text after the host.
    pub(super) path: &'a str,
    /// The text without its scheme.
    pub(super) rest: &'a str,
}

impl<'a> Address<'a> {
    /// Splits `text`. Without a scheme, the first part may not be a host.
    pub(super) fn of(text: &'a str) -> Self {
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) if is_scheme(scheme) => (Some(scheme.to_ascii_lowercase()), rest),
            _ => (None, text),
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (host, path) = rest.split_at(end);
        Self {
            host: without_port(&host.to_ascii_lowercase(), scheme.as_deref()),
            scheme,
            path: path.strip_prefix('/').unwrap_or(path),
            rest,
        }
    }

    /// Whether the host has only characters of hosts and ports.
    pub(super) fn has_valid_host(&self) -> bool {
        let is_valid = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:".contains(&byte);
        self.host.bytes().all(is_valid)
    }

    /// Whether it may come from a browser, with a query and a fragment.
    pub(super) fn is_web_page(&self) -> bool {
        matches!(self.scheme.as_deref(), Some("http" | "https"))
    }
}

/// `path` without the query and the fragment.
pub(super) fn without_query(path: &str) -> &str {
    path.split(['?', '#']).next().unwrap_or_default()
}

/// `path`, split before `:tag` or `@digest`.
pub(super) fn split_image(path: &str) -> (&str, &str) {
    path.split_at(path.find([':', '@']).unwrap_or(path.len()))
}

fn is_scheme(text: &str) -> bool {
    let is_inside = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    text.starts_with(|first: char| first.is_ascii_alphabetic()) && text.bytes().all(is_inside)
}

fn without_port(host: &str, scheme: Option<&str>) -> String {
    let port = if scheme == Some("http") {
        ":80"
    } else {
        ":443"
    };
    let host = host
        .strip_suffix(port)
        .or(host.strip_suffix(":443"))
        .unwrap_or(host);
    host.strip_suffix('.').unwrap_or(host).to_owned()
}

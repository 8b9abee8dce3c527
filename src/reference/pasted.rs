//! Finds references in pasted text: in quotes, in a command line, in capitals, with a slip in the
//! tag.

use super::address::split_image;
use super::{Digest, Reference, Refused, TagName};

/// Hosts whose addresses are found within any text.
const HOSTS: [&str; 4] = [
    "public.ecr.aws/",
    "ecr-public.aws.com/",
    "www.gallery.ecr.aws/",
    "gallery.ecr.aws/",
];
/// Words before a command.
const BEFORE: [&str; 6] = ["$", "#", "%", ">", "sudo", "RUN"];
/// Words that begin a command line or a line of a file with an image in it.
const TOOLS: [&str; 33] = [
    "apptainer",
    "buildah",
    "cosign",
    "crane",
    "crictl",
    "ctr",
    "curl",
    "dive",
    "docker",
    "finch",
    "from",
    "gcrane",
    "grype",
    "helm",
    "http",
    "image:",
    "container:",
    "k3s",
    "kubectl",
    "nerdctl",
    "notation",
    "oras",
    "podman",
    "regctl",
    "singularity",
    "skopeo",
    "syft",
    "trivy",
    "wget",
    "img",
    "kaniko",
    "lima",
    "ecrpub",
];
/// Their subcommands.
const VERBS: [&str; 34] = [
    "attestation",
    "buildx",
    "catalog",
    "chart",
    "config",
    "copy",
    "create",
    "cves",
    "digest",
    "discover",
    "export",
    "get",
    "history",
    "image",
    "images",
    "imagetools",
    "inspect",
    "install",
    "list",
    "list-tags",
    "ls",
    "manifest",
    "pull",
    "push",
    "repo",
    "rmi",
    "run",
    "save",
    "scout",
    "show",
    "tag",
    "tags",
    "verify",
    "template",
];
/// Words of these that are not names of repositories.
const COMMANDS: [&str; 7] = [
    "inspect",
    "install",
    "list-tags",
    "pull",
    "push",
    "rmi",
    "run",
];
/// Options of these tools whose value is the next word.
const WITH_VALUE: [&str; 9] = [
    "--platform",
    "--name",
    "--entrypoint",
    "--network",
    "--version",
    "-e",
    "-p",
    "-v",
    "-n",
];

/// `refused`, the refusal of `text`, with what to type instead if `text` contains it.
pub(super) fn mended(text: &str, refused: Refused) -> Refused {
    if !refused.hints().is_empty() {
        return refused;
    }
    let words: Vec<_> = text.split_whitespace().collect();
    let image = image_of_command(&words).filter(|_| words.len() > 1);
    if let (None, Some(several)) = (image, several(text)) {
        return Refused::new("this is more than one name")
            .hint(format!("separate the names with spaces: `{several}`"));
    }
    let (inner, reason) = match image {
        Some(image) => (clean(image), "this is a command line, not a repository"),
        None => (clean(text), "this is more than the name of a repository"),
    };
    let reason = if inner == text {
        refused.reason().to_owned()
    } else {
        reason.to_owned()
    };
    let one_image = with_one_image(inner);
    let lower = in_lower_case(inner);
    let both = one_image.as_deref().and_then(in_lower_case);
    let one_slash = with_single_slashes(inner);
    let candidates = [Some(inner.to_owned()), one_image, lower, both, one_slash];
    for candidate in candidates.into_iter().flatten() {
        match Reference::read(&candidate) {
            Ok(reference) => return Refused::new(reason).hinting(reference.hints(&candidate)),
            Err(refused) if !refused.hints().is_empty() => return refused,
            Err(_) => {}
        }
    }
    refused
}

/// The image in `words`, a command line of another tool.
pub(crate) fn image_of_command<'a>(words: &[&'a str]) -> Option<&'a str> {
    let start = words.iter().position(|word| !BEFORE.contains(word))?;
    let (tool, rest) = words[start..].split_first()?;
    let tool = tool.rsplit('/').next().unwrap_or(tool).to_ascii_lowercase();
    if !TOOLS.contains(&tool.as_str()) {
        return None;
    }
    if let Some(word) = rest.iter().find_map(|word| embedded(word)) {
        return Some(word);
    }
    let mut rest = rest.iter();
    while let Some(word) = rest.next() {
        if WITH_VALUE.contains(word) {
            rest.next();
        } else if !word.starts_with('-') && !VERBS.contains(word) {
            return Some(word);
        }
    }
    None
}

/// Whether `text` contains an address of ECR Public.
pub(crate) fn is_address(text: &str) -> bool {
    embedded(text).is_some()
}

/// The image in `references`, if they are the words of a command line.
pub(crate) fn image_of_words(references: &[Reference]) -> Option<String> {
    let words: Vec<_> = references.iter().map(ToString::to_string).collect();
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let (command, rest) = (words.get(1)?, words.get(2..)?);
    let is_public = |word: &&str| embedded(word).is_some();
    let is_command = COMMANDS.contains(command) && !rest.is_empty();
    let is_about_public = VERBS.contains(command) && rest.iter().any(is_public);
    let image = image_of_command(&words).filter(|_| is_command || is_about_public)?;
    Some(image.to_owned())
}

/// `text` without the quotes, brackets and words around a reference.
fn clean(text: &str) -> &str {
    let is_around = |c: char| {
        c.is_whitespace() || c.is_control() || "\"'`<>(){},;“”‘’«»\u{200b}\u{feff}".contains(c)
    };
    embedded(text).unwrap_or_else(|| {
        let text = text.trim_matches(is_around);
        let text = text.trim_start_matches("./").trim_start_matches('/');
        text.trim_end_matches('.')
    })
}

/// The address of ECR Public inside `text`.
fn embedded(text: &str) -> Option<&str> {
    let lower = text.to_ascii_lowercase();
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    let start = HOSTS.iter().find_map(|host| {
        let start = lower.find(host)?;
        let before = lower[..start].bytes().next_back();
        (!before.is_some_and(is_host)).then_some(start)
    })?;
    let found = &text[start..];
    let end = found.find(|c: char| c.is_whitespace() || "\"'`<>()[]{},;|\\”’»".contains(c));
    let found = &found[..end.unwrap_or(found.len())];
    Some(found.trim_end_matches('.'))
}

/// `text` with one tag of two, with `@` before a digest, with `:` before a tag.
fn with_one_image(text: &str) -> Option<String> {
    let start = text.rfind('/').map_or(0, |slash| slash + 1);
    let (name, image) = split_image(&text[start..]);
    let path = &text[..start + name.len()];
    let id = image.get(1..)?;
    if id.parse::<Digest>().is_ok() && id.contains(':') {
        return Some(format!("{path}@{id}"));
    }
    let first = id.split([':', '@']).next().unwrap_or_default();
    if Digest::is_algorithm(first) {
        return None;
    }
    let is_tag = first.parse::<TagName>().is_ok();
    Some(if is_tag {
        format!("{path}:{first}")
    } else {
        path.to_owned()
    })
}

/// `text` with `/` in place of `//`, except after its scheme.
fn with_single_slashes(text: &str) -> Option<String> {
    let start = text.find("://").map_or(0, |colon| colon + 3);
    let parts = text[start..].split('/').filter(|part| !part.is_empty());
    let single = format!("{}{}", &text[..start], parts.collect::<Vec<_>>().join("/"));
    (single != text).then_some(single)
}

/// The repositories in `text`, if commas or blanks separate several.
fn several(text: &str) -> Option<String> {
    let words: Vec<_> = text
        .split([',', ';', ' '])
        .filter(|word| !word.is_empty())
        .collect();
    let are_references = words.iter().all(|word| Reference::read(word).is_ok());
    (words.len() > 1 && are_references).then(|| words.join(" "))
}

/// `text` in lower case, except for its tag, if that makes a difference.
fn in_lower_case(text: &str) -> Option<String> {
    let start = text.rfind('/').map_or(0, |slash| slash + 1);
    let (name, image) = split_image(&text[start..]);
    let lower = format!(
        "{}{}{image}",
        text[..start].to_lowercase(),
        name.to_lowercase()
    );
    (lower != text).then_some(lower)
}

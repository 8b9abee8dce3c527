//! Repositories for tests, from one line per image.

use super::super::{Graph, Node, ParsedManifest, Question};
use crate::reference::Digest;

pub(super) const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const SCHEMA_1: &str = "application/vnd.docker.distribution.manifest.v1+prettyjws";
pub(super) const IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";

/// An image and its manifest.
#[derive(Clone, Debug, Default)]
pub(super) struct Spec {
    pub(super) name: String,
    pub(super) digest: String,
    pub(super) tags: Vec<String>,
    pub(super) media_type: Option<&'static str>,
    /// The name, platform and annotation of each entry, for an index.
    pub(super) children: Option<Vec<(String, Option<String>, bool)>>,
    pub(super) subject: Option<String>,
    pub(super) layer_type: Option<String>,
}

/// The digest of the image that tests call `name`.
pub(super) fn digest(name: &str) -> String {
    let digits: Vec<_> = name.bytes().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{:0<64}", digits.concat())
}

pub(super) fn digest_tag(name: &str, suffix: &str) -> String {
    format!("{}{suffix}", digest(name).replace(':', "-"))
}

/// The name of the image with this digest.
pub(super) fn name(digest: &str) -> String {
    let digits = digest.trim_start_matches("sha256:").as_bytes().chunks(2);
    let bytes = digits.map(|pair| {
        let pair = std::str::from_utf8(pair).expect("hexadecimal digits");
        u8::from_str_radix(pair, 16).expect("hexadecimal digits")
    });
    let bytes: Vec<_> = bytes.take_while(|byte| *byte != 0).collect();
    String::from_utf8(bytes).expect("the digest of a name")
}

pub(super) fn names(digests: impl IntoIterator<Item: AsRef<str>>) -> Vec<String> {
    digests
        .into_iter()
        .map(|digest| name(digest.as_ref()))
        .collect()
}

impl Spec {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            digest: digest(name),
            media_type: Some(IMAGE),
            ..Self::default()
        }
    }

    /// The image that `line` describes: its name, then
    ///
    /// - `#TAG`, or `#~NAME.SUFFIX` for a digest tag;
    /// - `=NAME,…` for an index, with `:PLATFORM` after a name, or `!` for an attestation;
    /// - `>NAME` for its subject;
    /// - `*TYPE` for the media type of a layer;
    /// - `?` for a row without a media type, `^` for one of Docker's schema 1.
    pub(super) fn read(line: &str) -> Self {
        let mut words = line.split_whitespace();
        let mut spec = Self::new(words.next().expect("a name"));
        for word in words {
            let (sign, rest) = word.split_at(1);
            match sign {
                "#" => spec.tags.push(match rest.strip_prefix('~') {
                    None => rest.to_owned(),
                    Some(tag) => {
                        let (name, suffix) = tag.split_once('.').expect("a suffix");
                        digest_tag(name, &format!(".{suffix}"))
                    }
                }),
                "=" => {
                    spec.media_type = Some(INDEX);
                    let entries = rest.split(',').filter(|entry| !entry.is_empty());
                    spec.children = Some(entries.map(entry).collect());
                }
                ">" => spec.subject = Some(rest.to_owned()),
                "*" => spec.layer_type = Some(rest.to_owned()),
                "?" => spec.media_type = None,
                "^" => spec.media_type = Some(SCHEMA_1),
                _ => panic!("{word}"),
            }
        }
        spec
    }

    pub(super) fn node(&self) -> Node<'_> {
        Node {
            digest: &self.digest,
            tags: &self.tags,
            media_type: self.media_type,
            config_type: None,
        }
    }

    /// The content of the manifest.
    pub(super) fn content(&self) -> String {
        let mut fields = Vec::new();
        if let Some(subject) = &self.subject {
            fields.push(format!(r#""subject":{{"digest":"{}"}}"#, digest(subject)));
        }
        if let Some(children) = &self.children {
            let entries: Vec<_> = children.iter().map(entry_content).collect();
            fields.push(format!(r#""manifests":[{}]"#, entries.join(",")));
        } else {
            fields.push(
                r#""config":{"mediaType":"application/vnd.oci.image.config.v1+json"}"#.to_owned(),
            );
            let layer = self.layer_type.as_deref().unwrap_or("layer");
            fields.push(format!(r#""layers":[{{"mediaType":"{layer}"}}]"#));
        }
        format!("{{{}}}", fields.join(","))
    }
}

fn entry(text: &str) -> (String, Option<String>, bool) {
    if let Some(name) = text.strip_suffix('!') {
        return (name.to_owned(), Some("unknown/unknown".to_owned()), true);
    }
    match text.split_once(':') {
        Some((name, platform)) => (name.to_owned(), Some(platform.to_owned()), false),
        None => (text.to_owned(), None, false),
    }
}

fn entry_content((name, platform, is_attestation): &(String, Option<String>, bool)) -> String {
    let digest = digest(name);
    let platform = platform.as_ref().map(|platform| {
        let (os, architecture) = platform.split_once('/').expect("a platform");
        format!(r#","platform":{{"os":"{os}","architecture":"{architecture}"}}"#)
    });
    let annotation = r#","annotations":{"vnd.docker.reference.type":"attestation-manifest"}"#;
    format!(
        r#"{{"digest":"{digest}"{}{}}}"#,
        platform.unwrap_or_default(),
        if *is_attestation { annotation } else { "" }
    )
}

pub(super) fn parse(content: &str) -> ParsedManifest {
    ParsedManifest::parse(content.as_bytes()).expect("a manifest")
}

/// The graph of the listing `specs`.
pub(super) fn graph(specs: &[Spec]) -> Graph {
    Graph::new(specs.iter().map(Spec::node)).expect("valid digests")
}

/// Adds the manifests that the question needs, and returns the names of their images in steps.
pub(super) fn read(graph: &mut Graph, specs: &[Spec], question: Question<'_>) -> Vec<Vec<String>> {
    let mut steps = Vec::new();
    loop {
        let step = graph.unread(question);
        if step.is_empty() {
            return steps;
        }
        for digest in &step {
            let spec = specs.iter().find(|spec| spec.digest == digest.as_str());
            graph.add(digest, spec.map(|spec| parse(&spec.content())));
        }
        steps.push(names(step.iter().map(Digest::as_str)));
    }
}

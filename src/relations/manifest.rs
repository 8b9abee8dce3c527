//! Reads from a manifest what relates it to other images: its children, subject and media types.
//!
//! Publishers write manifests, and may leave out, repeat or misuse any field. Whatever is of an
//! unexpected type counts as absent, except where an image could be missed: that is a [`Fault`], and
//! nothing that depends on all relations may be answered then.

use std::collections::HashSet;
use std::fmt;

use serde::de::SeqAccess;
use serde::{Deserialize, Deserializer};

use super::lenient::{Given, Object, Shape};
use crate::reference::Digest;

/// The platform that builders give to the attestations in an index.
const NO_PLATFORM: &str = "unknown/unknown";
const ATTESTATION: &str = "attestation-manifest";

/// The relations of a manifest: an index or manifest list, an image's manifest, or an artifact's.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ParsedManifest {
    /// The entries of an index in its order, without those that are `null`. Absent if the manifest has
    /// no `manifests`; an index without entries has `[]` or `null`.
    pub(crate) children: Option<Vec<Child>>,
    /// The image that the manifest refers to.
    pub(crate) subject: Option<Digest>,
    pub(crate) artifact_type: Option<String>,
    /// The media type of the configuration.
    pub(crate) config_type: Option<String>,
    /// The media types of layers, or of an artifact's blobs, each once.
    pub(crate) layer_types: Vec<String>,
    /// Why the relations are incomplete.
    pub(crate) fault: Option<Fault>,
}

/// An entry of an index.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Child {
    /// Absent if it is invalid, which is a [`Fault`] of the index.
    pub(crate) digest: Option<Digest>,
    pub(crate) media_type: Option<String>,
    /// Such as `linux/arm64/v8`. Attestations have none.
    pub(crate) platform: Option<String>,
    /// Whether the entry is annotated as the attestation of another entry.
    pub(crate) is_attestation: bool,
}

/// Why the relations of a manifest are incomplete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The entry at this position, counted from 1, has no valid SHA-256 digest.
    Child(usize),
    /// The subject has no valid SHA-256 digest.
    Subject,
    /// The listing shows an index, but the manifest has no `manifests`.
    NotIndex,
}

/// The content is no JSON object, or its `manifests` is no list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;

impl ParsedManifest {
    /// Reads the content of a manifest, in time and memory that grow linearly with its size.
    ///
    /// # Errors
    ///
    /// If it is not a JSON object, a key appears twice, or `manifests` is not a list.
    pub(crate) fn parse(content: &[u8]) -> Result<Self, Unreadable> {
        let document: Given<Object<Document>> =
            serde_json::from_slice(content).map_err(|_| Unreadable)?;
        let Object(document) = document.value().ok_or(Unreadable)?;
        let (subject, subject_fault) = match subject(document.subject) {
            Ok(subject) => (subject, None),
            Err(fault) => (None, Some(fault)),
        };
        let index = match document.manifests {
            None => None,
            Some(Given::Absent) => Some(Entries::default()),
            Some(Given::Value(entries)) => Some(entries),
            Some(Given::Odd) => return Err(Unreadable),
        };
        let child_fault = index.as_ref().and_then(|entries| entries.fault);
        let layers = [document.layers, document.blobs].map(Given::value);
        let mut layer_types: Vec<_> = (layers.into_iter().flatten())
            .flat_map(|LayerTypes(types)| types)
            .collect();
        retain_first(&mut layer_types);
        Ok(Self {
            children: index.map(|entries| entries.children),
            artifact_type: document.artifact_type.value(),
            config_type: (document.config.value())
                .and_then(|Object(config)| config.media_type.value()),
            layer_types,
            fault: child_fault.or(subject_fault),
            subject,
        })
    }

    /// The platforms of an index's own entries, in its order, each once.
    #[cfg(test)]
    fn platforms(&self) -> Vec<&str> {
        let mut seen = HashSet::new();
        let children = self.children.iter().flatten();
        children
            .filter_map(|child| child.platform.as_deref())
            .filter(|platform| seen.insert(*platform))
            .collect()
    }
}

#[derive(Deserialize)]
struct Document {
    /// Absent without the key.
    #[serde(default, deserialize_with = "if_there")]
    manifests: Option<Given<Entries>>,
    #[serde(default)]
    subject: Given<Object<Descriptor>>,
    #[serde(default, rename = "artifactType")]
    artifact_type: Given<String>,
    #[serde(default)]
    config: Given<Object<Descriptor>>,
    #[serde(default)]
    layers: Given<LayerTypes>,
    /// The layers of an artifact's manifest.
    #[serde(default)]
    blobs: Given<LayerTypes>,
}

#[derive(Default, Deserialize)]
struct Descriptor {
    #[serde(default)]
    digest: Given<Digest>,
    #[serde(default, rename = "mediaType")]
    media_type: Given<String>,
    #[serde(default)]
    platform: Given<Object<Platform>>,
    #[serde(default)]
    annotations: Given<Object<Annotations>>,
}

#[derive(Deserialize)]
struct Annotations {
    #[serde(default, rename = "vnd.docker.reference.type")]
    reference_type: Given<String>,
}

#[derive(Default, Deserialize)]
struct Platform {
    #[serde(default)]
    os: Given<String>,
    #[serde(default)]
    architecture: Given<String>,
    #[serde(default)]
    variant: Given<String>,
}

/// The list of an index, read entry by entry: millions of `null` take no memory.
#[derive(Default)]
struct Entries {
    children: Vec<Child>,
    fault: Option<Fault>,
}

/// The media types of a list of descriptors, each once.
struct LayerTypes(Vec<String>);

impl Shape<'_> for Digest {
    fn from_text(text: &str) -> Option<Self> {
        Self::canonical(text)
    }
}

impl<'de> Shape<'de> for Entries {
    fn from_list<A: SeqAccess<'de>>(mut list: A) -> Result<Option<Self>, A::Error> {
        let mut entries = Self::default();
        let mut position = 0;
        while let Some(entry) = list.next_element::<Given<Object<Descriptor>>>()? {
            position += 1;
            let child = match entry {
                // It cannot stand for an image.
                Given::Absent => continue,
                Given::Value(Object(descriptor)) => descriptor.child(),
                Given::Odd => Child::default(),
            };
            if child.digest.is_none() {
                entries.fault.get_or_insert(Fault::Child(position));
            }
            entries.children.push(child);
        }
        Ok(Some(entries))
    }
}

impl<'de> Shape<'de> for LayerTypes {
    fn from_list<A: SeqAccess<'de>>(mut list: A) -> Result<Option<Self>, A::Error> {
        let mut seen = HashSet::new();
        let mut types = Vec::new();
        while let Some(layer) = list.next_element::<Given<Object<Descriptor>>>()? {
            let media_type = layer
                .value()
                .and_then(|Object(layer)| layer.media_type.value());
            if let Some(media_type) = media_type.filter(|text| seen.insert(text.clone())) {
                types.push(media_type);
            }
        }
        Ok(Some(Self(types)))
    }
}

impl Descriptor {
    fn child(self) -> Child {
        let Self {
            digest,
            media_type,
            platform,
            annotations,
        } = self;
        let annotations = annotations.value().map(|Object(annotations)| annotations);
        let reference_type = annotations.and_then(|annotations| annotations.reference_type.value());
        let is_attestation = reference_type.as_deref() == Some(ATTESTATION);
        Child {
            digest: digest.value(),
            media_type: media_type.value(),
            platform: (platform.value())
                .and_then(|Object(platform)| platform.name())
                .filter(|name| name != NO_PLATFORM && !is_attestation),
            is_attestation,
        }
    }
}

impl Platform {
    /// `os/architecture/variant`, as `docker` and `podman` take it. A missing part in front of
    /// another one is `unknown`.
    fn name(self) -> Option<String> {
        let parts = [self.os, self.architecture, self.variant];
        let mut parts = parts.map(|part| part.value().unwrap_or_default());
        let last = parts.iter().rposition(|part| !part.is_empty())?;
        for part in &mut parts[..last] {
            if part.is_empty() {
                "unknown".clone_into(part);
            }
        }
        Some(parts[..=last].join("/"))
    }
}

fn subject(given: Given<Object<Descriptor>>) -> Result<Option<Digest>, Fault> {
    match given {
        Given::Absent => Ok(None),
        Given::Odd => Err(Fault::Subject),
        Given::Value(Object(descriptor)) => {
            let digest = descriptor.digest.value();
            digest.map(Some).ok_or(Fault::Subject)
        }
    }
}

/// Distinguishes `null` from a key that is missing.
fn if_there<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    value: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(value).map(Some)
}

fn retain_first(texts: &mut Vec<String>) {
    let mut seen = HashSet::new();
    texts.retain(|text| seen.insert(text.clone()));
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Child(position) => write!(f, "its entry {position} has no valid digest"),
            Self::Subject => f.write_str("its subject has no valid digest"),
            Self::NotIndex => f.write_str("it is listed as an index, but has no `manifests`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Child, Digest, Fault, ParsedManifest, Unreadable};

    fn digest(number: usize) -> Digest {
        Digest::canonical(&format!("sha256:{number:064x}")).expect("a digest")
    }

    fn parse(content: &str) -> ParsedManifest {
        ParsedManifest::parse(content.as_bytes()).expect("a manifest")
    }

    #[test]
    fn an_index_shows_its_children() {
        let index = format!(
            r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[
            {{"mediaType":"m1","size":1,"digest":"{}","platform":{{"architecture":"arm64","os":"linux","variant":"v8"}}}},
            {{"mediaType":"m2","size":1,"digest":"{}","platform":{{"architecture":"unknown","os":"unknown"}},
              "annotations":{{"vnd.docker.reference.digest":"x","vnd.docker.reference.type":"attestation-manifest"}}}}],
            "subject":{{"mediaType":"m3","digest":"{}","size":3}}}}"#,
            digest(1),
            digest(2),
            digest(3)
        );
        let expected = ParsedManifest {
            children: Some(vec![
                Child {
                    digest: Some(digest(1)),
                    media_type: Some("m1".to_owned()),
                    platform: Some("linux/arm64/v8".to_owned()),
                    is_attestation: false,
                },
                Child {
                    digest: Some(digest(2)),
                    media_type: Some("m2".to_owned()),
                    platform: None,
                    is_attestation: true,
                },
            ]),
            subject: Some(digest(3)),
            ..ParsedManifest::default()
        };
        assert_eq!(parse(&index), expected);
    }

    #[test]
    fn an_image_shows_its_media_types() {
        let image = parse(
            r#"{"artifactType":"a","config":{"mediaType":"c","digest":"no digest"},
            "layers":[{"mediaType":"l1"},null,{"mediaType":"l2"},{},7,{"mediaType":"l1"}],
            "blobs":[{"mediaType":"l2"},{"mediaType":"l3"}],"subject":null}"#,
        );
        let expected = ParsedManifest {
            artifact_type: Some("a".to_owned()),
            config_type: Some("c".to_owned()),
            layer_types: ["l1", "l2", "l3"].map(str::to_owned).into(),
            ..ParsedManifest::default()
        };
        assert_eq!(image, expected);
    }

    #[test]
    fn incomplete_platforms_show_their_known_parts() {
        let index = parse(
            r#"{"manifests":[
            null, {}, {"platform":null}, {"platform":{}}, {"platform":"linux/riscv64"}, 7,
            {"platform":{"os":null,"architecture":"","variant":""}},
            {"platform":{"os":"linux"}},
            {"platform":{"architecture":"arm64"}},
            {"platform":{"os":"","architecture":"arm","variant":"v7"}},
            {"platform":{"os":"linux","architecture":null,"variant":"v8"}},
            {"platform":{"os":"windows","architecture":{"name":"amd64"},"variant":1.5}},
            {"platform":{"os":"unknown","architecture":"unknown"}},
            {"platform":{"os":"linux","architecture":"s390x"},
             "annotations":{"vnd.docker.reference.type":"attestation-manifest"}},
            {"platform":{"os":"linux","architecture":"amd64","variant":null,"os.version":7}},
            {"platform":{"os":"linux","architecture":"amd64"}}
        ]}"#,
        );
        assert_eq!(
            index.platforms(),
            [
                "linux",
                "unknown/arm64",
                "unknown/arm/v7",
                "linux/unknown/v8",
                "windows",
                "linux/amd64"
            ]
        );
    }

    /// An image that is missed could be deleted although something holds it.
    #[test]
    fn what_could_hide_an_image_is_a_fault() {
        let valid = format!(r#"{{"digest":"{}"}}"#, digest(1));
        let short = r#"{"digest":"sha256:0123456789ab"}"#;
        let upper = format!(r#"{{"digest":"sha256:{}"}}"#, "AB".repeat(32));
        let other = format!(r#"{{"digest":"sha512:{}"}}"#, "ab".repeat(64));
        for odd in [
            short,
            &upper,
            &other,
            "{}",
            r#"{"digest":null}"#,
            r#"{"digest":1}"#,
            "7",
            "[]",
            r#""x""#,
        ] {
            let index = parse(&format!(r#"{{"manifests":[null,{valid},{odd},{{}}]}}"#));
            assert_eq!(index.fault, Some(Fault::Child(3)), "{odd}");
            let image = parse(&format!(r#"{{"subject":{odd}}}"#));
            assert_eq!(
                (image.fault, image.subject),
                (Some(Fault::Subject), None),
                "{odd}"
            );
        }
        let index = parse(&format!(
            r#"{{"manifests":[null,{valid},null],"subject":null}}"#
        ));
        assert_eq!(
            (index.fault, index.children.map(|children| children.len())),
            (None, Some(1))
        );
    }

    #[test]
    fn an_index_has_manifests_which_may_be_null() {
        assert_eq!(parse(r#"{"manifests":[]}"#).children, Some(Vec::new()));
        assert_eq!(parse(r#"{"manifests":null}"#).children, Some(Vec::new()));
        assert_eq!(parse("{}").children, None);
    }

    #[test]
    fn other_content_is_unreadable() {
        let twice = format!(
            r#"{{"manifests":[{{"digest":"{}","digest":"{0}"}}]}}"#,
            digest(1)
        );
        for content in [
            "",
            "null",
            "[]",
            "7",
            r#""{}""#,
            "{} {}",
            r#"{"manifests":{}}"#,
            r#"{"manifests":""}"#,
            r#"{"manifests":[],"manifests":[]}"#,
            r#"{"manifests":["#,
            &twice,
        ] {
            assert_eq!(
                ParsedManifest::parse(content.as_bytes()),
                Err(Unreadable),
                "{content}"
            );
        }
    }

    #[test]
    fn deep_nesting_does_not_overflow_the_stack() {
        let deep = |key| {
            format!(
                r#"{{"{key}":{}{}}}"#,
                "[".repeat(1 << 17),
                "]".repeat(1 << 17)
            )
        };
        assert_eq!(parse(&deep("other")), ParsedManifest::default());
        assert_eq!(parse(&deep("config")), ParsedManifest::default());
        assert_eq!(parse(&deep("subject")).fault, Some(Fault::Subject));
        assert_eq!(parse(&deep("manifests")).fault, Some(Fault::Child(1)));
    }

    /// A linear search for each entry would take minutes.
    #[test]
    fn an_index_of_the_largest_size_is_read_entry_by_entry() {
        let entry = |number| {
            format!(
                r#"{{"digest":"{}","platform":{{"os":"a{number}"}}}}"#,
                digest(number)
            )
        };
        let entries: Vec<_> = (0..80_000).map(entry).collect();
        let index = parse(&format!(r#"{{"manifests":[{}]}}"#, entries.join(",")));
        assert_eq!((index.fault, index.platforms().len()), (None, 80_000));
        let layer = |number| format!(r#"{{"mediaType":"m{number}"}}"#);
        let layers: Vec<_> = (0..80_000).map(layer).collect();
        let image = parse(&format!(r#"{{"layers":[{}]}}"#, layers.join(",")));
        assert_eq!(image.layer_types.len(), 80_000);
    }

    /// Any JSON value.
    fn value() -> impl Strategy<Value = String> {
        let text = r#"null|true|-1|0\.5|1e300|"[a-z:]{0,9}"|"sha256:[0-9a-f]{64}""#;
        let key = r"manifests|subject|digest|mediaType|platform|os|layers|config|annotations|vnd\.docker\.reference\.type|[a-z]";
        text.prop_recursive(4, 64, 6, move |inner| {
            let entry = (key, inner.clone()).prop_map(|(key, value)| format!(r#""{key}":{value}"#));
            prop_oneof![
                prop::collection::vec(inner, 0..6).prop_map(|list| format!("[{}]", list.join(","))),
                prop::collection::vec(entry, 0..6).prop_map(|map| format!("{{{}}}", map.join(","))),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_json_is_read_without_a_panic(value in value(), subject in value()) {
            let _ = ParsedManifest::parse(value.as_bytes());
            let content = format!(r#"{{"manifests":[{value}],"subject":{subject}}}"#);
            if let Ok(manifest) = ParsedManifest::parse(content.as_bytes()) {
                let children = manifest.children.unwrap_or_default();
                let is_complete = children.iter().all(|child| child.digest.is_some());
                prop_assert!(is_complete || matches!(manifest.fault, Some(Fault::Child(1))));
            }
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = ParsedManifest::parse(&bytes);
        }
    }
}

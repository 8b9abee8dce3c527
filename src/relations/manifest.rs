//! Reads from a manifest what relates it to other images: its entries, its subject and its role.
//!
//! Publishers write manifests, and may leave out or misuse any field. Where an image could be missed,
//! the manifest cannot be read, and nothing that depends on it is answered. Whatever else is of an
//! unexpected type counts as absent.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::role::{Role, is_index};
use crate::reference::Digest;

/// The platform that builders give to the attestations in an index.
const NO_PLATFORM: &str = "unknown/unknown";
const ATTESTATION: &str = "attestation-manifest";

/// The relations of a manifest: an index or manifest list, an image's manifest, or an artifact's.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ParsedManifest {
    /// The entries of an index in its order, without those that are `null`. Absent if the manifest has
    /// no `manifests`; an index without entries has `[]` or `null`.
    pub(crate) entries: Option<Vec<IndexEntry>>,
    /// The image that the manifest refers to.
    pub(super) subject: Option<Digest>,
    /// What its media types tell, if it has any.
    pub(super) role: Option<Role>,
}

/// An entry of an index.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct IndexEntry {
    pub(super) digest: Digest,
    /// Whether it is an index by its media type.
    pub(super) is_index: bool,
    /// Such as `linux/arm64/v8`. Attestations have none.
    pub(super) platform: Option<String>,
    /// Whether the entry is annotated as the attestation of another entry.
    pub(super) is_attestation: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ManifestFields {
    #[serde(default, deserialize_with = "list_or_null")]
    manifests: Option<Vec<Option<Descriptor>>>,
    subject: Option<Descriptor>,
    #[serde(default)]
    artifact_type: Value,
    #[serde(default)]
    config: Value,
    #[serde(default)]
    layers: Value,
    /// The layers of an artifact's manifest.
    #[serde(default)]
    blobs: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    digest: Option<String>,
    #[serde(default)]
    media_type: Value,
    #[serde(default)]
    platform: Value,
    #[serde(default)]
    annotations: Value,
}

impl ParsedManifest {
    /// Reads the content of a manifest, in time and memory that grow linearly with its size.
    ///
    /// # Errors
    ///
    /// What is wrong, as in "manifest sha256:… is invalid": it is not a JSON object, a key appears
    /// twice, `manifests` is not a list, or an entry or the subject has no whole SHA-256 digest.
    pub(crate) fn parse(content: &[u8]) -> Result<Self, String> {
        // serde would take a list for an object.
        let is_object = content.trim_ascii_start().starts_with(b"{");
        let fields = serde_json::from_slice::<ManifestFields>(content).ok();
        let fields = fields.filter(|_| is_object);
        let fields = fields.ok_or_else(|| "is not a manifest".to_owned())?;
        let role = fields.role();
        let entry = |(position, entry): (usize, Option<Descriptor>)| {
            let invalid = || format!("is invalid: its entry {position} has no valid digest");
            Some(entry?.index_entry().ok_or_else(invalid))
        };
        let entries = fields.manifests.map(|list| {
            let list = (1..).zip(list);
            list.filter_map(entry).collect::<Result<_, String>>()
        });
        let subject = fields.subject.map(|subject| {
            let invalid = || "is invalid: its subject has no valid digest".to_owned();
            subject.digest().ok_or_else(invalid)
        });
        Ok(Self {
            entries: entries.transpose()?,
            subject: subject.transpose()?,
            role,
        })
    }
}

impl ManifestFields {
    fn role(&self) -> Option<Role> {
        let layers = [&self.layers, &self.blobs].into_iter();
        let layers = layers.filter_map(Value::as_array).flatten();
        Role::of_types(
            self.artifact_type.as_str(),
            media_type(&self.config),
            layers.filter_map(media_type),
        )
    }
}

impl Descriptor {
    fn digest(&self) -> Option<Digest> {
        Digest::canonical(self.digest.as_deref()?)
    }

    fn index_entry(&self) -> Option<IndexEntry> {
        let is_attestation = self.annotations["vnd.docker.reference.type"] == ATTESTATION;
        let platform = self.platform_name();
        Some(IndexEntry {
            digest: self.digest()?,
            is_index: is_index(self.media_type.as_str()) == Some(true),
            platform: platform.filter(|name| name != NO_PLATFORM && !is_attestation),
            is_attestation,
        })
    }

    /// `os/architecture/variant`, as `docker` and `podman` take it. A missing part in front of
    /// another one is `unknown`.
    fn platform_name(&self) -> Option<String> {
        let parts = ["os", "architecture", "variant"];
        let mut parts = parts.map(|key| self.platform[key].as_str().unwrap_or_default());
        let last = parts.iter().rposition(|part| !part.is_empty())?;
        for part in &mut parts[..last] {
            if part.is_empty() {
                *part = "unknown";
            }
        }
        Some(parts[..=last].join("/"))
    }
}

fn media_type(descriptor: &Value) -> Option<&str> {
    descriptor["mediaType"].as_str()
}

/// Reads `null` as a list without entries, which tells it from a missing key.
fn list_or_null<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    value: D,
) -> Result<Option<Vec<T>>, D::Error> {
    let list = Option::<Vec<T>>::deserialize(value)?;
    Ok(Some(list.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Digest, IndexEntry, ParsedManifest, Role};

    fn digest(number: usize) -> Digest {
        Digest::canonical(&format!("sha256:{number:064x}")).expect("a digest")
    }

    fn parse(content: &str) -> ParsedManifest {
        ParsedManifest::parse(content.as_bytes()).expect("a manifest")
    }

    #[test]
    fn an_index_shows_its_entries() {
        let nested = "application/vnd.oci.image.index.v1+json";
        let index = format!(
            r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[
            {{"mediaType":"{nested}","size":1,"digest":"{}","platform":{{"architecture":"arm64","os":"linux","variant":"v8"}}}},
            {{"mediaType":"m2","size":1,"digest":"{}","platform":{{"architecture":"unknown","os":"unknown"}},
              "annotations":{{"vnd.docker.reference.digest":"x","vnd.docker.reference.type":"attestation-manifest"}}}}],
            "subject":{{"mediaType":"m3","digest":"{}","size":3}}}}"#,
            digest(1),
            digest(2),
            digest(3)
        );
        let entry = |number, platform: Option<&str>| IndexEntry {
            digest: digest(number),
            is_index: platform.is_some(),
            platform: platform.map(str::to_owned),
            is_attestation: platform.is_none(),
        };
        let expected = ParsedManifest {
            entries: Some(vec![entry(1, Some("linux/arm64/v8")), entry(2, None)]),
            subject: Some(digest(3)),
            role: None,
        };
        assert_eq!(parse(&index), expected);
    }

    #[test]
    fn an_image_shows_its_role() {
        let config = "application/vnd.oci.image.config.v1+json";
        for (role, content) in [
            (None, r#"{"subject":null,"artifactType":"a"}"#.to_owned()),
            (
                None,
                r#"{"artifactType":7,"config":[],"layers":{}}"#.to_owned(),
            ),
            (
                Some(Role::Image),
                format!(r#"{{"config":{{"mediaType":"{config}","digest":"no digest"}}}}"#),
            ),
            (
                Some(Role::Attestation),
                r#"{"layers":[null,7,{},{"mediaType":"application/vnd.in-toto+json"}]}"#.to_owned(),
            ),
            (
                Some(Role::Sbom),
                r#"{"blobs":[{"mediaType":"text/spdx+json"}]}"#.to_owned(),
            ),
        ] {
            let expected = ParsedManifest {
                role,
                ..ParsedManifest::default()
            };
            assert_eq!(parse(&content), expected, "{content}");
        }
    }

    #[test]
    fn incomplete_platforms_show_their_known_parts() {
        for (platform, expected) in [
            ("null", None),
            ("{}", None),
            (r#""linux/riscv64""#, None),
            (r#"{"os":null,"architecture":"","variant":""}"#, None),
            (r#"{"os":"linux"}"#, Some("linux")),
            (r#"{"architecture":"arm64"}"#, Some("unknown/arm64")),
            (
                r#"{"os":"","architecture":"arm","variant":"v7"}"#,
                Some("unknown/arm/v7"),
            ),
            (
                r#"{"os":"windows","architecture":{"name":"amd64"},"variant":1.5}"#,
                Some("windows"),
            ),
            (r#"{"os":"unknown","architecture":"unknown"}"#, None),
            (
                r#"{"os":"linux","architecture":"amd64","variant":null,"os.version":7}"#,
                Some("linux/amd64"),
            ),
        ] {
            let digest = digest(1);
            let index =
                format!(r#"{{"manifests":[{{"digest":"{digest}","platform":{platform}}}]}}"#);
            let entries = parse(&index).entries.expect("an index");
            assert_eq!(entries[0].platform.as_deref(), expected, "{platform}");
        }
    }

    /// An image that is missed could be deleted although something holds it.
    #[test]
    fn what_could_hide_an_image_is_unreadable() {
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
            let index = format!(r#"{{"manifests":[null,{valid},{odd}]}}"#);
            let image = format!(r#"{{"subject":{odd}}}"#);
            for content in [index, image] {
                assert!(
                    ParsedManifest::parse(content.as_bytes()).is_err(),
                    "{content}"
                );
            }
        }
        let why = |content: &str| ParsedManifest::parse(content.as_bytes()).expect_err("no digest");
        let index = format!(r#"{{"manifests":[null,{valid},{{}}]}}"#);
        assert_eq!(why(&index), "is invalid: its entry 3 has no valid digest");
        assert_eq!(
            why(r#"{"subject":{}}"#),
            "is invalid: its subject has no valid digest"
        );
        let index = parse(&format!(
            r#"{{"manifests":[null,{valid},null],"subject":null}}"#
        ));
        assert_eq!(index.entries.map(|entries| entries.len()), Some(1));
    }

    #[test]
    fn an_index_has_manifests_which_may_be_null() {
        assert_eq!(parse(r#"{"manifests":[]}"#).entries, Some(Vec::new()));
        assert_eq!(parse(r#"{"manifests":null}"#).entries, Some(Vec::new()));
        assert_eq!(parse("{}").entries, None);
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
            let unreadable = Err("is not a manifest".to_owned());
            assert_eq!(ParsedManifest::parse(content.as_bytes()), unreadable);
        }
    }

    #[test]
    fn deep_nesting_does_not_overflow_the_stack() {
        let deep = |key| {
            let lists = "[".repeat(1 << 17) + &"]".repeat(1 << 17);
            format!(r#"{{"{key}":{lists}}}"#)
        };
        assert_eq!(parse(&deep("other")), ParsedManifest::default());
        for key in ["config", "subject", "manifests"] {
            assert!(ParsedManifest::parse(deep(key).as_bytes()).is_err());
        }
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
                prop_assert_eq!(manifest.entries.map_or(9, |entries| entries.len()), usize::from(value != "null"));
                prop_assert_eq!(manifest.subject.is_some(), subject != "null");
            }
        }
    }
}

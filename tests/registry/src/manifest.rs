//! Manifests as the registry stores them: the digest of an image is the SHA-256 of these bytes.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::data::mix;

/// The media type of an OCI index.
pub const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// The media type of an OCI image's manifest.
pub const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// The media type of an OCI image's configuration.
pub const OCI_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
/// The media type of a Docker manifest list.
pub const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
/// The media type of a Docker image's manifest.
pub const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
/// The media type of a Docker image's configuration.
pub const DOCKER_CONFIG: &str = "application/vnd.docker.container.image.v1+json";

const OCI_LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
const DOCKER_LAYER: &str = "application/vnd.docker.image.rootfs.diff.tar.gzip";
const EMPTY: &str = "application/vnd.oci.empty.v1+json";
/// The SHA-256 of `{}`, the configuration of an artifact that needs none.
const EMPTY_DIGEST: &str =
    "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

/// A manifest of an image, an index or an artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    bytes: Arc<[u8]>,
    /// Media types beside the bytes, so that making thousands of images parses nothing.
    media_type: Option<MediaType>,
    config: Option<MediaType>,
}

type MediaType = Cow<'static, str>;

/// An entry of an index, or the subject of a manifest.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    media_type: MediaType,
    digest: String,
    size: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    artifact_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    platform: Option<Platform>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    annotations: BTreeMap<String, String>,
    /// Compressed bytes of the image, from which the size of an index is derived.
    #[serde(skip)]
    pub(crate) image_size: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
struct Platform {
    architecture: String,
    os: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    variant: Option<String>,
}

/// The fields of a manifest, in the order in which Docker and OCI tools write them.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    schema_version: u8,
    media_type: MediaType,
    #[serde(skip_serializing_if = "Option::is_none")]
    artifact_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    config: Option<Entry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    layers: Option<Vec<Entry>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    manifests: Option<Vec<Entry>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<Entry>,
}

impl Manifest {
    /// An OCI image of one layer of `size` bytes, with a configuration and a layer that differ for
    /// each `seed`.
    #[must_use]
    pub fn image(seed: u64, size: i64) -> Self {
        Self::write(&Document {
            schema_version: 2,
            media_type: OCI_MANIFEST.into(),
            artifact_type: None,
            config: Some(Entry::blob(OCI_CONFIG, seed, 1024)),
            layers: Some(vec![Entry::blob(OCI_LAYER, !seed, size)]),
            manifests: None,
            subject: None,
        })
    }

    /// An OCI index of these entries.
    #[must_use]
    pub fn index(entries: impl IntoIterator<Item = Entry>) -> Self {
        Self::write(&Document {
            schema_version: 2,
            media_type: OCI_INDEX.into(),
            artifact_type: None,
            config: None,
            layers: None,
            manifests: Some(entries.into_iter().collect()),
            subject: None,
        })
    }

    /// A manifest of exactly these bytes.
    #[must_use]
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes: Arc<[u8]> = bytes.into().into();
        let document: Option<Document> = serde_json::from_slice(&bytes).ok();
        let config = document
            .as_ref()
            .and_then(|document| document.config.as_ref());
        Self {
            config: config.map(|config| config.media_type.clone()),
            media_type: document.map(|document| document.media_type),
            bytes,
        }
    }

    /// The same with the media types of Docker instead of OCI's.
    #[must_use]
    pub fn docker(&self) -> Self {
        self.changed(|document| {
            let docker = |media_type: &mut MediaType| {
                let docker = match &**media_type {
                    OCI_INDEX => DOCKER_LIST,
                    OCI_MANIFEST => DOCKER_MANIFEST,
                    OCI_CONFIG => DOCKER_CONFIG,
                    OCI_LAYER => DOCKER_LAYER,
                    _ => return,
                };
                *media_type = docker.into();
            };
            docker(&mut document.media_type);
            let blobs = document
                .config
                .iter_mut()
                .chain(document.layers.iter_mut().flatten());
            blobs.for_each(|blob| docker(&mut blob.media_type));
        })
    }

    /// The same with this media type of the configuration.
    #[must_use]
    pub fn with_config(&self, media_type: &str) -> Self {
        self.changed(|document| {
            if let Some(config) = &mut document.config {
                config.media_type = media_type.to_owned().into();
            }
        })
    }

    /// The same with this media type of all layers.
    #[must_use]
    pub fn with_layers(&self, media_type: &str) -> Self {
        self.changed(|document| {
            for layer in document.layers.iter_mut().flatten() {
                layer.media_type = media_type.to_owned().into();
            }
        })
    }

    /// The same as an artifact of this type, with the empty configuration that OCI 1.1 prescribes.
    #[must_use]
    pub fn with_artifact_type(&self, artifact_type: &str) -> Self {
        self.changed(|document| {
            document.artifact_type = Some(artifact_type.to_owned());
            if document.manifests.is_none() {
                document.config = Some(Entry {
                    digest: EMPTY_DIGEST.to_owned(),
                    ..Entry::blob(EMPTY, 0, 2)
                });
            }
        })
    }

    /// The same with this subject.
    #[must_use]
    pub fn with_subject(&self, subject: Entry) -> Self {
        self.changed(|document| document.subject = Some(subject))
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// `sha256:` and the SHA-256 of the bytes.
    #[must_use]
    pub fn digest(&self) -> String {
        let hash = ring::digest::digest(&ring::digest::SHA256, &self.bytes);
        let mut digest = "sha256:".to_owned();
        for part in hash.as_ref().chunks(8) {
            let part = part
                .iter()
                .fold(0, |number, &byte| number << 8 | u64::from(byte));
            let _ = write!(digest, "{part:016x}");
        }
        digest
    }

    /// The media type in the manifest; `None` if it is not one of ours.
    #[must_use]
    pub fn media_type(&self) -> Option<&str> {
        self.media_type.as_deref()
    }

    /// The media type of its configuration, if it has one.
    #[must_use]
    pub fn config(&self) -> Option<&str> {
        self.config.as_deref()
    }

    /// The digests that an index lists.
    #[must_use]
    pub fn children(&self) -> Vec<String> {
        let entries = self.read().and_then(|document| document.manifests);
        entries
            .into_iter()
            .flatten()
            .map(|entry| entry.digest)
            .collect()
    }

    fn read(&self) -> Option<Document> {
        serde_json::from_slice(&self.bytes).ok()
    }

    fn write(document: &Document) -> Self {
        let bytes = serde_json::to_vec(document).expect("a document is JSON");
        let config = document.config.as_ref();
        Self {
            bytes: bytes.into(),
            media_type: Some(document.media_type.clone()),
            config: config.map(|config| config.media_type.clone()),
        }
    }

    fn changed(&self, change: impl FnOnce(&mut Document)) -> Self {
        let mut document = self.read().expect("only a manifest of fields is changed");
        change(&mut document);
        Self::write(&document)
    }
}

impl Entry {
    /// The entry of a manifest, without a platform; `image_size` are the image's compressed bytes.
    #[must_use]
    pub fn of(manifest: &Manifest, image_size: i64) -> Self {
        Self {
            digest: manifest.digest(),
            size: i64::try_from(manifest.bytes.len()).unwrap_or_default(),
            media_type: manifest.media_type.clone().unwrap_or_default(),
            artifact_type: None,
            platform: None,
            annotations: BTreeMap::new(),
            image_size,
        }
    }

    /// The entry of an image that is in no repository.
    #[must_use]
    pub fn absent(seed: u64) -> Self {
        Self::blob(OCI_MANIFEST, seed, 1024)
    }

    /// The same on a platform: `linux/amd64`, `linux/arm64/v8`.
    #[must_use]
    pub fn on(mut self, platform: &str) -> Self {
        let mut parts = platform.split('/').map(str::to_owned);
        self.platform = Some(Platform {
            os: parts.next().unwrap_or_default(),
            architecture: parts.next().unwrap_or_default(),
            variant: parts.next(),
        });
        self
    }

    /// The same as the attestation of the image with this digest, as `docker buildx` marks it.
    #[must_use]
    pub fn attesting(self, digest: &str) -> Self {
        self.on("unknown/unknown")
            .annotated("vnd.docker.reference.digest", digest)
            .annotated("vnd.docker.reference.type", "attestation-manifest")
    }

    /// The same with an annotation.
    #[must_use]
    pub fn annotated(mut self, key: &str, value: &str) -> Self {
        self.annotations.insert(key.to_owned(), value.to_owned());
        self
    }

    /// The digest.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    fn blob(media_type: &'static str, seed: u64, size: i64) -> Self {
        Self {
            media_type: media_type.into(),
            digest: made_up_digest(seed),
            size,
            artifact_type: None,
            platform: None,
            annotations: BTreeMap::new(),
            image_size: 0,
        }
    }
}

/// The digest of something that nobody reads: a number that is always the same for a seed.
fn made_up_digest(seed: u64) -> String {
    let part = |number: u64| mix(seed.wrapping_mul(4).wrapping_add(number).wrapping_add(1));
    format!(
        "sha256:{:016x}{:016x}{:016x}{:016x}",
        part(0),
        part(1),
        part(2),
        part(3)
    )
}

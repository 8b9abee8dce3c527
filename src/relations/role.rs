//! What media types tell: whether a manifest is an index, and what an image is for.

/// The role of an image in its repository. Of several roles that tags tell, the first counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    Index,
    Image,
    Signature,
    Attestation,
    Sbom,
    Artifact,
}

/// The media types of indexes.
pub(crate) const INDEX_TYPES: [&str; 2] = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
];

/// Whether a manifest of this media type is an index; nothing if the type is unknown.
pub(crate) fn is_index(media_type: Option<&str>) -> Option<bool> {
    match media_type? {
        index if INDEX_TYPES.contains(&index) => Some(true),
        "application/vnd.oci.image.manifest.v1+json"
        | "application/vnd.oci.artifact.manifest.v1+json"
        | "application/vnd.docker.distribution.manifest.v2+json" => Some(false),
        other if is_schema_1(other) => Some(false),
        _ => None,
    }
}

/// Whether a manifest of this media type is Docker's schema 1, which holds and refers to nothing.
pub(super) fn is_schema_1(media_type: &str) -> bool {
    let encoding = media_type.strip_prefix("application/vnd.docker.distribution.manifest.v1+");
    matches!(encoding, Some("json" | "prettyjws"))
}

impl Role {
    /// The role's name in JSON and tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::Image => "image",
            Self::Attestation => "attestation",
            Self::Signature => "signature",
            Self::Sbom => "sbom",
            Self::Artifact => "artifact",
        }
    }

    /// The role that the suffix of a digest tag tells, as cosign writes it.
    pub(super) fn of_suffix(suffix: &str) -> Option<Self> {
        match suffix {
            ".sig" => Some(Self::Signature),
            ".att" => Some(Self::Attestation),
            ".sbom" => Some(Self::Sbom),
            _ => None,
        }
    }

    /// The role that the type of an artifact, a configuration or a layer tells.
    fn of_media_type(text: &str) -> Option<Self> {
        let essence = text.split(';').next().unwrap_or(text);
        let essence = essence.trim().to_ascii_lowercase();
        let begins = |text| essence.starts_with(text);
        match essence.as_str() {
            "application/vnd.dev.cosign.simplesigning.v1+json"
            | "application/vnd.dev.cosign.artifact.sig.v1+json"
            | "application/vnd.cncf.notary.signature" => Some(Self::Signature),
            "application/spdx+json" | "application/vnd.syft+json" => Some(Self::Sbom),
            "application/vnd.in-toto+json" | "application/vnd.dsse.envelope.v1+json" => {
                Some(Self::Attestation)
            }
            _ if begins("application/vnd.dev.sigstore.bundle") => Some(Self::Signature),
            _ if begins("text/spdx") || begins("application/vnd.cyclonedx") => Some(Self::Sbom),
            _ => None,
        }
    }

    /// The role that media types tell: the first attached role among the artifact's type, the
    /// configuration's and those of the layers; otherwise whether the configuration is an image's.
    pub(super) fn of_types<'a>(
        artifact: Option<&'a str>,
        config: Option<&'a str>,
        layers: impl IntoIterator<Item = &'a str>,
    ) -> Option<Self> {
        let mut types = artifact.into_iter().chain(config).chain(layers);
        let attached = types.find_map(Self::of_media_type);
        attached.or_else(|| match config? {
            "application/vnd.docker.container.image.v1+json"
            | "application/vnd.oci.image.config.v1+json" => Some(Self::Image),
            _ => Some(Self::Artifact),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Role;

    #[test]
    fn media_types_tell_roles() {
        use Role::{Artifact, Attestation, Image, Sbom, Signature};
        let image = Some("application/vnd.oci.image.config.v1+json");
        let docker = Some("application/vnd.docker.container.image.v1+json");
        let helm = Some("application/vnd.cncf.helm.config.v1+json");
        let empty = Some("application/vnd.oci.empty.v1+json");
        let layer = "application/vnd.oci.image.layer.v1.tar+gzip";
        for (expected, artifact, config, layers) in [
            (Image, None, image, vec![layer]),
            (Image, None, docker, vec![]),
            (Artifact, None, helm, vec![layer]),
            (
                Artifact,
                Some("application/wasm"),
                empty,
                vec!["application/wasm"],
            ),
            (
                Signature,
                None,
                image,
                vec!["application/vnd.dev.cosign.simplesigning.v1+json"],
            ),
            (
                Signature,
                Some("application/vnd.dev.cosign.artifact.sig.v1+json"),
                empty,
                vec![],
            ),
            (
                Signature,
                None,
                Some("application/vnd.cncf.notary.signature"),
                vec![],
            ),
            (
                Signature,
                Some("application/vnd.dev.sigstore.bundle.v0.3+json"),
                empty,
                vec![],
            ),
            (
                Signature,
                Some("application/vnd.dev.sigstore.bundle+json;version=0.3"),
                None,
                vec![],
            ),
            (Sbom, Some("application/spdx+json"), empty, vec![]),
            (Sbom, None, image, vec![layer, "text/spdx+json"]),
            (
                Sbom,
                None,
                image,
                vec!["application/vnd.cyclonedx+xml; version=1.4"],
            ),
            (Sbom, None, None, vec!["Application/vnd.Syft+json"]),
            (
                Attestation,
                None,
                image,
                vec!["application/vnd.in-toto+json"],
            ),
            (
                Attestation,
                None,
                empty,
                vec!["application/vnd.dsse.envelope.v1+json"],
            ),
            (
                Sbom,
                Some("application/spdx+json"),
                empty,
                vec!["application/vnd.in-toto+json"],
            ),
        ] {
            let role = Role::of_types(artifact, config, layers.iter().copied());
            assert_eq!(role, Some(expected), "{artifact:?} {config:?} {layers:?}");
        }
        assert_eq!(
            Role::of_types(Some("application/wasm"), None, [layer]),
            None
        );
    }
}

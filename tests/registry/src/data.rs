//! The content of the registry: repositories of images, listed or generated.

use std::sync::Arc;

use crate::ALIAS;

/// A repository and its images, in the order in which the registry lists them.
#[derive(Clone, Debug)]
pub struct Repository {
    /// The alias of its public registry; that of the caller's own registry is [`ALIAS`].
    pub alias: String,
    /// The name, such as `team/web`.
    pub name: String,
    /// When it was created, in milliseconds since 1970.
    pub created_at: Option<i64>,
    /// Its images; clones share them.
    pub images: Arc<Vec<Image>>,
}

/// An image; a field that is `None` is missing from the registry's responses.
#[derive(Clone, Debug, Default)]
pub struct Image {
    /// `sha256:` and 64 hexadecimal digits.
    pub digest: Option<String>,
    /// Its tags; an untagged image has none.
    pub tags: Vec<Tag>,
    /// Compressed bytes.
    pub size: Option<i64>,
    /// Milliseconds since 1970.
    pub pushed_at: Option<i64>,
    /// The manifest's media type.
    pub manifest_media_type: Option<String>,
    /// The media type of the manifest's configuration.
    pub artifact_media_type: Option<String>,
    /// The platforms of an index: `linux/amd64`, `linux/arm64/v8`.
    pub platforms: Vec<String>,
}

/// A tag of an image.
#[derive(Clone, Debug)]
pub struct Tag {
    /// The tag itself.
    pub name: String,
    /// When it was created on or moved to this image, in milliseconds since 1970.
    pub created_at: Option<i64>,
}

const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const OCI_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
const DOCKER_CONFIG: &str = "application/vnd.docker.container.image.v1+json";
const HELM_CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";

/// 2020-09-13T12:26:40.123Z, when repositories are created unless another time is given.
const CREATED: i64 = 1_600_000_000_123;
/// 2024-01-01T00:00:00Z.
const FIRST_PUSH: i64 = 1_704_067_200_000;
const YEAR: u64 = 365 * 86_400_000;

impl Repository {
    /// A repository of the images given.
    #[must_use]
    pub fn new(name: &str, images: Vec<Image>) -> Self {
        Self {
            alias: ALIAS.to_owned(),
            name: name.to_owned(),
            created_at: Some(CREATED),
            images: Arc::new(images),
        }
    }

    /// The same by another name, with the same images.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// The same created at this time, in milliseconds since 1970.
    #[must_use]
    pub fn created(mut self, at: i64) -> Self {
        self.created_at = Some(at);
        self
    }

    /// `count` repositories of the same images: `NAME-0`, `NAME-1` and so on. They share the images,
    /// so that thousands of them are cheap.
    pub fn copies(self, count: usize) -> impl Iterator<Item = Self> {
        (0..count).map(move |number| {
            let name = format!("{}-{number}", self.name);
            self.clone().named(&name)
        })
    }

    /// The same in the public registry called `alias`.
    #[must_use]
    pub fn under(mut self, alias: &str) -> Self {
        alias.clone_into(&mut self.alias);
        self
    }

    /// A repository of `count` images, the same ones whenever it is made: indexes, their untagged
    /// children, Docker images, Helm charts, images of many tags, and some with fields missing.
    #[must_use]
    pub fn generated(name: &str, count: usize) -> Self {
        Self::new(name, (0..count).map(generated_image).collect())
    }
}

impl Image {
    /// An OCI image of `size` bytes, pushed at `pushed_at` (milliseconds since 1970), with a digest
    /// made from `seed`.
    #[must_use]
    pub fn oci(seed: u64, size: i64, pushed_at: i64) -> Self {
        Self {
            digest: Some(digest(seed)),
            tags: Vec::new(),
            size: Some(size),
            pushed_at: Some(pushed_at),
            manifest_media_type: Some(OCI_MANIFEST.to_owned()),
            artifact_media_type: Some(OCI_CONFIG.to_owned()),
            platforms: Vec::new(),
        }
    }

    /// The same with these tags, created when it was pushed.
    #[must_use]
    pub fn tagged(mut self, tags: &[&str]) -> Self {
        let created_at = self.pushed_at;
        let tag = |name: &&str| Tag {
            name: (*name).to_owned(),
            created_at,
        };
        self.tags.extend(tags.iter().map(tag));
        self
    }

    /// The same as an index of images for two platforms.
    #[must_use]
    pub fn index(self) -> Self {
        self.index_of(&["linux/amd64", "linux/arm64/v8"])
    }

    /// The same as an index of images for these platforms.
    #[must_use]
    pub fn index_of(mut self, platforms: &[&str]) -> Self {
        self.platforms = platforms.iter().map(ToString::to_string).collect();
        self.manifest_media_type = Some(OCI_INDEX.to_owned());
        self.artifact_media_type = None;
        self
    }

    /// The same as a Docker image.
    #[must_use]
    pub fn docker(mut self) -> Self {
        self.manifest_media_type = Some(DOCKER_MANIFEST.to_owned());
        self.artifact_media_type = Some(DOCKER_CONFIG.to_owned());
        self
    }

    /// The same as a Helm chart.
    #[must_use]
    pub fn helm(mut self) -> Self {
        self.artifact_media_type = Some(HELM_CONFIG.to_owned());
        self
    }
}

fn generated_image(number: usize) -> Image {
    let seed = number as u64;
    let size = i64::try_from(mix(seed) % 2_000_000_000).unwrap_or_default();
    let age = i64::try_from(mix(!seed) % YEAR).unwrap_or_default();
    let pushed_at = FIRST_PUSH + age;
    let image = Image::oci(seed, size, pushed_at);
    let version = format!("v{}.{}.{}", number / 1000, number / 10 % 100, number % 10);
    let arm = format!("{version}-arm64");
    match number % 10 {
        0 => {
            let moved = Tag {
                name: format!("stable-{number}"),
                created_at: Some(pushed_at + 86_400_123),
            };
            let mut index = image.index().tagged(&[&version]);
            index.tags.push(moved);
            index
        }
        1 | 2 => image,
        3 => image.helm().tagged(&[&version]),
        4 if number % 100 == 4 => {
            let tags: Vec<_> = (0..30).map(|build| format!("{version}-{build}")).collect();
            image.tagged(&tags.iter().map(String::as_str).collect::<Vec<_>>())
        }
        5 if number % 100 == 5 => Image {
            digest: image.digest,
            tags: image.tags,
            ..Image::default()
        },
        5 | 6 => image.docker().tagged(&[&version]),
        7 => image.tagged(&[&version, &arm]),
        _ => image.tagged(&[&version]),
    }
}

pub(crate) fn digest(seed: u64) -> String {
    let part = |number: u64| mix(seed.wrapping_mul(4).wrapping_add(number).wrapping_add(1));
    format!(
        "sha256:{:016x}{:016x}{:016x}{:016x}",
        part(0),
        part(1),
        part(2),
        part(3)
    )
}

/// `SplitMix64`: numbers that look random and are always the same.
fn mix(seed: u64) -> u64 {
    let mut mixed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

//! The content of the registry: repositories of images, listed or generated.

use std::sync::Arc;

use crate::ALIAS;
use crate::manifest::{Entry, Manifest};

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
    /// The manifest; without one the registry says that it is unknown.
    pub manifest: Option<Manifest>,
}

/// A tag of an image.
#[derive(Clone, Debug)]
pub struct Tag {
    /// The tag itself.
    pub name: String,
    /// When it was created on or moved to this image, in milliseconds since 1970.
    pub created_at: Option<i64>,
}

const HELM_CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";
const IN_TOTO_LAYER: &str = "application/vnd.in-toto+json";
const COSIGN_LAYER: &str = "application/vnd.dev.cosign.simplesigning.v1+json";

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
    /// An OCI image of `size` bytes, pushed at `pushed_at` (milliseconds since 1970), of a content
    /// that differs for each `seed`.
    #[must_use]
    pub fn oci(seed: u64, size: i64, pushed_at: i64) -> Self {
        Self::of(Manifest::image(seed, size), size, pushed_at)
    }

    /// An image of `size` compressed bytes with this manifest.
    #[must_use]
    pub fn of(manifest: Manifest, size: i64, pushed_at: i64) -> Self {
        let image = Self {
            digest: None,
            tags: Vec::new(),
            size: Some(size),
            pushed_at: Some(pushed_at),
            manifest_media_type: None,
            artifact_media_type: None,
            manifest: None,
        };
        image.with_manifest(manifest)
    }

    /// An index of these entries. Its size is that of the largest image, as the service counts it.
    #[must_use]
    pub fn index_holding(entries: impl IntoIterator<Item = Entry>, pushed_at: i64) -> Self {
        let entries: Vec<_> = entries.into_iter().collect();
        let sizes = entries.iter().map(|entry| entry.image_size);
        let size = sizes.max().unwrap_or_default();
        Self::of(Manifest::index(entries), size, pushed_at)
    }

    /// A signature as `cosign` makes them.
    #[must_use]
    pub fn signature(seed: u64, pushed_at: i64) -> Self {
        let manifest = Manifest::image(seed, 240).with_layers(COSIGN_LAYER);
        Self::of(manifest, 240, pushed_at)
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

    /// The same as an index of images for two platforms, which are in no repository.
    #[must_use]
    pub fn index(self) -> Self {
        self.index_of(&["linux/amd64", "linux/arm64/v8"])
    }

    /// The same as an index of images for these platforms, which are in no repository. It lists an
    /// attestation beside each image, as `docker buildx` does.
    #[must_use]
    pub fn index_of(self, platforms: &[&str]) -> Self {
        let own = self.manifest.as_ref().map_or(0, seed_of);
        let entries = platforms.iter().zip((own..).step_by(2));
        let entries = entries.flat_map(|(platform, seed)| {
            let image = Entry::absent(seed).on(platform);
            let attestation = Entry::absent(seed + 1).attesting(image.digest());
            [image, attestation]
        });
        self.with_manifest(Manifest::index(entries))
    }

    /// The same as a Docker image or a Docker manifest list.
    #[must_use]
    pub fn docker(self) -> Self {
        self.changed(Manifest::docker)
    }

    /// The same as a Helm chart.
    #[must_use]
    pub fn helm(self) -> Self {
        self.changed(|manifest| manifest.with_config(HELM_CONFIG))
    }

    /// The same as a build's attestation, whose layer is an in-toto statement.
    #[must_use]
    pub fn in_toto(self) -> Self {
        self.changed(|manifest| manifest.with_layers(IN_TOTO_LAYER))
    }

    /// The same as an artifact of this type.
    #[must_use]
    pub fn artifact(self, artifact_type: &str) -> Self {
        self.changed(|manifest| manifest.with_artifact_type(artifact_type))
    }

    /// The same with `image` as its subject.
    ///
    /// # Panics
    ///
    /// When either has no manifest.
    #[must_use]
    pub fn referring_to(self, image: &Self) -> Self {
        self.changed(|manifest| manifest.with_subject(image.entry()))
    }

    /// The same as an image of which the registry tells the digest and the tags alone.
    #[must_use]
    pub fn bare(self) -> Self {
        Self {
            digest: self.digest,
            tags: self.tags,
            manifest: self.manifest,
            ..Self::default()
        }
    }

    /// The same with another manifest, its digest and its media types.
    #[must_use]
    pub fn with_manifest(mut self, manifest: Manifest) -> Self {
        self.digest = Some(manifest.digest());
        self.manifest_media_type = manifest.media_type().map(str::to_owned);
        self.artifact_media_type = manifest.config().map(str::to_owned);
        self.manifest = Some(manifest);
        self
    }

    /// Its entry in an index, without a platform.
    ///
    /// # Panics
    ///
    /// When it has no manifest.
    #[must_use]
    pub fn entry(&self) -> Entry {
        let manifest = self.manifest.as_ref().expect("an image with a manifest");
        Entry::of(manifest, self.size.unwrap_or_default())
    }

    /// Its entry in an index for this platform.
    #[must_use]
    pub fn on(&self, platform: &str) -> Entry {
        self.entry().on(platform)
    }

    /// Its entry in an index as the attestation of `image`.
    #[must_use]
    pub fn attesting(&self, image: &Self) -> Entry {
        self.entry()
            .attesting(image.digest.as_deref().unwrap_or_default())
    }

    /// The tag by which tools find what belongs to this image: `sha256-<hex>` and a suffix such as
    /// `.sig`.
    #[must_use]
    pub fn digest_tag(&self, suffix: &str) -> String {
        let digest = self.digest.as_deref().unwrap_or_default();
        format!("{}{suffix}", digest.replace(':', "-"))
    }

    fn changed(self, change: impl FnOnce(&Manifest) -> Manifest) -> Self {
        let manifest = self.manifest.as_ref().map(change);
        self.with_manifest(manifest.expect("an image with a manifest"))
    }
}

/// A seed for what an index lists, from its manifest before.
fn seed_of(manifest: &Manifest) -> u64 {
    let digest = manifest.digest();
    // Half the digits leave room for the seeds that follow.
    u64::from_str_radix(&digest["sha256:".len()..][..8], 16).unwrap_or_default()
}

fn plain_image(number: usize) -> Image {
    let seed = number as u64;
    let size = i64::try_from(mix(seed) % 2_000_000_000).unwrap_or_default();
    let age = i64::try_from(mix(!seed) % YEAR).unwrap_or_default();
    Image::oci(seed, size, FIRST_PUSH + age)
}

fn generated_image(number: usize) -> Image {
    let image = plain_image(number);
    let version = format!("v{}.{}.{}", number / 1000, number / 10 % 100, number % 10);
    let arm = format!("{version}-arm64");
    match number % 10 {
        0 => {
            let moved = Tag {
                name: format!("stable-{number}"),
                created_at: image.pushed_at.map(|time| time + 86_400_123),
            };
            let children = [
                plain_image(number + 1).on("linux/amd64"),
                plain_image(number + 2).on("linux/arm64/v8"),
            ];
            let mut index = image.with_manifest(Manifest::index(children));
            index = index.tagged(&[&version]);
            index.tags.push(moved);
            index
        }
        1 | 2 => image,
        3 => image.helm().tagged(&[&version]),
        4 if number % 100 == 4 => {
            let tags: Vec<_> = (0..30).map(|build| format!("{version}-{build}")).collect();
            image.tagged(&tags.iter().map(String::as_str).collect::<Vec<_>>())
        }
        5 if number % 100 == 5 => image.bare(),
        5 | 6 => image.docker().tagged(&[&version]),
        7 => image.tagged(&[&version, &arm]),
        _ => image.tagged(&[&version]),
    }
}

/// `SplitMix64`: numbers that look random and are always the same.
pub(crate) fn mix(seed: u64) -> u64 {
    let mut mixed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

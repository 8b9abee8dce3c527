//! Floating tags: `2` on the image that is also `2.1.0` stands for 2.1.0.

use std::collections::HashMap;

use super::Version;
use super::order::value;

/// The versions that the floating tags of a repository stand for.
#[derive(Debug, Default)]
pub(crate) struct FloatingTags<'a> {
    /// By digest and tag.
    versions: HashMap<(&'a str, &'a str), Version<'a>>,
}

/// A tag and its version as written.
type Written<'a> = (&'a str, Version<'a>);

impl<'a> FloatingTags<'a> {
    /// Finds the floating tags among `tags`, all tags of a repository, each after the digest of its
    /// image.
    pub(crate) fn of(tags: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let is_version = |(_, tag): &(&str, &str)| Version::of(tag).is_some();
        let mut tags: Vec<_> = tags.into_iter().filter(is_version).collect();
        // Sorted pairs take a third of the memory of a map of lists, and most images have one version.
        tags.sort_unstable();
        let mut versions = HashMap::new();
        for image in tags.chunk_by(|(a, _), (b, _)| a == b) {
            if image.len() > 1 {
                let written = |(_, tag): &(&str, &'a str)| Some((*tag, Version::of(tag)?));
                let written: Vec<_> = image.iter().filter_map(written).collect();
                let floating = floating(&written).into_iter();
                versions.extend(floating.map(|(tag, version)| ((image[0].0, tag), version)));
            }
        }
        Self { versions }
    }

    /// The version that `tag` counts as, on the image with this digest.
    pub(crate) fn version<'t>(&self, digest: Option<&str>, tag: &'t str) -> Option<Version<'t>>
    where
        'a: 't,
    {
        let found = digest.and_then(|digest| self.versions.get(&(digest, tag)));
        found.cloned().or_else(|| Version::of(tag))
    }
}

/// The tags of one image that float, and the versions that they stand for.
fn floating<'a>(tags: &[Written<'a>]) -> Vec<Written<'a>> {
    // The beginnings of longer numbers, and the best version of each.
    let mut best: HashMap<Beginning, Option<&Version>> = HashMap::new();
    for (_, version) in tags {
        for count in 1..version.written {
            best.insert(beginning(version, count), None);
        }
    }
    let floats = |version: &Version| {
        let is_plain = version.is_release() && version.build.is_empty();
        is_plain && best.contains_key(&beginning(version, version.written))
    };
    let (floating, fixed): (Vec<_>, Vec<_>) = tags.iter().partition(|(_, version)| floats(version));
    for (_, version) in fixed {
        for count in 1..version.written {
            let best = best.entry(beginning(version, count)).or_default();
            if best.is_none_or(|best| is_better(version, best)) {
                *best = Some(version);
            }
        }
    }
    let stands_for = |(tag, version): &Written<'a>| {
        let target = best.get(&beginning(version, version.written))?.as_ref()?;
        let version = Version {
            variant: version.variant.clone(),
            written: version.written,
            ..(*target).clone()
        };
        Some((*tag, version))
    };
    floating.into_iter().filter_map(stands_for).collect()
}

/// A variant and numbers by value.
type Beginning<'a> = (&'a str, Vec<(usize, &'a str)>);

/// The first `count` numbers of `version`, and its variant.
fn beginning<'a>(version: &'a Version, count: usize) -> Beginning<'a> {
    let numbers = version.numbers.split('.').take(count);
    (&version.variant, numbers.map(value).collect())
}

/// Whether a floating tag stands for `a` rather than `b`: releases first, then the highest.
fn is_better(a: &Version, b: &Version) -> bool {
    let by_release = a.is_release().cmp(&b.is_release());
    by_release.then_with(|| a.cmp(b)).is_gt()
}

#[cfg(test)]
mod tests {
    use super::FloatingTags;

    /// The version that `tag` stands for on an image with these tags: numbers, pre-release and build.
    fn stands_for(tags: &str, tag: &str) -> String {
        let all = tags.split(' ').map(|tag| ("sha256:1", tag));
        let others = ["9.9.9", "2.9.9", "3.13.9"].map(|tag| ("sha256:2", tag));
        let floating = FloatingTags::of(all.chain(others));
        let version = floating.version(Some("sha256:1"), tag).expect(tag);
        let parts = [version.numbers, &*version.pre, version.build];
        let parts = parts.into_iter().filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_floating_tag_stands_for_the_longest_and_highest_of_its_image_and_variant() {
        for (tags, tag, version) in [
            ("2.1.0 2.1 2 latest", "2", "2.1.0"),
            ("2.1.0 2.1 2 latest", "2.1", "2.1.0"),
            ("2.1.0 2.1 2 latest", "2.1.0", "2.1.0"),
            ("2.1.0 2.0.9 2", "2", "2.1.0"),
            ("v2.1.0 V02.01 2", "2", "2.1.0"),
            ("v2.1.0 V02.01 2", "V02.01", "2.1.0"),
            // Tags of another beginning, image or variant.
            ("21.0 2", "2", "2"),
            ("3.0 2", "2", "2"),
            ("2 latest", "2", "2"),
            ("2.1.0-slim 2", "2", "2"),
            ("2.1.0 2-slim", "2-slim", "2"),
            ("init-2.1.0 init-2.1 2", "init-2.1", "2.1.0"),
            ("init-2.1.0 init-2.1 2", "2", "2"),
            ("2.1.0-slim 2-slim", "2-slim", "2.1.0"),
            // Releases come before pre-releases, which are better than nothing.
            ("3.13.0rc2 3.13 3", "3.13", "3.13.0 rc2"),
            ("3.13.0rc2 3.13 3", "3", "3.13.0 rc2"),
            ("3.14.0rc2 3.13.1 3", "3", "3.13.1"),
            ("3.13.0rc2-slim 3.13-slim", "3.13-slim", "3.13.0 rc2"),
            ("21.0.10_7-jdk 21-jdk", "21-jdk", "21.0.10 7"),
            // A tag with a build or a pre-release does not float.
            ("3.13.0rc2 3.13-rc", "3.13-rc", "3.13 rc"),
            ("1.4.1 1.4_up1", "1.4_up1", "1.4 up1"),
            ("1.4.1_up1 1.4.1", "1.4.1", "1.4.1"),
        ] {
            assert_eq!(stands_for(tags, tag), version, "{tag} of {tags}");
        }
    }

    #[test]
    fn without_a_digest_a_floating_tag_counts_as_it_is() {
        let floating = FloatingTags::of([("sha256:1", "2.1.0"), ("sha256:1", "2")]);
        let numbers = |digest| floating.version(digest, "2").map(|version| version.numbers);
        assert_eq!(numbers(None), Some("2"));
        assert_eq!(numbers(Some("sha256:2")), Some("2"));
        assert_eq!(numbers(Some("sha256:1")), Some("2.1.0"));
    }
}

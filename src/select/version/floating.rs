//! Floating tags: `2` on the image that is also `2.1.0` stands for 2.1.0.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::Version;
use super::order::value;

/// The versions that the floating tags of a repository stand for.
#[derive(Debug, Default)]
pub(crate) struct FloatingTags<'a> {
    versions: HashMap<(&'a str, &'a str), Version<'a>>,
}

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
///
/// A tag stands for the best longer version that begins with its numbers: a release of the same variant
/// or, if there is none, of any variant, otherwise a pre-release. `7-debian-12` on the image of `7.0.5-debian-12-r10` counts as 7.0.5,
/// so that a range that excludes 7.0.5 does not select the image.
fn floating<'a>(tags: &[Written<'a>]) -> Vec<Written<'a>> {
    let with_variant = |tag| {
        let (_, version): &Written<'a> = tag;
        (tag, version.variant.to_ascii_lowercase())
    };
    let mut tags: Vec<_> = tags.iter().map(with_variant).collect();
    // The longest first: a floating tag may begin with the numbers of another one.
    tags.sort_by_key(|((_, version), _)| Reverse(version.written));
    let mut best: HashMap<Beginning, Version> = HashMap::new();
    let mut floating = Vec::new();
    for ((tag, version), variant) in &tags {
        let beginning = |variant, count| (variant, first_numbers(version, count));
        let find = |variant| best.get(&beginning(variant, version.written));
        let is_plain = version.is_release() && version.build.is_empty();
        // In the order it follows its target: `21` comes after `21.0.10_7-jdk`, the tag to pin.
        let targets = [find(None), find(Some(variant))].into_iter().flatten();
        let target = targets.max_by_key(|target| target.is_release());
        let target = target.filter(|_| is_plain).map(|target| Version {
            written: version.written,
            ..target.clone()
        });
        if let Some(target) = &target {
            floating.push((*tag, target.clone()));
        }
        let counted = target.as_ref().unwrap_or(version);
        for count in 1..version.written {
            for variant in [Some(variant.as_str()), None] {
                let best = best.entry(beginning(variant, count));
                let best = best.or_insert_with(|| counted.clone());
                if is_better(counted, best) {
                    *best = counted.clone();
                }
            }
        }
    }
    floating
}

/// A variant in lower case, or `None` for any, and numbers by value.
type Beginning<'a> = (Option<&'a str>, Vec<(usize, &'a str)>);

fn first_numbers<'a>(version: &'a Version<'_>, count: usize) -> Vec<(usize, &'a str)> {
    version.numbers.split('.').take(count).map(value).collect()
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
        let parts = [&*version.numbers, &*version.pre, version.build];
        let parts = parts.into_iter().filter(|part| !part.is_empty());
        parts.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_floating_tag_stands_for_the_highest_longer_version_of_its_image() {
        for (tags, tag, version) in [
            ("2.1.0 2.1 2 latest", "2", "2.1.0"),
            ("2.1.0 2.1 2 latest", "2.1", "2.1.0"),
            ("2.1.0 2.1 2 latest", "2.1.0", "2.1.0"),
            ("2.1.0 2.0.9 2", "2", "2.1.0"),
            ("v2.1.0 V02.01 2", "2", "2.1.0"),
            ("v2.1.0 V02.01 2", "V02.01", "2.1.0"),
            // Tags of another beginning or image.
            ("21.0 2", "2", "2"),
            ("3.0 2", "2", "2"),
            ("2 latest", "2", "2"),
            ("init-2.1.0 init-2.1 2", "init-2.1", "2.1.0"),
            ("2.1.0-slim 2-slim", "2-slim", "2.1.0"),
            // The same variant comes first, in any case, then any variant.
            ("2.2.0 2.1.0-slim 2-slim", "2-slim", "2.1.0"),
            ("2.2.0-slim 2.1.0 2", "2", "2.1.0"),
            ("2.2.0 2.1.0-Alpine 2-alpine", "2-alpine", "2.1.0"),
            ("2.1.0-slim 2", "2", "2.1.0"),
            ("2.1.0 2-slim", "2-slim", "2.1.0"),
            ("2.1.0-slim 2.2.0-alpine 2", "2", "2.2.0"),
            ("init-2.1.0 init-2.1 2", "2", "2.1.0"),
            (
                "7.0.5-debian-12-r10 7.0-debian-12 7-debian-12",
                "7-debian-12",
                "7.0.5",
            ),
            (
                "7.0.5-debian-12-r10 7.0-debian-12 7-debian-12",
                "7.0-debian-12",
                "7.0.5",
            ),
            (
                "4.0.0-python3.12-slim 4-python3.12",
                "4-python3.12",
                "4.0.0",
            ),
            ("21.0.10_7-jdk 21 21-jdk", "21", "21.0.10 7"),
            // A floating tag of the same variant counts with the version that it stands for.
            ("2.1.5-slim 2.1 2.0.9 2", "2", "2.1.5"),
            // Releases come before pre-releases, which are better than nothing.
            ("3.13.0rc2 3.13 3", "3.13", "3.13.0 rc2"),
            ("3.13.0rc2 3.13 3", "3", "3.13.0 rc2"),
            ("3.14.0rc2 3.13.1 3", "3", "3.13.1"),
            ("3.13.0rc2-slim 3.13-slim", "3.13-slim", "3.13.0 rc2"),
            ("3.14.0rc2-slim 3.13.1-alpine 3", "3", "3.13.1"),
            ("3.13.0rc2-slim 3.13", "3.13", "3.13.0 rc2"),
            ("3.13.0rc2 3.13.0-slim 3.13", "3.13", "3.13.0"),
            ("8.al2.2026.07.17.16 8.al2 8", "8", "8.2026.07.17.16"),
            ("21.0.10_7-jdk 21-jdk", "21-jdk", "21.0.10 7"),
            // A tag with a build or a pre-release does not float.
            ("3.13.0rc2 3.13-rc", "3.13-rc", "3.13 rc"),
            ("1.4.1 1.4_up1", "1.4_up1", "1.4 up1"),
            ("1.4.1_up1 1.4.1", "1.4.1", "1.4.1"),
        ] {
            assert_eq!(stands_for(tags, tag), version, "{tag} of {tags}");
        }
    }
}

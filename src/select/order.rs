//! Sorts rows. The result does not depend on the order in which they arrive.

use std::cmp::{Ordering, Reverse};

use clap::ValueEnum;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use super::version::{Version, natural};
use crate::model::Row;

/// The key that rows are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SortKey {
    /// When the image, or the newest one of a repository, was pushed, newest first
    #[value(aliases = ["lastPushedAt", "last push", "imagePushedAt", "imageDetail.imagePushedAt"])]
    Pushed,
    /// When the tag or repository was created, newest first
    #[value(alias = "createdAt")]
    Created,
    /// The version, highest first, then tags that are not versions
    Version,
    /// The size, largest first
    #[value(aliases = ["sizeInBytes", "imageSizeInBytes", "imageDetail.imageSizeInBytes"])]
    Size,
    /// The tag, with its numbers compared by value
    #[value(aliases = ["imageTag", "imageTags", "tags"])]
    Tag,
    /// The name, with its numbers compared by value
    #[value(alias = "repositoryName")]
    Name,
    /// The number of images, largest first
    #[value(alias = "imageCount")]
    Images,
    /// The number of images without a tag, largest first
    #[value(alias = "untaggedCount")]
    Untagged,
    /// The number of tags, largest first
    #[value(alias = "tagCount")]
    Tags,
    /// The digest
    #[value(aliases = ["imageDigest", "imageDetail.imageDigest"])]
    Digest,
    /// The service's order, which is arbitrary; rows are printed as they arrive
    None,
}

impl SortKey {
    /// A parser of `keys`, by their names, the API's field names and the titles of tables.
    ///
    /// For rows without a `name`, it means the tag.
    pub(crate) fn parser(keys: &'static [Self]) -> impl TypedValueParser<Value = Self> {
        let names = keys.iter().map(|key| key.named_among(keys));
        PossibleValuesParser::new(names).try_map(|text| {
            let is_named = |key: &&Self| key.named_among(keys).matches(&text, true);
            let key = keys.iter().find(is_named).copied();
            key.ok_or_else(|| format!("`{text}` is not a sort key"))
        })
    }

    fn named_among(self, keys: &[Self]) -> PossibleValue {
        let value = self.to_possible_value().unwrap_or_default();
        match self {
            Self::Tag if !keys.contains(&Self::Name) => value.alias("name"),
            _ => value,
        }
    }

    pub(crate) fn is_of_usage(self) -> bool {
        matches!(
            self,
            Self::Images | Self::Untagged | Self::Size | Self::Pushed | Self::Tags
        )
    }

    pub(crate) fn name(self) -> String {
        let value = self.to_possible_value().unwrap_or_default();
        value.get_name().to_owned()
    }

    /// The positions of `rows` in the order of this key. `reverse` reverses only the key, not the
    /// ties, and rows without the key still come last.
    ///
    /// An image is sorted by its best tag for which `passes` holds; `version` parses a tag of a row.
    pub(super) fn order<'a>(
        self,
        rows: &[&'a Row],
        reverse: bool,
        passes: impl Fn(&Row, &str) -> bool,
        version: impl Fn(&'a Row, &'a str) -> Option<Version<'a>>,
    ) -> Vec<usize> {
        let tags = |row: &'a Row| {
            let tags = row.names().iter().map(String::as_str);
            tags.filter(|tag| passes(row, tag))
        };
        let detail = |row: &'a Row| row.detail.as_deref();
        match self {
            Self::None => (0..rows.len()).collect(),
            Self::Pushed => by(rows, reverse, |row| row.pushed_at.map(Reverse)),
            Self::Created => by(rows, reverse, |row| row.date.map(Reverse)),
            Self::Size => by(rows, reverse, |row| row.size.map(Reverse)),
            Self::Images => by(rows, reverse, |row| detail(row)?.images.map(Reverse)),
            Self::Untagged => by(rows, reverse, |row| detail(row)?.untagged.map(Reverse)),
            Self::Tags => by(rows, reverse, |row| detail(row)?.tags.map(Reverse)),
            Self::Digest => by(rows, reverse, |row| row.digest.as_deref()),
            Self::Name => by(rows, reverse, |row| row.id().map(Natural)),
            Self::Tag => by(rows, reverse, |row| tags(row).map(Natural).min()),
            Self::Version => by_then(rows, reverse, |row| {
                let versions = tags(row).filter_map(|tag| version(row, tag));
                let highest = versions.max_by(|a, b| a.cmp(b).then(a.written.cmp(&b.written)));
                // Of equal versions the one with more written numbers comes first; tags that are not
                // versions descend.
                let written = highest.as_ref().map(|highest| highest.written);
                let other = || tags(row).map(Natural).max();
                let other = if written.is_none() { other() } else { None };
                (highest.map(Reverse), Reverse((written, other)))
            }),
        }
    }
}

struct Natural<'a>(&'a str);

impl Ord for Natural<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        natural(self.0, other.0)
    }
}

impl PartialOrd for Natural<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Natural<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Natural<'_> {}

/// The positions of `rows` in the order of a key, then of the digest and the tags.
fn by<'a, K: Ord>(
    rows: &[&'a Row],
    reverse: bool,
    key: impl Fn(&'a Row) -> Option<K>,
) -> Vec<usize> {
    by_then(rows, reverse, |row| (key(row), ()))
}

/// The positions of `rows` in the order of a key, then of another that is never reversed, then of the
/// digest and the tags. Keys are computed once per row.
fn by_then<'a, K: Ord, T: Ord>(
    rows: &[&'a Row],
    reverse: bool,
    keys: impl Fn(&'a Row) -> (Option<K>, T),
) -> Vec<usize> {
    let keys: Vec<_> = rows.iter().map(|row| keys(row)).collect();
    let mut positions: Vec<_> = (0..rows.len()).collect();
    positions.sort_by(|&a, &b| {
        let (first, second) = (&keys[a], &keys[b]);
        missing_last(first.0.as_ref(), second.0.as_ref(), reverse)
            .then_with(|| first.1.cmp(&second.1))
            .then_with(|| ties(rows[a], rows[b]))
    });
    positions
}

fn missing_last<K: Ord>(a: Option<&K>, b: Option<&K>, reverse: bool) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) if reverse => b.cmp(a),
        (Some(a), Some(b)) => a.cmp(b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}

fn ties(a: &Row, b: &Row) -> Ordering {
    let digest = a.digest.cmp(&b.digest);
    digest.then_with(|| a.names().cmp(b.names()))
}

/// Moves each row to its place: `positions` holds the row that comes first, second and so on.
pub(super) fn apply(mut positions: Vec<usize>, rows: &mut [Row]) {
    for start in 0..positions.len() {
        let mut position = start;
        while positions[position] != start {
            let from = positions[position];
            rows.swap(position, from);
            positions[position] = position;
            position = from;
        }
        positions[position] = position;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{SortKey, Version, apply};
    use crate::model::{Row, RowName};
    use clap::ValueEnum;
    use jiff::Timestamp;

    fn image(digest: &str, tags: &[&str], pushed: Option<i64>, size: Option<i64>) -> Row {
        Row {
            name: RowName::Tags(tags.iter().map(ToString::to_string).collect()),
            digest: Some(digest.to_owned()),
            size,
            pushed_at: pushed.map(|second| Timestamp::from_second(second).unwrap()),
            ..Row::default()
        }
    }

    fn digests(rows: &[Row]) -> Vec<&str> {
        rows.iter().filter_map(Row::id).collect()
    }

    fn ordered(key: SortKey, reverse: bool, mut rows: Vec<Row>) -> Vec<Row> {
        let refs: Vec<_> = rows.iter().collect();
        let passes = |_: &Row, tag: &str| !tag.starts_with("hidden");
        let positions = key.order(&refs, reverse, passes, |_, tag| Version::of(tag));
        apply(positions, &mut rows);
        rows
    }

    #[test]
    fn reverse_keeps_ties_and_missing_keys_in_place() {
        let rows = vec![
            image("d", &[], None, None),
            image("b", &[], Some(1), None),
            image("c", &[], Some(2), None),
            image("a", &[], Some(2), None),
        ];
        let forward = ordered(SortKey::Pushed, false, rows.clone());
        assert_eq!(digests(&forward), ["a", "c", "b", "d"]);
        let backward = ordered(SortKey::Pushed, true, rows);
        assert_eq!(digests(&backward), ["b", "a", "c", "d"]);
    }

    #[test]
    fn other_tags_follow_versions_in_both_directions() {
        let rows = vec![
            image("untagged", &[], None, None),
            image("other-10", &["build-10"], None, None),
            image("other-9", &["build-9", "zzz"], None, None),
            image("low", &["1.2.0", "latest"], None, None),
            image("high", &["1.9", "1.10", "aaa"], None, None),
            image("hidden", &["hidden", "0.1"], None, None),
        ];
        let forward = ordered(SortKey::Version, false, rows.clone());
        let expected = ["high", "low", "hidden", "other-9", "other-10", "untagged"];
        assert_eq!(digests(&forward), expected);
        let backward = ordered(SortKey::Version, true, rows.clone());
        let expected = ["hidden", "low", "high", "other-9", "other-10", "untagged"];
        assert_eq!(digests(&backward), expected);
        let by_tag = ordered(SortKey::Tag, false, rows);
        let expected = ["hidden", "low", "high", "other-9", "other-10", "untagged"];
        assert_eq!(digests(&by_tag), expected);
    }

    prop_compose! {
        /// Images whose fields are often equal or missing, so that ties are common.
        fn any_image()(
            digest in proptest::option::of("[ab]{1,2}"),
            tags in proptest::collection::vec("v?[0-2](\\.[0-2]){0,2}(-rc|-2)?|[ab]0?[0-9]", 0..3),
            pushed in proptest::option::of(0_i64..3),
            size in proptest::option::of(0_i64..3),
        ) -> Row {
            let tags: Vec<_> = tags.iter().map(String::as_str).collect();
            let mut image = image("", &tags, pushed, size);
            image.digest = digest;
            image
        }
    }

    /// Whether rows are equal in every field that the order reads.
    fn is_same(key: SortKey, a: &Row, b: &Row) -> bool {
        let rows =
            |first: &Row, second: &Row| ordered(key, false, vec![first.clone(), second.clone()]);
        rows(a, b)[0] == *a && rows(b, a)[0] == *b
    }

    proptest! {
        #[test]
        fn the_order_does_not_depend_on_the_input(
            (rows, shuffled) in proptest::collection::vec(any_image(), 0..12)
                .prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
            reverse: bool,
        ) {
            for &key in SortKey::value_variants().iter().filter(|key| **key != SortKey::None) {
                let ordered_rows = ordered(key, reverse, rows.clone());
                let ordered_shuffled = ordered(key, reverse, shuffled.clone());
                for (a, b) in ordered_rows.iter().zip(&ordered_shuffled) {
                    // Rows with equal key, digest and tags may differ in other fields.
                    prop_assert!(a == b || is_same(key, a, b), "{key:?}: {a:?} {b:?}");
                }
            }
        }
    }
}

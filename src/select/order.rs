//! The order of rows: exact, and the same whatever order they came in.

use std::cmp::{Ordering, Reverse};

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::version::{Version, natural};
use crate::facts::{Facts, Need};
use crate::model::Row;

/// What rows are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SortKey {
    /// When the image was pushed, newest first
    Pushed,
    /// When the tag was created, newest first
    Created,
    /// The version that the tag is, highest first, then tags that are none
    Version,
    /// The size, largest first
    Size,
    /// The tag, with numbers in it by their value
    Tag,
    /// The digest
    Digest,
    /// The service's order, which means nothing: rows are printed as they come
    None,
}

impl SortKey {
    /// A parser for commands whose rows lack the key `excluded`.
    pub(crate) fn parser_without(excluded: Self) -> impl TypedValueParser<Value = Self> {
        let keys = Self::value_variants()
            .iter()
            .filter(move |key| **key != excluded);
        let names = keys.filter_map(ValueEnum::to_possible_value);
        PossibleValuesParser::new(names).try_map(|name| Self::from_str(&name, false))
    }

    /// What the key needs to know of rows.
    pub(super) fn need(self) -> Need {
        let (name, facts) = match self {
            Self::Pushed => ("pushed", Facts::DETAILS),
            Self::Created => ("created", Facts::DETAILS),
            Self::Size => ("size", Facts::DETAILS),
            Self::Digest => ("digest", Facts::DETAILS),
            Self::Version => ("version", Facts::NAMES),
            Self::Tag => ("tag", Facts::NAMES),
            Self::None => ("none", Facts::NAMES),
        };
        Need::new(format!("--sort {name}"), facts)
    }

    /// Orders `rows`; `reverse` turns the key, but neither the ties nor the rows without the key,
    /// which come last. Of an image's tags the one counts that comes first among those that `passes`.
    pub(crate) fn order<R: Row>(
        self,
        rows: &mut [R],
        reverse: bool,
        passes: impl Fn(&str) -> bool,
    ) {
        let tag = |row| first(row, &passes, natural);
        let order = match self {
            Self::None => return,
            Self::Pushed => by(rows, reverse, |row| row.manifest().pushed_at.map(Reverse)),
            Self::Created => by(rows, reverse, |row| row.date().map(Reverse)),
            Self::Size => by(rows, reverse, |row| row.manifest().size.map(Reverse)),
            Self::Digest => by(rows, reverse, |row| row.manifest().digest.as_deref()),
            Self::Tag => by(rows, reverse, |row| tag(row).map(Natural)),
            Self::Version => by_then(
                rows,
                reverse,
                |row| {
                    first(row, &passes, highest)
                        .and_then(Version::of)
                        .map(Reverse)
                },
                |row| {
                    tag(row)
                        .filter(|tag| Version::of(tag).is_none())
                        .map(Natural)
                },
            ),
        };
        apply(order, rows);
    }
}

/// Text in its natural order.
#[derive(PartialEq, Eq)]
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

/// The tag of `row` that comes first among those that pass.
fn first<R: Row>(
    row: &R,
    passes: impl Fn(&str) -> bool,
    compare: impl Fn(&str, &str) -> Ordering,
) -> Option<&str> {
    let tags = row.tags().iter().map(String::as_str);
    tags.filter(|tag| passes(tag)).min_by(|a, b| compare(a, b))
}

/// Higher versions before lower ones, and before what is no version.
fn highest(a: &str, b: &str) -> Ordering {
    let (a, b) = (Version::of(a), Version::of(b));
    missing_last(a.map(Reverse).as_ref(), b.map(Reverse).as_ref(), false)
}

fn by<'a, R: Row, K: Ord>(
    rows: &'a [R],
    reverse: bool,
    key: impl Fn(&'a R) -> Option<K>,
) -> Vec<usize> {
    by_then(rows, reverse, key, |_| None::<()>)
}

/// The positions of `rows` in the order of a key, then of another that is never turned, then of the
/// digest and the tags. Keys are computed once a row.
fn by_then<'a, R: Row, K: Ord, T: Ord>(
    rows: &'a [R],
    reverse: bool,
    key: impl Fn(&'a R) -> Option<K>,
    then: impl Fn(&'a R) -> Option<T>,
) -> Vec<usize> {
    let keys: Vec<_> = rows.iter().map(|row| (key(row), then(row))).collect();
    let mut order: Vec<_> = (0..rows.len()).collect();
    order.sort_by(|&a, &b| {
        let (first, second) = (&keys[a], &keys[b]);
        missing_last(first.0.as_ref(), second.0.as_ref(), reverse)
            .then_with(|| missing_last(first.1.as_ref(), second.1.as_ref(), false))
            .then_with(|| ties(&rows[a], &rows[b]))
    });
    order
}

fn missing_last<K: Ord>(a: Option<&K>, b: Option<&K>, reverse: bool) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) if reverse => b.cmp(a),
        (Some(a), Some(b)) => a.cmp(b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    }
}

fn ties<R: Row>(a: &R, b: &R) -> Ordering {
    let digest = a.manifest().digest.cmp(&b.manifest().digest);
    digest.then_with(|| a.tags().cmp(b.tags()))
}

/// Moves each row to its place: `order` says which row comes at each position.
fn apply<R>(mut order: Vec<usize>, rows: &mut [R]) {
    for start in 0..order.len() {
        let mut position = start;
        while order[position] != start {
            let from = order[position];
            rows.swap(position, from);
            order[position] = position;
            position = from;
        }
        order[position] = position;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::SortKey;
    use crate::model::{Image, Manifest, Row};
    use clap::ValueEnum;
    use jiff::Timestamp;

    fn image(digest: &str, tags: &[&str], pushed: Option<i64>, size: Option<i64>) -> Image {
        Image {
            tags: Some(tags.iter().map(ToString::to_string).collect()),
            manifest: Manifest {
                digest: Some(digest.to_owned()),
                size,
                pushed_at: pushed.map(|second| Timestamp::from_second(second).unwrap()),
                ..Manifest::default()
            },
            ..Image::default()
        }
    }

    fn digests(rows: &[Image]) -> Vec<&str> {
        rows.iter().filter_map(Row::id).collect()
    }

    fn ordered(key: SortKey, reverse: bool, mut rows: Vec<Image>) -> Vec<Image> {
        key.order(&mut rows, reverse, |tag| !tag.starts_with("hidden"));
        rows
    }

    #[test]
    fn the_key_turns_and_ties_and_missing_ones_do_not() {
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
    fn versions_descend_and_other_tags_follow_in_natural_order() {
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
        /// Images whose fields often coincide or are missing, so that ties are the rule.
        fn any_image()(
            digest in proptest::option::of("[ab]{1,2}"),
            tags in proptest::collection::vec("v?[0-2](\\.[0-2]){0,2}(-rc|-2)?|[ab]0?[0-9]", 0..3),
            pushed in proptest::option::of(0_i64..3),
            size in proptest::option::of(0_i64..3),
        ) -> Image {
            let tags: Vec<_> = tags.iter().map(String::as_str).collect();
            let mut image = image("", &tags, pushed, size);
            image.manifest.digest = digest;
            image
        }
    }

    /// Rows that are the same in all that an order looks at.
    fn is_same(key: SortKey, a: &Image, b: &Image) -> bool {
        let rows = |first: &Image, second: &Image| {
            ordered(key, false, vec![first.clone(), second.clone()])
        };
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
                    // Rows alike in key, digest and tags may differ in what does not order them.
                    prop_assert!(a == b || is_same(key, a, b), "{key:?}: {a:?} {b:?}");
                }
            }
        }

        #[test]
        fn the_order_is_total(a in any_image(), b in any_image(), c in any_image()) {
            for &key in SortKey::value_variants().iter().filter(|key| **key != SortKey::None) {
                let is_before = |a: &Image, b: &Image| {
                    ordered(key, false, vec![b.clone(), a.clone()])[0] == *a
                };
                if is_before(&a, &b) && is_before(&b, &c) {
                    prop_assert!(is_before(&a, &c), "{key:?}");
                }
            }
        }

        #[test]
        fn reversing_mirrors_the_key_and_nothing_else(
            rows in proptest::collection::vec(any_image(), 0..12),
        ) {
            let forward = ordered(SortKey::Size, false, rows.clone());
            let backward = ordered(SortKey::Size, true, rows);
            let groups = |rows: &[Image]| {
                let groups = rows.chunk_by(|a, b| a.manifest.size == b.manifest.size);
                groups.map(<[Image]>::to_vec).collect::<Vec<_>>()
            };
            let mut mirrored = groups(&forward);
            let dated = mirrored.iter().filter(|group| group[0].manifest.size.is_some()).count();
            mirrored[..dated].reverse();
            let alike = |rows: Vec<Image>| {
                let key = |row: &Image| (row.manifest.size, row.manifest.digest.clone(), row.tags.clone());
                rows.iter().map(key).collect::<Vec<_>>()
            };
            prop_assert_eq!(alike(mirrored.concat()), alike(backward));
        }
    }
}

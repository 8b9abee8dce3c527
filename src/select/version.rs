//! Tags as versions, and the natural order of those that are none.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use semver::{BuildMetadata, Comparator, Prerelease, VersionReq};

/// A tag read as a version: an optional `v`, one to three numbers, an optional `-suffix`.
///
/// Missing numbers are 0 and leading zeros do not count, for tags are seldom strict SemVer. A suffix
/// makes a pre-release, as in SemVer, which comes before its release.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version<'a> {
    numbers: [u64; 3],
    suffix: Suffix<'a>,
}

/// What follows the numbers; a release has none and is the greatest.
#[derive(Debug, PartialEq, Eq)]
struct Suffix<'a>(Option<&'a str>);

impl<'a> Version<'a> {
    /// The version that `tag` is, if it is one.
    pub(crate) fn of(tag: &'a str) -> Option<Self> {
        let rest = tag.strip_prefix('v').unwrap_or(tag);
        let (core, suffix) = match rest.split_once('-') {
            Some((_, "")) => return None,
            Some((core, suffix)) => (core, Some(suffix)),
            None => (rest, None),
        };
        let mut numbers = [0; 3];
        for (index, part) in core.split('.').enumerate() {
            if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            *numbers.get_mut(index)? = part.parse().ok()?;
        }
        Some(Self {
            numbers,
            suffix: Suffix(suffix),
        })
    }

    /// The same in the terms of Cargo's ranges, unless its suffix cannot be said in them.
    fn strict(&self) -> Option<semver::Version> {
        let [major, minor, patch] = self.numbers;
        let pre = match self.suffix.0 {
            None => Prerelease::EMPTY,
            Some(suffix) => Prerelease::new(&strict_suffix(suffix)).ok()?,
        };
        Some(semver::Version {
            major,
            minor,
            patch,
            pre,
            build: BuildMetadata::EMPTY,
        })
    }
}

impl Ord for Suffix<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.0, other.0) {
            (None, None) => Ordering::Equal,
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            (Some(a), Some(b)) => a
                .split('.')
                .map(Identifier::of)
                .cmp(b.split('.').map(Identifier::of)),
        }
    }
}

impl PartialOrd for Suffix<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A part of a suffix as SemVer orders it: numbers first, by value, then texts.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Identifier<'a> {
    Number(usize, &'a str),
    Text(&'a str),
}

impl<'a> Identifier<'a> {
    fn of(text: &'a str) -> Self {
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self::Text(text);
        }
        let digits = text.trim_start_matches('0');
        Self::Number(digits.len(), digits)
    }
}

fn strict_suffix(suffix: &str) -> String {
    let strict = |part: &str| match part.trim_start_matches('0') {
        "" if !part.is_empty() => "0".to_owned(),
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.to_owned(),
        _ => part.replace('_', "-"),
    };
    let parts: Vec<_> = suffix.split('.').map(strict).collect();
    parts.join(".")
}

/// A range of versions in Cargo's grammar: `^1.2`, `~1.2.3`, `>=1, <2`, `1.*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Range(VersionReq);

impl Range {
    /// Whether `tag` is a version of this range. A pre-release is in a range only where the range
    /// names a pre-release of the same three numbers.
    pub(crate) fn contains(&self, tag: &str) -> bool {
        Version::of(tag)
            .and_then(|version| version.strict())
            .is_some_and(|version| self.0.matches(&version))
    }
}

impl FromStr for Range {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let error = match VersionReq::parse(text) {
            Ok(range) => return Ok(Self(range)),
            Err(error) => error,
        };
        // The library says what is wrong, but not where.
        let place = text
            .split(',')
            .find(|part| Comparator::parse(part.trim()).is_err())
            .unwrap_or(text)
            .trim();
        Err(format!(
            "{error} in `{place}`\nhint: a range is written as `^1.2`, `~1.2.3`, `1.*` or `>=1, <2`"
        ))
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Compares texts as people do: numbers in them by value, the rest by character.
pub(crate) fn natural(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a, b);
    loop {
        let ((left_run, left_rest), (right_run, right_rest)) = (run(left), run(right));
        let order = Identifier::of(left_run).cmp(&Identifier::of(right_run));
        if order.is_ne() {
            return order;
        }
        if left_rest.is_empty() || right_rest.is_empty() {
            // Leading zeros are all that can still tell the two apart.
            return left_rest.cmp(right_rest).then_with(|| a.cmp(b));
        }
        (left, right) = (left_rest, right_rest);
    }
}

/// The longest beginning of digits only or of no digit, and what follows.
fn run(text: &str) -> (&str, &str) {
    let is_digit = |character: char| character.is_ascii_digit();
    let starts_with_digit = text.starts_with(is_digit);
    let end = text
        .find(|character| is_digit(character) != starts_with_digit)
        .unwrap_or(text.len());
    text.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::{Range, Version, natural};
    use std::cmp::Ordering;

    #[test]
    fn versions_ascend_as_semver_has_them() {
        let ascending = [
            "0.9",
            "v1.0.0-2",
            "1.0.0-10",
            "1.0.0-alpha",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-rc.1",
            "1.0.0-rc.2",
            "1.0.0-rc.11",
            "v1",
            "1.0.1",
            "1.2",
            "1.10",
            "v02.0",
            "20240601",
        ];
        let versions: Vec<_> = ascending.map(Version::of).into();
        assert!(versions.iter().all(Option::is_some));
        assert!(
            versions.windows(2).all(|pair| pair[0] < pair[1]),
            "{versions:?}"
        );
        assert_eq!(Version::of("v1"), Version::of("1.0.0"));
        assert_eq!(Version::of("1.02.3"), Version::of("v1.2.3"));
    }

    #[test]
    fn what_is_no_version_is_none() {
        for tag in [
            "",
            "v",
            "latest",
            "1.2.3.4",
            "1..2",
            "1.",
            ".1",
            "1.x",
            "1.2-",
            "vv1",
            "1.2 ",
            "-1",
            "sha256-0123.sig",
            "99999999999999999999999",
            "1.2_3",
        ] {
            assert_eq!(Version::of(tag), None, "{tag}");
        }
    }

    #[test]
    fn ranges_leave_out_pre_releases_unless_they_name_one() {
        let contains = |range: &str, tag| range.parse::<Range>().unwrap().contains(tag);
        assert!(contains("^1.2", "v1.27.3") && contains("^1.2", "1.2") && contains(">=1, <2", "1"));
        assert!(
            !contains("^1.2", "1.27.3-alpine")
                && !contains("^1.2", "2.0")
                && !contains("*", "latest")
        );
        assert!(
            contains(">=1.27.3-a, <2", "1.27.3-alpine_3.01")
                && !contains(">=1.27.3-a, <2", "1.27.4-b")
        );
    }

    #[test]
    fn a_range_that_is_none_names_the_place() {
        let error = ">=1, <x2".parse::<Range>().unwrap_err();
        assert!(error.contains("in `<x2`"), "{error}");
    }

    #[test]
    fn numbers_in_texts_count_by_value() {
        let ascending = [
            "",
            "a",
            "a1",
            "a2",
            "a02b",
            "a10",
            "b",
            "build-9",
            "build-10",
            "build-10-x",
        ];
        for pair in ascending.windows(2) {
            assert_eq!(natural(pair[0], pair[1]), Ordering::Less, "{pair:?}");
            assert_eq!(natural(pair[1], pair[0]), Ordering::Greater, "{pair:?}");
        }
        assert_eq!(natural("a01", "a1"), Ordering::Less);
        assert_eq!(natural("a1", "a1"), Ordering::Equal);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_version_and_a_range_or_none(
            range in ".*|[<>=^~]{0,2}[0-9]{1,25}([.][0-9*x]{1,3}){0,3}(-[a-z0-9.]{0,5})?(, ?.*)?",
            tag in ".*|v?[0-9]{1,25}([.][0-9]{0,3}){0,3}(-[a-zA-Z0-9._-]{0,9})?",
        ) {
            let _ = Version::of(&tag);
            if let Ok(range) = range.parse::<Range>() {
                let _ = range.contains(&tag);
            }
        }

        #[test]
        fn the_natural_order_is_total(a in "[a10-]{0,4}", b in "[a10-]{0,4}", c in "[a10-]{0,4}") {
            proptest::prop_assert_eq!(natural(&a, &b), natural(&b, &a).reverse());
            if natural(&a, &b).is_le() && natural(&b, &c).is_le() {
                proptest::prop_assert!(natural(&a, &c).is_le());
            }
        }
    }
}

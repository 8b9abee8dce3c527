//! The order of versions, and the natural order of texts.

use std::cmp::Ordering;

use super::Version;

impl PartialEq for Version<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Version<'_> {}

impl PartialOrd for Version<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The lowest first: by numbers, a pre-release before its release, a build after none, variants before
/// what they extend.
impl Ord for Version<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        compare_numbers(&self.numbers, &other.numbers)
            .then_with(|| self.is_release().cmp(&other.is_release()))
            .then_with(|| compare_pre_releases(&self.pre, &other.pre))
            .then_with(|| natural(self.build, other.build))
            .then_with(|| compare_variants(&self.variant, &other.variant))
    }
}

/// Compares numbers separated by dots, by value; missing ones are 0.
pub(super) fn compare_numbers(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (a, b) => value(a.unwrap_or_default()).cmp(&value(b.unwrap_or_default())),
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// Compares pre-releases in natural order; case and separators do not count.
pub(super) fn compare_pre_releases(a: &str, b: &str) -> Ordering {
    let pieces = |text| {
        let is_separator = |piece: &Piece| matches!(piece.0, '-' | '.' | '_');
        let pieces = pieces(text).filter(move |piece| !is_separator(piece));
        pieces.map(|(character, length, digits)| (character.to_ascii_lowercase(), length, digits))
    };
    pieces(a).cmp(pieces(b))
}

/// Compares variants by their parts between hyphens: what extends a variant comes before it, and a part
/// that begins with a digit after one that does not.
fn compare_variants(a: &str, b: &str) -> Ordering {
    let parts = |text| str::split(text, '-').filter(|part| !part.is_empty());
    let has_digit = |part: &str| part.starts_with(|character: char| character.is_ascii_digit());
    let (mut a, mut b) = (parts(a), parts(b));
    loop {
        let order = match (a.next(), b.next()) {
            (Some(a), Some(b)) => (has_digit(a).cmp(&has_digit(b))).then_with(|| natural(a, b)),
            (a, b) => return b.is_some().cmp(&a.is_some()),
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// Compares texts in natural order: runs of digits by value, everything else by character. Texts that
/// differ in leading zeros alone are equal.
pub(crate) fn natural(a: &str, b: &str) -> Ordering {
    // Most neighbours begin alike. Digits at the end of that belong to numbers that may differ.
    let same = std::iter::zip(a.bytes(), b.bytes()).take_while(|(a, b)| a == b);
    let same = &a[..a.floor_char_boundary(same.count())];
    let start = same
        .trim_end_matches(|last: char| last.is_ascii_digit())
        .len();
    pieces(&a[start..]).cmp(pieces(&b[start..]))
}

/// A single character, or `0` and the value of a run of digits, which sorts like a digit among
/// characters.
type Piece<'a> = (char, usize, &'a str);

fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let is_other = |character: char| !character.is_ascii_digit();
        let end = match rest.find(is_other).unwrap_or(rest.len()) {
            0 => first.len_utf8(),
            end => end,
        };
        let (piece, after) = rest.split_at(end);
        rest = after;
        if !first.is_ascii_digit() {
            return Some((first, 0, ""));
        }
        let (length, digits) = value(piece);
        Some(('0', length, digits))
    })
}

/// Digits as a key that compares by value, of any length.
pub(super) fn value(digits: &str) -> (usize, &str) {
    let digits = digits.trim_start_matches('0');
    (digits.len(), digits)
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use proptest::prelude::*;

    use super::natural;
    use crate::select::version::Version;

    fn compare(a: &str, b: &str) -> Ordering {
        let version = |tag| Version::of(tag).expect(tag);
        version(a).cmp(&version(b))
    }

    #[test]
    fn versions_descend() {
        for tags in [
            "9999999999999999999999999999.1 2024.06.01 v2.1.0.5 2.1.0_b10 2.1_b9 2.1.0_b9-alpine 2.1 \
             2.1.0-slim init-2.1.0 2.1.0-alpine3.10 2.1-alpine3.9 2.1.0-Alpine 2.1-test 2.1.0-rc10 \
             2.1.0-rc10-slim 2.1.0-rc10_b1 2.1.0-rc9 2.1.0rc1 2.1.0-beta 2.1.0-alpha.10 \
             2.1.0-alpha.9 2.1.0-alpha 2.1.0-5-gabcdef0 2.0.11 02.0.9 1.9 0",
            "1.4.1_up1.0.10 1.4.1_up1.0.2 1.4.1",
            "v1.30.2-eks-1-30-11 v1.30.2-eks-1-30-9 v1.30.2-eks-1-30-latest",
            "7.0.5 7.0.5-debian-12 7.0.5-debian-12-r10 7.0.5-debian-12-r9 7.0.5-debian-11-r99",
            "1.300071.0 1.300071.0b1720 1.300071.0b1720-arm64 1.300071.0b1720-amd64 1.300071.0b1719",
            "1.2-alpine3.9 1.2-alpine 1.2-alpine-slim 1.2-alpine-slim-x",
            "8.al2023.2026.07.17.16 8.al2.2026.07.17.16 8.al2.2026.07.17.16-x86_64 8.al2.2026.02.03 8",
            "21.0.10_7-jre 21.0.10_7-jdk 21.0.9_10-jdk",
            "2023.6.20241010.0 2023.6.20240930 2023.5.20250101.0",
        ] {
            let tags: Vec<_> = tags.split(' ').collect();
            for (index, higher) in tags.iter().enumerate() {
                for lower in &tags[index + 1..] {
                    assert!(compare(higher, lower).is_gt(), "{higher} {lower}");
                    assert!(compare(lower, higher).is_lt(), "{higher} {lower}");
                }
            }
        }
    }

    #[test]
    fn equal_versions_may_be_written_differently() {
        for (a, b) in [
            ("v1", "1.0.0"),
            ("1.02.3", "V1.2.3"),
            ("1.2-RC-1", "1.2.0rc1"),
            ("1.2-rc.01", "1.2.0-rc1"),
            ("3.0.0", "3"),
            ("7.0-debian-12-r09", "7.0-debian-12-r9"),
            ("al2023.2026.02.27", "2026.2.27-al2023"),
            ("init-1.2-slim", "1.2-init-slim"),
        ] {
            assert_eq!(compare(a, b), Ordering::Equal, "{a} {b}");
        }
    }

    #[test]
    fn numbers_in_texts_count_by_value() {
        let ascending = " - 0 9 10 A _ a a- a1 a2 a02b a10 b build-9 build-10 build-10-x é";
        let ascending: Vec<_> = ascending.split(' ').collect();
        for pair in ascending.windows(2) {
            assert_eq!(natural(pair[0], pair[1]), Ordering::Less, "{pair:?}");
            assert_eq!(natural(pair[1], pair[0]), Ordering::Greater, "{pair:?}");
        }
        assert_eq!(natural("a01", "a1"), Ordering::Equal);
    }

    const TAG: &str = "(init-|rc-)?v?0?[0-2]([.]0?[0-2]|[.]a[.]2024){0,2}(_[b-]?0?[0-2])?(-|[.])?(rc[.-]?[0-2]|[ab][0-2]|RC1)?(-?[ab0-]){0,3}";

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1024))]

        #[test]
        fn the_order_of_versions_is_total(a in TAG, b in TAG, c in TAG) {
            let versions = (Version::of(&a), Version::of(&b), Version::of(&c));
            let (Some(a), Some(b), Some(c)) = versions else { return Ok(()) };
            prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
            if a.cmp(&b).is_le() && b.cmp(&c).is_le() {
                prop_assert!(a.cmp(&c).is_le());
            }
            if a.cmp(&b).is_eq() {
                prop_assert_eq!(a.cmp(&c), b.cmp(&c));
            }
        }

        #[test]
        fn the_natural_order_is_total(a in "[aB10.-]{0,4}", b in "[aB10.-]{0,4}", c in "[aB10.-]{0,4}") {
            prop_assert_eq!(natural(&a, &b), natural(&b, &a).reverse());
            if natural(&a, &b).is_le() && natural(&b, &c).is_le() {
                prop_assert!(natural(&a, &c).is_le());
            }
        }

        #[test]
        fn any_text_is_a_version_or_not(tag in ".*|v?[0-9]{1,25}([.][0-9]{0,3}){0,3}([_.-]?[a-zA-Z0-9._-]{0,9}){0,2}") {
            if let Some(version) = Version::of(&tag) {
                prop_assert!(version.cmp(&version).is_eq());
            }
        }
    }
}

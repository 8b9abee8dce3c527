//! Reads a tag as a version: `[prefix-][v]NUMBERS[_build][-suffix]`.

use std::borrow::Cow;

/// A tag read as a version. Equal versions may be written differently: `v1.2` and `1.2.0`.
#[derive(Clone, Debug)]
pub(crate) struct Version<'a> {
    pub(super) numbers: Cow<'a, str>,
    /// The pre-release, as written; empty for a release.
    pub(super) pre: Cow<'a, str>,
    /// The build, without its `_`; empty if there is none.
    pub(super) build: &'a str,
    /// The prefix, the word before a date and the rest of the suffix, joined by hyphens; empty for the
    /// plain version.
    pub(super) variant: Cow<'a, str>,
    /// How many numbers the tag has. A floating tag has fewer than `numbers`.
    pub(in crate::select) written: usize,
}

/// A suffix that starts with one of these words is a pre-release.
const PRE_RELEASE_WORDS: &str = "alpha beta rc cr pre preview dev develop snapshot nightly canary \
    edge next ea m milestone test pr branch main master feature ci unstable experimental";

const SEPARATORS: [char; 3] = ['-', '.', '_'];

/// A single number with more digits is a date stamp, a build number or a commit.
const MOST_DIGITS_OF_ONE_NUMBER: usize = 4;

impl<'a> Version<'a> {
    pub(crate) fn of(tag: &'a str) -> Option<Self> {
        let (prefix, (numbers, word, rest)) = split_prefix(tag)?;
        let several = numbers.contains('.');
        if !several && numbers.len() > MOST_DIGITS_OF_ONE_NUMBER {
            return None;
        }
        let (build, suffix, is_glued) = split_build(rest, several)?;
        let (suffix, described, after) = split_description(suffix);
        let (pre, variant) = split_pre_release(suffix, is_glued);
        let [(pre_prefix, prefix), (pre_word, word)] =
            [prefix, word].map(|text| match split_pre_release(text, false) {
                (_, "") => (text, ""),
                _ => ("", text),
            });
        let [variant, after] = [variant, after].map(|text| text.trim_start_matches(SEPARATORS));
        Some(Self {
            written: numbers.split('.').count(),
            numbers,
            pre: join([pre_prefix, pre_word, pre, described]),
            build,
            variant: join([prefix, word, variant, after]),
        })
    }

    pub(super) fn is_release(&self) -> bool {
        self.pre.is_empty()
    }
}

/// Splits the text after the numbers into the build and the suffix, and says whether the suffix is
/// glued to the numbers. `several` says whether there are two or more of them.
fn split_build(text: &str, several: bool) -> Option<(&str, &str, bool)> {
    if text.is_empty() {
        return Some(("", "", false));
    }
    if let Some(text) = text.strip_prefix('_') {
        let (build, rest) = text
            .split_once('-')
            .map_or((text, None), |(build, rest)| (build, Some(rest)));
        let is_valid = !build.is_empty() && rest.is_none_or(is_suffix);
        return is_valid.then_some((build, rest.unwrap_or_default(), false));
    }
    if let Some(suffix) = text.strip_prefix('-') {
        return is_suffix(suffix).then_some(("", suffix, false));
    }
    let after_dot = text.strip_prefix('.');
    let suffix = after_dot.unwrap_or(text);
    let is_valid = several && starts_with_letter(suffix);
    is_valid.then_some(("", suffix, after_dot.is_none()))
}

fn is_suffix(text: &str) -> bool {
    !text.is_empty() && !text.starts_with('-')
}

/// Numbers, the word before a date among them, which may be empty, and the rest.
type Numbered<'a> = (Cow<'a, str>, &'a str, &'a str);

/// Splits a tag into its prefix, which may be empty, and the rest.
fn split_prefix(tag: &str) -> Option<(&str, Numbered<'_>)> {
    if let Some(numbered) = split_dated(tag) {
        return Some(("", numbered));
    }
    // `sha256-12….sig` belongs to the image of that digest.
    if !starts_with_letter(tag) || tag.starts_with("sha256-") {
        return None;
    }
    tag.match_indices('-').find_map(|(hyphen, _)| {
        let numbered = split_dated(&tag[hyphen + 1..])?;
        (numbered.0.contains('.')).then_some((&tag[..hyphen], numbered))
    })
}

/// Splits `8.al2.2026.07.17.16-arm64` into `8.2026.07.17.16`, `al2` and `-arm64`.
fn split_dated(text: &str) -> Option<Numbered<'_>> {
    let dated = text.match_indices('.').find_map(|(dot, _)| {
        let (first, after) = (&text[..dot], &text[dot + 1..]);
        let day = after.get(4..).and_then(|rest| rest.strip_prefix('.'));
        let is_date = digits(after) == 4 && day.is_some_and(|day| digits(day) > 0);
        let (before, word) = first.split_at(first.rfind('.').map_or(0, |dot| dot + 1));
        let is_number = split_numbers(first).is_some_and(|(_, rest)| rest.is_empty());
        let has_letter = word.contains(|character: char| character.is_ascii_alphabetic());
        if !is_date || is_number || !has_letter || word.contains('-') {
            return None;
        }
        let (date, rest) = split_numbers(after)?;
        match split_numbers(before) {
            Some((numbers, ".")) => Some((format!("{numbers}.{date}").into(), word, rest)),
            None if before.is_empty() => Some((date.into(), word, rest)),
            _ => None,
        }
    });
    dated.or_else(|| split_numbers(text).map(|(numbers, rest)| (numbers.into(), "", rest)))
}

/// Splits `[v]1.2.3rest` into `1.2.3` and the rest.
pub(super) fn split_numbers(text: &str) -> Option<(&str, &str)> {
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let mut end = digits(text);
    if end == 0 {
        return None;
    }
    while let Some(next) = text[end..].strip_prefix('.') {
        match digits(next) {
            0 => break,
            length => end += 1 + length,
        }
    }
    Some(text.split_at(end))
}

/// Splits a suffix into the pre-release that it begins with, which may be empty, and the rest.
///
/// A pre-release is a word with or without a number, and any parts joined to it by dots: `rc1`,
/// `RC-1`, `preview.7.23375.6`, `a1.dev5`.
fn split_pre_release(text: &str, glued: bool) -> (&str, &str) {
    let Some(mut end) = pre_release_word(text, glued) else {
        return ("", text);
    };
    while let Some(next) = text[end..].strip_prefix('.') {
        match pre_release_word(next, false).or_else(|| number(next)) {
            Some(length) => end += 1 + length,
            None => break,
        }
    }
    text.split_at(end)
}

/// The length of the pre-release word at the start of `text`, with its number.
fn pre_release_word(text: &str, glued: bool) -> Option<usize> {
    let end = text
        .find(|character: char| !character.is_ascii_alphabetic())
        .unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    if glued && matches!(word, "a" | "b" | "c" | "A" | "B" | "C") {
        let digits = number(rest).filter(|digits| *digits <= 2)?;
        return Some(end + digits);
    }
    let mut known = PRE_RELEASE_WORDS.split(' ');
    known.find(|known| word.eq_ignore_ascii_case(known))?;
    let separated = rest.strip_prefix(SEPARATORS);
    let number = number(rest).or_else(|| separated.and_then(number).map(|digits| digits + 1));
    Some(end + number.unwrap_or_default())
}

/// The length of the number at the start of `text`; `3f2a91c` does not start with a number.
fn number(text: &str) -> Option<usize> {
    let length = digits(text);
    (length > 0 && !starts_with_letter(&text[length..])).then_some(length)
}

/// Splits a suffix around the part that `git describe` appended: `5-gabcdef0`, a count of commits and
/// a hash. Without such a part, the second result is empty.
fn split_description(text: &str) -> (&str, &str, &str) {
    let starts = std::iter::once(0).chain(text.match_indices('-').map(|(hyphen, _)| hyphen + 1));
    for start in starts {
        if let Some(length) = description(&text[start..]) {
            let before = text[..start].trim_end_matches('-');
            let (described, rest) = text[start..].split_at(length);
            return (before, described, rest);
        }
    }
    (text, "", "")
}

/// The length of `5-gabcdef0` at the start of `text`.
fn description(text: &str) -> Option<usize> {
    let commits = digits(text);
    let hash = text[commits..].strip_prefix("-g").filter(|_| commits > 0)?;
    let length = hash
        .find(|character: char| !character.is_ascii_hexdigit())
        .unwrap_or(hash.len());
    // Git never abbreviates to fewer digits.
    let is_hash = length >= 4 && !starts_with_letter(&hash[length..]);
    is_hash.then_some(commits + "-g".len() + length)
}

fn digits(text: &str) -> usize {
    let is_other = |character: char| !character.is_ascii_digit();
    text.find(is_other).unwrap_or(text.len())
}

fn starts_with_letter(text: &str) -> bool {
    text.starts_with(|character: char| character.is_ascii_alphabetic())
}

fn join<const N: usize>(parts: [&str; N]) -> Cow<'_, str> {
    let mut joined = Cow::Borrowed("");
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        if joined.is_empty() {
            joined = Cow::Borrowed(part);
        } else {
            joined.to_mut().push('-');
            joined.to_mut().push_str(part);
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::Version;

    /// Each version as `numbers pre build variant`, with `-` for an empty part.
    fn parts(tag: &str) -> String {
        let Some(version) = Version::of(tag) else {
            return "none".to_owned();
        };
        let parts = [
            &*version.numbers,
            &*version.pre,
            version.build,
            &*version.variant,
        ];
        parts
            .map(|part| if part.is_empty() { "-" } else { part })
            .join(" ")
    }

    #[track_caller]
    fn assert_parts(cases: &[(&str, &str)]) {
        for (tag, expected) in cases {
            assert_eq!(parts(tag), *expected, "{tag}");
        }
    }

    #[test]
    fn numbers_builds_and_variants_are_read() {
        assert_parts(&[
            ("1.27.3", "1.27.3 - - -"),
            ("v1.27", "1.27 - - -"),
            ("V2", "2 - - -"),
            ("22.04", "22.04 - - -"),
            ("2024.06.01", "2024.06.01 - - -"),
            ("2024-06-01", "2024 - - 06-01"),
            ("20240601.1", "20240601.1 - - -"),
            ("3.12.2025.01.10.09", "3.12.2025.01.10.09 - - -"),
            (
                "99999999999999999999999.1",
                "99999999999999999999999.1 - - -",
            ),
            ("v1.30.2-eks-1-30-11", "1.30.2 - - eks-1-30-11"),
            ("7.0.5-debian-12-r10", "7.0.5 - - debian-12-r10"),
            ("1.4.1_up1.0.10", "1.4.1 - up1.0.10 -"),
            ("v1.2.3_linux_amd64", "1.2.3 - linux_amd64 -"),
            ("21.0.10_7-jdk", "21.0.10 - 7 jdk"),
            ("21-jdk", "21 - - jdk"),
            ("8.0.1-jdk17", "8.0.1 - - jdk17"),
            ("1.2.3.RELEASE", "1.2.3 - - RELEASE"),
            ("26.1.3.Final-jre", "26.1.3 - - Final-jre"),
            ("9.4.53.v20231009", "9.4.53 - - v20231009"),
            ("1.300037.1b602", "1.300037.1 - - b602"),
            ("1.1.1w", "1.1.1 - - w"),
            ("0-3f2a91c", "0 - - 3f2a91c"),
            ("1.2.3-20240601", "1.2.3 - - 20240601"),
            ("3.12-slim-bookworm", "3.12 - - slim-bookworm"),
        ]);
    }

    #[test]
    fn a_prefix_needs_two_numbers_and_is_part_of_the_variant() {
        assert_parts(&[
            ("init-2.32.2", "2.32.2 - - init"),
            ("init-1.2-slim", "1.2 - - init-slim"),
            ("jdk-21.0.2_13", "21.0.2 - 13 jdk"),
            ("release-v1.2.3", "1.2.3 - - release"),
            ("php8.1-2.3-fpm", "2.3 - - php8.1-fpm"),
            ("eks-distro-1.30", "1.30 - - eks-distro"),
            ("foo-12-1.2", "1.2 - - foo-12"),
            ("jdk-21", "none"),
            ("nightly-20240601", "none"),
            ("eks-1-30-11", "none"),
            ("release_1.2.3", "none"),
            ("jdk21.0.2", "none"),
            ("init-1.2.3-", "none"),
        ]);
        let digest = "12".repeat(32);
        assert_parts(&[
            (&format!("sha256-{digest}.sig"), "none"),
            (&format!("sha256-{digest}"), "none"),
            ("sha256-12.34", "none"),
        ]);
    }

    #[test]
    fn a_word_before_a_date_is_part_of_the_variant() {
        assert_parts(&[
            ("8.al2.2026.07.17.16", "8.2026.07.17.16 - - al2"),
            ("8.al2.2026.07.17.16-arm64", "8.2026.07.17.16 - - al2-arm64"),
            (
                "al2023.2026.02.27.21-x86_64",
                "2026.02.27.21 - - al2023-x86_64",
            ),
            ("v8.0.al2.2026.7", "8.0.2026.7 - - al2"),
            ("init-8.al2.2026.07", "8.2026.07 - - init-al2"),
            ("3f2a91c.2024.06.01", "2024.06.01 - - 3f2a91c"),
            ("rc1.2024.06.01", "2024.06.01 rc1 - -"),
            (
                "8.0.nightly.2024.06.01-slim",
                "8.0.2024.06.01 nightly - slim",
            ),
            ("v2.2024.06.01", "2.2024.06.01 - - -"),
            ("1.2.0-rc.2024.06.01", "1.2.0 rc.2024.06.01 - -"),
            ("1.8.al2.x.2026.07", "1.8 - - al2.x.2026.07"),
            ("1.8.al2.20260717.16", "1.8 - - al2.20260717.16"),
            ("8.al2.2026", "none"),
            ("al2023", "none"),
            ("al2023.2026", "none"),
        ]);
    }

    #[test]
    fn pre_releases_are_words_and_git_descriptions() {
        assert_parts(&[
            ("1.2.3-rc1", "1.2.3 rc1 - -"),
            ("1.2.3-rc.1", "1.2.3 rc.1 - -"),
            ("1.2.3-RC-1", "1.2.3 RC-1 - -"),
            ("1.2.3.RC1", "1.2.3 RC1 - -"),
            ("2.0.0.M1", "2.0.0 M1 - -"),
            ("2.0.0M1", "2.0.0 M1 - -"),
            ("1.2.3-SNAPSHOT", "1.2.3 SNAPSHOT - -"),
            ("3.13.0rc2", "3.13.0 rc2 - -"),
            ("3.13.0a1", "3.13.0 a1 - -"),
            ("3.13.0b12-slim", "3.13.0 b12 - slim"),
            ("3.13.0a1.dev5", "3.13.0 a1.dev5 - -"),
            ("3.13.0rc2-slim-bookworm", "3.13.0 rc2 - slim-bookworm"),
            ("3.13-rc-slim", "3.13 rc - slim"),
            ("3-rc", "3 rc - -"),
            ("8.0.0-preview.7.23375.6", "8.0.0 preview.7.23375.6 - -"),
            ("1.2.3-dev-3f2a91c", "1.2.3 dev - 3f2a91c"),
            ("1.2.3-pr-123-arm64", "1.2.3 pr-123 - arm64"),
            ("1.4.1-rc.1_up1.0", "1.4.1 rc.1 - up1.0"),
            ("1.4.1_up1.0-rc1", "1.4.1 rc1 up1.0 -"),
            ("1.2.3-5-gabcdef0", "1.2.3 5-gabcdef0 - -"),
            ("1.2.3-rc1-5-gabcdef0-amd64", "1.2.3 rc1-5-gabcdef0 - amd64"),
            ("1.2.3-alpine-5-gabcdef0", "1.2.3 5-gabcdef0 - alpine"),
            ("nightly-2024.06.01", "2024.06.01 nightly - -"),
            ("nightly-1.2-slim", "1.2 nightly - slim"),
            ("init-1.2rc1-slim", "1.2 rc1 - init-slim"),
            ("pr-12-1.2.3", "1.2.3 pr-12 - -"),
        ]);
    }

    #[test]
    fn a_word_ends_where_its_letters_end() {
        for variant in "minimal musl mainline premium arm64 developer b1 a1 c".split(' ') {
            let tag = format!("1.2.3-{variant}");
            assert_eq!(parts(&tag), format!("1.2.3 - - {variant}"));
        }
        assert_eq!(parts("1.2.3b"), "1.2.3 - - b");
        assert_eq!(parts("1.2.3b123"), "1.2.3 - - b123");
        assert_eq!(parts("mainline-1.2.3"), "1.2.3 - - mainline");
    }

    #[test]
    fn other_tags_are_not_versions() {
        let tags = "v latest 1..2 1. 1.2. .1 1.x 1.2- 1.2.3- vv1 -1 _1.2 1.2_ 1.2_-x 1.2_b- 1.2--x \
            1e10abc 20240601 9170052 20240601-alpine v20240601 v20240601-1.2.3 00001 1.2+x 3f2a91c \
            1.é é-1.2";
        for tag in tags.split(' ').chain(["", "1.2 "]) {
            assert_eq!(parts(tag), "none", "{tag}");
        }
    }
}

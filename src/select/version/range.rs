//! Ranges of versions in the grammar of npm and Helm, over any count of numbers.

use std::cmp::Ordering;
use std::str::FromStr;

use super::Version;
use super::order::{compare_numbers, compare_pre_releases};
use super::tag::split_numbers;

/// A range of versions: `^1.2`, `~1.2.3`, `>=1 <2`, `1.2 - 1.4`, `1.x || 3.x`. A version is in the
/// range if it is in one of the alternatives.
#[derive(Clone, Debug)]
pub(crate) struct Range(Vec<Alternative>);

#[derive(Clone, Debug, Default)]
struct Alternative {
    starts: Vec<Point>,
    ends: Vec<Point>,
    /// The numbers of the pre-releases that are named here: pre-releases of the same numbers are in
    /// the range without `--pre`.
    named: Vec<String>,
}

/// A point in the order of versions, regardless of builds and variants.
#[derive(Clone, Debug)]
struct Point {
    numbers: String,
    stage: Stage,
}

/// A point among the versions with the same numbers.
#[derive(Clone, Debug)]
enum Stage {
    Start,
    Pre(String),
    AfterPre(String),
    Release,
    /// Before the first pre-release with `--pre`, otherwise at the release.
    StartWithPre,
}

/// The version of a comparator: `1.27`, `1.x`, `3.0.0-rc9`.
#[derive(Debug)]
struct Comparand {
    numbers: Vec<String>,
    pre: String,
    /// Whether `x` or `*` replaces the missing numbers.
    wildcard: bool,
}

/// Longer operators before their prefixes.
const OPERATORS: [&str; 8] = [">=", "<=", "~>", ">", "<", "=", "~", "^"];

const GRAMMAR: &str = "hint: a range is written as `^1.2`, `~1.2.3`, `1.27`, `1.x`, `>=1 <2`, `1.2 - 1.4` or `1.x || 3.x`";

impl Range {
    /// Whether `version` is in the range; `pre` admits all pre-releases between its ends.
    pub(crate) fn contains(&self, version: &Version, pre: bool) -> bool {
        let mut alternatives = self.0.iter();
        alternatives.any(|alternative| alternative.contains(version, pre))
    }
}

impl FromStr for Range {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let alternatives: Result<_, _> = text.split("||").map(str::parse).collect();
        alternatives.map(Self)
    }
}

impl FromStr for Alternative {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_separator = |character: char| character.is_whitespace() || character == ',';
        let words = text.split(is_separator).filter(|word| !word.is_empty());
        let mut words = words.peekable();
        let missing = |after: &str| format!("a version is missing after `{after}`\n{GRAMMAR}");
        if words.peek().is_none() {
            return Err(format!(
                "a range is missing; `*` is every version\n{GRAMMAR}"
            ));
        }
        let mut alternative = Self::default();
        while let Some(word) = words.next() {
            let operator = OPERATORS
                .iter()
                .find(|operator| word.starts_with(**operator));
            let operator = operator.copied().unwrap_or_default();
            let version = match &word[operator.len()..] {
                "" => words.next().ok_or_else(|| missing(word))?,
                version => version,
            };
            let version: Comparand = version.parse()?;
            if operator.is_empty() && words.next_if_eq(&"-").is_some() {
                let last = words.next().ok_or_else(|| missing(&format!("{word} -")))?;
                alternative.add_span(&version, &last.parse()?);
            } else {
                alternative.add(operator, &version);
            }
        }
        Ok(alternative)
    }
}

impl Alternative {
    fn add(&mut self, operator: &str, version: &Comparand) {
        self.name(version);
        let is_pre = !version.pre.is_empty();
        let all = version.numbers.len();
        let after = Point {
            numbers: version.numbers.join("."),
            stage: Stage::AfterPre(version.pre.clone()),
        };
        match operator {
            // No version is beyond every version.
            ">" | "<" if all == 0 => self.ends.push(Point::start("0".to_owned())),
            _ if all == 0 => {}
            ">" if is_pre => self.starts.push(after),
            ">" if version.is_partial() => self.starts.push(Point {
                numbers: version.next(all),
                stage: Stage::StartWithPre,
            }),
            ">" => self.starts.push(Point::start(version.next(all))),
            ">=" => self.starts.push(version.point()),
            "<" if version.is_partial() => self.ends.push(Point::start(after.numbers)),
            "<" => self.ends.push(version.point()),
            "<=" if is_pre => self.ends.push(after),
            "<=" => self.ends.push(Point::start(version.next(all))),
            "~" | "~>" => self.add_interval(version, Point::start(version.next(2))),
            "^" => self.add_interval(version, Point::start(version.next(version.compatible()))),
            _ if is_pre => self.add_interval(version, after),
            _ => self.add_interval(version, Point::start(version.next(all))),
        }
    }

    fn add_interval(&mut self, version: &Comparand, end: Point) {
        self.starts.push(version.point());
        self.ends.push(end);
    }

    fn add_span(&mut self, first: &Comparand, last: &Comparand) {
        self.name(first);
        if !first.numbers.is_empty() {
            let mut start = first.point();
            if first.pre.is_empty() {
                start.stage = Stage::StartWithPre;
            }
            self.starts.push(start);
        }
        self.add("<=", last);
    }

    fn name(&mut self, version: &Comparand) {
        if !version.pre.is_empty() {
            self.named.push(version.numbers.join("."));
        }
    }

    fn contains(&self, version: &Version, pre: bool) -> bool {
        let is_named = |numbers: &String| compare_numbers(numbers, &version.numbers).is_eq();
        let is_admitted = pre || version.is_release() || self.named.iter().any(is_named);
        let is_reached = |point: &Point| point.is_reached(version, pre);
        is_admitted && self.starts.iter().all(is_reached) && !self.ends.iter().any(is_reached)
    }
}

impl Point {
    fn start(numbers: String) -> Self {
        Self {
            numbers,
            stage: Stage::Start,
        }
    }

    fn is_reached(&self, version: &Version, pre: bool) -> bool {
        let by_pre = |this| compare_pre_releases(&version.pre, this);
        match compare_numbers(&version.numbers, &self.numbers) {
            Ordering::Less => false,
            Ordering::Greater => true,
            Ordering::Equal => match &self.stage {
                Stage::Start => true,
                Stage::StartWithPre => pre || version.is_release(),
                Stage::Release => version.is_release(),
                Stage::Pre(this) => version.is_release() || by_pre(this).is_ge(),
                Stage::AfterPre(this) => version.is_release() || by_pre(this).is_gt(),
            },
        }
    }
}

impl Comparand {
    /// Whether numbers are missing, as in `1.27` and `1.x`. npm's versions have three.
    fn is_partial(&self) -> bool {
        self.pre.is_empty() && (self.wildcard || self.numbers.len() < 3)
    }

    /// The point at which a range from this version starts.
    fn point(&self) -> Point {
        let stage = if !self.pre.is_empty() {
            Stage::Pre(self.pre.clone())
        } else if self.is_partial() {
            Stage::StartWithPre
        } else {
            Stage::Release
        };
        Point {
            numbers: self.numbers.join("."),
            stage,
        }
    }

    /// The lowest numbers above all that begin with the first `count` of these.
    fn next(&self, count: usize) -> String {
        let mut numbers = self.numbers[..count.min(self.numbers.len())].to_vec();
        if let Some(last) = numbers.last_mut() {
            *last = successor(last);
        }
        numbers.join(".")
    }

    /// The count of numbers that compatible versions share: up to the first that is not 0.
    fn compatible(&self) -> usize {
        let is_zero = |number: &&String| number.bytes().all(|digit| digit == b'0');
        self.numbers.iter().take_while(is_zero).count() + 1
    }
}

impl FromStr for Comparand {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bare = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let (numbers, rest) = split_numbers(text).unwrap_or(("", bare));
        let rest = match numbers {
            "" => rest,
            _ => rest.strip_prefix('.').unwrap_or(rest),
        };
        let wildcard = rest.split('.').all(|part| matches!(part, "x" | "X" | "*"));
        if !wildcard && (numbers.is_empty() || bare != numbers) {
            return Self::pre_release(text);
        }
        let numbers = numbers.split('.').filter(|number| !number.is_empty());
        Ok(Self {
            numbers: numbers.map(str::to_owned).collect(),
            pre: String::new(),
            wildcard,
        })
    }
}

impl Comparand {
    /// Parses a version with a suffix: a pre-release, or an error that says what to write.
    fn pre_release(text: &str) -> Result<Self, String> {
        let tag = text.replacen('+', "_", 1);
        let Some(version) = Version::of(&tag) else {
            return Err(format!("`{text}` is not a version\n{GRAMMAR}"));
        };
        let (numbers, variant) = (&*version.numbers, &*version.variant);
        if !version.build.is_empty() {
            return Err(format!(
                "`{text}` names a build, but a range ignores builds\n\
                 hint: list this tag alone with `--tag {tag}`"
            ));
        }
        if variant == "0" && version.is_release() {
            return Err(format!(
                "`{text}` ends in `-0`, which is not a pre-release of any tag\n\
                 hint: write `{numbers}`, and add `--pre` to include pre-releases"
            ));
        }
        if !variant.is_empty() {
            let pattern = if text.ends_with(variant) {
                format!(".*-{variant}")
            } else {
                format!(".*{}.*", variant.replace('-', ".*"))
            };
            return Err(format!(
                "`{text}` names the variant `{variant}`, but a range ignores variants\n\
                 hint: select a variant with `--include '{pattern}'`, this tag alone with `--tag {text}`"
            ));
        }
        Ok(Self {
            numbers: numbers.split('.').map(str::to_owned).collect(),
            pre: version.pre.into_owned(),
            wildcard: false,
        })
    }
}

fn successor(digits: &str) -> String {
    let kept = digits.trim_end_matches('9');
    let zeros = "0".repeat(digits.len() - kept.len());
    let mut kept = kept.to_owned();
    let last = kept.pop().map_or('1', |digit| char::from(digit as u8 + 1));
    format!("{kept}{last}{zeros}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Range, Version, successor};

    fn range(text: &str) -> Range {
        text.parse()
            .unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    /// Checks ranges, with or without `--pre`: the tags that each has, and some that it lacks.
    #[track_caller]
    fn assert_members(pre: bool, ranges: &[(&str, &str, &str)]) {
        for (text, members, others) in ranges {
            let range = range(text);
            let contains =
                |tag: &str| Version::of(tag).is_some_and(|version| range.contains(&version, pre));
            for tag in members.split_whitespace() {
                assert!(contains(tag), "{text} lacks {tag}");
            }
            for tag in others.split_whitespace() {
                assert!(!contains(tag), "{text} has {tag}");
            }
        }
    }

    #[test]
    fn plain_numbers_match_all_versions_that_begin_with_them() {
        for text in ["1.27", "=1.27", "1.27.x", "1.27.*", "v1.27", "= 01.27.X"] {
            let members = "1.27 v1.27.3 1.27.3.4 1.27-alpine 1.27.1_b2 01.027";
            let others = "1.9 1.270 1.28 2.27 1.27.0-rc1 latest";
            assert_members(false, &[(text, members, others)]);
        }
        for text in ["*", "x", "X", "=*", ">=x", "^*", "~x.x", "* - *"] {
            let others = "1-rc1 latest 20240601";
            assert_members(false, &[(text, "0 99999999999999999999.1", others)]);
        }
        assert_members(false, &[("3.12", "3.12.2025.01.10.09 3.12", "3.13")]);
        assert_members(false, &[("21", "21.0.10_7-jre", "22 2.1")]);
        let members = "1.27.3 1.27.3-alpine 1.27.3_b1 1.27.3.9 init-1.27.3";
        let others = "1.27.3-rc1 1.27.30 1.27.4-rc1";
        assert_members(true, &[("=1.27.3", members, others)]);
        assert_members(true, &[("<*", "", "0 0-rc1 1.2")]);
    }

    #[test]
    fn comparators_bound_whole_numbers() {
        let lambda = "2023.6.20241010.0 2023.6.20241111.0 2023.6.20241010.0.1";
        let huge = "99999999999999999999999999999999";
        let (above_huge, in_huge) = (format!("^{huge}"), format!("{huge}.5"));
        assert_members(
            false,
            &[
                ("^1.2.3", "1.2.3 1.99 1.2.3.1", "1.2.2 2 2.0.0-rc1"),
                ("^0.2.3", "0.2.3 0.2.9", "0.3 0.2.2"),
                ("^0.0.3", "0.0.3.9", "0.0.4"),
                ("^0.0", "0.0.9", "0.1"),
                ("^v1.29", "1.30", "1.28 2"),
                ("~22.04", "22.04 22.4.1", "22.10 24.04"),
                ("~1", "1.9", "2"),
                ("~>1.2.3", "1.2.4", "1.3"),
                ("~2023.6.20241010.0", lambda, "2023.6.20240930.0 2023.7"),
                ("<=1.2.3", "1.2.3.4 1.2.3-alpine", "1.2.4"),
                (">1.2.3", "1.2.4", "1.2.3.4 1.2.3"),
                (">1.2", "1.3", "1.2.9 1.3.0-rc1"),
                ("<=1.2", "1.2.9", "1.3"),
                ("<2.1", "2.0.3", "2.1.0 2.1.0-rc1"),
                (">=2, <2.0.3", "2.0.2 2", "2.0.3 1.9"),
                (">= 1 < 2", "1.9", "2"),
                ("1.2 - 1.4", "1.2 1.4.9", "1.5 1.1"),
                ("1.x || >=3.1 <4", "1.5 3.1", "2 3.0 4"),
                (&above_huge, &in_huge, "1"),
            ],
        );
    }

    #[test]
    fn pre_releases_are_admitted_by_the_option_or_by_name() {
        assert_members(
            false,
            &[
                (">=3.0.0-rc9", "3.0.0-rc10 3.0.0 3.1", "3.0.0-rc8 3.1.0-rc1"),
                ("^3.0-rc9", "3.0.0-rc10 3.0.0.RC9-slim", "3.0.0-rc8 4"),
                (
                    "=3.13.0rc2",
                    "3.13.0-rc.2 3.13.0rc2-slim",
                    "3.13.0 3.13.0rc3",
                ),
                ("<3.0.0-rc9", "2.9 3.0.0-rc8", "3.0.0-rc9 2.9.0-rc1"),
                // A pre-release that one alternative names is not in another one.
                (">=3.0.0-rc9 <3.0.0 || 3.1", "3.0.0-rc9", "3.1.0-rc9"),
            ],
        );
        let all = "1.28.0-rc1 1.2.3-5-gabcdef0 nightly-2024.06.01";
        assert_members(
            true,
            &[
                ("*", all, "latest"),
                ("1.27", "1.27.0-rc1", "1.28.0-rc1"),
                ("~1.27", "1.27.0-rc1", "1.28.0-rc1"),
                ("^1.27.3", "1.28.0-rc1", "1.27.3-rc1 2.0.0-rc1"),
                ("<1.27.3", "1.27.3-rc1", "1.27.3"),
            ],
        );
    }

    #[test]
    fn invalid_ranges_are_refused_with_a_hint() {
        for (text, message) in [
            ("", "a range is missing"),
            ("1.2 ||", "a range is missing"),
            (">=", "a version is missing after `>=`"),
            ("1.2 -", "a version is missing after `1.2 -`"),
            (">=1, <x2", "`x2` is not a version"),
            ("1.x.3", "`1.x.3` is not a version"),
            ("~2.x.2", "`2.x.2` is not a version"),
            ("1..2", "`1..2` is not a version"),
            ("1.2.", "`1.2.` is not a version"),
            ("v", "`v` is not a version"),
            ("=>1.2", "`>1.2` is not a version"),
            ("!=1.2", "`!=1.2` is not a version"),
            ("latest", "`latest` is not a version"),
            ("1.2 | 1.3", "`|` is not a version"),
            ("- 1.2", "`-` is not a version"),
            (">=1.27.3-alpine", "`--include '.*-alpine'`"),
            (">=1.27.3-alpine", "`--tag 1.27.3-alpine`"),
            ("init-1.2-slim", "`--include '.*init.*slim.*'`"),
            ("8.al2.2026.07", "`--include '.*al2.*'`"),
            ("=1.4.1_up1.0.2", "`--tag 1.4.1_up1.0.2`"),
            ("=1.4.1+up1.0.2", "`--tag 1.4.1_up1.0.2`"),
            ("^1.2-0", "`--pre`"),
            ("<2.0.0-0", "`--pre`"),
        ] {
            let error = text.parse::<Range>().expect_err(text);
            assert!(
                error.contains(message) && error.contains("\nhint: "),
                "{text}: {error}"
            );
        }
    }

    #[test]
    fn successors_have_no_size_limit() {
        for (digits, next) in [
            ("0", "1"),
            ("8", "9"),
            ("9", "10"),
            ("1299", "1300"),
            ("009", "010"),
        ] {
            assert_eq!(successor(digits), next);
        }
        assert_eq!(successor(&"9".repeat(40)), format!("1{}", "0".repeat(40)));
    }

    proptest! {
        #[test]
        fn any_text_is_a_range_or_refused(
            text in ".*|([<>=^~]{0,2} ?v?[0-9]{1,25}([.][0-9*x]{1,3}){0,3}([-_+][a-z0-9.]{0,5})?( - |, ?|[|]{2}| ){0,1}){1,3}",
            tag in "v?[0-9]{1,25}([.][0-9]{0,3}){0,3}(-[a-zA-Z0-9._-]{0,9})?",
        ) {
            if let (Ok(range), Some(version)) = (text.parse::<Range>(), Version::of(&tag)) {
                prop_assert!(range.contains(&version, true) || !range.contains(&version, false));
            }
        }
    }
}

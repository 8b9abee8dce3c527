//! Ranges of versions in the grammar of npm and Helm, over any count of numbers.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use super::Version;
use super::order::{compare_numbers, compare_pre_releases};
use super::tag::split_numbers;

/// A range of versions: `^1.2`, `~1.2.3`, `>=1 <2`, `1.2 - 1.4`, `1.x || 3`.
#[derive(Clone, Debug)]
pub(crate) struct Range {
    text: String,
    /// A version is in the range if it is in one of these.
    alternatives: Vec<Alternative>,
}

/// Bounds that a version must all meet.
#[derive(Clone, Debug, Default)]
struct Alternative {
    bounds: Vec<Bound>,
    /// The numbers of the pre-releases that are named here: pre-releases of the same numbers are in
    /// the range without `--pre`.
    named: Vec<String>,
}

/// One end of an interval.
#[derive(Clone, Debug)]
enum Bound {
    AtLeast(Point),
    Above(Point),
    Below(Point),
    AtMost(Point),
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
    /// Before the first pre-release.
    Start,
    /// At this pre-release.
    Pre(String),
    /// At the release.
    Release,
    /// Before the first pre-release with `--pre`, otherwise at the release.
    StartWithPre,
}

/// The operator in front of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Tilde,
    Caret,
}

/// Longer operators before their prefixes.
const OPERATORS: [(&str, Operator); 8] = [
    (">=", Operator::GreaterOrEqual),
    ("<=", Operator::LessOrEqual),
    ("~>", Operator::Tilde),
    (">", Operator::Greater),
    ("<", Operator::Less),
    ("=", Operator::Equal),
    ("~", Operator::Tilde),
    ("^", Operator::Caret),
];

/// The version of a comparator: `1.27`, `1.x`, `3.0.0-rc9`.
#[derive(Debug)]
struct Named {
    numbers: Vec<String>,
    /// Empty for a release.
    pre: String,
    /// Whether `x` or `*` replaces the missing numbers.
    wildcard: bool,
}

const GRAMMAR: &str = "hint: a range is written as `^1.2`, `~1.2.3`, `1.27`, `1.x`, `>=1 <2`, `1.2 - 1.4` or `1.x || 3.x`";

impl Range {
    /// Whether `version` is in the range; `pre` admits all pre-releases between its ends.
    pub(crate) fn contains(&self, version: &Version, pre: bool) -> bool {
        self.alternatives
            .iter()
            .any(|alternative| alternative.contains(version, pre))
    }
}

impl FromStr for Range {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let alternatives: Result<_, _> = text.split("||").map(Alternative::parse).collect();
        Ok(Self {
            text: text.to_owned(),
            alternatives: alternatives?,
        })
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Alternative {
    fn parse(text: &str) -> Result<Self, String> {
        let is_separator = |character: char| character.is_whitespace() || character == ',';
        let mut words = text
            .split(is_separator)
            .filter(|word| !word.is_empty())
            .peekable();
        if words.peek().is_none() {
            return Err(format!(
                "a range is missing; `*` is every version\n{GRAMMAR}"
            ));
        }
        let mut alternative = Self::default();
        while let Some(word) = words.next() {
            let (operator, rest) = split_operator(word);
            let version = match rest {
                "" => words.next().unwrap_or_default(),
                _ => rest,
            };
            if version.is_empty() {
                return Err(format!("a version is missing after `{word}`\n{GRAMMAR}"));
            }
            let version: Named = version.parse()?;
            if operator.is_none() && words.next_if_eq(&"-").is_some() {
                let Some(last) = words.next() else {
                    return Err(format!("a version is missing after `{word} -`\n{GRAMMAR}"));
                };
                alternative.add_span(&version, &last.parse()?);
            } else {
                alternative.add(operator.unwrap_or(Operator::Equal), &version);
            }
        }
        Ok(alternative)
    }

    /// Adds the bounds of `operator version`.
    fn add(&mut self, operator: Operator, version: &Named) {
        self.name(version);
        if version.numbers.is_empty() {
            if matches!(operator, Operator::Greater | Operator::Less) {
                // No version is beyond every version.
                self.bounds.push(Bound::Below(Point::start("0".to_owned())));
            }
            return;
        }
        self.bounds.extend(bounds(operator, version));
    }

    /// Adds the bounds of `first - last`.
    fn add_span(&mut self, first: &Named, last: &Named) {
        self.name(first);
        if !first.numbers.is_empty() {
            let stage = match first.stage() {
                Stage::Release => Stage::StartWithPre,
                stage => stage,
            };
            self.bounds.push(Bound::AtLeast(first.point(stage)));
        }
        self.add(Operator::LessOrEqual, last);
    }

    fn name(&mut self, version: &Named) {
        if !version.pre.is_empty() {
            self.named.push(version.numbers.join("."));
        }
    }

    fn contains(&self, version: &Version, pre: bool) -> bool {
        let is_named = |numbers: &String| compare_numbers(numbers, version.numbers).is_eq();
        let is_admitted = pre || version.is_release() || self.named.iter().any(is_named);
        is_admitted && self.bounds.iter().all(|bound| bound.admits(version, pre))
    }
}

/// The bounds of `operator version`, of a version that has numbers.
fn bounds(operator: Operator, version: &Named) -> Vec<Bound> {
    let is_pre = !version.pre.is_empty();
    let this = version.point(version.stage());
    let next = version.next(version.numbers.len());
    match operator {
        Operator::Equal if is_pre => vec![Bound::AtLeast(this.clone()), Bound::AtMost(this)],
        Operator::Equal => vec![Bound::AtLeast(this), Bound::Below(Point::start(next))],
        Operator::Greater if is_pre => vec![Bound::Above(this)],
        Operator::Greater if version.is_partial() => vec![Bound::AtLeast(Point {
            numbers: next,
            stage: Stage::StartWithPre,
        })],
        Operator::Greater => vec![Bound::AtLeast(Point::start(next))],
        Operator::GreaterOrEqual => vec![Bound::AtLeast(this)],
        Operator::Less if version.is_partial() => {
            vec![Bound::Below(Point::start(this.numbers))]
        }
        Operator::Less => vec![Bound::Below(this)],
        Operator::LessOrEqual if is_pre => vec![Bound::AtMost(this)],
        Operator::LessOrEqual => vec![Bound::Below(Point::start(next))],
        Operator::Tilde => vec![
            Bound::AtLeast(this),
            Bound::Below(Point::start(version.next(2))),
        ],
        Operator::Caret => vec![
            Bound::AtLeast(this),
            Bound::Below(Point::start(version.next(version.compatible()))),
        ],
    }
}

impl Bound {
    fn admits(&self, version: &Version, pre: bool) -> bool {
        match self {
            Self::AtLeast(point) => point.place(version, pre).is_ge(),
            Self::Above(point) => point.place(version, pre).is_gt(),
            Self::Below(point) => point.place(version, pre).is_lt(),
            Self::AtMost(point) => point.place(version, pre).is_le(),
        }
    }
}

impl Point {
    fn start(numbers: String) -> Self {
        Self {
            numbers,
            stage: Stage::Start,
        }
    }

    /// The position of `version` relative to this point.
    fn place(&self, version: &Version, pre: bool) -> Ordering {
        let stage = || match &self.stage {
            Stage::Start => Ordering::Greater,
            Stage::StartWithPre if pre => Ordering::Greater,
            Stage::StartWithPre | Stage::Release => version.is_release().cmp(&true),
            Stage::Pre(_) if version.is_release() => Ordering::Greater,
            Stage::Pre(this) => compare_pre_releases(&version.pre, this),
        };
        compare_numbers(version.numbers, &self.numbers).then_with(stage)
    }
}

impl Named {
    /// Whether numbers are missing, as in `1.27` and `1.x`. npm's versions have three.
    fn is_partial(&self) -> bool {
        self.pre.is_empty() && (self.wildcard || self.numbers.len() < 3)
    }

    /// The stage at which a range from this version starts.
    fn stage(&self) -> Stage {
        if !self.pre.is_empty() {
            Stage::Pre(self.pre.clone())
        } else if self.is_partial() {
            Stage::StartWithPre
        } else {
            Stage::Release
        }
    }

    fn point(&self, stage: Stage) -> Point {
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
        let is_zero = |number: &String| number.bytes().all(|digit| digit == b'0');
        let zeros = self
            .numbers
            .iter()
            .take_while(|number| is_zero(number))
            .count();
        (zeros + 1).min(self.numbers.len())
    }
}

impl FromStr for Named {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bare = text.strip_prefix(['v', 'V']).unwrap_or(text);
        let (numbers, rest) = split_numbers(text).unwrap_or(("", bare));
        let rest = rest
            .strip_prefix('.')
            .filter(|_| !numbers.is_empty())
            .unwrap_or(rest);
        let is_wildcard = |part| matches!(part, "x" | "X" | "*");
        let wildcard = rest.split('.').all(is_wildcard);
        if wildcard || text.ends_with(numbers) && !numbers.is_empty() {
            let numbers = numbers.split('.').filter(|number| !number.is_empty());
            return Ok(Self {
                numbers: numbers.map(str::to_owned).collect(),
                pre: String::new(),
                wildcard,
            });
        }
        Self::pre_release(text)
    }
}

impl Named {
    /// Parses a version with a suffix: a pre-release, or an error that says what to write.
    fn pre_release(text: &str) -> Result<Self, String> {
        let tag = text.replacen('+', "_", 1);
        let Some(version) = Version::of(&tag) else {
            return Err(format!("`{text}` is not a version\n{GRAMMAR}"));
        };
        if !version.build.is_empty() {
            return Err(format!(
                "`{text}` names a build, but a range ignores builds\n\
                 hint: list this tag alone with `--tag {tag}`"
            ));
        }
        let numbers = version.numbers;
        if version.variant == "0" && version.is_release() {
            return Err(format!(
                "`{text}` ends in `-0`, which is not a pre-release of any tag\n\
                 hint: write `{numbers}`, and add `--pre` to include pre-releases"
            ));
        }
        if !version.variant.is_empty() {
            return Err(refuse_variant(text, &version));
        }
        Ok(Self {
            numbers: numbers.split('.').map(str::to_owned).collect(),
            pre: version.pre.into_owned(),
            wildcard: false,
        })
    }
}

fn refuse_variant(text: &str, version: &Version) -> String {
    let (numbers, variant) = (version.numbers, &version.variant);
    let span = match split_numbers(variant) {
        Some((last, "")) => format!(", and a span with `{numbers} - {last}`"),
        _ => String::new(),
    };
    let pattern = if text.ends_with(&**variant) {
        format!(".*-{variant}")
    } else {
        format!("{variant}-.*")
    };
    format!(
        "`{text}` names the variant `{variant}`, but a range ignores variants\n\
         hint: select a variant with `--include '{pattern}'`, this tag alone with `--tag {text}`{span}"
    )
}

/// Splits a word into its operator, if it starts with one, and the rest.
fn split_operator(word: &str) -> (Option<Operator>, &str) {
    let split = |(text, operator): &(&str, Operator)| Some((*operator, word.strip_prefix(text)?));
    match OPERATORS.iter().find_map(split) {
        Some((operator, rest)) => (Some(operator), rest),
        None => (None, word),
    }
}

/// The number after `digits`, of any length.
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

    #[track_caller]
    fn assert_members(text: &str, pre: bool, members: &[&str], others: &[&str]) {
        let range = range(text);
        let contains =
            |tag: &str| Version::of(tag).is_some_and(|version| range.contains(&version, pre));
        for tag in members {
            assert!(contains(tag), "{text} lacks {tag}");
        }
        for tag in others {
            assert!(!contains(tag), "{text} has {tag}");
        }
    }

    #[test]
    fn plain_numbers_match_all_versions_that_begin_with_them() {
        for text in ["1.27", "=1.27", "1.27.x", "1.27.*", "v1.27", "= 01.27.X"] {
            let members = [
                "1.27",
                "v1.27.3",
                "1.27.3.4",
                "1.27-alpine",
                "1.27.1_b2",
                "01.027",
            ];
            assert_members(
                text,
                false,
                &members,
                &["1.9", "1.270", "1.28", "2.27", "1.27.0-rc1", "latest"],
            );
        }
        let members = [
            "1.27.3",
            "1.27.3-alpine",
            "1.27.3_b1",
            "1.27.3.9",
            "init-1.27.3",
        ];
        assert_members(
            "=1.27.3",
            true,
            &members,
            &["1.27.3-rc1", "1.27.30", "1.27.4-rc1"],
        );
        assert_members("3.12", false, &["3.12.2025.01.10.09", "3.12"], &["3.13"]);
        assert_members("21", false, &["21.0.10_7-jre"], &["22", "2.1"]);
        for text in ["*", "x", "X", "=*", ">=x", "^*", "~x.x", "* - *"] {
            assert_members(
                text,
                false,
                &["0", "99999999999999999999.1"],
                &["1-rc1", "latest", "20240601"],
            );
        }
        assert_members("<*", true, &[], &["0", "0-rc1", "1.2"]);
    }

    #[test]
    fn comparators_bound_whole_numbers() {
        assert_members(
            "^1.2.3",
            false,
            &["1.2.3", "1.99", "1.2.3.1"],
            &["1.2.2", "2", "2.0.0-rc1"],
        );
        assert_members("^0.2.3", false, &["0.2.3", "0.2.9"], &["0.3", "0.2.2"]);
        assert_members("^0.0.3", false, &["0.0.3.9"], &["0.0.4"]);
        assert_members("^0.0", false, &["0.0.9"], &["0.1"]);
        assert_members("^v1.29", false, &["1.30"], &["1.28", "2"]);
        assert_members("~22.04", false, &["22.04", "22.4.1"], &["22.10", "24.04"]);
        assert_members("~1", false, &["1.9"], &["2"]);
        assert_members("~>1.2.3", false, &["1.2.4"], &["1.3"]);
        let lambda = [
            "2023.6.20241010.0",
            "2023.6.20241111.0",
            "2023.6.20241010.0.1",
        ];
        assert_members(
            "~2023.6.20241010.0",
            false,
            &lambda,
            &["2023.6.20240930.0", "2023.7"],
        );
        assert_members("<=1.2.3", false, &["1.2.3.4", "1.2.3-alpine"], &["1.2.4"]);
        assert_members(">1.2.3", false, &["1.2.4"], &["1.2.3.4", "1.2.3"]);
        assert_members(">1.2", false, &["1.3"], &["1.2.9", "1.3.0-rc1"]);
        assert_members("<=1.2", false, &["1.2.9"], &["1.3"]);
        assert_members("<2.1", false, &["2.0.3"], &["2.1.0", "2.1.0-rc1"]);
        assert_members(">=2, <2.0.3", false, &["2.0.2", "2"], &["2.0.3", "1.9"]);
        assert_members(">= 1 < 2", false, &["1.9"], &["2"]);
        assert_members("1.2 - 1.4", false, &["1.2", "1.4.9"], &["1.5", "1.1"]);
        assert_members(
            "1.x || >=3.1 <4",
            false,
            &["1.5", "3.1"],
            &["2", "3.0", "4"],
        );
        let huge = "99999999999999999999999999999999";
        assert_members(&format!("^{huge}"), false, &[&format!("{huge}.5")], &["1"]);
    }

    #[test]
    fn pre_releases_are_admitted_by_the_option_or_by_name() {
        assert_members(
            ">=3.0.0-rc9",
            false,
            &["3.0.0-rc10", "3.0.0", "3.1"],
            &["3.0.0-rc8", "3.1.0-rc1"],
        );
        assert_members(
            "^3.0-rc9",
            false,
            &["3.0.0-rc10", "3.0.0.RC9-slim"],
            &["3.0.0-rc8", "4"],
        );
        assert_members(
            "=3.13.0rc2",
            false,
            &["3.13.0-rc.2", "3.13.0rc2-slim"],
            &["3.13.0", "3.13.0rc3"],
        );
        assert_members(
            "<3.0.0-rc9",
            false,
            &["2.9", "3.0.0-rc8"],
            &["3.0.0-rc9", "2.9.0-rc1"],
        );
        assert_members(
            "*",
            true,
            &["1.28.0-rc1", "1.2.3-5-gabcdef0", "nightly-2024.06.01"],
            &["latest"],
        );
        assert_members("1.27", true, &["1.27.0-rc1"], &["1.28.0-rc1"]);
        assert_members("~1.27", true, &["1.27.0-rc1"], &["1.28.0-rc1"]);
        assert_members(
            "^1.27.3",
            true,
            &["1.28.0-rc1"],
            &["1.27.3-rc1", "2.0.0-rc1"],
        );
        assert_members("<1.27.3", true, &["1.27.3-rc1"], &["1.27.3"]);
        // A pre-release that one alternative names is not in another one.
        assert_members(
            ">=3.0.0-rc9 <3.0.0 || 3.1",
            false,
            &["3.0.0-rc9"],
            &["3.1.0-rc9"],
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
            ("init-1.2", "`--include 'init-.*'`"),
            ("1.2-1.4", "`1.2 - 1.4`"),
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

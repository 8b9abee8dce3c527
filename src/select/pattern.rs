//! Regular expressions that match whole tags.

use std::str::FromStr;
use std::sync::OnceLock;

use regex::Regex;

use crate::shell::quoted;

/// A regular expression that matches whole tags.
#[derive(Clone, Debug)]
pub(crate) struct TagPattern {
    text: String,
    whole: Regex,
    /// The pattern to suggest if nothing matches; compiled on first use.
    part: OnceLock<Option<Regex>>,
}

impl TagPattern {
    /// Whether the pattern matches all of `tag`.
    pub(super) fn matches(&self, tag: &str) -> bool {
        self.whole.is_match(tag)
    }

    /// Whether the pattern that [`Self::suggestion`] writes matches all of `tag`. The empty pattern is
    /// a part of every tag, and suggests none.
    pub(super) fn matches_part(&self, tag: &str) -> bool {
        if self.text.is_empty() {
            return false;
        }
        let part = self.part.get_or_init(|| whole(&self.suggestion()).ok());
        part.as_ref().is_some_and(|part| part.is_match(tag))
    }

    /// The pattern that matches tags which contain a match of this one.
    pub(super) fn suggestion(&self) -> String {
        let text = &self.text;
        if text.contains('|') {
            format!(".*({text}).*")
        } else {
            format!(".*{text}.*")
        }
    }
}

/// The regular expression for `text`, if it is a glob such as `*rc*`.
fn glob_as_regex(text: &str) -> Option<String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "*._-".contains(c);
    if !text.starts_with('*') || !text.chars().all(is_plain) {
        return None;
    }
    Some(text.replace('.', "\\.").replace('*', ".*"))
}

impl FromStr for TagPattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // Without the wrapping first, which must neither repair the pattern nor appear in the error.
        let compiled = Regex::new(text).and_then(|_| whole(text));
        let whole = compiled.map_err(|error| {
            // The lines before the last one point at a place in the pattern.
            let error = error.to_string();
            let reason = error.lines().last().unwrap_or_default();
            let reason = reason.strip_prefix("error: ").unwrap_or(reason);
            if let Some(regex) = glob_as_regex(text) {
                let regex = quoted(&regex);
                return format!(
                    "{reason}\nhint: it is a regular expression, not a glob: write `{regex}`"
                );
            }
            format!("{reason}\nhint: it must match the whole tag, as in `v1\\..*`")
        })?;
        Ok(Self {
            text: text.to_owned(),
            whole,
            part: OnceLock::new(),
        })
    }
}

/// Compiles `text`, which is a valid pattern, so that it matches whole texts only.
fn whole(text: &str) -> Result<Regex, regex::Error> {
    // In verbose mode a comment at the end runs to the end of the line, and would swallow the parenthesis.
    Regex::new(&format!("^(?:{text})$")).or_else(|_| Regex::new(&format!("^(?:{text}\n)$")))
}

#[cfg(test)]
mod tests {
    use super::TagPattern;

    fn pattern(text: &str) -> TagPattern {
        text.parse()
            .unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn patterns_match_whole_tags() {
        for (text, matching, other) in [
            ("alpine", "alpine", "1.2-alpine"),
            ("late|latest", "latest", "latest1"),
            ("(?i)STABLE", "stable", "unstable"),
            ("(?x) v1 [.] .*  # all of v1", "v1.2", "v2.1"),
            ("(?x) v1 # one\n | v2 # or two", "v2", "v1v2"),
            ("(?x: v1 # one\n)", "v1", "v1 "),
            ("^v1$", "v1", "v1\n"),
            ("v1\n", "v1\n", "v1"),
            ("a#b", "a#b", "a"),
        ] {
            assert!(pattern(text).matches(matching), "{text} {matching}");
            assert!(!pattern(text).matches(other), "{text} {other}");
        }
    }

    #[test]
    fn a_glob_is_refused_with_the_regular_expression() {
        for (text, regex) in [("*rc*", "'.*rc.*'"), ("*.1-rc", r"'.*\.1-rc'")] {
            let refused = text.parse::<TagPattern>().expect_err(text);
            assert!(refused.ends_with(&format!("write `{regex}`")), "{refused}");
        }
    }

    #[test]
    fn a_suggestion_matches_what_contains_the_pattern() {
        for (text, suggestion) in [
            ("alpine", ".*alpine.*"),
            ("1.2", ".*1.2.*"),
            ("alpine|slim", ".*(alpine|slim).*"),
        ] {
            let pattern = pattern(text);
            assert_eq!(pattern.suggestion(), suggestion);
            assert!(pattern.matches_part("v1.2-slim-alpine3"));
            assert!(!pattern.matches_part("latest"));
        }
        assert!(!pattern("").matches_part("1.2-alpine"));
        assert!(!pattern("^alpine$").matches_part("1.2-alpine"));
        assert!(!pattern("(?x)alpine # all").matches_part("latest"));
    }

    #[test]
    fn an_error_says_what_is_wrong() {
        for (text, reason) in [
            ("v(1", "unclosed group"),
            ("a)(b", "unopened group"),
            ("[", "unclosed character class"),
        ] {
            let error = text.parse::<TagPattern>().unwrap_err();
            assert!(error.starts_with(&format!("{reason}\nhint: ")), "{error}");
        }
    }
}

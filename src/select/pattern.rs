//! Regular expressions that match whole tags.

use std::str::FromStr;

use regex::Regex;

#[derive(Clone, Debug)]
pub(crate) struct TagPattern {
    whole: Regex,
    part: Regex,
}

impl TagPattern {
    pub(super) fn matches(&self, tag: &str) -> bool {
        self.whole.is_match(tag)
    }

    /// The pattern that matches tags which contain a match of this one, if `tag` does.
    pub(super) fn suggestion(&self, tag: &str) -> Option<String> {
        let text = self.part.as_str();
        let suggestion = if text.contains('|') {
            format!(".*({text}).*")
        } else {
            let start = if text.starts_with('^') { "" } else { ".*" };
            let end = if text.ends_with('$') { "" } else { ".*" };
            format!("{start}{text}{end}")
        };
        self.part.is_match(tag).then_some(suggestion)
    }
}

impl FromStr for TagPattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        if let Some(start) = text.strip_suffix('*')
            && start.ends_with(|last: char| last.is_ascii_alphanumeric())
            && start.bytes().all(is_plain)
        {
            return Err(format!(
                "a glob, but a regex is needed\nhint: write '{start}.*' for all that begins with `{start}`"
            ));
        }
        // Without the wrapping first, which must neither repair the pattern nor appear in the error.
        let compiled = Regex::new(text).and_then(|part| Ok((whole(text)?, part)));
        let (whole, part) = compiled.map_err(|error| {
            // The lines before the last one point at a place in the pattern.
            let error = error.to_string();
            let reason = error.lines().last().unwrap_or_default();
            let reason = reason.strip_prefix("error: ").unwrap_or(reason);
            format!("{reason}\nhint: it must match the whole tag, as in `v1\\..*`")
        })?;
        Ok(Self { whole, part })
    }
}

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
            (r"\d*", "12", "2*"),
            ("(?:2)*", "22", "21"),
            ("[0-9]*", "22", "2a"),
            (".*", "22", "\n"),
        ] {
            assert!(pattern(text).matches(matching), "{text} {matching}");
            assert!(!pattern(text).matches(other), "{text} {other}");
        }
    }

    #[test]
    fn globs_are_refused_and_never_suggested() {
        for start in ["2", "v1.2.3-rc", "a_b"] {
            let refused = format!("{start}*").parse::<TagPattern>();
            let error = refused.expect_err(start);
            assert!(error.contains(&format!("write '{start}.*' ")), "{error}");
        }
        for text in ["(?:2)*", "2", "x|2", "^2", "1$"] {
            let meant = pattern(text).suggestion("2.1").expect(text);
            assert!(pattern(&meant).matches("2.1"), "{meant}");
        }
    }
}

//! Patterns of repository names: `team/*`, `app-[0-9]?`.

use std::fmt;
use std::str::FromStr;

use regex::Regex;

use super::{Refused, RegistryName};

/// The characters that make a name a pattern.
const SPECIAL: [char; 4] = ['*', '?', '[', ']'];

/// A pattern of the names of a registry's repositories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RepositoryPattern {
    /// The registry whose repositories it selects.
    pub(crate) registry: RegistryName,
    /// The pattern of names; without one, all repositories are selected.
    pub(crate) name: Option<NamePattern>,
}

impl RepositoryPattern {
    /// Whether it selects the repository `name` of its registry.
    pub(crate) fn matches(&self, name: &str) -> bool {
        self.name
            .as_ref()
            .is_none_or(|pattern| pattern.regex.is_match(name))
    }
}

impl fmt::Display for RepositoryPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.as_ref().map_or("*", |pattern| &pattern.text);
        match &self.registry {
            RegistryName::Own => f.write_str(name),
            RegistryName::Public(_) => write!(f, "{}/{name}", self.registry),
        }
    }
}

/// A pattern of repository names. `*` matches any text, `?` one character, `[abc]`, `[a-z]` and
/// `[!a]` one of a set; a `/` is a character like any other.
#[derive(Clone, Debug)]
pub(crate) struct NamePattern {
    text: String,
    regex: Regex,
}

impl NamePattern {
    /// The pattern as typed.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// The pattern as a regular expression of whole names.
    pub(super) fn as_regex(&self) -> &str {
        let regex = self.regex.as_str().trim_start_matches('^');
        regex.trim_end_matches('$')
    }

    /// Whether `text` is meant as a pattern.
    pub(crate) fn is_meant(text: &str) -> bool {
        text.contains(SPECIAL)
    }
}

impl PartialEq for NamePattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for NamePattern {}

impl FromStr for NamePattern {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        // What is translated can only be too long.
        let regex =
            Regex::new(&translated(text)?).map_err(|_| Refused::new("this pattern is too long"))?;
        Ok(Self {
            text: text.to_owned(),
            regex,
        })
    }
}

/// `pattern` as a regular expression.
fn translated(pattern: &str) -> Result<String, Refused> {
    let mut regex = "^".to_owned();
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        match c {
            '*' => regex.push_str(".*"),
            '?' => regex.push('.'),
            '[' => {
                let set = rest.as_str();
                // The first character of a set is never its end.
                let start = set.strip_prefix('!').unwrap_or(set);
                let end = start.char_indices().skip(1).find(|(_, c)| *c == ']');
                let Some((end, _)) = end else {
                    return Err(Refused::new(
                        "`[` begins a set of characters that has no `]`",
                    ));
                };
                regex.push_str(&translated_set(&start[..end], start.len() < set.len())?);
                rest = start[end + 1..].chars();
            }
            ']' => return Err(Refused::new("`]` ends a set of characters that has no `[`")),
            '.' => regex.push_str(r"\."),
            c if is_of_names(c) => regex.push(c),
            c => return Err(foreign(c)),
        }
    }
    regex.push('$');
    Ok(regex)
}

fn translated_set(set: &str, is_negated: bool) -> Result<String, Refused> {
    if let Some(c) = set.chars().find(|&c| !is_of_names(c)) {
        return Err(foreign(c));
    }
    let mut regex = if is_negated { "[^" } else { "[" }.to_owned();
    let set: Vec<_> = set.chars().collect();
    let mut rest = &set[..];
    while let [first, after @ ..] = rest {
        push_literal(&mut regex, *first);
        rest = match after {
            ['-', last, ..] if first > last => {
                let range = format!("the range `{first}-{last}` ends before it begins");
                return Err(Refused::new(range));
            }
            ['-', last, after @ ..] => {
                regex.push('-');
                push_literal(&mut regex, *last);
                after
            }
            _ => after,
        };
    }
    regex.push(']');
    Ok(regex)
}

/// Adds `c`, a character of names, which means itself within a set and outside of one.
fn push_literal(regex: &mut String, c: char) {
    if ".-".contains(c) {
        regex.push('\\');
    }
    regex.push(c);
}

/// Whether `c` occurs in names of repositories.
fn is_of_names(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || "._-/".contains(c)
}

fn foreign(c: char) -> Refused {
    if c.is_uppercase() {
        return Refused::new("names of repositories have no capitals");
    }
    Refused::new(
        "a pattern has lower-case letters, digits, `.`, `_`, `-`, `/`, and `*`, `?`, `[abc]`, `[a-z]` or `[!a]`",
    )
}

#[cfg(test)]
mod tests {
    use super::{NamePattern, RegistryName, RepositoryPattern};

    fn matching(pattern: &str, names: &[&'static str]) -> String {
        let pattern = RepositoryPattern {
            registry: RegistryName::Own,
            name: Some(pattern.parse().expect("a pattern")),
        };
        let matching = names.iter().filter(|name| pattern.matches(name));
        matching.copied().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn patterns_match_whole_names() {
        let names = ["web", "web2", "team/web", "team/web/api", "team.web", "w-b"];
        assert_eq!(matching("web", &names), "web");
        assert_eq!(matching("*", &names), names.join(" "));
        assert_eq!(matching("team/*", &names), "team/web team/web/api");
        assert_eq!(matching("*web", &names), "web team/web team.web");
        assert_eq!(matching("team?web", &names), "team/web team.web");
        assert_eq!(matching("team.web", &names), "team.web");
        assert_eq!(matching("w[e-]b", &names), "web w-b");
        assert_eq!(matching("w[-e]b*", &names), "web web2 w-b");
        assert_eq!(matching("w[a-f]b", &names), "web");
        assert_eq!(matching("w[!a-f]b", &names), "w-b");
        assert_eq!(matching("web[!1]", &names), "web2");
        assert_eq!(
            matching("team[./]w*", &names),
            "team/web team/web/api team.web"
        );
        assert_eq!(matching("[a-c]*", &names), "");
        assert_eq!(matching("w[a-c--e]b", &names), "web w-b");
    }

    #[test]
    fn what_is_no_pattern_of_names_is_refused() {
        for (text, reason) in [
            ("Team/*", "no capitals"),
            ("team/[A-Z]", "no capitals"),
            ("team/[a", "no `]`"),
            ("team/[]", "no `]`"),
            ("team/[!]", "no `]`"),
            ("team/a]", "no `[`"),
            ("team/[z-a]", "the range `z-a` ends before it begins"),
            ("team/[a-c9-0]", "the range `9-0` ends"),
            ("team/{a,b}*", "a pattern has"),
            ("team *", "a pattern has"),
            ("[&&a]", "a pattern has"),
            ("(a|b)*", "a pattern has"),
            (r"[\d]*", "a pattern has"),
        ] {
            let refused = text.parse::<NamePattern>().expect_err(text).to_string();
            assert!(refused.contains(reason), "{text}: {refused}");
        }
    }
}

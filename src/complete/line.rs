//! The command line that is completed.

use std::ffi::{OsStr, OsString};

use clap::{ArgMatches, Command};

use crate::shell;

/// Stands for the word that is completed where another word must not take its place: it is a valid
/// repository, tag and profile.
const PLACEHOLDER: &str = "xx";

/// The words of the line, which begin with the program's name.
#[derive(Debug)]
pub(super) struct TypedLine {
    words: Vec<OsString>,
    /// The position of the word that is completed.
    index: usize,
}

impl TypedLine {
    /// The line in the arguments of the completion function of `shell`: all words after `--`.
    pub(super) fn of(arguments: &[OsString], shell: &str) -> Self {
        let words = arguments.iter().skip_while(|word| *word != "--").skip(1);
        let mut words: Vec<_> = words.cloned().collect();
        let last = words.len().saturating_sub(1);
        // The words that the shell hands over as they were typed, with their quotes.
        let typed = match shell {
            "bash" | "zsh" => 0,
            "fish" => last,
            _ => words.len(),
        };
        for word in &mut words[typed..] {
            *word = unquoted(word);
        }
        let index = std::env::var("_CLAP_COMPLETE_INDEX").ok();
        let index = index.and_then(|index| index.parse().ok());
        Self {
            index: index.unwrap_or(last).min(last),
            words,
        }
    }

    /// All words.
    pub(super) fn words(&self) -> &[OsString] {
        &self.words
    }

    /// Whether there is no line: the shell asks for the script that completes lines.
    pub(super) fn is_absent(&self) -> bool {
        self.words.is_empty()
    }

    /// The word that is completed.
    pub(super) fn word(&self) -> &OsStr {
        self.words
            .get(self.index)
            .map_or(OsStr::new(""), |word| word)
    }

    /// Whether the word is the value of the long option `name`, or is joined to it by `=`.
    pub(super) fn is_value_of(&self, name: &str) -> bool {
        let word = self.word().to_string_lossy();
        let option = match word.split_once('=') {
            Some((option, _)) => option.into(),
            None if self.index == 0 => return false,
            None => self.words[self.index - 1].to_string_lossy(),
        };
        option.strip_prefix("--") == Some(name)
    }

    /// The other words, as far as they can be parsed: the name of a command of `root`, and its options.
    pub(super) fn parse(&self, root: Command) -> Option<(String, ArgMatches)> {
        let mut words = self.words.clone();
        if self.word().as_encoded_bytes().starts_with(b"-") {
            words.remove(self.index);
        } else {
            *words.get_mut(self.index)? = PLACEHOLDER.into();
        }
        let matches = root.ignore_errors(true).try_get_matches_from(words).ok()?;
        let (name, matches) = matches.subcommand()?;
        Some((name.to_owned(), matches.clone()))
    }
}

/// `word` without the quotes and backslashes of a shell. A quote that is open ends with the word.
fn unquoted(word: &OsStr) -> OsString {
    let one_word = |text: &str| match shell::split(text)?.as_slice() {
        [one] => Some(one.into()),
        _ => None,
    };
    let Some(text) = word.to_str() else {
        return word.to_owned();
    };
    // A backslash at the end would escape the quote.
    let quotes: &[_] = if text.ends_with('\\') {
        &[""]
    } else {
        &["", "'", "\""]
    };
    let closed = quotes.iter().map(|quote| format!("{text}{quote}"));
    let mut unquoted = closed.filter_map(|text| one_word(&text));
    unquoted.next().unwrap_or_else(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::unquoted;

    #[test]
    fn quotes_are_removed_and_open_ones_end_with_the_word() {
        for (word, expected) in [
            ("web", "web"),
            ("", ""),
            ("'team/w'", "team/w"),
            ("'team/w", "team/w"),
            ("\"team/w", "team/w"),
            ("'", ""),
            ("--tag='1.", "--tag=1."),
            (r"a\ b", "a b"),
            (r"a\", r"a\"),
        ] {
            assert_eq!(unquoted(OsStr::new(word)), expected, "{word}");
        }
    }
}

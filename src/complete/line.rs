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
    pub(super) words: Vec<OsString>,
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
        let index = index.unwrap_or(last).min(last);
        Self { words, index }
    }

    /// The word that is completed.
    pub(super) fn word(&self) -> &OsStr {
        let word = self.words.get(self.index);
        word.map_or(OsStr::new(""), |word| word)
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

    /// The command of `root` in the other words, as far as they can be parsed: its name and its options.
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
    let closed = |quote| shell::split(&format!("{}{quote}", word.to_str()?));
    let words = ["", "'", "\""].into_iter().find_map(closed);
    words.map_or_else(|| word.to_owned(), |words| words.concat().into())
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
        ] {
            assert_eq!(unquoted(OsStr::new(word)), expected, "{word}");
        }
    }
}

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
    /// The line in the arguments of a shell's completion function: all words after `--`. With
    /// `unquotes`, the shell hands over words as they were typed, with their quotes.
    pub(super) fn of(arguments: &[OsString], unquotes: bool) -> Self {
        let mut words = arguments.iter().skip_while(|word| *word != "--").skip(1);
        let words: Vec<_> = if unquotes {
            words.map(|word| unquoted(word)).collect()
        } else {
            words.by_ref().cloned().collect()
        };
        let last = words.len().saturating_sub(1);
        let index = std::env::var("_CLAP_COMPLETE_INDEX").ok();
        let index = index.and_then(|index| index.parse().ok());
        Self {
            index: index.unwrap_or(last).min(last),
            words,
        }
    }

    /// The same arguments for the engine.
    pub(super) fn arguments(&self, program: &OsStr) -> Vec<OsString> {
        let mut arguments = vec![program.to_owned(), "--".into()];
        arguments.extend(self.words.iter().cloned());
        arguments
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

/// `word` without the quotes and backslashes of a shell, unless a quote is open.
fn unquoted(word: &OsStr) -> OsString {
    let split = word.to_str().and_then(shell::split);
    match split.as_deref() {
        Some([one]) => one.into(),
        _ => word.to_owned(),
    }
}

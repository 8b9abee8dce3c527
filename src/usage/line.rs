//! The command line as typed, and the ones that hints offer instead.

use std::ffi::OsString;

use clap::{CommandFactory, Parser, ValueEnum};

use crate::cli::Cli;
use crate::console::Color;
use crate::reference::{Hint, Reference};
use crate::shell::quoted;

/// The words of a command line without the program's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) words: Vec<String>,
    /// The position of the command, if there is one.
    at: Option<usize>,
}

impl Line {
    pub(super) fn of(arguments: &[OsString]) -> Self {
        let words = arguments.iter().skip(1);
        Self::new(
            words
                .map(|word| word.to_string_lossy().into_owned())
                .collect(),
        )
    }

    fn new(words: Vec<String>) -> Self {
        let commands = Cli::command();
        let is_command = |word: &String| commands.find_subcommand(word).is_some();
        let at = words.iter().position(is_command);
        Self { words, at }
    }

    /// The value of `--color`, even if the rest does not parse.
    pub(super) fn color(&self) -> Color {
        let options = self.words.iter().take_while(|word| *word != "--");
        let values = options
            .enumerate()
            .filter_map(|(at, word)| match word.as_str() {
                "--color" => self.words.get(at + 1).map(String::as_str),
                word => word.strip_prefix("--color="),
            });
        let mut colors = values.filter_map(|value| Color::from_str(value, true).ok());
        colors.next().unwrap_or_default()
    }

    /// The command, such as `tags`.
    pub(super) fn command(&self) -> Option<&str> {
        self.at.map(|at| self.words[at].as_str())
    }

    /// The words before the command.
    pub(super) fn before_command(&self) -> &[String] {
        &self.words[..self.at.unwrap_or(self.words.len())]
    }

    /// The words after the command or, without one, all from the first that is not an option.
    pub(super) fn operands(&self) -> Vec<&str> {
        let start = match self.at {
            Some(at) => at + 1,
            None => self.position_of_operand(),
        };
        self.words[start..].iter().map(String::as_str).collect()
    }

    fn position_of_operand(&self) -> usize {
        let is_operand = |word: &String| !word.starts_with('-');
        self.words
            .iter()
            .position(is_operand)
            .unwrap_or(self.words.len())
    }

    /// The value typed for `option`, in the next word or attached to it.
    pub(super) fn value_of(&self, option: &str) -> Option<&str> {
        let (at, word) = self.words.iter().enumerate().find(|(_, word)| {
            let rest = word.strip_prefix(option);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('=') || option.len() == 2)
        })?;
        let rest = &word[option.len()..];
        match rest.strip_prefix('=').unwrap_or(rest) {
            "" => {
                let next = self.words.get(at + 1).map(String::as_str);
                next.filter(|next| !next.starts_with('-'))
            }
            value => Some(value),
        }
    }

    /// The typed repository, if it can be identified.
    pub(super) fn repository(&self) -> Option<&str> {
        let after = self.at.and_then(|at| self.words.get(at + 1));
        let after = after
            .map(String::as_str)
            .filter(|word| !word.starts_with('-'));
        let named = after.or(self.value_of("--repo")).or(self.value_of("-R"));
        named.filter(|word| word.parse::<Reference>().is_ok())
    }

    /// The hint that names the help of the command.
    pub(super) fn see_help(&self) -> String {
        match self.command() {
            Some(command) => format!("see `ecrpub {command} --help`"),
            None => "see `ecrpub --help`".to_owned(),
        }
    }

    /// The same command line with the option `new` in place of `old`, if it parses.
    pub(super) fn with_option(&self, old: &str, new: &str) -> Option<String> {
        let words = self.words.iter().map(|word| match behind(word, old) {
            Some(value) => format!("{new}{value}"),
            None => word.clone(),
        });
        command(&words.collect::<Vec<_>>())
    }

    /// The same command line with `new` in place of the value `old`, if it parses.
    pub(super) fn with(&self, old: &str, new: &str) -> Option<String> {
        let replaced = |word: &String| {
            if word == old {
                return Some(new.to_owned());
            }
            let option = word.strip_suffix(old)?;
            let is_before_value = option.ends_with('=') || option == "-R";
            (option.starts_with('-') && is_before_value).then(|| format!("{option}{new}"))
        };
        let mut words = self.words.clone();
        let (at, word) = words
            .iter()
            .enumerate()
            .find_map(|(at, word)| Some((at, replaced(word)?)))?;
        words[at] = word;
        command(&words).or_else(|| command(&[self.command()?.to_owned(), new.to_owned()]))
    }
}

/// The rest of `word` after the prefix `old`.
fn behind<'a>(word: &'a str, old: &str) -> Option<&'a str> {
    word.strip_prefix(old)
        .filter(|rest| rest.is_empty() || rest.starts_with('='))
}

/// `hints`, with a whole command for each value that `command_with` can place.
pub(super) fn rendered(
    hints: &[Hint],
    command_with: impl Fn(&str) -> Option<String>,
) -> Vec<String> {
    let rendered = hints.iter().map(|hint| match hint {
        Hint::Text(text) => text.clone(),
        Hint::Instead { words, value } => match command_with(value) {
            Some(command) => format!("{words} `{command}`"),
            None => hint.to_string(),
        },
        Hint::WithOption {
            words,
            value,
            option,
            ..
        } => match command_with(value).filter(|command| !command.contains(" -- ")) {
            Some(command) => format!("{words} `{command} {option}`"),
            None => hint.to_string(),
        },
    });
    rendered.collect()
}

/// The hints for `text`, which is or resembles a reference.
pub(super) fn hints_for(text: &str) -> Vec<Hint> {
    match text.parse::<Reference>() {
        Ok(reference) => reference.hints(text),
        Err(refused) => refused.hints().to_vec(),
    }
}

/// `ecrpub` with `words`, quoted for a shell, if clap accepts them.
pub(super) fn command(words: &[String]) -> Option<String> {
    let arguments = std::iter::once("ecrpub").chain(words.iter().map(String::as_str));
    Cli::try_parse_from(arguments).ok()?;
    let mut command = "ecrpub".to_owned();
    for word in words {
        command.push(' ');
        command += &quoted(word);
    }
    Some(command)
}

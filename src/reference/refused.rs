//! The refusal of a text that is not a valid name or reference: a reason and hints.

use std::borrow::Cow;
use std::fmt;

use crate::error::Error;
use crate::shell::quoted;

/// The reason why a text is refused, and hints.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    reason: Cow<'static, str>,
    hints: Vec<Hint>,
}

/// A hint what to type instead.
#[derive(Clone, Debug)]
pub(crate) enum Hint {
    /// A sentence with its command in it.
    Text(String),
    /// Words that introduce a value to type in place of the refused one.
    Instead { words: &'static str, value: String },
    /// The same with an option, for `command` unless the user named another.
    WithOption {
        words: &'static str,
        command: &'static str,
        value: String,
        option: String,
    },
}

impl Refused {
    /// A refusal without a hint.
    pub(super) fn new(reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            reason: reason.into(),
            hints: Vec::new(),
        }
    }

    /// Adds a sentence with a command in it.
    pub(super) fn hint(mut self, text: impl Into<String>) -> Self {
        self.hints.push(Hint::Text(text.into()));
        self
    }

    /// Adds a value to type in place of the refused one, introduced by `words`.
    pub(super) fn instead(mut self, words: &'static str, value: impl Into<String>) -> Self {
        let value = value.into();
        self.hints.push(Hint::Instead { words, value });
        self
    }

    /// Adds `hints`.
    pub(super) fn hinting(mut self, hints: impl IntoIterator<Item = Hint>) -> Self {
        self.hints.extend(hints);
        self
    }

    /// The reason, in lower case and without a full stop.
    pub(crate) fn reason(&self) -> &str {
        &self.reason
    }

    /// The hints, the likeliest first.
    pub(crate) fn hints(&self) -> &[Hint] {
        &self.hints
    }

    /// The same as an error about `value` of `option`, found after the command line was parsed.
    pub(super) fn of_value(&self, option: &str, value: &str) -> Error {
        let reason = &self.reason;
        self.as_error(&format!("`{value}` with `{option}`: {reason}"))
    }

    /// The hints under another message.
    pub(crate) fn as_error(&self, message: &str) -> Error {
        let hints = self.hints.iter();
        hints.fold(Error::usage(message), |error, hint| {
            error.hint(hint.to_string())
        })
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Instead { words, value } => write!(f, "{words} `{}`", quoted(value)),
            Self::WithOption {
                words,
                command,
                value,
                option,
            } => write!(f, "{words} `ecrpub {command} {} {option}`", quoted(value)),
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)?;
        for hint in &self.hints {
            write!(f, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Refused {}

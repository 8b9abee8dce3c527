//! What can go wrong, what can be done about it, and the exit code that says so.

use std::fmt;

/// How a run failed, in the order of the exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The reader of stdout left: nobody is there to be told anything.
    ReaderLeft = 0,
    /// Anything that is none of the others, a full disk among it.
    Other = 1,
    /// Wrong usage or settings, also values that the service refuses.
    Usage = 2,
    /// A repository or an image that was asked for does not exist.
    NotFound = 3,
    /// Credentials are missing, expired or not allowed.
    Credentials = 4,
    /// The service or the network is unreachable, slow, throttling, or answers nonsense.
    Service = 5,
    /// The user ended the program, and knows.
    Interrupted = 130,
}

/// An error as the user reads it: a message in our words and, where something can be done, a hint
/// that names the command to type.
#[derive(Debug)]
pub(crate) struct Error {
    kind: Kind,
    message: anyhow::Error,
    hints: Vec<String>,
}

impl Error {
    /// An error of `kind`. The message is lower case, without a full stop, literals in backticks.
    pub(crate) fn new(kind: Kind, message: impl fmt::Display) -> Self {
        Self::caused(kind, anyhow::Error::msg(message.to_string()))
    }

    /// An error of `kind` whose causes are part of the message.
    pub(crate) fn caused(kind: Kind, message: anyhow::Error) -> Self {
        Self {
            kind,
            message,
            hints: Vec::new(),
        }
    }

    /// Wrong usage or settings.
    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// Adds what can be done about it.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds to the end of the message, as in `… (8 attempts)`.
    pub(crate) fn suffixed(mut self, suffix: &str) -> Self {
        self.message = anyhow::Error::msg(format!("{:#}{suffix}", self.message));
        self
    }

    /// What kind of failure this is.
    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// What can be done about it.
    pub(crate) fn hints(&self) -> &[String] {
        &self.hints
    }

    /// Whether there is anything to tell: not to a reader that left, nor to whoever pressed Ctrl-C.
    pub(crate) fn is_told(&self) -> bool {
        !matches!(self.kind, Kind::ReaderLeft | Kind::Interrupted)
    }

    /// The exit code that the README documents.
    pub(crate) fn exit_code(&self) -> u8 {
        self.kind as u8
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.message)
    }
}

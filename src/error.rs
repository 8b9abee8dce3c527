//! Errors: a message, hints and an exit code.

use std::fmt;
use std::str::FromStr;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The reader closed stdout: the program ends silently.
    ReaderLeft,
    /// Any other failure, such as a full disk.
    Other,
    /// Wrong usage or settings, or a value that the service refuses.
    Usage,
    /// A named repository or image does not exist.
    NotFound,
    /// Nothing is listed, and `--fail-if-empty` is given. A note has said so.
    Empty,
    /// Credentials are missing, expired or not allowed.
    Credentials,
    /// The service or the network is unreachable, slow or throttling, or a response is invalid.
    Service,
    /// The gallery failed, which the registry may make up for.
    Gallery,
    /// The gallery denied access, which the registry may grant.
    GalleryDenied,
    /// The service refuses its own page token, from which no listing can resume.
    Token,
}

/// An error for the user: a message, and hints that name the command to type.
#[derive(Debug)]
pub(crate) struct Error {
    kind: Kind,
    /// Its contexts, the outermost first, make the message.
    message: anyhow::Error,
    hints: Vec<String>,
}

impl Error {
    /// An error of `kind`. The message is lower case, without a full stop, literals in backticks.
    pub(crate) fn new(kind: Kind, message: impl fmt::Display) -> Self {
        Self {
            kind,
            message: anyhow::Error::msg(message.to_string()),
            hints: Vec::new(),
        }
    }

    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self::new(Kind::Usage, message)
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    pub(crate) fn hint_first(mut self, hint: impl Into<String>) -> Self {
        self.hints.insert(0, hint.into());
        self
    }

    /// Adds a hint before the last one, which is the least specific.
    pub(crate) fn hint_before_last(mut self, hint: impl Into<String>) -> Self {
        let position = self.hints.len().saturating_sub(1);
        self.hints.insert(position, hint.into());
        self
    }

    pub(crate) fn of_kind(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    /// Appends to the message, as in `… (8 attempts)`.
    pub(crate) fn suffixed(mut self, suffix: &str) -> Self {
        self.message = anyhow::anyhow!("{self}{suffix}");
        self
    }

    pub(crate) fn about(self, subject: &str) -> Self {
        Self {
            message: self.message.context(subject.to_owned()),
            ..self
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    pub(crate) fn hints(&self) -> &[String] {
        &self.hints
    }

    /// Whether to report it: a closed pipe ends the program silently.
    pub(crate) fn is_reported(&self) -> bool {
        !matches!(self.kind, Kind::ReaderLeft | Kind::Empty)
    }

    pub(crate) fn exit_code(&self) -> u8 {
        match self.kind {
            Kind::ReaderLeft => 0,
            Kind::Other => 1,
            Kind::Usage => 2,
            Kind::NotFound | Kind::Empty => 3,
            Kind::Credentials | Kind::GalleryDenied => 4,
            Kind::Service | Kind::Gallery | Kind::Token => 5,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.message)
    }
}

/// Lets parsers of values return it to clap.
impl std::error::Error for Error {}

/// Parses an option's number of a type without zero.
pub(crate) fn one_or_more<T: FromStr>(text: &str) -> Result<T, Error> {
    let number = text.parse();
    number.map_err(|_| Error::usage("not a number of 1 or more"))
}

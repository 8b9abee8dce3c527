//! The one place that writes: data to stdout, words for people to stderr.

use std::io::{self, IsTerminal, Write};

use jiff::Timestamp;

use crate::error::{Error, Kind};
use crate::output::{Place, escaped};

/// stdout and stderr of this run.
#[derive(Debug)]
pub(crate) struct Console {
    stdout: io::Stdout,
    stderr: io::Stderr,
    quiet: bool,
}

impl Console {
    /// A console; a `quiet` one writes errors but no notes.
    pub(crate) fn new(quiet: bool) -> Self {
        Self {
            stdout: io::stdout(),
            stderr: io::stderr(),
            quiet,
        }
    }

    /// What formats need to know of stdout.
    pub(crate) fn place(&self) -> Place {
        let terminal = self.stdout.is_terminal();
        let size = terminal_size::terminal_size().filter(|_| terminal);
        Place {
            terminal,
            width: size.map(|(width, _)| width.0.into()),
            now,
        }
    }

    /// Writes and flushes a piece of the listing.
    ///
    /// # Errors
    ///
    /// [`Kind::ReaderLeft`] when nobody reads any more, [`Kind::Other`] when it cannot be written.
    pub(crate) fn data(&self, bytes: &[u8]) -> Result<(), Error> {
        let mut stdout = self.stdout.lock();
        let written = stdout.write_all(bytes).and_then(|()| stdout.flush());
        written.map_err(|error| match error.kind() {
            io::ErrorKind::BrokenPipe => Error::new(Kind::ReaderLeft, "the reader left"),
            _ => Error::new(Kind::Other, format!("cannot write to stdout: {error}")),
        })
    }

    /// Tells something that is no error.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            self.say("note", text);
        }
    }

    /// Reports an error and its hint.
    pub(crate) fn report(&self, error: &Error) {
        self.say("error", &error.to_string());
        if let Some(hint) = error.advice() {
            self.say("hint", hint);
        }
    }

    fn say(&self, what: &str, text: &str) {
        // Whoever closed stderr does not want to know.
        let _ = writeln!(self.stderr.lock(), "{what}: {}", escaped(text));
    }
}

/// The present, or the moment that `ECRPUB_NOW` (RFC 3339) names, for output that can be compared.
fn now() -> Timestamp {
    std::env::var("ECRPUB_NOW")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or_else(Timestamp::now)
}

//! The one place that writes: data to stdout, words for people to stderr.

use std::fmt;
use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice, stream::RawStream};
use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use jiff::Timestamp;

use crate::error::{Error, Kind};
use crate::escape::escaped;
use crate::output::Place;

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`
    #[default]
    Auto,
    /// Everywhere
    Always,
    /// Nowhere
    Never,
}

/// stdout and stderr of this run.
#[derive(Debug)]
pub(crate) struct Console {
    stdout: io::Stdout,
    stderr: io::Stderr,
    color: Color,
    quiet: bool,
}

impl Color {
    fn on(self, stream: &impl RawStream) -> bool {
        match self {
            Self::Auto => AutoStream::choice(stream) != ColorChoice::Never,
            Self::Always => true,
            Self::Never => false,
        }
    }
}

impl Console {
    /// A console; a `quiet` one writes errors but no notes.
    pub(crate) fn new(color: Color, quiet: bool) -> Self {
        Self {
            stdout: io::stdout(),
            stderr: io::stderr(),
            color,
            quiet,
        }
    }

    /// What formats need to know of stdout.
    pub(crate) fn place(&self) -> Place {
        let terminal = self.stdout.is_terminal();
        let size = terminal_size::terminal_size().filter(|_| terminal);
        Place {
            terminal,
            color: self.color.on(&self.stdout),
            width: size.map(|(width, _)| width.0.into()),
            now,
        }
    }

    /// Whether a person sees what is written to stderr, and wants to.
    pub(crate) fn has_watcher(&self) -> bool {
        !self.quiet && self.stderr.is_terminal()
    }

    /// Tells something that is no error.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            self.say("note", Style::new().bold(), text);
        }
    }

    /// Sums up what is on stdout.
    pub(crate) fn sum_up(&self, summary: impl fmt::Display) {
        let style = self.style(Style::new().dimmed());
        // Whoever closed stderr does not want to know, here and below.
        let _ = writeln!(self.stderr.lock(), "{style}{summary}{style:#}");
    }

    /// Reports an error and its hints.
    pub(crate) fn report(&self, error: &Error) {
        self.say(
            "error",
            AnsiColor::Red.on_default().bold(),
            &error.to_string(),
        );
        for hint in error.hints() {
            self.say("hint", AnsiColor::Cyan.on_default().bold(), hint);
        }
    }

    fn say(&self, what: &str, style: Style, text: &str) {
        let style = self.style(style);
        let _ = writeln!(
            self.stderr.lock(),
            "{style}{what}:{style:#} {}",
            escaped(text)
        );
    }

    fn style(&self, style: Style) -> Style {
        if self.color.on(&self.stderr) {
            style
        } else {
            Style::new()
        }
    }
}

/// Writes a piece of the listing to stdout and flushes it.
///
/// # Errors
///
/// [`Kind::ReaderLeft`] when nobody reads any more, [`Kind::Other`] when it cannot be written.
pub(crate) fn write(bytes: &[u8]) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    let written = stdout.write_all(bytes).and_then(|()| stdout.flush());
    written.map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Error::new(Kind::ReaderLeft, "the reader left"),
        _ => Error::new(Kind::Other, format!("cannot write to stdout: {error}")),
    })
}

/// The present, or the moment that `ECRPUB_NOW` (RFC 3339) names, for output that can be compared.
fn now() -> Timestamp {
    std::env::var("ECRPUB_NOW")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or_else(Timestamp::now)
}

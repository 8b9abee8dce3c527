//! Writes data to stdout, and notes, errors and summaries to stderr.

use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice, stream::RawStream};
use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use clap::builder::StyledStr;
use jiff::Timestamp;
use unicode_width::UnicodeWidthStr;

use crate::error::{Error, Kind};
use crate::escape::escaped;
use crate::output::Destination;
use crate::redact::redacted;

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

/// The size that Linux gives a pipe, and the largest that every user may ask for, in bytes.
#[cfg(target_os = "linux")]
const PIPE_SIZE: usize = 64 << 10;
#[cfg(target_os = "linux")]
const LARGE_PIPE_SIZE: usize = 1 << 20;

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
    pub(crate) fn new(color: Color, quiet: bool) -> Self {
        // The console of Windows prints escapes as text until it is told to interpret them.
        #[cfg(windows)]
        drop(AutoStream::always_ansi(io::stdout()));
        Self {
            stdout: io::stdout(),
            stderr: io::stderr(),
            color,
            quiet,
        }
    }

    /// The properties of stdout that formats depend on.
    pub(crate) fn destination(&self, now: Timestamp) -> Destination {
        let terminal = self.stdout.is_terminal();
        let size = terminal_size::terminal_size().filter(|_| terminal);
        Destination {
            terminal,
            color: self.color.on(&self.stdout),
            width: size.map(|(width, _)| width.0.into()),
            now,
        }
    }

    /// Writes a piece of the listing to stdout and flushes it.
    pub(crate) fn write(&self, bytes: &[u8]) -> Result<(), Error> {
        let mut stdout = self.stdout.lock();
        // A pipe that takes the whole piece lets the reader and this program run at the same time; its
        // failure, where stdout is no pipe or the limit of the user is lower, changes nothing else.
        #[cfg(target_os = "linux")]
        if bytes.len() > PIPE_SIZE {
            let _ = rustix::pipe::fcntl_setpipe_size(&stdout, LARGE_PIPE_SIZE);
        }
        let written = stdout.write_all(bytes).and_then(|()| stdout.flush());
        written.map_err(|error| match error.kind() {
            io::ErrorKind::BrokenPipe => Error::new(Kind::ReaderLeft, "the reader left"),
            _ => Error::new(Kind::Other, format!("cannot write to stdout: {error}")),
        })
    }

    pub(crate) fn help(&self, help: &StyledStr) -> Result<(), Error> {
        self.write(styled(help, self.color.on(&self.stdout)).as_bytes())
    }

    pub(crate) fn help_instead(&self, help: &StyledStr) {
        let help = styled(help, self.color.on(&self.stderr));
        let _ = self.stderr.lock().write_all(help.as_bytes());
    }

    /// Whether a person watches stderr and wants notes.
    pub(crate) fn has_watcher(&self) -> bool {
        !self.quiet && self.stderr.is_terminal()
    }

    /// Writes a note: information that is not an error.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet {
            self.write_line("note", Style::new().bold(), text);
        }
    }

    /// Writes a line of the summary of what is on stdout.
    pub(crate) fn sum_up(&self, summary: &str) {
        let style = self.style(Style::new().dimmed());
        let summary = self.wrapped(&redacted(summary), 0);
        // Ignores a closed stderr, as everywhere.
        let _ = writeln!(self.stderr.lock(), "{style}{summary}{style:#}");
    }

    pub(crate) fn report(&self, error: &Error) {
        let bold = |color: AnsiColor| color.on_default().bold();
        self.write_line("error", bold(AnsiColor::Red), &error.to_string());
        for hint in error.hints() {
            self.write_line("hint", bold(AnsiColor::Cyan), hint);
        }
    }

    fn write_line(&self, what: &str, style: Style, text: &str) {
        let style = self.style(style);
        let text = redacted(text);
        let text = self.wrapped(&escaped(&text), what.len() + 2);
        let _ = writeln!(self.stderr.lock(), "{style}{what}:{style:#} {text}");
    }

    /// `text` after `used` columns of a line, with lines that break between words at the width of the
    /// terminal; not within backticks, so that commands can be copied.
    fn wrapped(&self, text: &str, mut used: usize) -> String {
        let size = terminal_size::terminal_size_of(&self.stderr);
        let width = size.map_or(usize::MAX, |(width, _)| width.0.into());
        let mut is_literal = false;
        let words = text.split_inclusive(|character| {
            is_literal ^= character == '`';
            character == ' ' && !is_literal
        });
        let mut wrapped = String::new();
        for word in words {
            if used > 0 && used + word.trim_end().width() > width {
                wrapped.truncate(wrapped.trim_end().len());
                wrapped.push('\n');
                used = 0;
            }
            wrapped.push_str(word);
            used += word.width();
        }
        wrapped
    }

    fn style(&self, style: Style) -> Style {
        let is_on = self.color.on(&self.stderr);
        if is_on { style } else { Style::new() }
    }
}

fn styled(text: &StyledStr, color: bool) -> String {
    if color {
        text.ansi().to_string()
    } else {
        text.to_string()
    }
}

//! What is being done and what is waited for, told to whoever watches: a line that comes and goes on
//! a terminal, or with `-v` a line of stderr for each event.

use std::cell::Cell;
use std::fmt;
use std::io::Write;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::escape::escaped;
use crate::output::counted;
use crate::redact::{redacted, redacted_but_ids};

/// What is answered sooner needs no line.
const PATIENCE: Duration = Duration::from_millis(300);
const TICK: Duration = Duration::from_millis(100);

/// Tells of requests, attempts, waits and timings, never of secrets.
#[derive(Debug)]
pub(crate) struct Progress {
    started: Instant,
    verbose: bool,
    line: ProgressBar,
    pages: Cell<usize>,
    rows: Cell<usize>,
}

impl Progress {
    /// A listener that starts now, and says nothing unless `verbose`.
    pub(crate) fn new(verbose: bool) -> Self {
        let line = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        Self {
            started: Instant::now(),
            verbose,
            line,
            pages: Cell::default(),
            rows: Cell::default(),
        }
    }

    /// A handle on the line, to clear it from another thread.
    pub(crate) fn line(&self) -> ProgressBar {
        self.line.clone()
    }

    /// Shows the line to somebody who watches, once they had to wait.
    pub(crate) fn show_line(&self) {
        if self.verbose {
            return;
        }
        let line = self.line.clone();
        tokio::spawn(async move {
            tokio::time::sleep(PATIENCE).await;
            if !line.is_finished() {
                let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}");
                line.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
                line.set_draw_target(ProgressDrawTarget::stderr());
                line.enable_steady_tick(TICK);
            }
        });
    }

    /// Takes the line away for good, before anything else is written.
    pub(crate) fn end_line(&self) {
        self.line.finish_and_clear();
    }

    /// Credentials are looked for, which may take a while, or a person.
    pub(crate) fn looking_for_credentials(&self) {
        self.line.set_message("looking for credentials");
    }

    /// Something was found out before the first request.
    pub(crate) fn resolved(&self, what: &str, value: impl fmt::Display) {
        self.write(&redacted_but_ids(&format!("{what}: {value}")));
    }

    /// A request goes out.
    pub(crate) fn sending(&self, request: &str, attempt: u32) {
        self.tell(format_args!("{request}: attempt {attempt}"));
        if self.pages.get() == 0 && attempt == 1 {
            self.line.set_message(format!("waiting for {request}"));
        }
    }

    /// A request was answered.
    pub(crate) fn answered(&self, request: &str, after: Duration) {
        self.tell(format_args!("{request}: answered in {after:.0?}"));
    }

    /// An attempt failed, and the next one follows after a wait.
    pub(crate) fn waiting(&self, request: &str, cause: impl fmt::Display, delay: Duration) {
        let event = format!("{request}: {cause}; trying again in {delay:.1?}");
        self.tell(format_args!("{event}"));
        self.line
            .set_message(escaped(&redacted(&event)).into_owned());
    }

    /// A request waits for its turn: the host wants but one a second.
    pub(crate) fn taking_turns(&self, request: &str, wait: Duration) {
        let event = format!("{request}: waiting {wait:.1?}, for one request a second is allowed");
        self.tell(format_args!("{event}"));
        self.line.set_message(event);
    }

    /// A page was read.
    pub(crate) fn page(&self, of: impl fmt::Display, number: u64, rows: usize) {
        let counted_rows = counted(rows, "row");
        self.tell(format_args!("page {number} of `{of}`: {counted_rows}"));
        self.pages.set(self.pages.get() + 1);
        self.rows.set(self.rows.get() + rows);
        let rows = counted(self.rows.get(), "row");
        let pages = counted(self.pages.get(), "page");
        self.line.set_message(format!("{rows}, {pages}"));
    }

    fn tell(&self, event: fmt::Arguments<'_>) {
        if self.verbose {
            self.write(&redacted(&event.to_string()));
        }
    }

    fn write(&self, event: &str) {
        if self.verbose {
            let seconds = self.started.elapsed().as_secs_f64();
            // Whoever closed stderr does not want to know.
            let _ = writeln!(std::io::stderr(), "[{seconds:.3}s] {}", escaped(event));
        }
    }
}

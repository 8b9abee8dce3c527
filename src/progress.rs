//! What is being done and what is waited for, told to whoever watches: `-v` writes it to stderr.

use std::fmt;
use std::io::Write;
use std::time::{Duration, Instant};

use crate::output::escaped;

/// Tells of requests, attempts, waits and timings. Never given a secret to tell.
#[derive(Debug)]
pub(crate) struct Progress {
    started: Instant,
    verbose: bool,
}

impl Progress {
    /// A listener that starts now; a silent one unless `verbose`.
    pub(crate) fn new(verbose: bool) -> Self {
        Self {
            started: Instant::now(),
            verbose,
        }
    }

    /// Something was found out before the first request.
    pub(crate) fn resolved(&self, what: &str, value: impl fmt::Display) {
        self.tell(format_args!("{what}: {value}"));
    }

    /// A request goes out.
    pub(crate) fn sending(&self, request: &str, attempt: u32) {
        self.tell(format_args!("{request}: attempt {attempt}"));
    }

    /// A request was answered.
    pub(crate) fn answered(&self, request: &str, after: Duration) {
        self.tell(format_args!("{request}: answered in {after:.0?}"));
    }

    /// An attempt failed, and the next one follows after a wait.
    pub(crate) fn waiting(&self, request: &str, cause: impl fmt::Display, delay: Duration) {
        self.tell(format_args!(
            "{request}: {cause}; trying again in {delay:.1?}"
        ));
    }

    /// A page was read.
    pub(crate) fn page(&self, number: u64, rows: usize) {
        self.tell(format_args!("page {number}: {rows} rows"));
    }

    fn tell(&self, event: fmt::Arguments<'_>) {
        if self.verbose {
            let seconds = self.started.elapsed().as_secs_f64();
            let event = event.to_string();
            // Whoever closed stderr does not want to know.
            let _ = writeln!(std::io::stderr(), "[{seconds:.3}s] {}", escaped(&event));
        }
    }
}

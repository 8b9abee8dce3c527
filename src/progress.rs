//! Progress of a run: one line on a terminal, rewritten as requests are answered, or with `-v` one line on
//! stderr for each event.

use std::cell::Cell;
use std::fmt;
use std::io::Write;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::escape::escaped;
use crate::output::{counted, human_count};
use crate::redact::{redacted, redacted_but_ids};

/// The wait after which the line appears.
const PATIENCE: Duration = Duration::from_millis(300);
const TICK: Duration = Duration::from_millis(100);

#[derive(Debug)]
pub(crate) struct Progress {
    started: Instant,
    verbose: bool,
    line: ProgressBar,
    pages: Cell<usize>,
    rows: Cell<usize>,
    subjects: Cell<(usize, usize)>,
    /// The rate that the host allows, in requests per second, once it is limited.
    rate: Cell<Option<f64>>,
    manifests: Cell<(usize, usize)>,
}

impl Progress {
    pub(crate) fn new(verbose: bool) -> Self {
        Self {
            started: Instant::now(),
            verbose,
            line: ProgressBar::hidden(),
            pages: Cell::default(),
            rows: Cell::default(),
            subjects: Cell::default(),
            rate: Cell::default(),
            manifests: Cell::default(),
        }
    }

    pub(crate) fn line(&self) -> ProgressBar {
        self.line.clone()
    }

    /// Shows the line to a person who has waited for a while.
    pub(crate) fn show_line(&self) {
        if self.verbose {
            return;
        }
        let line = self.line.clone();
        // An earlier attempt at the listing may have ended it.
        line.reset();
        tokio::spawn(async move {
            tokio::time::sleep(PATIENCE).await;
            if !line.is_finished() {
                // A wide message is cut to what the terminal has left.
                let style = ProgressStyle::with_template("{spinner} {elapsed} {wide_msg}");
                line.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
                line.set_draw_target(ProgressDrawTarget::stderr());
                line.enable_steady_tick(TICK);
            }
        });
    }

    /// Removes the line permanently, before anything else is written.
    pub(crate) fn end_line(&self) {
        self.line.finish_and_clear();
    }

    pub(crate) fn resolved(&self, what: &str, value: impl fmt::Display) {
        self.write(&redacted_but_ids(&format!("{what}: {value}")));
    }

    pub(crate) fn sending(&self, request: &str, attempt: u32, max_attempts: u32) {
        self.log(format_args!(
            "{request}: attempt {attempt} of {max_attempts}"
        ));
        let has_counts = self.pages.get() > 0 || self.manifests.get().1 > 0;
        if !has_counts && attempt == 1 {
            self.line.set_message(format!("waiting for {request}"));
        }
    }

    pub(crate) fn answered(&self, request: &str, after: Duration) {
        self.log(format_args!("{request}: response in {after:.0?}"));
    }

    pub(crate) fn waiting(&self, request: &str, cause: impl fmt::Display, delay: Duration) {
        let event = format!("{request}: {cause}; trying again in {delay:.1?}");
        self.log(format_args!("{event}"));
        self.line
            .set_message(escaped(&redacted(&event)).into_owned());
    }

    /// Logs that a request waits for its turn: the host limits the rate of requests, to `rate` per
    /// second if that is known.
    pub(crate) fn taking_turns(&self, request: &str, rate: Option<f64>, wait: Duration) {
        self.rate.set(rate);
        let event = format!("{request}: {}, waiting {wait:.1?}", limited(rate));
        self.log(format_args!("{event}"));
        // Shorter waits are part of the pace, which the line shows with the rows and manifests.
        if wait >= PATIENCE && self.manifests.get().1 == 0 {
            self.line.set_message(event);
        }
    }

    pub(crate) fn page(&self, of: impl fmt::Display, number: u64, rows: usize) {
        let counted_rows = counted(rows, "row");
        self.log(format_args!("page {number} of `{of}`: {counted_rows}"));
        self.pages.set(self.pages.get() + 1);
        self.rows.set(self.rows.get() + rows);
        let rows = counted(self.rows.get(), "row");
        let mut message = format!("{rows}, {}", counted(self.pages.get(), "page"));
        if self.subjects.get().1 > 1 {
            message = format!("{}, {message}", self.subjects_done());
        }
        if let Some(rate) = self.rate.get() {
            message = format!("{message}; {}", limited(Some(rate)));
        }
        self.line.set_message(message);
    }

    pub(crate) fn manifests(&self, more: usize) {
        self.log(format_args!("{} to read", counted(more, "manifest")));
        self.count_manifests(0, more);
    }

    pub(crate) fn manifest_done(&self) {
        self.count_manifests(1, 0);
    }

    fn count_manifests(&self, read: usize, more: usize) {
        let (done, all) = self.manifests.get();
        let (done, all) = (done + read, all + more);
        self.manifests.set((done, all));
        let all = counted(all, "manifest");
        let message = format!("{} of {all}", human_count(done));
        self.line.set_message(message);
    }

    /// Begins to count `all` repositories and their rows: earlier rows were those of another listing,
    /// such as the repositories that a pattern selects from.
    pub(crate) fn subjects(&self, all: usize) {
        self.subjects.set((0, all));
        self.pages.set(0);
        self.rows.set(0);
    }

    pub(crate) fn subject_done(&self) {
        let (done, all) = self.subjects.get();
        self.subjects.set((done + 1, all));
        if all > 1 {
            self.log(format_args!("{}", self.subjects_done()));
        }
    }

    fn subjects_done(&self) -> String {
        let (done, all) = self.subjects.get();
        format!("{} of {}", human_count(done), counted(all, "repository"))
    }

    fn log(&self, event: fmt::Arguments<'_>) {
        if self.verbose {
            self.write(&redacted(&event.to_string()));
        }
    }

    fn write(&self, event: &str) {
        if self.verbose {
            let seconds = self.started.elapsed().as_secs_f64();
            // Ignores a closed stderr.
            let _ = writeln!(std::io::stderr(), "[{seconds:.3}s] {}", escaped(event));
        }
    }
}

fn limited(rate: Option<f64>) -> String {
    let rate = rate.map(|rate| format!(" to {rate:.1} requests per second"));
    format!("rate limited{}", rate.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::Progress;

    #[test]
    fn the_line_counts_the_rows_of_the_repositories_that_it_counts() {
        let progress = Progress::new(false);
        progress.page("your registry", 1, 100);
        assert_eq!(progress.line().message(), "100 rows, 1 page");
        progress.subjects(40);
        progress.page("web", 1, 22);
        progress.subject_done();
        progress.page("api", 1, 3);
        assert_eq!(
            progress.line().message(),
            "1 of 40 repositories, 25 rows, 2 pages"
        );
    }
}

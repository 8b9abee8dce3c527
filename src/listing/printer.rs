//! Rows on their way to stdout, a page's worth of bytes at a time.

use crate::console;
use crate::error::{Error, Kind};
use crate::output::Format;
use crate::source::request_goes_out;

/// As many rows as the largest page has.
const ROWS_A_WRITE: usize = 1000;

/// A format, and the bytes that it has made and nobody has yet.
pub(crate) struct Printer<R> {
    format: Box<dyn Format<R>>,
    buffer: Vec<u8>,
    begun: bool,
}

impl<R> Printer<R> {
    /// A printer that has not begun.
    pub(crate) fn new(format: Box<dyn Format<R>>) -> Self {
        Self {
            format,
            buffer: Vec::new(),
            begun: false,
        }
    }

    /// Prints rows, in order; called any number of times.
    ///
    /// # Errors
    ///
    /// When they cannot be written, or hold what the format cannot carry.
    pub(crate) async fn rows(&mut self, rows: &[R]) -> Result<(), Error> {
        self.begin();
        for page in rows.chunks(ROWS_A_WRITE) {
            self.format.rows(page, &mut self.buffer)?;
            self.write().await?;
        }
        Ok(())
    }

    /// Prints `rows` while `next` goes on, which is given up when they cannot be written.
    ///
    /// # Errors
    ///
    /// As [`Self::rows`]; what becomes of `next` is its own affair.
    pub(crate) async fn rows_during<T>(
        &mut self,
        rows: &[R],
        next: impl Future<Output = T>,
    ) -> Result<T, Error> {
        let mut next = std::pin::pin!(next);
        let mut printed = std::pin::pin!(async {
            request_goes_out().await;
            self.rows(rows).await
        });
        tokio::select! {
            biased;
            outcome = &mut next => {
                printed.await?;
                Ok(outcome)
            }
            outcome = &mut printed => {
                outcome?;
                Ok(next.await)
            }
        }
    }

    /// Prints what comes after the rows, and where the listing would go on.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub(crate) async fn end(&mut self, next_token: Option<&str>) -> Result<(), Error> {
        self.begin();
        self.format.end(next_token, &mut self.buffer);
        self.write().await
    }

    fn begin(&mut self) {
        if !std::mem::replace(&mut self.begun, true) {
            self.format.begin(&mut self.buffer);
        }
    }

    /// Writes on another thread, for a write may wait for its reader.
    async fn write(&mut self) -> Result<(), Error> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let buffer = std::mem::take(&mut self.buffer);
        let written = tokio::task::spawn_blocking(move || (console::write(&buffer), buffer));
        let (outcome, mut buffer) = written
            .await
            .map_err(|error| Error::new(Kind::Other, format!("cannot write to stdout: {error}")))?;
        buffer.clear();
        self.buffer = buffer;
        outcome
    }
}

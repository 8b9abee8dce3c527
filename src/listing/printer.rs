//! Writes rows to stdout, a page's worth of bytes at a time.

use crate::console::Console;
use crate::error::Error;
use crate::model::Row;
use crate::output::Format;

/// The rows of the largest page.
const ROWS_PER_WRITE: usize = 1000;

/// A format, with its bytes that are not written yet.
pub(super) struct Printer<'a> {
    format: Box<dyn Format>,
    console: &'a Console,
    buffer: Vec<u8>,
    begun: bool,
}

impl<'a> Printer<'a> {
    /// A printer that has printed nothing yet.
    pub(super) fn new(format: Box<dyn Format>, console: &'a Console) -> Self {
        Self {
            format,
            console,
            buffer: Vec::new(),
            begun: false,
        }
    }

    /// Inspects all rows before the first is printed; not called for rows that stream.
    ///
    /// # Errors
    ///
    /// If a row has a value that the format cannot represent.
    pub(super) fn prepare(&mut self, rows: &[&[Row]]) -> Result<(), Error> {
        self.format.prepare(rows)
    }

    /// Prints rows, in order; called any number of times.
    ///
    /// # Errors
    ///
    /// If stdout cannot be written to, or a row has a value that the format cannot represent.
    pub(super) fn rows(&mut self, rows: &[Row]) -> Result<(), Error> {
        self.begin();
        for page in rows.chunks(ROWS_PER_WRITE) {
            self.format.rows(page, &mut self.buffer)?;
            self.write()?;
        }
        Ok(())
    }

    /// Prints the end of the document, with the token of the next page.
    ///
    /// # Errors
    ///
    /// If stdout cannot be written to.
    pub(super) fn end(&mut self, next_token: Option<&str>) -> Result<(), Error> {
        self.begin();
        self.format.end(next_token, &mut self.buffer);
        self.write()
    }

    fn begin(&mut self) {
        if !std::mem::replace(&mut self.begun, true) {
            self.format.begin(&mut self.buffer);
        }
    }

    fn write(&mut self) -> Result<(), Error> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let written = self.console.write(&self.buffer);
        self.buffer.clear();
        written
    }
}

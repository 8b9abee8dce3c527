//! Prints what was read: the rows, their number, or the requests that delete them.

use std::mem::ManuallyDrop;

use super::collect::Part;
use super::read::Read;
use super::{Listing, Missing, Mode, deletion};
use crate::console::Console;
use crate::error::Error;
use crate::model::Row;
use crate::output::{Format, delete_request};

/// The rows of the largest page.
const ROWS_PER_WRITE: usize = 1000;

impl Listing<'_> {
    /// Prints the rows that were read, and the notes. Returns the number of rows, and what is missing.
    pub(super) fn print(
        &self,
        read: Read<'_>,
        mut printer: Printer<'_>,
    ) -> Result<(usize, Missing), Error> {
        // Freeing the rows one by one would take a sixth of the processor time of a listing of 100,000
        // images (`cargo bench`), and the program ends here.
        let parts = ManuallyDrop::new(read.parts);
        self.note_empty(&parts);
        let next_token = parts.last().and_then(|part| part.next_token.as_deref());
        match self.mode {
            Mode::Count => self.print_counts(&parts)?,
            Mode::Delete => self.print_requests(&parts)?,
            Mode::Print | Mode::Stream => {
                let rows = || parts.iter().map(|part| part.selected.rows.as_slice());
                printer.format.prepare(&rows().collect::<Vec<_>>())?;
                for rows in rows() {
                    printer.rows(rows)?;
                }
                if !parts.is_empty() || read.missing.is_empty() {
                    printer.end(next_token)?;
                }
            }
        }
        self.note_all(&parts, read.description.as_deref(), next_token);
        if self.mode == Mode::Delete {
            self.session.console.note(&deletion::line(&parts));
        }
        let passing = parts.iter().map(|part| part.selected.counts.passing);
        Ok((passing.sum(), read.missing))
    }

    fn print_counts(&self, parts: &[Part<'_>]) -> Result<(), Error> {
        let mut lines = String::new();
        for Part {
            target, selected, ..
        } in parts
        {
            if self.expected.several {
                lines.extend([&target.subject.to_string(), "\t"]);
            }
            lines.extend([&selected.counts.passing.to_string(), "\n"]);
        }
        self.session.console.write(lines.as_bytes())
    }

    fn print_requests(&self, parts: &[Part<'_>]) -> Result<(), Error> {
        let mut lines = Vec::new();
        for part in parts {
            let registry_id = part.selected.rows.first().and_then(Row::registry_id);
            let name = part.target.subject.to_string();
            for digests in &part.requests {
                delete_request(registry_id, &name, digests, &mut lines);
            }
        }
        self.session.console.write(&lines)
    }
}

/// A format, with its bytes that are not written yet.
pub(super) struct Printer<'a> {
    format: Box<dyn Format>,
    console: &'a Console,
    buffer: Vec<u8>,
    begun: bool,
}

impl<'a> Printer<'a> {
    pub(super) fn new(format: Box<dyn Format>, console: &'a Console) -> Self {
        Self {
            format,
            console,
            buffer: Vec::new(),
            begun: false,
        }
    }

    /// Prints rows, in order; called any number of times.
    pub(super) fn rows(&mut self, rows: &[Row]) -> Result<(), Error> {
        self.begin();
        for page in rows.chunks(ROWS_PER_WRITE) {
            self.format.rows(page, &mut self.buffer)?;
            self.write()?;
        }
        Ok(())
    }

    /// Prints the end of the document, with the token of the next page.
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

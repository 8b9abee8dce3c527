//! `csv` and `tsv`: a header of field names, then one row per line.

use std::borrow::Cow;

use super::columns::{Column, Value};
use super::{Format, Style};
use crate::error::Error;
use crate::model::Row;

/// Separates several tags in one cell; no tag contains it.
const JOINT: &str = ";";

/// CSV quotes cells as RFC 4180 says; TSV writes characters that would break a line as `\t`, `\n`,
/// `\\`.
#[derive(Debug)]
pub(super) struct Delimited {
    columns: Vec<&'static Column>,
    style: Style,
    /// `,` or a tab.
    delimiter: u8,
}

impl Delimited {
    pub(super) fn new(columns: Vec<&'static Column>, style: Style, delimiter: u8) -> Self {
        Self {
            columns,
            style,
            delimiter,
        }
    }

    fn line<'a>(&self, cells: impl Iterator<Item = Cow<'a, str>>, out: &mut Vec<u8>) {
        for (index, cell) in cells.enumerate() {
            if index > 0 {
                out.push(self.delimiter);
            }
            let cell = if self.delimiter == b',' {
                // A line without any character would not be read as a row.
                let is_whole_line = self.columns.len() == 1;
                quoted(self.style.shown(cell), is_whole_line)
            } else {
                self.style.shown(unbroken(cell))
            };
            out.extend_from_slice(cell.as_bytes());
        }
        out.push(b'\n');
    }

    fn cell<'a>(&self, value: Value<'a>) -> Cow<'a, str> {
        match value {
            Value::Missing | Value::List([]) => "".into(),
            Value::Text(text) | Value::Digest(text) | Value::MediaType(text) => text.into(),
            Value::Size(number) | Value::Count(number) => number.to_string().into(),
            Value::Time(time) => self.style.clock.text(time).into(),
            Value::List([only]) => only.into(),
            Value::List(items) => items.join(JOINT).into(),
        }
    }
}

impl Format for Delimited {
    fn begin(&mut self, out: &mut Vec<u8>) {
        if self.style.headers {
            self.line(self.columns.iter().map(|column| column.name().into()), out);
        }
    }

    fn rows(&mut self, rows: &[Row], out: &mut Vec<u8>) -> Result<(), Error> {
        for row in rows {
            let columns = self.columns.iter();
            self.line(columns.map(|column| self.cell((column.value)(row))), out);
        }
        Ok(())
    }
}

/// `cell` of CSV, in quotes if needed.
fn quoted(cell: Cow<'_, str>, is_whole_line: bool) -> Cow<'_, str> {
    let is_special = cell.contains([',', '"', '\n', '\r']);
    if is_special || is_whole_line && cell.is_empty() {
        return format!("\"{}\"", cell.replace('"', "\"\"")).into();
    }
    cell
}

/// `cell` of TSV, with the characters that would break its line escaped.
fn unbroken(cell: Cow<'_, str>) -> Cow<'_, str> {
    if !cell.contains(['\t', '\n', '\\']) {
        return cell;
    }
    // Backslashes first, so that those of the other escapes are not doubled.
    let cell = cell.replace('\\', "\\\\");
    cell.replace('\t', "\\t").replace('\n', "\\n").into()
}

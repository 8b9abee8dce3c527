//! `csv` and `tsv`: a header of field names, then one row per line.

use std::borrow::Cow;

use super::columns::{Column, Value};
use super::{Format, Style};
use crate::error::Error;
use crate::model::Row;

/// Separates several tags in one cell; no tag contains it.
const JOINT: &str = ";";

/// RFC 4180: CRLF after each line, quotes if needed.
#[derive(Debug)]
pub(super) struct Csv(Cells);

impl Csv {
    pub(super) fn new(columns: Vec<&'static Column>, style: Style) -> Self {
        Self(Cells { columns, style })
    }

    fn write<'a>(out: &mut Vec<u8>, lines: impl Iterator<Item = Vec<Cow<'a, str>>>) {
        let mut writer = csv::WriterBuilder::new()
            .terminator(csv::Terminator::CRLF)
            .from_writer(out);
        for line in lines {
            writer
                .write_record(line.iter().map(|cell| cell.as_bytes()))
                .expect("a buffer takes every byte, and every line has the same columns");
        }
        writer.flush().expect("a buffer takes every byte");
    }
}

impl Format for Csv {
    fn begin(&mut self, out: &mut Vec<u8>) {
        Self::write(out, self.0.header().into_iter());
    }

    fn rows(&mut self, rows: &[Row], out: &mut Vec<u8>) -> Result<(), Error> {
        let lines = rows.iter().map(|row| {
            let cells = self.0.row(row);
            cells.map(|cell| self.0.style.shown(cell)).collect()
        });
        Self::write(out, lines);
        Ok(())
    }

    fn end(&mut self, _next_token: Option<&str>, _out: &mut Vec<u8>) {}
}

/// Tabs between cells; characters that would break a line are written as `\t`, `\n`, `\\`.
#[derive(Debug)]
pub(super) struct Tsv(Cells);

impl Tsv {
    pub(super) fn new(columns: Vec<&'static Column>, style: Style) -> Self {
        Self(Cells { columns, style })
    }

    fn line<'a>(&self, out: &mut Vec<u8>, cells: impl Iterator<Item = Cow<'a, str>>) {
        for (index, cell) in cells.enumerate() {
            if index > 0 {
                out.push(b'\t');
            }
            out.extend(self.0.style.shown(unbroken(cell)).as_bytes());
        }
        out.push(b'\n');
    }
}

impl Format for Tsv {
    fn begin(&mut self, out: &mut Vec<u8>) {
        if let Some(header) = self.0.header() {
            self.line(out, header.into_iter());
        }
    }

    fn rows(&mut self, rows: &[Row], out: &mut Vec<u8>) -> Result<(), Error> {
        for row in rows {
            self.line(out, self.0.row(row));
        }
        Ok(())
    }

    fn end(&mut self, _next_token: Option<&str>, _out: &mut Vec<u8>) {}
}

/// `cell` with the characters that would break its line escaped.
fn unbroken(cell: Cow<'_, str>) -> Cow<'_, str> {
    if !cell.contains(['\t', '\n', '\\']) {
        return cell;
    }
    // Backslashes first, so that those of the other escapes are not doubled.
    let cell = cell.replace('\\', "\\\\");
    cell.replace('\t', "\\t").replace('\n', "\\n").into()
}

/// The cells of a row as text, the same for both formats.
#[derive(Debug)]
struct Cells {
    columns: Vec<&'static Column>,
    style: Style,
}

impl Cells {
    fn header(&self) -> Option<Vec<Cow<'static, str>>> {
        let names = self.columns.iter().map(|column| column.name().into());
        self.style.headers.then(|| names.collect())
    }

    fn row<'a>(&'a self, row: &'a Row) -> impl Iterator<Item = Cow<'a, str>> {
        self.columns
            .iter()
            .map(|column| self.cell((column.value)(row)))
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

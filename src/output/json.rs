//! `json` and `jsonl`: the service's field names and nesting, without absent fields.

use std::io;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use super::columns::{Column, Value};
use super::time::{Clock, epoch};
use super::{Format, Place, Style};
use crate::error::Error;
use crate::escape::{judged, needs_escaping};
use crate::model::Row;

/// One document: `{"LIST": [ … ]}`, indented as `jq` does.
#[derive(Debug)]
pub(super) struct Document {
    list_key: &'static str,
    columns: Vec<&'static Column>,
    style: Style,
    layout: Layout<PrettyFormatter<'static>>,
    is_empty: bool,
}

impl Document {
    pub(super) fn new(list_key: &'static str, columns: Vec<&'static Column>, style: Style) -> Self {
        Self {
            list_key,
            columns: grouped(columns),
            layout: Layout::new(PrettyFormatter::new(), style.place),
            style,
            is_empty: true,
        }
    }

    fn key(&mut self, key: &str, first: bool, out: &mut Vec<u8>) -> io::Result<()> {
        self.layout.begin_object_key(out, first)?;
        append(key, self.layout.clone(), out);
        self.layout.end_object_key(out)?;
        self.layout.begin_object_value(out)
    }

    fn begin_list(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        self.layout.begin_object(out)?;
        self.key(self.list_key, true, out)?;
        self.layout.begin_array(out)
    }

    fn row(&mut self, row: &Row, out: &mut Vec<u8>) -> io::Result<()> {
        self.layout.begin_array_value(out, self.is_empty)?;
        self.is_empty = false;
        let object = Object {
            columns: &self.columns,
            clock: &self.style.clock,
            row,
        };
        append(&object, self.layout.clone(), out);
        self.layout.end_array_value(out)
    }

    fn end_list(&mut self, next_token: Option<&str>, out: &mut Vec<u8>) -> io::Result<()> {
        self.layout.end_array(out)?;
        self.layout.end_object_value(out)?;
        if let Some(token) = next_token {
            self.key("nextToken", false, out)?;
            append(token, self.layout.clone(), out);
            self.layout.end_object_value(out)?;
        }
        self.layout.end_object(out)?;
        out.push(b'\n');
        Ok(())
    }
}

const INFALLIBLE: &str = "a buffer takes every byte";

impl Format for Document {
    fn begin(&mut self, out: &mut Vec<u8>) {
        self.begin_list(out).expect(INFALLIBLE);
    }

    fn rows(&mut self, rows: &[Row], out: &mut Vec<u8>) -> Result<(), Error> {
        for row in rows {
            self.row(row, out).expect(INFALLIBLE);
        }
        Ok(())
    }

    fn end(&mut self, next_token: Option<&str>, out: &mut Vec<u8>) {
        self.end_list(next_token, out).expect(INFALLIBLE);
    }
}

/// One object per line.
#[derive(Debug)]
pub(super) struct Lines {
    columns: Vec<&'static Column>,
    style: Style,
}

impl Lines {
    pub(super) fn new(columns: Vec<&'static Column>, style: Style) -> Self {
        Self {
            columns: grouped(columns),
            style,
        }
    }
}

impl Format for Lines {
    fn rows(&mut self, rows: &[Row], out: &mut Vec<u8>) -> Result<(), Error> {
        for row in rows {
            let object = Object {
                columns: &self.columns,
                clock: &self.style.clock,
                row,
            };
            let layout = Layout::new(CompactFormatter, self.style.place);
            append(&object, layout, out);
            out.push(b'\n');
        }
        Ok(())
    }

    fn end(&mut self, _next_token: Option<&str>, _out: &mut Vec<u8>) {}
}

/// `columns` with those of one object side by side, so that each object is written once.
fn grouped(columns: Vec<&'static Column>) -> Vec<&'static Column> {
    let mut groups: Vec<Vec<&'static Column>> = Vec::new();
    for column in columns {
        let outer = column.nesting().0;
        let group = groups
            .iter_mut()
            .find(|group| outer.is_some() && group[0].nesting().0 == outer);
        match group {
            Some(group) => group.push(column),
            None => groups.push(vec![column]),
        }
    }
    groups.concat()
}

fn append(value: &(impl Serialize + ?Sized), layout: impl Formatter, out: &mut Vec<u8>) {
    value
        .serialize(&mut serde_json::Serializer::with_formatter(out, layout))
        .expect(INFALLIBLE);
}

/// A row as a JSON object.
struct Object<'a> {
    columns: &'a [&'static Column],
    clock: &'a Clock,
    row: &'a Row,
}

impl Object<'_> {
    fn is_missing(&self) -> bool {
        self.columns
            .iter()
            .all(|column| (column.value)(self.row) == Value::Missing)
    }
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let same_object = |a: &&'static Column, b: &&'static Column| a.nesting().0 == b.nesting().0;
        for columns in self.columns.chunk_by(same_object) {
            match columns[0].nesting().0 {
                Some(outer) => {
                    let inner = Inner(Object { columns, ..*self });
                    if !inner.0.is_missing() {
                        map.serialize_entry(outer, &inner)?;
                    }
                }
                None => self.fields(columns, &mut map)?,
            }
        }
        map.end()
    }
}

impl Object<'_> {
    fn fields<M: SerializeMap>(
        &self,
        columns: &[&'static Column],
        map: &mut M,
    ) -> Result<(), M::Error> {
        for column in columns {
            let name = column.name();
            match (column.value)(self.row) {
                Value::Missing => {}
                Value::Text(text) | Value::Digest(text) | Value::MediaType(text) => {
                    map.serialize_entry(name, text)?;
                }
                Value::Size(number) | Value::Count(number) => map.serialize_entry(name, &number)?,
                Value::List(items) => map.serialize_entry(name, items)?,
                Value::Time(time) => match self.clock {
                    Clock::Epoch => map.serialize_entry(name, &epoch(time))?,
                    clock => map.serialize_entry(name, &clock.text(time))?,
                },
            }
        }
        Ok(())
    }
}

/// The fields of a nested object.
struct Inner<'a>(Object<'a>);

impl Serialize for Inner<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.0.fields(self.0.columns, &mut map)?;
        map.end()
    }
}

/// The colours of jq 1.7.
const KEY: &[u8] = b"\x1b[34;1m";
const STRING: &[u8] = b"\x1b[0;32m";
const NUMBER: &[u8] = b"\x1b[0;39m";
const PUNCTUATION: &[u8] = b"\x1b[1;39m";
const RESET: &[u8] = b"\x1b[0m";

/// Whitespace by `inner`, and colour; on a terminal, unsafe characters are written as `\uXXXX`.
#[derive(Clone, Debug)]
struct Layout<F> {
    inner: F,
    terminal: bool,
    color: bool,
    in_key: bool,
}

impl<F> Layout<F> {
    fn new(inner: F, place: Place) -> Self {
        Self {
            inner,
            terminal: place.terminal,
            color: place.color_data,
            in_key: false,
        }
    }

    /// Lets the wrapped formatter `write` in a colour.
    fn paint<W: ?Sized + io::Write>(
        &mut self,
        color: &[u8],
        writer: &mut W,
        write: impl FnOnce(&mut F, &mut Vec<u8>) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut text = Vec::new();
        write(&mut self.inner, &mut text)?;
        if text.is_empty() {
            return Ok(());
        }
        writer.write_all(color)?;
        writer.write_all(&text)?;
        writer.write_all(RESET)
    }
}

/// Passes calls of [`Formatter`] to the wrapped formatter, in a colour if colours are on.
macro_rules! painted {
    ($($color:ident: $call:ident($($argument:ident: $kind:ty)?);)+) => {$(
        fn $call<W: ?Sized + io::Write>(
            &mut self,
            writer: &mut W,
            $($argument: $kind,)?
        ) -> io::Result<()> {
            if !self.color {
                return self.inner.$call(writer, $($argument)?);
            }
            self.paint($color, writer, |inner, text| inner.$call(text, $($argument)?))
        }
    )+};
}

impl<F: Formatter> Formatter for Layout<F> {
    painted! {
        PUNCTUATION: begin_array();
        PUNCTUATION: end_array();
        PUNCTUATION: begin_array_value(first: bool);
        PUNCTUATION: end_array_value();
        PUNCTUATION: begin_object();
        PUNCTUATION: end_object();
        PUNCTUATION: begin_object_value();
        PUNCTUATION: end_object_value();
        NUMBER: write_i64(value: i64);
        NUMBER: write_f64(value: f64);
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.in_key = true;
        if !self.color {
            return self.inner.begin_object_key(writer, first);
        }
        let begin = |inner: &mut F, text: &mut Vec<u8>| inner.begin_object_key(text, first);
        self.paint(PUNCTUATION, writer, begin)
    }

    fn end_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.in_key = false;
        self.inner.end_object_key(writer)
    }

    fn begin_string<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        if self.color {
            writer.write_all(if self.in_key { KEY } else { STRING })?;
        }
        self.inner.begin_string(writer)
    }

    fn end_string<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.inner.end_string(writer)?;
        if self.color {
            writer.write_all(RESET)?;
        }
        Ok(())
    }

    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if !self.terminal || !needs_escaping(fragment) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut units = [0; 2];
        for (character, is_safe) in judged(fragment) {
            if is_safe {
                write!(writer, "{character}")?;
            } else {
                for unit in character.encode_utf16(&mut units) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }
}

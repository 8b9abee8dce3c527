//! `json` and `jsonl`: the service's field names and nesting, without absent fields; requests that delete
//! images.

use std::collections::BTreeMap;

use serde::Serialize;

use super::columns::{Column, Value};
use super::time::{Clock, epoch};
use super::{Format, Style};
use crate::error::Error;
use crate::escape::{judged, needs_escaping};
use crate::model::Row;

/// One document, `{"LIST": [ … ]}`, indented as `jq` does, or one object per line.
#[derive(Debug)]
pub(super) struct Json {
    /// The key of the list in a document; none for lines.
    list_key: Option<&'static str>,
    fields: Vec<Field>,
    style: Style,
    is_empty: bool,
}

#[derive(Debug)]
struct Field {
    column: &'static Column,
    /// The start of the object that the service nests the field in.
    outer: Option<String>,
    /// The key, on a new line in a document.
    key: String,
}

const ROW: usize = 2;
const FIELD: usize = 3;

impl Json {
    pub(super) fn new(
        list_key: Option<&'static str>,
        columns: &[&'static Column],
        style: Style,
    ) -> Self {
        let key = |depth, key| match list_key {
            Some(_) => format!("\n{:1$}\"{key}\": ", "", 2 * depth),
            None => format!("\"{key}\":"),
        };
        let field = |column: &&'static Column| {
            let (outer, inner) = column.nesting();
            Field {
                column,
                key: key(FIELD + usize::from(outer.is_some()), inner),
                outer: outer.map(|outer| key(FIELD, outer) + "{"),
            }
        };
        // Those of one object side by side, so that each object is written once.
        let outer = |column: &Column| column.nesting().0.unwrap_or(column.key);
        let mut grouped = columns.to_vec();
        grouped.sort_by_key(|column| columns.iter().position(|c| outer(c) == outer(column)));
        Self {
            list_key,
            fields: grouped.iter().map(field).collect(),
            style,
            is_empty: true,
        }
    }

    fn row(&self, row: &Row, out: &mut Vec<u8>) {
        out.push(b'{');
        let mut open: Option<&str> = None;
        for field in &self.fields {
            let value = (field.column.value)(row);
            if matches!(value, Value::Missing) {
                continue;
            }
            let outer = field.outer.as_deref();
            if outer != open {
                self.close_outer(open, out);
                open = outer;
                if let Some(outer) = outer {
                    comma(out);
                    out.extend_from_slice(outer.as_bytes());
                }
            }
            comma(out);
            out.extend_from_slice(field.key.as_bytes());
            self.value(value, FIELD + usize::from(outer.is_some()), out);
        }
        self.close_outer(open, out);
        self.close(b'}', ROW, out);
    }

    fn close_outer(&self, open: Option<&str>, out: &mut Vec<u8>) {
        if open.is_some() {
            self.close(b'}', FIELD, out);
        }
    }

    fn value(&self, value: Value<'_>, depth: usize, out: &mut Vec<u8>) {
        match value {
            Value::Missing => {}
            Value::Text(text) | Value::Digest(text) | Value::MediaType(text) => {
                self.string(text, out);
            }
            Value::Size(number) | Value::Count(number) => append(&number, out),
            Value::List(items) => {
                out.push(b'[');
                for item in items {
                    comma(out);
                    self.line(depth + 1, out);
                    self.string(item, out);
                }
                self.close(b']', depth, out);
            }
            Value::Time(time) => match &self.style.clock {
                Clock::Epoch => append(&epoch(time), out),
                clock => {
                    out.push(b'"');
                    clock.write(time, out);
                    out.push(b'"');
                }
            },
        }
    }

    /// `text` in quotes; on a terminal, unsafe characters are written as `\uXXXX`.
    fn string(&self, text: &str, out: &mut Vec<u8>) {
        // Without an early exit, so that several bytes are compared at a time.
        let is_plain = |byte| matches!(byte, b' ' | b'!' | b'#'..=b'[' | b']'..=b'~');
        if text.bytes().fold(true, |all, byte| all & is_plain(byte)) {
            out.push(b'"');
            out.extend_from_slice(text.as_bytes());
            out.push(b'"');
            return;
        }
        let start = out.len();
        append(text, out);
        if !self.style.destination.terminal || !needs_escaping(text) {
            return;
        }
        let written = String::from_utf8_lossy(&out.split_off(start)).into_owned();
        for (character, is_safe) in judged(&written) {
            let mut buffer = [0; 4];
            let mut units = [0; 2];
            if is_safe {
                out.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
            } else {
                for unit in character.encode_utf16(&mut units) {
                    out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
                }
            }
        }
    }

    fn close(&self, bracket: u8, depth: usize, out: &mut Vec<u8>) {
        if !matches!(out.last(), Some(b'{' | b'[')) {
            self.line(depth, out);
        }
        out.push(bracket);
    }

    fn line(&self, depth: usize, out: &mut Vec<u8>) {
        if self.list_key.is_some() {
            out.push(b'\n');
            out.resize(out.len() + 2 * depth, b' ');
        }
    }
}

impl Format for Json {
    fn begin(&mut self, out: &mut Vec<u8>) {
        if let Some(key) = self.list_key {
            out.extend_from_slice(format!("{{\n  \"{key}\": [").as_bytes());
        }
    }

    fn rows(&mut self, rows: &[Row], out: &mut Vec<u8>) -> Result<(), Error> {
        for row in rows {
            if self.list_key.is_some() {
                if !self.is_empty {
                    out.push(b',');
                }
                self.is_empty = false;
                self.line(ROW, out);
                self.row(row, out);
            } else {
                self.row(row, out);
                out.push(b'\n');
            }
        }
        Ok(())
    }

    fn end(&mut self, next_token: Option<&str>, out: &mut Vec<u8>) {
        if self.list_key.is_none() {
            return;
        }
        if !self.is_empty {
            self.line(1, out);
        }
        out.push(b']');
        if let Some(token) = next_token {
            out.extend_from_slice(b",\n  \"nextToken\": ");
            self.string(token, out);
        }
        out.extend_from_slice(b"\n}\n");
    }
}

/// A comma, unless an object or a list was just opened.
fn comma(out: &mut Vec<u8>) {
    if !matches!(out.last(), Some(b'{' | b'[')) {
        out.push(b',');
    }
}

fn append(value: &(impl Serialize + ?Sized), out: &mut Vec<u8>) {
    serde_json::to_writer(out, value).expect("a buffer takes every byte");
}

/// An input of `aws ecr-public batch-delete-image --cli-input-json`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DeleteRequest<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    registry_id: Option<&'a str>,
    repository_name: &'a str,
    image_ids: Vec<BTreeMap<&'a str, &'a str>>,
}

/// Appends the request that deletes the images `digests` of a repository to `out`, as one line.
pub(crate) fn delete_request(
    registry_id: Option<&str>,
    repository_name: &str,
    digests: &[String],
    out: &mut Vec<u8>,
) {
    let digests = digests.iter().map(String::as_str);
    let request = DeleteRequest {
        registry_id,
        repository_name,
        image_ids: digests
            .map(|digest| [("imageDigest", digest)].into())
            .collect(),
    };
    append(&request, out);
    out.push(b'\n');
}

//! `name`: what a loop needs, one a line.

use super::columns::{Column, Schema, Value};
use super::{Format, Style};
use crate::error::Error;

/// A digest or a tag a line; rows without one have no name to print.
#[derive(Debug)]
pub(super) struct Names<R: 'static> {
    id: &'static Column<R>,
    style: Style,
}

impl<R> Names<R> {
    pub(super) fn new(schema: &'static Schema<R>, style: Style) -> Self {
        Self {
            id: schema.id_column(),
            style,
        }
    }
}

impl<R> Format<R> for Names<R> {
    fn rows(&mut self, rows: &[R], out: &mut Vec<u8>) -> Result<(), Error> {
        for row in rows {
            if let Value::Text(name) | Value::Digest(name) = (self.id.value)(row) {
                out.extend(self.style.shown(name.into()).as_bytes());
                out.push(b'\n');
            }
        }
        Ok(())
    }

    fn end(&mut self, _next_token: Option<&str>, _out: &mut Vec<u8>) {}
}

//! `name`: one digest, tag or reference per line.

use super::columns::{Column, Schema, Value};
use super::{Format, Style, checked};
use crate::error::{Error, Kind};

/// One digest or tag per line; leaves out rows without one.
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

/// One reference per line: `public.ecr.aws/ALIAS/NAME:TAG`, `…@DIGEST` for images, or both for pinned
/// tags.
#[derive(Debug)]
pub(super) struct References<R: 'static> {
    alias: &'static Column<R>,
    repository: &'static Column<R>,
    id: &'static Column<R>,
    /// The digest, if the id is a tag.
    pin: Option<&'static Column<R>>,
}

impl<R> References<R> {
    pub(super) fn new(schema: &'static Schema<R>, pin: bool) -> Self {
        let column = |name| schema.column(name).expect("every schema has these columns");
        let id = schema.id_column();
        Self {
            alias: column("registryAliasName"),
            repository: column("repositoryName"),
            id,
            pin: pin
                .then(|| column("imageDigest"))
                .filter(|digest| digest.key != id.key),
        }
    }

    fn reference(&self, row: &R) -> Result<String, Error> {
        let (Value::Text(alias), Value::Text(repository)) =
            ((self.alias.value)(row), (self.repository.value)(row))
        else {
            return Err(Error::new(
                Kind::Service,
                "the service returned an image without a public name",
            ));
        };
        let mark = match (self.id.value)(row) {
            Value::Digest(_) => '@',
            _ => ':',
        };
        let id = checked::checked(self.id, row)?;
        let reference = format!("public.ecr.aws/{alias}/{repository}{mark}{id}");
        match self.pin {
            Some(digest) => Ok(format!("{reference}@{}", checked::checked(digest, row)?)),
            None => Ok(reference),
        }
    }
}

impl<R> Format<R> for References<R> {
    fn prepare(&mut self, rows: &[&[R]]) -> Result<(), Error> {
        let mut rows = rows.iter().copied().flatten();
        rows.try_for_each(|row| self.reference(row).map(drop))
    }

    fn rows(&mut self, rows: &[R], out: &mut Vec<u8>) -> Result<(), Error> {
        for row in rows {
            out.extend(self.reference(row)?.as_bytes());
            out.push(b'\n');
        }
        Ok(())
    }

    fn end(&mut self, _next_token: Option<&str>, _out: &mut Vec<u8>) {}
}

//! `name`: one digest, tag or reference per line.

use super::columns::{Column, Schema, Value};
use super::{Format, Style, checked};
use crate::error::{Error, Kind};
use crate::reference::Reference;

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

/// One reference per line: `public.ecr.aws/ALIAS/NAME` of repositories, with `:TAG`, `@DIGEST` for
/// images, or both for pinned tags.
#[derive(Debug)]
pub(super) struct References<R: 'static> {
    alias: &'static Column<R>,
    repository: &'static Column<R>,
    /// The image of the repository: a tag or a digest.
    image: Option<&'static Column<R>>,
    /// The digest, if the image is a tag.
    pin: Option<&'static Column<R>>,
}

impl<R> References<R> {
    pub(super) fn new(schema: &'static Schema<R>, pin: bool) -> Self {
        let column = |name| schema.column(name).expect("every schema has these columns");
        let (id, repository) = (schema.id_column(), column("repositoryName"));
        Self {
            alias: column("registryAliasName"),
            repository,
            image: Some(id).filter(|id| id.key != repository.key),
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
                "the service returned a row without a public name",
            ));
        };
        let mut reference = format!("public.ecr.aws/{alias}/{repository}");
        if self.image.is_none() && reference.parse::<Reference>().is_err() {
            let message = format!("the service returned an invalid repository `{reference}`");
            return Err(Error::new(Kind::Service, message));
        }
        if let Some(image) = self.image {
            let mark = match (image.value)(row) {
                Value::Digest(_) => '@',
                _ => ':',
            };
            reference.push(mark);
            reference.push_str(checked::checked(image, row)?);
        }
        if let Some(digest) = self.pin {
            reference.push('@');
            reference.push_str(checked::checked(digest, row)?);
        }
        Ok(reference)
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

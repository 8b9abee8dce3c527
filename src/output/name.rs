//! `name`: one digest, tag or reference per line.

use super::columns::{Column, Schema, Value};
use super::{Format, Style, checked};
use crate::error::{Error, Kind};
use crate::model::Row;
use crate::reference::Reference;

/// One digest or tag per line; leaves out rows without one.
#[derive(Debug)]
pub(super) struct Names {
    id: &'static Column,
    style: Style,
}

impl Names {
    pub(super) fn new(schema: &'static Schema, style: Style) -> Self {
        Self {
            id: schema.id_column(),
            style,
        }
    }
}

impl Format for Names {
    fn rows(&mut self, rows: &[Row], out: &mut Vec<u8>) -> Result<(), Error> {
        for row in rows {
            if let Value::Text(name) | Value::Digest(name) = (self.id.value)(row) {
                out.extend(self.style.shown(name.into()).as_bytes());
                out.push(b'\n');
            }
        }
        Ok(())
    }
}

/// One reference per line: `public.ecr.aws/ALIAS/NAME` of repositories, with `:TAG`, `@DIGEST` for
/// images, or both for pinned tags.
#[derive(Debug)]
pub(super) struct References {
    alias: &'static Column,
    repository: &'static Column,
    /// The image of the repository: a tag or a digest.
    image: Option<&'static Column>,
    /// The digest, if the image is a tag.
    pin: Option<&'static Column>,
}

impl References {
    pub(super) fn new(schema: &'static Schema, pin: bool) -> Self {
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

    fn reference(&self, row: &Row) -> Result<String, Error> {
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

impl Format for References {
    fn prepare(&mut self, rows: &[&[Row]]) -> Result<(), Error> {
        let mut rows = rows.iter().copied().flatten();
        rows.try_for_each(|row| self.reference(row).map(drop))
    }

    fn rows(&mut self, rows: &[Row], out: &mut Vec<u8>) -> Result<(), Error> {
        for row in rows {
            out.extend(self.reference(row)?.as_bytes());
            out.push(b'\n');
        }
        Ok(())
    }
}

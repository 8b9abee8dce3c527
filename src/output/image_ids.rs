//! `image-ids`: arguments for `aws ecr-public batch-delete-image --image-ids`, one per line.

use super::columns::{Column, Schema};
use super::{Format, checked};
use crate::error::Error;
use crate::model::Row;

/// One `imageDigest=…` or `imageTag=…` per line, indexes before the images that they may hold: the
/// service refuses to delete an image while an index refers to it.
#[derive(Debug)]
pub(super) struct ImageIds {
    id: &'static Column,
    indexes: Vec<u8>,
    others: Vec<u8>,
}

impl ImageIds {
    pub(super) fn new(schema: &'static Schema) -> Self {
        Self {
            id: schema.id_column(),
            indexes: Vec::new(),
            others: Vec::new(),
        }
    }
}

impl Format for ImageIds {
    fn streams(&self) -> bool {
        false
    }

    fn rows(&mut self, rows: &[Row], _out: &mut Vec<u8>) -> Result<(), Error> {
        for row in rows {
            // These lines become arguments of a command that deletes.
            let text = checked::checked(self.id, row)?;
            // Planned rows are in the order of their deletion already.
            let is_planned = row
                .relations
                .as_ref()
                .is_some_and(|relations| relations.request.is_some());
            let lines = if row.is_index() && !is_planned {
                &mut self.indexes
            } else {
                &mut self.others
            };
            lines.extend(self.id.name().as_bytes());
            lines.push(b'=');
            lines.extend(text.as_bytes());
            lines.push(b'\n');
        }
        Ok(())
    }

    fn end(&mut self, _next_token: Option<&str>, out: &mut Vec<u8>) {
        out.append(&mut self.indexes);
        out.append(&mut self.others);
    }
}

//! `delete-requests`: inputs of `aws ecr-public batch-delete-image --cli-input-json`, one per line.

use serde::Serialize;

use super::columns::{Column, Schema, Value};
use super::{Format, checked};
use crate::error::{Error, Kind};
use crate::model::Row;
use crate::reference::RepositoryName;

/// One request per line, in the order of the rows, whose images have the numbers of their requests.
#[derive(Debug)]
pub(super) struct DeleteRequests {
    schema: &'static Schema,
    open: Option<(Option<usize>, Request)>,
}

#[derive(Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    #[serde(skip_serializing_if = "Option::is_none")]
    registry_id: Option<String>,
    repository_name: String,
    image_ids: Vec<ImageId>,
}

#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct ImageId {
    image_digest: String,
}

impl DeleteRequests {
    pub(super) fn new(schema: &'static Schema) -> Self {
        Self { schema, open: None }
    }

    /// The request of `row`, without its images.
    fn request(&self, row: &Row) -> Result<Request, Error> {
        let text = |name| match self.schema.column(name).map(|column| (column.value)(row)) {
            Some(Value::Text(text)) => Some(text.to_owned()),
            _ => None,
        };
        let name = text("repositoryName").unwrap_or_default();
        if name.parse::<RepositoryName>().is_err() {
            let message = format!("the service returned an invalid repository name `{name}`");
            return Err(Error::new(Kind::Service, message));
        }
        Ok(Request {
            registry_id: text("registryId"),
            repository_name: name,
            image_ids: Vec::new(),
        })
    }

    fn id(&self) -> &'static Column {
        self.schema.id_column()
    }
}

impl Format for DeleteRequests {
    fn streams(&self) -> bool {
        false
    }

    fn rows(&mut self, rows: &[Row], out: &mut Vec<u8>) -> Result<(), Error> {
        for row in rows {
            let number = row
                .relations
                .as_ref()
                .and_then(|relations| relations.request);
            let request = self.request(row)?;
            let image_digest = checked::checked(self.id(), row)?.to_owned();
            let is_other = |(open, other): &(Option<usize>, Request)| {
                *open != number
                    || other.repository_name != request.repository_name
                    || other.registry_id != request.registry_id
            };
            if self.open.as_ref().is_some_and(is_other) {
                self.end(None, out);
            }
            let (_, open) = self.open.get_or_insert((number, request));
            open.image_ids.push(ImageId { image_digest });
        }
        Ok(())
    }

    fn end(&mut self, _next_token: Option<&str>, out: &mut Vec<u8>) {
        if let Some((_, request)) = self.open.take() {
            serde_json::to_writer(&mut *out, &request).expect("a buffer takes every byte");
            out.push(b'\n');
        }
    }
}

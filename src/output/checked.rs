//! Checks digests and tags before they become part of a command or a reference.

use super::columns::{Column, Value};
use crate::error::{Error, Kind};
use crate::model::Row;
use crate::reference::{Digest, TagName};

/// The digest or tag in `column` of `row`.
///
/// # Errors
///
/// A service error if it is invalid or missing.
pub(super) fn checked<'a>(column: &Column, row: &'a Row) -> Result<&'a str, Error> {
    match (column.value)(row) {
        Value::Digest(digest) if Digest::is_canonical(digest) => Ok(digest),
        Value::Text(tag) if TagName::is_valid(tag) => Ok(tag),
        other => Err(unfit(column.name(), other)),
    }
}

fn unfit(name: &str, value: Value<'_>) -> Error {
    let message = match value {
        Value::Digest(digest) => format!("the service returned an invalid digest `{digest}`"),
        Value::Text(tag) => format!("the service returned an invalid tag `{tag}`"),
        _ => format!("the service returned an image without `{name}`"),
    };
    Error::new(Kind::Service, message).hint("look at the row with `-o json`")
}

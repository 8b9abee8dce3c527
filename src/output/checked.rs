//! What goes into a command or a reference is plainly a digest or a tag, or it ends the run.

use super::columns::{Column, Value};
use crate::error::{Error, Kind};
use crate::reference::{Digest, TagName};

/// What `column` holds of `row`, a digest or a tag.
///
/// # Errors
///
/// A service error where it is neither, or nothing.
pub(super) fn checked<'a, R>(column: &Column<R>, row: &'a R) -> Result<&'a str, Error> {
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

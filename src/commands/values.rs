//! The values of columns that several commands have.

use crate::model::Row;
use crate::output::Value;

pub(super) fn registry_id(row: &Row) -> Value<'_> {
    Value::of(row.registry_id(), Value::Text)
}

pub(super) fn alias(row: &Row) -> Value<'_> {
    Value::of(row.alias(), Value::Text)
}

pub(super) fn repository(row: &Row) -> Value<'_> {
    Value::of(row.repository(), Value::Text)
}

/// The name of a tag or repository.
pub(super) fn name(row: &Row) -> Value<'_> {
    Value::of(row.names().first(), |name| Value::Text(name))
}

/// The creation of a tag or repository.
pub(super) fn created(row: &Row) -> Value<'_> {
    Value::of(row.date, Value::Time)
}

pub(super) fn pushed(row: &Row) -> Value<'_> {
    Value::of(row.pushed_at, Value::Time)
}

pub(super) fn size(row: &Row) -> Value<'_> {
    Value::of(row.size, Value::Size)
}

pub(super) fn digest(row: &Row) -> Value<'_> {
    Value::of(row.digest.as_deref(), Value::Digest)
}

pub(super) fn media_type(row: &Row) -> Value<'_> {
    Value::of(row.media_type.as_deref(), Value::MediaType)
}

pub(super) fn artifact(row: &Row) -> Value<'_> {
    Value::of(row.artifact_media_type.as_deref(), Value::MediaType)
}

pub(super) fn platforms(row: &Row) -> Value<'_> {
    Value::of(row.platforms.as_deref(), Value::List)
}

//! Conversions for the responses of all sources.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use jiff::Timestamp;
use serde::de::{Deserialize, Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::Value;

use crate::error::Error;
use crate::net::answers;

/// The nearest millisecond; `None` for times out of range.
///
/// The service's times have milliseconds; the SDK's are truncated floats, often just below one.
pub(super) fn to_millisecond(nanoseconds: i128) -> Option<Timestamp> {
    let milliseconds = (nanoseconds + 500_000).div_euclid(1_000_000);
    Timestamp::from_millisecond(i64::try_from(milliseconds).ok()?).ok()
}

/// The list of a page, of at most `MOST` rows: every row of a few bytes takes hundreds in memory.
pub(super) struct Rows<T, const MOST: usize = MOST_ROWS> {
    rows: Vec<T>,
    has_more: bool,
}

/// The most rows of a page, ten times as many as the services send.
const MOST_ROWS: usize = 10_000;

impl<T, const MOST: usize> Rows<T, MOST> {
    /// The rows.
    ///
    /// # Errors
    ///
    /// If `host` sent too many.
    pub(super) fn complete(self, host: &str) -> Result<Vec<T>, Error> {
        if self.has_more {
            let why = format!("more than {MOST} rows in a page");
            return Err(answers::unlike(host, 200, &why));
        }
        Ok(self.rows)
    }
}

impl<T, const MOST: usize> Default for Rows<T, MOST> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            has_more: false,
        }
    }
}

impl<'de, T: Deserialize<'de>, const MOST: usize> Deserialize<'de> for Rows<T, MOST> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(RowsVisitor(PhantomData))
    }
}

struct RowsVisitor<T, const MOST: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MOST: usize> Visitor<'de> for RowsVisitor<T, MOST> {
    type Value = Rows<T, MOST>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut rows = Vec::new();
        while rows.len() < MOST {
            match list.next_element()? {
                Some(row) => rows.push(row),
                None => {
                    return Ok(Rows {
                        rows,
                        has_more: false,
                    });
                }
            }
        }
        let mut has_more = false;
        while list.next_element::<IgnoredAny>()?.is_some() {
            has_more = true;
        }
        Ok(Rows { rows, has_more })
    }
}

/// An error object, read tolerantly: a field may be there twice, or not be text.
pub(super) struct ErrorObject(Value);

impl ErrorObject {
    /// The object in `body`, if it is JSON.
    pub(super) fn of(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok().map(Self)
    }

    /// The first of the fields `names` that is text.
    pub(super) fn text(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.0.get(name)?.as_str())
    }

    /// The error objects in the list `name`, if there is such a list.
    pub(super) fn list(self, name: &str) -> Option<Vec<Self>> {
        match self.0 {
            Value::Object(mut fields) => match fields.remove(name)? {
                Value::Array(list) => Some(list.into_iter().map(Self).collect()),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Names that recur from row to row, stored once per page.
#[derive(Default)]
pub(super) struct Names(Vec<Arc<str>>);

impl Names {
    /// There are few names, and most rows repeat those of the previous row: a linear search is faster
    /// than hashing.
    pub(super) fn share(&mut self, name: Option<String>) -> Option<Arc<str>> {
        let name = name?;
        if let Some(known) = self.0.iter().find(|known| ***known == *name) {
            return Some(Arc::clone(known));
        }
        let name: Arc<str> = name.into();
        if self.0.len() < MOST_NAMES {
            self.0.push(Arc::clone(&name));
        }
        Some(name)
    }
}

/// The most names that are stored; with more than this, names rarely recur.
const MOST_NAMES: usize = 32;

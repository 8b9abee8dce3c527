//! Conversions for the responses of all sources.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

/// The nearest millisecond; `None` for times out of range.
///
/// The service's times have milliseconds; the SDK's are truncated floats, often just below one.
pub(super) fn to_millisecond(nanoseconds: i128) -> Option<Timestamp> {
    let milliseconds = (nanoseconds + 500_000).div_euclid(1_000_000);
    Timestamp::from_millisecond(i64::try_from(milliseconds).ok()?).ok()
}

/// The first of the fields `names` of an error object that is text.
pub(super) fn text<'v>(object: &'v Value, names: &[&str]) -> Option<&'v str> {
    names.iter().find_map(|name| object.get(name)?.as_str())
}

/// Names that recur from row to row, stored once per page.
#[derive(Default)]
pub(super) struct Interner(Vec<Arc<str>>);

impl Interner {
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

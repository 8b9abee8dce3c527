//! Pages of a listing, and their tokens.

use std::fmt::Write;

use serde_json::Value;

use crate::protocol::{Answer, CONTENT_TYPE};
use crate::shelf::Rows;

const DEFAULT_PAGE: usize = 100;
const LONGEST_PAGE: u64 = 1000;

/// Names a listing: its operation, the field of its rows, and what they are of.
#[derive(Clone, Copy)]
pub(crate) struct Listing<'a> {
    pub(crate) operation: &'a str,
    pub(crate) key: &'a str,
    /// The repository or the registry that is listed, for the check of tokens.
    pub(crate) of: &'a str,
}

impl Listing<'_> {
    /// The page of `rows` that `body` requests, with a token unless it is the last.
    pub(crate) fn page(self, rows: &Rows, body: &Value) -> Result<Answer, Answer> {
        self.page_of(rows.len(), body, |from, to| rows.range(from, to).to_vec())
    }

    /// The page of `total` rows that `body` requests: `rows` makes those from one position to before
    /// another.
    pub(crate) fn page_of(
        self,
        total: usize,
        body: &Value,
        rows: impl FnOnce(usize, usize) -> Vec<u8>,
    ) -> Result<Answer, Answer> {
        let size = match body.get("maxResults") {
            None => DEFAULT_PAGE,
            Some(size) => page_size(size)?,
        };
        let from = match body.get("nextToken").and_then(Value::as_str) {
            None => 0,
            Some(token) => position(token, self.operation, self.of)
                .filter(|&from| from < total)
                .ok_or_else(|| Answer::invalid("nextToken", "Invalid pagination token"))?,
        };
        let to = total.min(from + size);
        let next = (to < total).then(|| token(self.operation, self.of, to));
        Ok(list(self.key, &rows(from, to), next.as_deref()))
    }
}

fn page_size(size: &Value) -> Result<usize, Answer> {
    let size = size.as_u64().unwrap_or_default();
    if size < 1 {
        return Err(Answer::invalid(
            "maxResults",
            "Member must have value greater than or equal to 1",
        ));
    }
    if size > LONGEST_PAGE {
        return Err(Answer::invalid(
            "maxResults",
            "Member must have value less than or equal to 1000",
        ));
    }
    Ok(usize::try_from(size).unwrap_or(DEFAULT_PAGE))
}

/// All rows of an answer.
pub(crate) fn list(key: &str, rows: &[u8], next_token: Option<&str>) -> Answer {
    let mut body = Vec::with_capacity(rows.len() + 256);
    body.extend(format!("{{\"{key}\":[").into_bytes());
    body.extend(rows);
    body.push(b']');
    if let Some(token) = next_token {
        body.extend(format!(",\"nextToken\":\"{token}\"").into_bytes());
    }
    body.push(b'}');
    Answer::new(200, CONTENT_TYPE, body)
}

/// An opaque token for the page that begins at `position`.
pub(crate) fn token(operation: &str, of: &str, position: usize) -> String {
    let mut token = String::new();
    for byte in format!("{operation} {of} {position}").bytes() {
        let _ = write!(token, "{:02x}", byte ^ 0x5a);
    }
    token
}

/// The position at which the page of a token begins, if it is a token of that listing.
pub(crate) fn position(token: &str, operation: &str, of: &str) -> Option<usize> {
    let bytes = token.as_bytes().chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        Some(u8::from_str_radix(pair, 16).ok()? ^ 0x5a)
    });
    let text = String::from_utf8(bytes.collect::<Option<Vec<_>>>()?).ok()?;
    let rest = text.strip_prefix(operation)?.strip_prefix(' ')?;
    rest.strip_prefix(of)?.strip_prefix(' ')?.parse().ok()
}

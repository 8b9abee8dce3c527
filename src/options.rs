//! Parsers of values that several commands take.

use std::str::FromStr;

/// Parses a number of a type without zero.
///
/// # Errors
///
/// A message for clap if `text` is anything else.
pub(crate) fn one_or_more<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse()
        .map_err(|_| "not a number of 1 or more".to_owned())
}

//! What options were given, and errors that say what they take.

use std::str::FromStr;

/// The first of `options` that is given, each named beside whether it is.
pub(crate) fn first<const N: usize>(options: [(&'static str, bool); N]) -> Option<&'static str> {
    let (option, _) = options.into_iter().find(|(_, is_given)| *is_given)?;
    Some(option)
}

/// A number of the kind that has no zero.
///
/// # Errors
///
/// Words for clap where `text` is something else.
pub(crate) fn one_or_more<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse()
        .map_err(|_| "not a number of 1 or more".to_owned())
}

//! Which options were given, for errors that name one.

/// The first of `options` that is given, each named beside whether it is.
pub(crate) fn first<const N: usize>(options: [(&'static str, bool); N]) -> Option<&'static str> {
    let (option, _) = options.into_iter().find(|(_, is_given)| *is_given)?;
    Some(option)
}

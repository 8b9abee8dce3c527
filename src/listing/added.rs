//! Columns that options add.

/// A column that an option adds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Added {
    /// The option, such as `--platforms`.
    pub(crate) option: &'static str,
    /// The name of the column.
    pub(crate) column: &'static str,
}

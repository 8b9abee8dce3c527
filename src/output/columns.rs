//! Columns: the one list a command has of what its rows hold, and how each format gets at it.

use clap::builder::PossibleValue;
use jiff::Timestamp;

use crate::error::Error;

/// What a column holds of one row, borrowed from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    /// The registry said nothing.
    Missing,
    /// Any text.
    Text(&'a str),
    /// A digest, which tables shorten.
    Digest(&'a str),
    /// A media type, which tables name in a word or two.
    MediaType(&'a str),
    /// Bytes.
    Size(i64),
    /// A moment.
    Time(Timestamp),
    /// Several texts, in the registry's order.
    List(&'a [String]),
}

impl<'a> Value<'a> {
    /// `kind` of what is there, or missing.
    pub(crate) fn of<T>(value: Option<T>, kind: impl FnOnce(T) -> Value<'a>) -> Self {
        value.map_or(Self::Missing, kind)
    }
}

/// A column of rows of type `R`.
#[derive(Debug)]
pub(crate) struct Column<R: 'static> {
    /// The API's field name, `outer.inner` where the service nests it.
    pub(crate) key: &'static str,
    /// The heading in a table.
    pub(crate) title: &'static str,
    /// When a table shows it without being asked.
    pub(crate) shown: Shown,
    /// What it holds of a row.
    pub(crate) value: for<'a> fn(&'a R) -> Value<'a>,
}

/// When a table shows a column without being asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// In every table.
    Always,
    /// Where several repositories are listed.
    ForSeveral,
    /// Only with `--columns`.
    OnRequest,
    /// Where several repositories are listed and some of them are public; machine formats have it
    /// where one is.
    ForPublic,
    /// Only with `--platforms`, in every format.
    ForPlatforms,
}

/// What is known of rows before they are there.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Expected {
    /// Whether several repositories are listed.
    pub(crate) several: bool,
    /// Whether some of them is public.
    pub(crate) public: bool,
    /// Whether nothing but the names of tags is told of them.
    pub(crate) names_only: bool,
}

impl<R> Column<R> {
    /// The last part of the key: what headers and `--columns` call it.
    pub(crate) fn name(&self) -> &'static str {
        self.nesting().1
    }

    /// The object that the service nests the field in, and the field.
    pub(crate) fn nesting(&self) -> (Option<&'static str>, &'static str) {
        match self.key.split_once('.') {
            Some((outer, inner)) => (Some(outer), inner),
            None => (None, self.key),
        }
    }
}

/// What a command prints, whatever the format.
#[derive(Debug)]
pub(crate) struct Schema<R: 'static> {
    /// What a row is.
    pub(crate) noun: &'static str,
    /// The list in the service's JSON document.
    pub(crate) list_key: &'static str,
    /// In the order of a table.
    pub(crate) columns: &'static [Column<R>],
    /// The name of the column that `-o name` and `-o image-ids` print.
    pub(crate) id: &'static str,
    /// The columns that a source of names alone fills; none where rows are made of tags.
    pub(crate) names: &'static [&'static str],
    /// Whether the row's image is an index, to be deleted before what it holds.
    pub(crate) is_index: fn(&R) -> bool,
}

impl<R> Schema<R> {
    /// The column called `name`.
    pub(crate) fn column(&self, name: &str) -> Option<&'static Column<R>> {
        self.columns.iter().find(|column| column.name() == name)
    }

    /// Whether the rows of a public repository are made of its tags.
    pub(crate) fn is_made_of_tags(&self) -> bool {
        self.names.is_empty()
    }

    /// The column that names a row.
    pub(crate) fn id_column(&self) -> &'static Column<R> {
        self.column(self.id)
            .expect("a schema's id is one of its columns")
    }
}

/// What `--columns` accepts: the names of `columns`, and the same behind a `+`.
pub(crate) fn possible_names<R>(columns: &'static [Column<R>]) -> Vec<PossibleValue> {
    let plain = columns
        .iter()
        .map(|column| PossibleValue::new(column.name()));
    let added = columns
        .iter()
        .map(|column| PossibleValue::new(format!("+{}", column.name())).hide(true));
    plain.chain(added).collect()
}

/// The columns that `names` ask for, or that `defaults` chooses where they ask for none.
///
/// # Errors
///
/// A usage error where plain and `+` names are mixed, for then nobody knows what is meant.
pub(crate) fn choose<R>(
    schema: &Schema<R>,
    names: &[String],
    defaults: impl Fn(&Column<R>) -> bool,
) -> Result<Vec<&'static Column<R>>, Error> {
    let added = names.iter().filter(|name| name.starts_with('+')).count();
    if added != 0 && added != names.len() {
        return Err(
            Error::usage("`--columns` mixes plain names with names behind a `+`").hint(
                "name all columns, or put a `+` before each that you add to the default ones",
            ),
        );
    }
    let mut chosen: Vec<&'static Column<R>> = Vec::new();
    if names.is_empty() || added != 0 {
        chosen.extend(schema.columns.iter().filter(|column| defaults(column)));
    }
    for name in names {
        let column = schema.column(name.trim_start_matches('+'));
        if let Some(column) = column.filter(|column| !is_among(column, &chosen)) {
            chosen.push(column);
        }
    }
    Ok(chosen)
}

fn is_among<R>(column: &Column<R>, others: &[&Column<R>]) -> bool {
    others.iter().any(|other| other.key == column.key)
}

//! Columns: each command has one list of them, which drives every format.

use jiff::Timestamp;

use crate::facts::Facts;
use crate::model::{Row, RowKind};

/// The value of a column in one row, borrowed from the row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    /// The source did not provide it.
    Missing,
    /// Any text.
    Text(&'a str),
    /// A digest, which tables shorten.
    Digest(&'a str),
    /// A media type, which tables shorten.
    MediaType(&'a str),
    /// A number of bytes.
    Size(i64),
    /// A number of things.
    Count(i64),
    /// A time.
    Time(Timestamp),
    /// Several texts, in the registry's order.
    List(&'a [String]),
}

impl<'a> Value<'a> {
    /// `kind` of the value, or missing.
    pub(crate) fn of<T>(value: Option<T>, kind: impl FnOnce(T) -> Value<'a>) -> Self {
        value.map_or(Self::Missing, kind)
    }
}

/// A column, made by [`Column::new`] and the methods that follow it.
#[derive(Debug)]
pub(crate) struct Column {
    /// The API's field name, `outer.inner` if the service nests it.
    pub(crate) key: &'static str,
    /// The heading in a table.
    pub(crate) title: &'static str,
    /// Other names for it, such as its sort key.
    aliases: &'static [&'static str],
    /// When it is printed by default.
    pub(crate) shown: Shown,
    /// The facts that fill it.
    pub(crate) needs: Facts,
    /// When a table is too wide, columns of low importance give way first. What an option asks for has
    /// [`ASKED`] or more, and what names the row [`NAMES`] or more.
    pub(crate) importance: u8,
    /// How a table shows its cells.
    pub(crate) look: Look,
    /// Its value in a row.
    pub(crate) value: for<'a> fn(&'a Row) -> Value<'a>,
}

/// When a column is printed by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// In every format.
    Always,
    /// In a table of several repositories, and in machine formats.
    ForSeveral,
    /// In machine formats only, and none where it takes a further request.
    ForMachines,
    /// In a table of several repositories if one of them is public, and in machine formats if one is.
    ForPublic,
}

/// The least importance of a column that is a part of the row's name. The columns of this importance name
/// its repository or registry.
pub(super) const NAMES: u8 = 8;
/// The least importance of a column that an option asks for.
pub(super) const ASKED: u8 = NAMES - 1;

/// How a table shows the cells of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    Plain,
    /// Aligned at the right.
    Number,
    /// In the colour of a tag or another name that people choose.
    Name,
    /// In the colour of a digest.
    Digest,
    /// Without `linux/`, if all are of Linux.
    Platforms,
}

/// The properties of a listing that are known before its rows are read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected {
    /// Whether several repositories are listed.
    pub(crate) several: bool,
    /// Whether one of them is public.
    pub(crate) public: bool,
    /// The facts that their sources provide without a further request for each row.
    pub(crate) told: Facts,
}

impl Column {
    /// A plain column that every format prints by default.
    pub(crate) const fn new(
        key: &'static str,
        title: &'static str,
        needs: Facts,
        importance: u8,
        value: for<'a> fn(&'a Row) -> Value<'a>,
    ) -> Self {
        Self {
            key,
            title,
            aliases: &[],
            shown: Shown::Always,
            needs,
            importance,
            look: Look::Plain,
            value,
        }
    }

    pub(crate) const fn look(self, look: Look) -> Self {
        Self { look, ..self }
    }

    pub(crate) const fn shown(self, shown: Shown) -> Self {
        Self { shown, ..self }
    }

    pub(crate) const fn for_machines(self) -> Self {
        self.shown(Shown::ForMachines)
    }

    pub(crate) const fn also(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    /// The last part of the key: its name in headers and `--columns`.
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

    /// Whether `name` is one of the column's names, in any case.
    fn is_called(&self, name: &str) -> bool {
        self.names().any(|own| own.eq_ignore_ascii_case(name))
    }

    /// All names of the column, the best known first.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        let names = [self.name(), self.title, self.key];
        names.into_iter().chain(self.aliases.iter().copied())
    }
}

/// The rows of a command and their columns.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) kind: RowKind,
    /// In the order of a table.
    pub(crate) columns: &'static [Column],
}

impl Schema {
    /// The column with this field name, title or sort key, in any case.
    pub(crate) fn find(&self, name: &str) -> Option<&'static Column> {
        self.columns.iter().find(|column| column.is_called(name))
    }
}

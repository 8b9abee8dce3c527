//! Parses `--columns`, and chooses the columns to print.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Command};

use super::columns::{Column, Schema};
use crate::error::Error;

/// A name in `--columns`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ColumnName {
    /// `+` adds the column to the default ones, `-` leaves it out. Without a sign it is one of the only
    /// columns to print.
    sign: Option<char>,
    name: String,
}

impl ColumnName {
    /// Whether the column is to be printed.
    pub(super) fn is_wanted(&self) -> bool {
        self.sign != Some('-')
    }

    /// Whether it is added to the default columns.
    pub(super) fn is_added(&self) -> bool {
        self.sign == Some('+')
    }

    /// Whether it is one of the only columns to print.
    pub(super) fn is_plain(&self) -> bool {
        self.sign.is_none()
    }

    /// The name as it was typed, without its sign.
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

impl From<String> for ColumnName {
    fn from(text: String) -> Self {
        let text = text.trim();
        let sign = text.chars().next().filter(|sign| ['+', '-'].contains(sign));
        Self {
            sign,
            name: text[sign.map_or(0, char::len_utf8)..].to_owned(),
        }
    }
}

/// Lists `columns` in the help and the completions of `arg`, which is `--columns`.
pub(crate) fn offer(arg: Arg, columns: &'static [Column]) -> Arg {
    let about = (arg.get_long_help().or(arg.get_help())).map(ToString::to_string);
    let list: Vec<_> = columns
        .iter()
        .map(|column| format!("{} ({})", column.name(), column.title))
        .collect();
    let (about, list) = (about.unwrap_or_default(), list.join(", "));
    let help = format!("{about}\n\nColumns: {list}");
    let names = columns.iter().map(Column::name).collect();
    arg.value_parser(ColumnParser { names }).long_help(help)
}

/// Accepts any name: the command knows more names than it lists.
#[derive(Clone)]
struct ColumnParser {
    names: Vec<&'static str>,
}

impl TypedValueParser for ColumnParser {
    type Value = ColumnName;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<ColumnName, clap::Error> {
        let text = StringValueParser::new().parse_ref(command, arg, value)?;
        Ok(text.into())
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let signed = ["", "+", "-"].into_iter().flat_map(|sign| {
            let names = self.names.iter();
            names
                .map(move |name| PossibleValue::new(format!("{sign}{name}")).hide(!sign.is_empty()))
        });
        Some(Box::new(signed))
    }
}

/// The columns of `schema` in the order of `names`. If the names have signs: the `defaults` with
/// those of `added` and those added and left out, in the order of the table. Plain names are followed by
/// those of `added`.
///
/// # Errors
///
/// A usage error if plain names are mixed with signs, a name is unknown, or no column is left.
pub(super) fn choose(
    schema: &Schema,
    names: &[ColumnName],
    added: &[&str],
    defaults: impl Fn(&Column) -> bool,
) -> Result<Vec<&'static Column>, Error> {
    // `tag,` ends with an empty name.
    let is_empty = |name: &ColumnName| name.is_plain() && name.name.is_empty();
    let names: Vec<_> = names.iter().filter(|name| !is_empty(name)).collect();
    let plain = names.iter().filter(|name| name.is_plain()).count();
    if plain != 0 && plain != names.len() {
        return Err(
            Error::usage("`--columns` mixes plain names with `+` and `-`").hint(
                "use plain names only, or begin each name with `+` to add it to the default columns or `-` to leave it out",
            ),
        );
    }
    let all = schema.columns.iter();
    let mut chosen: Vec<&'static Column> = match plain {
        0 => (all.clone())
            .filter(|column| added.contains(&column.name()) || defaults(column))
            .collect(),
        _ => Vec::new(),
    };
    let mut add = |column: &'static Column, is_wanted: bool| {
        let place = chosen.iter().position(|other| other.key == column.key);
        match place {
            Some(place) if !is_wanted => drop(chosen.remove(place)),
            None if is_wanted => chosen.push(column),
            _ => {}
        }
    };
    for name in names {
        let column = schema.find(&name.name);
        let column = column.ok_or_else(|| unknown(schema, &name.name))?;
        add(column, name.is_wanted());
    }
    if plain > 0 {
        let added = added.iter().filter_map(|name| schema.find(name));
        added.for_each(|column| add(column, true));
    } else {
        let place = |column: &&Column| all.clone().position(|other| other.key == column.key);
        chosen.sort_by_key(place);
    }
    if chosen.is_empty() {
        return Err(Error::usage("`--columns` leaves out every column").hint("leave out fewer"));
    }
    Ok(chosen)
}

fn unknown(schema: &Schema, name: &str) -> Error {
    let all: Vec<_> = schema.columns.iter().map(Column::name).collect();
    Error::usage(format!("there is no column `{name}`"))
        .hint(format!("choose among `{}`", all.join("`, `")))
}

//! Parses `--columns`, and chooses the columns to print.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Command};

use super::columns::{Column, Schema};
use crate::error::Error;
use crate::reference::similar;

/// A name in `--columns`, with its sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ColumnName {
    sign: Sign,
    name: String,
}

/// The effect of a name in `--columns`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sign {
    /// Prints the named columns only.
    None,
    /// Adds the column to the default ones.
    Plus,
    /// Leaves the column out.
    Minus,
}

impl ColumnName {
    /// Whether the column is to be printed.
    pub(super) fn is_wanted(&self) -> bool {
        self.sign != Sign::Minus
    }

    /// Whether it is one of the only columns to print.
    pub(super) fn is_plain(&self) -> bool {
        self.sign == Sign::None
    }

    /// The name as it was typed, without its sign.
    pub(super) fn name(&self) -> &str {
        &self.name
    }
}

impl From<String> for ColumnName {
    fn from(text: String) -> Self {
        let text = text.trim();
        for (prefix, sign) in [('+', Sign::Plus), ('-', Sign::Minus)] {
            if let Some(name) = text.strip_prefix(prefix) {
                let name = name.to_owned();
                return Self { sign, name };
            }
        }
        Self {
            sign: Sign::None,
            name: text.to_owned(),
        }
    }
}

/// Lists `columns` in the help and the completions of `arg`, which is `--columns`.
pub(crate) fn offer<R: Sync>(arg: Arg, columns: &'static [Column<R>]) -> Arg {
    let about = (arg.get_long_help().or(arg.get_help())).map(ToString::to_string);
    let list: Vec<_> = columns
        .iter()
        .map(|column| format!("{} ({})", column.name(), column.title))
        .collect();
    let help = format!(
        "{}\n\nColumns: {}",
        about.unwrap_or_default(),
        list.join(", ")
    );
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
/// those added and left out, in the order of the table. Always includes the columns of `added`.
///
/// # Errors
///
/// A usage error if plain names are mixed with signs, a name is unknown, or no column is left.
pub(super) fn choose<R>(
    schema: &Schema<R>,
    names: &[ColumnName],
    added: &[&str],
    defaults: impl Fn(&Column<R>) -> bool,
) -> Result<Vec<&'static Column<R>>, Error> {
    // `tag,` ends with an empty name.
    let names = match names {
        [rest @ .., last]
            if !rest.is_empty() && last.name.is_empty() && last.sign == Sign::None =>
        {
            rest
        }
        names => names,
    };
    let plain = names.iter().filter(|name| name.sign == Sign::None).count();
    if plain != 0 && plain != names.len() {
        return Err(
            Error::usage("`--columns` mixes plain names with `+` and `-`").hint(
                "use plain names only, or begin each name with `+` to add it to the default columns or `-` to leave it out",
            ),
        );
    }
    let mut chosen: Vec<&'static Column<R>> = match plain {
        0 => schema
            .columns
            .iter()
            .filter(|column| defaults(column))
            .collect(),
        _ => Vec::new(),
    };
    for name in names {
        let column = schema
            .find(&name.name)
            .ok_or_else(|| unknown(schema, name))?;
        match name.sign {
            Sign::Minus => chosen.retain(|other| other.key != column.key),
            Sign::None | Sign::Plus => add(column, &mut chosen),
        }
    }
    for column in added.iter().filter_map(|name| schema.column(name)) {
        add(column, &mut chosen);
    }
    if plain == 0 {
        let position =
            |column: &&Column<R>| schema.columns.iter().position(|c| c.key == column.key);
        chosen.sort_by_key(position);
    }
    if chosen.is_empty() {
        return Err(Error::usage("`--columns` leaves out every column").hint("leave out fewer"));
    }
    Ok(chosen)
}

fn add<R>(column: &'static Column<R>, chosen: &mut Vec<&'static Column<R>>) {
    if chosen.iter().all(|other| other.key != column.key) {
        chosen.push(column);
    }
}

fn unknown<R>(schema: &Schema<R>, name: &ColumnName) -> Error {
    let ColumnName { sign, name } = name;
    // `-c -o json` reads as the column `o`, to be left out.
    let error = match sign {
        Sign::Minus => Error::usage(format!(
            "`--columns` is followed by `-{name}`, which is not a column"
        )),
        Sign::None | Sign::Plus => Error::usage(format!("there is no column `{name}`")),
    };
    let near = near(schema, name);
    if near.is_empty() {
        let all: Vec<_> = schema.columns.iter().map(Column::name).collect();
        return error.hint(format!("choose among `{}`", all.join("`, `")));
    }
    error.hint(format!("did you mean `{}`?", near.join("` or `")))
}

/// The columns that `name` may mean: those whose names contain it, or else similar ones.
fn near<R>(schema: &Schema<R>, name: &str) -> Vec<&'static str> {
    let name = name.to_ascii_lowercase();
    let names = schema.columns.iter().flat_map(Column::names);
    let names: Vec<_> = names.map(str::to_ascii_lowercase).collect();
    let mut near: Vec<_> = names.iter().map(String::as_str).collect();
    near.retain(|own| name.len() > 2 && own.contains(&name));
    if near.is_empty() {
        near = similar(&name, names.iter().map(String::as_str));
    }
    let mut columns: Vec<_> = (near.into_iter())
        .filter_map(|own| schema.find(own).map(Column::name))
        .collect();
    columns.dedup();
    columns
}

//! Formats, columns, values, and the options that choose them. Formats are pure: rows in, bytes out.

mod choice;
mod columns;
mod cut;
mod delimited;
mod json;
mod layout;
mod name;
mod numbers;
mod table;
#[cfg(test)]
mod tests;
mod time;

use std::borrow::Cow;

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, StringValueParser, TypedValueParser};
use jiff::Timestamp;

pub(crate) use self::choice::{ColumnName, offer};
pub(crate) use self::columns::{Column, Expected, Look, Schema, Shown, Value};
pub(crate) use self::json::delete_request;
pub(crate) use self::numbers::{counted, human_count, human_size};
pub(crate) use self::table::short_digest;
use self::time::Clock;
pub(crate) use self::time::TimeFormat;
use crate::error::Error;
use crate::escape::escaped;
use crate::facts::{Facts, Need};
use crate::model::Row;

/// How rows are printed.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Output")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(crate) struct OutputArgs {
    /// Print in this format
    ///
    /// Default: `table`, or `name` if references are printed.
    #[arg(
        short,
        long,
        alias = "format",
        value_name = "FORMAT",
        ignore_case = true
    )]
    pub(crate) output: Option<FormatName>,

    /// Print these columns; `+NAME` adds one, `-NAME` leaves one out
    ///
    /// Names are separated by commas. A name is a field, its title in a table, in parentheses below, or
    /// a sort key, in any case. A table shows the most useful columns by default, the other formats every
    /// field of the service.
    #[arg(
        short,
        long,
        alias = "fields",
        value_name = "COLUMNS",
        value_delimiter = ',',
        allow_hyphen_values = true,
        hide_possible_values = true,
        value_parser = StringValueParser::new().map(ColumnName::from)
    )]
    pub(crate) columns: Vec<ColumnName>,

    /// Print references to paste: public.ecr.aws/ALIAS/NAME:TAG
    ///
    /// Images are printed by digest: `public.ecr.aws/ALIAS/NAME@DIGEST`.
    #[arg(long)]
    pub(crate) full_ref: bool,

    /// Print references with the digest that the tag has now: …:TAG@DIGEST
    #[arg(long)]
    pub(crate) pin: bool,

    /// Print times in this format
    ///
    /// Default: `relative` in a table on a terminal, `iso` otherwise.
    #[arg(
        long,
        value_name = "FORMAT",
        ignore_case = true,
        hide_short_help = true
    )]
    pub(crate) time: Option<TimeFormat>,

    /// Leave out the header line
    #[arg(long, alias = "no-header", hide_short_help = true)]
    no_headers: bool,

    /// Print the values of a table in full
    ///
    /// Lines may be wider than the terminal.
    #[arg(long, hide_short_help = true)]
    no_trunc: bool,

    /// Print the sizes of a table in bytes
    #[arg(long, hide_short_help = true)]
    pub(crate) bytes: bool,
}

/// The formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatName {
    /// For people: one row per line, human sizes
    Table,
    /// For jq: one document, shaped like the service's response
    Json,
    /// The same objects, one per line
    Jsonl,
    /// For spreadsheets: RFC 4180, several values joined by `;`
    Csv,
    /// For awk: tabs between fields; tab, newline and backslash as `\t`, `\n`, `\\`
    Tsv,
    /// For loops: one tag, digest (images) or name (repos) per line, or a reference with `--full-ref`
    Name,
    /// For `aws ecr-public batch-delete-image --cli-input-json`, one request per line
    DeleteRequests,
}

impl FormatName {
    /// A parser for rows that are not deleted: requests to delete them are refused by name.
    pub(crate) fn parser() -> impl TypedValueParser<Value = Self> {
        let values = Self::value_variants().iter().map(|format| {
            let value = format.to_possible_value().unwrap_or_default();
            value.hide(*format == Self::DeleteRequests)
        });
        PossibleValuesParser::new(values).try_map(|text| Self::from_str(&text, true))
    }

    /// Whether it prints columns.
    pub(crate) fn has_columns(self) -> bool {
        !matches!(self, Self::Name | Self::DeleteRequests)
    }
}

/// The properties of stdout that formats depend on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Destination {
    /// Whether stdout is a terminal.
    pub(crate) terminal: bool,
    /// Whether to use colour in tables.
    pub(crate) color: bool,
    /// The width of the terminal in columns; tables elsewhere have no limit.
    pub(crate) width: Option<usize>,
    /// The current time, for ages.
    pub(crate) now: Timestamp,
}

/// Turns rows into bytes, appended to a buffer.
pub(crate) trait Format {
    /// Inspects all rows before anything is written; not called for rows that stream. Fails as
    /// [`Self::rows`] would.
    fn prepare(&mut self, _rows: &[&[Row]]) -> Result<(), Error> {
        Ok(())
    }

    /// Writes the start of the document.
    fn begin(&mut self, _out: &mut Vec<u8>) {}

    /// Writes rows, in order; called any number of times.
    ///
    /// # Errors
    ///
    /// If a row has a value that the format cannot represent.
    fn rows(&mut self, rows: &[Row], out: &mut Vec<u8>) -> Result<(), Error>;

    /// Writes the end of the document, with the token of the next page.
    fn end(&mut self, _next_token: Option<&str>, _out: &mut Vec<u8>) {}
}

impl OutputArgs {
    /// The format for these columns of rows of `schema`; `asked` are the names of those that other
    /// options ask for.
    pub(crate) fn format(
        &self,
        schema: &Schema,
        columns: Vec<&'static Column>,
        asked: &[&str],
        destination: Destination,
    ) -> Box<dyn Format> {
        let kind = schema.kind;
        let added = self.columns.iter().filter(|name| name.is_added());
        let asked = asked.iter().copied().chain(added.map(ColumnName::name));
        let style = Style {
            clock: self.clock(destination),
            headers: !self.no_headers,
            in_full: self.no_trunc,
            bytes: self.bytes,
            destination,
            asked: asked.filter_map(|name| schema.find(name)).collect(),
        };
        match self.format_name() {
            FormatName::Table => Box::new(table::Table::new(columns, style)),
            FormatName::Json => Box::new(json::Json::new(Some(kind.list_key()), &columns, style)),
            FormatName::Jsonl => Box::new(json::Json::new(None, &columns, style)),
            FormatName::Csv => Box::new(delimited::Delimited::new(columns, style, b',')),
            FormatName::Tsv => Box::new(delimited::Delimited::new(columns, style, b'\t')),
            FormatName::Name if self.is_full_ref() => Box::new(name::ReferenceLines {
                kind,
                pin: self.pin,
            }),
            // Requests are printed instead of rows.
            FormatName::Name | FormatName::DeleteRequests => Box::new(name::NameLines { style }),
        }
    }

    /// The columns that the options select, or else those that the format shows by default; `added`
    /// are the names of columns that other options add.
    ///
    /// # Errors
    ///
    /// A usage error if `--columns` is invalid.
    pub(crate) fn columns(
        &self,
        schema: &'static Schema,
        expected: Expected,
        added: &[&str],
    ) -> Result<Vec<&'static Column>, Error> {
        let is_machine = !self.is_table();
        choice::choose(schema, &self.columns, added, |column| {
            expected.told.contains(column.needs)
                && match column.shown {
                    Shown::Always => true,
                    Shown::ForSeveral => is_machine || expected.several,
                    Shown::ForMachines => is_machine,
                    Shown::ForPublic => expected.public && (is_machine || expected.several),
                }
        })
    }

    /// Whether names are printed as references.
    pub(crate) fn is_full_ref(&self) -> bool {
        self.full_ref || self.pin
    }

    /// The facts about rows of `schema` that the options need.
    pub(crate) fn needs(&self, schema: &'static Schema) -> Vec<Need> {
        let wanted = self.columns.iter().filter(|name| name.is_wanted());
        let of_columns = wanted.filter_map(|name| {
            let column = schema.find(name.name())?;
            let option = format!("--columns {}", name.name());
            Some(Need::new(option, column.needs))
        });
        let deletes = self.output == Some(FormatName::DeleteRequests);
        let of_options = Need::given([
            ("-o delete-requests", deletes, Facts::RELATIONS),
            ("--pin", self.pin, Facts::DIGESTS),
            ("--time", self.time.is_some(), Facts::DETAILS),
            ("--bytes", self.bytes, Facts::DETAILS),
        ]);
        of_columns.chain(of_options).collect()
    }

    /// The format, given or implied by other options.
    pub(crate) fn format_name(&self) -> FormatName {
        self.output.unwrap_or(if self.is_full_ref() {
            FormatName::Name
        } else {
            FormatName::Table
        })
    }

    /// Whether the options say what is printed: plain columns, or a format without any.
    pub(crate) fn chooses_columns(&self) -> bool {
        !self.format_name().has_columns() || self.columns.iter().any(ColumnName::is_plain)
    }

    /// Whether the format is `table`.
    pub(crate) fn is_table(&self) -> bool {
        self.format_name() == FormatName::Table
    }

    /// Whether the format itself carries the token of the next page.
    pub(crate) fn carries_token(&self) -> bool {
        self.format_name() == FormatName::Json
    }

    fn clock(&self, destination: Destination) -> Clock {
        let default = if self.is_table() && destination.terminal {
            TimeFormat::Relative
        } else {
            TimeFormat::Iso
        };
        Clock::new(self.time.unwrap_or(default), destination.now)
    }
}

/// How values are printed.
#[derive(Debug)]
struct Style {
    clock: Clock,
    headers: bool,
    in_full: bool,
    bytes: bool,
    destination: Destination,
    /// The columns that options ask for, which a narrow table keeps longer.
    asked: Vec<&'static Column>,
}

impl Style {
    /// Foreign text in a machine format: exact bytes in a pipe, escaped on a terminal.
    fn shown<'a>(&self, text: Cow<'a, str>) -> Cow<'a, str> {
        match escaped(&text) {
            Cow::Owned(safe) if self.destination.terminal => Cow::Owned(safe),
            _ => text,
        }
    }
}

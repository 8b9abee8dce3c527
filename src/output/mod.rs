//! Formats, columns, values, and the options that choose them. Formats are pure: rows in, bytes out.

mod columns;
mod delimited;
mod escape;
mod image_ids;
mod json;
mod name;
mod table;
#[cfg(test)]
mod tests;
mod time;

use std::borrow::Cow;

use clap::ValueEnum;
use jiff::Timestamp;

pub(crate) use self::columns::{Column, Schema, Shown, Value, possible_names};
pub(crate) use self::escape::escaped;
pub(crate) use self::table::human_size;
use self::time::Clock;
pub(crate) use self::time::TimeFormat;
use crate::error::Error;

/// How rows are printed.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// Print in this format
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    output: FormatName,

    /// Print these columns, by field name and separated by commas; `+name` adds to the default ones
    ///
    /// A table shows the most telling columns by default, the other formats every field.
    #[arg(short, long, value_name = "COLUMNS", value_delimiter = ',')]
    columns: Vec<String>,

    /// Write times this way
    ///
    /// Default: `relative` in a table on a terminal, `iso` otherwise.
    #[arg(long, value_name = "FORMAT")]
    time: Option<TimeFormat>,

    /// Leave out the line of column names
    #[arg(long)]
    no_headers: bool,

    /// Print digests, tags and media types of a table in full, however wide
    #[arg(long)]
    no_trunc: bool,

    /// Print the sizes of a table in bytes
    #[arg(long)]
    bytes: bool,
}

/// The formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatName {
    /// For eyes: a row a line, short digests, human sizes
    Table,
    /// For jq: one document in the shape of the service's answer
    Json,
    /// The same objects, one a line
    Jsonl,
    /// For spreadsheets: RFC 4180, several tags joined by `;`
    Csv,
    /// For awk: tabs between fields; tab, newline and backslash as `\t`, `\n`, `\\`
    Tsv,
    /// For loops: a digest (images) or tag (tags) a line
    Name,
    /// For `aws ecr-public batch-delete-image --image-ids`, indexes first
    ImageIds,
}

/// What a format needs to know of the place that it prints to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// Whether stdout is a terminal.
    pub(crate) terminal: bool,
    /// Whether colour is wanted there.
    pub(crate) color: bool,
    /// The terminal's columns; tables elsewhere are as wide as they are.
    pub(crate) width: Option<usize>,
    /// The present, for ages.
    pub(crate) now: fn() -> Timestamp,
}

/// A format at work: rows appended to a buffer as bytes.
pub(crate) trait Format<R> {
    /// Whether rows can be printed before all are known.
    fn streams(&self) -> bool {
        true
    }

    /// What comes before the rows.
    fn begin(&mut self, _out: &mut Vec<u8>) {}

    /// Rows, in order; called any number of times.
    ///
    /// # Errors
    ///
    /// Only where a row holds what the format cannot carry.
    fn rows(&mut self, rows: &[R], out: &mut Vec<u8>) -> Result<(), Error>;

    /// What comes after the rows, and where the listing would go on.
    fn end(&mut self, next_token: Option<&str>, out: &mut Vec<u8>);
}

impl OutputArgs {
    /// The format, for rows of `schema`; `several` repositories are told apart in a table.
    ///
    /// # Errors
    ///
    /// A usage error for options that exclude each other.
    pub(crate) fn format<R: 'static>(
        &self,
        schema: &'static Schema<R>,
        several: bool,
        place: Place,
    ) -> Result<Box<dyn Format<R>>, Error> {
        self.check()?;
        let is_table = self.output == FormatName::Table;
        let columns = columns::choose(schema, &self.columns, |column| {
            !is_table
                || match column.shown {
                    Shown::Always => true,
                    Shown::ForSeveral => several,
                    Shown::OnRequest => false,
                }
        })?;
        let style = Style {
            clock: self.clock(place),
            headers: !self.no_headers,
            in_full: self.no_trunc,
            bytes: self.bytes,
            place,
        };
        Ok(match self.output {
            FormatName::Table => Box::new(table::Table::new(columns, style)),
            FormatName::Json => Box::new(json::Document::new(schema.list_key, columns, style)),
            FormatName::Jsonl => Box::new(json::Lines::new(columns, style)),
            FormatName::Csv => Box::new(delimited::Csv::new(columns, style)),
            FormatName::Tsv => Box::new(delimited::Tsv::new(columns, style)),
            FormatName::Name => Box::new(name::Names::new(schema, style)),
            FormatName::ImageIds => Box::new(image_ids::ImageIds::new(schema)),
        })
    }

    /// Whether the format is `image-ids`, which lists one repository in an order of its own.
    pub(crate) fn is_image_ids(&self) -> bool {
        self.output == FormatName::ImageIds
    }

    /// Whether the format is `table`.
    pub(crate) fn is_table(&self) -> bool {
        self.output == FormatName::Table
    }

    /// Whether the format says itself where a listing goes on.
    pub(crate) fn carries_token(&self) -> bool {
        self.output == FormatName::Json
    }

    fn check(&self) -> Result<(), Error> {
        let format = self.output;
        if self.time == Some(TimeFormat::Relative) && format != FormatName::Table {
            return Err(Error::usage("`--time relative` is for tables only")
                .hint("use `--time iso`, `iso-ms`, `epoch` or `local` with this format"));
        }
        if !self.columns.is_empty() && matches!(format, FormatName::Name | FormatName::ImageIds) {
            return Err(
                Error::usage("`--columns` does not go with `-o name` or `-o image-ids`")
                    .hint("choose columns with `-o tsv --no-headers`"),
            );
        }
        Ok(())
    }

    fn clock(&self, place: Place) -> Clock {
        let default = if self.is_table() && place.terminal {
            TimeFormat::Relative
        } else {
            TimeFormat::Iso
        };
        Clock::new(self.time.unwrap_or(default), place.now)
    }
}

/// How values look.
#[derive(Debug)]
struct Style {
    clock: Clock,
    headers: bool,
    in_full: bool,
    bytes: bool,
    place: Place,
}

impl Style {
    /// Foreign text of a machine format: exact bytes in a pipe, escaped on a terminal.
    fn shown<'a>(&self, text: Cow<'a, str>) -> Cow<'a, str> {
        match escaped(&text) {
            Cow::Owned(safe) if self.place.terminal => Cow::Owned(safe),
            _ => text,
        }
    }
}

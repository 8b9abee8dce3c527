//! Formats, columns, values, and the options that choose them. Formats are pure: rows in, bytes out.

mod columns;
mod delimited;

mod checked;
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

pub(crate) use self::columns::{Column, Expected, Schema, Shown, Value, possible_names};

pub(crate) use self::table::human_size;
use self::time::Clock;
pub(crate) use self::time::TimeFormat;
use crate::error::Error;
use crate::escape::escaped;
use crate::options;

/// The column that takes requests of its own.
const PLATFORMS: &str = "platforms";

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
    /// Default: `table`, or `name` with `--full-ref` or `--pin`.
    #[arg(short, long, value_name = "FORMAT")]
    output: Option<FormatName>,

    /// Print these columns, by field name and separated by commas; `+name` adds to the default ones
    ///
    /// A table shows the most telling columns by default, the other formats every field.
    #[arg(short, long, value_name = "COLUMNS", value_delimiter = ',')]
    columns: Vec<String>,

    /// Add the platforms of rows that are indexes, such as `linux/amd64, linux/arm64/v8`
    ///
    /// They are read from the public registry, an index at a time and at most 60 of them: use
    /// `--limit` or a filter.
    #[arg(long)]
    platforms: bool,

    /// Print names as references to paste: `public.ecr.aws/ALIAS/NAME:TAG`
    ///
    /// Of images, which are named by their digest, `public.ecr.aws/ALIAS/NAME@DIGEST`.
    #[arg(long)]
    full_ref: bool,

    /// Print such references with the digest that the tag has now: `…:TAG@DIGEST`
    #[arg(long)]
    pin: bool,

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
    /// For loops: a digest (images) or tag (tags) a line, or a reference with `--full-ref`
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
    /// The format, for rows of `schema` of which so much is `expected`.
    ///
    /// # Errors
    ///
    /// A usage error for options that exclude each other.
    pub(crate) fn format<R: 'static>(
        &self,
        schema: &'static Schema<R>,
        expected: Expected,
        place: Place,
    ) -> Result<Box<dyn Format<R>>, Error> {
        self.check()?;
        let columns = self.chosen(schema, expected)?;
        let style = Style {
            clock: self.clock(place),
            headers: !self.no_headers,
            in_full: self.no_trunc,
            bytes: self.bytes,
            place,
        };
        Ok(match self.format_name() {
            FormatName::Table => Box::new(table::Table::new(columns, style)),
            FormatName::Json => Box::new(json::Document::new(schema.list_key, columns, style)),
            FormatName::Jsonl => Box::new(json::Lines::new(columns, style)),
            FormatName::Csv => Box::new(delimited::Csv::new(columns, style)),
            FormatName::Tsv => Box::new(delimited::Tsv::new(columns, style)),
            FormatName::Name if self.is_full_ref() => {
                Box::new(name::References::new(schema, self.pin))
            }
            FormatName::Name => Box::new(name::Names::new(schema, style)),
            FormatName::ImageIds => Box::new(image_ids::ImageIds::new(schema)),
        })
    }

    /// The columns that are asked for, or those that the format shows of what is `expected`.
    fn chosen<R: 'static>(
        &self,
        schema: &'static Schema<R>,
        expected: Expected,
    ) -> Result<Vec<&'static Column<R>>, Error> {
        let Expected {
            several,
            public,
            names_only,
        } = expected;
        let is_machine = !self.is_table();
        let mut names = self.columns.clone();
        let is_list = names.first().is_some_and(|name| !name.starts_with('+'));
        if self.platforms && is_list {
            names.push(PLATFORMS.to_owned());
        }
        columns::choose(schema, &names, |column| {
            let is_told = !names_only || schema.names.contains(&column.name());
            is_told
                && match column.shown {
                    Shown::Always => true,
                    Shown::ForSeveral => is_machine || several,
                    Shown::OnRequest => is_machine,
                    Shown::ForPublic => public && (is_machine || several),
                    Shown::ForPlatforms => self.platforms,
                }
        })
    }

    /// Whether the platforms of indexes are asked for, by their option or as a column.
    pub(crate) fn wants_platforms(&self) -> bool {
        let is_platforms = |name: &String| name.trim_start_matches('+') == PLATFORMS;
        self.platforms || self.columns.iter().any(is_platforms)
    }

    /// Whether names are printed as references.
    pub(crate) fn is_full_ref(&self) -> bool {
        self.full_ref || self.pin
    }

    /// An option that is given and takes more than the names of tags.
    pub(crate) fn beyond_names<R>(&self, schema: &Schema<R>) -> Option<&'static str> {
        let is_told = |name: &String| schema.names.contains(&name.trim_start_matches('+'));
        options::first([
            ("--columns", !self.columns.iter().all(is_told)),
            ("--platforms", self.platforms),
            ("--pin", self.pin),
            ("--time", self.time.is_some()),
            ("--bytes", self.bytes),
        ])
    }

    fn format_name(&self) -> FormatName {
        self.output.unwrap_or(if self.is_full_ref() {
            FormatName::Name
        } else {
            FormatName::Table
        })
    }

    /// Whether the format is `image-ids`, which lists one repository in an order of its own.
    pub(crate) fn is_image_ids(&self) -> bool {
        self.format_name() == FormatName::ImageIds
    }

    /// Whether the format is `table`.
    pub(crate) fn is_table(&self) -> bool {
        self.format_name() == FormatName::Table
    }

    /// Whether the format says itself where a listing goes on.
    pub(crate) fn carries_token(&self) -> bool {
        self.format_name() == FormatName::Json
    }

    fn check(&self) -> Result<(), Error> {
        let format = self.format_name();
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
        if self.platforms && matches!(format, FormatName::Name | FormatName::ImageIds) {
            return Err(Error::usage(
                "`--platforms` adds a column, and `-o name` and `-o image-ids` have none",
            )
            .hint("use it with `-o table`, `json`, `jsonl`, `csv` or `tsv`"));
        }
        if self.is_full_ref() && format != FormatName::Name {
            let option = if self.full_ref { "--full-ref" } else { "--pin" };
            return Err(Error::usage(format!(
                "`{option}` prints names, and another format is asked for"
            ))
            .hint("use it with `-o name`, or alone"));
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

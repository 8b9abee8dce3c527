//! `table`: one row per line for people, at most as wide as the terminal.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use comfy_table::{
    Attribute, Cell as Styled, CellAlignment, Color, ColumnConstraint, ContentArrangement,
    Table as Grid, Width, presets,
};
use unicode_width::UnicodeWidthStr;

use super::columns::{Column, Look, Value};
use super::cut::{self, Cut};
use super::layout::{GAP, Wish, lay_out};
use super::{Format, Style, human_count, human_size};
use crate::error::Error;
use crate::escape::escaped;
use crate::model::Row;

/// A cell that is cut to less is hard to read.
const READABLE: usize = 20;
/// The number of digits that Docker shows of a digest.
const DIGITS: usize = 12;
/// The widest cell, even with `--no-trunc`: nobody reads more.
const WIDEST: usize = 10_000;
/// The text of a missing value.
const MISSING: &str = "-";

/// Measures all rows first, so that any part of them can then be laid out alone.
#[derive(Debug)]
pub(super) struct Table {
    columns: Vec<&'static Column>,
    style: Style,
    /// The columns that fit, in order.
    shown: Vec<Shown>,
    /// Where to cut texts that do not fit.
    cut: Cut,
    /// Whether sizes have decimals to align.
    has_decimals: bool,
    has_header: bool,
}

/// A column that fits.
#[derive(Clone, Copy, Debug)]
struct Shown {
    /// Its position among all columns.
    index: usize,
    /// Cells wider than this are cut.
    limit: usize,
    /// The width of the widest cell after cutting, or of the title.
    width: usize,
}

/// A cell before its column's width is known.
#[derive(Debug)]
enum Cell<'a> {
    /// Shown whole, or not at all.
    Fixed(Cow<'a, str>),
    /// Cut if it does not fit.
    Text(Cow<'a, str>),
    /// Cut after some items if it does not fit.
    List(Vec<Cow<'a, str>>),
}

impl Table {
    pub(super) fn new(columns: Vec<&'static Column>, style: Style) -> Self {
        Self {
            columns,
            style,
            shown: Vec::new(),
            cut: Cut::default(),
            has_decimals: false,
            has_header: false,
        }
    }

    fn cell<'a>(&self, column: &Column, row: &'a Row) -> Cell<'a> {
        match (column.value)(row) {
            Value::Missing | Value::List([]) => Cell::Fixed(MISSING.into()),
            Value::Text(text) => Cell::Text(escaped(text)),
            Value::Digest(digest) if self.style.in_full => Cell::Fixed(escaped(digest)),
            Value::Digest(digest) => match escaped(short_digest(digest)) {
                // Fewer digits do not distinguish digests.
                short if short.len() <= DIGITS => Cell::Fixed(short),
                long => Cell::Text(long),
            },
            Value::MediaType(name) if self.style.in_full => Cell::Fixed(escaped(name)),
            Value::MediaType(name) => Cell::Text(escaped(short_media_type(name))),
            Value::Size(bytes) => Cell::Fixed(self.size(bytes).into()),
            Value::Count(count) => Cell::Fixed(match usize::try_from(count) {
                Ok(count) => human_count(count).to_string().into(),
                Err(_) => count.to_string().into(),
            }),
            Value::Time(time) => Cell::Fixed(self.style.clock.text(time).into()),
            Value::List(items) => Cell::List(items.iter().map(|item| escaped(item)).collect()),
        }
    }

    /// A size, padded to align its decimals and unit with the others.
    fn size(&self, bytes: i64) -> String {
        match u64::try_from(bytes) {
            Ok(bytes) if self.style.bytes => bytes.to_string(),
            Ok(bytes) if bytes < 1000 && self.has_decimals => format!("{bytes}    B"),
            Ok(bytes) => human_size(bytes),
            Err(_) => bytes.to_string(),
        }
    }

    fn has_decimals(&self, rows: &[&[Row]]) -> bool {
        let has_decimals = |column: &&Column, row| matches!((column.value)(row), Value::Size(bytes) if bytes >= 1000);
        let mut rows = rows.iter().copied().flatten();
        rows.any(|row| self.columns.iter().any(|column| has_decimals(column, row)))
    }

    /// The width that the cells of `column` and its title want.
    fn wish(&self, column: &Column, rows: &[&[Row]]) -> Wish {
        let title = if self.style.headers {
            column.title.width()
        } else {
            1
        };
        let mut wish = Wish {
            whole: title,
            readable: title,
            importance: column.importance,
            is_empty: true,
        };
        for row in rows.iter().copied().flatten() {
            let cell = self.cell(column, row);
            wish.is_empty &= matches!(&cell, Cell::Fixed(text) if text == MISSING);
            let whole = cell.width().min(WIDEST);
            wish.whole = wish.whole.max(whole);
            wish.readable = wish.readable.max(cell.readable(whole));
        }
        wish
    }

    /// The cut that keeps different row names different, with `names` as the positions and widths of
    /// their columns.
    fn tell_apart(&self, rows: &[&[Row]], names: &[(usize, usize)]) -> Option<Cut> {
        let are_distinct = |cut: &Cut| {
            let hasher = RandomState::new();
            let hash = |row, limit: Option<usize>| {
                let cells = names.iter().map(|&(index, width)| {
                    let cell = self.cell(self.columns[index], row);
                    cell.within(limit.unwrap_or(width), *cut)
                });
                hasher.hash_one(cells.collect::<Vec<_>>())
            };
            let mut seen = HashMap::new();
            rows.iter().copied().flatten().all(|row| {
                let whole = hash(row, Some(WIDEST));
                *seen.entry(hash(row, None)).or_insert(whole) == whole
            })
        };
        Cut::ALL.into_iter().find(are_distinct)
    }

    /// Narrows columns to their cells as cut to `limits`, then gives the freed width to columns that
    /// are still cut, the most important first.
    ///
    /// At the end no column would print more if it had the rest of the line: its limit is at least
    /// its width and the rest.
    fn fill(
        &self,
        limits: &[(usize, usize)],
        wishes: &[Wish],
        rows: &[&[Row]],
        available: usize,
    ) -> Vec<Shown> {
        let shown = limits.iter().map(|&(index, limit)| Shown {
            index,
            limit,
            width: self.width_within(index, limit, &wishes[index], rows),
        });
        let mut shown: Vec<_> = shown.collect();
        let taken = shown.iter().map(|column| column.width).sum::<usize>();
        let gaps = usize::from(GAP) * shown.len().saturating_sub(1);
        let mut room = available.saturating_sub(taken + gaps);
        let mut cut: Vec<_> = (shown.iter_mut())
            .filter(|column| column.limit < wishes[column.index].whole)
            .collect();
        cut.sort_by_key(|column| Reverse(wishes[column.index].importance));
        for column in cut {
            let limit = column.width + room;
            if limit > column.limit {
                let width = self.width_within(column.index, limit, &wishes[column.index], rows);
                // More of one cell may be less of the widest, by a wide character.
                room = limit - width;
                (column.limit, column.width) = (limit, width);
            }
        }
        shown
    }

    /// The width of a column with cells cut to `limit`.
    fn width_within(&self, index: usize, limit: usize, wish: &Wish, rows: &[&[Row]]) -> usize {
        if limit >= wish.whole {
            return wish.whole;
        }
        let column = self.columns[index];
        let title = if self.style.headers {
            self.cut.apply(column.title, limit).width()
        } else {
            1
        };
        let cells = rows.iter().copied().flatten();
        let widths = cells.map(|row| self.cell(column, row).within(limit, self.cut).width());
        widths.fold(title, usize::max)
    }

    /// A table of `rows`, with columns as wide as for all rows.
    fn grid(&self, rows: &[Row]) -> Grid {
        let mut grid = Grid::new();
        grid.load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Disabled);
        if self.style.place.color {
            grid.enforce_styling().style_text_only();
        } else {
            grid.force_no_tty();
        }
        let columns = || (self.shown.iter()).map(|shown| (self.columns[shown.index], shown));
        if self.has_header {
            let titles = columns().map(|(column, shown)| self.cut.apply(column.title, shown.limit));
            grid.set_header(titles.map(|title| Styled::new(title).add_attribute(Attribute::Bold)));
        }
        for row in rows {
            grid.add_row(columns().map(|(column, shown)| {
                let text = self.cell(column, row).within(shown.limit, self.cut);
                self.styled(text, column)
            }));
        }
        for (in_grid, (column, shown)) in grid.column_iter_mut().zip(columns()) {
            let padded = u16::try_from(shown.width)
                .unwrap_or(u16::MAX)
                .saturating_add(GAP);
            in_grid.set_padding((0, GAP));
            in_grid.set_constraint(ColumnConstraint::Absolute(Width::Fixed(padded)));
            if column.look == Look::Number {
                in_grid.set_cell_alignment(CellAlignment::Right);
            }
        }
        grid
    }

    /// Colours names and digests, and dims missing values.
    fn styled(&self, text: String, column: &Column) -> Styled {
        let is_missing = text == MISSING;
        let cell = Styled::new_owned(text);
        if !self.style.place.color {
            return cell;
        }
        match column.look {
            _ if is_missing => cell.add_attribute(Attribute::Dim),
            Look::Name => cell.fg(Color::DarkGreen),
            Look::Digest => cell.fg(Color::DarkYellow),
            Look::Plain | Look::Number => cell,
        }
    }
}

impl Format for Table {
    fn prepare(&mut self, rows: &[&[Row]]) -> Result<(), Error> {
        self.has_header = self.style.headers;
        self.has_decimals = self.has_decimals(rows);
        let columns = self.columns.iter();
        let wishes: Vec<_> = columns.map(|column| self.wish(column, rows)).collect();
        match self.style.place.width {
            Some(available) if !self.style.in_full => {
                let tell_apart = |names: &[_]| self.tell_apart(rows, names);
                let (limits, cut) = lay_out(&wishes, available, tell_apart);
                self.cut = cut.unwrap_or_default();
                self.shown = self.fill(&limits, &wishes, rows, available);
            }
            _ => {
                let whole = wishes.iter().map(|wish| wish.whole).enumerate();
                let shown = whole.map(|(index, width)| Shown {
                    index,
                    limit: width,
                    width,
                });
                self.shown = shown.collect();
            }
        }
        Ok(())
    }

    fn rows(&mut self, rows: &[Row], out: &mut Vec<u8>) -> Result<(), Error> {
        if rows.is_empty() {
            return Ok(());
        }
        for line in self.grid(rows).lines() {
            out.extend(line.trim_end().as_bytes());
            out.push(b'\n');
        }
        self.has_header = false;
        Ok(())
    }

    fn end(&mut self, _next_token: Option<&str>, _out: &mut Vec<u8>) {}
}

impl Cell<'_> {
    /// The width at which nothing is cut.
    fn width(&self) -> usize {
        match self {
            Self::Fixed(text) | Self::Text(text) => text.width(),
            Self::List(items) => {
                let separators = 2 * (items.len() - 1);
                items.iter().map(|item| item.width()).sum::<usize>() + separators
            }
        }
    }

    /// The width below which the cell, `whole` columns wide, is hard to read.
    fn readable(&self, whole: usize) -> usize {
        match self {
            Self::Fixed(_) => whole,
            Self::Text(_) => whole.min(READABLE),
            Self::List(items) => {
                let first = items.first().map_or(0, |item| item.width());
                whole
                    .min(READABLE)
                    .min(cut::width_of_first(first, items.len()))
            }
        }
    }

    fn within(self, limit: usize, cut: Cut) -> String {
        match self {
            Self::Fixed(text) | Self::Text(text) if text.width() <= limit => text.into_owned(),
            Self::Fixed(text) | Self::Text(text) => cut.apply(&text, limit),
            Self::List(items) => cut::after_some(&items, limit, cut),
        }
    }
}

/// The first digits of `digest`, as Docker shows them.
fn short_digest(digest: &str) -> &str {
    let hexadecimal = digest.strip_prefix("sha256:").unwrap_or(digest);
    hexadecimal.get(..DIGITS).unwrap_or(hexadecimal)
}

/// A short name for media types of the OCI, Docker and Helm; others without their prefix and suffix.
fn short_media_type(name: &str) -> &str {
    match name {
        "application/vnd.oci.image.index.v1+json" => "OCI index",
        "application/vnd.oci.image.manifest.v1+json"
        | "application/vnd.oci.image.config.v1+json" => "OCI image",
        "application/vnd.docker.distribution.manifest.list.v2+json" => "Docker list",
        "application/vnd.docker.distribution.manifest.v2+json"
        | "application/vnd.docker.container.image.v1+json" => "Docker image",
        "application/vnd.cncf.helm.config.v1+json" => "Helm chart",
        _ => {
            let name = name.strip_prefix("application/").unwrap_or(name);
            name.strip_suffix("+json").unwrap_or(name)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{short_digest, short_media_type};

    #[test]
    fn digests_and_media_types_have_short_names() {
        assert_eq!(short_digest("sha256:0123456789abcdef"), "0123456789ab");
        assert_eq!(short_digest("sha256:01"), "01");
        assert_eq!(
            short_media_type("application/vnd.example.thing.v1+json"),
            "vnd.example.thing.v1"
        );
    }
}

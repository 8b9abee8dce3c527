//! `table`: one row per line for people, at most as wide as the terminal.

use std::borrow::Cow;

use comfy_table::{
    Attribute, Cell as StyledCell, CellAlignment, Color, ColumnConstraint, ContentArrangement,
    Table as Grid, Width, presets,
};
use unicode_width::UnicodeWidthStr;

use super::columns::{ASKED, Column, Look, NAMES, Value};
use super::layout::{GAP, Wish, lacks_room, lay_out};
use super::{Format, Style, cut, human_count, human_size, name};
use crate::error::Error;
use crate::escape::escaped;
use crate::model::Row;
use crate::reference::Digest;

/// A cell that is cut to less is hard to read.
const READABLE: usize = 20;
/// The number of digits that Docker shows of a digest.
const DIGITS: usize = 12;
/// The widest cell, even with `--no-trunc`: nobody reads more.
const WIDEST: usize = 10_000;
const MISSING: &str = "-";

/// Measures all rows first, so that any part of them can then be laid out alone.
#[derive(Debug)]
pub(super) struct Table {
    columns: Vec<&'static Column>,
    style: Style,
    shown: Vec<FittingColumn>,
    has_header: bool,
    /// The last heading, if repositories are headings for lack of room.
    heading: Option<String>,
}

#[derive(Debug)]
struct FittingColumn {
    column: &'static Column,
    limit: usize,
    /// The width of the widest cell after cutting, or of the title.
    width: usize,
}

#[derive(Debug)]
enum Cell<'a> {
    Fixed(Cow<'a, str>),
    /// One or more texts, digest tags last.
    Texts(Vec<Cow<'a, str>>),
}

impl Table {
    pub(super) fn new(columns: Vec<&'static Column>, style: Style) -> Self {
        Self {
            columns,
            style,
            shown: Vec::new(),
            has_header: false,
            heading: None,
        }
    }

    fn cell<'a>(&self, column: &Column, row: &'a Row) -> Cell<'a> {
        match (column.value)(row) {
            Value::Missing | Value::List([]) => Cell::Fixed(MISSING.into()),
            Value::Text(text) => Cell::Texts(vec![escaped(text)]),
            Value::Digest(digest) if self.style.in_full => Cell::Fixed(escaped(digest)),
            // Fewer digits do not distinguish digests.
            Value::Digest(digest) => Cell::Fixed(escaped(short_digest(digest))),
            Value::MediaType(name) if self.style.in_full => Cell::Fixed(escaped(name)),
            Value::MediaType(name) => Cell::Texts(vec![escaped(short_media_type(name))]),
            Value::Size(bytes) => Cell::Fixed(match u64::try_from(bytes) {
                Ok(bytes) if !self.style.bytes => human_size(bytes).into(),
                _ => bytes.to_string().into(),
            }),
            Value::Count(count) => {
                let count = human_count(usize::try_from(count).unwrap_or_default());
                Cell::Fixed(count.to_string().into())
            }
            Value::Time(time) => Cell::Fixed(self.style.clock.text(time).into()),
            Value::List(items) => {
                let is_short = column.look == Look::Platforms
                    && !self.style.in_full
                    && items.iter().all(|item| item.starts_with("linux/"));
                let shown = |item| if is_short { short_platform(item) } else { item };
                let mut texts: Vec<_> = items.iter().map(|item| escaped(shown(item))).collect();
                texts.sort_by_key(|text| is_digest_tag(text));
                Cell::Texts(texts)
            }
        }
    }

    /// The width that the cells of `column` and its title want.
    fn wish(&self, column: &Column, rows: &[&[Row]]) -> Wish {
        let title = self.title(column).width();
        let is_asked = self.style.asked.iter().any(|asked| asked.key == column.key);
        let mut wish = Wish {
            whole: title,
            plain: title,
            readable: title,
            importance: column.importance.max(if is_asked { ASKED } else { 0 }),
            is_empty: !is_asked,
        };
        for row in rows.iter().copied().flatten() {
            let cell = self.cell(column, row);
            wish.is_empty &= matches!(&cell, Cell::Fixed(text) if text == MISSING);
            wish.whole = wish.whole.max(cell.width().min(WIDEST));
            let plain = cell.plain_width().min(WIDEST);
            wish.plain = wish.plain.max(plain);
            let is_name = column.importance >= NAMES;
            wish.readable = wish.readable.max(cell.readable(plain, is_name));
        }
        wish
    }

    /// If there is no room, the columns that name repositories become headings.
    fn make_headings(&mut self, wishes: &mut Vec<Wish>, available: usize) {
        let is_other = |importance: u8| importance != NAMES;
        let others = wishes.iter().filter(|wish| is_other(wish.importance));
        if (1..wishes.len()).contains(&others.count()) && lacks_room(wishes, available) {
            wishes.retain(|wish| is_other(wish.importance));
            self.columns.retain(|column| is_other(column.importance));
            self.heading = Some(String::new());
        }
    }

    fn title(&self, column: &Column) -> &'static str {
        if self.style.headers {
            column.title
        } else {
            MISSING
        }
    }

    fn fit(&self, column: &'static Column, limit: usize, rows: &[&[Row]]) -> FittingColumn {
        let title = cut::in_the_middle(self.title(column), limit).width();
        let cells = rows.iter().copied().flatten();
        let widths = cells.map(|row| self.cell(column, row).within(limit).width());
        FittingColumn {
            column,
            limit,
            width: widths.fold(title, usize::max),
        }
    }

    /// Writes the repository of `row` if such headings are shown, and the last rows were of another one.
    fn write_heading(&mut self, row: &Row, out: &mut Vec<u8>) {
        let (Some(last), Some(width)) = (&mut self.heading, self.style.destination.width) else {
            return;
        };
        let heading = cut::in_the_middle(&escaped(&(name::place(row) + ":")), width);
        if *last != heading {
            let gap = if last.is_empty() { "" } else { "\n" };
            out.extend(format!("{gap}{heading}\n").as_bytes());
            *last = heading;
            self.has_header = self.style.headers;
        }
    }

    /// A table of `rows`, with columns as wide as for all rows.
    fn grid(&self, rows: &[Row]) -> Grid {
        let mut grid = Grid::new();
        grid.load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Disabled);
        if self.style.destination.color {
            grid.enforce_styling().style_text_only();
        } else {
            grid.force_no_tty();
        }
        if self.has_header {
            let titles = self.shown.iter().map(|fitting| {
                let title = cut::in_the_middle(fitting.column.title, fitting.limit);
                StyledCell::new_owned(title).add_attribute(Attribute::Bold)
            });
            grid.set_header(titles);
        }
        for row in rows {
            grid.add_row(self.shown.iter().map(|fitting| {
                let text = self.cell(fitting.column, row).within(fitting.limit);
                styled(text, fitting.column.look)
            }));
        }
        for (in_grid, fitting) in grid.column_iter_mut().zip(&self.shown) {
            let padded = u16::try_from(fitting.width).unwrap_or(u16::MAX);
            let padded = Width::Fixed(padded.saturating_add(GAP));
            in_grid.set_padding((0, GAP));
            in_grid.set_constraint(ColumnConstraint::Absolute(padded));
            if fitting.column.look == Look::Number {
                in_grid.set_cell_alignment(CellAlignment::Right);
            }
        }
        grid
    }
}

fn styled(text: String, look: Look) -> StyledCell {
    let is_missing = text == MISSING;
    let cell = StyledCell::new_owned(text);
    match look {
        _ if is_missing => cell.add_attribute(Attribute::Dim),
        Look::Name => cell.fg(Color::DarkGreen),
        Look::Digest => cell.fg(Color::DarkYellow),
        Look::Plain | Look::Number | Look::Platforms => cell,
    }
}

impl Format for Table {
    fn prepare(&mut self, rows: &[&[Row]]) -> Result<(), Error> {
        self.has_header = self.style.headers;
        let columns = self.columns.iter();
        let mut wishes: Vec<_> = columns.map(|column| self.wish(column, rows)).collect();
        let widths = match self.style.destination.width {
            Some(available) if !self.style.in_full => {
                self.make_headings(&mut wishes, available);
                lay_out(&wishes, available)
            }
            _ => wishes.iter().map(|wish| wish.whole).enumerate().collect(),
        };
        let shown = widths.into_iter().map(|(index, limit)| {
            let column = self.columns[index];
            if limit < wishes[index].whole {
                return self.fit(column, limit, rows);
            }
            FittingColumn {
                column,
                limit,
                width: wishes[index].whole,
            }
        });
        self.shown = shown.collect();
        Ok(())
    }

    fn rows(&mut self, rows: &[Row], out: &mut Vec<u8>) -> Result<(), Error> {
        if rows.is_empty() {
            return Ok(());
        }
        self.write_heading(&rows[0], out);
        for line in self.grid(rows).lines() {
            out.extend(line.trim_end().as_bytes());
            out.push(b'\n');
        }
        self.has_header = false;
        Ok(())
    }
}

impl Cell<'_> {
    fn width(&self) -> usize {
        match self {
            Self::Fixed(text) => text.width(),
            Self::Texts(texts) => cut::width(texts),
        }
    }

    /// The width without digest tags, or that of a digest tag that is cut.
    fn plain_width(&self) -> usize {
        let Self::Texts(texts) = self else {
            return self.width();
        };
        match texts.partition_point(|text| !is_digest_tag(text)) {
            0 => DIGITS,
            plain => cut::width(&texts[..plain]),
        }
    }

    /// The width below which the cell, `plain` columns wide, is hard to read. Names are shown whole.
    fn readable(&self, plain: usize, is_name: bool) -> usize {
        match self {
            Self::Texts(texts) if !is_name => plain.min(READABLE).min(cut::width_of_first(texts)),
            _ => plain,
        }
    }

    fn within(self, limit: usize) -> String {
        match self {
            Self::Fixed(text) => cut::in_the_middle(&text, limit),
            Self::Texts(texts) => cut::after_some(&texts, limit),
        }
    }
}

/// Whether `tag` is one such as `sha256-….sig`.
fn is_digest_tag(tag: &str) -> bool {
    Digest::in_tag(tag).is_some()
}

/// `amd64` for `linux/amd64`; of arm64 there is one variant.
fn short_platform(name: &str) -> &str {
    let name = name.strip_prefix("linux/").unwrap_or(name);
    if name == "arm64/v8" { "arm64" } else { name }
}

pub(crate) fn short_digest(digest: &str) -> &str {
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

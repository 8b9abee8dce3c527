//! `table`: rows to look at, one a line, as wide as the terminal at most.

use comfy_table::{
    Attribute, Cell as Styled, CellAlignment, Color, ContentArrangement, Table as Grid, presets,
};
use humansize::{DECIMAL, FormatSizeOptions};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::columns::{Align, Column, Role, Value};
use super::{Format, Style};
use crate::error::Error;
use crate::escape::escaped;

/// Between columns.
const GAP: u16 = 2;
/// What a column that can be cut keeps at least.
const NARROWEST: usize = 8;
/// As many digits of a digest as Docker shows.
const DIGITS: usize = 12;
/// What no cell is wider than, however much is asked for in full: nobody reads more, and the layout
/// would break a wider one into lines.
const WIDEST: usize = 10_000;
/// What stands for nothing.
const MISSING: &str = "-";

/// A table is laid out when all its rows are known.
#[derive(Debug)]
pub(super) struct Table<R: 'static> {
    columns: Vec<&'static Column<R>>,
    style: Style,
    lines: Vec<Vec<Cell>>,
}

/// A cell before its column's width is known.
#[derive(Debug)]
enum Cell {
    /// Shown whole.
    Fixed(String),
    /// Cut in the middle where it must be.
    Text(String),
    /// Cut after some items where it must be.
    List(Vec<String>),
}

impl<R> Table<R> {
    pub(super) fn new(columns: Vec<&'static Column<R>>, style: Style) -> Self {
        Self {
            columns,
            style,
            lines: Vec::new(),
        }
    }

    fn cell(&self, value: Value<'_>) -> Cell {
        match value {
            Value::Missing | Value::List([]) => Cell::Fixed(MISSING.to_owned()),
            Value::Text(text) => Cell::Text(escaped(text).into_owned()),
            Value::Digest(digest) if self.style.in_full => Cell::Fixed(escaped(digest).into()),
            Value::Digest(digest) => match escaped(short_digest(digest)) {
                // Fewer digits tell nothing apart.
                short if short.len() <= DIGITS => Cell::Fixed(short.into()),
                long => Cell::Text(long.into()),
            },
            Value::MediaType(name) if self.style.in_full => Cell::Fixed(escaped(name).into()),
            Value::MediaType(name) => Cell::Text(escaped(short_media_type(name)).into()),
            Value::Size(bytes) => Cell::Fixed(self.size(bytes)),
            Value::Time(time) => Cell::Fixed(self.style.clock.text(time)),
            Value::List(items) => {
                Cell::List(items.iter().map(|item| escaped(item).into()).collect())
            }
        }
    }

    fn size(&self, bytes: i64) -> String {
        match u64::try_from(bytes) {
            Ok(bytes) if !self.style.bytes => human_size(bytes),
            _ => bytes.to_string(),
        }
    }

    fn header(&self) -> Vec<&'static str> {
        self.columns.iter().map(|column| column.title).collect()
    }

    /// The width of each column's widest cell, its title included.
    fn widths(&self) -> Vec<usize> {
        let mut widths = vec![1; self.columns.len()];
        if self.style.headers {
            widths = self.header().iter().map(|title| title.width()).collect();
        }
        for line in &self.lines {
            for (width, cell) in widths.iter_mut().zip(line) {
                *width = cell.width().max(*width);
            }
        }
        widths
    }

    /// What no cell that can be cut may be wider than, for the table to fit the terminal.
    fn limit(&self) -> usize {
        let Some(available) = self.style.place.width.filter(|_| !self.style.in_full) else {
            return WIDEST;
        };
        let widths = self.widths();
        let is_fixed = |index: usize| {
            self.lines
                .iter()
                .all(|line| matches!(line[index], Cell::Fixed(_)))
        };
        let (fixed, free): (Vec<usize>, Vec<usize>) =
            (0..widths.len()).partition(|&index| is_fixed(index));
        let gaps = usize::from(GAP) * widths.len().saturating_sub(1);
        let taken = gaps + fixed.iter().map(|&index| widths[index]).sum::<usize>();
        let fits = |&limit: &usize| {
            let rest: usize = free.iter().map(|&index| widths[index].min(limit)).sum();
            taken + rest <= available
        };
        let widest = free.iter().map(|&index| widths[index]).max().unwrap_or(0);
        (NARROWEST..=widest.min(available).max(NARROWEST))
            .rev()
            .find(fits)
            .unwrap_or(NARROWEST)
    }

    fn grid(&self) -> Grid {
        let limit = self.limit();
        let mut grid = Grid::new();
        grid.load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Disabled);
        if self.style.place.color {
            grid.enforce_styling().style_text_only();
        } else {
            grid.force_no_tty();
        }
        if self.style.headers {
            let header = self.header().into_iter().map(Styled::new);
            grid.set_header(header.map(|title| title.add_attribute(Attribute::Bold)));
        }
        for line in &self.lines {
            let cells = line.iter().zip(&self.columns);
            let cells = cells.map(|(cell, column)| self.styled(cell.within(limit), column));
            grid.add_row(cells);
        }
        for (index, column) in grid.column_iter_mut().enumerate() {
            column.set_padding((0, GAP));
            if self.columns[index].look.align == Align::Right {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        grid
    }

    /// A little that helps the eye: what names a row stands out, what is missing recedes.
    fn styled(&self, text: String, column: &Column<R>) -> Styled {
        let is_missing = text == MISSING;
        let cell = Styled::new_owned(text);
        if !self.style.place.color {
            return cell;
        }
        match column.look.role {
            _ if is_missing => cell.add_attribute(Attribute::Dim),
            Role::Name => cell.fg(Color::DarkGreen),
            Role::Digest => cell.fg(Color::DarkYellow),
            Role::Plain => cell,
        }
    }
}

impl<R> Format<R> for Table<R> {
    fn streams(&self) -> bool {
        false
    }

    fn rows(&mut self, rows: &[R], _out: &mut Vec<u8>) -> Result<(), Error> {
        for row in rows {
            let cells = self
                .columns
                .iter()
                .map(|column| self.cell((column.value)(row)))
                .collect();
            self.lines.push(cells);
        }
        Ok(())
    }

    fn end(&mut self, _next_token: Option<&str>, out: &mut Vec<u8>) {
        if self.lines.is_empty() {
            return;
        }
        for line in self.grid().lines() {
            out.extend(line.trim_end().as_bytes());
            out.push(b'\n');
        }
    }
}

impl Cell {
    fn width(&self) -> usize {
        match self {
            Self::Fixed(text) | Self::Text(text) => text.width(),
            Self::List(items) => {
                let separators = 2 * (items.len() - 1);
                items.iter().map(|item| item.width()).sum::<usize>() + separators
            }
        }
    }

    fn within(&self, limit: usize) -> String {
        match self {
            Self::Fixed(text) => cut_in_the_middle(text, WIDEST),
            Self::Text(text) => cut_in_the_middle(text, limit),
            Self::List(items) if self.width() <= limit => items.join(", "),
            Self::List(items) => cut_after_some(items, limit),
        }
    }
}

/// Bytes as people say them: `61.2 MB`.
pub(crate) fn human_size(bytes: u64) -> String {
    humansize::format_size(bytes, FormatSizeOptions::from(DECIMAL).decimal_places(1))
}

/// `first, second +7`: as many items as fit, and how many there are besides.
fn cut_after_some(items: &[String], limit: usize) -> String {
    let mut shown = String::new();
    for (index, item) in items.iter().enumerate() {
        let separator = if index == 0 { "" } else { ", " };
        let after = match items.len() - index - 1 {
            0 => String::new(),
            rest => format!(" +{rest}"),
        };
        if shown.width() + separator.width() + item.width() + after.width() > limit {
            if index == 0 {
                let room = limit.saturating_sub(after.width());
                return cut_in_the_middle(item, room) + &after;
            }
            return format!("{shown} +{}", items.len() - index);
        }
        shown.push_str(separator);
        shown.push_str(item);
    }
    shown
}

/// `sha256-4f1c…9d0e.sig`: both ends tell texts apart, the middle seldom does.
fn cut_in_the_middle(text: &str, limit: usize) -> String {
    if text.width() <= limit {
        return text.to_owned();
    }
    let room = limit.saturating_sub(1);
    let head = take_width(text.chars(), room.div_ceil(2));
    let tail = take_width(text.chars().rev(), room / 2);
    let tail: String = tail.chars().rev().collect();
    format!("{head}…{tail}")
}

fn take_width(characters: impl Iterator<Item = char>, room: usize) -> String {
    let mut width = 0;
    let fits = |character: &char| {
        width += character.width().unwrap_or(0);
        width <= room
    };
    characters.take_while(fits).collect()
}

/// The digits by which people know a digest.
fn short_digest(digest: &str) -> &str {
    let hexadecimal = digest.strip_prefix("sha256:").unwrap_or(digest);
    hexadecimal.get(..DIGITS).unwrap_or(hexadecimal)
}

/// A word or two for the media types of the OCI, Docker and Helm; others without their decoration.
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
    use super::{cut_after_some, cut_in_the_middle, short_digest, short_media_type};

    #[test]
    fn lists_show_as_many_items_as_fit_and_count_the_rest() {
        let items = ["1.27.3", "1.27", "1", "latest"].map(str::to_owned);
        assert_eq!(cut_after_some(&items, 40), "1.27.3, 1.27, 1, latest");
        assert_eq!(cut_after_some(&items, 22), "1.27.3, 1.27, 1 +1");
        assert_eq!(cut_after_some(&items, 12), "1.27.3 +3");
        assert_eq!(cut_after_some(&items, 7), "1.…3 +3");
    }

    #[test]
    fn texts_keep_both_ends() {
        assert_eq!(
            cut_in_the_middle("sha256-0123456789.sig", 12),
            "sha256…9.sig".to_owned()
        );
        assert_eq!(cut_in_the_middle("short", 5), "short");
        assert_eq!(cut_in_the_middle("版本版本版本", 5), "版…本");
    }

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

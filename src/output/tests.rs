//! Rows with any values can be printed and parsed again.

use std::collections::BTreeMap;

use clap::Parser;
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::Value as Json;
use unicode_width::UnicodeWidthStr;

use super::columns::{Column, Expected, Look, Schema, Value};
use super::{Destination, OutputArgs};
use crate::facts::Facts;
use crate::model::{self, RowKind, RowName};

/// A row of every kind of value.
#[derive(Clone, Debug)]
struct Row {
    text: Option<String>,
    nested: Option<String>,
    size: Option<i64>,
    time: Option<i64>,
    list: Option<Vec<String>>,
}

impl From<&Row> for model::Row {
    fn from(row: &Row) -> Self {
        let time = row.time.map(Timestamp::from_millisecond);
        Self {
            name: RowName::Own(row.text.clone()),
            media_type: row.nested.as_deref().map(Into::into),
            size: row.size,
            date: time.and_then(Result::ok),
            platforms: row.list.as_deref().map(Into::into),
            ..Self::default()
        }
    }
}

const SCHEMA: Schema = Schema {
    kind: RowKind::Tags,
    columns: &[
        Column::new("imageTag", "TEXT", Facts::NAMES, 9, |row| {
            Value::of(row.id(), Value::Text)
        }),
        Column::new("outer.nested", "NESTED", Facts::NAMES, 1, |row| {
            Value::of(row.media_type.as_deref(), Value::MediaType)
        }),
        Column::new("size", "SIZE", Facts::NAMES, 3, |row| {
            Value::of(row.size, Value::Size)
        })
        .look(Look::Number),
        Column::new("time", "TIME", Facts::NAMES, 4, |row| {
            Value::of(row.date, Value::Time)
        }),
        Column::new("list", "LIST", Facts::NAMES, 7, |row| {
            Value::of(row.platforms.as_deref(), Value::List)
        }),
    ],
};

#[derive(Parser)]
struct Options {
    #[command(flatten)]
    output: OutputArgs,
}

fn print(options: &[&str], terminal: bool, rows: &[Row]) -> String {
    print_in(place(terminal), options, rows)
}

fn place(terminal: bool) -> Destination {
    Destination {
        terminal,
        color: false,
        width: terminal.then_some(80),
        now: Timestamp::UNIX_EPOCH,
    }
}

fn print_in(place: Destination, options: &[&str], rows: &[Row]) -> String {
    print_pages(place, options, rows, 3)
}

fn print_pages(place: Destination, options: &[&str], rows: &[Row], size: usize) -> String {
    let Options { output } = Options::parse_from([&["test"], options].concat());
    let expected = Expected {
        several: false,
        public: false,
        told: Facts::all(),
    };
    let columns = output.columns(&SCHEMA, expected, &[]).unwrap();
    let mut format = output.format(&SCHEMA, columns, &[], place);
    let mut out = Vec::new();
    let rows: Vec<model::Row> = rows.iter().map(Into::into).collect();
    format.prepare(&[rows.as_slice()]).unwrap();
    format.begin(&mut out);
    for page in rows.chunks(size) {
        format.rows(page, &mut out).unwrap();
    }
    format.end(None, &mut out);
    String::from_utf8(out).unwrap()
}

/// The JSON expected for the row.
fn json(row: &Row) -> Json {
    let mut object = BTreeMap::new();
    let mut put = |key, value: Option<Json>| {
        if let Some(value) = value {
            object.insert(key, value);
        }
    };
    put("imageTag", row.text.clone().map(Json::from));
    put(
        "outer",
        row.nested
            .clone()
            .map(|nested| serde_json::json!({ "nested": nested })),
    );
    put("size", row.size.map(Json::from));
    put(
        "time",
        row.time.map(|time| {
            let time = Timestamp::from_millisecond(time).unwrap();
            format!("{time:.0}").into()
        }),
    );
    put("list", row.list.clone().map(Json::from));
    serde_json::to_value(object).unwrap()
}

/// The cells expected for the row.
fn cells(row: &Row) -> Vec<String> {
    let time = row
        .time
        .map(|time| Timestamp::from_millisecond(time).unwrap());
    vec![
        row.text.clone().unwrap_or_default(),
        row.nested.clone().unwrap_or_default(),
        row.size.map(|size| size.to_string()).unwrap_or_default(),
        time.map(|time| format!("{time:.0}")).unwrap_or_default(),
        row.list.clone().unwrap_or_default().join(";"),
    ]
}

fn unescaped(cell: &str) -> String {
    let mut text = String::new();
    let mut characters = cell.chars();
    while let Some(character) = characters.next() {
        text.push(match character {
            '\\' => match characters.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('\\') => '\\',
                other => panic!("`\\{other:?}` is not an escape"),
            },
            other => other,
        });
    }
    text
}

prop_compose! {
    fn any_row(tag: &'static str)(
        text in proptest::option::of(".*"),
        nested in proptest::option::of("[\\PC\\pC]*"),
        size in proptest::option::of(any::<i64>()),
        time in proptest::option::of(-377_705_000_000_000..253_402_000_000_000_i64),
        list in proptest::option::of(proptest::collection::vec(tag, 1..4)),
    ) -> Row {
        Row { text, nested, size, time, list }
    }
}

proptest! {
    #[test]
    fn any_row_survives_json(
        rows in proptest::collection::vec(any_row("[\\PC\\pC]*"), 0..4),
        terminal: bool,
    ) {
        let printed = print(&["-o", "json"], terminal, &rows);
        let document: Json = serde_json::from_str(&printed).unwrap();
        let expected: Vec<_> = rows.iter().map(json).collect();
        prop_assert_eq!(&document["imageTagDetails"], &Json::from(expected.clone()));
        let lines = print(&["-o", "jsonl"], terminal, &rows);
        let lines: Vec<Json> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        prop_assert_eq!(lines, expected);
    }

    #[test]
    fn any_row_of_valid_tags_survives_csv_and_tsv(
        rows in proptest::collection::vec(any_row("[A-Za-z0-9_][A-Za-z0-9._-]{0,9}"), 0..4),
    ) {
        let expected: Vec<_> = rows.iter().map(cells).collect();
        let printed = print(&["-o", "csv"], false, &rows);
        let mut reader = csv::Reader::from_reader(printed.as_bytes());
        let read = reader.records().map(|record| {
            record.unwrap().iter().map(str::to_owned).collect::<Vec<_>>()
        });
        prop_assert_eq!(read.collect::<Vec<_>>(), expected.clone());
        let printed = print(&["-o", "tsv", "--no-headers"], false, &rows);
        let lines = printed.split_terminator('\n');
        let read = lines.map(|line| line.split('\t').map(unescaped).collect::<Vec<_>>());
        prop_assert_eq!(read.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn no_character_that_a_terminal_acts_on_is_printed_to_one(
        rows in proptest::collection::vec(any_row("[\\PC\\pC]*"), 1..4),
    ) {
        for format in ["table", "json", "jsonl", "csv", "tsv", "name"] {
            let printed = print(&["-o", format], true, &rows);
            let is_layout = |c: char| matches!(c, '\n') || (format == "tsv" && c == '\t');
            let foreign = printed.replace(is_layout, "");
            prop_assert!(!crate::escape::needs_escaping(&foreign), "{format}: {foreign:?}");
        }
    }

    #[test]
    fn any_row_is_one_line_that_fits_the_terminal(
        rows in proptest::collection::vec(any_row("[\\PC\\pC]*"), 1..5),
        width in 40..=200_usize,
        options in proptest::sample::select(vec!["--bytes", "--time=iso", "-c=-text", "-c=list", "-c=time,size,nested"]),
    ) {
        let place = Destination { width: Some(width), ..place(true) };
        let printed = print_in(place, &[options], &rows);
        prop_assert_eq!(&printed, &print_pages(place, &[options], &rows, rows.len()));
        prop_assert_eq!(printed.lines().count(), rows.len() + 1, "{}", printed);
        for line in printed.lines() {
            prop_assert!(line.width() <= width, "{} of {width} columns: {line}", line.width());
        }
    }

}

fn chosen(options: &[&str]) -> Result<Vec<&'static str>, String> {
    let Options { output } = Options::try_parse_from([&["test"], options].concat())
        .map_err(|error| error.to_string())?;
    let expected = Expected {
        several: false,
        public: false,
        told: Facts::all(),
    };
    let columns = output
        .columns(&SCHEMA, expected, &[])
        .map_err(|error| format!("{error}; {}", error.hints().join("; ")))?;
    Ok(columns.iter().map(|column| column.title).collect())
}

#[test]
fn columns_have_several_names_and_signs() {
    let chosen = |list: &str| chosen(&["-c", list]).unwrap().join(" ");
    assert_eq!(
        chosen("time,TEXT,outer.nested,Nested,text"),
        "TIME TEXT NESTED"
    );
    assert_eq!(chosen("text, Size ,"), "TEXT SIZE");
    assert_eq!(chosen("-size"), "TEXT NESTED TIME LIST");
    assert_eq!(chosen("-size,+TIME,-nested"), "TEXT TIME LIST");
    assert_eq!(chosen("-size,+size,-text,-text"), "NESTED SIZE TIME LIST");
}

#[test]
fn columns_that_cannot_be_printed_are_refused() {
    let refused = |list: &str| chosen(&["-c", list]).unwrap_err();
    assert_eq!(
        refused("nestd"),
        "there is no column `nestd`; choose among `imageTag`, `nested`, `size`, `time`, `list`"
    );
    assert!(refused("size,+time").starts_with("`--columns` mixes plain names"));
    assert_eq!(
        refused("-text,-nested,-size,-time,-list"),
        "`--columns` leaves out every column; leave out fewer"
    );
    assert!(chosen(&["-c", "-o", "json"]).is_err());
}

//! Whatever a row holds, it survives being printed and read again.

use std::collections::BTreeMap;

use clap::Parser;
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::Value as Json;

use super::columns::{Align, Column, Expected, Look, Role, Schema, Shown, Value};
use super::{OutputArgs, Place};
use crate::facts::Facts;

/// A row of every kind of value.
#[derive(Clone, Debug)]
struct Row {
    text: Option<String>,
    nested: Option<String>,
    size: Option<i64>,
    time: Option<i64>,
    list: Option<Vec<String>>,
}

const LOOK: Look = Look {
    align: Align::Left,
    role: Role::Plain,
    importance: 1,
};

const SCHEMA: Schema<Row> = Schema {
    noun: "row",
    list_key: "rows",
    columns: &[
        Column {
            key: "text",
            title: "TEXT",
            shown: Shown::Always,
            needs: Facts::NAMES,
            look: LOOK,
            value: |row| Value::of(row.text.as_deref(), Value::Text),
        },
        Column {
            key: "outer.nested",
            title: "NESTED",
            shown: Shown::Always,
            needs: Facts::NAMES,
            look: LOOK,
            value: |row| Value::of(row.nested.as_deref(), Value::MediaType),
        },
        Column {
            key: "size",
            title: "SIZE",
            shown: Shown::Always,
            needs: Facts::NAMES,
            look: LOOK,
            value: |row| Value::of(row.size, Value::Size),
        },
        Column {
            key: "time",
            title: "TIME",
            shown: Shown::Always,
            needs: Facts::NAMES,
            look: LOOK,
            value: |row| {
                let time = row
                    .time
                    .and_then(|time| Timestamp::from_millisecond(time).ok());
                Value::of(time, Value::Time)
            },
        },
        Column {
            key: "list",
            title: "LIST",
            shown: Shown::Always,
            needs: Facts::NAMES,
            look: LOOK,
            value: |row| Value::of(row.list.as_deref(), Value::List),
        },
    ],
    id: "text",
    needs: Facts::NAMES,
    complete: Facts::NAMES,
    is_index: |_| false,
};

#[derive(Parser)]
struct Options {
    #[command(flatten)]
    output: OutputArgs,
}

fn print(options: &[&str], terminal: bool, rows: &[Row]) -> String {
    let place = Place {
        terminal,
        color: false,
        width: terminal.then_some(80),
        now: Timestamp::UNIX_EPOCH,
    };
    let Options { output } = Options::parse_from([&["test"], options].concat());
    let expected = Expected {
        several: false,
        public: false,
        told: Facts::all(),
    };
    let columns = output.columns(&SCHEMA, expected, &[]).unwrap();
    let mut format = output.format(&SCHEMA, columns, place);
    let mut out = Vec::new();
    format.begin(&mut out);
    format.rows(rows, &mut out).unwrap();
    format.end(None, &mut out);
    String::from_utf8(out).unwrap()
}

/// The row as JSON has to have it.
fn json(row: &Row) -> Json {
    let mut object = BTreeMap::new();
    let mut put = |key, value: Option<Json>| {
        if let Some(value) = value {
            object.insert(key, value);
        }
    };
    put("text", row.text.clone().map(Json::from));
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
            format!("{time:.3}").into()
        }),
    );
    put("list", row.list.clone().map(Json::from));
    serde_json::to_value(object).unwrap()
}

/// The row as cells have to have it.
fn cells(row: &Row) -> Vec<String> {
    let time = row
        .time
        .map(|time| Timestamp::from_millisecond(time).unwrap());
    vec![
        row.text.clone().unwrap_or_default(),
        row.nested.clone().unwrap_or_default(),
        row.size.map(|size| size.to_string()).unwrap_or_default(),
        time.map(|time| format!("{time:.3}")).unwrap_or_default(),
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
                other => panic!("`\\{other:?}` stands for nothing"),
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
        let printed = print(&["-o", "json", "--time", "iso-ms"], terminal, &rows);
        let document: Json = serde_json::from_str(&printed).unwrap();
        let expected: Vec<_> = rows.iter().map(json).collect();
        prop_assert_eq!(&document["rows"], &Json::from(expected.clone()));
        let lines = print(&["-o", "jsonl", "--time", "iso-ms"], terminal, &rows);
        let lines: Vec<Json> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        prop_assert_eq!(lines, expected);
    }

    #[test]
    fn any_row_of_valid_tags_survives_csv_and_tsv(
        rows in proptest::collection::vec(any_row("[A-Za-z0-9_][A-Za-z0-9._-]{0,9}"), 0..4),
    ) {
        let expected: Vec<_> = rows.iter().map(cells).collect();
        let printed = print(&["-o", "csv", "--time", "iso-ms"], false, &rows);
        let mut reader = csv::Reader::from_reader(printed.as_bytes());
        let read = reader.records().map(|record| {
            record.unwrap().iter().map(str::to_owned).collect::<Vec<_>>()
        });
        prop_assert_eq!(read.collect::<Vec<_>>(), expected.clone());
        let printed = print(&["-o", "tsv", "--time", "iso-ms", "--no-headers"], false, &rows);
        let lines = printed.split_terminator('\n');
        let read = lines.map(|line| line.split('\t').map(unescaped).collect::<Vec<_>>());
        prop_assert_eq!(read.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn nothing_that_a_terminal_obeys_is_printed_to_one(
        rows in proptest::collection::vec(any_row("[\\PC\\pC]*"), 1..4),
    ) {
        for format in ["table", "json", "jsonl", "csv", "tsv", "name"] {
            let printed = print(&["-o", format], true, &rows);
            let is_layout = |c: char| matches!(c, '\n') || (format == "csv" && c == '\r') || (format == "tsv" && c == '\t');
            let foreign = printed.replace(is_layout, "");
            prop_assert!(!crate::escape::needs_escaping(&foreign), "{format}: {foreign:?}");
        }
    }
}

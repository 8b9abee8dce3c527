//! The entry points of `cargo fuzz`: anonymous responses, `Link` headers, proxy settings, AWS files.

use clap::Parser;
use jiff::Timestamp;

use crate::commands::TAGS;
use crate::facts::Facts;
use crate::output::{Expected, OutputArgs, Place, Schema};
use crate::reference::{Named, Reference, Repository};
use crate::source;

#[derive(Parser)]
struct Output {
    #[command(flatten)]
    output: OutputArgs,
}

/// Parses `body` as responses of the gallery and of the registry, and prints the rows in every
/// format.
///
/// # Panics
///
/// If the program has a bug.
pub fn public_answers(body: &[u8]) {
    let reference: Reference = "public.ecr.aws/team/web".parse().expect("a reference");
    let Ok((Named::Repository(Repository::Public(repository)), None)) = reference.resolve(false)
    else {
        panic!("the reference is public");
    };
    print_all(&TAGS, &source::parse_answers(body, &repository));
}

/// Parses `bytes` as the AWS config file and as the credentials file.
pub fn aws_files(bytes: &[u8]) {
    crate::aws::parse_files(bytes);
}

fn print_all<R: 'static>(schema: &'static Schema<R>, rows: &[R]) {
    for format in ["table", "json", "jsonl", "csv", "tsv", "name", "image-ids"] {
        for terminal in [false, true] {
            let printed = print(format, terminal, schema, rows);
            if format == "json" {
                let _: serde_json::Value = serde_json::from_slice(&printed).expect("JSON");
            }
            if terminal {
                let text = String::from_utf8(printed).expect("UTF-8");
                let is_tame = |c: char| !c.is_control() || matches!(c, '\r' | '\n' | '\t');
                assert!(text.chars().all(is_tame), "{text:?}");
            }
        }
    }
}

fn print<R: 'static>(
    name: &str,
    terminal: bool,
    schema: &'static Schema<R>,
    rows: &[R],
) -> Vec<u8> {
    let Output { output } = Output::parse_from(["fuzz", "-o", name]);
    let place = Place {
        terminal,
        color: false,
        color_data: false,
        width: terminal.then_some(80),
        now: Timestamp::UNIX_EPOCH,
    };
    let expected = Expected {
        several: false,
        public: true,
        told: Facts::all(),
    };
    let columns = output.columns(schema, expected, &[]).expect("columns");
    let mut format = output.format(schema, columns, place);
    let mut out = Vec::new();
    // Only `image-ids` refuses values.
    let _ = format.prepare(&[rows]);
    format.begin(&mut out);
    let _ = format.rows(rows, &mut out);
    format.end(None, &mut out);
    out
}

/// Parses `fields`, one per line, as `Link` headers.
///
/// # Panics
///
/// If the program has a bug.
pub fn links(fields: &[u8]) {
    source::parse_links(fields);
}

/// Parses `text` as proxy settings: `HTTP_PROXY`, `https_proxy` and `No_Proxy`, one per line.
///
/// # Panics
///
/// If the program has a bug.
pub fn proxies(text: &[u8]) {
    if let Ok(text) = str::from_utf8(text) {
        crate::net::proxy::read_for_fuzzing(text);
    }
}

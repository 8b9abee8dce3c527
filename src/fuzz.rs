//! What `cargo fuzz` feeds: the parsers of what users type, and the reading of what the service answers.
//!
//! Each function takes anything, and panics only where the program has a bug.

use std::cmp::Ordering;

use clap::Parser;
use jiff::Timestamp;

use crate::commands::{IMAGES, TAGS};
use crate::output::{Expected, OutputArgs, Place, Schema};
use crate::progress::Progress;
use crate::select::{self, SelectArgs};
use crate::source::aws::Aws;
use crate::source::connection;
use crate::source::{
    self, Digest, PageRequest, Reference, RegistryAlias, RegistryId, Repository, RepositoryName,
    TagName,
};

/// Names of repositories, accounts, tags, digests, regions; URLs; seconds.
pub fn names(text: &str) {
    let _ = text.parse::<RepositoryName>();
    let _ = text.parse::<RegistryAlias>();
    let _ = text.parse::<RegistryId>();
    let _ = text
        .parse::<Reference>()
        .map(|reference| reference.resolve(true));
    let _ = text.parse::<TagName>();
    let _ = text.parse::<Digest>();
    connection::parse_settings(text);
}

/// Moments, days and ages.
pub fn times(text: &str) {
    select::parse_time(text, Timestamp::UNIX_EPOCH);
}

/// Versions and ranges, and that the natural order is one.
///
/// # Panics
///
/// Where the program has a bug.
pub fn versions(text: &str) {
    let parts: Vec<_> = text.splitn(3, ' ').collect();
    select::parse_version(&parts);
    for a in &parts {
        assert_eq!(select::natural(a, a), Ordering::Equal);
        for b in &parts {
            assert_eq!(select::natural(a, b), select::natural(b, a).reverse());
            for c in &parts {
                if select::natural(a, b).is_lt() && select::natural(b, c).is_lt() {
                    assert!(select::natural(a, c).is_lt());
                }
            }
        }
    }
}

/// Regular expressions.
pub fn patterns(text: &str) {
    let _ = Select::try_parse_from(["fuzz", "--include", text]);
}

#[derive(Parser)]
struct Select {
    #[command(flatten)]
    _select: SelectArgs,
}

#[derive(Parser)]
struct Output {
    #[command(flatten)]
    output: OutputArgs,
}

/// Answers of the service: whatever can be read can be printed, and JSON of it is JSON.
///
/// # Panics
///
/// Where the program has a bug.
pub fn answers(body: &[u8]) {
    let progress = Progress::new(false);
    let aws = Aws::canned(body.to_vec(), &progress);
    let repository: RepositoryName = "team/web".parse().expect("a name");
    let request = PageRequest {
        page_size: 1000,
        token: None,
    };
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().build().expect("a runtime");
    let _ = runtime.block_on(aws.tags(&repository, request));
    if let Ok(page) = runtime.block_on(aws.images(&repository, request)) {
        print_all(&IMAGES, &page.rows);
    }
}

/// The same of the gallery and of the registry itself.
///
/// # Panics
///
/// Where the program has a bug.
pub fn public_answers(body: &[u8]) {
    let reference: Reference = "public.ecr.aws/team/web".parse().expect("a reference");
    let Ok((Repository::Public(repository), None)) = reference.resolve(false) else {
        panic!("the reference is public");
    };
    print_all(&TAGS, &source::parse_answers(body, &repository));
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
        width: terminal.then_some(80),
        now: || Timestamp::UNIX_EPOCH,
    };
    let expected = Expected {
        public: true,
        ..Expected::default()
    };
    let format = output.format(schema, expected, place);
    let mut format = format.expect("an output");
    let mut out = Vec::new();
    format.begin(&mut out);
    // Only `image-ids` has values that it refuses.
    let _ = format.rows(rows, &mut out);
    format.end(None, &mut out);
    out
}

//! The order of rows: newest first unless asked otherwise.

use std::cmp::{Ordering, Reverse};

use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use jiff::Timestamp;

use crate::model::Row;

/// In what order rows are listed.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Rows")]
pub(crate) struct OrderArgs {
    /// Order the rows by this key
    ///
    /// Dates descend, and rows without the key come last. Everything is read before it is ordered,
    /// whatever the format. Default: newest first, images by their push, tags by their creation.
    #[arg(short, long, value_name = "KEY")]
    pub(crate) sort: Option<SortKey>,
}

/// What rows are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SortKey {
    /// When the image was pushed, newest first
    Pushed,
    /// When the tag was created, newest first
    Created,
    /// The service's order, which means nothing
    None,
}

impl SortKey {
    /// A parser for commands whose rows lack the key `excluded`.
    pub(crate) fn parser_without(excluded: Self) -> impl TypedValueParser<Value = Self> {
        let keys = Self::value_variants()
            .iter()
            .filter(move |key| **key != excluded);
        let names = keys.filter_map(ValueEnum::to_possible_value);
        PossibleValuesParser::new(names).try_map(|name| Self::from_str(&name, false))
    }

    /// Orders `rows`; ties break by digest, then tag.
    pub(crate) fn order<R: Row>(self, rows: &mut [R]) {
        match self {
            Self::Pushed => newest_first(rows, |row| row.manifest().pushed_at),
            Self::Created => newest_first(rows, Row::created_at),
            Self::None => {}
        }
    }
}

fn newest_first<R: Row>(rows: &mut [R], date: impl Fn(&R) -> Option<Timestamp>) {
    // Without a date comes last: `None` is the least, and the order descends.
    rows.sort_by(|a, b| {
        Reverse(date(a))
            .cmp(&Reverse(date(b)))
            .then_with(|| ties(a, b))
    });
}

fn ties<R: Row>(a: &R, b: &R) -> Ordering {
    let key = |row| -> (Option<&str>, &[String]) {
        let row: &R = row;
        (row.manifest().digest.as_deref(), row.tags())
    };
    let (first, second) = (key(a), key(b));
    first.cmp(&second)
}

#[cfg(test)]
mod tests {
    use super::SortKey;
    use crate::model::{Manifest, Tag};
    use jiff::Timestamp;

    fn tag(name: &str, digest: &str, created: Option<i64>) -> Tag {
        Tag {
            name: Some(name.to_owned()),
            created_at: created.map(|second| Timestamp::from_second(second).unwrap()),
            manifest: Manifest {
                digest: Some(digest.to_owned()),
                ..Manifest::default()
            },
            ..Tag::default()
        }
    }

    #[test]
    fn newest_comes_first_then_digest_then_tag_and_undated_last() {
        let mut rows = vec![
            tag("undated", "a", None),
            tag("old", "a", Some(1)),
            tag("b", "b", Some(2)),
            tag("z", "a", Some(2)),
            tag("a", "b", Some(2)),
        ];
        SortKey::Created.order(&mut rows);
        let names: Vec<_> = rows.iter().filter_map(|row| row.name.as_deref()).collect();
        assert_eq!(names, ["z", "a", "b", "old", "undated"]);
    }
}

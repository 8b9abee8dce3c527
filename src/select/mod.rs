//! Selects rows: filters, sorts and limits them. Pure functions over rows, and their options.

mod collect;
mod filter;
mod ids;
mod order;
mod pattern;
mod version;
mod when;

use std::num::NonZeroUsize;

use jiff::Timestamp;

pub(crate) use self::collect::{Collector, Counts, SeenRows, Selected};
pub(crate) use self::filter::TaggedArgs;
use self::filter::{FilterArgs, Verdict};
pub(crate) use self::ids::{IdArgs, Wanted};
pub(crate) use self::order::SortKey;
use self::version::FloatingTags;
pub(crate) use self::version::natural;
use crate::error;
use crate::model::Row;

/// The options that filter, sort and limit rows.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Rows")]
pub(crate) struct SelectArgs {
    #[command(flatten)]
    pub(crate) filter: FilterArgs,

    /// Sort the rows by this key
    ///
    /// Dates, versions and sizes descend; tags, names and digests ascend. Rows without the key come
    /// last; ties break by digest, then tag. The field names of JSON and the titles of tables are
    /// accepted too, such as `imagePushedAt`. All rows are read and filtered first, in every format,
    /// except with `none`. Default: newest first, images by push, tags by creation; with `--semver`
    /// the highest version first.
    #[arg(short, long, aliases = ["sort-by", "order-by"], value_name = "KEY", ignore_case = true)]
    pub(crate) sort: Option<SortKey>,

    /// Reverse the sort order
    #[arg(long, hide_short_help = true)]
    pub(crate) reverse: bool,

    /// Leave out the first N rows of each repository
    ///
    /// Rows are left out after sorting, and before `--limit` counts.
    #[arg(
        long,
        value_name = "N",
        default_value_t,
        hide_default_value = true,
        hide_short_help = true
    )]
    pub(crate) skip: usize,

    /// List only the first N rows of each repository
    #[arg(short = 'L', long, value_name = "N", value_parser = error::one_or_more::<NonZeroUsize>)]
    pub(crate) limit: Option<NonZeroUsize>,
}

/// The selection of rows, with resolved times and sort key.
#[derive(Clone, Debug)]
pub(crate) struct Selection<'a> {
    filter: &'a FilterArgs,
    tagged: TaggedArgs,
    since: Option<Timestamp>,
    before: Option<Timestamp>,
    key: SortKey,
    reverse: bool,
    skip: usize,
    limit: Option<usize>,
}

impl SelectArgs {
    /// The selection with times relative to `now`; `default` is the default sort key.
    pub(crate) fn selection(
        &self,
        tagged: TaggedArgs,
        default: SortKey,
        now: Timestamp,
    ) -> Selection<'_> {
        let default = match self.filter.semver {
            Some(_) => SortKey::Version,
            None => default,
        };
        Selection {
            filter: &self.filter,
            tagged,
            since: self.filter.since.map(|since| since.time(now)),
            before: self.filter.before.map(|before| before.time(now)),
            key: self.sort.unwrap_or(default),
            reverse: self.reverse,
            skip: self.skip,
            limit: self.limit.map(NonZeroUsize::get),
        }
    }
}

impl Selection<'_> {
    /// Whether rows can be printed as they arrive: in the service's order, and each independently.
    pub(crate) fn streams(&self) -> bool {
        self.key == SortKey::None && !self.needs_all_rows()
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit.unwrap_or(usize::MAX)
    }

    pub(crate) fn last(&self) -> usize {
        self.skip.saturating_add(self.limit())
    }

    /// The same selection of all rows that pass, for facts that are read before the rows are sorted.
    pub(crate) fn unordered(&self) -> Self {
        Self {
            key: SortKey::Name,
            reverse: false,
            ..self.unlimited()
        }
    }

    pub(crate) fn unlimited(&self) -> Self {
        Self {
            skip: 0,
            limit: None,
            ..self.clone()
        }
    }

    /// Sorts, skips and limits rows that were selected by [`Self::unordered`].
    pub(crate) fn arrange(&self, Selected { rows, counts, .. }: &mut Selected) {
        self.sort(rows);
        rows.truncate(self.last());
        self.skip(rows, counts);
    }

    /// Removes the first of `rows`, unless `counts` says that enough are skipped; they count as passing
    /// before.
    pub(crate) fn skip(&self, rows: &mut Vec<Row>, counts: &mut Counts) {
        let skipped = rows.len().min(self.skip - counts.skipped);
        rows.drain(..skipped);
        counts.skipped += skipped;
        counts.passing = counts.passing.saturating_sub(skipped);
    }

    /// Keeps the rows of a page that pass, for rows that are printed as they arrive.
    pub(crate) fn filter(&self, rows: &mut Vec<Row>) {
        let floating = FloatingTags::default();
        rows.retain(|row| self.verdict(row, &floating) == Verdict::Passes);
    }

    /// The pattern to suggest for `--include` so that one of `rows` passes, if it matches a part of a
    /// tag.
    pub(crate) fn suggestion(&self, rows: &[Row]) -> Option<String> {
        let floating = FloatingTags::default();
        rows.iter()
            .find_map(|row| self.suggestion_for(row, &floating))
    }

    /// Collects the rows of one repository; if some are named one by one, `wanted` holds their ids, and
    /// rows that were looked up are added like those of pages.
    pub(crate) fn collector<'a>(&'a self, wanted: Option<&'a Wanted>) -> Collector<'a> {
        Collector::new(self, wanted, self.last())
    }

    /// As [`Self::collector`], but keeps only the counts.
    pub(crate) fn counter<'a>(&'a self, wanted: Option<&'a Wanted>) -> Collector<'a> {
        Collector::new(self, wanted, 0)
    }

    /// Whether all rows of a repository must be known before one of them can pass or be sorted: a
    /// floating tag stands for another tag of its image.
    fn needs_all_rows(&self) -> bool {
        self.filter.semver.is_some() || self.key == SortKey::Version
    }

    fn sort(&self, rows: &mut [Row]) {
        let positions = self.positions(&rows.iter().collect::<Vec<_>>(), &FloatingTags::default());
        order::apply(positions, rows);
    }

    fn positions<'a>(&self, rows: &[&'a Row], floating: &FloatingTags<'a>) -> Vec<usize> {
        let passes = |row: &Row, tag: &str| self.passes_tag(row, tag, floating);
        let version = |row: &'a Row, tag| floating.version(row.digest.as_deref(), tag);
        self.key.order(rows, self.reverse, passes, version)
    }

    /// Marks those of `rows`, selected from `all`, that have a tag which does not pass, or is not named
    /// as others are.
    pub(crate) fn mark_other_tags(&self, rows: &mut [Row], wanted: Option<&Wanted>, all: &[Row]) {
        let floating = floating_tags(all);
        for row in rows {
            let mut tags = row.names().iter();
            if wanted.is_some_and(|wanted| wanted.leaves_out_tags(row))
                || !tags.all(|tag| self.passes_tag(row, tag, &floating))
            {
                row.relations.get_or_insert_default().has_other_tags = true;
            }
        }
    }
}

fn floating_tags(rows: &[Row]) -> FloatingTags<'_> {
    FloatingTags::of(rows.iter().flat_map(|row| {
        let digest = row.digest.as_deref();
        let tags = row.names().iter();
        tags.filter_map(move |tag| Some((digest?, tag.as_str())))
    }))
}

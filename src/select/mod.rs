//! Which rows, and in what order: filter, then sort, then limit. Pure functions over rows, and the
//! options that choose.

mod filter;
mod ids;
mod order;
mod version;
mod when;

use std::num::NonZeroUsize;

use jiff::Timestamp;

pub(crate) use self::filter::TaggedArgs;
use self::filter::{Filter, FilterArgs};
pub(crate) use self::ids::{IdArgs, Wanted, once, pick};
pub(crate) use self::order::SortKey;
use crate::error::Error;
use crate::facts::Need;
use crate::model::Row;
use crate::options;

/// Which rows, in what order, and how many of them.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Rows")]
pub(crate) struct SelectArgs {
    #[command(flatten)]
    filter: FilterArgs,

    /// Sort the rows by this key
    ///
    /// Dates, versions and sizes descend, tags and digests ascend. Rows without the key come last; ties
    /// break by digest, then tag. All rows are read and filtered first, whatever the format, except
    /// with `none`. Default: newest first, images by push, tags by creation; with `--semver` the highest
    /// version first.
    #[arg(short, long, value_name = "KEY")]
    pub(crate) sort: Option<SortKey>,

    /// Reverse the sort order
    #[arg(long)]
    pub(crate) reverse: bool,

    /// List only the first N rows of each repository
    #[arg(short = 'L', long, value_name = "N", value_parser = options::one_or_more::<NonZeroUsize>)]
    pub(crate) limit: Option<NonZeroUsize>,
}

/// The choice of rows, with everything that it depends on known.
#[derive(Debug)]
pub(crate) struct Selection<'a> {
    filter: Filter<'a>,
    key: SortKey,
    reverse: bool,
    limit: Option<usize>,
}

impl SelectArgs {
    /// The selection as it is meant at `now`; `default` is the key to order by
    /// when none is asked for.
    ///
    /// # Errors
    ///
    /// A usage error for options that contradict each other.
    pub(crate) fn selection(
        &self,
        tagged: TaggedArgs,
        default: SortKey,
        now: impl FnOnce() -> Timestamp,
    ) -> Result<Selection<'_>, Error> {
        let default = match self.filter.semver {
            Some(_) => SortKey::Version,
            None => default,
        };
        let key = self.sort.unwrap_or(default);
        if key == SortKey::None && self.reverse {
            return Err(Error::usage("`--sort none` has no order to turn")
                .hint("leave out `--reverse`, or sort by a key"));
        }
        Ok(Selection {
            filter: self.filter.filter(tagged, now)?,
            key,
            reverse: self.reverse,
            limit: self.limit.map(NonZeroUsize::get),
        })
    }

    /// What the options need to know of rows.
    pub(crate) fn needs(&self) -> Vec<Need> {
        let mut needs = self.filter.needs();
        needs.extend(self.sort.map(SortKey::need));
        needs
    }
}

impl Selection<'_> {
    /// Whether the service's order is kept, so that no row has to wait for the others.
    pub(crate) fn keeps_order(&self) -> bool {
        self.key == SortKey::None
    }

    /// How many rows are wanted, where that is limited.
    pub(crate) fn limit(&self) -> Option<usize> {
        self.limit
    }

    /// Whether an image without tags can be asked for.
    pub(crate) fn admits_untagged(&self) -> bool {
        self.filter.admits_untagged()
    }

    /// Whether `row` is asked for.
    pub(crate) fn passes<R: Row>(&self, row: &R) -> bool {
        self.filter.passes(row)
    }

    /// Keeps the rows that are asked for.
    pub(crate) fn filter<R: Row>(&self, rows: &mut Vec<R>) {
        rows.retain(|row| self.passes(row));
    }

    /// Puts filtered rows in the order asked.
    pub(crate) fn order<R: Row>(&self, rows: &mut [R]) {
        let passes = |tag: &str| self.filter.passes_tag(tag);
        self.key.order(rows, self.reverse, passes);
    }

    /// Orders filtered rows, keeps as many as are wanted, and returns how many are left out.
    pub(crate) fn order_and_limit<R: Row>(&self, rows: &mut Vec<R>) -> usize {
        self.order(rows);
        let left_out = self
            .limit
            .map_or(0, |limit| rows.len().saturating_sub(limit));
        rows.truncate(rows.len() - left_out);
        left_out
    }
}

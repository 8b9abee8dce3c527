//! Collects the rows of one repository as its pages arrive: filters them, keeps each once, and drops
//! those beyond the limit.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use super::filter::Verdict;
use super::ids::Wanted;
use super::order;
use super::version::{FloatingTags, Version};
use super::{Selection, SortKey, floating_tags};
use crate::model::Row;
use crate::reference::ImageId;

/// The number of rows beyond the limit that are kept before they are sorted and dropped.
const SPARE: usize = 1000;

#[derive(Debug)]
pub(crate) struct Collector<'a> {
    selection: &'a Selection<'a>,
    wanted: Option<&'a Wanted>,
    /// How many rows are kept: those that are skipped or listed.
    kept: usize,
    rows: Vec<Row>,
    pages: u32,
    /// Whether each row is listed once. In the service's order one is listed as often as the service
    /// lists it.
    is_unique: bool,
    /// The page that each row was last in, and its verdict there.
    seen: SeenRows<(u32, Verdict)>,
    others: Counts,
    /// The digests of the rows that each id of `wanted` names.
    found: Vec<BTreeSet<Option<String>>>,
    suggestion: Option<String>,
    any_passes: bool,
}

#[derive(Debug, Default)]
pub(crate) struct Selected {
    pub(crate) rows: Vec<Row>,
    pub(crate) counts: Counts,
    /// The number of tags that are not versions, if `--semver` is given and no row passes.
    pub(crate) not_versions: usize,
    pub(crate) missing: Vec<ImageId>,
    /// A named short digest that matches several digests, and those digests.
    pub(crate) ambiguous: Option<(ImageId, Vec<String>)>,
    /// The pattern to suggest for `--include`, if no row passes because it must match whole tags.
    pub(crate) suggestion: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Rows that were read; if rows are named one by one, the named ones.
    pub(crate) read: usize,
    /// Rows that pass the filter, without the skipped ones.
    pub(crate) passing: usize,
    pub(crate) skipped: usize,
    pub(crate) pre_releases: usize,
}

impl<'a> Collector<'a> {
    pub(super) fn new(
        selection: &'a Selection<'a>,
        wanted: Option<&'a Wanted>,
        kept: usize,
    ) -> Self {
        Self {
            selection,
            wanted,
            kept,
            rows: Vec::new(),
            pages: 0,
            is_unique: selection.key != SortKey::None || wanted.is_some(),
            seen: SeenRows::default(),
            others: Counts::default(),
            found: vec![BTreeSet::new(); wanted.map_or(0, |wanted| wanted.ids().len())],
            suggestion: None,
            any_passes: false,
        }
    }

    /// Adds a page of rows. Of two rows with the same id the one that was read last counts.
    pub(crate) fn add(&mut self, mut page: Vec<Row>) {
        self.pages += 1;
        let mut replaced = HashSet::new();
        let backwards = page.iter().rev();
        let kept = backwards.map(|row| self.is_kept(row, &mut replaced));
        let mut kept = kept.collect::<Vec<_>>().into_iter().rev();
        page.retain(|_| kept.next() == Some(true));
        if !replaced.is_empty() {
            let is_replaced = |row: &Row| row.id().is_some_and(|id| replaced.contains(id));
            self.rows.retain(|row| !is_replaced(row));
        }
        if self.selection.needs_all_rows() {
            self.rows.append(&mut page);
        } else if self.kept > 0 {
            // Sorted pages merge quickly, and there is time to sort while waiting for the next one.
            self.selection.sort(&mut page);
            self.rows.append(&mut page);
            self.drop_surplus();
        }
    }

    /// Whether `row`, of the current page, is kept. Adds its id to `replaced` if an earlier page had
    /// it. The rows of a page come last to first.
    fn is_kept(&mut self, row: &Row, replaced: &mut HashSet<String>) -> bool {
        self.note_found(row);
        let (verdict, is_kept) = if self.selection.needs_all_rows() {
            (Verdict::Fails, true)
        } else {
            let verdict = self.verdict(row, &FloatingTags::default());
            (verdict, verdict == Verdict::Passes)
        };
        let Some(id) = row.id().filter(|_| self.is_unique) else {
            self.others.add(verdict);
            return is_kept;
        };
        if let Some(earlier) = self.seen.insert(id, (self.pages, verdict)) {
            if earlier.0 == self.pages {
                self.seen.insert(id, earlier);
                return false;
            }
            replaced.insert(id.to_owned());
        }
        is_kept
    }

    /// Whether no other page can change the listing: it is in the service's order, at the limit, and
    /// has every named row.
    pub(crate) fn is_full(&self) -> bool {
        let streams = self.selection.streams() && self.wanted.is_none();
        streams && self.kept > 0 && self.rows.len() >= self.kept
    }

    /// Sorts and limits the rows, after the last page.
    pub(crate) fn finish(mut self) -> Selected {
        let mut rows = std::mem::take(&mut self.rows);
        let mut counts = self.others;
        // Sorting takes memory, too: what was seen is freed before.
        for (_, verdict) in std::mem::take(&mut self.seen.rows).into_values() {
            counts.add(verdict);
        }
        let (verdicts, positions) = self.settle(&rows);
        if self.selection.needs_all_rows() {
            counts = Counts::default();
            for verdict in &verdicts {
                counts.add(*verdict);
            }
        }
        let named = rows.iter().zip(&verdicts);
        let named = named.filter(|(_, verdict)| **verdict != Verdict::NotNamed);
        let others = named.flat_map(|(row, _)| row.names());
        let others = others.filter(|tag| Version::of(tag).is_none());
        let not_versions = match self.selection.filter.semver {
            Some(_) if counts.passing == 0 => others.count(),
            _ => 0,
        };
        let mut verdicts = verdicts.into_iter();
        rows.retain(|_| verdicts.next() == Some(Verdict::Passes));
        order::apply(positions, &mut rows);
        rows.truncate(self.kept);
        self.selection.skip(&mut rows, &mut counts);
        if self.kept < usize::MAX {
            // A run may hold the rows of thousands of repositories.
            rows.shrink_to_fit();
        }
        let ids = self.wanted.map(Wanted::ids).unwrap_or_default();
        let found = ids.iter().zip(&self.found);
        let missing = found.clone().filter(|(_, digests)| digests.is_empty());
        let mut ambiguous =
            found.filter(|(id, digests)| id.short_digest().is_some() && digests.len() > 1);
        Selected {
            rows,
            counts,
            not_versions,
            missing: missing.map(|(id, _)| id.clone()).collect(),
            ambiguous: ambiguous
                .next()
                .map(|(id, digests)| (id.clone(), digests.iter().flatten().cloned().collect())),
            suggestion: self.suggestion.filter(|_| !self.any_passes),
        }
    }

    /// The verdicts on `rows`, and the positions of those that pass in their order.
    fn settle(&mut self, rows: &[Row]) -> (Vec<Verdict>, Vec<usize>) {
        let (verdicts, floating) = if self.selection.needs_all_rows() {
            let floating = floating_tags(rows);
            let verdicts = rows.iter().map(|row| self.verdict(row, &floating));
            (verdicts.collect(), floating)
        } else {
            (vec![Verdict::Passes; rows.len()], FloatingTags::default())
        };
        let passing = rows.iter().zip(&verdicts);
        let passing = passing.filter(|(_, verdict)| **verdict == Verdict::Passes);
        let passing: Vec<_> = passing.map(|(row, _)| row).collect();
        let positions = self.selection.positions(&passing, &floating);
        (verdicts, positions)
    }

    fn note_found(&mut self, row: &Row) {
        if let Some(wanted) = self.wanted {
            for position in wanted.positions(row) {
                self.found[position].insert(row.digest.as_deref().map(str::to_owned));
            }
        }
    }

    fn verdict(&mut self, row: &Row, floating: &FloatingTags) -> Verdict {
        let is_named = |wanted: &Wanted| wanted.positions(row).next().is_some();
        if !self.wanted.is_none_or(is_named) {
            return Verdict::NotNamed;
        }
        let verdict = self.selection.verdict(row, floating);
        self.any_passes |= verdict == Verdict::Passes;
        if verdict == Verdict::Fails && !self.any_passes && self.suggestion.is_none() {
            self.suggestion = self.selection.suggestion_for(row, floating);
        }
        verdict
    }

    fn drop_surplus(&mut self) {
        if self.rows.len() > self.kept.saturating_add(self.kept.max(SPARE)) {
            self.selection.sort(&mut self.rows);
            self.rows.truncate(self.kept);
        }
    }
}

impl Counts {
    fn add(&mut self, verdict: Verdict) {
        self.read += usize::from(verdict != Verdict::NotNamed);
        self.passing += usize::from(verdict == Verdict::Passes);
        self.pre_releases += usize::from(verdict == Verdict::PreRelease);
    }
}

/// Rows by their ids, as keyed hashes: those of 100,000 rows take 2 MiB, and two of them collide once
/// in four billion listings.
#[derive(Debug, Default)]
pub(crate) struct SeenRows<T> {
    hasher: RandomState,
    rows: HashMap<u64, T>,
}

impl<T> SeenRows<T> {
    /// Adds the row with this id; returns the value that it had, if it was seen.
    pub(crate) fn insert(&mut self, id: &str, value: T) -> Option<T> {
        self.rows.insert(self.hasher.hash_one(id), value)
    }
}

#[cfg(test)]
mod tests;

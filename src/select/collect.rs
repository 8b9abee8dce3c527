//! Collects the rows of one repository as its pages arrive: filters them, keeps each once, and drops
//! those beyond the limit.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasher, RandomState};

use jiff::Timestamp;

use super::filter::Verdict;
use super::ids::Wanted;
use super::order;
use super::version::FloatingTags;
use super::{Selection, SortKey};
use crate::model::Row;
use crate::reference::ImageId;

/// The number of rows beyond the limit that are kept before they are sorted and dropped.
const SPARE: usize = 1000;

/// The rows of one repository, while its pages arrive.
#[derive(Debug)]
pub(crate) struct Collector<'a> {
    selection: &'a Selection<'a>,
    wanted: Option<&'a Wanted>,
    limit: Option<usize>,
    rows: Vec<Row>,
    seen: Seen,
    /// The digests of the rows that each id of `wanted` names.
    found: Vec<BTreeSet<Option<String>>>,
    suggestion: Option<String>,
    any_passes: bool,
}

/// The listed rows of a repository, and what notes report about the others.
#[derive(Debug)]
pub(crate) struct Selected {
    /// The rows that pass, sorted and limited.
    pub(crate) rows: Vec<Row>,
    /// The numbers of rows.
    pub(crate) counts: Counts,
    /// The number of listed rows that also have tags which do not pass.
    pub(crate) with_other_tags: usize,
    /// The named ids that no row has.
    pub(crate) missing: Vec<ImageId>,
    /// A named short digest that matches several digests, and those digests.
    pub(crate) ambiguous: Option<(ImageId, Vec<String>)>,
    /// The pattern to suggest for `--include`, if no row passes because it must match whole tags.
    pub(crate) suggestion: Option<String>,
}

/// The decisions that depend on all rows.
struct Settled {
    /// One for each row.
    verdicts: Vec<Verdict>,
    /// The positions of the sorted rows among those that pass.
    positions: Vec<usize>,
    with_other_tags: usize,
}

/// Numbers of rows of a repository.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Rows that were read; if rows are named one by one, the named ones.
    pub(crate) read: usize,
    /// Rows that pass the filter.
    pub(crate) passing: usize,
    /// Rows that only `--min-age` leaves out.
    pub(crate) too_young: usize,
    /// Rows that only `--pre` would add.
    pub(crate) pre_releases: usize,
}

impl Selected {
    /// The number of rows that `--limit` left out.
    pub(crate) fn left_out(&self) -> usize {
        self.counts.passing.saturating_sub(self.rows.len())
    }
}

impl<'a> Collector<'a> {
    pub(super) fn new(
        selection: &'a Selection<'a>,
        wanted: Option<&'a Wanted>,
        limit: Option<usize>,
    ) -> Self {
        // In the service's order a row is listed as often as the service lists it.
        let is_unique = selection.key != SortKey::None || wanted.is_some();
        Self {
            selection,
            wanted,
            limit,
            rows: Vec::new(),
            seen: Seen::new(is_unique),
            found: vec![BTreeSet::new(); wanted.map_or(0, |wanted| wanted.ids().len())],
            suggestion: None,
            any_passes: false,
        }
    }

    /// Adds a page of rows.
    pub(crate) fn add(&mut self, mut page: Vec<Row>) {
        let mut keeps = Vec::with_capacity(page.len());
        for row in &page {
            self.note_found(row);
            let (verdict, is_kept) = if self.selection.needs_all_rows() {
                (Verdict::Fails, true)
            } else {
                let verdict = self.verdict(row, &FloatingTags::default());
                (verdict, verdict == Verdict::Passes)
            };
            keeps.push((self.seen.add(row, verdict), is_kept));
        }
        self.drop_replaced(&mut page, &keeps);
        if self.selection.needs_all_rows() {
            self.rows.append(&mut page);
        } else if self.limit != Some(0) {
            // Sorted pages merge quickly, and there is time to sort while waiting for the next one.
            self.selection.sort(&mut page);
            self.rows.append(&mut page);
            self.drop_surplus();
        }
    }

    /// Whether no other page can change the listing: it is in the service's order, at the limit, and
    /// has every named row.
    pub(crate) fn is_full(&self) -> bool {
        let is_at_limit = |limit: usize| limit > 0 && self.rows.len() >= limit;
        let streams = self.selection.streams() && self.wanted.is_none();
        streams && self.limit.is_some_and(is_at_limit)
    }

    /// Sorts and limits the rows, after the last page.
    pub(crate) fn finish(mut self) -> Selected {
        let mut rows = std::mem::take(&mut self.rows);
        let Settled {
            verdicts,
            positions,
            with_other_tags,
        } = self.settle(&rows);
        let counts = if self.selection.needs_all_rows() {
            Counts::of(verdicts.iter().copied())
        } else {
            self.seen.counts()
        };
        let mut verdicts = verdicts.into_iter();
        rows.retain(|_| verdicts.next() == Some(Verdict::Passes));
        order::apply(positions, &mut rows);
        if let Some(limit) = self.limit {
            rows.truncate(limit);
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
            with_other_tags,
            missing: missing.map(|(id, _)| id.clone()).collect(),
            ambiguous: ambiguous
                .next()
                .map(|(id, digests)| (id.clone(), digests.iter().flatten().cloned().collect())),
            suggestion: self.suggestion.filter(|_| counts.passing == 0),
        }
    }

    /// Decides which of `rows` pass, and in what order.
    fn settle(&mut self, rows: &[Row]) -> Settled {
        let selection = self.selection;
        let (verdicts, floating) = if selection.needs_all_rows() {
            let floating = floating_tags(rows);
            let verdicts = rows.iter().map(|row| self.verdict(row, &floating));
            (verdicts.collect(), floating)
        } else {
            (vec![Verdict::Passes; rows.len()], FloatingTags::default())
        };
        let passing = rows.iter().zip(&verdicts);
        let passing = passing.filter(|(_, verdict)| **verdict == Verdict::Passes);
        let passing: Vec<_> = passing.map(|(row, _)| row).collect();
        let positions = selection.positions(&passing, &floating);
        let listed = positions.iter().take(self.limit.unwrap_or(usize::MAX));
        let listed = listed.map(|position| passing[*position]);
        Settled {
            with_other_tags: selection.count_with_other_tags(listed, self.wanted, &floating),
            verdicts,
            positions,
        }
    }

    fn note_found(&mut self, row: &Row) {
        if let Some(wanted) = self.wanted {
            for position in wanted.positions(row) {
                self.found[position].insert(row.digest.as_deref().map(str::to_owned));
            }
        }
    }

    fn verdict(&mut self, row: &Row, floating: &FloatingTags) -> Verdict {
        if self
            .wanted
            .is_some_and(|wanted| wanted.positions(row).next().is_none())
        {
            return Verdict::NotNamed;
        }
        let filter = &self.selection.filter;
        let verdict = filter.verdict(row, floating);
        self.any_passes |= verdict == Verdict::Passes;
        if verdict == Verdict::Fails && !self.any_passes && self.suggestion.is_none() {
            self.suggestion = filter.suggestion(row, floating);
        }
        verdict
    }

    /// Drops the rows of `page` that are not kept, and those that a newer row of the same id replaces.
    fn drop_replaced(&mut self, page: &mut Vec<Row>, keeps: &[(Arrival, bool)]) {
        let mut newest = HashMap::new();
        for (index, (row, (arrival, _))) in page.iter().zip(keeps).enumerate() {
            if let (Arrival::Newer, Some(id)) = (arrival, row.id()) {
                newest.insert(id.to_owned(), index);
            }
        }
        let position = |row: &Row| newest.get(row.id()?).copied();
        if !newest.is_empty() {
            self.rows.retain(|row| position(row).is_none());
        }
        let mut index = 0;
        page.retain(|row| {
            let (arrival, is_kept) = &keeps[index];
            let is_newest = newest.is_empty() || position(row).is_none_or(|newest| newest <= index);
            index += 1;
            *is_kept && is_newest && *arrival != Arrival::Older
        });
    }

    /// Drops rows beyond the limit, once there are enough of them to be worth a sort.
    fn drop_surplus(&mut self) {
        if let Some(limit) = self.limit
            && self.rows.len() > limit.saturating_add(limit.max(SPARE))
        {
            self.selection.sort(&mut self.rows);
            self.rows.truncate(limit);
        }
    }
}

impl Counts {
    fn of(verdicts: impl IntoIterator<Item = Verdict>) -> Self {
        let mut counts = Self::default();
        for verdict in verdicts {
            counts.add(verdict);
        }
        counts
    }

    fn add(&mut self, verdict: Verdict) {
        let Self {
            read,
            passing,
            too_young,
            pre_releases,
        } = self;
        *read += usize::from(verdict != Verdict::NotNamed);
        match verdict {
            Verdict::Passes => *passing += 1,
            Verdict::TooYoung => *too_young += 1,
            Verdict::PreRelease => *pre_releases += 1,
            Verdict::Fails | Verdict::NotNamed => {}
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

/// An id as a hash of 128 bits: 100,000 of them take 4 MiB rather than 14, and two collide once in
/// 10^28 listings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Fingerprint([u64; 2]);

impl Fingerprint {
    /// The fingerprint of `id`, to be compared with those of the same `hashers`.
    pub(crate) fn of(id: &str, hashers: &[RandomState; 2]) -> Self {
        Self([0, 1].map(|index: usize| hashers[index].hash_one(id)))
    }
}

/// The ids of the rows so far.
#[derive(Debug)]
struct Seen {
    is_unique: bool,
    hashers: [RandomState; 2],
    rows: HashMap<Fingerprint, SeenRow>,
    /// Rows not checked for repetition: they have no id, or may be listed twice.
    others: Counts,
}

#[derive(Debug)]
struct SeenRow {
    /// In milliseconds; a row without a date is older than all others.
    date: i64,
    verdict: Verdict,
}

/// How a row compares with earlier rows of the same id.
#[derive(Debug, PartialEq, Eq)]
enum Arrival {
    First,
    /// It replaces the earlier one.
    Newer,
    Older,
}

impl Seen {
    fn new(is_unique: bool) -> Self {
        Self {
            is_unique,
            hashers: [RandomState::new(), RandomState::new()],
            rows: HashMap::new(),
            others: Counts::default(),
        }
    }

    /// Adds a row. The newer row of a moved tag counts; of rows of the same age, the later one.
    fn add(&mut self, row: &Row, verdict: Verdict) -> Arrival {
        let Some(id) = row.id().filter(|_| self.is_unique) else {
            self.others.add(verdict);
            return Arrival::First;
        };
        let date = row.date.map_or(i64::MIN, Timestamp::as_millisecond);
        let key = Fingerprint::of(id, &self.hashers);
        let this = SeenRow { date, verdict };
        match self.rows.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(this);
                Arrival::First
            }
            Entry::Occupied(entry) if entry.get().date > date => Arrival::Older,
            Entry::Occupied(mut entry) => {
                entry.insert(this);
                Arrival::Newer
            }
        }
    }

    fn counts(&self) -> Counts {
        let mut counts = self.others;
        for row in self.rows.values() {
            counts.add(row.verdict);
        }
        counts
    }
}

#[cfg(test)]
mod tests;

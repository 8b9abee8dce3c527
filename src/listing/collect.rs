//! Reads the rows of one target from its source: listed or looked up, filtered, sorted, limited.

use std::sync::Arc;

use super::{Listing, Mode};
use crate::error::Error;
use crate::facts::Facts;
use crate::model::{Home, Row, RowKind};
use crate::reference::{ImageId, PublicRepository};
use crate::select::{Collector, Selected, Selection, Wanted};
use crate::source::{LOOK_UP_SIZE, Pages, Subject, Target};

/// The selected rows of one target.
pub(super) struct Part<'t> {
    pub(super) target: &'t Target,
    pub(super) selected: Selected,
    /// The token to resume with after `--max-pages`.
    pub(super) next_token: Option<String>,
    /// Whether `--limit` ended the listing, and there may be more rows.
    pub(super) ended_early: bool,
    /// Every image of the repository, if they were read and relate to each other, or are to be compared
    /// with those of the end.
    pub(super) images: Option<Vec<Row>>,
    /// The digests of each request that deletes the rows.
    pub(super) requests: Vec<Vec<String>>,
    /// What is to be said about the rows.
    pub(super) notes: Vec<String>,
}

impl<'t> Part<'t> {
    /// These rows of `target`.
    pub(super) fn of(selected: Selected, target: &'t Target) -> Result<Self, Error> {
        if let Some((short, digests)) = &selected.ambiguous {
            return Err(ambiguous(short, digests, &target.subject));
        }
        Ok(Self {
            target,
            selected,
            next_token: None,
            ended_early: false,
            images: None,
            requests: Vec::new(),
            notes: Vec::new(),
        })
    }
}

impl Listing<'_> {
    /// The public reference of `target`, if the output or a request needs it.
    pub(super) async fn reference(
        &self,
        target: &Target,
    ) -> Result<Option<PublicRepository>, Error> {
        let is_needed = !self.reads().is_empty() || self.query.args.output.is_full_ref();
        match (&target.subject, &target.reference) {
            // The rows of a registry have references of their own.
            (Subject::Repository(_), Some(reference)) if is_needed => Ok(Some(reference.clone())),
            (Subject::Repository(repository), None) if is_needed => {
                self.sources.public_reference(repository).await.map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Writes `reference` into rows that are printed as references.
    pub(super) fn add_reference(&self, reference: Option<&PublicRepository>, rows: &mut [Row]) {
        if let Some(reference) = reference.filter(|_| self.query.args.output.is_full_ref()) {
            let home = Arc::new(Home::of(reference));
            for row in rows {
                row.home = Some(Arc::clone(&home));
            }
        }
    }

    /// Reads the rows of `target` that `selection` selects: looks up those that are named one by one if
    /// the source can, and reads the listing otherwise, once.
    pub(super) async fn collect<'t>(
        &self,
        target: &'t Target,
        selection: &Selection<'_>,
    ) -> Result<Part<'t>, Error> {
        let wanted = self.query.wanted(target);
        let mut collector = self.collector(selection, wanted.as_ref());
        if let Some(wanted) = &wanted
            && self.look_up(target, wanted, &mut collector).await?
        {
            return Part::of(collector.finish(), target);
        }
        let mut pages = self.pages(&target.subject);
        let images = self.collect_pages(&mut pages, &mut collector).await?;
        let ended_early = collector.is_full() && !pages.is_at_end();
        let next_token = pages.next_token().filter(|_| !ended_early);
        Ok(Part {
            next_token: next_token.map(str::to_owned),
            ended_early,
            images,
            ..Part::of(collector.finish(), target)?
        })
    }

    /// Collects the rows that `selection` selects; only their number, if they are counted and nothing
    /// else is read of them.
    pub(super) fn collector<'c>(
        &self,
        selection: &'c Selection<'c>,
        wanted: Option<&'c Wanted>,
    ) -> Collector<'c> {
        if self.mode == Mode::Count && self.reads().is_empty() {
            selection.counter(wanted)
        } else {
            selection.collector(wanted)
        }
    }

    /// Reads pages into `collector`, to the end or until it is full. Returns every image of the
    /// repository, if they relate to each other and all were read.
    async fn collect_pages(
        &self,
        pages: &mut Pages<'_>,
        collector: &mut Collector<'_>,
    ) -> Result<Option<Vec<Row>>, Error> {
        let relates = self.reads().intersects(Facts::MANIFESTS | Facts::RELATIONS);
        let keeps = relates
            && self.query.kind() == RowKind::Images
            && pages.are_of_own()
            && !self.query.args.pages.is_part();
        let mut images = Vec::new();
        let mut page = pages.next().await?;
        while let Some(rows) = page {
            if keeps {
                images.extend(rows.iter().cloned());
            }
            if self.selection.streams() {
                // Whether another page is needed depends on this one.
                collector.add(rows);
                if collector.is_full() {
                    break;
                }
                page = pages.next().await?;
            } else {
                let (next, ()) = pages.next_during(|| collector.add(rows)).await;
                page = next?;
            }
        }
        Ok(Some(images).filter(|_| keeps && pages.is_at_end()))
    }

    /// Looks up the rows of `wanted`; returns false if some must be picked from the listing.
    async fn look_up(
        &self,
        target: &Target,
        wanted: &Wanted,
        collector: &mut Collector<'_>,
    ) -> Result<bool, Error> {
        let (kind, subject) = (self.query.kind(), &target.subject);
        // The gallery, which does not limit the rate, lists the many repositories of a pattern sooner.
        let is_single = wanted.ids().len() == 1 && target.matched.is_none();
        let digest_is_enough = is_single && self.query.digests_are_enough();
        let mut found_all = true;
        for ids in wanted.ids().chunks(LOOK_UP_SIZE) {
            // The service looks up whole digests only.
            if ids.iter().any(|id| id.short_digest().is_some()) {
                found_all = false;
                continue;
            }
            let found = (self.sources).look_up(kind, subject, ids, digest_is_enough);
            match found.await? {
                Some(found) => collector.add(found),
                None => found_all = false,
            }
        }
        Ok(found_all)
    }

    pub(super) fn pages<'a>(&'a self, subject: &'a Subject) -> Pages<'a> {
        let args = &self.query.args.pages;
        Pages::new(&self.sources, self.query.kind(), subject, args)
    }
}

fn ambiguous(short: &ImageId, digests: &[String], subject: &Subject) -> Error {
    const SHOWN: usize = 10;
    let more = match digests.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let digests: Vec<_> = digests.iter().take(SHOWN).map(String::as_str).collect();
    Error::usage(format!(
        "{short} matches several digests in {}: `{}`{more}",
        subject.title(),
        digests.join("`, `")
    ))
    .hint("give more digits of the digest")
}

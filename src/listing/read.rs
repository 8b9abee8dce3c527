//! Reads the rows of one subject: listed or looked up, filtered, sorted, limited.

use std::sync::Arc;

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::part::Part;
use super::{Listing, WINDOW, census, usage};
use crate::error::Error;
use crate::facts::Facts;
use crate::model::{Home, Row, RowKind};
use crate::reference::PublicRepository;
use crate::select::{Collector, Wanted};
use crate::source::{LOOK_UP_SIZE, Pages, Subject, Target};

impl Listing<'_> {
    /// The rows of `target` that pass the filter, sorted and limited. Facts beyond the listing are read
    /// before the rows are sorted, if they decide the order, and not at all otherwise.
    pub(super) async fn select(&self, target: &Target) -> Result<Part, Error> {
        let wanted = self.plan.wanted(target);
        let unordered = self.selection.unordered();
        let selection = if self.relates_first {
            &unordered
        } else {
            &self.selection
        };
        let collector = selection.collector(wanted.as_ref());
        let read = self.collect(&target.subject, wanted.as_ref(), collector);
        let reference = self.reference(target);
        let (mut part, reference) = tokio::try_join!(read, reference)?;
        if self.relates_first {
            usage::add(self, &mut [&mut part]).await?;
            self.selection.arrange(&mut part.selected.rows);
        }
        self.add_reference(reference.as_ref(), &mut part.selected.rows);
        Ok(part)
    }

    /// Checks that what the `parts` of `targets` depend on is still as it was read. Called after the
    /// last one is read, and before anything is printed.
    pub(super) async fn recheck(
        &self,
        targets: &[Target],
        parts: &[Result<Part, Error>],
    ) -> Result<(), Error> {
        let read = targets.iter().zip(parts);
        let read = read.filter_map(|(target, part)| Some((target, part.as_ref().ok()?)));
        stream::iter(read)
            .map(|(target, part)| self.recheck_part(target, part))
            .buffered(WINDOW)
            .try_collect()
            .await
    }

    async fn recheck_part(&self, target: &Target, part: &Part) -> Result<(), Error> {
        match &part.images {
            Some(images) if self.questions.take_all() => {
                let page_size = self.plan.args.pages.page_size;
                census::compare(&self.sources, &target.subject, page_size, images).await
            }
            _ => Ok(()),
        }
    }

    /// The public reference of `target`, if the output or a request needs it.
    pub(super) async fn reference(
        &self,
        target: &Target,
    ) -> Result<Option<PublicRepository>, Error> {
        let is_needed = !self.reads.is_empty() || self.plan.args.output.is_full_ref();
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
        if let Some(reference) = reference.filter(|_| self.plan.args.output.is_full_ref()) {
            let home = Arc::new(Home::of(reference));
            for row in rows {
                row.home = Some(Arc::clone(&home));
            }
        }
    }

    /// Reads the rows of `of` into `collector`. Looks up the rows of `wanted` if the source can;
    /// otherwise reads the listing, once.
    pub(super) async fn collect(
        &self,
        of: &Subject,
        wanted: Option<&Wanted>,
        mut collector: Collector<'_>,
    ) -> Result<Part, Error> {
        let is_found = match wanted {
            Some(wanted) => self.look_up(of, wanted, &mut collector).await?,
            None => false,
        };
        let (mut next_token, mut ended_early) = (None, false);
        let mut images = None;
        if !is_found {
            let mut pages = self.pages(of);
            images = self.collect_pages(&mut pages, &mut collector).await?;
            ended_early = collector.is_full() && !pages.is_at_end();
            next_token = pages
                .next_token()
                .filter(|_| !ended_early)
                .map(str::to_owned);
        }
        Ok(Part {
            next_token,
            ended_early,
            images,
            ..Part::of(collector.finish(), of)?
        })
    }

    /// Reads pages into `collector`, to the end or until it is full. Returns every image of the
    /// repository, if they relate to each other and all were read.
    async fn collect_pages(
        &self,
        pages: &mut Pages<'_>,
        collector: &mut Collector<'_>,
    ) -> Result<Option<Vec<Row>>, Error> {
        let relates = self.reads.intersects(Facts::MANIFESTS | Facts::RELATIONS);
        let keeps = relates
            && self.kind() == RowKind::Images
            && pages.are_of_own()
            && !self.plan.args.pages.is_part();
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
        of: &Subject,
        wanted: &Wanted,
        collector: &mut Collector<'_>,
    ) -> Result<bool, Error> {
        let mut found_all = true;
        for ids in wanted.ids().chunks(LOOK_UP_SIZE) {
            // The service looks up whole digests only.
            if ids.iter().any(|id| id.short_digest().is_some()) {
                found_all = false;
                continue;
            }
            match self.sources.look_up(self.kind(), of, ids).await? {
                Some(found) => collector.add(found),
                None => found_all = false,
            }
        }
        Ok(found_all)
    }

    pub(super) fn pages<'a>(&'a self, of: &'a Subject) -> Pages<'a> {
        Pages::new(&self.sources, self.kind(), of, &self.plan.args.pages)
    }
}

//! Reads the rows of one subject: listed or looked up, filtered, sorted, limited.

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::part::Part;
use super::rows::ListedRow;
use super::{Listing, WINDOW};
use crate::error::Error;
use crate::facts::Facts;
use crate::model::Image;
use crate::reference::PublicRepository;
use crate::select::{Collector, Wanted};
use crate::source::{LOOK_UP_SIZE, LookUp, Pages, Target};

impl<R: ListedRow> Listing<'_, R> {
    /// The rows of `target` that pass the filter, sorted and limited. Facts beyond the listing are read
    /// before the rows are sorted, if they decide the order, and not at all otherwise.
    pub(super) async fn select(&self, target: &Target<R::Of>) -> Result<Part<R>, Error> {
        let wanted = self.plan.wanted(target);
        let unordered = self.selection.unordered();
        let selection = if self.relates_first {
            &unordered
        } else {
            &self.selection
        };
        let collector = selection.collector(wanted.as_ref());
        let read = self.collect(&target.of, wanted.as_ref(), collector);
        let reference = self.reference(target);
        let (mut part, reference) = tokio::try_join!(read, reference)?;
        if self.relates_first {
            R::relate(self, &mut [&mut part]).await?;
            self.selection.arrange(&mut part.selected.rows);
        }
        self.add_reference(reference.as_ref(), &mut part.selected.rows);
        Ok(part)
    }

    /// Checks that what the `parts` of `targets` depend on is still as it was read. Called after the
    /// last one is read, and before anything is printed.
    pub(super) async fn recheck(
        &self,
        targets: &[Target<R::Of>],
        parts: &[Result<Part<R>, Error>],
    ) -> Result<(), Error> {
        let read = targets.iter().zip(parts);
        let read = read.filter_map(|(target, part)| Some((target, part.as_ref().ok()?)));
        stream::iter(read)
            .map(|(target, part)| R::recheck(self, target, part))
            .buffered(WINDOW)
            .try_collect()
            .await
    }

    /// The public reference of `target`, if the output or a request needs it.
    pub(super) async fn reference(
        &self,
        target: &Target<R::Of>,
    ) -> Result<Option<PublicRepository>, Error> {
        if !self.reads.is_empty() || self.plan.args.output.is_full_ref() {
            return R::reference(&self.sources, target).await;
        }
        Ok(None)
    }

    /// Writes `reference` into rows that are printed as references.
    pub(super) fn add_reference(&self, reference: Option<&PublicRepository>, rows: &mut [R]) {
        if let Some(reference) = reference.filter(|_| self.plan.args.output.is_full_ref()) {
            for row in rows {
                row.set_reference(reference);
            }
        }
    }

    /// Reads the rows of `of` into `collector`. Looks up the rows of `wanted` if the source can;
    /// otherwise reads the listing, once.
    pub(super) async fn collect(
        &self,
        of: &R::Of,
        wanted: Option<&Wanted>,
        mut collector: Collector<'_, R>,
    ) -> Result<Part<R>, Error> {
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
        pages: &mut Pages<'_, R::Of>,
        collector: &mut Collector<'_, R>,
    ) -> Result<Option<Vec<Image>>, Error> {
        let relates = self.reads.intersects(Facts::MANIFESTS | Facts::RELATIONS);
        let keeps = relates && pages.are_of_own() && !self.plan.args.pages.is_part();
        let mut images = Vec::new();
        let mut page = pages.next().await?;
        while let Some(rows) = page {
            if keeps {
                images.extend(rows.iter().filter_map(R::as_image).cloned());
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
        Ok(Some(images).filter(|_| keeps && R::ARE_IMAGES && pages.is_at_end()))
    }

    /// Looks up the rows of `wanted`; returns false if some must be picked from the listing.
    async fn look_up(
        &self,
        of: &R::Of,
        wanted: &Wanted,
        collector: &mut Collector<'_, R>,
    ) -> Result<bool, Error> {
        let mut found_all = true;
        for ids in wanted.ids().chunks(LOOK_UP_SIZE) {
            // The service looks up whole digests only.
            if ids.iter().any(|id| id.short_digest().is_some()) {
                found_all = false;
                continue;
            }
            match R::look_up(&self.sources, of, ids).await? {
                LookUp::Found(found) => collector.add(found),
                LookUp::PickFromListing => found_all = false,
            }
        }
        Ok(found_all)
    }

    pub(super) fn pages<'a>(&'a self, of: &'a R::Of) -> Pages<'a, R::Of> {
        Pages::new(&self.sources, of, &self.plan.args.pages)
    }
}

//! Prints the pages of a listing as they arrive, in the service's order.

use super::collect::Part;
use super::{Listing, Missing, Printer, unless_missing};
use crate::error::Error;
use crate::select::Selected;
use crate::source::Target;

impl Listing<'_> {
    /// Prints page after page, one target after another. Returns the number of rows, and what is missing.
    pub(super) async fn stream(
        &self,
        targets: &[Target],
        mut printer: Printer<'_>,
    ) -> Result<(usize, Missing), Error> {
        let (mut parts, mut unknown) = (Vec::new(), Vec::new());
        for target in targets {
            let streamed = self.stream_pages(target, &mut printer).await;
            self.session.progress.subject_done();
            match unless_missing(streamed)? {
                Ok(part) => parts.push(part),
                Err(error) => unknown.push((target, error)),
            }
        }
        let missing = self.suggest(unknown).await;
        let next_token = parts.last().and_then(|part| part.next_token.as_deref());
        if !parts.is_empty() || missing.is_empty() {
            printer.end(next_token)?;
        }
        self.session.progress.end_line();
        self.note_empty(&parts);
        self.note_token(next_token);
        let rows = parts.iter().map(|part| part.selected.counts.passing);
        Ok((rows.sum(), missing))
    }

    /// Prints the pages of a target, and requests the next one while writing each. The part has the
    /// numbers of rows, and no rows.
    async fn stream_pages<'t>(
        &self,
        target: &'t Target,
        printer: &mut Printer<'_>,
    ) -> Result<Part<'t>, Error> {
        let reference = self.reference(target).await?;
        let mut pages = self.pages(&target.subject);
        let limit = self.selection.limit();
        let mut streamed = Selected::default();
        let mut page = pages.next().await?;
        let mut limited = false;
        while let Some(mut rows) = page {
            streamed.counts.read += rows.len();
            if streamed.counts.passing + streamed.counts.skipped == 0
                && streamed.suggestion.is_none()
            {
                streamed.suggestion = self.selection.suggestion(&rows);
            }
            self.selection.filter(&mut rows);
            let counts = &mut streamed.counts;
            let wanted = limit - counts.passing;
            counts.passing += rows.len();
            self.selection.skip(&mut rows, counts);
            limited = rows.len() > wanted || (rows.len() == wanted && !pages.is_at_end());
            counts.passing = counts.passing.min(limit);
            rows.truncate(wanted);
            self.add_reference(reference.as_ref(), &mut rows);
            if limited || pages.is_at_end() {
                printer.rows(&rows)?;
                break;
            }
            let (next, written) = pages.next_during(|| printer.rows(&rows)).await;
            written?;
            page = next.map_err(|error| pages.resumable(error))?;
        }
        let next_token = pages.next_token().filter(|_| !limited);
        Ok(Part {
            next_token: next_token.map(str::to_owned),
            ..Part::of(streamed, target)?
        })
    }
}

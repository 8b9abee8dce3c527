//! Prints the pages of a listing as they arrive, in the service's order.

use super::notes::Empty;
use super::printer::Printer;
use super::{Listing, Outcome, unless_missing};
use crate::error::Error;
use crate::model::Row;
use crate::source::Target;

/// The result of streaming a subject.
#[derive(Default)]
struct Streamed {
    /// The token of the page after `--max-pages`.
    next_token: Option<String>,
    /// The number of rows that were printed.
    printed: usize,
    /// The number of rows that were read.
    read: usize,
    /// The pattern to suggest for `--include`, while no row passes.
    suggestion: Option<String>,
}

impl Listing<'_> {
    /// Prints page after page, one subject after another.
    pub(super) async fn stream(
        &self,
        targets: &[Target],
        mut printer: Printer<'_>,
    ) -> Result<Outcome, Error> {
        let mut unknown = Vec::new();
        let (mut next_token, mut seen, mut rows) = (None, Vec::new(), 0);
        for target in targets {
            let streamed = self.stream_pages(target, &mut printer).await;
            self.progress.subject_done();
            match unless_missing(streamed)? {
                Ok(streamed) => {
                    rows += streamed.printed;
                    next_token.clone_from(&streamed.next_token);
                    seen.push((target, streamed));
                }
                Err(error) => unknown.extend(self.unless_matched(target, error)),
            }
        }
        if !seen.is_empty() || unknown.is_empty() {
            printer.end(next_token.as_deref())?;
        }
        let missing = self.suggest(unknown).await;
        self.progress.end_line();
        let empty = seen.iter().filter(|(_, streamed)| streamed.printed == 0);
        self.note_empty(empty.map(|(target, streamed)| Empty {
            target,
            read: streamed.read,
            suggestion: streamed.suggestion.as_deref(),
        }));
        self.note_untagged(seen.iter().map(|(target, _)| *target));
        self.note_token(next_token.as_deref());
        Ok(Outcome { rows, missing })
    }

    /// Prints the pages of a subject, and requests the next one while writing each.
    async fn stream_pages(
        &self,
        target: &Target,
        printer: &mut Printer<'_>,
    ) -> Result<Streamed, Error> {
        let reference = self.reference(target).await?;
        let mut pages = self.pages(&target.subject);
        let limit = self.selection.limit().unwrap_or(usize::MAX);
        let mut streamed = Streamed::default();
        let mut page = pages.next().await?;
        let mut limited = false;
        while let Some(rows) = page {
            let mut rows = self.pass(rows, &mut streamed);
            let wanted = limit - streamed.printed;
            limited = rows.len() > wanted || (rows.len() == wanted && !pages.is_at_end());
            rows.truncate(wanted);
            streamed.printed += rows.len();
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
        streamed.next_token = next_token.map(str::to_owned);
        Ok(streamed)
    }

    /// The rows of a page that pass the filter.
    fn pass(&self, mut rows: Vec<Row>, streamed: &mut Streamed) -> Vec<Row> {
        streamed.read += rows.len();
        if streamed.printed == 0 && streamed.suggestion.is_none() {
            streamed.suggestion = self.selection.suggestion(&rows);
        }
        self.selection.filter(&mut rows);
        rows
    }
}

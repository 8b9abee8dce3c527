//! Prints a listing after reading all of it.

use std::mem::ManuallyDrop;
use std::time::Duration;

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::notes::Empty;
use super::printer::Printer;
use super::rows::ListedRow;
use super::{Listing, Outcome, WINDOW, unless_missing};
use crate::error::Error;
use crate::source::Target;

/// How long the description of a registry may take.
const PATIENCE: Duration = Duration::from_secs(3);

impl<R: ListedRow> Listing<'_, R> {
    /// Reads all rows, then prints them.
    pub(super) async fn print(
        &self,
        targets: &[Target<R::Of>],
        mut printer: Printer<'_, R>,
    ) -> Result<Outcome, Error> {
        let read = async |target| {
            let part = unless_missing(R::select(self, target).await);
            self.progress.subject_done();
            part
        };
        let parts = stream::iter(targets).map(read).buffered(WINDOW);
        let (parts, description) =
            tokio::join!(parts.try_collect::<Vec<_>>(), self.description(targets));
        let mut parts = parts?;
        if !self.reads.is_empty() && !self.relates_first {
            let mut parts: Vec<_> = parts.iter_mut().flatten().collect();
            R::relate(self, &mut parts).await?;
        }
        self.recheck(targets, &parts).await?;
        self.progress.end_line();
        let mut unknown = Vec::new();
        let mut listed = Vec::with_capacity(parts.len());
        for (target, part) in targets.iter().zip(parts) {
            match part {
                Ok(part) => listed.push((target, part)),
                Err(error) => unknown.extend(self.unless_matched(target, error)),
            }
        }
        let mut missing = self.suggest(unknown).await;
        let ids = listed.iter();
        missing.extend(self.missing(ids.map(|(target, part)| (*target, &*part.selected.missing))));
        let empty = listed.iter().filter(|(_, part)| part.is_empty());
        self.note_empty(empty.map(|(target, part)| Empty {
            target,
            read: part.selected.counts.read,
            suggestion: part.selected.suggestion.as_deref(),
        }));
        // Freeing the rows one by one would take a sixth of the processor time of a listing of 100,000
        // images (`cargo bench`), and the program ends here.
        let listed = ManuallyDrop::new(listed);
        let rows = || listed.iter().map(|(_, part)| part.selected.rows.as_slice());
        printer.prepare(&rows().collect::<Vec<_>>())?;
        for rows in rows() {
            printer.rows(rows)?;
        }
        let next_token = listed
            .last()
            .and_then(|(_, part)| part.next_token.as_deref());
        if !listed.is_empty() || missing.is_empty() {
            printer.end(next_token)?;
        }
        self.note_all(&listed, description.as_deref(), next_token);
        Ok(Outcome {
            rows: rows().map(<[R]>::len).sum(),
            missing,
        })
    }

    /// The description of what is listed, for the summary.
    async fn description(&self, targets: &[Target<R::Of>]) -> Option<String> {
        if !self.sums_up {
            return None;
        }
        let described = R::describe(&self.sources, &targets.first()?.of);
        // It is not worth waiting for.
        tokio::time::timeout(PATIENCE, described).await.ok()?
    }
}

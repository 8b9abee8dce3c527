//! Prints a listing after reading all of it.

use std::mem::ManuallyDrop;

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::printer::Printer;
use super::{CONCURRENCY, Listing, Missing, Outcome, RepositoryRow, relate, unless_missing};
use crate::error::Error;
use crate::select::Selected;
use crate::source::Target;

impl Listing<'_> {
    /// Reads all rows, then prints them.
    pub(super) async fn print<R: RepositoryRow>(
        &self,
        targets: &[Target],
        mut printer: Printer<'_, R>,
    ) -> Result<Outcome, Error> {
        let read = async |target| unless_missing(self.select::<R>(target).await);
        let mut parts: Vec<_> = stream::iter(targets)
            .map(read)
            .buffered(CONCURRENCY)
            .try_collect()
            .await?;
        if self.reads_manifests {
            let mut parts: Vec<_> = parts.iter_mut().flatten().collect();
            relate::add_manifests(&self.sources, self.by_tag, &mut parts).await?;
        }
        self.progress.end_line();
        let (mut listed, mut seen) = (Vec::new(), Vec::new());
        let mut missing = Missing::new();
        for (target, part) in targets.iter().zip(parts) {
            match part {
                Ok(mut part) => {
                    seen.push(target);
                    if part.is_empty() {
                        let Selected {
                            counts, suggestion, ..
                        } = &part.selected;
                        self.note_empty(target, counts.read, suggestion.as_deref());
                    }
                    missing.append(&mut part.missing);
                    listed.push(part);
                }
                Err(error) => missing.push(error),
            }
        }
        // Freeing the rows one by one would take a sixth of the processor time of a listing of 100,000
        // images (`cargo bench`), and the program ends here.
        let listed = ManuallyDrop::new(listed);
        let rows: Vec<_> = listed
            .iter()
            .map(|part| part.selected.rows.as_slice())
            .collect();
        printer.prepare(&rows)?;
        for part in listed.iter() {
            printer.rows(&part.selected.rows)?;
        }
        let next_token = listed.last().and_then(|part| part.next_token.as_deref());
        if !listed.is_empty() {
            printer.end(next_token)?;
        }
        self.summarize(&listed);
        self.note_limit(&listed);
        let counts: Vec<_> = listed.iter().map(|part| part.selected.counts).collect();
        self.note_excluded(&counts);
        self.note_other_tags(&listed);
        self.note_untagged(&seen);
        self.note_token(next_token);
        Ok(Outcome {
            rows: rows.iter().map(|rows| rows.len()).sum(),
            missing,
        })
    }
}

//! Counts the rows of a listing without holding them.

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::notes::Empty;
use super::rows::ListedRow;
use super::{Listing, Outcome, WINDOW, unless_missing};
use crate::error::Error;
use crate::select::Selected;
use crate::source::Target;

impl<R: ListedRow> Listing<'_, R> {
    /// Prints the number of rows of each subject.
    pub(super) async fn count(&self, targets: &[Target<R::Of>]) -> Result<Outcome, Error> {
        let count = async |target| {
            let count = unless_missing(self.count_rows(target).await);
            self.progress.subject_done();
            count
        };
        let counts: Vec<_> = stream::iter(targets)
            .map(count)
            .buffered(WINDOW)
            .try_collect()
            .await?;
        self.progress.end_line();
        let mut unknown = Vec::new();
        let mut counted = Vec::with_capacity(counts.len());
        for (target, count) in targets.iter().zip(counts) {
            match count {
                Ok(count) => counted.push((target, count)),
                Err(error) => unknown.extend(self.unless_matched(target, error)),
            }
        }
        let mut missing = self.suggest(unknown).await;
        let ids = counted.iter();
        missing.extend(self.missing(ids.map(|(target, (count, _))| (*target, &*count.missing))));
        let mut lines = String::new();
        for (target, (count, _)) in &counted {
            if self.is_several {
                lines.extend([&target.of.to_string(), "\t"]);
            }
            lines.extend([&count.counts.passing.to_string(), "\n"]);
        }
        let is_empty = |count: &Selected<R>| count.counts.passing == 0 && count.missing.is_empty();
        let empty = counted.iter().filter(|(_, (count, _))| is_empty(count));
        self.note_empty(empty.map(|(target, (count, _))| Empty {
            target,
            read: count.counts.read,
            suggestion: count.suggestion.as_deref(),
        }));
        self.console.write(lines.as_bytes())?;
        let counts: Vec<_> = counted.iter().map(|(_, (count, _))| count.counts).collect();
        self.note_excluded(&counts);
        self.note_relations(counted.iter().flat_map(|(_, (_, notes))| notes));
        self.note_untagged(counted.iter().map(|(target, _)| *target));
        Ok(Outcome {
            rows: counts.iter().map(|counts| counts.passing).sum(),
            missing,
        })
    }

    /// The counts, and what is to be said about them.
    async fn count_rows(
        &self,
        target: &Target<R::Of>,
    ) -> Result<(Selected<R>, Vec<String>), Error> {
        if self.relates_images() {
            let part = R::select(self, target).await?;
            return Ok((part.selected, part.notes));
        }
        let wanted = self.plan.wanted(target);
        let counter = self.selection.counter(wanted.as_ref());
        let part = self.collect(&target.of, wanted.as_ref(), counter).await?;
        Ok((part.selected, part.notes))
    }
}

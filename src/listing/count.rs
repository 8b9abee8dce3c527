//! Counts the rows of a listing without holding them.

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::notes::Empty;
use super::part::Part;
use super::{Listing, Outcome, WINDOW, relate, unless_missing};
use crate::error::Error;
use crate::select::Selected;
use crate::source::Target;

impl Listing<'_> {
    /// Prints the number of rows of each subject.
    pub(super) async fn count(&self, targets: &[Target]) -> Result<Outcome, Error> {
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
        self.recheck(targets, &counts).await?;
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
        missing.extend(self.missing(ids.map(|(target, part)| (*target, &*part.selected.missing))));
        let mut lines = String::new();
        for (target, part) in &counted {
            if self.is_several {
                lines.extend([&target.subject.to_string(), "\t"]);
            }
            lines.extend([&part.selected.counts.passing.to_string(), "\n"]);
        }
        let is_empty =
            |selected: &Selected| selected.counts.passing == 0 && selected.missing.is_empty();
        let empty = counted.iter().filter(|(_, part)| is_empty(&part.selected));
        self.note_empty(empty.map(|(target, part)| Empty {
            target,
            read: part.selected.counts.read,
            suggestion: part.selected.suggestion.as_deref(),
        }));
        self.console.write(lines.as_bytes())?;
        let counts: Vec<_> = counted
            .iter()
            .map(|(_, part)| part.selected.counts)
            .collect();
        self.note_excluded(&counts);
        self.note_relations(counted.iter().flat_map(|(_, part)| &part.notes));
        self.note_untagged(counted.iter().map(|(target, _)| *target));
        Ok(Outcome {
            rows: counts.iter().map(|counts| counts.passing).sum(),
            missing,
        })
    }

    /// The counts of the rows of `target`.
    async fn count_rows(&self, target: &Target) -> Result<Part, Error> {
        if self.relates_images() {
            return relate::select(self, target).await;
        }
        let wanted = self.plan.wanted(target);
        let counter = self.selection.counter(wanted.as_ref());
        self.collect(&target.subject, wanted.as_ref(), counter)
            .await
    }
}

//! Counts the rows of a listing without holding them.

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::{CONCURRENCY, Listing, Missing, Outcome, RepositoryRow, unless_missing};
use crate::error::Error;
use crate::source::Target;

impl Listing<'_> {
    /// Prints the number of rows of each repository.
    pub(super) async fn count<R: RepositoryRow>(
        &self,
        targets: &[Target],
    ) -> Result<Outcome, Error> {
        let count = async |target| unless_missing(self.count_rows::<R>(target).await);
        let counts: Vec<_> = stream::iter(targets)
            .map(count)
            .buffered(CONCURRENCY)
            .try_collect()
            .await?;
        self.progress.end_line();
        let (mut lines, mut seen, mut rows) = (Vec::new(), Vec::new(), 0);
        let mut missing = Missing::new();
        for (target, count) in targets.iter().zip(counts) {
            match count {
                Ok((count, absent)) => {
                    seen.push(target);
                    rows += count;
                    lines.push(match targets {
                        [_] => format!("{count}\n"),
                        _ => format!("{}\t{count}\n", target.repository),
                    });
                    missing.extend(absent);
                }
                Err(error) => missing.push(error),
            }
        }
        self.console.write(lines.concat().as_bytes())?;
        self.note_untagged(&seen);
        Ok(Outcome { rows, missing })
    }

    async fn count_rows<R: RepositoryRow>(
        &self,
        target: &Target,
    ) -> Result<(usize, Missing), Error> {
        let wanted = self.args.wanted(target);
        let counter = self.selection.counter::<R>(wanted.as_ref());
        let part = self.collect(&target.repository, wanted.as_ref(), counter);
        let part = part.await?;
        Ok((part.selected.counts.passing, part.missing))
    }
}

//! Counts the rows of a listing without holding them.

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::{CONCURRENCY, Listing, Missing, Outcome, RepositoryRow, unless_missing};
use crate::error::Error;
use crate::select::Counts;
use crate::source::Target;

/// The result of counting a repository.
struct Counted {
    counts: Counts,
    /// The pattern to suggest for `--include`, if no row passes.
    suggestion: Option<String>,
    missing: Missing,
}

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
        let (mut lines, mut seen, mut all) = (Vec::new(), Vec::new(), Vec::new());
        let mut missing = Missing::new();
        for (target, count) in targets.iter().zip(counts) {
            match count {
                Ok(counted) => {
                    let count = counted.counts.passing;
                    if count == 0 && counted.missing.is_empty() {
                        let suggestion = counted.suggestion.as_deref();
                        self.note_empty(target, counted.counts.read, suggestion);
                    }
                    seen.push(target);
                    all.push(counted.counts);
                    lines.push(match targets {
                        [_] => format!("{count}\n"),
                        _ => format!("{}\t{count}\n", target.repository),
                    });
                    missing.extend(counted.missing);
                }
                Err(error) => missing.push(error),
            }
        }
        self.console.write(lines.concat().as_bytes())?;
        self.note_excluded(&all);
        self.note_untagged(&seen);
        Ok(Outcome {
            rows: all.iter().map(|counts| counts.passing).sum(),
            missing,
        })
    }

    async fn count_rows<R: RepositoryRow>(&self, target: &Target) -> Result<Counted, Error> {
        let wanted = self.args.wanted(target);
        let counter = self.selection.counter::<R>(wanted.as_ref());
        let part = self.collect(&target.repository, wanted.as_ref(), counter);
        let part = part.await?;
        Ok(Counted {
            counts: part.selected.counts,
            suggestion: part.selected.suggestion,
            missing: part.missing,
        })
    }
}

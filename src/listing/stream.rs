//! Prints the pages of a listing as they arrive, in the service's order.

use super::printer::Printer;
use super::{Listing, Missing, RepositoryRow, unless_missing};
use crate::error::Error;
use crate::reference::Repository;
use crate::source::Target;

impl Listing<'_> {
    /// Prints page after page, one repository after another.
    pub(super) async fn stream<R: RepositoryRow>(
        &self,
        targets: &[Target],
        mut printer: Printer<'_, R>,
    ) -> Result<Missing, Error> {
        let mut missing = Missing::new();
        let (mut next_token, mut seen) = (None, Vec::new());
        for target in targets {
            let streamed = self.stream_pages(&target.repository, &mut printer).await;
            match unless_missing(streamed)? {
                Ok(token) => {
                    next_token = token;
                    seen.push(target);
                }
                Err(error) => missing.push(error),
            }
        }
        if !seen.is_empty() {
            printer.end(next_token.as_deref())?;
        }
        self.progress.end_line();
        self.note_untagged(&seen);
        self.note_token(next_token.as_deref());
        Ok(missing)
    }

    /// Prints the pages of a repository; while one is written, the next is on its way. Returns the token of
    /// the page after `--max-pages`.
    async fn stream_pages<R: RepositoryRow>(
        &self,
        repository: &Repository,
        printer: &mut Printer<'_, R>,
    ) -> Result<Option<String>, Error> {
        let reference = self.reference(repository).await?;
        let mut pages = self.pages(repository);
        let mut wanted = self.selection.limit().unwrap_or(usize::MAX);
        let mut page = pages.next().await?;
        let mut limited = false;
        while let Some(mut rows) = page {
            self.selection.filter(&mut rows);
            limited = rows.len() > wanted || (rows.len() == wanted && !pages.is_at_end());
            rows.truncate(wanted);
            wanted -= rows.len();
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
        Ok(next_token.map(str::to_owned))
    }
}

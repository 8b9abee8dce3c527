//! The loop over pages: to the end, or to an error that says why not.

use std::collections::HashSet;
use std::num::NonZeroU64;

use clap::builder::NonEmptyStringValueParser;

use super::{Listed, Page, PageRequest, Source};
use crate::error::{Error, Kind};
use crate::options;
use crate::progress::Progress;
use crate::reference::Repository;

/// The options that need a whole listing, or none at all.
const WHOLE: [&str; 4] = ["tags", "digests", "limit", "count"];

/// Turns of the runtime that a request takes from its making to the wire.
const TURNS: usize = 16;

/// Lets a request that was just made get on the wire, before the processor is busy with rows.
pub(crate) async fn request_goes_out() {
    for _ in 0..TURNS {
        tokio::task::yield_now().await;
    }
}

/// How a listing is cut into requests.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Pages")]
pub(crate) struct PageArgs {
    /// Ask for this many rows a request, 1 to 1000
    ///
    /// Every page is read whatever its size; a small one only takes more requests.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u16).range(1..=1000))]
    page_size: u16,

    /// Stop after this many pages
    ///
    /// What was read is the listing. The token to go on with is `nextToken` in JSON, and in a note
    /// on stderr otherwise. One repository only.
    #[arg(long, value_name = "N", value_parser = options::one_or_more::<NonZeroU64>, conflicts_with_all = WHOLE)]
    max_pages: Option<NonZeroU64>,

    /// Go on where an earlier listing stopped
    ///
    /// The token is the `nextToken` of a listing of the same repository by the same command. One
    /// repository only.
    #[arg(long, value_name = "TOKEN", value_parser = NonEmptyStringValueParser::new(), conflicts_with_all = WHOLE)]
    starting_token: Option<String>,
}

impl PageArgs {
    /// Whether only a part of the listing is asked for.
    pub(crate) fn is_part(&self) -> bool {
        self.max_pages.is_some() || self.starting_token.is_some()
    }
}

/// The pages of one repository, from a starting token to the end or to `--max-pages`.
#[derive(Debug)]
pub(crate) struct Pages<'a> {
    source: Source<'a>,
    progress: &'a Progress,
    repository: &'a Repository,
    page_size: u16,
    /// How many more pages are asked for, where that is limited.
    left: Option<u64>,
    next: Next,
    /// Tokens already followed: one that returns would lead in a circle.
    seen: HashSet<String>,
    read: u64,
}

#[derive(Debug)]
enum Next {
    Beginning,
    Token(String),
    End,
}

impl<'a> Pages<'a> {
    /// The pages that `args` ask for.
    pub(crate) fn new(
        source: Source<'a>,
        progress: &'a Progress,
        repository: &'a Repository,
        args: &PageArgs,
    ) -> Self {
        Self {
            source,
            progress,
            repository,
            page_size: args.page_size,
            left: args.max_pages.map(NonZeroU64::get),
            next: match &args.starting_token {
                Some(token) => Next::Token(token.clone()),
                None => Next::Beginning,
            },
            seen: args.starting_token.iter().cloned().collect(),
            read: 0,
        }
    }

    /// Where the pages come from.
    pub(super) fn source(&self) -> Source<'a> {
        self.source
    }

    /// The rows of the next page, or nothing after the last.
    ///
    /// # Errors
    ///
    /// Whatever the source or the network fails with, and a token that the source repeats.
    pub(crate) async fn next<R: Listed>(&mut self) -> Result<Option<Vec<R>>, Error> {
        R::next(self).await
    }

    /// What `ask` has of the next page, or nothing after the last.
    ///
    /// # Errors
    ///
    /// As [`Self::next`].
    pub(super) async fn follow<R>(
        &mut self,
        ask: impl AsyncFnOnce(PageRequest<'_>) -> Result<Page<R>, Error>,
    ) -> Result<Option<Vec<R>>, Error> {
        if self.is_at_end() {
            return Ok(None);
        }
        let page = ask(PageRequest {
            page_size: self.page_size,
            token: self.next_token(),
        });
        let Page { rows, next_token } = page.await.map_err(|error| self.of_a_page(error))?;
        self.read += 1;
        self.progress.page(self.read, rows.len());
        self.left = self.left.map(|pages| pages - 1);
        self.next = match next_token.filter(|token| !token.is_empty()) {
            None => Next::End,
            Some(token) if self.seen.insert(token.clone()) => Next::Token(token),
            Some(_) => {
                self.next = Next::End;
                return Err(self.in_a_circle());
            }
        };
        Ok(Some(rows))
    }

    /// Whether a further page would be asked for.
    pub(crate) fn is_at_end(&self) -> bool {
        self.left == Some(0) || matches!(self.next, Next::End)
    }

    /// Where the listing would go on; nothing at its end.
    pub(crate) fn next_token(&self) -> Option<&str> {
        match &self.next {
            Next::Token(token) => Some(token),
            Next::Beginning | Next::End => None,
        }
    }

    /// The rows of the next page, and what `work` comes to, which is done while they are on their way.
    ///
    /// # Errors
    ///
    /// As [`Self::next`].
    pub(crate) async fn next_while<R: Listed>(
        &mut self,
        work: impl FnOnce(),
    ) -> Result<Option<Vec<R>>, Error> {
        let work = async {
            request_goes_out().await;
            work();
        };
        tokio::join!(biased; self.next(), work).0
    }

    /// The error of the next page, with the way to go on after the pages before it.
    pub(crate) fn resumable(&self, error: Error) -> Error {
        match &self.next {
            Next::Token(token) if self.read > 0 => error.hint(format!(
                "rows before page {} of `{}` are printed; go on with `--starting-token {token}`",
                self.read + 1,
                self.repository
            )),
            _ => error,
        }
    }

    /// A repository that is gone from one page to the next was not missing: its listing breaks off.
    fn of_a_page(&self, error: Error) -> Error {
        if self.read > 0 && error.kind() == Kind::NotFound {
            let message = format!(
                "repository `{}` went away while it was read",
                self.repository
            );
            return Error::new(Kind::Service, message);
        }
        error
    }

    fn in_a_circle(&self) -> Error {
        Error::new(
            Kind::Service,
            format!(
                "the service repeats a page token after page {} of repository `{}`: the listing cannot be completed",
                self.read, self.repository
            ),
        )
    }
}

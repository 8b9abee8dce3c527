//! Reads the pages of a listing, to the end or to an error.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, RandomState};
use std::num::NonZeroU64;

use clap::builder::NonEmptyStringValueParser;

use super::{Page, PageRequest, Sources, Start, Subject};
use crate::error::{self, Error, Kind};
use crate::model::{Row, RowKind};
use crate::shell::quoted;

/// Reading fails after this many consecutive pages without new rows.
const MOST_EMPTY_PAGES: u64 = 1000;
/// How often the runtime polls its connections before the thread is busy with rows: a request is written
/// at the first turn. After more turns a fast host has answered, and would wait for the rows to be written.
const TURNS: usize = 1;

#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Pages")]
pub(crate) struct PageArgs {
    /// Request this many rows at a time, 1 to 1000
    ///
    /// Every page is read; small pages only take more requests.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = parse_page_size, hide_short_help = true)]
    pub(crate) page_size: u16,

    /// Stop after this many pages
    ///
    /// The rows read so far are listed. The token to resume with is `nextToken` in JSON, and in a note
    /// on stderr otherwise. Takes one repository.
    #[arg(long, value_name = "N", value_parser = error::one_or_more::<NonZeroU64>, hide_short_help = true)]
    pub(crate) max_pages: Option<NonZeroU64>,

    /// Resume where an earlier listing stopped
    ///
    /// TOKEN is the `nextToken` of a listing of the same repository by the same command. Takes one
    /// repository.
    #[arg(long, alias = "next-token", value_name = "TOKEN", value_parser = NonEmptyStringValueParser::new(), allow_hyphen_values = true, hide_short_help = true)]
    pub(crate) starting_token: Option<String>,
}

pub(crate) fn starting_at(token: &str) -> String {
    // Quotes do not keep clap from parsing such a value as an option.
    let separator = if token.starts_with('-') { '=' } else { ' ' };
    format!("--starting-token{separator}{}", quoted(token))
}

fn parse_page_size(text: &str) -> Result<u16, String> {
    let size = text.parse().ok().filter(|size| (1..=1000).contains(size));
    size.ok_or_else(|| "not a number from 1 to 1000".to_owned())
}

impl PageArgs {
    pub(crate) fn is_part(&self) -> bool {
        self.max_pages.is_some() || self.starting_token.is_some()
    }
}

#[derive(Debug)]
pub(crate) struct Pages<'a> {
    sources: &'a Sources<'a>,
    kind: RowKind,
    subject: &'a Subject,
    page_size: u16,
    left: Option<u64>,
    next: Next,
    /// The tokens already followed, because a repeated one would loop for ever.
    followed: Hashes,
    read: u64,
    /// The rows at the ends of the pages, because a service may send the same rows for ever with new
    /// tokens.
    ends: Hashes,
    empty: u64,
}

#[derive(Debug, Default)]
struct Hashes {
    known: HashSet<u64>,
    hasher: RandomState,
}

impl Hashes {
    fn insert(&mut self, value: impl Hash) -> bool {
        self.known.insert(self.hasher.hash_one(value))
    }

    fn insert_ends(&mut self, rows: &[Row]) -> bool {
        let ends = [rows.first(), rows.last()].into_iter().flatten();
        ends.fold(false, |is_new, row| {
            is_new | self.insert((row.names(), &row.digest, row.date))
        })
    }
}

#[derive(Debug)]
enum Next {
    Beginning,
    Token(String),
    End,
}

impl<'a> Pages<'a> {
    pub(crate) fn new(
        sources: &'a Sources<'a>,
        kind: RowKind,
        subject: &'a Subject,
        args: &PageArgs,
    ) -> Self {
        let mut pages = Self::of_all(sources, kind, subject, args.page_size);
        pages.left = args.max_pages.map(NonZeroU64::get);
        if let Some(token) = &args.starting_token {
            pages.followed.insert(token);
            pages.next = Next::Token(token.clone());
        }
        pages
    }

    pub(crate) fn of_all(
        sources: &'a Sources<'a>,
        kind: RowKind,
        subject: &'a Subject,
        page_size: u16,
    ) -> Self {
        Self {
            sources,
            kind,
            subject,
            page_size,
            left: None,
            next: Next::Beginning,
            followed: Hashes::default(),
            read: 0,
            ends: Hashes::default(),
            empty: 0,
        }
    }

    /// The rows of the next page, or nothing after the last.
    /// A token that the source repeats is an error.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<Row>>, Error> {
        if self.is_at_end() {
            return Ok(None);
        }
        let request = PageRequest {
            page_size: self.page_size,
            token: self.next_token(),
            start: self.start(),
        };
        let page = self.sources.page(self.kind, self.subject, request);
        // In a box, which ends the recursion: the images of a public repository are read from pages of
        // its tags.
        let page = Box::pin(page).await;
        let Page { rows, next_token } = page.map_err(|error| self.of_a_page(error))?;
        self.read += 1;
        self.sources
            .progress
            .page(self.subject, self.read, rows.len());
        self.left = self.left.map(|pages| pages - 1);
        let has_new = self.ends.insert_ends(&rows);
        self.empty = if has_new { 0 } else { self.empty + 1 };
        self.next = self.after(next_token)?;
        if self.empty == MOST_EMPTY_PAGES && !self.is_at_end() {
            return Err(self.incomplete(&format!(
                "returned {MOST_EMPTY_PAGES} consecutive pages of {} without new rows",
                self.subject.title()
            )));
        }
        Ok(Some(rows))
    }

    pub(crate) async fn each(mut self, mut take: impl FnMut(Vec<Row>)) -> Result<(), Error> {
        while let Some(rows) = self.next().await? {
            take(rows);
        }
        Ok(())
    }

    fn after(&mut self, token: Option<String>) -> Result<Next, Error> {
        match token.filter(|token| !token.is_empty()) {
            None => Ok(Next::End),
            Some(token) if self.followed.insert(&token) => Ok(Next::Token(token)),
            Some(_) => Err(self.incomplete(&format!(
                "repeats a page token after page {} of {}",
                self.read,
                self.subject.title()
            ))),
        }
    }

    pub(crate) fn are_of_own(&self) -> bool {
        self.subject.is_own()
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.left == Some(0) || matches!(self.next, Next::End)
    }

    pub(crate) fn next_token(&self) -> Option<&str> {
        match &self.next {
            Next::Token(token) => Some(token),
            Next::Beginning | Next::End => None,
        }
    }

    fn start(&self) -> Start {
        match (&self.next, self.read) {
            (Next::Beginning | Next::End, _) => Start::Beginning,
            (Next::Token(_), 0) => Start::Given,
            (Next::Token(_), _) => Start::Next,
        }
    }

    /// Requests the next page, does `work` while waiting for the response, and returns both results.
    pub(crate) async fn next_during<T>(
        &mut self,
        work: impl FnOnce() -> T,
    ) -> (Result<Option<Vec<Row>>, Error>, T) {
        let work = async {
            for _ in 0..TURNS {
                tokio::task::yield_now().await;
            }
            work()
        };
        tokio::join!(biased; self.next(), work)
    }

    /// Adds to the error of the next page a hint how to resume after the pages before it.
    pub(crate) fn resumable(&self, error: Error) -> Error {
        match &self.next {
            Next::Token(token) if self.read > 0 && error.kind() != Kind::Token => {
                error.hint(format!(
                    "rows before page {} of {} are printed; resume with `{}`",
                    self.read + 1,
                    self.subject.title(),
                    starting_at(token)
                ))
            }
            _ => error,
        }
    }

    /// A repository that disappears between two pages is not missing: its listing is incomplete.
    fn of_a_page(&self, error: Error) -> Error {
        if self.read > 0 && error.kind() == Kind::NotFound {
            let message = format!("{} disappeared while it was read", self.subject.title());
            return Error::new(Kind::Service, message);
        }
        error
    }

    /// Ends the pages, because the service `does` what would never end.
    fn incomplete(&mut self, does: &str) -> Error {
        self.next = Next::End;
        Error::new(
            Kind::Service,
            format!("the service {does}: the listing cannot be completed"),
        )
    }
}

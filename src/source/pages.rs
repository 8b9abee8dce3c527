//! Reads the pages of a listing, to the end or to an error.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroU64;

use clap::builder::NonEmptyStringValueParser;

use super::{Listed, Page, PageRequest, Sources, Start, Subject};
use crate::error::{Error, Kind};
use crate::model::Row;
use crate::options;
use crate::reference::Repository;
use crate::shell::quoted;

/// Reading fails after this many consecutive pages without new rows.
const MOST_EMPTY_PAGES: u64 = 1000;
/// How many rows are remembered to tell new rows from old ones. A listing may be longer.
const MOST_RECENT_ROWS: usize = 10_000;

/// The options that divide a listing into requests.
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
    #[arg(long, value_name = "N", value_parser = options::one_or_more::<NonZeroU64>, hide_short_help = true)]
    pub(crate) max_pages: Option<NonZeroU64>,

    /// Resume where an earlier listing stopped
    ///
    /// TOKEN is the `nextToken` of a listing of the same repository by the same command. Takes one
    /// repository.
    #[arg(long, alias = "next-token", value_name = "TOKEN", value_parser = NonEmptyStringValueParser::new(), allow_hyphen_values = true, hide_short_help = true)]
    pub(crate) starting_token: Option<String>,
}

/// The option that resumes at `token`, quoted for a shell.
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
    /// Whether only a part of the listing is read.
    pub(crate) fn is_part(&self) -> bool {
        self.max_pages.is_some() || self.starting_token.is_some()
    }
}

/// The pages of one listing, from a starting token to the end or to `--max-pages`.
#[derive(Debug)]
pub(crate) struct Pages<'a, Of = Repository> {
    sources: &'a Sources<'a>,
    of: &'a Of,
    page_size: u16,
    /// How many more pages to read, if limited.
    left: Option<u64>,
    next: Next,
    seen: Seen,
    read: u64,
    recent: Recent,
    /// The count of consecutive pages without new rows.
    empty: u64,
}

/// The tokens already followed, because a repeated token would loop for ever. Hashes, because tokens
/// may have any length.
#[derive(Debug, Default)]
struct Seen {
    hashes: HashSet<u64>,
    hasher: RandomState,
}

impl Seen {
    /// Whether `token` is new.
    fn insert(&mut self, token: &str) -> bool {
        self.hashes.insert(self.hasher.hash_one(token))
    }
}

/// The hashes of recent rows, because a service may send the same rows for ever with new tokens.
#[derive(Debug, Default)]
struct Recent {
    hashes: HashSet<u64>,
    hasher: RandomState,
}

impl Recent {
    /// Remembers `rows`, and returns whether one of them is new.
    fn add<R: Row>(&mut self, rows: &[R]) -> bool {
        if self.hashes.len() > MOST_RECENT_ROWS {
            self.hashes.clear();
        }
        let mut has_new = false;
        for row in rows {
            let row = (row.id(), row.names(), row.digest(), row.date());
            has_new |= self.hashes.insert(self.hasher.hash_one(row));
        }
        has_new
    }
}

#[derive(Debug)]
enum Next {
    Beginning,
    Token(String),
    End,
}

impl<'a, Of: Subject> Pages<'a, Of> {
    /// The pages that `args` select.
    pub(crate) fn new(sources: &'a Sources<'a>, of: &'a Of, args: &PageArgs) -> Self {
        let mut pages = Self::of_all(sources, of, args.page_size);
        pages.left = args.max_pages.map(NonZeroU64::get);
        if let Some(token) = &args.starting_token {
            pages.seen.insert(token);
            pages.next = Next::Token(token.clone());
        }
        pages
    }

    /// All pages, each of at most `page_size` rows.
    pub(crate) fn of_all(sources: &'a Sources<'a>, of: &'a Of, page_size: u16) -> Self {
        Self {
            sources,
            of,
            page_size,
            left: None,
            next: Next::Beginning,
            seen: Seen::default(),
            read: 0,
            recent: Recent::default(),
            empty: 0,
        }
    }

    /// The rows of the next page, or nothing after the last.
    ///
    /// # Errors
    ///
    /// Any failure of the source or the network, and a token that the source repeats.
    pub(crate) async fn next<R: Listed<Of = Of>>(&mut self) -> Result<Option<Vec<R>>, Error> {
        if self.is_at_end() {
            return Ok(None);
        }
        let request = PageRequest {
            page_size: self.page_size,
            token: self.next_token(),
            start: self.start(),
        };
        let page = R::page(self.sources, self.of, request).await;
        let Page { rows, next_token } = page.map_err(|error| self.of_a_page(error))?;
        self.read += 1;
        self.sources.progress.page(self.of, self.read, rows.len());
        self.left = self.left.map(|pages| pages - 1);
        let has_new = self.recent.add(&rows);
        self.empty = if has_new { 0 } else { self.empty + 1 };
        self.next = self.after(next_token)?;
        if self.empty == MOST_EMPTY_PAGES && !self.is_at_end() {
            self.next = Next::End;
            return Err(self.without_rows());
        }
        Ok(Some(rows))
    }

    /// The step after a page whose response has this token.
    fn after(&mut self, token: Option<String>) -> Result<Next, Error> {
        match token.filter(|token| !token.is_empty()) {
            None => Ok(Next::End),
            Some(token) if self.seen.insert(&token) => Ok(Next::Token(token)),
            Some(_) => {
                self.next = Next::End;
                Err(self.in_a_circle())
            }
        }
    }

    /// Whether the rows are of an own repository or of the own registry.
    pub(crate) fn are_of_own(&self) -> bool {
        self.of.is_own()
    }

    /// Whether the last page was read.
    pub(crate) fn is_at_end(&self) -> bool {
        self.left == Some(0) || matches!(self.next, Next::End)
    }

    /// The token of the next page; `None` at the end of the listing.
    pub(crate) fn next_token(&self) -> Option<&str> {
        match &self.next {
            Next::Token(token) => Some(token),
            Next::Beginning | Next::End => None,
        }
    }

    /// Where the next page starts.
    fn start(&self) -> Start {
        match (&self.next, self.read) {
            (Next::Beginning | Next::End, _) => Start::Beginning,
            (Next::Token(_), 0) => Start::Given,
            (Next::Token(_), _) => Start::Next,
        }
    }

    /// Requests the next page, does `work` while waiting for the response, and returns both results.
    pub(crate) async fn next_during<R: Listed<Of = Of>, T>(
        &mut self,
        work: impl FnOnce() -> T,
    ) -> (Result<Option<Vec<R>>, Error>, T) {
        // The first poll hands the request to the runtime's worker, which sends it.
        tokio::join!(biased; self.next(), async { work() })
    }

    /// Adds to the error of the next page a hint how to resume after the pages before it.
    pub(crate) fn resumable(&self, error: Error) -> Error {
        match &self.next {
            Next::Token(token) if self.read > 0 && error.kind() != Kind::Token => {
                error.hint(format!(
                    "rows before page {} of {} are printed; resume with `{}`",
                    self.read + 1,
                    self.of.title(),
                    starting_at(token)
                ))
            }
            _ => error,
        }
    }

    /// A repository that disappears between two pages is not missing: its listing is incomplete.
    fn of_a_page(&self, error: Error) -> Error {
        if self.read > 0 && error.kind() == Kind::NotFound {
            let message = format!("{} disappeared while it was read", self.of.title());
            return Error::new(Kind::Service, message);
        }
        error
    }

    fn without_rows(&self) -> Error {
        Error::new(
            Kind::Service,
            format!(
                "the service returned {MOST_EMPTY_PAGES} consecutive pages of {} without new rows; the listing cannot be completed",
                self.of.title()
            ),
        )
    }

    fn in_a_circle(&self) -> Error {
        Error::new(
            Kind::Service,
            format!(
                "the service repeats a page token after page {} of {}: the listing cannot be completed",
                self.read,
                self.of.title()
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{PageArgs, Pages};
    use crate::error::{Error, Kind};
    use crate::facts::Facts;
    use crate::model::Row;
    use crate::progress::Progress;
    use crate::source::{Listed, Page, PageRequest, PublicApi, Sources, Subject};

    /// A listing whose page after token `n` has the row `n` and the token at index `n`.
    struct Script(Vec<Option<&'static str>>);

    impl std::fmt::Display for Script {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("script")
        }
    }

    #[derive(Debug, PartialEq)]
    struct Number(usize);

    impl Row for Number {
        fn id(&self) -> Option<&str> {
            None
        }

        fn names(&self) -> &[String] {
            &[]
        }

        fn date(&self) -> Option<Timestamp> {
            None
        }
    }

    impl Subject for Script {
        fn is_own(&self) -> bool {
            true
        }

        fn title(&self) -> String {
            "repository `script`".to_owned()
        }

        fn told(&self, _api: PublicApi) -> Facts {
            Facts::empty()
        }

        fn readable(&self, _api: PublicApi) -> Facts {
            Facts::empty()
        }
    }

    impl Listed for Number {
        type Of = Script;

        async fn page(
            _sources: &Sources<'_>,
            script: &Script,
            request: PageRequest<'_>,
        ) -> Result<Page<Self>, Error> {
            let number = request.token.map_or(0, |token| token.parse().unwrap());
            match script.0.get(number) {
                Some(token) => Ok(Page {
                    rows: vec![Number(number)],
                    next_token: token.map(str::to_owned),
                }),
                None => Err(Error::new(Kind::NotFound, "the repository does not exist")),
            }
        }
    }

    fn args(max_pages: Option<u64>, starting_token: Option<&str>) -> PageArgs {
        PageArgs {
            page_size: 1,
            max_pages: max_pages.map(|pages| pages.try_into().unwrap()),
            starting_token: starting_token.map(str::to_owned),
        }
    }

    /// The rows of all pages, the error that ends them, and the token that is left.
    fn read(tokens: &[Option<&'static str>], args: &PageArgs) -> (Vec<usize>, String, String) {
        let progress = Progress::new(false);
        let sources = Sources {
            own: None,
            public: None,
            progress: &progress,
        };
        let script = Script(tokens.to_vec());
        let mut pages = Pages::new(&sources, &script, args);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let mut rows = Vec::new();
        let error = loop {
            match runtime.block_on(pages.next::<Number>()) {
                Ok(Some(page)) => rows.extend(page.into_iter().map(|Number(number)| number)),
                Ok(None) => break String::new(),
                Err(error) => {
                    let error = pages.resumable(error);
                    break format!("{error} / {}", error.hints().join(" / "));
                }
            }
        };
        (
            rows,
            error,
            pages.next_token().unwrap_or_default().to_owned(),
        )
    }

    #[test]
    fn follows_every_page_to_the_end() {
        let all = read(&[Some("1"), Some("2"), None], &args(None, None));
        assert_eq!(all, (vec![0, 1, 2], String::new(), String::new()));
        let empty_token = read(&[Some("")], &args(None, None));
        assert_eq!(empty_token, (vec![0], String::new(), String::new()));
    }

    #[test]
    fn a_repeated_token_is_an_error() {
        for (tokens, starting_token) in [
            (vec![Some("1"), Some("1")], None),
            (vec![Some("1"), Some("2"), Some("1")], None),
            (vec![None, Some("2"), Some("1")], Some("1")),
        ] {
            let (_, error, token) = read(&tokens, &args(None, starting_token));
            assert!(
                error.contains("repeats a page token"),
                "{tokens:?}: {error}"
            );
            assert_eq!(token, "", "a loop leaves no token to resume from");
        }
    }

    #[test]
    fn a_part_of_a_listing_leaves_the_token_of_the_rest() {
        let tokens = [Some("1"), Some("2"), None];
        let part = read(&tokens, &args(Some(2), None));
        assert_eq!(part, (vec![0, 1], String::new(), "2".to_owned()));
        let rest = read(&tokens, &args(Some(1), Some("2")));
        assert_eq!(rest, (vec![2], String::new(), String::new()));
    }

    #[test]
    fn a_repository_that_disappears_names_the_token_to_resume_with() {
        let (rows, error, token) = read(&[Some("7")], &args(None, None));
        assert_eq!((rows, token.as_str()), (vec![0], "7"));
        assert!(
            error.contains("`script` disappeared while it was read"),
            "{error}"
        );
        assert!(
            error.contains("resume with `--starting-token 7`"),
            "{error}"
        );
    }
}

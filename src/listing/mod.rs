//! The one flow: pages → selection → format → stdout.

mod args;
mod platforms;

use std::sync::Arc;

use futures_util::stream::{self, StreamExt, TryStreamExt};

use crate::console::{self, Console};
use crate::error::{Error, Kind};
use crate::model::Row;
use crate::output::Schema;
use crate::printer::Printer;
use crate::progress::Progress;
use crate::select::{self, Selection, SortKey, TaggedArgs, Wanted};
use crate::source::{
    ImageId, LOOK_UP_SIZE, Listed, LookUp, Pages, PublicRepository, Repository, Sources, Target,
};
use crate::summary::Summary;

pub(crate) use self::args::ListingArgs;

/// Repositories read at once: the service allows few requests a second.
const CONCURRENCY: usize = 4;

/// What a command lists.
#[derive(Debug)]
pub(crate) struct Plan<R: 'static> {
    pub(crate) schema: &'static Schema<R>,
    /// The key that orders rows by their own date.
    pub(crate) newest: SortKey,
    pub(crate) tagged: TaggedArgs,
}

/// What was asked for and does not exist, while everything else was listed.
pub(crate) type Missing = Vec<Error>;

/// Lists what `args` ask for.
///
/// # Errors
///
/// Anything but missing repositories and images; then stdout has nothing, or, of a listing in the
/// service's order, the whole pages that were read before.
pub(crate) async fn run<R: Row + Listed + 'static>(
    plan: Plan<R>,
    args: &ListingArgs,
    console: &Console,
    progress: &Progress,
) -> Result<Missing, Error> {
    let targets = args.source.targets()?;
    args.check(plan.schema, plan.tagged, &targets)?;
    let expected = args.expected(&targets);
    let place = console.place();
    let format = args.output.format(plan.schema, expected, place)?;
    let default_order = if expected.names_only {
        SortKey::Version
    } else {
        plan.newest
    };
    let selection = args
        .select
        .selection(plan.tagged, default_order, place.now)?;
    let platforms = args.output.wants_platforms();
    let streams = selection.keeps_order()
        && format.streams()
        && !args.count
        && !platforms
        && targets.iter().all(|target| args.wanted(target).is_none());
    if console.has_watcher() && !(streams && place.terminal) {
        progress.show_line();
    }
    let sources = args
        .source
        .connect(&targets, &args.connection, platforms, progress);
    let listing = Listing {
        sources: sources.await?,
        args,
        selection,
        platforms,
        console,
        progress,
    };
    let printer = Printer::new(format);
    let missing = if args.count {
        listing.count::<R>(&targets).await?
    } else if streams {
        listing.stream(&targets, printer).await?
    } else {
        let summed_up = place.terminal && args.output.is_table() && console.has_watcher();
        let noun = summed_up.then_some(plan.schema.noun);
        listing.print(&targets, printer, noun).await?
    };
    if plan.schema.is_made_of_tags() {
        listing.note_untagged(&targets);
    }
    Ok(missing)
}

/// A listing under way.
struct Listing<'a> {
    sources: Sources<'a>,
    args: &'a ListingArgs,
    selection: Selection<'a>,
    /// Whether indexes are asked what they hold.
    platforms: bool,
    console: &'a Console,
    progress: &'a Progress,
}

/// What was read of a repository.
struct Part<R> {
    rows: Vec<R>,
    /// Rows that `--limit` left out.
    left_out: usize,
    /// Where the listing goes on after `--max-pages`.
    next_token: Option<String>,
    /// Images that were asked for and do not exist.
    missing: Missing,
    /// What everybody calls the repository, where that matters.
    home: Option<PublicRepository>,
}

impl<R> Part<R> {
    /// Whether there is nothing to show, and nothing that says why.
    fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.missing.is_empty()
    }
}

/// How much of a repository was printed as it came.
struct Streamed {
    next_token: Option<String>,
    /// Whether `--limit` was reached before the end.
    limited: bool,
}

impl Listing<'_> {
    /// Reads everything, and only then prints it, with a summary of rows called `noun`.
    async fn print<R: Row + Listed + 'static>(
        &self,
        targets: &[Target],
        mut printer: Printer<R>,
        noun: Option<&'static str>,
    ) -> Result<Missing, Error> {
        let read = async |target| unless_missing(self.select::<R>(target).await);
        let mut parts: Vec<_> = stream::iter(targets)
            .map(read)
            .buffered(CONCURRENCY)
            .try_collect()
            .await?;
        if self.platforms {
            let mut parts: Vec<_> = parts.iter_mut().flatten().collect();
            platforms::add(&self.sources, &mut parts).await?;
        }
        self.progress.end_line();
        let mut listed = Vec::new();
        let mut missing = Missing::new();
        for (target, part) in targets.iter().zip(parts) {
            match part {
                Ok(mut part) => {
                    if part.is_empty() && self.args.output.is_table() {
                        let repository = &target.repository;
                        self.console
                            .note(&format!("repository `{repository}` has nothing to list"));
                    }
                    missing.append(&mut part.missing);
                    listed.push(part);
                }
                Err(error) => missing.push(error),
            }
        }
        for part in &listed {
            printer.rows(&part.rows).await?;
        }
        let next_token = listed.last().and_then(|part| part.next_token.as_deref());
        if !listed.is_empty() {
            printer.end(next_token).await?;
        }
        self.sum_up(noun, &listed);
        self.note_token(next_token);
        // The program ends here; to free 100,000 rows one by one takes as long as to sort them.
        std::mem::forget(listed);
        Ok(missing)
    }

    /// Prints page after page as it comes, in the service's order, one repository after another.
    async fn stream<R: Row + Listed + 'static>(
        &self,
        targets: &[Target],
        mut printer: Printer<R>,
    ) -> Result<Missing, Error> {
        let mut missing = Missing::new();
        let (mut next_token, mut limited, mut is_listed) = (None, false, false);
        for target in targets {
            let streamed = self.stream_pages(&target.repository, &mut printer).await;
            match unless_missing(streamed)? {
                Ok(streamed) => {
                    next_token = streamed.next_token;
                    limited |= streamed.limited;
                    is_listed = true;
                }
                Err(error) => missing.push(error),
            }
        }
        if is_listed {
            printer.end(next_token.as_deref()).await?;
        }
        self.progress.end_line();
        if limited {
            self.console
                .note("`--limit` ends the listing; there may be more rows");
        }
        self.note_token(next_token.as_deref());
        Ok(missing)
    }

    /// Prints the pages of a repository; while one is written, the next is on its way.
    async fn stream_pages<R: Row + Listed + 'static>(
        &self,
        repository: &Repository,
        printer: &mut Printer<R>,
    ) -> Result<Streamed, Error> {
        let home = self.home(repository).await?;
        let mut pages = self.pages(repository);
        let mut wanted = self.selection.limit().unwrap_or(usize::MAX);
        let mut page = pages.next().await?;
        let mut limited = false;
        while let Some(mut rows) = page {
            self.selection.filter(&mut rows);
            limited = rows.len() > wanted || (rows.len() == wanted && !pages.is_at_end());
            rows.truncate(wanted);
            wanted -= rows.len();
            self.move_home(home.as_ref(), &mut rows);
            if limited || pages.is_at_end() {
                printer.rows(&rows).await?;
                break;
            }
            let next = printer.rows_during(&rows, pages.next()).await?;
            page = next.map_err(|error| pages.resumable(error))?;
        }
        Ok(Streamed {
            next_token: pages.next_token().filter(|_| !limited).map(str::to_owned),
            limited,
        })
    }

    /// Counts the rows of each repository, and holds none.
    async fn count<R: Row + Listed>(&self, targets: &[Target]) -> Result<Missing, Error> {
        let count = async |target| unless_missing(self.count_rows::<R>(target).await);
        let counts: Vec<_> = stream::iter(targets)
            .map(count)
            .buffered(CONCURRENCY)
            .try_collect()
            .await?;
        self.progress.end_line();
        let mut lines = Vec::new();
        let mut missing = Missing::new();
        for (target, count) in targets.iter().zip(counts) {
            match count {
                Ok((count, absent)) => {
                    lines.push(match targets {
                        [_] => format!("{count}\n"),
                        _ => format!("{}\t{count}\n", target.repository),
                    });
                    missing.extend(absent);
                }
                Err(error) => missing.push(error),
            }
        }
        console::write(lines.concat().as_bytes())?;
        Ok(missing)
    }

    async fn count_rows<R: Row + Listed>(
        &self,
        target: &Target,
    ) -> Result<(usize, Missing), Error> {
        if self.args.wanted(target).is_some() {
            let part = self.select::<R>(target).await?;
            return Ok((part.rows.len(), part.missing));
        }
        let mut pages = self.pages(&target.repository);
        let mut count = 0;
        while let Some(mut rows) = pages.next::<R>().await? {
            self.selection.filter(&mut rows);
            count += rows.len();
        }
        Ok((count, Missing::new()))
    }

    /// The rows of a repository that are asked for, in the order asked.
    async fn select<R: Row + Listed>(&self, target: &Target) -> Result<Part<R>, Error> {
        let repository = &target.repository;
        let read = async {
            match self.args.wanted(target) {
                Some(wanted) => self.find(repository, &wanted).await,
                None => self.read(repository).await,
            }
        };
        let (mut part, home) = tokio::try_join!(read, self.home(repository))?;
        part.left_out = self.selection.order_and_limit(&mut part.rows);
        self.move_home(home.as_ref(), &mut part.rows);
        part.home = home;
        Ok(part)
    }

    /// What everybody calls `repository`, if that is going to be asked.
    async fn home(&self, repository: &Repository) -> Result<Option<PublicRepository>, Error> {
        if self.platforms || self.args.output.is_full_ref() {
            return self.sources.home(repository).await.map(Some);
        }
        Ok(None)
    }

    /// Tells the rows of `home` for references to them.
    fn move_home<R: Row>(&self, home: Option<&PublicRepository>, rows: &mut [R]) {
        if let Some(home) = home.filter(|_| self.args.output.is_full_ref()) {
            let alias: Arc<str> = home.alias.as_str().into();
            let name: Arc<str> = home.name.as_str().into();
            for row in rows {
                row.set_home(&alias, &name);
            }
        }
    }

    /// Reads all rows that pass the filter, in the service's order.
    async fn read<R: Row + Listed>(&self, repository: &Repository) -> Result<Part<R>, Error> {
        let mut pages = self.pages(repository);
        let mut all = Vec::new();
        let mut page = pages.next().await?;
        while let Some(mut rows) = page {
            let keep = || {
                self.selection.filter(&mut rows);
                // Pages in order are soon merged, and there is time while the next one is waited for.
                self.selection.order(&mut rows);
                all.append(&mut rows);
            };
            page = pages.next_while(keep).await?;
        }
        Ok(Part {
            rows: all,
            left_out: 0,
            next_token: pages.next_token().map(str::to_owned),
            missing: Missing::new(),
            home: None,
        })
    }

    /// Reads the rows that are asked for by name: looked up where the service can, or else picked
    /// from the listing, which is read once.
    async fn find<R: Row + Listed>(
        &self,
        repository: &Repository,
        wanted: &Wanted,
    ) -> Result<Part<R>, Error> {
        let mut rows = Vec::new();
        let mut to_pick = Vec::new();
        for ids in wanted.ids().chunks(LOOK_UP_SIZE) {
            match R::look_up(self.sources.of(repository), ids).await? {
                LookUp::Found(found) => rows.extend(found),
                LookUp::PickFromListing => to_pick.extend(ids),
            }
        }
        if !to_pick.is_empty() {
            let mut pages = self.pages(repository);
            while let Some(mut page) = pages.next().await? {
                select::pick(&to_pick, &mut page);
                rows.append(&mut page);
            }
        }
        select::once(&mut rows);
        let missing = wanted.missing(&rows).into_iter();
        let missing = missing.map(|id| missing_image(id, repository)).collect();
        self.selection.filter(&mut rows);
        Ok(Part {
            rows,
            left_out: 0,
            next_token: None,
            missing,
            home: None,
        })
    }

    fn pages<'a>(&'a self, repository: &'a Repository) -> Pages<'a> {
        let source = self.sources.of(repository);
        Pages::new(source, self.progress, repository, &self.args.pages)
    }

    /// Says what a table comes to, and how many rows it leaves out.
    fn sum_up<R: Row>(&self, noun: Option<&'static str>, listed: &[Part<R>]) {
        if let Some(noun) = noun {
            let mut summary = Summary::default();
            for part in listed {
                summary.add(&part.rows);
            }
            if !summary.is_empty() {
                self.console.sum_up(summary.line(noun));
            }
        }
        let left_out: usize = listed.iter().map(|part| part.left_out).sum();
        if left_out > 0 {
            let plural = if left_out == 1 { "" } else { "s" };
            self.console
                .note(&format!("`--limit` leaves out {left_out} more row{plural}"));
        }
    }

    /// Says that a list of images may lack some, where it is made of tags.
    fn note_untagged(&self, targets: &[Target]) {
        let lacks_some = |target: &&Target| !target.is_own() && self.args.wanted(target).is_none();
        let mut lacking = targets.iter().filter(lacks_some);
        let whose = match (lacking.next(), lacking.next()) {
            (Some(target), None) => format!("the public repository `{}`", target.repository),
            (Some(_), Some(_)) => "public repositories".to_owned(),
            (None, _) => return,
        };
        if self.selection.admits_untagged() {
            self.console
                .note(&format!("untagged images of {whose} cannot be seen"));
        }
    }

    /// Says where a part of a listing goes on, if its format does not.
    fn note_token(&self, token: Option<&str>) {
        if let Some(token) = token.filter(|_| !self.args.output.carries_token()) {
            self.console.note(&format!(
                "there is more; go on with `--starting-token {token}`"
            ));
        }
    }
}

/// Separates the error of a repository that does not exist from all others: the rest is listed.
fn unless_missing<T>(outcome: Result<T, Error>) -> Result<Result<T, Error>, Error> {
    match outcome {
        Err(error) if error.kind() != Kind::NotFound => Err(error),
        outcome => Ok(outcome),
    }
}

fn missing_image(id: &ImageId, repository: &Repository) -> Error {
    let error = Error::new(
        Kind::NotFound,
        format!("repository `{repository}` has no image with {id}"),
    );
    match (repository, id) {
        (Repository::Public(_), ImageId::Digest(_)) => error.hint(format!(
            "only what has a tag can be seen: `ecrpub tags {repository}`"
        )),
        _ => error.hint(format!("see what it has with `ecrpub tags {repository}`")),
    }
}

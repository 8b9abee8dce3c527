//! The one flow: pages → selection → format → stdout.

mod args;
mod platforms;
mod printer;
mod read;
mod summary;

use futures_util::stream::{self, StreamExt, TryStreamExt};

use self::printer::Printer;
use self::summary::Summary;
use crate::console::{self, Console};
use crate::error::{Error, Kind};
use crate::model::Row;
use crate::output::Schema;
use crate::progress::Progress;
use crate::reference::Repository;
use crate::select::{Selection, SortKey, TaggedArgs};
use crate::source::{Listed, Sources, Target};

pub(crate) use self::args::ListingArgs;
use self::read::Part;

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
    let streams = selection.keeps_order() && format.streams() && args.takes_rows_as_come(&targets);
    if console.has_watcher() && !(streams && place.terminal) {
        progress.show_line();
    }
    let sources = args
        .source
        .connect(&targets, &args.connection, platforms, progress);
    let listing = Listing {
        sources: sources.await?,
        args,
        may_lack_untagged: plan.schema.is_made_of_tags() && selection.admits_untagged(),
        selection,
        platforms,
        console,
        progress,
    };
    let printer = Printer::new(format);
    if args.count {
        listing.count::<R>(&targets).await
    } else if streams {
        listing.stream(&targets, printer).await
    } else {
        let summed_up = place.terminal && args.output.is_table() && console.has_watcher();
        let noun = summed_up.then_some(plan.schema.noun);
        listing.print(&targets, printer, noun).await
    }
}

/// A listing under way.
struct Listing<'a> {
    sources: Sources<'a>,
    args: &'a ListingArgs,
    selection: Selection<'a>,
    /// Whether untagged images are asked for that a public repository does not show.
    may_lack_untagged: bool,
    /// Whether indexes are asked what they hold.
    platforms: bool,
    console: &'a Console,
    progress: &'a Progress,
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
        let (mut listed, mut seen) = (Vec::new(), Vec::new());
        let mut missing = Missing::new();
        for (target, part) in targets.iter().zip(parts) {
            match part {
                Ok(mut part) => {
                    seen.push(target);
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
        self.note_untagged(&seen);
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
        let (mut next_token, mut limited, mut seen) = (None, false, Vec::new());
        for target in targets {
            let streamed = self.stream_pages(&target.repository, &mut printer).await;
            match unless_missing(streamed)? {
                Ok(streamed) => {
                    next_token = streamed.next_token;
                    limited |= streamed.limited;
                    seen.push(target);
                }
                Err(error) => missing.push(error),
            }
        }
        if !seen.is_empty() {
            printer.end(next_token.as_deref()).await?;
        }
        self.progress.end_line();
        if limited {
            self.console
                .note("`--limit` ends the listing; there may be more rows");
        }
        self.note_untagged(&seen);
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
            self.tell_home(home.as_ref(), &mut rows);
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
        let (mut lines, mut seen) = (Vec::new(), Vec::new());
        let mut missing = Missing::new();
        for (target, count) in targets.iter().zip(counts) {
            match count {
                Ok((count, absent)) => {
                    seen.push(target);
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
        self.note_untagged(&seen);
        Ok(missing)
    }

    async fn count_rows<R: Row + Listed>(
        &self,
        target: &Target,
    ) -> Result<(usize, Missing), Error> {
        if !self.args.wants_all(target) {
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
    fn note_untagged(&self, seen: &[&Target]) {
        let lacks_some = |target: &&&Target| {
            self.may_lack_untagged && !target.is_own() && self.args.wants_all(target)
        };
        let mut lacking = seen.iter().filter(lacks_some);
        let whose = match (lacking.next(), lacking.next()) {
            (Some(target), None) => format!("the public repository `{}`", target.repository),
            (Some(_), Some(_)) => "public repositories".to_owned(),
            (None, _) => return,
        };
        self.console
            .note(&format!("untagged images of {whose} cannot be seen"));
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

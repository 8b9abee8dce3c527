//! The flow of every listing: targets → check → connect → read → relate → select → count, stream, print
//! or delete.

mod check;
mod collect;
mod deletion;
mod expand;
mod manifests;
mod missing;
mod notes;
mod print;
mod query;
mod read;
mod related;
mod stream;
mod summary;
mod usage;

use self::expand::Resolved;
use self::print::Printer;
pub(crate) use self::query::{AddedColumns, ImageListingArgs, ListingArgs, Query, UsedByArgs};
pub(crate) use self::usage::UsageArgs;
use crate::error::{Error, Kind};
use crate::facts::{Facts, Need};
use crate::output::{Destination, Expected};
use crate::select::{Selection, SortKey};
use crate::session::Session;
use crate::source::{PublicApi, Sources};

/// The number of repositories and manifests that are read at once. More than a host gets requests at a
/// time, so that a slow one does not hold up the others.
const WINDOW: usize = 64;

/// The errors for named repositories and images that do not exist; all others were listed.
pub(crate) type Missing = Vec<Error>;

/// What is done with the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// They are counted, and not held.
    Count,
    /// They are printed as they arrive.
    Stream,
    /// They are printed after the last one was read.
    Print,
    /// The requests that delete them are printed.
    Delete,
}

/// A listing in progress.
struct Listing<'a> {
    query: &'a Query<'a>,
    mode: Mode,
    sources: Sources<'a>,
    selection: Selection<'a>,
    expected: Expected,
    /// The facts that select and order rows, beyond those of the listing.
    selecting: Facts,
    /// The facts that are printed, beyond those of the listing.
    printing: Facts,
    destination: Destination,
    session: Session<'a>,
}

/// Lists the rows of `query`.
///
/// # Errors
///
/// Any failure, except that a repository or an image does not exist. After a failure stdout is empty
/// or, in the service's order, holds the whole pages read before it.
pub(crate) async fn run(query: Query<'_>, session: Session<'_>) -> Result<Missing, Error> {
    // In boxes: the compiler limits how deep futures are in futures.
    match Box::pin(list(&query, query.source.first(), session)).await {
        // Nothing is printed yet: what streams needs more than names.
        Err(error)
            if matches!(
                error.kind(),
                Kind::Gallery | Kind::GalleryDenied | Kind::Token
            ) && check::names_are_enough(&query) =>
        {
            session.progress.end_line();
            notes::of_registry(&error, query.args, session.console);
            Box::pin(list(&query, PublicApi::Registry, session)).await
        }
        outcome => outcome,
    }
}

/// Lists the rows of `query`, public ones through `api`.
async fn list(query: &Query<'_>, api: PublicApi, session: Session<'_>) -> Result<Missing, Error> {
    check::check(query, api)?;
    let args = query.args;
    let expected = query.expected(api);
    let mut asked = query.added_columns();
    let columns = (args.output).columns(query.schema, expected, &asked)?;
    let listing = Listing::connect(query, api, session).await?;
    // Not earlier: a credential process may prompt on the same terminal.
    let prints_rows = listing.mode == Mode::Stream && listing.destination.terminal;
    if session.console.has_watcher() && !prints_rows {
        session.progress.show_line();
    }
    let resolved = Resolved::of(&listing.sources, &query.targets, args.pages.page_size).await?;
    if resolved.is_empty_registry {
        session.console.note("your registry has no repositories");
    }
    session.progress.subjects(resolved.targets.len());
    let key = args.select.sort.map(SortKey::name);
    asked.extend(key.as_deref());
    let format = (args.output).format(query.schema, columns, &asked, listing.destination);
    let printer = Printer::new(format, session.console);
    let (rows, missing) = match listing.mode {
        Mode::Stream => listing.stream(&resolved.targets, printer).await?,
        Mode::Count | Mode::Print | Mode::Delete => {
            let read = listing.read(&resolved.targets).await?;
            listing.print(read, printer)?
        }
    };
    let mut missing: Missing = resolved.missing.into_iter().chain(missing).collect();
    if args.fail_if_empty && rows == 0 && missing.is_empty() {
        missing.push(Error::new(Kind::Empty, "nothing is listed"));
    }
    Ok(missing)
}

/// The facts that only manifests tell; digests are among them if the source lists names alone.
const OF_MANIFESTS: Facts = Facts::MANIFESTS
    .union(Facts::DIGESTS)
    .union(Facts::RELATIONS);

impl<'a> Listing<'a> {
    /// The listing of `query`, connected to its sources.
    async fn connect(
        query: &'a Query<'_>,
        api: PublicApi,
        session: Session<'a>,
    ) -> Result<Self, Error> {
        let args = query.args;
        let expected = query.expected(api);
        let printing = union(facts(query.needs_of_output())) - expected.told;
        let selecting = union(facts(query.needs_of_selection())) - expected.told;
        let reads = printing | selecting;
        let destination = session.console.destination(session.env.now());
        let default_key = query.default_key(expected.told);
        let selection = (args.select).selection(query.tagged, default_key, destination.now);
        let can_stream = query.targets.iter().all(|target| query.wants_all(target))
            && reads.is_empty()
            && selection.streams()
            && !args.output.is_table();
        let mode = match can_stream {
            _ if args.count => Mode::Count,
            _ if query.deletes() => Mode::Delete,
            true => Mode::Stream,
            false => Mode::Print,
        };
        // What is skipped depends on more than the order there.
        let selection = match mode {
            Mode::Delete => selection.unlimited(),
            _ => selection,
        };
        let sources = Sources::connect(
            &query.targets,
            query.registry_id,
            api,
            reads.intersects(OF_MANIFESTS),
            &args.connection,
            session,
        );
        Ok(Self {
            query,
            mode,
            sources: sources.await?,
            selection,
            expected,
            selecting,
            printing,
            destination,
            session,
        })
    }

    /// The facts that are read for each row.
    fn reads(&self) -> Facts {
        self.selecting | self.printing
    }
}

fn facts(needs: Vec<Need>) -> impl Iterator<Item = Facts> {
    needs.into_iter().map(|need| need.facts)
}

fn union(facts: impl IntoIterator<Item = Facts>) -> Facts {
    let facts = facts.into_iter();
    facts.fold(Facts::empty(), |all, facts| all | facts)
}

/// Separates the error for a missing repository, which does not end the listing, from all others.
fn unless_missing<T>(outcome: Result<T, Error>) -> Result<Result<T, Error>, Error> {
    match outcome {
        Err(error) if error.kind() != Kind::NotFound => Err(error),
        outcome => Ok(outcome),
    }
}

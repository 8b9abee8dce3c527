//! The flow of every listing: targets → check → connect → read → relate → select → print, stream or
//! count.

mod args;
mod check;
mod count;
mod notes;
mod print;
mod printer;
mod read;
mod relate;
mod stream;
mod summary;

pub(crate) use self::args::ListingArgs;
use self::printer::Printer;
use crate::console::Console;
use crate::error::{Error, Kind};
use crate::facts::Facts;
use crate::model::ImageRow;
use crate::output::{Expected, Schema};
use crate::progress::Progress;
use crate::reference::Repository;
use crate::select::{Selection, SortKey, TaggedArgs};
use crate::session::Session;
use crate::source::{Listed, PublicApi, Sources, Target};

/// The number of repositories read at once: the service allows few requests per second.
const CONCURRENCY: usize = 4;

/// The kind of rows that a command lists.
#[derive(Debug)]
pub(crate) struct Plan<R: 'static> {
    pub(crate) schema: &'static Schema<R>,
    /// The key that sorts rows by their own date.
    pub(crate) newest: SortKey,
    pub(crate) tagged: TaggedArgs,
}

/// The errors for named repositories and images that do not exist; all others were listed.
pub(crate) type Missing = Vec<Error>;

/// The result of a listing that did not fail.
struct Outcome {
    /// The number of rows that were listed or counted.
    rows: usize,
    missing: Missing,
}

/// Rows that are listed one repository at a time.
pub(crate) trait RepositoryRow: Listed<Of = Repository> + ImageRow + 'static {}

impl<R: Listed<Of = Repository> + ImageRow + 'static> RepositoryRow for R {}

/// Lists the rows that `args` select.
///
/// # Errors
///
/// Any failure, except that a repository or an image does not exist. After a failure stdout is empty
/// or, in the service's order, holds the whole pages read before it.
pub(crate) async fn run<R: RepositoryRow>(
    plan: Plan<R>,
    args: &ListingArgs,
    session: Session<'_>,
) -> Result<Missing, Error> {
    let targets = args.source.targets()?;
    let outcome = list(&plan, args, &targets, args.source.source.first(), session).await;
    match outcome {
        // Nothing is printed yet: the formats that stream need more than names.
        Err(error)
            if error.is_of_gallery()
                && check::names_are_enough(plan.schema, args, plan.tagged, &targets) =>
        {
            session.progress.end_line();
            notes::of_registry(&error, args, session.console);
            list(&plan, args, &targets, PublicApi::Registry, session).await
        }
        outcome => outcome,
    }
}

/// Lists the rows of `targets`, public ones through `api`.
async fn list<R: RepositoryRow>(
    plan: &Plan<R>,
    args: &ListingArgs,
    targets: &[Target],
    api: PublicApi,
    session: Session<'_>,
) -> Result<Missing, Error> {
    check::check(plan.schema, args, plan.tagged, targets, api)?;
    let expected = args::expected(targets, api);
    let added = args.relations.columns();
    let columns = args.output.columns(plan.schema, expected, &added)?;
    let needs = columns.iter().map(|column| column.needs);
    let needs = needs.chain(
        args.output
            .needs(plan.schema)
            .into_iter()
            .map(|need| need.facts),
    );
    let reads_manifests =
        needs.fold(Facts::empty(), |all, needs| all | needs) - expected.told != Facts::empty();
    let place = session.console.place(session.env.now());
    let format = args.output.format(plan.schema, columns, place);
    let default_key = default_key(plan, expected);
    let now = || session.env.now();
    let selection = args.select.selection(plan.tagged, default_key, now)?;
    let takes_all = !args.count && targets.iter().all(|target| args.wants_all(target));
    let streams = takes_all && !reads_manifests && selection.streams() && format.streams();
    let sources = args
        .source
        .connect(targets, api, &args.connection, reads_manifests, session);
    let sources = sources.await?;
    // Not earlier: a credential process may prompt on the same terminal.
    if session.console.has_watcher() && !(streams && place.terminal) {
        session.progress.show_line();
    }
    let listing = Listing {
        sources,
        args,
        lacks_untagged: !expected.told.contains(plan.schema.complete)
            && selection.admits_untagged(),
        reads_all_images: takes_all
            && args.pages.starting_token.is_none()
            && (plan.schema.complete & expected.told).contains(Facts::UNTAGGED),
        complete: plan.schema.complete,
        selection,
        reads_manifests,
        by_tag: !expected.told.contains(Facts::DIGESTS),
        summary: (place.terminal && args.output.is_table() && session.console.has_watcher())
            .then_some(plan.schema.noun),
        console: session.console,
        progress: session.progress,
    };
    let printer = Printer::new(format, session.console);
    let outcome = if args.count {
        listing.count::<R>(targets).await
    } else if streams {
        listing.stream(targets, printer).await
    } else {
        listing.print(targets, printer).await
    };
    let Outcome { rows, mut missing } = outcome?;
    if args.fail_if_empty && rows == 0 && missing.is_empty() {
        missing.push(Error::empty());
    }
    Ok(missing)
}

/// The default sort key: the row's date or, if the sources provide no dates, the version.
fn default_key<R>(plan: &Plan<R>, expected: Expected) -> SortKey {
    if expected.told.contains(Facts::DETAILS) {
        plan.newest
    } else {
        SortKey::Version
    }
}

/// A listing in progress.
struct Listing<'a> {
    sources: Sources<'a>,
    args: &'a ListingArgs,
    selection: Selection<'a>,
    /// The facts that a source must provide to list all rows.
    complete: Facts,
    /// Whether untagged images would be listed if public repositories showed them.
    lacks_untagged: bool,
    /// Whether every image of the repositories is read, tagged or untagged.
    reads_all_images: bool,
    /// Whether a column is filled from manifests.
    reads_manifests: bool,
    /// Whether manifests are read by tag, because the source provides no digests.
    by_tag: bool,
    /// The word for a row, if a summary is printed.
    summary: Option<&'static str>,
    console: &'a Console,
    progress: &'a Progress,
}

/// Separates the error for a missing repository, which does not end the listing, from all others.
fn unless_missing<T>(outcome: Result<T, Error>) -> Result<Result<T, Error>, Error> {
    match outcome {
        Err(error) if error.kind() != Kind::NotFound => Err(error),
        outcome => Ok(outcome),
    }
}

//! The flow of every listing: targets → check → connect → read → relate → select → print, stream or
//! count.

mod added;
mod args;
mod catalog;
mod census;
mod check;
mod count;
mod expand;
mod kinds;
mod missing;
mod notes;
mod part;
mod plan;
mod platforms;
mod print;
mod printer;
mod read;
mod relate;
mod relating;
mod rows;
mod stream;
mod summary;
mod usage;

pub(crate) use self::args::{ImageListingArgs, ListingArgs};
pub(crate) use self::plan::Plan;
use self::printer::Printer;
use self::relate::Questions;
pub(crate) use self::relate::UsedByArgs;
use self::rows::ListedRow;
pub(crate) use self::usage::UsageArgs;
use jiff::Timestamp;

use crate::console::Console;
use crate::error::{Error, Kind};
use crate::facts::Facts;
use crate::output::Expected;
use crate::progress::Progress;
use crate::select::{Selection, SortKey};
use crate::session::Session;
use crate::source::{PublicApi, Sources};

/// The number of repositories and manifests that are read at once. More than a host gets requests at a
/// time, so that a slow one does not hold up the others.
const WINDOW: usize = 64;

/// The errors for named repositories and images that do not exist; all others were listed.
pub(crate) type Missing = Vec<Error>;

/// The result of a listing that did not fail.
struct Outcome {
    /// The number of rows that were listed or counted.
    rows: usize,
    missing: Missing,
}

/// Lists the rows of `plan`.
///
/// # Errors
///
/// Any failure, except that a repository or an image does not exist. After a failure stdout is empty
/// or, in the service's order, holds the whole pages read before it.
pub(crate) async fn run<R: ListedRow>(
    plan: Plan<'_, R>,
    session: Session<'_>,
) -> Result<Missing, Error> {
    match list(&plan, plan.source.first(), session).await {
        // Nothing is printed yet: the formats that stream need more than names.
        Err(error) if error.is_of_gallery() && check::names_are_enough(&plan) => {
            session.progress.end_line();
            notes::of_registry(&error, plan.args, session.console);
            list(&plan, PublicApi::Registry, session).await
        }
        outcome => outcome,
    }
}

/// Lists the rows of `plan`, public ones through `api`.
async fn list<R: ListedRow>(
    plan: &Plan<'_, R>,
    api: PublicApi,
    session: Session<'_>,
) -> Result<Missing, Error> {
    check::check(plan, api)?;
    let args = plan.args;
    let expected = plan.expected(api);
    let added: Vec<_> = plan.added.iter().map(|added| added.column).collect();
    let columns = args.output.columns(plan.schema, expected, &added)?;
    let of_columns = columns.iter().map(|column| column.needs);
    let of_options = plan.needs_of_output().into_iter().map(|need| need.facts);
    let of_selection = union(plan.needs_of_selection().into_iter().map(|need| need.facts));
    let reads = union(of_columns.chain(of_options)) | of_selection;
    let reads = reads - expected.told;
    let names: Vec<_> = columns.iter().map(|column| column.name()).collect();
    let format_name = args.output.format_name();
    let questions = Questions::of(reads, &names, plan.tagged.unused, format_name);
    let place = session.console.place(session.env.now());
    let format = args.output.format(plan.schema, columns, place);
    let now = || session.env.now();
    let selection = (args.select).selection(plan.tagged, default_key(plan, expected), now)?;
    let takes_all = !args.count && plan.targets.iter().all(|target| plan.wants_all(target));
    let streams = takes_all && reads.is_empty() && selection.streams() && format.streams();
    let sources = Sources::connect(
        &plan.targets,
        plan.registry_id,
        api,
        reads.intersects(Facts::MANIFESTS | Facts::DIGESTS | Facts::RELATIONS),
        &args.connection,
        session,
    );
    let sources = sources.await?;
    // Not earlier: a credential process may prompt on the same terminal.
    if session.console.has_watcher() && !(streams && place.terminal) {
        session.progress.show_line();
    }
    let resolved = R::resolve(&sources, &plan.targets, args.pages.page_size).await?;
    if resolved.is_empty_registry {
        session.console.note("your registry has no repositories");
    }
    session.progress.subjects(resolved.targets.len());
    let listing = Listing {
        plan,
        sources,
        is_several: expected.several,
        told: expected.told,
        lacks_untagged: !expected.told.contains(plan.schema.complete)
            && selection.admits_untagged(),
        reads_all_images: takes_all
            && args.pages.starting_token.is_none()
            && ((plan.schema.complete & expected.told).contains(Facts::UNTAGGED)
                || !expected.told.contains(Facts::TAGS)),
        relates_first: of_selection.contains(Facts::USAGE),
        questions,
        now: session.env.now(),
        selection,
        reads,
        sums_up: place.terminal && args.output.is_table() && session.console.has_watcher(),
        console: session.console,
        progress: session.progress,
    };
    let printer = Printer::new(format, session.console);
    let outcome = if args.count {
        listing.count(&resolved.targets).await
    } else if streams {
        listing.stream(&resolved.targets, printer).await
    } else {
        listing.print(&resolved.targets, printer).await
    };
    let Outcome { rows, missing } = outcome?;
    let mut missing: Missing = resolved.missing.into_iter().chain(missing).collect();
    if args.fail_if_empty && rows == 0 && missing.is_empty() {
        missing.push(Error::empty());
    }
    Ok(missing)
}

fn union(facts: impl IntoIterator<Item = Facts>) -> Facts {
    facts
        .into_iter()
        .fold(Facts::empty(), |all, facts| all | facts)
}

/// The default sort key: that of the plan or, if the sources cannot provide it, the version.
fn default_key<R: ListedRow>(plan: &Plan<'_, R>, expected: Expected) -> SortKey {
    let by_date = matches!(plan.order, SortKey::Pushed | SortKey::Created);
    if by_date && !expected.told.contains(Facts::DETAILS) {
        SortKey::Version
    } else {
        plan.order
    }
}

/// A listing in progress.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each answers a question of its own"
)]
pub(crate) struct Listing<'a, R: ListedRow> {
    plan: &'a Plan<'a, R>,
    sources: Sources<'a>,
    selection: Selection<'a>,
    /// Whether the rows may be of several repositories, whatever a pattern selects.
    is_several: bool,
    /// The facts that the sources provide in listings.
    told: Facts,
    /// The facts that are read for each row.
    reads: Facts,
    /// Whether they are read before the rows are sorted.
    relates_first: bool,
    /// What manifests are to tell.
    questions: Questions,
    now: Timestamp,
    /// Whether untagged images would be listed if public repositories showed them.
    lacks_untagged: bool,
    /// Whether every image of the repositories is read, tagged or untagged, or every repository.
    reads_all_images: bool,
    /// Whether a summary is printed.
    sums_up: bool,
    console: &'a Console,
    progress: &'a Progress,
}

impl<R: ListedRow> Listing<'_, R> {
    /// Whether manifests relate the rows to other images.
    fn relates_images(&self) -> bool {
        let of_images = Facts::MANIFESTS | Facts::DIGESTS | Facts::RELATIONS;
        self.reads.intersects(of_images)
    }
}

/// Separates the error for a missing repository, which does not end the listing, from all others.
fn unless_missing<T>(outcome: Result<T, Error>) -> Result<Result<T, Error>, Error> {
    match outcome {
        Err(error) if error.kind() != Kind::NotFound => Err(error),
        outcome => Ok(outcome),
    }
}

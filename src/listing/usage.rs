//! Adds the usage of repositories, from listings of their images or tags.

use futures_util::stream::{self, StreamExt, TryStreamExt};
use jiff::Timestamp;

use super::collect::Part;
use super::expand::repository_in;
use super::{AddedColumns, Listing, ListingArgs, WINDOW, unless_missing};
use crate::error::Error;
use crate::model::{Row, RowKind};
use crate::reference::RegistryName;
use crate::select::{SeenRows, Selected, SortKey};
use crate::session::Session;
use crate::source::{Pages, RegistryArgs, Subject};

/// The options that read the usage of repositories.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Usage")]
pub(crate) struct UsageArgs {
    /// Add the number and the size of the images of each repository, and the last push
    ///
    /// Reads the images of every listed repository; of a public one the tags, for its untagged images
    /// cannot be seen. Sizes are those of distinct images without indexes; layers that images share
    /// count once for each image, but are billed once. Repositories are filtered, sorted and limited
    /// first, unless they are sorted by usage.
    #[arg(long)]
    usage: bool,
}

impl UsageArgs {
    /// The columns that the option adds for the registries of `args`; a sort key of usage adds them
    /// too, unless `listing` chooses what is printed.
    pub(crate) fn added(&self, args: &RegistryArgs, listing: &ListingArgs) -> Option<AddedColumns> {
        let is_sorted = listing.select.sort.is_some_and(SortKey::is_of_usage);
        let is_implied = is_sorted && !listing.output.chooses_columns();
        (self.usage || is_implied).then_some(AddedColumns {
            option: if self.usage { "--usage" } else { "--sort" },
            columns: if args.names_own() {
                &["imageCount", "untaggedCount", "sizeInBytes", "lastPushedAt"]
            } else {
                &["tagCount", "lastPushedAt"]
            },
        })
    }
}

/// Adds the usage to the rows of `parts`. A repository that disappeared is left out, with a note.
pub(super) async fn add(listing: &Listing<'_>, parts: &mut [&mut Part<'_>]) -> Result<(), Error> {
    let mut repositories = Vec::new();
    for part in &*parts {
        for row in &part.selected.rows {
            repositories.push(repository(&part.target.subject, row)?);
        }
    }
    let Session {
        progress, console, ..
    } = listing.session;
    progress.subjects(repositories.len());
    let read = async |repository: &Subject| {
        let usage = unless_missing(of(listing, repository).await);
        progress.subject_done();
        usage
    };
    let usages: Vec<_> = stream::iter(&repositories)
        .map(read)
        .buffered(WINDOW)
        .try_collect()
        .await?;
    let mut usages = repositories.iter().zip(usages);
    for part in parts {
        let Selected { rows, counts, .. } = &mut part.selected;
        rows.retain_mut(|row| match usages.next() {
            Some((_, Ok(usage))) => {
                usage.fill(row);
                true
            }
            Some((repository, Err(_))) => {
                console.note(&format!("{} disappeared meanwhile", repository.title()));
                counts.passing -= 1;
                counts.read -= 1;
                false
            }
            None => unreachable!("each row has a result"),
        });
    }
    Ok(())
}

/// The repository of `row`, in the registry `subject`.
fn repository(subject: &Subject, row: &Row) -> Result<Subject, Error> {
    let registry = match subject {
        Subject::Registry(registry) => registry,
        _ => &RegistryName::Own,
    };
    let name = row.id().unwrap_or_default();
    repository_in(registry, name).map(Subject::Repository)
}

/// The totals of a repository's images.
#[derive(Default)]
struct Usage {
    images: i64,
    untagged: i64,
    tags: i64,
    /// Without indexes; layers that images share count once for each.
    size: i64,
    pushed_at: Option<Timestamp>,
    /// Whether untagged images were seen: of public repositories only tags are.
    is_whole: bool,
}

async fn of(listing: &Listing<'_>, repository: &Subject) -> Result<Usage, Error> {
    let is_own = repository.is_own();
    let kind = if is_own {
        RowKind::Images
    } else {
        RowKind::Tags
    };
    let mut usage = Usage {
        is_whole: is_own,
        ..Usage::default()
    };
    let mut seen = SeenRows::default();
    let page_size = listing.query.args.pages.page_size;
    let pages = Pages::of_all(&listing.sources, kind, repository, page_size);
    let add = |rows: Vec<Row>| {
        for row in &rows {
            // A row without an id is always new.
            if row.id().is_none_or(|id| seen.insert(id, ()).is_none()) {
                usage.add(row);
            }
        }
    };
    pages.each(add).await?;
    Ok(usage)
}

impl Usage {
    fn add(&mut self, row: &Row) {
        let tags = row.names().len();
        self.images += 1;
        self.untagged += i64::from(tags == 0);
        self.tags += i64::try_from(tags).unwrap_or(i64::MAX);
        let size = row.size.filter(|size| *size > 0 && !row.is_index());
        self.size = self.size.saturating_add(size.unwrap_or_default());
        self.pushed_at = self.pushed_at.max(row.pushed_at);
    }

    /// Writes the totals into the row of the repository.
    fn fill(&self, row: &mut Row) {
        let if_whole = |total: i64| self.is_whole.then_some(total);
        row.size = if_whole(self.size);
        row.pushed_at = self.pushed_at;
        let detail = row.detail.get_or_insert_default();
        detail.images = if_whole(self.images);
        detail.untagged = if_whole(self.untagged);
        detail.tags = Some(self.tags);
    }
}

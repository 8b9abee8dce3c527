//! Adds the usage of repositories, from listings of their images or tags.

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::added::Added;
use super::part::Part;
use super::{Listing, ListingArgs, WINDOW, unless_missing};
use crate::error::{Error, Kind};
use crate::facts::Facts;
use crate::model::{Image, ImageRow, RepositoryDetail, Row, Tag, Usage};
use crate::reference::{PublicRepository, Repository};
use crate::select::{SeenRows, Selected, SortKey};
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
    pub(crate) fn added(&self, args: &RegistryArgs, listing: &ListingArgs) -> Vec<Added> {
        let is_sorted = listing.select.sort.is_some_and(SortKey::is_of_usage);
        let is_implied = is_sorted && !listing.output.chooses_columns();
        let columns: &[_] = match (self.usage || is_implied, args.names_own()) {
            (false, _) => &[],
            (true, true) => &["imageCount", "untaggedCount", "sizeInBytes", "lastPushedAt"],
            (true, false) => &["tagCount", "lastPushedAt"],
        };
        let option = if self.usage { "--usage" } else { "--sort" };
        let added = |&column| Added { option, column };
        columns.iter().map(added).collect()
    }
}

/// Adds the usage to the rows of `parts`. A repository that disappeared is left out, with a note.
///
/// # Errors
///
/// Any failure of a source, such as a repository that may not be read.
pub(super) async fn add(
    listing: &Listing<'_, RepositoryDetail>,
    parts: &mut [&mut Part<RepositoryDetail>],
) -> Result<(), Error> {
    // Only the caller's own registry tells more than names.
    let are_own = listing.told.contains(Facts::DETAILS);
    let rows = parts.iter().flat_map(|part| &part.selected.rows);
    let repositories = rows.map(|row| repository(row, are_own));
    let repositories: Vec<_> = repositories.collect::<Result<_, _>>()?;
    listing.progress.subjects(repositories.len());
    let read = async |repository: &Repository| {
        let usage = unless_missing(of(listing, repository).await);
        listing.progress.subject_done();
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
                row.usage = Some(usage);
                true
            }
            Some((repository, Err(_))) => {
                listing
                    .console
                    .note(&format!("{} disappeared meanwhile", repository.title()));
                counts.passing -= 1;
                counts.read -= 1;
                false
            }
            None => unreachable!("each row has a result"),
        });
    }
    Ok(())
}

/// The repository of `row`.
fn repository(row: &RepositoryDetail, is_own: bool) -> Result<Repository, Error> {
    let name = row.name.as_deref().unwrap_or_default();
    let alias = row.alias.as_deref().unwrap_or_default();
    let named = || {
        Some(if is_own {
            Repository::Own(name.parse().ok()?)
        } else {
            Repository::Public(PublicRepository {
                alias: alias.parse().ok()?,
                name: name.parse().ok()?,
            })
        })
    };
    named().ok_or_else(|| {
        let message = format!("the service returned an invalid repository name `{name}`");
        Error::new(Kind::Service, message)
    })
}

async fn of(
    listing: &Listing<'_, RepositoryDetail>,
    repository: &Repository,
) -> Result<Usage, Error> {
    let page_size = listing.plan.args.pages.page_size;
    let mut pages = Pages::of_all(&listing.sources, repository, page_size);
    let mut usage = Usage::default();
    let mut seen = SeenRows::default();
    // A row without an id is always new.
    let mut is_new = |id: Option<&str>| id.is_none_or(|id| seen.insert(id, ()).is_none());
    if repository.is_own() {
        (usage.images, usage.untagged) = (Some(0), Some(0));
        (usage.size, usage.tags) = (Some(0), Some(0));
        while let Some(images) = pages.next::<Image>().await? {
            for image in images.iter().filter(|image| is_new(image.id())) {
                add_image(&mut usage, image);
            }
        }
    } else {
        usage.tags = Some(0);
        while let Some(tags) = pages.next::<Tag>().await? {
            for tag in tags.iter().filter(|tag| is_new(tag.id())) {
                usage.tags = usage.tags.map(|tags| tags + 1);
                usage.last_push = usage.last_push.max(tag.pushed_at());
            }
        }
    }
    Ok(usage)
}

fn add_image(usage: &mut Usage, image: &Image) {
    let size = image
        .size()
        .filter(|size| *size > 0 && !image.manifest().is_index());
    let add = |total: Option<i64>, more: i64| total.map(|total| total.saturating_add(more));
    usage.images = add(usage.images, 1);
    usage.untagged = add(usage.untagged, i64::from(image.names().is_empty()));
    usage.size = add(usage.size, size.unwrap_or_default());
    let tags = i64::try_from(image.names().len()).unwrap_or(i64::MAX);
    usage.tags = add(usage.tags, tags);
    usage.last_push = usage.last_push.max(image.pushed_at());
}

//! Selects image rows by what manifests tell, and adds it to them.

use super::added::Added;
use super::part::Part;
use super::relating::Relating;
use super::{Listing, census, platforms};
use crate::error::{Error, Kind};
use crate::facts::Facts;
use crate::model::Row;
use crate::output::FormatName;
use crate::reference::Platform;
use crate::source::Target;

/// The options that read manifests.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Relations")]
pub(crate) struct RelationArgs {
    /// Add the platforms of each index, such as linux/amd64
    ///
    /// Of your own repositories also those of images that an index holds. Reads the manifests of
    /// listed indexes from the registry; of your own repositories those of all indexes, if an image is
    /// listed too. Manifests are kept in the cache folder. With `--source registry`, reads the manifest
    /// of each tag.
    #[arg(long)]
    pub(super) platforms: bool,

    /// List only rows that run on this platform, such as linux/arm64
    ///
    /// OS/ARCH or OS/ARCH/VARIANT, in any case. Without a variant, any variant matches; `arm64` is
    /// `arm64/v8`. Reads manifests as `--platforms` does, in the order of the listing, until `--limit`
    /// rows have passed. Rows whose platform is not known, such as single images of public
    /// repositories, are left out; a note counts them.
    #[arg(long, value_name = "PLATFORM", hide_short_help = true)]
    pub(super) platform: Option<Platform>,
}

impl RelationArgs {
    /// The columns that the options add.
    pub(super) fn added(&self) -> Vec<Added> {
        let added = self.platforms.then_some(Added {
            option: "--platforms",
            column: "platforms",
        });
        added.into_iter().collect()
    }
}

/// The option of images of own repositories.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Relations")]
pub(crate) struct UsedByArgs {
    /// Add the tags through which each image is in use, and its role
    ///
    /// Its own tags, those of indexes that hold it, and those of the image that it refers to, such as
    /// a signature; the nearest first, without digest tags. The role is `index`, `image`,
    /// `attestation`, `signature`, `sbom` or `artifact`. For your own repositories only. Reads the
    /// manifests of all indexes and untagged images.
    #[arg(long)]
    used_by: bool,
}

impl UsedByArgs {
    /// The columns that the option adds.
    pub(crate) fn added(&self) -> Vec<Added> {
        let columns: &[_] = if self.used_by {
            &["usedBy", "role"]
        } else {
            &[]
        };
        let option = "--used-by";
        let added = |&column| Added { option, column };
        columns.iter().map(added).collect()
    }
}

/// What a listing of images is to find out from manifests.
#[derive(Clone, Copy, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question of its own"
)]
pub(super) struct Questions {
    pub(super) platforms: bool,
    pub(super) used_by: bool,
    pub(super) unused: bool,
    /// The requests that delete what is listed, or their order.
    pub(super) deletion: bool,
}

impl Questions {
    /// The questions of a listing that reads these facts, for this format.
    pub(super) fn of(reads: Facts, columns: &[&str], unused: bool, format: FormatName) -> Self {
        let has = |names: [&str; 2]| columns.iter().any(|column| names.contains(column));
        Self {
            platforms: reads.contains(Facts::MANIFESTS),
            used_by: has(["usedBy", "role"]),
            unused,
            deletion: format == FormatName::DeleteRequests,
        }
    }

    /// Whether an answer depends on every image of the repository.
    pub(super) fn take_all(self) -> bool {
        self.unused || self.deletion
    }

    /// What to do if a manifest cannot be read.
    pub(super) fn advice(self) -> &'static str {
        if self.take_all() {
            "run the command again: nothing is listed unless everything can be read"
        } else if self.used_by {
            "leave out `--used-by` to list without manifests"
        } else {
            "leave out `--platforms` and `--pin` to list without manifests"
        }
    }
}

/// The rows of `target` that pass the filter, sorted and limited, with the answers from manifests.
pub(super) async fn select(listing: &Listing<'_>, target: &Target) -> Result<Part, Error> {
    let reference = listing.reference(target);
    // What is deleted is selected from the listing that is compared in the end, and not looked up.
    let (part, images, reference) = if listing.questions.take_all() {
        let page_size = listing.plan.args.pages.page_size;
        let images = census::images(&listing.sources, &target.subject, page_size);
        let (images, reference) = tokio::try_join!(images, reference)?;
        (None, Some(images), reference)
    } else {
        let rows = select_rows(listing, target, None);
        let (mut part, reference) = tokio::try_join!(rows, reference)?;
        let images = part.images.take();
        (Some(part), images, reference)
    };
    let reference = reference.ok_or_else(|| {
        let message = format!("{} has no public reference", target.subject.title());
        Error::new(Kind::Service, message)
    })?;
    let mut relating = Relating::new(listing, &target.subject, &reference, images);
    let mut part = if let Some(part) = part {
        part
    } else {
        if listing.questions.unused {
            let settled = (!listing.selection.bounds_age()).then(|| census::settled(listing.now));
            relating.decide(settled).await?;
        }
        select_rows(listing, target, relating.images.as_deref()).await?
    };
    finish(listing, &mut relating, &mut part).await?;
    part.notes.append(&mut relating.notes);
    // To be compared with the images in the end, when all repositories are read.
    part.images = relating
        .images
        .take()
        .filter(|_| listing.questions.take_all());
    listing.add_reference(Some(&reference), &mut part.selected.rows);
    Ok(part)
}

/// The rows that pass the filter, except those that `--platform` leaves out: of the listing, or of
/// `images`.
async fn select_rows(
    listing: &Listing<'_>,
    target: &Target,
    images: Option<&[Row]>,
) -> Result<Part, Error> {
    let wanted = listing.plan.wanted(target);
    let unlimited = listing.selection.unlimited();
    let selection = if listing.plan.platform.is_some() {
        &unlimited
    } else {
        &listing.selection
    };
    let mut collector = selection.collector(wanted.as_ref());
    let Some(images) = images else {
        return listing
            .collect(&target.subject, wanted.as_ref(), collector)
            .await;
    };
    collector.add(images.to_vec());
    Part::of(collector.finish(), &target.subject)
}

/// Answers all questions about the rows of `part`.
async fn finish(
    listing: &Listing<'_>,
    relating: &mut Relating<'_>,
    part: &mut Part,
) -> Result<(), Error> {
    let questions = listing.questions;
    if let Some(platform) = &listing.plan.platform {
        let limit = listing.selection.limit();
        platforms::select(listing, relating, part, platform, limit).await?;
    } else if listing.reads.intersects(Facts::MANIFESTS | Facts::DIGESTS) {
        platforms::add(listing, relating, &mut part.selected.rows).await?;
    }
    if questions.used_by {
        relating.add_used_by(&mut part.selected.rows).await?;
    }
    if questions.deletion {
        relating.plan_deletion(&mut part.selected.rows).await?;
    }
    if questions.deletion {
        part.selected.counts.passing = part.selected.rows.len();
    }
    Ok(())
}

//! The options of every command that lists rows.

use super::AddedColumns;
use crate::net::settings::ConnectionArgs;
use crate::output::OutputArgs;
use crate::reference::Platform;
use crate::select::{IdArgs, SelectArgs};
use crate::source::{PageArgs, SourceArgs};

/// The options of every listing.
#[derive(Debug, clap::Args)]
pub(crate) struct ListingArgs {
    #[command(flatten)]
    pub(crate) select: SelectArgs,

    /// Print the number of rows instead of the rows
    ///
    /// Prints a bare number; for several repositories or registries, one line each: the name, a tab, the
    /// number.
    #[arg(long, help_heading = "Rows")]
    pub(super) count: bool,

    /// Exit with code 3 when nothing is listed or counted
    ///
    /// The output is the same.
    #[arg(long, help_heading = "Rows", hide_short_help = true)]
    pub(super) fail_if_empty: bool,

    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(super) pages: PageArgs,
    #[command(flatten)]
    pub(super) connection: ConnectionArgs,
}

/// The options of every listing of images or tags.
#[derive(Debug, clap::Args)]
pub(crate) struct ImageListingArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    #[command(flatten)]
    pub(crate) ids: IdArgs,
    #[command(flatten)]
    pub(crate) relations: RelationArgs,
    #[command(flatten)]
    pub(crate) listing: ListingArgs,
}

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
    pub(crate) fn added(&self) -> Option<AddedColumns> {
        self.used_by.then_some(AddedColumns {
            option: "--used-by",
            columns: &["usedBy", "role"],
        })
    }
}

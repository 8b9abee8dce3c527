//! The options of every command that lists rows.

use super::relate::RelationArgs;
use crate::net::settings::ConnectionArgs;
use crate::output::OutputArgs;
use crate::select::{IdArgs, SelectArgs};
use crate::source::{PageArgs, SourceArgs};

/// The options of every listing.
#[derive(Debug, clap::Args)]
pub(crate) struct ListingArgs {
    #[command(flatten)]
    pub(super) select: SelectArgs,

    /// Print the number of rows instead of the rows
    ///
    /// Prints a bare number; for several repositories, one line each: the name, a tab, the number.
    #[arg(long, help_heading = "Rows")]
    pub(super) count: bool,

    /// Exit with code 3 when nothing is listed or counted
    ///
    /// The output is the same.
    #[arg(long, help_heading = "Rows", hide_short_help = true)]
    pub(super) fail_if_empty: bool,

    #[command(flatten)]
    pub(super) output: OutputArgs,
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

//! The options of every command that lists rows of repositories.

use super::relate::RelationArgs;
use crate::facts::Facts;
use crate::net::settings::ConnectionArgs;
use crate::output::{Expected, OutputArgs};
use crate::select::{IdArgs, SelectArgs, Wanted};
use crate::source::{PageArgs, PublicApi, SourceArgs, Target};

/// The options of every command that lists rows of repositories.
#[derive(Debug, clap::Args)]
pub(crate) struct ListingArgs {
    #[command(flatten)]
    pub(super) source: SourceArgs,
    #[command(flatten)]
    pub(super) ids: IdArgs,
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
    pub(super) relations: RelationArgs,
    #[command(flatten)]
    pub(super) pages: PageArgs,
    #[command(flatten)]
    pub(super) connection: ConnectionArgs,
}

impl ListingArgs {
    /// The images of `target` that are named one by one, or `None` for all.
    pub(super) fn wanted(&self, target: &Target) -> Option<Wanted> {
        self.ids.wanted(&target.images)
    }

    /// Whether no image of `target` is named one by one.
    pub(super) fn wants_all(&self, target: &Target) -> bool {
        !self.ids.are_given() && target.images.is_empty()
    }
}

/// The properties of the listing of `targets` that are known before reading; public repositories are
/// read from `api`.
pub(super) fn expected(targets: &[Target], api: PublicApi) -> Expected {
    let told = targets.iter().map(|target| target.told(api));
    Expected {
        several: targets.len() > 1,
        public: !targets.iter().all(Target::is_own),
        told: told.fold(Facts::all(), |all, told| all & told),
    }
}

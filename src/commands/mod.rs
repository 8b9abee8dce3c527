//! The commands and their dispatch.

mod completions;
mod images;
mod tags;

#[cfg(feature = "bench")]
pub(crate) use self::images::SCHEMA as IMAGES;
#[cfg(feature = "fuzz")]
pub(crate) use self::tags::SCHEMA as TAGS;
use crate::console::Console;
use crate::error::Error;
use crate::listing::Missing;
use crate::progress::Progress;

/// What to do.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    Images(images::ImagesArgs),
    Tags(tags::TagsArgs),
    Completions(completions::CompletionsArgs),
}

impl Command {
    /// Does it.
    ///
    /// # Errors
    ///
    /// Whatever keeps it from being done, except that something does not exist.
    pub(crate) async fn run(
        &self,
        console: &Console,
        progress: &Progress,
    ) -> Result<Missing, Error> {
        match self {
            Self::Images(args) => args.run(console, progress).await,
            Self::Tags(args) => args.run(console, progress).await,
            Self::Completions(args) => args.run(),
        }
    }
}

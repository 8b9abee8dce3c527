//! The commands and their dispatch.

mod completions;
mod images;
mod man;
mod repos;
mod tags;
mod values;

use crate::error::Error;
use crate::listing::Missing;
use crate::session::Session;

/// The commands.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    Images(images::ImagesArgs),
    Tags(tags::TagsArgs),
    Repos(repos::ReposArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

impl Command {
    /// Runs the command; `root` describes the whole command line.
    pub(crate) async fn run(
        &self,
        session: Session<'_>,
        root: fn() -> clap::Command,
    ) -> Result<Missing, Error> {
        match self {
            Self::Images(args) => args.run(session).await,
            Self::Tags(args) => args.run(session).await,
            Self::Repos(args) => args.run(session).await,
            Self::Completions(args) => args.run(session.console),
            Self::Man(args) => args.run(root(), session.console),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::output::Schema;

    fn assert_names_are_distinct(schema: &Schema) {
        for column in schema.columns {
            for name in column.names() {
                let found = schema.find(name).map(|found| found.key);
                assert_eq!(found, Some(column.key), "{name}");
            }
        }
    }

    #[test]
    fn each_name_means_one_column() {
        assert_names_are_distinct(&super::images::SCHEMA);
        assert_names_are_distinct(&super::tags::SCHEMA);
        assert_names_are_distinct(&super::repos::SCHEMA);
    }
}

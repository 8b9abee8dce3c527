//! The options of every command that lists rows, and which of them contradict each other.

use crate::error::Error;
use crate::model::Row;
use crate::net::settings::ConnectionArgs;
use crate::output::{Expected, OutputArgs, Schema};
use crate::select::{IdArgs, SelectArgs, TaggedArgs, Wanted};
use crate::source::{PageArgs, SourceArgs, Target};

/// The options of every command that lists rows.
#[derive(Debug, clap::Args)]
pub(crate) struct ListingArgs {
    #[command(flatten)]
    pub(super) source: SourceArgs,
    #[command(flatten)]
    pub(super) ids: IdArgs,
    #[command(flatten)]
    pub(super) select: SelectArgs,

    /// Print how many rows there are, instead of the rows
    ///
    /// A bare number; for several repositories a line for each, its name and a tab before the number.
    #[arg(
        long,
        help_heading = "Rows",
        conflicts_with_all = ["output", "columns", "platforms", "full_ref", "pin", "sort", "reverse", "limit"]
    )]
    pub(super) count: bool,

    #[command(flatten)]
    pub(super) output: OutputArgs,
    #[command(flatten)]
    pub(super) pages: PageArgs,
    #[command(flatten)]
    pub(super) connection: ConnectionArgs,
}

impl ListingArgs {
    /// The images of `target` that are asked for, or nothing when all are.
    pub(super) fn wanted(&self, target: &Target) -> Option<Wanted> {
        self.ids.wanted(&target.images)
    }

    /// Whether all images of `target` are asked for, as far as their names go.
    pub(super) fn wants_all(&self, target: &Target) -> bool {
        !self.ids.are_given() && target.images.is_empty()
    }

    /// Whether the rows of `targets` can be printed as they come: neither counted, nor picked, nor with
    /// something to be found out about them.
    pub(super) fn takes_rows_as_come(&self, targets: &[Target]) -> bool {
        !self.count
            && !self.output.wants_platforms()
            && targets.iter().all(|target| self.wants_all(target))
    }

    /// What is known of the rows of `targets` before they are read.
    pub(super) fn expected(&self, targets: &[Target]) -> Expected {
        Expected {
            several: targets.len() > 1,
            public: !targets.iter().all(Target::is_own),
            names_only: self.source.knows_names_only(),
        }
    }

    /// Checks that the options go with each other, with `targets`, and with rows of `schema`.
    ///
    /// # Errors
    ///
    /// A usage error that says what to leave out.
    pub(super) fn check<R: Row>(
        &self,
        schema: &'static Schema<R>,
        tagged: TaggedArgs,
        targets: &[Target],
    ) -> Result<(), Error> {
        self.source.check(targets, &self.connection)?;
        let expected = self.expected(targets);
        if self.pages.is_part() {
            check_part(expected, targets)?;
        }
        if self.output.is_image_ids() {
            self.check_image_ids(expected)?;
        }
        if expected.names_only {
            return self.check_names_only(schema, targets);
        }
        if expected.public && schema.is_made_of_tags() {
            self.check_made_of_tags(tagged)?;
        }
        Ok(())
    }

    fn check_image_ids(&self, expected: Expected) -> Result<(), Error> {
        if expected.several {
            return Err(Error::usage(
                "`-o image-ids` names the images of one repository, and several are asked for",
            )
            .hint("run the command once for each repository"));
        }
        if expected.public {
            return Err(Error::usage(
                "`-o image-ids` names images to delete, and nobody can delete from a public reference",
            )
            .hint("name the repository as your own, by its name alone"));
        }
        if self.select.has_order() {
            return Err(Error::usage(
                "`-o image-ids` has an order of its own, indexes first, and another is asked for",
            )
            .hint("leave out `--sort` and `--reverse`"));
        }
        Ok(())
    }

    /// Names are all that the registry itself tells.
    fn check_names_only<R>(
        &self,
        schema: &'static Schema<R>,
        targets: &[Target],
    ) -> Result<(), Error> {
        if schema.is_made_of_tags() {
            return Err(Error::usage(
                "`--source registry` tells the names of tags and nothing of images",
            )
            .hint("list them with `ecrpub tags`, or leave out `--source registry`"));
        }
        let is_digest = |target: &Target| target.images.iter().any(|id| id.digest().is_some());
        let reference = targets.iter().any(is_digest).then_some("@digest");
        let option = reference
            .or(self.ids.beyond_names())
            .or(self.select.beyond_names())
            .or(self.output.beyond_names(schema));
        match option {
            Some(option) => Err(Error::usage(format!(
                "`{option}` needs more than the names of tags, which are all that `--source registry` tells"
            ))
            .hint(format!("leave out `{option}` or `--source registry`"))),
            None => Ok(()),
        }
    }

    /// The images of a public repository are those of its tags, all of which must be read.
    fn check_made_of_tags(&self, tagged: TaggedArgs) -> Result<(), Error> {
        if tagged.untagged {
            return Err(Error::usage(
                "untagged images of a public repository cannot be seen, and `--untagged` asks for nothing else",
            )
            .hint("of a repository of your own, ask by its name alone"));
        }
        if self.pages.is_part() {
            return Err(Error::usage(
                "`--max-pages` and `--starting-token` do not go with the images of a public repository, which come of all its tags",
            )
            .hint("take a part of the tags with `ecrpub tags`"));
        }
        Ok(())
    }
}

fn check_part(expected: Expected, targets: &[Target]) -> Result<(), Error> {
    let error = |what| {
        Error::usage(format!(
            "`--max-pages` and `--starting-token` take part of one listing, and {what} asked for"
        ))
    };
    if expected.several {
        return Err(error("several repositories are").hint("name one repository"));
    }
    if targets.iter().any(|target| !target.images.is_empty()) {
        return Err(error("one image is").hint("name the repository without a tag or digest"));
    }
    Ok(())
}

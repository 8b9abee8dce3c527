//! `ecrpub repos`: one row per repository.

use super::values::{alias, created, name, pushed, registry_id, size};
use crate::error::Error;
use crate::facts::Facts as F;
use crate::listing::{self, ListingArgs, Missing, Query, UsageArgs};
use crate::model::{Row, RowKind};
use crate::output::{Column as C, FormatName, Look, Schema, Shown, Value, offer};
use crate::select::{SortKey, TaggedArgs};
use crate::session::Session;
use crate::source::{RegistryArgs, SourceName};

/// List the repositories of your own registry, or of a public one, by name
///
/// Your own registry is read through the AWS API, a public one from the gallery, which tells only the
/// names of its repositories. `--usage` adds the number and size of the images of each repository.
///
/// All rows are read, then filtered, sorted and limited, in every format.
#[derive(Debug, clap::Args)]
#[command(override_usage = "ecrpub repos [OPTIONS] [REGISTRY]...", after_help = EXAMPLES)]
#[command(mut_arg("output", |output| output.value_parser(FormatName::parser())))]
#[command(mut_arg("columns", |columns| offer(columns, COLUMNS)))]
#[command(mut_arg("sort", |sort| sort.value_parser(SortKey::parser(SORT_KEYS)).long_help(SORT_HELP)))]
#[command(mut_arg("include", |include| include.help(INCLUDE).long_help(INCLUDE_HELP)))]
#[command(mut_arg("exclude", |exclude| exclude.help("Ignore names that match this regex; repeatable")))]
#[command(mut_arg("limit", |limit| limit.help("List only the first N rows of each registry")))]
#[command(mut_arg("skip", |skip| skip.help(SKIP).long_help(SKIP)))]
#[command(mut_arg("full_ref", |full_ref| full_ref.help(FULL_REF).long_help(FULL_REF)))]
#[command(mut_args(hide_others))]
pub(crate) struct ReposArgs {
    #[command(flatten)]
    registries: RegistryArgs,
    #[command(flatten)]
    usage: UsageArgs,
    #[command(flatten)]
    listing: ListingArgs,
}

const INCLUDE: &str = "List only repositories whose name matches this regex; repeatable";
// Paragraphs are single lines, which clap wraps.
const INCLUDE_HELP: &str = "\
List only repositories whose name matches this regex; repeatable

The regular expression must match the whole name. A repository passes if its name matches some \
`--include` and no `--exclude`. Example: `team/.*`";
const SORT_HELP: &str = "\
Sort the rows by this key

Names ascend; dates and figures of usage descend. A figure of usage adds `--usage`. Rows without the \
key come last; ties break by name. The field names of JSON and the titles of tables are accepted too, \
such as `sizeInBytes`. Default: the name.";
const SKIP: &str =
    "Leave out the first N rows of each registry, after sorting and before `--limit` counts";
const FULL_REF: &str = "Print references to paste: public.ecr.aws/ALIAS/NAME";

const EXAMPLES: &str = "\
Examples:
  ecrpub repos
  ecrpub repos --usage --sort size --limit 10
  ecrpub repos public.ecr.aws/eks-distro --include 'kubernetes/.*'
  ecrpub repos --output json | jq -r '.repositories[].repositoryUri'";

/// The options of listings of images, which are refused by name.
const OTHERS: [&str; 6] = [
    "semver",
    "pre",
    "media_type",
    "pin",
    "max_pages",
    "starting_token",
];

fn hide_others(arg: clap::Arg) -> clap::Arg {
    let is_other = OTHERS.contains(&arg.get_id().as_str());
    if is_other { arg.hide(true) } else { arg }
}

/// The keys that repositories can be sorted by.
const SORT_KEYS: &[SortKey] = &[
    SortKey::Name,
    SortKey::Created,
    SortKey::Images,
    SortKey::Untagged,
    SortKey::Size,
    SortKey::Pushed,
    SortKey::Tags,
    SortKey::None,
];

pub(crate) const SCHEMA: Schema = Schema {
    kind: RowKind::Repositories,
    columns: COLUMNS,
};

/// What is counted over all images, which public registries do not show.
const WHOLE_USAGE: F = F::USAGE.union(F::UNTAGGED);

const COLUMNS: &[C] = &[
    C::new("registryId", "REGISTRY", F::DETAILS, 5, registry_id).for_machines(),
    C::new("repositoryArn", "ARN", F::DETAILS, 5, arn).for_machines(),
    C::new("registryAliasName", "ALIAS", F::NAMES, 8, alias).shown(Shown::ForPublic),
    C::new("repositoryName", "NAME", F::NAMES, 9, name)
        .look(Look::Name)
        .also(&["name", "repository"]),
    C::new("createdAt", "CREATED", F::DETAILS, 4, created),
    C::new("imageCount", "IMAGES", WHOLE_USAGE, 6, images)
        .look(Look::Number)
        .for_machines(),
    C::new("untaggedCount", "UNTAGGED", WHOLE_USAGE, 6, untagged)
        .look(Look::Number)
        .for_machines(),
    C::new("tagCount", "TAGS", F::USAGE, 6, tags)
        .look(Look::Number)
        .for_machines(),
    C::new("sizeInBytes", "SIZE", WHOLE_USAGE, 6, size)
        .look(Look::Number)
        .for_machines(),
    C::new("lastPushedAt", "LAST PUSH", F::USAGE, 6, pushed)
        .for_machines()
        .also(&["pushed"]),
    C::new("repositoryUri", "URI", F::NAMES, 3, uri),
];

fn arn(row: &Row) -> Value<'_> {
    let arn = row.detail.as_ref().and_then(|detail| detail.arn.as_deref());
    Value::of(arn, Value::Text)
}

fn uri(row: &Row) -> Value<'_> {
    let uri = row.detail.as_ref().and_then(|detail| detail.uri.as_deref());
    Value::of(uri, Value::Text)
}

fn images(row: &Row) -> Value<'_> {
    let images = row.detail.as_ref().and_then(|detail| detail.images);
    Value::of(images, Value::Count)
}

fn untagged(row: &Row) -> Value<'_> {
    let untagged = row.detail.as_ref().and_then(|detail| detail.untagged);
    Value::of(untagged, Value::Count)
}

fn tags(row: &Row) -> Value<'_> {
    let tags = row.detail.as_ref().and_then(|detail| detail.tags);
    Value::of(tags, Value::Count)
}

impl ReposArgs {
    pub(super) async fn run(&self, session: Session<'_>) -> Result<Missing, Error> {
        let query = Query {
            schema: &SCHEMA,
            targets: self.registries.targets()?,
            registry_id: self.registries.registry_id(),
            source: SourceName::Auto,
            ids: None,
            tagged: TaggedArgs::default(),
            platform: None,
            added: Vec::from_iter(self.usage.added(&self.registries, &self.listing)),
            args: &self.listing,
        };
        listing::run(query, session).await
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use crate::cli::Cli;

    #[test]
    fn paragraphs_of_help_are_single_lines() {
        let root = Cli::command();
        let texts: Vec<_> = root
            .get_subcommands()
            .flat_map(clap::Command::get_arguments)
            .filter_map(|argument| argument.get_long_help())
            .map(ToString::to_string)
            .collect();
        assert!(texts.iter().any(|text| text.contains("\n\n")), "paragraphs");
        for text in texts {
            assert!(!text.replace("\n\n", "").contains('\n'), "{text}");
        }
    }
}

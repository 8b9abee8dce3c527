//! `ecrpub tags`: a row per tag, with what is known of its image.

use crate::console::Console;
use crate::error::Error;
use crate::listing::{self, ListingArgs, Missing, Plan};
use crate::model::Tag;
use crate::output::{Column, Schema, Shown, Value, possible_names};
use crate::progress::Progress;
use crate::select::{SortKey, TaggedArgs};

/// List the tags of repositories: a row per tag, newest first, with its image
///
/// Each tag comes with the digest, size and dates of the image that it points at. A tag that was
/// moved is younger than its image: `createdAt` is the tag's own date, `imagePushedAt` the image's.
///
/// Everything is read, then ordered, the same in every format.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
#[command(mut_arg("columns", |columns| columns.value_parser(possible_names(COLUMNS))))]
pub(crate) struct TagsArgs {
    #[command(flatten)]
    listing: ListingArgs,
}

const EXAMPLES: &str = "\
Examples:
  ecrpub tags public.ecr.aws/docker/library/nginx
  ecrpub tags public.ecr.aws/docker/library/nginx --semver '^1.27' --limit 1 --pin
  ecrpub tags web
  ecrpub tags web --output name
  ecrpub tags web --output json | jq -r '.imageTagDetails[].imageTag'";

pub(crate) const SCHEMA: Schema<Tag> = Schema {
    noun: "tag",
    list_key: "imageTagDetails",
    columns: COLUMNS,
    id: "imageTag",
    names: &["registryAliasName", "repositoryName", "imageTag"],
    is_index: |tag| tag.manifest.is_index(),
};

const COLUMNS: &[Column<Tag>] = &[
    Column {
        key: "registryAliasName",
        title: "ALIAS",
        shown: Shown::ForPublic,
        value: |tag| Value::of(tag.registry_alias.as_deref(), Value::Text),
    },
    Column {
        key: "repositoryName",
        title: "REPOSITORY",
        shown: Shown::ForSeveral,
        value: |tag| Value::of(tag.repository_name.as_deref(), Value::Text),
    },
    Column {
        key: "imageTag",
        title: "TAG",
        shown: Shown::Always,
        value: |tag| Value::of(tag.name.as_deref(), Value::Text),
    },
    Column {
        key: "createdAt",
        title: "CREATED",
        shown: Shown::Always,
        value: |tag| Value::of(tag.created_at, Value::Time),
    },
    Column {
        key: "imageDetail.imageSizeInBytes",
        title: "SIZE",
        shown: Shown::Always,
        value: |tag| Value::of(tag.manifest.size, Value::Size),
    },
    Column {
        key: "imageDetail.imagePushedAt",
        title: "PUSHED",
        shown: Shown::OnRequest,
        value: |tag| Value::of(tag.manifest.pushed_at, Value::Time),
    },
    Column {
        key: "imageDetail.imageManifestMediaType",
        title: "MANIFEST",
        shown: Shown::Always,
        value: |tag| Value::of(tag.manifest.media_type.as_deref(), Value::MediaType),
    },
    Column {
        key: "imageDetail.artifactMediaType",
        title: "ARTIFACT",
        shown: Shown::OnRequest,
        value: |tag| {
            Value::of(
                tag.manifest.artifact_media_type.as_deref(),
                Value::MediaType,
            )
        },
    },
    Column {
        key: "platforms",
        title: "PLATFORMS",
        shown: Shown::ForPlatforms,
        value: |tag| Value::of(tag.manifest.platforms.as_deref(), Value::List),
    },
    Column {
        key: "imageDetail.imageDigest",
        title: "DIGEST",
        shown: Shown::Always,
        value: |tag| Value::of(tag.manifest.digest.as_deref(), Value::Digest),
    },
];

impl TagsArgs {
    pub(super) async fn run(
        &self,
        console: &Console,
        progress: &Progress,
    ) -> Result<Missing, Error> {
        let plan = Plan {
            schema: &SCHEMA,
            newest: SortKey::Created,
            tagged: TaggedArgs::default(),
        };
        listing::run(plan, &self.listing, console, progress).await
    }
}

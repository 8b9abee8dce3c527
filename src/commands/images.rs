//! `ecrpub images`: a row per image.

use crate::console::Console;
use crate::error::Error;
use crate::listing::{self, ListingArgs, Missing, Plan};
use crate::model::Image;
use crate::output::{Column, Schema, Shown, Value, possible_names};
use crate::progress::Progress;
use crate::select::{SortKey, TaggedArgs};

/// List the images of repositories: a row per digest, newest first
///
/// An image is a manifest, known by its digest, with any number of tags or none. A manifest list
/// (index) is a row of its own, and so is each image that it holds: an untagged image may still be
/// part of an index. Sizes are compressed; that of an index is its largest image's. Of a repository
/// that is read as a public one, untagged images cannot be seen.
///
/// Everything is read, then ordered, the same in every format.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
#[command(mut_arg("columns", |columns| columns.value_parser(possible_names(COLUMNS))))]
#[command(mut_arg("sort", |sort| sort.value_parser(SortKey::parser_without(SortKey::Created))))]
pub(crate) struct ImagesArgs {
    #[command(flatten)]
    tagged: TaggedArgs,
    #[command(flatten)]
    listing: ListingArgs,
}

const EXAMPLES: &str = "\
Examples:
  ecrpub images web
  ecrpub images public.ecr.aws/docker/library/nginx --limit 5 --platforms
  ecrpub images web --output json | jq -r '.imageDetails[].imageDigest'
  ecrpub images web --tag latest --columns imageDigest --output tsv --no-headers";

pub(crate) const SCHEMA: Schema<Image> = Schema {
    noun: "image",
    list_key: "imageDetails",
    columns: COLUMNS,
    id: "imageDigest",
    names: &[],
    is_index: |image| image.manifest.is_index(),
};

const COLUMNS: &[Column<Image>] = &[
    Column {
        key: "registryId",
        title: "REGISTRY",
        shown: Shown::OnRequest,
        value: |image| Value::of(image.registry_id.as_deref(), Value::Text),
    },
    Column {
        key: "registryAliasName",
        title: "ALIAS",
        shown: Shown::ForPublic,
        value: |image| Value::of(image.registry_alias.as_deref(), Value::Text),
    },
    Column {
        key: "repositoryName",
        title: "REPOSITORY",
        shown: Shown::ForSeveral,
        value: |image| Value::of(image.repository_name.as_deref(), Value::Text),
    },
    Column {
        key: "imageDigest",
        title: "DIGEST",
        shown: Shown::Always,
        value: |image| Value::of(image.manifest.digest.as_deref(), Value::Digest),
    },
    Column {
        key: "imagePushedAt",
        title: "PUSHED",
        shown: Shown::Always,
        value: |image| Value::of(image.manifest.pushed_at, Value::Time),
    },
    Column {
        key: "imageSizeInBytes",
        title: "SIZE",
        shown: Shown::Always,
        value: |image| Value::of(image.manifest.size, Value::Size),
    },
    Column {
        key: "imageManifestMediaType",
        title: "MANIFEST",
        shown: Shown::Always,
        value: |image| Value::of(image.manifest.media_type.as_deref(), Value::MediaType),
    },
    Column {
        key: "artifactMediaType",
        title: "ARTIFACT",
        shown: Shown::OnRequest,
        value: |image| {
            Value::of(
                image.manifest.artifact_media_type.as_deref(),
                Value::MediaType,
            )
        },
    },
    Column {
        key: "platforms",
        title: "PLATFORMS",
        shown: Shown::ForPlatforms,
        value: |image| Value::of(image.manifest.platforms.as_deref(), Value::List),
    },
    Column {
        key: "imageTags",
        title: "TAGS",
        shown: Shown::Always,
        value: |image| Value::of(image.tags.as_deref(), Value::List),
    },
];

impl ImagesArgs {
    pub(super) async fn run(
        &self,
        console: &Console,
        progress: &Progress,
    ) -> Result<Missing, Error> {
        let plan = Plan {
            schema: &SCHEMA,
            newest: SortKey::Pushed,
            tagged: self.tagged,
        };
        listing::run(plan, &self.listing, console, progress).await
    }
}

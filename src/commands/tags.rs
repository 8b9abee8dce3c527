//! `ecrpub tags`: one row per tag, with its image.

use crate::error::Error;
use crate::facts::Facts;
use crate::listing::{self, ImageListingArgs, Missing, Plan};
use crate::model::Tag;
use crate::output::{Align, Column, Look, Role, Schema, Shown, Value, offer};
use crate::select::{SortKey, TaggedArgs};
use crate::session::Session;

/// List the tags of repositories: one row per tag, newest first, with its image
///
/// Each row has the digest, size and dates of the image that the tag points at. A tag that was moved
/// is younger than its image: `createdAt` is the date of the tag, `imagePushedAt` that of the image.
///
/// All rows are read, then filtered, sorted and limited, in every format.
#[derive(Debug, clap::Args)]
#[command(override_usage = "ecrpub tags [OPTIONS] REPO...", after_help = EXAMPLES)]
#[command(mut_arg("columns", |columns| offer(columns, COLUMNS)))]
#[command(mut_arg("sort", |sort| sort.value_parser(SortKey::parser(SORT_KEYS))))]
pub(crate) struct TagsArgs {
    #[command(flatten)]
    listing: ImageListingArgs,
}

const EXAMPLES: &str = "\
Examples:
  ecrpub tags public.ecr.aws/docker/library/nginx
  ecrpub tags public.ecr.aws/docker/library/nginx --semver '^1.27' --limit 1 --pin
  ecrpub tags web --output json | jq -r '.imageTagDetails[].imageTag'";

/// The keys that tags can be sorted by.
const SORT_KEYS: &[SortKey] = &[
    SortKey::Created,
    SortKey::Pushed,
    SortKey::Version,
    SortKey::Size,
    SortKey::Tag,
    SortKey::Digest,
    SortKey::None,
];

pub(crate) const SCHEMA: Schema<Tag> = Schema {
    noun: "tag",
    list_key: "imageTagDetails",
    columns: COLUMNS,
    id: "imageTag",
    needs: Facts::NAMES,
    complete: Facts::NAMES,
    is_index: |tag| tag.manifest.is_index(),
    request: |_| None,
};

const COLUMNS: &[Column<Tag>] = &[
    Column {
        key: "registryAliasName",
        title: "ALIAS",
        aliases: &[],
        shown: Shown::ForPublic,
        needs: Facts::NAMES,
        look: Look {
            align: Align::Left,
            role: Role::Plain,
            importance: 8,
        },
        value: |tag| Value::of(tag.home.alias.as_deref(), Value::Text),
    },
    Column {
        key: "repositoryName",
        title: "REPOSITORY",
        aliases: &[],
        shown: Shown::ForSeveral,
        needs: Facts::NAMES,
        look: Look {
            align: Align::Left,
            role: Role::Plain,
            importance: 8,
        },
        value: |tag| Value::of(tag.home.repository.as_deref(), Value::Text),
    },
    Column {
        key: "imageTag",
        title: "TAG",
        aliases: &["tags", "imageTags", "name"],
        shown: Shown::Always,
        needs: Facts::NAMES,
        look: Look {
            align: Align::Left,
            role: Role::Name,
            importance: 9,
        },
        value: |tag| Value::of(tag.name.as_deref(), Value::Text),
    },
    Column {
        key: "createdAt",
        title: "CREATED",
        aliases: &[],
        shown: Shown::Always,
        needs: Facts::DETAILS,
        look: Look {
            align: Align::Left,
            role: Role::Plain,
            importance: 5,
        },
        value: |tag| Value::of(tag.created_at, Value::Time),
    },
    Column {
        key: "imageDetail.imageSizeInBytes",
        title: "SIZE",
        aliases: &[],
        shown: Shown::Always,
        needs: Facts::DETAILS,
        look: Look {
            align: Align::Right,
            role: Role::Plain,
            importance: 3,
        },
        value: |tag| Value::of(tag.manifest.size, Value::Size),
    },
    Column {
        key: "imageDetail.imagePushedAt",
        title: "PUSHED",
        aliases: &[],
        shown: Shown::ForMachines,
        needs: Facts::DETAILS,
        look: Look {
            align: Align::Left,
            role: Role::Plain,
            importance: 6,
        },
        value: |tag| Value::of(tag.manifest.pushed_at, Value::Time),
    },
    Column {
        key: "imageDetail.imageManifestMediaType",
        title: "MANIFEST",
        aliases: &[],
        shown: Shown::Always,
        needs: Facts::DETAILS,
        look: Look {
            align: Align::Left,
            role: Role::Plain,
            importance: 1,
        },
        value: |tag| Value::of(tag.manifest.media_type.as_deref(), Value::MediaType),
    },
    Column {
        key: "imageDetail.artifactMediaType",
        title: "ARTIFACT",
        aliases: &[],
        shown: Shown::ForMachines,
        needs: Facts::DETAILS,
        look: Look {
            align: Align::Left,
            role: Role::Plain,
            importance: 6,
        },
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
        aliases: &[],
        shown: Shown::ForMachines,
        needs: Facts::MANIFESTS,
        look: Look {
            align: Align::Left,
            role: Role::Plain,
            importance: 7,
        },
        value: |tag| Value::of(tag.manifest.platforms.as_deref(), Value::List),
    },
    Column {
        key: "imageDetail.imageDigest",
        title: "DIGEST",
        aliases: &[],
        shown: Shown::Always,
        needs: Facts::DIGESTS,
        look: Look {
            align: Align::Left,
            role: Role::Digest,
            importance: 4,
        },
        value: |tag| Value::of(tag.manifest.digest.as_deref(), Value::Digest),
    },
];

impl TagsArgs {
    pub(super) async fn run(&self, session: Session<'_>) -> Result<Missing, Error> {
        let plan = Plan::of_images(
            &SCHEMA,
            SortKey::Created,
            TaggedArgs::default(),
            &self.listing,
        )?;
        listing::run(plan, session).await
    }
}

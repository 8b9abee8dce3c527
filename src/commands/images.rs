//! `ecrpub images`: one row per image.

use crate::error::Error;
use crate::facts::Facts;
use crate::listing::{self, ImageListingArgs, Missing, Plan, UsedByArgs};
use crate::model::Image;
use crate::output::{Align, Column, Look, Role, Schema, Shown, Value, offer};
use crate::relations;
use crate::select::{SortKey, TaggedArgs};
use crate::session::Session;

/// List the images of repositories: one row per digest, newest first
///
/// An image is a manifest, identified by its digest, with any number of tags. An index (manifest
/// list) is one row, and each of its images is another: an untagged image may still be part of an
/// index. Sizes are compressed; the size of an index is that of its largest image. Public
/// repositories show only tagged images.
///
/// All rows are read, then filtered, sorted and limited, in every format.
#[derive(Debug, clap::Args)]
#[command(override_usage = "ecrpub images [OPTIONS] REPO...", after_help = EXAMPLES)]
#[command(mut_arg("columns", |columns| offer(columns, COLUMNS)))]
#[command(mut_arg("sort", |sort| sort.value_parser(SortKey::parser(SORT_KEYS))))]
pub(crate) struct ImagesArgs {
    #[command(flatten)]
    listing: ImageListingArgs,
    #[command(flatten)]
    tagged: TaggedArgs,
    #[command(flatten)]
    used_by: UsedByArgs,
}

const EXAMPLES: &str = "\
Examples:
  ecrpub images web
  ecrpub images public.ecr.aws/docker/library/nginx --limit 5 --platforms
  ecrpub images web --output json | jq -r '.imageDetails[].imageDigest'";

/// The keys that images can be sorted by.
const SORT_KEYS: &[SortKey] = &[
    SortKey::Pushed,
    SortKey::Version,
    SortKey::Size,
    SortKey::Tag,
    SortKey::Digest,
    SortKey::None,
];

pub(crate) const SCHEMA: Schema<Image> = Schema {
    noun: "image",
    list_key: "imageDetails",
    columns: COLUMNS,
    id: "imageDigest",
    needs: Facts::DIGESTS,
    complete: Facts::UNTAGGED,
    is_index: |image| image.manifest.is_index(),
    request: |image| image.manifest.relations.as_ref()?.request,
};

const COLUMNS: &[Column<Image>] = &[
    Column {
        key: "registryId",
        title: "REGISTRY",
        aliases: &[],
        shown: Shown::ForMachines,
        needs: Facts::DETAILS,
        look: Look {
            align: Align::Left,
            role: Role::Plain,
            importance: 5,
        },
        value: |image| Value::of(image.registry_id.as_deref(), Value::Text),
    },
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
        value: |image| Value::of(image.home.alias.as_deref(), Value::Text),
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
        value: |image| Value::of(image.home.repository.as_deref(), Value::Text),
    },
    Column {
        key: "imageDigest",
        title: "DIGEST",
        aliases: &[],
        shown: Shown::Always,
        needs: Facts::DIGESTS,
        look: Look {
            align: Align::Left,
            role: Role::Digest,
            importance: 9,
        },
        value: |image| Value::of(image.manifest.digest.as_deref(), Value::Digest),
    },
    Column {
        key: "imagePushedAt",
        title: "PUSHED",
        aliases: &[],
        shown: Shown::Always,
        needs: Facts::DETAILS,
        look: Look {
            align: Align::Left,
            role: Role::Plain,
            importance: 4,
        },
        value: |image| Value::of(image.manifest.pushed_at, Value::Time),
    },
    Column {
        key: "imageSizeInBytes",
        title: "SIZE",
        aliases: &[],
        shown: Shown::Always,
        needs: Facts::DETAILS,
        look: Look {
            align: Align::Right,
            role: Role::Plain,
            importance: 3,
        },
        value: |image| Value::of(image.manifest.size, Value::Size),
    },
    Column {
        key: "imageManifestMediaType",
        title: "MANIFEST",
        aliases: &[],
        shown: Shown::Always,
        needs: Facts::DETAILS,
        look: Look {
            align: Align::Left,
            role: Role::Plain,
            importance: 1,
        },
        value: |image| Value::of(image.manifest.media_type.as_deref(), Value::MediaType),
    },
    Column {
        key: "artifactMediaType",
        title: "ARTIFACT",
        aliases: &[],
        shown: Shown::ForMachines,
        needs: Facts::DETAILS,
        look: Look {
            align: Align::Left,
            role: Role::Plain,
            importance: 5,
        },
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
        aliases: &[],
        shown: Shown::ForMachines,
        needs: Facts::MANIFESTS,
        look: Look {
            align: Align::Left,
            role: Role::Plain,
            importance: 6,
        },
        value: |image| Value::of(image.manifest.platforms.as_deref(), Value::List),
    },
    Column {
        key: "role",
        title: "ROLE",
        aliases: &[],
        shown: Shown::ForMachines,
        needs: Facts::RELATIONS,
        look: Look {
            align: Align::Left,
            role: Role::Plain,
            importance: 5,
        },
        value: |image| Value::of(role(image), |role| Value::Text(role.name())),
    },
    Column {
        key: "usedBy",
        title: "USED BY",
        aliases: &[],
        shown: Shown::ForMachines,
        needs: Facts::RELATIONS,
        look: Look {
            align: Align::Left,
            role: Role::Name,
            importance: 6,
        },
        value: |image| Value::of(used_by(image), Value::List),
    },
    Column {
        key: "imageTags",
        title: "TAGS",
        aliases: &["tag", "imageTag"],
        shown: Shown::Always,
        needs: Facts::NAMES,
        look: Look {
            align: Align::Left,
            role: Role::Name,
            importance: 7,
        },
        value: |image| Value::of(image.tags.as_deref(), Value::List),
    },
];

fn role(image: &Image) -> Option<relations::Role> {
    image.manifest.relations.as_ref()?.role
}

fn used_by(image: &Image) -> Option<&[String]> {
    image.manifest.relations.as_ref()?.used_by.as_deref()
}

impl ImagesArgs {
    pub(super) async fn run(&self, session: Session<'_>) -> Result<Missing, Error> {
        let mut plan = Plan::of_images(&SCHEMA, SortKey::Pushed, self.tagged, &self.listing)?;
        plan.added.extend(self.used_by.added());
        listing::run(plan, session).await
    }
}

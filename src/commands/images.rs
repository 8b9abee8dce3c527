//! `ecrpub images`: one row per image.

use super::values::{
    alias, artifact, digest, media_type, platforms, pushed, registry_id, repository, size,
};
use crate::error::Error;
use crate::facts::Facts as F;
use crate::listing::{self, ImageListingArgs, Missing, Query, UsedByArgs};
use crate::model::{Row, RowKind};
use crate::output::{Column as C, Look, Schema, Shown, Value, offer};
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

pub(crate) const SCHEMA: Schema = Schema {
    kind: RowKind::Images,
    columns: COLUMNS,
};

const COLUMNS: &[C] = &[
    C::new("registryId", "REGISTRY", F::DETAILS, 5, registry_id).for_machines(),
    C::new("registryAliasName", "ALIAS", F::NAMES, 8, alias).shown(Shown::ForPublic),
    C::new("repositoryName", "REPOSITORY", F::NAMES, 8, repository).shown(Shown::ForSeveral),
    C::new("imageDigest", "DIGEST", F::DIGESTS, 9, digest).look(Look::Digest),
    C::new("imagePushedAt", "PUSHED", F::DETAILS, 4, pushed),
    C::new("imageSizeInBytes", "SIZE", F::DETAILS, 3, size).look(Look::Number),
    C::new(
        "imageManifestMediaType",
        "MANIFEST",
        F::DETAILS,
        1,
        media_type,
    ),
    C::new("artifactMediaType", "ARTIFACT", F::DETAILS, 5, artifact).for_machines(),
    C::new("platforms", "PLATFORMS", F::MANIFESTS, 6, platforms)
        .look(Look::Platforms)
        .for_machines(),
    C::new("role", "ROLE", F::RELATIONS, 5, role).for_machines(),
    C::new("usedBy", "USED BY", F::RELATIONS, 6, used_by)
        .look(Look::Name)
        .for_machines(),
    C::new("imageTags", "TAGS", F::NAMES, 6, tags)
        .look(Look::Name)
        .also(&["tag", "imageTag"]),
];

fn role(row: &Row) -> Value<'_> {
    let role = row.relations.as_ref().and_then(|relations| relations.role);
    Value::of(role, |role| Value::Text(role.name()))
}

fn used_by(row: &Row) -> Value<'_> {
    let relations = row.relations.as_ref();
    let tags = relations.and_then(|relations| relations.used_by.as_deref());
    Value::of(tags, Value::List)
}

/// Missing for an untagged image, as in the service's API.
fn tags(row: &Row) -> Value<'_> {
    let tags = Some(row.names()).filter(|tags| !tags.is_empty());
    Value::of(tags, Value::List)
}

impl ImagesArgs {
    pub(super) async fn run(&self, session: Session<'_>) -> Result<Missing, Error> {
        let mut query = Query::of_images(&SCHEMA, self.tagged, &self.listing)?;
        query.added.extend(self.used_by.added());
        listing::run(query, session).await
    }
}

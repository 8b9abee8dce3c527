//! `ecrpub tags`: one row per tag, with its image.

use super::values::{
    alias, artifact, created, digest, media_type, name, platforms, pushed, repository, size,
};
use crate::error::Error;
use crate::facts::Facts as F;
use crate::listing::{self, ImageListingArgs, Missing, Query};
use crate::model::RowKind;
use crate::output::{Column as C, FormatName, Look, Schema, Shown, offer};
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
#[command(mut_arg("output", |output| output.value_parser(FormatName::parser())))]
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

pub(crate) const SCHEMA: Schema = Schema {
    kind: RowKind::Tags,
    columns: COLUMNS,
};

const COLUMNS: &[C] = &[
    C::new("registryAliasName", "ALIAS", F::NAMES, 8, alias).shown(Shown::ForPublic),
    C::new("repositoryName", "REPOSITORY", F::NAMES, 8, repository).shown(Shown::ForSeveral),
    C::new("imageTag", "TAG", F::NAMES, 9, name)
        .look(Look::Name)
        .also(&["tags", "imageTags", "name"]),
    C::new("createdAt", "CREATED", F::DETAILS, 5, created),
    C::new("imageDetail.imageSizeInBytes", "SIZE", F::DETAILS, 3, size).look(Look::Number),
    C::new("imageDetail.imagePushedAt", "PUSHED", F::DETAILS, 6, pushed).for_machines(),
    C::new(
        "imageDetail.imageManifestMediaType",
        "MANIFEST",
        F::DETAILS,
        1,
        media_type,
    ),
    C::new(
        "imageDetail.artifactMediaType",
        "ARTIFACT",
        F::DETAILS,
        6,
        artifact,
    )
    .for_machines(),
    C::new("platforms", "PLATFORMS", F::MANIFESTS, 6, platforms)
        .look(Look::Platforms)
        .for_machines(),
    C::new("imageDetail.imageDigest", "DIGEST", F::DIGESTS, 4, digest).look(Look::Digest),
];

impl TagsArgs {
    pub(super) async fn run(&self, session: Session<'_>) -> Result<Missing, Error> {
        let query = Query::of_images(&SCHEMA, TaggedArgs::default(), &self.listing)?;
        listing::run(query, session).await
    }
}

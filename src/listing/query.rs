//! What a run lists, and the options of every command that say so.

use crate::error::Error;
use crate::facts::{Facts, Need};
use crate::model::RowKind;
use crate::net::settings::ConnectionArgs;
use crate::output::{Expected, FormatName, OutputArgs, Schema};
use crate::reference::{Platform, RegistryId};
use crate::select::{IdArgs, SelectArgs, SortKey, TaggedArgs, Wanted};
use crate::source::{PageArgs, PublicApi, SourceArgs, SourceName, Target};

/// The options of every listing.
#[derive(Debug, clap::Args)]
pub(crate) struct ListingArgs {
    #[command(flatten)]
    pub(crate) select: SelectArgs,

    /// Print the number of rows instead of the rows
    ///
    /// Prints a bare number; for several repositories or registries, one line each: the name, a tab, the
    /// number.
    #[arg(long, help_heading = "Rows")]
    pub(super) count: bool,

    /// Exit with code 3 when nothing is listed or counted
    ///
    /// The output is the same.
    #[arg(long, help_heading = "Rows", hide_short_help = true)]
    pub(super) fail_if_empty: bool,

    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(super) pages: PageArgs,
    #[command(flatten)]
    pub(super) connection: ConnectionArgs,
}

/// The options of every listing of images or tags.
#[derive(Debug, clap::Args)]
pub(crate) struct ImageListingArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,
    #[command(flatten)]
    pub(crate) ids: IdArgs,
    #[command(flatten)]
    pub(crate) relations: RelationArgs,
    #[command(flatten)]
    pub(crate) listing: ListingArgs,
}

/// The options that read manifests.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Relations")]
pub(crate) struct RelationArgs {
    /// Add the platforms of each index, such as linux/amd64
    ///
    /// Of your own repositories also those of images that an index holds. Reads the manifests of
    /// listed indexes from the registry; of your own repositories those of all indexes, if an image is
    /// listed too. Manifests are kept in the cache folder. With `--source registry`, reads the manifest
    /// of each tag.
    #[arg(long)]
    pub(super) platforms: bool,

    /// List only rows that run on this platform, such as linux/arm64
    ///
    /// OS/ARCH or OS/ARCH/VARIANT, in any case. Without a variant, any variant matches; `arm64` is
    /// `arm64/v8`. Reads manifests as `--platforms` does, in the order of the listing, until `--limit`
    /// rows have passed. Rows whose platform is not known, such as single images of public
    /// repositories, are left out; a note counts them.
    #[arg(long, value_name = "PLATFORM", hide_short_help = true)]
    pub(super) platform: Option<Platform>,
}

/// The option of images of own repositories.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Relations")]
pub(crate) struct UsedByArgs {
    /// Add the tags through which each image is in use, and its role
    ///
    /// Its own tags, those of indexes that hold it, and those of the image that it refers to, such as
    /// a signature; the nearest first, without digest tags. The role is `index`, `image`,
    /// `attestation`, `signature`, `sbom` or `artifact`. For your own repositories only. Reads the
    /// manifests of all indexes and untagged images.
    #[arg(long)]
    used_by: bool,
}

impl UsedByArgs {
    /// The columns that the option adds.
    pub(crate) fn added(&self) -> Option<AddedColumns> {
        self.used_by.then_some(AddedColumns {
            option: "--used-by",
            columns: &["usedBy", "role"],
        })
    }
}

/// The rows that a command lists, and the options that select and print them.
#[derive(Debug)]
pub(crate) struct Query<'a> {
    pub(crate) schema: &'static Schema,
    /// What to list.
    pub(crate) targets: Vec<Target>,
    /// The account of the caller's own registry, if it is given.
    pub(crate) registry_id: Option<&'a RegistryId>,
    /// The choice of APIs for public repositories.
    pub(crate) source: SourceName,
    /// The rows named one by one.
    pub(crate) ids: Option<&'a IdArgs>,
    pub(crate) tagged: TaggedArgs,
    /// The platform that rows must run on.
    pub(crate) platform: Option<&'a Platform>,
    pub(crate) added: Vec<AddedColumns>,
    pub(crate) args: &'a ListingArgs,
}

/// The columns that an option adds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AddedColumns {
    /// The option, such as `--platforms`.
    pub(crate) option: &'static str,
    /// The names of the columns.
    pub(crate) columns: &'static [&'static str],
}

impl<'a> Query<'a> {
    /// The listing of images or tags that `args` describe.
    pub(crate) fn of_images(
        schema: &'static Schema,
        tagged: TaggedArgs,
        args: &'a ImageListingArgs,
    ) -> Result<Self, Error> {
        let platforms = AddedColumns {
            option: "--platforms",
            columns: &["platforms"],
        };
        Ok(Self {
            schema,
            targets: args.source.targets()?,
            registry_id: args.source.registry_id()?,
            source: args.source.source,
            ids: Some(&args.ids),
            tagged,
            platform: args.relations.platform.as_ref(),
            added: Vec::from_iter(args.relations.platforms.then_some(platforms)),
            args: &args.listing,
        })
    }

    pub(super) fn kind(&self) -> RowKind {
        self.schema.kind
    }

    /// Whether the requests that delete the rows are printed.
    pub(super) fn deletes(&self) -> bool {
        self.args.output.format_name() == FormatName::DeleteRequests
    }

    /// Whether what is listed depends on every image of a repository, so that it must not change.
    pub(super) fn depends_on_all_images(&self) -> bool {
        self.tagged.unused || self.deletes()
    }

    /// The images of `target` that are named one by one, or `None` for all.
    pub(super) fn wanted(&self, target: &Target) -> Option<Wanted> {
        self.ids?.wanted(&target.images)
    }

    /// Whether no image of `target` is named one by one.
    pub(super) fn wants_all(&self, target: &Target) -> bool {
        !self.ids.is_some_and(IdArgs::are_given) && target.images.is_empty()
    }

    /// The properties of the listing that are known before reading; public repositories are read from
    /// `api`.
    pub(super) fn expected(&self, api: PublicApi) -> Expected {
        let told = self.targets.iter().map(|target| target.subject.told(api));
        let is_pattern = |target: &Target| target.subject.is_pattern();
        Expected {
            several: self.targets.len() > 1 || self.targets.iter().any(is_pattern),
            public: !self.targets.iter().all(|target| target.subject.is_own()),
            told: told.fold(Facts::all(), |all, told| all & told),
        }
    }

    /// The default sort key: the newest first or, if the sources cannot provide dates, the version.
    pub(super) fn default_key(&self, told: Facts) -> SortKey {
        match self.kind() {
            RowKind::Repositories => SortKey::Name,
            _ if !told.contains(Facts::DETAILS) => SortKey::Version,
            RowKind::Images => SortKey::Pushed,
            RowKind::Tags => SortKey::Created,
        }
    }

    /// Whether the names and digests of tags are all that is printed, or selects what is, and the registry
    /// may be asked for them.
    pub(super) fn digests_are_enough(&self) -> bool {
        let (selecting, printing) = (self.needs_of_selection(), self.needs_of_output());
        let mut needs = selecting.iter().chain(&printing);
        self.source != SourceName::Gallery
            && self.args.output.format_name() == FormatName::Name
            && needs.all(|need| (Facts::NAMES | Facts::DIGESTS).contains(need.facts))
    }

    /// The names of the columns that options add. The roles of unused images are known without a further
    /// request.
    pub(super) fn added_columns(&self) -> Vec<&'static str> {
        let added = self.added.iter().flat_map(|added| added.columns).copied();
        let output = &self.args.output;
        let shows_role = self.tagged.unused && output.is_table() && !output.chooses_columns();
        added.chain(shows_role.then_some("role")).collect()
    }

    /// The facts that select and order rows, by the option that needs them.
    pub(super) fn needs_of_selection(&self) -> Vec<Need> {
        let select = &self.args.select;
        let mut needs: Vec<_> = select.filter.needs().collect();
        needs.extend(self.tagged.needs());
        needs.extend(self.ids.and_then(IdArgs::needs));
        needs.extend(
            self.platform
                .map(|_| Need::new("--platform", Facts::MANIFESTS)),
        );
        let mut ids = self.targets.iter().flat_map(|target| &target.images);
        if ids.any(|id| id.digest().is_some()) {
            needs.push(Need::new("@DIGEST", Facts::DETAILS));
        }
        if let Some(key) = select.sort {
            let name = key.name();
            let column = self.schema.find(&name).map(|column| column.needs);
            let facts = column.unwrap_or(match key {
                SortKey::Version => Facts::TAGS,
                _ => Facts::NAMES,
            });
            needs.push(Need::new(format!("--sort {name}"), facts));
        }
        needs
    }

    /// The facts that are printed, by the option that needs them.
    pub(super) fn needs_of_output(&self) -> Vec<Need> {
        let mut needs = self.args.output.needs(self.schema);
        for added in &self.added {
            let columns = added.columns.iter();
            let columns = columns.filter_map(|name| self.schema.find(name));
            needs.extend(columns.map(|column| Need::new(added.option, column.needs)));
        }
        needs
    }
}

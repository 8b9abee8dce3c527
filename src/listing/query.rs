//! What a run lists, as the options of its command say.

use super::{ImageListingArgs, ListingArgs};
use crate::error::Error;
use crate::facts::{Facts, Need};
use crate::model::RowKind;
use crate::output::{Expected, FormatName, Schema};
use crate::reference::{Platform, RegistryId};
use crate::select::{IdArgs, SortKey, TaggedArgs, Wanted};
use crate::source::{PublicApi, SourceName, Target};

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

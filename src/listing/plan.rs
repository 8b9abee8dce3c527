//! The question of a listing, as the options of a command put it.

use super::added::Added;
use super::{ImageListingArgs, ListingArgs};
use crate::error::Error;
use crate::facts::{Facts, Need};
use crate::output::{Expected, Schema};
use crate::reference::{Platform, RegistryId};
use crate::select::{IdArgs, SortKey, TaggedArgs, Wanted};
use crate::source::{PublicApi, SourceName, Target};

/// The rows that a command lists, and the options that select and print them.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    pub(crate) schema: &'static Schema,
    /// The default sort key.
    pub(crate) order: SortKey,
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
    /// The columns that options add, by the option.
    pub(crate) added: Vec<Added>,
    pub(crate) args: &'a ListingArgs,
}

impl<'a> Plan<'a> {
    /// The listing of images or tags that `args` describe, in `order` by default.
    ///
    /// # Errors
    ///
    /// A usage error for references that cannot be listed.
    pub(crate) fn of_images(
        schema: &'static Schema,
        order: SortKey,
        tagged: TaggedArgs,
        args: &'a ImageListingArgs,
    ) -> Result<Self, Error> {
        Ok(Self {
            schema,
            order,
            targets: args.source.targets()?,
            registry_id: args.source.registry_id()?,
            source: args.source.source,
            ids: Some(&args.ids),
            tagged,
            platform: args.relations.platform.as_ref(),
            added: args.relations.added(),
            args: &args.listing,
        })
    }
}

impl Plan<'_> {
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
        let is_several = |target: &Target| target.subject.is_pattern();
        Expected {
            several: self.targets.len() > 1 || self.targets.iter().any(is_several),
            public: !self.targets.iter().all(|target| target.subject.is_own()),
            told: told.fold(Facts::all(), |all, told| all & told),
        }
    }

    /// The facts that select and order rows, by the option that needs them.
    pub(super) fn needs_of_selection(&self) -> Vec<Need> {
        let select = &self.args.select;
        let mut needs = select.needs();
        needs.extend(self.tagged.needs());
        needs.extend(self.ids.and_then(IdArgs::needs));
        needs.extend(
            self.platform
                .map(|_| Need::new("--platform", Facts::MANIFESTS)),
        );
        if self.targets.iter().any(selects_digest) {
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
        needs.extend(self.added.iter().filter_map(|added| {
            let column = self.schema.column(added.column)?;
            Some(Need::new(added.option, column.needs))
        }));
        needs
    }
}

fn selects_digest(target: &Target) -> bool {
    target.images.iter().any(|id| id.digest().is_some())
}

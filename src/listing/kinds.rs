//! The kinds of rows that are listed: images and tags of repositories, and repositories of registries.

use super::expand::Resolved;
use super::part::Part;
use super::rows::ListedRow;
use super::summary::Totals;
use super::{Listing, catalog, census, relate, usage};
use crate::error::Error;
use crate::facts::Facts;
use crate::model::{Home, Image, ImageRow, RepositoryDetail};
use crate::reference::{Named, PublicRepository, RegistryName, Repository};
use crate::source::{Listed, Sources, Target};

impl<R: Listed<Of = Repository> + ImageRow + 'static> ListedRow for R {
    type Asked = Named;

    async fn resolve(
        sources: &Sources<'_>,
        targets: &[Target<Named>],
        page_size: u16,
    ) -> Result<Resolved<Repository>, Error> {
        Resolved::of(sources, targets, page_size).await
    }

    async fn reference(
        sources: &Sources<'_>,
        target: &Target,
    ) -> Result<Option<PublicRepository>, Error> {
        match &target.reference {
            Some(reference) => Ok(Some(reference.clone())),
            None => sources.public_reference(&target.of).await.map(Some),
        }
    }

    fn set_reference(&mut self, reference: &PublicRepository) {
        *self.home_mut() = Home {
            alias: Some(reference.alias.as_str().into()),
            repository: Some(reference.name.as_str().into()),
        };
    }

    const ARE_IMAGES: bool = R::IS_IMAGE;

    fn as_image(&self) -> Option<&Image> {
        ImageRow::as_image(self)
    }

    async fn select(listing: &Listing<'_, Self>, target: &Target) -> Result<Part<Self>, Error> {
        if listing.relates_images() {
            relate::select(listing, target).await
        } else {
            listing.select(target).await
        }
    }

    async fn recheck(
        listing: &Listing<'_, Self>,
        target: &Target,
        part: &Part<Self>,
    ) -> Result<(), Error> {
        match &part.images {
            Some(images) if listing.questions.take_all() => {
                let page_size = listing.plan.args.pages.page_size;
                census::compare(&listing.sources, &target.of, page_size, images).await
            }
            _ => Ok(()),
        }
    }

    fn add_to<'a>(&'a self, totals: &mut Totals<'a>) {
        totals.add_image(self.names(), self.manifest());
    }
}

impl ListedRow for RepositoryDetail {
    type Asked = RegistryName;

    async fn resolve(
        _sources: &Sources<'_>,
        targets: &[Target<RegistryName>],
        _page_size: u16,
    ) -> Result<Resolved<RegistryName>, Error> {
        let all = |target: &Target<RegistryName>| Target::all_of(target.of.clone());
        Ok(Resolved {
            targets: targets.iter().map(all).collect(),
            ..Resolved::default()
        })
    }

    /// Each row has the reference of its own.
    async fn reference(
        _sources: &Sources<'_>,
        _target: &Target<RegistryName>,
    ) -> Result<Option<PublicRepository>, Error> {
        Ok(None)
    }

    fn set_reference(&mut self, _reference: &PublicRepository) {}

    async fn relate(
        listing: &Listing<'_, Self>,
        parts: &mut [&mut Part<Self>],
    ) -> Result<(), Error> {
        if listing.reads.contains(Facts::CATALOG) {
            catalog::add(listing, parts).await;
        }
        if listing.reads.contains(Facts::USAGE) {
            usage::add(listing, parts).await?;
        }
        Ok(())
    }

    /// The id and the alias of the caller's own registry, if the policy allows to ask for them.
    async fn describe(sources: &Sources<'_>, of: &RegistryName) -> Option<String> {
        let registry = sources.registry(of).await.ok()??;
        let alias = registry.alias.map(|alias| {
            let alias = alias.parse().map(RegistryName::Public);
            alias.map_or_else(|_| String::new(), |alias| format!(", `{alias}`"))
        });
        Some(format!(
            "registry {}{}",
            registry.id,
            alias.unwrap_or_default()
        ))
    }

    fn add_to<'a>(&'a self, totals: &mut Totals<'a>) {
        totals.add_repository(self.usage.as_ref());
    }
}

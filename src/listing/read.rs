//! Reads the rows of one repository: listed or looked up, filtered, sorted, limited.

use std::collections::BTreeSet;

use super::{Listing, Missing, RepositoryRow};
use crate::error::{Error, Kind};
use crate::model::{Home, ImageRow};
use crate::reference::{ImageId, PublicRepository, Repository};
use crate::select::{Collector, Selected, Wanted};
use crate::source::{LOOK_UP_SIZE, LookUp, Pages, Target};

/// The rows of one repository that are to be printed.
pub(super) struct Part<R> {
    pub(super) rows: Vec<R>,
    /// The number of rows that `--limit` left out.
    pub(super) left_out: usize,
    /// The token to resume with after `--max-pages`.
    pub(super) next_token: Option<String>,
    /// Images that were named and do not exist.
    pub(super) missing: Missing,
    /// The repository's public reference, where it was needed.
    pub(super) reference: Option<PublicRepository>,
}

impl<R> Part<R> {
    /// Whether there is nothing to show, and nothing that says why.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.missing.is_empty()
    }
}

impl Listing<'_> {
    /// The rows of a repository that pass the filter, sorted and limited.
    pub(super) async fn select<R: RepositoryRow>(&self, target: &Target) -> Result<Part<R>, Error> {
        let repository = &target.repository;
        let wanted = self.args.wanted(target);
        let collector = self.selection.collector(wanted.as_ref());
        let read = self.collect(repository, wanted.as_ref(), collector);
        let reference = self.reference(repository);
        let ((mut selected, next_token), reference) = tokio::try_join!(read, reference)?;
        self.add_reference(reference.as_ref(), &mut selected.rows);
        Ok(Part {
            left_out: selected.left_out(),
            next_token,
            missing: missing_images(&selected.missing, repository),
            rows: selected.rows,
            reference,
        })
    }

    /// The public reference of `repository`, if something printed or read depends on it.
    pub(super) async fn reference(
        &self,
        repository: &Repository,
    ) -> Result<Option<PublicRepository>, Error> {
        if self.reads_manifests || self.args.output.is_full_ref() {
            return self.sources.public_reference(repository).await.map(Some);
        }
        Ok(None)
    }

    /// Writes `reference` into rows that are printed as references.
    pub(super) fn add_reference<R: ImageRow>(
        &self,
        reference: Option<&PublicRepository>,
        rows: &mut [R],
    ) {
        if let Some(reference) = reference.filter(|_| self.args.output.is_full_ref()) {
            let home = Home {
                alias: Some(reference.alias.as_str().into()),
                repository: Some(reference.name.as_str().into()),
            };
            for row in rows {
                *row.home_mut() = home.clone();
            }
        }
    }

    /// Reads the rows of `repository` into `collector`: those that `wanted` names are looked up where the
    /// source can; otherwise the listing is read, once.
    pub(super) async fn collect<R: RepositoryRow>(
        &self,
        repository: &Repository,
        wanted: Option<&Wanted>,
        mut collector: Collector<'_, R>,
    ) -> Result<(Selected<R>, Option<String>), Error> {
        if let Some(wanted) = wanted
            && self.look_up(repository, wanted, &mut collector).await?
        {
            return Ok((collector.finish(), None));
        }
        let mut pages = self.pages(repository);
        let mut page = pages.next().await?;
        while let Some(rows) = page {
            let (next, ()) = pages.next_during(|| collector.add(rows)).await;
            page = next?;
        }
        let next_token = pages.next_token().map(str::to_owned);
        Ok((collector.finish(), next_token))
    }

    /// Looks up the rows that `wanted` names; false if some of them must be picked from the listing.
    async fn look_up<R: RepositoryRow>(
        &self,
        repository: &Repository,
        wanted: &Wanted,
        collector: &mut Collector<'_, R>,
    ) -> Result<bool, Error> {
        let mut found_all = true;
        for ids in wanted.ids().chunks(LOOK_UP_SIZE) {
            match R::look_up(&self.sources, repository, ids).await? {
                LookUp::Found(found) => collector.add(found),
                LookUp::PickFromListing => found_all = false,
            }
        }
        Ok(found_all)
    }

    pub(super) fn pages<'a>(&'a self, repository: &'a Repository) -> Pages<'a> {
        Pages::new(&self.sources, repository, &self.args.pages)
    }
}

/// The errors of ids that no row has.
pub(super) fn missing_images(ids: &[ImageId], repository: &Repository) -> Missing {
    let missing = ids.iter().map(|id| missing_image(id, repository));
    missing.collect()
}

fn missing_image(id: &ImageId, repository: &Repository) -> Error {
    let error = Error::new(
        Kind::NotFound,
        format!("repository `{repository}` has no image with {id}"),
    );
    match (repository, id) {
        (Repository::Public(_), ImageId::Digest(_)) => error.hint(format!(
            "a public repository shows tagged images only; list its tags with `ecrpub tags {repository}`"
        )),
        _ => error.hint(format!("list its tags with `ecrpub tags {repository}`")),
    }
}

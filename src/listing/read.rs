//! Reads the rows of one repository: listed or looked up, filtered, sorted, limited.

use std::collections::BTreeSet;

use super::{Listing, Missing, RepositoryRow};
use crate::error::{Error, Kind};
use crate::model::{Home, ImageRow};
use crate::reference::{Digest, ImageId, PublicRepository, Repository};
use crate::select::{self, Wanted};
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
        let read = async {
            match self.args.wanted(target) {
                Some(wanted) => self.find(repository, &wanted).await,
                None => self.read(repository).await,
            }
        };
        let (mut part, reference) = tokio::try_join!(read, self.reference(repository))?;
        part.left_out = self.selection.order_and_limit(&mut part.rows);
        self.add_reference(reference.as_ref(), &mut part.rows);
        part.reference = reference;
        Ok(part)
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

    /// Reads all rows that pass the filter, in the service's order.
    async fn read<R: RepositoryRow>(&self, repository: &Repository) -> Result<Part<R>, Error> {
        let mut pages = self.pages(repository);
        let mut all = Vec::new();
        let mut page = pages.next().await?;
        while let Some(mut rows) = page {
            let keep = || {
                self.selection.filter(&mut rows);
                // Sorted pages are soon merged, and there is time while the next one is on its way.
                self.selection.order(&mut rows);
                all.append(&mut rows);
            };
            let (next, ()) = pages.next_during(keep).await;
            page = next?;
        }
        Ok(Part {
            rows: all,
            left_out: 0,
            next_token: pages.next_token().map(str::to_owned),
            missing: Missing::new(),
            reference: None,
        })
    }

    /// Reads the rows that are named one by one: looked up where the source can, or else picked from the
    /// listing, which is read once.
    async fn find<R: RepositoryRow>(
        &self,
        repository: &Repository,
        wanted: &Wanted,
    ) -> Result<Part<R>, Error> {
        let mut rows = Vec::new();
        // Only whole digests can be looked up.
        let (mut to_pick, whole): (Vec<_>, Vec<_>) = wanted
            .ids()
            .iter()
            .partition(|id| id.short_digest().is_some());
        let whole: Vec<_> = whole.into_iter().cloned().collect();
        for ids in whole.chunks(LOOK_UP_SIZE) {
            match R::look_up(&self.sources, repository, ids).await? {
                LookUp::Found(found) => rows.extend(found),
                LookUp::PickFromListing => to_pick.extend(ids),
            }
        }
        if !to_pick.is_empty() {
            let mut pages = self.pages(repository);
            while let Some(mut page) = pages.next::<R>().await? {
                select::pick(&to_pick, &mut page);
                rows.append(&mut page);
            }
        }
        select::once(&mut rows);
        if let Some((short, digests)) = wanted.ambiguous(&rows) {
            return Err(ambiguous(short, digests, repository));
        }
        let missing = wanted.missing(&rows).into_iter();
        let missing = missing.map(|id| missing_image(id, repository)).collect();
        self.selection.filter(&mut rows);
        Ok(Part {
            rows,
            left_out: 0,
            next_token: None,
            missing,
            reference: None,
        })
    }

    pub(super) fn pages<'a>(&'a self, repository: &'a Repository) -> Pages<'a> {
        Pages::new(&self.sources, repository, &self.args.pages)
    }
}

fn ambiguous(short: &Digest, digests: BTreeSet<String>, repository: &Repository) -> Error {
    const SHOWN: usize = 10;
    let more = match digests.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let digests: Vec<_> = digests.into_iter().take(SHOWN).collect();
    Error::usage(format!(
        "`{short}` is the beginning of several images of repository `{repository}`: `{}`{more}",
        digests.join("`, `")
    ))
    .hint("give more digits of the digest")
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

//! The rows of one repository: read or looked up, selected, and in order.

use std::sync::Arc;

use super::{Listing, Missing};
use crate::error::{Error, Kind};
use crate::model::Row;
use crate::reference::{ImageId, PublicRepository, Repository};
use crate::select::{self, Wanted};
use crate::source::{LOOK_UP_SIZE, Listed, LookUp, Pages, Target};

/// What was read of a repository.
pub(super) struct Part<R> {
    pub(super) rows: Vec<R>,
    /// Rows that `--limit` left out.
    pub(super) left_out: usize,
    /// Where the listing goes on after `--max-pages`.
    pub(super) next_token: Option<String>,
    /// Images that were asked for and do not exist.
    pub(super) missing: Missing,
    /// What everybody calls the repository, where that matters.
    pub(super) home: Option<PublicRepository>,
}

impl<R> Part<R> {
    /// Whether there is nothing to show, and nothing that says why.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.missing.is_empty()
    }
}

impl Listing<'_> {
    /// The rows of a repository that are asked for, in the order asked.
    pub(super) async fn select<R: Row + Listed>(&self, target: &Target) -> Result<Part<R>, Error> {
        let repository = &target.repository;
        let read = async {
            match self.args.wanted(target) {
                Some(wanted) => self.find(repository, &wanted).await,
                None => self.read(repository).await,
            }
        };
        let (mut part, home) = tokio::try_join!(read, self.home(repository))?;
        part.left_out = self.selection.order_and_limit(&mut part.rows);
        self.tell_home(home.as_ref(), &mut part.rows);
        part.home = home;
        Ok(part)
    }

    /// What everybody calls `repository`, if that is going to be asked.
    pub(super) async fn home(
        &self,
        repository: &Repository,
    ) -> Result<Option<PublicRepository>, Error> {
        if self.platforms || self.args.output.is_full_ref() {
            return self.sources.home(repository).await.map(Some);
        }
        Ok(None)
    }

    /// Tells the rows of `home` for references to them.
    pub(super) fn tell_home<R: Row>(&self, home: Option<&PublicRepository>, rows: &mut [R]) {
        if let Some(home) = home.filter(|_| self.args.output.is_full_ref()) {
            let alias: Arc<str> = home.alias.as_str().into();
            let name: Arc<str> = home.name.as_str().into();
            for row in rows {
                row.set_home(&alias, &name);
            }
        }
    }

    /// Reads all rows that pass the filter, in the service's order.
    async fn read<R: Row + Listed>(&self, repository: &Repository) -> Result<Part<R>, Error> {
        let mut pages = self.pages(repository);
        let mut all = Vec::new();
        let mut page = pages.next().await?;
        while let Some(mut rows) = page {
            let keep = || {
                self.selection.filter(&mut rows);
                // Pages in order are soon merged, and there is time while the next one is waited for.
                self.selection.order(&mut rows);
                all.append(&mut rows);
            };
            page = pages.next_while(keep).await?;
        }
        Ok(Part {
            rows: all,
            left_out: 0,
            next_token: pages.next_token().map(str::to_owned),
            missing: Missing::new(),
            home: None,
        })
    }

    /// Reads the rows that are asked for by name: looked up where the service can, or else picked
    /// from the listing, which is read once.
    async fn find<R: Row + Listed>(
        &self,
        repository: &Repository,
        wanted: &Wanted,
    ) -> Result<Part<R>, Error> {
        let mut rows = Vec::new();
        let mut to_pick = Vec::new();
        for ids in wanted.ids().chunks(LOOK_UP_SIZE) {
            match R::look_up(self.sources.of(repository), ids).await? {
                LookUp::Found(found) => rows.extend(found),
                LookUp::PickFromListing => to_pick.extend(ids),
            }
        }
        if !to_pick.is_empty() {
            let mut pages = self.pages(repository);
            while let Some(mut page) = pages.next().await? {
                select::pick(&to_pick, &mut page);
                rows.append(&mut page);
            }
        }
        select::once(&mut rows);
        let missing = wanted.missing(&rows).into_iter();
        let missing = missing.map(|id| missing_image(id, repository)).collect();
        self.selection.filter(&mut rows);
        Ok(Part {
            rows,
            left_out: 0,
            next_token: None,
            missing,
            home: None,
        })
    }

    pub(super) fn pages<'a>(&'a self, repository: &'a Repository) -> Pages<'a> {
        let source = self.sources.of(repository);
        Pages::new(source, self.progress, repository, &self.args.pages)
    }
}

fn missing_image(id: &ImageId, repository: &Repository) -> Error {
    let error = Error::new(
        Kind::NotFound,
        format!("repository `{repository}` has no image with {id}"),
    );
    match (repository, id) {
        (Repository::Public(_), ImageId::Digest(_)) => error.hint(format!(
            "only what has a tag can be seen: `ecrpub tags {repository}`"
        )),
        _ => error.hint(format!("see what it has with `ecrpub tags {repository}`")),
    }
}

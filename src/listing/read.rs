//! Reads the rows of one repository: listed or looked up, filtered, sorted, limited.

use super::{Listing, Missing, RepositoryRow};
use crate::error::{Error, Kind};
use crate::facts::Facts;
use crate::model::{Home, ImageRow};
use crate::reference::{ImageId, PublicRepository, Repository};
use crate::select::{Collector, Selected, Wanted};
use crate::source::{LOOK_UP_SIZE, LookUp, Pages, Target};

/// The selected rows of one repository.
pub(super) struct Part<R> {
    pub(super) selected: Selected<R>,
    /// The token to resume with after `--max-pages`.
    pub(super) next_token: Option<String>,
    /// Whether `--limit` ended the listing, and there may be more rows.
    pub(super) ended_early: bool,
    /// The errors for named images that do not exist.
    pub(super) missing: Missing,
    /// The repository's public reference, if it was needed.
    pub(super) reference: Option<PublicRepository>,
}

impl<R> Part<R> {
    /// Whether it has neither rows nor errors that say why.
    pub(super) fn is_empty(&self) -> bool {
        self.selected.rows.is_empty() && self.missing.is_empty()
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
        let (mut part, reference) = tokio::try_join!(read, reference)?;
        self.add_reference(reference.as_ref(), &mut part.selected.rows);
        part.reference = reference;
        Ok(part)
    }

    /// The public reference of `repository`, if the output or a request needs it.
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

    /// Reads the rows of `repository` into `collector`. Looks up the rows of `wanted` if the source
    /// can; otherwise reads the listing, once.
    pub(super) async fn collect<R: RepositoryRow>(
        &self,
        repository: &Repository,
        wanted: Option<&Wanted>,
        mut collector: Collector<'_, R>,
    ) -> Result<Part<R>, Error> {
        let is_found = match wanted {
            Some(wanted) => self.look_up(repository, wanted, &mut collector).await?,
            None => false,
        };
        let (mut next_token, mut ended_early) = (None, false);
        if !is_found {
            let mut pages = self.pages(repository);
            self.collect_pages(&mut pages, &mut collector).await?;
            ended_early = collector.is_full() && !pages.is_at_end();
            next_token = pages
                .next_token()
                .filter(|_| !ended_early)
                .map(str::to_owned);
        }
        let selected = collector.finish();
        if let Some((short, digests)) = &selected.ambiguous {
            return Err(ambiguous(short, digests, repository));
        }
        let missing = selected.missing.iter();
        Ok(Part {
            missing: missing.map(|id| self.missing(id, repository)).collect(),
            selected,
            next_token,
            ended_early,
            reference: None,
        })
    }

    /// Reads pages into `collector`, to the end or until it is full.
    async fn collect_pages<R: RepositoryRow>(
        &self,
        pages: &mut Pages<'_>,
        collector: &mut Collector<'_, R>,
    ) -> Result<(), Error> {
        let mut page = pages.next().await?;
        while let Some(rows) = page {
            if self.selection.streams() {
                // Whether another page is needed depends on this one.
                collector.add(rows);
                if collector.is_full() {
                    break;
                }
                page = pages.next().await?;
            } else {
                let (next, ()) = pages.next_during(|| collector.add(rows)).await;
                page = next?;
            }
        }
        Ok(())
    }

    /// Looks up the rows of `wanted`; returns false if some must be picked from the listing.
    async fn look_up<R: RepositoryRow>(
        &self,
        repository: &Repository,
        wanted: &Wanted,
        collector: &mut Collector<'_, R>,
    ) -> Result<bool, Error> {
        let mut found_all = true;
        for ids in wanted.ids().chunks(LOOK_UP_SIZE) {
            // The service looks up whole digests only.
            if ids.iter().any(|id| id.short_digest().is_some()) {
                found_all = false;
                continue;
            }
            match R::look_up(&self.sources, repository, ids).await? {
                LookUp::Found(found) => collector.add(found),
                LookUp::PickFromListing => found_all = false,
            }
        }
        Ok(found_all)
    }

    /// The error for an image without rows.
    fn missing(&self, id: &ImageId, repository: &Repository) -> Error {
        match id {
            // The image may exist, untagged.
            ImageId::Digest(_) if !self.complete.contains(Facts::UNTAGGED) => {
                missing_tag(id, repository)
            }
            _ => missing_image(id, repository),
        }
    }

    pub(super) fn pages<'a>(&'a self, repository: &'a Repository) -> Pages<'a> {
        Pages::new(&self.sources, repository, &self.args.pages)
    }
}

fn ambiguous(short: &ImageId, digests: &[String], repository: &Repository) -> Error {
    const SHOWN: usize = 10;
    let more = match digests.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let digests: Vec<_> = digests.iter().take(SHOWN).map(String::as_str).collect();
    Error::usage(format!(
        "{short} matches several digests in repository `{repository}`: `{}`{more}",
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
        (Repository::Public(_), ImageId::Digest(_)) => error.hint(tagged_only(repository)),
        _ => error.hint(format!("list its tags with `ecrpub tags {repository}`")),
    }
}

fn missing_tag(digest: &ImageId, repository: &Repository) -> Error {
    let error = Error::new(
        Kind::NotFound,
        format!("no tag of repository `{repository}` points at {digest}"),
    );
    match (repository, digest) {
        (Repository::Own(_), ImageId::Digest(digest)) => error.hint(format!(
            "look up the image with `ecrpub images {repository} --digest {digest}`"
        )),
        _ => error.hint(tagged_only(repository)),
    }
}

fn tagged_only(repository: &Repository) -> String {
    format!(
        "a public repository shows tagged images only; list its tags with `ecrpub tags {repository}`"
    )
}

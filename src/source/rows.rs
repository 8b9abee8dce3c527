//! How each kind of row is read from each source.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::{Page, PageRequest, Pages, PublicApi, Sources, Start, Subject};
use crate::error::{Error, Kind};
use crate::model::{Row, RowKind, RowName};
use crate::reference::{ImageId, RegistryName, Repository, RepositoryPattern};

/// The most ids that a look-up takes.
pub(crate) const LOOK_UP_SIZE: usize = 100;

impl Sources<'_> {
    pub(super) async fn page(
        &self,
        kind: RowKind,
        subject: &Subject,
        request: PageRequest<'_>,
    ) -> Result<Page, Error> {
        match subject {
            Subject::Repository(repository) if kind == RowKind::Images => {
                self.page_of_images(repository, subject, request).await
            }
            Subject::Repository(repository) => self.page_of_tags(repository, request).await,
            Subject::Registry(registry) | Subject::Matching(RepositoryPattern { registry, .. }) => {
                match registry {
                    RegistryName::Own => self.own().repositories(request).await,
                    RegistryName::Public(alias) => {
                        self.public().gallery.repositories(alias, request).await
                    }
                }
            }
        }
    }

    /// Public sources have no list of images: all tags of a repository make one page of images.
    async fn page_of_images(
        &self,
        repository: &Repository,
        subject: &Subject,
        request: PageRequest<'_>,
    ) -> Result<Page, Error> {
        if let Repository::Own(name) = repository {
            return self.own().images(name, request).await;
        }
        let mut grouped = Grouped::default();
        let pages = Pages::of_all(self, RowKind::Tags, subject, request.page_size);
        let group = |tags: Vec<Row>| tags.into_iter().for_each(|tag| grouped.add(tag));
        pages.each(group).await?;
        Ok(Page {
            rows: grouped.rows(),
            next_token: None,
        })
    }

    async fn page_of_tags(
        &self,
        repository: &Repository,
        request: PageRequest<'_>,
    ) -> Result<Page, Error> {
        let public = match repository {
            Repository::Own(name) => return self.own().tags(name, request).await,
            Repository::Public(public) => public,
        };
        let sources = self.public();
        match sources.api {
            PublicApi::Registry => sources.registry(public).tags(public, request).await,
            PublicApi::Gallery => match sources.gallery.tags(public, request).await? {
                Ok(page) => Ok(page),
                // Only the registry says whether the repository exists.
                Err(refusal) => {
                    let start = Start::Beginning;
                    let first = PageRequest {
                        page_size: 1,
                        token: None,
                        start,
                    };
                    let listed = sources.registry(public).tags(public, first).await;
                    let missing = listed.err().filter(|error| error.kind() == Kind::NotFound);
                    Err(missing.unwrap_or(refusal))
                }
            },
        }
    }

    /// Looks up at most [`LOOK_UP_SIZE`] rows by their ids: images of an own repository or, where its
    /// digest is enough, one tag of a public one. Nothing if the source cannot look up rows of this kind,
    /// or does not say which exist: the rows must be picked from the listing.
    pub(crate) async fn look_up(
        &self,
        kind: RowKind,
        subject: &Subject,
        ids: &[ImageId],
        digest_is_enough: bool,
    ) -> Result<Option<Vec<Row>>, Error> {
        let Subject::Repository(repository) = subject else {
            return Ok(None);
        };
        match (kind, repository, ids) {
            (RowKind::Images, Repository::Own(name), _) => self.own().look_up(name, ids).await,
            (RowKind::Tags, Repository::Public(public), [ImageId::Tag(tag)])
                if digest_is_enough =>
            {
                self.public().registry(public).tag(public, tag).await
            }
            _ => Ok(None),
        }
    }
}

/// Images built from tags, in the order of their first tags.
#[derive(Default)]
struct Grouped {
    /// The images, and their tags.
    images: Vec<(Row, Vec<String>)>,
    positions: HashMap<String, usize>,
}

impl Grouped {
    /// Adds `tag` to its image; each tag without a digest has a separate image.
    fn add(&mut self, mut tag: Row) {
        let Self { images, positions } = self;
        let position = match &tag.digest {
            Some(digest) => *positions.entry(digest.clone()).or_insert(images.len()),
            None => images.len(),
        };
        let name = std::mem::take(&mut tag.name);
        if position == images.len() {
            tag.date = tag.pushed_at;
            images.push((tag, Vec::new()));
        }
        if let RowName::Own(Some(name)) = name {
            images[position].1.push(name);
        }
    }

    fn rows(self) -> Vec<Row> {
        let rows = self.images.into_iter().map(|(row, tags)| Row {
            name: RowName::tags(Some(tags)),
            ..row
        });
        rows.collect()
    }
}

/// The nearest millisecond; `None` for times out of range.
///
/// The service's times have milliseconds; the SDK's are truncated floats, often just below one.
pub(super) fn to_millisecond(nanoseconds: i128) -> Option<Timestamp> {
    let milliseconds = (nanoseconds + 500_000).div_euclid(1_000_000);
    Timestamp::from_millisecond(i64::try_from(milliseconds).ok()?).ok()
}

/// Names that recur from row to row, stored once per page.
#[derive(Default)]
pub(super) struct Interner(Vec<Arc<str>>);

impl Interner {
    /// There are few names, and most rows repeat those of the previous row: a linear search is faster
    /// than hashing.
    pub(super) fn share(&mut self, name: Option<String>) -> Option<Arc<str>> {
        let name = name?;
        if let Some(known) = self.0.iter().find(|known| ***known == *name) {
            return Some(Arc::clone(known));
        }
        let name: Arc<str> = name.into();
        if self.0.len() < MOST_NAMES {
            self.0.push(Arc::clone(&name));
        }
        Some(name)
    }
}

/// The most names that are stored; with more than this, names rarely recur.
const MOST_NAMES: usize = 32;

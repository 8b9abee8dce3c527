//! Rows by source: how images and tags are come by.

use std::collections::HashMap;

use super::{LookUp, Pages, Source};
use crate::error::Error;
use crate::model::{Image, Row, Tag};
use crate::reference::ImageId;

/// A row that sources list a page at a time, and may look up.
pub(crate) trait Listed: Row + Sized {
    /// The rows of the next page, or nothing after the last.
    fn next(pages: &mut Pages<'_>) -> impl Future<Output = Result<Option<Vec<Self>>, Error>>;

    /// Looks up at most [`LOOK_UP_SIZE`] ids.
    fn look_up(
        source: Source<'_>,
        ids: &[ImageId],
    ) -> impl Future<Output = Result<LookUp<Self>, Error>>;
}

/// How many ids a look-up takes.
pub(crate) const LOOK_UP_SIZE: usize = 100;

impl Listed for Image {
    /// Public repositories have no list of images: theirs come of all tags, as one page.
    async fn next(pages: &mut Pages<'_>) -> Result<Option<Vec<Self>>, Error> {
        if let Source::Own(aws, repository) = pages.source() {
            return pages
                .follow(async |request| aws.images(repository, request).await)
                .await;
        }
        if pages.is_at_end() {
            return Ok(None);
        }
        let mut grouped = Grouped::default();
        while let Some(tags) = Tag::next(pages).await? {
            for tag in tags {
                grouped.add(tag);
            }
        }
        Ok(Some(grouped.images))
    }

    async fn look_up(source: Source<'_>, ids: &[ImageId]) -> Result<LookUp<Self>, Error> {
        match source {
            Source::Own(aws, repository) => aws.look_up(repository, ids).await,
            Source::Gallery(..) | Source::Registry(..) => Ok(LookUp::PickFromListing),
        }
    }
}

impl Listed for Tag {
    async fn next(pages: &mut Pages<'_>) -> Result<Option<Vec<Self>>, Error> {
        match pages.source() {
            Source::Own(aws, repository) => {
                pages
                    .follow(async |request| aws.tags(repository, request).await)
                    .await
            }
            Source::Gallery(gallery, repository) => {
                pages
                    .follow(async |request| gallery.tags(repository, request).await)
                    .await
            }
            Source::Registry(registry, repository) => {
                pages
                    .follow(async |request| registry.tags(repository, request).await)
                    .await
            }
        }
    }

    /// Nobody looks up tags.
    async fn look_up(_source: Source<'_>, _ids: &[ImageId]) -> Result<LookUp<Self>, Error> {
        Ok(LookUp::PickFromListing)
    }
}

/// Tags by their images, in the order of their first tags.
#[derive(Default)]
struct Grouped {
    images: Vec<Image>,
    /// Where an image is, by its digest.
    places: HashMap<String, usize>,
}

impl Grouped {
    /// Adds `tag` to its image; a tag without a digest has an image of its own.
    fn add(&mut self, tag: Tag) {
        let Self { images, places } = self;
        let place = match &tag.manifest.digest {
            Some(digest) => *places.entry(digest.clone()).or_insert(images.len()),
            None => images.len(),
        };
        if place == images.len() {
            images.push(Image {
                registry_id: None,
                registry_alias: tag.registry_alias,
                repository_name: tag.repository_name,
                tags: None,
                manifest: tag.manifest,
            });
        }
        if let Some(name) = tag.name {
            images[place].tags.get_or_insert_default().push(name);
        }
    }
}

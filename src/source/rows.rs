//! How each kind of row is read from each source.

use std::collections::HashMap;

use super::{LookUp, Page, PageRequest, Pages, Source, Sources, Subject};
use crate::error::Error;
use crate::model::{CatalogEntry, Image, RepositoryDetail, Row, Tag};
use crate::reference::{ImageId, RegistryName, Repository};

/// The most ids that a look-up takes.
pub(crate) const LOOK_UP_SIZE: usize = 100;

/// A row that sources list page by page.
pub(crate) trait Listed: Row + Sized {
    /// The subject of one listing.
    type Of: Subject;

    /// Reads a page of the rows of `of`.
    ///
    /// # Errors
    ///
    /// Any failure of the source or the network.
    fn page(
        sources: &Sources<'_>,
        of: &Self::Of,
        request: PageRequest<'_>,
    ) -> impl Future<Output = Result<Page<Self>, Error>>;

    /// Looks up at most [`LOOK_UP_SIZE`] rows of `of` by their ids, if the source can.
    ///
    /// # Errors
    ///
    /// As [`Self::page`].
    fn look_up(
        _sources: &Sources<'_>,
        _of: &Self::Of,
        _ids: &[ImageId],
    ) -> impl Future<Output = Result<LookUp<Self>, Error>> {
        std::future::ready(Ok(LookUp::PickFromListing))
    }
}

impl Listed for Image {
    type Of = Repository;

    /// Public sources have no list of images: all tags of a repository make one page of images.
    async fn page(
        sources: &Sources<'_>,
        repository: &Repository,
        request: PageRequest<'_>,
    ) -> Result<Page<Self>, Error> {
        if let Source::Own(aws, name) = sources.of(repository) {
            return aws.images(name, request).await;
        }
        let mut grouped = Grouped::default();
        let mut pages = Pages::of_all(sources, repository, request.page_size);
        while let Some(tags) = pages.next::<Tag>().await? {
            for tag in tags {
                grouped.add(tag);
            }
        }
        Ok(Page {
            rows: grouped.images,
            next_token: None,
        })
    }

    async fn look_up(
        sources: &Sources<'_>,
        repository: &Repository,
        ids: &[ImageId],
    ) -> Result<LookUp<Self>, Error> {
        match sources.of(repository) {
            Source::Own(aws, name) => aws.look_up(name, ids).await,
            Source::Gallery(..) | Source::Registry(..) => Ok(LookUp::PickFromListing),
        }
    }
}

impl Listed for Tag {
    type Of = Repository;

    async fn page(
        sources: &Sources<'_>,
        repository: &Repository,
        request: PageRequest<'_>,
    ) -> Result<Page<Self>, Error> {
        match sources.of(repository) {
            Source::Own(aws, name) => aws.tags(name, request).await,
            Source::Gallery(gallery, public) => match gallery.tags(public, request).await? {
                Ok(page) => Ok(page),
                Err(refusal) => Err(sources.maybe_missing(public, refusal).await),
            },
            Source::Registry(registry, public) => registry.tags(public, request).await,
        }
    }
}

impl Listed for RepositoryDetail {
    type Of = RegistryName;

    async fn page(
        sources: &Sources<'_>,
        registry: &RegistryName,
        request: PageRequest<'_>,
    ) -> Result<Page<Self>, Error> {
        match registry {
            RegistryName::Own => sources.own().repositories(request).await,
            RegistryName::Public(alias) => {
                sources.public().gallery.repositories(alias, request).await
            }
        }
    }
}

impl Listed for CatalogEntry {
    type Of = RegistryName;

    async fn page(
        _sources: &Sources<'_>,
        _registry: &RegistryName,
        _request: PageRequest<'_>,
    ) -> Result<Page<Self>, Error> {
        Ok(Page {
            rows: Vec::new(),
            next_token: None,
        })
    }
}

/// Images built from tags, in the order of their first tags.
#[derive(Default)]
struct Grouped {
    images: Vec<Image>,
    /// The index of each image in `images`, by digest.
    positions: HashMap<String, usize>,
}

impl Grouped {
    /// Adds `tag` to its image; each tag without a digest has a separate image.
    fn add(&mut self, tag: Tag) {
        let Self { images, positions } = self;
        let position = match &tag.manifest.digest {
            Some(digest) => *positions.entry(digest.clone()).or_insert(images.len()),
            None => images.len(),
        };
        if position == images.len() {
            images.push(Image {
                registry_id: None,
                home: tag.home,
                tags: None,
                manifest: tag.manifest,
            });
        }
        if let Some(name) = tag.name {
            images[position].tags.get_or_insert_default().push(name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Grouped;
    use crate::model::{Manifest, Tag};

    fn tag(name: &str, digest: Option<&str>) -> Tag {
        Tag {
            name: Some(name.to_owned()),
            manifest: Manifest {
                digest: digest.map(str::to_owned),
                ..Manifest::default()
            },
            ..Tag::default()
        }
    }

    #[test]
    fn tags_of_one_digest_make_one_image() {
        let mut grouped = Grouped::default();
        for (name, digest) in [
            ("b", Some("sha256:1")),
            ("x", None),
            ("a", Some("sha256:2")),
            ("c", Some("sha256:1")),
            ("y", None),
        ] {
            grouped.add(tag(name, digest));
        }
        let images = grouped.images.iter().map(|image| {
            let tags = image.tags.clone().unwrap_or_default();
            (image.manifest.digest.as_deref(), tags.join(" "))
        });
        let expected = [
            (Some("sha256:1"), "b c"),
            (None, "x"),
            (Some("sha256:2"), "a"),
            (None, "y"),
        ];
        assert!(images.eq(expected.map(|(digest, tags)| (digest, tags.to_owned()))));
    }
}

//! `DescribeImages` and `DescribeImageTags`: one request a page, answers as our own types; and
//! `DescribeRepositories`, for where a repository is public.

use std::sync::Arc;

use aws_sdk_ecrpublic::types::{ImageDetail, ImageIdentifier, ImageTagDetail};
use aws_smithy_types::DateTime;
use jiff::Timestamp;

use super::Aws;
use super::errors::{self, Context};
use crate::error::{Error, Kind};
use crate::model::{Image, Manifest, Tag};
use crate::net::http;
use crate::net::retry::Failure;
use crate::reference::{ImageId, PublicRepository, Reference, Repository, RepositoryName};
use crate::source::wire::{Names, to_millisecond};
use crate::source::{LookUp, Page, PageRequest};

impl Aws<'_> {
    /// A page of the repository's images.
    ///
    /// # Errors
    ///
    /// Whatever the service or the network fails with.
    pub(crate) async fn images(
        &self,
        repository: &RepositoryName,
        request: PageRequest<'_>,
    ) -> Result<Page<Image>, Error> {
        let operation = "DescribeImages";
        let context = Context {
            resumes: request.token.is_some(),
            ..self.context(operation, repository)
        };
        let read = async || {
            let answer = self
                .client
                .describe_images()
                .set_registry_id(self.registry_id())
                .repository_name(repository.as_str())
                .max_results(request.page_size.into())
                .set_next_token(request.token.map(str::to_owned))
                .send()
                .await
                .map_err(|error| errors::translate(&error, context))?;
            Ok(Page {
                rows: images(answer.image_details.unwrap_or_default(), &self.host)?,
                next_token: answer.next_token,
            })
        };
        self.run(operation, read).await
    }

    /// Looks up images; one id that does not exist fails the whole request, and the service does not
    /// say which otherwise than in its message.
    ///
    /// # Errors
    ///
    /// As [`Self::images`].
    pub(crate) async fn look_up(
        &self,
        repository: &RepositoryName,
        ids: &[ImageId],
    ) -> Result<LookUp<Image>, Error> {
        let operation = "DescribeImages";
        let context = self.context(operation, repository);
        let ask = async || {
            let answer = self
                .client
                .describe_images()
                .set_registry_id(self.registry_id())
                .repository_name(repository.as_str())
                .set_image_ids(Some(ids.iter().map(identifier).collect()))
                .send()
                .await;
            match answer {
                Ok(answer) => {
                    images(answer.image_details.unwrap_or_default(), &self.host).map(LookUp::Found)
                }
                Err(error) if errors::is_image_not_found(&error) => Ok(LookUp::PickFromListing),
                Err(error) => Err(errors::translate(&error, context)),
            }
        };
        self.run(operation, ask).await
    }

    /// A page of the repository's tags.
    ///
    /// # Errors
    ///
    /// As [`Self::images`].
    pub(crate) async fn tags(
        &self,
        repository: &RepositoryName,
        request: PageRequest<'_>,
    ) -> Result<Page<Tag>, Error> {
        let operation = "DescribeImageTags";
        let context = Context {
            resumes: request.token.is_some(),
            ..self.context(operation, repository)
        };
        let read = async || {
            let answer = self
                .client
                .describe_image_tags()
                .set_registry_id(self.registry_id())
                .repository_name(repository.as_str())
                .max_results(request.page_size.into())
                .set_next_token(request.token.map(str::to_owned))
                .send()
                .await
                .map_err(|error| errors::translate(&error, context))?;
            let details = answer.image_tag_details.unwrap_or_default();
            Ok(Page {
                rows: tags(details, repository, &self.host)?,
                next_token: answer.next_token,
            })
        };
        self.run(operation, read).await
    }

    /// What everybody calls the repository, as its `repositoryUri` tells.
    ///
    /// # Errors
    ///
    /// As [`Self::images`], and where the service tells of no such name.
    pub(crate) async fn home(
        &self,
        repository: &RepositoryName,
    ) -> Result<PublicRepository, Error> {
        let operation = "DescribeRepositories";
        let context = self.context(operation, repository);
        let ask = async || {
            let answer = self
                .client
                .describe_repositories()
                .set_registry_id(self.registry_id())
                .repository_names(repository.as_str())
                .send()
                .await
                .map_err(|error| errors::translate(&error, context))?;
            let mut repositories = answer.repositories.unwrap_or_default().into_iter();
            let uri = repositories.next().and_then(|found| found.repository_uri);
            let reference = uri.and_then(|uri| uri.parse::<Reference>().ok());
            match reference.and_then(|reference| reference.resolve(false).ok()) {
                Some((Repository::Public(home), None)) => Ok(home),
                _ => Err(Failure::fatal(Error::new(
                    Kind::Service,
                    format!(
                        "the service does not tell the public name of repository `{repository}`"
                    ),
                ))),
            }
        };
        self.run(operation, ask).await
    }
}

fn identifier(id: &ImageId) -> ImageIdentifier {
    match id {
        ImageId::Tag(tag) => ImageIdentifier::builder().image_tag(tag.as_str()),
        ImageId::Digest(digest) => ImageIdentifier::builder().image_digest(digest.as_str()),
    }
    .build()
}

fn images(details: Vec<ImageDetail>, host: &str) -> Result<Vec<Image>, Failure> {
    let mut names = Names::default();
    let image = |detail: ImageDetail| {
        Ok(Image {
            registry_id: names.share(detail.registry_id),
            registry_alias: None,
            repository_name: names.share(detail.repository_name),
            tags: detail.image_tags,
            manifest: Manifest {
                digest: detail.image_digest,
                size: detail.image_size_in_bytes,
                pushed_at: timestamp(detail.image_pushed_at, host)?,
                media_type: names.share(detail.image_manifest_media_type),
                artifact_media_type: names.share(detail.artifact_media_type),
                platforms: None,
            },
        })
    };
    details.into_iter().map(image).collect()
}

fn tags(
    details: Vec<ImageTagDetail>,
    repository: &RepositoryName,
    host: &str,
) -> Result<Vec<Tag>, Failure> {
    let mut names = Names::default();
    let repository: Arc<str> = repository.as_str().into();
    let mut manifest = |detail: Option<_>| {
        let Some(detail): Option<aws_sdk_ecrpublic::types::ReferencedImageDetail> = detail else {
            return Ok(Manifest::default());
        };
        Ok(Manifest {
            digest: detail.image_digest,
            size: detail.image_size_in_bytes,
            pushed_at: timestamp(detail.image_pushed_at, host)?,
            media_type: names.share(detail.image_manifest_media_type),
            artifact_media_type: names.share(detail.artifact_media_type),
            platforms: None,
        })
    };
    let tag = |detail: ImageTagDetail| {
        Ok(Tag {
            registry_alias: None,
            repository_name: Some(Arc::clone(&repository)),
            name: detail.image_tag,
            created_at: timestamp(detail.created_at, host)?,
            manifest: manifest(detail.image_detail)?,
        })
    };
    details.into_iter().map(tag).collect()
}

fn timestamp(time: Option<DateTime>, host: &str) -> Result<Option<Timestamp>, Failure> {
    let Some(time) = time else { return Ok(None) };
    to_millisecond(time.as_nanos())
        .map(Some)
        .ok_or_else(|| Failure::fatal(http::unreadable(host, 200, "a date beyond all calendars")))
}

#[cfg(test)]
mod tests {
    use super::timestamp;
    use aws_smithy_types::DateTime;

    #[test]
    fn times_are_rounded_to_the_nearest_millisecond() {
        let rounded = |text: f64| {
            let time = DateTime::from_secs_f64(text);
            timestamp(Some(time), "host").map(|time| time.map(jiff::Timestamp::as_millisecond))
        };
        assert_eq!(rounded(1_695_067_472.655).unwrap(), Some(1_695_067_472_655));
        assert_eq!(rounded(1_705_072_146.0).unwrap(), Some(1_705_072_146_000));
        assert_eq!(rounded(-0.001).unwrap(), Some(-1));
        assert!(rounded(1e15).is_err());
    }
}

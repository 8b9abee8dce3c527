//! `DescribeImages` and `DescribeImageTags`: one request a page, answers as our own types.

use std::sync::Arc;

use aws_sdk_ecrpublic::types::{ImageDetail, ImageIdentifier, ImageTagDetail};
use aws_smithy_types::DateTime;
use jiff::Timestamp;

use super::Aws;
use super::errors::{self, Context};
use crate::error::Error;
use crate::model::{Image, Manifest, Tag};
use crate::source::http;
use crate::source::names::RepositoryName;
use crate::source::retry::Failure;
use crate::source::{ImageId, Listed, LookUp, Page, PageRequest};

impl Listed for Image {
    async fn page(aws: &Aws<'_>, request: PageRequest<'_>) -> Result<Page<Self>, Error> {
        let operation = "DescribeImages";
        let context = Context {
            resumes: request.token.is_some(),
            ..aws.context(operation, request.repository)
        };
        let read = async || {
            let answer = aws
                .client
                .describe_images()
                .set_registry_id(aws.registry_id())
                .repository_name(request.repository.as_str())
                .max_results(request.page_size.into())
                .set_next_token(request.token.map(str::to_owned))
                .send()
                .await
                .map_err(|error| errors::translate(&error, context))?;
            Ok(Page {
                rows: images(answer.image_details.unwrap_or_default(), &aws.host)?,
                next_token: answer.next_token,
            })
        };
        aws.run(operation, read).await
    }

    /// One id that does not exist fails the whole request, and the service does not say which
    /// otherwise than in its message.
    async fn look_up(
        aws: &Aws<'_>,
        repository: &RepositoryName,
        ids: &[ImageId],
    ) -> Result<LookUp<Self>, Error> {
        let operation = "DescribeImages";
        let context = aws.context(operation, repository);
        let ask = async || {
            let answer = aws
                .client
                .describe_images()
                .set_registry_id(aws.registry_id())
                .repository_name(repository.as_str())
                .set_image_ids(Some(ids.iter().map(identifier).collect()))
                .send()
                .await;
            match answer {
                Ok(answer) => {
                    images(answer.image_details.unwrap_or_default(), &aws.host).map(LookUp::Found)
                }
                Err(error) if errors::is_image_not_found(&error) => Ok(LookUp::PickFromListing),
                Err(error) => Err(errors::translate(&error, context)),
            }
        };
        aws.run(operation, ask).await
    }
}

impl Listed for Tag {
    async fn page(aws: &Aws<'_>, request: PageRequest<'_>) -> Result<Page<Self>, Error> {
        let operation = "DescribeImageTags";
        let context = Context {
            resumes: request.token.is_some(),
            ..aws.context(operation, request.repository)
        };
        let read = async || {
            let answer = aws
                .client
                .describe_image_tags()
                .set_registry_id(aws.registry_id())
                .repository_name(request.repository.as_str())
                .max_results(request.page_size.into())
                .set_next_token(request.token.map(str::to_owned))
                .send()
                .await
                .map_err(|error| errors::translate(&error, context))?;
            let details = answer.image_tag_details.unwrap_or_default();
            Ok(Page {
                rows: tags(details, request.repository, &aws.host)?,
                next_token: answer.next_token,
            })
        };
        aws.run(operation, read).await
    }

    /// `DescribeImageTags` looks nothing up.
    async fn look_up(
        _aws: &Aws<'_>,
        _repository: &RepositoryName,
        _ids: &[ImageId],
    ) -> Result<LookUp<Self>, Error> {
        Ok(LookUp::PickFromListing)
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
            repository_name: names.share(detail.repository_name),
            tags: detail.image_tags,
            manifest: Manifest {
                digest: detail.image_digest,
                size: detail.image_size_in_bytes,
                pushed_at: timestamp(detail.image_pushed_at, host)?,
                media_type: names.share(detail.image_manifest_media_type),
                artifact_media_type: names.share(detail.artifact_media_type),
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
        })
    };
    let tag = |detail: ImageTagDetail| {
        Ok(Tag {
            repository_name: Some(Arc::clone(&repository)),
            name: detail.image_tag,
            created_at: timestamp(detail.created_at, host)?,
            manifest: manifest(detail.image_detail)?,
        })
    };
    details.into_iter().map(tag).collect()
}

/// The service's times have milliseconds; the SDK's are truncated floats, often just below one.
fn timestamp(time: Option<DateTime>, host: &str) -> Result<Option<Timestamp>, Failure> {
    let Some(time) = time else { return Ok(None) };
    let milliseconds = (time.as_nanos() + 500_000).div_euclid(1_000_000);
    i64::try_from(milliseconds)
        .ok()
        .and_then(|milliseconds| Timestamp::from_millisecond(milliseconds).ok())
        .map(Some)
        .ok_or_else(|| Failure::fatal(http::unreadable(host, 200, "a date beyond all calendars")))
}

/// Names that recur from row to row, held once a page.
#[derive(Default)]
struct Names(Vec<Arc<str>>);

impl Names {
    /// There are few names, and most rows have those of the row before: looking through a list is
    /// faster than hashing.
    fn share(&mut self, name: Option<String>) -> Option<Arc<str>> {
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

/// More names than this do not recur.
const MOST_NAMES: usize = 32;

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

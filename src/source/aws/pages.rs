//! The read operations of the service's API: one request per call, responses as our own types.

use std::sync::Arc;

use aws_sdk_ecrpublic::types::{
    ImageDetail, ImageIdentifier, ImageTagDetail, ReferencedImageDetail,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::DateTime;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use jiff::Timestamp;

use super::Aws;
use super::errors::{self, Context};
use crate::error::{Error, Kind};
use crate::model::{Home, Image, Manifest, RegistryDetail, RepositoryDetail, Tag};
use crate::net;
use crate::redact;
use crate::reference::{ImageId, Named, PublicRepository, Reference, Repository, RepositoryName};
use crate::source::wire::{Interner, to_millisecond};
use crate::source::{LookUp, Page, PageRequest, Start};

impl Aws<'_> {
    /// A page of the repository's images.
    ///
    /// # Errors
    ///
    /// Any failure of the service or the network, and a response without a list.
    pub(crate) async fn images(
        &self,
        repository: &RepositoryName,
        request: PageRequest<'_>,
    ) -> Result<Page<Image>, Error> {
        let context = self.context("DescribeImages", Some(repository), request.start);
        let send = async || {
            self.client
                .describe_images()
                .set_registry_id(self.registry_id())
                .repository_name(repository.as_str())
                .max_results(request.page_size.into())
                .set_next_token(request.token.map(str::to_owned))
                .send()
                .await
        };
        let answer = self.call(context, send).await?;
        let details = self.listed(answer.image_details, "imageDetails")?;
        Ok(Page {
            rows: images(details, &self.host)?,
            next_token: answer.next_token,
        })
    }

    /// Looks up images. One id that does not exist fails the whole request, and only the message says
    /// which.
    ///
    /// # Errors
    ///
    /// As [`Self::images`].
    pub(crate) async fn look_up(
        &self,
        repository: &RepositoryName,
        ids: &[ImageId],
    ) -> Result<LookUp<Image>, Error> {
        let context = self.context("DescribeImages", Some(repository), Start::Beginning);
        let send = async || {
            let answer = self
                .client
                .describe_images()
                .set_registry_id(self.registry_id())
                .repository_name(repository.as_str())
                .set_image_ids(Some(ids.iter().map(identifier).collect()))
                .send()
                .await;
            match answer {
                Err(error) if errors::is_image_not_found(&error) => Ok(None),
                answer => answer.map(Some),
            }
        };
        let Some(answer) = self.call(context, send).await? else {
            return Ok(LookUp::PickFromListing);
        };
        let details = self.listed(answer.image_details, "imageDetails")?;
        images(details, &self.host).map(LookUp::Found)
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
        let context = self.context("DescribeImageTags", Some(repository), request.start);
        let send = async || {
            self.client
                .describe_image_tags()
                .set_registry_id(self.registry_id())
                .repository_name(repository.as_str())
                .max_results(request.page_size.into())
                .set_next_token(request.token.map(str::to_owned))
                .send()
                .await
        };
        let answer = self.call(context, send).await?;
        let details = self.listed(answer.image_tag_details, "imageTagDetails")?;
        Ok(Page {
            rows: tags(details, repository, &self.host)?,
            next_token: answer.next_token,
        })
    }

    /// A page of the registry's repositories.
    ///
    /// # Errors
    ///
    /// As [`Self::images`].
    pub(crate) async fn repositories(
        &self,
        request: PageRequest<'_>,
    ) -> Result<Page<RepositoryDetail>, Error> {
        let context = self.context("DescribeRepositories", None, request.start);
        let send = async || {
            self.client
                .describe_repositories()
                .set_registry_id(self.registry_id())
                .max_results(request.page_size.into())
                .set_next_token(request.token.map(str::to_owned))
                .send()
                .await
        };
        let answer = self.call(context, send).await?;
        let details = self.listed(answer.repositories, "repositories")?;
        Ok(Page {
            rows: repositories(details, &self.host)?,
            next_token: answer.next_token,
        })
    }

    /// The registry's id and its primary alias.
    ///
    /// # Errors
    ///
    /// As [`Self::images`].
    pub(crate) async fn registry(&self) -> Result<RegistryDetail, Error> {
        let context = self.context("DescribeRegistries", None, Start::Beginning);
        let send = async || self.client.describe_registries().send().await;
        let answer = self.call(context, send).await?;
        let registry = answer.registries.into_iter().next();
        let registry =
            registry.ok_or_else(|| net::errors::unlike(&self.host, 200, "no registry in it"))?;
        let mut aliases = registry.aliases.into_iter();
        let primary = aliases.find(|alias| alias.primary_registry_alias);
        Ok(RegistryDetail {
            id: registry.registry_id,
            alias: primary.map(|alias| alias.name),
        })
    }

    /// A token with which the registry serves the account, for `Authorization: Bearer` as it is. It
    /// would allow pushes too.
    ///
    /// # Errors
    ///
    /// As [`Self::images`], and a response without a valid token.
    pub(crate) async fn authorization_token(&self) -> Result<Arc<str>, Error> {
        let context = self.context("GetAuthorizationToken", None, Start::Beginning);
        let send = async || self.client.get_authorization_token().send().await;
        let answer = self.call(context, send).await?;
        let token = answer
            .authorization_data
            .and_then(|data| data.authorization_token);
        let token = token.unwrap_or_default();
        redact::hide(&token);
        // An invalid token must not become part of a header.
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(net::errors::unlike(&self.host, 200, "no valid token in it"));
        }
        Ok(token.into())
    }

    /// The public reference of the repository, from its `repositoryUri`.
    ///
    /// # Errors
    ///
    /// As [`Self::images`], and a response without a valid reference.
    pub(crate) async fn public_reference(
        &self,
        repository: &RepositoryName,
    ) -> Result<PublicRepository, Error> {
        let context = self.context("DescribeRepositories", Some(repository), Start::Beginning);
        let send = async || {
            self.client
                .describe_repositories()
                .set_registry_id(self.registry_id())
                .repository_names(repository.as_str())
                .send()
                .await
        };
        let answer = self.call(context, send).await?;
        let found = self.listed(answer.repositories, "repositories")?;
        let uri = found
            .into_iter()
            .next()
            .and_then(|found| found.repository_uri);
        uri.as_deref().and_then(public_repository).ok_or_else(|| {
            Error::new(
                Kind::Service,
                format!(
                    "the service does not name the public reference of repository `{repository}`"
                ),
            )
        })
    }

    /// Sends a request under the retry policy.
    async fn call<T, E>(
        &self,
        context: Context<'_>,
        send: impl AsyncFn() -> Result<T, SdkError<E, HttpResponse>>,
    ) -> Result<T, Error>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let attempt = async || {
            let answer = send().await;
            answer.map_err(|error| errors::translate(&error, context))
        };
        let retry = &self.settings.transport.retry;
        let request = match context.repository {
            Some(repository) => format!("{} of `{repository}`", context.operation),
            None => context.operation.to_owned(),
        };
        let outcome = retry.run(self.progress, &request, attempt).await;
        outcome.map_err(|failure| failure.error)
    }

    /// The list `key` of a response. A response without it is an error, not an empty listing.
    fn listed<T>(&self, list: Option<Vec<T>>, key: &str) -> Result<Vec<T>, Error> {
        list.ok_or_else(|| net::errors::unlike(&self.host, 200, &format!("no `{key}` in it")))
    }
}

fn identifier(id: &ImageId) -> ImageIdentifier {
    match id {
        ImageId::Tag(tag) => ImageIdentifier::builder().image_tag(tag.as_str()),
        ImageId::Digest(digest) => ImageIdentifier::builder().image_digest(digest.as_str()),
    }
    .build()
}

/// The repository that a `repositoryUri` names.
pub(crate) fn public_repository(uri: &str) -> Option<PublicRepository> {
    match uri.parse::<Reference>().ok()?.resolve(false).ok()? {
        (Named::Repository(Repository::Public(public)), None) => Some(public),
        _ => None,
    }
}

fn repositories(
    details: Vec<aws_sdk_ecrpublic::types::Repository>,
    host: &str,
) -> Result<Vec<RepositoryDetail>, Error> {
    let mut names = Interner::default();
    let repository = |detail: aws_sdk_ecrpublic::types::Repository| {
        Ok(RepositoryDetail {
            registry_id: names.share(detail.registry_id),
            arn: detail.repository_arn,
            alias: (detail.repository_uri.as_deref())
                .and_then(public_repository)
                .and_then(|public| names.share(Some(public.alias.as_str().to_owned()))),
            name: detail.repository_name,
            uri: detail.repository_uri,
            created_at: timestamp(detail.created_at, host)?,
            usage: None,
            catalog: None,
        })
    };
    details.into_iter().map(repository).collect()
}

fn images(details: Vec<ImageDetail>, host: &str) -> Result<Vec<Image>, Error> {
    let mut names = Interner::default();
    let image = |detail: ImageDetail| {
        Ok(Image {
            registry_id: names.share(detail.registry_id),
            home: Home {
                alias: None,
                repository: names.share(detail.repository_name),
            },
            tags: detail.image_tags,
            manifest: Manifest {
                digest: detail.image_digest,
                size: detail.image_size_in_bytes,
                pushed_at: timestamp(detail.image_pushed_at, host)?,
                media_type: names.share(detail.image_manifest_media_type),
                artifact_media_type: names.share(detail.artifact_media_type),
                platforms: None,
                relations: None,
            },
        })
    };
    details.into_iter().map(image).collect()
}

fn tags(
    details: Vec<ImageTagDetail>,
    repository: &RepositoryName,
    host: &str,
) -> Result<Vec<Tag>, Error> {
    let mut names = Interner::default();
    let repository: Arc<str> = repository.as_str().into();
    let mut manifest = |detail: ReferencedImageDetail| {
        Ok(Manifest {
            digest: detail.image_digest,
            size: detail.image_size_in_bytes,
            pushed_at: timestamp(detail.image_pushed_at, host)?,
            media_type: names.share(detail.image_manifest_media_type),
            artifact_media_type: names.share(detail.artifact_media_type),
            platforms: None,
            relations: None,
        })
    };
    let tag = |detail: ImageTagDetail| {
        Ok(Tag {
            home: Home {
                alias: None,
                repository: Some(Arc::clone(&repository)),
            },
            name: detail.image_tag,
            created_at: timestamp(detail.created_at, host)?,
            manifest: detail
                .image_detail
                .map(&mut manifest)
                .transpose()?
                .unwrap_or_default(),
        })
    };
    details.into_iter().map(tag).collect()
}

fn timestamp(time: Option<DateTime>, host: &str) -> Result<Option<Timestamp>, Error> {
    let Some(time) = time else { return Ok(None) };
    match to_millisecond(time.as_nanos()) {
        Some(time) => Ok(Some(time)),
        None => Err(net::errors::unlike(host, 200, "a date out of range")),
    }
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

//! The caller's own registry, read through the official SDK with signed requests: one request per call,
//! responses as our own types.

use std::sync::Arc;

use aws_sdk_ecrpublic::Client;
use aws_sdk_ecrpublic::config::retry::RetryConfig;
use aws_sdk_ecrpublic::config::timeout::TimeoutConfig;
use aws_sdk_ecrpublic::config::{BehaviorVersion, Builder, Region, StalledStreamProtectionConfig};
use aws_sdk_ecrpublic::types::{
    ImageDetail, ImageIdentifier, ImageTagDetail, ReferencedImageDetail,
};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::DateTime;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use jiff::{SignedDuration, Timestamp};

use super::rows::{Interner, to_millisecond};
use super::{Page, PageRequest, Start, refusals};
use crate::aws::{Account, failures};
use crate::error::{Error, Kind};
use crate::model::{Home, RegistryDetail, RepositoryDetail, Row, RowName};
use crate::net::errors;
use crate::net::retry::Failure;
use crate::net::settings::ConnectionArgs;
use crate::progress::Progress;
use crate::redact;
use crate::reference::{
    DUAL_STACK, ImageId, Named, PublicRepository, Reference, RegistryId, Repository,
    RepositoryName, public_hint,
};
use crate::session::Session;

#[derive(Debug)]
pub(crate) struct OwnRegistry<'a> {
    client: Client,
    account: Account,
    host: String,
    registry_id: Option<RegistryId>,
    /// The user's options of the connection and the registry, for commands in hints.
    options: String,
    progress: &'a Progress,
}

#[derive(Clone, Copy, Debug)]
struct Context<'a>(&'static str, Option<&'a RepositoryName>, Start);

impl<'a> OwnRegistry<'a> {
    /// Reads the settings and resolves the credentials; sends no request to ECR Public yet. The hint
    /// `otherwise` is for a run without credentials.
    pub(crate) async fn connect(
        args: &ConnectionArgs,
        registry_id: Option<RegistryId>,
        otherwise: &str,
        session: Session<'a>,
    ) -> Result<Self, Error> {
        let account = Account::resolve(args, otherwise, session).await?;
        Ok(Self::new(args, account, registry_id, session))
    }

    pub(crate) fn at_hand(
        args: &ConnectionArgs,
        registry_id: Option<RegistryId>,
        session: Session<'a>,
    ) -> Result<Self, Error> {
        let account = Account::at_hand(args, session)?;
        Ok(Self::new(args, account, registry_id, session))
    }

    fn new(
        args: &ConnectionArgs,
        account: Account,
        registry_id: Option<RegistryId>,
        session: Session<'a>,
    ) -> Self {
        let registry = (registry_id.as_ref()).map(|id| format!(" --registry-id {id}"));
        Self {
            client: client(&account),
            host: account.settings.host(),
            options: args.as_words() + &registry.unwrap_or_default(),
            account,
            registry_id,
            progress: session.progress,
        }
    }

    pub(crate) fn options(&self) -> &str {
        &self.options
    }

    /// How far this machine's clock is ahead of the service's, if the service gave a date.
    pub(crate) fn clock_skew(&self) -> Option<SignedDuration> {
        self.account.settings.transport.http.skew()
    }

    fn registry_id(&self) -> Option<String> {
        self.registry_id.as_ref().map(|id| id.as_str().to_owned())
    }

    /// The host of the registry that manifests of `repository` are read from.
    pub(super) fn registry_host(&self, repository: &PublicRepository) -> &'static str {
        if self.account.settings.dual_stack {
            return DUAL_STACK;
        }
        repository.alias.host()
    }

    pub(crate) async fn images(
        &self,
        repository: &RepositoryName,
        request: PageRequest<'_>,
    ) -> Result<Page, Error> {
        let context = Context("DescribeImages", Some(repository), request.start);
        let list = self
            .client
            .describe_images()
            .set_registry_id(self.registry_id())
            .repository_name(repository.as_str())
            .max_results(request.page_size.into())
            .set_next_token(request.token.map(str::to_owned));
        let answer = self.call(context, || list.clone().send()).await?;
        let details = self.listed(answer.image_details, "imageDetails")?;
        Ok(Page {
            rows: images(details, &self.host)?,
            next_token: answer.next_token,
        })
    }

    /// Looks up images. One id that does not exist fails the whole request, and only the message says
    /// which: then nothing is returned.
    pub(crate) async fn look_up(
        &self,
        repository: &RepositoryName,
        ids: &[ImageId],
    ) -> Result<Option<Vec<Row>>, Error> {
        let context = Context("DescribeImages", Some(repository), Start::Beginning);
        let list = self
            .client
            .describe_images()
            .set_registry_id(self.registry_id())
            .repository_name(repository.as_str())
            .set_image_ids(Some(ids.iter().map(identifier).collect()));
        let send = async || match list.clone().send().await {
            Err(SdkError::ServiceError(error)) if error.err().is_image_not_found_exception() => {
                Ok(None)
            }
            answer => answer.map(Some),
        };
        let Some(answer) = self.call(context, send).await? else {
            return Ok(None);
        };
        let details = self.listed(answer.image_details, "imageDetails")?;
        images(details, &self.host).map(Some)
    }

    pub(crate) async fn tags(
        &self,
        repository: &RepositoryName,
        request: PageRequest<'_>,
    ) -> Result<Page, Error> {
        let context = Context("DescribeImageTags", Some(repository), request.start);
        let list = self
            .client
            .describe_image_tags()
            .set_registry_id(self.registry_id())
            .repository_name(repository.as_str())
            .max_results(request.page_size.into())
            .set_next_token(request.token.map(str::to_owned));
        let answer = self.call(context, || list.clone().send()).await?;
        let details = self.listed(answer.image_tag_details, "imageTagDetails")?;
        Ok(Page {
            rows: tags(details, repository, &self.host)?,
            next_token: answer.next_token,
        })
    }

    pub(crate) async fn repositories(&self, request: PageRequest<'_>) -> Result<Page, Error> {
        let context = Context("DescribeRepositories", None, request.start);
        let list = self
            .client
            .describe_repositories()
            .set_registry_id(self.registry_id())
            .max_results(request.page_size.into())
            .set_next_token(request.token.map(str::to_owned));
        let answer = self.call(context, || list.clone().send()).await?;
        let details = self.listed(answer.repositories, "repositories")?;
        Ok(Page {
            rows: repositories(details, &self.host)?,
            next_token: answer.next_token,
        })
    }

    pub(crate) async fn registry(&self) -> Result<RegistryDetail, Error> {
        let context = Context("DescribeRegistries", None, Start::Beginning);
        let send = || self.client.describe_registries().send();
        let answer = self.call(context, send).await?;
        let registry = answer.registries.into_iter().next();
        let registry =
            registry.ok_or_else(|| errors::unlike(&self.host, 200, "no registry in it"))?;
        let mut aliases = registry.aliases.into_iter();
        let primary = aliases.find(|alias| alias.primary_registry_alias);
        Ok(RegistryDetail {
            id: registry.registry_id,
            alias: primary.map(|alias| alias.name),
        })
    }

    /// A token with which the registry serves the account, for `Authorization: Bearer` as it is. It
    /// would allow pushes too.
    pub(crate) async fn authorization_token(&self) -> Result<Arc<str>, Error> {
        let context = Context("GetAuthorizationToken", None, Start::Beginning);
        let send = || self.client.get_authorization_token().send();
        let answer = self.call(context, send).await?;
        let token = answer
            .authorization_data
            .and_then(|data| data.authorization_token);
        let token = token.unwrap_or_default();
        redact::hide(&token);
        // An invalid token must not become part of a header.
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(errors::unlike(&self.host, 200, "no valid token in it"));
        }
        Ok(token.into())
    }

    /// The public reference of the repository, from its `repositoryUri`.
    pub(crate) async fn public_reference(
        &self,
        repository: &RepositoryName,
    ) -> Result<PublicRepository, Error> {
        let context = Context("DescribeRepositories", Some(repository), Start::Beginning);
        let list = self
            .client
            .describe_repositories()
            .set_registry_id(self.registry_id())
            .repository_names(repository.as_str());
        let answer = self.call(context, || list.clone().send()).await?;
        let mut found = self
            .listed(answer.repositories, "repositories")?
            .into_iter();
        let uri = found.next().and_then(|found| found.repository_uri);
        uri.as_deref().and_then(public_repository).ok_or_else(|| {
            let error = format!(
                "the service does not name the public reference of repository `{repository}`"
            );
            Error::new(Kind::Service, error)
        })
    }

    async fn call<T, E>(
        &self,
        context: Context<'_>,
        send: impl AsyncFn() -> Result<T, SdkError<E, HttpResponse>>,
    ) -> Result<T, Error>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let Context(operation, repository, _) = context;
        let attempt = async || {
            let answer = send().await;
            answer.map_err(|error| {
                let answered = |code: &str, message: Option<&str>, _| {
                    self.answered(code, message.unwrap_or(code), context)
                };
                failures::failed(&error, operation, &self.host, answered)
            })
        };
        let retry = &self.account.settings.transport.retry;
        let request = match repository {
            Some(repository) => format!("{operation} of `{repository}`"),
            None => operation.to_owned(),
        };
        let outcome = retry.run(self.progress, &request, attempt).await;
        outcome.map_err(|failure| failure.error)
    }

    /// The failure for an error code that concerns the request or the credentials.
    fn answered(&self, code: &str, said: &str, context: Context<'_>) -> Option<Failure> {
        let Context(_, repository, start) = context;
        Some(match code {
            "RepositoryNotFoundException" => Failure::fatal(self.repository_not_found(repository?)),
            "InvalidParameterException" | "ValidationException" => refusals::refused(said, start),
            "UnsupportedCommandException" => Failure::fatal(
                Error::usage(format!("the service refuses the command: {said}"))
                    .hint("leave out `--region`: ECR Public is served in us-east-1"),
            ),
            "AccessDeniedException" | "AccessDenied" | "UnauthorizedOperation" => {
                Failure::fatal(access_denied(said, context))
            }
            _ => return self.account.origin.refused(code, said),
        })
    }

    fn repository_not_found(&self, name: &RepositoryName) -> Error {
        if let Some(id) = &self.registry_id {
            return Error::new(
                Kind::NotFound,
                format!("repository `{name}` does not exist in the registry of account {id}"),
            )
            .hint("a registry id opens your own registry only; leave out `--registry-id`");
        }
        let error = Error::new(
            Kind::NotFound,
            format!("repository `{name}` does not exist in your registry"),
        );
        let options = &self.options;
        let error = error.hint(format!(
            "list your repositories with `ecrpub repos{options}`"
        ));
        match public_hint(name) {
            Some(hint) => error.hint_first(hint),
            None => error,
        }
    }

    /// The list `key` of a response. A response without it is an error, not an empty listing.
    fn listed<T>(&self, list: Option<Vec<T>>, key: &str) -> Result<Vec<T>, Error> {
        list.ok_or_else(|| errors::unlike(&self.host, 200, &format!("no `{key}` in it")))
    }
}

/// The SDK's client without its own time-outs and retries: `net::retry` has the one policy.
fn client(account: &Account) -> Client {
    let settings = &account.settings;
    let mut config = Builder::new()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(settings.region.clone()))
        .credentials_provider(account.keys.for_sdk())
        .http_client(SharedHttpClient::new(settings.transport.http.clone()))
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
        .use_dual_stack(settings.dual_stack);
    if let Some(url) = &settings.endpoint_url {
        // Dual-stack selects one of the region's endpoints; the SDK fails if another one is set, too.
        config = config.endpoint_url(url.as_str()).use_dual_stack(false);
    }
    Client::from_conf(config.build())
}

fn access_denied(said: &str, Context(operation, repository, _): Context<'_>) -> Error {
    let name = repository.map_or("*", RepositoryName::as_str);
    Error::new(Kind::Credentials, format!("access denied: {said}")).hint(format!(
        "allow `ecr-public:{operation}` on `arn:aws:ecr-public::ACCOUNT:repository/{name}` in the IAM policy"
    ))
}

fn identifier(id: &ImageId) -> ImageIdentifier {
    match id {
        ImageId::Tag(tag) => ImageIdentifier::builder().image_tag(tag.as_str()),
        ImageId::Digest(digest) => ImageIdentifier::builder().image_digest(digest.as_str()),
    }
    .build()
}

pub(crate) fn public_repository(uri: &str) -> Option<PublicRepository> {
    match uri.parse::<Reference>().ok()?.resolve(false).ok()? {
        (Named::Repository(Repository::Public(public)), None) => Some(public),
        _ => None,
    }
}

fn repositories(
    details: Vec<aws_sdk_ecrpublic::types::Repository>,
    host: &str,
) -> Result<Vec<Row>, Error> {
    let mut names = Interner::default();
    let repository = |detail: aws_sdk_ecrpublic::types::Repository| {
        let home = Home {
            registry_id: names.share(detail.registry_id),
            alias: (detail.repository_uri.as_deref())
                .and_then(public_repository)
                .and_then(|public| names.share(Some(public.alias.as_str().to_owned()))),
            ..Home::default()
        };
        Ok(Row {
            home: Some(Arc::new(home)),
            name: RowName::Own(detail.repository_name),
            date: timestamp(detail.created_at, host)?,
            detail: Some(Box::new(RepositoryDetail {
                arn: detail.repository_arn,
                uri: detail.repository_uri,
                ..RepositoryDetail::default()
            })),
            ..Row::default()
        })
    };
    details.into_iter().map(repository).collect()
}

fn images(details: Vec<ImageDetail>, host: &str) -> Result<Vec<Row>, Error> {
    let mut names = Interner::default();
    let mut last = Arc::new(Home::default());
    let image = |detail: ImageDetail| {
        let home = Home {
            registry_id: names.share(detail.registry_id),
            repository: names.share(detail.repository_name),
            ..Home::default()
        };
        // The images of a page share one home: 8 bytes of each row rather than 48.
        if *last != home {
            last = Arc::new(home);
        }
        let pushed_at = timestamp(detail.image_pushed_at, host)?;
        Ok(Row {
            home: Some(Arc::clone(&last)),
            name: RowName::tags(detail.image_tags),
            date: pushed_at,
            digest: detail.image_digest,
            size: detail.image_size_in_bytes,
            pushed_at,
            media_type: names.share(detail.image_manifest_media_type),
            artifact_media_type: names.share(detail.artifact_media_type),
            ..Row::default()
        })
    };
    details.into_iter().map(image).collect()
}

fn tags(
    details: Vec<ImageTagDetail>,
    repository: &RepositoryName,
    host: &str,
) -> Result<Vec<Row>, Error> {
    let mut names = Interner::default();
    let home = Arc::new(Home {
        repository: Some(repository.as_str().into()),
        ..Home::default()
    });
    let tag = |detail: ImageTagDetail| {
        let image = detail.image_detail;
        let image = image.unwrap_or_else(|| ReferencedImageDetail::builder().build());
        Ok(Row {
            home: Some(Arc::clone(&home)),
            name: RowName::Own(detail.image_tag),
            date: timestamp(detail.created_at, host)?,
            digest: image.image_digest,
            size: image.image_size_in_bytes,
            pushed_at: timestamp(image.image_pushed_at, host)?,
            media_type: names.share(image.image_manifest_media_type),
            artifact_media_type: names.share(image.artifact_media_type),
            ..Row::default()
        })
    };
    details.into_iter().map(tag).collect()
}

fn timestamp(time: Option<DateTime>, host: &str) -> Result<Option<Timestamp>, Error> {
    let read = |time: DateTime| to_millisecond(time.as_nanos());
    let unreadable = || errors::unlike(host, 200, "a date out of range");
    time.map(|time| read(time).ok_or_else(unreadable))
        .transpose()
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

//! The caller's own registry, read through the official SDK with signed requests.

mod credentials;
mod endpoints;
mod environment;
mod errors;
mod files;
mod ini;
mod origin;
mod pages;
mod scope;
mod settings;

use aws_sdk_ecrpublic::Client;
use aws_sdk_ecrpublic::config::retry::RetryConfig;
use aws_sdk_ecrpublic::config::timeout::TimeoutConfig;
use aws_sdk_ecrpublic::config::{BehaviorVersion, Builder, Region, StalledStreamProtectionConfig};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use self::credentials::{Credentials, Keys};
use self::environment::Environment;
use self::errors::Context;
use self::files::Files;
use self::origin::Origin;
pub(crate) use self::pages::public_repository;
use self::scope::Scope;
use self::settings::Settings;
use crate::error::Error;
use crate::net::retry::FIRST_DELAY;
use crate::net::settings::ConnectionArgs;
use crate::progress::Progress;
use crate::reference::{RegistryId, RepositoryName};
use crate::session::Session;
use crate::source::Start;

/// A connection to the service: settings checked, credentials resolved.
#[derive(Debug)]
pub(crate) struct Aws<'a> {
    client: Client,
    settings: Settings,
    origin: Origin,
    host: String,
    registry_id: Option<RegistryId>,
    /// The user's options of the connection and the registry, for commands in hints.
    options: String,
    progress: &'a Progress,
}

impl<'a> Aws<'a> {
    /// Reads the settings and resolves the credentials; sends no request to ECR Public yet.
    ///
    /// # Errors
    ///
    /// A usage error for unusable settings, a credentials error if there are no credentials, with the
    /// hint `otherwise`.
    pub(crate) async fn connect(
        args: &ConnectionArgs,
        registry_id: Option<RegistryId>,
        otherwise: &str,
        session: Session<'a>,
    ) -> Result<Self, Error> {
        let progress = session.progress;
        let (scope, settings) = read(args, session)?;
        let (transport, dual_stack) = (&settings.transport, settings.dual_stack);
        let limit = session.env.hurried_limit(credentials::LIMIT);
        let found =
            credentials::resolve(&scope, transport, dual_stack, limit, otherwise, progress).await?;
        Ok(Self::new(
            args,
            &scope,
            settings,
            found,
            registry_id,
            progress,
        ))
    }

    /// The same with keys of the environment or of the AWS files, without running a program or asking
    /// another service for credentials.
    ///
    /// # Errors
    ///
    /// As [`Self::connect`], and a credentials error if other credentials are selected.
    pub(crate) fn at_hand(
        args: &ConnectionArgs,
        registry_id: Option<RegistryId>,
        session: Session<'a>,
    ) -> Result<Self, Error> {
        let (scope, settings) = read(args, session)?;
        let found = credentials::at_hand(&scope)?;
        let progress = session.progress;
        Ok(Self::new(
            args,
            &scope,
            settings,
            found,
            registry_id,
            progress,
        ))
    }

    fn new(
        args: &ConnectionArgs,
        scope: &Scope,
        settings: Settings,
        found: Credentials,
        registry_id: Option<RegistryId>,
        progress: &'a Progress,
    ) -> Self {
        let host = settings.host();
        progress.resolved("endpoint", &host);
        progress.resolved("region", &settings.region);
        progress.resolved("profile", &scope.profile);
        let (origin, keys) = (found.origin, found.keys);
        let credentials = format!("{}, access key id {}", origin.description, keys.id);
        progress.resolved("credentials", credentials);
        let registry = (registry_id.as_ref()).map(|id| format!(" --registry-id {id}"));
        let options = args.as_words() + &registry.unwrap_or_default();
        Self {
            options,
            client: client(&settings, &keys),
            host,
            origin,
            settings,
            registry_id,
            progress,
        }
    }

    fn context<'b>(
        &'b self,
        operation: &'static str,
        repository: Option<&'b RepositoryName>,
        start: Start,
    ) -> Context<'b> {
        Context {
            operation,
            repository,
            registry_id: self.registry_id.as_ref(),
            start,
            host: &self.host,
            origin: &self.origin,
            options: &self.options,
        }
    }

    /// The user's options of the connection and the registry, as words of a command line.
    pub(crate) fn options(&self) -> &str {
        &self.options
    }

    fn registry_id(&self) -> Option<String> {
        self.registry_id.as_ref().map(|id| id.as_str().to_owned())
    }
}

fn read(args: &ConnectionArgs, session: Session<'_>) -> Result<(Scope, Settings), Error> {
    let scope = Scope::read(Environment::of_process(), args.profile.as_deref())?;
    let settings = Settings::of(&scope, args, session.env.hurried(FIRST_DELAY))?;
    Ok((scope, settings))
}

/// The names of the profiles in the AWS files.
///
/// # Errors
///
/// A usage error for files that cannot be read.
pub(crate) fn profile_names() -> Result<Vec<String>, Error> {
    let files = Files::read(&Environment::of_process())?;
    let names = files.profile_names().into_iter();
    Ok(names.map(str::to_owned).collect())
}

/// The SDK's client without its own time-outs and retries: `net::retry` has the one policy.
fn client(settings: &Settings, keys: &Keys) -> Client {
    let mut config = Builder::new()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(settings.region.clone()))
        .credentials_provider(keys.for_sdk())
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

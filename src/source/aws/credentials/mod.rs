//! Credentials: decided from settings, and got once, before the first request.

mod container;
mod instance;
mod keys;
mod login;
mod metadata;
mod plan;
mod process;
mod sso;
mod sts;
mod tokens;

use std::time::Duration;

use aws_config::provider_config::ProviderConfig;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use jiff::Timestamp;
use url::Url;

pub(super) use self::keys::Keys;
use self::plan::{Plan, failure};
use super::endpoints::Service;
use super::errors;
use super::origin::Origin;
use super::scope::Scope;
use crate::error::Error;
use crate::net::http;
use crate::net::limit::Limits;
use crate::net::retry::Failure;
use crate::net::settings::{Transport, host};
use crate::progress::Progress;
use crate::shell::quoted;

/// Long enough for a `credential_process` that prompts the user.
pub(super) const LIMIT: Duration = Duration::from_mins(2);
/// The default region of STS and sign-in.
const HOME_REGION: &str = "us-east-1";

/// Credentials, with their origin for messages.
#[derive(Debug)]
pub(super) struct Credentials {
    pub(super) keys: Keys,
    pub(super) origin: Origin,
}

/// Gets the credentials that `scope` selects, within `limit`.
///
/// # Errors
///
/// A credentials error that says what to do, with the hint `otherwise` if none are found; a service error where the network or a service fails; a
/// usage error for a setting on the way that cannot be used.
pub(super) async fn resolve(
    scope: &Scope,
    transport: &Transport,
    dual_stack: bool,
    limit: Duration,
    otherwise: &str,
    progress: &Progress,
) -> Result<Credentials, Error> {
    instance::check(scope)?;
    let plan = Plan::of(scope)?;
    let origin = origin(&plan, scope);
    let source = Source {
        scope,
        transport,
        dual_stack,
        progress,
    };
    let keys = tokio::time::timeout(limit, source.get(&plan)).await;
    let keys = keys.unwrap_or_else(|_| Err(timed_out(&origin, limit)))?;
    let keys = keys.ok_or_else(|| none_found(otherwise))?;
    keys.check([
        &format!("the access key id of {}", origin.description),
        &format!("the session token of {}", origin.description),
    ])?;
    Ok(Credentials { keys, origin })
}

/// The credentials that `scope` selects, if they are keys of the environment or of the AWS files.
///
/// # Errors
///
/// As [`resolve`], and a credentials error for all other credentials.
pub(super) fn at_hand(scope: &Scope) -> Result<Credentials, Error> {
    let plan = Plan::of(scope)?;
    let origin = origin(&plan, scope);
    let (Plan::Environment(keys) | Plan::File { keys, .. }) = &plan else {
        return Err(failure(format!("{} are not at hand", origin.description)));
    };
    check_expiry(keys, &plan)?;
    let keys = keys.clone();
    Ok(Credentials { keys, origin })
}

/// Tells the credentials that `scope` selects apart from others, without getting them.
pub(super) fn selected(scope: &Scope) -> String {
    if let Ok(Plan::Environment(keys)) = Plan::of(scope) {
        return format!("key {}", keys.id);
    }
    let files = ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"];
    let [config, credentials] = files.map(|name| scope.environment.get(name).unwrap_or_default());
    format!("profile {} {config} {credentials}", scope.profile)
}

fn origin(plan: &Plan, scope: &Scope) -> Origin {
    Origin {
        description: plan.description(),
        login_command: plan.login_command(),
        is_environment: matches!(plan, Plan::Environment(_)),
        profile_option: if scope.by_option {
            format!(" --profile {}", quoted(&scope.profile))
        } else {
            String::new()
        },
    }
}

fn none_found(otherwise: &str) -> Error {
    failure("no AWS credentials found")
        .hint(
            "log in with `aws login` or `aws sso login --profile NAME`, or store keys with `aws configure`, \
             or set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`",
        )
        .hint(otherwise)
}

fn timed_out(origin: &Origin, limit: Duration) -> Error {
    failure(format!(
        "no AWS credentials from {} within {} s",
        origin.description,
        limit.as_secs_f64()
    ))
}

/// What credentials are got with.
#[derive(Clone, Copy, Debug)]
struct Source<'a> {
    scope: &'a Scope,
    transport: &'a Transport,
    dual_stack: bool,
    progress: &'a Progress,
}

impl Source<'_> {
    /// Gets the credentials of `plan`, source credentials of roles first. `None` if the instance was the last
    /// hope, and has no role.
    async fn get(&self, plan: &Plan) -> Result<Option<Keys>, Error> {
        let keys = match plan {
            Plan::Environment(keys) | Plan::File { keys, .. } => keys.clone(),
            Plan::Role(role, source) => {
                let keys = Box::pin(self.get(source)).await?;
                let keys = keys.ok_or_else(|| {
                    failure(format!(
                        "{} asks for the instance, which has no credentials",
                        role.description()
                    ))
                })?;
                sts::assume_role(self, role, &keys, source).await?
            }
            Plan::WebIdentity { token_file, role } => {
                sts::assume_role_with_web_identity(self, token_file, role).await?
            }
            Plan::Sso(sso) => sso::role_credentials(self, sso).await?,
            Plan::Login { profile, session } => login::credentials(self, profile, session).await?,
            Plan::Process { profile, command } => process::credentials(profile, command).await?,
            Plan::Container => container::credentials(self).await?,
            // The service extends their life when it cannot renew them.
            Plan::Instance => return instance::credentials(self).await,
        };
        check_expiry(&keys, plan)?;
        Ok(Some(keys))
    }

    /// Makes attempts by the retry policy.
    async fn run<T>(
        &self,
        operation: &str,
        attempt: impl AsyncFnMut() -> Result<T, Failure>,
    ) -> Result<T, Error> {
        let retry = self.transport.retry.clone().within(Limits::default());
        let outcome = retry.run(self.progress, operation, attempt).await;
        outcome.map_err(|failure| failure.error)
    }

    /// The region of STS and sign-in.
    fn region(&self) -> Result<String, Error> {
        Ok(self
            .scope
            .region()?
            .unwrap_or_else(|| HOME_REGION.to_owned()))
    }

    /// The client for containers and instances.
    fn direct(&self) -> http::Client {
        self.transport.http.direct()
    }

    /// The endpoint that a setting names for `service`, and the host that answers.
    fn endpoint(&self, service: Service, region: &str) -> Result<(Option<Url>, String), Error> {
        let url = self.scope.endpoint(service)?;
        let host = match &url {
            Some(url) => host(url),
            None => service.host(region, self.dual_stack),
        };
        Ok((url, host))
    }
}

fn check_expiry(keys: &Keys, plan: &Plan) -> Result<(), Error> {
    match keys.expires {
        Some(expires) if expires <= Timestamp::now() => {
            let error = failure(format!("the AWS credentials expired at {expires:.0}"));
            Err(match plan.login_command() {
                Some(command) => error.hint(format!("log in again with `{command}`")),
                None => error.hint(format!("renew {}", plan.description())),
            })
        }
        _ => Ok(()),
    }
}

/// A request of the SDK that failed: what `answered` makes of an error code and its message, or what
/// the network did.
fn failed<E>(
    error: &SdkError<E, HttpResponse>,
    operation: &str,
    host: &str,
    answered: impl FnOnce(&str, &str) -> Error,
) -> Failure
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    errors::failed(error, operation, host, |code, message, status| {
        if crate::net::errors::is_passing(code, status) {
            return None;
        }
        Some(Failure::fatal(answered(code, message.unwrap_or(code))))
    })
}

/// Configures a provider of the SDK, whose requests `http` sends: the time-outs and retries are ours.
/// Nothing is read from the files; what a provider reads from the environment is checked before.
fn provider_config(http: &http::Client) -> ProviderConfig {
    ProviderConfig::without_region()
        .with_http_client(http.limited(http::LONGEST_TOKEN))
        .with_retry_config(RetryConfig::disabled())
        .with_timeout_config(TimeoutConfig::disabled())
}

/// Configures a client of the SDK: nothing is read from the environment, and the time-outs and retries
/// are ours.
macro_rules! client {
    ($sdk:ident, $source:expr, $region:expr, $endpoint:expr, $credentials:expr) => {{
        use $sdk::config::retry::RetryConfig;
        use $sdk::config::timeout::TimeoutConfig;
        use $sdk::config::{BehaviorVersion, Builder, Region, StalledStreamProtectionConfig};
        let endpoint: Option<&url::Url> = $endpoint;
        let mut config = Builder::new()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new($region))
            .http_client(
                $source
                    .transport
                    .http
                    .limited(crate::net::http::LONGEST_TOKEN),
            )
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            // Dual-stack is a choice between the region's own endpoints.
            .use_dual_stack($source.dual_stack && endpoint.is_none());
        config.set_endpoint_url(endpoint.map(ToString::to_string));
        config.set_credentials_provider($credentials);
        $sdk::Client::from_conf(config.build())
    }};
}
use client;

//! Gets the credentials that the chain selects, once, before the first request.

use std::path::Path;
use std::time::Duration;

use super::chain::CredentialSource;
use super::failures::credentials_error;
use super::keys::Keys;
use super::scope::{Scope, region};
use super::service::ServiceSettings;
use super::{kept, machine, program, sts};
use crate::error::Error;
use crate::net::http::{self, HttpAnswer, LONGEST_TOKEN};
use crate::net::limit::Limits;
use crate::net::retry::Failure;
use crate::progress::Progress;

/// Long enough for a program that prompts the user.
pub(super) const LIMIT: Duration = Duration::from_mins(2);
/// The region of STS without a setting.
const DEFAULT_REGION: &str = "us-east-1";

/// What credentials are got with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resolver<'a> {
    pub(super) scope: &'a Scope,
    pub(super) settings: &'a ServiceSettings,
    pub(super) ca_bundle: Option<&'a Path>,
    pub(super) progress: &'a Progress,
}

impl Resolver<'_> {
    /// Gets the keys of `source` within `limit`. Without any, the error has the hint `otherwise`.
    pub(super) async fn resolve(
        &self,
        source: &CredentialSource,
        limit: Duration,
        otherwise: &str,
    ) -> Result<Keys, Error> {
        let Ok(keys) = tokio::time::timeout(limit, self.get(source)).await else {
            let (what, seconds) = (source.description(), limit.as_secs_f64());
            let error = format!("no AWS credentials from {what} within {seconds} s");
            return Err(credentials_error(error));
        };
        keys?.ok_or_else(|| {
            credentials_error("no AWS credentials found")
                .hint(
                    "log in with `aws login` or `aws sso login --profile NAME`, or store keys with \
                     `aws configure`, or set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`",
                )
                .hint(otherwise)
        })
    }

    /// Gets the keys of `source`; those of a role, with the keys of the source that may assume it.
    /// `None` if the instance was the last hope, and has no role.
    async fn get(&self, source: &CredentialSource) -> Result<Option<Keys>, Error> {
        let keys = match source {
            CredentialSource::Environment(keys) | CredentialSource::File { keys, .. } => {
                keys.clone()
            }
            CredentialSource::Role(role, source) => {
                let keys = Box::pin(self.get(source)).await?.ok_or_else(|| {
                    let role = role.description();
                    credentials_error(format!("{role} needs the instance, which has no role"))
                })?;
                sts::assume_role(self, role, &keys, source).await?
            }
            CredentialSource::WebIdentity { token_file, role } => {
                sts::assume_role_with_web_identity(self, token_file, role).await?
            }
            CredentialSource::Sso(sso) => match kept::keys_of_sso(self, sso).await? {
                Some(keys) => keys,
                None => program::exported(self, &sso.profile, source).await?,
            },
            CredentialSource::Login { profile, session } => {
                match kept::keys_of_login(&self.scope.environment, session)? {
                    Some(keys) => keys,
                    None => program::exported(self, profile, source).await?,
                }
            }
            CredentialSource::Mfa { profile } => program::exported(self, profile, source).await?,
            CredentialSource::Process { profile, command } => {
                program::printed(profile, command).await?
            }
            CredentialSource::Container => machine::of_container(self).await?,
            CredentialSource::Instance => match machine::of_instance(self).await? {
                Some(keys) => keys,
                None => return Ok(None),
            },
        };
        keys.check(&source.description(), source.renewal())?;
        Ok(Some(keys))
    }

    /// Makes attempts by the retry policy.
    pub(super) async fn run<T>(
        &self,
        operation: &str,
        attempt: impl AsyncFnMut() -> Result<T, Failure>,
    ) -> Result<T, Error> {
        let retry = self.settings.transport.retry.clone();
        let retry = retry.within(Limits::default());
        let outcome = retry.run(self.progress, operation, attempt).await;
        outcome.map_err(|failure| failure.error)
    }

    /// The region of STS.
    pub(super) fn region(&self) -> Result<String, Error> {
        let found = self.scope.region();
        found.map_or_else(|| Ok(DEFAULT_REGION.to_owned()), region)
    }
}

/// Sends a GET request for credentials.
pub(super) async fn get(
    http: &http::Client,
    url: &str,
    headers: &[(&'static str, &str)],
    host: &str,
) -> Result<HttpAnswer, Failure> {
    let request = http::request("GET", url, headers, Vec::new()).map_err(|_| {
        Failure::fatal(credentials_error(format!(
            "`{host}`: the URL cannot be requested"
        )))
    })?;
    http.send(request, LONGEST_TOKEN, host).await
}

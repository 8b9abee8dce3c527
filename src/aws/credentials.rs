//! How the selected keys are got: once, before the first request.

use std::time::Duration;

use super::chain::CredentialSource;
use super::failures::credentials_error;
use super::keys::Keys;
use super::service::Resolver;
use super::{kept, machine, program, sts};
use crate::error::Error;

/// Long enough for a program that prompts the user.
pub(super) const LIMIT: Duration = Duration::from_mins(2);

impl Resolver<'_> {
    /// Gets the keys of `source` within `limit`. Without any, the error has the hint `otherwise`.
    pub(super) async fn resolve(
        &self,
        source: &CredentialSource,
        limit: Duration,
        otherwise: &str,
    ) -> Result<Keys, Error> {
        let Ok(keys) = tokio::time::timeout(limit, self.keys_of(source)).await else {
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
    async fn keys_of(&self, source: &CredentialSource) -> Result<Option<Keys>, Error> {
        let keys = match source {
            CredentialSource::Environment(keys) | CredentialSource::File { keys, .. } => {
                keys.clone()
            }
            CredentialSource::Role(role, source) => {
                let keys = Box::pin(self.keys_of(source)).await?.ok_or_else(|| {
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
}

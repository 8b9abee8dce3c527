//! Settings for requests to the service, from options, environment and profile, checked before the
//! SDK sees them.
//!
//! The SDK panics on some invalid settings and ignores others; this module follows the AWS CLI. An
//! invalid setting is an error that names where it was set.

use std::time::{Duration, SystemTime};

use url::Url;

use super::endpoints::Service;
use super::scope::Scope;
use crate::error::{Error, Kind};
use crate::net::settings::{self, ConnectionArgs, Transport};

/// The one region that serves ECR Public.
const HOME_REGION: &str = "us-east-1";

/// Checked settings.
#[derive(Debug)]
pub(crate) struct Settings {
    /// The region of the service's endpoint and of the signature.
    pub(crate) region: String,
    /// The service's address, unless it is the region's own.
    pub(crate) endpoint_url: Option<Url>,
    /// Whether to use the region's endpoint for both IPv6 and IPv4.
    pub(crate) dual_stack: bool,
    /// The HTTP client and the retry policy.
    pub(crate) transport: Transport,
}

impl Settings {
    /// Looks the settings up. The first wait before a retry takes up to `first_delay`.
    ///
    /// # Errors
    ///
    /// A usage error for an invalid setting.
    pub(super) fn of(
        scope: &Scope,
        args: &ConnectionArgs,
        first_delay: Duration,
    ) -> Result<Self, Error> {
        check_process(scope)?;
        check_fips(scope)?;
        Ok(Self {
            region: args
                .region
                .clone()
                .unwrap_or_else(|| HOME_REGION.to_owned()),
            endpoint_url: match &args.endpoint_url {
                Some(url) => Some(url.clone()),
                None => scope.endpoint(Service::EcrPublic)?,
            },
            dual_stack: scope.flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")?,
            transport: args.transport(|name, key| scope.find(name, key), first_delay)?,
        })
    }

    /// The host of the service, for messages.
    pub(crate) fn host(&self) -> String {
        match &self.endpoint_url {
            Some(url) => settings::host(url),
            None => Service::EcrPublic.host(&self.region, self.dual_stack),
        }
    }
}

/// Checks values that the SDK reads from the process, and that would make it panic or fail unclearly.
fn check_process(scope: &Scope) -> Result<(), Error> {
    // The SDK reads it even if it is empty.
    if std::env::var_os("SMITHY_CLIENT_SDK_CUSTOM_PARTITION").is_some() {
        let error = Error::usage("`SMITHY_CLIENT_SDK_CUSTOM_PARTITION` is not supported");
        return Err(error.hint("unset it"));
    }
    if let Some(found) = scope.in_environment("AWS_EXECUTION_ENV")
        && found.text.chars().any(char::is_control)
    {
        let error = Error::usage("`AWS_EXECUTION_ENV` holds a character that cannot be sent");
        return Err(error.hint("correct the variable, or unset it"));
    }
    if SystemTime::now() < SystemTime::UNIX_EPOCH {
        let error = Error::new(Kind::Other, "the clock of this machine is before 1970");
        return Err(error.hint("set the clock: signatures hold the time"));
    }
    Ok(())
}

fn check_fips(scope: &Scope) -> Result<(), Error> {
    if scope.flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")? {
        return Err(
            Error::usage("a FIPS endpoint is enabled, but ECR Public has none")
                .hint("unset `AWS_USE_FIPS_ENDPOINT` and the profile's `use_fips_endpoint`"),
        );
    }
    Ok(())
}

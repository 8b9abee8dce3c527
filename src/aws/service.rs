//! Settings for requests to AWS services, from options, environment and profile, checked before the SDK
//! sees them: it panics on some invalid settings and ignores others. An invalid setting is an error that
//! names where it was set.

use std::path::Path;
use std::time::Duration;

use url::Url;

use super::failures::credentials_error;
use super::ini::in_group;
use super::scope::{Scope, refuse_fips, region, with_value};
use crate::error::Error;
use crate::net::http::{self, HttpAnswer, LONGEST_TOKEN};
use crate::net::retry::Failure;
use crate::net::settings::{ConnectionArgs, Found, Transport, host};
use crate::progress::Progress;

/// The region of ECR Public, and of other services if no setting names one.
const HOME_REGION: &str = "us-east-1";

/// The partitions beside the public one: how their regions begin, and the domains of their endpoints for
/// IPv4 and for both IPv4 and IPv6, as in the endpoint rules of the SDK.
const PARTITIONS: [(&str, &str, &str); 6] = [
    ("cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
    ("eusc-", "amazonaws.eu", "api.amazonwebservices.eu"),
    ("us-iso-", "c2s.ic.gov", "api.aws.ic.gov"),
    ("us-isob-", "sc2s.sgov.gov", "api.aws.scloud"),
    ("eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
    ("us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov"),
];

#[derive(Debug)]
pub(crate) struct ServiceSettings {
    /// The region of the service's endpoint and of the signature.
    pub(crate) region: String,
    /// The service's address, unless it is the region's own.
    pub(crate) endpoint_url: Option<Url>,
    /// Whether to use the region's endpoint for both IPv6 and IPv4.
    pub(crate) dual_stack: bool,
    pub(crate) transport: Transport,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    EcrPublic,
    Sts,
    Sso,
}

impl ServiceSettings {
    pub(super) fn read(
        scope: &Scope,
        args: &ConnectionArgs,
        first_delay: Duration,
    ) -> Result<Self, Error> {
        check_process(scope)?;
        args.region.as_deref().map_or(Ok(()), refuse_fips)?;
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

    pub(crate) fn host(&self) -> String {
        match &self.endpoint_url {
            Some(url) => host(url),
            None => Service::EcrPublic.host(&self.region, self.dual_stack),
        }
    }
}

impl Service {
    /// The variable of its endpoint, and its key in a `services` section.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::EcrPublic => ("AWS_ENDPOINT_URL_ECR_PUBLIC", "ecr_public"),
            Self::Sts => ("AWS_ENDPOINT_URL_STS", "sts"),
            Self::Sso => ("AWS_ENDPOINT_URL_SSO", "sso"),
        }
    }

    pub(super) fn host(self, region: &str, dual_stack: bool) -> String {
        let mut partitions = PARTITIONS.iter();
        let partition = partitions.find(|(prefix, ..)| region.starts_with(prefix));
        let (_, single, dual) = partition.unwrap_or(&("", "amazonaws.com", "api.aws"));
        let domain = if dual_stack { dual } else { single };
        match self {
            Self::EcrPublic if dual_stack => format!("ecr-public.{region}.{domain}"),
            Self::EcrPublic => format!("api.ecr-public.{region}.{domain}"),
            Self::Sts => format!("sts.{region}.{domain}"),
            Self::Sso => format!("portal.sso.{region}.{domain}"),
        }
    }
}

impl Scope {
    /// The endpoint of `service` that a setting names, in the order of the AWS CLI: the environment's
    /// for the service, the environment's for all, the profile's `services` section, the profile's
    /// for all.
    pub(super) fn endpoint(&self, service: Service) -> Result<Option<Url>, Error> {
        let ignored = self.flag(
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
            "ignore_configured_endpoint_urls",
        )?;
        if ignored {
            return Ok(None);
        }
        let (variable, key) = service.names();
        let mut variables = [variable, "AWS_ENDPOINT_URL"].into_iter();
        let found = match variables.find_map(|name| self.in_environment(name)) {
            Some(found) => Some(found),
            None => self
                .in_services(key)?
                .or_else(|| self.in_profile("endpoint_url")),
        };
        found.map(|found| found.endpoint()).transpose()
    }

    fn in_services(&self, key: &str) -> Result<Option<Found>, Error> {
        let Some(name) = self.section().get("services") else {
            return Ok(None);
        };
        let section = self.files.services.get(name);
        let section = section.filter(|section| !section.is_empty());
        let section = section.ok_or_else(|| {
            let origin = with_value("services", &self.profile, name);
            Error::usage(format!("{origin}, but there is no such section"))
                .hint("add the section to the config file, or correct `services`")
        })?;
        let text = in_group(section, key, "endpoint_url").filter(|text| !text.is_empty());
        Ok(text.map(|text| Found {
            text: text.to_owned(),
            origin: format!("`endpoint_url` of `{key}` in section `services {name}`"),
        }))
    }
}

/// Refuses settings that no request can follow, and a variable that would make the SDK panic.
fn check_process(scope: &Scope) -> Result<(), Error> {
    // The SDK reads it even if it is empty.
    if std::env::var_os("SMITHY_CLIENT_SDK_CUSTOM_PARTITION").is_some() {
        let error = Error::usage("`SMITHY_CLIENT_SDK_CUSTOM_PARTITION` is not supported");
        return Err(error.hint("unset it"));
    }
    if scope.flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")? {
        return Err(
            Error::usage("a FIPS endpoint is enabled, but ECR Public has none")
                .hint("unset `AWS_USE_FIPS_ENDPOINT` and the profile's `use_fips_endpoint`"),
        );
    }
    scope
        .region()
        .map_or(Ok(()), |region| refuse_fips(&region.text))
}

/// What requests for credentials need.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resolver<'a> {
    pub(super) scope: &'a Scope,
    pub(super) settings: &'a ServiceSettings,
    pub(super) ca_bundle: Option<&'a Path>,
    pub(super) progress: &'a Progress,
}

impl Resolver<'_> {
    pub(super) async fn run<T>(
        &self,
        operation: &str,
        attempt: impl AsyncFnMut() -> Result<T, Failure>,
    ) -> Result<T, Error> {
        let retry = self.settings.transport.retry.clone();
        let retry = retry.for_host(None);
        let outcome = retry.run(self.progress, operation, attempt).await;
        outcome.map_err(|failure| failure.error)
    }

    pub(super) fn region(&self) -> Result<String, Error> {
        let found = self.scope.region();
        found.map_or_else(|| Ok(HOME_REGION.to_owned()), region)
    }
}

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

#[cfg(test)]
mod tests {
    use aws_sdk_sts::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
    use futures_util::FutureExt;

    use super::Service;

    #[test]
    fn messages_name_the_host_that_the_sdk_asks() {
        for region in [
            "us-east-1",
            "us-gov-west-1",
            "cn-north-1",
            "eusc-de-east-1",
            "us-iso-east-1",
            "us-isob-east-1",
            "eu-isoe-west-1",
            "us-isof-south-1",
            "xx-future-9",
        ] {
            for dual_stack in [false, true] {
                let params = Params::builder().region(region).use_dual_stack(dual_stack);
                let params = params.build().expect("complete");
                let resolver = DefaultResolver::new();
                let endpoint = resolver.resolve_endpoint(&params).now_or_never();
                let endpoint = endpoint.expect("at once").expect("a region");
                let host = Service::Sts.host(region, dual_stack);
                assert_eq!(endpoint.url(), format!("https://{host}"));
            }
        }
    }
}

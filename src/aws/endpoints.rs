//! The endpoint of each AWS service: the one in a setting, or the region's own.

use url::Url;

use super::scope::Scope;
use crate::error::Error;
use crate::net::settings::Found;

/// A service that this program sends requests to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Service {
    EcrPublic,
    Sts,
    Sso,
    SsoOidc,
    Signin,
}

impl Service {
    /// The variable of its endpoint, and its key in a `services` section.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::EcrPublic => ("AWS_ENDPOINT_URL_ECR_PUBLIC", "ecr_public"),
            Self::Sts => ("AWS_ENDPOINT_URL_STS", "sts"),
            Self::Sso => ("AWS_ENDPOINT_URL_SSO", "sso"),
            Self::SsoOidc => ("AWS_ENDPOINT_URL_SSO_OIDC", "sso_oidc"),
            Self::Signin => ("AWS_ENDPOINT_URL_SIGNIN", "signin"),
        }
    }
}

impl Service {
    /// The default host of the service, for messages.
    pub(super) fn host(self, region: &str, dual_stack: bool) -> String {
        let domain = match (region.starts_with("cn-"), dual_stack) {
            (false, false) => "amazonaws.com",
            (false, true) => "api.aws",
            (true, false) => "amazonaws.com.cn",
            (true, true) => "api.amazonwebservices.com.cn",
        };
        match self {
            Self::EcrPublic if dual_stack => format!("ecr-public.{region}.{domain}"),
            Self::EcrPublic => format!("api.ecr-public.{region}.{domain}"),
            Self::Sts => format!("sts.{region}.{domain}"),
            Self::Sso => format!("portal.sso.{region}.{domain}"),
            Self::SsoOidc => format!("oidc.{region}.{domain}"),
            Self::Signin if dual_stack => format!("signin.{region}.{domain}"),
            Self::Signin if region.starts_with("cn-") => format!("{region}.signin.amazonaws.cn"),
            Self::Signin => format!("{region}.signin.aws.amazon.com"),
        }
    }
}

impl Scope {
    /// The endpoint of `service` that a setting names, in the order of the AWS CLI: the environment's
    /// for the service, the environment's for all, the profile's `services` section, the profile's
    /// for all.
    ///
    /// # Errors
    ///
    /// A usage error for an invalid URL, and for a `services` section that does not exist.
    pub(super) fn endpoint(&self, service: Service) -> Result<Option<Url>, Error> {
        let found = self.configured_endpoint(service)?;
        found.map(|found| found.endpoint()).transpose()
    }

    /// The same as it is written, and where.
    ///
    /// # Errors
    ///
    /// A usage error for a `services` section that does not exist.
    pub(super) fn configured_endpoint(&self, service: Service) -> Result<Option<Found>, Error> {
        let ignored = self.flag(
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
            "ignore_configured_endpoint_urls",
        )?;
        if ignored {
            return Ok(None);
        }
        let (variable, key) = service.names();
        let in_environment = [variable, "AWS_ENDPOINT_URL"]
            .into_iter()
            .find_map(|name| self.in_environment(name));
        Ok(match in_environment {
            Some(found) => Some(found),
            None => self
                .in_services(key)?
                .or_else(|| self.in_profile("endpoint_url")),
        })
    }

    /// The endpoint of the service `key` in the profile's `services` section.
    fn in_services(&self, key: &str) -> Result<Option<Found>, Error> {
        let Some(name) = self.section().and_then(|section| section.get("services")) else {
            return Ok(None);
        };
        let section = self
            .files
            .services(name)
            .filter(|section| !section.is_empty());
        let section = section.ok_or_else(|| {
            Error::usage(format!(
                "the section `services {name}` of profile `{}` does not exist",
                self.profile
            ))
            .hint(format!(
                "add `[services {name}]` to the config file, or correct `services`"
            ))
        })?;
        let text = section.in_group(key, "endpoint_url");
        Ok(text.filter(|text| !text.is_empty()).map(|text| Found {
            text: text.to_owned(),
            origin: format!("`endpoint_url` of `{key}` in section `services {name}`"),
        }))
    }
}

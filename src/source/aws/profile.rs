//! Settings from flags, environment and profile, read and checked before the SDK sees them.
//!
//! The SDK panics on some unusable settings and silently passes over others; the AWS CLI is the
//! model for what is honoured. An unusable setting is an error that names where it was set.

use std::time::Duration;

use aws_config::profile::ProfileSet;
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_runtime::env_config::property::PropertiesKey;
use aws_types::os_shim_internal::{Env, Fs};
use url::Url;

use crate::error::Error;
use crate::net::settings::{self, ConnectionArgs, Found, Transport, variable};

/// The one region that answers every request.
const HOME_REGION: &str = "us-east-1";

/// The service in a `services` section: the documented key, and the one that the SDK looks for.
const ECR_PUBLIC: [&str; 2] = ["ecr_public", "ecr-public"];

/// Checked settings.
#[derive(Debug)]
pub(crate) struct Settings {
    /// The region of the service's endpoint and of the signature.
    pub(crate) region: String,
    /// The region of STS and SSO: the environment's or the profile's.
    pub(crate) credentials_region: String,
    /// The service's address, unless it is the region's own.
    pub(crate) endpoint_url: Option<Url>,
    /// Whether the region's IPv6 and IPv4 endpoint is asked.
    pub(crate) dual_stack: bool,
    /// How requests travel.
    pub(crate) transport: Transport,
    /// Where credentials come from.
    pub(crate) profile: Profile,
}

/// The selected profile.
#[derive(Debug)]
pub(crate) struct Profile {
    /// Its name; `default` when none was asked for.
    pub(crate) name: String,
    /// Whether `--profile` asked for it, so that keys in the environment do not count.
    pub(crate) by_option: bool,
    /// Whether its role asks for a code of a device, which the SDK would not ask for.
    pub(crate) asks_for_code: bool,
    /// The AWS CLI command that renews its credentials, where one does.
    pub(crate) login_command: Option<String>,
}

impl Settings {
    /// Reads the environment and the AWS files.
    ///
    /// # Errors
    ///
    /// A usage error for each setting that is there and cannot be used, or files that cannot be parsed.
    pub(crate) async fn load(args: &ConnectionArgs, first_delay: Duration) -> Result<Self, Error> {
        let sources = Sources::read(args.profile.as_deref()).await?;
        sources.check_fips()?;
        sources.check_credential_endpoints()?;
        sources.check_keys()?;
        Ok(Self {
            region: args
                .region
                .clone()
                .unwrap_or_else(|| HOME_REGION.to_owned()),
            credentials_region: sources.region(),
            endpoint_url: match &args.endpoint_url {
                Some(url) => Some(url.clone()),
                None => sources.endpoint_url()?,
            },
            dual_stack: sources.flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")?,
            transport: args.transport(|name, key| sources.find(name, key), first_delay)?,
            profile: sources.profile(),
        })
    }

    /// The host that is asked, for messages.
    pub(crate) fn host(&self) -> String {
        match &self.endpoint_url {
            Some(url) => settings::host(url),
            None if self.dual_stack => format!("ecr-public.{}.api.aws", self.region),
            None => format!("api.ecr-public.{}.amazonaws.com", self.region),
        }
    }
}

/// The environment and the AWS files, with the profile that counts.
struct Sources {
    profiles: ProfileSet,
    profile_by_option: bool,
}

impl Sources {
    async fn read(profile_option: Option<&str>) -> Result<Self, Error> {
        let asked = match profile_option {
            Some(name) => Some((name.to_owned(), "`--profile`")),
            // The AWS CLI's order.
            None => variable("AWS_DEFAULT_PROFILE")
                .map(|name| (name, "`AWS_DEFAULT_PROFILE`"))
                .or_else(|| variable("AWS_PROFILE").map(|name| (name, "`AWS_PROFILE`"))),
        };
        let name = asked
            .as_ref()
            .map_or("default", |(name, _)| name)
            .to_owned();
        let files = EnvConfigFiles::default();
        let profiles =
            aws_config::profile::load(&Fs::real(), &Env::real(), &files, Some(name.into()))
                .await
                .map_err(|error| {
                    Error::caused(
                        crate::error::Kind::Usage,
                        anyhow::Error::new(error).context("cannot read the AWS settings"),
                    )
                })?;
        match asked {
            Some((name, origin)) if profiles.get_profile(&name).is_none() => {
                Err(unknown_profile(&name, origin, &profiles))
            }
            _ => Ok(Self {
                profiles,
                profile_by_option: profile_option.is_some(),
            }),
        }
    }

    /// The environment's value, or else the profile's.
    fn find(&self, name: &str, key: &str) -> Option<Found> {
        Found::in_environment(name).or_else(|| self.find_in_profile(key))
    }

    fn find_in_profile(&self, key: &str) -> Option<Found> {
        self.profiles.get(key).map(|text| Found {
            text: text.to_owned(),
            origin: format!("`{key}` in profile `{}`", self.profiles.selected_profile()),
        })
    }

    /// What the profile's `services` section says of a service, under the first of its names that is
    /// there.
    fn find_in_services(&self, services: &[&str], key: &str) -> Option<Found> {
        let section = self.profiles.get("services")?;
        services.iter().find_map(|service| {
            let path = PropertiesKey::builder()
                .section_key("services")
                .section_name(section)
                .property_name(*service)
                .sub_property_name(key)
                .build()
                .ok()?;
            let text = self.profiles.other_sections().get(&path)?.clone();
            let origin = format!("`{key}` of `{service}` in section `services {section}`");
            Some(Found { text, origin })
        })
    }

    fn flag(&self, name: &str, key: &str) -> Result<bool, Error> {
        self.find(name, key).map_or(Ok(false), |found| {
            found
                .text
                .to_ascii_lowercase()
                .parse()
                .map_err(|_| found.unusable("`true` or `false`"))
        })
    }

    fn region(&self) -> String {
        ["AWS_REGION", "AWS_DEFAULT_REGION"]
            .into_iter()
            .find_map(variable)
            .or_else(|| self.profiles.get("region").map(str::to_owned))
            .filter(|region| !region.is_empty())
            .unwrap_or_else(|| HOME_REGION.to_owned())
    }

    fn endpoint_url(&self) -> Result<Option<Url>, Error> {
        let ignored = self.flag(
            "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
            "ignore_configured_endpoint_urls",
        )?;
        if ignored {
            return Ok(None);
        }
        let from_environment = ["AWS_ENDPOINT_URL_ECR_PUBLIC", "AWS_ENDPOINT_URL"]
            .into_iter()
            .find_map(Found::in_environment);
        from_environment
            .or_else(|| self.find_in_services(&ECR_PUBLIC, "endpoint_url"))
            .or_else(|| self.find_in_profile("endpoint_url"))
            .map(|found| found.endpoint())
            .transpose()
    }

    /// Checks the endpoints of the services that hand out credentials. The SDK reads these settings
    /// by itself; of one that is no URL it prints the whole request, tokens included.
    ///
    /// # Errors
    ///
    /// A usage error that names the setting.
    fn check_credential_endpoints(&self) -> Result<(), Error> {
        const SERVICES: [(&str, &str); 4] = [
            ("AWS_ENDPOINT_URL_STS", "sts"),
            ("AWS_ENDPOINT_URL_SSO", "sso"),
            ("AWS_ENDPOINT_URL_SSO_OIDC", "sso_oidc"),
            ("AWS_ENDPOINT_URL_SIGNIN", "signin"),
        ];
        let of_services = SERVICES.iter().flat_map(|(variable, service)| {
            let section = self.find_in_services(&[service], "endpoint_url");
            [Found::in_environment(variable), section]
        });
        let of_all = [
            Found::in_environment("AWS_ENDPOINT_URL"),
            self.find_in_profile("endpoint_url"),
        ];
        for found in of_services.chain(of_all).flatten() {
            found.endpoint()?;
        }
        Ok(())
    }

    fn check_fips(&self) -> Result<(), Error> {
        if self.flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")? {
            return Err(
                Error::usage("a FIPS endpoint is asked for, and ECR Public has none")
                    .hint("unset `AWS_USE_FIPS_ENDPOINT` and the profile's `use_fips_endpoint`"),
            );
        }
        Ok(())
    }

    /// Checks the keys of the selected profile and of those that its roles rest on: the SDK panics when
    /// it signs with a key that is no header.
    fn check_keys(&self) -> Result<(), Error> {
        let mut name = self.profiles.selected_profile();
        let mut seen = Vec::new();
        while let Some(profile) = self.profiles.get_profile(name)
            && !seen.contains(&name)
        {
            seen.push(name);
            for key in ["aws_access_key_id", "aws_session_token"] {
                if profile.get(key).is_some_and(|text| !is_header(text)) {
                    return Err(unusable_key(&format!("`{key}` in profile `{name}`")));
                }
            }
            match profile.get("source_profile") {
                Some(source) => name = source,
                None => break,
            }
        }
        for variable in ["AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN"] {
            if Found::in_environment(variable).is_some_and(|found| !is_header(&found.text)) {
                return Err(unusable_key(&format!("`{variable}`")));
            }
        }
        Ok(())
    }

    fn profile(&self) -> Profile {
        let name = self.profiles.selected_profile().to_owned();
        let has = |key| self.profiles.get(key).is_some();
        let login = if has("sso_session") || has("sso_start_url") {
            Some("aws sso login")
        } else if has("login_session") {
            Some("aws login")
        } else {
            None
        };
        Profile {
            login_command: login.map(|command| format!("{command} --profile {name}")),
            by_option: self.profile_by_option,
            asks_for_code: has("role_arn") && has("mfa_serial"),
            name,
        }
    }
}

/// Whether `text` can stand in a header.
pub(crate) fn is_header(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// The error for a key or token that cannot be sent, found at `origin`.
pub(crate) fn unusable_key(origin: &str) -> Error {
    Error::new(
        crate::error::Kind::Credentials,
        format!("{origin} holds a line break or another character that cannot be sent"),
    )
    .hint("store it without the line break at its end, as `printf %s KEY` writes it")
}

fn unknown_profile(name: &str, origin: &str, profiles: &ProfileSet) -> Error {
    let mut names: Vec<_> = profiles
        .profiles()
        .map(|name| format!("`{name}`"))
        .collect();
    names.sort_unstable();
    let error = Error::usage(format!("the profile `{name}` of {origin} does not exist"));
    error.hint(if names.is_empty() {
        "there is no profile at all; make one with `aws configure`".to_owned()
    } else {
        format!("these exist: {}", names.join(", "))
    })
}

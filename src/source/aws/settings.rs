//! Settings from flags, environment and profile, read and checked before the SDK sees them.
//!
//! The SDK panics on some unusable settings and silently passes over others; the AWS CLI is the
//! model for what is honoured. An unusable setting is an error that names where it was set.

use aws_config::profile::ProfileSet;
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_runtime::env_config::property::PropertiesKey;
use aws_types::os_shim_internal::{Env, Fs};
use url::Url;

use crate::error::Error;
use crate::source::connection::{self, ConnectionArgs, Found, Transport, variable};

/// The one region that answers every request.
const HOME_REGION: &str = "us-east-1";

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
    pub(crate) async fn load(args: &ConnectionArgs) -> Result<Self, Error> {
        let sources = Sources::read(args.profile.as_deref()).await?;
        sources.check_fips()?;
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
            transport: args.transport(|name, key| sources.find(name, key))?,
            profile: sources.profile(),
        })
    }

    /// The host that is asked, for messages.
    pub(crate) fn host(&self) -> String {
        match &self.endpoint_url {
            Some(url) => connection::host(url),
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

    /// What the profile's `services` section says of this service, under the documented key or
    /// under the one that the SDK looks for.
    fn find_in_services(&self, key: &str) -> Option<Found> {
        let section = self.profiles.get("services")?;
        ["ecr_public", "ecr-public"].iter().find_map(|service| {
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
            .or_else(|| self.find_in_services("endpoint_url"))
            .or_else(|| self.find_in_profile("endpoint_url"))
            .map(|found| found.endpoint())
            .transpose()
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

//! Settings from flags, environment and profile, read and checked before the SDK sees them.
//!
//! The SDK panics on some unusable settings and silently passes over others; the AWS CLI is the
//! model for what is honoured. An unusable setting is an error that names where it was set.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use aws_config::profile::ProfileSet;
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_runtime::env_config::property::PropertiesKey;
use aws_types::os_shim_internal::{Env, Fs};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use url::Url;

use crate::error::Error;
use crate::source::retry::{FIRST_DELAY, Retry};

/// The one region that answers every request.
const HOME_REGION: &str = "us-east-1";
const DEFAULT_ATTEMPTS: u32 = 8;

/// How the service is reached.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct ConnectionArgs {
    /// Use the credentials and settings of this profile
    ///
    /// Its credentials are used even when keys are in the environment, as the AWS CLI does.
    /// Default: `AWS_PROFILE`, or `default`.
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,

    /// Ask the service in this region
    ///
    /// ECR Public lives in us-east-1, and is asked there whatever region the environment or the
    /// profile names; only this option changes that.
    #[arg(long, value_name = "REGION", value_parser = parse_region)]
    region: Option<String>,

    /// Ask the service at this URL
    ///
    /// Default: `AWS_ENDPOINT_URL_ECR_PUBLIC`, `AWS_ENDPOINT_URL`, the profile's `services` section
    /// or `endpoint_url`, or the service's own address.
    #[arg(long, value_name = "URL", value_parser = parse_endpoint)]
    endpoint_url: Option<Url>,

    /// Trust the certificates in this PEM file instead of the system's
    ///
    /// Default: `AWS_CA_BUNDLE`, or the profile's `ca_bundle`.
    #[arg(long, value_name = "FILE")]
    ca_bundle: Option<PathBuf>,

    /// Give up an attempt after this many seconds
    ///
    /// The time runs from connecting to the last byte of the answer.
    #[arg(long, value_name = "SECONDS", default_value = "20", value_parser = parse_seconds)]
    timeout: Duration,

    /// Make at most this many attempts while the service throttles or fails
    ///
    /// Lost connections are tried three times, refused ones once. Default: `AWS_MAX_ATTEMPTS`, the
    /// profile's `max_attempts`, or 8.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    max_attempts: Option<u32>,
}

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
    /// Certificates to trust instead of the system's, PEM.
    pub(crate) ca_bundle: Option<Vec<u8>>,
    /// How often and how long requests are tried.
    pub(crate) retry: Retry,
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
        sources.check_retry_mode()?;
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
            ca_bundle: sources.ca_bundle(args.ca_bundle.as_deref())?,
            retry: Retry {
                max_attempts: match args.max_attempts {
                    Some(attempts) => attempts,
                    None => sources.max_attempts()?,
                },
                timeout: args.timeout,
                first_delay: first_delay(),
            },
            profile: sources.profile(),
        })
    }

    /// The host that is asked, for messages.
    pub(crate) fn host(&self) -> String {
        match &self.endpoint_url {
            Some(url) => {
                let host = url.host_str().unwrap_or_default();
                url.port()
                    .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
            }
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

/// A setting's text and where it was found.
struct Found {
    text: String,
    origin: String,
}

impl Found {
    fn parse<T: FromStr>(&self, expected: &str) -> Result<T, Error> {
        self.text.parse().map_err(|_| self.unusable(expected))
    }

    fn unusable(&self, expected: &str) -> Error {
        let Self { text, origin } = self;
        Error::usage(format!("{origin} is `{text}`, which is not {expected}"))
            .hint("correct the setting, or unset it")
    }
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
        let from_environment = variable(name).map(|text| Found {
            text,
            origin: format!("`{name}`"),
        });
        from_environment.or_else(|| self.find_in_profile(key))
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
            .find_map(|name| {
                variable(name).map(|text| Found {
                    text,
                    origin: format!("`{name}`"),
                })
            });
        from_environment
            .or_else(|| self.find_in_services("endpoint_url"))
            .or_else(|| self.find_in_profile("endpoint_url"))
            .map(|found| {
                parse_endpoint(&found.text)
                    .map_err(|_| found.unusable("a URL such as `https://HOST`"))
            })
            .transpose()
    }

    fn max_attempts(&self) -> Result<u32, Error> {
        self.find("AWS_MAX_ATTEMPTS", "max_attempts")
            .map_or(Ok(DEFAULT_ATTEMPTS), |found| {
                let attempts: NonZeroU32 = found.parse("a number of attempts, 1 or more")?;
                Ok(attempts.get())
            })
    }

    /// The modes of the AWS CLI are accepted; this program's own policy serves for all of them.
    fn check_retry_mode(&self) -> Result<(), Error> {
        match self.find("AWS_RETRY_MODE", "retry_mode") {
            Some(found)
                if !["legacy", "standard", "adaptive"]
                    .contains(&found.text.to_ascii_lowercase().as_str()) =>
            {
                Err(found.unusable("`standard`, `adaptive` or `legacy`"))
            }
            _ => Ok(()),
        }
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

    fn ca_bundle(&self, option: Option<&Path>) -> Result<Option<Vec<u8>>, Error> {
        let found = option
            .map(|path| Found {
                text: path.to_string_lossy().into_owned(),
                origin: "`--ca-bundle`".to_owned(),
            })
            .or_else(|| self.find("AWS_CA_BUNDLE", "ca_bundle"));
        found.map(|found| read_certificates(&found)).transpose()
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

/// With `ECRPUB_HURRY` set, a hundredth: tests have many waits to sit out.
fn first_delay() -> Duration {
    match variable("ECRPUB_HURRY") {
        Some(_) => FIRST_DELAY / 100,
        None => FIRST_DELAY,
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|text| text.to_string_lossy().into_owned())
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

/// A CA bundle that the TLS library is sure to take: it panics on one that it cannot.
fn read_certificates(found: &Found) -> Result<Vec<u8>, Error> {
    let Found { text, origin } = found;
    let unusable = |why: String| {
        Error::usage(format!(
            "the CA bundle `{text}` of {origin} cannot be used: {why}"
        ))
    };
    let pem = std::fs::read(text).map_err(|error| unusable(error.to_string()))?;
    let mut roots = rustls::RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
        roots
            .add(certificate)
            .map_err(|error| unusable(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(unusable("it holds no certificate".to_owned()));
    }
    Ok(pem)
}

/// All parsers of settings, for fuzzing.
#[cfg(feature = "fuzz")]
pub(crate) fn parse_settings(text: &str) {
    let _ = parse_endpoint(text);
    let _ = parse_region(text);
    let _ = parse_seconds(text);
}

fn parse_endpoint(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    if matches!(url.scheme(), "http" | "https") && url.has_host() {
        Ok(url)
    } else {
        Err("a URL starts with `http://` or `https://`".to_owned())
    }
}

fn parse_region(text: &str) -> Result<String, String> {
    let is_label = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if (1..=63).contains(&text.len()) && text.bytes().all(is_label) {
        Ok(text.to_owned())
    } else {
        Err("a region is named like `us-east-1`".to_owned())
    }
}

fn parse_seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text
        .parse()
        .map_err(|_| "not a number of seconds".to_owned())?;
    if seconds > 0.0 && seconds <= 86_400.0 {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err("more than 0 and at most 86400 seconds".to_owned())
    }
}

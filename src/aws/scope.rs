//! Looks settings up: in the environment first, then in the selected profile.

use super::environment::Environment;
use super::files::{AwsFiles, Profile};
use crate::error::Error;
use crate::net::settings::{Found, first_line};

#[derive(Debug)]
pub(super) struct Scope {
    pub(super) environment: Environment,
    pub(super) files: AwsFiles,
    pub(super) profile: String,
    /// Whether `--profile` selected it, so that keys in the environment do not count.
    pub(super) by_option: bool,
}

impl Scope {
    /// Reads the AWS files and selects the profile: that of `--profile`, or of the environment.
    pub(super) fn read(environment: Environment, profile: Option<&str>) -> Result<Self, Error> {
        let files = AwsFiles::read(&environment)?;
        Self::select(environment, files, profile)
    }

    pub(super) fn select(
        environment: Environment,
        files: AwsFiles,
        profile: Option<&str>,
    ) -> Result<Self, Error> {
        let asked = match profile {
            Some(name) => Some((name.to_owned(), "--profile")),
            None => ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"]
                .into_iter()
                .find_map(|name| Some((environment.get(name)?.into_owned(), name))),
        };
        if let Some((name, origin)) = &asked
            && !files.has_profile(name)
        {
            return Err(unknown_profile(name, origin, &files));
        }
        Ok(Self {
            environment,
            files,
            profile: asked.map_or_else(|| "default".to_owned(), |(name, _)| name),
            by_option: profile.is_some(),
        })
    }

    pub(super) fn find(&self, variable: &str, key: &str) -> Option<Found> {
        self.in_environment(variable)
            .or_else(|| self.in_profile(key))
    }

    pub(super) fn in_environment(&self, variable: &str) -> Option<Found> {
        Some(Found {
            text: self.environment.get(variable)?.into_owned(),
            origin: format!("`{variable}`"),
        })
    }

    pub(super) fn in_profile(&self, key: &str) -> Option<Found> {
        let text = self.section().get(key).filter(|text| !text.is_empty())?;
        Some(Found {
            text: text.to_owned(),
            origin: of_profile(key, &self.profile),
        })
    }

    pub(super) fn section(&self) -> &Profile {
        self.files.profile(&self.profile)
    }

    /// A setting that is `true` or `false`; `false` if it is not set.
    pub(super) fn flag(&self, variable: &str, key: &str) -> Result<bool, Error> {
        self.find(variable, key).map_or(Ok(false), |found| {
            let text = found.text.to_ascii_lowercase();
            text.parse()
                .map_err(|_| found.unusable("`true` or `false`"))
        })
    }

    pub(super) fn region(&self) -> Option<Found> {
        self.in_environment("AWS_REGION")
            .or_else(|| self.find("AWS_DEFAULT_REGION", "region"))
    }
}

pub(super) fn region(found: Found) -> Result<String, Error> {
    let text = &found.text;
    refuse_fips(text)?;
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let is_label = (1..=63).contains(&text.len())
        && text.bytes().all(is_part)
        && !text.starts_with('-')
        && !text.ends_with('-')
        && !text.bytes().all(|byte| byte.is_ascii_digit());
    if is_label {
        Ok(found.text)
    } else {
        Err(found.unusable("a region such as `us-east-1`"))
    }
}

/// The name of the setting `key` of the profile `name` in messages.
pub(super) fn of_profile(key: &str, name: &str) -> String {
    format!("`{key}` in profile `{name}`")
}

pub(super) fn with_value(key: &str, name: &str, value: &str) -> String {
    format!("{} is `{}`", of_profile(key, name), first_line(value))
}

/// A whole number as Python's `int` reads it, with `_` between digits.
pub(super) fn integer(text: &str) -> Option<i128> {
    let text = text.trim();
    let is_grouped = !text.starts_with('_') && !text.ends_with('_') && !text.contains("__");
    let digits = text.replace('_', "");
    is_grouped.then(|| digits.parse().ok()).flatten()
}

/// Refuses `fips-REGION` and `REGION-fips`, which mean a FIPS endpoint to the AWS CLI.
pub(super) fn refuse_fips(region: &str) -> Result<(), Error> {
    if region.contains("fips-") || region.contains("-fips") {
        let error = format!("the region `{}` means FIPS endpoints", first_line(region));
        let error = Error::usage(error + ", but ECR Public has none");
        return Err(error.hint("name the region without `fips`"));
    }
    Ok(())
}

fn unknown_profile(name: &str, origin: &str, files: &AwsFiles) -> Error {
    let names = files.profile_names();
    let error = Error::usage(format!("the profile `{name}` of `{origin}` does not exist"));
    error.hint(if names.is_empty() {
        "there are no profiles; create one with `aws configure`".to_owned()
    } else {
        let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
        format!("these exist: {}", names.join(", "))
    })
}

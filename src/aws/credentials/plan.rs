//! Which credentials a run uses, decided from settings alone, in the order of the AWS CLI.
//!
//! The one thing that settings cannot tell is whether this machine is an instance with a role, which
//! is why that comes last.

use std::borrow::Cow;

use jiff::Timestamp;

use super::keys::{Keys, instant};
use crate::aws::files::Section;
use crate::aws::scope::{Scope, of_profile};
use crate::error::{Error, Kind};
use crate::shell::quoted;

/// The credentials to get.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// Keys of the environment.
    Environment(Keys),
    /// Keys of the credentials file or of the config file.
    File { profile: String, keys: Keys },
    /// A role that other credentials may assume.
    Role(Role, Box<Plan>),
    /// A role that a token of another identity provider opens.
    WebIdentity { token_file: String, role: Role },
    /// A role that a session of `aws sso login` opens.
    Sso(Sso),
    /// What `aws login` keeps.
    Login { profile: String, session: String },
    /// What another program prints.
    Process { profile: String, command: String },
    /// What the container's environment names.
    Container,
    /// The role of the instance.
    Instance,
}

/// A role to assume, and the profile that names it, unless the environment does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Role {
    pub(super) profile: Option<String>,
    pub(super) arn: String,
    pub(super) session_name: Option<String>,
    pub(super) external_id: Option<String>,
    pub(super) duration_seconds: Option<i32>,
}

/// A role of IAM Identity Center.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sso {
    pub(super) profile: String,
    /// The name of the `sso-session` section; absent in the older form.
    pub(super) session: Option<String>,
    pub(super) start_url: String,
    pub(super) region: String,
    pub(super) account_id: String,
    pub(super) role_name: String,
}

impl Plan {
    /// Decides which credentials are used.
    ///
    /// # Errors
    ///
    /// A credentials error for settings that ask for credentials and do not say which, or that this
    /// program cannot follow.
    pub(super) fn of(scope: &Scope) -> Result<Self, Error> {
        let by_environment = !scope.by_option;
        let section = scope.section();
        // The AWS CLI checks this in every run, for services that take the token itself.
        section.map_or(Ok(None), |section| {
            sso_session(scope, section, &scope.profile)
        })?;
        if by_environment && let Some(keys) = keys_of_environment(scope)? {
            return Ok(Self::Environment(keys));
        }
        if section.is_some_and(assumes_role) {
            return role(scope, &scope.profile, &mut vec![&scope.profile]);
        }
        if let Some(plan) = of_profile_alone(scope, &scope.profile, by_environment)? {
            return Ok(plan);
        }
        if scope.environment.get("AWS_CREDENTIAL_FILE").is_some() {
            let error =
                failure("the file of `AWS_CREDENTIAL_FILE` is in a form that is not supported");
            return Err(error.hint("store the keys with `aws configure`, and unset the variable"));
        }
        Ok(if has_container(scope) {
            Self::Container
        } else {
            Self::Instance
        })
    }

    /// The credentials that the chain of roles begins with.
    pub(super) fn root(&self) -> &Self {
        match self {
            Self::Role(_, source) => source.root(),
            other => other,
        }
    }

    /// The AWS CLI command that renews what the chain begins with, where one does.
    pub(super) fn login_command(&self) -> Option<String> {
        match self.root() {
            Self::Sso(sso) => Some(format!("aws sso login --profile {}", quoted(&sso.profile))),
            Self::Login { profile, .. } => Some(format!("aws login --profile {}", quoted(profile))),
            _ => None,
        }
    }

    /// What the credentials are, for messages.
    pub(super) fn description(&self) -> String {
        match self {
            Self::Environment(_) => "the keys of the environment".to_owned(),
            Self::File { profile, .. } => format!("the keys of profile `{profile}`"),
            Self::Role(role, _) | Self::WebIdentity { role, .. } => role.description(),
            Self::Sso(sso) => format!("SSO of profile `{}`", sso.profile),
            Self::Login { profile, .. } => format!("the login of profile `{profile}`"),
            Self::Process { profile, .. } => {
                format!("the `credential_process` of profile `{profile}`")
            }
            Self::Container => "the container".to_owned(),
            Self::Instance => "the instance".to_owned(),
        }
    }
}

impl Role {
    /// What the role is, for messages.
    pub(super) fn description(&self) -> String {
        match &self.profile {
            Some(profile) => format!("the role of profile `{profile}`"),
            None => "the role of `AWS_ROLE_ARN`".to_owned(),
        }
    }
}

/// A credentials error.
pub(super) fn failure(message: impl std::fmt::Display) -> Error {
    Error::new(Kind::Credentials, message)
}

fn keys_of_environment(scope: &Scope) -> Result<Option<Keys>, Error> {
    let get = |name| scope.environment.get(name).map(Cow::into_owned);
    let Some(id) = get("AWS_ACCESS_KEY_ID") else {
        return Ok(None);
    };
    let secret = get("AWS_SECRET_ACCESS_KEY").ok_or_else(|| {
        failure("`AWS_ACCESS_KEY_ID` is set and `AWS_SECRET_ACCESS_KEY` is not")
            .hint("set both, or unset both and use a profile with `--profile NAME`")
    })?;
    let (token_name, token) = match get("AWS_SECURITY_TOKEN") {
        Some(token) => ("`AWS_SECURITY_TOKEN`", Some(token)),
        None => ("`AWS_SESSION_TOKEN`", get("AWS_SESSION_TOKEN")),
    };
    let expiration = get("AWS_CREDENTIAL_EXPIRATION");
    let expires = expiration.map(|text| time("`AWS_CREDENTIAL_EXPIRATION`", &text));
    let keys = Keys {
        id,
        secret,
        token,
        expires: expires.transpose()?,
    };
    keys.check(["`AWS_ACCESS_KEY_ID`", token_name])?;
    Ok(Some(keys))
}

/// A time that `origin` names.
pub(super) fn time(origin: &str, text: &str) -> Result<Timestamp, Error> {
    instant(text).ok_or_else(|| {
        failure(format!(
            "{origin} is not a time such as `2030-01-31T12:00:00Z`"
        ))
    })
}

fn has_container(scope: &Scope) -> bool {
    let is_set = |name| scope.environment.get(name).is_some();
    is_set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") || is_set("AWS_CONTAINER_CREDENTIALS_FULL_URI")
}

/// Whether a profile names a role to assume with other credentials.
fn assumes_role(section: &Section) -> bool {
    section.has("role_arn") && !section.has("web_identity_token_file")
}

fn has_keys(section: &Section) -> bool {
    section.has("aws_access_key_id") || section.has("aws_secret_access_key")
}

/// The role that the profile `name` names. `visited` are the profiles that led here, the last of
/// them `name` itself.
fn role<'a>(scope: &'a Scope, name: &'a str, visited: &mut Vec<&'a str>) -> Result<Plan, Error> {
    let section = existing(scope, name)?;
    let role = role_of(section, name)?;
    let source = match (
        section.get("source_profile"),
        section.get("credential_source"),
    ) {
        (Some(_), Some(_)) => {
            return Err(failure(format!(
                "profile `{name}` has both `source_profile` and `credential_source`"
            ))
            .hint("leave one of them out"));
        }
        (None, None) => {
            return Err(failure(format!(
                "profile `{name}` has a `role_arn`, but neither `source_profile` nor `credential_source`"
            ))
            .hint("add the one that names the credentials which may assume the role"));
        }
        (None, Some(source)) => named_source(scope, name, source)?,
        (Some(source), None) => source_profile(scope, name, source, visited)?,
    };
    if section.has("mfa_serial") {
        return Err(asks_for_code(scope, name));
    }
    Ok(Plan::Role(role, Box::new(source)))
}

fn existing<'a>(scope: &'a Scope, name: &str) -> Result<&'a Section, Error> {
    let missing = || failure(format!("profile `{name}` does not exist"));
    scope.files.profile(name).ok_or_else(missing)
}

fn role_of(section: &Section, name: &str) -> Result<Role, Error> {
    let text = |key: &str, shortest: usize| {
        let Some(text) = section.get(key) else {
            return Ok(None);
        };
        if text.chars().count() < shortest {
            let origin = of_profile(key, name);
            return Err(failure(format!(
                "{origin} is too short: STS takes {shortest} characters or more"
            )));
        }
        Ok(Some(text.to_owned()))
    };
    Ok(Role {
        profile: Some(name.to_owned()),
        arn: text("role_arn", 20)?.unwrap_or_default(),
        session_name: text("role_session_name", 2)?,
        external_id: text("external_id", 2)?,
        duration_seconds: duration(section, name)?,
    })
}

/// A number of seconds; what is no number at all does not count, as for the AWS CLI.
fn duration(section: &Section, name: &str) -> Result<Option<i32>, Error> {
    let Some(text) = section.get("duration_seconds") else {
        return Ok(None);
    };
    let digits = text.trim().strip_prefix(['+', '-']).unwrap_or(text.trim());
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    match text.trim().parse() {
        Ok(seconds @ 900..) => Ok(Some(seconds)),
        _ => Err(failure(format!(
            "{} is `{text}`, and STS takes 900 seconds or more",
            of_profile("duration_seconds", name)
        ))),
    }
}

fn named_source(scope: &Scope, name: &str, source: &str) -> Result<Plan, Error> {
    let origin = of_profile("credential_source", name);
    match source {
        "Environment" => match keys_of_environment(scope)? {
            Some(keys) => Ok(Plan::Environment(keys)),
            None => Err(failure(format!(
                "{origin} names the environment, and `AWS_ACCESS_KEY_ID` is not set"
            ))),
        },
        "EcsContainer" if has_container(scope) => Ok(Plan::Container),
        "EcsContainer" => Err(failure(format!(
            "{origin} names the container, and `AWS_CONTAINER_CREDENTIALS_FULL_URI` is not set"
        ))),
        "Ec2InstanceMetadata" => Ok(Plan::Instance),
        _ => Err(failure(format!(
            "{origin} is `{source}`, which is not a known source"
        ))
        .hint("known are `Environment`, `EcsContainer` and `Ec2InstanceMetadata`")),
    }
}

fn source_profile<'a>(
    scope: &'a Scope,
    name: &'a str,
    source: &'a str,
    visited: &mut Vec<&'a str>,
) -> Result<Plan, Error> {
    let Some(section) = scope.files.profile(source) else {
        let origin = of_profile("source_profile", name);
        let names: Vec<_> = scope.files.profile_names();
        return Err(failure(format!(
            "{origin} is `{source}`, and there is no such profile"
        ))
        .hint(format!("these exist: `{}`", names.join("`, `"))));
    };
    let is_itself_with_keys = source == name && has_keys(section);
    if visited.contains(&source) && !is_itself_with_keys {
        visited.push(source);
        return Err(failure(format!(
            "the roles of profiles `{}` go in a circle",
            visited.join("` → `")
        ))
        .hint("let the last `source_profile` name a profile with credentials"));
    }
    visited.push(source);
    if assumes_role(section) && !has_keys(section) {
        return role(scope, source, visited);
    }
    of_profile_alone(scope, source, false)?.ok_or_else(|| {
        let origin = of_profile("source_profile", name);
        failure(format!("{origin} is `{source}`, which has no credentials")).hint(format!(
            "store keys with `aws configure --profile {}`",
            quoted(source)
        ))
    })
}

/// MFA is never skipped, and the program does not prompt for codes.
fn asks_for_code(scope: &Scope, name: &str) -> Error {
    let origin = of_profile("mfa_serial", name);
    failure(format!("{origin} needs an MFA code, but this program does not prompt for one")).hint(format!(
        "let the AWS CLI ask for it: `eval \"$(aws configure export-credentials --profile {} --format env)\"`",
        quoted(&scope.profile)
    ))
}

/// What the profile `name` holds besides a role to assume. With `by_environment` a web identity of the
/// environment counts before its own.
fn of_profile_alone(
    scope: &Scope,
    name: &str,
    by_environment: bool,
) -> Result<Option<Plan>, Error> {
    let none = Section::default();
    let section = scope.files.profile(name).unwrap_or(&none);
    if let Some(plan) = web_identity(scope, section, name, by_environment)? {
        return Ok(Some(plan));
    }
    if let Some(sso) = sso(scope, section, name)? {
        return Ok(Some(Plan::Sso(sso)));
    }
    if let Some(keys) = keys_of_file(scope.files.credentials_profile(name), name)? {
        return Ok(Some(keys));
    }
    let profile = name.to_owned();
    if let Some(session) = section.get("login_session") {
        let session = session.to_owned();
        return Ok(Some(Plan::Login { profile, session }));
    }
    if let Some(command) = section.get("credential_process") {
        let command = command.to_owned();
        return Ok(Some(Plan::Process { profile, command }));
    }
    keys_of_file(scope.files.config_profile(name), name)
}

fn keys_of_file(section: Option<&Section>, name: &str) -> Result<Option<Plan>, Error> {
    let Some(section) = section.filter(|section| section.has("aws_access_key_id")) else {
        return Ok(None);
    };
    let filled = |key| {
        section.filled(key).map(str::to_owned).ok_or_else(|| {
            failure(format!(
                "profile `{name}` has no `{key}` beside its other key"
            ))
            .hint(format!(
                "store both with `aws configure --profile {}`",
                quoted(name)
            ))
        })
    };
    let token_key = if section.has("aws_security_token") {
        "aws_security_token"
    } else {
        "aws_session_token"
    };
    let keys = Keys {
        id: filled("aws_access_key_id")?,
        secret: filled("aws_secret_access_key")?,
        token: section.filled(token_key).map(str::to_owned),
        expires: None,
    };
    keys.check([
        &of_profile("aws_access_key_id", name),
        &of_profile(token_key, name),
    ])?;
    let profile = name.to_owned();
    Ok(Some(Plan::File { profile, keys }))
}

fn web_identity(
    scope: &Scope,
    section: &Section,
    name: &str,
    by_environment: bool,
) -> Result<Option<Plan>, Error> {
    let find = |variable: &str, key: &str| {
        let value = scope.environment.get(variable).filter(|_| by_environment);
        value
            .map(Cow::into_owned)
            .or_else(|| section.get(key).map(str::to_owned))
    };
    let token_file = find("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file");
    let Some(token_file) = token_file.filter(|file| !file.is_empty()) else {
        return Ok(None);
    };
    let arn = find("AWS_ROLE_ARN", "role_arn").unwrap_or_default();
    if arn.chars().count() < 20 {
        return Err(
            failure("a web identity token is set, and no role that it opens")
                .hint("set `AWS_ROLE_ARN`, or `role_arn` in the profile"),
        );
    }
    let in_profile = section.has("role_arn")
        && (!by_environment || scope.environment.get("AWS_ROLE_ARN").is_none());
    let role = Role {
        profile: in_profile.then(|| name.to_owned()),
        arn,
        session_name: find("AWS_ROLE_SESSION_NAME", "role_session_name"),
        ..Role::default()
    };
    Ok(Some(Plan::WebIdentity { token_file, role }))
}

fn sso(scope: &Scope, section: &Section, name: &str) -> Result<Option<Sso>, Error> {
    if !section.has("sso_role_name") && !section.has("sso_account_id") {
        return Ok(None);
    }
    let session_name = section.get("sso_session");
    let session = sso_session(scope, section, name)?;
    if let Some(session) = session {
        check_consistent(session, section, name)?;
    }
    // With a session, its start URL and region count, and must be there.
    let shared = session.unwrap_or(section);
    let needed = |section: &Section, key: &str| {
        section.filled(key).map(str::to_owned).ok_or_else(|| {
            failure(format!("profile `{name}` asks for SSO, and has no `{key}`")).hint(format!(
                "set it up with `aws configure sso --profile {}`",
                quoted(name)
            ))
        })
    };
    Ok(Some(Sso {
        profile: name.to_owned(),
        session: session_name.map(str::to_owned),
        start_url: needed(shared, "sso_start_url")?,
        region: needed(shared, "sso_region")?,
        account_id: section
            .filled("sso_account_id")
            .map(str::to_owned)
            .map_or_else(|| needed(shared, "sso_account_id"), Ok)?,
        role_name: section
            .filled("sso_role_name")
            .map(str::to_owned)
            .map_or_else(|| needed(shared, "sso_role_name"), Ok)?,
    }))
}

/// The section that the `sso_session` of a profile names.
fn sso_session<'a>(
    scope: &'a Scope,
    section: &Section,
    name: &str,
) -> Result<Option<&'a Section>, Error> {
    let Some(session) = section.get("sso_session") else {
        return Ok(None);
    };
    let found = scope
        .files
        .sso_session(session)
        .filter(|found| found.has("sso_start_url") && found.has("sso_region"));
    found.map(Some).ok_or_else(|| {
        let origin = of_profile("sso_session", name);
        failure(format!(
            "{origin} is `{session}`, and no `[sso-session {session}]` has a start URL and a region"
        ))
        .hint(format!(
            "set it up with `aws configure sso --profile {}`",
            quoted(name)
        ))
    })
}

/// A setting that both have must be the same in both.
fn check_consistent(session: &Section, section: &Section, name: &str) -> Result<(), Error> {
    let differs = |(key, value): &(&str, &str)| section.get(key).is_some_and(|own| own != *value);
    match session.iter().find(differs) {
        None => Ok(()),
        Some((key, _)) => Err(failure(format!(
            "{} is not what its `sso-session` section says",
            of_profile(key, name)
        ))
        .hint("leave it out of one of them")),
    }
}

#[cfg(test)]
mod tests;

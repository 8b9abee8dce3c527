//! Which credentials a run uses, decided from settings alone, in the order of the AWS CLI.

use std::borrow::Cow;

use super::failures::credentials_error;
use super::files::Profile;
use super::ini::Section;
use super::keys::{Keys, instant};
use super::scope::{Scope, integer, of_profile, with_value};
use crate::error::Error;
use crate::shell::quoted;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum CredentialSource {
    Environment(Keys),
    File {
        profile: String,
        keys: Keys,
    },
    Role(AssumedRole, Box<CredentialSource>),
    WebIdentity {
        token_file: String,
        role: AssumedRole,
    },
    Sso(SsoRole),
    Login {
        profile: String,
        session: String,
    },
    Mfa {
        profile: String,
    },
    Process {
        profile: String,
        command: String,
    },
    Container,
    Instance,
}

/// A role to assume, and the profile that names it, unless the environment does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct AssumedRole {
    profile: Option<String>,
    pub(super) arn: String,
    pub(super) session_name: Option<String>,
    pub(super) external_id: Option<String>,
    pub(super) duration_seconds: Option<i32>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SsoRole {
    pub(super) profile: String,
    /// What the AWS CLI keeps the token under: the name of the `sso-session` section, or the start URL.
    pub(super) token_name: String,
    pub(super) region: String,
    pub(super) account_id: String,
    pub(super) role_name: String,
}

impl CredentialSource {
    /// Settings that are incomplete or contradict each other are a credentials error: another source is
    /// never used instead.
    pub(super) fn select(scope: &Scope) -> Result<Self, Error> {
        let by_environment = !scope.by_option;
        let (name, profile) = (scope.profile.as_str(), scope.section());
        // The AWS CLI checks this in every run, for services that take the token itself.
        sso_session(scope, profile, name)?;
        if by_environment && let Some(keys) = keys_of_environment(scope)? {
            return Ok(Self::Environment(keys));
        }
        if assumes_role(profile) {
            return role(scope, name, &mut vec![name]);
        }
        if let Some(source) = of_profile_alone(scope, name, by_environment)? {
            return Ok(source);
        }
        if scope.environment.get("AWS_CREDENTIAL_FILE").is_some() {
            return Err(credentials_error("`AWS_CREDENTIAL_FILE` is not supported")
                .hint("store the keys with `aws configure`, and unset the variable"));
        }
        Ok(if has_container(scope) {
            Self::Container
        } else {
            Self::Instance
        })
    }

    pub(super) fn login_command(&self) -> Option<String> {
        let (kind, profile) = match self {
            Self::Role(_, source) => return source.login_command(),
            Self::Sso(sso) => ("sso login", &sso.profile),
            Self::Login { profile, .. } => ("login", profile),
            _ => return None,
        };
        Some(format!("aws {kind} --profile {}", quoted(profile)))
    }

    pub(super) fn renewal(&self) -> String {
        match (self.login_command(), self) {
            (Some(command), _) => format!("log in again with `{command}`"),
            (None, Self::Environment(_)) => {
                "renew `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, or unset them"
                    .to_owned()
            }
            (None, _) => format!("renew {}", self.description()),
        }
    }

    pub(super) fn description(&self) -> String {
        match self {
            Self::Environment(_) => "the keys of the environment".to_owned(),
            Self::File { profile, .. } => format!("the keys of profile `{profile}`"),
            Self::Role(role, _) | Self::WebIdentity { role, .. } => role.description(),
            Self::Sso(sso) => format!("SSO of profile `{}`", sso.profile),
            Self::Login { profile, .. } => format!("the login of profile `{profile}`"),
            Self::Mfa { profile } => format!("the role of profile `{profile}`"),
            Self::Process { profile, .. } => {
                format!("the `credential_process` of profile `{profile}`")
            }
            Self::Container => "the container".to_owned(),
            Self::Instance => "the instance".to_owned(),
        }
    }
}

impl AssumedRole {
    pub(super) fn description(&self) -> String {
        match &self.profile {
            Some(profile) => format!("the role of profile `{profile}`"),
            None => "the role of `AWS_ROLE_ARN`".to_owned(),
        }
    }
}

fn keys_of_environment(scope: &Scope) -> Result<Option<Keys>, Error> {
    let get = |name| scope.environment.get(name).map(Cow::into_owned);
    let Some(id) = get("AWS_ACCESS_KEY_ID") else {
        return Ok(None);
    };
    let secret = get("AWS_SECRET_ACCESS_KEY").ok_or_else(|| {
        credentials_error("`AWS_ACCESS_KEY_ID` is set, but `AWS_SECRET_ACCESS_KEY` is not")
            .hint("set both, or unset both and use a profile with `--profile NAME`")
    })?;
    let expires = get("AWS_CREDENTIAL_EXPIRATION").map(|text| {
        instant(&text).ok_or_else(|| {
            credentials_error(
                "`AWS_CREDENTIAL_EXPIRATION` is not a time such as `2030-01-31T12:00:00Z`",
            )
        })
    });
    Ok(Some(Keys {
        id,
        secret,
        token: get("AWS_SECURITY_TOKEN").or_else(|| get("AWS_SESSION_TOKEN")),
        expires: expires.transpose()?,
    }))
}

fn has_container(scope: &Scope) -> bool {
    let is_set = |name| scope.environment.get(name).is_some();
    is_set("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") || is_set("AWS_CONTAINER_CREDENTIALS_FULL_URI")
}

fn assumes_role(profile: &Profile) -> bool {
    profile.has("role_arn") && !profile.has("web_identity_token_file")
}

fn has_keys(profile: &Profile) -> bool {
    profile.has("aws_access_key_id") || profile.has("aws_secret_access_key")
}

fn role<'a>(
    scope: &'a Scope,
    name: &'a str,
    visited: &mut Vec<&'a str>,
) -> Result<CredentialSource, Error> {
    let profile = scope.files.profile(name);
    let role = role_of(profile, name)?;
    let source = match (
        profile.get("source_profile"),
        profile.get("credential_source"),
    ) {
        (None, Some(source)) => named_source(scope, name, source)?,
        (Some(source), None) => source_profile(scope, name, source, visited)?,
        _ => {
            return Err(credentials_error(format!(
                "profile `{name}` has a `role_arn`, but not one of `source_profile` and `credential_source`"
            ))
            .hint("name the credentials that may assume the role in one of the two"));
        }
    };
    if profile.has("mfa_serial") {
        let profile = name.to_owned();
        return Ok(CredentialSource::Mfa { profile });
    }
    Ok(CredentialSource::Role(role, Box::new(source)))
}

fn role_of(profile: &Profile, name: &str) -> Result<AssumedRole, Error> {
    let text = |key: &str, shortest: usize| match profile.get(key) {
        Some(text) if text.chars().count() < shortest => {
            let origin = of_profile(key, name);
            let error = format!("{origin} is too short: STS takes {shortest} characters or more");
            Err(credentials_error(error))
        }
        text => Ok(text.map(str::to_owned)),
    };
    Ok(AssumedRole {
        profile: Some(name.to_owned()),
        arn: text("role_arn", 20)?.unwrap_or_default(),
        session_name: text("role_session_name", 2)?,
        external_id: text("external_id", 2)?,
        duration_seconds: duration(profile, name)?,
    })
}

/// A number of seconds; other text is ignored, as by the AWS CLI.
fn duration(profile: &Profile, name: &str) -> Result<Option<i32>, Error> {
    let Some(text) = profile.get("duration_seconds") else {
        return Ok(None);
    };
    match integer(text).map(i32::try_from) {
        None => Ok(None),
        Some(Ok(seconds @ 900..)) => Ok(Some(seconds)),
        Some(_) => Err(credentials_error(format!(
            "{}, but STS takes 900 seconds or more",
            with_value("duration_seconds", name, text)
        ))),
    }
}

fn named_source(scope: &Scope, name: &str, source: &str) -> Result<CredentialSource, Error> {
    let origin = with_value("credential_source", name, source);
    let unset = |variable| credentials_error(format!("{origin}, but `{variable}` is not set"));
    match source {
        "Environment" => match keys_of_environment(scope)? {
            Some(keys) => Ok(CredentialSource::Environment(keys)),
            None => Err(unset("AWS_ACCESS_KEY_ID")),
        },
        "EcsContainer" if has_container(scope) => Ok(CredentialSource::Container),
        "EcsContainer" => Err(unset("AWS_CONTAINER_CREDENTIALS_FULL_URI")),
        "Ec2InstanceMetadata" => Ok(CredentialSource::Instance),
        _ => Err(credentials_error(format!("{origin}, which is unknown"))
            .hint("use `Environment`, `EcsContainer` or `Ec2InstanceMetadata`")),
    }
}

fn source_profile<'a>(
    scope: &'a Scope,
    name: &'a str,
    source: &'a str,
    visited: &mut Vec<&'a str>,
) -> Result<CredentialSource, Error> {
    let unusable = |why: &str| {
        let origin = with_value("source_profile", name, source);
        credentials_error(format!("{origin}, {why}"))
    };
    if !scope.files.has_profile(source) {
        let names = scope.files.profile_names().join("`, `");
        let error = unusable("but there is no such profile");
        return Err(error.hint(format!("these exist: `{names}`")));
    }
    let profile = scope.files.profile(source);
    let is_itself_with_keys = source == name && has_keys(profile);
    if visited.contains(&source) && !is_itself_with_keys {
        visited.push(source);
        let circle = visited.join("` → `");
        let error = format!("the roles of profiles `{circle}` form a circle");
        return Err(credentials_error(error)
            .hint("let the last `source_profile` name a profile with credentials"));
    }
    visited.push(source);
    if assumes_role(profile) && !has_keys(profile) {
        return role(scope, source, visited);
    }
    of_profile_alone(scope, source, false)?.ok_or_else(|| {
        let profile = quoted(source);
        unusable("which has no credentials").hint(format!(
            "store keys with `aws configure --profile {profile}`"
        ))
    })
}

/// The credentials of the profile `name` other than a role to assume. With `by_environment` a web
/// identity of the environment precedes its own.
fn of_profile_alone(
    scope: &Scope,
    name: &str,
    by_environment: bool,
) -> Result<Option<CredentialSource>, Error> {
    let section = scope.files.profile(name);
    if let Some(source) = web_identity(scope, section, name, by_environment)? {
        return Ok(Some(source));
    }
    if let Some(sso) = sso(scope, section, name)? {
        return Ok(Some(CredentialSource::Sso(sso)));
    }
    if let Some(keys) = keys_of_file(&section.credentials, name)? {
        return Ok(Some(keys));
    }
    let profile = name.to_owned();
    if let Some(session) = section.get("login_session") {
        let session = session.to_owned();
        return Ok(Some(CredentialSource::Login { profile, session }));
    }
    if let Some(command) = section.get("credential_process") {
        let command = command.to_owned();
        return Ok(Some(CredentialSource::Process { profile, command }));
    }
    keys_of_file(&section.config, name)
}

fn keys_of_file(section: &Section, name: &str) -> Result<Option<CredentialSource>, Error> {
    if !section.contains_key("aws_access_key_id") {
        return Ok(None);
    }
    let filled = |key| section.get(key).filter(|value| !value.is_empty()).cloned();
    let needed = |key| {
        filled(key).ok_or_else(|| {
            let error = format!("profile `{name}` has only one of its two keys: no `{key}`");
            let profile = quoted(name);
            credentials_error(error).hint(format!(
                "store both with `aws configure --profile {profile}`"
            ))
        })
    };
    let token_key = if section.contains_key("aws_security_token") {
        "aws_security_token"
    } else {
        "aws_session_token"
    };
    let keys = Keys {
        id: needed("aws_access_key_id")?,
        secret: needed("aws_secret_access_key")?,
        token: filled(token_key),
        expires: None,
    };
    let profile = name.to_owned();
    Ok(Some(CredentialSource::File { profile, keys }))
}

fn web_identity(
    scope: &Scope,
    profile: &Profile,
    name: &str,
    by_environment: bool,
) -> Result<Option<CredentialSource>, Error> {
    let in_environment = |variable: &str| {
        let value = scope.environment.get(variable).filter(|_| by_environment);
        value.map(Cow::into_owned)
    };
    let find = |variable: &str, key: &str| {
        in_environment(variable).or_else(|| profile.get(key).map(str::to_owned))
    };
    let token_file = find("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file");
    let Some(token_file) = token_file.filter(|file| !file.is_empty()) else {
        return Ok(None);
    };
    let arn = find("AWS_ROLE_ARN", "role_arn").unwrap_or_default();
    if arn.chars().count() < 20 {
        return Err(credentials_error(
            "a web identity token is set, but no role to assume with it",
        )
        .hint("set `AWS_ROLE_ARN`, or `role_arn` in the profile"));
    }
    let in_profile = in_environment("AWS_ROLE_ARN").is_none();
    let role = AssumedRole {
        profile: in_profile.then(|| name.to_owned()),
        arn,
        session_name: find("AWS_ROLE_SESSION_NAME", "role_session_name"),
        ..AssumedRole::default()
    };
    Ok(Some(CredentialSource::WebIdentity { token_file, role }))
}

fn sso(scope: &Scope, profile: &Profile, name: &str) -> Result<Option<SsoRole>, Error> {
    if !profile.has("sso_role_name") && !profile.has("sso_account_id") {
        return Ok(None);
    }
    let session = sso_session(scope, profile, name)?;
    let differing = session.and_then(|session| {
        session
            .iter()
            .find(|(key, value)| profile.get(key).is_some_and(|own| own != *value))
    });
    if let Some((key, _)) = differing {
        let origin = of_profile(key, name);
        let error = format!("{origin} differs from its `sso-session` section");
        return Err(credentials_error(error).hint("leave it out of one of them"));
    }
    // The start URL and the region of a session count, and must be there.
    let shared = |key: &str| match session {
        Some(session) => session.get(key).map(String::as_str),
        None => profile.get(key),
    };
    let needed = |key: &str, value: Option<&str>| {
        let value = value.filter(|value| !value.is_empty());
        value.map(str::to_owned).ok_or_else(|| {
            let error = format!("profile `{name}` uses SSO, but has no `{key}`");
            credentials_error(error).hint(configure_sso(name))
        })
    };
    // A setting of the session counts for the profile too.
    let own = |key: &str| {
        profile
            .get(key)
            .filter(|value| !value.is_empty())
            .or_else(|| shared(key))
    };
    let start_url = needed("sso_start_url", shared("sso_start_url"))?;
    let session_name = profile.get("sso_session").map(str::to_owned);
    Ok(Some(SsoRole {
        profile: name.to_owned(),
        token_name: session_name.unwrap_or(start_url),
        region: needed("sso_region", shared("sso_region"))?,
        account_id: needed("sso_account_id", own("sso_account_id"))?,
        role_name: needed("sso_role_name", own("sso_role_name"))?,
    }))
}

fn sso_session<'a>(
    scope: &'a Scope,
    profile: &Profile,
    name: &str,
) -> Result<Option<&'a Section>, Error> {
    let Some(session) = profile.get("sso_session") else {
        return Ok(None);
    };
    let found =
        scope.files.sso_sessions.get(session).filter(|found| {
            found.contains_key("sso_start_url") && found.contains_key("sso_region")
        });
    found.map(Some).ok_or_else(|| {
        let origin = with_value("sso_session", name, session);
        let error = format!(
            "{origin}, but there is no `sso-session` of this name with a start URL and a region"
        );
        credentials_error(error).hint(configure_sso(name))
    })
}

fn configure_sso(profile: &str) -> String {
    format!(
        "set it up with `aws configure sso --profile {}`",
        quoted(profile)
    )
}

#[cfg(test)]
mod tests;

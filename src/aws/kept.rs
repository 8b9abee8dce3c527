//! What the AWS CLI keeps of its logins: the tokens of SSO and the keys of `aws login`. They are used
//! while they are valid for a minute more, and never written.

use std::fmt::Write;
use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use url::form_urlencoded;

use super::chain::SsoRole;
use super::environment::Environment;
use super::failures::credentials_error;
use super::files::read_limited;
use super::keys::{Keys, instant, is_header};
use super::scope::{of_profile, region};
use super::service::{Resolver, Service, get};
use crate::error::{Error, Kind};
use crate::net::errors::{self, cut};
use crate::net::http::{HttpAnswer, LONGEST_TOKEN};
use crate::net::retry::Failure;
use crate::net::settings::{Found, host};
use crate::redact;
use crate::shell::quoted;

const KEPT_NAMES: [&str; 3] = ["accessKeyId", "secretAccessKey", "sessionToken"];

/// The keys of the login `session`, while they are valid.
pub(super) fn keys_of_login(
    environment: &Environment,
    session: &str,
) -> Result<Option<Keys>, Error> {
    let folder = environment.path("AWS_LOGIN_CACHE_DIRECTORY", ".aws/login/cache")?;
    let Some(kept) = folder.and_then(|folder| read::<Sha256>(&folder, session.trim())) else {
        return Ok(None);
    };
    let keys = Keys::of_json(&kept["accessToken"], KEPT_NAMES, "expiresAt");
    Ok(keys.filter(|keys| keys.expires.is_some_and(is_valid)))
}

/// The keys of a role of IAM Identity Center, while the token of the login is valid.
pub(super) async fn keys_of_sso(at: &Resolver<'_>, sso: &SsoRole) -> Result<Option<Keys>, Error> {
    let region = region(Found {
        text: sso.region.clone(),
        origin: of_profile("sso_region", &sso.profile),
    })?;
    let endpoint = at.scope.endpoint(Service::Sso)?;
    let Some(token) = token(&at.scope.environment, &sso.token_name) else {
        return Ok(None);
    };
    let (base, host) = if let Some(url) = endpoint {
        (url.to_string(), host(&url))
    } else {
        let host = Service::Sso.host(&region, at.settings.dual_stack);
        (format!("https://{host}"), host)
    };
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("role_name", &sso.role_name)
        .append_pair("account_id", &sso.account_id)
        .finish();
    let query = query.replace('+', "%20");
    let url = format!(
        "{}/federation/credentials?{query}",
        base.trim_end_matches('/')
    );
    let headers = [("x-amz-sso_bearer_token", token.as_str())];
    let http = at.settings.transport.http.limited(LONGEST_TOKEN);
    let attempt = async || {
        let answer = get(&http, &url, &headers, &host).await?;
        if answer.status != 200 {
            return Err(refused(sso, &answer, &host));
        }
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        Keys::of_json(&body["roleCredentials"], KEPT_NAMES, "").ok_or_else(|| {
            let error = format!("`{host}` answered without credentials");
            Failure::fatal(Error::new(Kind::Service, error))
        })
    };
    at.run("GetRoleCredentials", attempt).await.map(Some)
}

/// The token of the SSO login that is kept under `name`, while it is valid.
fn token(environment: &Environment, name: &str) -> Option<String> {
    let kept = read::<Sha1>(&environment.in_home(".aws/sso/cache")?, name)?;
    let token = kept["accessToken"]
        .as_str()
        .filter(|token| is_header(token))?;
    redact::hide(token);
    let expires = instant(kept["expiresAt"].as_str()?)?;
    is_valid(expires).then(|| token.to_owned())
}

fn is_valid(expires: Timestamp) -> bool {
    expires > Timestamp::now() + SignedDuration::from_mins(1)
}

/// The JSON that is kept in `folder` under the hash `D` of `name`; `Null` if it is no JSON. What cannot
/// be read is as good as missing: the AWS CLI is asked next.
fn read<D: Digest>(folder: &Path, name: &str) -> Option<Value> {
    let mut file = String::new();
    for byte in D::digest(name) {
        let _ = write!(file, "{byte:02x}");
    }
    let kept = read_limited(&folder.join(file + ".json")).ok()?;
    serde_json::from_slice(&kept).ok()
}

fn refused(sso: &SsoRole, answer: &HttpAnswer, host: &str) -> Failure {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let code = answer
        .header("x-amzn-errortype")
        .or_else(|| body["__type"].as_str());
    let Some(code) = code.map(|code| code.split([':', '#']).next_back().unwrap_or(code)) else {
        return errors::unreadable(host, answer.status).after(answer.retry_after());
    };
    let message = body["message"].as_str();
    if errors::is_passing(code, answer.status) {
        return errors::failed(host, code, message, answer.status).after(answer.retry_after());
    }
    let (said, code, profile) = (cut(message.unwrap_or(code)), cut(code), &sso.profile);
    Failure::fatal(if code == "UnauthorizedException" {
        let error = format!("the SSO login of profile `{profile}` is not accepted: {said}");
        let profile = quoted(profile);
        credentials_error(error).hint(format!("log in with `aws sso login --profile {profile}`"))
    } else {
        let error = format!("SSO refuses the role of profile `{profile}`: {said} ({code})");
        credentials_error(error).hint(format!(
            "check `sso_account_id` and `sso_role_name`, and that the role `{}` is assigned to you",
            sso.role_name
        ))
    })
}

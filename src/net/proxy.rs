//! The proxies of the environment, chosen as Python does, which the AWS CLI is written in.
//!
//! Names count in any case, and lower case wins: `getproxies_environment` and
//! `proxy_bypass_environment` of <https://docs.python.org/3/library/urllib.request.html>.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fmt;

use hyper::Uri;
use hyper::header::HeaderValue;
use percent_encoding::percent_decode_str;

use crate::redact;

const EXAMPLE: &str =
    "write it as `http://HOST:PORT`, with `USER:PASSWORD@` before the host if needed";

/// The proxies by the scheme of the target, and the hosts that are reached without one.
#[derive(Debug, Default)]
pub(super) struct Proxies {
    http: Option<ProxySetting>,
    https: Option<ProxySetting>,
    /// `NO_PROXY`, as it is.
    exempt: Option<String>,
}

/// A proxy, or the message why its variable names none. The value itself may hold a password.
type ProxySetting = Result<Proxy, String>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Proxy {
    pub(super) variable: String,
    /// `http` or `https`, host and port; neither user nor password.
    pub(super) address: Uri,
    /// The value of `Proxy-Authorization`, marked as sensitive.
    pub(super) authorization: Option<HeaderValue>,
}

impl Proxies {
    pub(super) fn from_environment() -> Self {
        let proxies = Self::read(std::env::vars_os().collect());
        proxies.hide_passwords();
        proxies
    }

    /// Redacts the passwords from the output: a response may repeat them, encoded or not.
    fn hide_passwords(&self) {
        let settings = [&self.http, &self.https].into_iter().flatten();
        for value in settings
            .flatten()
            .filter_map(|proxy| proxy.authorization.as_ref()?.to_str().ok())
        {
            let encoded = value.trim_start_matches("Basic ");
            redact::hide(encoded);
            let login = aws_smithy_types::base64::decode(encoded).unwrap_or_default();
            let login = String::from_utf8_lossy(&login);
            redact::hide(login.split_once(':').map_or("", |(_, password)| password));
        }
    }

    fn read(variables: Vec<(OsString, OsString)>) -> Self {
        let mut found = select(variables);
        let mut setting = |scheme| {
            let (variable, value) = found.remove(scheme)?;
            let text = value.to_str().ok_or_else(|| "it is not UTF-8".to_owned());
            let proxy = text.and_then(|text| parse(&variable, text));
            let unusable = |why| format!("`{variable}` is not a usable proxy setting: {why}");
            Some(proxy.map_err(unusable))
        };
        Self {
            http: setting("http"),
            https: setting("https"),
            exempt: found
                .remove("no")
                .map(|(_, value)| value.to_string_lossy().into_owned()),
        }
    }

    /// The proxy on the way to `target`, if there is one; or why the setting that applies is unusable.
    pub(super) fn choose(&self, target: &Uri) -> Result<Option<&Proxy>, String> {
        let setting = match target.scheme_str() {
            Some("http") => &self.http,
            Some("https") => &self.https,
            _ => &None,
        };
        match setting {
            Some(proxy) if !self.exempts(target) => proxy.as_ref().map(Some).map_err(Clone::clone),
            _ => Ok(None),
        }
    }

    /// Whether `NO_PROXY` holds the host of `target`, that host and its port, or a domain above it.
    fn exempts(&self, target: &Uri) -> bool {
        let Some(exempt) = &self.exempt else {
            return false;
        };
        if exempt == "*" {
            return true;
        }
        let host = target.host().unwrap_or_default().to_ascii_lowercase();
        let with_port = target
            .port()
            .map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
        exempt.split(',').map(str::trim).any(|name| {
            let is_named = !name.is_empty();
            let name = name.trim_start_matches('.').to_lowercase();
            let ends = |host: &str| {
                host.strip_suffix(name.as_str())
                    .is_some_and(|above| above.is_empty() || above.ends_with('.'))
            };
            is_named && (ends(&host) || ends(&with_port))
        })
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.address.authority().map_or("", |host| host.as_str());
        write!(f, "the proxy `{host}` of `{}`", self.variable)
    }
}

/// The variables that apply, by the part of their names before `_proxy`.
fn select(variables: Vec<(OsString, OsString)>) -> HashMap<String, (String, OsString)> {
    let is_cgi = variables.iter().any(|(name, _)| name == "REQUEST_METHOD");
    // Windows ignores the case of names; Python sees them in capitals.
    let name = |name: OsString| {
        let name = name.into_string().ok()?;
        Some(if cfg!(windows) {
            name.to_uppercase()
        } else {
            name
        })
    };
    let all: Vec<_> = variables
        .into_iter()
        .filter_map(|(variable, value)| {
            let variable = name(variable)?;
            let lower = variable.to_lowercase();
            Some((lower.strip_suffix("_proxy")?.to_owned(), variable, value))
        })
        .collect();
    let mut found = HashMap::new();
    for is_lower in [false, true] {
        for (scheme, variable, value) in &all {
            // In a CGI script, `HTTP_PROXY` may be the `Proxy` header of a client.
            let is_header = is_cgi && scheme == "http" && !is_lower;
            if variable.ends_with("_proxy") != is_lower || is_header {
                continue;
            }
            if !value.is_empty() {
                found.insert(scheme.clone(), (variable.clone(), value.clone()));
            } else if is_lower {
                found.remove(scheme);
            }
        }
    }
    found
}

/// Parses the value of `variable` as the AWS CLI does: the default scheme is http, a path is ignored.
fn parse(variable: &str, text: &str) -> Result<Proxy, String> {
    let (scheme, rest) = split_scheme(text)?;
    let authority = rest.split(['/', '\\', '?', '#']).next().unwrap_or_default();
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    let (host, port) = split_port(host).ok_or(EXAMPLE)?;
    let host = url::Host::parse(host).map_err(|_| EXAMPLE)?;
    let port = match port {
        0 if scheme == "https" => 443,
        0 => 80,
        port => port,
    };
    let address = Uri::builder()
        .scheme(scheme)
        .authority(format!("{host}:{port}"))
        .path_and_query("/");
    Ok(Proxy {
        variable: variable.to_owned(),
        address: address.build().map_err(|_| EXAMPLE)?,
        authorization: user.and_then(authorization),
    })
}

fn split_scheme(text: &str) -> Result<(&'static str, &str), String> {
    if let Some(rest) = text.strip_prefix("//") {
        return Ok(("http", rest));
    }
    match text.split_once("://") {
        None => Ok(("http", text)),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => Ok(("http", rest)),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => Ok(("https", rest)),
        Some((scheme, _)) if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => Err(
            format!("proxies of scheme `{scheme}` are not supported; {EXAMPLE}"),
        ),
        Some(_) => Err(EXAMPLE.to_owned()),
    }
}

/// The host and the port of `text`; 0 if it names none.
fn split_port(text: &str) -> Option<(&str, u16)> {
    let end_of_host = text.find(']').map_or(0, |bracket| bracket + 1);
    let Some(colon) = text[end_of_host..].find(':') else {
        return Some((text, 0));
    };
    let (host, port) = text.split_at(end_of_host + colon);
    let port = &port[1..];
    if !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let port = if port.is_empty() { "0" } else { port };
    Some((host, port.parse().ok()?))
}

/// The header for `user:password`, percent-encoded; `None` unless both are present.
fn authorization(user: &str) -> Option<HeaderValue> {
    let (user, password) = user.split_once(':')?;
    let user: Vec<u8> = percent_decode_str(user).collect();
    let password: Vec<u8> = percent_decode_str(password).collect();
    if user.is_empty() || password.is_empty() {
        return None;
    }
    let encoded = aws_smithy_types::base64::encode([user, password].join(&b':'));
    let mut value = HeaderValue::from_str(&format!("Basic {encoded}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}

#[cfg(test)]
mod tests;

//! Keys of `aws login`, which the SDK's provider reads and renews.

use std::path::{Path, PathBuf};

use aws_config::Region;
use aws_config::login::LoginCredentialsProvider;
use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_signin::operation::create_o_auth2_token::CreateOAuth2TokenError;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use http_body_util::BodyExt;
use hyper::body::Bytes;
use serde_json::Value;
use sha2::Sha256;
use url::Url;

use super::keys::Keys;
use super::plan::failure;
use super::tokens::TokenFile;
use super::{Source, failed, provider_config};
use crate::error::{Error, Kind};
use crate::net::errors;
use crate::net::errors::find;
use crate::net::http::{self, LONGEST_TOKEN};
use crate::net::retry::{Failure, RetryCause};
use crate::redact;
use crate::shell::quoted;
use crate::source::aws::endpoints::Service;
use crate::source::aws::environment::Environment;

const ENDPOINTS: [&str; 2] = ["AWS_ENDPOINT_URL_SIGNIN", "AWS_ENDPOINT_URL"];
const FOLDER: &str = "AWS_LOGIN_CACHE_DIRECTORY";
const DEFAULT_FOLDER: &str = ".aws/login/cache";

/// Gets the keys of the login `session` of the profile `profile`.
pub(super) async fn credentials(
    at: &Source<'_>,
    profile: &str,
    session: &str,
) -> Result<Keys, Error> {
    let (endpoint, region, host) = endpoint(at)?;
    let folder = folder(&at.scope.environment)?;
    let with_login = |error: Error| match error.kind() {
        Kind::Credentials => error.hint(format!(
            "log in with `aws login --profile {}`",
            quoted(profile)
        )),
        _ => error,
    };
    let before = read(&folder, session).map_err(with_login)?;
    let config = provider_config(&at.transport.http)
        .with_http_client(Checked(at.transport.http.limited(LONGEST_TOKEN)))
        .with_region(Some(Region::new(region)))
        // Dual-stack is a choice between the region's own endpoints.
        .with_use_dual_stack(Some(at.dual_stack && endpoint.is_none()));
    let attempt = async || {
        // One that has renewed keys before waits for half a minute.
        let provider = LoginCredentialsProvider::builder(session)
            .configure(&config)
            .build();
        let keys = provider.provide_credentials().await;
        keys.map_err(|error| not_renewed(&error, profile, &host))
    };
    let keys = at.run("the login's credentials", attempt).await;
    let keys = Keys::of_sdk(&keys.map_err(with_login)?).ok_or_else(|| {
        Error::new(
            Kind::Service,
            format!("`{host}` answered without credentials"),
        )
    })?;
    check_kept(&keys, &before, &folder, session)?;
    Ok(keys)
}

/// The endpoint of sign-in that a setting names, the region, and the host that answers.
///
/// The provider reads its endpoint from the environment alone, whatever it holds: an empty variable
/// makes it panic, and neither the profile nor a `services` section counts. Settings that it would not
/// follow are refused, so that a refresh token is never sent to another host than the one configured.
fn endpoint(at: &Source<'_>) -> Result<(Option<Url>, String, String), Error> {
    let scope = at.scope;
    if let Some(name) = (ENDPOINTS.into_iter()).find(|name| scope.environment.is_empty(name)) {
        return Err(Error::usage(format!(
            "`{name}` is empty, which cannot be used with a `login_session`"
        ))
        .hint(format!("unset `{name}`")));
    }
    let configured = scope.configured_endpoint(Service::Signin)?;
    let used = (ENDPOINTS.into_iter()).find_map(|name| scope.in_environment(name));
    match (&configured, &used) {
        (Some(configured), None) => {
            return Err(Error::usage(format!(
                "{} cannot be used with a `login_session`: only the environment can name the endpoint of sign-in",
                configured.origin
            ))
            .hint(format!("name the endpoint in `{}`", ENDPOINTS[0])));
        }
        (None, Some(used)) => {
            return Err(Error::usage(format!(
                "{} cannot be ignored with a `login_session`",
                used.origin
            ))
            .hint("unset it"));
        }
        // The provider takes it as it is written.
        (_, Some(used)) if !used.text.is_ascii() || used.text.contains(['@', '#']) => {
            return Err(used.unusable("a URL of ASCII without a user and a fragment"));
        }
        _ => {}
    }
    let region = at.region()?;
    let (url, host) = at.endpoint(Service::Signin, &region)?;
    Ok((url, region, host))
}

/// The folder of logins, which the provider finds by itself, without replacing variables and `~`.
fn folder(environment: &Environment) -> Result<PathBuf, Error> {
    let (folder, used) = match environment.os(FOLDER) {
        Some(folder) => (Some(environment.expanded(folder)), Some(folder.into())),
        None => (
            environment.in_home(DEFAULT_FOLDER),
            home_of_provider(environment).map(|home| home.join(DEFAULT_FOLDER)),
        ),
    };
    let folder = folder.ok_or_else(|| failure("there is no home folder to find the login in"))?;
    if used.as_ref() != Some(&folder) || environment.is_empty(FOLDER) {
        return Err(Error::usage(format!(
            "`{FOLDER}` must name the folder of logins without variables and `~`"
        ))
        .hint(format!("set it to `{}`", folder.display())));
    }
    Ok(folder)
}

fn home_of_provider(environment: &Environment) -> Option<&Path> {
    let names: &[&str] = if cfg!(windows) {
        &["HOME", "USERPROFILE"]
    } else {
        &["HOME"]
    };
    let home = names.iter().find_map(|name| environment.os(name));
    home.map(Path::new)
}

/// Reads the file of the login, and has its secrets redacted from the output.
fn read(folder: &Path, session: &str) -> Result<TokenFile, Error> {
    let file = TokenFile::read::<Sha256>(folder, session.trim())?;
    for key in ["refreshToken", "idToken", "dpopKey"] {
        file.secret(key);
    }
    for key in ["secretAccessKey", "sessionToken"] {
        if let Some(text) = kept_key(&file, key) {
            redact::hide(text);
        }
    }
    if let Some(id) = kept_key(&file, "accessKeyId") {
        redact::hide_id(id);
    }
    Ok(file)
}

fn kept_key<'a>(file: &'a TokenFile, key: &str) -> Option<&'a str> {
    file.object("accessToken")?.get(key).and_then(Value::as_str)
}

/// Checks that renewed keys were written to the file, which held `before`: the provider only logs when
/// it cannot write, and the next run would present a refresh token that is used up.
fn check_kept(keys: &Keys, before: &TokenFile, folder: &Path, session: &str) -> Result<(), Error> {
    let before_id = kept_key(before, "accessKeyId");
    // Another run may have renewed them at the same time: then other keys are in the file.
    let is_renewed = |file: &TokenFile| kept_key(file, "accessKeyId") != before_id;
    if before_id == Some(&keys.id) || read(folder, session).is_ok_and(|file| is_renewed(&file)) {
        return Ok(());
    }
    Err(Error::new(
        Kind::Other,
        format!(
            "cannot write the renewed keys of the login to `{}`",
            before.path().display()
        ),
    ))
}

/// Translates an error of the provider. Only types that are known are shown of its causes.
fn not_renewed(error: &CredentialsError, profile: &str, host: &str) -> Failure {
    type Unsent = SdkError<CreateOAuth2TokenError, HttpResponse>;
    let refused = |code: &str, said: &str| {
        failure(format!(
            "the login of profile `{profile}` cannot be renewed: {} ({})",
            errors::cut(said),
            errors::cut(code)
        ))
    };
    if let Some(error) = find::<Unsent>(error) {
        return failed(error, "CreateOAuth2Token", host, refused);
    }
    let Some(error) = find::<CreateOAuth2TokenError>(error) else {
        return Failure::fatal(failure("the token file of the login has an unknown format"));
    };
    let Some(code) = error.code() else {
        // The provider hides the status.
        let error = format!("`{host}` answered with an error page");
        let error = Error::new(Kind::Service, error)
            .hint("check the endpoint and whether a proxy answers in its place");
        return Failure::new(RetryCause::Lost, error);
    };
    let message = error.message();
    let said = message.unwrap_or(code);
    match error {
        CreateOAuth2TokenError::TooManyRequestsError(_) => {
            errors::failed(host, code, Some(said), 429)
        }
        CreateOAuth2TokenError::InternalServerException(_) => {
            errors::failed(host, code, message, 500)
        }
        _ if errors::is_passing(code, 400) => errors::failed(host, code, Some(said), 400),
        _ => Failure::fatal(refused(code, said)),
    }
}

/// The client for the provider, which would panic on a negative lifetime.
#[derive(Clone, Debug)]
struct Checked<C>(C);

impl HttpClient for Checked<http::Client> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Checked(self.0.http_connector(settings, components)))
    }
}

impl HttpConnector for Checked<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let answer = self.0.call(request);
        HttpConnectorFuture::new(async move {
            let mut answer = answer.await?;
            let body = answer.take_body().collect().await;
            let body = body.map_err(ConnectorError::io)?.to_bytes();
            // An empty object is a response without keys.
            let body = if has_negative_lifetime(&body) {
                Bytes::from_static(b"{}")
            } else {
                body
            };
            *answer.body_mut() = body.into();
            Ok(answer)
        })
    }
}

fn has_negative_lifetime(body: &[u8]) -> bool {
    let lifetime = |body: Value| body.get("expiresIn")?.as_f64();
    serde_json::from_slice(body)
        .ok()
        .and_then(lifetime)
        .is_some_and(|seconds| seconds < 0.0)
}

#[cfg(test)]
mod tests {
    use super::{Keys, check_kept, read};

    #[test]
    fn renewed_keys_that_were_not_written_are_an_error() {
        let folder = std::env::temp_dir().join(format!("ecrpub-login-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the temporary folder can be written to");
        // The SHA-256 of `abc`.
        let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let write = |id: &str| {
            let token = format!(r#"{{ "accessToken": {{ "accessKeyId": "{id}" }} }}"#);
            std::fs::write(folder.join(format!("{hash}.json")), token).expect("as above");
        };
        write("ASIAKEPT");
        let before = read(&folder, " abc ").expect("a token");
        let check = |id: &str| {
            let keys = Keys {
                id: id.to_owned(),
                secret: "secret-of-login".to_owned(),
                token: None,
                expires: None,
            };
            check_kept(&keys, &before, &folder, "abc").map_err(|error| error.to_string())
        };
        assert_eq!(check("ASIAKEPT"), Ok(()));
        let error = check("ASIANEW").expect_err("the file was not written");
        assert!(error.starts_with("cannot write the renewed keys of the login to `"));
        write("ASIAOTHER");
        assert_eq!(check("ASIANEW"), Ok(()));
        std::fs::remove_dir_all(&folder).expect("as above");
    }
}

//! Credentials, resolved once before the first request.

use std::error::Error as StdError;
use std::time::Duration;

use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::ecs::EcsCredentialsProvider;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::meta::credentials::CredentialsProviderChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use super::profile::{Profile, Settings, is_header, unusable_key};
use crate::error::{Error, Kind};

/// Long enough for a `credential_process` that asks a person.
const LIMIT: Duration = Duration::from_mins(2);

/// Resolves credentials as the AWS CLI does.
///
/// # Errors
///
/// A credentials error that says what to do: none found, half of them set, or a provider that failed.
pub(crate) async fn resolve(
    settings: &Settings,
    http: SharedHttpClient,
) -> Result<Credentials, Error> {
    let by_environment = !settings.profile.by_option && has_keys_in_environment()?;
    if settings.profile.asks_for_code && !by_environment {
        return Err(asks_for_code(&settings.profile));
    }
    let region = Region::new(settings.credentials_region.clone());
    let config = ProviderConfig::without_region()
        .with_behavior_version(Some(BehaviorVersion::v2026_01_12()))
        .with_http_client(http)
        .with_region(Some(region.clone()))
        // Explicit, because the SDK panics on modes that it does not know.
        .with_retry_config(RetryConfig::standard());
    let found = tokio::time::timeout(LIMIT, ask(config, region, &settings.profile)).await;
    match found {
        Ok(Ok(credentials)) => checked(credentials),
        Ok(Err(error)) => Err(explain(&error, &settings.profile)),
        Err(_) => Err(Error::new(
            Kind::Credentials,
            format!("no AWS credentials within {} s", LIMIT.as_secs()),
        )),
    }
}

/// Keys of a process, a role or a container may hold anything, and the SDK panics on what is no header.
fn checked(credentials: Credentials) -> Result<Credentials, Error> {
    let token = credentials.session_token().unwrap_or_default();
    for (name, text) in [
        ("access key id", credentials.access_key_id()),
        ("session token", token),
    ] {
        if !is_header(text) {
            return Err(unusable_key(&format!("the {name} of the AWS credentials")));
        }
    }
    Ok(credentials)
}

async fn ask(
    config: ProviderConfig,
    region: Region,
    profile: &Profile,
) -> Result<Credentials, CredentialsError> {
    if !profile.by_option {
        let chain = DefaultCredentialsChain::builder()
            .profile_name(&profile.name)
            // Said once more, or the chain asks the metadata service for a region.
            .region(region)
            .configure(config);
        return chain.build().await.provide_credentials().await;
    }
    let in_profile = ProfileFileCredentialsProvider::builder()
        .profile_name(&profile.name)
        .configure(&config);
    CredentialsProviderChain::first_try("Profile", in_profile.build())
        .or_else(
            "WebIdentityToken",
            WebIdentityTokenCredentialsProvider::builder()
                .configure(&config)
                .build(),
        )
        .or_else(
            "EcsContainer",
            EcsCredentialsProvider::builder().configure(&config).build(),
        )
        .or_else(
            "Ec2InstanceMetadata",
            ImdsCredentialsProvider::builder()
                .configure(&config)
                .build(),
        )
        .provide_credentials()
        .await
}

/// The SDK passes silently over half-set keys, and then finds other credentials or none.
fn has_keys_in_environment() -> Result<bool, Error> {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let (id, secret) = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY");
    let (there, missing) = match (is_set(id), is_set(secret)) {
        (true, false) => (id, secret),
        (false, true) => (secret, id),
        (both, _) => return Ok(both),
    };
    Err(Error::new(
        Kind::Credentials,
        format!("`{there}` is set and `{missing}` is not"),
    )
    .hint("set both, or unset both and use a profile with `--profile NAME`"))
}

/// The SDK passes silently over `mfa_serial`, and the role then refuses for no reason that it tells.
fn asks_for_code(profile: &Profile) -> Error {
    let name = &profile.name;
    Error::new(
        Kind::Credentials,
        format!("`mfa_serial` in profile `{name}` asks for a code, which cannot be asked for here"),
    )
    .hint(format!(
        "let the AWS CLI ask for it: `eval \"$(aws configure export-credentials --profile {name} --format env)\"`"
    ))
}

fn explain(error: &CredentialsError, profile: &Profile) -> Error {
    if let CredentialsError::CredentialsNotLoaded(_) = error {
        return Error::new(Kind::Credentials, "no AWS credentials found").hint(
            "log in with `aws login` or `aws sso login --profile NAME`, or store keys with `aws configure`, \
             or set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`",
        )
        .hint("a public repository takes none: name it as `public.ecr.aws/ALIAS/NAME`");
    }
    let why = causes(error);
    let name = &profile.name;
    let error = Error::new(
        Kind::Credentials,
        format!("cannot get AWS credentials for profile `{name}`: {why}"),
    );
    match &profile.login_command {
        Some(command) => error.hint(format!("log in with `{command}`")),
        None => error.hint("see what the AWS CLI says with `aws sts get-caller-identity`"),
    }
}

/// The chain of causes, each said once.
fn causes(error: &CredentialsError) -> String {
    let mut said: Vec<String> = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if !said.iter().any(|before| before.contains(&text)) {
            said.push(text);
        }
        next = cause.source();
    }
    if said.is_empty() {
        error.to_string()
    } else {
        said.join(": ").trim_end().to_owned()
    }
}

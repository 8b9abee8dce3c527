//! Maps the SDK's errors to messages, hints, exit codes and retry causes.

use std::error::Error as StdError;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::origin::Origin;
use crate::error::{Error, Kind};
use crate::net::errors::cut;
use crate::net::retry::{Failure, RetryCause};
use crate::net::{errors, retry};
use crate::reference::{RegistryId, RepositoryName, public_hint};
use crate::source::{Start, refusals};

/// The request that failed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'a> {
    /// The API's name of the operation, such as `DescribeImages`.
    pub(crate) operation: &'static str,
    /// The repository; a request for the registry has none.
    pub(crate) repository: Option<&'a RepositoryName>,
    pub(crate) registry_id: Option<&'a RegistryId>,
    pub(crate) start: Start,
    pub(crate) host: &'a str,
    pub(crate) origin: &'a Origin,
    /// The user's options of the connection, for commands in hints.
    pub(crate) options: &'a str,
}

/// Whether the service says that an image of a look-up does not exist.
pub(crate) fn is_image_not_found<E: ProvideErrorMetadata>(
    error: &SdkError<E, HttpResponse>,
) -> bool {
    error
        .as_service_error()
        .is_some_and(|error| error.code() == Some("ImageNotFoundException"))
}

/// Translates any error of any operation.
pub(crate) fn translate<E>(error: &SdkError<E, HttpResponse>, context: Context<'_>) -> Failure
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    failed(
        error,
        context.operation,
        context.host,
        |code, message, status| Some(answered(code, message, status, context)),
    )
}

/// Translates an error of a request of the SDK for `operation` to `host`. `answered` maps the error
/// codes and messages that it knows; both are cut.
pub(super) fn failed<E>(
    error: &SdkError<E, HttpResponse>,
    operation: &str,
    host: &str,
    answered: impl FnOnce(&str, Option<&str>, u16) -> Option<Failure>,
) -> Failure
where
    E: ProvideErrorMetadata + StdError + 'static,
{
    let response = error.raw_response();
    let status = response.map_or(0, |response| response.status().as_u16());
    let retry_after = retry::retry_after(|name| response?.headers().get(name));
    let failure = match error {
        SdkError::ServiceError(service) => match service.err().code() {
            Some(code) => {
                let (code, message) = (cut(code), service.err().message().map(cut));
                let known = answered(&code, message.as_deref(), status);
                known.unwrap_or_else(|| errors::failed(host, &code, message.as_deref(), status))
            }
            None => errors::unreadable(host, status),
        },
        SdkError::ResponseError(_) => errors::unreadable(host, status),
        SdkError::DispatchFailure(_) => errors::failure(error, host),
        // Its causes are not shown: they may hold the whole request, with tokens.
        _ => Failure::fatal(Error::new(
            Kind::Other,
            format!("{operation} could not be sent to `{host}`"),
        )),
    };
    failure.after(retry_after)
}

/// The failure for an error code of the service.
fn answered(code: &str, message: Option<&str>, status: u16, context: Context<'_>) -> Failure {
    let said = message.unwrap_or(code);
    match code {
        "RepositoryNotFoundException" if let Some(name) = context.repository => {
            Failure::fatal(repository_not_found(name, context))
        }
        "InvalidParameterException" | "ValidationException" => {
            refusals::refused(said, context.start)
        }
        "UnsupportedCommandException" => Failure::fatal(
            Error::usage(format!("the service refuses the command: {said}"))
                .hint("leave out `--region`: ECR Public is served in us-east-1"),
        ),
        "AccessDeniedException" | "AccessDenied" | "UnauthorizedOperation" => {
            Failure::fatal(access_denied(said, context))
        }
        "ExpiredTokenException" | "ExpiredToken" => Failure::fatal(expired(said, context.origin)),
        "RequestTimeTooSkewed"
        | "RequestExpired"
        | "RequestInTheFuture"
        | "InvalidSignatureException"
        | "SignatureDoesNotMatch" => Failure::new(
            RetryCause::Skewed,
            credentials_refused(said, context.origin),
        ),
        "UnrecognizedClientException"
        | "InvalidClientTokenId"
        | "IncompleteSignature"
        | "IncompleteSignatureException"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "OptInRequired" => Failure::fatal(credentials_refused(said, context.origin)),
        _ => errors::failed(context.host, code, message, status),
    }
}

fn repository_not_found(name: &RepositoryName, context: Context<'_>) -> Error {
    if let Some(id) = context.registry_id {
        return Error::new(
            Kind::NotFound,
            format!("repository `{name}` does not exist in the registry of account {id}"),
        )
        .hint("a registry id opens your own registry only; leave out `--registry-id`");
    }
    let error = Error::new(
        Kind::NotFound,
        format!("repository `{name}` does not exist in your registry"),
    )
    .hint(format!(
        "list your repositories with `ecrpub repos{}`",
        context.options
    ));
    match public_hint(name) {
        Some(hint) => error.hint_first(hint),
        None => error,
    }
}

fn access_denied(said: &str, context: Context<'_>) -> Error {
    let Context {
        operation,
        repository,
        ..
    } = context;
    let name = repository.map_or("*", RepositoryName::as_str);
    Error::new(Kind::Credentials, format!("access denied: {said}")).hint(format!(
        "allow `ecr-public:{operation}` on `arn:aws:ecr-public::ACCOUNT:repository/{name}` in the IAM policy"
    ))
}

fn expired(said: &str, origin: &Origin) -> Error {
    Error::new(
        Kind::Credentials,
        format!("the AWS credentials have expired: {said}"),
    )
    .hint(origin.renewal())
}

fn credentials_refused(said: &str, origin: &Origin) -> Error {
    Error::new(
        Kind::Credentials,
        format!("the service does not accept the AWS credentials: {said}"),
    )
    .hint(origin.check())
}

//! Maps errors of AWS services to failures: those of the SDK, and the refusals of credentials.

use std::error::Error as StdError;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::error::{Error, Kind};
use crate::net::errors::cut;
use crate::net::retry::{Failure, RetryCause};
use crate::net::{errors, retry};

/// What to do about credentials that are not accepted, by where they come from.
#[derive(Debug)]
pub(crate) struct Origin {
    pub(super) renewal: String,
    /// ` --profile NAME` for commands of the AWS CLI, where that option was given; or empty.
    pub(super) profile_option: String,
}

impl Origin {
    /// The failure for an error code that says that a service does not accept the credentials.
    pub(crate) fn refused(&self, code: &str, said: &str) -> Option<Failure> {
        match code {
            "ExpiredTokenException" | "ExpiredToken" => {
                let error = credentials_error(format!("the AWS credentials have expired: {said}"));
                Some(Failure::fatal(error.hint(&self.renewal)))
            }
            _ if is_skewed(code) => Some(Failure::new(RetryCause::Skewed, self.not_accepted(said))),
            "UnrecognizedClientException"
            | "InvalidClientTokenId"
            | "IncompleteSignature"
            | "IncompleteSignatureException"
            | "MissingAuthenticationToken"
            | "MissingAuthenticationTokenException"
            | "OptInRequired" => Some(Failure::fatal(self.not_accepted(said))),
            _ => None,
        }
    }

    fn not_accepted(&self, said: &str) -> Error {
        let option = &self.profile_option;
        credentials_error(format!("the service does not accept the AWS credentials: {said}")).hint(format!(
            "check whose they are with `aws sts get-caller-identity{option}`, and the clock of this machine"
        ))
    }
}

/// Whether a code may mean that this machine's clock is wrong. The SDK's client corrects the time of its
/// next request by the answer's date.
pub(super) fn is_skewed(code: &str) -> bool {
    matches!(
        code,
        "RequestTimeTooSkewed"
            | "RequestExpired"
            | "RequestInTheFuture"
            | "InvalidSignatureException"
            | "SignatureDoesNotMatch"
    )
}

pub(super) fn credentials_error(message: impl std::fmt::Display) -> Error {
    Error::new(Kind::Credentials, message)
}

/// Translates an error of a request of the SDK for `operation` to `host`. `answered` maps the error
/// codes and messages that it knows; both are cut.
pub(crate) fn failed<E>(
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
                let message = message.as_deref();
                let is_passing = errors::is_passing(&code, status);
                let known = (!is_passing).then(|| answered(&code, message, status));
                known
                    .flatten()
                    .unwrap_or_else(|| errors::failed(host, &code, message, status))
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

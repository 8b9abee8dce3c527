//! The errors for requests that sources refuse.

use serde_json::Value;

use super::Start;
use crate::error::{Error, Kind};
use crate::net::errors::cut;
use crate::net::retry::Failure;
use crate::reference::{PublicRepository, RegistryAlias, RegistryName};

pub(super) fn not_found(repository: &PublicRepository) -> Error {
    let message = format!("repository `{repository}` does not exist");
    let error = Error::new(Kind::NotFound, message);
    match (repository.alias.as_str(), repository.name.as_str()) {
        ("docker", name) if !name.contains('/') => error.hint(format!(
            "the official images are in `library`: `public.ecr.aws/docker/library/{name}`"
        )),
        _ => {
            let registry = RegistryName::Public(repository.alias.clone());
            error.hint(format!(
                "list the repositories with `ecrpub repos {registry}`"
            ))
        }
    }
}

pub(super) fn registry_not_found(alias: &RegistryAlias) -> Error {
    let registry = RegistryName::Public(alias.clone());
    let message = format!("registry `{registry}` does not exist");
    Error::new(Kind::NotFound, message).hint("look for it at https://gallery.ecr.aws")
}

/// The failure of a `host` that denied anonymous access; `said` is its message.
pub(super) fn denied(host: &str, said: &str) -> Failure {
    Failure::fatal(Error::new(
        Kind::Credentials,
        format!("`{host}` denied anonymous access: {}", cut(said)),
    ))
}

pub(super) fn refused(said: &str, start: Start) -> Failure {
    let said = cut(said);
    let message = format!("the service refuses the request: {said}");
    Failure::fatal(match start {
        Start::Beginning => Error::usage(message),
        Start::Given => Error::usage(message).hint(
            "a page token is valid only for the command, repository and registry that it came from",
        ),
        Start::Next => Error::new(
            Kind::Token,
            format!(
                "the service refuses its own page token, so the listing cannot be completed: {said}"
            ),
        ),
    })
}

/// The first of the fields `names` of an error object that is text.
pub(super) fn text<'v>(object: &'v Value, names: &[&str]) -> Option<&'v str> {
    names.iter().find_map(|name| object.get(name)?.as_str())
}

//! What sources refuse, in our words.

use crate::error::{Error, Kind};
use crate::net::answers::cut;
use crate::net::retry::Failure;
use crate::reference::{PublicRepository, Repository, public_hint};

/// The error for a repository that nobody can see, about which something may be `said`.
pub(super) fn not_found(repository: &PublicRepository, said: Option<&str>) -> Error {
    let said = said.map_or_else(String::new, |said| format!(": {}", cut(said)));
    let error = Error::new(
        Kind::NotFound,
        format!("repository `{repository}` does not exist{said}"),
    );
    match (repository.alias.as_str(), repository.name.as_str()) {
        ("docker", name) if !name.contains('/') => error.hint(format!(
            "the official images are in `library`: `public.ecr.aws/docker/library/{name}`"
        )),
        _ => error.hint("look for it at https://gallery.ecr.aws"),
    }
}

/// The error of credentials that the first of `repositories` may not need: where its name looks like
/// a public one, the public reference is the first hint.
pub(super) fn with_public_hint<'a>(
    error: Error,
    repositories: impl IntoIterator<Item = &'a Repository>,
) -> Error {
    let hint = repositories
        .into_iter()
        .find_map(|repository| match repository {
            Repository::Own(name) => public_hint(name),
            Repository::Public(_) => None,
        });
    match hint {
        Some(hint) if error.kind() == Kind::Credentials => error.hint_first(hint),
        _ => error,
    }
}

/// `host` does not answer callers without credentials, as it `said`.
pub(super) fn denied(host: &str, said: &str) -> Failure {
    Failure::fatal(Error::new(
        Kind::Credentials,
        format!("`{host}` does not let anybody read this: {}", cut(said)),
    ))
}

/// `host` does not take a request that goes on where another listing stopped, or any other.
pub(super) fn refused(said: &str, resumes: bool) -> Failure {
    let said = cut(said);
    let error = Error::usage(format!("the service refuses the request: {said}"));
    Failure::fatal(if resumes {
        error
            .hint("a page token is good for the command, repository and registry that it came from")
    } else {
        error
    })
}

//! Replaces patterns by the repositories that they select.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use super::Missing;
use crate::error::{Error, Kind};
use crate::model::{Row, RowKind};
use crate::reference::{PublicRepository, RegistryName, Repository, RepositoryPattern};
use crate::select::natural;
use crate::source::{Pages, Sources, Subject, Target, public_repository};

/// The subjects to list.
#[derive(Debug, Default)]
pub(crate) struct Resolved {
    /// In the order asked; those of a pattern in natural order.
    pub(super) targets: Vec<Target>,
    /// The errors for patterns that select nothing.
    pub(super) missing: Missing,
    /// Whether all repositories of a registry without any were asked for.
    pub(super) is_empty_registry: bool,
}

impl Resolved {
    /// The repositories that `targets` name or select, and the registries, each once.
    pub(super) async fn of(
        sources: &Sources<'_>,
        targets: &[Target],
        page_size: u16,
    ) -> Result<Self, Error> {
        let mut resolved = Self::default();
        for target in targets {
            match &target.subject {
                Subject::Matching(pattern) => {
                    let matching = matching(sources, &target.subject, pattern, page_size).await?;
                    if !matching.is_empty() {
                        resolved.targets.extend(matching);
                    } else if pattern.name.is_none() {
                        resolved.is_empty_registry = true;
                    } else {
                        let missing = nothing_matches(pattern, sources);
                        resolved.missing.push(missing);
                    }
                }
                subject => resolved.targets.push(Target {
                    images: target.images.clone(),
                    ..Target::all_of(subject.clone())
                }),
            }
        }
        resolved.targets = unique(resolved.targets);
        Ok(resolved)
    }
}

/// Each repository once, at its first place.
fn unique(targets: Vec<Target>) -> Vec<Target> {
    let mut positions = HashMap::new();
    let mut unique: Vec<Target> = Vec::with_capacity(targets.len());
    for target in targets {
        match positions.entry(target.subject.to_string()) {
            Entry::Vacant(entry) => {
                entry.insert(unique.len());
                unique.push(target);
            }
            // All images of a repository include those that were named.
            Entry::Occupied(entry) => {
                let known = &mut unique[*entry.get()];
                known.images.clear();
                known.reference = known.reference.take().or(target.reference);
                known.matched = known.matched.take().filter(|_| target.matched.is_some());
            }
        }
    }
    unique
}

/// The repositories that `pattern`, the `subject`, selects, in natural order.
async fn matching(
    sources: &Sources<'_>,
    subject: &Subject,
    pattern: &RepositoryPattern,
    page_size: u16,
) -> Result<Vec<Target>, Error> {
    let mut matching = Vec::new();
    let pages = Pages::of_all(sources, RowKind::Repositories, subject, page_size);
    let select = |rows: Vec<Row>| {
        for row in rows {
            if let Some(name) = row.id().filter(|name| pattern.matches(name)) {
                let uri = row.detail.as_ref().and_then(|detail| detail.uri.as_deref());
                matching.push((name.to_owned(), uri.and_then(public_repository)));
            }
        }
    };
    pages.each(select).await?;
    matching.sort_by(|(a, _), (b, _)| natural(a, b).then_with(|| a.cmp(b)));
    matching.dedup_by(|(a, _), (b, _)| a == b);
    let matched = Arc::new(pattern.clone());
    let target = |(name, reference): (String, _)| {
        let repository = repository_in(&pattern.registry, &name)?;
        Ok(Target {
            reference: match &repository {
                Repository::Own(_) => reference,
                Repository::Public(public) => Some(public.clone()),
            },
            matched: Some(Arc::clone(&matched)),
            ..Target::all_of(Subject::Repository(repository))
        })
    };
    matching.into_iter().map(target).collect()
}

/// The repository `name` of `registry`, as the service returned it.
pub(super) fn repository_in(registry: &RegistryName, name: &str) -> Result<Repository, Error> {
    let name = name.parse().map_err(|_| {
        let message = format!("the service returned an invalid repository name `{name}`");
        Error::new(Kind::Service, message)
    })?;
    Ok(match registry {
        RegistryName::Own => Repository::Own(name),
        RegistryName::Public(alias) => Repository::Public(PublicRepository {
            alias: alias.clone(),
            name,
        }),
    })
}

fn nothing_matches(pattern: &RepositoryPattern, sources: &Sources<'_>) -> Error {
    let hint = match &pattern.registry {
        RegistryName::Own => {
            let options = sources.options_for(true);
            format!("list your repositories with `ecrpub repos{options}`")
        }
        registry @ RegistryName::Public(_) => {
            format!("list the repositories with `ecrpub repos {registry}`")
        }
    };
    Error::new(Kind::NotFound, format!("no repository matches `{pattern}`")).hint(hint)
}

//! Replaces patterns by the repositories that they select.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use super::Missing;
use crate::error::{Error, Kind};
use crate::model::RepositoryDetail;
use crate::reference::{Named, PublicRepository, RegistryName, Repository, RepositoryPattern};
use crate::select::natural;
use crate::source::{Pages, Sources, Target, public_repository};

/// The subjects to list.
#[derive(Debug)]
pub(crate) struct Resolved<Of> {
    /// In the order asked; those of a pattern in natural order.
    pub(super) targets: Vec<Target<Of>>,
    /// The errors for patterns that select nothing.
    pub(super) missing: Missing,
    /// Whether all repositories of a registry without any were asked for.
    pub(super) is_empty_registry: bool,
}

impl<Of> Default for Resolved<Of> {
    fn default() -> Self {
        Self {
            targets: Vec::new(),
            missing: Missing::new(),
            is_empty_registry: false,
        }
    }
}

impl Resolved<Repository> {
    /// The repositories that `targets` name or select, each once.
    ///
    /// # Errors
    ///
    /// Any failure of a source.
    pub(super) async fn of(
        sources: &Sources<'_>,
        targets: &[Target<Named>],
        page_size: u16,
    ) -> Result<Self, Error> {
        let mut resolved = Self::default();
        for target in targets {
            match &target.of {
                Named::Repository(repository) => resolved.targets.push(Target {
                    images: target.images.clone(),
                    ..Target::all_of(repository.clone())
                }),
                Named::Matching(pattern) => {
                    let matching = matching(sources, pattern, page_size).await?;
                    resolved.add(pattern, matching, sources);
                }
            }
        }
        resolved.targets = unique(resolved.targets);
        Ok(resolved)
    }

    fn add(&mut self, pattern: &RepositoryPattern, matching: Vec<Selected>, sources: &Sources<'_>) {
        if matching.is_empty() {
            if pattern.name.is_none() {
                self.is_empty_registry = true;
            } else {
                self.missing.push(nothing_matches(pattern, sources));
            }
            return;
        }
        let pattern = Arc::new(pattern.clone());
        let matching = matching.into_iter();
        self.targets
            .extend(matching.map(|Selected { of, reference }| Target {
                reference,
                matched: Some(Arc::clone(&pattern)),
                ..Target::all_of(of)
            }));
    }
}

/// Each repository once, at its first place.
fn unique(targets: Vec<Target>) -> Vec<Target> {
    let mut positions = HashMap::new();
    let mut unique: Vec<Target> = Vec::with_capacity(targets.len());
    for target in targets {
        match positions.entry(target.of.to_string()) {
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

/// A repository that a pattern selects.
struct Selected {
    of: Repository,
    reference: Option<PublicRepository>,
}

/// The repositories that `pattern` selects, in natural order.
async fn matching(
    sources: &Sources<'_>,
    pattern: &RepositoryPattern,
    page_size: u16,
) -> Result<Vec<Selected>, Error> {
    let mut matching = Vec::new();
    let mut pages = Pages::of_all(sources, &pattern.registry, page_size);
    while let Some(rows) = pages.next::<RepositoryDetail>().await? {
        for row in rows {
            let Some(name) = row.name.filter(|name| pattern.matches(name)) else {
                continue;
            };
            matching.push((name, row.uri));
        }
    }
    matching.sort_by(|(a, _), (b, _)| natural(a, b).then_with(|| a.cmp(b)));
    matching.dedup_by(|(a, _), (b, _)| a == b);
    let selected = matching
        .into_iter()
        .map(|(name, uri)| selected(&pattern.registry, &name, uri.as_deref()));
    selected.collect()
}

fn selected(registry: &RegistryName, name: &str, uri: Option<&str>) -> Result<Selected, Error> {
    let invalid = |_| {
        let message = format!("the service returned an invalid repository name `{name}`");
        Error::new(Kind::Service, message)
    };
    let of = match registry {
        RegistryName::Own => Repository::Own(name.parse().map_err(invalid)?),
        RegistryName::Public(alias) => Repository::Public(PublicRepository {
            alias: alias.clone(),
            name: name.parse().map_err(invalid)?,
        }),
    };
    let reference = match &of {
        Repository::Own(_) => uri.and_then(public_repository),
        Repository::Public(public) => Some(public.clone()),
    };
    Ok(Selected { of, reference })
}

fn nothing_matches(pattern: &RepositoryPattern, sources: &Sources<'_>) -> Error {
    let error = Error::new(Kind::NotFound, format!("no repository matches `{pattern}`"));
    match &pattern.registry {
        RegistryName::Own => error.hint(format!(
            "list your repositories with `ecrpub repos{}`",
            sources.options_for(true)
        )),
        registry @ RegistryName::Public(_) => error.hint(format!(
            "list the repositories with `ecrpub repos {registry}`"
        )),
    }
}

//! Adds to public repositories what the gallery's search tells about them.

use std::collections::HashMap;

use super::Listing;
use super::part::Part;
use crate::error::Error;
use crate::model::{CatalogEntry, RepositoryDetail};
use crate::reference::RegistryName;
use crate::source::Pages;

/// A search is ended after this many pages: a common word finds repositories of many registries.
const MOST_PAGES: usize = 50;

/// Adds the catalogue's entries to the rows of `parts`. A search that fails leaves them out, with a
/// note: no other API tells them.
pub(super) async fn add(
    listing: &Listing<'_, RepositoryDetail>,
    parts: &mut [&mut Part<RepositoryDetail>],
) {
    for part in parts {
        let alias = part
            .selected
            .rows
            .first()
            .and_then(|row| row.alias.as_deref());
        let Some(alias) = alias.and_then(|alias| alias.parse().ok()) else {
            continue;
        };
        let registry = RegistryName::Public(alias);
        match entries(listing, &registry).await {
            Ok(mut entries) => {
                for row in &mut part.selected.rows {
                    let name = row.name.as_deref().unwrap_or_default();
                    row.catalog = entries.remove(name);
                }
            }
            Err(error) => listing.console.note(&format!(
                "the gallery's search tells nothing about {registry}: {error}"
            )),
        }
    }
}

/// The entries of `registry`, by the name of the repository.
async fn entries(
    listing: &Listing<'_, RepositoryDetail>,
    registry: &RegistryName,
) -> Result<HashMap<String, CatalogEntry>, Error> {
    let page_size = listing.plan.args.pages.page_size;
    let mut pages = Pages::of_all(&listing.sources, registry, page_size);
    let mut entries = HashMap::new();
    for _ in 0..MOST_PAGES {
        let Some(page) = pages.next::<CatalogEntry>().await? else {
            break;
        };
        for entry in page {
            let registry_of_entry = entry.alias.as_deref().and_then(|alias| alias.parse().ok());
            if registry_of_entry.map(RegistryName::Public).as_ref() == Some(registry)
                && let Some(name) = entry.name.clone()
            {
                entries.insert(name, entry);
            }
        }
    }
    Ok(entries)
}

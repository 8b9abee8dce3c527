//! The errors for named repositories and images that do not exist.

use std::collections::HashSet;
use std::time::Duration;

use super::{Listing, Missing};
use crate::error::{Error, Kind};
use crate::model::{Row, RowKind};
use crate::reference::{ImageId, RegistryName};
use crate::select::Wanted;
use crate::source::{Pages, Sources, Subject, Target};

/// The most names that a hint suggests.
const MOST_SUGGESTIONS: usize = 3;
/// The least similarity of a name to its misspelling.
const SIMILAR: f64 = 0.85;
/// How long the names of a registry may take, to suggest some.
const PATIENCE: Duration = Duration::from_secs(3);

impl Listing<'_> {
    /// Adds to the errors for repositories of the caller's own registry that do not exist the names
    /// that may be meant. Asks for the names once, and says nothing if that fails.
    pub(super) async fn suggest(&self, unknown: Vec<(&Target, Error)>) -> Missing {
        let is_own = |(target, _): &(&Target, Error)| {
            target.subject.is_own() && self.plan.registry_id.is_none()
        };
        let names = if unknown.iter().any(is_own) {
            let names = own_names(&self.sources);
            tokio::time::timeout(PATIENCE, names)
                .await
                .unwrap_or_default()
        } else {
            Vec::new()
        };
        let suggested = unknown.into_iter().map(|(target, error)| {
            let meant = if is_own(&(target, Error::empty())) {
                similar(&target.subject.to_string(), &names)
            } else {
                Vec::new()
            };
            match meant.as_slice() {
                [] => error,
                meant => error.hint_before_last(format!("did you mean `{}`?", meant.join("`, `"))),
            }
        });
        suggested.collect()
    }

    /// The errors for the named images that `listed` lacks. If patterns select repositories, one of
    /// all is enough to have an image that an option names.
    pub(super) fn missing<'a>(
        &self,
        listed: impl IntoIterator<Item = (&'a Target, &'a [ImageId])>,
    ) -> Missing {
        let is_shared = self
            .plan
            .targets
            .iter()
            .any(|target| target.subject.is_pattern());
        let of_options = self.plan.ids.filter(|_| is_shared);
        let of_options = of_options.and_then(|ids| ids.wanted(&[]));
        let mut lost: Vec<_> = of_options.iter().flat_map(Wanted::ids).collect();
        let shared: HashSet<_> = lost.iter().copied().collect();
        let mut missing = Missing::new();
        for (target, ids) in listed {
            let is_own = |id: &&ImageId| !shared.contains(id) || target.images.contains(id);
            let own = ids.iter().filter(is_own);
            missing.extend(own.map(|id| self.missing_row(id, target)));
            let ids: HashSet<_> = ids.iter().collect();
            lost.retain(|id| ids.contains(id));
        }
        missing.extend(lost.into_iter().map(missing_everywhere));
        missing
    }

    fn missing_row(&self, id: &ImageId, target: &Target) -> Error {
        match id {
            // The image may exist, untagged.
            ImageId::Digest(_) if self.kind() == RowKind::Tags => {
                self.missing_tag(id, &target.subject)
            }
            _ => self.missing_image(id, &target.subject),
        }
    }

    fn missing_image(&self, id: &ImageId, of: &Subject) -> Error {
        let error = Error::new(
            Kind::NotFound,
            format!("{} has no image with {id}", of.title()),
        );
        match id {
            ImageId::Digest(_) if !of.is_own() => error.hint(tagged_only(of)),
            _ => error.hint(format!("list its tags with `{}`", self.command("tags", of))),
        }
    }

    fn missing_tag(&self, digest: &ImageId, of: &Subject) -> Error {
        let error = Error::new(
            Kind::NotFound,
            format!("no tag of {} points at {digest}", of.title()),
        );
        match digest {
            ImageId::Digest(digest) if of.is_own() => error.hint(format!(
                "look up the image with `{} --digest {digest}`",
                self.command("images", of)
            )),
            _ => error.hint(tagged_only(of)),
        }
    }

    /// The command line that lists rows of `of`, with the user's connection.
    fn command(&self, command: &str, of: &Subject) -> String {
        let options = self.sources.options_for(of.is_own());
        format!("ecrpub {command} {of}{options}")
    }
}

/// The names of the caller's own repositories, from one request.
async fn own_names(sources: &Sources<'_>) -> Vec<String> {
    let registry = Subject::Registry(RegistryName::Own);
    let mut pages = Pages::of_all(sources, RowKind::Repositories, &registry, 1000);
    let rows = pages.next().await.ok().flatten().unwrap_or_default();
    rows.iter().flat_map(Row::names).cloned().collect()
}

/// The names that `name` may mean, the likeliest first.
fn similar(name: &str, names: &[String]) -> Vec<String> {
    let last = |name: &str| name.rsplit('/').next().unwrap_or_default().to_owned();
    let likeness = |other: &&String| {
        let parts = strsim::jaro_winkler(&last(name), &last(other));
        // `web` may mean `team/web`, and `team/web` the other `web`.
        let is_same_end = last(name) == last(other);
        strsim::jaro_winkler(name, other).max(if is_same_end { parts } else { 0.0 })
    };
    let mut likely: Vec<_> = names
        .iter()
        .map(|other| (likeness(&other), other))
        .filter(|(likeness, other)| *likeness >= SIMILAR && *other != name)
        .collect();
    likely.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    let likely = likely.into_iter().take(MOST_SUGGESTIONS);
    likely.map(|(_, name)| name.clone()).collect()
}

fn missing_everywhere(id: &ImageId) -> Error {
    Error::new(
        Kind::NotFound,
        format!("no repository of this listing has an image with {id}"),
    )
}

fn tagged_only(of: &Subject) -> String {
    format!("a public repository shows tagged images only; list its tags with `ecrpub tags {of}`")
}

#[cfg(test)]
mod tests {
    use super::similar;

    #[test]
    fn names_that_may_be_meant_are_the_likeliest_first() {
        let names = [
            "storefront",
            "charts/storefront",
            "team/web",
            "team/worker",
            "web2",
            "x",
        ];
        let names = names.map(str::to_owned);
        for (name, meant) in [
            ("storefont", "storefront"),
            ("stroefront", "storefront"),
            ("web", "team/web web2"),
            ("team/wbe", "team/web team/worker"),
            ("tean/worker", "team/worker"),
            ("chart/storefront", "charts/storefront storefront"),
            ("backup", ""),
        ] {
            assert_eq!(similar(name, &names).join(" "), meant, "{name}");
        }
    }
}

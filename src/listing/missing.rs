//! The errors for named repositories and images that do not exist.

use std::collections::HashSet;
use std::time::Duration;

use super::collect::Part;
use super::{Listing, Missing};
use crate::error::{Error, Kind};
use crate::model::{Row, RowKind};
use crate::reference::{ImageId, RegistryName, similar};
use crate::select::Wanted;
use crate::source::{Pages, Sources, Subject, Target};

/// How long the names of a registry, or its description, may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);

impl Listing<'_> {
    /// The errors for targets that do not exist. Those of the caller's own registry get the names that
    /// may be meant, from one request, whose failure is ignored. One that a pattern
    /// selected disappeared in between, which is a note.
    pub(super) async fn suggest(&self, unknown: Vec<(&Target, Error)>) -> Missing {
        let is_own = |target: &Target| target.subject.is_own() && self.query.registry_id.is_none();
        let (vanished, unknown): (Vec<_>, Vec<_>) =
            (unknown.into_iter()).partition(|(target, _)| target.matched.is_some());
        for (target, _) in vanished {
            let title = target.subject.title();
            (self.session.console).note(&format!("{title} disappeared meanwhile"));
        }
        let names = if unknown.iter().any(|(target, _)| is_own(target)) {
            let names = tokio::time::timeout(PATIENCE, own_names(&self.sources)).await;
            names.unwrap_or_default()
        } else {
            Vec::new()
        };
        let suggested = unknown.into_iter().map(|(target, error)| {
            let names = names.iter().map(String::as_str);
            let meant = similar(&target.subject.to_string(), names).join("`, `");
            if meant.is_empty() || !is_own(target) {
                return error;
            }
            error.hint_before_last(format!("did you mean `{meant}`?"))
        });
        suggested.collect()
    }

    /// The errors for the named images that the `parts` lack. If patterns select repositories, one of
    /// all is enough to have an image that an option names.
    pub(super) fn missing(&self, parts: &[Part<'_>]) -> Missing {
        let mut targets = self.query.targets.iter();
        let is_shared = targets.any(|target| target.subject.is_pattern());
        let of_options = self.query.ids.filter(|_| is_shared);
        let of_options = of_options.and_then(|ids| ids.wanted(&[]));
        let mut lost: Vec<_> = of_options.iter().flat_map(Wanted::ids).collect();
        let shared: HashSet<_> = lost.iter().copied().collect();
        let mut missing = Missing::new();
        for Part {
            target, selected, ..
        } in parts
        {
            let is_own = |id: &&ImageId| !shared.contains(id) || target.images.contains(id);
            let own = selected.missing.iter().filter(is_own);
            missing.extend(own.map(|id| self.missing_row(id, &target.subject)));
            let ids: HashSet<_> = selected.missing.iter().collect();
            lost.retain(|id| ids.contains(id));
        }
        let everywhere = |id| {
            let message = format!("no repository of this listing has an image with {id}");
            Error::new(Kind::NotFound, message)
        };
        missing.extend(lost.into_iter().map(everywhere));
        missing
    }

    fn missing_row(&self, id: &ImageId, subject: &Subject) -> Error {
        let title = subject.title();
        let options = self.sources.options_for(subject.is_own());
        let are_tags = self.query.kind() == RowKind::Tags;
        let message = match id {
            // The image may exist, untagged.
            ImageId::Digest(_) if are_tags => format!("no tag of {title} points at {id}"),
            _ => format!("{title} has no image with {id}"),
        };
        Error::new(Kind::NotFound, message).hint(match id {
            ImageId::Digest(_) if !subject.is_own() => format!(
                "a public repository shows tagged images only; list them with `ecrpub images {subject}`"
            ),
            ImageId::Digest(digest) if are_tags => format!(
                "look up the image with `ecrpub images {subject}{options} --digest {digest}`"
            ),
            ImageId::Digest(_) => format!("list its images with `ecrpub images {subject}{options}`"),
            ImageId::Tag(_) => format!("list its tags with `ecrpub tags {subject}{options}`"),
        })
    }
}

/// The names of the caller's own repositories, from one request.
async fn own_names(sources: &Sources<'_>) -> Vec<String> {
    let registry = Subject::Registry(RegistryName::Own);
    let mut pages = Pages::of_all(sources, RowKind::Repositories, &registry, 1000);
    let rows = pages.next().await.ok().flatten().unwrap_or_default();
    rows.iter().flat_map(Row::names).cloned().collect()
}

//! The errors for named repositories and images that do not exist.

use std::collections::HashSet;
use std::time::Duration;

use super::rows::ListedRow;
use super::{Listing, Missing};
use crate::error::{Error, Kind};
use crate::facts::Facts;
use crate::model::RepositoryDetail;
use crate::reference::{ImageId, RegistryName, similar};
use crate::select::Wanted;
use crate::source::{Pages, Sources, Subject, Target};

/// How long the names of a registry may take, to suggest some.
const PATIENCE: Duration = Duration::from_secs(3);

impl<R: ListedRow> Listing<'_, R> {
    /// Adds to the errors for repositories of the caller's own registry that do not exist the names
    /// that may be meant. Asks for the names once, and says nothing if that fails.
    pub(super) async fn suggest(&self, unknown: Vec<(&Target<R::Of>, Error)>) -> Missing {
        let is_own = |(target, _): &(&Target<R::Of>, Error)| {
            target.of.is_own() && self.plan.registry_id.is_none()
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
                similar(&target.of.to_string(), names.iter().map(String::as_str))
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
        listed: impl IntoIterator<Item = (&'a Target<R::Of>, &'a [ImageId])>,
    ) -> Missing
    where
        R::Of: 'a,
    {
        let is_shared = self
            .plan
            .targets
            .iter()
            .any(|target| target.of.is_several());
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

    fn missing_row(&self, id: &ImageId, target: &Target<R::Of>) -> Error {
        match id {
            // The image may exist, untagged.
            ImageId::Digest(_) if !self.plan.schema.complete.contains(Facts::UNTAGGED) => {
                self.missing_tag(id, &target.of)
            }
            _ => self.missing_image(id, &target.of),
        }
    }

    fn missing_image(&self, id: &ImageId, of: &impl Subject) -> Error {
        let error = Error::new(
            Kind::NotFound,
            format!("{} has no image with {id}", of.title()),
        );
        match id {
            ImageId::Digest(_) if !of.is_own() => error.hint(tagged_only(of)),
            _ => error.hint(format!("list its tags with `{}`", self.command("tags", of))),
        }
    }

    fn missing_tag(&self, digest: &ImageId, of: &impl Subject) -> Error {
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
    fn command(&self, command: &str, of: &impl Subject) -> String {
        let options = self.sources.options_for(of.is_own());
        format!("ecrpub {command} {of}{options}")
    }
}

/// The names of the caller's own repositories, from one request.
async fn own_names(sources: &Sources<'_>) -> Vec<String> {
    let mut pages = Pages::of_all(sources, &RegistryName::Own, 1000);
    let page = pages.next::<RepositoryDetail>().await;
    let rows = page.ok().flatten().unwrap_or_default();
    rows.into_iter().filter_map(|row| row.name).collect()
}

fn missing_everywhere(id: &ImageId) -> Error {
    Error::new(
        Kind::NotFound,
        format!("no repository of this listing has an image with {id}"),
    )
}

fn tagged_only(of: &impl Subject) -> String {
    format!("a public repository shows tagged images only; list its tags with `ecrpub tags {of}`")
}

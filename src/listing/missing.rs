//! The errors for named images that do not exist.

use std::collections::HashSet;

use super::rows::ListedRow;
use super::{Listing, Missing};
use crate::error::{Error, Kind};
use crate::facts::Facts;
use crate::reference::{ImageId, RepositoryPattern};
use crate::source::{Subject, Target};

impl<R: ListedRow> Listing<'_, R> {
    /// The errors for the named images that none of `listed` has. Of repositories that a pattern
    /// selects, one is enough to have the image.
    pub(super) fn missing<'a>(
        &self,
        listed: impl IntoIterator<Item = (&'a Target<R::Of>, &'a [ImageId])>,
    ) -> Missing
    where
        R::Of: 'a,
    {
        let mut missing = Missing::new();
        let mut matched: Vec<(&RepositoryPattern, Vec<ImageId>)> = Vec::new();
        for (target, ids) in listed {
            let Some(pattern) = target.matched.as_deref() else {
                missing.extend(ids.iter().map(|id| self.missing_row(id, target)));
                continue;
            };
            match matched.iter_mut().find(|(known, _)| *known == pattern) {
                None => matched.push((pattern, ids.to_vec())),
                Some((_, missing)) => {
                    let ids: HashSet<_> = ids.iter().collect();
                    missing.retain(|id| ids.contains(id));
                }
            }
        }
        for (pattern, ids) in matched {
            missing.extend(ids.iter().map(|id| missing_everywhere(id, pattern)));
        }
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

fn missing_everywhere(id: &ImageId, pattern: &RepositoryPattern) -> Error {
    let whose = if pattern.name.is_none() {
        "no repository of your registry has".to_owned()
    } else {
        format!("no repository that matches `{pattern}` has")
    };
    Error::new(Kind::NotFound, format!("{whose} an image with {id}"))
}

fn tagged_only(of: &impl Subject) -> String {
    format!("a public repository shows tagged images only; list its tags with `ecrpub tags {of}`")
}

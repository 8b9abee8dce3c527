//! Reads the rows of every target, and checks that what they depend on is still as it was.

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::collect::Part;
use super::missing::PATIENCE;
use super::{
    Listing, Missing, Mode, OF_MANIFESTS, WINDOW, deletion, manifests, related, unless_missing,
    usage,
};
use crate::error::Error;
use crate::facts::Facts;
use crate::reference::RegistryName;
use crate::source::{Subject, Target};

/// The rows of all targets.
pub(super) struct Read<'t> {
    pub(super) parts: Vec<Part<'t>>,
    pub(super) missing: Missing,
    /// A line about the caller's own registry, for the summary.
    pub(super) description: Option<String>,
}

impl Listing<'_> {
    /// Reads the rows of all `targets`. What they depend on is compared again after the last one is read.
    pub(super) async fn read<'t>(&self, targets: &'t [Target]) -> Result<Read<'t>, Error> {
        let read = async |target| {
            let part = unless_missing(self.part(target).await);
            self.session.progress.subject_done();
            part
        };
        let read = stream::iter(targets).map(read).buffered(WINDOW);
        let (read, description) =
            tokio::join!(read.try_collect::<Vec<_>>(), self.description(targets));
        let (mut parts, mut unknown) = (Vec::new(), Vec::new());
        for (target, part) in targets.iter().zip(read?) {
            match part {
                Ok(part) => parts.push(part),
                Err(error) => unknown.push((target, error)),
            }
        }
        if self.printing.contains(Facts::USAGE) && !self.selects_by_usage() {
            usage::add(self, &mut parts.iter_mut().collect::<Vec<_>>()).await?;
        }
        self.compare(&parts).await?;
        self.session.progress.end_line();
        let mut missing = self.suggest(unknown).await;
        missing.extend(self.missing(&parts));
        Ok(Read {
            parts,
            missing,
            description,
        })
    }

    async fn part<'t>(&self, target: &'t Target) -> Result<Part<'t>, Error> {
        if self.reads().intersects(OF_MANIFESTS) {
            return related::part(self, target).await;
        }
        let unordered = self.selection.unordered();
        let selection = if self.selects_by_usage() {
            &unordered
        } else {
            &self.selection
        };
        let (mut part, reference) =
            tokio::try_join!(self.collect(target, selection), self.reference(target))?;
        if self.selects_by_usage() {
            usage::add(self, &mut [&mut part]).await?;
            self.selection.arrange(&mut part.selected);
        }
        self.add_reference(reference.as_ref(), &mut part.selected.rows);
        Ok(part)
    }

    /// Whether the usage of repositories decides which are listed, and in what order.
    fn selects_by_usage(&self) -> bool {
        self.selecting.contains(Facts::USAGE)
    }

    /// Checks that the images that the answers of `parts` depend on are still as they were read.
    async fn compare(&self, parts: &[Part<'_>]) -> Result<(), Error> {
        if !self.query.depends_on_all_images() {
            return Ok(());
        }
        let compare = |part| manifests::compare(self, part);
        let compared = stream::iter(parts).map(compare).buffered(WINDOW);
        compared.try_collect::<()>().await?;
        if self.mode != Mode::Delete {
            return Ok(());
        }
        deletion::check_clock(self.sources.clock_skew(), self.destination.now)?;
        let verify = |part| deletion::verify(self, part);
        let verified = stream::iter(parts).map(verify).buffered(WINDOW);
        verified.try_collect().await
    }

    /// The id and the alias of the caller's own registry for the summary, if the policy allows to ask
    /// for them.
    async fn description(&self, targets: &[Target]) -> Option<String> {
        if !self.sums_up() || targets.first()?.subject != Subject::Registry(RegistryName::Own) {
            return None;
        }
        // It is not worth waiting for.
        let registry = tokio::time::timeout(PATIENCE, self.sources.registry()).await;
        let registry = registry.ok()?.ok()?;
        let alias = registry.alias.and_then(|alias| alias.parse().ok());
        let alias = alias.map(|alias| format!(", `{}`", RegistryName::Public(alias)));
        Some(format!(
            "registry {}{}",
            registry.id,
            alias.unwrap_or_default()
        ))
    }
}

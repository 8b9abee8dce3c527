//! Prints a listing after reading all of it.

use std::mem::ManuallyDrop;
use std::time::Duration;

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::notes::Empty;
use super::part::Part;
use super::printer::Printer;
use super::{Listing, Outcome, WINDOW, relate, unless_missing, usage};
use crate::error::Error;
use crate::facts::Facts;
use crate::model::Row;
use crate::reference::RegistryName;
use crate::source::{Subject, Target};

/// How long the description of a registry may take.
const PATIENCE: Duration = Duration::from_secs(3);

impl Listing<'_> {
    /// Reads all rows, then prints them.
    pub(super) async fn print(
        &self,
        targets: &[Target],
        mut printer: Printer<'_>,
    ) -> Result<Outcome, Error> {
        let read = async |target| {
            let part = unless_missing(self.part(target).await);
            self.progress.subject_done();
            part
        };
        let parts = stream::iter(targets).map(read).buffered(WINDOW);
        let (parts, description) =
            tokio::join!(parts.try_collect::<Vec<_>>(), self.description(targets));
        let mut parts = parts?;
        if self.reads.contains(Facts::USAGE) && !self.relates_first {
            let mut parts: Vec<_> = parts.iter_mut().flatten().collect();
            usage::add(self, &mut parts).await?;
        }
        self.recheck(targets, &parts).await?;
        self.progress.end_line();
        let mut unknown = Vec::new();
        let mut listed = Vec::with_capacity(parts.len());
        for (target, part) in targets.iter().zip(parts) {
            match part {
                Ok(part) => listed.push((target, part)),
                Err(error) => unknown.extend(self.unless_matched(target, error)),
            }
        }
        let mut missing = self.suggest(unknown).await;
        let ids = listed.iter();
        missing.extend(self.missing(ids.map(|(target, part)| (*target, &*part.selected.missing))));
        let empty = listed.iter().filter(|(_, part)| part.is_empty());
        self.note_empty(empty.map(|(target, part)| Empty {
            target,
            read: part.selected.counts.read,
            suggestion: part.selected.suggestion.as_deref(),
        }));
        // Freeing the rows one by one would take a sixth of the processor time of a listing of 100,000
        // images (`cargo bench`), and the program ends here.
        let listed = ManuallyDrop::new(listed);
        let rows = || listed.iter().map(|(_, part)| part.selected.rows.as_slice());
        printer.prepare(&rows().collect::<Vec<_>>())?;
        for rows in rows() {
            printer.rows(rows)?;
        }
        let next_token = listed
            .last()
            .and_then(|(_, part)| part.next_token.as_deref());
        if !listed.is_empty() || missing.is_empty() {
            printer.end(next_token)?;
        }
        self.note_all(&listed, description.as_deref(), next_token);
        Ok(Outcome {
            rows: rows().map(<[Row]>::len).sum(),
            missing,
        })
    }

    /// The rows of `target` that pass the filter, sorted and limited, with all that is read for each
    /// repository.
    async fn part(&self, target: &Target) -> Result<Part, Error> {
        if self.relates_images() {
            relate::select(self, target).await
        } else {
            self.select(target).await
        }
    }

    /// The id and the alias of the caller's own registry for the summary, if the policy allows to ask
    /// for them.
    async fn description(&self, targets: &[Target]) -> Option<String> {
        if !self.sums_up || targets.first()?.subject != Subject::Registry(RegistryName::Own) {
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

//! The summary and the notes that follow a listing on stderr.

use super::part::Part;
use super::summary::Totals;
use super::{Listing, ListingArgs};
use crate::console::Console;
use crate::error::Error;
use crate::facts::Facts;
use crate::model::RowKind;
use crate::output::{counted, human_count};
use crate::select::Counts;
use crate::shell::quoted;
use crate::source::{self, ManifestCounts, Target};

/// A subject of which nothing is listed.
pub(super) struct Empty<'t> {
    pub(super) target: &'t Target,
    /// The number of rows that were read.
    pub(super) read: usize,
    /// The pattern to suggest for `--include`.
    pub(super) suggestion: Option<&'t str>,
}

/// Notes that the registry answers for the gallery, which failed with `error`.
pub(super) fn of_registry(error: &Error, args: &ListingArgs, console: &Console) {
    let floating = match args.select.filter.semver {
        Some(_) => "; a tag such as `1` counts as version 1.0.0",
        None => "",
    };
    console.note(&format!(
        "the registry answers for the gallery, with tag names only{floating}: {error}"
    ));
}

impl Listing<'_> {
    /// Prints what is to be said about a finished listing: the totals, and the notes.
    pub(super) fn note_all(
        &self,
        listed: &[(&Target, Part)],
        description: Option<&str>,
        next_token: Option<&str>,
    ) {
        let parts = || listed.iter().map(|(_, part)| part);
        self.summarize(listed, description);
        self.note_limit(parts());
        let counts: Vec<_> = parts().map(|part| part.selected.counts).collect();
        self.note_excluded(&counts);
        self.note_other_tags(parts());
        self.note_relations(parts().flat_map(|part| &part.notes));
        self.note_untagged(listed.iter().map(|(target, _)| *target));
        self.note_token(next_token);
    }

    /// Prints the totals under a table on a terminal, and the `description` of what is listed.
    fn summarize(&self, listed: &[(&Target, Part)], description: Option<&str>) {
        if !self.sums_up {
            return;
        }
        let mut totals = Totals::default();
        for row in listed.iter().flat_map(|(_, part)| &part.selected.rows) {
            match self.kind() {
                RowKind::Repositories => totals.add_repository(row),
                RowKind::Images | RowKind::Tags => totals.add_image(row),
            }
        }
        let is_whole = listed.iter().all(|(_, part)| self.is_whole(part));
        let lines = totals.lines(self.plan.schema.kind.noun(), is_whole);
        let read = self.manifests_read();
        let lines = lines.iter().map(String::as_str);
        for line in lines.chain(read.as_deref()).chain(description) {
            self.console.sum_up(line);
        }
    }

    /// Prints the `notes` about relations between images, and about how manifests were read.
    pub(super) fn note_relations<'a>(&self, notes: impl Iterator<Item = &'a String>) {
        for note in notes {
            self.console.note(note);
        }
        let owns = self
            .plan
            .targets
            .iter()
            .any(|target| target.subject.is_own());
        for note in self.sources.manifest_notes(owns) {
            self.console.note(&note);
        }
    }

    /// How many manifests were read, if relations between images are listed.
    fn manifests_read(&self) -> Option<String> {
        let ManifestCounts { all, cached } = self.sources.manifests_read();
        let manifests = self
            .reads
            .contains(Facts::RELATIONS)
            .then(|| counted(all, "manifest"))?;
        Some(match cached {
            0 => format!("{manifests} read"),
            cached => format!(
                "{manifests} read, {} of them from the cache",
                human_count(cached)
            ),
        })
    }

    /// Whether the rows of `part` are all images of its repository.
    fn is_whole(&self, part: &Part) -> bool {
        let selected = &part.selected;
        self.reads_all_images
            && part.next_token.is_none()
            && !part.ended_early
            && selected.counts.read == selected.rows.len()
    }

    /// Notes how many rows `--limit` left out of a table.
    fn note_limit<'a>(&self, parts: impl Iterator<Item = &'a Part> + Clone) {
        // Only for tables: the author of a script knows about its `--limit`.
        if !self.plan.args.output.is_table() {
            return;
        }
        if parts.clone().any(|part| part.ended_early) {
            self.console
                .note("`--limit` ends the listing; there may be more rows");
            return;
        }
        let left_out = parts.map(|part| part.selected.left_out());
        self.note_left_out("--limit", left_out.sum(), "more row", "");
    }

    /// Notes how many rows of all repositories a range of releases left out.
    pub(super) fn note_excluded(&self, counts: &[Counts]) {
        let pre_releases = counts.iter().map(|counts| counts.pre_releases);
        let hint = ", which `--pre` includes";
        self.note_left_out("--semver", pre_releases.sum(), "pre-release", hint);
    }

    /// Reports the `error` that `target` does not exist as a note, if a pattern selected it: it
    /// disappeared in between.
    pub(super) fn unless_matched<'t>(
        &self,
        target: &'t Target,
        error: Error,
    ) -> Option<(&'t Target, Error)> {
        if target.matched.is_none() {
            return Some((target, error));
        }
        self.console
            .note(&format!("{} disappeared meanwhile", target.subject.title()));
        None
    }

    fn note_left_out(&self, option: &str, count: usize, row: &str, rest: &str) {
        if count > 0 {
            let rows = counted(count, row);
            self.console
                .note(&format!("`{option}` leaves out {rows}{rest}"));
        }
    }

    /// Notes how many of the images to delete also have other tags.
    fn note_other_tags<'a>(&self, parts: impl Iterator<Item = &'a Part>) {
        if !self.plan.args.output.format_name().deletes() {
            return;
        }
        let others = parts.map(|part| part.selected.with_other_tags);
        let images = match others.sum() {
            0 => return,
            1 => "1 image also has".to_owned(),
            count => format!("{} images also have", human_count(count)),
        };
        self.console
            .note(&format!("{images} tags that do not pass the filters"));
    }

    /// Notes why nothing is listed of the subjects that have no rows: each one that was named, and how
    /// many of those that patterns selected.
    pub(super) fn note_empty<'t>(&self, subjects: impl IntoIterator<Item = Empty<'t>>) {
        let subjects: Vec<_> = subjects.into_iter().collect();
        let is_matched = |subject: &&Empty<'t>| subject.target.matched.is_some();
        let matched: Vec<_> = subjects.iter().filter(is_matched).collect();
        for subject in &subjects {
            if matched.len() < 2 || subject.target.matched.is_none() {
                self.note_one_empty(subject);
            }
        }
        if matched.len() < 2 {
            return;
        }
        let has_all = |subject: &&&Empty<'t>| {
            let pattern = subject.target.matched.as_ref();
            pattern.is_some_and(|pattern| pattern.name.is_none())
        };
        let whose = if matched.iter().all(|subject| has_all(&subject)) {
            "of your registry"
        } else {
            "that patterns select"
        };
        let suggestion = matched.iter().find_map(|subject| subject.suggestion);
        self.console.note(&format!(
            "{} {whose} have nothing to list{}",
            counted(matched.len(), "repository"),
            did_you_mean(suggestion)
        ));
    }

    fn note_one_empty(&self, subject: &Empty<'_>) {
        let Empty {
            target,
            read,
            suggestion,
        } = *subject;
        if self.plan.args.pages.is_part() {
            return;
        }
        let reason = match read {
            1 if self.questions.unused && !self.plan.wants_all(target) => {
                "the named image is in use, an image that stays needs it, or it does not pass the filters".to_owned()
            }
            read if self.questions.unused && read > 0 => {
                let images = counted(read, "image");
                format!("none of its {images} is unused and passes the filters")
            }
            1 if !self.plan.wants_all(target) => {
                "the named row does not pass the filters".to_owned()
            }
            read if !self.plan.wants_all(target) => {
                let count = human_count(read);
                format!("none of the {count} named rows passes the filters")
            }
            0 if target.subject.is_own() || !self.told.contains(Facts::TAGS) => "it is empty".to_owned(),
            0 => "it has no tags".to_owned(),
            1 => "its only row does not pass the filters".to_owned(),
            read => format!("none of its {} rows passes the filters", human_count(read)),
        };
        let suggestion = did_you_mean(suggestion);
        self.console.note(&format!(
            "{} has nothing to list: {reason}{suggestion}",
            target.subject.title()
        ));
    }

    /// Notes that public repositories do not show untagged images.
    pub(super) fn note_untagged<'a>(&self, seen: impl Iterator<Item = &'a Target>) {
        let lacks_some = |target: &&Target| {
            self.lacks_untagged && !target.subject.is_own() && self.plan.wants_all(target)
        };
        let mut lacking = seen.filter(lacks_some);
        let whose = match (lacking.next(), lacking.next()) {
            (Some(target), None) => format!("the public repository `{}`", target.subject),
            (Some(_), Some(_)) => "public repositories".to_owned(),
            (None, _) => return,
        };
        self.console
            .note(&format!("untagged images of {whose} cannot be listed"));
    }

    /// Notes how to resume a part of a listing, unless its format carries the token.
    pub(super) fn note_token(&self, token: Option<&str>) {
        if let Some(token) = token.filter(|_| !self.plan.args.output.carries_token()) {
            self.console.note(&format!(
                "there are more rows; resume with `{}`",
                source::starting_at(token)
            ));
        }
    }
}

/// The end of a note that suggests a pattern for `--include`.
fn did_you_mean(pattern: Option<&str>) -> String {
    pattern.map_or_else(String::new, |pattern| {
        format!("; did you mean {}?", quoted(pattern))
    })
}

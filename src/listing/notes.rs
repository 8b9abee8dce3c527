//! The summary and the notes that follow a listing on stderr.

use super::collect::Part;
use super::{Listing, ListingArgs, Mode, deletion, summary};
use crate::console::Console;
use crate::error::Error;
use crate::facts::Facts;
use crate::model::RowKind;
use crate::output::{counted, human_count};
use crate::shell::quoted;
use crate::source::{self, ManifestCounts};

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
        parts: &[Part<'_>],
        description: Option<&str>,
        next_token: Option<&str>,
    ) {
        if self.sums_up() {
            self.sum_up(parts, description);
        }
        // Only for tables: the author of a script knows about its `--limit`.
        if self.mode == Mode::Print && self.query.args.output.is_table() {
            self.note_limit(parts);
        }
        let counts = parts.iter().map(|part| part.selected.counts);
        let pre_releases = counts.map(|counts| counts.pre_releases).sum();
        if pre_releases > 0 {
            self.note(&format!(
                "`--semver` leaves out {}, which `--pre` includes",
                counted(pre_releases, "pre-release")
            ));
        }
        for note in parts.iter().flat_map(|part| &part.notes) {
            self.note(note);
        }
        let mut targets = self.query.targets.iter();
        let owns = targets.any(|target| target.subject.is_own());
        for note in self.sources.manifest_notes(owns) {
            self.note(&note);
        }
        self.note_token(next_token);
    }

    fn note(&self, note: &str) {
        self.session.console.note(note);
    }

    /// Whether a summary is printed: under a table on a terminal.
    pub(super) fn sums_up(&self) -> bool {
        self.mode == Mode::Print
            && self.destination.terminal
            && self.query.args.output.is_table()
            && self.session.console.has_watcher()
    }

    fn sum_up(&self, parts: &[Part<'_>], description: Option<&str>) {
        let rows: Vec<_> = parts.iter().flat_map(|part| &part.selected.rows).collect();
        let is_whole = parts.iter().all(|part| self.is_whole(part));
        let kind = self.query.kind();
        let totals = summary::line(kind, &rows, is_whole);
        let storage = summary::storage(&rows).filter(|_| kind == RowKind::Repositories);
        let requests = (self.query.tagged.unused && !rows.is_empty()).then(|| {
            format!(
                "of these in `-o delete-requests`: {}",
                deletion::line(parts)
            )
        });
        let read = self.manifests_read();
        let lines = [
            totals.as_deref(),
            storage.as_deref(),
            requests.as_deref(),
            read.as_deref(),
            description,
        ];
        for line in lines.into_iter().flatten() {
            self.session.console.sum_up(line);
        }
    }

    /// How many manifests were read, if relations between images are listed.
    fn manifests_read(&self) -> Option<String> {
        if !self.reads().contains(Facts::RELATIONS) {
            return None;
        }
        let ManifestCounts { all, cached } = self.sources.manifests_read();
        let manifests = counted(all, "manifest");
        Some(match cached {
            0 => format!("{manifests} read"),
            cached => format!(
                "{manifests} read, {} of them from the cache",
                human_count(cached)
            ),
        })
    }

    /// Whether the rows of `part` are all images of its repository, or all repositories of its registry.
    fn is_whole(&self, part: &Part<'_>) -> bool {
        let selected = &part.selected;
        let shows_all = match self.query.kind() {
            RowKind::Images => self.expected.told.contains(Facts::UNTAGGED),
            RowKind::Tags => false,
            RowKind::Repositories => true,
        };
        shows_all
            && self.query.wants_all(part.target)
            && self.query.args.pages.starting_token.is_none()
            && part.next_token.is_none()
            && !part.ended_early
            && selected.counts.read == selected.rows.len()
    }

    /// Notes how many rows `--limit` left out.
    fn note_limit(&self, parts: &[Part<'_>]) {
        let selected = parts.iter().map(|part| &part.selected);
        let left_out = selected.map(|part| part.counts.passing.saturating_sub(part.rows.len()));
        let left_out = left_out.sum();
        if parts.iter().any(|part| part.ended_early) {
            self.note("`--limit` ends the listing; there may be more rows");
        } else if left_out > 0 {
            let rows = counted(left_out, "more row");
            self.note(&format!("`--limit` leaves out {rows}"));
        }
    }

    /// Notes why nothing is listed of a target: of each one that was named, and how many there are among
    /// those that patterns selected.
    pub(super) fn note_empty(&self, parts: &[Part<'_>]) {
        let is_empty = |part: &&Part<'_>| {
            // The notes say what was left out of requests.
            let has_reason = self.mode == Mode::Delete && !part.notes.is_empty();
            let (counts, missing) = (part.selected.counts, &part.selected.missing);
            counts.passing == 0 && missing.is_empty() && (counts.skipped > 0 || !has_reason)
        };
        let empty = parts.iter().filter(is_empty);
        let (matched, named): (Vec<_>, Vec<_>) =
            empty.partition(|part| part.target.matched.is_some());
        let (matched, alone) = match matched.len() {
            1 => (Vec::new(), matched),
            _ => (matched, Vec::new()),
        };
        for part in named.into_iter().chain(alone) {
            self.note_one_empty(part);
        }
        if !matched.is_empty() {
            let mut suggestions = matched.iter().map(|part| &part.selected.suggestion);
            self.note(&format!(
                "{} that patterns select have nothing to list{}",
                counted(matched.len(), "repository"),
                did_you_mean(suggestions.find_map(Option::as_deref))
            ));
        }
    }

    fn note_one_empty(&self, part: &Part<'_>) {
        if self.query.args.pages.is_part() {
            return;
        }
        let subject = &part.target.subject;
        let noun = if self.query.wants_all(part.target) {
            "row"
        } else {
            "named row"
        };
        let (filter, tagged) = (&self.query.args.select.filter, self.query.tagged);
        let mut filters = filter.needs().chain(tagged.needs());
        let is_filtered = filters.any(|need| need.option != "--unused");
        let passes = match tagged.unused {
            true if is_filtered || self.query.platform.is_some() => {
                "is unused and passes the filters"
            }
            true => "is unused and older than 24 hours",
            false => "passes the filters",
        };
        let counts = &part.selected.counts;
        let others = match part.selected.not_versions {
            0 => String::new(),
            1 => "; 1 tag is not a version".to_owned(),
            count => format!("; {} are not versions", counted(count, "tag")),
        };
        let reason = match counts.read {
            _ if counts.skipped > 0 => {
                format!("`--skip` leaves out {}", counted(counts.skipped, "row"))
            }
            0 if self.query.kind() == RowKind::Repositories || subject.is_own() => {
                "it is empty".to_owned()
            }
            0 => "it has no tags".to_owned(),
            read => format!("of {}, none {passes}{others}", counted(read, noun)),
        };
        let suggestion = part.selected.suggestion.as_deref();
        self.note(&format!(
            "{} has nothing to list: {reason}{}",
            subject.title(),
            did_you_mean(suggestion.filter(|_| counts.skipped == 0))
        ));
    }

    /// Notes how to resume a part of a listing, unless its format carries the token.
    pub(super) fn note_token(&self, token: Option<&str>) {
        if let Some(token) = token.filter(|_| !self.query.args.output.carries_token()) {
            self.note(&format!(
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

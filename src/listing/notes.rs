//! The summary and the notes that follow a listing on stderr.

use super::read::Part;
use super::summary::Summary;
use super::{Listing, ListingArgs};
use crate::console::Console;
use crate::error::Error;
use crate::model::Row;
use crate::output::{FormatName, counted, human_count};
use crate::select::Counts;
use crate::source::{self, Target};

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
    /// Prints the totals under a table on a terminal.
    pub(super) fn summarize<R: Row>(&self, listed: &[Part<R>]) {
        let Some(noun) = self.summary else { return };
        let mut summary = Summary::default();
        for part in listed {
            summary.add(&part.selected.rows);
        }
        if !summary.is_empty() {
            let is_whole = listed.iter().all(|part| self.is_whole(part));
            self.console.sum_up(summary.line(noun, is_whole));
        }
    }

    /// Whether the rows of `part` are all images of its repository.
    fn is_whole<R>(&self, part: &Part<R>) -> bool {
        let selected = &part.selected;
        self.reads_all_images
            && part.next_token.is_none()
            && !part.ended_early
            && selected.counts.read == selected.rows.len()
    }

    /// Notes how many rows `--limit` left out of a table.
    pub(super) fn note_limit<R>(&self, listed: &[Part<R>]) {
        // Only for tables: the author of a script knows about its `--limit`.
        if !self.args.output.is_table() {
            return;
        }
        if listed.iter().any(|part| part.ended_early) {
            self.console
                .note("`--limit` ends the listing; there may be more rows");
            return;
        }
        let left_out = listed.iter().map(|part| part.selected.left_out());
        self.note_left_out("--limit", left_out.sum(), "more row", "");
    }

    /// Notes how many rows of all repositories `--min-age` and a range of releases left out.
    pub(super) fn note_excluded(&self, counts: &[Counts]) {
        let too_young = counts.iter().map(|counts| counts.too_young);
        self.note_left_out("--min-age", too_young.sum(), "younger row", "");
        let pre_releases = counts.iter().map(|counts| counts.pre_releases);
        let hint = ", which `--pre` includes";
        self.note_left_out("--semver", pre_releases.sum(), "pre-release", hint);
    }

    fn note_left_out(&self, option: &str, count: usize, row: &str, rest: &str) {
        if count > 0 {
            let rows = counted(count, row);
            self.console
                .note(&format!("`{option}` leaves out {rows}{rest}"));
        }
    }

    /// Notes how many of the images to delete also have other tags.
    pub(super) fn note_other_tags<R>(&self, listed: &[Part<R>]) {
        if self.args.output.format_name() != FormatName::ImageIds {
            return;
        }
        let others = listed.iter().map(|part| part.selected.with_other_tags);
        let images = match others.sum() {
            0 => return,
            1 => "1 image also has".to_owned(),
            count => format!("{} images also have", human_count(count)),
        };
        self.console
            .note(&format!("{images} tags that do not pass the filters"));
    }

    /// Notes why no row of `target` is listed, unless only a part of the listing was read.
    pub(super) fn note_empty(&self, target: &Target, read: usize, suggestion: Option<&str>) {
        if self.args.pages.is_part() {
            return;
        }
        let repository = &target.repository;
        let reason = match read {
            1 if !self.args.wants_all(target) => {
                "the named row does not pass the filters".to_owned()
            }
            read if !self.args.wants_all(target) => {
                let count = human_count(read);
                format!("none of the {count} named rows passes the filters")
            }
            0 if target.is_own() => "it is empty".to_owned(),
            0 => "it has no tags".to_owned(),
            1 => "its only row does not pass the filters".to_owned(),
            read => format!("none of its {} rows passes the filters", human_count(read)),
        };
        let suggestion = match suggestion {
            Some(pattern) => format!("; did you mean '{pattern}'?"),
            None => String::new(),
        };
        self.console.note(&format!(
            "repository `{repository}` has nothing to list: {reason}{suggestion}"
        ));
    }

    /// Notes that public repositories do not show untagged images.
    pub(super) fn note_untagged(&self, seen: &[&Target]) {
        let lacks_some = |target: &&&Target| {
            self.lacks_untagged && !target.is_own() && self.args.wants_all(target)
        };
        let mut lacking = seen.iter().filter(lacks_some);
        let whose = match (lacking.next(), lacking.next()) {
            (Some(target), None) => format!("the public repository `{}`", target.repository),
            (Some(_), Some(_)) => "public repositories".to_owned(),
            (None, _) => return,
        };
        self.console
            .note(&format!("untagged images of {whose} cannot be listed"));
    }

    /// Notes how to resume a part of a listing, unless its format carries the token.
    pub(super) fn note_token(&self, token: Option<&str>) {
        if let Some(token) = token.filter(|_| !self.args.output.carries_token()) {
            self.console.note(&format!(
                "there are more rows; resume with `{}`",
                source::starting_at(token)
            ));
        }
    }
}

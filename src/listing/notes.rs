//! The summary and the notes that follow a listing on stderr.

use super::Listing;
use super::read::Part;
use super::summary::Summary;
use crate::model::Row;
use crate::source::{self, Target};

impl Listing<'_> {
    /// Prints the totals under a table on a terminal.
    pub(super) fn summarize<R: Row>(&self, listed: &[Part<R>]) {
        let Some(noun) = self.summary else { return };
        let mut summary = Summary::default();
        for part in listed {
            summary.add(&part.rows);
        }
        if !summary.is_empty() {
            self.console.sum_up(summary.line(noun));
        }
    }

    /// Notes how many rows `--limit` left out.
    pub(super) fn note_left_out<R>(&self, listed: &[Part<R>]) {
        let left_out: usize = listed.iter().map(|part| part.left_out).sum();
        if left_out > 0 {
            let plural = if left_out == 1 { "" } else { "s" };
            self.console
                .note(&format!("`--limit` leaves out {left_out} more row{plural}"));
        }
    }

    /// Notes that a repository has no rows to show in a table.
    pub(super) fn note_empty<R>(&self, target: &Target, part: &Part<R>) {
        if part.is_empty() && self.args.output.is_table() {
            let repository = &target.repository;
            self.console
                .note(&format!("repository `{repository}` has nothing to list"));
        }
    }

    /// Notes that the images of public repositories lack the untagged ones.
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
            .note(&format!("untagged images of {whose} cannot be seen"));
    }

    /// Notes how to resume a part of a listing, unless its format carries the token.
    pub(super) fn note_token(&self, token: Option<&str>) {
        if let Some(token) = token.filter(|_| !self.args.output.carries_token()) {
            self.console.note(&format!(
                "there is more; resume with `{}`",
                source::starting_at(token)
            ));
        }
    }
}

//! Which rows pass: by tag, date and media type.

use jiff::Timestamp;
use regex::Regex;

use super::version::{Range, Version};
use super::when::When;
use crate::error::Error;
use crate::facts::{Facts, Need};
use crate::model::Row;

/// Conditions that a row must meet, all of them.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Rows")]
pub(crate) struct FilterArgs {
    /// List only what has a tag that this regular expression matches as a whole; repeatable
    ///
    /// A tag passes when it matches some `--include`, no `--exclude`, and the `--semver` range. An
    /// image passes when one of its tags does, and is listed with all of them.
    #[arg(long, value_name = "REGEX", value_parser = parse_regex)]
    include: Vec<Regex>,

    /// Pass over tags that this regular expression matches as a whole; repeatable
    #[arg(long, value_name = "REGEX", value_parser = parse_regex)]
    exclude: Vec<Regex>,

    /// List only versions of this range, such as `^1.2` or `>=1, <2`, the highest first
    ///
    /// A version is a tag of an optional `v` and one to three numbers, with an optional `-suffix` that
    /// makes it a pre-release. As in Cargo, a range leaves pre-releases out unless it names one.
    #[arg(long, value_name = "RANGE")]
    pub(crate) semver: Option<Range>,

    /// Pass over tags such as `sha256-….sig`, which tools put beside the images that they sign
    #[arg(long)]
    exclude_digest_tags: bool,

    /// List only what is as young as this, by the row's own date
    ///
    /// A moment (`2024-06-01T12:00:00Z`), a day in UTC (`2024-06-01`), or an age (`7d`, `2w`, `36h`,
    /// `3mo`). Images count by their push, tags by their creation; what has no date is left out.
    #[arg(long, value_name = "WHEN")]
    since: Option<When>,

    /// List only what is older than this
    #[arg(long, value_name = "WHEN")]
    before: Option<When>,

    /// List only what has this text in its manifest's or artifact's media type
    #[arg(long, value_name = "TEXT")]
    media_type: Option<String>,
}

/// Images with tags, or without.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
#[command(next_help_heading = "Rows")]
pub(crate) struct TaggedArgs {
    /// List only images that have a tag
    #[arg(long)]
    pub(crate) tagged: bool,

    /// List only images that have no tag
    ///
    /// Untagged does not mean unused: the image may still be part of an index.
    #[arg(long)]
    pub(crate) untagged: bool,
}

impl TaggedArgs {
    /// What the options need to know of rows.
    pub(crate) fn needs(self) -> Option<Need> {
        let Self {
            tagged: _,
            untagged,
        } = self;
        untagged.then(|| Need::new("--untagged", Facts::UNTAGGED))
    }
}

/// The conditions, with times that are known.
#[derive(Debug)]
pub(crate) struct Filter<'a> {
    args: &'a FilterArgs,
    tagged: TaggedArgs,
    since: Option<Timestamp>,
    before: Option<Timestamp>,
}

impl FilterArgs {
    /// What the options need to know of rows.
    pub(super) fn needs(&self) -> Vec<Need> {
        let Self {
            include: _,
            exclude: _,
            semver: _,
            exclude_digest_tags: _,
            since,
            before,
            media_type,
        } = self;
        let given = [
            ("--since", since.is_some()),
            ("--before", before.is_some()),
            ("--media-type", media_type.is_some()),
        ];
        let given = given.into_iter().filter(|(_, is_given)| *is_given);
        given
            .map(|(option, _)| Need::new(option, Facts::DETAILS))
            .collect()
    }

    /// The filter as it is meant at `now`.
    ///
    /// # Errors
    ///
    /// A usage error where no row could pass.
    pub(super) fn filter(
        &self,
        tagged: TaggedArgs,
        now: impl FnOnce() -> Timestamp,
    ) -> Result<Filter<'_>, Error> {
        let mut filter = Filter {
            args: self,
            tagged,
            since: None,
            before: None,
        };
        if self.since.is_some() || self.before.is_some() {
            let now = now();
            filter.since = self.since.map(|when| when.moment(now)).transpose()?;
            filter.before = self.before.map(|when| when.moment(now)).transpose()?;
        }
        match (filter.since, filter.before) {
            (Some(since), Some(before)) if since >= before => Err(Error::usage(format!(
                "nothing is as young as {since:.0} and older than {before:.0}"
            ))
            .hint("exchange `--since` and `--before`")),
            _ => Ok(filter),
        }
    }
}

impl Filter<'_> {
    /// Whether `row` meets every condition.
    pub(crate) fn passes<R: Row>(&self, row: &R) -> bool {
        self.has_tags_as_asked(row) && self.is_in_time(row) && self.has_media_type(row)
    }

    /// Whether `tag` meets the conditions on tags.
    pub(crate) fn passes_tag(&self, tag: &str) -> bool {
        let FilterArgs {
            include,
            exclude,
            semver,
            exclude_digest_tags,
            ..
        } = self.args;
        (include.is_empty() || include.iter().any(|regex| regex.is_match(tag)))
            && !exclude.iter().any(|regex| regex.is_match(tag))
            && !(*exclude_digest_tags && tag.starts_with("sha256-"))
            && semver.as_ref().is_none_or(|range| {
                Version::of(tag).is_some_and(|version| range.contains(&version, false))
            })
    }

    /// Whether an image without tags can pass.
    pub(crate) fn admits_untagged(&self) -> bool {
        let asks_for_tags = !self.args.include.is_empty() || self.args.semver.is_some();
        !self.tagged.tagged && !asks_for_tags
    }

    fn has_tags_as_asked<R: Row>(&self, row: &R) -> bool {
        let tags = row.tags();
        if tags.is_empty() {
            return self.admits_untagged();
        }
        !self.tagged.untagged && tags.iter().any(|tag| self.passes_tag(tag))
    }

    fn is_in_time<R: Row>(&self, row: &R) -> bool {
        if self.since.is_none() && self.before.is_none() {
            return true;
        }
        row.date().is_some_and(|date| {
            self.since.is_none_or(|since| date >= since)
                && self.before.is_none_or(|before| date < before)
        })
    }

    fn has_media_type<R: Row>(&self, row: &R) -> bool {
        let Some(text) = self.args.media_type.as_deref() else {
            return true;
        };
        let manifest = row.manifest();
        [&manifest.media_type, &manifest.artifact_media_type]
            .into_iter()
            .flatten()
            .any(|media_type| media_type.contains(text))
    }
}

/// A regular expression that matches whole tags.
fn parse_regex(text: &str) -> Result<Regex, String> {
    // By itself first: what is around it must not mend it, nor show in the error.
    Regex::new(text)
        .and_then(|_| Regex::new(&format!("^(?:{text})$")))
        .map_err(|error| {
            // The lines before the last one point at a place in the pattern.
            let error = error.to_string();
            let reason = error.lines().last().unwrap_or_default();
            let reason = reason.strip_prefix("error: ").unwrap_or(reason);
            format!("{reason}\nhint: it is matched against whole tags, as in `v1\\..*`")
        })
}

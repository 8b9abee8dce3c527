//! Filters rows by tag, date and media type.

use jiff::Timestamp;

use super::pattern::TagPattern;
use super::version::{FloatingTags, Range};
use super::when::{Age, When};
use crate::error::Error;
use crate::facts::{Facts, Need};
use crate::model::Row;
use crate::reference::Digest;

/// The conditions that a row must meet.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Rows")]
pub(crate) struct FilterArgs {
    /// List only rows with a tag that matches this regex; repeatable
    ///
    /// The regular expression must match the whole tag. A tag passes if it matches some `--include`,
    /// no `--exclude`, and the `--semver` range. An image passes if one of its tags does, and is
    /// listed with all of its tags. Example: `.*-alpine`
    #[arg(long, value_name = "REGEX")]
    include: Vec<TagPattern>,

    /// Ignore tags that match this regex; repeatable
    #[arg(long, value_name = "REGEX")]
    exclude: Vec<TagPattern>,

    /// List only versions in this range, highest first
    ///
    /// A range is written as in npm: `1.27`, `1.x`, `^1.2`, `~1.2.3`, `>=1 <2`, `1.2 - 1.4`, `1.x ||
    /// 3.x`, `*`. A version has one or more numbers, and may have a prefix, a build and a suffix:
    /// `v1.27.3`, `1.27.3-alpine`, `1.4.1_up1.0`, `init-2.32.2`. The range ignores builds and
    /// variants such as `-alpine`. Pre-releases such as `-rc1` are left out, unless the range names
    /// one or `--pre` is given. A tag such as `1.27` counts as the release on the same image, such as
    /// `1.27.3`.
    #[arg(long, value_name = "RANGE")]
    pub(crate) semver: Option<Range>,

    /// Include pre-releases in the `--semver` range
    #[arg(long, hide_short_help = true)]
    pub(crate) pre: bool,

    /// Ignore tags such as `sha256-….sig`, which attach signatures to images
    ///
    /// These are `sha256-` and 64 hexadecimal digits, with or without a suffix.
    #[arg(long, hide_short_help = true)]
    exclude_digest_tags: bool,

    /// List only rows dated at or after this time
    ///
    /// A time (`2024-06-01T12:00:00Z`), a date with or without a time in UTC (`2024-06-01`,
    /// `2024-06-01 12:00:00`), or an age (`36h`, `7d`, `2w`, `3mo`, `1y`). An image is dated by its
    /// push, a tag by its creation. Rows without a date are left out.
    #[arg(long, value_name = "WHEN")]
    since: Option<When>,

    /// List only rows dated before this time, written as for `--since`
    #[arg(long, value_name = "WHEN")]
    pub(crate) before: Option<When>,

    /// List only rows older than this age, such as `7d`
    ///
    /// The same as `--before` with an age. A note on stderr counts the rows that are too young.
    #[arg(long, value_name = "AGE", hide_short_help = true)]
    pub(crate) min_age: Option<Age>,

    /// List only rows with this text in the media type of the manifest or artifact
    #[arg(long, value_name = "TEXT", hide_short_help = true)]
    media_type: Option<String>,
}

/// The options that select tagged or untagged images.
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

    /// List only images that no tag reaches
    ///
    /// An image is in use if it has a tag, if an index in use holds it, or if it refers to an image in
    /// use: as a signature or an SBOM does by its `subject`, or by a tag such as `sha256-….sig`, which
    /// does not count as a tag of its own. For your own repositories only. Reads the manifests of all
    /// indexes and unreached images, and the listing once more after them: if anything is unreadable or
    /// has changed, nothing is listed. Images younger than 24 hours are left out, because their index
    /// may be pushed after them, unless `--before` or `--min-age` is given; images without a date
    /// always. The whole repository decides, whatever other filters leave out.
    #[arg(long)]
    pub(crate) unused: bool,
}

impl TaggedArgs {
    /// The facts that the options need.
    pub(crate) fn needs(self) -> Vec<Need> {
        let Self {
            tagged: _,
            untagged,
            unused,
        } = self;
        let untagged = untagged.then(|| Need::new("--untagged", Facts::UNTAGGED));
        let unused = unused.then(|| Need::new("--unused", Facts::RELATIONS));
        untagged.into_iter().chain(unused).collect()
    }
}

/// The conditions, with resolved times.
#[derive(Clone, Debug)]
pub(crate) struct Filter<'a> {
    args: &'a FilterArgs,
    tagged: TaggedArgs,
    since: Option<Timestamp>,
    before: Option<Timestamp>,
}

/// Whether a row passes and, if a note reports it, why not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Passes,
    /// It is younger than `--min-age`, but passes otherwise.
    TooYoung,
    /// It would pass with `--pre`.
    PreRelease,
    Fails,
    /// Rows were named one by one, but not this one.
    NotNamed,
}

impl FilterArgs {
    /// The facts that the options need.
    pub(super) fn needs(&self) -> Vec<Need> {
        let Self {
            include: _,
            exclude: _,
            semver,
            pre,
            exclude_digest_tags,
            since,
            before,
            min_age,
            media_type,
        } = self;
        let given = [
            ("--semver", semver.is_some(), Facts::TAGS),
            ("--pre", *pre, Facts::TAGS),
            ("--exclude-digest-tags", *exclude_digest_tags, Facts::TAGS),
            ("--since", since.is_some(), Facts::DETAILS),
            ("--before", before.is_some(), Facts::DETAILS),
            ("--min-age", min_age.is_some(), Facts::DETAILS),
            (
                "--media-type",
                media_type.is_some(),
                Facts::TAGS | Facts::DETAILS,
            ),
        ];
        let given = given.into_iter().filter(|(_, is_given, _)| *is_given);
        given
            .map(|(option, _, facts)| Need::new(option, facts))
            .collect()
    }

    /// The filter with times relative to `now`.
    ///
    /// # Errors
    ///
    /// A usage error if no row could pass.
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
        let before = self.before.or(self.min_age.map(When::Ago));
        if self.since.is_some() || before.is_some() {
            let now = now();
            filter.since = self.since.map(|when| when.time(now)).transpose()?;
            filter.before = before.map(|when| when.time(now)).transpose()?;
        }
        match (filter.since, filter.before) {
            (Some(since), Some(before)) if since >= before => {
                let other = self.min_age.map_or("--before", |_| "--min-age");
                Err(Error::usage(format!(
                    "no row is dated at or after {since:.0} and before {before:.0}"
                ))
                .hint(format!("exchange the values of `--since` and `{other}`")))
            }
            _ => Ok(filter),
        }
    }
}

impl Filter<'_> {
    /// Whether `row` passes; `floating` holds the floating tags of its repository.
    pub(super) fn verdict(&self, row: &Row, floating: &FloatingTags) -> Verdict {
        if self.tagged.unused && !row.is_unused() {
            return Verdict::Fails;
        }
        let by_tags = self.by_tags(row, floating);
        if by_tags == Verdict::Fails || !self.has_media_type(row) {
            return Verdict::Fails;
        }
        match (by_tags, self.by_date(row)) {
            (by_tags, Verdict::Passes) => by_tags,
            (Verdict::Passes, by_date) => by_date,
            _ => Verdict::Fails,
        }
    }

    /// Whether `tag`, a tag of `row`, meets the conditions on tags.
    pub(super) fn passes_tag(&self, row: &Row, tag: &str, floating: &FloatingTags) -> bool {
        self.is_included(tag)
            && !self.is_excluded(tag)
            && self.is_in_range(row, tag, floating, self.args.pre)
    }

    /// Whether images without tags can pass.
    pub(super) fn admits_untagged(&self) -> bool {
        let needs_tag = !self.args.include.is_empty() || self.args.semver.is_some();
        !self.tagged.tagged && !needs_tag
    }

    /// Whether rows of some age are left out because they are young.
    pub(super) fn bounds_age(&self) -> bool {
        self.before.is_some()
    }

    /// Whether there is a range of versions.
    pub(super) fn has_range(&self) -> bool {
        self.args.semver.is_some()
    }

    /// Whether some tags of an image that passes may fail.
    pub(super) fn selects_tags(&self) -> bool {
        let FilterArgs {
            include,
            exclude,
            exclude_digest_tags,
            ..
        } = self.args;
        !include.is_empty() || !exclude.is_empty() || *exclude_digest_tags || self.has_range()
    }

    /// A pattern with which `row` passes, made from an `--include` that matches only a part of a tag.
    pub(super) fn suggestion(&self, row: &Row, floating: &FloatingTags) -> Option<String> {
        let passes_otherwise = |tag: &&String| {
            !self.is_excluded(tag) && self.is_in_range(row, tag, floating, self.args.pre)
        };
        if self.tagged.untagged
            || self.tagged.unused
            || !self.has_media_type(row)
            || self.by_date(row) != Verdict::Passes
        {
            return None;
        }
        let mut tags = row.names().iter().filter(passes_otherwise);
        tags.find_map(|tag| {
            let include = self.args.include.iter();
            let mut matching = include.filter(|pattern| pattern.matches_part(tag));
            matching.next().map(TagPattern::suggestion)
        })
    }

    fn by_tags(&self, row: &Row, floating: &FloatingTags) -> Verdict {
        let tags = row.names();
        if tags.is_empty() {
            return passes_if(self.admits_untagged());
        }
        if self.tagged.untagged {
            return Verdict::Fails;
        }
        if tags.iter().any(|tag| self.passes_tag(row, tag, floating)) {
            return Verdict::Passes;
        }
        let needs_pre = |tag: &String| {
            self.is_included(tag)
                && !self.is_excluded(tag)
                && self.is_in_range(row, tag, floating, true)
        };
        if self.has_range() && !self.args.pre && tags.iter().any(needs_pre) {
            Verdict::PreRelease
        } else {
            Verdict::Fails
        }
    }

    fn is_included(&self, tag: &str) -> bool {
        let include = &self.args.include;
        include.is_empty() || include.iter().any(|pattern| pattern.matches(tag))
    }

    fn is_excluded(&self, tag: &str) -> bool {
        let FilterArgs {
            exclude,
            exclude_digest_tags,
            ..
        } = self.args;
        exclude.iter().any(|pattern| pattern.matches(tag))
            || *exclude_digest_tags && Digest::in_tag(tag).is_some()
    }

    fn is_in_range(&self, row: &Row, tag: &str, floating: &FloatingTags, pre: bool) -> bool {
        let Some(range) = &self.args.semver else {
            return true;
        };
        let digest = row.digest.as_deref();
        let version = floating.version(digest, tag);
        version.is_some_and(|version| range.contains(&version, pre))
    }

    fn by_date(&self, row: &Row) -> Verdict {
        if self.since.is_none() && self.before.is_none() {
            return Verdict::Passes;
        }
        let Some(date) = row.date else {
            return Verdict::Fails;
        };
        if self.since.is_some_and(|since| date < since) {
            Verdict::Fails
        } else if self.before.is_none_or(|before| date < before) {
            Verdict::Passes
        } else if self.args.min_age.is_some() {
            Verdict::TooYoung
        } else {
            Verdict::Fails
        }
    }

    fn has_media_type(&self, row: &Row) -> bool {
        let Some(text) = self.args.media_type.as_deref() else {
            return true;
        };
        let mut media_types = [&row.media_type, &row.artifact_media_type].into_iter();
        media_types.any(|media_type| media_type.as_ref().is_some_and(|name| name.contains(text)))
    }
}

fn passes_if(condition: bool) -> Verdict {
    if condition {
        Verdict::Passes
    } else {
        Verdict::Fails
    }
}

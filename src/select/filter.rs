//! Filters rows by tag, date and media type.

use super::Selection;
use super::pattern::TagPattern;
use super::version::{FloatingTags, Range};
use super::when::When;
use crate::facts::{Facts, Need};
use crate::model::Row;

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

    /// List only rows dated at or after this time
    ///
    /// A time (`2024-06-01T12:00:00Z`), a date with or without a time in UTC (`2024-06-01`,
    /// `2024-06-01 12:00:00`), Unix seconds, or an age (`36h`, `7d`, `2w`, `3mo`, `1y`, `1d12h`). An
    /// image is dated by its push, a tag or repository by its creation. Rows without a date are left out.
    #[arg(long, value_name = "WHEN")]
    pub(super) since: Option<When>,

    /// List only rows dated before this time, written as for `--since`
    ///
    /// `--min-age` is the same.
    #[arg(long, value_name = "WHEN", alias = "min-age")]
    pub(crate) before: Option<When>,

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
    /// may be pushed after them, unless `--before` is given; images without a date always. The
    /// whole repository decides, whatever other filters leave out.
    #[arg(long)]
    pub(crate) unused: bool,
}

impl TaggedArgs {
    pub(crate) fn needs(self) -> impl Iterator<Item = Need> {
        Need::given([
            ("--tagged", self.tagged, Facts::NAMES),
            ("--untagged", self.untagged, Facts::UNTAGGED),
            ("--unused", self.unused, Facts::RELATIONS),
        ])
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Verdict {
    Passes,
    PreRelease,
    #[default]
    Fails,
    /// Rows were named one by one, but not this one.
    NotNamed,
}

impl FilterArgs {
    pub(crate) fn needs(&self) -> impl Iterator<Item = Need> {
        let of_media_type = Facts::TAGS | Facts::DETAILS;
        Need::given([
            ("--include", !self.include.is_empty(), Facts::NAMES),
            ("--exclude", !self.exclude.is_empty(), Facts::NAMES),
            ("--semver", self.semver.is_some(), Facts::TAGS),
            ("--pre", self.pre, Facts::TAGS),
            ("--since", self.since.is_some(), Facts::DETAILS),
            ("--before", self.before.is_some(), Facts::DETAILS),
            ("--media-type", self.media_type.is_some(), of_media_type),
        ])
    }
}

impl Selection<'_> {
    /// Whether `row` passes; `floating` holds the floating tags of its repository.
    pub(super) fn verdict(&self, row: &Row, floating: &FloatingTags) -> Verdict {
        let fits = self.fits(row) && (!self.tagged.unused || row.is_unused());
        let passes = |pre| match row.names() {
            _ if !fits => false,
            [] => self.admits_untagged(),
            _ if self.tagged.untagged => false,
            tags => tags
                .iter()
                .any(|tag| self.is_included(tag) && self.passes_otherwise(row, tag, floating, pre)),
        };
        if passes(self.filter.pre) {
            Verdict::Passes
        } else if self.filter.semver.is_some() && !self.filter.pre && passes(true) {
            Verdict::PreRelease
        } else {
            Verdict::Fails
        }
    }

    /// Whether `tag`, a tag of `row`, meets the conditions on tags.
    pub(super) fn passes_tag(&self, row: &Row, tag: &str, floating: &FloatingTags) -> bool {
        self.is_included(tag) && self.passes_otherwise(row, tag, floating, self.filter.pre)
    }

    fn admits_untagged(&self) -> bool {
        let needs_tag = !self.filter.include.is_empty() || self.filter.semver.is_some();
        !self.tagged.tagged && !needs_tag
    }

    pub(crate) fn bounds_age(&self) -> bool {
        self.before.is_some()
    }

    /// A pattern with which `row` passes, made from an `--include` that matches only a part of a tag.
    pub(super) fn suggestion_for(&self, row: &Row, floating: &FloatingTags) -> Option<String> {
        if self.tagged.untagged || self.tagged.unused || !self.fits(row) {
            return None;
        }
        let passes_otherwise =
            |tag: &&String| self.passes_otherwise(row, tag, floating, self.filter.pre);
        let mut tags = row.names().iter().filter(passes_otherwise);
        tags.find_map(|tag| {
            let mut include = self.filter.include.iter();
            include.find_map(|pattern| pattern.suggestion(tag))
        })
    }

    fn is_included(&self, tag: &str) -> bool {
        let include = &self.filter.include;
        include.is_empty() || include.iter().any(|pattern| pattern.matches(tag))
    }

    /// Whether `tag` meets the conditions on tags other than `--include`; `pre` admits pre-releases.
    fn passes_otherwise(&self, row: &Row, tag: &str, floating: &FloatingTags, pre: bool) -> bool {
        let is_in_range = |range: &Range| {
            let version = floating.version(row.digest.as_deref(), tag);
            version.is_some_and(|version| range.contains(&version, pre))
        };
        let mut exclude = self.filter.exclude.iter();
        !exclude.any(|pattern| pattern.matches(tag))
            && self.filter.semver.as_ref().is_none_or(is_in_range)
    }

    fn fits(&self, row: &Row) -> bool {
        let has_date = |date| {
            self.since.is_none_or(|since| date >= since)
                && self.before.is_none_or(|before| date < before)
        };
        let is_undated = self.since.is_none() && self.before.is_none();
        let media_types = [&row.media_type, &row.artifact_media_type];
        let has_media_type = |text: &String| {
            let mut media_types = media_types.into_iter().flatten();
            media_types.any(|media_type| media_type.contains(text))
        };
        (is_undated || row.date.is_some_and(has_date))
            && self.filter.media_type.as_ref().is_none_or(has_media_type)
    }
}

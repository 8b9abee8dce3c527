//! `--tag` and `--digest`: rows that are named one by one.

use std::collections::HashMap;

use crate::facts::{Facts, Need};
use crate::model::Row;
use crate::reference::{Digest, ImageId, TagName};

/// The ids of rows.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Rows")]
pub(crate) struct IdArgs {
    /// List only rows with this tag; repeatable
    ///
    /// If a tag or digest does not exist, an error names it, the others are listed, and the exit code
    /// is 3. Images of your own registry are looked up, 100 per request, and `tags` looks up a single
    /// public tag with `-o name`, `--full-ref` or `--pin`; all others are picked from the whole listing.
    #[arg(long = "tag", alias = "image-tag", value_name = "TAG")]
    pub(crate) tags: Vec<TagName>,

    /// List only rows with this digest, or its beginning; repeatable
    ///
    /// A digest may be given as tables show it: 12 or more digits, with or without `sha256:`.
    #[arg(long = "digest", alias = "image-digest", value_name = "DIGEST")]
    pub(crate) digests: Vec<Digest>,
}

impl IdArgs {
    pub(crate) fn are_given(&self) -> bool {
        !self.tags.is_empty() || !self.digests.is_empty()
    }

    /// The ids of these options and `others`, each once, or nothing if there are none.
    pub(crate) fn wanted(&self, others: &[ImageId]) -> Option<Wanted> {
        let tags = self.tags.iter().cloned().map(ImageId::Tag);
        let digests = self.digests.iter().cloned().map(ImageId::Digest);
        let ids = tags.chain(digests).chain(others.iter().cloned());
        let wanted = Wanted::new(ids);
        (!wanted.ids.is_empty()).then_some(wanted)
    }

    pub(crate) fn needs(&self) -> Option<Need> {
        (!self.digests.is_empty()).then(|| Need::new("--digest", Facts::DETAILS))
    }
}

#[derive(Debug, Default)]
pub(crate) struct Wanted {
    ids: Vec<ImageId>,
    /// The positions in `ids` of tags and digests, which differ by their colons.
    places: HashMap<String, usize>,
    short_digests: Vec<(Digest, usize)>,
}

impl Wanted {
    pub(super) fn new(ids: impl IntoIterator<Item = ImageId>) -> Self {
        let mut wanted = Self::default();
        for id in ids {
            let text = match &id {
                ImageId::Tag(tag) => tag.as_str(),
                ImageId::Digest(digest) => digest.as_str(),
            };
            let position = wanted.ids.len();
            if wanted.places.contains_key(text) {
                continue;
            }
            wanted.places.insert(text.to_owned(), position);
            if let Some(short) = id.short_digest() {
                wanted.short_digests.push((short.clone(), position));
            }
            wanted.ids.push(id);
        }
        wanted
    }

    /// All ids in the order given: tags, digests, then those of references.
    pub(crate) fn ids(&self) -> &[ImageId] {
        &self.ids
    }

    /// Whether `row` is named by some of its tags, but not by all of them, and not by its digest.
    pub(super) fn leaves_out_tags(&self, row: &Row) -> bool {
        let is_tag = |position: usize| matches!(self.ids[position], ImageId::Tag(_));
        let is_named_by_tags = self.positions(row).all(is_tag);
        is_named_by_tags && row.names().iter().any(|tag| !self.places.contains_key(tag))
    }

    /// The positions in [`Self::ids`] of the ids that `row` has.
    pub(super) fn positions<'a>(&'a self, row: &'a Row) -> impl Iterator<Item = usize> + 'a {
        let digest = row.digest.as_deref();
        let texts = row.names().iter().map(String::as_str).chain(digest);
        let whole = texts.filter_map(|text| self.places.get(text));
        let short = self.short_digests.iter();
        let short = short.filter(move |(short, _)| digest.is_some_and(|it| short.matches(it)));
        whole.chain(short.map(|(_, position)| position)).copied()
    }
}

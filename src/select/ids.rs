//! `--tag` and `--digest`: exactly these rows, and which of them there are none of.

use std::collections::{BTreeSet, HashSet};

use crate::facts::{Facts, Need};
use crate::model::Row;
use crate::reference::{Digest, ImageId, TagName};

/// Rows asked for by name.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Rows")]
pub(crate) struct IdArgs {
    /// List only what has this tag; repeatable
    ///
    /// Images of your own registry are looked up, 100 in a request; tags, and what is public, are
    /// picked from the listing.
    /// Those that do not exist are named on stderr, the others are listed, and the exit code is 3.
    #[arg(long = "tag", value_name = "TAG")]
    pub(crate) tags: Vec<TagName>,

    /// List only what has this digest; repeatable
    #[arg(long = "digest", value_name = "DIGEST")]
    pub(crate) digests: Vec<Digest>,
}

impl IdArgs {
    /// Whether some image or tag is asked for by name.
    pub(crate) fn are_given(&self) -> bool {
        !self.tags.is_empty() || !self.digests.is_empty()
    }

    /// What these options and `others` ask for, each once, or nothing when all rows are.
    pub(crate) fn wanted(&self, others: &[ImageId]) -> Option<Wanted> {
        let tags = self.tags.iter().cloned().map(ImageId::Tag);
        let digests = self.digests.iter().cloned().map(ImageId::Digest);
        let mut ids = Vec::new();
        for id in tags.chain(digests).chain(others.iter().cloned()) {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        (!ids.is_empty()).then_some(Wanted { ids })
    }

    /// What the options need to know of rows.
    pub(crate) fn needs(&self) -> Option<Need> {
        let Self { tags: _, digests } = self;
        (!digests.is_empty()).then(|| Need::new("--digest", Facts::DETAILS))
    }
}

/// The tags and digests that are asked for.
#[derive(Debug)]
pub(crate) struct Wanted {
    ids: Vec<ImageId>,
}

impl Wanted {
    /// All of them, in the order asked: tags, digests, then what references name.
    pub(crate) fn ids(&self) -> &[ImageId] {
        &self.ids
    }

    /// The short digests with which several images among `rows` begin, and the digests of these.
    pub(crate) fn ambiguous<R: Row>(&self, rows: &[R]) -> Option<(&Digest, BTreeSet<String>)> {
        let short = self.ids.iter().filter_map(ImageId::short_digest);
        short
            .map(|short| {
                let digests = rows
                    .iter()
                    .filter_map(|row| row.manifest().digest.as_deref());
                let matching = digests.filter(|digest| short.matches(digest));
                (short, matching.map(str::to_owned).collect::<BTreeSet<_>>())
            })
            .find(|(_, matching)| matching.len() > 1)
    }

    /// The ids that no row of `rows` answers to.
    pub(crate) fn missing<R: Row>(&self, rows: &[R]) -> Vec<&ImageId> {
        let mut tags = HashSet::new();
        let mut digests = HashSet::new();
        for row in rows {
            tags.extend(row.tags().iter().map(String::as_str));
            digests.extend(row.manifest().digest.as_deref());
        }
        let is_missing = |id: &&ImageId| match id {
            ImageId::Tag(tag) => !tags.contains(tag.as_str()),
            ImageId::Digest(digest) if digest.is_whole() => !digests.contains(digest.as_str()),
            ImageId::Digest(short) => !digests.iter().any(|digest| short.matches(digest)),
        };
        self.ids.iter().filter(is_missing).collect()
    }
}

/// Keeps the rows that some id of `ids` names.
pub(crate) fn pick<R: Row>(ids: &[&ImageId], rows: &mut Vec<R>) {
    let tags: HashSet<&str> = ids.iter().filter_map(|id| id.tag()).collect();
    let digests: HashSet<&str> = ids.iter().filter_map(|id| id.digest()).collect();
    let short: Vec<_> = ids.iter().filter_map(|id| id.short_digest()).collect();
    rows.retain(|row| {
        let digest = row.manifest().digest.as_deref();
        digest.is_some_and(|digest| {
            digests.contains(digest) || short.iter().any(|short| short.matches(digest))
        }) || row.tags().iter().any(|tag| tags.contains(tag.as_str()))
    });
}

/// Keeps the first of the rows that are the same image or tag.
pub(crate) fn once<R: Row>(rows: &mut Vec<R>) {
    let mut seen = HashSet::new();
    rows.retain(|row| row.id().is_none_or(|id| seen.insert(id.to_owned())));
}

#[cfg(test)]
mod tests {
    use super::{Wanted, once, pick};
    use crate::model::{Image, Manifest};
    use crate::reference::ImageId;

    fn image(digest: &str, tags: &[&str]) -> Image {
        Image {
            tags: Some(tags.iter().map(ToString::to_string).collect()),
            manifest: Manifest {
                digest: Some(digest.to_owned()),
                ..Manifest::default()
            },
            ..Image::default()
        }
    }

    fn tag(name: &str) -> ImageId {
        ImageId::Tag(name.parse().expect("a tag"))
    }

    #[test]
    fn picks_what_is_named_once_and_knows_what_is_missing() {
        let wanted = Wanted {
            ids: vec![tag("a"), tag("b"), tag("nowhere")],
        };
        let mut rows = vec![
            image("sha256:1", &["a", "b"]),
            image("sha256:2", &["c"]),
            image("sha256:1", &["a", "b"]),
        ];
        pick(&wanted.ids().iter().collect::<Vec<_>>(), &mut rows);
        once(&mut rows);
        assert_eq!(rows, [image("sha256:1", &["a", "b"])]);
        assert_eq!(wanted.missing(&rows), [&tag("nowhere")]);
    }

    #[test]
    fn a_short_digest_names_the_one_image_that_begins_with_it() {
        let digest = |digits: &str| format!("sha256:{digits}{}", "0".repeat(64 - digits.len()));
        let short = |text: &str| ImageId::Digest(text.parse().expect("a digest"));
        let (a, b) = (digest("aaaaaaaaaaaa1"), digest("aaaaaaaaaaaa2"));
        let all = vec![image(&a, &["a"]), image(&b, &["b"]), image(&a, &["a"])];

        let wanted = Wanted {
            ids: vec![short("AAAAAAAAAAAA1"), short("bbbbbbbbbbbb")],
        };
        let mut rows = all.clone();
        pick(&wanted.ids().iter().collect::<Vec<_>>(), &mut rows);
        assert_eq!(rows, [image(&a, &["a"]), image(&a, &["a"])]);
        assert_eq!(wanted.ambiguous(&rows), None);
        assert_eq!(wanted.missing(&rows), [&short("bbbbbbbbbbbb")]);

        let wanted = Wanted {
            ids: vec![short("aaaaaaaaaaaa")],
        };
        let (_, matching) = wanted.ambiguous(&all).expect("two images");
        assert_eq!(matching.into_iter().collect::<Vec<_>>(), [a, b]);
    }
}

//! Selects image rows by what manifests tell, and adds it to them.

use super::census::{self, Manifests, Reader};
use super::plan::Added;
use super::read::Part;
use super::{Listing, platforms};
use crate::error::{Error, Kind};
use crate::facts::Facts;
use crate::model::{Image, ImageRow};
use crate::output::{FormatName, counted};
use crate::reference::{Platform, PublicRepository, Repository};
use crate::relations::{Graph, Incomplete, Question};
use crate::select::Wanted;
use crate::source::{Listed, Subject, Target};

/// The options that read manifests.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Relations")]
pub(crate) struct RelationArgs {
    /// Add the platforms of each index, such as linux/amd64
    ///
    /// Of your own repositories also those of images that an index holds. Reads the manifests of
    /// listed indexes from the registry; of your own repositories those of all indexes, if an image is
    /// listed too. Manifests are kept in the cache folder. With `--source registry`, reads the manifest
    /// of each tag.
    #[arg(long)]
    pub(super) platforms: bool,

    /// List only rows that run on this platform, such as linux/arm64
    ///
    /// OS/ARCH or OS/ARCH/VARIANT, in any case. Without a variant, any variant matches; `arm64` is
    /// `arm64/v8`. Reads manifests as `--platforms` does, in the order of the listing, until `--limit`
    /// rows have passed. Rows whose platform is not known, such as single images of public
    /// repositories, are left out; a note counts them.
    #[arg(long, value_name = "PLATFORM", hide_short_help = true)]
    pub(super) platform: Option<Platform>,
}

impl RelationArgs {
    /// The columns that the options add.
    pub(super) fn added(&self) -> Vec<Added> {
        let added = self.platforms.then_some(Added {
            option: "--platforms",
            column: "platforms",
        });
        added.into_iter().collect()
    }
}

/// The option of images of own repositories.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Relations")]
pub(crate) struct UsedByArgs {
    /// Add the tags through which each image is in use, and its role
    ///
    /// Its own tags, those of indexes that hold it, and those of the image that it refers to, such as
    /// a signature; the nearest first, without digest tags. The role is `index`, `image`,
    /// `attestation`, `signature`, `sbom` or `artifact`. For your own repositories only. Reads the
    /// manifests of all indexes and untagged images.
    #[arg(long)]
    used_by: bool,
}

impl UsedByArgs {
    /// The columns that the option adds.
    pub(crate) fn added(&self) -> Vec<Added> {
        let columns: &[_] = if self.used_by {
            &["usedBy", "role"]
        } else {
            &[]
        };
        let option = "--used-by";
        let added = |&column| Added { option, column };
        columns.iter().map(added).collect()
    }
}

/// What a listing of images is to find out from manifests.
#[derive(Clone, Copy, Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question of its own"
)]
pub(super) struct Questions {
    pub(super) platforms: bool,
    pub(super) used_by: bool,
    pub(super) unused: bool,
    /// The requests that delete what is listed, or their order.
    pub(super) deletion: bool,
}

impl Questions {
    /// Whether an answer depends on every image of the repository.
    fn take_all(self) -> bool {
        self.unused || self.deletion
    }

    /// What to do if a manifest cannot be read.
    fn advice(self) -> &'static str {
        if self.take_all() {
            "run the command again: nothing is listed unless everything can be read"
        } else if self.used_by {
            "leave out `--used-by` to list without manifests"
        } else {
            "leave out `--platforms` and `--pin` to list without manifests"
        }
    }
}

/// What is known of a repository beside the selected rows.
#[derive(Debug, Default)]
pub(super) struct Related {
    /// Every image, once the whole listing was read.
    pub(super) images: Option<Vec<Image>>,
    pub(super) manifests: Manifests,
}

/// A question about the rows of one repository.
pub(super) struct Relating<'a> {
    pub(super) reader: Reader<'a>,
    pub(super) related: Related,
    /// What is to be said about the answers.
    pub(super) notes: Vec<String>,
}

/// The rows of `target` that pass the filter, sorted and limited, with what manifests tell of them.
pub(super) async fn select<R: Listed<Of = Repository> + ImageRow + 'static>(
    listing: &Listing<'_, R>,
    target: &Target,
) -> Result<Part<R>, Error> {
    let questions = listing.questions;
    let wanted = listing.plan.wanted(target);
    let page_size = listing.plan.args.pages.page_size;
    if !questions.unused {
        let (mut part, reference) = tokio::try_join!(
            select_rows(listing, target, wanted.as_ref()),
            listing.reference(target)
        )?;
        if let Some(reference) = &reference {
            let mut relating = Relating::new(listing, &target.of, reference);
            relating.related.images = part.images.take();
            finish(listing, &mut relating, &mut part).await?;
            part.notes.append(&mut relating.notes);
        }
        listing.add_reference(reference.as_ref(), &mut part.selected.rows);
        return Ok(part);
    }
    let images = census::images(&listing.sources, &target.of, page_size);
    let (images, reference) = tokio::try_join!(images, listing.reference(target))?;
    let reference = reference.ok_or_else(|| {
        let message = format!("{} has no public reference", target.of.title());
        Error::new(Kind::Service, message)
    })?;
    let mut relating = Relating::new(listing, &target.of, &reference);
    let images = relating.decide(listing, images).await?;
    let selection = listing.selection.unlimited();
    let selection = if listing.plan.platform.is_some() {
        &selection
    } else {
        &listing.selection
    };
    let mut collector = selection.collector(wanted.as_ref());
    collector.add(images.iter().cloned().filter_map(R::of_image).collect());
    let mut part = Part::of(collector.finish(), &target.of)?;
    relating.related.images = Some(images);
    finish(listing, &mut relating, &mut part).await?;
    part.notes.append(&mut relating.notes);
    listing.add_reference(Some(&reference), &mut part.selected.rows);
    Ok(part)
}

/// The rows that pass the filter, except those that `--platform` decides.
async fn select_rows<R: Listed<Of = Repository> + ImageRow + 'static>(
    listing: &Listing<'_, R>,
    target: &Target,
    wanted: Option<&Wanted>,
) -> Result<Part<R>, Error> {
    let unlimited = listing.selection.unlimited();
    let selection = if listing.plan.platform.is_some() {
        &unlimited
    } else {
        &listing.selection
    };
    let collector = selection.collector(wanted);
    listing.collect(&target.of, wanted, collector).await
}

/// Answers all questions about the rows of `part`.
async fn finish<R: Listed<Of = Repository> + ImageRow + 'static>(
    listing: &Listing<'_, R>,
    relating: &mut Relating<'_>,
    part: &mut Part<R>,
) -> Result<(), Error> {
    let questions = listing.questions;
    if let Some(platform) = &listing.plan.platform {
        let limit = listing.selection.limit();
        platforms::select(listing, relating, part, platform, limit).await?;
    } else if listing.reads.intersects(Facts::MANIFESTS | Facts::DIGESTS) {
        platforms::add(listing, relating, &mut part.selected.rows).await?;
    }
    if questions.used_by {
        relating.add_used_by(&mut part.selected.rows).await?;
    }
    if questions.deletion {
        relating.plan_deletion(&mut part.selected.rows).await?;
    }
    if questions.take_all() {
        let reader = relating.reader;
        reader.compare(relating.all_images().await?).await?;
    }
    if questions.deletion {
        part.selected.counts.passing = part.selected.rows.len();
    }
    Ok(())
}

impl<'a> Relating<'a> {
    fn new<R: Listed<Of = Repository> + ImageRow + 'static>(
        listing: &'a Listing<'a, R>,
        repository: &'a Repository,
        reference: &'a PublicRepository,
    ) -> Self {
        Self {
            reader: Reader {
                sources: &listing.sources,
                repository,
                reference,
                page_size: listing.plan.args.pages.page_size,
                advice: listing.questions.advice(),
            },
            related: Related::default(),
            notes: Vec::new(),
        }
    }

    /// Every image of the repository.
    pub(super) async fn all_images(&mut self) -> Result<&[Image], Error> {
        if self.related.images.is_none() {
            let Reader {
                sources,
                repository,
                page_size,
                ..
            } = self.reader;
            self.related.images = Some(census::images(sources, repository, page_size).await?);
        }
        Ok(self.related.images.as_deref().unwrap_or_default())
    }

    /// Marks the `images` that no tag reaches.
    async fn decide<R: Listed<Of = Repository> + ImageRow + 'static>(
        &mut self,
        listing: &Listing<'_, R>,
        mut images: Vec<Image>,
    ) -> Result<Vec<Image>, Error> {
        let settled = (!listing.selection.bounds_age()).then(|| census::settled(listing.now));
        let unused: Vec<bool> = {
            let mut graph = census::graph(&images, &self.related.manifests)?;
            let manifests = &mut self.related.manifests;
            self.reader
                .read(&mut graph, manifests, Question::Unused)
                .await?;
            let unused = graph
                .unused(settled)
                .map_err(|missing| self.incomplete(&missing))?;
            self.note_unused(&graph, unused.young, unused.undated, images.is_empty());
            let is_unused = |image: &Image| {
                let digest = image.manifest.digest.as_deref();
                digest.is_some_and(|digest| unused.digests.contains(digest))
            };
            images.iter().map(is_unused).collect()
        };
        for (image, unused) in images.iter_mut().zip(unused) {
            image.manifest.relations_mut().is_unused = unused;
        }
        Ok(images)
    }

    fn note_unused(&mut self, graph: &Graph<'_>, young: usize, undated: usize, is_empty: bool) {
        let title = self.reader.repository.title();
        if !graph.has_roots() && !is_empty {
            self.notes.push(format!(
                "{title} has no tag, so that nothing in it is in use"
            ));
        }
        if young > 0 {
            let images = counted(young, "image");
            self.notes.push(format!(
                "`--unused` leaves out {images} younger than 24 hours, whose index may still be pushed; `--min-age` sets another age"
            ));
        }
        if undated > 0 {
            let images = counted(undated, "image");
            self.notes
                .push(format!("`--unused` leaves out {images} without a date"));
        }
    }

    /// Adds the tags through which images are in use, and their roles.
    async fn add_used_by<R: ImageRow>(&mut self, rows: &mut [R]) -> Result<(), Error> {
        self.all_images().await?;
        let images = self.related.images.as_deref().unwrap_or_default();
        let mut graph = census::graph(images, &self.related.manifests)?;
        let manifests = &mut self.related.manifests;
        self.reader
            .read(&mut graph, manifests, Question::UsedBy)
            .await?;
        let used_by = graph
            .used_by()
            .map_err(|missing| self.incomplete(&missing))?;
        for row in rows {
            let digest = row.manifest().digest.clone().unwrap_or_default();
            let tags = used_by.tags(&digest).into_iter().map(str::to_owned);
            let relations = row.manifest_mut().relations_mut();
            relations.used_by = Some(tags.collect());
            relations.role = graph.role(&digest);
        }
        Ok(())
    }

    /// Puts the rows in the order in which the service deletes their images, and leaves out those that
    /// an image which stays needs.
    async fn plan_deletion<R: ImageRow>(&mut self, rows: &mut Vec<R>) -> Result<(), Error> {
        self.all_images().await?;
        let images = self.related.images.as_deref().unwrap_or_default();
        let mut graph = census::graph(images, &self.related.manifests)?;
        let candidates: Vec<String> = (rows.iter())
            .filter_map(|row| row.manifest().digest.clone())
            .collect();
        let candidates: Vec<&str> = candidates.iter().map(String::as_str).collect();
        let question = Question::Deletion(&candidates);
        let manifests = &mut self.related.manifests;
        self.reader.read(&mut graph, manifests, question).await?;
        let plan = graph
            .deletion(&candidates)
            .map_err(|missing| self.incomplete(&missing))?;
        let requests = plan.requests.iter().enumerate();
        let numbers: std::collections::HashMap<&str, (usize, usize)> = requests
            .flat_map(|(number, request)| request.iter().map(move |digest| (*digest, number)))
            .enumerate()
            .map(|(place, (digest, number))| (digest, (place, number)))
            .collect();
        let place = |row: &R| numbers.get(row.manifest().digest.as_deref()?).copied();
        rows.retain(|row| place(row).is_some());
        rows.sort_by_key(|row| place(row));
        let name = match self.reader.repository {
            Repository::Own(name) => Some(name.as_str().into()),
            Repository::Public(_) => None,
        };
        for row in rows {
            let number = place(row).map(|(_, number)| number);
            row.manifest_mut().relations_mut().request = number;
            row.home_mut().repository.clone_from(&name);
        }
        let (held, attached) = (plan.held, plan.attached);
        self.note_protected(held, attached);
        Ok(())
    }

    fn note_protected(&mut self, held: usize, attached: usize) {
        if held > 0 {
            self.notes.push(format!(
                "{} left out, because an index that stays holds {}",
                are(held),
                them(held)
            ));
        }
        if attached > 0 {
            self.notes.push(format!(
                "{} left out, because an image that stays is signed or described by {}",
                are(attached),
                them(attached)
            ));
        }
    }

    /// The error for an answer that a missing manifest makes impossible.
    pub(super) fn incomplete(&self, missing: &Incomplete) -> Error {
        let title = self.reader.repository.title();
        let message = format!("the relations of {title} are not complete: {missing}");
        Error::new(Kind::Service, message).hint(self.reader.advice)
    }
}

fn are(count: usize) -> String {
    let verb = if count == 1 { "is" } else { "are" };
    format!("{} {verb}", counted(count, "image"))
}

fn them(count: usize) -> &'static str {
    if count == 1 { "it" } else { "them" }
}

impl Questions {
    /// The questions of a listing that reads these facts, for this format.
    pub(super) fn of(reads: Facts, columns: &[&str], unused: bool, format: FormatName) -> Self {
        let has = |names: [&str; 2]| columns.iter().any(|column| names.contains(column));
        Self {
            platforms: reads.contains(Facts::MANIFESTS),
            used_by: has(["usedBy", "role"]),
            unused,
            deletion: format == FormatName::DeleteRequests
                || unused && format == FormatName::ImageIds,
        }
    }
}

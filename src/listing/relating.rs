//! Relates the images of one repository: which are unused, what uses them, how they can be deleted.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use super::Listing;
use super::census::{self, Manifests, Reader};
use crate::error::{Error, Kind};
use crate::model::{Image, ImageRow};
use crate::output::counted;
use crate::reference::{Digest, PublicRepository, Repository};
use crate::relations::Question;
use crate::source::{Listed, Subject};

/// Relates the images of one repository.
pub(super) struct Relating<'a> {
    pub(super) reader: Reader<'a>,
    /// Every image, once the whole listing was read.
    pub(super) images: Option<Vec<Image>>,
    pub(super) manifests: Manifests,
    /// What is to be said about the answers.
    pub(super) notes: Vec<String>,
}

impl<'a> Relating<'a> {
    pub(super) fn new<R: Listed<Of = Repository> + ImageRow + 'static>(
        listing: &'a Listing<'a, R>,
        repository: &'a Repository,
        reference: &'a PublicRepository,
        images: Option<Vec<Image>>,
    ) -> Self {
        Self {
            reader: Reader {
                sources: &listing.sources,
                repository,
                reference,
                page_size: listing.plan.args.pages.page_size,
                advice: listing.questions.advice(),
            },
            images,
            manifests: Manifests::new(),
            notes: Vec::new(),
        }
    }

    /// Every image of the repository.
    pub(super) async fn all_images(&mut self) -> Result<&[Image], Error> {
        if self.images.is_none() {
            let Reader {
                sources,
                repository,
                page_size,
                ..
            } = self.reader;
            self.images = Some(census::images(sources, repository, page_size).await?);
        }
        Ok(self.images.as_deref().unwrap_or_default())
    }

    /// Marks the images that no tag reaches, dated before `settled` if that is given.
    pub(super) async fn decide(&mut self, settled: Option<Timestamp>) -> Result<(), Error> {
        let mut images = self.images.take().unwrap_or_default();
        let mut graph = census::graph(&images, &self.manifests)?;
        let manifests = &mut self.manifests;
        self.reader
            .read(&mut graph, manifests, Question::Unused)
            .await?;
        let unused = graph.unused();
        let unused = unused.map_err(|missing| self.incomplete(&missing))?;
        let (mut young, mut undated) = (0, 0);
        // Undated images could be as young as one whose index is still to be pushed.
        let mut is_unused = |image: &Image| {
            let digest = image.manifest.digest.as_deref();
            let is_unused = digest.is_some_and(|digest| unused.contains(digest));
            match image.manifest.pushed_at {
                _ if !is_unused => return false,
                None => undated += 1,
                Some(date) if settled.is_some_and(|settled| date >= settled) => young += 1,
                Some(_) => return true,
            }
            false
        };
        let are_unused: Vec<_> = images.iter().map(&mut is_unused).collect();
        self.note_unused(graph.has_roots() || images.is_empty(), young, undated);
        self.note_elsewhere(&images);
        for (image, unused) in images.iter_mut().zip(are_unused) {
            image.manifest.relations_mut().is_unused = unused;
        }
        self.images = Some(images);
        Ok(())
    }

    fn note_unused(&mut self, has_roots: bool, young: usize, undated: usize) {
        if !has_roots {
            let title = self.reader.repository.title();
            self.notes.push(format!(
                "{title} has no tag but those of signatures, so that nothing in it is in use"
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

    /// Notes how many images belong, by their digest tags, to images of other repositories.
    fn note_elsewhere(&mut self, images: &[Image]) {
        let digests = images
            .iter()
            .filter_map(|image| image.manifest.digest.as_deref());
        let digests: HashSet<_> = digests.collect();
        let is_elsewhere = |tag: &String| {
            Digest::in_tag(tag).is_some_and(|(digest, _)| !digests.contains(digest.as_str()))
        };
        let elsewhere = images.iter().filter(|image| {
            let tags = image.tags.as_deref().unwrap_or_default();
            !tags.is_empty() && tags.iter().all(is_elsewhere)
        });
        let count = elsewhere.count();
        if count > 0 {
            self.notes.push(format!(
                "{} attached by tag to images that this repository does not hold; they count as unused",
                are(count)
            ));
        }
    }

    /// Adds the tags through which images are in use, and their roles.
    pub(super) async fn add_used_by<R: ImageRow>(&mut self, rows: &mut [R]) -> Result<(), Error> {
        self.all_images().await?;
        let images = self.images.as_deref().unwrap_or_default();
        let mut graph = census::graph(images, &self.manifests)?;
        let manifests = &mut self.manifests;
        self.reader
            .read(&mut graph, manifests, Question::UsedBy)
            .await?;
        let used_by = graph
            .used_by()
            .map_err(|missing| self.incomplete(&missing))?;
        for row in rows {
            let digest = row.manifest().digest.clone().unwrap_or_default();
            let tags = used_by.get(&*digest).into_iter().flatten();
            let tags = tags.map(|tag| (*tag).to_owned());
            let relations = row.manifest_mut().relations_mut();
            relations.used_by = Some(tags.collect());
            relations.role = graph.role(&digest);
        }
        Ok(())
    }

    /// Puts the rows in the order in which the service deletes their images, and leaves out those that
    /// an image which stays needs.
    pub(super) async fn plan_deletion<R: ImageRow>(
        &mut self,
        rows: &mut Vec<R>,
    ) -> Result<(), Error> {
        self.all_images().await?;
        let images = self.images.as_deref().unwrap_or_default();
        let mut graph = census::graph(images, &self.manifests)?;
        let candidates: Vec<String> = (rows.iter())
            .filter_map(|row| row.manifest().digest.clone())
            .collect();
        let candidates: Vec<&str> = candidates.iter().map(String::as_str).collect();
        let question = Question::Deletion(&candidates);
        let manifests = &mut self.manifests;
        self.reader.read(&mut graph, manifests, question).await?;
        let plan = graph
            .deletion(&candidates)
            .map_err(|missing| self.incomplete(&missing))?;
        arrange(rows, &plan.requests, self.reader.repository);
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
    pub(super) fn incomplete(&self, missing: &str) -> Error {
        let title = self.reader.repository.title();
        let message = format!("the relations of {title} are not complete: {missing}");
        Error::new(Kind::Service, message).hint(self.reader.advice)
    }
}

/// Puts `rows` in the order of `requests`, without those that no request has. Each gets the number of
/// its request, and the name of its repository for it.
fn arrange<R: ImageRow>(rows: &mut Vec<R>, requests: &[Vec<&str>], repository: &Repository) {
    let requests = requests.iter().enumerate();
    let places: HashMap<&str, (usize, usize)> = requests
        .flat_map(|(number, request)| request.iter().map(move |digest| (*digest, number)))
        .enumerate()
        .map(|(place, (digest, number))| (digest, (place, number)))
        .collect();
    let place = |row: &R| places.get(row.manifest().digest.as_deref()?).copied();
    rows.retain(|row| place(row).is_some());
    rows.sort_by_key(|row| place(row));
    for row in rows {
        row.manifest_mut().relations_mut().request = place(row).map(|(_, number)| number);
        if let Repository::Own(name) = repository {
            row.home_mut().repository = Some(name.as_str().into());
        }
    }
}

fn are(count: usize) -> String {
    let verb = if count == 1 { "is" } else { "are" };
    format!("{} {verb}", counted(count, "image"))
}

fn them(count: usize) -> &'static str {
    if count == 1 { "it" } else { "them" }
}

//! Relates the images of one repository: which are unused, what uses them, how they can be deleted.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::Listing;
use super::census::{self, Manifests, Reader};
use crate::error::{Error, Kind};
use crate::model::{Home, Row};
use crate::output::counted;
use crate::reference::{Digest, PublicRepository};
use crate::relations::{Incomplete, Question, Unused};
use crate::source::Subject;

/// Relates the images of one repository.
pub(super) struct Relating<'a> {
    pub(super) reader: Reader<'a>,
    /// Every image, once the whole listing was read.
    pub(super) images: Option<Vec<Row>>,
    pub(super) manifests: Manifests,
    /// What is to be said about the answers.
    pub(super) notes: Vec<String>,
}

impl<'a> Relating<'a> {
    pub(super) fn new(
        listing: &'a Listing<'a>,
        repository: &'a Subject,
        reference: &'a PublicRepository,
        images: Option<Vec<Row>>,
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
    pub(super) async fn all_images(&mut self) -> Result<&[Row], Error> {
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
        let unused = graph.unused(settled);
        let unused = unused.map_err(|missing| self.incomplete(&missing))?;
        self.note_unused(graph.has_roots() || images.is_empty(), &unused);
        self.note_elsewhere(&images);
        let is_unused = |image: &Row| {
            let digest = image.digest.as_deref();
            digest.is_some_and(|digest| unused.digests.contains(digest))
        };
        let are_unused: Vec<_> = images.iter().map(is_unused).collect();
        for (image, unused) in images.iter_mut().zip(are_unused) {
            image.relations_mut().is_unused = unused;
        }
        self.images = Some(images);
        Ok(())
    }

    fn note_unused(&mut self, has_roots: bool, unused: &Unused<'_>) {
        if !has_roots {
            let title = self.reader.repository.title();
            self.notes.push(format!(
                "{title} has no tag but those of signatures, so that nothing in it is in use"
            ));
        }
        if unused.young > 0 {
            let images = counted(unused.young, "image");
            self.notes.push(format!(
                "`--unused` leaves out {images} younger than 24 hours, whose index may still be pushed; `--before` sets another age"
            ));
        }
        if unused.undated > 0 {
            let images = counted(unused.undated, "image");
            self.notes
                .push(format!("`--unused` leaves out {images} without a date"));
        }
    }

    /// Notes how many images belong, by their digest tags, to images of other repositories.
    fn note_elsewhere(&mut self, images: &[Row]) {
        let digests = images.iter().filter_map(|image| image.digest.as_deref());
        let digests: HashSet<_> = digests.collect();
        let is_elsewhere = |tag: &String| {
            Digest::in_tag(tag).is_some_and(|(digest, _)| !digests.contains(digest.as_str()))
        };
        let elsewhere = images.iter().filter(|image| {
            let tags = image.names();
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
    pub(super) async fn add_used_by(&mut self, rows: &mut [Row]) -> Result<(), Error> {
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
            let digest = row.digest.clone().unwrap_or_default();
            let tags = used_by.tags(&digest).into_iter().map(str::to_owned);
            let relations = row.relations_mut();
            relations.used_by = Some(tags.collect());
            relations.role = graph.role(&digest);
        }
        Ok(())
    }

    /// Puts the rows in the order in which the service deletes their images, and leaves out those that
    /// an image which stays needs.
    pub(super) async fn plan_deletion(&mut self, rows: &mut Vec<Row>) -> Result<(), Error> {
        self.all_images().await?;
        let images = self.images.as_deref().unwrap_or_default();
        let mut graph = census::graph(images, &self.manifests)?;
        let candidates: Vec<String> = (rows.iter()).filter_map(|row| row.digest.clone()).collect();
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
    pub(super) fn incomplete(&self, missing: &Incomplete) -> Error {
        let title = self.reader.repository.title();
        let message = format!("the relations of {title} are not complete: {missing}");
        Error::new(Kind::Service, message).hint(self.reader.advice)
    }
}

/// Puts `rows` in the order of `requests`, without those that no request has. Each gets the number of
/// its request, and the name of its repository for it.
fn arrange(rows: &mut Vec<Row>, requests: &[Vec<&str>], repository: &Subject) {
    let requests = requests.iter().enumerate();
    let places: HashMap<&str, (usize, usize)> = requests
        .flat_map(|(number, request)| request.iter().map(move |digest| (*digest, number)))
        .enumerate()
        .map(|(place, (digest, number))| (digest, (place, number)))
        .collect();
    let place = |row: &Row| places.get(row.digest.as_deref()?).copied();
    rows.retain(|row| place(row).is_some());
    rows.sort_by_key(|row| place(row));
    let home = Arc::new(Home {
        registry_id: rows
            .first()
            .and_then(|row| row.home.as_ref()?.registry_id.clone()),
        alias: None,
        repository: Some(repository.to_string().into()),
    });
    for row in rows {
        row.relations_mut().request = place(row).map(|(_, number)| number);
        row.home = Some(Arc::clone(&home));
    }
}

fn are(count: usize) -> String {
    let verb = if count == 1 { "is" } else { "are" };
    format!("{} {verb}", counted(count, "image"))
}

fn them(count: usize) -> &'static str {
    if count == 1 { "it" } else { "them" }
}

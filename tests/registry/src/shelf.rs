//! The repositories of a running server, and their rows as JSON.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use serde_json::{Value, json};

use crate::data::{Image, Repository};
use crate::{ACCOUNT, ALIAS, DEFAULT_ALIAS, gallery};

/// A repository of at least so many images keeps its rows. Those of ten thousand small ones would
/// fill the memory.
const KEPT_FROM: usize = 100;

/// The repositories, in the order in which they were added.
pub(crate) struct Shelf {
    repositories: Vec<RwLock<Arc<Held>>>,
    /// Positions by `ALIAS/NAME`.
    positions: HashMap<String, usize>,
    /// Positions of the repositories of each registry, with its alias.
    registries: Vec<(String, Vec<usize>)>,
}

impl Shelf {
    pub(crate) fn new(repositories: Vec<Repository>) -> Self {
        let mut shelf = Self {
            repositories: Vec::with_capacity(repositories.len()),
            positions: HashMap::new(),
            registries: vec![(ALIAS.to_owned(), Vec::new())],
        };
        for repository in repositories {
            shelf.add(repository);
        }
        shelf
    }

    fn add(&mut self, repository: Repository) {
        let path = format!("{}/{}", repository.alias, repository.name);
        let position = self.repositories.len();
        if self.positions.contains_key(&path) {
            return;
        }
        self.positions.insert(path, position);
        let alias = &repository.alias;
        match self.registries.iter_mut().find(|(name, _)| name == alias) {
            Some((_, positions)) => positions.push(position),
            None => self.registries.push((alias.clone(), vec![position])),
        }
        let held = Arc::new(Held::new(repository));
        self.repositories.push(RwLock::new(held));
    }

    /// The repository `public.ecr.aws/alias/name`.
    pub(crate) fn public(&self, alias: &str, name: &str) -> Option<Arc<Held>> {
        self.position(alias, name).map(|position| self.at(position))
    }

    /// The position of the repository `public.ecr.aws/alias/name`.
    pub(crate) fn position(&self, alias: &str, name: &str) -> Option<usize> {
        let path = format!("{}/{name}", primary(alias));
        self.positions.get(&path).copied()
    }

    /// The positions of the repositories of the registry called `alias`, if there is one.
    pub(crate) fn registry(&self, alias: &str) -> Option<&[usize]> {
        let alias = primary(alias);
        let mut registries = self.registries.iter();
        let found = registries.find(|(name, _)| name == alias)?;
        Some(&found.1)
    }

    /// Changes the images of the repository `public.ecr.aws/alias/name`, if there is one. Requests
    /// that are being answered see all of the change or nothing of it.
    pub(crate) fn change<T: Default>(
        &self,
        alias: &str,
        name: &str,
        change: impl FnOnce(&mut Vec<Image>) -> T,
    ) -> T {
        let Some(position) = self.position(alias, name) else {
            return T::default();
        };
        let held = self.repositories[position].write();
        let mut held = held.unwrap_or_else(PoisonError::into_inner);
        let mut repository = held.repository.clone();
        let result = change(Arc::make_mut(&mut repository.images));
        *held = Arc::new(Held::new(repository));
        result
    }

    /// The repository at a position.
    pub(crate) fn at(&self, position: usize) -> Arc<Held> {
        let held = self.repositories[position].read();
        Arc::clone(&held.unwrap_or_else(PoisonError::into_inner))
    }
}

/// The alias by which the repositories of a registry are kept.
fn primary(alias: &str) -> &str {
    if alias == DEFAULT_ALIAS { ALIAS } else { alias }
}

/// A repository as it is at one moment.
pub(crate) struct Held {
    pub(crate) repository: Repository,
    images: OnceLock<Arc<Rows>>,
    tags: OnceLock<Arc<Rows>>,
    gallery: OnceLock<Arc<Rows>>,
    by_id: OnceLock<Arc<HashMap<String, usize>>>,
}

impl Held {
    fn new(repository: Repository) -> Self {
        Self {
            repository,
            images: OnceLock::new(),
            tags: OnceLock::new(),
            gallery: OnceLock::new(),
            by_id: OnceLock::new(),
        }
    }

    /// The rows of `DescribeImages`.
    pub(crate) fn images(&self) -> Arc<Rows> {
        self.kept(&self.images, image_rows)
    }

    /// The rows of `DescribeImageTags`.
    pub(crate) fn tags(&self) -> Arc<Rows> {
        self.kept(&self.tags, |repository| tag_rows(repository, seconds))
    }

    /// The tags in the gallery's form.
    pub(crate) fn gallery(&self) -> Arc<Rows> {
        self.kept(&self.gallery, |repository| {
            tag_rows(repository, gallery::time)
        })
    }

    /// Positions of images by their digests and tags.
    pub(crate) fn by_id(&self) -> Arc<HashMap<String, usize>> {
        self.kept(&self.by_id, positions)
    }

    fn kept<T>(&self, place: &OnceLock<Arc<T>>, make: impl Fn(&Repository) -> T) -> Arc<T> {
        let make = || Arc::new(make(&self.repository));
        if self.repository.images.len() < KEPT_FROM {
            return make();
        }
        Arc::clone(place.get_or_init(make))
    }
}

/// Rows of JSON in one buffer, so that a page is a copy of a part of it.
#[derive(Default)]
pub(crate) struct Rows {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Rows {
    pub(crate) fn push(&mut self, row: &Value) {
        if !self.bytes.is_empty() {
            self.bytes.push(b',');
        }
        self.bytes.extend(row.to_string().into_bytes());
        self.ends.push(self.bytes.len());
    }

    /// All rows, with commas between them.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The rows from one position to before another, with commas between them.
    pub(crate) fn range(&self, from: usize, to: usize) -> &[u8] {
        let start = match from {
            0 => 0,
            _ if from == to => return &[],
            _ => self.ends[from - 1] + 1,
        };
        let end = if to == 0 { 0 } else { self.ends[to - 1] };
        &self.bytes[start..end]
    }
}

fn image_rows(repository: &Repository) -> Rows {
    let mut rows = Rows::default();
    for image in repository.images.iter() {
        let mut row = detail(image, seconds);
        row["registryId"] = ACCOUNT.into();
        row["repositoryName"] = repository.name.as_str().into();
        if !image.tags.is_empty() {
            row["imageTags"] = image.tags.iter().map(|tag| tag.name.as_str()).collect();
        }
        rows.push(&row);
    }
    rows
}

fn tag_rows(repository: &Repository, time: fn(i64) -> Value) -> Rows {
    let mut rows = Rows::default();
    for image in repository.images.iter() {
        for tag in &image.tags {
            let mut row = json!({ "imageTag": tag.name, "imageDetail": detail(image, time) });
            set(&mut row, "createdAt", tag.created_at.map(time));
            rows.push(&row);
        }
    }
    rows
}

fn positions(repository: &Repository) -> HashMap<String, usize> {
    let mut positions = HashMap::new();
    for (position, image) in repository.images.iter().enumerate() {
        let tags = image.tags.iter().map(|tag| &tag.name);
        for id in image.digest.iter().chain(tags) {
            positions.insert(id.clone(), position);
        }
    }
    positions
}

fn detail(image: &Image, time: fn(i64) -> Value) -> Value {
    let mut row = json!({});
    let text = |field: &Option<String>| field.as_deref().map(Value::from);
    set(&mut row, "imageDigest", text(&image.digest));
    set(&mut row, "imageSizeInBytes", image.size.map(Value::from));
    set(&mut row, "imagePushedAt", image.pushed_at.map(time));
    set(
        &mut row,
        "imageManifestMediaType",
        text(&image.manifest_media_type),
    );
    set(
        &mut row,
        "artifactMediaType",
        text(&image.artifact_media_type),
    );
    row
}

/// Sets a field, unless there is no value.
pub(crate) fn set(row: &mut Value, key: &str, value: Option<Value>) {
    if let Some(value) = value {
        row[key] = value;
    }
}

/// A time as the service sends it: seconds, with milliseconds after the point.
#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds of this age are below 2^53"
)]
pub(crate) fn seconds(milliseconds: i64) -> Value {
    (milliseconds as f64 / 1000.0).into()
}

//! The graph of a repository: its images, and the edges between them that tags and manifests tell.

use std::collections::{BTreeSet, HashMap};
use std::iter;
use std::sync::Arc;

use super::manifest::{IndexEntry, ParsedManifest};
use super::role::{Role, is_index, is_schema_1};
use crate::reference::Digest;

/// An image as a listing describes it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Node<'a> {
    pub(crate) digest: &'a str,
    pub(crate) tags: &'a [String],
    /// The media type of the manifest.
    pub(crate) media_type: Option<&'a str>,
    /// The media type of the configuration.
    pub(crate) config_type: Option<&'a str>,
}

/// The images of a repository, and the relations between them as far as manifests were added.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    pub(super) vertices: Vec<Vertex>,
    /// Where each image is in `vertices`.
    positions: HashMap<Arc<str>, usize>,
    /// Where the name of each platform is in `platform_names`.
    platforms: HashMap<String, u32>,
    platform_names: Vec<String>,
}

/// An image and its edges, which lead to positions in [`Graph::vertices`].
#[derive(Debug, Default)]
pub(super) struct Vertex {
    pub(super) digest: Arc<str>,
    /// Otherwise only manifests name it: it is gone from the repository, or the listing does not show it.
    pub(super) is_listed: bool,
    /// Whether it has a tag of any kind.
    pub(super) is_tagged: bool,
    /// The tags without digest tags; those make the image a root.
    pub(super) tags: Vec<String>,
    pub(super) content: Content,
    /// What its media type says; nothing if that is unknown.
    pub(super) is_index_by_type: Option<bool>,
    /// The entries of an index.
    pub(super) children: Box<[Edge]>,
    /// The images that refer to it, by their subject or by a digest tag.
    referrers: Vec<u32>,
    role_by_tag: Option<Role>,
    /// What its manifest says, or its configuration in the listing.
    role_by_content: Option<Role>,
    is_attestation: bool,
}

/// What is known of a manifest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Content {
    #[default]
    Unread,
    /// The registry does not have it.
    Gone,
    Index,
    /// A manifest that holds no others.
    Single,
}

/// An entry of an index, small because a repository may have millions.
#[derive(Debug)]
pub(super) struct Edge {
    pub(super) child: u32,
    /// Where its name is in [`Graph::platform_names`]; that of an entry without a platform is empty.
    platform: u32,
}

impl Graph {
    /// The images of a listing, related by their digest tags. Rows of the same digest are one image.
    ///
    /// # Errors
    ///
    /// The first digest that is not `sha256:` and 64 hexadecimal digits: its relations cannot be known.
    pub(crate) fn new<'a>(nodes: impl IntoIterator<Item = Node<'a>>) -> Result<Self, String> {
        let mut graph = Self::default();
        let mut digest_tags = Vec::new();
        for node in nodes {
            if !Digest::is_canonical(node.digest) {
                return Err(node.digest.to_owned());
            }
            let position = graph.intern(node.digest);
            let vertex = &mut graph.vertices[position];
            vertex.is_listed = true;
            vertex.is_tagged |= !node.tags.is_empty();
            vertex.is_index_by_type = is_index(node.media_type);
            if node.media_type.is_some_and(is_schema_1) {
                vertex.content = Content::Single;
            }
            vertex.role_by_content = Role::of_types(None, node.config_type, []);
            for tag in node.tags {
                match Digest::in_tag(tag) {
                    Some((named, suffix)) if named.as_str() != node.digest => {
                        digest_tags.push((position, named));
                        let roles = [vertex.role_by_tag, Role::of_suffix(suffix)];
                        vertex.role_by_tag = roles.into_iter().flatten().min();
                    }
                    // A digest tag on the image that it names keeps that image, like any other tag.
                    _ => vertex.tags.push(tag.clone()),
                }
            }
        }
        for (referrer, named) in digest_tags {
            let subject = graph.intern(named.as_str());
            graph.vertices[subject].referrers.push(small(referrer));
        }
        Ok(graph)
    }

    /// Adds the manifest of the image `digest`, or that the registry does not have it. What was added
    /// before stays.
    pub(crate) fn add(&mut self, digest: &Digest, manifest: Option<ParsedManifest>) {
        let position = self.intern(digest.as_str());
        let vertex = &mut self.vertices[position];
        if matches!(vertex.content, Content::Index | Content::Single) {
            return;
        }
        let Some(manifest) = manifest else {
            vertex.content = Content::Gone;
            return;
        };
        vertex.content = match manifest.entries {
            Some(_) => Content::Index,
            None => Content::Single,
        };
        let role = manifest.role.or(vertex.role_by_content);
        vertex.role_by_content = role.or(Some(Role::Artifact));
        if let Some(subject) = manifest.subject {
            let subject = self.intern(subject.as_str());
            self.vertices[subject].referrers.push(small(position));
        }
        let entries = manifest.entries.unwrap_or_default().into_iter();
        let children = entries.map(|entry| self.edge(entry)).collect();
        self.vertices[position].children = children;
    }

    fn edge(&mut self, entry: IndexEntry) -> Edge {
        let (platforms, names) = (&mut self.platforms, &mut self.platform_names);
        let platform = platforms.entry(entry.platform.unwrap_or_default());
        let platform = *platform.or_insert_with_key(|name| {
            names.push(name.clone());
            small(names.len() - 1)
        });
        let child = self.intern(entry.digest.as_str());
        let vertex = &mut self.vertices[child];
        if !vertex.is_listed && vertex.is_index_by_type != Some(true) {
            vertex.is_index_by_type = Some(entry.is_index);
        }
        vertex.is_attestation |= entry.is_attestation;
        let child = small(child);
        Edge { child, platform }
    }

    /// The role of the image `digest`, if the listing shows it.
    pub(crate) fn role(&self, digest: &str) -> Option<Role> {
        let vertex = &self.vertices[self.position(digest)?];
        vertex.is_listed.then(|| vertex.role())
    }

    /// Whether an image has a tag that keeps it; otherwise no image is unused.
    pub(crate) fn has_roots(&self) -> bool {
        self.vertices.iter().any(Vertex::is_root)
    }

    pub(super) fn position(&self, digest: &str) -> Option<usize> {
        self.positions.get(digest).copied()
    }

    fn intern(&mut self, digest: &str) -> usize {
        if let Some(position) = self.position(digest) {
            return position;
        }
        let position = self.vertices.len();
        let digest: Arc<str> = digest.into();
        self.positions.insert(Arc::clone(&digest), position);
        self.vertices.push(Vertex {
            digest,
            ..Vertex::default()
        });
        position
    }

    /// The images that the index at `position` holds, listed or not.
    pub(super) fn children(&self, position: usize) -> impl Iterator<Item = usize> {
        let children = self.vertices[position].children.iter();
        children.map(|edge| edge.child as usize)
    }

    /// The platform that an index gives for an image, if any.
    pub(super) fn platform(&self, edge: &Edge) -> Option<&str> {
        let name = self.platform_names[edge.platform as usize].as_str();
        Some(name).filter(|name| !name.is_empty())
    }

    /// The listed images that the image at `position` holds, or that refer to it. An image that is gone
    /// passes nothing on.
    pub(super) fn successors(&self, position: usize) -> impl Iterator<Item = usize> {
        let referrers = self.vertices[position].referrers();
        let successors = self.children(position).chain(referrers);
        successors.filter(|next| self.vertices[*next].is_listed)
    }

    /// The images for which `is_start`, and all that `next` leads to from them.
    pub(super) fn reach<I: Iterator<Item = usize>>(
        &self,
        is_start: impl Fn(usize) -> bool,
        next: impl Fn(usize) -> I,
    ) -> Vec<bool> {
        let mut reached: Vec<_> = (0..self.vertices.len()).map(is_start).collect();
        let is_reached = |position: &usize| reached[*position];
        let mut open: Vec<_> = (0..reached.len()).filter(is_reached).collect();
        while let Some(position) = open.pop() {
            for next in next(position) {
                if !std::mem::replace(&mut reached[next], true) {
                    open.push(next);
                }
            }
        }
        reached
    }

    /// Divides the images that are `left` into levels, each after those that lead to it by `next`, and
    /// takes them out of `left`, by Kahn's algorithm. Images on circles, and what these lead to, are
    /// left.
    pub(super) fn levels<I: Iterator<Item = usize>>(
        left: &mut [bool],
        next: impl Fn(usize) -> I,
    ) -> Vec<Vec<usize>> {
        let positions = || 0..left.len();
        let mut waits_for = vec![0_usize; left.len()];
        for position in positions().filter(|position| left[*position]) {
            for next in next(position) {
                waits_for[next] += 1;
            }
        }
        let is_first = |position: &usize| left[*position] && waits_for[*position] == 0;
        let mut level: Vec<_> = positions().filter(is_first).collect();
        let mut levels = Vec::new();
        while !level.is_empty() {
            let mut following = Vec::new();
            for &position in &level {
                left[position] = false;
                for next in next(position) {
                    waits_for[next] -= 1;
                    if left[next] && waits_for[next] == 0 {
                        following.push(next);
                    }
                }
            }
            levels.push(std::mem::replace(&mut level, following));
        }
        levels
    }
}

/// A position as edges hold it.
fn small(position: usize) -> u32 {
    u32::try_from(position).expect("four billion images do not fit into memory")
}

impl Vertex {
    /// The images that refer to it, listed or not.
    pub(super) fn referrers(&self) -> impl Iterator<Item = usize> {
        self.referrers.iter().map(|referrer| *referrer as usize)
    }

    /// Whether a tag keeps the image.
    pub(super) fn is_root(&self) -> bool {
        !self.tags.is_empty()
    }

    pub(super) fn is_index(&self) -> bool {
        self.content == Content::Index || self.is_index_by_type == Some(true)
    }

    /// Whether the manifest is an index, or was not read and may be one.
    pub(super) fn may_be_index(&self) -> bool {
        match self.content {
            Content::Index => true,
            Content::Single => false,
            Content::Unread | Content::Gone => self.is_index_by_type != Some(false),
        }
    }

    /// The tag tells the role before the media type, since cosign's signatures look like images.
    fn role(&self) -> Role {
        if let Some(role) = self.role_by_tag {
            role
        } else if self.is_index() {
            Role::Index
        } else if self.is_attestation {
            Role::Attestation
        } else {
            self.role_by_content.unwrap_or(Role::Image)
        }
    }
}

/// The least digest whose tags or media types differ between two listings, or that only one of them
/// has. The order of images and tags does not matter, nor how often an image is listed.
///
/// Manifests are read for a while, in which a tag may move to an image that seemed unused.
pub(crate) fn first_change<'a>(
    before: impl IntoIterator<Item = Node<'a>>,
    after: impl IntoIterator<Item = Node<'a>>,
) -> Option<&'a str> {
    let facts = |node: Node<'a>| {
        let tags = iter::once(None).chain(node.tags.iter().map(Some));
        tags.map(move |tag| (node.digest, node.media_type, node.config_type, tag))
    };
    let before: BTreeSet<_> = before.into_iter().flat_map(facts).collect();
    let after: BTreeSet<_> = after.into_iter().flat_map(facts).collect();
    let mut changed = before.symmetric_difference(&after);
    changed.next().map(|(digest, ..)| *digest)
}

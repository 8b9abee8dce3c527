//! The graph of a repository: its images, and the edges between them that tags and manifests tell.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use jiff::Timestamp;

use super::manifest::{Child, Fault, ParsedManifest};
use super::role::{Kind, Role};
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
    /// When the image was pushed.
    pub(crate) date: Option<Timestamp>,
}

/// The listing shows an image whose digest is not `sha256:` and 64 hexadecimal digits, so that its
/// relations cannot be known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InvalidDigest(pub(crate) String);

/// The images of a repository, and the relations between them as far as manifests were added.
#[derive(Debug, Default)]
pub(crate) struct Graph<'a> {
    pub(super) vertices: Vec<Vertex<'a>>,
    /// The positions of listed images.
    listed: HashMap<&'a str, usize>,
    /// The positions of images that only manifests name: they are gone from the repository, or the
    /// listing does not show them.
    unlisted: HashMap<String, usize>,
    /// Platforms by number, and their numbers.
    pub(super) platforms: Vec<String>,
    platform_numbers: HashMap<String, usize>,
}

/// An image and its edges, which lead to positions in [`Graph::vertices`].
#[derive(Debug)]
pub(super) struct Vertex<'a> {
    pub(super) digest: Cow<'a, str>,
    pub(super) is_listed: bool,
    /// Whether it has no tag at all.
    pub(super) is_untagged: bool,
    /// The tags without digest tags; those make the image a root.
    pub(super) tags: Vec<&'a str>,
    pub(super) date: Option<Timestamp>,
    pub(super) content: Content,
    /// The entries of an index.
    pub(super) children: Vec<Edge>,
    /// The indexes that hold the image.
    pub(super) holders: Vec<usize>,
    /// The images that refer to it, by their subject or by a digest tag.
    pub(super) referrers: Vec<usize>,
    /// The images that it refers to.
    pub(super) subjects: Vec<usize>,
    /// The platforms that indexes give for the image, in any order and repeatedly.
    pub(super) platforms: Vec<usize>,
    kind: Kind,
    config_type: Option<&'a str>,
    role_by_tag: Option<Role>,
    role_by_content: Option<Role>,
    is_attestation: bool,
}

/// What is known of a manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Unread,
    /// The registry does not have it.
    Gone,
    Read {
        is_index: bool,
        fault: Option<Fault>,
    },
}

/// An entry of an index.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    /// Absent if its digest is invalid.
    pub(super) child: Option<usize>,
    pub(super) platform: Option<usize>,
}

impl<'a> Graph<'a> {
    /// The images of a listing, related by their digest tags.
    ///
    /// # Errors
    ///
    /// If a digest is not a whole one.
    pub(crate) fn new(nodes: impl IntoIterator<Item = Node<'a>>) -> Result<Self, InvalidDigest> {
        let mut graph = Self::default();
        let mut digest_tags = Vec::new();
        for node in nodes {
            let position = graph.list(&node)?;
            let vertex = &mut graph.vertices[position];
            for tag in node.tags {
                vertex.is_untagged = false;
                match Digest::in_tag(tag) {
                    Some((named, suffix)) if named.as_str() != node.digest => {
                        digest_tags.push((position, named));
                        vertex.take_role(Role::of_suffix(suffix));
                    }
                    // A digest tag on the image that it names keeps that image, like any other tag.
                    _ => vertex.tags.push(tag),
                }
            }
        }
        for (referrer, named) in digest_tags {
            if let Some(&subject) = graph.listed.get(named.as_str()) {
                graph.refer(referrer, subject);
            }
        }
        Ok(graph)
    }

    /// The position of a listed image, which is the same if the listing repeats it.
    fn list(&mut self, node: &Node<'a>) -> Result<usize, InvalidDigest> {
        if let Some(&position) = self.listed.get(node.digest) {
            return Ok(position);
        }
        if !Digest::is_canonical(node.digest) {
            return Err(InvalidDigest(node.digest.to_owned()));
        }
        let position = self.vertices.len();
        self.vertices.push(Vertex {
            is_listed: true,
            date: node.date,
            config_type: node.config_type,
            ..Vertex::new(node.digest.into(), Kind::of(node.media_type))
        });
        self.listed.insert(node.digest, position);
        Ok(position)
    }

    /// Adds the manifest of the image `digest`. A manifest that was added before is not added again.
    pub(crate) fn add(&mut self, digest: &Digest, manifest: ParsedManifest) {
        let position = self.position_or_unlisted(digest, Kind::Unknown);
        let vertex = &mut self.vertices[position];
        if matches!(vertex.content, Content::Read { .. }) {
            return;
        }
        let is_index = manifest.children.is_some();
        let is_listed_index = vertex.is_listed && vertex.kind == Kind::Index;
        let no_index = (is_listed_index && !is_index).then_some(Fault::NotIndex);
        vertex.content = Content::Read {
            is_index,
            fault: manifest.fault.or(no_index),
        };
        let config_type = manifest.config_type.as_deref().or(vertex.config_type);
        vertex.role_by_content = Some(Role::of_types(
            manifest.artifact_type.as_deref(),
            config_type,
            manifest.layer_types.iter().map(String::as_str),
        ));
        if let Some(subject) = &manifest.subject {
            let subject = self.position_or_unlisted(subject, Kind::Unknown);
            self.refer(position, subject);
        }
        for child in manifest.children.unwrap_or_default() {
            self.hold(position, child);
        }
    }

    /// Notes that the registry does not have the manifest `digest`.
    pub(crate) fn add_gone(&mut self, digest: &Digest) {
        let position = self.position_or_unlisted(digest, Kind::Unknown);
        let content = &mut self.vertices[position].content;
        if *content == Content::Unread {
            *content = Content::Gone;
        }
    }

    /// The role of the image `digest`, if the listing shows it.
    pub(crate) fn role(&self, digest: &str) -> Option<Role> {
        let position = self.position(digest)?;
        let vertex = &self.vertices[position];
        vertex.is_listed.then(|| vertex.role())
    }

    /// Whether an image has a tag that keeps it; otherwise every image is unused.
    pub(crate) fn has_roots(&self) -> bool {
        self.vertices.iter().any(Vertex::is_root)
    }

    pub(super) fn position(&self, digest: &str) -> Option<usize> {
        (self.listed.get(digest))
            .or_else(|| self.unlisted.get(digest))
            .copied()
    }

    fn position_or_unlisted(&mut self, digest: &Digest, kind: Kind) -> usize {
        let digest = digest.as_str();
        if let Some(position) = self.position(digest) {
            return position;
        }
        let position = self.vertices.len();
        self.vertices
            .push(Vertex::new(digest.to_owned().into(), kind));
        self.unlisted.insert(digest.to_owned(), position);
        position
    }

    fn platform(&mut self, name: String) -> usize {
        let next = self.platforms.len();
        *self
            .platform_numbers
            .entry(name)
            .or_insert_with_key(|name| {
                self.platforms.push(name.clone());
                next
            })
    }

    fn refer(&mut self, referrer: usize, subject: usize) {
        let subjects = &mut self.vertices[referrer].subjects;
        if !subjects.contains(&subject) {
            subjects.push(subject);
            self.vertices[subject].referrers.push(referrer);
        }
    }

    /// Adds an entry of the index at `index`.
    fn hold(&mut self, index: usize, entry: Child) {
        let platform = entry.platform.map(|platform| self.platform(platform));
        let kind = Kind::of(entry.media_type.as_deref());
        let child = (entry.digest).map(|digest| self.position_or_unlisted(&digest, kind));
        let children = &mut self.vertices[index].children;
        children.push(Edge { child, platform });
        let Some(child) = child else {
            return;
        };
        let child = &mut self.vertices[child];
        if !child.is_listed && kind == Kind::Index {
            child.kind = kind;
        }
        child.is_attestation |= entry.is_attestation;
        child.platforms.extend(platform);
        // The entries of an index are added one after another, so that this finds repeated ones.
        if child.holders.last() != Some(&index) {
            child.holders.push(index);
        }
    }
}

impl<'a> Vertex<'a> {
    fn new(digest: Cow<'a, str>, kind: Kind) -> Self {
        Self {
            digest,
            is_listed: false,
            is_untagged: true,
            tags: Vec::new(),
            date: None,
            content: Content::Unread,
            children: Vec::new(),
            holders: Vec::new(),
            referrers: Vec::new(),
            subjects: Vec::new(),
            platforms: Vec::new(),
            kind,
            config_type: None,
            role_by_tag: None,
            role_by_content: None,
            is_attestation: false,
        }
    }

    /// Whether a tag keeps the image.
    pub(super) fn is_root(&self) -> bool {
        !self.tags.is_empty()
    }

    pub(super) fn is_unread(&self) -> bool {
        self.content == Content::Unread
    }

    /// Whether the manifest is an index, or was not read and may be one.
    pub(super) fn may_be_index(&self) -> bool {
        match (self.content, self.kind) {
            (_, Kind::Index) => true,
            (Content::Read { is_index, .. }, _) => is_index,
            // Without a listing there are only the words of the indexes that hold it.
            (_, Kind::Unknown) => self.is_listed,
            (_, Kind::Single) => false,
        }
    }

    pub(super) fn is_index(&self) -> bool {
        let is_index = |content| matches!(content, Content::Read { is_index: true, .. });
        self.kind == Kind::Index || is_index(self.content)
    }

    /// The positions of the images that the image holds or that refer to it.
    pub(super) fn successors(&self) -> impl Iterator<Item = usize> {
        let children = self.children.iter().filter_map(|edge| edge.child);
        children.chain(self.referrers.iter().copied())
    }

    /// The positions of the images that hold the image or that it refers to.
    pub(super) fn predecessors(&self) -> impl Iterator<Item = usize> {
        self.holders.iter().chain(&self.subjects).copied()
    }

    /// The tag tells the role before the media type, since cosign's signatures look like images.
    fn role(&self) -> Role {
        if let Some(role) = self.role_by_tag {
            role
        } else if self.is_index() {
            Role::Index
        } else if self.is_attestation {
            Role::Attestation
        } else if let Some(role) = self.role_by_content {
            role
        } else if self.config_type.is_none() {
            Role::Image
        } else {
            Role::of_types(None, self.config_type, [])
        }
    }

    fn take_role(&mut self, role: Option<Role>) {
        let roles = [self.role_by_tag, role];
        self.role_by_tag = roles.into_iter().flatten().min();
    }
}

impl fmt::Display for InvalidDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a valid digest", self.0)
    }
}

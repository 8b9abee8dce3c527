//! Which manifests a question needs, and whether all of them were read.

use super::graph::{Content, Graph, Vertex};
use crate::reference::Digest;

/// A question that takes manifests to answer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Question<'q> {
    /// The platforms of these images. `own`: they are in an own repository, whose indexes tell the
    /// platforms of images too.
    Platforms { of: &'q [&'q str], own: bool },
    /// The tags through which images are in use, and the roles of images.
    UsedBy,
    /// The unused images.
    Unused,
    /// The requests that delete these images.
    Deletion(&'q [&'q str]),
}

impl Graph {
    /// The digests of manifests to read and add next, in the order of the listing; none if the
    /// question can be answered.
    pub(crate) fn unread(&self, question: Question<'_>) -> Vec<Digest> {
        if let Question::Platforms { of, own } = question {
            let is_needed = self.needed_for_platforms(of, own);
            return self.unread_where(|position, _| is_needed[position]);
        }
        if matches!(question, Question::Unused) && !self.has_roots() {
            return Vec::new();
        }
        // Every index may hold any image.
        let with_untagged = matches!(question, Question::UsedBy);
        let first = self.unread_where(|_, vertex| {
            vertex.is_listed && (vertex.may_be_index() || with_untagged && !vertex.is_tagged)
        });
        if !first.is_empty() {
            return first;
        }
        // A subject that is not read can only add an edge to its image. Those of images that are
        // reached anyway change nothing.
        let reached = match question {
            Question::Deletion(candidates) => self.stays(candidates),
            Question::Unused => self.in_use(),
            _ => self.used(),
        };
        self.unread_where(|position, vertex| vertex.is_listed && !reached[position])
    }

    /// The images among these whose manifest the registry does not have.
    pub(crate) fn gone(&self, of: &[&str]) -> Vec<&str> {
        let asked = self.vertices.iter().zip(self.marked(of));
        let gone = asked.filter(|(vertex, asked)| *asked && vertex.content == Content::Gone);
        gone.map(|(vertex, _)| &*vertex.digest).collect()
    }

    /// Fails unless everything that the question needs was read and understood.
    pub(super) fn check(&self, question: Question<'_>) -> Result<(), String> {
        let unread = self.unread(question);
        let unread = (unread.iter()).map(|digest| (digest.as_str(), "was not read"));
        let may_be_gone = matches!(question, Question::Platforms { .. });
        let listed = self.vertices.iter().filter(|vertex| vertex.is_listed);
        let unusable = listed.filter_map(|vertex| {
            let why = match vertex.content {
                Content::Gone if !may_be_gone => "does not exist",
                Content::Single if vertex.is_index_by_type == Some(true) => {
                    "is invalid: it is not an index, but is listed as one"
                }
                _ => return None,
            };
            Some((&*vertex.digest, why))
        });
        // The least one, so that the message does not depend on the order of the listing.
        match unread.chain(unusable).min() {
            None => Ok(()),
            Some((digest, why)) => Err(format!("manifest {digest} {why}")),
        }
    }

    /// Which images a tag reaches.
    pub(super) fn used(&self) -> Vec<bool> {
        let is_root = |position: usize| self.vertices[position].is_root();
        self.reach(is_root, |position| self.successors(position))
    }

    /// Which images name, by a digest tag or as their subject, an image that is not in the repository.
    pub(super) fn orphans(&self) -> Vec<bool> {
        let mut orphans = vec![false; self.vertices.len()];
        let gone = self.vertices.iter().filter(|vertex| !vertex.is_listed);
        for referrer in gone.flat_map(Vertex::referrers) {
            orphans[referrer] = self.vertices[referrer].is_listed;
        }
        orphans
    }

    /// Which images count as in use: what a tag or an orphan reaches; without a root, all.
    pub(super) fn in_use(&self) -> Vec<bool> {
        let (orphans, has_roots) = (self.orphans(), self.has_roots());
        let is_start =
            |position: usize| !has_roots || orphans[position] || self.vertices[position].is_root();
        self.reach(is_start, |position| self.successors(position))
    }

    /// The images that a deletion of `candidates` must keep: all others, and what these reach.
    pub(super) fn stays(&self, candidates: &[&str]) -> Vec<bool> {
        let is_candidate = self.marked(candidates);
        let stays = |position: usize| self.vertices[position].is_listed && !is_candidate[position];
        self.reach(stays, |position| self.successors(position))
    }

    /// Which positions have one of these digests.
    pub(super) fn marked(&self, digests: &[&str]) -> Vec<bool> {
        let mut marked = vec![false; self.vertices.len()];
        for position in digests.iter().filter_map(|digest| self.position(digest)) {
            marked[position] = true;
        }
        marked
    }

    /// The indexes that tell the platforms of these images: those among them, and if there are other
    /// images of an own repository every index, with all that they hold.
    fn needed_for_platforms(&self, of: &[&str], own: bool) -> Vec<bool> {
        let is_asked = self.marked(of);
        let mut asked = self.vertices.iter().zip(&is_asked);
        let all = own && asked.any(|(vertex, asked)| *asked && !vertex.is_index());
        let is_start = |position: usize| {
            let vertex = &self.vertices[position];
            (all && vertex.is_listed || is_asked[position]) && vertex.may_be_index()
        };
        let mut needed = self.reach(is_start, |position| self.children(position));
        for (needed, vertex) in needed.iter_mut().zip(&self.vertices) {
            *needed &= vertex.may_be_index();
        }
        needed
    }

    fn unread_where(&self, is_needed: impl Fn(usize, &Vertex) -> bool) -> Vec<Digest> {
        let vertices = self.vertices.iter().enumerate();
        let unread = vertices.filter(|(position, vertex)| {
            vertex.content == Content::Unread && is_needed(*position, vertex)
        });
        let digests = unread.map(|(_, vertex)| Digest::canonical(&vertex.digest));
        digests.flatten().collect()
    }
}

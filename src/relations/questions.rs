//! Which manifests a question needs, and whether all of them were read.

use std::fmt;

use super::graph::{Content, Graph, Vertex};
use super::manifest::Fault;

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

/// A manifest that is missing for an answer that takes all relations: it is not given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Incomplete {
    pub(crate) digest: String,
    pub(crate) cause: Cause,
}

/// Why a manifest is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    Unread,
    Gone,
    Fault(Fault),
}

impl Graph<'_> {
    /// The digests of manifests to read and add next, in the order of the listing; none if the
    /// question can be answered.
    ///
    /// Which images must be read often follows from the indexes, so that this is to be repeated.
    pub(crate) fn unread(&self, question: Question<'_>) -> Vec<&str> {
        match question {
            Question::Platforms { of, own } => self.unread_for_platforms(of, own),
            Question::UsedBy => {
                let first = self.unread_where(|_, vertex| {
                    vertex.is_listed && (vertex.may_be_index() || vertex.is_untagged)
                });
                first.or_else(|| self.unread_unreached(&self.used()))
            }
            Question::Unused => {
                (self.unread_indexes()).or_else(|| self.unread_unreached(&self.used()))
            }
            Question::Deletion(candidates) => self.unread_indexes().or_else(|| {
                let is_candidate = self.marked(candidates);
                let kept = self.reached(|position| !is_candidate[position]);
                self.unread_unreached(&kept)
            }),
        }
        .unwrap_or_default()
    }

    /// Fails unless everything that the question needs was read and understood.
    pub(super) fn check(&self, question: Question<'_>) -> Result<(), Incomplete> {
        let unread = self.unread(question).into_iter();
        let unread = unread.map(|digest| (digest, Cause::Unread));
        let listed = self.vertices.iter().filter(|vertex| vertex.is_listed);
        let unusable = listed.filter_map(|vertex| Some((&*vertex.digest, vertex.cause()?)));
        // The least one, so that the message does not depend on the order of the listing.
        match unread.chain(unusable).min_by_key(|(digest, _)| *digest) {
            None => Ok(()),
            Some((digest, cause)) => Err(Incomplete {
                digest: digest.to_owned(),
                cause,
            }),
        }
    }

    /// Every index may hold any image.
    fn unread_indexes(&self) -> Option<Vec<&str>> {
        self.unread_where(|_, vertex| vertex.is_listed && vertex.may_be_index())
    }

    /// A subject that is not read can only add an edge to its image. Those of images that are reached
    /// anyway change nothing.
    fn unread_unreached(&self, reached: &[bool]) -> Option<Vec<&str>> {
        self.unread_where(|position, vertex| vertex.is_listed && !reached[position])
    }

    fn unread_where(&self, is_needed: impl Fn(usize, &Vertex<'_>) -> bool) -> Option<Vec<&str>> {
        let vertices = self.vertices.iter().enumerate();
        let unread: Vec<_> = vertices
            .filter(|(position, vertex)| vertex.is_unread() && is_needed(*position, vertex))
            .map(|(_, vertex)| &*vertex.digest)
            .collect();
        (!unread.is_empty()).then_some(unread)
    }

    fn unread_for_platforms(&self, of: &[&str], own: bool) -> Option<Vec<&str>> {
        let is_asked = self.marked(of);
        let asked = self.vertices.iter().zip(&is_asked);
        let is_other = |(vertex, asked): (&Vertex<'_>, &bool)| *asked && !vertex.is_index();
        let all = own && asked.into_iter().any(is_other);
        let is_needed = self.closure(|position| {
            let vertex = &self.vertices[position];
            (all && vertex.is_listed || is_asked[position]) && vertex.may_be_index()
        });
        self.unread_where(|position, vertex| is_needed[position] && vertex.may_be_index())
    }

    /// Which positions have one of these digests.
    pub(super) fn marked(&self, digests: &[&str]) -> Vec<bool> {
        let mut marked = vec![false; self.vertices.len()];
        for digest in digests {
            if let Some(position) = self.position(digest) {
                marked[position] = true;
            }
        }
        marked
    }

    /// The images for which `is_start`, and what they hold, directly or not, gone or not.
    fn closure(&self, is_start: impl Fn(usize) -> bool) -> Vec<bool> {
        let successors = |position: usize| {
            let children = self.vertices[position].children.iter();
            children.filter_map(|edge| edge.child)
        };
        self.walk(is_start, successors)
    }

    /// The listed images for which `is_start`, and those that they reach: what they hold and what
    /// refers to them. An image that is gone passes nothing on.
    pub(super) fn reached(&self, is_start: impl Fn(usize) -> bool) -> Vec<bool> {
        let is_listed = |position: &usize| self.vertices[*position].is_listed;
        self.walk(
            |position| is_listed(&position) && is_start(position),
            |position| self.vertices[position].successors().filter(is_listed),
        )
    }

    fn walk<I: Iterator<Item = usize>>(
        &self,
        is_start: impl Fn(usize) -> bool,
        successors: impl Fn(usize) -> I,
    ) -> Vec<bool> {
        let mut open: Vec<_> = (0..self.vertices.len())
            .filter(|position| is_start(*position))
            .collect();
        let mut reached = vec![false; self.vertices.len()];
        for position in &open {
            reached[*position] = true;
        }
        while let Some(position) = open.pop() {
            for next in successors(position) {
                if !reached[next] {
                    reached[next] = true;
                    open.push(next);
                }
            }
        }
        reached
    }
}

impl Vertex<'_> {
    /// Why the manifest is of no use, if it was read or is gone.
    fn cause(&self) -> Option<Cause> {
        match self.content {
            Content::Unread | Content::Read { fault: None, .. } => None,
            Content::Gone => Some(Cause::Gone),
            Content::Read {
                fault: Some(fault), ..
            } => Some(Cause::Fault(fault)),
        }
    }
}

impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { digest, cause } = self;
        match cause {
            Cause::Unread => write!(f, "manifest {digest} was not read"),
            Cause::Gone => write!(f, "manifest {digest} does not exist"),
            Cause::Fault(fault) => write!(f, "manifest {digest} is invalid: {fault}"),
        }
    }
}

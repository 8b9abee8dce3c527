//! Which images are in use, and through which tags.

use std::collections::HashSet;

use jiff::Timestamp;

use super::graph::{Graph, Vertex};
use super::questions::{Incomplete, Question};

/// The unused images of a repository.
#[derive(Debug, PartialEq)]
pub(crate) struct Unused<'g> {
    /// Their digests, without those of young and undated images.
    pub(crate) digests: HashSet<&'g str>,
    /// How many others are too young.
    pub(crate) young: usize,
    /// How many others have no date.
    pub(crate) undated: usize,
}

/// The tags through which each image is in use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct UsedBy<'g>(&'g Graph<'g>);

impl Graph<'_> {
    /// The images that no tag reaches, dated before `settled` if that is given. Undated ones are never
    /// unused: they could be as young as one whose index is still to be pushed.
    ///
    /// # Errors
    ///
    /// If a manifest is missing.
    pub(crate) fn unused(&self, settled: Option<Timestamp>) -> Result<Unused<'_>, Incomplete> {
        self.check(Question::Unused)?;
        let mut unused = Unused {
            digests: HashSet::new(),
            young: 0,
            undated: 0,
        };
        let used = self.used();
        let unreached = self.vertices.iter().zip(used).filter(|(_, used)| !used);
        for (vertex, _) in unreached.filter(|(vertex, _)| vertex.is_listed) {
            match vertex.date {
                None => unused.undated += 1,
                Some(date) if settled.is_some_and(|settled| date >= settled) => unused.young += 1,
                Some(_) => {
                    unused.digests.insert(&vertex.digest);
                }
            }
        }
        Ok(unused)
    }

    /// The tags through which images are in use.
    ///
    /// # Errors
    ///
    /// If a manifest is missing: an image would seem unused.
    pub(crate) fn used_by(&self) -> Result<UsedBy<'_>, Incomplete> {
        self.check(Question::UsedBy)?;
        Ok(UsedBy(self))
    }

    /// Which images a tag reaches.
    pub(super) fn used(&self) -> Vec<bool> {
        self.reached(|position| self.vertices[position].is_root())
    }
}

impl<'g> UsedBy<'g> {
    /// The tags through which the image `digest` is in use: its own, those of indexes that hold it,
    /// those of images that it refers to; the nearest first, then in alphabetical order. Digest tags
    /// are left out. Nothing for an unused image.
    pub(crate) fn tags(self, digest: &str) -> Vec<&'g str> {
        let Self(graph) = self;
        let is_listed = |position: &usize| graph.vertices[*position].is_listed;
        let mut tags = Vec::new();
        let mut near: Vec<_> = graph
            .position(digest)
            .into_iter()
            .filter(is_listed)
            .collect();
        let mut seen: HashSet<_> = near.iter().copied().collect();
        while !near.is_empty() {
            let vertices = near.iter().map(|position| &graph.vertices[*position]);
            let first = tags.len();
            tags.extend(vertices.clone().flat_map(|vertex| &vertex.tags));
            tags[first..].sort_unstable();
            let next = vertices.flat_map(Vertex::predecessors);
            near = next
                .filter(is_listed)
                .filter(|position| seen.insert(*position))
                .collect();
        }
        tags
    }
}

//! Which images are in use and through which tags, and on which platforms they run.

use std::collections::{HashMap, HashSet, VecDeque};

use super::graph::{Content, Graph};
use super::questions::Question;

impl Graph {
    /// The digests of the images that are not in use: no tag reaches them, nor an image that names one
    /// which is not in the repository. None in a repository without a root.
    ///
    /// # Errors
    ///
    /// The manifest that is missing.
    pub(crate) fn unused(&self) -> Result<HashSet<&str>, String> {
        self.check(Question::Unused)?;
        let images = self.vertices.iter().zip(self.in_use());
        let unused = images.filter(|(vertex, in_use)| vertex.is_listed && !in_use);
        Ok(unused.map(|(vertex, _)| &*vertex.digest).collect())
    }

    /// The images that no tag reaches and that are not unused, as far as manifests were read, because they
    /// name an image that is not in the repository.
    pub(crate) fn used_orphans(&self) -> Vec<&str> {
        let orphans = self.orphans().into_iter().zip(self.used());
        let images = self.vertices.iter().zip(orphans);
        let orphans = images.filter(|(_, (orphan, used))| *orphan && !used);
        orphans.map(|(vertex, _)| &*vertex.digest).collect()
    }

    /// The tags through which each image is in use: its own, those of indexes that hold it, those of
    /// images that it refers to; the nearest first, then in alphabetical order. Digest tags are left
    /// out. Unused images are absent.
    ///
    /// # Errors
    ///
    /// The manifest that is missing: an image would seem unused.
    pub(crate) fn used_by(&self) -> Result<HashMap<&str, Vec<&str>>, String> {
        self.check(Question::UsedBy)?;
        // Each with its distance. From the roots, so that the work grows with the answer only.
        let mut tags = vec![Vec::new(); self.vertices.len()];
        let mut seen_from = vec![None; self.vertices.len()];
        let mut open = VecDeque::new();
        let roots = self.vertices.iter().enumerate();
        for (root, vertex) in roots.filter(|(_, vertex)| vertex.is_root()) {
            seen_from[root] = Some(root);
            open.push_back((root, 0_usize));
            while let Some((position, distance)) = open.pop_front() {
                tags[position].extend(vertex.tags.iter().map(|tag| (distance, tag.as_str())));
                for next in self.successors(position) {
                    if seen_from[next].replace(root) != Some(root) {
                        open.push_back((next, distance + 1));
                    }
                }
            }
        }
        let used = self.vertices.iter().zip(tags);
        let used = used.filter(|(_, tags)| !tags.is_empty());
        let used = used.map(|(vertex, mut tags)| {
            tags.sort_unstable();
            let tags = tags.into_iter().map(|(_, tag)| tag).collect();
            (&*vertex.digest, tags)
        });
        Ok(used.collect())
    }

    /// The platforms of the images `of` that are known: those of an index in its order, with nested
    /// ones in the place of their index; those that indexes give for any other image, in alphabetical
    /// order. `own` as in [`Question::Platforms`].
    ///
    /// # Errors
    ///
    /// The manifest that is missing, other than those that the registry does not have.
    pub(crate) fn platforms(
        &self,
        of: &[&str],
        own: bool,
    ) -> Result<HashMap<&str, Vec<&str>>, String> {
        self.check(Question::Platforms { of, own })?;
        let mut platforms = vec![Vec::new(); self.vertices.len()];
        // No index holds itself, since manifests were verified by their digests.
        let mut all = vec![true; self.vertices.len()];
        let levels = Self::levels(&mut all, |position| self.children(position));
        // What an index holds comes before the index itself.
        for index in levels.into_iter().rev().flatten() {
            platforms[index] = self.platforms_of_index(index, &platforms);
        }
        for edge in self.vertices.iter().flat_map(|index| &index.children) {
            let child = edge.child as usize;
            if !self.vertices[child].is_index() {
                platforms[child].extend(self.platform(edge));
            }
        }
        let mut known = HashMap::new();
        let asked = self.vertices.iter().zip(self.marked(of)).zip(platforms);
        for ((vertex, _), mut platforms) in asked.filter(|((_, asked), _)| *asked) {
            if !vertex.is_index() {
                platforms.sort_unstable();
                platforms.dedup();
            }
            if vertex.content == Content::Index || !platforms.is_empty() {
                known.insert(&*vertex.digest, platforms);
            }
        }
        Ok(known)
    }

    /// The platforms of an index, given those of the indexes that it holds.
    fn platforms_of_index<'g>(&'g self, index: usize, nested: &[Vec<&'g str>]) -> Vec<&'g str> {
        let (mut seen, mut seen_children) = (HashSet::new(), HashSet::new());
        let edges = self.vertices[index].children.iter();
        let platforms = edges.flat_map(|edge| {
            let is_new = seen_children.insert(edge.child);
            let nested = is_new.then(|| nested[edge.child as usize].iter().copied());
            (self.platform(edge).into_iter()).chain(nested.into_iter().flatten())
        });
        platforms.filter(|name| seen.insert(*name)).collect()
    }
}

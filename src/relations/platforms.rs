//! The platforms of images, as the indexes that were read tell them.

use std::collections::HashSet;

use super::components::components;
use super::graph::Graph;

/// The platforms of each image.
#[derive(Debug)]
pub(crate) struct Platforms<'g> {
    graph: &'g Graph<'g>,
    /// The numbers of the platforms of each index, in its order; nothing for other images.
    of_indexes: Vec<Vec<usize>>,
}

impl Graph<'_> {
    /// The platforms of images, as far as manifests were read.
    pub(crate) fn platforms(&self) -> Platforms<'_> {
        let children = self.vertices.iter().map(|vertex| {
            let children = vertex.children.iter().filter_map(|edge| edge.child);
            children.filter(|child| self.holds_any(*child)).collect()
        });
        let children: Vec<Vec<usize>> = children.collect();
        let mut of_indexes = vec![Vec::new(); self.vertices.len()];
        // What an index holds comes before the index itself.
        for component in components(&children) {
            if let [position] = *component {
                of_indexes[position] = self.platforms_of_index(position, &of_indexes);
                continue;
            }
            let in_circle: Vec<_> = (component.iter())
                .map(|position| self.platforms_in_circle(*position))
                .collect();
            for (position, platforms) in component.into_iter().zip(in_circle) {
                of_indexes[position] = platforms;
            }
        }
        Platforms {
            graph: self,
            of_indexes,
        }
    }

    fn holds_any(&self, position: usize) -> bool {
        !self.vertices[position].children.is_empty()
    }

    /// The platforms of an index, given those of the indexes that it holds.
    fn platforms_of_index(&self, position: usize, of_indexes: &[Vec<usize>]) -> Vec<usize> {
        let (mut seen, mut seen_children) = (HashSet::new(), HashSet::new());
        let edges = self.vertices[position].children.iter();
        let platforms = edges.flat_map(|edge| {
            let child = edge.child.filter(|child| seen_children.insert(*child));
            let nested = child.map(|child| of_indexes[child].iter());
            edge.platform
                .into_iter()
                .chain(nested.into_iter().flatten().copied())
        });
        platforms
            .filter(|platform| seen.insert(*platform))
            .collect()
    }

    /// The platforms of an index that holds itself through others.
    fn platforms_in_circle(&self, start: usize) -> Vec<usize> {
        let mut platforms = Vec::new();
        let mut seen = HashSet::new();
        let mut entered = HashSet::from([start]);
        let mut way = vec![self.vertices[start].children.iter()];
        while let Some(edges) = way.last_mut() {
            let Some(edge) = edges.next() else {
                way.pop();
                continue;
            };
            platforms.extend(edge.platform.filter(|platform| seen.insert(*platform)));
            if let Some(child) = edge.child.filter(|child| entered.insert(*child)) {
                way.push(self.vertices[child].children.iter());
            }
        }
        platforms
    }
}

impl<'g> Platforms<'g> {
    /// The platforms of the image `digest`: those of an index in its order, with nested ones in the
    /// place of their index; those that indexes give for any other image, in alphabetical order.
    /// Nothing if they are not known.
    pub(crate) fn of(&self, digest: &str) -> Vec<&'g str> {
        let Some(position) = self.graph.position(digest) else {
            return Vec::new();
        };
        let vertex = &self.graph.vertices[position];
        let names = |numbers: &[usize]| -> Vec<&'g str> {
            let names = numbers.iter().map(|number| &*self.graph.platforms[*number]);
            names.collect()
        };
        if vertex.is_index() {
            return names(&self.of_indexes[position]);
        }
        let mut platforms = names(&vertex.platforms);
        platforms.sort_unstable();
        platforms.dedup();
        platforms
    }
}

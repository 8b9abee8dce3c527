//! The requests that delete images: what they leave out, and their order.

use std::collections::HashMap;

use super::components::components;
use super::graph::Graph;
use super::questions::{Incomplete, Question};

/// The service deletes at most 100 images per request.
const REQUEST_SIZE: usize = 100;

/// The requests that delete images.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Plan<'g> {
    /// The digests of each request, to be sent one after another.
    ///
    /// An index comes in an earlier request than what it holds, because the service refuses to delete
    /// what an index holds. An image comes in an earlier request than its signatures and other images
    /// that refer to it, so that a run that ends early leaves no image without them.
    pub(crate) requests: Vec<Vec<&'g str>>,
    /// How many images are left out because an index that stays holds them.
    pub(crate) held: usize,
    /// How many others are left out because they refer to an image that stays.
    pub(crate) attached: usize,
    /// The same digests as in the requests: indexes first, and each before what it holds.
    pub(crate) indexes_first: Vec<&'g str>,
}

impl Graph<'_> {
    /// The requests that delete `candidates`, without those that an image that stays holds, or is
    /// signed by. Digests that the listing does not show are ignored. It is the same whatever the
    /// order of the candidates, the listing and the manifests.
    ///
    /// # Errors
    ///
    /// If a manifest is missing.
    pub(crate) fn deletion(&self, candidates: &[&str]) -> Result<Plan<'_>, Incomplete> {
        self.check(Question::Deletion(candidates))?;
        let is_candidate = self.marked(candidates);
        let stays = self.reached(|position| !is_candidate[position]);
        let mut plan = Plan::default();
        let mut deleted = Vec::new();
        for (position, vertex) in self.vertices.iter().enumerate() {
            if !is_candidate[position] || !vertex.is_listed {
                continue;
            }
            if !stays[position] {
                deleted.push(position);
            } else if vertex.holders.iter().any(|holder| stays[*holder]) {
                plan.held += 1;
            } else {
                plan.attached += 1;
            }
        }
        let levels = self.deletion_levels(&deleted);
        let requests = levels.iter().flat_map(|level| level.chunks(REQUEST_SIZE));
        let digest = |position: &usize| &*self.vertices[*position].digest;
        plan.requests = requests
            .map(|request| request.iter().map(digest).collect())
            .collect();
        let positions = levels.iter().flatten();
        let (indexes, others): (Vec<_>, Vec<_>) =
            positions.partition(|position| self.vertices[**position].is_index());
        plan.indexes_first = indexes.into_iter().chain(others).map(digest).collect();
        Ok(plan)
    }

    /// The positions, by what must be deleted first, each level in the order of digests.
    fn deletion_levels(&self, deleted: &[usize]) -> Vec<Vec<usize>> {
        let children = |position: usize| -> Vec<usize> {
            let edges = self.vertices[position].children.iter();
            edges.filter_map(|edge| edge.child).collect()
        };
        let successors = |position: usize| self.vertices[position].successors().collect();
        let by_digest = |positions: &mut [usize]| {
            positions.sort_unstable_by_key(|position| &self.vertices[*position].digest);
        };
        // An index may hold the image that it refers to: what the service requires comes first.
        let mut levels = levels(deleted, &successors, &|circle| {
            levels(circle, &children, &|circle| {
                // Impossible with real digests, and the service would refuse any order.
                let mut circle = circle.to_vec();
                by_digest(&mut circle);
                circle.into_iter().map(|position| vec![position]).collect()
            })
        });
        for level in &mut levels {
            by_digest(level);
        }
        levels
    }
}

/// Divides `nodes` into levels, so that the successors of a node are in later levels than itself. The
/// nodes of a circle have the levels that `in_circle` divides them into, one after another.
fn levels(
    nodes: &[usize],
    successors: &dyn Fn(usize) -> Vec<usize>,
    in_circle: &dyn Fn(&[usize]) -> Vec<Vec<usize>>,
) -> Vec<Vec<usize>> {
    let places: HashMap<usize, usize> = nodes.iter().copied().zip(0..).collect();
    let successors: Vec<Vec<usize>> = (nodes.iter())
        .map(|node| {
            let successors = successors(*node).into_iter();
            successors
                .filter_map(|next| places.get(&next).copied())
                .collect()
        })
        .collect();
    let mut first_levels = vec![0; nodes.len()];
    let mut levels: Vec<Vec<usize>> = Vec::new();
    // What leads to a component comes before it.
    for component in components(&successors).into_iter().rev() {
        let first = component.iter().map(|place| first_levels[*place]).max();
        let first = first.unwrap_or_default();
        let members: Vec<_> = component.iter().map(|place| nodes[*place]).collect();
        let own_levels = match members.as_slice() {
            [_] => vec![members],
            circle => in_circle(circle),
        };
        let end = first + own_levels.len();
        levels.resize_with(levels.len().max(end), Vec::new);
        for (level, members) in levels[first..end].iter_mut().zip(own_levels) {
            level.extend(members);
        }
        for next in component.iter().flat_map(|place| &successors[*place]) {
            first_levels[*next] = first_levels[*next].max(end);
        }
    }
    levels
}

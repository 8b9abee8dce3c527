//! The requests that delete images: what they leave out, and their order.

use std::collections::HashSet;

use super::graph::Graph;
use super::questions::Question;

/// The service deletes at most 100 images per request.
const REQUEST_SIZE: usize = 100;

/// The requests that delete images.
#[derive(Debug)]
pub(crate) struct DeletionPlan<'g> {
    /// The digests of each request, to be sent one after another.
    ///
    /// An index comes in an earlier request than what it holds, because the service refuses to delete
    /// what an index holds. An image comes in an earlier request than its signatures and other images
    /// that refer to it, so that a run that ends early leaves no image without them; except where
    /// digest tags and subjects form circles.
    pub(crate) requests: Vec<Vec<&'g str>>,
    /// How many images are left out because an index that stays holds them.
    pub(crate) held: usize,
    /// How many others are left out because they refer to an image that stays.
    pub(crate) attached: usize,
    /// How many images stay without an image that they are known to refer to, which is deleted.
    pub(crate) bereaved: usize,
}

impl Graph {
    /// The requests that delete `candidates`, without those that an image that stays holds, or is
    /// signed by. Digests that the listing does not show are ignored. It is the same whatever the
    /// order of the candidates, the listing and the manifests.
    ///
    /// # Errors
    ///
    /// The manifest that is missing.
    pub(crate) fn deletion(&self, candidates: &[&str]) -> Result<DeletionPlan<'_>, String> {
        self.check(Question::Deletion(candidates))?;
        let (is_candidate, stays) = (self.marked(candidates), self.stays(candidates));
        let positions = 0..self.vertices.len();
        let mut is_held = vec![false; positions.len()];
        for index in positions.clone().filter(|position| stays[*position]) {
            self.children(index).for_each(|child| is_held[child] = true);
        }
        let left_out = positions.filter(|position| is_candidate[*position] && stays[*position]);
        let (held, attached): (Vec<_>, Vec<_>) = left_out.partition(|position| is_held[*position]);
        // All others stay, so that what does not was a candidate.
        let listed = self.vertices.iter().zip(&stays);
        let is_deleted = listed.map(|(vertex, stays)| vertex.is_listed && !stays);
        let is_deleted: Vec<_> = is_deleted.collect();
        let deleted = self.vertices.iter().zip(&is_deleted);
        let deleted = deleted.filter(|(_, is_deleted)| **is_deleted);
        let referrers = deleted.flat_map(|(vertex, _)| vertex.referrers());
        let bereaved: HashSet<_> = referrers.filter(|referrer| stays[*referrer]).collect();
        let mut requests = Vec::new();
        for mut level in self.deletion_order(is_deleted) {
            level.sort_unstable();
            requests.extend(level.chunks(REQUEST_SIZE).map(<[&str]>::to_vec));
        }
        Ok(DeletionPlan {
            requests,
            held: held.len(),
            attached: attached.len(),
            bereaved: bereaved.len(),
        })
    }

    /// The digests of the images that are `left`, by what must be deleted first.
    fn deletion_order(&self, mut left: Vec<bool>) -> Vec<Vec<&str>> {
        let mut levels = Self::levels(&mut left, |position| self.successors(position));
        // Digest tags and subjects may form circles, in which only what the service requires counts.
        levels.extend(Self::levels(&mut left, |position| self.children(position)));
        let digests = |level: Vec<usize>| {
            let vertices = level.into_iter().map(|position| &self.vertices[position]);
            vertices.map(|vertex| &*vertex.digest).collect()
        };
        levels.into_iter().map(digests).collect()
    }
}

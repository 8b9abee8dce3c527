//! Relations between the images of a repository, from their manifests: pure functions without I/O.
//!
//! A [`Graph`] is built once, from the rows of a listing, and owns its digests. Then, for each
//! [`Question`], the caller reads what [`Graph::unread`] names and passes it to [`Graph::add`], until
//! nothing is unread: which manifests are needed often follows from those that were read. Manifests
//! that were added for one question serve the next one.
//!
//! | question | answer |
//! | --- | --- |
//! | [`Question::Platforms`] | [`Graph::platforms`], and [`Graph::gone`] for those without an answer |
//! | [`Question::UsedBy`] | [`Graph::used_by`], and [`Graph::role`] |
//! | [`Question::Unused`] | [`Graph::unused`], and [`Graph::used_orphans`], [`Graph::has_roots`] |
//! | [`Question::Deletion`] | [`Graph::deletion`] |
//!
//! An answer that needs a manifest which was not added, or which the registry does not have, is an
//! error that says which one, as in "manifest sha256:… was not read". [`first_change`] tells whether a
//! repository changed while its manifests were read.

mod answers;
mod deletion;
mod graph;
mod manifest;
mod questions;
mod role;
#[cfg(test)]
mod tests;

pub(crate) use self::{
    graph::{Graph, Node, first_change},
    manifest::ParsedManifest,
    questions::Question,
    role::{INDEX_TYPES, Role, is_index},
};

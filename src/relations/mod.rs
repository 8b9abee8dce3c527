//! Relations between the images of a repository, from their manifests: pure functions without I/O.
//!
//! A [`Graph`] is built from the rows of a listing. It names the manifests that a [`Question`] needs;
//! whoever reads them adds them, until none is missing. Then it answers: platforms, roles, the tags
//! through which an image is in use, unused images, and the requests that delete images.

mod answers;
mod changes;
mod components;
mod graph;
mod lenient;
mod manifest;
mod platforms;
mod questions;
mod role;
#[cfg(test)]
mod tests;
mod waves;

pub(crate) use self::{
    answers::Unused,
    changes::first_change,
    graph::{Graph, Node},
    manifest::ParsedManifest,
    questions::{Incomplete, Question},
    role::Role,
};
#[cfg(test)]
use self::{graph::InvalidDigest, manifest::Fault, questions::Cause};

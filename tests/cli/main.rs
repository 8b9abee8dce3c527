//! The real binary with the real SDK against a local registry: what users see, whole.

mod completions;
mod connection;
mod credentials;
mod errors;
mod faults;
mod formats;
mod harness;
mod help;
mod hostile;
mod look_up;
mod oci;
mod pages;
mod peer;
mod pipes;
mod public;
mod readme;
mod real;
mod registry;
mod secrets;
mod select;
mod settings_peer;
mod setups;
mod stream;
#[cfg(unix)]
mod terminal;
mod usage;
mod without;

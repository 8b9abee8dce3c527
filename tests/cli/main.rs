//! The real binary with the real SDK against a local registry: whole outputs, as users see them.

mod bounds;

mod complete;
mod connection;
mod credentials;
#[cfg(unix)]
mod deletion;
mod errors;
mod faults;
mod formats;
mod harness;
mod help;
mod hostile;
mod limits;
mod look_up;
mod man;
mod manifests;
mod network;
mod oci;
mod pages;
mod peer;
mod pipes;
mod platforms;
mod proxies;
mod public;
mod readme;
mod real;
mod registry;
mod release;
#[cfg(unix)]
mod repos;
mod screen;
mod scripts;
mod secrets;
mod select;
mod settings_peer;
mod setups;
#[cfg(unix)]
mod simulation;
mod sources;
mod stream;
#[cfg(target_os = "linux")]
mod tab;
#[cfg(unix)]
mod terminal;
#[cfg(unix)]
mod unused;
mod usage;
mod without;

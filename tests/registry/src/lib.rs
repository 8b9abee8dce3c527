//! A local ECR Public: a real HTTP server on loopback that speaks the service's protocols from data:
//! the signed API, the gallery's API, and the registry's own.
//!
//! It checks what the service checks (target, signature scope, bounds, exclusive options, tokens),
//! returns the service's error codes and texts, records requests, and fails or waits on demand.
//! Signatures themselves are not verified: it knows no secret keys.

mod data;
mod deletion;
mod gallery;
mod manifest;
mod oci;
mod operations;
mod pages;
mod policy;
mod protocol;
mod proxy;
mod rate;
mod related;
mod sample;
mod server;
mod shelf;
mod tls;

pub use data::{Image, Repository, Tag};
pub use manifest::{
    DOCKER_CONFIG, DOCKER_LIST, DOCKER_MANIFEST, Entry, Manifest, OCI_CONFIG, OCI_INDEX,
    OCI_MANIFEST,
};
pub use proxy::Proxy;
pub use rate::RateCounts;
pub use related::related;
pub use sample::sample;
pub use server::{Builder, Fault, Registry, Request};

/// A loopback URL at which nothing listens.
///
/// # Panics
///
/// When loopback has no free port.
#[must_use]
pub fn url_without_server() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener
        .local_addr()
        .expect("a bound socket has an address");
    format!("http://{address}")
}

/// The account that owns the registry.
pub const ACCOUNT: &str = "123456789012";
/// The registry's public alias.
pub const ALIAS: &str = "example";
/// The alias that the service gave to the registry, which leads to the same repositories.
pub const DEFAULT_ALIAS: &str = "q1w2e3r4";
/// The beginning of every token for anonymous callers.
pub const TOKEN: &str = "cHVibGljLXRva2Vu";
/// The beginning of every token of `GetAuthorizationToken`.
pub const SIGNED_IN_TOKEN: &str = "QVdTOnNpZ25lZC1pbi10b2tlbg";
/// Requests signed with this access key fail with `ExpiredTokenException`.
pub const EXPIRED_KEY: &str = "AKIAEXPIRED";
/// Requests signed with this access key fail with `AccessDeniedException`.
pub const DENIED_KEY: &str = "AKIADENIED";
/// Requests signed with this access key fail with `UnrecognizedClientException`.
pub const UNKNOWN_KEY: &str = "AKIAUNKNOWN";

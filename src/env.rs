//! The `ECRPUB_*` environment variables, each read once and checked.

use std::ffi::OsString;
use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use crate::error::Error;
use crate::net::settings::Found;

#[derive(Clone, Debug, Default)]
pub(crate) struct Env {
    /// `ECRPUB_NOW`: a fixed current time, RFC 3339, for reproducible output.
    now: Option<Timestamp>,
    /// `ECRPUB_HURRY`: divides every wait by 100 and the limit for credentials by 10, for tests.
    hurry: bool,
    /// `ECRPUB_GALLERY_URL`: the address of the gallery's API.
    pub(crate) gallery_url: Option<Url>,
    /// `ECRPUB_REGISTRY_URL`: the address of the public registry.
    pub(crate) registry_url: Option<Url>,
    /// `ECRPUB_CACHE_DIR`: the folder of what is kept from run to run.
    pub(crate) cache_dir: Option<OsString>,
}

/// `ECRPUB_COMPLETE`: the shell that completes a command line, or that asks for the script to do so.
/// Not `COMPLETE`, which other programs read.
pub(crate) const COMPLETE: &str = "ECRPUB_COMPLETE";

impl Env {
    /// Reads the variables; an empty one counts as unset. Fails on an invalid value.
    pub(crate) fn read() -> Result<Self, Error> {
        let endpoint = |name| found(name).map(|found| found.endpoint()).transpose();
        let now =
            found("ECRPUB_NOW").map(|found| found.parse("a time such as `2024-06-01T12:00:00Z`"));
        Ok(Self {
            now: now.transpose()?,
            hurry: found("ECRPUB_HURRY").is_some(),
            gallery_url: endpoint("ECRPUB_GALLERY_URL")?,
            registry_url: endpoint("ECRPUB_REGISTRY_URL")?,
            cache_dir: std::env::var_os("ECRPUB_CACHE_DIR").filter(|path| !path.is_empty()),
        })
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.now.unwrap_or_else(Timestamp::now)
    }

    /// `wait`, divided by 100 with `ECRPUB_HURRY`.
    pub(crate) fn hurried(&self, wait: Duration) -> Duration {
        if self.hurry { wait / 100 } else { wait }
    }

    /// `limit`, divided by 10 with `ECRPUB_HURRY`: what it limits takes seconds on a busy machine.
    pub(crate) fn hurried_limit(&self, limit: Duration) -> Duration {
        if self.hurry { limit / 10 } else { limit }
    }
}

fn found(name: &str) -> Option<Found> {
    Found::in_environment(name).filter(|found| !found.text.is_empty())
}

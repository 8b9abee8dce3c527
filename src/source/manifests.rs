//! Reads manifests by digest: from the cache on disk, or else from the registry, verified.

use std::cell::Cell;
use std::sync::OnceLock;

use super::Sources;
use super::cache::ManifestCache;
use super::oci::{Caller, Registry};
use crate::error::{Error, Kind};
use crate::net::settings::Transport;
use crate::reference::{Digest, PublicRepository};
use crate::relations::ParsedManifest;
use crate::session::Session;

/// Reads manifests of own repositories for the account, which may read ten times as many as an
/// anonymous caller, and keeps those of all repositories.
#[derive(Debug)]
pub(super) struct Manifests<'a> {
    account: Registry<'a>,
    cache: ManifestCache,
    /// Why the account cannot sign in.
    denied: OnceLock<String>,
    read: Cell<ManifestCounts>,
}

/// How many manifests a run has read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ManifestCounts {
    pub(crate) all: usize,
    /// Those that were in the cache.
    pub(crate) cached: usize,
}

impl<'a> Manifests<'a> {
    /// Sends nothing yet.
    pub(super) fn new(transport: Transport, session: Session<'a>) -> Self {
        let account = Registry::for_account(transport, session);
        let denied = OnceLock::new();
        if !account.keeps_secrets() {
            let why = format!("`{}` is reached without encryption", account.host());
            denied.get_or_init(|| why);
        }
        Self {
            account,
            cache: ManifestCache::new(session.cache_folder),
            denied,
            read: Cell::default(),
        }
    }

    fn count(&self, is_cached: bool) {
        let ManifestCounts { all, cached } = self.read.get();
        self.read.set(ManifestCounts {
            all: all + 1,
            cached: cached + usize::from(is_cached),
        });
    }
}

impl Sources<'_> {
    /// The manifest `digest`, or nothing if the registry does not have it. With `is_own` the account
    /// signs in, if it may.
    ///
    /// # Errors
    ///
    /// Any failure of the registry, and content that is not a manifest or has another digest.
    pub(crate) async fn manifest(
        &self,
        repository: &PublicRepository,
        digest: &Digest,
        is_own: bool,
    ) -> Result<Option<ParsedManifest>, Error> {
        let manifests = self.manifests();
        let stored = manifests.cache.get(digest);
        let is_cached = stored.is_some();
        let content = match stored {
            None => self.content(repository, digest, is_own).await?,
            stored => stored,
        };
        manifests.count(is_cached);
        self.progress.manifest_done();
        let Some(content) = content else {
            return Ok(None);
        };
        let unreadable = |_| {
            let message = format!("manifest {digest} of `{repository}` is not a manifest");
            Error::new(Kind::Service, message)
        };
        ParsedManifest::parse(&content)
            .map(Some)
            .map_err(unreadable)
    }

    async fn content(
        &self,
        repository: &PublicRepository,
        digest: &Digest,
        is_own: bool,
    ) -> Result<Option<Vec<u8>>, Error> {
        let manifests = self.manifests();
        let mut content = None;
        if let (true, Some(aws), None) = (is_own, &self.own, manifests.denied.get()) {
            let caller = Caller::Account(aws);
            match manifests.account.content(repository, digest, caller).await {
                Err(error) if error.kind() == Kind::Credentials => {
                    manifests.denied.get_or_init(|| error.to_string());
                }
                read => content = Some(read?),
            }
        }
        let content = if let Some(content) = content {
            content
        } else {
            let registry = &self.public().registry;
            let read = registry.content(repository, digest, Caller::Anonymous);
            read.await?
        };
        if let Some(content) = &content {
            manifests.cache.put(digest, content);
        }
        Ok(content)
    }

    /// How many manifests were read.
    pub(crate) fn manifests_read(&self) -> ManifestCounts {
        let manifests = self
            .public
            .as_ref()
            .and_then(|public| public.manifests.as_ref());
        manifests
            .map(|manifests| manifests.read.get())
            .unwrap_or_default()
    }

    /// What is to be said about how manifests were read. `owns` if some are of own repositories.
    pub(crate) fn manifest_notes(&self, owns: bool) -> Vec<String> {
        let Some(manifests) = self
            .public
            .as_ref()
            .and_then(|public| public.manifests.as_ref())
        else {
            return Vec::new();
        };
        let ManifestCounts { all, cached } = manifests.read.get();
        let denied = manifests.denied.get().filter(|_| owns && all > cached);
        let denied = denied.map(|why| {
            format!(
                "manifests were read anonymously, at a tenth of the rate: {why}; allow `ecr-public:GetAuthorizationToken` and `sts:GetServiceBearerToken` on `*` in the IAM policy"
            )
        });
        denied
            .into_iter()
            .chain(manifests.cache.trouble())
            .collect()
    }

    fn manifests(&self) -> &Manifests<'_> {
        let manifests = self.public().manifests.as_ref();
        manifests.expect("connected if any manifest is read")
    }
}

//! Reads manifests by digest: from the cache on disk, or else from the registry, verified.

use std::cell::{Cell, OnceCell};

use super::Sources;
use super::cache::ManifestCache;
use super::oci::{Caller, Registries, SIGNED_IN_RATE};
use crate::error::{Error, Kind};
use crate::net::settings::Transport;
use crate::reference::{Digest, PublicRepository, REGISTRIES};
use crate::relations::ParsedManifest;
use crate::session::Session;

/// Reads manifests of own repositories for the account, which may read ten times as many as an
/// anonymous caller, and keeps those of all repositories.
#[derive(Debug)]
pub(super) struct ManifestReader<'a> {
    account: Registries<'a>,
    cache: ManifestCache,
    /// Why the account cannot sign in.
    denied: OnceCell<String>,
    read: Cell<ManifestCounts>,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ManifestCounts {
    pub(crate) all: usize,
    /// Those that were in the cache.
    pub(crate) cached: usize,
}

impl<'a> ManifestReader<'a> {
    pub(super) fn new(transport: &Transport, session: Session<'a>) -> Self {
        let account = Registries::new(SIGNED_IN_RATE, transport, session);
        let denied = OnceCell::new();
        let registry = account.at(REGISTRIES[0]);
        if !registry.keeps_secrets() {
            denied.get_or_init(|| format!("`{}` is reached without encryption", registry.host()));
        }
        Self {
            account,
            cache: ManifestCache::new(session.cache_folder),
            denied,
            read: Cell::default(),
        }
    }
}

impl Sources<'_> {
    /// The manifest `digest`, or nothing if the registry does not have it. With `is_own` the account
    /// signs in, if it may.
    pub(crate) async fn manifest(
        &self,
        repository: &PublicRepository,
        digest: &Digest,
        is_own: bool,
    ) -> Result<Option<ParsedManifest>, Error> {
        let ManifestReader { cache, read, .. } = self.manifests();
        let stored = cache.get(digest);
        let is_cached = stored.is_some();
        let content = match stored {
            None => self.content(repository, digest, is_own).await?,
            stored => stored,
        };
        let mut counts = read.get();
        counts.all += 1;
        counts.cached += usize::from(is_cached);
        read.set(counts);
        self.progress.manifest_done();
        let Some(content) = content else {
            return Ok(None);
        };
        if !is_cached {
            cache.put(digest, &content);
        }
        let unreadable = |why| {
            let message = format!("manifest {digest} of `{repository}` {why}");
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
        let ManifestReader {
            account, denied, ..
        } = self.manifests();
        let aws = self.own.as_ref().filter(|_| is_own);
        let host = aws.map_or(repository.alias.host(), |aws| aws.registry_host(repository));
        if let (Some(aws), None) = (aws, denied.get()) {
            let registry = account.at(host);
            let read = registry.content(repository, digest, Caller::Account(aws));
            match read.await {
                Err(error) if error.kind() == Kind::Credentials => {
                    denied.get_or_init(|| error.to_string());
                }
                read => return read,
            }
        }
        let registry = self.public().registries.at(host);
        registry
            .content(repository, digest, Caller::Anonymous)
            .await
    }

    pub(crate) fn manifests_read(&self) -> ManifestCounts {
        let manifests = self.connected_manifests();
        manifests.map_or_else(ManifestCounts::default, |manifests| manifests.read.get())
    }

    /// Notes on how manifests were read. `owns` if some are of own repositories.
    pub(crate) fn manifest_notes(&self, owns: bool) -> Vec<String> {
        let Some(manifests) = self.connected_manifests() else {
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

    fn connected_manifests(&self) -> Option<&ManifestReader<'_>> {
        self.public.as_ref()?.manifests.as_ref()
    }

    fn manifests(&self) -> &ManifestReader<'_> {
        self.connected_manifests()
            .expect("connected if any manifest is read")
    }
}

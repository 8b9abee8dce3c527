//! The sources that listings are read from, and the options that choose among them.

mod cache;
mod gallery;
mod manifests;
mod oci;
mod own;
mod pages;
mod refusals;
mod rows;
mod targets;

pub(crate) use self::cache::cache_folder;
use self::gallery::Gallery;
pub(crate) use self::manifests::ManifestCounts;
use self::manifests::ManifestReader;
pub(crate) use self::oci::TaggedManifest;
use self::oci::{ANONYMOUS_RATE, Registries, Registry};
use self::own::OwnRegistry;
pub(crate) use self::own::public_repository;
pub(crate) use self::pages::{PageArgs, Pages, starting_at};
pub(crate) use self::rows::LOOK_UP_SIZE;
pub(crate) use self::targets::{PublicApi, RegistryArgs, SourceArgs, SourceName, Subject, Target};

use jiff::SignedDuration;

use crate::error::{Error, Kind};
use crate::model::{RegistryDetail, Row};
use crate::net::retry::FIRST_DELAY;
use crate::net::settings::{ConnectionArgs, Found};
use crate::progress::Progress;
use crate::reference::{PublicRepository, RegistryId, Repository, TagName};
use crate::session::Session;

#[derive(Debug)]
pub(crate) struct Sources<'a> {
    own: Option<OwnRegistry<'a>>,
    public: Option<Public<'a>>,
    pub(crate) progress: &'a Progress,
}

#[derive(Debug)]
struct Public<'a> {
    gallery: Gallery<'a>,
    registries: Registries<'a>,
    /// Reads manifests for an account, and keeps them; only if manifests are read.
    manifests: Option<ManifestReader<'a>>,
    api: PublicApi,
}

impl<'a> Sources<'a> {
    /// Connects the sources of `targets` and, with `manifests`, the source of their manifests; public
    /// repositories are read from `api`. AWS settings and credentials are read for own ones only, in
    /// the registry of the account `registry_id`.
    pub(crate) async fn connect(
        targets: &[Target],
        registry_id: Option<&RegistryId>,
        api: PublicApi,
        manifests: bool,
        connection: &ConnectionArgs,
        session: Session<'a>,
    ) -> Result<Self, Error> {
        let has_public = targets.iter().any(|target| !target.subject.is_own());
        let public = || Public::connect(api, connection, manifests, session);
        let mut sources = Self {
            own: None,
            public: (has_public || manifests).then(public).transpose()?,
            progress: session.progress,
        };
        let mut subjects = targets.iter().map(|target| &target.subject);
        if let Some(own) = subjects.find(|subject| subject.is_own()) {
            let (id, otherwise) = (registry_id.cloned(), own.without_credentials());
            let aws = OwnRegistry::connect(connection, id, otherwise, session).await;
            let hint = || {
                targets
                    .iter()
                    .find_map(|target| target.subject.public_hint())
            };
            // A repository that is public needs no credentials.
            sources.own = Some(aws.map_err(|error| match (error.kind(), hint()) {
                (Kind::Credentials, Some(hint)) => error.hint_first(hint),
                _ => error,
            })?);
        }
        Ok(sources)
    }

    /// Connects the source of `of` for completion: with keys that are at hand, without running a program
    /// or asking another service for them.
    pub(crate) fn at_hand(
        of: &Subject,
        registry_id: Option<&RegistryId>,
        api: PublicApi,
        connection: &ConnectionArgs,
        session: Session<'a>,
    ) -> Result<Self, Error> {
        let own = || OwnRegistry::at_hand(connection, registry_id.cloned(), session);
        let public = || Public::connect(api, connection, false, session);
        Ok(Self {
            own: of.is_own().then(own).transpose()?,
            public: (!of.is_own()).then(public).transpose()?,
            progress: session.progress,
        })
    }

    pub(crate) async fn registry(&self) -> Result<RegistryDetail, Error> {
        self.own().registry().await
    }

    pub(crate) async fn public_reference(
        &self,
        repository: &Repository,
    ) -> Result<PublicRepository, Error> {
        match repository {
            Repository::Own(name) => self.own().public_reference(name).await,
            Repository::Public(public) => Ok(public.clone()),
        }
    }

    pub(crate) async fn tagged_manifest(
        &self,
        repository: &PublicRepository,
        tag: &TagName,
    ) -> Result<TaggedManifest, Error> {
        let registry = self.public().registry(repository);
        registry.manifest(repository, tag).await
    }

    /// The options that `ecrpub` commands in hints need to reach the same registry: those of the user
    /// for the caller's own one, as words of a command line.
    pub(crate) fn options_for(&self, is_own: bool) -> &str {
        let own = self.own.as_ref().filter(|_| is_own);
        own.map_or("", OwnRegistry::options)
    }

    /// How far this machine's clock is ahead of the service's, if the service gave a date.
    pub(crate) fn clock_skew(&self) -> Option<SignedDuration> {
        self.own().clock_skew()
    }

    fn own(&self) -> &OwnRegistry<'a> {
        self.own
            .as_ref()
            .expect("connected for every own repository of the run")
    }

    fn public(&self) -> &Public<'a> {
        self.public
            .as_ref()
            .expect("connected for every public repository and every manifest of the run")
    }
}

impl<'a> Public<'a> {
    fn connect(
        api: PublicApi,
        connection: &ConnectionArgs,
        manifests: bool,
        session: Session<'a>,
    ) -> Result<Self, Error> {
        let find = |name: &str, _: &str| Found::in_environment(name);
        let transport = connection.transport(find, session.env.hurried(FIRST_DELAY))?;
        let public = Self {
            manifests: manifests.then(|| ManifestReader::new(&transport, session)),
            registries: Registries::new(ANONYMOUS_RATE, &transport, session),
            gallery: Gallery::new(transport, session),
            api,
        };
        if api == PublicApi::Gallery {
            session.progress.resolved("gallery", public.gallery.host());
        }
        Ok(public)
    }

    fn registry(&self, repository: &PublicRepository) -> &Registry<'a> {
        self.registries.at(repository.alias.host())
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct PageRequest<'a> {
    pub(crate) page_size: u16,
    pub(crate) token: Option<&'a str>,
    pub(crate) start: Start,
}

/// Where a page starts, which decides whose mistake it is if the service refuses the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    Beginning,
    Given,
    Next,
}

/// A page of a listing, in the service's order.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) rows: Vec<Row>,
    pub(crate) next_token: Option<String>,
}

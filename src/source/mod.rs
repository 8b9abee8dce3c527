//! Where listings come from, and the options that choose.

pub(crate) mod aws;
mod gallery;
mod oci;
mod pages;
mod refusals;
mod rows;
mod targets;
mod wire;

use std::sync::Arc;

use self::aws::Aws;
use self::gallery::Gallery;
use self::oci::Registry;
pub(crate) use self::pages::{PageArgs, Pages, request_goes_out};
pub(crate) use self::rows::{LOOK_UP_SIZE, Listed};
pub(crate) use self::targets::{SourceArgs, Target};
use crate::error::Error;
#[cfg(feature = "fuzz")]
use crate::model::Tag;
use crate::reference::{PublicRepository, Repository, RepositoryName};

/// All that the repositories of a run are read from.
#[derive(Debug)]
pub(crate) struct Sources<'a> {
    own: Option<Aws<'a>>,
    public: Option<Public<'a>>,
}

/// What public repositories are read from.
#[derive(Debug)]
struct Public<'a> {
    gallery: Gallery<'a>,
    registry: Registry<'a>,
    /// Whether tags are read from the registry.
    names_only: bool,
}

/// What a repository is read from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source<'a> {
    /// The caller's own registry, by the official SDK.
    Own(&'a Aws<'a>, &'a RepositoryName),
    /// The gallery, without credentials.
    Gallery(&'a Gallery<'a>, &'a PublicRepository),
    /// The public registry itself, which knows names.
    Registry(&'a Registry<'a>, &'a PublicRepository),
}

impl<'a> Sources<'a> {
    /// What `repository`, one of those asked for, is read from.
    pub(crate) fn of(&'a self, repository: &'a Repository) -> Source<'a> {
        match repository {
            Repository::Own(name) => Source::Own(self.own(), name),
            Repository::Public(public) if self.public().names_only => {
                Source::Registry(&self.public().registry, public)
            }
            Repository::Public(public) => Source::Gallery(&self.public().gallery, public),
        }
    }

    /// What everybody calls `repository`.
    ///
    /// # Errors
    ///
    /// Where the service does not tell, of one's own.
    pub(crate) async fn home(&self, repository: &Repository) -> Result<PublicRepository, Error> {
        match repository {
            Repository::Own(name) => self.own().home(name).await,
            Repository::Public(public) => Ok(public.clone()),
        }
    }

    /// The platforms of an index of `repository`.
    ///
    /// # Errors
    ///
    /// Where the registry fails, or has no such index.
    pub(crate) async fn platforms(
        &self,
        repository: &PublicRepository,
        digest: &str,
    ) -> Result<Arc<[String]>, Error> {
        self.public().registry.platforms(repository, digest).await
    }

    fn own(&self) -> &Aws<'a> {
        self.own
            .as_ref()
            .expect("connected when a repository of one's own is asked for")
    }

    fn public(&self) -> &Public<'a> {
        self.public
            .as_ref()
            .expect("connected when a public repository or a manifest is asked for")
    }
}

/// The readers of what anybody is answered, for fuzzing: what can be read are tags.
#[cfg(feature = "fuzz")]
pub(crate) fn parse_answers(body: &[u8], repository: &PublicRepository) -> Vec<Tag> {
    oci::parse(body);
    gallery::parse(body, repository)
}

/// The answer to a look-up.
#[derive(Debug)]
pub(crate) enum LookUp<R> {
    /// Every id exists, and these are the rows.
    Found(Vec<R>),
    /// The service looks nothing up, or some id does not exist and it tells nothing of the others.
    PickFromListing,
}

/// A request for a page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageRequest<'a> {
    /// Rows asked for, 1 to 1000.
    pub(crate) page_size: u16,
    /// Where to go on; the beginning without one.
    pub(crate) token: Option<&'a str>,
}

/// A page of a listing, in the service's order.
#[derive(Debug)]
pub(crate) struct Page<R> {
    /// Its rows; a page may be empty and not the last.
    pub(crate) rows: Vec<R>,
    /// Where the listing goes on, unless it ends here.
    pub(crate) next_token: Option<String>,
}

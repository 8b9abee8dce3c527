//! Where listings come from, and the options that choose.

pub(crate) mod aws;
pub(crate) mod connection;
mod http;
mod names;
mod pages;
mod retry;

use std::fmt;
use std::future::Future;

use self::aws::Aws;
pub(crate) use self::connection::ConnectionArgs;
pub(crate) use self::names::{Digest, RegistryId, RepositoryName, TagName};
pub(crate) use self::pages::{PageArgs, Pages, request_goes_out};
use crate::error::Error;
use crate::progress::Progress;

/// Which repositories.
#[derive(Debug, clap::Args)]
pub(crate) struct SourceArgs {
    #[command(flatten)]
    repositories: RepositoryArgs,

    /// The account whose registry holds the repositories
    ///
    /// Passed through to the service, which opens no registry but the caller's own. Default: the
    /// caller's.
    #[arg(long, value_name = "ACCOUNT")]
    registry_id: Option<RegistryId>,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
struct RepositoryArgs {
    /// A repository of your registry, such as `web` or `team/web`; repeatable
    #[arg(
        short = 'R',
        long = "repo",
        visible_alias = "repository-name",
        value_name = "REPO"
    )]
    named: Vec<RepositoryName>,

    /// The same as `--repo`
    #[arg(value_name = "REPO")]
    plain: Vec<RepositoryName>,
}

impl SourceArgs {
    /// The repositories in the order asked, `--repo` first, each once.
    pub(crate) fn repositories(&self) -> Vec<RepositoryName> {
        let RepositoryArgs { named, plain } = &self.repositories;
        let mut all: Vec<RepositoryName> = Vec::new();
        for name in named.iter().chain(plain) {
            if !all.contains(name) {
                all.push(name.clone());
            }
        }
        all
    }

    /// Reads the settings and resolves the credentials.
    ///
    /// # Errors
    ///
    /// A usage error for unusable settings, a credentials error when there are none to be had.
    pub(crate) async fn connect<'a>(
        &self,
        connection: &ConnectionArgs,
        progress: &'a Progress,
    ) -> Result<Aws<'a>, Error> {
        Aws::connect(connection, self.registry_id.clone(), progress).await
    }
}

/// An image as a look-up names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ImageId {
    /// By one of its tags.
    Tag(TagName),
    /// By its digest.
    Digest(Digest),
}

impl ImageId {
    /// The tag, of an id by tag.
    pub(crate) fn tag(&self) -> Option<&str> {
        match self {
            Self::Tag(tag) => Some(tag.as_str()),
            Self::Digest(_) => None,
        }
    }

    /// The digest, of an id by digest.
    pub(crate) fn digest(&self) -> Option<&str> {
        match self {
            Self::Tag(_) => None,
            Self::Digest(digest) => Some(digest.as_str()),
        }
    }
}

impl fmt::Display for ImageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(tag) => write!(f, "tag `{tag}`"),
            Self::Digest(digest) => write!(f, "digest `{digest}`"),
        }
    }
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
    /// Of which repository.
    pub(crate) repository: &'a RepositoryName,
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

/// A row that the service lists a page at a time, and may look up.
pub(crate) trait Listed: Sized {
    /// Asks for one page, as often as the retry policy has it.
    fn page(
        aws: &Aws<'_>,
        request: PageRequest<'_>,
    ) -> impl Future<Output = Result<Page<Self>, Error>>;

    /// Looks up at most [`LOOK_UP_SIZE`] ids.
    fn look_up(
        aws: &Aws<'_>,
        repository: &RepositoryName,
        ids: &[ImageId],
    ) -> impl Future<Output = Result<LookUp<Self>, Error>>;
}

/// How many ids a look-up takes.
pub(crate) const LOOK_UP_SIZE: usize = 100;

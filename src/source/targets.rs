//! Which repositories, and by which source each is read.

use clap::ValueEnum;

use super::aws::Aws;
use super::gallery::Gallery;
use super::oci::Registry;
use super::{Public, Sources};
use crate::error::Error;
use crate::net::settings::{ConnectionArgs, Found};
use crate::progress::Progress;
use crate::reference::{ImageId, Reference, RegistryId, Repository};

/// Which repositories.
#[derive(Debug, clap::Args)]
pub(crate) struct SourceArgs {
    #[command(flatten)]
    repositories: RepositoryArgs,

    /// Take `ALIAS/NAME` for `public.ecr.aws/ALIAS/NAME`
    #[arg(long)]
    public: bool,

    /// Read public repositories from here
    ///
    /// `ECRPUB_GALLERY_URL` and `ECRPUB_REGISTRY_URL` name other addresses. AWS files and credentials
    /// are not looked at; of the environment, `AWS_CA_BUNDLE` and `AWS_MAX_ATTEMPTS` count.
    #[arg(long, value_name = "SOURCE", default_value = "auto")]
    source: SourceName,

    /// The account whose registry holds your own repositories
    ///
    /// Passed through to the service, which opens no registry but the caller's own. Default: the
    /// caller's.
    #[arg(long, value_name = "ACCOUNT")]
    registry_id: Option<RegistryId>,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
struct RepositoryArgs {
    /// A repository: anybody's as `public.ecr.aws/ALIAS/NAME`, your own as `NAME`; repeatable
    ///
    /// A public one may be pasted as it is found, with `https://`, `:TAG` or `@DIGEST`, or as the
    /// address of its page in the gallery; it is read without an AWS account. A tag or a digest
    /// narrows the listing as `--tag` and `--digest` do; of both, the digest counts, as for Docker.
    #[arg(
        short = 'R',
        long = "repo",
        visible_alias = "repository-name",
        value_name = "REPO"
    )]
    named: Vec<Reference>,

    /// The same as `--repo`
    #[arg(value_name = "REPO")]
    plain: Vec<Reference>,
}

/// The ways to read public repositories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SourceName {
    /// The gallery: digests, sizes and dates beside the tags
    Auto,
    /// The registry's own API: names of tags and nothing else, slower, documented
    Registry,
}

/// A repository that is asked for, and which of its images.
#[derive(Debug)]
pub(crate) struct Target {
    /// The repository.
    pub(crate) repository: Repository,
    /// The images that its references name; none for all of them.
    pub(crate) images: Vec<ImageId>,
}

impl SourceArgs {
    /// The repositories in the order asked, `--repo` first, each once.
    ///
    /// # Errors
    ///
    /// A usage error where a name is not what `--public` takes, or names an image of one's own.
    pub(crate) fn targets(&self) -> Result<Vec<Target>, Error> {
        let RepositoryArgs { named, plain } = &self.repositories;
        let mut targets: Vec<Target> = Vec::new();
        for reference in named.iter().chain(plain) {
            let (repository, image) = reference.resolve(self.public)?;
            let known = targets
                .iter_mut()
                .find(|target| target.repository == repository);
            match (known, image) {
                (None, image) => targets.push(Target {
                    repository,
                    images: image.into_iter().collect(),
                }),
                // All of a repository holds each of its images.
                (Some(target), None) => target.images.clear(),
                (Some(target), Some(_)) if target.images.is_empty() => {}
                (Some(target), Some(image)) => target.images.push(image),
            }
        }
        Ok(targets)
    }

    /// Whether public repositories are read as names alone.
    pub(crate) fn knows_names_only(&self) -> bool {
        self.source == SourceName::Registry
    }

    /// Checks that the options are of use to the repositories asked for.
    ///
    /// # Errors
    ///
    /// A usage error that names an option that is not.
    pub(crate) fn check(
        &self,
        targets: &[Target],
        connection: &ConnectionArgs,
    ) -> Result<(), Error> {
        let own = targets.iter().find(|target| target.is_own());
        if let (Some(own), true) = (own, self.knows_names_only()) {
            return Err(Error::usage(format!(
                "`--source` is for public repositories, and `{}` is asked for in your own registry",
                own.repository
            ))
            .hint("leave out `--source`, or name the repository as `public.ecr.aws/ALIAS/NAME`"));
        }
        let signed = connection
            .signed()
            .or(self.registry_id.as_ref().map(|_| "--registry-id"));
        match signed {
            Some(option) if own.is_none() => Err(Error::usage(format!(
                "`{option}` is for your own registry, and only public repositories are asked for"
            ))
            .hint(format!(
                "leave out `{option}`: these are read without credentials"
            ))),
            _ => Ok(()),
        }
    }

    /// Makes ready what `targets` are read from, and with `manifests` what tells of their platforms.
    /// Settings and credentials of AWS are looked at for the caller's own registry alone.
    ///
    /// # Errors
    ///
    /// A usage error for unusable settings, a credentials error when there are none to be had.
    pub(crate) async fn connect<'a>(
        &self,
        targets: &[Target],
        connection: &ConnectionArgs,
        manifests: bool,
        progress: &'a Progress,
    ) -> Result<Sources<'a>, Error> {
        let is_public = |target: &Target| !target.is_own();
        let public = if manifests || targets.iter().any(is_public) {
            let transport = connection.transport(|name, _| Found::in_environment(name))?;
            let public = Public {
                gallery: Gallery::new(transport.clone(), progress)?,
                registry: Registry::new(transport, progress)?,
                names_only: self.knows_names_only(),
            };
            if !public.names_only {
                progress.resolved("gallery", public.gallery.host());
            }
            if public.names_only || manifests {
                progress.resolved("registry", public.registry.host());
            }
            Some(public)
        } else {
            None
        };
        let own = if targets.iter().any(Target::is_own) {
            let id = self.registry_id.clone();
            Some(Aws::connect(connection, id, progress).await?)
        } else {
            None
        };
        Ok(Sources { own, public })
    }
}

impl Target {
    /// Whether the repository is one of the caller's own registry.
    pub(crate) fn is_own(&self) -> bool {
        matches!(self.repository, Repository::Own(_))
    }
}

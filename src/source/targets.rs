//! The repositories to list, and the source of each.

use clap::ValueEnum;

use super::aws::Aws;
use super::gallery::Gallery;
use super::oci::Registry;
use super::{Public, Sources, refusals};
use crate::error::Error;
use crate::facts::Facts;
use crate::net::retry::FIRST_DELAY;
use crate::net::settings::{ConnectionArgs, Found};
use crate::reference::{ImageId, Reference, RegistryId, Repository, image_of_words, public_hint};
use crate::session::Session;
use crate::shell::quoted;

/// The options that name repositories and their sources.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Repository")]
pub(crate) struct SourceArgs {
    #[command(flatten)]
    repositories: RepositoryArgs,

    /// Read ALIAS/NAME as public.ecr.aws/ALIAS/NAME
    #[arg(long, display_order = 3)]
    public: bool,

    /// Read public repositories from this API
    ///
    /// If the gallery fails, `auto` reads tag names from the registry, where they are enough: for a
    /// table, `--count`, and `-o name` with a range, a named tag or `--sort version`. A note says so.
    /// Manifests of the registry are read by tag, for `--platforms` and `--pin`.
    /// `ECRPUB_GALLERY_URL` and `ECRPUB_REGISTRY_URL` replace the addresses. AWS files and
    /// credentials are not read; `AWS_CA_BUNDLE`, `AWS_MAX_ATTEMPTS` and proxy variables are.
    #[arg(
        long,
        value_name = "SOURCE",
        default_value = "auto",
        ignore_case = true,
        hide_short_help = true
    )]
    pub(crate) source: SourceName,

    /// Read your own repositories from the registry of this account
    ///
    /// The service allows only your own registry. Default: your account.
    #[arg(
        long,
        value_name = "ACCOUNT",
        hide_short_help = true,
        display_order = 5
    )]
    pub(crate) registry_id: Option<RegistryId>,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
struct RepositoryArgs {
    /// NAME in your own registry, or public.ecr.aws/ALIAS/NAME; repeatable
    ///
    /// A public reference may be pasted with a scheme such as `oci://`, `:TAG` or `@DIGEST`, or as
    /// the address of its gallery page; it is read without an AWS account. A tag or digest selects
    /// images as `--tag` and `--digest` do; with both, the digest counts, as in Docker. An ARN,
    /// `arn:aws:ecr-public::ACCOUNT:repository/NAME`, is NAME in the registry of that account.
    #[arg(value_name = "REPO", display_order = 1)]
    plain: Vec<Reference>,

    /// The same as REPO; repeatable
    #[arg(
        short = 'R',
        long = "repo",
        visible_alias = "repository-name",
        value_name = "REPO",
        display_order = 2
    )]
    named: Vec<Reference>,
}

/// The choices of APIs for public repositories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SourceName {
    /// The gallery or, if it fails and names are enough, the registry
    Auto,
    /// The gallery's, which is not documented: names, digests, sizes and dates
    Gallery,
    /// The registry's own, which is documented: names, and manifests by tag
    Registry,
}

/// An API of public repositories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PublicApi {
    /// That of <https://gallery.ecr.aws>.
    Gallery,
    /// The registry's own.
    Registry,
}

impl SourceName {
    /// The API that is asked first.
    pub(crate) fn first(self) -> PublicApi {
        match self {
            Self::Auto | Self::Gallery => PublicApi::Gallery,
            Self::Registry => PublicApi::Registry,
        }
    }
}

/// A repository to list, and the images to select.
#[derive(Debug)]
pub(crate) struct Target {
    /// The repository.
    pub(crate) repository: Repository,
    /// The images that references select; empty for all.
    pub(crate) images: Vec<ImageId>,
}

impl SourceArgs {
    /// The repositories in the order given, `--repo` first, each once.
    ///
    /// # Errors
    ///
    /// A usage error for a name that `--public` cannot complete, and for an image of an own repository.
    pub(crate) fn targets(&self) -> Result<Vec<Target>, Error> {
        let RepositoryArgs { named, plain } = &self.repositories;
        check_is_no_command_line(plain)?;
        self.registry_id()?;
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
                // All images of a repository include each of them.
                (Some(target), None) => target.images.clear(),
                (Some(target), Some(_)) if target.images.is_empty() => {}
                (Some(target), Some(image)) => target.images.push(image),
            }
        }
        Ok(targets)
    }

    /// The account that `--registry-id` or the ARNs name.
    ///
    /// # Errors
    ///
    /// A usage error if they name different accounts: a run reads the registry of one account.
    fn registry_id(&self) -> Result<Option<&RegistryId>, Error> {
        let RepositoryArgs { named, plain } = &self.repositories;
        let of_arns = named.iter().chain(plain).filter_map(Reference::registry_id);
        let mut ids = self.registry_id.iter().chain(of_arns);
        let first = ids.next();
        match (first, ids.find(|&id| Some(id) != first)) {
            (Some(first), Some(other)) => Err(Error::usage(format!(
                "a run lists repositories of one account, but {first} and {other} were given"
            ))
            .hint("run the command once for each account")),
            _ => Ok(first),
        }
    }

    /// Connects the sources of `targets` and, with `manifests`, the source of their manifests. AWS
    /// settings and credentials are read for own repositories only.
    ///
    /// # Errors
    ///
    /// A usage error for invalid settings, a credentials error if there are no credentials.
    pub(crate) async fn connect<'a>(
        &self,
        targets: &[Target],
        api: PublicApi,
        connection: &ConnectionArgs,
        manifests: bool,
        session: Session<'a>,
    ) -> Result<Sources<'a>, Error> {
        let (has_public, has_own) = (
            targets.iter().any(|target| !target.is_own()),
            targets.iter().any(Target::is_own),
        );
        let public = if has_public || manifests {
            Some(Public::connect(api, connection, manifests, session)?)
        } else {
            None
        };
        let own = if has_own {
            let id = self.registry_id()?.cloned();
            let repositories = targets.iter().map(|target| &target.repository);
            let aws = Aws::connect(connection, id, session).await;
            Some(aws.map_err(|error| refusals::with_public_hint(error, repositories))?)
        } else {
            None
        };
        Ok(Sources {
            own,
            public,
            progress: session.progress,
        })
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
            gallery: Gallery::new(transport.clone(), session),
            registry: Registry::new(transport, session),
            api,
        };
        if api == PublicApi::Gallery {
            session.progress.resolved("gallery", public.gallery.host());
        }
        if api == PublicApi::Registry || manifests {
            session
                .progress
                .resolved("registry", public.registry.host());
        }
        Ok(public)
    }
}

/// Refuses the words of a command line such as `docker pull nginx`, which are all valid names.
fn check_is_no_command_line(references: &[Reference]) -> Result<(), Error> {
    let Some(image) = image_of_words(references) else {
        return Ok(());
    };
    let error = Error::usage("this is a command line of another tool, not a list of repositories")
        .hint(format!("name the repository alone: `{}`", quoted(&image)));
    let public = image.parse().ok().and_then(|name| public_hint(&name));
    Err(match public {
        Some(hint) => error.hint_first(hint),
        None => error,
    })
}

impl Target {
    /// The facts that the source provides in a listing, without a further request for each row;
    /// public repositories are read from `api`.
    pub(crate) fn told(&self, api: PublicApi) -> Facts {
        let listed = Facts::NAMES | Facts::DIGESTS | Facts::DETAILS;
        match (&self.repository, api) {
            (Repository::Own(_), _) => listed | Facts::UNTAGGED,
            (Repository::Public(_), PublicApi::Gallery) => listed,
            (Repository::Public(_), PublicApi::Registry) => Facts::NAMES,
        }
    }

    /// The facts that a further request for each row can provide.
    pub(crate) fn readable(&self, api: PublicApi) -> Facts {
        match (&self.repository, api) {
            // A manifest is read by its tag, and its digest computed.
            (Repository::Public(_), PublicApi::Registry) => Facts::MANIFESTS | Facts::DIGESTS,
            _ => Facts::MANIFESTS,
        }
    }

    /// Whether the repository is one of the caller's own registry.
    pub(crate) fn is_own(&self) -> bool {
        matches!(self.repository, Repository::Own(_))
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::SourceArgs;
    use crate::facts::Facts;

    #[derive(Parser)]
    struct Options {
        #[command(flatten)]
        source: SourceArgs,
    }

    fn targets(line: &str) -> Vec<String> {
        let options = Options::parse_from(["test"].into_iter().chain(line.split(' ')));
        let targets = options.source.targets().unwrap();
        let show = |target: &super::Target| {
            let images = target.images.iter().map(ToString::to_string);
            format!(
                "{} {}",
                target.repository,
                images.collect::<Vec<_>>().join(" ")
            )
        };
        targets
            .iter()
            .map(show)
            .map(|text| text.trim_end().to_owned())
            .collect()
    }

    #[test]
    fn repositories_come_in_the_order_given_and_once() {
        assert_eq!(targets("web -R api -R web db web"), ["api", "web", "db"]);
        assert_eq!(
            targets("docker/library/nginx public.ecr.aws/docker/library/nginx --public"),
            ["public.ecr.aws/docker/library/nginx"]
        );
    }

    #[test]
    fn images_of_one_repository_are_joined() {
        let nginx = "public.ecr.aws/docker/library/nginx";
        assert_eq!(
            targets(&format!("{nginx}:1.0 {nginx}:0.9")),
            [format!("{nginx} tag `1.0` tag `0.9`")]
        );
        assert_eq!(targets(&format!("{nginx}:1.0 {nginx}")), [nginx]);
        assert_eq!(targets(&format!("{nginx} {nginx}:1.0")), [nginx]);
    }

    #[test]
    fn sources_provide_their_facts() {
        let told = |line: &str| {
            let options = Options::parse_from(["test"].into_iter().chain(line.split(' ')));
            let targets = options.source.targets().unwrap();
            let api = options.source.source.first();
            (targets[0].told(api), targets[0].readable(api))
        };
        let listed = Facts::NAMES | Facts::DIGESTS | Facts::DETAILS;
        assert_eq!(told("web"), (listed | Facts::UNTAGGED, Facts::MANIFESTS));
        assert_eq!(told("ab/cd --public"), (listed, Facts::MANIFESTS));
        assert_eq!(told("ab/cd --public --source gallery").0, listed);
        let read = Facts::MANIFESTS | Facts::DIGESTS;
        assert_eq!(
            told("ab/cd --public --source registry"),
            (Facts::NAMES, read)
        );
    }
}

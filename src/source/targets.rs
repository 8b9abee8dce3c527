//! What to list: the repositories and registries that options name, and what their sources can tell.

use std::fmt;
use std::sync::Arc;

use clap::ValueEnum;

use crate::error::Error;
use crate::facts::Facts;
use crate::reference::{
    ImageId, Named, PublicRepository, Reference, RegistryId, RegistryName, Repository,
    RepositoryPattern, public_hint,
};

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
    /// `auto` also asks it for a single tag that `-o name`, `--full-ref` or `--pin` prints.
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
    /// NAME may be a pattern, quoted for the shell, such as `'team/*'`: `*` matches any text, also with
    /// `/`, `?` one character, `[abc]`, `[a-z]` and `[!a]` one of a set.
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

    /// List every repository of your own registry
    #[arg(long, conflicts_with_all = ["plain", "named", "public"], display_order = 4)]
    all: bool,
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
    Gallery,
    Registry,
}

impl SourceName {
    pub(crate) fn first(self) -> PublicApi {
        match self {
            Self::Auto | Self::Gallery => PublicApi::Gallery,
            Self::Registry => PublicApi::Registry,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) subject: Subject,
    pub(crate) images: Vec<ImageId>,
    pub(crate) reference: Option<PublicRepository>,
    pub(crate) matched: Option<Arc<RepositoryPattern>>,
}

impl Target {
    pub(crate) fn all_of(subject: Subject) -> Self {
        Self {
            subject,
            images: Vec::new(),
            reference: None,
            matched: None,
        }
    }
}

impl SourceArgs {
    pub(crate) fn targets(&self) -> Result<Vec<Target>, Error> {
        let RepositoryArgs { named, plain, all } = &self.repositories;
        self.registry_id()?;
        if *all {
            return Ok(vec![Target::all_of(Subject::Matching(RepositoryPattern {
                registry: RegistryName::Own,
                name: None,
            }))]);
        }
        let mut targets: Vec<Target> = Vec::new();
        for reference in named.iter().chain(plain) {
            let (named, image) = reference.resolve(self.public)?;
            let subject = Subject::from(named);
            let known = targets.iter_mut().find(|target| target.subject == subject);
            match (known, image) {
                (None, image) => targets.push(Target {
                    images: image.into_iter().collect(),
                    ..Target::all_of(subject)
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
    pub(crate) fn registry_id(&self) -> Result<Option<&RegistryId>, Error> {
        let RepositoryArgs { named, plain, .. } = &self.repositories;
        let of_arns = named.iter().chain(plain).filter_map(Reference::registry_id);
        let mut ids = self.registry_id.iter().chain(of_arns);
        let first = ids.next();
        if let (Some(first), Some(other)) = (first, ids.find(|&id| Some(id) != first)) {
            let error = format!(
                "a run lists repositories of one account, but {first} and {other} were given"
            );
            return Err(Error::usage(error).hint("run the command once for each account"));
        }
        Ok(first)
    }
}

/// The options that name registries.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Registry")]
pub(crate) struct RegistryArgs {
    /// A public registry, as public.ecr.aws/ALIAS; repeatable
    ///
    /// It may be pasted as the address of its page in the gallery, and is read without an AWS account.
    /// Default: your own registry.
    #[arg(value_name = "REGISTRY", display_order = 1)]
    registries: Vec<String>,

    /// Read ALIAS as public.ecr.aws/ALIAS
    #[arg(long, display_order = 2)]
    public: bool,

    /// Read the registry of this account
    ///
    /// The service allows only your own registry. Default: your account.
    #[arg(
        long,
        value_name = "ACCOUNT",
        hide_short_help = true,
        display_order = 3
    )]
    registry_id: Option<RegistryId>,
}

impl RegistryArgs {
    pub(crate) fn targets(&self) -> Result<Vec<Target>, Error> {
        if self.registries.is_empty() {
            if self.public {
                return Err(Error::usage("`--public` needs the alias of a registry")
                    .hint("name it, as in `ecrpub repos public.ecr.aws/eks-distro`"));
            }
            return Ok(vec![Target::all_of(Subject::Registry(RegistryName::Own))]);
        }
        let mut targets: Vec<Target> = Vec::new();
        for text in &self.registries {
            let registry = RegistryName::named(text, self.public);
            let registry = registry.map_err(|error| error.about(&format!("`{text}`")))?;
            let subject = Subject::Registry(registry);
            if targets.iter().all(|target| target.subject != subject) {
                targets.push(Target::all_of(subject));
            }
        }
        Ok(targets)
    }

    pub(crate) fn names_own(&self) -> bool {
        self.registries.is_empty()
    }

    pub(crate) fn registry_id(&self) -> Option<&RegistryId> {
        self.registry_id.as_ref()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Repository(Repository),
    Matching(RepositoryPattern),
    Registry(RegistryName),
}

impl Subject {
    pub(crate) fn is_own(&self) -> bool {
        match self {
            Self::Repository(repository) => matches!(repository, Repository::Own(_)),
            Self::Matching(RepositoryPattern { registry, .. }) | Self::Registry(registry) => {
                *registry == RegistryName::Own
            }
        }
    }

    /// Whether it stands for any number of repositories whose images or tags are listed.
    pub(crate) fn is_pattern(&self) -> bool {
        matches!(self, Self::Matching(_))
    }

    pub(crate) fn title(&self) -> String {
        match self {
            Self::Repository(repository) => format!("repository `{repository}`"),
            Self::Matching(pattern) => format!("pattern `{pattern}`"),
            Self::Registry(RegistryName::Own) => self.to_string(),
            Self::Registry(registry) => format!("registry `{registry}`"),
        }
    }

    /// The facts that the source provides in a listing, without a further request for each row;
    /// public repositories are read from `api`.
    pub(crate) fn told(&self, api: PublicApi) -> Facts {
        let tags = Facts::NAMES | Facts::TAGS;
        let listed = tags | Facts::DIGESTS | Facts::DETAILS;
        match (self, self.is_own(), api) {
            (Self::Registry(_), true, _) => Facts::NAMES | Facts::DETAILS,
            (Self::Registry(_), false, _) => Facts::NAMES,
            (_, true, _) => listed | Facts::UNTAGGED,
            (_, false, PublicApi::Gallery) => listed,
            (_, false, PublicApi::Registry) => tags,
        }
    }

    /// The facts that further requests for each row can provide.
    pub(crate) fn readable(&self, api: PublicApi) -> Facts {
        match (self, self.is_own(), api) {
            (Self::Registry(_), true, _) => Facts::USAGE | Facts::UNTAGGED,
            (Self::Registry(_), false, _) => Facts::USAGE,
            (_, true, _) => Facts::MANIFESTS | Facts::RELATIONS,
            (_, false, PublicApi::Gallery) => Facts::MANIFESTS,
            // A manifest is read by its tag, and its digest computed.
            (_, false, PublicApi::Registry) => Facts::MANIFESTS | Facts::DIGESTS,
        }
    }

    /// The hint that it may be public, for a repository of the caller's own registry.
    pub(crate) fn public_hint(&self) -> Option<String> {
        match self {
            Self::Repository(Repository::Own(name)) => public_hint(name),
            _ => None,
        }
    }

    /// The hint how to name a public one, which is read without credentials.
    pub(crate) fn without_credentials(&self) -> &'static str {
        match self {
            Self::Registry(_) => {
                "a public registry takes none: list it with `ecrpub repos public.ecr.aws/ALIAS`"
            }
            Self::Repository(_) | Self::Matching(_) => {
                "a public repository takes none: name it as `public.ecr.aws/ALIAS/NAME`"
            }
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Repository(repository) => repository.fmt(f),
            Self::Matching(pattern) => pattern.fmt(f),
            Self::Registry(registry) => registry.fmt(f),
        }
    }
}

impl From<Named> for Subject {
    fn from(named: Named) -> Self {
        match named {
            Named::Repository(repository) => Self::Repository(repository),
            Named::Matching(pattern) => Self::Matching(pattern),
        }
    }
}

//! The repositories to list, and the source of each.

use std::sync::Arc;

use clap::ValueEnum;

use super::Subject;
use crate::error::Error;
use crate::reference::{
    ImageId, PublicRepository, Reference, RegistryId, RegistryName, RepositoryPattern,
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
    #[arg(long, display_order = 4)]
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

/// A subject to list, and the images to select.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) subject: Subject,
    /// The images that references select; empty for all.
    pub(crate) images: Vec<ImageId>,
    /// Its public reference, if it is known.
    pub(crate) reference: Option<PublicRepository>,
    /// The pattern that selected it.
    pub(crate) matched: Option<Arc<RepositoryPattern>>,
}

impl Target {
    /// All rows of `subject`.
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
    /// The repositories in the order given, `--repo` first, each once.
    ///
    /// # Errors
    ///
    /// A usage error for a name that `--public` cannot complete, and for an image of an own repository.
    pub(crate) fn targets(&self) -> Result<Vec<Target>, Error> {
        let RepositoryArgs { named, plain, all } = &self.repositories;
        self.registry_id()?;
        if *all {
            return self.all();
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

    /// Every repository of the caller's own registry.
    fn all(&self) -> Result<Vec<Target>, Error> {
        let RepositoryArgs { named, plain, .. } = &self.repositories;
        if let Some(reference) = named.iter().chain(plain).next() {
            return Err(Error::usage(format!(
                "`--all` lists every repository of your registry, but `{reference}` was given too"
            ))
            .hint("leave out one of them"));
        }
        if self.public {
            return Err(Error::usage(
                "`--all` is for your own registry, and cannot be used with `--public`",
            )
            .hint("select the repositories of a public registry with `'public.ecr.aws/ALIAS/*'`"));
        }
        Ok(vec![Target::all_of(Subject::Matching(RepositoryPattern {
            registry: RegistryName::Own,
            name: None,
        }))])
    }

    /// The account that `--registry-id` or the ARNs name.
    ///
    /// # Errors
    ///
    /// A usage error if they name different accounts: a run reads the registry of one account.
    pub(crate) fn registry_id(&self) -> Result<Option<&RegistryId>, Error> {
        let RepositoryArgs { named, plain, .. } = &self.repositories;
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
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{SourceArgs, Target};

    #[derive(Parser)]
    struct Options {
        #[command(flatten)]
        source: SourceArgs,
    }

    fn targets(line: &str) -> Vec<String> {
        let options = Options::parse_from(["test"].into_iter().chain(line.split(' ')));
        let targets = options.source.targets().unwrap();
        let show = |target: &Target| {
            let images = target.images.iter().map(ToString::to_string);
            let images = images.collect::<Vec<_>>().join(" ");
            format!("{} {images}", target.subject.title())
        };
        targets
            .iter()
            .map(show)
            .map(|text| text.trim_end().to_owned())
            .collect()
    }

    #[test]
    fn repositories_come_in_the_order_given_and_once() {
        let own = ["api", "web", "db"].map(|name| format!("repository `{name}`"));
        assert_eq!(targets("web -R api -R web db web"), own);
        let nginx = "public.ecr.aws/docker/library/nginx";
        assert_eq!(
            targets(&format!("docker/library/nginx {nginx} --public")),
            [format!("repository `{nginx}`")]
        );
        assert_eq!(
            targets("team/* web team/* public.ecr.aws/docker/*"),
            [
                "pattern `team/*`",
                "repository `web`",
                "pattern `public.ecr.aws/docker/*`"
            ]
        );
        assert_eq!(targets("--all"), ["pattern `*`"]);
    }

    #[test]
    fn images_of_one_repository_are_joined() {
        let nginx = "public.ecr.aws/docker/library/nginx";
        assert_eq!(
            targets(&format!("{nginx}:1.0 {nginx}:0.9")),
            [format!("repository `{nginx}` tag `1.0` tag `0.9`")]
        );
        let all = [format!("repository `{nginx}`")];
        assert_eq!(targets(&format!("{nginx}:1.0 {nginx}")), all);
        assert_eq!(targets(&format!("{nginx} {nginx}:1.0")), all);
    }
}

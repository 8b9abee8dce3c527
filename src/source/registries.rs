//! The registries whose repositories are listed.

use super::Subject;
use super::targets::Target;
use crate::error::Error;
use crate::reference::{RegistryId, RegistryName};

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
    /// The registries in the order given, each once.
    ///
    /// # Errors
    ///
    /// A usage error for an alias that only `--public` completes, and for `--public` without one.
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

    /// Whether the caller's own registry is listed.
    pub(crate) fn names_own(&self) -> bool {
        self.registries.is_empty()
    }

    /// The account that `--registry-id` names.
    pub(crate) fn registry_id(&self) -> Option<&RegistryId> {
        self.registry_id.as_ref()
    }
}

//! `ecrpub completions`: the completion script of a shell.

use clap::CommandFactory;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::console;
use crate::error::Error;
use crate::listing::Missing;

/// Print the completion script of a shell
///
/// For one session: `source <(ecrpub completions bash)`. For all of them, write the script to where
/// the shell looks, such as ~/.local/share/bash-completion/completions/ecrpub.
#[derive(Debug, clap::Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

impl CompletionsArgs {
    pub(super) fn run(&self) -> Result<Missing, Error> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "ecrpub", &mut script);
        console::write(&script)?;
        Ok(Missing::new())
    }
}

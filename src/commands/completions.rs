//! `ecrpub completions`: the completion script of a shell.

use clap_complete::Shell;

use crate::console::Console;
use crate::error::Error;
use crate::listing::Missing;

/// Print the completion script of a shell
///
/// For one session: `source <(ecrpub completions bash)`. To keep it, write the script to the folder
/// that the shell searches, such as ~/.local/share/bash-completion/completions/ecrpub.
#[derive(Debug, clap::Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

impl CompletionsArgs {
    /// Prints the script for the command line `root`.
    pub(super) fn run(&self, mut root: clap::Command, console: &Console) -> Result<Missing, Error> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut root, "ecrpub", &mut script);
        console.write(&script)?;
        Ok(Missing::new())
    }
}

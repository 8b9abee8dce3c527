//! `ecrpub completions`: the script that makes a shell complete command lines.

use crate::complete;
use crate::console::Console;
use crate::error::Error;
use crate::listing::Missing;

/// Print the completion script of a shell
///
/// The script calls `ecrpub` at each TAB, which completes commands, options, their values, and names of
/// repositories, tags and profiles. For one session: `source <(ecrpub completions bash)`. To keep it,
/// write the script to the folder that the shell searches, such as
/// ~/.local/share/bash-completion/completions/ecrpub.
#[derive(Debug, clap::Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL", value_parser = ["bash", "elvish", "fish", "powershell", "zsh"])]
    shell: String,
}

impl CompletionsArgs {
    pub(super) fn run(&self, console: &Console) -> Result<Missing, Error> {
        console.write(complete::script(&self.shell)?.as_bytes())?;
        Ok(Missing::new())
    }
}

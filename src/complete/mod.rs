//! Completes command lines for shells that call the program when TAB is pressed, and prints the scripts
//! that make them do so: `ECRPUB_COMPLETE=SHELL ecrpub`.
//!
//! Nothing is written to stderr while a line is completed: the terminal shows the line.

mod bash;
mod candidates;
mod line;
mod lister;

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use clap::{Arg, Command, CommandFactory};
use clap_complete::env::{CompleteEnv, Elvish, Fish, Powershell, Shells, Zsh};

use self::bash::Bash;
use self::line::TypedLine;
use crate::cli::Cli;
use crate::console::{Color, Console};
use crate::env;
use crate::error::Error;
use crate::net::settings::Found;
use crate::panic;

const SHELLS: Shells<'_> = Shells(&[&Bash, &Elvish, &Fish, &Powershell, &Zsh]);

/// Answers a shell, if `ECRPUB_COMPLETE` names one; `arguments` begin with the program's name. Called
/// before any thread is started, as it changes the environment.
pub(crate) fn answer(arguments: &[OsString]) -> Option<ExitCode> {
    let started = Instant::now();
    let shell =
        std::env::var_os(env::COMPLETE).filter(|shell| !shell.is_empty() && shell != "0")?;
    let name = Path::new(&shell).file_stem().unwrap_or_default();
    let name = name.to_string_lossy();
    let line = Arc::new(TypedLine::of(arguments, &name));
    if line.is_absent() {
        if SHELLS.completer(&name).is_none() {
            return Some(refuse(&shell));
        }
    } else {
        panic::install_silent_hook();
    }
    let program = arguments.first().map_or(OsStr::new("ecrpub"), |word| word);
    let folder = std::env::current_dir().ok();
    let completed = CompleteEnv::with_factory(|| command(&line, started))
        .var(env::COMPLETE)
        .shells(SHELLS)
        .try_complete(line.arguments(program), folder.as_deref());
    Some(completed.map_or(ExitCode::FAILURE, |_| ExitCode::SUCCESS))
}

fn refuse(shell: &OsStr) -> ExitCode {
    let names: Vec<_> = SHELLS.names().map(|name| format!("`{name}`")).collect();
    let found = Found {
        text: shell.to_string_lossy().into_owned(),
        origin: format!("`{}`", env::COMPLETE),
    };
    let error: Error = found.unusable(&format!("one of the shells {}", names.join(", ")));
    Console::new(Color::Auto, false).report(&error);
    error.exit_code().into()
}

/// The command line as the engine sees it while `line` is completed.
fn command(line: &Arc<TypedLine>, started: Instant) -> Command {
    let adapt =
        |arg: Arg| candidates::offer(named_as_typed(unless_empty(arg, line), line), line, started);
    Cli::command()
        .mut_args(adapt)
        .mut_subcommands(|command| command.mut_args(adapt))
}

/// Hides options while the word is empty: they would bury the values.
fn unless_empty(arg: Arg, line: &TypedLine) -> Arg {
    if arg.is_positional() || !line.word().is_empty() {
        return arg;
    }
    arg.hide(true)
}

/// Gives an option the name by which the line calls it: the engine knows no values after other names.
fn named_as_typed(arg: Arg, line: &TypedLine) -> Arg {
    let names = arg.get_all_aliases().unwrap_or_default();
    match names.into_iter().find(|name| line.is_value_of(name)) {
        Some(name) => {
            let name = name.to_owned();
            arg.long(name)
        }
        None => arg,
    }
}

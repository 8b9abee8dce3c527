//! Completes command lines for shells that call the program when TAB is pressed, and writes the scripts
//! that make them do so.
//!
//! Nothing is written to stderr while a line is completed: the terminal shows the line.

mod bash;
mod candidates;
mod line;
mod lister;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use clap::{Arg, Command};
use clap_complete::env::{Elvish, EnvCompleter, Fish, Powershell, Shells, Zsh};

use self::bash::Bash;
use self::line::TypedLine;
use crate::console::{Color, Console};
use crate::env;
use crate::error::Error;
use crate::exit;

const SHELLS: Shells<'_> = Shells(&[&Bash, &Elvish, &Fish, &Powershell, &Zsh]);

/// Answers a shell, if `ECRPUB_COMPLETE` names one; `arguments` begin with the program's name, and
/// `root` is the command line to complete.
pub(crate) fn answer(arguments: &[OsString], root: fn() -> Command) -> Option<ExitCode> {
    let started = Instant::now();
    let shell =
        std::env::var_os(env::COMPLETE).filter(|shell| !shell.is_empty() && shell != "0")?;
    let name = Path::new(&shell).file_stem().unwrap_or_default();
    let name = name.to_string_lossy();
    let line = TypedLine::of(arguments, &name);
    if line.is_absent() {
        let console = Console::new(Color::Auto, false);
        let written = script(&name).and_then(|script| console.write(script.as_bytes()));
        return Some(exit::report(written.map(|()| Vec::new()), &console));
    }
    exit::silently_on_panic();
    let completed = SHELLS
        .completer(&name)
        .is_some_and(|shell| complete(shell, line, root, started).is_ok());
    Some(u8::from(!completed).into())
}

/// The script that makes `shell` call `ecrpub` at TAB.
pub(crate) fn script(shell: &str) -> Result<String, Error> {
    let Some(completer) = SHELLS.completer(shell) else {
        let names: Vec<_> = SHELLS.names().map(|name| format!("`{name}`")).collect();
        let (variable, names) = (env::COMPLETE, names.join(", "));
        let message = format!("`{variable}` is `{shell}`, which is not one of the shells {names}");
        return Err(Error::usage(message).hint("correct the setting, or unset it"));
    };
    let mut script = Vec::new();
    completer
        .write_registration(env::COMPLETE, "ecrpub", "ecrpub", "ecrpub", &mut script)
        .expect("a vector takes every byte");
    let mut script = String::from_utf8_lossy(&script).trim().to_owned() + "\n";
    if shell == "zsh" {
        // zsh runs a file of `fpath` as the function of its name, at the first TAB.
        script.push_str(
            "if [[ \"${funcstack[1]}\" == _ecrpub ]]; then\n    _clap_dynamic_completer_ecrpub \"$@\"\nfi\n",
        );
    }
    Ok(script)
}

/// Writes the candidates for `line` to stdout.
fn complete(
    shell: &dyn EnvCompleter,
    line: TypedLine,
    root: fn() -> Command,
    started: Instant,
) -> io::Result<()> {
    let (words, line) = (line.words().to_vec(), Arc::new(line));
    let adapt = |arg: Arg| {
        let arg = named_as_typed(unless_empty(arg, &line), &line);
        candidates::offer(arg, &line, root, started)
    };
    let mut command = root()
        .mut_args(adapt)
        .mut_subcommands(|command| command.mut_args(adapt));
    command.build();
    let folder = std::env::current_dir().ok();
    let mut candidates = Vec::new();
    shell.write_complete(&mut command, words, folder.as_deref(), &mut candidates)?;
    io::stdout().write_all(&candidates)
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

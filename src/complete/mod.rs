//! Completes command lines for shells that call the program when TAB is pressed, and writes the scripts
//! that make them do so.
//!
//! Nothing is written to stderr while a line is completed: the terminal shows the line.

mod bash;
mod candidates;
mod line;

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

/// zsh runs a file of `fpath` as the function of its name, at the first TAB.
const ZSH_FUNCTION: &str = r#"if [[ "${funcstack[1]}" == _ecrpub ]]; then
    _clap_dynamic_completer_ecrpub "$@"
fi
"#;

/// Answers a shell, if `ECRPUB_COMPLETE` names one; `arguments` begin with the program's name, and
/// `root` is the command line to complete.
pub(crate) fn answer(arguments: &[OsString], root: fn() -> Command) -> Option<ExitCode> {
    let started = Instant::now();
    let shell =
        std::env::var_os(env::COMPLETE).filter(|shell| !shell.is_empty() && shell != "0")?;
    let name = Path::new(&shell).file_stem().unwrap_or_default();
    let name = name.to_string_lossy();
    let line = TypedLine::of(arguments, &name);
    // Without a line, the shell asks for the script that completes lines.
    if line.words.is_empty() {
        let console = Console::new(Color::Auto, false);
        let written = script(&name).and_then(|script| console.write(script.as_bytes()));
        return Some(exit::report(written.map(|()| Vec::new()), &console));
    }
    exit::silently_on_panic();
    let completed = SHELLS
        .completer(&name)
        .is_some_and(|shell| complete(shell, &Arc::new(line), root, started).is_ok());
    Some(u8::from(!completed).into())
}

/// The script that makes `shell` call `ecrpub` at TAB.
pub(crate) fn script(shell: &str) -> Result<String, Error> {
    let Some(completer) = SHELLS.completer(shell) else {
        let message = format!("`{}` is `{shell}`, which has no completion", env::COMPLETE);
        return Err(Error::usage(message).hint("list the shells with `ecrpub completions --help`"));
    };
    let mut script = Vec::new();
    completer
        .write_registration(env::COMPLETE, "ecrpub", "ecrpub", "ecrpub", &mut script)
        .expect("a vector takes every byte");
    let mut script = String::from_utf8_lossy(&script).trim().to_owned() + "\n";
    if shell == "zsh" {
        script.push_str(ZSH_FUNCTION);
    }
    Ok(script)
}

/// Writes the candidates for `line` to stdout.
fn complete(
    shell: &dyn EnvCompleter,
    line: &Arc<TypedLine>,
    root: fn() -> Command,
    started: Instant,
) -> io::Result<()> {
    let adapt = |arg: Arg| {
        // While the word is empty, options would bury the values.
        let hides = !arg.is_positional() && line.word().is_empty();
        let arg = if hides { arg.hide(true) } else { arg };
        candidates::offer(named_as_typed(arg, line), line, root, started)
    };
    let mut command = root()
        .mut_args(adapt)
        .mut_subcommands(|command| command.mut_args(adapt));
    command.build();
    let folder = std::env::current_dir().ok();
    let mut candidates = Vec::new();
    let words = line.words.clone();
    shell.write_complete(&mut command, words, folder.as_deref(), &mut candidates)?;
    io::stdout().write_all(&candidates)
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

//! Presses TAB in a real bash, zsh and fish.

use std::path::PathBuf;
use std::process::Command;

use crate::harness::{Run, file, home};
use crate::screen::Screen;

/// A command line before TAB, and the arguments of the completed one.
pub(crate) type Case = (&'static str, &'static [&'static str]);

/// Prints the arguments between marks that no command line contains.
const BASH_AND_ZSH: &str = r#"ecrpub() { printf '[['; printf '<%s>' "$@"; printf ']]\n'; }"#;

/// A bash in the environment of `run`, which is one of `setsid`, with completion by `script`.
pub(crate) fn bash(name: &str, run: Run, script: &str) -> Command {
    let config = format!("PS1='READY> '\n{BASH_AND_ZSH}\n{script}\n");
    let config = file(&format!("tab-{name}.bashrc"), &config);
    let mut command = shell("bash", name, run);
    command
        .arg("--rcfile")
        .arg(config)
        .args(["--noprofile", "-i"]);
    command
}

/// A zsh as [`bash`], with completion by what runs before and after `compinit`.
pub(crate) fn zsh(name: &str, run: Run, before: &str, after: &str) -> Command {
    let folder = home(&format!("tab-zsh-{name}"), "");
    let config = format!(
        "PS1='READY> '\n{BASH_AND_ZSH}\n{before}\nautoload -Uz compinit\ncompinit -u -D\n{after}\n"
    );
    std::fs::write(folder.join(".zshrc"), config).expect("the target folder can be written to");
    let mut command = shell("zsh", name, run);
    command
        .env("ZDOTDIR", folder)
        .args(["--no-globalrcs", "-i"]);
    command
}

/// A fish as [`bash`].
pub(crate) fn fish(name: &str, run: Run, script: &str) -> Command {
    let config = format!(
        "function fish_prompt; echo -n 'READY> '; end\n\
         function ecrpub; printf '[['; printf '<%s>' $argv; printf ']]\\n'; end\n\
         set fish_greeting\nset fish_autosuggestion_enabled 0\n{script}\n"
    );
    let config = file(&format!("tab-{name}.config.fish"), &config);
    let mut command = shell("fish", name, run);
    command.arg("--no-config").arg("--init-command");
    command
        .arg(format!("source '{}'", config.display()))
        .arg("-i");
    command
}

/// A shell to start on a terminal, in a folder with a single file.
fn shell(shell: &str, name: &str, run: Run) -> Command {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("tab-{shell}-{name}"));
    std::fs::create_dir_all(&folder).expect("the target folder can be written to");
    std::fs::write(folder.join("only file.pem"), "").expect("the folder can be written to");
    let mut command = run.into_command();
    command.args(["--ctty", shell]).current_dir(folder);
    command.env("LANG", "C.UTF-8").env("TERM", "xterm");
    command
}

/// Types each line and presses TAB and Enter.
#[track_caller]
pub(crate) fn assert_completes(shell: &str, command: Command, cases: &[Case]) {
    let mut screen = Screen::start(200, command);
    screen.wait_for("READY> ");
    let mut wrong = Vec::new();
    for (typed, expected) in cases {
        screen.press(&format!("ecrpub {typed}\t\r"));
        screen.wait_for("[[");
        let arguments = screen.wait_for("]]");
        screen.wait_for("READY> ");
        let arguments: Vec<_> = arguments.trim_matches(['<', '>']).split("><").collect();
        if arguments != *expected {
            wrong.push(format!("{typed}: {arguments:?}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{shell}:\n{}", wrong.join("\n"));
}

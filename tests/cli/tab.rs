//! Presses TAB in a real bash, zsh and fish, which find the committed scripts as they find those of
//! packages: by their names, at the first TAB.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::complete::committed;
use crate::harness::{Run, file, home};
use crate::screen::Screen;

/// A bash in the environment of `run`, which is one of `setsid`.
pub(crate) fn bash(run: Run) -> Command {
    let folder = temporary("tab-bash-completion/completions");
    std::fs::copy(committed("ecrpub.bash"), folder.join("ecrpub")).expect("a script");
    let config = format!(
        "PS1='READY> '\nBASH_COMPLETION_USER_DIR='{}'\nsource /usr/share/bash-completion/bash_completion\n",
        folder.parent().expect("a parent").display()
    );
    let mut command = shell("bash", run);
    command
        .arg("--rcfile")
        .arg(file("tab.bashrc", &config))
        .args(["--noprofile", "-i"]);
    command
}

/// A zsh as [`bash`].
pub(crate) fn zsh(run: Run) -> Command {
    let folder = home("tab-zsh", "");
    let config = format!(
        "PS1='READY> '\nfpath=('{}' $fpath)\nautoload -Uz compinit\ncompinit -u -D\n",
        committed("").display()
    );
    std::fs::write(folder.join(".zshrc"), config).expect("the target folder can be written to");
    let mut command = shell("zsh", run);
    command
        .env("ZDOTDIR", folder)
        .args(["--no-globalrcs", "-i"]);
    command
}

/// A fish as [`bash`].
pub(crate) fn fish(run: Run) -> Command {
    let config = format!(
        "function fish_prompt; echo -n 'READY> '; end\n\
         set fish_greeting\nset fish_autosuggestion_enabled 0\nset fish_complete_path '{}'\n",
        committed("").display()
    );
    let config = file("tab.config.fish", &config);
    let mut command = shell("fish", run);
    command.arg("--no-config").arg("--init-command");
    command
        .arg(format!("source '{}'", config.display()))
        .arg("-i");
    command
}

/// What the shells run. On a busy machine, the names may take longer than the second that TAB waits.
const PROGRAM: &str = r#"#!/bin/sh
if [ -n "$ECRPUB_COMPLETE" ]; then
  for attempt in 1 2 3 4 5; do
    answer=$(PROGRAM "$@")
    if [ -n "$answer" ]; then
      printf '%s\n' "$answer"
      exit
    fi
  done
else
  printf '[['; printf '<%s>' "$@"; printf ']]\n'
fi
"#;

/// A shell to start on a terminal, in a folder with a single file. Its `ecrpub` is the program at TAB,
/// and otherwise prints its arguments between marks that no command line contains.
fn shell(shell: &str, run: Run) -> Command {
    let folder = temporary(&format!("tab-{shell}"));
    std::fs::write(folder.join("only file.pem"), "").expect("the folder can be written to");
    let programs = temporary(&format!("tab-{shell}-bin"));
    let program = PROGRAM.replace("PROGRAM", env!("CARGO_BIN_EXE_ecrpub"));
    std::fs::write(programs.join("ecrpub"), program).expect("the folder can be written to");
    executable(&programs.join("ecrpub"));
    let path = std::env::var("PATH").expect("a path");
    let mut command = run.into_command();
    command.args(["--ctty", shell]).current_dir(folder);
    command.env("LANG", "C.UTF-8").env("TERM", "xterm");
    command.env("PATH", format!("{}:{path}", programs.display()));
    command
}

fn executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;

    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(path, mode).expect("the file is ours");
}

fn temporary(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).expect("the target folder can be written to");
    folder
}

/// Types the command line of each case and presses TAB and Enter; after an arrow, the case has the
/// arguments of the completed line, separated by `|`.
#[track_caller]
pub(crate) fn assert_completes(shell: &str, command: Command, cases: &str) {
    let mut screen = Screen::start(200, command);
    screen.wait_for("READY> ");
    let mut wrong = Vec::new();
    for case in cases.lines() {
        let (typed, expected) = case.split_once(" -> ").expect("an arrow");
        screen.press(&format!("ecrpub {typed}\t\r"));
        screen.wait_for("[[");
        let arguments = screen.wait_for("]]");
        screen.wait_for("READY> ");
        let arguments = arguments.trim_matches(['<', '>']).replace("><", "|");
        if arguments != expected {
            wrong.push(format!("{typed}: {arguments:?}, not {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{shell}:\n{}", wrong.join("\n"));
}

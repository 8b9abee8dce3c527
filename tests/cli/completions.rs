//! The committed completion scripts are those that the program prints, and they complete command
//! lines: the tests press TAB in a real bash, zsh and fish.
//!
//! Elvish and PowerShell are not tested: their scripts come unchanged from `clap_complete`, and
//! complete commands and options, but no values.

use std::path::{Path, PathBuf};

use crate::harness::Run;

const SCRIPTS: [(&str, &str); 5] = [
    ("bash", "ecrpub.bash"),
    ("elvish", "ecrpub.elv"),
    ("fish", "ecrpub.fish"),
    ("powershell", "_ecrpub.ps1"),
    ("zsh", "_ecrpub"),
];

fn committed(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("completions")
        .join(name)
}

/// With `ECRPUB_UPDATE` set, writes the scripts instead of comparing them.
#[test]
fn committed_scripts_are_those_that_the_program_prints() {
    for (shell, name) in SCRIPTS {
        let run = Run::at("http://127.0.0.1:9").arguments(&format!("completions {shell}"));
        let printed = run.outcome().data();
        if std::env::var_os("ECRPUB_UPDATE").is_some() {
            std::fs::write(committed(name), &printed).unwrap();
        }
        let kept = std::fs::read_to_string(committed(name)).unwrap_or_default();
        assert!(
            printed == kept,
            "{name} is outdated: run this test with `ECRPUB_UPDATE=1`"
        );
    }
}

// Only Linux has `setsid --ctty`, which gives a shell its terminal.
#[cfg(target_os = "linux")]
mod pressing_tab {
    use std::path::PathBuf;
    use std::process::Command;

    use super::committed;
    use crate::harness::{file, home, peer};
    use crate::screen::Screen;

    /// A command line before TAB, and the arguments of the completed one.
    const CASES: &[(&str, &[&str])] = &[
        // Commands, and their values.
        ("com", &["completions"]),
        ("completions z", &["completions", "zsh"]),
        ("man im", &["man", "images"]),
        // Options, before and after a repository, with a tag too.
        ("tags --out", &["tags", "--output"]),
        ("tags web --out", &["tags", "web", "--output"]),
        (
            "images web api --out",
            &["images", "web", "api", "--output"],
        ),
        (
            "tags public.ecr.aws/example/web:1.0 --out",
            &["tags", "public.ecr.aws/example/web:1.0", "--output"],
        ),
        // Values of options; for several values, their common beginning.
        ("tags --output ta", &["tags", "--output", "table"]),
        ("tags web -o ta", &["tags", "web", "-o", "table"]),
        ("tags web --output=ta", &["tags", "web", "--output=table"]),
        ("tags web --output=j", &["tags", "web", "--output=json"]),
        ("tags --output=ta", &["tags", "--output=table"]),
        // Lists of columns.
        ("tags web -c cre", &["tags", "web", "-c", "createdAt"]),
        (
            "tags web --columns imageTag,cre",
            &["tags", "web", "--columns", "imageTag,createdAt"],
        ),
        (
            "tags web --columns=imageTag,cre",
            &["tags", "web", "--columns=imageTag,createdAt"],
        ),
        (
            "tags web --columns +pla",
            &["tags", "web", "--columns", "+platforms"],
        ),
        (
            "tags web -c +platforms,-cre",
            &["tags", "web", "-c", "+platforms,-createdAt"],
        ),
        (
            "tags web --columns=-cre",
            &["tags", "web", "--columns=-createdAt"],
        ),
        // Neither commands nor files for a repository.
        ("tags com", &["tags", "com"]),
        ("tags web com", &["tags", "web", "com"]),
        ("tags only", &["tags", "only"]),
        ("tags web only", &["tags", "web", "only"]),
        ("tags --repo only", &["tags", "--repo", "only"]),
        // Files, with blanks in their names, only for an option that takes one.
        (
            "tags --ca-bundle only",
            &["tags", "--ca-bundle", "only file.pem"],
        ),
        (
            "tags web --ca-bundle=only",
            &["tags", "web", "--ca-bundle=only file.pem"],
        ),
        ("tags --profile only", &["tags", "--profile", "only"]),
        (
            "tags web --profile=only",
            &["tags", "web", "--profile=only"],
        ),
    ];

    /// fish completes a word that begins with `-` as an option in every position.
    const NOT_IN_FISH: &[(&str, &[&str])] =
        &[("tags web -c -cre", &["tags", "web", "-c", "-createdAt"])];

    /// Prints the arguments between marks that no command line contains.
    const BASH_AND_ZSH: &str = r#"ecrpub() { printf '[['; printf '<%s>' "$@"; printf ']]\n'; }"#;

    #[test]
    fn bash_completes() {
        let script = committed("ecrpub.bash");
        let config = format!(
            "PS1='READY> '\n{BASH_AND_ZSH}\nsource '{}'\n",
            script.display()
        );
        let config = file("completions.bashrc", &config);
        if peer("bash") {
            let mut command = shell("bash");
            command
                .arg("--rcfile")
                .arg(config)
                .args(["--noprofile", "-i"]);
            assert_completes("bash", command, &[CASES, NOT_IN_FISH].concat());
        }
    }

    #[test]
    fn zsh_completes() {
        let folder = home("zsh", "");
        let config = format!(
            "PS1='READY> '\n{BASH_AND_ZSH}\nfpath=('{}' $fpath)\nautoload -Uz compinit\ncompinit -u -D\n",
            committed("").display()
        );
        std::fs::write(folder.join(".zshrc"), config).unwrap();
        if peer("zsh") {
            let mut command = shell("zsh");
            command
                .env("ZDOTDIR", folder)
                .args(["--no-globalrcs", "-i"]);
            assert_completes("zsh", command, &[CASES, NOT_IN_FISH].concat());
        }
    }

    #[test]
    fn fish_completes() {
        let config = format!(
            "function fish_prompt; echo -n 'READY> '; end\n\
             function ecrpub; printf '[['; printf '<%s>' $argv; printf ']]\\n'; end\n\
             set fish_greeting\nset fish_autosuggestion_enabled 0\nsource '{}'\n",
            committed("ecrpub.fish").display()
        );
        let config = file("completions.config.fish", &config);
        if peer("fish") {
            let mut command = shell("fish");
            command.arg("--no-config").arg("--init-command");
            command
                .arg(format!("source '{}'", config.display()))
                .arg("-i");
            assert_completes("fish", command, CASES);
        }
    }

    /// A shell to start on a terminal, in a folder with a single file.
    fn shell(name: &str) -> Command {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("tab-{name}"));
        std::fs::create_dir_all(&folder).expect("the target folder can be written to");
        std::fs::write(folder.join("only file.pem"), "").expect("the folder can be written to");
        let mut command = Command::new("setsid");
        command.args(["--ctty", name]).current_dir(folder);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", home(&format!("tab-{name}"), ""))
            .env("LANG", "C.UTF-8")
            .env("TERM", "xterm");
        command
    }

    #[track_caller]
    fn assert_completes(shell: &str, command: Command, cases: &[(&str, &[&str])]) {
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
}

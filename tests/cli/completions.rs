//! The committed completion scripts are what the program prints, and shells load them.

use std::path::{Path, PathBuf};
use std::process::Command;

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
fn committed_scripts_are_what_the_program_prints() {
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

#[test]
fn bash_completes_options() {
    let script = format!(
        "source {}; COMP_WORDS=(ecrpub images --ou); COMP_CWORD=2; _ecrpub ecrpub --ou images; echo \"${{COMPREPLY[@]}}\"",
        committed("ecrpub.bash").display()
    );
    assert_eq!(
        shell("bash", &["--norc", "-c", &script]),
        Some("--output\n".to_owned())
    );
}

#[test]
fn zsh_loads_its_script() {
    let script = format!(
        "autoload -Uz compinit && compinit -u -d {}/zcompdump && source {} && whence -w _ecrpub",
        env!("CARGO_TARGET_TMPDIR"),
        committed("_ecrpub").display()
    );
    if let Some(answer) = shell("zsh", &["-f", "-c", &script]) {
        assert_eq!(answer, "_ecrpub: function\n");
    }
}

#[test]
fn fish_completes_options() {
    let script = format!(
        "source {}; complete --do-complete 'ecrpub images --outp'",
        committed("ecrpub.fish").display()
    );
    if let Some(answer) = shell("fish", &["--no-config", "-c", &script]) {
        assert!(answer.starts_with("--output\t"), "{answer}");
    }
}

/// What a shell prints, or nothing, with a word, where it is not installed.
fn shell(name: &str, arguments: &[&str]) -> Option<String> {
    let Ok(output) = Command::new(name).args(arguments).output() else {
        #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
        {
            eprintln!("skipped: {name} is not installed");
        }
        return None;
    };
    assert!(
        output.status.success(),
        "{name}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(String::from_utf8(output.stdout).expect("output is UTF-8"))
}

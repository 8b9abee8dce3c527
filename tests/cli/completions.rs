//! The committed completion scripts are those that the program prints. `complete.rs` presses TAB with
//! those of bash, zsh and fish.

use std::path::{Path, PathBuf};

use crate::harness::Run;

const SCRIPTS: [(&str, &str); 5] = [
    ("bash", "ecrpub.bash"),
    ("elvish", "ecrpub.elv"),
    ("fish", "ecrpub.fish"),
    ("powershell", "_ecrpub.ps1"),
    ("zsh", "_ecrpub"),
];

pub(crate) fn committed(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("completions")
        .join(name)
}

/// With `ECRPUB_UPDATE` set, writes the scripts instead of comparing them.
#[test]
fn committed_scripts_are_those_that_the_program_prints() {
    for (shell, name) in SCRIPTS {
        let run = || Run::at("http://127.0.0.1:9");
        let printed = run().arguments(&format!("completions {shell}"));
        let printed = printed.outcome().data();
        if std::env::var_os("ECRPUB_UPDATE").is_some() {
            std::fs::write(committed(name), &printed).unwrap();
        }
        let kept = std::fs::read_to_string(committed(name)).unwrap_or_default();
        assert!(
            printed == kept,
            "{name} is outdated: run this test with `ECRPUB_UPDATE=1`"
        );
        for variable in [shell, &format!("/usr/bin/{shell}")] {
            let asked = run().env("ECRPUB_COMPLETE", variable).outcome().data();
            assert_eq!(asked, printed, "{variable}");
        }
    }
}

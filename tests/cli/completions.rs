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
    use super::committed;
    use crate::harness::{Run, peer};
    use crate::tab::{assert_completes, bash, fish, zsh};

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

    #[test]
    fn bash_completes() {
        if peer("bash") {
            let script = format!("source '{}'", committed("ecrpub.bash").display());
            let shell = bash("static", environment(), &script);
            assert_completes("bash", shell, &[CASES, NOT_IN_FISH].concat());
        }
    }

    #[test]
    fn zsh_completes() {
        if peer("zsh") {
            let folder = format!("fpath=('{}' $fpath)", committed("").display());
            let shell = zsh("static", environment(), &folder, "");
            assert_completes("zsh", shell, &[CASES, NOT_IN_FISH].concat());
        }
    }

    #[test]
    fn fish_completes() {
        if peer("fish") {
            let script = format!("source '{}'", committed("ecrpub.fish").display());
            let shell = fish("static", environment(), &script);
            assert_completes("fish", shell, CASES);
        }
    }

    /// The scripts need nothing but themselves: no program answers them.
    fn environment() -> Run {
        Run::of("setsid", "http://127.0.0.1:9")
    }
}

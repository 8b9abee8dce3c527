//! The README tells the truth: each of its commands is run, and prints what the README shows.
#![cfg(unix)]

use std::fmt::Write;
use std::path::Path;

use ecrpub_registry::{Registry, sample};

use crate::harness::{NOW_MS, Run};
use crate::peer::is_installed;
use crate::terminal::screen;

/// The README's terminal.
const COLUMNS: u16 = 100;

/// With `ECRPUB_UPDATE` set, writes the examples' output instead of comparing it.
#[test]
fn every_example_prints_what_the_readme_shows() {
    if !is_installed("jq") {
        return;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    assert!(readme.matches("\n$ ecrpub ").count() >= 8);
    let registry = Registry::start(sample(NOW_MS));
    let true_readme = with_output(&readme, |command| run(&registry, command));
    if std::env::var_os("ECRPUB_UPDATE").is_some() {
        std::fs::write(path, &true_readme).unwrap();
    } else {
        for (line, true_line) in readme.lines().zip(true_readme.lines()) {
            assert_eq!(line, true_line, "run this test with `ECRPUB_UPDATE=1`");
        }
        assert_eq!(readme.len(), true_readme.len());
    }
}

/// `readme` with what `run` makes of each command: lines behind `$ ` in blocks of a console.
fn with_output(readme: &str, run: impl Fn(&str) -> String) -> String {
    let mut text = String::new();
    let mut inside = false;
    for line in readme.lines() {
        match line {
            "```console" => inside = true,
            "```" => inside = false,
            _ => {}
        }
        let command = line.strip_prefix("$ ").filter(|_| inside);
        if !inside || command.is_some() || line == "```console" {
            let _ = writeln!(text, "{line}");
        }
        if let Some(command) = command {
            text.push_str(&run(command));
        }
    }
    text
}

fn run(registry: &Registry, command: &str) -> String {
    let program = assert_cmd::cargo::cargo_bin("ecrpub");
    let folder = program.parent().expect("a program is in a folder");
    let path = std::env::var("PATH").unwrap_or_default();
    let run = Run::of("sh", &registry.url())
        .env("PATH", format!("{}:{path}", folder.display()))
        .env("NO_COLOR", "1");
    let shown = screen(COLUMNS, run.argument("-c").argument(command).into_command());
    // CSV has CRLF, which the README's lines do not show.
    shown.replace('\r', "")
}

#[test]
fn the_exit_codes_of_the_readme_are_those_of_the_help() {
    let readme = include_str!("../../README.md");
    let help = Run::at("http://127.0.0.1:9")
        .arguments("--help")
        .outcome()
        .data();
    let (_, codes) = help
        .split_once("Exit codes:\n")
        .expect("the help has exit codes");
    for line in codes.lines() {
        let (code, meaning) = line
            .trim()
            .split_once("  ")
            .expect("a code and its meaning");
        let row = format!("| {code} | {meaning} |");
        assert!(readme.contains(&row), "the README lacks: {row}");
    }
}

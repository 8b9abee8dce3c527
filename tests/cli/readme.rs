//! The README tells the truth: each of its commands is run, and prints what the README shows.
#![cfg(unix)]

use ecrpub_registry::{Registry, sample};

use crate::harness::{NOW_MS, Run};
use crate::peer::is_installed;
use crate::terminal::screen;

/// A block of a console: commands behind `$ `, and what each prints on a terminal of 100 columns.
fn consoles(readme: &str) -> Vec<(String, String)> {
    let mut examples: Vec<(String, String)> = Vec::new();
    let mut inside = false;
    for line in readme.lines() {
        match line {
            "```console" => inside = true,
            "```" => inside = false,
            _ if !inside => {}
            _ => match (line.strip_prefix("$ "), examples.last_mut()) {
                (Some(command), _) => examples.push((command.to_owned(), String::new())),
                (None, Some((_, output))) => {
                    output.push_str(line);
                    output.push('\n');
                }
                (None, None) => panic!("output before any command: {line}"),
            },
        }
    }
    examples
}

#[test]
fn every_example_prints_what_the_readme_shows() {
    let readme = include_str!("../../README.md");
    let registry = Registry::start(sample(NOW_MS));
    let examples = consoles(readme);
    assert!(examples.len() >= 8, "the README has examples");
    for (command, expected) in examples {
        if command.contains("jq") && !is_installed("jq") {
            continue;
        }
        let program = assert_cmd::cargo::cargo_bin("ecrpub");
        let path = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{path}", program.parent().expect("a folder").display());
        let run = Run::of("sh", &registry.url())
            .env("PATH", path)
            .env("NO_COLOR", "1");
        let shown = screen(100, run.argument("-c").argument(&command).into_command());
        assert_eq!(shown, expected, "$ {command}");
    }
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

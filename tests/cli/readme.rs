//! The README and the pages of docs/ are correct: each of their commands prints what they show.
#![cfg(unix)]

use std::fmt::Write;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ecrpub_registry::{Registry, sample};
use regex::Regex;
use serde_json::Value;

use crate::harness::{NOW_MS, Run, path_with, peer};
use crate::terminal::screen;

/// The README's terminal.
const COLUMNS: u16 = 100;

/// README.md and the pages of docs/.
fn documents() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = std::fs::read_dir(root.join("docs")).expect("the files can be read and written");
    let pages = pages.map(|page| page.expect("the files can be read and written").path());
    let mut documents: Vec<_> = pages
        .filter(|page| page.extension().is_some_and(|extension| extension == "md"))
        .collect();
    documents.push(root.join("README.md"));
    documents
}

/// With `ECRPUB_UPDATE` set, writes the examples' output instead of comparing it.
#[test]
fn every_example_prints_what_the_documents_show() {
    if !peer("jq") {
        return;
    }
    let mut examples = 0;
    let registry = Registry::start(sample(NOW_MS));
    for path in documents() {
        let document = std::fs::read_to_string(&path).unwrap();
        examples += document.matches("\n$ ecrpub ").count();
        let true_document = with_output(&document, |command| run(&registry, command));
        if std::env::var_os("ECRPUB_UPDATE").is_some() {
            std::fs::write(path, &true_document).unwrap();
            continue;
        }
        for (line, true_line) in document.lines().zip(true_document.lines()) {
            assert_eq!(
                line,
                true_line,
                "{}: run this test with `ECRPUB_UPDATE=1`",
                path.display()
            );
        }
        assert_eq!(document.len(), true_document.len());
    }
    assert!(examples > 30, "{examples}");
}

#[test]
fn every_link_to_a_file_leads_to_one() {
    let mut links = 0;
    for path in documents() {
        let document = std::fs::read_to_string(&path).unwrap();
        let targets = document
            .split("](")
            .skip(1)
            .filter_map(|text| text.split(')').next());
        for target in targets.filter(|target| !target.starts_with("http")) {
            let file = target.split('#').next().unwrap_or_default();
            let folder = path.parent().expect("a file is in a folder");
            assert!(folder.join(file).exists(), "{}: {target}", path.display());
            links += 1;
        }
    }
    assert!(links > 20, "{links}");
}

/// With `ECRPUB_UPDATE` set, draws the picture instead of comparing it.
#[test]
fn the_picture_shows_the_first_session_of_the_guide() {
    if !peer("python3") {
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(root.join("scripts/picture")).output().unwrap();
    let drawn = String::from_utf8(output.stdout).unwrap();
    let path = root.join("docs/session.svg");
    if std::env::var_os("ECRPUB_UPDATE").is_some() {
        std::fs::write(&path, &drawn).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        drawn == kept,
        "docs/session.svg is outdated: run this test with `ECRPUB_UPDATE=1`"
    );
    assert!(drawn.contains("ecrpub tags public.ecr.aws/docker/library/nginx --limit 6</tspan>"));
}

/// A shell with the settings that the local server prints finds the program and the server.
#[test]
fn the_local_server_prints_the_settings_that_reach_it() {
    let program = assert_cmd::cargo::cargo_bin("ecrpub");
    // `cargo test` builds it; `cargo test --test cli` alone does not.
    let server = program.with_file_name("examples").join("serve");
    if !server.exists() {
        return;
    }
    let mut command = Command::new(server);
    command.arg("3").env("PORT", "0").stdout(Stdio::piped());
    let mut server = command.spawn().unwrap();
    let lines = BufReader::new(server.stdout.take().unwrap()).lines();
    let settings: Vec<_> = lines.take(4).map_while(Result::ok).collect();
    let script = format!("{}\necrpub images images-3 --count", settings.join("\n"));
    let run = Run::of("sh", "http://127.0.0.1:9").argument("-c");
    let outcome = run.argument(&script).outcome();
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(outcome.data(), "3\n");
}

/// The commands that the help lists each have their options on the page.
#[test]
fn the_page_of_options_has_every_command() {
    let page = include_str!("../../docs/options.md");
    for name in crate::man::commands() {
        let is_there = page.contains(&format!("\n$ ecrpub {name} --help\n"));
        assert!(is_there, "{name}");
    }
}

/// `readme` with the output that `run` returns for each command: lines after `$ ` in console blocks.
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

/// A shell that finds `ecrpub`.
fn shell(registry: &Registry) -> Run {
    let program = assert_cmd::cargo::cargo_bin("ecrpub");
    let folder = program.parent().expect("a program is in a folder");
    Run::of("sh", &registry.url()).env("PATH", path_with(folder))
}

fn run(registry: &Registry, command: &str) -> String {
    let run = shell(registry).argument("-c").argument(command);
    screen(COLUMNS, run.into_command())
}

/// The rows of the table of one-liners: the question, today's command, ours.
fn one_liners(readme: &str) -> Vec<[String; 3]> {
    let (_, table) = readme
        .split_once("| to know | today | here |\n")
        .expect("a table");
    let rows = table
        .lines()
        .skip(1)
        .take_while(|line| line.starts_with('|'));
    let cells = |row: &str| {
        let row = row.replace("\\|", "\0");
        let mut cells = row
            .split('|')
            .skip(1)
            .map(|cell| cell.trim().trim_matches('`').replace('\0', "|"));
        std::array::from_fn(|_| cells.next().expect("three cells"))
    };
    rows.map(cells).collect()
}

/// The output of `command` in a shell, with sorted lines, because the service promises no order.
fn sorted_output(registry: &Registry, command: &str) -> Vec<String> {
    let run = shell(registry)
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .argument("-c");
    let outcome = run.argument(command).outcome();
    assert_eq!(outcome.code, Some(0), "{command}: {outcome}");
    let mut lines: Vec<_> = outcome.stdout.lines().map(str::to_owned).collect();
    lines.sort_unstable();
    lines
}

#[test]
fn each_one_liner_prints_what_todays_command_prints() {
    let registry = Registry::start(sample(NOW_MS));
    let rows = one_liners(include_str!("../../docs/from-aws-cli.md"));
    assert_eq!(rows.len(), 9);
    let peers = ["aws", "jq"].into_iter().all(peer);
    for [what, today, here] in rows {
        let ours = sorted_output(&registry, &here);
        assert!(!ours.is_empty(), "{what}");
        if peers {
            assert_eq!(ours, sorted_output(&registry, &today), "{what}");
        }
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

/// What Renovate needs of the feed and of the settings that read it: tried with Renovate 44.
#[test]
fn the_feed_for_renovate_has_a_release_to_fall_back_to_and_settings_that_find_it() {
    let page = include_str!("../../docs/recipes.md");
    let (_, section) = page.split_once("## Renovate\n").expect("a section");
    let (_, feed) = section.split_once("\n{\n").expect("the output of jq");
    let feed = format!("{{{}", feed.split("```").next().expect("a block"));
    let feed: Value = serde_json::from_str(&feed).expect("JSON");
    let releases = feed["releases"].as_array().expect("releases");
    assert!(releases.len() > 2);
    for release in releases {
        let text = |name: &str| release[name].as_str().expect("a text").to_owned();
        assert!(text("releaseTimestamp").parse::<jiff::Timestamp>().is_ok());
        assert!(text("digest").starts_with("sha256:") && !text("version").is_empty());
    }
    let (_, settings) = section.split_once("```json\n").expect("settings");
    let settings = settings.split("```").next().expect("a block");
    let settings: Value = serde_json::from_str(settings).expect("JSON");
    let file = &settings["customDatasources"]["ecr-public"]["defaultRegistryUrlTemplate"];
    assert_eq!(file, "file://renovate/{{packageName}}.json");
    let repository = "public.ecr.aws/docker/library/nginx";
    assert!(section.contains(&format!("`renovate/{repository}.json`")));
    let (rule, manager) = (&settings["packageRules"][0], &settings["customManagers"][0]);
    assert_eq!(rule["matchPackageNames"][0], repository);
    assert_eq!(rule["overrideDatasource"], "custom.ecr-public");
    assert_eq!(manager["datasourceTemplate"], "custom.ecr-public");
    let pattern = manager["matchStrings"][0].as_str().expect("a regex");
    let pattern = Regex::new(pattern).expect("a regex");
    let digest = releases[0]["digest"].as_str().expect("a digest");
    let line = format!("IMAGE={repository}:1.27.2@{digest}\n");
    let found = pattern.captures(&line).expect("a match");
    let found = ["depName", "currentValue", "currentDigest"].map(|group| &found[group]);
    assert_eq!(found, [repository, "1.27.2", digest]);
}

//! The committed man pages are those that the program prints, and a terminal of 80 columns shows them
//! well.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::{Run, peer};

fn printed(arguments: &str) -> String {
    let run = Run::at("http://127.0.0.1:9").arguments(arguments);
    run.outcome().data()
}

/// The commands that the help lists, except `help`.
pub(crate) fn commands() -> Vec<String> {
    let help = printed("--help");
    let (_, list) = help.split_once("\nCommands:\n").expect("a list");
    let lines = list.lines().take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| line.split_whitespace().next());
    let names = names.filter(|name| *name != "help");
    names.map(str::to_owned).collect()
}

/// The names of the files and their pages.
fn pages() -> Vec<(String, String)> {
    let mut pages = vec![("ecrpub.1".to_owned(), printed("man"))];
    for command in commands() {
        let page = printed(&format!("man {command}"));
        pages.push((format!("ecrpub-{command}.1"), page));
    }
    pages
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("man")
}

/// With `ECRPUB_UPDATE` set, writes the pages instead of comparing them.
#[test]
fn committed_pages_are_those_that_the_program_prints() {
    let pages = pages();
    assert!(pages.len() > 4);
    for (name, page) in &pages {
        let path = folder().join(name);
        if std::env::var_os("ECRPUB_UPDATE").is_some() {
            std::fs::write(&path, page).unwrap();
        }
        let kept = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            *page == kept,
            "{name} is outdated: run this test with `ECRPUB_UPDATE=1`"
        );
    }
    let files = std::fs::read_dir(folder()).unwrap();
    let files = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let expected: BTreeSet<_> = pages.into_iter().map(|(name, _)| name).collect();
    assert_eq!(files.collect::<BTreeSet<_>>(), expected);
}

/// `page` as man shows it.
fn shown(page: &Path) -> String {
    let output = Command::new("groff")
        .args(["-man", "-Tutf8", "-ww", "-rLL=80n", "-P-cbou"])
        .arg(page)
        .output()
        .expect("groff starts");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    String::from_utf8(output.stdout).expect("groff prints UTF-8")
}

const TOPICS: &str = "COMMANDS, VERSION RANGES, CLEAN-UP, COMPLETION, ";

#[test]
fn pages_fit_80_columns_and_have_their_sections_in_order() {
    if !peer("groff") {
        return;
    }
    for (name, _) in pages() {
        let text = shown(&folder().join(&name));
        let too_wide = text.lines().find(|line| line.chars().count() > 80);
        assert_eq!(too_wide, None, "{name}");
        let is_heading =
            |line: &&str| line.starts_with(char::is_uppercase) && **line == line.to_uppercase();
        let headings: Vec<_> = text.lines().filter(is_heading).collect();
        assert_eq!(headings[..3], ["NAME", "SYNOPSIS", "DESCRIPTION"], "{name}");
        // Options are in sections of their own names.
        let general = headings.iter().position(|line| *line == "GENERAL");
        let shown = headings[general.unwrap() + 1..].join(", ");
        let (before, after) = match name.as_str() {
            "ecrpub.1" => (TOPICS, "ENVIRONMENT, FILES, EXAMPLES, "),
            "ecrpub-completions.1" => ("", ""),
            "ecrpub-man.1" => ("", "EXAMPLES, "),
            _ => ("", "ENVIRONMENT, FILES, EXAMPLES, "),
        };
        let expected = format!("{before}EXIT STATUS, {after}SEE ALSO");
        assert_eq!(shown, expected, "{name}");
    }
}

/// Those that `src` names between quotes, and those of the libraries for colour.
#[test]
fn pages_name_every_variable() {
    let mut names =
        BTreeSet::from(["CLICOLOR_FORCE", "NO_COLOR", "HTTPS_PROXY"].map(str::to_owned));
    let mut paths = vec![folder().with_file_name("src")];
    while let Some(path) = paths.pop() {
        if let Ok(files) = std::fs::read_dir(&path) {
            paths.extend(files.map(|file| file.unwrap().path()));
            continue;
        }
        let text = String::from_utf8(std::fs::read(&path).unwrap()).unwrap();
        let prefixes = ["AWS_", "ECRPUB_", "REQUESTS_", "SMITHY_", "SSL_", "XDG_"];
        let words = (text.split('"')).filter(|word| prefixes.iter().any(|at| word.starts_with(at)));
        let is_name = |word: &&str| **word == word.to_uppercase() && !word.contains(' ');
        names.extend(words.filter(is_name).map(str::to_owned));
    }
    // Tests read these.
    names.retain(|name| !name.starts_with("ECRPUB_TEST_") && name != "ECRPUB_RECORD");
    assert!(names.len() > 45, "{names:?}");
    let page = printed("man tags");
    let (_, section) = page.split_once("\n.SH ENVIRONMENT\n").expect("a section");
    for name in names {
        assert!(section.contains(&format!("\\fB{name}\\fR")), "{name}");
    }
}

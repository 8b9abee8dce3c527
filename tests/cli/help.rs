//! Help and version; docs/options.md has the long help of each command.

use insta::assert_snapshot;
use predicates::prelude::*;

use crate::harness::Run;

fn help(arguments: &str) -> String {
    let outcome = Run::at("http://127.0.0.1:9").arguments(arguments).outcome();
    outcome.data()
}

#[test]
fn the_short_help_of_images() {
    assert_snapshot!(help("images -h"));
}

#[test]
fn short_helps_fit_a_screen() {
    for command in ["images -h", "tags -h"] {
        let help = help(command);
        let widest = help.lines().map(|line| line.chars().count()).max();
        assert!(help.lines().count() <= 50, "{command}: {help}");
        assert!(
            widest.is_some_and(|widest| widest <= 100),
            "{command}: {help}"
        );
    }
}

#[test]
fn the_version_is_the_packages() {
    let mut command = assert_cmd::Command::cargo_bin("ecrpub").unwrap();
    let version = concat!("ecrpub ", env!("CARGO_PKG_VERSION"), "\n");
    command
        .arg("--version")
        .assert()
        .success()
        .stdout(predicate::eq(version))
        .stderr(predicate::str::is_empty());
}

#[test]
fn no_command_shows_the_help() {
    let outcome = Run::at("http://127.0.0.1:9").outcome();
    assert_eq!((outcome.stdout.as_str(), outcome.code), ("", Some(2)));
    assert_eq!(outcome.stderr, help("-h"));
}

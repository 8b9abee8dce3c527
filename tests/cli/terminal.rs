//! What depends on a terminal, on a pseudo-terminal.

use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::process::Command;

use ecrpub_registry::{Image, Registry, Repository};
use insta::assert_snapshot;
use rustix::termios::Winsize;
use rustix_openpty::{Pty, openpty};

use crate::harness::{NOW_MS, Run, small};

/// What a terminal of this many columns shows of `command`, stdout and stderr.
pub(crate) fn screen(columns: u16, mut command: Command) -> String {
    let size = Winsize {
        ws_row: 50,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    let Pty { controller, user } = openpty(None, Some(&size)).expect("a terminal can be opened");
    let clone = |user: &OwnedFd| user.try_clone().expect("a file can be cloned");
    command
        .stdin(clone(&user))
        .stdout(clone(&user))
        .stderr(user);
    let mut child = command.spawn().expect("the program starts");
    // What is open here would keep the terminal from ending.
    drop(command);
    let mut shown = Vec::new();
    // Linux ends a terminal without users by an error.
    let _ = File::from(controller).read_to_end(&mut shown);
    child.wait().expect("the program ends");
    String::from_utf8(shown)
        .expect("output is UTF-8")
        .replace("\r\n", "\n")
}

fn show(columns: u16, registry: &Registry, arguments: &str) -> String {
    screen(
        columns,
        Run::on(registry).arguments(arguments).into_command(),
    )
}

/// An image of 30 tags, one of a single long tag, one of none.
fn many_tags() -> Repository {
    let tags: Vec<_> = (0..30).map(|build| format!("2.0.{build}")).collect();
    let tags: Vec<_> = tags.iter().map(String::as_str).collect();
    let signature = format!("sha256-{}.sig", "0123456789abcdef".repeat(4));
    let images = vec![
        Image::oci(1, 61_204_519, NOW_MS - 7_200_000)
            .index()
            .tagged(&tags),
        Image::oci(2, 7_168, NOW_MS - 259_200_000).tagged(&[&signature]),
        Image::oci(3, 999_999_999_999, NOW_MS - 40_000_000_000),
    ];
    Repository::new("web", images)
}

#[test]
fn a_table_fits_80_columns_and_uses_200() {
    let registry = Registry::start([many_tags()]);
    for columns in [80, 200] {
        let shown = show(columns, &registry, "images web");
        assert!(
            shown
                .lines()
                .all(|line| line.chars().count() <= columns.into()),
            "{shown}"
        );
    }
    assert_snapshot!(show(80, &registry, "images web"), @"
    DIGEST        PUSHED            SIZE  MANIFEST   TAGS
    63033b0ca389  2 hours ago    61.2 MB  OCI index  2.0.0, 2.0.1, 2.0.2, 2.0.3 +26
    aeaf52febe70  3 days ago      7.2 kB  OCI image  sha256-01234567…56789abcdef.sig
    c4ca37b7f8ad  1 year ago   1000.0 GB  OCI image  -
    ");
    assert_snapshot!(show(200, &registry, "images web"), @"
    DIGEST        PUSHED            SIZE  MANIFEST   TAGS
    63033b0ca389  2 hours ago    61.2 MB  OCI index  2.0.0, 2.0.1, 2.0.2, 2.0.3, 2.0.4, 2.0.5, 2.0.6, 2.0.7, 2.0.8, 2.0.9, 2.0.10, 2.0.11, 2.0.12, 2.0.13, 2.0.14, 2.0.15, 2.0.16, 2.0.17, 2.0.18 +11
    aeaf52febe70  3 days ago      7.2 kB  OCI image  sha256-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.sig
    c4ca37b7f8ad  1 year ago   1000.0 GB  OCI image  -
    ");
}

#[test]
fn a_table_of_tags_fits_80_columns_and_uses_200() {
    let registry = Registry::start([many_tags()]);
    let first_lines = |columns, arguments| {
        let shown = show(columns, &registry, arguments);
        shown
            .lines()
            .rev()
            .take(4)
            .fold(String::new(), |text, line| format!("{line}\n{text}"))
    };
    assert_snapshot!(first_lines(80, "tags web"), @"
    2.0.7                              2 hours ago  61.2 MB  OCI index  63033b0ca389
    2.0.8                              2 hours ago  61.2 MB  OCI index  63033b0ca389
    2.0.9                              2 hours ago  61.2 MB  OCI index  63033b0ca389
    sha256-012345678…456789abcdef.sig  3 days ago    7.2 kB  OCI image  aeaf52febe70
    ");
    assert_snapshot!(first_lines(200, "tags web"), @"
    2.0.7                                                                        2 hours ago  61.2 MB  OCI index  63033b0ca389
    2.0.8                                                                        2 hours ago  61.2 MB  OCI index  63033b0ca389
    2.0.9                                                                        2 hours ago  61.2 MB  OCI index  63033b0ca389
    sha256-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.sig  3 days ago    7.2 kB  OCI image  aeaf52febe70
    ");
}

#[test]
fn nothing_is_cut_on_request_or_in_a_pipe() {
    let registry = Registry::start([many_tags()]);
    let on_request = show(80, &registry, "images web --no-trunc");
    let in_a_pipe = Run::on(&registry).arguments("images web").outcome().data();
    for shown in [on_request, in_a_pipe] {
        assert!(
            shown.contains("2.0.0, 2.0.1") && shown.contains("2.0.29"),
            "{shown}"
        );
    }
}

#[test]
fn times_are_ages_on_a_terminal_and_dates_on_request() {
    let registry = Registry::start(small());
    assert_snapshot!(show(80, &registry, "tags web"), @"
    TAG     CREATED         SIZE  MANIFEST   DIGEST
    latest  2 days ago   61.2 MB  OCI index  63033b0ca389
    1.27.3  1 month ago  61.2 MB  OCI index  63033b0ca389
    bare    -                  -  -          c4ca37b7f8ad
    ");
    assert_snapshot!(show(80, &registry, "tags web --time iso -c imageTag,createdAt"), @"
    TAG     CREATED
    latest  2024-05-30T12:00:00Z
    1.27.3  2024-04-22T12:00:00Z
    bare    -
    ");
    assert_snapshot!(show(80, &registry, "tags web -o tsv -c imageTag,createdAt"), @"
    imageTag	createdAt
    latest	2024-05-30T12:00:00Z
    1.27.3	2024-04-22T12:00:00Z
    bare
    ");
}

#[test]
fn a_table_of_nothing_says_so() {
    let registry = Registry::start(small());
    assert_snapshot!(show(80, &registry, "images empty"), @"note: repository `empty` has nothing to list");
}

#[test]
fn nothing_foreign_reaches_a_terminal_unescaped() {
    let mut image = Image::oci(1, 1, NOW_MS).tagged(&[
        "\u{1b}[31m",
        "a\nb",
        "\u{202e}\u{200b}\u{e0041}",
        "\u{9b}",
    ]);
    image.artifact_media_type = Some("\u{1b}]0;title\u{7}".to_owned());
    image.digest = Some("sha256:\u{1b}c".to_owned());
    let registry = Registry::start([Repository::new("web", vec![image])]);
    for format in ["table", "json", "jsonl", "csv", "tsv", "name"] {
        for (command, tags) in [("images", "imageTags"), ("tags", "imageTag")] {
            let columns = match format {
                "name" => String::new(),
                _ => format!("-c imageDigest,{tags},artifactMediaType"),
            };
            let shown = show(
                80,
                &registry,
                &format!("{command} web {columns} -o {format}"),
            );
            let is_tame = |c: char| matches!(c, '\n' | '…' | ' '..='~');
            let layout = if format == "tsv" { "\t" } else { "\r" };
            let foreign = shown.replace(layout, "");
            assert!(foreign.chars().all(is_tame), "{format}: {shown:?}");
        }
    }
    assert_snapshot!(show(120, &registry, "images web -o jsonl -c imageTags"), @r#"{"imageTags":["\u001b[31m","a\nb","\u202e\u200b\udb40\udc41","\u009b"]}"#);
    assert_snapshot!(show(120, &registry, "images web -o csv -c imageTags --no-headers"), @r"\u{1b}[31m;a\u{a}b;\u{202e}\u{200b}\u{e0041};\u{9b}");
    assert_snapshot!(show(120, &registry, "images web -o tsv -c imageTags --no-headers"), @r"\u{1b}[31m;a\nb;\u{202e}\u{200b}\u{e0041};\u{9b}");
}

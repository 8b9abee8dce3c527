//! `--sort none`: prints rows as they arrive, sends no needless request, and can resume after a
//! failure.

use std::io::Read;
use std::process::Stdio;
use std::time::{Duration, Instant};

use ecrpub_registry::{Fault, Image, Registry, Repository};
use insta::assert_snapshot;

use crate::harness::{NOW_MS, Run, ecrpub};

const FORMATS: [&str; 5] = ["json", "jsonl", "csv", "tsv", "name"];

fn big() -> Repository {
    Repository::generated("big", 2500)
}

#[test]
fn a_limit_stops_the_requests() {
    for (limit, requests) in [
        (1, 1),
        (999, 1),
        (1000, 1),
        (1001, 2),
        (2000, 2),
        (2001, 3),
        (9999, 3),
    ] {
        let registry = Registry::start([big()]);
        let line = format!("images big --sort none -q -o name --limit {limit}");
        let rows = ecrpub(&registry, &line).data().lines().count();
        assert_eq!(
            (rows, registry.requests().len()),
            (limit.min(2500), requests),
            "{limit}"
        );
    }
}

#[test]
fn a_limit_counts_rows_that_pass_the_filter() {
    let registry = Registry::start([big()]);
    let line = "images big --sort none --untagged --limit 250 -o tsv --no-headers -c imageTags -q";
    let listed = ecrpub(&registry, line).data();
    assert_eq!((listed.len(), registry.requests().len()), (250, 2));
}

#[test]
fn a_limit_says_that_there_may_be_more() {
    let registry = Registry::start([Repository::generated("big", 2)]);
    assert_snapshot!(ecrpub(&registry, "images big --sort none --limit 1 -o jsonl -c imageTags"), @r#"{"imageTags":["v0.0.0","stable-0"]}"#);
    assert_snapshot!(ecrpub(&registry, "images big --sort none --limit 2 -o jsonl -c imageTags"), @r#"
    {"imageTags":["v0.0.0","stable-0"]}
    {}
    "#);
}

#[test]
fn the_next_page_is_requested_while_a_page_is_written() {
    // A page does not fit into a pipe of a MiB.
    let image = |seed| {
        let tags: Vec<_> = (0..8).map(|n| format!("{seed}.{n}-{:0>110}", 0)).collect();
        let tags: Vec<_> = tags.iter().map(String::as_str).collect();
        Image::oci(seed, 1000, NOW_MS).tagged(&tags)
    };
    let registry = Registry::start([Repository::new("big", (0..2500).map(image).collect())]);
    let run = Run::on(&registry).arguments("images big --sort none -o json");
    let mut child = run.into_command().stdout(Stdio::piped()).spawn().unwrap();
    // Nothing reads yet.
    let patience = Instant::now() + Duration::from_secs(20);
    while registry.requests().len() < 2 && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(registry.requests().len(), 2, "and no more");
    let mut text = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert!(child.wait().unwrap().success());
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["imageDetails"].as_array().unwrap().len(), 2500);
}

#[test]
fn rows_are_printed_before_the_next_page_arrives() {
    let registry = Registry::builder()
        .repository(big())
        .faults(|request| (request.number == 2).then_some(Fault::Wait(Duration::from_mins(1))))
        .start();
    let run = Run::on(&registry).arguments("images big --sort none -o name");
    let mut child = run.into_command().stdout(Stdio::piped()).spawn().unwrap();
    let mut page = vec![0; 1000 * 72];
    child.stdout.take().unwrap().read_exact(&mut page).unwrap();
    assert!(page.ends_with(b"\n"));
    // Without a reader, the program need not wait for the next page.
    child.kill().unwrap();
    child.wait().unwrap();
}

/// A registry that refuses the page after the first `pages`, of two rows each.
fn breaking_after(pages: usize) -> Registry {
    Registry::builder()
        .repository(Repository::generated("big", 9))
        .faults(move |request| {
            let fault = Fault::error(400, "AccessDeniedException", "no more");
            (request.number == pages + 1).then_some(fault)
        })
        .start()
}

#[test]
fn a_broken_listing_can_be_completed_page_by_page() {
    let whole = Registry::start([Repository::generated("big", 9)]);
    for format in FORMATS {
        let line = format!("tags big --sort none --page-size 2 --no-headers -o {format}");
        let complete = ecrpub(&whole, &line).data();
        for pages in 1..4 {
            let registry = breaking_after(pages);
            let part = ecrpub(&registry, &line);
            assert_eq!(part.code, Some(4), "{part}");
            let (_, rest) = part.stderr.split_once("--starting-token ").unwrap();
            let (token, _) = rest.split_once('`').unwrap();
            let rest = ecrpub(&registry, &format!("{line} --starting-token {token}")).data();
            if format == "json" {
                let tags = |text: &str| text.matches("\"imageTag\"").count();
                assert_eq!(
                    tags(&part.stdout) + tags(&rest),
                    tags(&complete),
                    "after {pages} pages"
                );
                assert!(serde_json::from_str::<serde_json::Value>(&part.stdout).is_err());
            } else {
                assert_eq!(
                    part.stdout + &rest,
                    complete,
                    "{format} after {pages} pages"
                );
            }
        }
    }
}

#[test]
fn a_broken_listing_names_the_cause_and_how_to_resume() {
    let line = "images big --sort none --page-size 2 -o json -c imageTags";
    assert_snapshot!(ecrpub(&breaking_after(1), line), @r#"
    {
      "imageDetails": [
        {
          "imageTags": [
            "v0.0.0",
            "stable-0"
          ]
        },
        {}--- stderr
    error: access denied: no more
    hint: allow `ecr-public:DescribeImages` on `arn:aws:ecr-public::ACCOUNT:repository/big` in the IAM policy
    hint: rows before page 2 of repository `big` are printed; resume with `--starting-token 1e3f29392833383f13373b3d3f297a38333d7a68`
    --- exit code 4
    "#);
    assert_snapshot!(ecrpub(&breaking_after(0), line), @"
    --- stderr
    error: access denied: no more
    hint: allow `ecr-public:DescribeImages` on `arn:aws:ecr-public::ACCOUNT:repository/big` in the IAM policy
    --- exit code 4
    ");
}

#[test]
fn tables_and_deletion_wait_for_the_last_row() {
    for format in ["table", "delete-requests"] {
        let order = if format == "table" {
            "--sort none"
        } else {
            "--exclude ~"
        };
        let outcome = ecrpub(
            &breaking_after(2),
            &format!("images big --page-size 2 -o {format} {order}"),
        );
        let codes = (outcome.stdout.as_str(), outcome.code);
        assert_eq!(codes, ("", Some(4)), "{outcome}");
        assert!(!outcome.stderr.contains("--starting-token"), "{outcome}");
    }
}

//! Hostile data: texts that are huge, odd, or written to harm the reader's terminal.

use std::collections::BTreeSet;

use ecrpub_registry::{Image, Registry, Repository};
use serde_json::Value;

use crate::harness::{NOW_MS, Run, ecrpub};

fn repository(image: Image) -> Registry {
    Registry::start([Repository::new("web", vec![image])])
}

/// Two megabytes exceed every buffer, and would expose a step of quadratic time.
#[test]
fn huge_strings_are_printed_whole_and_cut_in_tables() {
    let huge = "x".repeat(2_000_000);
    let mut image = Image::oci(1, 1, NOW_MS).tagged(&[&huge]);
    image.artifact_media_type = Some(huge.clone());
    let registry = repository(image);
    for format in ["json", "jsonl", "csv", "tsv"] {
        let line = format!("images web -o {format} -c imageTags,artifactMediaType --no-headers");
        let printed = ecrpub(&registry, &line).data();
        assert_eq!(printed.matches(&huge).count(), 2, "{format}");
    }
    assert_eq!(ecrpub(&registry, "tags web -o name").data(), huge + "\n");
    for options in ["", "--no-trunc"] {
        let line = format!("images web {options} --no-headers -c imageTags,artifactMediaType");
        let printed = ecrpub(&registry, &line).data();
        assert_eq!(
            (printed.lines().count(), printed.matches("xx…xx").count()),
            (1, 2)
        );
    }
}

#[test]
fn every_character_is_printed_in_valid_json_and_csv() {
    let strange: String = (0..0x3000)
        .chain(0xe_0000..0xe_0080)
        .filter_map(char::from_u32)
        .collect();
    let registry = repository(Image::oci(1, 1, NOW_MS).tagged(&[&strange]));
    let document = ecrpub(&registry, "images web -o json").data();
    let document: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(
        document["imageDetails"][0]["imageTags"][0],
        strange.as_str()
    );
    let text = ecrpub(&registry, "images web -o csv -c imageTags").data();
    let mut csv = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(&csv.records().next().unwrap().unwrap()[0], strange.as_str());
}

#[test]
fn formulas_are_data_in_csv() {
    let registry = repository(Image::oci(1, 1, NOW_MS).tagged(&["=1+1", "@x", "-2", "\"quoted\""]));
    let printed = ecrpub(&registry, "tags web -o csv -c imageTag --no-headers").data();
    assert_eq!(printed, "\"\"\"quoted\"\"\"\n-2\n=1+1\n@x\n");
}

#[test]
fn a_hostile_page_token_is_sent_back_as_it_is_and_escaped_in_notes() {
    let token = "\u{1b}[2J\u{202e}\"\\token";
    let page =
        serde_json::json!({ "imageDetails": [{ "imageDigest": "sha256:1" }], "nextToken": token });
    let body = page.to_string();
    let registry = Registry::builder()
        .faults(move |_| {
            let answer =
                ecrpub_registry::Fault::raw(200, "application/x-amz-json-1.1", body.clone());
            Some(answer)
        })
        .start();
    // JSON in a pipe has the whole token, so it did arrive.
    let document = ecrpub(&registry, "images web --max-pages 1 -o json").data();
    let document: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(document["nextToken"], token);
    let outcome = ecrpub(&registry, "images web --max-pages 1 -o name");
    assert!(outcome.stderr.contains(r"'\u{1b}[2J\u{202e}"), "{outcome}");
    assert!(
        !outcome.stderr.contains(['\u{1b}', '\u{202e}']),
        "{outcome}"
    );
    let run = Run::on(&registry).arguments("images web --max-pages 1 -o json --starting-token");
    // The registry returns the same token, which is an error.
    assert_eq!(run.argument(token).outcome().code, Some(5));
    assert_eq!(registry.requests()[2].body["nextToken"], token);
}

#[test]
fn listings_use_only_two_operations() {
    let registry = Registry::start([Repository::generated("big", 30)]);
    for line in [
        "images big",
        "tags big --count",
        "images big --tag v0.0.8 --tag nowhere",
        "tags big --sort none -o name",
    ] {
        ecrpub(&registry, line);
    }
    let requests = registry.requests();
    let operations: BTreeSet<_> = requests
        .iter()
        .map(|request| request.operation.as_str())
        .collect();
    let both = BTreeSet::from(["DescribeImages", "DescribeImageTags"]);
    assert_eq!(operations, both);
}

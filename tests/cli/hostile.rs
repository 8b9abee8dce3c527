//! Hostile data: texts that are huge, odd, or written to harm the reader's terminal.

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

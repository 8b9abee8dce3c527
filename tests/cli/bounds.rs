//! Limits on the size and duration of responses.

use std::io::{Read, Write};
use std::net::TcpListener;

use ecrpub_registry::{Fault, Registry, Request};

use crate::harness::{Outcome, Run, small};

const OWN: &str = "images web -o name";
const GALLERY: &str = "tags public.ecr.aws/example/web -o name";
const OCI: &str = "tags public.ecr.aws/example/web -o name --source registry";

fn faulty(fault: impl Fn(&Request) -> Option<Fault> + Send + Sync + 'static) -> Registry {
    let [web, _] = small();
    Registry::builder().repository(web).faults(fault).start()
}

#[track_caller]
fn refused(registry: &Registry, line: &str, words: &str) {
    let run = Run::on(registry).env("ECRPUB_HURRY", "1");
    let outcome = run.arguments(line).outcome();
    assert_refused(&outcome, words);
    assert!(
        registry.requests().len() <= 2,
        "it gets one request: {outcome}"
    );
}

#[track_caller]
fn assert_refused(outcome: &Outcome, words: &str) {
    let seen = (outcome.stdout.as_str(), outcome.code);
    assert_eq!(seen, ("", Some(5)), "{outcome}");
    assert!(outcome.stderr.contains(words), "{outcome}");
}

/// The address of a server whose responses never end: it repeats `piece`, or sends nothing more.
fn endless(head: &'static str, piece: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener.local_addr().expect("an address");
    let pieces = piece.repeat((1 << 16) / piece.len().max(1));
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let pieces = pieces.clone();
            std::thread::spawn(move || {
                let _ = stream.read(&mut [0; 16384]);
                let _ = stream.write_all(head.as_bytes());
                while !pieces.is_empty() && stream.write_all(pieces.as_bytes()).is_ok() {}
                let _ = stream.read(&mut [0; 16]);
            });
        }
    });
    format!("http://{address}")
}

/// A debug build on a busy machine reads 256 MiB slowly.
const PATIENCE: &str = "--timeout 120";

#[test]
fn a_page_has_at_most_256_mib() {
    // The length in the header is too large: refused before it is read.
    for line in [OWN, GALLERY, OCI] {
        let url = endless(
            "HTTP/1.1 200 OK\r\ncontent-length: 999999999999\r\n\r\n{\"token\":\"",
            "x",
        );
        let words = if line == OCI { "1 MiB" } else { "256 MiB" };
        assert_refused(
            &Run::at(&url).arguments(line).arguments(PATIENCE).outcome(),
            &format!("the response is longer than {words}"),
        );
    }
    let url = endless(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
        &format!("4000\r\n{}\r\n", "[".repeat(0x4000)),
    );
    assert_refused(
        &Run::at(&url)
            .arguments(GALLERY)
            .arguments(PATIENCE)
            .outcome(),
        "the response is longer than 256 MiB",
    );
    // Without a length a body ends with the connection.
    let url = endless("HTTP/1.1 200 OK\r\n\r\n", " ");
    let outcome = Run::at(&url).arguments(OWN).arguments(PATIENCE).outcome();
    assert_refused(&outcome, "the response is longer than 256 MiB");
}

#[test]
fn an_error_has_at_most_1_mib() {
    for line in [OWN, GALLERY, OCI] {
        for status in [400, 403, 500, 302] {
            let registry = faulty(move |request| {
                let body = vec![b' '; (1 << 20) + 1];
                let is_page = request.operation != "token";
                is_page.then(|| Fault::raw(status, "application/json", body))
            });
            refused(&registry, line, "the response is longer than 1 MiB");
        }
        let registry = faulty(|request| {
            let mut body = br#"{"__type":"NovelException","errors":[{"code":"NOVEL"}]}"#.to_vec();
            body.resize(1 << 20, b' ');
            let is_page = request.operation != "token";
            is_page.then(|| Fault::raw(418, "application/json", body))
        });
        refused(&registry, line, "HTTP status 418");
    }
}

#[test]
fn a_token_has_at_most_1_mib() {
    let registry = faulty(|request| {
        let token = "x".repeat(1 << 20);
        let body = format!(r#"{{"token":"{token}"}}"#);
        (request.operation == "token").then(|| Fault::raw(200, "application/json", body))
    });
    refused(&registry, OCI, "the response is longer than 1 MiB");
}

#[test]
fn a_manifest_has_at_most_8_mib() {
    let registry = faulty(|request| {
        let mut body = br#"{"manifests":[]}"#.to_vec();
        body.resize((8 << 20) + 1, b' ');
        (request.operation == "manifest").then(|| Fault::raw(200, "application/json", body))
    });
    let run = Run::on(&registry).arguments("tags public.ecr.aws/example/web --platforms");
    assert_refused(&run.outcome(), "the response is longer than 8 MiB");
}

#[test]
fn occasional_rows_and_a_listing_that_ends_in_time_are_not_errors() {
    let registry = faulty(|request| {
        let rows = if request.number == 999 {
            r#"{"imageTags":["a"]}"#
        } else {
            ""
        };
        let token = match request.number {
            1998 => String::new(),
            number => format!(r#","nextToken":"{number}""#),
        };
        let body = format!(r#"{{"imageDetails":[{rows}]{token}}}"#);
        Some(Fault::raw(200, "application/x-amz-json-1.1", body))
    });
    let outcome = Run::on(&registry).arguments("images web --count").outcome();
    assert_eq!(outcome.data(), "1\n");
}

/// A service that repeats rows with ever new tokens does not end.
#[test]
fn a_thousand_pages_without_new_rows_are_an_error() {
    let row = |number: usize| format!(r#"{{"imageTag":"{number}","imageTags":["{number}"]}}"#);
    for (line, list) in [(OWN, "imageDetails"), (GALLERY, "imageTagDetails")] {
        // Without rows, and with the same ones again and again.
        for cycle in [0, 1, 7] {
            let registry = faulty(move |request| {
                let number = request.number;
                let rows = number.checked_rem(cycle).map(row).unwrap_or_default();
                let body = format!(r#"{{"{list}":[{rows}],"nextToken":"{number}"}}"#);
                Some(Fault::raw(200, "application/json", body))
            });
            assert_refused(
                &Run::on(&registry).arguments(line).outcome(),
                "1000 consecutive pages of",
            );
            assert_eq!(registry.requests().len(), 1000 + cycle);
        }
    }
}

#[test]
fn messages_are_cut_after_2000_characters() {
    for line in [OWN, GALLERY, OCI] {
        for status in [400, 404, 500] {
            for code in ["NovelException", "ThrottlingException"] {
                let registry = faulty(move |request| {
                    let long = "ß".repeat(100_000);
                    let body = serde_json::json!({
                        "__type": code,
                        "message": long,
                        "errors": [{ "code": code, "message": long }],
                    });
                    let is_page = request.operation != "token";
                    is_page.then(|| Fault::raw(status, "application/json", body.to_string()))
                });
                let run = Run::on(&registry).arguments(line);
                let outcome = run.arguments("--max-attempts 1 -v").outcome();
                assert_ne!(outcome.code, Some(0), "{line} {status} {code}");
                let shown = outcome.stderr.chars().filter(|shown| *shown == 'ß').count();
                assert!(
                    shown == 2000 || shown == 0,
                    "{line} {status} {code}: {shown}"
                );
            }
        }
    }
}

#[test]
fn an_endless_head_is_refused() {
    let url = endless("HTTP/1.1 200 OK\r\nx: ", "x");
    let outcome = Run::at(&url).arguments(OWN).outcome();
    assert_refused(&outcome, "sent an invalid response");
    let url = endless("HTTP/1.1 200 OK\r\n", "x: y\r\n");
    let outcome = Run::at(&url).arguments(OWN).outcome();
    assert_refused(&outcome, "sent an invalid response");
}

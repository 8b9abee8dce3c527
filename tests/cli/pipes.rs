//! Failures of stdout: a closed pipe and a full disk.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use ecrpub_registry::{Registry, Repository};

use crate::harness::Run;

const FORMATS: [&str; 7] = [
    "table",
    "json",
    "jsonl",
    "csv",
    "tsv",
    "name",
    "delete-requests",
];

#[test]
fn a_closed_pipe_ends_the_program_silently() {
    let registry = Registry::start([Repository::generated("big", 3000)]);
    for format in FORMATS {
        for more in ["", "--sort none"] {
            let deletes = format == "delete-requests";
            if deletes && !more.is_empty() {
                continue;
            }
            // A large pipe may take all requests, and a note would follow.
            let run = Run::on(&registry)
                .arguments(&format!("images big --exclude ~ {more} -q -o {format}"));
            let mut child = run
                .into_command()
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let mut reader = BufReader::new(child.stdout.take().unwrap());
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            assert!(!line.is_empty());
            drop(reader);
            let output = child.wait_with_output().unwrap();
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert_eq!(
                (output.status.code(), stderr.as_ref()),
                (Some(0), ""),
                "{format} {more}"
            );
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_an_error() {
    let registry = Registry::start([Repository::generated("big", 10)]);
    for format in FORMATS {
        let full = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let run = Run::on(&registry).arguments(&format!("images big --exclude ~ -o {format}"));
        let output = run.into_command().stdout(full).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(
            (output.status.code(), stderr.as_ref()),
            (
                Some(1),
                "error: cannot write to stdout: No space left on device (os error 28)\n"
            ),
            "{format}"
        );
    }
}

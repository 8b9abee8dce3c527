//! A listing is complete or the exit code says that it is not, whatever service and network do.

use std::process::Stdio;
use std::time::{Duration, Instant};

use ecrpub_registry::{Fault, Registry, Repository, Request};
use insta::assert_snapshot;

use crate::harness::{Outcome, Run};

/// Five pages of two rows, with something going wrong.
fn faulty(fault: impl Fn(&Request) -> Option<Fault> + Send + Sync + 'static) -> Registry {
    Registry::builder()
        .repository(Repository::generated("big", 10))
        .faults(fault)
        .start()
}

/// `tags` with short waits: a page of two images a request.
fn list(registry: &Registry, arguments: &str) -> Outcome {
    let run = Run::on(registry).env("ECRPUB_HURRY", "1");
    let line = format!("images big --page-size 2 -o name {arguments}");
    run.arguments(&line).outcome()
}

#[track_caller]
fn assert_complete(registry: &Registry, requests: usize) {
    let listed = list(registry, "").data();
    assert_eq!(listed.lines().count(), 10);
    assert_eq!(registry.requests().len(), requests);
}

/// Nothing on stdout, exit code 5, after so many requests.
#[track_caller]
fn assert_failed(registry: &Registry, arguments: &str, requests: usize) -> String {
    let outcome = list(registry, arguments);
    assert_eq!(
        (outcome.stdout.as_str(), outcome.code),
        ("", Some(5)),
        "{outcome}"
    );
    assert_eq!(registry.requests().len(), requests, "{outcome}");
    outcome.stderr
}

fn throttled() -> Fault {
    Fault::error(400, "ThrottlingException", "Rate exceeded")
}

fn broken() -> Fault {
    Fault::error(500, "ServerException", "out of order")
}

#[test]
fn throttled_twice_then_well() {
    assert_complete(&faulty(|request| (request.number <= 2).then(throttled)), 7);
}

#[test]
fn a_hundred_pages_each_throttled_three_times() {
    let registry = Registry::builder()
        .repository(Repository::generated("big", 100))
        .faults(|request| (request.number % 4 != 0).then(throttled))
        .start();
    let run = Run::on(&registry).env("ECRPUB_HURRY", "1");
    let listed = run
        .arguments("images big --page-size 1 -o name")
        .outcome()
        .data();
    assert_eq!(
        (listed.lines().count(), registry.requests().len()),
        (100, 400)
    );
}

#[test]
fn throttled_for_ever() {
    let error = assert_failed(&faulty(|_| Some(throttled())), "", 8);
    assert_snapshot!(error.lines().next().unwrap_or_default().split_once("` ").unwrap().1, @"throttles requests: Rate exceeded (8 attempts)");
}

#[test]
fn throttled_by_status_alone() {
    let too_many = || Fault::raw(429, "text/html", "slow down");
    assert_complete(
        &faulty(move |request| (request.number == 1).then(too_many)),
        6,
    );
}

#[test]
fn failing_once_and_for_ever() {
    assert_complete(&faulty(|request| (request.number == 3).then(broken)), 6);
    assert_failed(&faulty(|_| Some(broken())), "", 8);
    assert_failed(&faulty(|_| Some(broken())), "--max-attempts 3", 3);
    assert_failed(&faulty(|_| Some(broken())), "--max-attempts 1", 1);
}

#[test]
fn a_gateway_that_fails_once() {
    let bad_gateway = || Fault::raw(502, "text/html", "<html>bad gateway</html>");
    assert_complete(
        &faulty(move |request| (request.number == 2).then(bad_gateway)),
        6,
    );
}

#[test]
fn connections_that_break_once() {
    for fault in [Fault::Reset, Fault::ResetMidway, Fault::Cut] {
        let once = fault.clone();
        assert_complete(
            &faulty(move |request| (request.number == 2).then(|| once.clone())),
            6,
        );
    }
}

#[test]
fn connections_that_break_for_ever_are_tried_three_times() {
    for fault in [Fault::Reset, Fault::ResetMidway, Fault::Cut] {
        let error = assert_failed(&faulty(move |_| Some(fault.clone())), "", 3);
        assert!(
            error.contains(" broke: ") && error.contains("(3 attempts)"),
            "{error}"
        );
    }
}

#[test]
fn a_server_that_drips_is_given_up_in_time() {
    let registry = faulty(|_| Some(Fault::Drip(Duration::from_millis(100))));
    let started = Instant::now();
    let error = assert_failed(&registry, "--timeout 0.5", 3);
    assert!(started.elapsed() < Duration::from_secs(10));
    assert!(
        error.starts_with("error: DescribeImages was not answered within 0.5 s"),
        "{error}"
    );
}

#[test]
fn a_server_that_says_nothing_is_given_up_in_time() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let run = Run::at(&url).env("ECRPUB_HURRY", "1");
    let outcome = run.arguments("images big --timeout 0.3").outcome();
    assert_snapshot!(outcome, @"
    --- stderr
    error: DescribeImages was not answered within 0.3 s (3 attempts)
    hint: allow more time with `--timeout SECONDS`
    --- exit code 5
    ");
}

#[test]
fn redirects_are_not_followed() {
    let elsewhere = Registry::start([Repository::generated("big", 1)]);
    let url = elsewhere.url();
    let registry = faulty(move |_| {
        Some(Fault::Raw {
            status: 307,
            headers: vec![("location", url.clone())],
            body: Vec::new(),
        })
    });
    let error = assert_failed(&registry, "", 1);
    assert!(error.contains("a redirect (HTTP status 307)"), "{error}");
    assert_eq!(elsewhere.requests().len(), 0);
}

#[test]
fn encoded_bodies_are_unreadable_and_not_empty() {
    let registry = faulty(|_| {
        Some(Fault::Raw {
            status: 200,
            headers: vec![
                ("content-type", "application/x-amz-json-1.1".to_owned()),
                ("content-encoding", "gzip".to_owned()),
            ],
            // `{"imageDetails":[]}` in gzip begins so.
            body: vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xab, 0x56],
        })
    });
    assert_failed(&registry, "", 1);
}

#[test]
fn an_answer_without_a_body_is_no_empty_listing() {
    let registry = faulty(|_| Some(Fault::raw(200, "application/x-amz-json-1.1", "")));
    assert_failed(&registry, "", 1);
}

#[test]
fn unknown_fields_are_passed_over() {
    let body = r#"{"imageDetails":[{"imageDigest":"sha256:1","novelty":{"a":[1]}}],"more":null}"#;
    let registry = faulty(move |_| Some(Fault::raw(200, "application/x-amz-json-1.1", body)));
    assert_eq!(list(&registry, "").data(), "sha256:1\n");
}

#[test]
fn the_third_of_five_pages_refused() {
    let refuse = |request: &Request| {
        let fault = Fault::error(400, "AccessDeniedException", "no");
        (request.number == 3).then_some(fault)
    };
    let sorted = list(&faulty(refuse), "");
    assert_eq!((sorted.stdout.as_str(), sorted.code), ("", Some(4)));
    let streamed = list(&faulty(refuse), "--sort none");
    assert_eq!(
        (streamed.stdout.lines().count(), streamed.code),
        (4, Some(4))
    );
    assert!(streamed.stderr.contains("--starting-token"), "{streamed}");
}

#[test]
fn every_attempt_is_told_with_its_cause_and_wait() {
    let registry = faulty(|request| (request.number <= 2).then(throttled));
    let told = list(&registry, "-v").stderr;
    let waits = told
        .matches("throttles requests: Rate exceeded; trying again in ")
        .count();
    let attempts = told.matches("DescribeImages: attempt ").count();
    assert_eq!((waits, attempts), (2, 7), "{told}");
}

#[test]
#[cfg(unix)]
fn ctrl_c_ends_at_once_with_130() {
    let registry = faulty(|_| Some(Fault::Wait(Duration::from_mins(1))));
    let run = Run::on(&registry).arguments("images big");
    let started = Instant::now();
    let child = run
        .into_command()
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while registry.requests().is_empty() {
        assert!(started.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(10));
    }
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert_eq!((output.stdout.len(), output.stderr.len()), (0, 0));
    assert!(started.elapsed() < Duration::from_secs(30));
}

/// A name server that says nothing, in a mount namespace of the program's own; only root can have both.
#[test]
#[cfg(target_os = "linux")]
fn ctrl_c_ends_a_name_look_up_at_once() {
    let server = std::net::UdpSocket::bind("127.0.0.77:53");
    let may_mount = std::process::Command::new("unshare")
        .args(["-m", "true"])
        .status();
    let (Ok(server), true) = (server, may_mount.is_ok_and(|status| status.success())) else {
        #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
        {
            eprintln!("skipped: this takes a name server and a mount of one's own");
        }
        return;
    };
    let resolver = crate::harness::file("resolv.conf", "nameserver 127.0.0.77\n");
    let script = "mount --bind \"$0\" /etc/resolv.conf && exec \"$@\"";
    let ecrpub = assert_cmd::cargo::cargo_bin("ecrpub");
    let mut command = Run::of("unshare", "http://slow.example").into_command();
    command.args(["-m", "sh", "-c", script]).arg(resolver);
    command
        .arg(ecrpub)
        .args(["images", "big"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    server
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    server.recv(&mut [0; 512]).expect("the name is looked up");
    let started = Instant::now();
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    assert!(
        started.elapsed() < Duration::from_secs(3),
        "the look-up takes longer"
    );
}

//! A listing is complete or the exit code says that it is not, under all faults of service and
//! network, from every source.

#[cfg(unix)]
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::time::{Duration, Instant};

use ecrpub_registry::{Fault, Image, Registry, Repository, Request};

use crate::harness::{NOW_MS, Outcome, ROOT, Run, peer};

/// The source of a listing.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Source {
    Own,
    Gallery,
    Oci,
}

const SOURCES: [Source; 3] = [Source::Own, Source::Gallery, Source::Oci];

impl Source {
    fn arguments(self) -> &'static str {
        match self {
            Self::Own => "images big",
            Self::Gallery => "tags public.ecr.aws/example/big --source gallery",
            Self::Oci => "tags public.ecr.aws/example/big --source registry",
        }
    }

    /// The name of a request for a page in `-v` and errors.
    fn request(self) -> &'static str {
        match self {
            Self::Own => "DescribeImages",
            Self::Gallery => "describeImageTags",
            Self::Oci => "tags/list",
        }
    }

    /// The same for the first request.
    fn first_request(self) -> &'static str {
        match self {
            Self::Own | Self::Gallery => self.request(),
            Self::Oci => "token",
        }
    }

    /// The number of requests of a listing other than for pages: one for a token.
    fn extra(self) -> usize {
        match self {
            Self::Own | Self::Gallery => 0,
            Self::Oci => 1,
        }
    }

    fn throttled(self) -> Fault {
        match self {
            Self::Own | Self::Gallery => Fault::error(400, "ThrottlingException", "Rate exceeded"),
            Self::Oci => Self::oci_error(429, "TOOMANYREQUESTS", "Rate exceeded"),
        }
    }

    fn broken(self) -> Fault {
        match self {
            Self::Own | Self::Gallery => Fault::error(500, "ServerException", "out of order"),
            Self::Oci => Self::oci_error(500, "UNKNOWN", "out of order"),
        }
    }

    fn denied(self) -> Fault {
        match self {
            Self::Own | Self::Gallery => Fault::error(400, "AccessDeniedException", "no"),
            Self::Oci => Self::oci_error(403, "DENIED", "no"),
        }
    }

    fn oci_error(status: u16, code: &str, message: &str) -> Fault {
        let body = serde_json::json!({ "errors": [{ "code": code, "message": message }] });
        Fault::raw(status, "application/json", body.to_string())
    }
}

/// Runs `test` for all sources at once, because most of its time is spent waiting.
fn for_each_source(test: impl Fn(Source) + Sync) {
    let test = &test;
    std::thread::scope(|scope| {
        for source in SOURCES {
            scope.spawn(move || test(source));
        }
    });
}

/// A registry with five pages of two rows and a fault.
fn faulty(fault: impl Fn(&Request) -> Option<Fault> + Send + Sync + 'static) -> Registry {
    Registry::builder()
        .repository(plain(10))
        .faults(fault)
        .start()
}

/// Images with a tag each.
fn plain(count: u64) -> Repository {
    let image = |seed| Image::oci(seed, 1, NOW_MS).tagged(&[&format!("v{seed}")]);
    Repository::new("big", (0..count).map(image).collect())
}

/// Lists with short waits and pages of two rows.
fn list(source: Source, registry: &Registry, arguments: &str) -> Outcome {
    let run = Run::on(registry).env("ECRPUB_HURRY", "1");
    let line = format!("{} --page-size 2 -o name {arguments}", source.arguments());
    run.arguments(&line).outcome()
}

/// Asserts all rows, after `requests` and the extra ones of the source.
#[track_caller]
fn assert_complete(source: Source, registry: &Registry, requests: usize) {
    let listed = list(source, registry, "").data();
    assert_eq!(listed.lines().count(), 10, "{source:?}");
    assert_eq!(
        registry.requests().len(),
        requests + source.extra(),
        "{source:?}"
    );
}

/// Asserts an empty stdout and exit code 5, after `requests`.
#[track_caller]
fn assert_failed(source: Source, registry: &Registry, arguments: &str, requests: usize) -> String {
    let outcome = list(source, registry, arguments);
    outcome.assert_failed(5, "", source);
    assert_eq!(registry.requests().len(), requests, "{source:?}: {outcome}");
    outcome.stderr
}

#[test]
fn faults_that_pass_are_retried() {
    for_each_source(|source| {
        for fault in [
            source.throttled(),
            Fault::raw(429, "text/html", "slow down"),
            Fault::raw(502, "text/html", "<html>bad gateway</html>"),
            // The status decides whatever the body says.
            Fault::error(429, "AccessDeniedException", "no"),
            Fault::error(503, "RepositoryNotFoundException", "no"),
            Fault::error(408, "InvalidParameterException", "no"),
            Fault::Reset,
            Fault::ResetMidway,
            Fault::Cut,
        ] {
            let registry = faulty(move |request| (request.number == 2).then(|| fault.clone()));
            assert_complete(source, &registry, 6);
        }
    });
}

#[test]
fn throttling_on_every_page_does_not_exhaust_the_attempts() {
    for_each_source(|source| {
        let registry = Registry::builder()
            .repository(plain(40))
            .faults(move |request| (request.number % 4 != 0).then(|| source.throttled()))
            .start();
        let run = Run::on(&registry).env("ECRPUB_HURRY", "1");
        let line = format!("{} --page-size 1 -o name", source.arguments());
        let listed = run.arguments(&line).outcome().data();
        // The SDK's own quota ends after 100 such retries.
        let requests = 160 + 4 * source.extra();
        assert_eq!(
            (listed.lines().count(), registry.requests().len()),
            (40, requests),
            "{source:?}"
        );
    });
}

#[test]
fn endless_throttling_is_an_error() {
    for_each_source(|source| {
        let error = assert_failed(source, &faulty(move |_| Some(source.throttled())), "", 8);
        let line = error.lines().next().unwrap_or_default();
        assert!(
            line.ends_with("` throttles requests: Rate exceeded (8 attempts)"),
            "{source:?}: {error}"
        );
    });
}

#[test]
fn server_errors_are_tried_up_to_the_maximum() {
    for_each_source(|source| {
        let once = faulty(move |request| (request.number == 3).then(|| source.broken()));
        assert_complete(source, &once, 6);
        let for_ever = || faulty(move |_| Some(source.broken()));
        assert_failed(source, &for_ever(), "", 8);
        assert_failed(source, &for_ever(), "--max-attempts 3", 3);
        assert_failed(source, &for_ever(), "--max-attempts 1", 1);
    });
}

#[test]
fn broken_connections_are_tried_three_times() {
    for_each_source(|source| {
        for fault in [Fault::Reset, Fault::ResetMidway, Fault::Cut] {
            let error = assert_failed(source, &faulty(move |_| Some(fault.clone())), "", 3);
            assert!(
                error.contains(" broke: ") && error.contains("(3 attempts)"),
                "{source:?}: {error}"
            );
        }
    });
}

#[test]
fn a_slow_body_times_out() {
    for_each_source(|source| {
        let registry = faulty(|_| Some(Fault::Drip(Duration::from_millis(100))));
        let started = Instant::now();
        let error = assert_failed(source, &registry, "--timeout 0.5", 3);
        assert!(started.elapsed() < Duration::from_secs(10));
        let request = source.first_request();
        assert!(error.starts_with(&format!("error: {request}")), "{error}");
        assert!(error.contains(" timed out after 0.5 s"), "{error}");
    });
}

#[test]
fn a_silent_server_times_out() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    for_each_source(|source| {
        let run = Run::at(&url)
            .env("ECRPUB_HURRY", "1")
            .arguments(source.arguments());
        let outcome = run.arguments("--timeout 0.3").outcome();
        let expected =
            " timed out after 0.3 s (3 attempts)\nhint: allow more time with `--timeout SECONDS`\n";
        outcome.assert_failed(5, "", "");
        let request = format!("error: {}", source.first_request());
        assert!(outcome.stderr.starts_with(&request), "{outcome}");
        assert!(outcome.stderr.contains(expected), "{outcome}");
    });
}

#[test]
fn redirects_and_unreadable_bodies_are_errors_and_not_empty_listings() {
    for_each_source(|source| {
        let elsewhere = Registry::start([plain(1)]);
        let raw = |status, headers, body| Fault::Raw {
            status,
            headers,
            body,
        };
        let redirect = raw(307, vec![("location", elsewhere.url())], Vec::new());
        // The beginning of `{"imageDetails":[]}` in gzip.
        let body = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xab, 0x56];
        let encoded = raw(200, vec![("content-encoding", "gzip".to_owned())], body);
        let empty = Fault::raw(200, "application/x-amz-json-1.1", "");
        for (fault, words) in [
            (redirect, "a redirect (HTTP status 307)"),
            (encoded, "an invalid response"),
            (empty, "an invalid response"),
        ] {
            let registry = faulty(move |_| Some(fault.clone()));
            let error = assert_failed(source, &registry, "", 1);
            assert!(error.contains(words), "{error}");
        }
        elsewhere.assert_no_requests();
    });
}

#[test]
fn a_refused_page_fails_the_listing() {
    for_each_source(|source| {
        let third = 3 + source.extra();
        // A refused token is renewed once.
        let refuse = move |request: &Request| {
            (request.number >= third && request.operation != "token").then(|| source.denied())
        };
        let sorted = list(source, &faulty(refuse), "");
        sorted.assert_failed(4, "", "");
        let streamed = list(source, &faulty(refuse), "--sort none");
        assert_eq!(
            (streamed.stdout.lines().count(), streamed.code),
            (4, Some(4)),
            "{source:?}"
        );
        assert!(streamed.stderr.contains("--starting-token"), "{streamed}");
    });
}

#[test]
fn verbose_runs_log_every_attempt_with_its_cause_and_wait() {
    for_each_source(|source| {
        let registry = faulty(move |request| (request.number <= 2).then(|| source.throttled()));
        let told = list(source, &registry, "-v").stderr;
        let waits = told
            .matches("throttles requests: Rate exceeded; trying again in ")
            .count();
        let is_attempt =
            |line: &&str| line.contains(source.request()) && line.contains(": attempt ");
        let attempts = told.lines().filter(is_attempt).count();
        assert_eq!((waits, attempts), (2, 7 - 2 * source.extra()), "{told}");
    });
}

#[test]
#[cfg(unix)]
fn ctrl_c_ends_at_once_by_the_signal() {
    for_each_source(|source| {
        let registry = faulty(|_| Some(Fault::Wait(Duration::from_mins(1))));
        let run = Run::on(&registry).arguments(source.arguments());
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
        assert_eq!(output.status.signal(), Some(2), "it ends by SIGINT");
        assert_eq!((output.stdout.len(), output.stderr.len()), (0, 0));
        assert!(started.elapsed() < Duration::from_secs(30));
    });
}

/// The name server does not respond.
#[test]
#[cfg(target_os = "linux")]
fn ctrl_c_ends_a_name_look_up_at_once() {
    if !peer(ROOT) {
        return;
    }
    let server = std::net::UdpSocket::bind("127.0.0.77:53").expect("root may use port 53");
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
    assert_eq!(output.status.signal(), Some(2), "{output:?}");
    assert!(
        started.elapsed() < Duration::from_secs(3),
        "the look-up takes longer"
    );
}

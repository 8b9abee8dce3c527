//! The network: lost connections, unresponsive addresses, broken TLS, and throttling hosts.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use ecrpub_registry::{Fault, Registry, Request};
use insta::assert_snapshot;

use crate::harness::{Outcome, ROOT, Run, peer, small};

fn list(run: Run, options: &str) -> Outcome {
    run.env("ECRPUB_HURRY", "1")
        .arguments("images web -o name --page-size 1")
        .arguments(options)
        .outcome()
}

/// A server whose connections are handled by `converse`, with the number of each, from 0.
fn server(
    converse: impl Fn(usize, TcpStream) + Send + Sync + 'static,
) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener.local_addr().expect("an address").to_string();
    (address, serve(listener, converse))
}

fn serve(
    listener: TcpListener,
    converse: impl Fn(usize, TcpStream) + Send + Sync + 'static,
) -> Arc<AtomicUsize> {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    let converse = Arc::new(converse);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let converse = Arc::clone(&converse);
            let number = counted.fetch_add(1, Ordering::SeqCst);
            std::thread::spawn(move || converse(number, stream));
        }
    });
    count
}

/// Reads a request, which fits into one packet here; false at the end.
fn read_request(stream: &mut TcpStream) -> bool {
    matches!(stream.read(&mut [0; 16384]), Ok(1..))
}

fn page(next: Option<usize>) -> String {
    let token = next.map_or_else(String::new, |token| format!(r#","nextToken":"{token}""#));
    let body = format!(r#"{{"imageDetails":[{{"imageDigest":"sha256:1"}}]{token}}}"#);
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[test]
fn after_a_lost_connection_the_next_attempt_uses_a_new_one() {
    // A connection responds once and then is silent, like one that a firewall dropped.
    let pages = AtomicUsize::new(0);
    let (address, connections) = server(move |_, mut stream| {
        if read_request(&mut stream) {
            let page_number = pages.fetch_add(1, Ordering::SeqCst);
            let next = (page_number < 2).then_some(page_number);
            stream.write_all(page(next).as_bytes()).unwrap();
            while read_request(&mut stream) {}
        }
    });
    let run = Run::at(&format!("http://{address}"));
    let outcome = list(run, "--timeout 1.5 -v --sort none");
    assert_eq!(outcome.stdout.lines().count(), 3, "{outcome}");
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let retries = outcome.stderr.matches("; trying again").count();
    assert!(retries >= 2, "{outcome}");
    assert_eq!(connections.load(Ordering::SeqCst), 1 + retries);
}

#[test]
fn a_response_without_a_body_keeps_its_connection() {
    for line in [
        "images web -o name",
        "tags public.ecr.aws/example/web --count --source registry",
    ] {
        let (address, connections) = server(|_, mut stream| {
            let mut empty = "HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n".to_owned();
            let body = r#"{"token":"t","tags":["a"],"imageDetails":[{"imageDigest":"sha256:1"}]}"#;
            let page = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            );
            while read_request(&mut stream) {
                let answer = std::mem::replace(&mut empty, page.clone());
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        let run = Run::at(&format!("http://{address}")).env("ECRPUB_HURRY", "1");
        run.arguments(line).outcome().data();
        assert_eq!(connections.load(Ordering::SeqCst), 1, "{line}");
    }
}

/// A loopback address that neither accepts nor refuses connections: its queue is full.
#[cfg(target_os = "linux")]
fn dead(address: &str) -> (TcpListener, Vec<TcpStream>) {
    let listener = TcpListener::bind(address).expect("loopback has this address");
    let address = listener.local_addr().expect("an address");
    let connect = || TcpStream::connect_timeout(&address, Duration::from_millis(300)).ok();
    let queue: Vec<_> = std::iter::from_fn(connect).take(100_000).collect();
    (listener, queue)
}

/// Needs a hosts file that gives one name several addresses.
#[test]
#[cfg(target_os = "linux")]
fn the_next_address_is_tried_when_the_first_is_dead() {
    if !peer(ROOT) {
        return;
    }
    // The address that the system prefers is dead.
    let (dead, _queue) = dead("127.0.0.1:0");
    let port = dead.local_addr().unwrap().port();
    let alive = TcpListener::bind(("127.0.0.2", port)).unwrap();
    serve(alive, |_, mut stream| {
        assert!(read_request(&mut stream));
        stream.write_all(page(None).as_bytes()).unwrap();
    });
    let hosts = crate::harness::file(
        "hosts",
        "127.0.0.1 registry.test\n127.0.0.2 registry.test\n",
    );
    let script = "mount --bind \"$0\" /etc/hosts && exec \"$@\"";
    let url = format!("http://registry.test:{port}");
    let mut command = Run::of("unshare", &url).into_command();
    command.args(["-m", "sh", "-c", script]).arg(hosts);
    command.arg(assert_cmd::cargo::cargo_bin("ecrpub"));
    let started = Instant::now();
    command.args(["images", "web", "--count", "--timeout", "4"]);
    let output = command.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "1\n", "{output:?}");
    // Connecting has half of the time, and each of the two addresses half of that.
    let took = started.elapsed();
    assert!(
        took > Duration::from_millis(900),
        "the dead address was not first"
    );
    assert!(took < Duration::from_millis(2500), "{took:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn an_unresponsive_address_is_a_lost_connection() {
    let (listener, _queue) = dead("127.0.0.4:0");
    let url = format!("http://{}", listener.local_addr().unwrap());
    assert_snapshot!(list(Run::at(&url), "--timeout 0.4"), @"
    --- stderr
    error: cannot connect to `REGISTRY`: no response (3 attempts)
    --- exit code 5
    ");
}

#[test]
fn tls_faults_other_than_trust_are_not_retried() {
    let registry = Registry::start(small());
    let url = registry.url().replace("http:", "https:");
    let told = |url: &str| list(Run::at(url), "").to_string();
    assert_snapshot!(told(&url), @"
    --- stderr
    error: `REGISTRY` does not speak TLS
    hint: check the endpoint: its scheme may have to be `http`
    --- exit code 5
    ");
    registry.assert_no_requests();
    // A fatal alert: no cipher or version in common.
    let (address, connections) = server(|_, mut stream| {
        read_request(&mut stream);
        stream.write_all(&[0x15, 3, 3, 0, 2, 2, 40]).unwrap();
        while read_request(&mut stream) {}
    });
    assert_snapshot!(told(&format!("https://{address}")), @"
    --- stderr
    error: the TLS handshake with `REGISTRY` failed: no version, cipher or type of key in common
    --- exit code 5
    ");
    assert_eq!(connections.load(Ordering::SeqCst), 1);
    // A connection that ends during the handshake is lost.
    let (address, connections) = server(|_, mut stream| assert!(read_request(&mut stream)));
    let lost = told(&format!("https://{address}"));
    assert!(
        lost.contains("the connection to `REGISTRY` broke: tls handshake eof (3 attempts)"),
        "{lost}"
    );
    assert_eq!(connections.load(Ordering::SeqCst), 3);
}

#[test]
fn responses_that_are_not_http_are_not_retried() {
    for greeting in [
        "SSH-2.0-OpenSSH_9.6\r\n",
        "220 mail ESMTP\r\n",
        "HTTP/9 200\r\n\r\n",
        "\0\u{1}",
    ] {
        let (address, connections) = server(move |_, mut stream| {
            read_request(&mut stream);
            stream.write_all(greeting.as_bytes()).unwrap();
            while read_request(&mut stream) {}
        });
        let outcome = list(Run::at(&format!("http://{address}")), "");
        let expected = "sent an invalid response: not HTTP\n";
        assert!(outcome.stderr.contains(expected), "{greeting}: {outcome}");
        assert_eq!(outcome.code, Some(5));
        assert_eq!(connections.load(Ordering::SeqCst), 1, "{greeting}");
    }
    let tls = Registry::builder().tls().start();
    let outcome = list(Run::at(&tls.url().replace("https", "http")), "");
    assert_eq!(outcome.code, Some(5), "{outcome}");
    tls.assert_no_requests();
}

/// A registry with five pages, which fails the first one once with `fault`.
fn once(fault: impl Fn() -> Fault + Send + Sync + 'static) -> Registry {
    Registry::builder()
        .repository(small()[0].clone())
        .faults(move |request: &Request| (request.number == 1).then(&fault))
        .start()
}

#[test]
fn every_code_that_the_aws_sdks_retry_is_retried() {
    for (status, code) in [
        (400, "Throttling"),
        (400, "ThrottledException"),
        (400, "RequestThrottledException"),
        (400, "ProvisionedThroughputExceededException"),
        (400, "LimitExceededException"),
        (400, "PriorRequestNotComplete"),
        (400, "EC2ThrottledException"),
        (400, "BandwidthLimitExceeded"),
        (400, "RequestTimeout"),
        (400, "RequestTimeoutException"),
        (400, "InternalError"),
        (408, "Whatever"),
        (599, "Whatever"),
    ] {
        for (line, code) in [
            ("images web -o name", code.to_owned()),
            (
                "tags public.ecr.aws/example/web -o name",
                format!("com.amazonaws#{code}:http://x"),
            ),
        ] {
            let registry = once(move || Fault::error(status, &code, "later"));
            let run = Run::on(&registry).env("ECRPUB_HURRY", "1");
            let outcome = run.arguments(line).outcome();
            assert_eq!(outcome.code, Some(0), "{line}: {outcome}");
            assert_eq!(registry.requests().len(), 2, "{line}");
        }
    }
    let registry = once(|| Fault::raw(408, "text/html", "<html>"));
    list(Run::on(&registry), "").data();
}

fn patience(status: u16, header: &'static str, value: String) -> Fault {
    Fault::Raw {
        status,
        headers: vec![(header, value)],
        body: b"{}".to_vec(),
    }
}

#[test]
fn retry_after_is_honoured() {
    let date = jiff::fmt::rfc2822::to_string(
        &(jiff::Timestamp::now() + Duration::from_secs(45)).to_zoned(jiff::tz::TimeZone::UTC),
    );
    let date = date.unwrap().replace("+0000", "GMT");
    let cases = [
        (429, "retry-after", "50", 0.5),
        (503, "retry-after", "50", 0.5),
        (500, "retry-after", &date, 0.3),
        (429, "x-amz-retry-after", "50000", 0.5),
        (429, "retry-after", "soon", 0.0),
    ];
    let lines = [
        "images web -o name",
        "tags public.ecr.aws/example/web -o name",
        "tags public.ecr.aws/example/web -o name --source registry",
    ];
    let assert_waits = |(status, header, value, least): (u16, &'static str, &str, f64), line| {
        let text = value.to_owned();
        let registry = once(move || patience(status, header, text.clone()));
        // `ECRPUB_HURRY` divides the wait by 100.
        let run = Run::on(&registry).env("ECRPUB_HURRY", "1");
        run.arguments(line).outcome().data();
        let requests = registry.requests();
        let waited = requests[1].at - requests[0].at;
        assert!(
            waited.as_secs_f64() >= least,
            "{line}: {header}: {value}: {waited:?}"
        );
    };
    // All at once, because they wait.
    std::thread::scope(|scope| {
        for case in cases {
            for line in lines {
                scope.spawn(move || assert_waits(case, line));
            }
        }
    });
}

#[test]
fn retry_after_of_more_than_a_minute_is_an_error() {
    let registry = once(|| patience(429, "retry-after", "61".to_owned()));
    assert_snapshot!(list(Run::on(&registry), ""), @"
    --- stderr
    error: `REGISTRY` sent an invalid response: an error page (HTTP status 429)
    hint: check the endpoint and whether a proxy responds in its place
    hint: the host requires a wait of 61 s before the next request
    --- exit code 5
    ");
    assert_eq!(registry.requests().len(), 1);
}

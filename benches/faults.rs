//! Compares listings under faults with the AWS CLI, on the same local registry: `cargo bench --bench
//! faults`. Seconds are of one run each, ended after 30.
#![expect(clippy::print_stdout, reason = "the table is its output")]

use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use ecrpub_registry::{EXPIRED_KEY, Fault, Registry, Repository, Request};

const LIMIT: Duration = Duration::from_secs(30);
const ROWS: usize = 10;

/// The fault of a request, if it has one.
type PlannedFault = fn(&Request) -> Option<Fault>;

/// A fault of every request.
type AnyFault = fn() -> Fault;

/// A name, the fault of each request, and the environment.
struct Case {
    name: &'static str,
    fault: PlannedFault,
    environment: &'static [(&'static str, &'static str)],
}

const fn fault(name: &'static str, fault: PlannedFault) -> Case {
    Case {
        name,
        fault,
        environment: &[],
    }
}

const fn setup(name: &'static str, environment: &'static [(&'static str, &'static str)]) -> Case {
    Case {
        name,
        fault: |_| None,
        environment,
    }
}

fn throttled() -> Fault {
    Fault::error(400, "ThrottlingException", "Rate exceeded")
}

fn patience(seconds: &str) -> Fault {
    Fault::Raw {
        status: 429,
        headers: vec![("retry-after", seconds.to_owned())],
        body: b"{}".to_vec(),
    }
}

const CASES: &[Case] = &[
    fault("all well", |_| None),
    fault("throttled twice", |request| {
        (request.number <= 2).then(throttled)
    }),
    fault("throttled for ever", |_| Some(throttled())),
    fault("LimitExceededException once", |request| {
        (request.number == 1).then(|| Fault::error(400, "LimitExceededException", "later"))
    }),
    fault("408 once", |request| {
        (request.number == 1).then(|| Fault::raw(408, "text/html", "<html>"))
    }),
    fault("Retry-After: 1", |request| {
        (request.number == 1).then(|| patience("1"))
    }),
    fault("Retry-After: 120", |_| Some(patience("120"))),
    fault("500 once", |request| {
        (request.number == 1).then(|| Fault::error(500, "ServerException", "out of order"))
    }),
    fault("reset once", |request| {
        (request.number == 1).then_some(Fault::Reset)
    }),
    fault("reset midway for ever", |_| Some(Fault::ResetMidway)),
    fault("body cut short for ever", |_| Some(Fault::Cut)),
    fault("a byte a second", |_| {
        Some(Fault::Drip(Duration::from_secs(1)))
    }),
    fault("HTML with status 200", |_| {
        Some(Fault::raw(200, "text/html", "<html>"))
    }),
    fault("HTML with status 502", |_| {
        Some(Fault::raw(502, "text/html", "<html>"))
    }),
    fault("an empty response", |_| {
        Some(Fault::raw(200, "application/x-amz-json-1.1", ""))
    }),
    fault("a redirect", |_| Some(Fault::raw(302, "text/html", ""))),
    fault("the third page refused", |request| {
        let refused = || Fault::error(400, "AccessDeniedException", "no");
        (request.number == 3).then(refused)
    }),
    fault("pages without rows", |request| {
        let body = format!(r#"{{"imageDetails":[],"nextToken":"{}"}}"#, request.number);
        Some(Fault::raw(200, "application/x-amz-json-1.1", body))
    }),
    fault("a message of 3 MB", |_| {
        Some(Fault::error(400, "NovelException", &"x".repeat(3_000_000)))
    }),
    fault("a page token repeated", |request| {
        let token = request.body["nextToken"].as_str()?;
        Some(Fault::Token(token.to_owned()))
    }),
    setup("expired token", &[("AWS_ACCESS_KEY_ID", EXPIRED_KEY)]),
    setup(
        "no credentials",
        &[("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", "")],
    ),
    setup("half of the keys", &[("AWS_SECRET_ACCESS_KEY", "")]),
    setup("unknown profile", &[("AWS_PROFILE", "nope")]),
    setup(
        "endpoint without scheme",
        &[("AWS_ENDPOINT_URL_ECR_PUBLIC", "localhost:4510")],
    ),
    setup(
        "key id with a line break",
        &[("AWS_ACCESS_KEY_ID", "AKIABENCH\n")],
    ),
    setup("empty endpoint of STS", &[("AWS_ENDPOINT_URL_STS", "")]),
    setup("proxy that does not parse", &[("HTTP_PROXY", "http://:x")]),
    setup("AWS_MAX_ATTEMPTS=0", &[("AWS_MAX_ATTEMPTS", "0")]),
    setup("AWS_RETRY_MODE=legacy", &[("AWS_RETRY_MODE", "legacy")]),
    setup("AWS_RETRY_MODE=nonsense", &[("AWS_RETRY_MODE", "nonsense")]),
    setup(
        "FIPS endpoint requested",
        &[("AWS_USE_FIPS_ENDPOINT", "true")],
    ),
    setup("CA bundle missing", &[("AWS_CA_BUNDLE", "/no/such/file")]),
    setup("proxy unreachable", &[("HTTP_PROXY", "http://127.0.0.1:9")]),
    setup(
        "proxy of another scheme",
        &[("HTTP_PROXY", "socks5://127.0.0.1:9")],
    ),
    setup(
        "proxy, and the host exempt",
        &[("HTTP_PROXY", "http://127.0.0.1:9"), ("NO_PROXY", "0.0.1")],
    ),
];

fn main() {
    println!("| {:<27} | {:<44} | {:<44} |", "", "ecrpub", "AWS CLI");
    println!("| --- | --- | --- |");
    for case in CASES {
        row(
            case.name,
            || {
                let registry = Registry::builder().repository(Repository::generated("big", ROWS));
                let registry = registry.faults(case.fault).start();
                let url = registry.url();
                (url, Some(registry))
            },
            case.environment,
        );
    }
    row(
        "connection refused",
        || ("http://127.0.0.1:9".to_owned(), None),
        &[],
    );
    without_gallery();
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let silent = format!("http://{}", listener.local_addr().expect("an address"));
    row("a silent server", || (silent.clone(), None), &[]);
    drop(listener);
}

/// Public repositories, which the AWS CLI cannot read, with a gallery that fails.
fn without_gallery() {
    let failures: [(&str, AnyFault); 5] = [
        ("gallery: 403", || Fault::raw(403, "application/json", "{}")),
        ("gallery: HTML", || Fault::raw(200, "text/html", "<html>")),
        ("gallery: 500", || {
            Fault::error(500, "ServerException", "out of order")
        }),
        ("gallery: no response", || Fault::Reset),
        ("gallery: 400 alone", || {
            Fault::raw(400, "application/json", "")
        }),
    ];
    for (name, fault) in failures {
        let registry = Registry::builder()
            .repository(Repository::generated("big", ROWS))
            .faults(move |request| (request.operation == "describeImageTags").then(fault))
            .start();
        let listed = run(
            env!("CARGO_BIN_EXE_ecrpub"),
            "tags public.ecr.aws/example/big --semver * -o name",
            "v0.",
            &registry.url(),
            &[],
        );
        println!("| {name:<27} | {listed:<44} | {:<44} |", "cannot read it");
    }
}

fn row(name: &str, server: impl Fn() -> (String, Option<Registry>), environment: &[(&str, &str)]) {
    let outcome = |program: &str, arguments: &str, rows: &str| {
        let (url, registry) = server();
        let shown = run(program, arguments, rows, &url, environment);
        if let Some(registry) = &registry {
            // Some set-ups are refused before anything is sent.
            registry.allow_no_requests();
        }
        drop(registry);
        shown
    };
    let ours = outcome(
        env!("CARGO_BIN_EXE_ecrpub"),
        "images big --page-size 2 -o json",
        "\"imageDigest\"",
    );
    let theirs = outcome(
        "aws",
        "ecr-public describe-images --repository-name big --page-size 2 --output json",
        "\"imageDigest\"",
    );
    println!("| {name:<27} | {ours:<44} | {theirs:<44} |");
}

/// Rows printed, exit code, seconds, and the first words of an error.
fn run(
    program: &str,
    arguments: &str,
    rows: &str,
    url: &str,
    environment: &[(&str, &str)],
) -> String {
    let mut command = Command::new(program);
    command
        .args(arguments.split(' '))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", env!("CARGO_TARGET_TMPDIR"))
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_ENDPOINT_URL_ECR_PUBLIC", url)
        .env("ECRPUB_GALLERY_URL", url)
        .env("ECRPUB_REGISTRY_URL", url)
        .env("AWS_ACCESS_KEY_ID", "AKIABENCH")
        .env("AWS_SECRET_ACCESS_KEY", "bench");
    for (name, value) in environment {
        match *value {
            "" if name.ends_with("KEY_ID") || name.ends_with("_KEY") => command.env_remove(name),
            value => command.env(name, value),
        };
    }
    let started = Instant::now();
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        return "not installed".to_owned();
    };
    // The output fits into a pipe.
    while child.try_wait().is_ok_and(|status| status.is_none()) && started.elapsed() < LIMIT {
        std::thread::sleep(Duration::from_millis(5));
    }
    let seconds = started.elapsed().as_secs_f64();
    let _ = child.kill();
    let output = child.wait_with_output().expect("a child can be waited for");
    let printed = String::from_utf8_lossy(&output.stdout)
        .matches(rows)
        .count();
    let error = String::from_utf8_lossy(&output.stderr)
        .trim()
        .replace('\n', " ");
    let error: String = error.chars().take(60).collect();
    match output.status.code() {
        Some(code) => format!("{printed} rows, code {code}, {seconds:.1} s {error}"),
        None => format!("{printed} rows, still running after {seconds:.0} s"),
    }
}

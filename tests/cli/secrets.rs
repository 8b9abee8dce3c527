//! No secret is printed, at the highest verbosity, under any fault.

use std::process::Command;
use std::time::Duration;

use ecrpub_registry::{DENIED_KEY, EXPIRED_KEY, Fault, Registry, Request, UNKNOWN_KEY};

use crate::harness::{Outcome, Run, SECRET, assert_keeps_secrets, home, small};

const SESSION_TOKEN: &str = "FwoGZXIvYXdzEXAMPLETOKEN";

/// Command lines, by the sources that they read from.
const OWN: [&str; 3] = ["images web", "tags web -o json", "images web --tag latest"];
const PUBLIC: [&str; 2] = [
    "images public.ecr.aws/example/web --platforms",
    "tags public.ecr.aws/example/web --source registry",
];
const BOTH: [&str; 1] = ["images web --platforms"];

fn registry(fault: Option<Fault>) -> Registry {
    Registry::builder()
        .repository(small()[0].clone())
        .faults(move |_| fault.clone())
        .start()
}

/// A run with every kind of secret in its environment.
fn run(url: &str, key: &str, arguments: &str) -> Run {
    Run::at(url)
        .env("ECRPUB_HURRY", "1")
        .env("AWS_ACCESS_KEY_ID", key)
        .env("AWS_SESSION_TOKEN", SESSION_TOKEN)
        .arguments(arguments)
        .arguments("-v --max-attempts 2")
}

/// The first secret in `printed`: a fixed one, or a header that `requests` carried.
fn find_secret(printed: &str, requests: &[Request]) -> Option<String> {
    let fixed = [
        SECRET,
        SESSION_TOKEN,
        "AKIATEST",
        "AKIAFILE",
        "AWS4-HMAC",
        "Credential=",
    ];
    let sent = requests.iter().filter_map(|request| {
        let header = request.authorization.as_deref()?;
        let (_, secret) = header
            .split_once("Signature=")
            .or_else(|| header.split_once("Bearer "))?;
        Some(secret)
    });
    let mut secrets = fixed.into_iter().chain(sent);
    let found = secrets.find(|secret| printed.contains(secret));
    found.map(str::to_owned)
}

#[track_caller]
fn assert_kept(registry: &Registry, outcome: &Outcome) {
    // `-v` prints the access key id once.
    let tells_id = |line: &&str| line.contains("] credentials: ");
    let stderr = outcome.stderr.lines().filter(|line| !tells_id(line));
    let printed = format!("{}{}", outcome.stdout, stderr.collect::<String>());
    let found = find_secret(&printed, &registry.requests());
    assert_eq!(found, None, "{printed}");
}

#[test]
fn every_secret_reaches_the_registry_and_would_be_found_in_an_output() {
    let registry = registry(None);
    for command in OWN.iter().chain(&PUBLIC).chain(&BOTH) {
        run(&registry.url(), "AKIATEST", command).outcome();
    }
    let requests = registry.requests();
    let find = |printed: &str| find_secret(printed, &requests);
    let (mut signed, mut bearer) = (0, 0);
    for request in &requests {
        let header = request.authorization.as_deref().unwrap_or_default();
        if let Some((credential, signature)) = header.split_once("Signature=") {
            signed += 1;
            assert_eq!(find(credential).as_deref(), Some("AKIATEST"));
            assert_eq!(find(signature).as_deref(), Some(signature));
            assert_eq!(request.session_token.as_deref(), Some(SESSION_TOKEN));
        } else if let Some(token) = header.strip_prefix("Bearer ") {
            bearer += 1;
            assert_eq!(find(token).as_deref(), Some(token));
        }
    }
    assert!(signed >= OWN.len() && bearer >= PUBLIC.len());
}

/// `env` prints the environment that the runs of the other tests have.
#[test]
fn every_secret_is_in_the_environment_and_would_be_found_in_an_output() {
    let program = run("http://127.0.0.1:9", "AKIATEST", "").into_command();
    let mut env = Command::new("env");
    for (name, value) in program.get_envs() {
        env.env(name, value.unwrap_or_default());
    }
    let output = env.output().expect("env starts");
    let printed = String::from_utf8(output.stdout).expect("the environment is UTF-8");
    for (name, secret) in [
        ("AWS_SECRET_ACCESS_KEY=", SECRET),
        ("AWS_SESSION_TOKEN=", SESSION_TOKEN),
        ("AWS_ACCESS_KEY_ID=", "AKIATEST"),
    ] {
        let line = printed.lines().find(|line| line.starts_with(name));
        let line = line.unwrap_or_else(|| panic!("`{name}` is not set"));
        assert_eq!(find_secret(line, &[]).as_deref(), Some(secret));
    }
    let checked = std::panic::catch_unwind(|| assert_keeps_secrets(&printed));
    assert!(checked.is_err(), "the harness overlooks secrets");
}

#[test]
fn no_secret_is_printed_whatever_fails() {
    for key in ["AKIATEST", DENIED_KEY, EXPIRED_KEY, UNKNOWN_KEY] {
        for fault in [None, Some(Fault::Cut), Some(Fault::ResetMidway)] {
            assert_keeps_secrets_with(key, fault, "20");
        }
    }
    // These replace the response, so it does not matter whether the service accepts the key.
    for fault in [
        Fault::error(400, "ThrottlingException", "Rate exceeded"),
        Fault::error(500, "ServerException", "out of order"),
        Fault::raw(200, "text/html", "<html>"),
        Fault::raw(302, "text/html", ""),
        Fault::Reset,
    ] {
        assert_keeps_secrets_with("AKIATEST", Some(fault), "20");
    }
    let silence = Fault::Wait(Duration::from_secs(5));
    assert_keeps_secrets_with("AKIATEST", Some(silence), "0.1");
}

fn assert_keeps_secrets_with(key: &str, fault: Option<Fault>, timeout: &str) {
    let registry = registry(fault);
    for command in OWN.iter().chain(&PUBLIC).chain(&BOTH) {
        let run = run(&registry.url(), key, command);
        let outcome = run.arguments("--timeout").arguments(timeout).outcome();
        assert_kept(&registry, &outcome);
    }
}

#[test]
fn secrets_of_a_profile_appear_in_no_output() {
    let registry = registry(None);
    let keys = format!("aws_access_key_id = AKIAFILE\naws_secret_access_key = {SECRET}\n");
    for (name, config, reaches_the_service) in [
        ("good", format!("[default]\n{keys}"), true),
        (
            "bad-setting",
            format!("[default]\n{keys}max_attempts = x\n"),
            false,
        ),
        (
            "half",
            format!("[default]\naws_secret_access_key = {SECRET}\n"),
            false,
        ),
        ("no-key", format!("[default]\n{SECRET}\n"), false),
    ] {
        assert_eq!(find_secret(&config, &[]).as_deref(), Some(SECRET));
        let before = registry.requests().len();
        let outcome = Run::on(&registry)
            .without_keys()
            .env("HOME", home(&format!("secret-{name}"), &config))
            .arguments("tags web -v")
            .outcome();
        assert_kept(&registry, &outcome);
        let requests = &registry.requests()[before..];
        assert_eq!(requests.len(), usize::from(reaches_the_service), "{name}");
        for request in requests {
            let authorization = request.authorization.as_deref().unwrap_or_default();
            assert!(authorization.contains("Credential=AKIAFILE/"), "{name}");
        }
    }
}

#[test]
fn a_password_in_an_invalid_endpoint_is_not_printed() {
    let registry = registry(None);
    for url in [
        "http://me:s3cret@[bad",
        "me:s3cret@host",
        "s3cret@host",
        "ftp://me:s3cret@host",
        "http://me:s3cret@host:99999",
        "https://s3cret@host/?query",
        "ht tp://s3cret@host",
        "http://me:s@3cret@host:x",
    ] {
        let option = Run::on(&registry)
            .arguments("tags web --endpoint-url")
            .argument(url);
        let options = [option.outcome()].into_iter();
        let variables = ["AWS_ENDPOINT_URL_ECR_PUBLIC", "ECRPUB_GALLERY_URL"].map(|name| {
            let run = Run::on(&registry).env(name, url);
            run.arguments("tags web docker/library/nginx --public -v")
                .outcome()
        });
        for outcome in options.chain(variables) {
            assert_eq!(outcome.code, Some(2), "{url}: {outcome}");
            assert!(!outcome.stderr.contains("3cret"), "{url}: {outcome}");
        }
    }
    registry.assert_no_requests();
}

/// A service that repeats what it receives, at every place where messages are cut.
#[test]
fn a_secret_that_is_cut_is_not_printed() {
    for length in [1961, 1980, 1999, 2000] {
        let said = format!("{}{SECRET} and {SESSION_TOKEN}", "x".repeat(length));
        let message = said.clone();
        let registry = Registry::builder()
            .faults(move |request| {
                let has_page = request.operation.ends_with("escribeImageTags")
                    || request.operation == "DescribeImages";
                has_page.then(|| Fault::error(400, "NovelException", &message))
            })
            .start();
        for command in [OWN[0], OWN[1], "tags web public.ecr.aws/example/web"] {
            let outcome = run(&registry.url(), "AKIATEST", command).outcome();
            assert_eq!(outcome.code, Some(5), "{outcome}");
            assert_cut(&outcome.stderr);
        }
    }
}

#[track_caller]
fn assert_cut(stderr: &str) {
    assert!(stderr.contains("xxx"), "{stderr}");
    assert!(stderr.lines().all(|line| line.len() < 2200), "{stderr}");
    for secret in [&SECRET[..4], &SESSION_TOKEN[..4]] {
        assert!(!stderr.contains(secret), "{stderr}");
    }
}

#[test]
#[cfg(unix)]
fn messages_about_credentials_are_cut_without_secrets() {
    let said = format!("{}{SECRET}{}", "x".repeat(1990), "x".repeat(3000));
    let echo = crate::harness::file("secret-echo", &said);
    let process = format!(
        "[profile k]\naws_secret_access_key = {SECRET}\n[profile p]\ncredential_process = sh -c 'cat {} >&2; exit 1'\n",
        echo.display()
    );
    let role = format!(
        "[profile k]\naws_access_key_id = AKIAFILE\naws_secret_access_key = {SECRET}\n[profile p]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = k\n"
    );
    let body = format!(
        "<ErrorResponse><Error><Code>{said}</Code><Message>{said}</Message></Error></ErrorResponse>"
    );
    for (name, config, status) in [("process", process, 0), ("role", role, 403)] {
        let body = body.clone();
        let registry = Registry::builder()
            .faults(move |_| Some(Fault::raw(status, "text/xml", body.clone())))
            .start();
        let outcome = Run::on(&registry)
            .env("HOME", home(&format!("secret-cut-{name}"), &config))
            .env("AWS_ENDPOINT_URL_STS", registry.url())
            .env("ECRPUB_HURRY", "1")
            .arguments("tags web --profile p -v")
            .outcome();
        if status == 0 {
            registry.assert_no_requests();
        }
        assert_eq!(outcome.code, Some(4), "{outcome}");
        assert!(
            outcome.stderr.contains("xxx") && outcome.stderr.len() < 9000,
            "{outcome}"
        );
        assert!(!outcome.stderr.contains(&SECRET[..4]), "{outcome}");
    }
}

/// A service repeats the header that authorizes a request, without its beginning, which the harness
/// would find.
#[test]
fn a_signature_or_a_token_that_is_repeated_is_not_printed() {
    let registry = Registry::builder()
        .repository(small()[0].clone())
        .faults(|request| {
            let header = request.authorization.as_deref()?;
            let secret = header.split(['=', ' ']).next_back().unwrap_or_default();
            let errors = serde_json::json!({"errors": [{"code": "X", "message": secret}]});
            Some(match request.operation.as_str() {
                "tags/list" | "manifest" => Fault::raw(418, "application/json", errors.to_string()),
                _ => Fault::error(418, "NovelException", &format!("{secret} = {secret}")),
            })
        })
        .start();
    for command in OWN.iter().chain(&PUBLIC) {
        let outcome = run(&registry.url(), "AKIATEST", command).outcome();
        assert!(outcome.stderr.contains("[redacted]"), "{outcome}");
        assert_kept(&registry, &outcome);
    }
    let sent = registry.requests();
    assert!(sent.iter().any(|request| request.operation == "manifest"));
}

#[test]
fn the_login_of_a_proxy_that_is_repeated_is_not_printed() {
    let said = "bWU6cGEgQHNlY3JldA== and pa @secret and pa%20%40secret";
    let registry = Registry::builder()
        .faults(move |_| Some(Fault::error(418, "NovelException", said)))
        .start();
    let proxy = registry.url().replace("//", "//me:pa%20%40secret@");
    let outcome = Run::at("http://service.test")
        .env("http_proxy", proxy)
        .arguments("tags web")
        .outcome();
    let expected = "error: `REGISTRY` failed with NovelException (HTTP status 418): [redacted] and [redacted] and [redacted]\n";
    assert_eq!((outcome.stderr.as_str(), outcome.code), (expected, Some(5)));
}

/// The authority of such a URL ends inside the password, as far as a parser knows.
#[test]
fn a_password_that_is_not_encoded_is_not_printed() {
    let registry = registry(None);
    for middle in [
        "pa/GEHEIM",
        "pa?GEHEIM",
        "pa#GEHEIM",
        "pa'GEHEIM",
        "pa\"GEHEIM",
        "pa GEHEIM",
        "pa`GEHEIM",
        "p\nGEHEIM/x:y",
        "GEHEIM:1/x@GEHEIM",
        "1/GEHEIM",
    ] {
        for url in [
            format!("http://me:{middle}@h"),
            format!("https://me:{middle}@public.ecr.aws/x/y"),
            format!("oci://me:{middle}@public.ecr.aws/x/y:1.0"),
        ] {
            for before in [
                &["tags"][..],
                &["tags", "-R"],
                &["tags", "--public"],
                &["tags", "web", "-o"],
                &["tags", "web", "--sort"],
                &["tags", "web", "--platform"],
                &["tags", "web", "--include", "("],
                &["tags", "web", "--limit"],
                &["tags", "web", "--digest"],
                &["tags", "web", "--endpoint-url"],
                &["tags", "web", "--ca-bundle"],
                &["tags", "web", "--profile"],
                &["tags", "web", "--unknown"],
                &["repos"],
                &["docker", "pull"],
                &["tags", "docker", "pull"],
                &["completions"],
                &[],
            ] {
                let run = Run::on(&registry).without_keys();
                let run = before.iter().fold(run, |run, word| run.argument(word));
                let outcome = run.argument(&url).outcome();
                assert_ne!(outcome.code, Some(0), "{before:?} {url}: {outcome}");
                assert!(
                    !outcome.stderr.contains("GEHEIM"),
                    "{before:?} {url}: {outcome}"
                );
            }
        }
    }
    registry.assert_no_requests();
}

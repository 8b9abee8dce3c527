//! Proxies: chosen as in the AWS CLI, refused by name, and named when they fail.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use ecrpub_registry::{Fault, Proxy, Registry};
use insta::assert_snapshot;

use crate::harness::{Outcome, Run, file, small};

fn list(run: Run) -> Outcome {
    list_with(run, "")
}

fn list_with(run: Run, options: &str) -> Outcome {
    run.env("ECRPUB_HURRY", "1")
        .arguments("tags web -o name")
        .arguments(options)
        .outcome()
}

fn secure() -> Registry {
    Registry::builder()
        .tls()
        .repository(small()[0].clone())
        .start()
}

/// A run that trusts `registry`, and `proxy` if it has a certificate.
fn trusting(registry: &Registry, proxy: &Proxy, name: &str) -> Run {
    let both = format!("{}{}", registry.certificate(), proxy.certificate());
    Run::on(registry).env("AWS_CA_BUNDLE", file(name, &both))
}

fn refusing(status: &'static str) -> Proxy {
    Proxy::answering(move |_| {
        Some(format!(
            "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
        ))
    })
}

/// The outcome without the port of `proxy`.
fn named(outcome: &Outcome, proxy: &Proxy) -> String {
    let host = proxy.url().rsplit('/').next().unwrap_or_default();
    outcome.to_string().replace(host, "PROXY")
}

/// Whether the proxy is used, the host of the service, and the environment. `URL` is the proxy's;
/// nothing listens at `GONE`.
const SETTINGS: &str = "\
proxy   127.0.0.1  HTTP_PROXY=URL
proxy   127.0.0.1  http_proxy=BARE
proxy   127.0.0.1  HTTP_PROXY=GONE | http_proxy=URL
direct  127.0.0.1  HTTP_PROXY=GONE | http_proxy=
direct  127.0.0.1  ALL_PROXY=GONE | HTTPS_PROXY=GONE
direct  127.0.0.1  REQUEST_METHOD=GET | HTTP_PROXY=GONE
direct  localhost  HTTP_PROXY=GONE | NO_PROXY=example.com, LOCALHOST
direct  localhost  HTTP_PROXY=GONE | no_proxy=localhost:PORT
proxy   localhost  HTTP_PROXY=URL | no_proxy=localhost:1
direct  127.0.0.1  HTTP_PROXY=GONE | NO_PROXY=*
proxy   127.0.0.1  HTTP_PROXY=URL | NO_PROXY=* | no_proxy=
";

#[test]
fn the_environment_is_read_as_python_reads_it() {
    let registry = Registry::start(small());
    let proxy = Proxy::start();
    let url = registry.url();
    let port = url.rsplit(':').next().expect("a port");
    let bare = proxy.url().trim_start_matches("http://");
    for line in SETTINGS.lines() {
        let mut words = line.splitn(3, "  ").map(str::trim);
        let [way, host, variables] = [(); 3].map(|()| words.next().expect("three columns"));
        let run = Run::at(&format!("http://{host}:{port}"));
        let run = variables.split(" | ").fold(run, |run, variable| {
            let (name, value) = variable.split_once('=').expect("a variable");
            let value = value
                .replace("URL", proxy.url())
                .replace("BARE", bare)
                .replace("GONE", "http://127.0.0.1:9")
                .replace("PORT", port);
            run.env(name, value)
        });
        let before = proxy.connections();
        let outcome = list(run);
        assert_eq!(outcome.code, Some(0), "{line}: {outcome}");
        let is_used = proxy.connections() > before;
        assert_eq!(is_used, way == "proxy", "{line}");
    }
}

#[test]
fn every_source_goes_through_the_proxy() {
    let body = r#"{"token":"t","tags":["a"],"imageDetails":[{"imageTags":["a"],"imageDigest":"a"}],"imageTagDetails":[{"imageTag":"a"}]}"#;
    let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length:";
    let proxy = Proxy::answering(move |_| Some(format!("{head} {}\r\n\r\n{body}", body.len())));
    for line in [
        "images big",
        "tags public.ecr.aws/example/big",
        "tags public.ecr.aws/example/big --source registry",
    ] {
        // Nothing listens there: a request that does not go through the proxy fails.
        let run = Run::at("http://127.0.0.1:9").env("HTTP_PROXY", proxy.url());
        let listed = run.arguments(line).arguments("-o name -q").outcome();
        assert_eq!(listed.data(), "a\n", "{line}");
    }
    // A token besides.
    assert!(proxy.connections() >= 4);
    // Manifests of all types that are known are accepted, and others rather than none.
    let run = Run::at("http://127.0.0.1:9").env("HTTP_PROXY", proxy.url());
    run.arguments("tags public.ecr.aws/example/big:a --source registry --pin")
        .outcome()
        .assert_failed(5, "not a manifest", "");
    let heads = proxy.requests().concat();
    let accept = heads
        .lines()
        .filter_map(|line| line.strip_prefix("accept: "));
    let mut accept: Vec<_> = accept.filter(|types| types.contains("vnd.")).collect();
    assert_eq!(accept.len(), 2, "of HEAD and of GET: {heads}");
    accept.dedup();
    assert_snapshot!(accept.join("\n").replace(", ", "\n"), @"
    application/vnd.oci.image.index.v1+json
    application/vnd.docker.distribution.manifest.list.v2+json
    application/vnd.oci.image.manifest.v1+json
    application/vnd.docker.distribution.manifest.v2+json
    application/vnd.oci.artifact.manifest.v1+json
    application/vnd.cncf.oras.artifact.manifest.v1+json
    application/vnd.docker.distribution.manifest.v1+prettyjws
    application/vnd.docker.distribution.manifest.v1+json
    */*
    ");
}

/// The gallery has one address; the registry is asked at the host of the reference or, for manifests
/// of own repositories, of the settings.
#[test]
fn the_dual_stack_host_is_asked_where_it_is_named() {
    let registry = Registry::start(small());
    let asked = |line: &str, dual_stack: &str| {
        let proxy = refusing("403 Forbidden");
        let run = Run::on(&registry)
            .without("ECRPUB_REGISTRY_URL")
            .env("AWS_USE_DUALSTACK_ENDPOINT", dual_stack)
            .env("HTTPS_PROXY", proxy.url());
        let outcome = run.arguments(line).outcome();
        assert_eq!(outcome.code, Some(5), "{line}: {outcome}");
        let request = proxy.requests().swap_remove(0);
        let host = request.split(' ').nth(1).expect("a target").to_owned();
        assert!(
            outcome.stderr.contains(host.trim_end_matches(":443")),
            "{outcome}"
        );
        host
    };
    for case in "\
        false public.ecr.aws     tags public.ecr.aws/example/web --source registry
        true  public.ecr.aws     tags public.ecr.aws/example/web --source registry
        false ecr-public.aws.com tags ecr-public.aws.com/example/web --source registry
        false ecr-public.aws.com tags ECR-Public.aws.com/example/w* --platforms
        false public.ecr.aws     images web --platforms
        true  ecr-public.aws.com images web --platforms"
        .lines()
    {
        let (settings, case) = case.trim().split_once(' ').expect("a setting");
        let (host, line) = case.trim().split_once(' ').expect("a host");
        assert_eq!(
            asked(line.trim(), settings),
            format!("{host}:443"),
            "{line}"
        );
    }
    // The first one counts, and rows are printed with it.
    for (first, second) in [
        ("public.ecr.aws", "ecr-public.aws.com"),
        ("ecr-public.aws.com", "public.ecr.aws"),
    ] {
        let line = format!(
            "tags {first}/example/web:bare {second}/example/web:latest --full-ref --sort tag"
        );
        let listed = Run::on(&registry).arguments(&line).outcome().data();
        assert_eq!(
            listed,
            format!("{first}/example/web:bare\n{first}/example/web:latest\n")
        );
    }
}

#[test]
fn a_user_and_a_password_are_sent_decoded_and_only_together() {
    let plain = Registry::start(small());
    let secure = secure();
    for (user, header) in [
        // base64 of `me@home:p@ss:w/rd`
        (
            "me%40home:p%40ss:w%2Frd",
            Some("Basic bWVAaG9tZTpwQHNzOncvcmQ="),
        ),
        ("me:p@ss", Some("Basic bWU6cEBzcw==")),
        ("me", None),
        ("me:", None),
        (":secret", None),
    ] {
        for (registry, variable) in [(&plain, "HTTP_PROXY"), (&secure, "HTTPS_PROXY")] {
            let proxy = Proxy::start();
            let run = trusting(registry, &proxy, "user-bundle.pem");
            let run = if registry.certificate().is_empty() {
                Run::on(registry)
            } else {
                run
            };
            list(run.env(variable, proxy.url_for(user))).data();
            let head = proxy.requests()[0].to_ascii_lowercase();
            let expected = header.map(str::to_ascii_lowercase);
            match expected {
                Some(expected) => {
                    let expected = format!("proxy-authorization: {expected}\r\n");
                    assert!(head.contains(&expected), "{user}: {head}");
                }
                None => assert!(!head.contains("proxy-authorization"), "{user}: {head}"),
            }
        }
    }
    assert!(!plain.requests().is_empty() && !secure.requests().is_empty());
}

#[test]
fn a_proxy_may_be_reached_by_https() {
    for (registry, variable) in [
        (Registry::start(small()), "HTTP_PROXY"),
        (secure(), "HTTPS_PROXY"),
    ] {
        let proxy = Proxy::start().behind_tls();
        let run = trusting(&registry, &proxy, &format!("{variable}.pem"));
        list(run.env(variable, proxy.url())).data();
        assert_eq!(proxy.connections(), 1, "{variable}");

        let stranger = secure();
        stranger.assert_no_requests();
        let bundle = file("stranger.pem", stranger.certificate());
        let run = Run::on(&registry).env("AWS_CA_BUNDLE", bundle);
        let outcome = list(run.env(variable, proxy.url()));
        assert_eq!(outcome.code, Some(5), "{outcome}");
        let expected = "error: cannot trust the proxy `127.0.0.1:";
        assert!(outcome.stderr.starts_with(expected), "{outcome}");
    }
}

#[test]
fn a_proxy_that_refuses_is_tried_once_and_named_with_its_status() {
    let registry = secure();
    let refused = |status| {
        let proxy = refusing(status);
        let run = trusting(&registry, &proxy, "refusing.pem");
        let outcome = list(run.env("HTTPS_PROXY", proxy.url_for("me:secret")));
        assert_eq!(proxy.connections(), 1, "{outcome}");
        assert!(!outcome.stderr.contains("secret"), "{outcome}");
        named(&outcome, &proxy)
    };
    assert_snapshot!(refused("407 Proxy Authentication Required"), @"
    --- stderr
    error: the proxy `PROXY` of `HTTPS_PROXY` requires authentication (HTTP status 407)
    hint: set a user and a password in `HTTPS_PROXY`: `USER:PASSWORD@` before the host
    --- exit code 5
    ");
    assert_snapshot!(refused("403 Forbidden"), @"
    --- stderr
    error: the proxy `PROXY` of `HTTPS_PROXY` refuses to connect to `REGISTRY` (HTTP status 403)
    hint: correct or unset `HTTPS_PROXY`, or exempt the host with `NO_PROXY`
    --- exit code 5
    ");
    for status in ["502 Bad Gateway", "301 Moved", "429 Slow Down", "101 Odd"] {
        let code = status.split(' ').next().unwrap();
        let expected = format!("refuses to connect to `REGISTRY` (HTTP status {code})");
        assert!(refused(status).contains(&expected), "{status}");
    }
    let proxy = Proxy::answering(|_| Some("SSH-2.0-OpenSSH_9.6\r\n".to_owned()));
    let run = trusting(&registry, &proxy, "refusing.pem");
    let outcome = list(run.env("HTTPS_PROXY", proxy.url()));
    assert_eq!((outcome.code, proxy.connections()), (Some(5), 1));
    assert!(outcome.stderr.contains("does not speak HTTP"), "{outcome}");
    registry.assert_no_requests();
}

#[test]
fn only_status_407_names_the_proxy_of_an_http_address() {
    let registry = Registry::start(small());
    let refused = |status| {
        let proxy = refusing(status);
        let run = Run::on(&registry).env("HTTP_PROXY", proxy.url());
        let outcome = list_with(run, "--max-attempts 2");
        (named(&outcome, &proxy), proxy.connections())
    };
    let (told, connections) = refused("407 Proxy Authentication Required");
    assert_eq!(connections, 1);
    assert_snapshot!(told, @"
    --- stderr
    error: the proxy `PROXY` of `HTTP_PROXY` requires authentication (HTTP status 407)
    hint: set a user and a password in `HTTP_PROXY`: `USER:PASSWORD@` before the host
    --- exit code 5
    ");
    let (told, _) = refused("502 Bad Gateway");
    assert_snapshot!(told, @"
    --- stderr
    error: `REGISTRY` sent an invalid response: an error page (HTTP status 502) (2 attempts)
    hint: check the endpoint and whether a proxy responds in its place
    --- exit code 5
    ");
    registry.assert_no_requests();
}

#[test]
fn a_proxy_that_cannot_be_reached_is_tried_once_and_named() {
    for (variable, url) in [
        ("HTTP_PROXY", "http://127.0.0.1:1"),
        ("HTTPS_PROXY", "https://127.0.0.1:1"),
    ] {
        let scheme = variable.split('_').next().unwrap().to_ascii_lowercase();
        let url_of_proxy = |host: &str| url.replace("127.0.0.1:1", host);
        let outcome = |proxy: &str| {
            let run = Run::at(&format!("{scheme}://registry.invalid"));
            list(run.env(variable, url_of_proxy(proxy))).to_string()
        };
        let refuses = outcome("127.0.0.1:1");
        assert!(refuses.contains("` refuses connections\n"), "{refuses}");
        let unknown = outcome("me:secret@no-such-proxy.invalid:8080");
        let expected = format!(
            "error: cannot find the proxy `no-such-proxy.invalid:8080` of `{variable}`\nhint: correct or unset"
        );
        assert!(unknown.contains(&expected), "{unknown}");
        for told in [refuses, unknown] {
            assert!(!told.contains("secret") && !told.contains("attempts"));
            assert!(told.ends_with("--- exit code 5\n"), "{told}");
        }
    }
}

#[test]
fn a_silent_proxy_is_named() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let started = Instant::now();
    let run = Run::at("https://registry.invalid").env("HTTPS_PROXY", &url);
    let outcome = list_with(run, "--timeout 0.4");
    let expected = "did not connect to `REGISTRY`: no response (3 attempts)\n";
    assert!(outcome.stderr.contains(expected), "{outcome}");
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn invalid_proxies_are_refused_by_name_without_the_password() {
    let registry = Registry::start(small());
    assert_snapshot!(list(Run::on(&registry).env("HTTP_PROXY", "socks5://me:secret@proxy:1080")), @"
    --- stderr
    error: `HTTP_PROXY` is not a usable proxy setting: proxies of scheme `socks5` are not supported; write it as `http://HOST:PORT`, with `USER:PASSWORD@` before the host if needed
    hint: correct the setting, unset it, or exempt the host with `NO_PROXY`
    --- exit code 2
    ");
    for value in [
        "http://me:se/cret@proxy:8080",
        "http://proxy:port",
        "http://pro xy:8080",
        "me:secret@",
        "ht!tp://me:secret@proxy",
        "socks4a://proxy:1080",
    ] {
        for variable in ["http_proxy", "HTTP_PROXY"] {
            let run = Run::on(&registry).env(variable, value);
            let outcome = list_with(run, "-v");
            assert_eq!(outcome.code, Some(2), "{value}: {outcome}");
            let expected = format!("error: `{variable}` is not a usable proxy setting: ");
            assert!(outcome.stderr.contains(&expected), "{value}: {outcome}");
            assert!(!outcome.stderr.contains("cret"), "{value}: {outcome}");
        }
    }
    assert!(registry.requests().is_empty());
    // A setting that does not apply to the host is ignored.
    for (name, value) in [("NO_PROXY", "127.0.0.1"), ("http_proxy", "")] {
        let run = Run::on(&registry).env("HTTP_PROXY", "socks5://proxy");
        list(run.env(name, value)).data();
    }
    list(Run::on(&registry).env("HTTPS_PROXY", "socks5://proxy")).data();
}

#[test]
fn a_connection_that_breaks_behind_a_proxy_is_tried_three_times() {
    let proxy = Proxy::start();
    let broken = Registry::builder()
        .repository(small()[0].clone())
        .faults(|_| Some(Fault::Reset))
        .start();
    let run = Run::on(&broken).env("HTTP_PROXY", proxy.url());
    let outcome = list(run);
    assert_eq!(outcome.code, Some(5), "{outcome}");
    assert!(outcome.stderr.contains("(3 attempts)"), "{outcome}");
    assert_eq!(broken.requests().len(), 3);
}

//! Settings work as in the AWS CLI or are refused by name; none is ignored.

use std::path::PathBuf;

use ecrpub_registry::{Proxy, Registry};
use insta::assert_snapshot;

use crate::harness::{Run, file, home, small};

fn scope(registry: &Registry) -> String {
    let requests = registry.requests();
    let authorization = requests[0].authorization.as_deref();
    let credential = authorization.and_then(|header| {
        let (_, rest) = header.split_once("Credential=")?;
        rest.split(',').next()
    });
    let parts: Vec<_> = credential.expect("a signed request").split('/').collect();
    format!("{} {} {}", parts[0], parts[2], parts[3])
}

#[test]
fn requests_go_to_us_east_1_whatever_the_environment_says() {
    let registry = Registry::start(small());
    let run = Run::on(&registry).env("AWS_REGION", "eu-west-1");
    run.arguments("images web").outcome().data();
    assert_eq!(scope(&registry), "AKIATEST us-east-1 ecr-public");
}

#[test]
fn requests_go_to_another_region_only_with_the_option() {
    let registry = Registry::start(small());
    let run = Run::on(&registry).arguments("images web --region us-west-2");
    assert_snapshot!(run.outcome(), @"
    --- stderr
    error: the service does not accept the AWS credentials: Credential should be scoped to a valid region. (2 attempts)
    hint: check whose they are with `aws sts get-caller-identity`, and the clock of this machine
    --- exit code 4
    ");
    assert_eq!(scope(&registry), "AKIATEST us-west-2 ecr-public");
}

#[test]
fn a_profile_that_does_not_exist_is_an_error_that_names_those_that_do() {
    let registry = Registry::start(small());
    let home = home("two-profiles", "[default]\n[profile b]\n[profile a]\n");
    let run = Run::on(&registry).env("HOME", home);
    assert_snapshot!(run.arguments("images web --profile nope").outcome(), @"
    --- stderr
    error: the profile `nope` of `--profile` does not exist
    hint: these exist: `a`, `b`, `default`
    --- exit code 2
    ");
    let run = Run::on(&registry).env("AWS_PROFILE", "nope");
    assert_snapshot!(run.arguments("images web").outcome(), @"
    --- stderr
    error: the profile `nope` of `AWS_PROFILE` does not exist
    hint: there are no profiles; create one with `aws configure`
    --- exit code 2
    ");
    registry.assert_no_requests();
}

/// A home whose `credential_process` logs its start and prints keys after some seconds.
fn home_with_slow_process(name: &str, seconds: f64) -> (PathBuf, PathBuf) {
    let log = file(&format!("{name}.log"), "");
    let keys = r#"{"Version":1,"AccessKeyId":"AKIAPROCESS","SecretAccessKey":"x"}"#;
    let script = format!(
        "echo started >> {}\nsleep {seconds}\necho '{keys}'\n",
        log.display()
    );
    let script = file(&format!("{name}.sh"), &script);
    let config = format!("[default]\ncredential_process = sh {}\n", script.display());
    (home(name, &config), log)
}

#[test]
fn credentials_are_resolved_once_and_outside_the_time_limit_of_requests() {
    let registry = Registry::start(small());
    let (home, log) = home_with_slow_process("slow-process", 2.0);
    let run = Run::on(&registry).without_keys().env("HOME", home);
    run.arguments("images web --timeout 1.5 --page-size 1")
        .outcome()
        .data();
    assert_eq!(scope(&registry), "AKIAPROCESS us-east-1 ecr-public");
    assert_eq!(registry.requests().len(), 3);
    assert_eq!(std::fs::read_to_string(log).unwrap(), "started\n");
}

#[test]
fn a_credential_process_that_fails_is_named() {
    let registry = Registry::start(small());
    let run = Run::on(&registry)
        .without("AWS_ACCESS_KEY_ID")
        .without("AWS_SECRET_ACCESS_KEY")
        .env(
            "HOME",
            home(
                "credential-failure",
                "[default]\ncredential_process = false\n",
            ),
        );
    assert_snapshot!(run.arguments("images web").outcome(), @"
    --- stderr
    error: `credential_process` in profile `default` failed (exit status: 1)
    --- exit code 4
    ");
    registry.assert_no_requests();
}

#[test]
fn invalid_settings_are_errors_that_name_where_they_were_set() {
    let registry = Registry::start(small());
    for (name, value) in [
        ("AWS_ENDPOINT_URL_ECR_PUBLIC", "localhost:4510"),
        ("AWS_MAX_ATTEMPTS", "0"),
        ("AWS_MAX_ATTEMPTS", "-1"),
        ("AWS_MAX_ATTEMPTS", "many"),
        ("AWS_RETRY_MODE", "nonsense"),
        ("AWS_USE_DUALSTACK_ENDPOINT", "perhaps"),
        ("AWS_USE_FIPS_ENDPOINT", "true"),
        ("AWS_CA_BUNDLE", "/no/such/file"),
    ] {
        let outcome = Run::on(&registry)
            .env(name, value)
            .arguments("images web")
            .outcome();
        assert_eq!(outcome.code, Some(2), "{name}={value}: {outcome}");
        assert!(outcome.stderr.contains(name), "{name}={value}: {outcome}");
    }
    let home = home("attempts", "[default]\nmax_attempts = 0\n");
    let run = Run::on(&registry).env("HOME", home);
    assert_snapshot!(run.arguments("images web").outcome(), @"
    --- stderr
    error: `max_attempts` in profile `default` is `0`, which is not a number of attempts, 1 or more
    hint: correct the setting, or unset it
    --- exit code 2
    ");
    registry.assert_no_requests();
}

#[test]
fn a_ca_bundle_replaces_the_systems_certificates() {
    let registry = Registry::builder()
        .tls()
        .repository(small()[0].clone())
        .start();
    let bundle = file("bundle.pem", registry.certificate());
    let by_option = Run::on(&registry).arguments("tags web -o name --ca-bundle");
    let by_option = by_option.argument(bundle.to_str().unwrap());
    let by_variable = Run::on(&registry).env("AWS_CA_BUNDLE", &bundle);
    let config = format!("[default]\nca_bundle = {}\n", bundle.display());
    let by_profile = Run::on(&registry).env("HOME", home("ca-bundle", &config));
    for run in [
        by_option,
        by_variable.arguments("tags web -o name"),
        by_profile.arguments("tags web -o name"),
    ] {
        assert_eq!(run.outcome().data().lines().count(), 3);
    }
    let stranger = Registry::builder().tls().start();
    let other = file(
        "other-bundle.pem",
        Proxy::start().behind_tls().certificate(),
    );
    let run = Run::on(&stranger).arguments("tags web -o name --ca-bundle");
    assert_snapshot!(run.argument(other.to_str().unwrap()).outcome(), @"
    --- stderr
    error: cannot trust `REGISTRY`: its certificate is signed by an unknown issuer
    hint: add the issuer to the CA bundle of `--ca-bundle`
    --- exit code 5
    ");
    stranger.assert_no_requests();
}

#[test]
#[cfg(target_os = "linux")]
fn an_ssl_cert_file_that_is_missing_is_named() {
    let registry = Registry::builder().tls().start();
    let run = Run::on(&registry)
        .env("SSL_CERT_FILE", "/no/such/file")
        .env("SSL_CERT_DIR", "/no/such/folder");
    assert_snapshot!(run.arguments("tags web").outcome(), @"
    --- stderr
    error: cannot trust `REGISTRY`: `SSL_CERT_FILE` names `/no/such/file`, which is missing or holds no certificates
    hint: correct the variable, or unset it
    --- exit code 5
    ");
    registry.assert_no_requests();
}

#[test]
fn a_ca_bundle_is_found_where_the_aws_cli_finds_it() {
    let registry = Registry::builder()
        .tls()
        .repository(small()[0].clone())
        .start();
    let bundle = file("found-bundle.pem", registry.certificate());
    let listed = |run: Run| run.arguments("tags web -o name").outcome();
    let by_requests = Run::on(&registry).env("REQUESTS_CA_BUNDLE", &bundle);
    listed(by_requests).data();
    // It has the lowest precedence.
    let both = Run::on(&registry)
        .env("AWS_CA_BUNDLE", &bundle)
        .env("REQUESTS_CA_BUNDLE", "/no/such/file");
    listed(both).data();
    let empty = Run::on(&registry)
        .env("AWS_CA_BUNDLE", "")
        .env("REQUESTS_CA_BUNDLE", &bundle);
    listed(empty).data();
}

#[test]
fn a_ca_bundle_must_hold_certificates() {
    let registry = Registry::start(small());
    let empty = file("empty.pem", "no certificate\n");
    let broken = file(
        "broken.pem",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    );
    for path in [empty, broken] {
        let run = Run::on(&registry).arguments("images web --ca-bundle");
        let outcome = run.argument(path.to_str().unwrap()).outcome();
        assert_eq!(outcome.code, Some(2), "{outcome}");
        assert!(
            outcome.stderr.contains("of `--ca-bundle` cannot be used"),
            "{outcome}"
        );
    }
    registry.assert_no_requests();
}

#[test]
fn verbose_runs_log_requests_and_never_secrets() {
    let registry = Registry::start(small());
    // The harness looks for the secret key in every output.
    let outcome = Run::on(&registry)
        .arguments("tags web -v -o name")
        .outcome();
    let untimed: Vec<_> = outcome
        .stderr
        .lines()
        .map(|line| {
            let event = line.split_once("] ").map_or(line, |(_, event)| event);
            event.split(" in ").next().unwrap_or(event)
        })
        .collect();
    assert_snapshot!(untimed.join("\n"), @"
    endpoint: REGISTRY
    region: us-east-1
    profile: default
    credentials: the keys of the environment, access key id AKIATEST
    DescribeImageTags of `web`: attempt 1 of 8
    DescribeImageTags of `web`: response
    page 1 of `web`: 3 rows
    ");
}

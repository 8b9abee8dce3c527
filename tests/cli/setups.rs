//! Odd set-ups: they work as in the AWS CLI, or an error names where they were set.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use ecrpub_registry::Registry;

use crate::harness::{Outcome, Run, file, home, small};

fn without_keys(registry: &Registry) -> Run {
    Run::on(registry)
        .without("AWS_ACCESS_KEY_ID")
        .without("AWS_SECRET_ACCESS_KEY")
}

fn list(run: Run) -> Outcome {
    run.arguments("tags web -o name").outcome()
}

/// A run with this profile file, and no keys in the environment.
fn with_config(registry: &Registry, name: &str, config: &str) -> Outcome {
    list(without_keys(registry).env("HOME", home(name, config)))
}

#[test]
fn a_silent_metadata_service_times_out() {
    let registry = Registry::start(small());
    // Nothing listens at the first address, and the second one is silent.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("http://{}", silent.local_addr().unwrap());
    for endpoint in ["http://127.0.0.1:9", &silent] {
        let started = Instant::now();
        let run = without_keys(&registry)
            .without("AWS_EC2_METADATA_DISABLED")
            .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", endpoint);
        let outcome = list(run);
        assert!(started.elapsed() < Duration::from_secs(5), "{endpoint}");
        assert_eq!(outcome.code, Some(4), "{endpoint}: {outcome}");
        assert!(
            outcome
                .stderr
                .starts_with("error: no AWS credentials found\nhint: "),
            "{outcome}"
        );
    }
    registry.assert_no_requests();
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let registry = Registry::start(small());
    for name in [
        "AWS_PROFILE",
        "AWS_SESSION_TOKEN",
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_STS",
        "AWS_CA_BUNDLE",
        "AWS_MAX_ATTEMPTS",
        "AWS_RETRY_MODE",
        "AWS_USE_FIPS_ENDPOINT",
        "AWS_CONFIG_FILE",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT",
    ] {
        let listed = list(Run::on(&registry).env(name, "")).data();
        assert_eq!(listed.lines().count(), 3, "{name}");
    }
    let requests = registry.requests();
    let signed = requests
        .last()
        .and_then(|request| request.authorization.as_ref());
    assert!(
        !signed
            .expect("a signed request")
            .contains("x-amz-security-token")
    );
}

#[test]
fn runs_without_a_home_use_the_environment_alone() {
    let registry = Registry::start(small());
    // Without `HOME` the user's real home folder counts, with unknown content.
    let without_files = |run: Run| {
        run.without("HOME")
            .env("AWS_CONFIG_FILE", "/no/such/file")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/no/such/file")
    };
    let listed = list(without_files(Run::on(&registry))).data();
    assert_eq!(listed.lines().count(), 3);
    let outcome = list(without_files(without_keys(&registry)));
    assert_eq!(outcome.code, Some(4), "{outcome}");
}

#[test]
fn missing_system_certificates_are_reported() {
    let registry = Registry::builder()
        .tls()
        .repository(small()[0].clone())
        .start();
    let run = Run::on(&registry).env("SSL_CERT_DIR", "/no/such/folder");
    let outcome = list(run);
    assert_eq!(
        (outcome.stdout.as_str(), outcome.code),
        ("", Some(5)),
        "{outcome}"
    );
    assert!(
        outcome.stderr.contains("cannot trust") && outcome.stderr.contains("`--ca-bundle FILE`"),
        "{outcome}"
    );
    registry.assert_no_requests();
}

#[test]
fn an_endpoint_without_a_scheme_is_refused_before_a_token_is_sent_to_it() {
    let registry = Registry::start(small());
    let secret = "secret-web-identity";
    let token = file(
        "web-identity-token",
        &format!("eyJhbGciOiJSUzI1NiJ9.{secret}"),
    );
    let assert_refused = |outcome: Outcome, name: &str| {
        assert_eq!(outcome.code, Some(2), "{name}: {outcome}");
        assert!(outcome.stderr.contains(name), "{name}: {outcome}");
        for hidden in [secret, "sso-token", "hunter2"] {
            assert!(!outcome.stderr.contains(hidden), "{name}: {outcome}");
        }
    };
    let values = [
        "localhost:4566",
        "//localhost",
        "http://",
        "/x",
        "ftp://localhost",
        "http://me:hunter2@localhost:99999",
        "me:hunter2@localhost",
        "http://localhost/?x",
    ];
    for value in values {
        for variable in ["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"] {
            let run = without_keys(&registry)
                .env("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/r")
                .env("AWS_WEB_IDENTITY_TOKEN_FILE", &token)
                .env(variable, value);
            assert_refused(run.arguments("tags web -v").outcome(), variable);
        }
        let config = format!(
            "[default]\nrole_arn = arn:aws:iam::123456789012:role/r\nweb_identity_token_file = {}\nservices = s\n[services s]\nsts =\n  endpoint_url = {value}\n",
            token.display()
        );
        assert_refused(with_config(&registry, "schemeless-sts", &config), "`sts`");
        let run = without_keys(&registry)
            .env("HOME", sso_home())
            .env("AWS_ENDPOINT_URL_SSO", value);
        assert_refused(
            run.arguments("tags web -v").outcome(),
            "AWS_ENDPOINT_URL_SSO",
        );
    }
    registry.assert_no_requests();
}

/// A home with an SSO session whose token is valid.
fn sso_home() -> std::path::PathBuf {
    let config = "[default]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = reader\n[sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://localhost/start\n";
    let home = home("sso-valid", config);
    let token = serde_json::json!({
        "accessToken": "sso-token", "expiresAt": "2099-01-01T00:00:00Z",
    });
    let cache = home.join(".aws/sso/cache");
    std::fs::create_dir_all(&cache).expect("the target folder can be written to");
    // The SHA-1 of `corp`.
    let name = "ee0bfd2552fbd840c02cc48b6e823320543c450f.json";
    std::fs::write(cache.join(name), token.to_string())
        .expect("the target folder can be written to");
    home
}

#[test]
fn a_key_with_a_line_break_is_refused_wherever_it_comes_from() {
    let registry = Registry::start(small());
    let process = "[default]\ncredential_process = printf '{\"Version\":1,\"AccessKeyId\":\"AKIA\\\\n\",\"SecretAccessKey\":\"x\"}'\n";
    let role = "[default]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = base\n[profile base]\naws_access_key_id = AKIA\n  FILE\naws_secret_access_key = x\n";
    let environment = |name: &str, value: &str| {
        let run = Run::on(&registry).env(name, value);
        list(run)
    };
    for outcome in [
        environment("AWS_ACCESS_KEY_ID", "AKIATEST\n"),
        environment("AWS_SESSION_TOKEN", "token\r\n"),
        with_config(&registry, "key-of-process", process),
        with_config(&registry, "key-of-role", role),
    ] {
        assert_eq!(outcome.code, Some(4), "{outcome}");
        assert!(outcome.stderr.contains("cannot be sent"), "{outcome}");
    }
    registry.assert_no_requests();
}

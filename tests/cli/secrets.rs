//! No secret is printed, at the highest verbosity, whatever goes wrong.

use std::time::Duration;

use ecrpub_registry::{DENIED_KEY, EXPIRED_KEY, Fault, Registry, UNKNOWN_KEY};

use crate::harness::{Run, SECRET, home, small};

const TOKEN: &str = "FwoGZXIvYXdzEXAMPLETOKEN";

/// Ways in which a run can go, well among them.
fn faults() -> Vec<Option<Fault>> {
    vec![
        None,
        Some(Fault::error(400, "ThrottlingException", "Rate exceeded")),
        Some(Fault::error(500, "ServerException", "out of order")),
        Some(Fault::raw(200, "text/html", "<html>")),
        Some(Fault::raw(302, "text/html", "")),
        Some(Fault::Cut),
        Some(Fault::Reset),
        Some(Fault::Wait(Duration::from_secs(5))),
    ]
}

#[test]
fn keys_tokens_and_signatures_appear_in_no_output() {
    for fault in faults() {
        for key in ["AKIATEST", DENIED_KEY, EXPIRED_KEY, UNKNOWN_KEY] {
            let fault = fault.clone();
            let registry = Registry::builder()
                .repository(small()[0].clone())
                .faults(move |_| fault.clone())
                .start();
            for command in [
                "images web",
                "tags web -o json",
                "images web --tag latest",
                "images web --platforms",
                "images public.ecr.aws/example/web --platforms",
                "tags public.ecr.aws/example/web --source registry",
            ] {
                let outcome = Run::on(&registry)
                    .env("ECRPUB_HURRY", "1")
                    .env("AWS_ACCESS_KEY_ID", key)
                    .env("AWS_SESSION_TOKEN", TOKEN)
                    .arguments(command)
                    .arguments("-v --max-attempts 2 --timeout 0.2")
                    .outcome();
                assert_kept(&registry, &format!("{}{}", outcome.stdout, outcome.stderr));
            }
        }
    }
}

#[test]
fn what_a_profile_holds_appears_in_no_output() {
    let registry = Registry::start(small());
    for config in [
        format!("[default]\naws_access_key_id = AKIAFILE\naws_secret_access_key = {SECRET}\n"),
        format!(
            "[default]\naws_access_key_id = AKIAFILE\naws_secret_access_key = {SECRET}\nmax_attempts = x\n"
        ),
        format!("[default]\naws_secret_access_key = {SECRET}\n"),
        format!("[default]\n{SECRET}\n"),
    ] {
        let home = home(&format!("secret-{}", config.len()), &config);
        let outcome = Run::on(&registry)
            .without("AWS_ACCESS_KEY_ID")
            .without("AWS_SECRET_ACCESS_KEY")
            .env("HOME", home)
            .arguments("tags web -v")
            .outcome();
        assert_kept(&registry, &format!("{}{}", outcome.stdout, outcome.stderr));
    }
}

#[track_caller]
fn assert_kept(registry: &Registry, printed: &str) {
    let headers = registry
        .requests()
        .into_iter()
        .filter_map(|request| request.authorization);
    let signatures = headers.filter_map(|header| {
        let (_, signature) = header.split_once("Signature=")?;
        Some(signature.to_owned())
    });
    let secrets = [
        SECRET,
        TOKEN,
        "AKIATEST",
        "AKIAFILE",
        "AWS4-HMAC",
        "Credential=",
    ];
    for secret in secrets.map(str::to_owned).into_iter().chain(signatures) {
        assert!(
            !printed.contains(&secret),
            "`{secret}` was printed: {printed}"
        );
    }
}

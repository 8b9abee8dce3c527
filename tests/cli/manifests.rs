//! How manifests are read: by whom, from where, how often.

use std::fs;
use std::path::{Path, PathBuf};

use ecrpub_registry::{Image, Registry, Repository, SIGNED_IN_TOKEN, TOKEN, related};
use insta::assert_snapshot;

use crate::harness::{NOW_MS, Run, ecrpub, new_cache};

/// The callers of the requests for manifests.
fn callers(registry: &Registry) -> Vec<&'static str> {
    let requests = registry.requests().into_iter();
    let manifests = requests.filter(|request| request.operation == "manifest");
    let mut callers: Vec<_> = manifests
        .map(|request| match request.authorization.as_deref() {
            Some(token) if token.starts_with(&format!("Bearer {SIGNED_IN_TOKEN}")) => "account",
            Some(token) if token.starts_with(&format!("Bearer {TOKEN}")) => "anybody",
            Some(_) => "unknown",
            None => "nobody",
        })
        .collect();
    callers.dedup();
    callers
}

#[test]
fn own_manifests_are_read_signed_in_and_public_ones_never() {
    for (line, expected) in [
        ("images team/web --unused -q", ["account"]),
        ("images team/web --used-by -q", ["account"]),
        (
            "images public.ecr.aws/example/team/web --platforms -q",
            ["anybody"],
        ),
        (
            "tags public.ecr.aws/example/team/web --platform linux/amd64 -q",
            ["anybody"],
        ),
    ] {
        let registry = Registry::start([related("team/web", NOW_MS)]);
        let outcome = ecrpub(&registry, line);
        assert_eq!(outcome.code, Some(0), "{line}: {outcome}");
        assert_eq!(callers(&registry), expected, "{line}");
        let signed_in = expected == ["account"];
        assert_eq!(
            registry.count("GetAuthorizationToken"),
            usize::from(signed_in),
            "{line}"
        );
    }
    // Both in one run.
    let index = |seed| Image::oci(seed, 1, NOW_MS).index().tagged(&["1"]);
    let registry = Registry::start([
        Repository::new("web", vec![index(1)]),
        Repository::new("other", vec![index(2)]).under("docker"),
    ]);
    ecrpub(
        &registry,
        "tags web public.ecr.aws/docker/other --platforms -q",
    )
    .data();
    let requests = registry.requests();
    for (path, token) in [
        ("/v2/example/web/", SIGNED_IN_TOKEN),
        ("/v2/docker/other/", TOKEN),
    ] {
        let mut manifests = requests
            .iter()
            .filter(|request| request.path.starts_with(path));
        let sent = manifests
            .next()
            .and_then(|request| request.authorization.as_deref());
        assert!(
            sent.is_some_and(|sent| sent.starts_with(&format!("Bearer {token}"))),
            "{path}"
        );
        assert!(manifests.next().is_none(), "{path}");
    }
}

#[test]
fn where_the_account_may_not_sign_in_manifests_are_read_anonymously() {
    for denied in ["GetAuthorizationToken", "sts:GetServiceBearerToken"] {
        let registry = Registry::builder()
            .deny(denied)
            .repository(related("team/web", NOW_MS))
            .start();
        let outcome = ecrpub(&registry, "images team/web --unused --count");
        assert_eq!(
            (outcome.stdout.as_str(), outcome.code),
            ("9\n", Some(0)),
            "{outcome}"
        );
        let words = "manifests were read anonymously, at a tenth of the rate: access denied: ";
        assert!(outcome.stderr.contains(words), "{outcome}");
        assert_eq!(callers(&registry), ["anybody"]);
        assert_eq!(registry.count("GetAuthorizationToken"), 1, "once is enough");
    }
    for status in [401, 403] {
        let registry = Registry::builder()
            .deny_signed_in(status)
            .repository(related("team/web", NOW_MS))
            .start();
        let outcome = ecrpub(&registry, "images team/web --unused --count");
        assert_eq!(
            (outcome.stdout.as_str(), outcome.code),
            ("9\n", Some(0)),
            "{outcome}"
        );
        assert!(
            outcome
                .stderr
                .contains("does not accept the token of the account"),
            "{outcome}"
        );
        let mut callers = callers(&registry);
        callers.sort_unstable();
        callers.dedup();
        assert_eq!(callers, ["account", "anybody"]);
    }
    let registry = Registry::builder()
        .deny("GetAuthorizationToken")
        .deny_anonymous(403)
        .repository(related("team/web", NOW_MS))
        .start();
    let outcome = ecrpub(&registry, "images team/web --unused");
    let codes = (outcome.stdout.as_str(), outcome.code);
    assert_eq!(codes, ("", Some(4)), "{outcome}");
}

/// A registry that does not serve anonymous callers still serves its owner.
#[test]
fn the_owner_does_not_need_anonymous_access() {
    let registry = Registry::builder()
        .deny_anonymous(401)
        .repository(related("team/web", NOW_MS))
        .start();
    let counted = ecrpub(&registry, "images team/web --unused --count -q");
    assert_eq!(counted.data(), "9\n");
}

/// The token would allow pushes too.
#[test]
fn the_token_goes_to_this_machine_only_or_is_encrypted() {
    let registry = Registry::start([related("team/web", NOW_MS)]);
    let proxy = ecrpub_registry::Proxy::start();
    let run = Run::on(&registry)
        .arguments("images team/web --unused --count --max-attempts 1")
        .env("http_proxy", proxy.url())
        .env("no_proxy", "");
    let outcome = run.outcome();
    assert!(
        outcome.stderr.contains("is reached without encryption"),
        "{outcome}"
    );
    assert_eq!(registry.count("GetAuthorizationToken"), 0);
    assert_eq!(callers(&registry), ["anybody"]);
}

#[test]
fn the_token_is_never_printed() {
    let registry = Registry::start([related("team/web", NOW_MS)]);
    for line in [
        "images team/web --unused -v",
        "images team/web --used-by -o json -v",
    ] {
        let outcome = ecrpub(&registry, line);
        assert_eq!(outcome.code, Some(0));
        assert_eq!(callers(&registry), ["account"]);
        assert!(!outcome.to_string().contains(SIGNED_IN_TOKEN), "{outcome}");
    }
    let echoing = Registry::builder()
        .repository(related("team/web", NOW_MS))
        .faults(|request| {
            let token = request.authorization.clone().unwrap_or_default();
            let body = format!(r#"{{"errors":[{{"code":"X","message":"not with {token}"}}]}}"#);
            let is_manifest = request.operation == "manifest";
            is_manifest.then(|| ecrpub_registry::Fault::raw(400, "application/json", body))
        })
        .start();
    let outcome = ecrpub(&echoing, "images team/web --unused -v");
    assert!(
        outcome.stderr.contains("not with Bearer [redacted]"),
        "{outcome}"
    );
    assert!(!outcome.to_string().contains(SIGNED_IN_TOKEN), "{outcome}");
}

/// A run that keeps manifests in `cache`.
fn cached(registry: &Registry, cache: &Path, line: &str) -> crate::harness::Outcome {
    let run = Run::on(registry).arguments(line);
    run.env("ECRPUB_CACHE_DIR", cache).outcome()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[test]
fn a_manifest_is_read_once_for_all_runs() {
    let registry = Registry::start([related("team/web", NOW_MS)]);
    let cache = new_cache();
    let line = "images team/web --unused -o name -q";
    let first = cached(&registry, &cache, line).data();
    let requested = registry.count("manifest");
    assert!(requested > 10, "{requested}");
    for line in [line, "images team/web --unused -o name -q --page-size 3"] {
        assert_eq!(cached(&registry, &cache, line).data(), first);
    }
    assert_eq!(registry.count("manifest"), requested, "none more");
    let public = "images public.ecr.aws/example/team/web --platforms -q";
    cached(&registry, &cache, public).data();
    assert_eq!(
        registry.count("manifest"),
        requested,
        "a digest is the same everywhere"
    );
    let uncached = cached(&registry, &cache, &format!("{line} --no-cache")).data();
    assert_eq!(uncached, first);
    assert_eq!(registry.count("manifest"), 2 * requested);
    fs::remove_dir_all(cache).expect("the cache is there");
}

#[test]
fn a_damaged_entry_is_read_anew() {
    let registry = Registry::start([related("team/web", NOW_MS)]);
    let cache = new_cache();
    let line = "images team/web --unused -o name -q";
    let first = cached(&registry, &cache, line).data();
    let requested = registry.count("manifest");
    let manifests = files(&cache.join("manifests"));
    assert_eq!(manifests.len(), requested);
    for (position, damage) in ["", "{}", "no manifest"].into_iter().enumerate() {
        fs::write(&manifests[position], damage).expect("the cache can be written to");
    }
    assert_eq!(cached(&registry, &cache, line).data(), first);
    assert_eq!(registry.count("manifest"), requested + 3);
    assert_eq!(cached(&registry, &cache, line).data(), first);
    assert_eq!(registry.count("manifest"), requested + 3, "and kept again");
    fs::remove_dir_all(cache).expect("the cache is there");
}

#[test]
fn a_cache_that_cannot_be_written_is_a_note() {
    let registry = Registry::start([Repository::new(
        "web",
        vec![Image::oci(1, 1, NOW_MS).index()],
    )]);
    let file = new_cache();
    fs::create_dir_all(file.parent().expect("a folder")).expect("it can be made");
    fs::write(&file, "not a folder").expect("it can be written");
    let outcome = cached(&registry, &file, "images web --platforms -c platforms");
    let text = outcome
        .to_string()
        .replace(&*file.to_string_lossy(), "CACHE");
    assert_snapshot!(text, @"
    PLATFORMS
    amd64, arm64
    --- stderr
    note: cannot write to the cache folder `CACHE`: Not a directory (os error 20)
    ");
    fs::remove_file(file).expect("it is there");
}

/// The registry of ECR Public refuses more than one request per second of anonymous callers.
#[test]
fn anonymous_requests_begin_one_at_a_time_and_signed_in_ones_together() {
    let indexes = (0..40).map(|seed| {
        Image::oci(seed, 1, NOW_MS)
            .index()
            .tagged(&[&format!("{seed}")])
    });
    let repository = Repository::new("web", indexes.collect());
    let slow = |request: &ecrpub_registry::Request| {
        let is_manifest = request.operation == "manifest";
        is_manifest.then_some(ecrpub_registry::Fault::Wait(
            std::time::Duration::from_millis(20),
        ))
    };
    let registry = Registry::builder()
        .repository(repository)
        .faults(slow)
        .start();
    ecrpub(&registry, "images web --platforms -q").data();
    assert!(
        (8..=16).contains(&registry.most_under_way()),
        "{}",
        registry.most_under_way()
    );
}

/// A redirect of a manifest would take the token to another host.
#[test]
fn redirects_of_manifests_are_not_followed() {
    let other = Registry::start([related("team/web", NOW_MS)]);
    let location = other.url();
    let registry = Registry::builder()
        .repository(related("team/web", NOW_MS))
        .faults(move |request| {
            (request.operation == "manifest").then(|| ecrpub_registry::Fault::Raw {
                status: 307,
                headers: vec![("location", format!("{location}{}", request.path))],
                body: Vec::new(),
            })
        })
        .start();
    let outcome = ecrpub(&registry, "images team/web --unused");
    let codes = (outcome.stdout.as_str(), outcome.code);
    assert_eq!(codes, ("", Some(5)), "{outcome}");
    assert!(outcome.stderr.contains("a redirect"), "{outcome}");
    other.assert_no_requests();
}

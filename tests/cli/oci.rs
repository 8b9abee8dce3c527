//! Public repositories through the registry's API: tag names, anonymous tokens, manifests.

use std::time::Duration;

use ecrpub_registry::{Builder, Fault, Image, Registry, Repository, Request, TOKEN, sample};
use insta::{allow_duplicates, assert_snapshot};

use crate::harness::{NOW_MS, Outcome, Run, ecrpub, small};

const NGINX: &str = "public.ecr.aws/docker/library/nginx";
const BIG: &str = "tags public.ecr.aws/example/big --source registry";

/// A registry with a fault.
fn faulty(fault: impl Fn(&Request) -> Option<Fault> + Send + Sync + 'static) -> Registry {
    let all = sample(NOW_MS)
        .into_iter()
        .chain([Repository::generated("big", 30)]);
    all.fold(Registry::builder(), Builder::repository)
        .faults(fault)
        .start()
}

fn registry() -> Registry {
    faulty(|_| None)
}

fn list(registry: &Registry, arguments: &str) -> Outcome {
    let run = Run::on(registry).without_keys().env("ECRPUB_HURRY", "1");
    run.arguments(arguments).outcome()
}

/// The requests, each with whether it had a token.
fn asked(registry: &Registry) -> Vec<String> {
    let ask = |request: Request| match request.authorization {
        Some(token) => format!("{} {}", request.path, token.replace(TOKEN, "TOKEN")),
        None => request.path,
    };
    registry.requests().into_iter().map(ask).collect()
}

fn error(status: u16, code: &str, message: &str) -> Fault {
    let body = serde_json::json!({ "errors": [{ "code": code, "message": message }] });
    Fault::raw(status, "application/json", body.to_string())
}

fn too_many() -> Fault {
    error(429, "TOOMANYREQUESTS", "Rate exceeded")
}

#[test]
fn names_are_listed_by_version_with_an_anonymous_token() {
    let registry = registry();
    assert_snapshot!(list(&registry, &format!("tags {NGINX} --source registry -L 4")), @"
    TAG
    1.29.1
    1.29.1-alpine
    1.29
    1.29-alpine
    --- stderr
    note: `--limit` leaves out 11 more rows
    ");
    assert_snapshot!(asked(&registry).join("\n"), @"
    /token/
    /v2/docker/library/nginx/tags/list?n=1000 Bearer TOKEN1
    ");
}

#[test]
fn every_page_is_read_through_its_relative_link() {
    let registry = registry();
    let own = ecrpub(&registry, "tags big --sort none -o name").data();
    let before = registry.requests().len();
    let listed = list(
        &registry,
        &format!("{BIG} --page-size 7 --sort none -o name"),
    )
    .data();
    assert_eq!(listed, own);
    let pages = asked(&registry).into_iter().skip(before);
    let pages = pages.filter(|path| path.starts_with("/v2/") && path.contains("TOKEN"));
    assert_eq!(pages.count(), own.lines().count().div_ceil(7));
}

#[test]
fn columns_and_orders_that_need_more_than_names_are_refused_before_anything_is_sent() {
    let registry = registry();
    let keys = ["pushed", "created", "size", "digest"].map(|key| format!("--sort {key}"));
    let columns = ["--columns +size", "--columns imageTag,createdAt"].map(str::to_owned);
    for options in keys.iter().chain(&columns) {
        let line = format!("tags {NGINX} --source registry {options}");
        let outcome = list(&registry, &line);
        assert_eq!(outcome.code, Some(2), "{options}: {outcome}");
        let (option, _) = options.split_once(' ').expect("a value");
        let start = format!("error: `{option}");
        assert!(outcome.stderr.starts_with(&start), "{options}: {outcome}");
    }
    registry.assert_no_requests();
}

#[test]
fn a_part_of_the_names_can_be_listed() {
    let registry = registry();
    let all = list(&registry, &format!("{BIG} --sort none -o name")).data();
    let part = format!("{BIG} --sort none -o name --page-size 5 --max-pages 2");
    let part = list(&registry, &part);
    let token = part.stderr.split('`').nth(1).expect("a token");
    let token = token.replace('\'', "");
    let rest = list(&registry, &format!("{BIG} --sort none -o name {token}")).data();
    assert_eq!(part.stdout + &rest, all);
    for token in [
        "/v2/example/other/tags/list",
        "http://127.0.0.1:9/",
        "/v2/example/big/tags/list?last=x",
    ] {
        let outcome = list(&registry, &format!("{BIG} --starting-token {token}"));
        assert_eq!(outcome.code, Some(2), "{token}: {outcome}");
        assert!(
            outcome
                .stderr
                .contains("hint: a page token is valid only for"),
            "{token}: {outcome}"
        );
    }
}

#[test]
fn a_token_that_expires_is_renewed_once() {
    let expired = || {
        error(
            400,
            "DENIED",
            "Your Authorization Token has expired. Please run docker login",
        )
    };
    let refusals = [
        expired(),
        error(401, "DENIED", "no"),
        error(403, "DENIED", "no"),
    ];
    for refusal in refusals {
        let once = faulty(move |request| (request.number == 3).then(|| refusal.clone()));
        let listed = list(&once, &format!("{BIG} --page-size 30 -o name")).data();
        assert_eq!(listed.lines().count(), 58);
        allow_duplicates! {
            assert_snapshot!(asked(&once).join("\n"), @"
            /token/
            /v2/example/big/tags/list?n=30 Bearer TOKEN1
            /v2/example/big/tags/list?n=30&last=2e3b3d29753633292e7a3f223b372a363f7538333d7a696a Bearer TOKEN1
            /token/
            /v2/example/big/tags/list?n=30&last=2e3b3d29753633292e7a3f223b372a363f7538333d7a696a Bearer TOKEN4
            ");
        }
    }

    let for_ever = faulty(move |request| {
        (request.number >= 3 && request.operation == "tags/list").then(expired)
    });
    assert_snapshot!(list(&for_ever, &format!("{BIG} --page-size 30")), @"
    --- stderr
    error: `REGISTRY` denied anonymous access: Your Authorization Token has expired. Please run docker login
    --- exit code 4
    ");
    assert_eq!(asked(&for_ever).len(), 5);
}

#[test]
fn a_registry_without_tokens_is_read_without_one() {
    let registry = faulty(|request| match request.operation.as_str() {
        "token" => Some(Fault::raw(404, "text/html", "<html>")),
        "tags/list" if request.authorization.is_none() => {
            let page = r#"{"tags":["a"]}"#;
            Some(Fault::raw(200, "application/json", page))
        }
        _ => None,
    });
    let two = list(
        &registry,
        "tags public.ecr.aws/example/big public.ecr.aws/example/charts/storefront --source registry -o name",
    );
    assert_eq!(two.data(), "a\na\n");
    let tokens = asked(&registry);
    let tokens = tokens.iter().filter(|path| *path == "/token/");
    assert_eq!(tokens.count(), 1);
}

#[test]
fn a_link_in_another_form_is_an_error_and_not_the_end() {
    let linked = |link: &'static str| {
        let registry = faulty(move |request| {
            let page = |tag| format!(r#"{{"tags":["{tag}"]}}"#).into_bytes();
            match request.path.as_str() {
                "/token/" => None,
                "/v2/example/big/tags/list?last=a" => {
                    Some(Fault::raw(200, "application/json", page("b")))
                }
                _ => Some(Fault::Raw {
                    status: 200,
                    headers: vec![("link", link.to_owned())],
                    body: page("a"),
                }),
            }
        });
        list(&registry, &format!("{BIG} -o name --sort tag"))
    };
    assert_eq!(linked("<?last=a>; rel=\"next\"").data(), "a\nb\n");
    for (link, words) in [
        ("<?last=a>; rel=next", "`Link` header"),
        ("", "`Link` header"),
        ("<../../other/tags/list>; rel=\"next\"", "not a page of"),
        ("<//127.0.0.1:9/>; rel=\"next\"", "not a page of"),
    ] {
        linked(link).assert_failed(5, words, link);
    }
}

#[test]
fn an_invalid_token_is_never_a_header() {
    for body in [
        "{}",
        r#"{"token":""}"#,
        r#"{"token":"a\nb"}"#,
        r#"{"token":7}"#,
        "<html>",
    ] {
        let registry = faulty(move |request| {
            (request.operation == "token").then(|| Fault::raw(200, "application/json", body))
        });
        let outcome = list(&registry, BIG);
        outcome.assert_failed(5, "", body);
    }
}

#[test]
fn a_rate_limited_registry_gets_one_request_per_second() {
    let registry = faulty(|request| (request.number == 1).then(too_many));
    let run = Run::on(&registry).without_keys();
    let told = run
        .arguments(&format!("tags {NGINX} --source registry -v"))
        .outcome();
    assert_eq!(told.code, Some(0), "{told}");
    assert!(
        told.stderr
            .contains("throttles requests: Rate exceeded; trying again in"),
        "{told}"
    );
    let limited = "token: rate limited to 0.9 requests per second, waiting ";
    assert!(told.stderr.contains(limited), "{told}");
    let times: Vec<_> = registry
        .requests()
        .iter()
        .map(|request| request.at)
        .collect();
    assert_eq!(times.len(), 3);
    // Regardless of other delays, two turns take two seconds.
    assert!(times[2] - times[0] > Duration::from_millis(1900));
}

#[test]
fn errors_of_the_registry_are_distinguished() {
    let registry = registry();
    assert_snapshot!(list(&registry, "tags public.ecr.aws/docker/nginx --source registry"), @"
    --- stderr
    error: repository `public.ecr.aws/docker/nginx` does not exist
    hint: the official images are in `library`: `public.ecr.aws/docker/library/nginx`
    --- exit code 3
    ");
    let answered = |status, body: &'static str| {
        let registry = faulty(move |request| {
            let answer = Fault::raw(status, "text/plain", body);
            (request.operation == "tags/list").then_some(answer)
        });
        list(&registry, &format!("{BIG} --max-attempts 1 -o json"))
    };
    assert_snapshot!(answered(200, r#"{"name":"x","tags":null}"#), @r#"
    {
      "imageTagDetails": []
    }
    --- stderr
    note: repository `public.ecr.aws/example/big` has nothing to list: it has no tags
    "#);
    for body in [
        "",
        "{}",
        "<html>",
        r#"{"tags":7}"#,
        r#"{"tags":[null]}"#,
        r#"{"name":"x"}"#,
    ] {
        let outcome = answered(200, body);
        outcome.assert_failed(5, "an invalid response", body);
    }
    assert_snapshot!(answered(403, r#"{"errors":[{"code":"DENIED","message":"no"}]}"#), @"
    --- stderr
    error: `REGISTRY` denied anonymous access: no
    --- exit code 4
    ");
    assert_snapshot!(answered(404, "<html>"), @"
    --- stderr
    error: `REGISTRY` sent an invalid response: an error page (HTTP status 404)
    hint: check the endpoint and whether a proxy responds in its place
    --- exit code 5
    ");
}

#[test]
fn platforms_are_a_column_of_every_format() {
    let registry = registry();
    let show = |options: &str| {
        list(
            &registry,
            &format!("images {NGINX}:1.29-alpine --platforms -c imageTags {options}"),
        )
        .data()
    };
    assert_snapshot!(show(""), @"
    TAGS                                PLATFORMS
    1.29.1-alpine, 1.29-alpine, alpine  amd64, arm64
    ");
    assert_snapshot!(show("-o json"), @r#"
    {
      "imageDetails": [
        {
          "imageTags": [
            "1.29.1-alpine",
            "1.29-alpine",
            "alpine"
          ],
          "platforms": [
            "linux/amd64",
            "linux/arm64/v8"
          ]
        }
      ]
    }
    "#);
    assert_snapshot!(show("-o tsv --no-headers"), @"1.29.1-alpine;1.29-alpine;alpine	linux/amd64;linux/arm64/v8");
    let with = format!("tags {NGINX}:1.29-alpine --platforms");
    assert_snapshot!(list(&registry, &with).data(), @"
    TAG          CREATED                  SIZE  MANIFEST   PLATFORMS     DIGEST
    1.29-alpine  2024-05-28T07:00:00Z  20.5 MB  OCI index  amd64, arm64  cf133b4bb3a9
    ");
}

#[test]
fn platforms_are_read_once_per_index_and_only_for_listed_rows() {
    let registry = registry();
    let line = format!("tags {NGINX} --include .*alpine|latest -L 6 --platforms -o json -q");
    list(&registry, &line).data();
    let mut manifests: Vec<_> = asked(&registry);
    manifests.retain(|path| path.contains("/manifests/") && path.contains("TOKEN"));
    assert_eq!(manifests.len(), 3, "{manifests:?}");
    assert_eq!(asked(&registry).len(), 5, "a page, a token, the manifests");
}

#[test]
fn platforms_of_own_images_are_read_under_their_public_name() {
    let registry = registry();
    assert_snapshot!(ecrpub(&registry, "images storefront --tag latest -o tsv -c imageTags,platforms"), @"
    imageTags	platforms
    2.1.0;2.1;2;latest	linux/amd64;linux/arm64/v8
    ");
    let requests = registry.requests();
    let manifests = requests.iter().filter(|request| request.path != "/");
    let paths: Vec<_> = manifests.map(|request| &*request.path).collect();
    let expected = "/v2/example/storefront/manifests/sha256:";
    assert!(
        paths.len() == 1 && paths[0].starts_with(expected),
        "{paths:?}"
    );
}

#[test]
fn platforms_that_cannot_be_read_fail_the_listing() {
    let fails = |status, body: &'static str| {
        let fault = move |request: &Request| {
            (request.operation == "manifest" && request.authorization.is_some())
                .then(|| Fault::raw(status, "application/json", body))
        };
        let registry = faulty(fault);
        let outcome = list(
            &registry,
            &format!("tags {NGINX}:1.27.2 --platforms --max-attempts 2"),
        );
        assert_eq!(outcome.stdout, "", "{outcome}");
        outcome
    };
    assert_snapshot!(fails(404, r#"{"errors":[{"code":"NAME_UNKNOWN","message":"no such repository"}]}"#), @"
    --- stderr
    error: `REGISTRY` failed with NAME_UNKNOWN (HTTP status 404): no such repository
    hint: the request was for manifest sha256:a075f786422489e3bd7fa594626bae178e58e028c66c101aeb8fddf7bc0d8d6d of `public.ecr.aws/docker/library/nginx`; leave out `--platforms` and `--pin` to list without manifests
    --- exit code 5
    ");
    assert_snapshot!(fails(200, r#"{"schemaVersion":2,"layers":[]}"#), @"
    --- stderr
    error: `REGISTRY` sent an invalid response: a manifest that does not have the digest `sha256:a075f786422489e3bd7fa594626bae178e58e028c66c101aeb8fddf7bc0d8d6d` (HTTP status 200)
    hint: check the endpoint and whether a proxy responds in its place
    hint: the request was for manifest sha256:a075f786422489e3bd7fa594626bae178e58e028c66c101aeb8fddf7bc0d8d6d of `public.ecr.aws/docker/library/nginx`; leave out `--platforms` and `--pin` to list without manifests
    --- exit code 5
    ");
}

#[test]
fn an_index_that_is_gone_has_no_platforms() {
    let [gone, other] =
        [(1, NOW_MS), (2, NOW_MS - 1)].map(|(seed, at)| Image::oci(seed, 1, at).index());
    let registry = Registry::builder()
        .missing_manifest(&gone)
        .repository(Repository::new(
            "web",
            vec![gone.tagged(&["a"]), other.tagged(&["b"])],
        ))
        .start();
    let listed = |reference| {
        ecrpub(
            &registry,
            &format!("tags {reference} --platforms -c tag,platforms"),
        )
    };
    assert_eq!(listed("web"), listed("public.ecr.aws/example/web"));
    assert_snapshot!(listed("web"), @"
    TAG  PLATFORMS
    a    -
    b    amd64, arm64
    --- stderr
    note: the registry does not have manifest sha256:8c39f3ebf1f6a7b45c2313e15866e30bc308c233d5b215e241ff96dd13ff4f12 of `public.ecr.aws/example/web`: its platforms are missing
    ");
}

#[test]
fn manifests_are_not_requested_by_an_invalid_digest() {
    let mut image = Image::oci(1, 1, NOW_MS).index().tagged(&["a"]);
    image.digest = Some("sha256:../../../token".to_owned());
    let registry = Registry::start([Repository::new("web", vec![image])]);
    assert_snapshot!(list(&registry, "tags public.ecr.aws/example/web --platforms"), @"
    --- stderr
    error: the service returned an image with the invalid digest `sha256:../../../token`
    --- exit code 5
    ");
    assert_eq!(registry.requests().len(), 1);
}

#[test]
fn names_are_printed_as_references_to_paste() {
    let registry = Registry::start(small());
    allow_duplicates! {
    for own in ["web", "public.ecr.aws/example/web"] {
        let outcome = |line: &str| ecrpub(&registry, &format!("{line} {own}")).data();
        assert_snapshot!(outcome("tags --full-ref"), @"
        public.ecr.aws/example/web:latest
        public.ecr.aws/example/web:1.27.3
        public.ecr.aws/example/web:bare
        ");
        assert_snapshot!(outcome("tags --pin --tag latest"), @"public.ecr.aws/example/web:latest@sha256:7d7e21309e60404251ad9f9d80828dfce0f139932fc729420e9defc4d93c2819");
        assert_snapshot!(outcome("images --tag latest --full-ref -o name"), @"public.ecr.aws/example/web@sha256:7d7e21309e60404251ad9f9d80828dfce0f139932fc729420e9defc4d93c2819");
        assert_snapshot!(outcome("images --tag latest --full-ref --pin"), @"public.ecr.aws/example/web@sha256:7d7e21309e60404251ad9f9d80828dfce0f139932fc729420e9defc4d93c2819");
        assert_snapshot!(outcome("tags --full-ref --sort none"), @"
        public.ecr.aws/example/web:bare
        public.ecr.aws/example/web:1.27.3
        public.ecr.aws/example/web:latest
        ");
    }
    }
    let described = registry
        .requests()
        .into_iter()
        .filter(|request| request.operation == "DescribeRepositories");
    assert_eq!(described.count(), 5);
    assert_snapshot!(ecrpub(&registry, "tags web empty nowhere --pin -L 1 -q"), @"
    public.ecr.aws/example/web:latest@sha256:7d7e21309e60404251ad9f9d80828dfce0f139932fc729420e9defc4d93c2819
    --- stderr
    error: repository `nowhere` does not exist in your registry
    hint: list your repositories with `ecrpub repos`
    --- exit code 3
    ");
    assert_snapshot!(ecrpub(&registry, "tags web --pin -o json"), @"
    --- stderr
    error: `--pin` prints names, but another format was given
    hint: use it with `-o name`, or alone
    --- exit code 2
    ");
}

#[test]
fn invalid_names_are_not_printed_as_references() {
    let registry = Registry::start([Repository::new(
        "web",
        vec![Image::oci(1, 1, NOW_MS).tagged(&["$(rm)"])],
    )]);
    assert_snapshot!(list(&registry, "tags public.ecr.aws/example/web --full-ref"), @"
    --- stderr
    error: the service returned an invalid tag `$(rm)`
    hint: look at the row with `-o json`
    --- exit code 5
    ");
    let undigested = Image {
        digest: None,
        ..Image::oci(1, 1, NOW_MS).tagged(&["a"])
    };
    let registry = Registry::start([Repository::new("web", vec![undigested])]);
    assert_snapshot!(list(&registry, "tags public.ecr.aws/example/web --pin"), @"
    --- stderr
    error: the service returned an image without a digest
    hint: look at the row with `-o json`
    --- exit code 5
    ");
}

#[test]
fn an_own_repository_without_a_public_name_has_no_references() {
    allow_duplicates! {
    for uri in [
        "",
        "public.ecr.aws/example",
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/web",
    ] {
        let body = serde_json::json!({ "repositories": [{ "repositoryName": "web", "repositoryUri": uri }] });
        let registry = [small()[0].clone()]
            .into_iter()
            .fold(Registry::builder(), Builder::repository)
            .faults(move |request| {
                (request.operation == "DescribeRepositories")
                    .then(|| Fault::raw(200, "application/x-amz-json-1.1", body.to_string()))
            });
        let outcome = ecrpub(&registry.start(), "tags web --full-ref");
        assert_snapshot!(outcome, @"
        --- stderr
        error: the service does not name the public reference of repository `web`
        --- exit code 5
        ");
    }
    }
}

//! The choice between the gallery and the registry for public repositories.

use ecrpub_registry::{Builder, Fault, Registry, Request, sample};
use insta::{allow_duplicates, assert_snapshot};

use crate::harness::{NOW_MS, Outcome, Run};

const NGINX: &str = "public.ecr.aws/docker/library/nginx";

/// A registry whose gallery has this fault.
fn without_gallery(fault: Fault) -> Registry {
    faulty(move |request| (request.operation == "describeImageTags").then(|| fault.clone()))
}

/// A registry without HEAD, which sends this for manifests.
fn without_head(fault: Fault) -> Registry {
    faulty(move |request| match &*request.operation {
        "manifest" if request.method == "HEAD" => Some(Fault::raw(405, "text/plain", "")),
        operation => (operation == "manifest").then(|| fault.clone()),
    })
}

fn faulty(fault: impl Fn(&Request) -> Option<Fault> + Send + Sync + 'static) -> Registry {
    let all = sample(NOW_MS).into_iter();
    let builder = all.fold(Registry::builder(), Builder::repository);
    builder.faults(fault).start()
}

fn list(registry: &Registry, arguments: &str) -> Outcome {
    let run = Run::on(registry).without_keys().env("ECRPUB_HURRY", "1");
    run.arguments(arguments).outcome()
}

/// The requests of a run, each operation once, in order.
fn operations(registry: &Registry) -> String {
    let mut operations: Vec<_> = registry
        .requests()
        .into_iter()
        .map(|request| request.operation)
        .collect();
    operations.dedup();
    operations.join(" ")
}

fn forbidden() -> Fault {
    Fault::raw(403, "application/json", r#"{"message":"Forbidden"}"#)
}

/// Responses of a gallery that does not work.
fn failures() -> [(&'static str, Fault); 7] {
    let html = "<html>Access denied</html>";
    [
        ("403", forbidden()),
        ("403 of a firewall", Fault::raw(403, "text/html", html)),
        ("HTML", Fault::raw(200, "text/html", html)),
        ("404 with HTML", Fault::raw(404, "text/html", html)),
        ("500", Fault::error(500, "ServerException", "Oops")),
        ("no list", Fault::raw(200, "application/json", "{}")),
        ("nothing", Fault::Reset),
    ]
}

#[test]
fn the_registry_answers_for_a_gallery_that_does_not_work() {
    for (name, fault) in failures() {
        let registry = without_gallery(fault);
        let listed = list(&registry, &format!("tags {NGINX} --semver ^1.27 -o name"));
        let expected = "1.29.1\n1.29.1-alpine\n1.29\n1.29-alpine\n1.27.3\n1.27.3-alpine\n1.27.2\n1.27\n1.27-alpine\n";
        assert_eq!(listed.stdout, expected, "{name}: {listed}");
        assert_eq!(listed.code, Some(0), "{name}: {listed}");
        let note = "note: the registry answers for the gallery, with tag names only; a tag such as `1` counts as version 1.0.0: `REGISTRY` ";
        let note_starts = listed.stderr.starts_with(note);
        // A reset is a failure of the connection, whose message begins with other words.
        assert!(note_starts || name == "nothing", "{name}: {listed}");
        assert_eq!(listed.stderr.lines().count(), 1, "{name}: {listed}");
    }
    let registry = without_gallery(forbidden());
    assert_snapshot!(list(&registry, &format!("tags {NGINX} -L 3")), @"
    TAG
    1.29.1
    1.29.1-alpine
    1.29
    --- stderr
    note: the registry answers for the gallery, with tag names only: `REGISTRY` denied anonymous access: Forbidden
    note: `--limit` leaves out 12 more rows
    ");
    assert_eq!(operations(&registry), "describeImageTags token tags/list");
}

#[test]
fn names_answer_what_names_can_answer() {
    let registry = without_gallery(forbidden());
    for (options, expected) in [
        ("--count", "15\n"),
        ("--count --semver ~1.27", "5\n"),
        ("-o name --sort version --limit 1", "1.29.1\n"),
        ("-o name --sort tag --limit 1", "1\n"),
        ("-o name --tag alpine --sort version", "alpine\n"),
        (
            "--full-ref --semver 1.27 --limit 1",
            "public.ecr.aws/docker/library/nginx:1.27.3\n",
        ),
        (
            "--include .*alpine -c tag --no-headers --limit 1",
            "1.29.1-alpine\n",
        ),
        ("--sort none -c tag --no-headers --tag latest", "latest\n"),
    ] {
        let listed = list(&registry, &format!("tags {NGINX} {options}"));
        assert_eq!(listed.stdout, expected, "{options}: {listed}");
        assert_eq!(listed.code, Some(0), "{options}: {listed}");
        let note = "note: the registry answers for the gallery";
        assert!(listed.stderr.starts_with(note), "{options}: {listed}");
    }
}

#[test]
fn the_registry_reads_manifests_by_tag() {
    let body = r#"{"schemaVersion":2,"manifests":[{"digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000","platform":{"os":"linux","architecture":"riscv64"}}]}"#;
    let registry = faulty(move |request| match request.operation.as_str() {
        "describeImageTags" => Some(forbidden()),
        "manifest" => Some(Fault::raw(200, "application/json", body)),
        _ => None,
    });
    for source in ["", "--source registry"] {
        let pinned = list(
            &registry,
            &format!("tags {NGINX} --semver ~1.27 --limit 1 --pin -q {source}"),
        );
        assert_eq!(
            pinned.data(),
            "public.ecr.aws/docker/library/nginx:1.27.3@sha256:47f22b3563868722a1378383bde486f2a35c662a217a1b616ea35abe9f276726\n"
        );
        let table = list(
            &registry,
            &format!("tags {NGINX}:1.27 -c tag,platforms,digest --no-headers -q {source}"),
        );
        assert_eq!(table.data(), "1.27  riscv64  47f22b356386\n");
    }
    let read = registry.requests().into_iter().map(|request| request.path);
    let mut read: Vec<_> = read.filter(|path| path.contains("/manifests/")).collect();
    read.dedup();
    assert_snapshot!(read.join("\n"), @"
    /v2/docker/library/nginx/manifests/1.27.3
    /v2/docker/library/nginx/manifests/1.27
    /v2/docker/library/nginx/manifests/1.27.3
    /v2/docker/library/nginx/manifests/1.27
    ");
}

#[test]
fn manifests_that_are_no_index_have_no_platforms() {
    let works = Registry::start(sample(NOW_MS));
    let line = "tags public.ecr.aws/example/tools/backup --source registry --platforms -L 2 -q";
    assert_snapshot!(list(&works, line), @"
    TAG        PLATFORMS
    stable-30  -
    stable-29  -
    ");
    let odd = faulty(|request| {
        let tags = r#"{"tags":["a/../b"]}"#;
        (request.operation == "tags/list").then(|| Fault::raw(200, "application/json", tags))
    });
    assert_snapshot!(list(&odd, &format!("tags {NGINX} --source registry --pin")), @"
    --- stderr
    error: the service returned an invalid tag `a/../b` for an image of `public.ecr.aws/docker/library/nginx`
    --- exit code 5
    ");
}

#[test]
fn what_names_cannot_answer_is_an_error_that_names_the_other_source() {
    let registry = without_gallery(forbidden());
    let mut refused = Vec::new();
    for line in [
        "tags NGINX -o json",
        "tags NGINX -o name",
        "tags NGINX -o csv --semver ^1",
        "tags NGINX --sort created",
        "tags NGINX --since 7d",
        "tags NGINX --max-pages 1",
        "tags NGINX --source gallery",
        "images NGINX",
    ] {
        let listed = list(&registry, &line.replace("NGINX", NGINX));
        assert_eq!(listed.code, Some(4), "{line}: {listed}");
        assert_eq!(listed.stdout, "", "{line}");
        refused.push(listed.stderr);
    }
    refused.dedup();
    assert_snapshot!(refused.join("\n"), @"
    error: `REGISTRY` denied anonymous access: Forbidden
    hint: list tag names only, from the registry: `ecrpub tags public.ecr.aws/docker/library/nginx --source registry`
    ");
    assert_eq!(operations(&registry), "describeImageTags");
}

#[test]
fn a_listing_that_has_begun_does_not_change_its_source() {
    let registry = faulty(|request| {
        let resumes = request.body.get("nextToken").is_some();
        (request.operation == "describeImageTags" && resumes).then(forbidden)
    });
    let line = format!("tags {NGINX} --page-size 5");
    let streamed = list(&registry, &format!("{line} --sort none -o name"));
    assert_eq!(streamed.code, Some(4), "{streamed}");
    assert_eq!(operations(&registry), "describeImageTags");
    let sorted = list(&registry, &format!("{line} --count"));
    assert_eq!((sorted.stdout.as_str(), sorted.code), ("15\n", Some(0)));
}

#[test]
fn both_failures_are_reported() {
    let registry = faulty(|request| match request.operation.as_str() {
        "describeImageTags" => Some(forbidden()),
        "tags/list" => Some(Fault::raw(200, "text/html", "<html>")),
        _ => None,
    });
    assert_snapshot!(list(&registry, &format!("tags {NGINX}")), @"
    --- stderr
    note: the registry answers for the gallery, with tag names only: `REGISTRY` denied anonymous access: Forbidden
    error: `REGISTRY` sent an invalid response: not the expected JSON (HTTP status 200)
    hint: check the endpoint and whether a proxy responds in its place
    --- exit code 5
    ");
}

#[test]
fn only_the_registry_says_that_a_repository_does_not_exist() {
    let unclear = || {
        [
            ("status 400 alone", Fault::raw(400, "application/json", "")),
            (
                "status 404 alone",
                Fault::raw(404, "application/json", "{}"),
            ),
            ("a new code", Fault::error(400, "NoIdeaException", "What?")),
            ("no image", Fault::error(404, "ImageNotFoundException", "?")),
            (
                "no policy",
                Fault::error(400, "RepositoryPolicyNotFoundException", "?"),
            ),
            ("no operation", Fault::error(400, "NotFoundException", "?")),
            (
                "a page for people",
                Fault::raw(404, "text/html", " <!doctype html>no"),
            ),
        ]
    };
    for (name, fault) in unclear() {
        let registry = without_gallery(fault);
        let missing = list(
            &registry,
            "tags public.ecr.aws/docker/library/nginxx -o json",
        );
        assert_eq!(missing.code, Some(3), "{name}: {missing}");
        allow_duplicates!(assert_snapshot!(missing, @"
        --- stderr
        error: repository `public.ecr.aws/docker/library/nginxx` does not exist
        hint: list the repositories with `ecrpub repos public.ecr.aws/docker`
        --- exit code 3
        "));
        assert_eq!(operations(&registry), "describeImageTags token tags/list");
        for source in ["", "--source gallery"] {
            let exists = list(&registry, &format!("tags {NGINX} -o json {source}"));
            assert_eq!(exists.code, Some(5), "{name}: {exists}");
        }
        // It exists, so that the gallery failed, and names are enough for a number.
        let counted = list(&registry, &format!("tags {NGINX} --count"));
        assert_eq!(counted.stdout, "15\n", "{name}: {counted}");
    }
    for (status, body) in [
        (404, r#"{"errors":[{"code":"NOT_FOUND","message":"no"}]}"#),
        (404, "<html>"),
        (403, r#"{"errors":[{"code":"DENIED"}]}"#),
        (200, "{}"),
    ] {
        let registry = faulty(move |request| match request.operation.as_str() {
            "describeImageTags" => Some(Fault::raw(400, "application/json", "")),
            "tags/list" => Some(Fault::raw(status, "application/json", body)),
            _ => None,
        });
        let outcome = list(
            &registry,
            "tags public.ecr.aws/docker/library/nginxx -o json",
        );
        assert_eq!(outcome.code, Some(5), "{status} {body}: {outcome}");
    }
    let unknown = faulty(|_| Some(Fault::error(400, "ResourceNotFoundException", "no")));
    let repos = list(&unknown, "repos public.ecr.aws/docker");
    assert_eq!(repos.code, Some(5), "{repos}");
    let said = Fault::error(400, "RepositoryNotFoundException", "no such repository");
    let registry = without_gallery(said);
    let missing = list(&registry, &format!("tags {NGINX}"));
    assert_eq!(missing.code, Some(3), "{missing}");
    assert_eq!(operations(&registry), "describeImageTags");
}

/// The requests of a run, which prints what the gallery alone lets it print.
fn asked(line: &str, fault: impl Fn(&Request) -> Option<Fault> + Send + Sync + 'static) -> String {
    let registry = faulty(fault);
    let line = line.replace("NGINX", NGINX);
    let outcome = list(&registry, &line);
    let requests = registry.requests();
    let (line, _) = line.split_once(" --source").unwrap_or((&line, ""));
    let expected = list(&registry, &format!("{line} --source gallery"));
    assert_eq!(outcome, expected, "{line}");
    let name = |request: Request| match &*request.method {
        "HEAD" => request.method,
        _ => request.operation,
    };
    requests.into_iter().map(name).collect::<Vec<_>>().join(" ")
}

/// Command lines, and the requests that they send.
const ONE_TAG: &str = "\
tags NGINX:1.27 --pin => token HEAD
tags NGINX --tag 1.27 -o name --sort tag => token HEAD
tags NGINX:1.27 --full-ref --include x => token HEAD
tags NGINX:1.27 --pin --source registry => token HEAD
tags NGINX:1.27 public.ecr.aws/example/charts/storefront:1.2.0-rc1 --pin => token HEAD HEAD
tags NGINX:0.1 --pin => token HEAD manifest
tags public.ecr.aws/docker/nginx:1 --pin => token HEAD manifest
tags NGINX:1.27 --pin --source gallery => describeImageTags
tags NGINX:1.27 NGINX:alpine --pin => describeImageTags
tags public.ecr.aws/docker/*/nginx --tag 1.27 --pin => describeRepositoryCatalogData describeImageTags
tags NGINX:1.27 -c tag,digest => describeImageTags
tags NGINX:1.27 --pin --semver ^1 => describeImageTags
tags NGINX:1.27 --pin --before 1d => describeImageTags
tags NGINX:1.27 --count => describeImageTags
images NGINX:1.27 --pin => describeImageTags";

#[test]
fn one_tag_to_pin_takes_one_request() {
    for case in ONE_TAG.lines() {
        let (line, requests) = case.split_once(" => ").expect("an arrow");
        assert_eq!(asked(line, |_| None), requests, "{line}");
    }
    let told = list(&faulty(|_| None), &format!("tags {NGINX}:1.27 --pin -v"));
    let request = format!("HEAD of manifest 1.27 of `{NGINX}`: attempt 1 of 8");
    assert!(told.stderr.contains(&request), "{told}");
}

/// What has a fault, its status, its digest with the first of 32 pairs, and the requests before the listing.
const UNSAID: &str = "\
HEAD 200 - => token HEAD
HEAD 200 sha256:f => token HEAD
HEAD 200 sha512:ff => token HEAD
HEAD 200 sha256:FF => token HEAD
HEAD 200 sha256:fg => token HEAD
HEAD 204 sha256:ff => token HEAD
HEAD 307 sha256:ff => token HEAD
HEAD 405 - => token HEAD
HEAD 501 - => token HEAD
HEAD 429 - => token HEAD HEAD HEAD HEAD HEAD HEAD HEAD HEAD
HEAD reset - => token HEAD HEAD HEAD
HEAD 403 - => token HEAD token HEAD
HEAD 404 sha256:ff => token HEAD manifest
manifest 404 - => token HEAD manifest
token 403 - => token";

#[test]
fn what_the_registry_does_not_say_of_a_tag_is_listed() {
    for case in UNSAID.lines() {
        let (fault, requests) = case.split_once(" => ").expect("an arrow");
        let [what, status, digest] = fault.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{case}");
        };
        let (algorithm, pair) = digest.split_once(':').unwrap_or_default();
        let digest = format!("{algorithm}:{}", pair.repeat(32));
        let fault = status.parse().map_or(Fault::Reset, |status| Fault::Raw {
            status,
            headers: vec![("docker-content-digest", digest)],
            body: r#"{"errors":[{"code":"DENIED"}]}"#.into(),
        });
        let seen = asked("tags NGINX:1.27 --pin", move |request| {
            let is_meant = request.operation == what || request.method == what;
            is_meant.then(|| fault.clone())
        });
        assert_eq!(seen, format!("{requests} describeImageTags"), "{case}");
    }
}

/// Any JSON with status 200, and a manifest whose digest the registry names otherwise.
#[test]
fn only_a_manifest_is_pinned() {
    let errors = r#"{"errors":[{"code":"UNAVAILABLE"}]}"#;
    let other = format!("sha256:{}", "0".repeat(64));
    let manifest = r#"{"schemaVersion":2,"layers":[]}"#;
    for (body, digest, words) in [
        (errors, None, "not a manifest"),
        (r#"["schemaVersion"]"#, None, "not the expected JSON"),
        (manifest, Some(other.as_str()), "does not have the digest"),
        (manifest, Some("sha256:0"), "does not have the digest"),
    ] {
        let digest = digest.map(|digest| ("docker-content-digest", digest.to_owned()));
        let fault = Fault::Raw {
            status: 200,
            headers: digest.into_iter().collect(),
            body: body.into(),
        };
        let registry = without_head(fault);
        for option in ["--pin", "--platforms", "-c tag,digest"] {
            let line = format!("tags {NGINX}:1.27 --source registry {option}");
            let outcome = list(&registry, &line);
            outcome.assert_failed(5, words, body);
        }
    }
    let sha = "sha256:6ece6defe7067e1c5455a7720c1189ad30f7f8efe78587bd7c06e64a80fe7770";
    for named in ["sha512:0", &sha.to_uppercase().replace("SHA", "sha")] {
        let headers = vec![("docker-content-digest", named.to_owned())];
        let fault = Fault::Raw {
            status: 200,
            headers,
            body: manifest.into(),
        };
        let registry = without_head(fault);
        let pinned = list(
            &registry,
            &format!("tags {NGINX}:1.27 --source registry --pin"),
        );
        assert_eq!(pinned.data(), format!("{NGINX}:1.27@{sha}\n"));
    }
}

/// The fields of a refusal may come twice, in two spellings, and as other types.
#[test]
fn a_refusal_is_read_whatever_else_it_holds() {
    for body in [
        r#"{"__type":"RepositoryNotFoundException","code":"RepositoryNotFoundException","message":"a","Message":"b"}"#,
        r#"{"message":"a","message":"b","__type":"x#RepositoryNotFoundException"}"#,
        r#"{"__type":["x"],"code":"RepositoryNotFoundException:http://x","message":{}}"#,
    ] {
        let registry = without_gallery(Fault::raw(400, "application/json", body));
        let missing = list(&registry, &format!("tags {NGINX} -o json"));
        assert_eq!(missing.code, Some(3), "{body}: {missing}");
        assert_eq!(operations(&registry), "describeImageTags", "{body}");
    }
    for body in [
        r#"{"errors":[{"code":"X","code":"NAME_UNKNOWN","message":1,"detail":[]}]}"#,
        r#"{"errors":[{},null,{"code":"NAME_UNKNOWN"}],"errors":[{"code":"NAME_UNKNOWN"}]}"#,
    ] {
        let registry = faulty(move |request| {
            (request.operation == "tags/list").then(|| Fault::raw(404, "application/json", body))
        });
        let missing = list(&registry, &format!("tags {NGINX} --source registry"));
        assert_eq!(missing.code, Some(3), "{body}: {missing}");
    }
}

//! Public repositories through the gallery: the same tags as by the signed API, without an account.

use ecrpub_registry::{Fault, Registry, Repository, sample};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::harness::{NOW_MS, Outcome, Run, ecrpub, file, home, small};

const NGINX: &str = "public.ecr.aws/docker/library/nginx";

fn gallery() -> Registry {
    Registry::start(sample(NOW_MS))
}

/// Runs `ecrpub` without an AWS account.
fn list(registry: &Registry, arguments: &str) -> Outcome {
    let run = Run::on(registry).without_keys();
    run.arguments(arguments).outcome()
}

/// The rows of a JSON document, without the alias that only public ones have.
fn rows(document: &str, list: &str) -> Vec<Value> {
    let mut document: Value = serde_json::from_str(document).expect("JSON");
    let rows = document[list].as_array_mut().expect("a list");
    for row in rows.iter_mut() {
        let row = row.as_object_mut().expect("an object");
        assert_eq!(row.remove("registryAliasName"), Some("example".into()));
    }
    std::mem::take(rows)
}

#[test]
fn public_tags_are_listed_with_their_images() {
    let registry = gallery();
    assert_snapshot!(list(&registry, &format!("tags {NGINX} -L 3")), @"
    TAG     CREATED                  SIZE  MANIFEST   DIGEST
    1       2024-05-28T07:00:00Z  72.4 MB  OCI index  ca36ce2625a8
    1.29    2024-05-28T07:00:00Z  72.4 MB  OCI index  ca36ce2625a8
    1.29.1  2024-05-28T07:00:00Z  72.4 MB  OCI index  ca36ce2625a8
    --- stderr
    note: `--limit` leaves out 12 more rows
    ");
    let bodies: Vec<_> = registry
        .requests()
        .into_iter()
        .map(|request| request.body)
        .collect();
    let question = json!({ "registryAliasName": "docker", "repositoryName": "library/nginx", "maxResults": 1000 });
    assert_eq!(bodies, [question]);
}

#[test]
fn every_format_prints_public_tags_like_own_ones() {
    let registry = Registry::start([Repository::generated("big", 1234)]);
    let public = |options: &str| {
        list(
            &registry,
            &format!("tags public.ecr.aws/example/big --page-size 97 {options}"),
        )
        .data()
    };
    let own = |options: &str| ecrpub(&registry, &format!("tags big {options}")).data();
    for format in ["table --no-trunc", "name"] {
        let options = format!("--time iso -o {format}");
        assert_eq!(public(&options), own(&options), "{format}");
    }
    let columns = "-c repositoryName,imageTag,createdAt,imageSizeInBytes,imagePushedAt,imageManifestMediaType,artifactMediaType,imageDigest";
    for format in ["json", "jsonl", "csv", "tsv"] {
        let options = format!("--time epoch -o {format} {columns}");
        assert_eq!(public(&options), own(&options), "{format}");
    }
    let own: Value = serde_json::from_str(&own("-o json --time epoch")).expect("JSON");
    let public = rows(&public("-o json --time epoch"), "imageTagDetails");
    assert_eq!(Value::from(public), own["imageTagDetails"]);
}

#[test]
fn filters_orders_and_limits_work_as_for_own_repositories() {
    let registry = Registry::start([Repository::generated("big", 1234)]);
    for options in [
        "--semver ^0.50",
        "--include v0[.]1.* --exclude .*arm64",
        "--since 2024-06-01 --before 2024-07-01",
        "--sort size --limit 20 -q",
        "--sort version --reverse --limit 20 -q",
        "--media-type helm",
        "--tag v0.0.8 --tag v1.0.3",
        "--count",
    ] {
        for command in ["tags", "images --tagged"] {
            let format = if options == "--count" { "" } else { "-o name" };
            let own = ecrpub(&registry, &format!("{command} big {options} {format}")).data();
            let line = format!("{command} example/big --public {options} {format}");
            assert_eq!(list(&registry, &line).data(), own, "{command} {options}");
            assert!(!own.is_empty(), "{command} {options}");
        }
    }
}

#[test]
fn the_images_of_a_public_repository_are_those_of_its_tags() {
    let registry = Registry::start([Repository::generated("big", 1234)]);
    let public = list(
        &registry,
        "images public.ecr.aws/example/big --page-size 97 --tagged -o json --time epoch",
    );
    let own = ecrpub(&registry, "images big --tagged -o json --time epoch").data();
    let mut own: Value = serde_json::from_str(&own).expect("JSON");
    for row in own["imageDetails"].as_array_mut().expect("a list") {
        // The gallery does not provide the account.
        row.as_object_mut().expect("an object").remove("registryId");
    }
    let public = rows(&public.data(), "imageDetails");
    assert_eq!(public.len(), 973);
    assert_eq!(Value::from(public), own["imageDetails"]);
}

#[test]
fn a_repository_of_which_nothing_passes_is_noted() {
    let several = "images -o csv -c imageTags public.ecr.aws/example/tools/backup public.ecr.aws/example/charts/storefront --before 2024-04-01";
    assert_snapshot!(list(&gallery(), several), @"
    imageTags
    1.0.0
    0.9.1
    --- stderr
    note: repository `public.ecr.aws/example/tools/backup` has nothing to list: of 4 rows, none passes the filters
    ");
}

#[test]
fn an_untagged_image_is_named_as_missing() {
    let registry = Registry::start(small());
    let untagged = small()[0].images[1].digest.clone().expect("a digest");
    let line =
        format!("images public.ecr.aws/example/web --digest {untagged} --tag latest -o name");
    assert_snapshot!(list(&registry, &line), @"
    sha256:7d7e21309e60404251ad9f9d80828dfce0f139932fc729420e9defc4d93c2819
    --- stderr
    error: repository `public.ecr.aws/example/web` has no image with digest `sha256:b52f612f160ee47da64fd4d26116a2e08cf1e4f62116baa56bd86c7493412e38`
    hint: a public repository shows tagged images only; list them with `ecrpub images public.ecr.aws/example/web`
    --- exit code 3
    ");
}

#[test]
fn a_tag_or_a_digest_of_a_reference_selects_its_image() {
    let registry = gallery();
    assert_snapshot!(list(&registry, &format!("images {NGINX}:1.27 -c imageTags -o csv --no-headers")).data(), @"1.27.3;1.27");
    assert_snapshot!(list(&registry, &format!("tags {NGINX}:1.27 {NGINX}:alpine --tag latest -o name")).data(), @"
    latest
    alpine
    1.27
    ");
    let digest = list(&registry, &format!("images {NGINX}:1.27 -o name")).data();
    let digest = digest.trim();
    assert_snapshot!(list(&registry, &format!("tags {NGINX}@{digest} -o name")).data(), @"
    1.27
    1.27.3
    ");
    assert_snapshot!(list(&registry, &format!("tags {NGINX}:0.1 -o name")), @"
    --- stderr
    error: repository `public.ecr.aws/docker/library/nginx` has no image with tag `0.1`
    hint: list its tags with `ecrpub tags public.ecr.aws/docker/library/nginx`
    --- exit code 3
    ");
    let all = list(&registry, &format!("tags {NGINX}:1.27 {NGINX} -o name")).data();
    assert_eq!(all.lines().count(), 15);
}

#[test]
fn own_and_public_repositories_mix() {
    let registry = gallery();
    let mixed = format!("tags storefront {NGINX} public.ecr.aws/example/charts/storefront -L 1 -q");
    assert_snapshot!(ecrpub(&registry, &mixed), @"
    ALIAS    REPOSITORY         TAG        CREATED                  SIZE  MANIFEST   DIGEST
    -        storefront         2          2024-06-01T09:00:00Z  62.5 MB  OCI index  0e27721d9ad4
    docker   library/nginx      1          2024-05-28T07:00:00Z  72.4 MB  OCI index  ca36ce2625a8
    example  charts/storefront  1.2.0-rc1  2024-05-30T12:00:00Z  18.3 kB  OCI image  911b1ff12ed4
    ");
    assert_snapshot!(ecrpub(&registry, &format!("tags storefront {NGINX} --count")), @"
    storefront	9
    public.ecr.aws/docker/library/nginx	15
    ");
}

/// Every read of AWS or Docker settings here would fail, hang, or be recorded.
fn with_traps(registry: &Registry, metadata: &Registry) -> Run {
    let config = "[default\nthis is no configuration\n";
    let home = home("traps", config);
    std::fs::write(home.join(".aws/credentials"), config).expect("a file can be written");
    let docker = home.join(".docker");
    std::fs::create_dir_all(&docker).expect("a folder can be made");
    let auth = r#"{"auths":{"public.ecr.aws":{"auth":"QVdTOnN0YWxl"}},"credsStore":"nowhere"}"#;
    std::fs::write(docker.join("config.json"), auth).expect("a file can be written");
    Run::on(registry)
        .without("AWS_SECRET_ACCESS_KEY")
        .without("AWS_EC2_METADATA_DISABLED")
        .env("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.url())
        .env("AWS_PROFILE", "nobody")
        .env("AWS_ENDPOINT_URL_ECR_PUBLIC", "no URL")
        .env("DOCKER_CONFIG", docker)
        .env("HOME", home)
}

#[test]
fn public_runs_neither_send_nor_read_credentials() {
    let metadata = Registry::start([]);
    let registry = gallery();
    let own = with_traps(&registry, &metadata)
        .arguments("tags storefront")
        .outcome();
    assert_eq!(own.code, Some(2), "the traps do not work: {own}");

    for options in ["", "--platforms -L 1 -q", "--source registry --tag 1 --pin"] {
        let run = with_traps(&registry, &metadata).arguments(&format!("tags {NGINX} {options}"));
        run.outcome().data();
    }
    metadata.assert_no_requests();
    for request in registry.requests() {
        let authorization = request.authorization.unwrap_or_default();
        let is_anonymous = authorization.is_empty() || authorization.starts_with("Bearer ");
        assert!(is_anonymous, "{}: {authorization}", request.operation);
    }
}

/// `strace` lists the files that the program opens.
#[test]
#[cfg(target_os = "linux")]
fn public_runs_open_no_file_of_aws_or_docker() {
    if !crate::harness::peer("strace") {
        return;
    }
    let registry = gallery();
    let opened = |arguments: &str| {
        let run = Run::of("strace", &registry.url()).env("HOME", home("traced", "[default]\n"));
        let mut command = run.into_command();
        let ecrpub = assert_cmd::cargo::cargo_bin("ecrpub");
        command.args(["-f", "-e", "trace=%file"]).arg(ecrpub);
        let output = command
            .args(arguments.split(' '))
            .output()
            .expect("strace starts");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    assert!(opened("tags storefront").contains("/.aws/config"));
    let trace = opened(&format!("tags {NGINX} --platforms -L 1"));
    assert!(
        !trace.contains("/.aws") && !trace.contains("/.docker"),
        "{trace}"
    );
}

#[test]
fn settings_of_the_environment_apply_or_are_refused_by_name() {
    let registry = gallery();
    for (name, value) in [
        ("ECRPUB_GALLERY_URL", "gallery"),
        ("ECRPUB_REGISTRY_URL", "ftp://registry"),
        ("ECRPUB_REGISTRY_URL", "http://registry?key=K"),
        ("AWS_MAX_ATTEMPTS", "0"),
        ("AWS_RETRY_MODE", "nonsense"),
        ("AWS_CA_BUNDLE", "/no/such/file"),
    ] {
        let run = Run::on(&registry).env(name, value);
        let outcome = run.arguments(&format!("tags {NGINX}")).outcome();
        assert_eq!(outcome.code, Some(2), "{name}: {outcome}");
        assert!(outcome.stderr.contains(name), "{name}: {outcome}");
    }
    registry.assert_no_requests();
}

#[test]
fn https_is_trusted_by_the_ca_bundle_only() {
    let registry = sample(NOW_MS)
        .into_iter()
        .fold(
            Registry::builder().tls(),
            ecrpub_registry::Builder::repository,
        )
        .start();
    let bundle = file("public-ca.pem", registry.certificate());
    for options in ["", "--source registry", "--platforms -L 1 -q"] {
        let line = format!("tags {NGINX} -o csv {options}");
        let distrusted = list(&registry, &line);
        assert_eq!(distrusted.code, Some(5), "{options}: {distrusted}");
        assert!(
            distrusted.stderr.contains("cannot trust"),
            "{options}: {distrusted}"
        );
        let run = Run::on(&registry)
            .without_keys()
            .env("AWS_CA_BUNDLE", &bundle);
        run.arguments(&line).outcome().data();
    }
}

/// The output of `tags` for this response of the gallery.
fn answered(status: u16, body: &str) -> String {
    let body = body.to_owned();
    let registry = Registry::builder()
        .faults(move |_| Some(Fault::raw(status, "application/json", body.clone())))
        .start();
    list(
        &registry,
        &format!("tags {NGINX} -o json --time epoch --max-attempts 1"),
    )
    .to_string()
}

#[test]
fn responses_of_the_gallery_are_parsed_tolerantly() {
    assert_snapshot!(answered(200, r#"{"imageTagDetails":[
        {"imageTag":"a","createdAt":"2023-05-12T03:22:40.827Z","imageDetail":null,"novelty":[1]},
        {"imageTag":"b","createdAt":null,"imageDetail":{"imageDigest":"sha256:1","imageSizeInBytes":null,"imagePushedAt":"2023-05-12T05:22:40.8274+02:00"}},
        {}]}"#), @r#"
    {
      "imageTagDetails": [
        {
          "registryAliasName": "docker",
          "repositoryName": "library/nginx",
          "imageTag": "a",
          "createdAt": 1683861760.827
        },
        {
          "registryAliasName": "docker",
          "repositoryName": "library/nginx"
        },
        {
          "registryAliasName": "docker",
          "repositoryName": "library/nginx",
          "imageTag": "b",
          "imageDetail": {
            "imagePushedAt": 1683861760.827,
            "imageDigest": "sha256:1"
          }
        }
      ]
    }
    "#);
}

#[test]
fn responses_without_a_list_are_errors() {
    for body in [
        "",
        "{}",
        "[]",
        "null",
        "<html>",
        r#"{"imageTagDetails":null}"#,
        r#"{"imageTagDetails":[7]}"#,
        r#"{"imageTagDetails":[{"createdAt":"yesterday"}]}"#,
        r#"{"imageTagDetails":[]"#,
        r#"{"message":"hello"}"#,
    ] {
        let outcome = answered(200, body);
        assert!(outcome.contains("an invalid response"), "{body}: {outcome}");
        assert!(outcome.ends_with("--- exit code 5\n"), "{body}: {outcome}");
    }
}

#[test]
fn errors_of_the_gallery_are_distinguished() {
    let refused = |code: &str, message: &str| {
        answered(
            400,
            &json!({ "__type": code, "message": message }).to_string(),
        )
    };
    assert_snapshot!(refused("com.amazonaws.ecr#RepositoryNotFoundException", "no"), @"
    --- stderr
    error: repository `public.ecr.aws/docker/library/nginx` does not exist
    hint: list the repositories with `ecrpub repos public.ecr.aws/docker`
    --- exit code 3
    ");
    assert_snapshot!(refused("InvalidParameterException", "maxResults"), @"
    --- stderr
    error: the service refuses the request: maxResults
    --- exit code 2
    ");
    assert_snapshot!(refused("AccessDeniedException", "no"), @"
    --- stderr
    error: `REGISTRY` denied anonymous access: no
    hint: list tag names only, from the registry: `ecrpub tags public.ecr.aws/docker/library/nginx --source registry`
    --- exit code 4
    ");
    assert_snapshot!(answered(403, r#"{"message":"Forbidden"}"#), @"
    --- stderr
    error: `REGISTRY` denied anonymous access: Forbidden
    hint: list tag names only, from the registry: `ecrpub tags public.ecr.aws/docker/library/nginx --source registry`
    --- exit code 4
    ");
}

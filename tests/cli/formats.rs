//! The whole output of every format; the guide, whose examples are tests, has more.

use ecrpub_registry::{Image, Registry, Repository};
use insta::assert_snapshot;

use crate::harness::{NOW_MS, ecrpub, small};

fn print(arguments: &str) -> String {
    ecrpub(&Registry::start(small()), arguments).to_string()
}

#[test]
fn a_full_table_cuts_nothing_and_shows_bytes() {
    assert_snapshot!(print("images web --no-trunc --bytes"), @"
    DIGEST                                                                   PUSHED                    SIZE  MANIFEST                                    TAGS
    sha256:7d7e21309e60404251ad9f9d80828dfce0f139932fc729420e9defc4d93c2819  2024-04-22T12:00:00Z  61204519  application/vnd.oci.image.index.v1+json     1.27.3, latest
    sha256:b52f612f160ee47da64fd4d26116a2e08cf1e4f62116baa56bd86c7493412e38  2024-04-22T11:58:59Z  58333213  application/vnd.oci.image.manifest.v1+json  -
    sha256:b61ddc4c7aa6219a2bd2ff75e8602a6c57e4e47fe01029521c116df92dd2955e  -                            -  -                                           bare
    ");
}

#[test]
fn a_table_of_several_repositories_keeps_the_order_given() {
    assert_snapshot!(print("tags empty web empty -R web --no-headers"), @"
    web  latest  2024-05-30T12:00:00Z  61.2 MB  OCI index  7d7e21309e60
    web  1.27.3  2024-04-22T12:00:00Z  61.2 MB  OCI index  7d7e21309e60
    web  bare    -                           -  -          b61ddc4c7aa6
    --- stderr
    note: repository `empty` has nothing to list: it is empty
    ");
}

#[test]
fn json_of_images_is_the_services_document() {
    assert_snapshot!(print("images web -o json --tag latest --tag bare"), @r#"
    {
      "imageDetails": [
        {
          "registryId": "123456789012",
          "repositoryName": "web",
          "imageDigest": "sha256:7d7e21309e60404251ad9f9d80828dfce0f139932fc729420e9defc4d93c2819",
          "imagePushedAt": "2024-04-22T12:00:00Z",
          "imageSizeInBytes": 61204519,
          "imageManifestMediaType": "application/vnd.oci.image.index.v1+json",
          "imageTags": [
            "1.27.3",
            "latest"
          ]
        },
        {
          "registryId": "123456789012",
          "repositoryName": "web",
          "imageDigest": "sha256:b61ddc4c7aa6219a2bd2ff75e8602a6c57e4e47fe01029521c116df92dd2955e",
          "imageTags": [
            "bare"
          ]
        }
      ]
    }
    "#);
}

#[test]
fn json_of_tags_nests_as_the_service_does() {
    assert_snapshot!(print("tags web -o json --tag latest --tag bare"), @r#"
    {
      "imageTagDetails": [
        {
          "repositoryName": "web",
          "imageTag": "latest",
          "createdAt": "2024-05-30T12:00:00Z",
          "imageDetail": {
            "imageSizeInBytes": 61204519,
            "imagePushedAt": "2024-04-22T12:00:00Z",
            "imageManifestMediaType": "application/vnd.oci.image.index.v1+json",
            "imageDigest": "sha256:7d7e21309e60404251ad9f9d80828dfce0f139932fc729420e9defc4d93c2819"
          }
        },
        {
          "repositoryName": "web",
          "imageTag": "bare",
          "imageDetail": {
            "imageDigest": "sha256:b61ddc4c7aa6219a2bd2ff75e8602a6c57e4e47fe01029521c116df92dd2955e"
          }
        }
      ]
    }
    "#);
}

#[test]
fn csv_is_rfc_4180_with_lines_that_end_in_lf() {
    assert!(!print("images web -o csv").contains('\r'));
    assert_snapshot!(print("images web -o csv"), @"
    registryId,repositoryName,imageDigest,imagePushedAt,imageSizeInBytes,imageManifestMediaType,artifactMediaType,imageTags
    123456789012,web,sha256:7d7e21309e60404251ad9f9d80828dfce0f139932fc729420e9defc4d93c2819,2024-04-22T12:00:00Z,61204519,application/vnd.oci.image.index.v1+json,,1.27.3;latest
    123456789012,web,sha256:b52f612f160ee47da64fd4d26116a2e08cf1e4f62116baa56bd86c7493412e38,2024-04-22T11:58:59Z,58333213,application/vnd.oci.image.manifest.v1+json,application/vnd.oci.image.config.v1+json,
    123456789012,web,sha256:b61ddc4c7aa6219a2bd2ff75e8602a6c57e4e47fe01029521c116df92dd2955e,,,,,bare
    ");
}

#[test]
fn tsv_has_tabs_between_cells() {
    assert_snapshot!(print("tags web -o tsv").replace('\t', " | "), @"
    repositoryName | imageTag | createdAt | imageSizeInBytes | imagePushedAt | imageManifestMediaType | artifactMediaType | imageDigest
    web | latest | 2024-05-30T12:00:00Z | 61204519 | 2024-04-22T12:00:00Z | application/vnd.oci.image.index.v1+json |  | sha256:7d7e21309e60404251ad9f9d80828dfce0f139932fc729420e9defc4d93c2819
    web | 1.27.3 | 2024-04-22T12:00:00Z | 61204519 | 2024-04-22T12:00:00Z | application/vnd.oci.image.index.v1+json |  | sha256:7d7e21309e60404251ad9f9d80828dfce0f139932fc729420e9defc4d93c2819
    web | bare |  |  |  |  |  | sha256:b61ddc4c7aa6219a2bd2ff75e8602a6c57e4e47fe01029521c116df92dd2955e
    ");
}

#[test]
fn references_are_checked_before_the_first_is_printed() {
    let hostile = Image::oci(1, 1, NOW_MS).tagged(&["good", "x --force"]);
    let hostile = Repository::new("hostile", vec![hostile]);
    let registry = Registry::start([Repository::generated("big", 3000), hostile]);
    let full = ecrpub(&registry, "tags big hostile --full-ref");
    assert_snapshot!(full, @"
    --- stderr
    error: the service returned an invalid tag `x --force`
    hint: look at the row with `-o json`
    --- exit code 5
    ");
    let pinned = ecrpub(&registry, "tags big hostile --pin");
    assert_eq!(pinned, full);
}

#[test]
fn columns_keep_the_nesting_of_json_and_no_object_is_written_twice() {
    assert_snapshot!(
        print("tags web -o jsonl -c imageDigest,imageTag,imageSizeInBytes"),
        @r#"
    {"imageDetail":{"imageDigest":"sha256:7d7e21309e60404251ad9f9d80828dfce0f139932fc729420e9defc4d93c2819","imageSizeInBytes":61204519},"imageTag":"latest"}
    {"imageDetail":{"imageDigest":"sha256:7d7e21309e60404251ad9f9d80828dfce0f139932fc729420e9defc4d93c2819","imageSizeInBytes":61204519},"imageTag":"1.27.3"}
    {"imageDetail":{"imageDigest":"sha256:b61ddc4c7aa6219a2bd2ff75e8602a6c57e4e47fe01029521c116df92dd2955e"},"imageTag":"bare"}
    "#
    );
    assert_snapshot!(print("tags web -o jsonl -c imageSizeInBytes"), @r#"
    {"imageDetail":{"imageSizeInBytes":61204519}}
    {"imageDetail":{"imageSizeInBytes":61204519}}
    {}
    "#);
}

#[test]
fn columns_are_chosen_added_and_left_out() {
    assert_snapshot!(print("images web -o csv -c imageTags,imageDigest"), @"
    imageTags,imageDigest
    1.27.3;latest,sha256:7d7e21309e60404251ad9f9d80828dfce0f139932fc729420e9defc4d93c2819
    ,sha256:b52f612f160ee47da64fd4d26116a2e08cf1e4f62116baa56bd86c7493412e38
    bare,sha256:b61ddc4c7aa6219a2bd2ff75e8602a6c57e4e47fe01029521c116df92dd2955e
    ");
    assert_snapshot!(print("images web -c +artifact,+registryId,-manifest -c -pushed"), @"
    REGISTRY      DIGEST           SIZE  ARTIFACT   TAGS
    123456789012  7d7e21309e60  61.2 MB  -          1.27.3, latest
    123456789012  b52f612f160e  58.3 MB  OCI image  -
    123456789012  b61ddc4c7aa6        -  -          bare
    ");
}

#[test]
fn times_are_written_in_every_form_and_format() {
    let time = |format: &str| {
        print(&format!(
            "images web -c imagePushedAt --no-headers {format}"
        ))
    };
    assert_snapshot!(time("-o jsonl --time epoch"), @r#"
    {"imagePushedAt":1713787200.655}
    {"imagePushedAt":1713787139.0}
    {}
    "#);
    assert_snapshot!(time("-o tsv --time epoch"), @"
    1713787200.655
    1713787139
    ");
    // What is printed can be typed.
    let dated = |options: &str| time(&format!("-o tsv --time epoch {options}"));
    assert_eq!(dated("--since 1713787200.655"), "1713787200.655\n");
    assert_eq!(dated("--before 1713787200.655"), "1713787139\n");
    assert_eq!(dated("--before 1713787139.0 -q"), "");
    assert_snapshot!(time("--time relative"), @"
    1 month ago
    1 month ago
    -
    ");
}

#[test]
fn local_time_is_that_of_the_zone() {
    let registry = Registry::start(small());
    let outcome = crate::harness::Run::on(&registry)
        .env("TZ", "America/New_York")
        .arguments("images web -c imagePushedAt --time local --no-headers")
        .outcome();
    assert_snapshot!(outcome, @"
    2024-04-22T08:00:00-04:00
    2024-04-22T07:58:59-04:00
    -
    ");
}

#[test]
fn machine_formats_carry_exact_bytes_in_a_pipe() {
    let mut image =
        Image::oci(1, 1, NOW_MS).tagged(&["a\tb\\c\nd", "e\"f,g", "\u{1b}[31m\u{202e}"]);
    image.artifact_media_type = Some("=cmd()".to_owned());
    let registry = Registry::start([Repository::new("web", vec![image])]);
    let print = |format: &str| {
        let line = format!("images web -c imageTags,artifactMediaType --no-headers -o {format}");
        ecrpub(&registry, &line).data()
    };
    assert_eq!(
        print("jsonl"),
        "{\"imageTags\":[\"a\\tb\\\\c\\nd\",\"e\\\"f,g\",\"\\u001b[31m\u{202e}\"],\"artifactMediaType\":\"=cmd()\"}\n"
    );
    assert_eq!(
        print("csv"),
        "\"a\tb\\c\nd;e\"\"f,g;\u{1b}[31m\u{202e}\",=cmd()\n"
    );
    assert_eq!(
        print("tsv"),
        "a\\tb\\\\c\\nd;e\"f,g;\u{1b}[31m\u{202e}\t=cmd()\n"
    );
    assert_eq!(
        print("table"),
        "a\\u{9}b\\c\\u{a}d, e\"f,g, \\u{1b}[31m\\u{202e}  =cmd()\n"
    );
}

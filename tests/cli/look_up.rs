//! `--tag` and `--digest`: existing images are listed, missing ones are named.

use ecrpub_registry::{Image, Registry, Repository};
use insta::assert_snapshot;
use serde_json::json;

use crate::harness::{NOW_MS, ecrpub, small};

fn digest(repository: &Repository, position: usize) -> String {
    let digest = repository.images[position].digest.clone();
    digest.expect("generated images have digests")
}

#[test]
fn images_are_looked_up_by_the_service() {
    let registry = Registry::start(small());
    let [web, _] = small();
    let line = format!(
        "images web --tag latest --digest {} -o name",
        digest(&web, 1)
    );
    let listed = ecrpub(&registry, &line).data();
    assert_eq!(
        listed,
        format!("{}\n{}\n", digest(&web, 2), digest(&web, 1))
    );
    let bodies: Vec<_> = registry
        .requests()
        .into_iter()
        .map(|request| request.body)
        .collect();
    let ids = json!([{ "imageTag": "latest" }, { "imageDigest": digest(&web, 1) }]);
    assert_eq!(
        bodies,
        [json!({ "repositoryName": "web", "imageIds": ids })]
    );
}

#[test]
fn look_ups_are_sent_a_hundred_ids_at_a_time() {
    let big = Repository::generated("big", 400);
    let ids: Vec<_> = (0..250)
        .map(|at| format!("--digest {}", digest(&big, at)))
        .collect();
    let registry = Registry::start([big]);
    let listed = ecrpub(&registry, &format!("images big -o name {}", ids.join(" "))).data();
    assert_eq!(listed.lines().count(), 250);
    let sizes = registry.requests();
    let sizes = sizes
        .iter()
        .map(|request| request.body["imageIds"].as_array().unwrap().len());
    assert_eq!(sizes.collect::<Vec<_>>(), [100, 100, 50]);
}

#[test]
fn missing_images_are_named_and_the_rest_is_listed() {
    let registry = Registry::start(small());
    let nowhere = format!("sha256:{}", "0".repeat(64));
    let line = format!("images web empty --tag bare --digest {nowhere} -o name");
    assert_snapshot!(ecrpub(&registry, &line), @"
    sha256:b61ddc4c7aa6219a2bd2ff75e8602a6c57e4e47fe01029521c116df92dd2955e
    --- stderr
    error: repository `web` has no image with digest `sha256:0000000000000000000000000000000000000000000000000000000000000000`
    hint: list its images with `ecrpub images web`
    error: repository `empty` has no image with tag `bare`
    hint: list its tags with `ecrpub tags empty`
    error: repository `empty` has no image with digest `sha256:0000000000000000000000000000000000000000000000000000000000000000`
    hint: list its images with `ecrpub images empty`
    --- exit code 3
    ");
}

#[test]
fn only_the_batch_with_a_missing_id_is_picked_from_the_listing() {
    let big = Repository::generated("big", 1200);
    let mut ids: Vec<_> = (0..250)
        .map(|at| format!("--digest {}", digest(&big, at)))
        .collect();
    ids[120] = "--tag nowhere".to_owned();
    let registry = Registry::start([big]);
    let outcome = ecrpub(&registry, &format!("images big -o name {}", ids.join(" ")));
    assert_eq!(
        (outcome.stdout.lines().count(), outcome.code),
        (249, Some(3))
    );
    let requests = registry.requests();
    let kinds = requests
        .iter()
        .map(|request| match &request.body["imageIds"] {
            serde_json::Value::Array(ids) => ids.len().to_string(),
            _ => "page".to_owned(),
        });
    // The tag comes first, so the batches are 100 with it, 100, 50.
    assert_eq!(
        kinds.collect::<Vec<_>>(),
        ["100", "100", "50", "page", "page"]
    );
}

#[test]
fn tags_are_picked_from_the_listing() {
    let registry = Registry::start(small());
    let [web, _] = small();
    let line = format!(
        "tags web --tag bare --digest {} --tag nowhere -o name",
        digest(&web, 2)
    );
    assert_snapshot!(ecrpub(&registry, &line), @"
    latest
    1.27.3
    bare
    --- stderr
    error: repository `web` has no image with tag `nowhere`
    hint: list its tags with `ecrpub tags web`
    --- exit code 3
    ");
}

#[test]
fn an_image_without_a_tag_is_not_called_missing_among_tags() {
    let registry = Registry::start(small());
    let [web, _] = small();
    let line = format!("tags web --digest {} -o name", digest(&web, 1));
    assert_snapshot!(ecrpub(&registry, &line), @"
    --- stderr
    error: no tag of repository `web` points at digest `sha256:b52f612f160ee47da64fd4d26116a2e08cf1e4f62116baa56bd86c7493412e38`
    hint: look up the image with `ecrpub images web --digest sha256:b52f612f160ee47da64fd4d26116a2e08cf1e4f62116baa56bd86c7493412e38`
    --- exit code 3
    ");
}

#[test]
fn invalid_tags_and_digests_are_refused_before_anything_is_sent() {
    let registry = Registry::start(small());
    assert_snapshot!(ecrpub(&registry, "images web --tag sha256:00"), @"
    --- stderr
    error: invalid value `sha256:00` for `--tag`: a tag has 1 to 128 letters, digits, `_`, `.` or `-`, and does not begin with `.` or `-`
    hint: name a digest with `--digest`, or after `@`
    --- exit code 2
    ");
    registry.assert_no_requests();
}

#[test]
fn a_short_digest_names_the_image_that_begins_with_it() {
    let registry = Registry::start(small());
    let [web, _] = small();
    let whole = digest(&web, 1);
    for short in [
        whole[7..19].to_owned(),
        whole[..19].to_owned(),
        whole[7..19].to_uppercase(),
        whole.to_uppercase(),
    ] {
        let line = format!("images web --digest {short} --tag bare -o name");
        let listed = ecrpub(&registry, &line).data();
        assert_eq!(listed, format!("{whole}\n{}\n", digest(&web, 0)), "{short}");
    }
    let index = digest(&web, 2);
    let tags = ecrpub(
        &registry,
        &format!("tags web --digest {} -o name", &index[7..19]),
    );
    assert_eq!(tags.data(), "latest\n1.27.3\n");
    let public = format!("tags public.ecr.aws/example/web@{} -o name", &index[7..19]);
    assert_eq!(ecrpub(&registry, &public).data(), "latest\n1.27.3\n");
}

#[test]
fn a_short_digest_of_several_images_is_refused() {
    let image = |last: u8| {
        let mut image = Image::oci(1, 1, NOW_MS).tagged(&[&format!("t{last}")]);
        image.digest = Some(format!("sha256:{}{last:04}", "0a".repeat(30)));
        image
    };
    let registry = Registry::start([Repository::new("web", (1..=12).map(image).collect())]);
    let line = "images web --digest 0a0a0a0a0a0a -o name";
    assert_snapshot!(ecrpub(&registry, line), @"
    --- stderr
    error: digest `sha256:0a0a0a0a0a0a` matches several digests in repository `web`: `sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0001`, `sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0002`, `sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0003`, `sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0004`, `sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0005`, `sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0006`, `sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0007`, `sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0008`, `sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0009`, `sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0010` and 2 more
    hint: give more digits of the digest
    --- exit code 2
    ");
    let line = format!("images web --digest {}0012 -o name", "0a".repeat(30));
    assert_eq!(ecrpub(&registry, &line).data().lines().count(), 1);
}

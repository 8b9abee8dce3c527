//! The AWS CLI lists the same rows of the same registry.

use ecrpub_registry::{Registry, Repository};
use serde_json::Value;

use crate::harness::{Outcome, Run, ecrpub, peer};

#[test]
fn the_aws_cli_lists_the_same_rows() {
    if !peer("aws") {
        return;
    }
    let registry = Registry::start([Repository::generated("big", 250)]);
    for (command, operation, list) in [
        ("images", "describe-images", "imageDetails"),
        ("tags", "describe-image-tags", "imageTagDetails"),
    ] {
        let theirs = aws(&registry, &format!("{operation} --repository-name big")).data();
        let ours = ecrpub(&registry, &format!("{command} big -o json")).data();
        assert_eq!(rows(&ours, list), rows(&theirs, list), "{command}");
    }
}

#[test]
fn the_aws_cli_does_what_the_readme_says() {
    if !peer("aws") {
        return;
    }
    let theirs = Repository::generated("library/nginx", 3).under("docker");
    let registry = Registry::start([Repository::generated("big", 250), theirs]);
    let describe = "describe-images --repository-name big";
    aws(&registry, describe).data();
    assert_eq!(registry.requests().len(), 3, "pages of 100");
    ecrpub(&registry, "images big").data();
    assert_eq!(registry.requests().len(), 4, "one of 1000");

    let ids = "--image-ids imageTag=v0.0.8 imageTag=nowhere";
    let theirs = aws(&registry, &format!("{describe} {ids}"));
    assert_eq!(theirs.stdout, "");
    let ours = ecrpub(&registry, "images big --tag v0.0.8 --tag nowhere -o name");
    assert_eq!(ours.stdout.lines().count(), 1);

    let table = aws(
        &registry,
        &format!("{describe} --output table --max-items 1"),
    );
    assert!(table.stdout.lines().count() > 5, "{table}");
    let theirs = aws(&registry, "describe-images --repository-name library/nginx");
    assert!(theirs.stderr.contains("does not exist"), "{theirs}");
    let ours = ecrpub(&registry, "tags docker/library/nginx --public --count");
    assert_eq!(ours.data(), "2\n");
    let csv = aws(&registry, &format!("{describe} --output csv"));
    assert_ne!(csv.code, Some(0), "{csv}");
}

fn aws(registry: &Registry, arguments: &str) -> Outcome {
    let run = Run::of("aws", &registry.url());
    let run = run.arguments("--region us-east-1 --output json ecr-public");
    run.arguments(arguments).outcome()
}

/// The rows of a document, sorted, with times to the second and without the `repositoryName` that only
/// our tag rows have.
fn rows(document: &str, list: &str) -> Vec<String> {
    let document: Value = serde_json::from_str(document).expect("a JSON document");
    let rows = document[list].as_array().expect("a list of rows").iter();
    let mut rows: Vec<_> = rows
        .map(|row| comparable(row.clone(), list).to_string())
        .collect();
    rows.sort_unstable();
    rows
}

fn comparable(mut row: Value, list: &str) -> Value {
    if list == "imageTagDetails" {
        row.as_object_mut()
            .expect("an object")
            .remove("repositoryName");
    }
    for path in ["/imagePushedAt", "/createdAt", "/imageDetail/imagePushedAt"] {
        if let Some(time) = row.pointer_mut(path) {
            *time = second(time).into();
        }
    }
    row
}

/// The second of a time: a number (AWS CLI v1) or RFC 3339 (v2, and here).
#[expect(
    clippy::cast_possible_truncation,
    reason = "seconds of this age are small"
)]
fn second(time: &Value) -> i64 {
    if let Some(seconds) = time.as_f64() {
        return seconds.floor() as i64;
    }
    let text = time.as_str().expect("a time");
    let time: jiff::Timestamp = text.parse().expect("RFC 3339");
    time.as_second()
}

//! The scripts of the README, the guide and the recipes, in each shell that users have.
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

use ecrpub_registry::{Fault, Image, Registry, Repository, related};

use crate::deletion::assert_cleaned;
use crate::harness::{NOW_MS, Outcome, Run, path_with, peer, program};

const OLD: i64 = NOW_MS - 60 * 86_400_000;
const SHELLS: [&str; 3] = ["bash", "dash", "zsh"];

/// The first block of shell commands in `document` that holds `text`.
fn block<'a>(document: &'a str, text: &str) -> &'a str {
    let blocks = document.split("```sh\n").skip(1);
    let mut blocks = blocks.filter_map(|block| block.split("```").next());
    blocks.find(|block| block.contains(text)).expect("a script")
}

/// The README's script as a file, which tests write at the same time.
fn clean_up() -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("clean-up");
    let readme = include_str!("../../README.md");
    program(&path, block(readme, "delete-requests"));
    path
}

/// A shell that finds the programs in `folder` first, then `ecrpub`.
fn shell(name: &str, registry: &Registry, folder: &Path) -> Run {
    let ecrpub = assert_cmd::cargo::cargo_bin("ecrpub");
    let path = path_with(ecrpub.parent().expect("a program is in a folder"));
    let path = format!("{}:{path}", folder.display());
    Run::of(name, &registry.url()).env("PATH", path)
}

/// The script deletes the unused images of the sample, in a shell that takes errors and unset variables
/// seriously.
fn run(name: &str, registry: &Registry, folder: &Path) -> Outcome {
    let run = shell(name, registry, folder).argument("-eu");
    let run = run.argument(&clean_up().display().to_string());
    run.arguments("team/web --unused").outcome()
}

/// A folder with an `aws` of these lines, which counts its calls.
fn stand_in(name: &str, script: &str) -> PathBuf {
    stand_in_for("aws", name, script)
}

fn stand_in_for(command: &str, name: &str, script: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{command}-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    let script = format!("echo >> \"${{0%/*}}/calls\"\n{script}");
    program(&folder.join(command), &script);
    folder
}

fn calls(folder: &Path) -> usize {
    let calls = std::fs::read_to_string(folder.join("calls"));
    calls.unwrap_or_default().lines().count()
}

#[test]
fn unused_images_are_deleted_in_each_shell() {
    for name in SHELLS {
        if !["aws", "jq", name].into_iter().all(peer) {
            continue;
        }
        let registry = Registry::start([related("team/web", NOW_MS)]);
        let outcome = run(name, &registry, Path::new("/"));
        assert_eq!(outcome.code, Some(0), "{name}: {outcome}");
        assert_eq!(registry.count("BatchDeleteImage"), 2);
        assert_cleaned(&registry);
    }
}

/// A later request deletes what an earlier one should have freed. An image that is gone is no failure, and
/// `cat` shows that `aws` does not read the requests.
#[test]
fn the_first_failure_ends_the_script_and_is_printed_alone() {
    let failure = r#"{"imageId":{"imageDigest":"sha256:0"},"failureCode":"ImageReferencedByManifestList","failureReason":"no"}"#;
    let gone = r#"{"failureCode":"ImageNotFound"}"#;
    let cases = [
        (format!("cat; echo '{{\"failures\":[{gone}]}}'"), 0, 2),
        (format!("echo '{{\"failures\":[{gone},{failure}]}}'"), 1, 1),
        // No answer, or one that jq refuses, by a code of its own.
        ("exit 255".into(), 255, 1),
        ("exit 0".into(), -1, 1),
        ("echo '{}{}'".into(), -1, 1),
        ("echo '['".into(), -1, 1),
    ];
    for name in SHELLS {
        if !["jq", name].into_iter().all(peer) {
            continue;
        }
        let registry = Registry::start([related("team/web", NOW_MS)]);
        for (answer, code, expected_calls) in &cases {
            let folder = stand_in(&format!("failure-{name}"), answer);
            let outcome = run(name, &registry, &folder);
            assert_eq!(calls(&folder), *expected_calls, "{answer}: {outcome}");
            let fits = outcome.code == Some(*code) || *code < 0 && outcome.code != Some(0);
            assert!(fits, "{answer}: {outcome}");
            assert_eq!(outcome.stdout, "", "{answer}");
            let told = format!("not deleted: [{failure}]\n");
            assert_eq!(outcome.stderr.ends_with(&told), *code == 1, "{outcome}");
        }
    }
}

#[test]
fn nothing_is_asked_without_jq_or_a_filter_and_nothing_deleted_without_a_listing() {
    let folder = stand_in("without-jq", "exit 0");
    program(&folder.join("jq"), "exit 127");
    let registry = Registry::start([related("team/web", NOW_MS)]);
    let outcome = run("sh", &registry, &folder);
    assert_eq!((outcome.code, calls(&folder)), (Some(127), 0), "{outcome}");
    let script = clean_up().display().to_string();
    let unfiltered = shell("sh", &registry, &folder).argument(&script);
    let outcome = unfiltered.arguments("team/web").outcome();
    assert_eq!((outcome.code, calls(&folder)), (Some(2), 0), "{outcome}");
    registry.assert_no_requests();
    if !peer("jq") {
        return;
    }
    let broken = Registry::builder()
        .repository(related("team/web", NOW_MS))
        .deny("DescribeImages")
        .start();
    let folder = stand_in("without-listing", "exit 0");
    let outcome = run("sh", &broken, &folder);
    // The exit code is that of the listing.
    assert_eq!((outcome.code, calls(&folder)), (Some(4), 0), "{outcome}");
}

#[test]
fn the_loop_over_a_registry_goes_on_after_a_bad_repository() {
    let guide = include_str!("../../docs/guide.md");
    let script = block(guide, "ecrpub repos --output name");
    let folder = clean_up();
    let folder = folder.parent().expect("a file is in a folder").display();
    for name in SHELLS {
        if !["jq", name].into_iter().all(peer) {
            continue;
        }
        let image = |seed| Image::oci(seed, 1000, OLD);
        let of = |name: &str, seed| {
            let index = Image::index_holding([image(seed).on("linux/amd64")], OLD);
            Repository::new(name, vec![index, image(seed), image(9).tagged(&["1"])])
        };
        let bad = Image::index_holding([image(2).on("linux/amd64")], OLD);
        let registry = Registry::builder()
            .repositories([of("aa", 1), of("bb", 2), of("cc", 3)])
            .corrupt_manifest(&bad)
            .start();
        let aws = stand_in(&format!("loop-{name}"), "echo {}");
        let script = format!("cd '{folder}'\n{script}");
        let run = shell(name, &registry, &aws).arguments("-eu -c");
        let outcome = run.argument(&script).outcome();
        // Two requests each: an index and what it holds.
        assert_eq!(
            (outcome.code, calls(&aws)),
            (Some(1), 4),
            "{name}: {outcome}"
        );
        let told = outcome.stderr.lines().find(|line| line.starts_with("not "));
        assert_eq!(told, Some("not cleaned up: bb"));
    }
}

/// Carries out the recipe of the guide that has `option` on twelve releases, of which the last was pushed
/// last. The numbers that are `left` stay.
fn assert_keeps(option: &str, left: std::ops::Range<i64>) {
    let guide = include_str!("../../docs/guide.md");
    let mut recipes = guide.lines().filter(|line| line.starts_with("sh clean-up"));
    let recipe = recipes.find(|line| line.contains(&format!("{option} ")));
    let recipe = recipe.expect("a recipe");
    let image = |number: i64| {
        let image = Image::oci(number.unsigned_abs(), 1000, OLD + number * 86_400_000);
        image.tagged(&[&format!("1.27.{number}")])
    };
    let registry = Registry::start([Repository::new("storefront", (0..12).map(image).collect())]);
    let folder = clean_up();
    let folder = folder.parent().expect("a file is in a folder");
    let script = format!("cd '{}'\n{recipe}", folder.display());
    let run = shell("sh", &registry, Path::new("/")).arguments("-eu -c");
    let outcome = run.argument(&script).outcome();
    assert_eq!(outcome.code, Some(0), "{recipe}: {outcome}");
    let mut tags = Vec::new();
    registry.change("example", "storefront", |images| {
        tags.extend(images.iter().map(|image| image.tags[0].name.clone()));
    });
    let expected = left.map(|number| format!("1.27.{number}"));
    assert_eq!(tags, expected.collect::<Vec<_>>(), "{recipe}");
}

#[test]
fn a_recipe_of_the_guide_keeps_the_newest_ten() {
    if ["aws", "jq"].into_iter().all(peer) {
        assert_keeps("--skip 10", 2..12);
        assert_keeps("--skip 3", 9..12);
    }
}

/// A recipe, the tag, the key, the exit code, how often it waits, and how its message begins.
const CASES: &str = "\
exists already|1   |AKIATEST   |1|0|storefront:1 exists already, or cannot be looked up: sha256:
exists already|2   |AKIATEST   |0|0|
exists already|2   |AKIAEXPIRED|1|0|storefront:2 exists already, or cannot be looked up: error:
--tag latest |1   |AKIATEST   |0|0|
--tag latest |2   |AKIATEST   |3|0|error: repository `storefront` has no image with tag `2`
until        |1   |AKIATEST   |0|0|
until        |2   |AKIATEST   |3|2|error: repository `storefront` has no image with tag `2`
until        |late|AKIATEST   |0|2|
until        |2   |AKIAEXPIRED|4|0|error: the AWS credentials have expired";

#[test]
fn recipes_tell_a_missing_tag_from_a_failure() {
    let page = include_str!("../../docs/recipes.md");
    assert!(page.contains("-lt 30 "));
    let page = page.replace("-lt 30 ", "-lt 3 ");
    for name in SHELLS.into_iter().filter(|name| peer(name)) {
        let image = Image::oci(1, 1000, OLD).tagged(&["1", "late", "latest"]);
        let early = AtomicUsize::new(0);
        let registry = Registry::builder()
            .repository(Repository::new("storefront", vec![image]))
            .faults(move |request| {
                let is_late = request.body["imageIds"][0]["imageTag"] == "late";
                let is_early = is_late && early.fetch_add(1, Relaxed) < 2;
                is_early.then(|| Fault::error(400, "RepositoryNotFoundException", "no"))
            })
            .start();
        for case in CASES.lines() {
            let fields: Vec<_> = case.split('|').map(str::trim).collect();
            let [recipe, tag, key, code, waits, told] = fields[..] else {
                panic!("{case}")
            };
            let folder = stand_in_for("sleep", name, "");
            let run = shell(name, &registry, &folder).env("VERSION", tag);
            let run = run.env("AWS_ACCESS_KEY_ID", key).arguments("-eu -c");
            let outcome = run.argument(block(&page, recipe)).outcome();
            let ends = (outcome.code.unwrap_or(-1), calls(&folder));
            let expected = (code.parse().unwrap(), waits.parse().unwrap());
            assert_eq!(ends, expected, "{name}: {case}: {outcome}");
            assert!(outcome.stderr.starts_with(told), "{case}: {outcome}");
            assert_eq!(outcome.stderr.is_empty(), told.is_empty(), "{outcome}");
            assert_eq!(outcome.stdout, "", "{case}");
        }
    }
}

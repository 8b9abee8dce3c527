//! `--platforms`, `--platform` and `--used-by`: the facts from manifests, and which manifests are read.

use ecrpub_registry::{Builder, Image, Registry, Repository, related};
use insta::assert_snapshot;

use crate::harness::{NOW_MS, ecrpub};

const PUBLIC: &str = "public.ecr.aws/example/team/web";

fn sample() -> Registry {
    Registry::start([related("team/web", NOW_MS)])
}

/// Only indexes are listed, so that no other index is of interest.
#[test]
fn other_indexes_are_read_only_if_an_image_is_listed() {
    for (line, manifests, listings) in [
        ("images team/web", 6, 1),
        ("images team/web --tag 2.3.0", 1, 1),
        // Another one that it holds.
        ("images team/web --tag suite", 2, 1),
        ("images team/web --tag debug", 6, 2),
        ("images team/web --media-type index", 5, 1),
        ("tags team/web --include 2[.].*", 2, 0),
        ("tags team/web --tag debug", 6, 1),
    ] {
        let registry = sample();
        let outcome = ecrpub(&registry, &format!("{line} --platforms -q -o json"));
        assert_eq!(outcome.code, Some(0), "{line}: {outcome}");
        let counts = (registry.count("manifest"), registry.count("DescribeImages"));
        assert_eq!(counts, (manifests, listings), "{line}");
    }
}

#[test]
fn json_has_no_platforms_for_what_no_index_holds() {
    let registry = sample();
    let line =
        "images team/web --tag debug --tag suite --platforms -o jsonl -c imageTags,platforms";
    assert_snapshot!(ecrpub(&registry, line), @r#"
    {"imageTags":["suite"],"platforms":["linux/amd64","linux/arm64/v8","windows/amd64"]}
    {"imageTags":["debug"]}
    "#);
    // An image of a public repository may be in any index, also in an untagged one.
    let line = format!("images {PUBLIC} --platforms --tag debug -o jsonl -c imageTags,platforms");
    assert_snapshot!(ecrpub(&registry, &line), @r#"{"imageTags":["debug"]}"#);
}

#[test]
fn images_show_their_role_their_platforms_and_the_tags_that_use_them() {
    let registry = sample();
    let line = "images team/web --used-by --platforms -c role,usedBy,platforms,tags --no-headers";
    assert_snapshot!(ecrpub(&registry, line), @"
    image        -                   -                                           -
    image        -                   -                                           -
    signature    2.3, 2.3.0, latest  -                                           -
    signature    2.3, 2.3.0, latest  -                                           sha256-c05b9b7b35e4544ab02982e883b62c1d75cbe8243e46d753fe3e36d6d78f1b82.sig
    sbom         2.3, 2.3.0, latest  -                                           -
    index        2.3, 2.3.0, latest  amd64, arm64                                2.3.0, 2.3, latest
    attestation  2.3, 2.3.0, latest  -                                           -
    image        2.3, 2.3.0, latest  arm64                                       -
    attestation  2.3, 2.3.0, latest  -                                           -
    image        2.3, 2.3.0, latest  amd64                                       -
    index        2.2, 2.2.0          amd64, arm64                                2.2.0, 2.2
    image        2.2, 2.2.0          arm64                                       -
    index        -                   amd64, arm64                                -
    image        -                   arm64                                       -
    image        2.2, 2.2.0          amd64                                       -
    index        suite               linux/amd64, linux/arm64/v8, windows/amd64  suite
    index        suite               amd64, arm64                                -
    image        suite               arm64                                       -
    image        suite               windows/amd64                               -
    image        suite               amd64                                       -
    image        debug               -                                           debug
    image        -                   -                                           -
    signature    -                   -                                           sha256-f60b484786de4d20c2d852ae39ab9c1f113f196dbe9d95f01ac65a8ade812b30.sig
    signature    -                   -                                           -
    index        -                   amd64, arm64                                -
    image        -                   arm64                                       -
    attestation  -                   -                                           -
    image        -                   amd64                                       -
    signature    -                   -                                           sha256-7c4db693dfa82cde4044ccb76ff1aee0a36c5ce5d628238c2b58a81c45ce7e93.sig
    ");
    let line = "images team/web --used-by --limit 3 -o jsonl -c imageTags";
    assert_snapshot!(ecrpub(&registry, line), @r#"
    {"usedBy":[],"role":"image"}
    {"usedBy":[],"role":"image"}
    {"usedBy":["2.3","2.3.0","latest"],"role":"signature"}
    "#);
    let line = "images team/web -c role,usedBy --tag 2.3.0 -o csv";
    assert_snapshot!(ecrpub(&registry, line), @"
    role,usedBy
    index,2.3;2.3.0;latest
    ");
}

#[test]
fn rows_are_selected_by_platform() {
    let registry = sample();
    let list = |line: &str| ecrpub(&registry, &format!("{line} -o name -q")).data();
    let tags = |platform: &str| list(&format!("tags team/web --platform {platform}"));
    let all = "latest\n2.3\n2.3.0\n2.2\n2.2.0\nsuite\n";
    for platform in ["linux/amd64", "Linux/ARM64", "linux/arm64/v8"] {
        let mut listed: Vec<_> = tags(platform).lines().map(str::to_owned).collect();
        let mut expected: Vec<_> = all.lines().map(str::to_owned).collect();
        listed.sort_unstable();
        expected.sort_unstable();
        assert_eq!(listed, expected, "{platform}");
    }
    assert_eq!(tags("windows/amd64"), "suite\n");
    assert_eq!(tags("linux/s390x"), "");
    let of_public = list(&format!("tags {PUBLIC} --platform windows/amd64"));
    assert_eq!(of_public, "suite\n");
    let by_tag = format!("tags {PUBLIC} --platform windows/amd64 --source registry");
    assert_eq!(list(&by_tag), "suite\n");
    let images = list("images team/web --platform windows/amd64");
    assert_eq!(images.lines().count(), 2, "the index and the image");
    let counted = ecrpub(
        &registry,
        "images team/web --platform linux/amd64 --count -q",
    );
    assert_eq!(counted.data(), "10\n");
    let unsorted = ecrpub(
        &registry,
        "tags team/web --platform windows/amd64 --sort none -o name -q",
    );
    assert_eq!(unsorted.data(), "suite\n");
}

#[test]
fn rows_whose_platform_is_not_known_are_counted() {
    let registry = sample();
    let line = "tags team/web --platform windows/amd64 -c tag";
    assert_snapshot!(ecrpub(&registry, line), @"
    TAG
    suite
    --- stderr
    note: `--platform` leaves out 4 rows: their platform is not known
    ");
    let line = format!("images {PUBLIC} --tag debug --platform linux/amd64");
    assert_snapshot!(ecrpub(&registry, &line), @"
    --- stderr
    note: repository `public.ecr.aws/example/team/web` has nothing to list: of 1 named row, none passes the filters
    note: `--platform` leaves out 1 row: its platform is not known
    ");
    // As tables print it.
    let short = ecrpub(&registry, "tags team/web --platform arm64");
    assert_eq!(
        short,
        ecrpub(&registry, "tags team/web --platform linux/arm64")
    );
}

/// The newest index first, as the rows are sorted.
#[test]
fn indexes_are_read_in_the_order_of_the_rows_until_the_limit() {
    let indexes = (0..50_i64).map(|age| {
        let seed = 1 + age.unsigned_abs();
        let platform = if age % 2 == 0 {
            "linux/amd64"
        } else {
            "linux/arm64"
        };
        let image = Image::oci(seed, 1, NOW_MS).index_of(&[platform]);
        let tag = format!("{age:02}");
        Image {
            pushed_at: Some(NOW_MS - age),
            ..image
        }
        .tagged(&[&tag])
    });
    let indexes: Vec<_> = indexes.collect();
    for (limit, manifests, expected) in [
        ("1", 1, "00\n"),
        ("3", 5, "00\n02\n04\n"),
        ("2 --skip 1", 5, "02\n04\n"),
    ] {
        for repository in ["web", "public.ecr.aws/example/web"] {
            let registry = Registry::start([Repository::new("web", indexes.clone())]);
            let line = format!(
                "images {repository} --platform linux/amd64 -L {limit} -o tsv -c tag --no-headers -q"
            );
            assert_eq!(ecrpub(&registry, &line).data(), expected, "{line}");
            assert_eq!(registry.count("manifest"), manifests, "{line}");
        }
    }
    let registry = Registry::start([Repository::new("web", indexes)]);
    assert_snapshot!(ecrpub(&registry, "images web --platform linux/arm64 -L 2 -c tag"), @"
    TAGS
    01
    03
    --- stderr
    note: `--limit` ends the listing; there may be more rows
    ");
}

/// A missing tag would be read as "unused".
#[test]
fn an_index_that_cannot_be_read_fails_the_listing() {
    let child = Image::oci(1, 1, NOW_MS);
    let index = Image::index_holding([child.on("linux/amd64")], NOW_MS).tagged(&["1"]);
    let repository = Repository::new("web", vec![index.clone(), child]);
    for builder in [Builder::corrupt_manifest, Builder::missing_manifest] {
        let registry = builder(Registry::builder(), &index);
        let registry = registry.repository(repository.clone()).start();
        for line in [
            "images web --used-by",
            "images web --untagged -o delete-requests",
            "tags web --platform linux/amd64",
            "tags public.ecr.aws/example/web --platform linux/amd64",
        ] {
            let outcome = ecrpub(&registry, line);
            let codes = (outcome.stdout.as_str(), outcome.code);
            assert_eq!(codes, ("", Some(5)), "{line}: {outcome}");
        }
    }
}

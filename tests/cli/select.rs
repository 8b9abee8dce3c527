//! Filter, then sort, then limit: the same rows in every format.

use std::time::Duration;

use ecrpub_registry::{Fault, Image, Registry, Repository};
use insta::assert_snapshot;

use crate::harness::{NOW_MS, ecrpub};

const HOUR: i64 = 3_600_000;

/// Images of all kinds: releases, pre-releases, a build, a signature, untagged ones.
fn zoo() -> Repository {
    let pushed = |hours: i64| NOW_MS - hours * HOUR;
    Repository::new(
        "zoo",
        vec![
            Image::oci(1, 300, pushed(2)).tagged(&["v1.10.0", "latest"]),
            Image::oci(2, 100, pushed(30))
                .index()
                .tagged(&["v1.9.1", "stable"]),
            Image::oci(3, 200, pushed(30)),
            Image::oci(4, 500, pushed(800))
                .docker()
                .tagged(&["1.2.0-alpine", "build-10"]),
            Image::oci(5, 400, pushed(900))
                .helm()
                .tagged(&["0.9", "build-9"]),
            Image::oci(6, 7, pushed(20)).tagged(&["sha256-0123abcd.sig"]),
        ],
    )
}

/// The rows that are listed: each image's tags on a line, or each tag.
fn listed(arguments: &str) -> String {
    let registry = Registry::start([zoo()]);
    let columns = if arguments.starts_with("images") {
        "imageTags"
    } else {
        "imageTag"
    };
    let line = format!("{arguments} -o tsv --no-headers -q -c {columns}");
    let listed = ecrpub(&registry, &line).data();
    listed.lines().collect::<Vec<_>>().join(" ")
}

#[test]
fn tags_are_included_and_excluded_as_a_whole() {
    assert_eq!(listed("tags zoo --include build-.*"), "build-10 build-9");
    assert_eq!(listed("tags zoo --include uild-.*"), "");
    assert_eq!(
        listed("tags zoo --include build-.* --include latest"),
        "latest build-10 build-9"
    );
    assert_eq!(
        listed("tags zoo --include build-.* --exclude .*-9"),
        "build-10"
    );
    assert_eq!(listed("tags zoo --include (?i)STABLE"), "stable");
    assert_eq!(
        listed("tags zoo --exclude [a-z].* --exclude-digest-tags"),
        "1.2.0-alpine 0.9"
    );
    // An alternative is part of the whole, not beside it.
    assert_eq!(listed("tags zoo --include late|est"), "");
}

#[test]
fn an_image_passes_when_one_of_its_tags_does_and_shows_them_all() {
    assert_eq!(
        listed("images zoo --include build-.*"),
        "1.2.0-alpine;build-10 0.9;build-9"
    );
    assert_eq!(
        listed("images zoo --exclude latest|v.* --exclude-digest-tags"),
        "v1.9.1;stable  1.2.0-alpine;build-10 0.9;build-9"
    );
    assert_eq!(
        listed("images zoo --exclude-digest-tags --tagged")
            .split(' ')
            .count(),
        4
    );
}

#[test]
fn untagged_images_pass_unless_tags_are_asked_for() {
    assert_eq!(listed("images zoo --untagged"), "");
    let registry = Registry::start([zoo()]);
    assert_eq!(
        ecrpub(&registry, "images zoo --untagged --count").data(),
        "1\n"
    );
    assert_eq!(
        ecrpub(&registry, "images zoo --tagged --count").data(),
        "5\n"
    );
    assert_eq!(
        ecrpub(&registry, "images zoo --exclude x --count").data(),
        "6\n"
    );
    assert_eq!(
        ecrpub(&registry, "images zoo --semver * --count").data(),
        "3\n"
    );
    assert_eq!(
        ecrpub(&registry, "images zoo --include .* --count").data(),
        "5\n"
    );
}

#[test]
fn ranges_list_the_highest_version_first() {
    assert_eq!(listed("tags zoo --semver >=0.9"), "v1.10.0 v1.9.1 0.9");
    assert_eq!(listed("tags zoo --semver ^1.9"), "v1.10.0 v1.9.1");
    assert_eq!(listed("tags zoo --semver ^1.9 --reverse"), "v1.9.1 v1.10.0");
    assert_eq!(listed("tags zoo --semver >=1.2.0-a,<1.3"), "1.2.0-alpine");
    assert_eq!(
        listed("tags zoo --semver ^1 --sort created"),
        "v1.10.0 v1.9.1"
    );
}

#[test]
fn dates_are_inclusive_since_and_exclusive_before() {
    assert_eq!(listed("tags zoo --since 2h"), "latest v1.10.0");
    assert_eq!(
        listed("tags zoo --since 2024-06-01T10:00:00Z"),
        "latest v1.10.0"
    );
    assert_eq!(listed("tags zoo --since 2024-06-01T10:00:00.001Z"), "");
    let old = "1.2.0-alpine build-10 0.9 build-9";
    assert_eq!(listed("tags zoo --before 30h --since 3mo"), old);
    assert_eq!(listed("tags zoo --before 2024-04-29"), "0.9 build-9");
}

#[test]
fn media_types_are_found_by_a_part() {
    assert_eq!(listed("images zoo --media-type index"), "v1.9.1;stable");
    assert_eq!(listed("tags zoo --media-type helm"), "0.9 build-9");
    assert_eq!(
        listed("tags zoo --media-type docker"),
        "1.2.0-alpine build-10"
    );
}

#[test]
fn every_key_orders_and_reverses() {
    assert_eq!(
        listed("tags zoo --sort tag"),
        "0.9 1.2.0-alpine build-9 build-10 latest sha256-0123abcd.sig stable v1.9.1 v1.10.0"
    );
    assert_eq!(
        listed("tags zoo --sort tag --reverse"),
        "v1.10.0 v1.9.1 stable sha256-0123abcd.sig latest build-10 build-9 1.2.0-alpine 0.9"
    );
    assert_eq!(
        listed("tags zoo --sort version"),
        "v1.10.0 v1.9.1 1.2.0-alpine 0.9 build-9 build-10 latest sha256-0123abcd.sig stable"
    );
    assert_eq!(
        listed("images zoo --sort size --tagged"),
        "1.2.0-alpine;build-10 0.9;build-9 v1.10.0;latest v1.9.1;stable sha256-0123abcd.sig"
    );
    assert_eq!(
        listed("images zoo --sort pushed --reverse --tagged"),
        "0.9;build-9 1.2.0-alpine;build-10 v1.9.1;stable sha256-0123abcd.sig v1.10.0;latest"
    );
    let ascending = listed("images zoo --sort digest --tagged");
    let mut reversed: Vec<_> = ascending.split(' ').collect();
    reversed.reverse();
    assert_eq!(
        listed("images zoo --sort digest --tagged --reverse"),
        reversed.join(" ")
    );
}

#[test]
fn an_image_counts_by_its_best_tag_that_passed() {
    assert_eq!(
        listed("images zoo --sort version --include build-.*|latest"),
        "0.9;build-9 1.2.0-alpine;build-10 v1.10.0;latest"
    );
    assert_eq!(
        listed("images zoo --sort version --tagged --limit 2"),
        "v1.10.0;latest v1.9.1;stable"
    );
}

#[test]
fn a_limit_counts_what_it_leaves_out() {
    let registry = Registry::start([zoo()]);
    assert_snapshot!(ecrpub(&registry, "tags zoo --limit 2 -o name"), @"
    latest
    v1.10.0
    --- stderr
    note: `--limit` leaves out 7 more rows
    ");
    assert_snapshot!(ecrpub(&registry, "tags zoo --limit 8 -o name -q"), @"
    latest
    v1.10.0
    sha256-0123abcd.sig
    stable
    v1.9.1
    1.2.0-alpine
    build-10
    0.9
    ");
    assert_snapshot!(ecrpub(&registry, "tags zoo --limit 9 -o name --include v.*"), @"
    v1.10.0
    v1.9.1
    ");
    assert_snapshot!(ecrpub(&registry, "tags zoo --limit 0"), @"
    --- stderr
    error: invalid value `0` for `--limit`: not a number of 1 or more
    --- exit code 2
    ");
}

#[test]
fn the_same_rows_come_in_every_format() {
    let registry = Registry::start([zoo()]);
    let select = "tags zoo --include v.*|build.* --sort version --limit 3";
    let names = ["v1.10.0", "v1.9.1", "build-9"];
    for format in ["table", "json", "jsonl", "csv", "tsv", "name"] {
        let printed = ecrpub(&registry, &format!("{select} -q -o {format}")).data();
        let positions: Vec<_> = names.iter().map(|name| printed.find(name)).collect();
        assert!(
            positions.is_sorted() && positions[0].is_some(),
            "{format}: {printed}"
        );
        assert!(!printed.contains("build-10"), "{format}: {printed}");
    }
}

#[test]
fn counts_are_bare_numbers() {
    let registry = Registry::start([zoo(), Repository::generated("big", 2345)]);
    assert_snapshot!(ecrpub(&registry, "images zoo --count"), @"6");
    assert_snapshot!(ecrpub(&registry, "tags zoo big nowhere --count --exclude .*-arm64"), @"
    zoo	9
    big	2782
    --- stderr
    error: repository `nowhere` does not exist in your registry
    hint: list your repositories with `aws ecr-public describe-repositories --region us-east-1`
    --- exit code 3
    ");
    assert_snapshot!(ecrpub(&registry, "images zoo --count --tag latest --tag nowhere"), @"
    1
    --- stderr
    error: repository `zoo` has no image with tag `nowhere`
    hint: list its tags with `ecrpub tags zoo`
    --- exit code 3
    ");
    assert_snapshot!(ecrpub(&registry, "images zoo --count -o json --limit 3"), @"
    --- stderr
    error: `--count` does not go with `--output`
    hint: leave out `--count` or `--output`
    --- exit code 2
    ");
}

#[test]
fn nonsense_is_refused_with_what_is_accepted() {
    let registry = Registry::start([zoo()]);
    assert_snapshot!(ecrpub(&registry, "tags zoo --since yesterday"), @"
    --- stderr
    error: invalid value `yesterday` for `--since`: this is no time
    hint: a time is written as `2024-06-01T12:00:00Z`, as `2024-06-01` (UTC), or as an age such as `7d`, `2w`, `36h`, `3mo`
    --- exit code 2
    ");
    assert_snapshot!(ecrpub(&registry, "tags zoo --before 2024-13-01"), @"
    --- stderr
    error: invalid value `2024-13-01` for `--before`: failed to parse two digit integer as month: parameter 'month' is not in the required range of 1..=12
    hint: a time is written as `2024-06-01T12:00:00Z`, as `2024-06-01` (UTC), or as an age such as `7d`, `2w`, `36h`, `3mo`
    --- exit code 2
    ");
    assert_snapshot!(ecrpub(&registry, "tags zoo --since 2024-06-01T12:00"), @"
    --- stderr
    error: invalid value `2024-06-01T12:00` for `--since`: failed to find offset component, which is required for parsing a timestamp
    hint: a time is written as `2024-06-01T12:00:00Z`, as `2024-06-01` (UTC), or as an age such as `7d`, `2w`, `36h`, `3mo`
    --- exit code 2
    ");
    assert_snapshot!(ecrpub(&registry, "tags zoo --since 1d --before 2d"), @"
    --- stderr
    error: nothing is as young as 2024-05-31T12:00:00Z and older than 2024-05-30T12:00:00Z
    hint: exchange `--since` and `--before`
    --- exit code 2
    ");
    assert_snapshot!(ecrpub(&registry, "tags zoo --semver >=1,<x2"), @"
    --- stderr
    error: invalid value `>=1,<x2` for `--semver`: unexpected character 'x' while parsing major version number in `<x2`
    hint: a range is written as `^1.2`, `~1.2.3`, `1.*` or `>=1, <2`
    --- exit code 2
    ");
    assert_snapshot!(ecrpub(&registry, "tags zoo --include v(1"), @r"
    --- stderr
    error: invalid value `v(1` for `--include`: unclosed group
    hint: it is matched against whole tags, as in `v1\..*`
    --- exit code 2
    ");
    assert_snapshot!(ecrpub(&registry, "tags zoo --sort none --reverse"), @"
    --- stderr
    error: `--sort none` has no order to reverse
    hint: leave out `--reverse`, or sort by a key
    --- exit code 2
    ");
    assert_snapshot!(ecrpub(&registry, "images zoo --tagged --untagged"), @"
    --- stderr
    error: `--tagged` does not go with `--untagged`
    hint: leave out `--tagged` or `--untagged`
    --- exit code 2
    ");
    registry.assert_no_requests();
}

#[test]
fn several_repositories_are_read_at_once_but_only_a_few() {
    let mut builder = Registry::builder().faults(|_| Some(Fault::Wait(Duration::from_millis(100))));
    let names: Vec<_> = (0..8)
        .map(|number| format!("repository-{number}"))
        .collect();
    for name in &names {
        builder = builder.repository(Repository::generated(name, 2));
    }
    let registry = builder.start();
    let line = format!(
        "images {} -o tsv --no-headers -c repositoryName",
        names.join(" ")
    );
    let listed = ecrpub(&registry, &line).data();
    let expected: Vec<_> = names.iter().flat_map(|name| [name, name]).collect();
    assert_eq!(listed.lines().collect::<Vec<_>>(), expected);
    assert_eq!(registry.most_under_way(), 4);

    ecrpub(&registry, &format!("{line} --sort none")).data();
    assert_eq!(registry.most_under_way(), 4);
}

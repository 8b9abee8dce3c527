//! Filter, then sort, then skip, then limit: the same rows in every format.

use ecrpub_registry::{Image, Registry, Repository};
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

/// The listed rows: the tags of one image per line, or one tag.
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

fn assert_lists(lists: &[(&str, &str)]) {
    for (arguments, expected) in lists {
        assert_eq!(listed(arguments), *expected, "{arguments}");
    }
}

#[test]
fn tags_are_included_and_excluded_as_a_whole() {
    assert_lists(&[
        ("tags zoo --include build-.*", "build-10 build-9"),
        ("tags zoo --include uild-.*", ""),
        (
            "tags zoo --include build-.* --include latest",
            "latest build-10 build-9",
        ),
        ("tags zoo --include build-.* --exclude .*-9", "build-10"),
        ("tags zoo --include (?i)STABLE", "stable"),
        ("tags zoo --exclude [a-z].*", "1.2.0-alpine 0.9"),
        // An alternative must match the whole tag, too.
        ("tags zoo --include late|est", ""),
    ]);
}

#[test]
fn an_image_passes_when_one_of_its_tags_does_and_shows_them_all() {
    assert_lists(&[
        (
            "images zoo --include build-.*",
            "1.2.0-alpine;build-10 0.9;build-9",
        ),
        (
            "images zoo --exclude latest|v.*|sha256-.*",
            " v1.9.1;stable 1.2.0-alpine;build-10 0.9;build-9",
        ),
    ]);
    assert_eq!(
        listed("images zoo --exclude sha256-.* --tagged")
            .split(' ')
            .count(),
        4
    );
}

#[test]
fn untagged_images_pass_unless_tags_are_filtered() {
    assert_eq!(listed("images zoo --untagged"), "");
    let registry = Registry::start([zoo()]);
    for (options, count) in [
        ("--untagged", "1\n"),
        ("--tagged", "5\n"),
        ("--exclude x", "6\n"),
        ("--semver *", "4\n"),
        ("--include .*", "5\n"),
    ] {
        let counted = ecrpub(&registry, &format!("images zoo {options} --count"));
        assert_eq!(counted.data(), count, "{options}");
    }
}

#[test]
fn dates_are_inclusive_since_and_exclusive_before() {
    assert_lists(&[
        ("tags zoo --since 2h", "latest v1.10.0"),
        ("tags zoo --since 2024-06-01T10:00:00Z", "latest v1.10.0"),
        ("tags zoo --since 2024-06-01T10:00:00.001Z", ""),
    ]);
    let old = "1.2.0-alpine build-10 0.9 build-9";
    assert_eq!(listed("tags zoo --before 30h --since 3mo"), old);
    assert_eq!(listed("tags zoo --before 2024-04-29"), "0.9 build-9");
}

#[test]
fn media_types_are_found_by_a_part() {
    assert_lists(&[
        ("images zoo --media-type index", "v1.9.1;stable"),
        ("tags zoo --media-type helm", "0.9 build-9"),
        ("tags zoo --media-type docker", "1.2.0-alpine build-10"),
    ]);
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
        "v1.10.0 v1.9.1 1.2.0-alpine 0.9 stable sha256-0123abcd.sig latest build-10 build-9"
    );
    assert_eq!(
        listed("images zoo --sort size --tagged"),
        "1.2.0-alpine;build-10 0.9;build-9 v1.10.0;latest v1.9.1;stable sha256-0123abcd.sig"
    );
    assert_eq!(
        listed("images zoo --sort pushed --reverse --tagged"),
        "0.9;build-9 1.2.0-alpine;build-10 v1.9.1;stable sha256-0123abcd.sig v1.10.0;latest"
    );
}

/// Of `several` repositories each has three rows, one after another; all others have nine.
fn assert_skips(registry: &Registry, line: &str, several: bool) {
    for format in ["name", "jsonl", "csv --no-headers", "table --no-headers"] {
        let line = format!("{line} -q -o {format}");
        let whole = ecrpub(registry, &line).data();
        let whole: Vec<_> = whole.lines().collect();
        assert_eq!(whole.len(), 9, "{line}");
        let listed = whole.chunks(if several { 3 } else { 9 });
        for (options, skip, limit) in [
            ("--skip 2", 2, 9),
            ("--skip 1 --limit 1", 1, 1),
            ("--limit 2 --skip 18446744073709551615", 9, 0),
        ] {
            let rows = listed
                .clone()
                .flat_map(|rows| rows.iter().skip(skip).take(limit));
            let skipped = ecrpub(registry, &format!("{line} {options}")).data();
            // Columns may be narrower.
            let expected: Vec<_> = rows.flat_map(|row| row.split_whitespace()).collect();
            let skipped: Vec<_> = skipped.split_whitespace().collect();
            assert_eq!(skipped, expected, "{line} {options}");
        }
    }
}

#[test]
fn the_first_rows_of_each_repository_are_skipped_in_every_format_and_order() {
    let image = || Image::oci(7, 300, NOW_MS - 9).tagged(&["1", "2", "3"]);
    let small = ["aa", "bb", "cc"].map(|name| Repository::new(name, vec![image()]));
    let registry = Registry::start(
        [zoo(), Repository::generated("big", 9)]
            .into_iter()
            .chain(small),
    );
    for order in [
        "",
        "--sort version --reverse",
        "--sort none --page-size 2",
        "--sort none",
    ] {
        assert_skips(&registry, &format!("images big {order}"), false);
        assert_skips(&registry, &format!("tags zoo {order}"), false);
        assert_skips(&registry, &format!("tags aa bb cc {order}"), true);
    }
    let registry =
        Registry::start((0..9).map(|name| Repository::generated(&format!("r{name}"), 9)));
    for order in [
        "",
        "--sort created --reverse",
        "--sort none --page-size 2",
        "--sort size",
    ] {
        assert_skips(&registry, &format!("repos {order}"), false);
    }
}

#[test]
fn skipped_rows_are_no_rows() {
    let registry = Registry::start([zoo()]);
    assert_snapshot!(ecrpub(&registry, "tags zoo --skip 7 --limit 1 -c tag"), @"
    TAG
    0.9
    --- stderr
    note: `--limit` leaves out 1 more row
    ");
    assert_snapshot!(ecrpub(&registry, "tags zoo --skip 9 --fail-if-empty -o name"), @"
    --- stderr
    note: repository `zoo` has nothing to list: `--skip` leaves out 9 rows
    --- exit code 3
    ");
    assert_snapshot!(ecrpub(&registry, "tags zoo --sort none --skip 9 --fail-if-empty --include v.* -o json"), @r#"
    {
      "imageTagDetails": []
    }
    --- stderr
    note: repository `zoo` has nothing to list: `--skip` leaves out 2 rows
    --- exit code 3
    "#);
    assert_snapshot!(ecrpub(&registry, "tags zoo --skip 1 --count"), @"
    --- stderr
    error: `--count` cannot be used with `--skip`
    hint: leave out `--count` or `--skip`
    --- exit code 2
    ");
    // It counts from the start of what is read.
    let part = "tags zoo --sort none --page-size 2 --max-pages 2 -o name --skip 3";
    let part = ecrpub(&registry, part);
    assert_eq!(part.stdout, "stable\n");
    let token = part.stderr.split('`').nth(1).expect("an option");
    let rest = format!("tags zoo --sort none -o name --skip 4 {token}");
    assert_eq!(ecrpub(&registry, &rest).data(), "sha256-0123abcd.sig\n");
}

/// Images of a repository whose tags float.
fn storefront() -> Repository {
    let tags: [&[&str]; 5] = [
        &["2.1.0", "2.1", "2", "latest"],
        &["2.0.3", "2.0"],
        &["2.0.2"],
        &["2.2.0-rc1"],
        &["2.0.2-slim", "2.0.1-slim"],
    ];
    let images = (1_i64..).zip(tags).map(|(hours, tags)| {
        let number = u64::try_from(hours).expect("a small number");
        Image::oci(number, 100, NOW_MS - hours * HOUR).tagged(tags)
    });
    Repository::new("storefront", images.collect())
}

#[test]
fn a_note_counts_the_rows_that_a_range_leaves_out() {
    let registry = Registry::start([storefront()]);
    assert_snapshot!(ecrpub(&registry, "tags storefront --semver ^2.1 -o name"), @"
    2.1.0
    2.1
    2
    --- stderr
    note: `--semver` leaves out 1 pre-release, which `--pre` includes
    ");
    assert_snapshot!(ecrpub(&registry, "tags storefront --semver ^2.1 --pre -o name"), @"
    2.2.0-rc1
    2.1.0
    2.1
    2
    ");
}

#[test]
fn a_count_has_the_notes_of_its_listing() {
    let registry = Registry::start([storefront(), Repository::new("empty", vec![])]);
    for (line, count) in [
        ("tags storefront --semver ^2.1", "3\n"),
        (
            "tags storefront empty --include slim",
            "storefront\t0\nempty\t0\n",
        ),
        ("images storefront --tag 2 --since 2030-01-01", "0\n"),
        ("images storefront --tag 2 --tag nowhere", "1\n"),
    ] {
        let counted = ecrpub(&registry, &format!("{line} --count"));
        assert_eq!(counted.stdout, count, "{line}");
        let listed = ecrpub(&registry, &format!("{line} -o name"));
        assert_ne!(listed.stderr, "", "{line}");
        assert_eq!(
            (counted.stderr, counted.code),
            (listed.stderr, listed.code),
            "{line}"
        );
    }
}

#[test]
fn an_empty_table_says_why() {
    let registry = Registry::start([storefront(), Repository::new("empty", vec![])]);
    assert_snapshot!(ecrpub(&registry, "images storefront --include edge"), @"
    --- stderr
    note: repository `storefront` has nothing to list: of 5 rows, none passes the filters
    ");
    assert_snapshot!(ecrpub(&registry, "tags storefront --semver ^3"), @"
    --- stderr
    note: repository `storefront` has nothing to list: of 10 rows, none passes the filters; 1 tag is not a version
    ");
    assert_snapshot!(ecrpub(&registry, "images storefront --semver ^3 --tag 2"), @"
    --- stderr
    note: repository `storefront` has nothing to list: of 1 named row, none passes the filters; 1 tag is not a version
    ");
    assert_snapshot!(ecrpub(&registry, "tags storefront --tag 2 --tag 2.0 --since 2030-01-01"), @"
    --- stderr
    note: repository `storefront` has nothing to list: of 2 named rows, none passes the filters
    ");
}

#[test]
fn sort_keys_have_the_names_of_fields_and_titles() {
    for (key, same) in [
        (
            "pushed",
            ["imagePushedAt", "PUSHED", "imageDetail.imagePushedAt"],
        ),
        ("created", ["createdAt", "CREATED", "Created"]),
        ("size", ["imageSizeInBytes", "SIZE", "imagesizeinbytes"]),
        ("tag", ["imageTag", "name", "TAG"]),
    ] {
        let expected = listed(&format!("tags zoo --sort {key}"));
        for name in same {
            assert_eq!(
                listed(&format!("tags zoo --sort {name}")),
                expected,
                "{name}"
            );
        }
    }
    let by_tag = listed("images zoo --sort tag");
    assert_eq!(listed("images zoo --sort TAGS"), by_tag);
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
    hint: list your repositories with `ecrpub repos`
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
    error: `--count` cannot be used with `--output`
    hint: leave out `--count` or `--output`
    --- exit code 2
    ");
}

#[test]
fn invalid_values_are_refused_with_the_valid_ones() {
    let registry = Registry::start([zoo()]);
    assert_snapshot!(ecrpub(&registry, "tags zoo --since yesterday"), @"
    --- stderr
    error: invalid value `yesterday` for `--since`: not a time
    hint: a time is written as `2024-06-01T12:00:00Z`, as `2024-06-01` or `2024-06-01 12:00:00` (UTC), or as an age such as `36h`, `7d`, `2w`, `3mo`, `1y`, `1d12h`
    --- exit code 2
    ");
    assert_snapshot!(ecrpub(&registry, "tags zoo --limit 0"), @"
    --- stderr
    error: invalid value `0` for `--limit`: not a number of 1 or more
    --- exit code 2
    ");
    assert_snapshot!(ecrpub(&registry, "tags zoo --before 9999-12-31"), @"
    --- stderr
    error: invalid value `9999-12-31` for `--before`: a time beyond the calendar, which ends on 9999-12-30
    hint: a time is written as `2024-06-01T12:00:00Z`, as `2024-06-01` or `2024-06-01 12:00:00` (UTC), or as an age such as `36h`, `7d`, `2w`, `3mo`, `1y`, `1d12h`
    --- exit code 2
    ");
    assert_snapshot!(ecrpub(&registry, "tags zoo --include v1.* --exclude v1*"), @"
    --- stderr
    error: invalid value `v1*` for `--exclude`: a glob, but a regex is needed
    hint: write 'v1.*' for all that begins with `v1`
    --- exit code 2
    ");
    assert_snapshot!(ecrpub(&registry, "tags zoo --semver >=1,<x2"), @"
    --- stderr
    error: invalid value `>=1,<x2` for `--semver`: `x2` is not a version
    hint: a range is written as `^1.2`, `~1.2.3`, `1.27`, `1.x`, `>=1 <2`, `1.2 - 1.4` or `1.x || 3.x`
    --- exit code 2
    ");
    assert_snapshot!(ecrpub(&registry, "tags zoo --semver >=1.27.3-alpine"), @"
    --- stderr
    error: invalid value `>=1.27.3-alpine` for `--semver`: `1.27.3-alpine` names the variant `alpine`, but a range ignores variants
    hint: select a variant with `--include '.*-alpine'`, this tag alone with `--tag 1.27.3-alpine`
    --- exit code 2
    ");
    assert_snapshot!(ecrpub(&registry, "tags zoo --pre"), @"
    --- stderr
    error: `--pre` adds pre-releases to a range, but `--semver` is missing
    hint: add `--semver '*'` for all versions
    --- exit code 2
    ");
    assert_snapshot!(ecrpub(&registry, "tags zoo --include v(1"), @r"
    --- stderr
    error: invalid value `v(1` for `--include`: unclosed group
    hint: it must match the whole tag, as in `v1\..*`
    --- exit code 2
    ");
    registry.assert_no_requests();
}

#[test]
fn an_empty_listing_is_explained_in_every_format() {
    let registry = Registry::start([
        Repository::new(
            "zoo",
            vec![Image::oci(1, 1, NOW_MS).tagged(&["1.2-alpine"])],
        ),
        Repository::new("empty", vec![]),
    ]);
    for format in ["table", "json", "csv", "name", "jsonl --sort none"] {
        let empty = ecrpub(&registry, &format!("tags empty -o {format}"));
        assert_eq!(empty.code, Some(0), "{format}: {empty}");
        let note = "note: repository `empty` has nothing to list: it is empty\n";
        assert_eq!(empty.stderr, note, "{format}");
        let filtered = ecrpub(&registry, &format!("tags zoo --include alpine -o {format}"));
        let note = "note: repository `zoo` has nothing to list: of 1 row, none passes the filters; did you mean '.*alpine.*'?\n";
        assert_eq!(filtered.stderr, note, "{format}");
        let quiet = ecrpub(&registry, &format!("tags empty -q -o {format}"));
        assert_eq!(quiet.stderr, "", "{format}");
    }
}

#[test]
fn an_empty_listing_fails_only_with_the_option() {
    let registry = Registry::start([
        Repository::new("zoo", vec![Image::oci(1, 1, NOW_MS).tagged(&["1.2"])]),
        Repository::new("empty", vec![]),
    ]);
    for (arguments, code) in [
        ("tags empty -o name", 3),
        ("tags empty --count", 3),
        ("images empty -o json", 3),
        ("tags zoo --include x -o name --sort none", 3),
        ("tags zoo empty -o name", 0),
        ("tags zoo --count", 0),
        ("tags zoo -o name --sort none", 0),
    ] {
        let plain = ecrpub(&registry, arguments);
        assert_eq!(plain.code, Some(0), "{arguments}: {plain}");
        let failing = ecrpub(&registry, &format!("{arguments} --fail-if-empty"));
        assert_eq!(failing.code, Some(code), "{arguments}: {failing}");
        assert_eq!(
            (failing.stdout, failing.stderr),
            (plain.stdout, plain.stderr),
            "{arguments}"
        );
    }
}

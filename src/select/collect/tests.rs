use clap::Parser;
use jiff::Timestamp;

use super::{Collector, Counts, Selected};
use crate::model::{Row, RowName};
use crate::reference::ImageId;
use crate::select::ids::Wanted;
use crate::select::{SelectArgs, Selection, SortKey, TaggedArgs};

#[derive(Parser)]
struct Options {
    #[command(flatten)]
    select: SelectArgs,
}

fn with_selection<T>(options: &[&str], work: impl FnOnce(&Selection) -> T) -> T {
    let options = Options::parse_from([&["test"], options].concat());
    let now = "2024-06-01T12:00:00Z".parse().expect("a time");
    let selection = options
        .select
        .selection(TaggedArgs::default(), SortKey::Pushed, now);
    work(&selection)
}

fn collect(selection: &Selection, wanted: Option<&Wanted>, pages: Vec<Vec<Row>>) -> Selected {
    let mut collector: Collector = selection.collector(wanted);
    for page in pages {
        collector.add(page);
    }
    collector.finish()
}

/// Tags as the examples write them: images separated by blanks, tags of one image joined by `=`.
fn images(text: &str) -> Vec<Row> {
    let image = |(index, tags): (usize, &str)| Row {
        name: RowName::Tags(tags.split('=').map(str::to_owned).collect()),
        digest: Some(format!("sha256:{index:02}")),
        ..Row::default()
    };
    text.split(' ').enumerate().map(image).collect()
}

fn tags(text: &str) -> Vec<Row> {
    let images = images(text);
    let tags = images.iter().flat_map(|image| {
        image.names().iter().map(|name| Row {
            name: RowName::Own(Some(name.clone())),
            ..image.clone()
        })
    });
    tags.collect()
}

/// The tags of rows, in the notation of the examples.
fn listed(rows: &[Row]) -> String {
    let rows: Vec<_> = rows.iter().map(|row| row.names().join("=")).collect();
    rows.join(" ")
}

fn select(options: &[&str], rows: Vec<Row>) -> String {
    // One row per page: the result must not depend on the pages.
    let pages = rows.into_iter().map(|row| vec![row]).collect();
    with_selection(options, |selection| {
        listed(&collect(selection, None, pages).rows)
    })
}

const STOREFRONT: &str = "2.1.0=2.1=2=latest 2.0.3=2.0 2.0.2";
const EKS: &str = "v1.30.2-eks-1-30-9 v1.30.2-eks-1-30-11 v1.29.4-eks-1-29-40";
const NGINX: &str = "1.27.3 1.27.3-alpine 1.27.4-alpine 1.28.0-rc1";

#[test]
fn every_example_of_the_contract_holds() {
    let examples: &[(&str, &[&str], &str)] = &[
        (
            STOREFRONT,
            &["--sort=version"],
            "2.1.0 2.1 2 2.0.3 2.0 2.0.2 latest",
        ),
        (STOREFRONT, &["--semver=>=2, <2.0.3"], "2.0.2"),
        (STOREFRONT, &["--semver=*", "--limit=1"], "2.1.0"),
        (EKS, &["--semver=^1.30", "--limit=1"], "v1.30.2-eks-1-30-11"),
        (
            NGINX,
            &["--semver=~1.27", "--include=.*-alpine", "--limit=1"],
            "1.27.4-alpine",
        ),
        (NGINX, &["--semver=*", "--limit=2"], "1.27.4-alpine 1.27.3"),
        (NGINX, &["--semver=*", "--pre", "--limit=1"], "1.28.0-rc1"),
        (
            "2.32.5 2.34.1.20251112 init-2.34.1.20251112",
            &["--semver=^2", "--limit=1"],
            "2.34.1.20251112",
        ),
        (
            "3.12 3.12.2025.01.10.09 3.12.2024.12.31.10",
            &["--semver=3.12"],
            "3.12.2025.01.10.09 3.12.2024.12.31.10 3.12",
        ),
        (
            "1.4.0 1.4.1_up1.0.2 1.4.1_up1.0.10",
            &["--semver=^1", "--limit=1"],
            "1.4.1_up1.0.10",
        ),
        (
            "21.0.10_7-jdk 21.0.9_10-jdk 21.0.10_7-jre",
            &["--semver=21", "--limit=1"],
            "21.0.10_7-jre",
        ),
        (
            "1.2.3 1.3.0 9170052 20240601",
            &["--sort=version"],
            "1.3.0 1.2.3 20240601 9170052",
        ),
        ("22.04 22.10 24.04", &["--semver=~22.04"], "22.04"),
        ("1.9 1.27 1.29.1", &["--semver=1.27"], "1.27"),
        (
            "1.300071.0b1720 1.300071.0b1720-amd64 1.300071.0b1720-arm64",
            &["--semver=*", "--limit=1"],
            "1.300071.0b1720",
        ),
        (
            "8 8.al2.2023.02.03.11 8.al2.2026.07.17.16",
            &["--semver=8", "--limit=1"],
            "8.al2.2026.07.17.16",
        ),
        (
            "al2023 al2023.2024.11.22.14 al2023.2026.02.27.21",
            &["--semver=*", "--limit=1"],
            "al2023.2026.02.27.21",
        ),
        (
            "v1.29.0-eks-1-29-3=v1.29.0-eks-1-29-latest v1.29.0-eks-1-29-2",
            &["--semver=*", "--limit=1"],
            "v1.29.0-eks-1-29-3",
        ),
    ];
    for (rows, options, expected) in examples {
        assert_eq!(select(options, tags(rows)), *expected, "{options:?}");
    }
    for (rows, options, expected) in [
        (
            STOREFRONT,
            ["--semver=<2.1", "--limit=9"],
            "2.0.3=2.0 2.0.2",
        ),
        (
            "v1.29.0-eks-1-29-3=v1.29.0-eks-1-29-latest v1.29.0-eks-1-29-2",
            ["--semver=*", "--limit=1"],
            "v1.29.0-eks-1-29-3=v1.29.0-eks-1-29-latest",
        ),
    ] {
        assert_eq!(select(&options, images(rows)), expected);
    }
}

#[test]
fn a_floating_tag_of_another_variant_selects_no_image_outside_of_the_range() {
    for (image, range) in [
        (
            "7.0.5-debian-12-r10=7.0.5=7-debian-12=7.0-debian-12=latest",
            "<7.0.3",
        ),
        ("21.0.10_7-jdk=21=21-jdk", "<21.0.9"),
        ("2.1.0-Alpine=2-alpine", "<2.1"),
        ("4.0.0-python3.12-slim=4-python3.12", "<4.0.0 || >4.0.0"),
    ] {
        assert_eq!(select(&["--semver", range], images(image)), "", "{image}");
        assert_eq!(select(&["--semver=*"], images(image)), image);
    }
    // Each tag keeps its own variant: the plain one sorts before the others.
    let mut rows = tags("21.0.9_10-jdk 21.0.10_7-jdk=21=21-jdk 20.0.1-jdk");
    rows.reverse();
    assert_eq!(
        select(&["--sort=version"], rows),
        "21.0.10_7-jdk 21 21-jdk 21.0.9_10-jdk 20.0.1-jdk"
    );
}

#[test]
fn floating_tags_are_resolved_whatever_else_is_filtered() {
    assert_eq!(
        select(&["--semver=<2.1", "--include=2"], tags(STOREFRONT)),
        ""
    );
    assert_eq!(
        select(&["--semver=2.1", "--include=2"], tags(STOREFRONT)),
        "2"
    );
    assert_eq!(
        select(&["--semver=2.1", "--include=2"], images(STOREFRONT)),
        "2.1.0=2.1=2=latest"
    );
    assert_eq!(
        select(
            &["--sort=version", "--include=2(.0)?|2.0.2"],
            tags(STOREFRONT)
        ),
        "2 2.0 2.0.2"
    );
    // A named row is picked from all of them.
    let wanted = Wanted::new([ImageId::Tag("2".parse().expect("a tag"))]);
    for (range, expected) in [("<2.1", ""), ("2.1", "2")] {
        with_selection(&["--semver", range], |selection| {
            let selected = collect(selection, Some(&wanted), vec![tags(STOREFRONT)]);
            assert_eq!(listed(&selected.rows), expected);
            assert_eq!(selected.counts.read, 1);
            assert!(selected.missing.is_empty());
        });
    }
    // Without digests, a floating tag counts with zeros.
    let mut names = tags(STOREFRONT);
    for tag in &mut names {
        tag.digest = None;
    }
    assert_eq!(select(&["--semver=<2.0.2"], names), "2.0 2");
}

#[test]
fn neither_ties_nor_other_tags_are_reversed() {
    let options = ["--sort=version", "--reverse"];
    assert_eq!(
        select(&options, tags(STOREFRONT)),
        "2.0.2 2.0.3 2.0 2.1.0 2.1 2 latest"
    );
    let rows = "3 3.0 3.0.0 3-slim 3-alpine 2.9 b9 b10 latest";
    assert_eq!(
        select(&["--sort=version"], tags(rows)),
        "3.0.0 3.0 3 3-slim 3-alpine 2.9 latest b10 b9"
    );
    assert_eq!(
        select(&options, tags(rows)),
        "2.9 3-alpine 3-slim 3.0.0 3.0 3 latest b10 b9"
    );
}

#[test]
fn rows_that_only_pre_would_add_are_counted() {
    let pre_releases = |options: &[&str]| {
        with_selection(options, |selection| {
            collect(
                selection,
                None,
                vec![tags("1.0 1.1-rc1 1.1-rc1-slim 2.0-rc1 latest")],
            )
            .counts
            .pre_releases
        })
    };
    assert_eq!(pre_releases(&["--semver=1"]), 2);
    assert_eq!(pre_releases(&["--semver=1", "--exclude=.*-slim"]), 1);
    assert_eq!(pre_releases(&["--semver=1", "--pre"]), 0);
    assert_eq!(pre_releases(&["--sort=version"]), 0);
}

fn dated(name: &str, digest: &str, second: i64) -> Row {
    Row {
        name: RowName::Own(Some(name.to_owned())),
        date: Timestamp::from_second(second).ok(),
        digest: Some(digest.to_owned()),
        pushed_at: Timestamp::from_second(second).ok(),
        ..Row::default()
    }
}

fn digests(options: &[&str], pages: Vec<Vec<Row>>) -> (String, Counts) {
    with_selection(options, |selection| {
        let selected = collect(selection, None, pages);
        let rows = selected.rows.iter();
        let rows: Vec<_> = rows
            .map(|row| {
                format!(
                    "{}={}",
                    row.names().concat(),
                    row.digest.as_deref().unwrap_or("-")
                )
            })
            .collect();
        (rows.join(" "), selected.counts)
    })
}

#[test]
fn of_two_rows_of_the_same_id_the_last_one_counts() {
    let pages = || {
        vec![
            vec![dated("a", "1", 10), dated("b", "1", 9), dated("a", "2", 20)],
            vec![dated("b", "3", 8), dated("c", "3", 7), dated("c", "4", 7)],
            vec![
                dated("a", "5", 15),
                dated("d", "6", 30),
                dated("d", "6", 30),
            ],
        ]
    };
    for options in [&["--sort=tag"][..], &["--sort=tag", "--semver=*", "--pre"]] {
        let (rows, counts) = digests(options, pages());
        if options.len() == 1 {
            assert_eq!(rows, "a=5 b=3 c=4 d=6");
            assert_eq!(counts.passing, 4);
        }
        assert_eq!(counts.read, 4, "{options:?}");
    }
    // A later row that fails replaces an earlier one that passes.
    let (rows, counts) = digests(&["--sort=tag", "--before=1970-01-01 00:00:15"], pages());
    assert_eq!((&*rows, counts.passing), ("b=3 c=4", 2));
    // In the service's order, rows are listed as they arrive.
    let (rows, counts) = digests(&["--sort=none"], pages());
    assert_eq!(rows, "a=1 b=1 a=2 b=3 c=3 c=4 a=5 d=6 d=6");
    assert_eq!((counts.read, counts.passing), (9, 9));
}

#[test]
fn only_rows_that_can_be_listed_are_kept_and_the_others_are_counted() {
    let page = |page: i64| (0..1000).map(move |row| (page * 1000 + row) * 7919 % 10_007);
    let pages = (0..10).map(|number| {
        page(number)
            .map(|n| dated(&format!("t{n}"), "1", n))
            .collect()
    });
    with_selection(&["--sort=created", "--skip=2", "--limit=3"], |selection| {
        let mut collector = selection.collector(None);
        for page in pages {
            collector.add(page);
            assert!(collector.rows.len() <= 1005, "{}", collector.rows.len());
        }
        let selected = collector.finish();
        let highest = listed(&selected.rows);
        assert_eq!(selected.counts.skipped, 2);
        assert_eq!(selected.counts.passing, 9_998);
        let all: std::collections::BTreeSet<_> = (0..10).flat_map(page).collect();
        let expected: Vec<_> = all
            .iter()
            .rev()
            .skip(2)
            .take(3)
            .map(|n| format!("t{n}"))
            .collect();
        assert_eq!(highest, expected.join(" "));
    });
}

#[test]
fn a_counter_holds_no_rows() {
    with_selection(&["--include=2.*"], |selection| {
        let mut counter = selection.counter(None);
        counter.add(tags(STOREFRONT));
        assert!(counter.rows.is_empty());
        assert_eq!(counter.finish().counts.passing, 6);
    });
    with_selection(&["--semver=<2.1"], |selection| {
        let mut counter = selection.counter(None);
        counter.add(images(STOREFRONT));
        let selected = counter.finish();
        assert_eq!((selected.rows.len(), selected.counts.passing), (0, 2));
    });
}

#[test]
fn a_pattern_is_suggested_if_it_would_list_a_row() {
    let suggestion = |options: &[&str]| {
        with_selection(options, |selection| {
            collect(selection, None, vec![tags(NGINX)]).suggestion
        })
    };
    assert_eq!(
        suggestion(&["--include=alpine"]).as_deref(),
        Some(".*alpine.*")
    );
    assert_eq!(
        suggestion(&["--include=x|alpine"]).as_deref(),
        Some(".*(x|alpine).*")
    );
    assert_eq!(
        suggestion(&["--include=x", "--include=rc1"]).as_deref(),
        Some(".*rc1.*")
    );
    assert_eq!(
        suggestion(&["--include=alpine", "--semver=*"]).as_deref(),
        Some(".*alpine.*")
    );
    assert_eq!(suggestion(&["--include=rc1", "--semver=*"]), None);
    assert_eq!(
        suggestion(&["--include=alpine", "--exclude=.*alpine"]),
        None
    );
    assert_eq!(suggestion(&["--include=alpine", "--include=1.27.3"]), None);
    assert_eq!(suggestion(&["--include=edge"]), None);
}

#[test]
fn images_with_tags_that_do_not_pass_are_counted() {
    let others = |options: &[&str]| {
        with_selection(options, |selection| {
            let mut rows = collect(selection, None, vec![images(STOREFRONT)]).rows;
            selection.mark_other_tags(&mut rows, None, &images(STOREFRONT));
            let rows = rows.into_iter().filter_map(|row| row.relations);
            rows.filter(|relations| relations.has_other_tags).count()
        })
    };
    assert_eq!(others(&[]), 0);
    assert_eq!(others(&["--include=2[.].*"]), 1);
    assert_eq!(others(&["--exclude=2.0", "--limit=2"]), 1);
    assert_eq!(others(&["--exclude=2.0", "--sort=version", "--skip=2"]), 0);
    assert_eq!(others(&["--semver=2.0"]), 0);
    assert_eq!(others(&["--semver=2"]), 1);
}

#[test]
fn named_rows_are_listed_once_and_missing_ids_are_reported() {
    let tag = |name: &str| ImageId::Tag(name.parse().expect("a tag"));
    let wanted = Wanted::new([tag("2.1"), tag("2"), tag("nowhere"), tag("2.1")]);
    assert_eq!(wanted.ids().len(), 3);
    for key in ["--sort=none", "--sort=pushed", "--sort=version"] {
        with_selection(&[key, "--include=.*"], |selection| {
            let pages = vec![images(STOREFRONT), images(STOREFRONT)];
            let selected = collect(selection, Some(&wanted), pages);
            assert_eq!(listed(&selected.rows), "2.1.0=2.1=2=latest", "{key}");
            assert_eq!(selected.missing, [tag("nowhere")]);
            assert_eq!(selected.counts.read, 1);
        });
    }
}

#[test]
fn a_limit_in_the_services_order_ends_the_listing_unless_rows_are_named() {
    let wanted = Wanted::new([ImageId::Tag("2.0.2".parse().expect("a tag"))]);
    let is_full = |options: &[&str], wanted| {
        with_selection(options, |selection| {
            let mut collector = selection.collector(wanted);
            collector.add(tags("2.0.2 2.0.3"));
            collector.is_full()
        })
    };
    assert!(is_full(&["--sort=none", "--limit=1"], None));
    assert!(!is_full(&["--sort=none", "--limit=3"], None));
    assert!(!is_full(&["--sort=none", "--limit=1"], Some(&wanted)));
    assert!(!is_full(&["--sort=none", "--limit=1", "--semver=*"], None));
    assert!(!is_full(&["--sort=tag", "--limit=1"], None));
}

//! `--unused`: that manifests decide, and what keeps it from a wrong answer. The scenarios are in
//! src/relations/tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use ecrpub_registry::{Entry, Fault, Image, Manifest, Registry, Repository, Request};
use insta::assert_snapshot;

use crate::harness::{NOW_MS, Outcome, Run, ecrpub};

const MINUTE: i64 = 60_000;
const DAY: i64 = 86_400_000;
const OLD: i64 = NOW_MS - 30 * DAY;
const ALIAS: &str = "example";

/// Images with the names that verdicts give them.
type Named = Vec<(&'static str, Image)>;

fn image(seed: u64) -> Image {
    Image::oci(seed, 1000, OLD)
}

fn index<const N: usize>(entries: [Entry; N]) -> Image {
    Image::index_holding(entries, OLD)
}

fn on_amd64(image: &Image) -> Entry {
    image.on("linux/amd64")
}

fn registry(images: &Named) -> Registry {
    let images = images.iter().map(|(_, image)| image.clone());
    Registry::start([Repository::new("web", images.collect())])
}

/// The names of the images of a listing, in the order of `images`.
fn named(images: &Named, listed: &Outcome) -> String {
    let is_listed = |image: &Image| {
        let digest = image.digest.as_deref().expect("a digest");
        listed.stdout.contains(digest)
    };
    let names = images.iter().filter(|(_, image)| is_listed(image));
    names.map(|(name, _)| *name).collect::<Vec<_>>().join(" ")
}

/// The unused images, with these options.
#[track_caller]
fn unused_with(images: &Named, options: &str) -> String {
    let registry = registry(images);
    let listed = ecrpub(
        &registry,
        &format!("images web --unused -o name -q {options}"),
    );
    assert_eq!(listed.code, Some(0), "{listed}");
    named(images, &listed)
}

#[track_caller]
fn unused(images: &Named) -> String {
    unused_with(images, "")
}

/// Each kind of edge once, from a tagged index and from an untagged one.
#[test]
fn what_no_tag_reaches_is_unused() {
    let mut images = Vec::new();
    for (seed, tags, names) in [
        (
            10,
            &["1"][..],
            ["a-image", "a-proof", "a-inner", "a-tag", "a-subject", "a"],
        ),
        (
            20,
            &[],
            ["b-image", "b-proof", "b-inner", "b-tag", "b-subject", "b"],
        ),
    ] {
        let child = image(seed);
        let proof = image(seed + 1).in_toto();
        let inner = index([on_amd64(&child), proof.attesting(&child)]);
        let gone = Entry::absent(9).on("linux/arm64/v8");
        let outer = Image {
            // The service lists some indexes without it.
            manifest_media_type: None,
            ..index([inner.entry(), gone]).tagged(tags)
        };
        let by_tag = Image::signature(seed + 2, OLD).tagged(&[&outer.digest_tag(".sig")]);
        let by_subject = Image::signature(seed + 3, OLD).referring_to(&by_tag);
        images.extend(
            names
                .into_iter()
                .zip([child, proof, inner, by_tag, by_subject, outer]),
        );
    }
    let own = image(30).docker();
    let tag = own.digest_tag("");
    images.extend([("own", own.tagged(&[&tag])), ("lost", image(31).docker())]);
    assert_eq!(
        unused(&images),
        "b-image b-proof b-inner b-tag b-subject b lost"
    );
}

#[test]
fn young_images_may_be_part_of_a_push_and_undated_ones_too() {
    let young = Image::oci(1, 1, NOW_MS - DAY + MINUTE);
    let settled = Image::oci(2, 1, NOW_MS - DAY - MINUTE);
    let undated = Image {
        pushed_at: None,
        ..image(3)
    };
    let images = vec![
        ("young", young),
        ("settled", settled),
        ("undated", undated),
        ("tagged", image(4).tagged(&["1"])),
    ];
    assert_eq!(unused(&images), "settled");
    assert_eq!(unused_with(&images, "--min-age 1h"), "young settled");
    assert_eq!(unused_with(&images, "--min-age 2d"), "");
    assert_eq!(unused_with(&images, "--before 2024-06-02"), "young settled");
    assert_eq!(unused_with(&images, "--since 2d"), "settled");
    assert_snapshot!(ecrpub(&registry(&images), "images web --unused -c digest"), @"
    DIGEST
    60e6b73db656
    ");
}

/// Whatever other filters leave out.
#[test]
fn the_whole_repository_decides() {
    let child = image(1);
    let release = index([on_amd64(&child)]).tagged(&["1"]);
    let lost = image(2);
    let signature = Image::signature(3, OLD).tagged(&[&lost.digest_tag(".sig")]);
    let images = vec![
        ("child", child),
        ("release", release),
        ("lost", lost),
        ("signature", signature),
    ];
    assert_eq!(unused_with(&images, "--untagged"), "lost");
    assert_eq!(unused_with(&images, "--tagged"), "signature");
    assert_eq!(unused_with(&images, "--limit 1 --sort digest"), "signature");
    assert_eq!(unused_with(&images, "--media-type index"), "");
    assert_eq!(unused_with(&images, "--sort none"), "lost signature");
    let counted = ecrpub(&registry(&images), "images web --unused --count");
    assert_eq!(counted.data(), "2\n");
}

#[test]
fn a_repository_without_a_tag_has_a_note_and_nothing_that_is_unused() {
    let images = vec![("one", index([])), ("two", image(2))];
    let registry = registry(&images);
    assert_snapshot!(ecrpub(&registry, "images web --unused -c digest"), @"
    --- stderr
    note: repository `web` has nothing to list: of 2 rows, none is unused and older than 24 hours
    note: repository `web` has no tag but those of signatures, so that nothing in it is unused; leave out `--unused` to list it
    ");
    let is_read = |request: &Request| request.operation == "manifest";
    assert!(!registry.requests().iter().any(is_read));
    let empty = Registry::start([Repository::new("web", Vec::new())]);
    assert_snapshot!(ecrpub(&empty, "images web --unused"), @"
    --- stderr
    note: repository `web` has nothing to list: it is empty
    ");
}

/// They may sign an image that is kept elsewhere.
#[test]
fn what_names_an_image_that_is_not_here_has_a_note() {
    let tag = image(9).digest_tag(".sig");
    let by_tag = Image::signature(1, OLD).tagged(&[&tag]);
    let mut images = vec![
        ("tagged", image(2).tagged(&["1"])),
        ("lost", image(3)),
        ("by-tag", by_tag),
    ];
    let note = |images: &Named| {
        let outcome = ecrpub(&registry(images), "images web --unused -o name");
        assert_eq!(named(images, &outcome), "lost", "{outcome}");
        outcome.stderr
    };
    assert_snapshot!(note(&images), @"note: 1 image of repository `web` names an image that is not in it, and counts as in use: `ecrpub images web --digest eab5e4492263`");
    images.push((
        "by-subject",
        Image::signature(4, OLD).referring_to(&image(9)),
    ));
    assert_snapshot!(note(&images), @"note: 2 images of repository `web` name an image that is not in it, and count as in use: `ecrpub images web --digest eab5e4492263 --digest 26ecffbc0680`");
}

/// Its manifests hold and refer to nothing, and the registry serves them in another form.
#[test]
fn docker_schema_1_does_not_end_the_run() {
    let old = |seed, encoding: &str| Image {
        manifest_media_type: Some(format!(
            "application/vnd.docker.distribution.manifest.v1+{encoding}"
        )),
        ..image(seed).with_manifest(Manifest::raw(format!("[{seed}]")))
    };
    let images = vec![
        ("tagged", old(1, "prettyjws").tagged(&["1"])),
        ("signed", old(2, "prettyjws")),
        ("plain", old(3, "json")),
    ];
    assert_eq!(unused(&images), "signed plain");
}

#[test]
fn an_image_in_use_that_is_named_is_a_note() {
    let images = vec![("used", image(1).tagged(&["1"])), ("lost", image(2))];
    let digest = |position: usize| images[position].1.digest.clone().expect("a digest");
    let registry = registry(&images);
    let named = |digest: &str| {
        ecrpub(
            &registry,
            &format!("images web --unused --digest {digest} -c digest --before 1h"),
        )
    };
    assert_snapshot!(named(&digest(0)), @"
    --- stderr
    note: repository `web` has nothing to list: of 1 named row, none is unused and passes the filters
    ");
    assert_snapshot!(named(&digest(1)), @"
    DIGEST
    9f5f94452aa8
    ");
    let missing = named(&format!("sha256:{}", "0".repeat(64)));
    assert_eq!(missing.code, Some(3), "{missing}");
}

#[test]
fn public_repositories_and_parts_of_a_listing_are_refused() {
    let registry = registry(&vec![("one", image(1))]);
    let refuse = |line: &str| {
        let outcome = ecrpub(&registry, line);
        let codes = (outcome.stdout.as_str(), outcome.code);
        assert_eq!(codes, ("", Some(2)), "{line}");
        outcome.stderr
    };
    assert_snapshot!(refuse("images public.ecr.aws/example/web --unused"), @"
    error: `--unused` needs every image of a repository, but public repositories do not show untagged images
    hint: name a repository of your own registry by its name alone
    ");
    assert_snapshot!(refuse("images public.ecr.aws/example/web --used-by"), @"
    error: `--used-by` needs every image of a repository, but public repositories do not show untagged images
    hint: name a repository of your own registry by its name alone
    ");
    assert_snapshot!(refuse("images public.ecr.aws/example/web -o delete-requests"), @"
    error: `-o delete-requests` lists images to delete, but public images cannot be deleted
    hint: name the repository of your own registry by its name alone
    ");
    assert_snapshot!(refuse("tags web -o delete-requests"), @"
    error: `-o delete-requests` deletes images with all their tags, but tags are listed
    hint: use it with `ecrpub images REPO`
    ");
    assert_snapshot!(refuse("images web -o delete-requests --sort none"), @"
    error: `-o delete-requests` needs an order that does not change, and `--sort none` has none
    hint: leave out `--sort none`
    ");
    assert_snapshot!(refuse("images web -o delete-requests --sort tag"), @"
    error: `-o delete-requests` without a filter deletes every image
    hint: give a filter, such as `--unused`, or `--skip N`
    ");
    assert_snapshot!(refuse("images web -o delete-requests --platform linux/amd64"), @"
    error: `-o delete-requests` deletes whole indexes, but `--platform` selects by one of their platforms
    hint: leave out `--platform`
    ");
    assert_snapshot!(refuse("images web -o delete-requests --limit 1"), @"
    error: `-o delete-requests` deletes every image that passes: `--limit` would choose some of them
    hint: keep the first ones of an order with `--skip N`
    ");
    for option in [
        "--unused",
        "--used-by",
        "--platform linux/amd64",
        "-o delete-requests",
        "-c +usedBy",
    ] {
        for part in ["--max-pages 1", "--starting-token x"] {
            let refused = refuse(&format!("images web {option} {part}"));
            let [part, option] =
                [part, option].map(|option| option.split(' ').next().expect("one"));
            assert!(
                refused.contains(part) && refused.contains(option),
                "{refused}"
            );
        }
    }
    assert!(refuse("images web --used-by --count").contains("--used-by"));
    registry.assert_no_requests();
}

/// A release, and an image that seems unused as long as everything can be read.
fn release() -> (Image, Image, Image) {
    let child = image(1);
    let lost = image(2);
    (index([on_amd64(&child)]).tagged(&["1"]), child, lost)
}

const LINES: [&str; 3] = [
    "images web --unused",
    "images web --unused --count",
    "images web --unused -o delete-requests",
];

/// Each of [`LINES`] prints nothing, and fails with these words.
#[track_caller]
fn assert_fails(start: impl Fn() -> Registry, words: &str) {
    for line in LINES {
        let outcome = ecrpub(&start(), &format!("{line} --max-attempts 2"));
        let codes = (outcome.stdout.as_str(), outcome.code);
        assert_eq!(codes, ("", Some(5)), "{line}: {outcome}");
        assert!(outcome.stderr.contains(words), "{line}: {outcome}");
        assert!(
            outcome.stderr.contains("run the command again"),
            "{outcome}"
        );
    }
}

#[test]
fn a_manifest_that_cannot_be_read_ends_the_run() {
    let (release, child, lost) = release();
    let repository = Repository::new("web", vec![release.clone(), child, lost.clone()]);
    for unreadable in [&release, &lost] {
        let corrupt = || {
            let builder = Registry::builder().corrupt_manifest(unreadable);
            builder.repository(repository.clone()).start()
        };
        assert_fails(corrupt, "that does not have the digest");
        let gone = || {
            let builder = Registry::builder().missing_manifest(unreadable);
            builder.repository(repository.clone()).start()
        };
        assert_fails(gone, "does not exist");
        let failing = || {
            let builder = Registry::builder().repository(repository.clone());
            let path = format!(
                "/v2/example/web/manifests/{}",
                unreadable.digest.clone().expect("one")
            );
            builder
                .faults(move |request| {
                    (request.path == path).then(|| Fault::error(503, "UNAVAILABLE", "busy"))
                })
                .start()
        };
        assert_fails(failing, "HTTP status 503");
    }
}

/// It may hold the image that seems unused.
#[test]
fn an_index_that_is_not_understood_ends_the_run() {
    for (content, words) in [
        (
            r#"{"schemaVersion":2,"manifests":[{"digest":"sha512:00"}]}"#,
            "is invalid",
        ),
        (r#"{"schemaVersion":2,"layers":[]}"#, "is invalid"),
        (r#"{"schemaVersion":2,"manifests":{}}"#, "is not a manifest"),
        ("{", "is not a manifest"),
    ] {
        let odd = || {
            let odd = Image {
                manifest_media_type: Some(ecrpub_registry::OCI_INDEX.to_owned()),
                ..image(1).with_manifest(Manifest::raw(content))
            };
            Registry::start([Repository::new("web", vec![odd.tagged(&["1"]), image(2)])])
        };
        assert_fails(odd, words);
    }
}

/// Of two pages each: the listing before the manifests, and that after them.
#[test]
fn a_missing_page_ends_the_run() {
    let images: Vec<_> = (1..=4).map(image).collect();
    for broken in 1..=4 {
        let broken = || {
            let pages = AtomicUsize::new(0);
            let fault = move |request: &Request| {
                let is_list = request.operation == "DescribeImages";
                let is_broken = is_list && pages.fetch_add(1, Ordering::SeqCst) + 1 == broken;
                is_broken.then(|| Fault::error(400, "AccessDeniedException", "not this page"))
            };
            let repository = Repository::new("web", images.clone());
            Registry::builder()
                .repository(repository)
                .faults(fault)
                .start()
        };
        for line in LINES {
            let outcome = ecrpub(&broken(), &format!("{line} --page-size 2"));
            let codes = (outcome.stdout.as_str(), outcome.code);
            assert_eq!(codes, ("", Some(4)), "{line}: {outcome}");
        }
    }
}

/// A registry whose repository changes at the request of this number for this operation.
pub(crate) fn changing(
    images: Vec<Image>,
    (operation, number): (&'static str, usize),
    change: impl Fn(&mut Vec<Image>) + Send + Sync + 'static,
) -> Arc<Registry> {
    let seen = AtomicUsize::new(1);
    Arc::new_cyclic(|registry: &std::sync::Weak<Registry>| {
        let registry = registry.clone();
        let faults = move |request: &Request| {
            if request.operation == operation && seen.fetch_add(1, Ordering::SeqCst) == number {
                registry.upgrade()?.change(ALIAS, "web", &change);
            }
            None
        };
        let builder = Registry::builder().repository(Repository::new("web", images));
        builder.faults(faults).start()
    })
}

#[test]
fn a_repository_that_changes_meanwhile_ends_the_run() {
    type Change = fn(&mut Vec<Image>);
    let changes: [(&str, Change); 4] = [
        ("a tag moves to an image that seemed unused", |images| {
            let tags = std::mem::take(&mut images[0].tags);
            images[2].tags = tags;
        }),
        ("an index of it is pushed", |images| {
            let index = index([on_amd64(&images[2])]).tagged(&["2"]);
            images.push(index);
        }),
        ("an image is deleted", |images| {
            images.remove(1);
        }),
        ("an image is tagged", |images| {
            *images = std::mem::take(images)
                .into_iter()
                .map(|image| image.tagged(&["x"]))
                .collect();
        }),
    ];
    for (what, change) in changes {
        for line in LINES {
            let (release, child, lost) = release();
            let registry = changing(vec![release, child, lost], ("manifest", 1), change);
            let outcome = ecrpub(&registry, line);
            let codes = (outcome.stdout.as_str(), outcome.code);
            assert_eq!(codes, ("", Some(5)), "{what}: {line}: {outcome}");
            assert!(
                outcome.stderr.contains("changed while it was read"),
                "{what}: {outcome}"
            );
            assert!(
                outcome.stderr.contains("run the command again"),
                "{what}: {outcome}"
            );
        }
    }
    let (release, child, lost) = release();
    let unchanged = changing(vec![release, child, lost], ("manifest", 1), |_| {});
    assert_eq!(ecrpub(&unchanged, LINES[1]).data(), "1\n");
}

/// The first repository is read at once, and changes while a manifest of the second one is awaited.
#[test]
fn the_first_of_several_repositories_may_not_change_until_the_last_is_read() {
    for line in [
        "--unused -o name",
        "--unused --count",
        "--unused -o delete-requests",
    ] {
        let changed = AtomicBool::new(false);
        let registry = Arc::new_cyclic(|registry: &std::sync::Weak<Registry>| {
            let registry = registry.clone();
            let slow = move |request: &Request| {
                let is_last =
                    request.operation == "manifest" && request.path.contains("/example/last/");
                if is_last && !changed.swap(true, Ordering::SeqCst) {
                    let registry = registry.clone();
                    std::thread::spawn(move || {
                        std::thread::sleep(Duration::from_millis(400));
                        if let Some(registry) = registry.upgrade() {
                            registry.change(ALIAS, "first", |images| {
                                images[0] = images[0].clone().tagged(&["prod"]);
                            });
                        }
                    });
                }
                is_last.then_some(Fault::Wait(Duration::from_millis(900)))
            };
            let of =
                |name, image| Repository::new(name, vec![image, self::image(9).tagged(&["1"])]);
            let registry = Registry::builder().repository(of("first", image(1)));
            registry
                .repository(of("last", image(2)))
                .faults(slow)
                .start()
        });
        let outcome = ecrpub(&registry, &format!("images first last {line}"));
        let codes = (outcome.stdout.as_str(), outcome.code);
        assert_eq!(codes, ("", Some(5)), "{line}: {outcome}");
        let words = "repository `first` changed while it was read";
        assert!(outcome.stderr.contains(words), "{line}: {outcome}");
    }
}

#[test]
fn an_invalid_digest_ends_the_run() {
    for digest in [None, Some("sha256:12"), Some("x")] {
        let odd = Image {
            digest: digest.map(str::to_owned),
            ..image(1)
        };
        let registry = Registry::start([Repository::new("web", vec![odd, image(2)])]);
        let outcome = ecrpub(&registry, "images web --unused");
        let codes = (outcome.stdout.as_str(), outcome.code);
        assert_eq!(codes, ("", Some(5)), "{outcome}");
    }
}

/// An index that stays holds one of the listed images.
#[test]
fn the_summary_tells_what_the_requests_would_delete() {
    let (release, child, lost) = release();
    let held = Image::oci(3, 5000, OLD - 1);
    let index = index([on_amd64(&held)]);
    let images = vec![release, child, lost, held, index];
    let registry = Registry::start([Repository::new("web", images)]);
    let show = |options: &str| {
        let run = Run::on(&registry).arguments("images web --unused -c digest,manifest");
        crate::terminal::screen(80, run.arguments(options).into_command())
    };
    assert_snapshot!(show("--media-type manifest.v1"), @"
    DIGEST        MANIFEST
    9f5f94452aa8  OCI image
    c83c30b25d43  OCI image
    2 images, 2 untagged, 6.0 kB
    of these in `-o delete-requests`: 1 image in 1 request; they free at most 1.0
    kB, for images share layers
    4 manifests read
    ");
    assert_snapshot!(show("--before 2024-05-02T12:00:00Z"), @"
    DIGEST        MANIFEST
    c83c30b25d43  OCI image
    1 image, 1 untagged, 5.0 kB
    of these in `-o delete-requests`: 0 images in 0 requests
    4 manifests read
    ");
    assert_snapshot!(show("--limit 2"), @"
    DIGEST        MANIFEST
    901508e6f887  OCI index
    9f5f94452aa8  OCI image
    2 images, 2 untagged, at least 1.0 kB
    of these in `-o delete-requests`: 2 images in 1 request; they free at most 1.0
    kB, for images share layers
    4 manifests read
    note: `--limit` leaves out 1 more row
    ");
}

/// Nothing in it is unused, and no index is read for the summary.
#[test]
fn a_repository_without_a_root_has_no_summary_of_requests() {
    let registry = registry(&vec![("one", index([])), ("two", image(2))]);
    let run = Run::on(&registry).arguments("images web --unused -c digest");
    assert_snapshot!(crate::terminal::screen(80, run.into_command()), @"
    note: repository `web` has nothing to list: of 2 rows, none is unused and older
    than 24 hours
    0 manifests read
    note: repository `web` has no tag but those of signatures, so that nothing in it
    is unused; leave out `--unused` to list it
    ");
}

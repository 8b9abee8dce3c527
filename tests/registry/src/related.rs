//! A sample repository of images that belong to each other in every way that manifests know.

use crate::data::{Image, Repository};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// What a team has left behind in a year of pushes, last changed shortly before `now` (milliseconds
/// since 1970):
///
/// - in use: the release `2.3.0` for two platforms with attestations, a signature by tag, and an SBOM
///   and a signature by subject; the release `2.2.0`; the nested index `suite`; the image `debug`; a
///   signature of an image that is not in the repository
/// - in use though untagged: all that those list, among it an image that the first build of `2.2.0`
///   lists too
/// - unused: that first build and the image of its own; a nightly build with its images, attestation
///   and signatures of both kinds; an image that lost its tag
/// - in doubt: two images that were pushed five minutes ago, whose index is still to come
#[must_use]
pub fn related(name: &str, now: i64) -> Repository {
    let mut images = release(now - 3 * DAY);
    images.extend(rebuilt(now - 20 * DAY));
    images.extend(nightly(now - 90 * DAY));
    images.extend(nested(now - 40 * DAY));
    images.extend(single(now - 60 * DAY));
    images.extend(in_flight(now - 5 * MINUTE));
    images.push(orphan(now - 200 * DAY));
    Repository::new(name, images)
}

/// Images for two platforms.
fn pair(seed: u64, size: i64, pushed_at: i64) -> [Image; 2] {
    [
        Image::oci(seed, size, pushed_at - 2 * MINUTE),
        Image::oci(seed + 1, size - 1_911_202, pushed_at - MINUTE),
    ]
}

fn attestation(seed: u64, pushed_at: i64) -> Image {
    Image::oci(seed, 14_336, pushed_at - MINUTE).in_toto()
}

/// `2.3.0`, with everything that a release has today.
fn release(pushed_at: i64) -> Vec<Image> {
    let [amd64, arm64] = pair(5000, 48_316_224, pushed_at);
    let [of_amd64, of_arm64] = [5002, 5003].map(|seed| attestation(seed, pushed_at));
    let entries = [
        amd64.on("linux/amd64"),
        arm64.on("linux/arm64/v8"),
        of_amd64.attesting(&amd64),
        of_arm64.attesting(&arm64),
    ];
    let index = Image::index_holding(entries, pushed_at).tagged(&["2.3.0", "2.3", "latest"]);
    let by_tag = Image::signature(5004, pushed_at + MINUTE).tagged(&[&index.digest_tag(".sig")]);
    let sbom = Image::oci(5005, 91_648, pushed_at + MINUTE)
        .artifact("application/spdx+json")
        .referring_to(&index);
    let by_subject = Image::signature(5006, pushed_at + 2 * MINUTE).referring_to(&index);
    vec![
        amd64, by_tag, index, of_arm64, sbom, arm64, by_subject, of_amd64,
    ]
}

/// `2.2.0`, of which only the image for arm64 was built again.
fn rebuilt(pushed_at: i64) -> Vec<Image> {
    let [amd64, first] = pair(5100, 47_185_920, pushed_at - DAY);
    let second = Image::oci(5102, 45_300_118, pushed_at - MINUTE);
    let index = |arm64: &Image, pushed_at| {
        Image::index_holding(
            [amd64.on("linux/amd64"), arm64.on("linux/arm64/v8")],
            pushed_at,
        )
    };
    let before = index(&first, pushed_at - DAY);
    let after = index(&second, pushed_at).tagged(&["2.2.0", "2.2"]);
    vec![before, second, amd64, after, first]
}

/// A Docker manifest list that lost its tag to a later one.
fn nightly(pushed_at: i64) -> Vec<Image> {
    let [amd64, arm64] = pair(5200, 46_137_344, pushed_at).map(Image::docker);
    let attestation = attestation(5202, pushed_at);
    let entries = [
        amd64.on("linux/amd64"),
        arm64.on("linux/arm64/v8"),
        attestation.attesting(&amd64),
    ];
    let list = Image::index_holding(entries, pushed_at).docker();
    let by_tag = Image::signature(5203, pushed_at + MINUTE).tagged(&[&list.digest_tag(".sig")]);
    let by_subject = Image::signature(5204, pushed_at + MINUTE).referring_to(&list);
    vec![list, by_subject, arm64, attestation, amd64, by_tag]
}

/// An index that lists another one beside an image.
fn nested(pushed_at: i64) -> Vec<Image> {
    let [amd64, arm64] = pair(5300, 31_457_280, pushed_at);
    let windows = Image::oci(5302, 118_489_088, pushed_at - MINUTE);
    let linux = [amd64.on("linux/amd64"), arm64.on("linux/arm64/v8")];
    let linux = Image::index_holding(linux, pushed_at - MINUTE / 2);
    let suite = [linux.entry(), windows.on("windows/amd64")];
    let suite = Image::index_holding(suite, pushed_at).tagged(&["suite"]);
    vec![linux, amd64, suite, windows, arm64]
}

/// Docker images of one platform: of two builds, the tag is at the later one.
fn single(pushed_at: i64) -> Vec<Image> {
    let build = |seed, pushed_at| Image::oci(seed, 52_428_800, pushed_at).docker();
    vec![
        build(5400, pushed_at - 7 * DAY),
        build(5401, pushed_at).tagged(&["debug"]),
    ]
}

/// The images of a release whose index is pushed last.
fn in_flight(pushed_at: i64) -> [Image; 2] {
    pair(5500, 48_332_608, pushed_at)
}

/// The signature of an image that is no longer there.
fn orphan(pushed_at: i64) -> Image {
    let gone = Image::oci(5600, 1, pushed_at);
    Image::signature(5601, pushed_at).tagged(&[&gone.digest_tag(".sig")])
}

//! Sample repositories for the demo and the README: those of a small company, and well-known public ones.

use crate::data::{Image, Repository};
use crate::related::related;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// The repositories of a web shop, and public ones with realistic tags; last pushed shortly before
/// `now` (milliseconds since 1970), in arbitrary order, as the service lists them.
#[must_use]
pub fn sample(now: i64) -> Vec<Repository> {
    let mut repositories = own(now);
    repositories.push(Repository::new("library/nginx", nginx(now)).under("docker"));
    repositories.extend(eks_distro(now));
    repositories.extend([
        public(
            "amazonlinux",
            "amazonlinux",
            now,
            &[
                (8, &["2023.6.20241010.0", "2023", "latest"]),
                (31, &["2023.5.20240916.0"]),
                (8, &["2023.6.20241010.0-minimal", "2023-minimal", "minimal"]),
                (20, &["2.0.20241001.0", "2"]),
            ],
        ),
        public(
            "aws-observability",
            "aws-for-fluent-bit",
            now,
            &[
                (70, &["2.32.5", "stable"]),
                (3, &["2.34.1.20251112", "latest"]),
                (3, &["init-2.34.1.20251112", "init-latest"]),
                (25, &["2.34.0"]),
            ],
        ),
    ]);
    repositories
}

/// The shop's application and its Helm chart, tools, and the services of a team; one repository is
/// still empty.
fn own(now: i64) -> Vec<Repository> {
    let created = |days: i64, repository: Repository| repository.created(now - days * DAY);
    let worker: [(i64, &[&str]); 3] =
        [(6, &["0.9.0"]), (2, &["0.9.1", "latest"]), (30, &["0.8.4"])];
    let checkout: [(i64, &[&str]); 2] = [(15, &["3.0.0", "3", "latest"]), (110, &["2.8.1", "2"])];
    vec![
        created(900, Repository::new("storefront", storefront(now))),
        created(640, Repository::new("charts/storefront", charts(now))),
        created(812, Repository::new("tools/backup", backup(now))),
        created(365, related("team/web", now)),
        created(
            200,
            Repository::new("team/worker", releases(7000, now, &worker)),
        ),
        created(
            730,
            Repository::new("team/checkout", releases(7500, now, &checkout)),
        ),
        created(500, Repository::new("tools/scan", scan(now))),
        created(1, Repository::new("team/search", Vec::new())),
    ]
}

/// The components of a distribution, released together.
fn eks_distro(now: i64) -> [Repository; 4] {
    [
        public(
            "eks-distro",
            "kubernetes/kube-proxy",
            now,
            &[
                (12, &["v1.30.2-eks-1-30-9"]),
                (5, &["v1.30.2-eks-1-30-11", "v1.30.2-eks-1-30-latest"]),
                (60, &["v1.29.4-eks-1-29-40"]),
                (90, &["v1.28.9-eks-1-28-44"]),
            ],
        ),
        public(
            "eks-distro",
            "kubernetes/kube-apiserver",
            now,
            &[
                (5, &["v1.30.2-eks-1-30-11", "v1.30.2-eks-1-30-latest"]),
                (61, &["v1.29.4-eks-1-29-40"]),
            ],
        ),
        public(
            "eks-distro",
            "coredns/coredns",
            now,
            &[
                (6, &["v1.11.1-eks-1-30-11"]),
                (62, &["v1.10.1-eks-1-29-40"]),
            ],
        ),
        public(
            "eks-distro",
            "etcd-io/etcd",
            now,
            &[(5, &["v3.5.14-eks-1-30-11"]), (12, &["v3.5.13-eks-1-30-9"])],
        ),
    ]
}

/// Releases for two platforms, each with its age in days and its tags.
fn releases(seed: u64, now: i64, releases: &[(i64, &[&str])]) -> Vec<Image> {
    let mut images = Vec::new();
    for (seed, (days, tags)) in (seed..).step_by(10).zip(releases) {
        let pushed_at = now - days * DAY - 4 * HOUR;
        let amd64 = Image::oci(seed, 24_117_248 + 65_536 * days, pushed_at - 70_000);
        let arm64 = Image::oci(seed + 1, 22_020_096 + 65_536 * days, pushed_at - 40_000);
        let entries = [amd64.on("linux/amd64"), arm64.on("linux/arm64/v8")];
        let index = Image::index_holding(entries, pushed_at).tagged(tags);
        images.extend([arm64, index, amd64]);
    }
    images
}

/// Docker images of one platform, some of which lost their tag to the next.
fn scan(now: i64) -> Vec<Image> {
    let image = |(seed, days): (u64, i64)| {
        Image::oci(seed, 33_554_432, now - days * DAY - 3 * HOUR).docker()
    };
    let mut images: Vec<_> = (8000..).zip([28, 7, 21, 14]).map(image).collect();
    images[1] = images[1].clone().tagged(&["weekly"]);
    images
}

/// Releases for two platforms: an index with tags, and two images without.
fn storefront(now: i64) -> Vec<Image> {
    let releases: [(i64, &[&str]); 4] = [
        (now - 200 * DAY, &["1.4.0", "1.4"]),
        (now - 3 * HOUR, &["2.1.0", "2.1", "2", "latest"]),
        (now - 9 * DAY, &["2.0.3", "2.0"]),
        (now - 41 * DAY, &["2.0.2"]),
    ];
    let mut images = Vec::new();
    for (release, (pushed_at, tags)) in (0_u32..).zip(releases) {
        let size = 61_204_519 + 1_310_720 * i64::from(release);
        let seed = 100 * u64::from(release);
        let amd64 = Image::oci(seed + 1, size, pushed_at - 90_000);
        let arm64 = Image::oci(seed + 2, size - 2_871_306, pushed_at - 60_000);
        let entries = [amd64.on("linux/amd64"), arm64.on("linux/arm64/v8")];
        let index = Image::index_holding(entries, pushed_at).tagged(tags);
        images.extend([amd64, index, arm64]);
    }
    images
}

/// Releases of an official image: indexes of many platforms, with tags that move to the newest.
fn nginx(now: i64) -> Vec<Image> {
    let platforms = [
        "linux/amd64",
        "linux/arm/v5",
        "linux/arm/v7",
        "linux/arm64/v8",
        "linux/386",
        "linux/ppc64le",
        "linux/riscv64",
        "linux/s390x",
    ];
    let alpine = ["linux/amd64", "linux/arm64/v8"];
    let releases: [(i64, i64, &[&str], &[&str]); 6] = [
        (38, 72_381_102, &["1.27.3", "1.27"], &platforms),
        (37, 20_511_873, &["1.27.3-alpine", "1.27-alpine"], &alpine),
        (
            4,
            72_405_336,
            &["1.29.1", "1.29", "1", "latest"],
            &platforms,
        ),
        (
            4,
            20_534_018,
            &["1.29.1-alpine", "1.29-alpine", "alpine"],
            &alpine,
        ),
        (80, 72_390_417, &["1.27.2"], &platforms),
        (121, 72_377_559, &["1.26.2", "1.26", "stable"], &platforms),
    ];
    let mut images = Vec::new();
    for (seed, (days, size, tags, platforms)) in (3000..).zip(releases) {
        let image = Image::oci(seed, size, now - days * DAY - 5 * HOUR);
        images.push(image.index_of(platforms).tagged(tags));
    }
    images
}

/// A public repository of images, each with its age in days and its tags.
fn public(alias: &str, name: &str, now: i64, images: &[(i64, &[&str])]) -> Repository {
    let seeds = 100_000 * alias.len() as u64 + 100 * name.len() as u64..;
    let image = |((days, tags), seed): (&(i64, &[&str]), u64)| {
        let size = 80_511_340 + 1_048_576 * days;
        Image::oci(seed, size, now - days * DAY - HOUR)
            .index()
            .tagged(tags)
    };
    let images = images.iter().zip(seeds).map(image).collect();
    Repository::new(name, images).under(alias)
}

fn charts(now: i64) -> Vec<Image> {
    [
        ("0.9.1", 160),
        ("1.1.0", 9),
        ("1.2.0-rc1", 2),
        ("1.0.0", 77),
    ]
    .iter()
    .zip(1000..)
    .map(|((version, days), seed)| {
        Image::oci(seed, 18_311, now - days * DAY)
            .helm()
            .tagged(&[version])
    })
    .collect()
}

/// A Docker image per night, and one that was tagged repeatedly.
fn backup(now: i64) -> Vec<Image> {
    let rebuilds: Vec<_> = (1..=30).map(|build| format!("stable-{build}")).collect();
    let rebuilds: Vec<_> = rebuilds.iter().map(String::as_str).collect();
    let mut images: Vec<_> = ["nightly", "nightly-1", "nightly-2"]
        .iter()
        .zip(2000_u32..)
        .map(|(tag, seed)| {
            let nights = i64::from(seed - 2000);
            Image::oci(u64::from(seed), 8_112_640, now - nights * DAY - 2 * HOUR)
                .docker()
                .tagged(&[tag])
        })
        .collect();
    images.push(
        Image::oci(2100, 8_090_112, now - 30 * DAY)
            .docker()
            .tagged(&rebuilds),
    );
    images
}

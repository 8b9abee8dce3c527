//! Measures the relations of a repository of 1,000 indexes with 4 images each, on a local registry that
//! allows 10 requests a second: `cargo bench --bench relations`. The cold run takes two minutes, because
//! it reads 1,000 manifests at that rate; `-- short` reads a tenth of them.
#![cfg_attr(
    unix,
    expect(clippy::print_stdout, reason = "the figures are its output")
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use ecrpub_registry::{Image, Registry, Repository};

const INDEXES: u64 = 1000;
const CHILDREN: u64 = 4;
/// Requests per second, and how many at once before that.
const RATE: (u32, u32) = (10, 1);
const PLATFORMS: [&str; 4] = ["linux/amd64", "linux/arm64", "linux/arm/v7", "linux/s390x"];
/// 2024-05-01.
const PUSHED_AT: i64 = 1_714_521_600_000;
/// Warm runs, of which the median counts.
const RUNS: usize = 5;

fn main() {
    let is_short = std::env::args().any(|argument| argument == "short");
    let indexes = if is_short { INDEXES / 10 } else { INDEXES };
    println!(
        "{indexes} indexes of {CHILDREN} images, {} requests a second",
        RATE.0
    );
    println!("| | wall | requests for manifests | refused after the first second |");
    println!("| --- | ---: | ---: | ---: |");
    let cache = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("bench-relations");
    let _ = std::fs::remove_dir_all(&cache);
    let limited = Registry::builder()
        .rate(RATE.0, RATE.1)
        .repository(repository(indexes))
        .start();
    row(
        "`images --unused`, cold",
        &limited,
        &cache,
        1,
        "images web --unused -o json",
    );
    let unlimited = Registry::start([repository(indexes)]);
    for (name, arguments) in [
        ("`images`: one listing", "images web -o json"),
        ("`images --unused`, warm", "images web --unused -o json"),
        (
            "`images --used-by`, warm but for the images",
            "images web --used-by -o json",
        ),
        ("`images --used-by`, warm", "images web --used-by -o json"),
        (
            "`images --platforms`, warm",
            "images web --platforms -o json",
        ),
    ] {
        let runs = if name.contains("but for") { 1 } else { RUNS };
        row(name, &unlimited, &cache, runs, arguments);
    }
    let _ = std::fs::remove_dir_all(&cache);
}

/// Every index has a tag, so that nothing is unused.
fn repository(indexes: u64) -> Repository {
    let mut images = Vec::new();
    for index in 0..indexes {
        let seeds = (0..CHILDREN).map(|child| index * CHILDREN + child);
        let children: Vec<_> = seeds
            .map(|seed| Image::oci(seed, 1000, PUSHED_AT))
            .collect();
        let entries = children.iter().zip(PLATFORMS);
        let entries = entries.map(|(child, platform)| child.on(platform));
        let tag = format!("1.{index}");
        images.push(Image::index_holding(entries, PUSHED_AT).tagged(&[&tag]));
        images.extend(children);
    }
    Repository::new("web", images)
}

fn row(name: &str, registry: &Registry, cache: &Path, runs: usize, arguments: &str) {
    let before = registry.count("manifest");
    let mut walls: Vec<_> = (0..runs).map(|_| run(registry, cache, arguments)).collect();
    walls.sort_by(f64::total_cmp);
    println!(
        "| {name} | {:.3} s | {} | {} |",
        walls[runs / 2],
        registry.count("manifest") - before,
        registry.rate_counts().refused_later
    );
}

/// The seconds that a run takes.
fn run(registry: &Registry, cache: &Path, arguments: &str) -> f64 {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ecrpub"));
    command
        .args(arguments.split_whitespace())
        .env_clear()
        .env("HOME", env!("CARGO_TARGET_TMPDIR"))
        .env("ECRPUB_CACHE_DIR", cache)
        .env("ECRPUB_REGISTRY_URL", registry.url())
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_ENDPOINT_URL_ECR_PUBLIC", registry.url())
        .env("AWS_ACCESS_KEY_ID", "AKIABENCH")
        .env("AWS_SECRET_ACCESS_KEY", "bench");
    let started = Instant::now();
    let output = command.output().expect("the program starts");
    let wall = started.elapsed().as_secs_f64();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    wall
}

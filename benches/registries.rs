//! Measures listings of whole registries on a local registry: `cargo bench --bench registries`. The
//! AWS CLI, one process per repository, is measured on 20 of them.
#![cfg_attr(
    unix,
    expect(clippy::print_stdout, reason = "the figures are its output")
)]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use ecrpub_registry::{Builder, Fault, Registry, Repository};

const REPOSITORIES: usize = 1000;
const IMAGES: usize = 50;
const LATENCY: Duration = Duration::from_millis(50);
/// The rate of the slow server: requests per second, and how many at once before that.
const RATE: (u32, u32) = (20, 5);
/// As many as the AWS CLI lists.
const PEER_REPOSITORIES: usize = 20;

fn main() {
    println!(
        "{REPOSITORIES} repositories of {IMAGES} images, {} ms a request",
        LATENCY.as_millis()
    );
    println!("| | wall | requests | refused after the first second | most in flight |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    let images = "images --all -o json";
    row("`images --all`", images, |builder| builder);
    row("`repos --usage`", "repos --usage -o json", |builder| {
        builder
    });
    let slow = format!("the same, {} requests a second", RATE.0);
    row(&slow, images, |builder| builder.rate(RATE.0, RATE.1));
    peer(|builder| builder);
    peer(|builder| builder.rate(RATE.0, RATE.1));
}

fn registry(build: impl FnOnce(Builder) -> Builder) -> Registry {
    let repositories = Repository::generated("app", IMAGES).copies(REPOSITORIES);
    build(Registry::builder().repositories(repositories))
        .faults(|_| Some(Fault::Wait(LATENCY)))
        .start()
}

fn row(name: &str, arguments: &str, build: impl FnOnce(Builder) -> Builder) {
    let registry = registry(build);
    let mut command = command(env!("CARGO_BIN_EXE_ecrpub"), arguments, &registry);
    let started = Instant::now();
    let output = command.output().expect("the program starts");
    let wall = started.elapsed().as_secs_f64();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let counts = registry.rate_counts();
    let requests = registry.requests().len();
    // In tenths of a percent.
    let share = 1000 * counts.refused_later / requests;
    println!(
        "| {name} | {wall:.1} s | {requests} | {} ({}.{} %) | {} |",
        counts.refused_later,
        share / 10,
        share % 10,
        registry.most_under_way()
    );
}

/// The AWS CLI, once per repository.
fn peer(build: impl FnOnce(Builder) -> Builder) {
    let registry = registry(build);
    let started = Instant::now();
    for number in 0..PEER_REPOSITORIES {
        let arguments = format!(
            "ecr-public describe-images --repository-name app-{number} --output json --page-size 1000"
        );
        let status = command("aws", &arguments, &registry)
            .stdout(Stdio::null())
            .status();
        if !status.is_ok_and(|status| status.success()) {
            registry.allow_no_requests();
            println!("| the AWS CLI | not installed, or failed | | | |");
            return;
        }
    }
    let wall = started.elapsed().as_secs_f64();
    println!(
        "| the AWS CLI on {PEER_REPOSITORIES} of them | {wall:.1} s | {} | {} | {} |",
        registry.requests().len(),
        registry.rate_counts().refused_later,
        registry.most_under_way()
    );
}

fn command(program: &str, arguments: &str, registry: &Registry) -> Command {
    let mut command = Command::new(program);
    command
        .args(arguments.split_whitespace())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", env!("CARGO_TARGET_TMPDIR"))
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_ENDPOINT_URL_ECR_PUBLIC", registry.url())
        .env("AWS_ACCESS_KEY_ID", "AKIABENCH")
        .env("AWS_SECRET_ACCESS_KEY", "bench");
    command
}

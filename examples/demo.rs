//! Runs `ecrpub` on a local registry with a few sample repositories: no AWS account, no network.
//!
//! `cargo run --example demo -- tags public.ecr.aws/docker/library/nginx`, or any other arguments of
//! `ecrpub`; without arguments it lists the tags of nginx.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use ecrpub_registry::Registry;

/// Set if this program runs as `ecrpub` itself.
const INSIDE: &str = "ECRPUB_DEMO";

fn main() -> ExitCode {
    if std::env::var_os(INSIDE).is_some() {
        return ecrpub::run(std::env::args_os());
    }
    let now = jiff::Timestamp::now().as_millisecond();
    let registry = Registry::start(ecrpub_registry::sample(now));
    // Help, and a command line that is refused, send none.
    registry.allow_no_requests();
    let status = ecrpub_on(&registry)
        .args(arguments())
        .status()
        .expect("this program can start itself");
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    code.map_or(ExitCode::FAILURE, ExitCode::from)
}

fn arguments() -> Vec<OsString> {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    if arguments.is_empty() {
        return ["tags", "public.ecr.aws/docker/library/nginx"]
            .map(Into::into)
            .into();
    }
    arguments
}

/// This program as `ecrpub`, with settings that reach only the local registry.
fn ecrpub_on(registry: &Registry) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy().to_uppercase();
        if text.starts_with("AWS_") || text.ends_with("_PROXY") {
            command.env_remove(name);
        }
    }
    command
        .env(INSIDE, "1")
        .env("AWS_CONFIG_FILE", "no-such-file")
        .env("AWS_SHARED_CREDENTIALS_FILE", "no-such-file")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        // Its names are of no use to other runs.
        .env(
            "ECRPUB_CACHE_DIR",
            concat!(env!("CARGO_MANIFEST_DIR"), "/target/demo"),
        )
        .env("AWS_ENDPOINT_URL_ECR_PUBLIC", registry.url())
        .env("ECRPUB_GALLERY_URL", registry.url())
        .env("ECRPUB_REGISTRY_URL", registry.url())
        .env("AWS_ACCESS_KEY_ID", "AKIADEMO")
        .env("AWS_SECRET_ACCESS_KEY", "demo");
    command
}

//! Keeps a local registry running, to try any client on: `cargo run --example serve` serves the demo's
//! repositories until it is interrupted, and prints the settings that other programs need to reach it.
//!
//! With `-- 3 100000 20x10000` there are `images-3` and `images-100000`, and 10,000 repositories of 20
//! images, too. `PORT` is the port, or 4510.
#![expect(clippy::print_stdout, reason = "the settings to use are its output")]

use std::path::Path;

use ecrpub_registry::{Registry, Repository, sample};

fn main() {
    let port = std::env::var("PORT")
        .ok()
        .and_then(|port| port.parse().ok());
    let now = jiff::Timestamp::now().as_millisecond();
    let mut builder = Registry::builder()
        .port(port.unwrap_or(4510))
        .repositories(sample(now));
    for argument in std::env::args().skip(1) {
        let (images, copies) = argument.split_once('x').unwrap_or((&argument, ""));
        let count = images.parse().expect("numbers of images");
        let repository = Repository::generated(&format!("images-{images}"), count);
        builder = match copies.parse() {
            Ok(copies) => builder.repositories(repository.copies(copies)),
            Err(_) => builder.repository(repository),
        };
    }
    let registry = builder.start();
    print_settings(&registry.url());
    loop {
        std::thread::park();
    }
}

/// Lines for a shell. `ecrpub` is in the folder above this program's, once `cargo build --bins` made it.
fn print_settings(url: &str) {
    let here = std::env::current_exe().expect("this program has a path");
    let programs = here.ancestors().nth(2).unwrap_or(Path::new("."));
    println!(
        "export AWS_ENDPOINT_URL_ECR_PUBLIC={url} ECRPUB_GALLERY_URL={url} ECRPUB_REGISTRY_URL={url}"
    );
    println!(
        "export AWS_ACCESS_KEY_ID=AKIALOCAL AWS_SECRET_ACCESS_KEY=local AWS_EC2_METADATA_DISABLED=true"
    );
    println!("export AWS_DEFAULT_REGION=us-east-1 no_proxy=127.0.0.1");
    println!("export PATH=\"{}:$PATH\"", programs.display());
}

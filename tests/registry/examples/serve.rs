//! Keeps a local registry running, to try any client on:
//! `cargo run -p ecrpub-registry --example serve -- 3 250 100000` serves the repositories `images-3`,
//! `images-250` and `images-100000`, beside the sample ones, until it is interrupted.
#![expect(clippy::print_stdout, reason = "the settings to use are its output")]

use std::time::{SystemTime, UNIX_EPOCH};

use ecrpub_registry::{Registry, Repository, sample};

fn main() {
    let mut builder = Registry::builder().port(4510);
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |age| age.as_millis());
    for repository in sample(now.try_into().unwrap_or_default()) {
        builder = builder.repository(repository);
    }
    for count in std::env::args().skip(1) {
        let images = count.parse().expect("numbers of images");
        let repository = Repository::generated(&format!("images-{images}"), images);
        builder = builder.repository(repository);
    }
    let registry = builder.start();
    let url = registry.url();
    println!(
        "export AWS_ENDPOINT_URL_ECR_PUBLIC={url} ECRPUB_GALLERY_URL={url} ECRPUB_REGISTRY_URL={url}"
    );
    println!(
        "export AWS_ACCESS_KEY_ID=AKIALOCAL AWS_SECRET_ACCESS_KEY=local AWS_EC2_METADATA_DISABLED=true"
    );
    loop {
        std::thread::park();
    }
}

//! Keeps a local registry running, to try any client on:
//! `cargo run -p ecrpub-registry --example serve -- 3 100000 20x10000` serves the repositories
//! `images-3` and `images-100000`, and 10,000 repositories of 20 images, beside the sample ones, until
//! it is interrupted. `PORT` is the port, or 4510.
#![expect(clippy::print_stdout, reason = "the settings to use are its output")]

use std::time::{SystemTime, UNIX_EPOCH};

use ecrpub_registry::{Registry, Repository, sample};

fn main() {
    let port = std::env::var("PORT")
        .ok()
        .and_then(|port| port.parse().ok());
    let mut builder = Registry::builder().port(port.unwrap_or(4510));
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |age| age.as_millis());
    for repository in sample(now.try_into().unwrap_or_default()) {
        builder = builder.repository(repository);
    }
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

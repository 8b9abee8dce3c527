//! The program on a real registry, Debian's `docker-registry`, and beside a real client, `skopeo`.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ecrpub_registry::{Image, Registry, Repository};
use insta::assert_snapshot;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::harness::{NOW_MS, Run, file, peer};

const OCI_IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";
const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
const REPOSITORY: &str = "/v2/example/web";

/// Held while one starts: two that start at once could choose the same port.
static STARTING: Mutex<()> = Mutex::new(());

/// A running `docker-registry`, which stops when it is dropped.
struct DockerRegistry {
    address: String,
    process: Child,
}

impl DockerRegistry {
    /// An empty registry; `None` if it is not installed.
    fn start() -> Option<Self> {
        if !peer("docker-registry") {
            return None;
        }
        let _starting = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        let free = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let address = free.local_addr().expect("an address").to_string();
        drop(free);
        let root = file(
            &format!("registry-{}", address.replace(['.', ':'], "-")),
            "",
        );
        let root = root.with_extension("d");
        // An earlier run may have used the same port.
        let _ = std::fs::remove_dir_all(&root);
        let config = format!(
            "version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {}}}}}\nhttp: {{addr: '{address}'}}\n",
            root.display()
        );
        let config = file(&format!("{address}.yml"), &config);
        let process = Command::new("docker-registry")
            .arg("serve")
            .arg(config)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("docker-registry starts");
        let started = Instant::now();
        while TcpStream::connect(&address).is_err() {
            assert!(
                started.elapsed() < Duration::from_secs(20),
                "docker-registry does not listen"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(Self { address, process })
    }

    /// Sends a request; returns the status and head of the response.
    fn send(&self, method: &str, path: &str, media_type: &str, body: &[u8]) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).expect("docker-registry listens");
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-type: {media_type}\r\ncontent-length: {}\r\n\r\n",
            self.address,
            body.len()
        );
        stream
            .write_all(head.as_bytes())
            .expect("a request can be sent");
        stream.write_all(body).expect("a body can be sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer comes");
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let status = answer.get(9..12).and_then(|status| status.parse().ok());
        (status.expect("a status"), answer)
    }

    /// Pushes a blob; returns its descriptor.
    fn push_blob(&self, media_type: &str, bytes: &[u8]) -> Value {
        let (status, head) = self.send("POST", &format!("{REPOSITORY}/blobs/uploads/"), "", b"");
        assert_eq!(status, 202, "{head}");
        let location = head
            .lines()
            .find_map(|line| line.strip_prefix("Location: "));
        let (_, path) = location
            .and_then(|url| url.split_once(&self.address))
            .expect("a place");
        let path = format!("{}&digest={}", path.trim(), digest(bytes));
        let (status, head) = self.send("PUT", &path, "application/octet-stream", bytes);
        assert_eq!(status, 201, "{head}");
        descriptor(media_type, bytes)
    }

    /// Pushes a manifest under `reference`, a tag or its digest; returns its descriptor.
    fn push_manifest(&self, reference: Option<&str>, manifest: &Value) -> Value {
        let media_type = manifest["mediaType"].as_str().expect("a media type");
        let bytes = manifest.to_string().into_bytes();
        let digest = digest(&bytes);
        let path = format!("{REPOSITORY}/manifests/{}", reference.unwrap_or(&digest));
        let (status, head) = self.send("PUT", &path, media_type, &bytes);
        assert_eq!(status, 201, "{head}");
        descriptor(media_type, &bytes)
    }

    fn push_image(&self, reference: Option<&str>, seed: &str) -> Value {
        let config = json!({ "architecture": seed, "os": "linux", "rootfs": { "type": "layers", "diff_ids": [] } });
        let config = config.to_string().into_bytes();
        let config = self.push_blob("application/vnd.oci.image.config.v1+json", &config);
        let layer = self.push_blob("application/vnd.oci.image.layer.v1.tar", seed.as_bytes());
        let manifest = json!({ "schemaVersion": 2, "mediaType": OCI_IMAGE, "config": config, "layers": [layer] });
        self.push_manifest(reference, &manifest)
    }

    /// Pushes an index of these platforms under the tag; returns its digest.
    fn push_index(&self, tag: &str, media_type: &str, platforms: &[Value]) -> String {
        let entry = |platform: &Value| {
            let mut entry = self.push_image(None, &platform.to_string());
            entry["platform"] = platform.clone();
            entry
        };
        let manifests: Vec<_> = platforms.iter().map(entry).collect();
        let index = json!({ "schemaVersion": 2, "mediaType": media_type, "manifests": manifests });
        let index = self.push_manifest(Some(tag), &index);
        index["digest"].as_str().expect("a digest").to_owned()
    }
}

impl Drop for DockerRegistry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn digest(bytes: &[u8]) -> String {
    let mut text = "sha256:".to_owned();
    for byte in Sha256::digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn descriptor(media_type: &str, bytes: &[u8]) -> Value {
    json!({ "mediaType": media_type, "digest": digest(bytes), "size": bytes.len() })
}

/// A run with `docker` as the registry and another server as the gallery.
fn ecrpub(docker: &DockerRegistry, gallery: &Registry, arguments: &str) -> Run {
    let url = format!("http://{}", docker.address);
    let run = Run::on(gallery)
        .without_keys()
        .env("ECRPUB_REGISTRY_URL", url);
    run.arguments(arguments)
}

#[test]
fn tags_and_platforms_of_a_real_registry_are_listed() {
    let Some(docker) = DockerRegistry::start() else {
        return;
    };
    let attestation = json!({ "os": "unknown", "architecture": "unknown" });
    let amd64 = json!({ "os": "linux", "architecture": "amd64" });
    let arm64 = json!({ "os": "linux", "architecture": "arm64", "variant": "v8" });
    let oci = docker.push_index("1.1.0", OCI_INDEX, &[amd64.clone(), arm64, attestation]);
    let list = docker.push_index("1.0.0", DOCKER_LIST, &[amd64]);
    docker.push_image(Some("latest"), "latest");
    docker.push_image(Some("1.10.0"), "1.10.0");

    let nothing = Registry::start([]);
    let names = "tags public.ecr.aws/example/web --source registry";
    assert_snapshot!(ecrpub(&docker, &nothing, names).outcome(), @"
    TAG
    1.10.0
    1.1.0
    1.0.0
    latest
    ");
    let missing = "tags public.ecr.aws/example/nowhere --source registry";
    assert_snapshot!(ecrpub(&docker, &nothing, missing).outcome(), @"
    --- stderr
    error: repository `public.ecr.aws/example/nowhere` does not exist
    hint: list the repositories with `ecrpub repos public.ecr.aws/example`
    --- exit code 3
    ");
    nothing.assert_no_requests();

    let image = |digest: &str, tag: &str| Image {
        digest: Some(digest.to_owned()),
        ..Image::oci(1, 1, NOW_MS).index().tagged(&[tag])
    };
    let mut old = image(&list, "1.0.0");
    old.manifest_media_type = Some(DOCKER_LIST.to_owned());
    let images = vec![
        image(&oci, "1.1.0"),
        old,
        Image::oci(2, 1, NOW_MS).tagged(&["latest"]),
    ];
    let gallery = Registry::start([Repository::new("web", images)]);
    let platforms = "tags public.ecr.aws/example/web --platforms -o tsv -c imageTag --sort tag";
    assert_snapshot!(ecrpub(&docker, &gallery, platforms).outcome(), @"
    imageTag	platforms
    1.0.0	linux/amd64
    1.1.0	linux/amd64;linux/arm64/v8
    latest
    ");
}

#[test]
fn relations_are_read_from_a_real_registry() {
    if !peer("skopeo") {
        return;
    }
    let Some(docker) = DockerRegistry::start() else {
        return;
    };
    let index_of = |tag: Option<&str>, entries: Vec<Value>| {
        let index = json!({ "schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries });
        docker.push_manifest(tag, &index)
    };
    let on = |architecture: &str| {
        let mut entry = docker.push_image(None, architecture);
        entry["platform"] = json!({ "os": "linux", "architecture": architecture });
        entry
    };
    let (amd64, arm64) = (on("amd64"), on("arm64"));
    let index = index_of(Some("source"), vec![amd64.clone(), arm64.clone()]);
    let at = |tag: &str| format!("docker://{}/example/web:{tag}", docker.address);
    let copied = Run::of("skopeo", "http://127.0.0.1:9")
        .arguments("--insecure-policy copy --all --src-tls-verify=false --dest-tls-verify=false")
        .arguments(&at("source"))
        .arguments(&at("1.0"))
        .outcome();
    assert_eq!(copied.code, Some(0), "{copied}");
    let inside = on("riscv64");
    let inner = index_of(None, vec![inside.clone()]);
    let outer = index_of(Some("2.0"), vec![inner.clone()]);
    let config = docker.push_blob("application/vnd.oci.empty.v1+json", b"{}");
    let referrer = docker.push_manifest(
        None,
        &json!({
            "schemaVersion": 2, "mediaType": OCI_IMAGE, "artifactType": "application/spdx+json",
            "config": config, "layers": [], "subject": index,
        }),
    );
    let stale = docker.push_image(None, "stale");

    let row = |pushed: &Value, tags: &[&str]| {
        let mut row = Image::oci(1, 1, NOW_MS - 30 * 86_400_000).tagged(tags);
        row.digest = pushed["digest"].as_str().map(str::to_owned);
        row.manifest_media_type = pushed["mediaType"].as_str().map(str::to_owned);
        row
    };
    let images = vec![
        row(&index, &["1.0"]),
        row(&outer, &["2.0"]),
        row(&inner, &[]),
        row(&amd64, &[]),
        row(&arm64, &[]),
        row(&inside, &[]),
        row(&referrer, &[]),
        row(&stale, &[]),
    ];
    let own = Registry::start([Repository::new("web", images)]);
    let list = |options: &str| {
        let run = Run::on(&own).env("ECRPUB_REGISTRY_URL", format!("http://{}", docker.address));
        run.arguments(&format!("images web {options}")).outcome()
    };
    let unused = list("--unused -o name").data();
    assert_eq!(Some(unused.trim_end()), stale["digest"].as_str());
    let uses = list("--used-by --platforms -o jsonl -c imageDigest,usedBy,role,platforms").data();
    let uses: Vec<Value> = uses
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    for (pushed, used_by, role, platforms) in [
        (&index, "1.0", "index", "linux/amd64 linux/arm64"),
        (&outer, "2.0", "index", "linux/riscv64"),
        (&inner, "2.0", "index", "linux/riscv64"),
        (&amd64, "1.0", "image", "linux/amd64"),
        (&inside, "2.0", "image", "linux/riscv64"),
        (&referrer, "1.0", "sbom", ""),
        (&stale, "", "image", ""),
    ] {
        let found = uses
            .iter()
            .find(|row| row["imageDigest"] == pushed["digest"]);
        let found = found.expect("a row");
        let texts = |key: &str| {
            let texts = found[key].as_array().into_iter().flatten();
            let texts: Vec<_> = texts.filter_map(Value::as_str).collect();
            texts.join(" ")
        };
        assert_eq!(texts("usedBy"), used_by, "{found}");
        assert_eq!(found["role"], role, "{found}");
        assert_eq!(texts("platforms"), platforms, "{found}");
    }
}

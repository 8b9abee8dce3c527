//! Measures the dist binary on the local registry, beside the floor (a client that fetches the same
//! pages over one connection and parses only `nextToken`) and, if it is installed, the AWS CLI:
//! `cargo bench`. A second table has public repositories, read from the gallery and from the
//! registry, beside skopeo, which lists names only; `cargo bench --bench end_to_end -- public` prints
//! only that table. Figures are medians of whole processes; compare them within one run only.
#![cfg_attr(
    unix,
    expect(clippy::print_stdout, reason = "the figures are its output")
)]

#[cfg(not(unix))]
fn main() {}

#[cfg(unix)]
fn main() {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["--registry", scheme, wait] => unix::serve(scheme, wait),
        ["--floor", url, repository] => unix::fetch(url, repository),
        ["public", ..] => unix::measure_public(),
        _ => {
            unix::measure();
            unix::measure_public();
        }
    }
}

#[cfg(unix)]
mod unix {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpStream;
    use std::path::PathBuf;
    use std::process::{Child, Command, Stdio};
    use std::time::{Duration, Instant};

    use ecrpub_registry::{Fault, Registry, Repository};
    use wait4::Wait4;

    const SIZES: [usize; 4] = [25, 1000, 10_000, 100_000];
    const RUNS: usize = 5;
    /// The AWS CLI is slow.
    const PEER_RUNS: usize = 1;

    /// The cost of a process.
    #[derive(Clone, Copy)]
    struct Cost {
        wall: Duration,
        cpu: Duration,
        peak: u64,
    }

    /// A registry in a separate process: the peak memory of a child counts from its parent's.
    struct Server {
        child: Child,
        url: String,
        certificate: PathBuf,
    }

    impl Server {
        fn start(scheme: &str, wait: u64) -> Self {
            let mut child = Command::new(std::env::current_exe().expect("a program has a path"))
                .args(["--registry", scheme, &wait.to_string()])
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .expect("this program can start itself");
            let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
            let url = lines.next().expect("a line").expect("text");
            let certificate = lines
                .map_while(Result::ok)
                .take_while(|line| !line.is_empty());
            let certificate: Vec<_> = certificate.collect();
            let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
                .join(format!("bench-{}.pem", child.id()));
            // The certificates that a real machine trusts, and the registry's.
            let mut trusted =
                std::fs::read_to_string("/etc/ssl/certs/ca-certificates.crt").unwrap_or_default();
            trusted += &certificate.join("\n");
            std::fs::write(&path, trusted).expect("the target folder can be written to");
            Self {
                child,
                url,
                certificate: path,
            }
        }

        fn command(&self, program: &str, arguments: &str) -> Command {
            let mut command = Command::new(program);
            command
                .args(arguments.split_whitespace())
                .env_clear()
                .env("PATH", std::env::var_os("PATH").unwrap_or_default())
                .env("HOME", env!("CARGO_TARGET_TMPDIR"))
                .env("AWS_EC2_METADATA_DISABLED", "true")
                .env("AWS_DEFAULT_REGION", "us-east-1")
                .env("AWS_ENDPOINT_URL_ECR_PUBLIC", &self.url)
                .env("ECRPUB_GALLERY_URL", &self.url)
                .env("ECRPUB_REGISTRY_URL", &self.url)
                .env("AWS_ACCESS_KEY_ID", "AKIABENCH")
                .env("AWS_SECRET_ACCESS_KEY", "bench")
                // As on Debian: the same certificates in a file and in a folder.
                .env("SSL_CERT_FILE", &self.certificate)
                .env("SSL_CERT_DIR", "/etc/ssl/certs");
            command
        }
    }

    impl Drop for Server {
        fn drop(&mut self) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }

    /// Serves repositories of [`SIZES`] images, `images-N`, with a delay of `wait` milliseconds per
    /// request.
    pub(super) fn serve(scheme: &str, wait: &str) {
        let wait: u64 = wait.parse().expect("milliseconds");
        let mut builder = Registry::builder();
        for size in SIZES {
            builder = builder.repository(Repository::generated(&format!("images-{size}"), size));
        }
        if scheme == "https" {
            builder = builder.tls();
        }
        if wait > 0 {
            builder = builder.faults(move |_| Some(Fault::Wait(Duration::from_millis(wait))));
        }
        let registry = builder.start();
        println!("{}\n{}\n", registry.url(), registry.certificate());
        let mut end = Vec::new();
        let _ = std::io::stdin().read_to_end(&mut end);
    }

    /// The floor: fetches the same pages as fast as possible.
    pub(super) fn fetch(url: &str, repository: &str) {
        let address = url.trim_start_matches("http://");
        let mut stream = BufReader::new(TcpStream::connect(address).expect("the registry listens"));
        let mut token = None;
        let mut page = Vec::new();
        loop {
            request(stream.get_mut(), address, repository, token.as_deref());
            let mut length = 0;
            let mut line = String::new();
            while {
                line.clear();
                stream.read_line(&mut line).expect("a header") > 2
            } {
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().expect("a length");
                }
            }
            page.resize(length, 0);
            stream.read_exact(&mut page).expect("a page");
            let tail =
                String::from_utf8_lossy(&page[page.len().saturating_sub(300)..]).into_owned();
            let Some((_, rest)) = tail.split_once("\"nextToken\":\"") else {
                return;
            };
            token = rest.split('"').next().map(str::to_owned);
        }
    }

    fn request(stream: &mut TcpStream, address: &str, repository: &str, token: Option<&str>) {
        let token = token.map_or_else(String::new, |token| format!(",\"nextToken\":\"{token}\""));
        let body = format!("{{\"repositoryName\":\"{repository}\",\"maxResults\":1000{token}}}");
        let signature = "0".repeat(64);
        let text = format!(
            "POST / HTTP/1.1\r\nHost: {address}\r\nX-Amz-Target: SpencerFrontendService.DescribeImages\r\n\
             Content-Type: application/x-amz-json-1.1\r\nContent-Length: {}\r\n\
             Authorization: AWS4-HMAC-SHA256 Credential=AKIABENCH/20240601/us-east-1/ecr-public/aws4_request, \
             SignedHeaders=host, Signature={signature}\r\n\r\n{body}",
            body.len()
        );
        stream
            .write_all(text.as_bytes())
            .expect("the registry reads");
    }

    /// A listing to measure: its title, the number of images, our options, and those of the AWS CLI.
    type Case = (&'static str, usize, &'static str, Option<&'static str>);

    const AT_ONCE: &[Case] = &[
        (
            "one page of 25 images, http",
            25,
            "-o json",
            Some("--output json"),
        ),
        (
            "10,000 images, table",
            10_000,
            "-o table",
            Some("--output table"),
        ),
        (
            "10,000 images, json",
            10_000,
            "-o json",
            Some("--output json"),
        ),
        ("10,000 images, jsonl", 10_000, "-o jsonl", None),
        ("10,000 images, csv", 10_000, "-o csv", None),
        ("10,000 images, tsv", 10_000, "-o tsv", None),
        ("10,000 images, name", 10_000, "-o name", None),
        ("100,000 images, table", 100_000, "-o table", None),
        (
            "100,000 images, json",
            100_000,
            "-o json",
            Some("--output json"),
        ),
        ("100,000 images, jsonl", 100_000, "-o jsonl", None),
        ("100,000 images, csv", 100_000, "-o csv", None),
        ("100,000 images, tsv", 100_000, "-o tsv", None),
        ("100,000 images, name", 100_000, "-o name", None),
        (
            "100,000 images, json, streamed",
            100_000,
            "-o json --sort none",
            None,
        ),
        (
            "100,000 images, jsonl, streamed",
            100_000,
            "-o jsonl --sort none",
            None,
        ),
        (
            "100,000 images, csv, streamed",
            100_000,
            "-o csv --sort none",
            None,
        ),
        (
            "100,000 images, tsv, streamed",
            100_000,
            "-o tsv --sort none",
            None,
        ),
        (
            "100,000 images, name, streamed",
            100_000,
            "-o name --sort none",
            None,
        ),
        ("100,000 images, counted", 100_000, "--count", None),
    ];

    const AFTER_20_MS: &[Case] = &[
        (
            "100,000 images, json, 20 ms a request",
            100_000,
            "-o json",
            None,
        ),
        ("the same, streamed", 100_000, "-o json --sort none", None),
    ];

    const AFTER_100_MS: &[Case] = &[
        (
            "10,000 images, json, 100 ms a request",
            10_000,
            "-o json",
            Some("--output json"),
        ),
        (
            "the same, AWS CLI with pages of 1000",
            10_000,
            "-o json",
            Some("--output json --page-size 1000"),
        ),
        ("the same, streamed", 10_000, "-o json --sort none", None),
    ];

    /// Sizes of public repositories to list, and milliseconds that each request takes.
    const PUBLIC: [(usize, u64); 4] = [(25, 0), (10_000, 0), (100_000, 0), (10_000, 100)];

    pub(super) fn measure() {
        let binary = build();
        let bytes = std::fs::metadata(&binary)
            .expect("the binary is built")
            .len();
        let ecrpub = binary.to_str().expect("a path of text");
        println!("binary, dist profile: {:.1} MiB\n", mebibytes(bytes));
        heading("AWS CLI");
        let plain = Server::start("http", 0);
        let ours = plain.command(ecrpub, "--version");
        let theirs = plain.command("aws", "--version");
        row("start (`--version`)", &ours, None, Some(&theirs));
        let secure = Server::start("https", 0);
        let page = secure.command(ecrpub, "images images-25 -o json");
        row("one page of 25 images, https", &page, None, None);
        listings(&plain, ecrpub, AT_ONCE);
        listings(&Server::start("http", 20), ecrpub, AFTER_20_MS);
        let far = Server::start("http", 100);
        listings(&far, ecrpub, AFTER_100_MS);
        let first = milliseconds(first_row(&far, ecrpub));
        println!("\nfirst row of the last one after {first:.0} ms\n");
    }

    pub(super) fn measure_public() {
        let binary = build();
        let ecrpub = binary.to_str().expect("a path of text");
        heading("skopeo");
        for (size, wait) in PUBLIC {
            public(&Server::start("http", wait), ecrpub, size, wait);
        }
    }

    fn heading(peer: &str) {
        println!(
            "| {:<38} | {:>29} | {:>19} | {:>29} |",
            "",
            "ecrpub: wall, CPU, peak",
            "floor: wall, ratio",
            format!("{peer}: wall, CPU, peak")
        );
        println!("| --- | ---: | ---: | ---: |");
    }

    /// Measures the tags of a public repository, with all fields and by name only.
    fn public(server: &Server, ecrpub: &str, size: usize, wait: u64) {
        let host = server.url.trim_start_matches("http://");
        let skopeo = format!("list-tags --tls-verify=false docker://{host}/example/images-{size}");
        let skopeo = server.command("skopeo", &skopeo);
        let tags = format!("tags public.ecr.aws/example/images-{size}");
        let wait = match wait {
            0 => String::new(),
            wait => format!(", {wait} ms per request"),
        };
        let known = server.command(ecrpub, &format!("{tags} -o json"));
        row(
            &format!("tags of {size} images{wait}"),
            &known,
            None,
            Some(&skopeo),
        );
        let names = server.command(ecrpub, &format!("{tags} --source registry -o json"));
        row(&format!("their names{wait}"), &names, None, Some(&skopeo));
    }

    /// Builds the binary with the dist profile.
    fn build() -> PathBuf {
        let status = Command::new(env!("CARGO"))
            .args(["build", "--locked", "--profile", "dist", "--bin", "ecrpub"])
            .status()
            .expect("cargo starts");
        assert!(status.success(), "the dist build failed");
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("../dist/ecrpub")
    }

    fn listings(server: &Server, ecrpub: &str, cases: &[Case]) {
        let this = std::env::current_exe().expect("a program has a path");
        let this = this.to_str().expect("a path of text");
        for (name, size, options, peer) in cases {
            let floor = server.command(this, &format!("--floor {} images-{size}", server.url));
            let peer = peer.map(|options| {
                let describe = "ecr-public describe-images --repository-name";
                server.command("aws", &format!("{describe} images-{size} {options}"))
            });
            let ours = server.command(ecrpub, &format!("images images-{size} {options}"));
            row(name, &ours, Some(&floor), peer.as_ref());
        }
    }

    fn row(name: &str, ours: &Command, floor: Option<&Command>, peer: Option<&Command>) {
        let ours = median(ours, RUNS).expect("the program starts");
        let floor = floor.and_then(|command| median(command, RUNS));
        let floor = floor.map_or_else(String::new, |floor| {
            let ratio = ours.wall.as_secs_f64() / floor.wall.as_secs_f64();
            format!("{:>7.1} ms, {ratio:>5.2} ×", milliseconds(floor.wall))
        });
        let peer = peer
            .and_then(|command| match command.get_program().to_str() {
                Some("aws") => median(command, PEER_RUNS),
                _ => median(command, RUNS),
            })
            .map(shown);
        println!(
            "| {name:<38} | {:>29} | {floor:>19} | {:>29} |",
            shown(ours),
            peer.unwrap_or_default()
        );
    }

    /// The median of each figure; `None` if the program is not installed.
    fn median(command: &Command, runs: usize) -> Option<Cost> {
        let costs: Option<Vec<_>> = (0..=runs).map(|_| run(command)).collect();
        // The first run warms the caches.
        let costs = costs?.split_off(usize::from(runs > 1));
        let middle = |mut figures: Vec<Duration>| {
            figures.sort_unstable();
            figures[figures.len() / 2]
        };
        Some(Cost {
            wall: middle(costs.iter().map(|cost| cost.wall).collect()),
            cpu: middle(costs.iter().map(|cost| cost.cpu).collect()),
            peak: costs.iter().map(|cost| cost.peak).max().unwrap_or_default(),
        })
    }

    fn run(command: &Command) -> Option<Cost> {
        let started = Instant::now();
        let mut child = again(command).stdout(Stdio::null()).spawn().ok()?;
        let end = child.wait4().expect("a child can be waited for");
        assert!(end.status.success(), "{command:?} failed");
        Some(Cost {
            wall: started.elapsed(),
            cpu: end.rusage.utime + end.rusage.stime,
            peak: end.rusage.maxrss,
        })
    }

    /// From the start to the first byte of the output.
    fn first_row(server: &Server, ecrpub: &str) -> Duration {
        let mut command = server.command(ecrpub, "images images-10000 -o jsonl --sort none");
        let started = Instant::now();
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut byte = [0];
        let read = child.stdout.as_mut().expect("a pipe").read_exact(&mut byte);
        read.expect("a row");
        let time = started.elapsed();
        let _ = child.kill();
        let _ = child.wait();
        time
    }

    fn again(command: &Command) -> Command {
        let mut again = Command::new(command.get_program());
        again.args(command.get_args()).env_clear();
        for (name, value) in command.get_envs() {
            if let Some(value) = value {
                again.env(name, value);
            }
        }
        again
    }

    fn shown(cost: Cost) -> String {
        format!(
            "{:>6.0} ms, {:>6.0} ms, {:>5.0} MiB",
            milliseconds(cost.wall),
            milliseconds(cost.cpu),
            mebibytes(cost.peak)
        )
    }

    fn milliseconds(time: Duration) -> f64 {
        time.as_secs_f64() * 1000.0
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "sizes of this kind are below 2^53"
    )]
    fn mebibytes(bytes: u64) -> f64 {
        bytes as f64 / 1024.0 / 1024.0
    }
}

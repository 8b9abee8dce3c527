//! Runs `ecrpub` in a fixed environment and captures its output and exit code.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

use assert_cmd::cargo::CommandCargoExt;
use ecrpub_registry::{Image, Registry, Repository, TOKEN};

/// The current time in every run.
pub(crate) const NOW: &str = "2024-06-01T12:00:00Z";
/// The same in milliseconds since 1970.
pub(crate) const NOW_MS: i64 = 1_717_243_200_000;
const DAY: i64 = 86_400_000;

/// A run of `ecrpub` that has not started yet.
pub(crate) struct Run {
    command: Command,
    address: String,
    cache: PathBuf,
}

/// The output and exit code of a run.
#[derive(Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: Option<i32>,
}

/// Runs `ecrpub` with these arguments, separated by spaces.
pub(crate) fn ecrpub(registry: &Registry, arguments: &str) -> Outcome {
    Run::on(registry).arguments(arguments).outcome()
}

impl Run {
    /// A run with only `registry`, keys and an empty home in its environment.
    pub(crate) fn on(registry: &Registry) -> Self {
        Self::at(&registry.url())
    }

    /// The same with the service at `url`.
    pub(crate) fn at(url: &str) -> Self {
        Self::of("ecrpub", url)
    }

    /// A run of another program.
    pub(crate) fn of(program: &str, url: &str) -> Self {
        #[cfg(unix)]
        SIGNALS.call_once(handle_signals);
        let cache = new_cache();
        let mut command = match program {
            "ecrpub" => Command::cargo_bin("ecrpub").expect("the binary is built"),
            _ => Command::new(program),
        };
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", home("empty", ""))
            .env("ECRPUB_CACHE_DIR", &cache)
            .env("TZ", "UTC")
            .env("ECRPUB_NOW", NOW)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_ENDPOINT_URL_ECR_PUBLIC", url)
            .env("ECRPUB_GALLERY_URL", url)
            .env("ECRPUB_REGISTRY_URL", url)
            .env("AWS_ACCESS_KEY_ID", "AKIATEST")
            .env("AWS_SECRET_ACCESS_KEY", SECRET);
        let address = url.split("//").last().unwrap_or(url).to_owned();
        Self {
            command,
            address,
            cache,
        }
    }

    pub(crate) fn arguments(mut self, arguments: &str) -> Self {
        self.command.args(arguments.split_whitespace());
        self
    }

    pub(crate) fn argument(mut self, argument: &str) -> Self {
        self.command.arg(argument);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// The command, for a test that starts it itself.
    pub(crate) fn into_command(self) -> Command {
        self.command
    }

    /// The same without an AWS account.
    pub(crate) fn without_keys(self) -> Self {
        self.without("AWS_ACCESS_KEY_ID")
            .without("AWS_SECRET_ACCESS_KEY")
    }

    /// Runs to the end.
    pub(crate) fn outcome(mut self) -> Outcome {
        let output = self.command.output().expect("the program starts");
        // It may not be there.
        let _ = std::fs::remove_dir_all(self.cache);
        Outcome::of(output, &self.address)
    }
}

/// Makes the programs that tests start end by signals, though the caller ignores them, as `nohup` does:
/// only signals without a handler stay ignored in a new program.
#[cfg(unix)]
fn handle_signals() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::flag::{register, register_conditional_default};
    let ends = std::sync::Arc::new(true.into());
    for signal in [SIGINT, SIGTERM] {
        register_conditional_default(signal, std::sync::Arc::clone(&ends)).expect("a handler");
    }
    register(SIGHUP, ends).expect("a handler");
}

#[cfg(unix)]
static SIGNALS: std::sync::Once = std::sync::Once::new();

/// A secret that no run may print.
pub(crate) const SECRET: &str = "wJalrXUtnFEMI-K7MDENG";

/// Every output of every run passes through here.
#[track_caller]
pub(crate) fn assert_keeps_secrets(output: &str) {
    for secret in [SECRET, "AWS4-HMAC", "Signature=", TOKEN] {
        assert!(!output.contains(secret), "`{secret}` was printed: {output}");
    }
    // An access key id is not a secret; `-v` prints it once.
    let tells_id = |line: &&str| line.contains("AKIA") && !line.contains("] credentials: ");
    let told = output.lines().find(tells_id);
    assert_eq!(told, None, "an access key id was printed: {output}");
}

impl Outcome {
    fn of(output: Output, address: &str) -> Self {
        let text = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).expect("output is UTF-8");
            assert_keeps_secrets(&text);
            text.replace(address, "REGISTRY")
        };
        Self {
            stdout: text(output.stdout),
            stderr: text(output.stderr),
            code: output.status.code(),
        }
    }

    /// Asserts an empty stdout, this exit code, and these words on stderr; `case` is for the message.
    #[track_caller]
    pub(crate) fn assert_failed(&self, code: i32, words: &str, case: impl fmt::Debug) {
        let seen = (self.stdout.as_str(), self.code);
        assert_eq!(seen, ("", Some(code)), "{case:?}: {self}");
        assert!(self.stderr.contains(words), "{case:?}: {self}");
    }

    /// The stdout of a run that succeeded with an empty stderr.
    #[track_caller]
    pub(crate) fn data(self) -> String {
        assert_eq!(self.stderr, "");
        assert_eq!(self.code, Some(0));
        self.stdout
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.stdout)?;
        if !self.stderr.is_empty() {
            write!(f, "--- stderr\n{}", self.stderr)?;
        }
        match self.code {
            Some(0) => Ok(()),
            Some(code) => writeln!(f, "--- exit code {code}"),
            None => writeln!(f, "--- killed"),
        }
    }
}

/// Other programs and libraries that tests compare with or observe with.
pub(crate) const PEERS: [&str; 14] = [
    "aws",
    "bash",
    "botocore",
    "dash",
    "docker-registry",
    "fish",
    "groff",
    "jq",
    "python3",
    "semver",
    "skopeo",
    "strace",
    ROOT,
    "zsh",
];

/// A mount namespace, in which a test replaces system files. Never required, because only root can
/// create one.
pub(crate) const ROOT: &str = "unshare";

/// Whether `name`, one of [`PEERS`], is installed; a test returns early if it is not, and the test in
/// `without.rs` counts the missing peers.
///
/// With `ECRPUB_TEST_PEERS=required`, as in `.ci/run`, a missing peer fails the test instead.
#[track_caller]
pub(crate) fn peer(name: &str) -> bool {
    assert!(PEERS.contains(&name), "`{name}` is not among `PEERS`");
    let found = has_peer(name);
    let required = peers_are_required() && name != ROOT;
    assert!(found || !required, "`{name}` is not installed");
    found
}

pub(crate) fn has_peer(name: &str) -> bool {
    let probe = match name {
        "botocore" => Some(["python3", "-c", "import botocore"]),
        "semver" => Some(["node", "-e", "require('semver')"]),
        ROOT => Some([ROOT, "-m", "true"]),
        _ => None,
    };
    if let Some([program, option, argument]) = probe {
        let output = Command::new(program).args([option, argument]).output();
        return output.is_ok_and(|output| output.status.success());
    }
    // Starting each with `--version` would take the AWS CLI most of a second.
    let program = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(&program).is_file())
}

/// Whether a missing peer is a failure.
pub(crate) fn peers_are_required() -> bool {
    match std::env::var("ECRPUB_TEST_PEERS").as_deref() {
        Ok("required") => true,
        Ok("" | "optional") | Err(_) => false,
        Ok(other) => panic!("`ECRPUB_TEST_PEERS` is `{other}`, not `required` or `optional`"),
    }
}

/// A cache folder of a run of its own, which is not there yet.
pub(crate) fn new_cache() -> PathBuf {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = now.map_or(0, |age| age.as_nanos());
    PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join("caches")
        .join(format!("{now}-{number}"))
}

/// A home directory called `name` whose `.aws/config` is `config`.
pub(crate) fn home(name: &str, config: &str) -> PathBuf {
    let home = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join("homes")
        .join(name);
    let aws = home.join(".aws");
    std::fs::create_dir_all(&aws).expect("the target folder can be written to");
    if !config.is_empty() {
        std::fs::write(aws.join("config"), config).expect("the target folder can be written to");
    }
    home
}

/// A file called `name` with this text.
pub(crate) fn file(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).expect("the target folder can be written to");
    path
}

/// A program at `path`: a shell script with these lines.
pub(crate) fn program(path: &Path, script: &str) {
    let folder = path.parent().expect("a program is in a folder");
    std::fs::create_dir_all(folder).expect("the target folder can be written to");
    // By rename: two tests may write the same one, and nobody can run what is being written.
    let new = path.with_extension(format!("{:?}", std::thread::current().id()));
    std::fs::write(&new, format!("#!/bin/sh\n{script}\n")).expect("as above");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&new, std::fs::Permissions::from_mode(0o755)).expect("as above");
    }
    std::fs::rename(&new, path).expect("as above");
}

/// The `PATH` of this process with `folder` first.
pub(crate) fn path_with(folder: &Path) -> String {
    format!(
        "{}:{}",
        folder.display(),
        std::env::var("PATH").unwrap_or_default()
    )
}

/// `web` has an index with two tags, one of them moved, an untagged image, and an image with only a
/// digest and a tag. `empty` has no images.
pub(crate) fn small() -> [Repository; 2] {
    let mut index = Image::oci(1, 61_204_519, NOW_MS - 40 * DAY + 655)
        .index()
        .tagged(&["1.27.3", "latest"]);
    index.tags[1].created_at = Some(NOW_MS - 2 * DAY);
    let child = Image::oci(2, 58_333_213, NOW_MS - 40 * DAY - 61_000);
    let mut bare = Image::oci(3, 0, NOW_MS).tagged(&["bare"]).bare();
    bare.tags[0].created_at = None;
    [
        Repository::new("web", vec![bare, child, index]),
        Repository::new("empty", vec![]),
    ]
}

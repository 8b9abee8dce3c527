//! Settings work as in the AWS CLI: compares more than a thousand generated set-ups with botocore, or
//! a part of them with its recorded results if it is not installed.

pub(crate) mod cloud;
mod differences;
mod setups;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use assert_cmd::cargo::CommandCargoExt;
use serde_json::{Value, json};

use self::cloud::Cloud;
use self::differences::DIFFERENCES;
use self::setups::{Random, SHARED_FILES, Setup};
use crate::harness::{has_peer, path_with, peer, program};

const SEED: u64 = 20_240_601;
const COUNT: usize = 1200;
/// How many of them are on record.
const RECORDED: usize = 250;
const ORACLE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/cli/settings_peer/oracle.py"
);
const RECORD: &str = include_str!("recorded.json");

/// The outcome of a set-up: its requests, and whether it lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) trace: Vec<String>,
    /// Why there are no credentials, or no endpoint, to list with.
    pub(crate) refusal: Option<String>,
    pub(crate) code: Option<i32>,
}

impl Outcome {
    fn of_record(record: &Value) -> Self {
        let trace = record["trace"].as_array().expect("a list").iter();
        Self {
            trace: trace
                .map(|line| line.as_str().expect("text").to_owned())
                .collect(),
            refusal: record["error"].as_str().map(str::to_owned),
            code: None,
        }
    }

    /// Whether the program's own outcome is the same.
    fn agrees_with(&self, program: &Self) -> bool {
        let lists = |trace: &[String]| trace.last().is_some_and(|line| line.starts_with("ecr@"));
        match &self.refusal {
            // The order of the requests before the refusal may differ, but not the outcome.
            Some(_) => !lists(&program.trace) && matches!(program.code, Some(2 | 4 | 5)),
            None if lists(&self.trace) => program.code == Some(0) && program.trace == self.trace,
            None => program.code == Some(5) && program.trace == self.trace,
        }
    }
}

fn setups() -> Vec<Setup> {
    for (name, text) in SHARED_FILES {
        write(&shared_folder().join(name), text.as_bytes());
    }
    program(
        &shared_folder().join("bin/aws"),
        &format!("exec python3 {ORACLE} --export \"$@\""),
    );
    let mut random = Random::new(SEED);
    (0..COUNT).map(|_| Setup::any(&mut random)).collect()
}

/// The folder in which everything runs.
fn shared_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("settings-shared")
}

/// The set-up number `number` on disk, for `who`: its home and its variables.
struct Place {
    home: PathBuf,
    env: Vec<(String, String)>,
}

impl Place {
    fn of(setup: &Setup, who: &str, number: usize, cloud: &Cloud) -> Self {
        let run = format!("{who}{number}");
        let home = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join("settings")
            .join(&run);
        let _ = std::fs::remove_dir_all(&home);
        let base = format!("http://{}/{run}", cloud.address);
        let fill = |text: &str| {
            let home = home.to_str().expect("the target folder's path is text");
            text.replace("{BASE}", &base).replace("{HOME}", home)
        };
        for (path, text) in &setup.files {
            let bytes: Vec<u8> = fill(text)
                .chars()
                .map(|c| u8::try_from(c).expect("Latin-1"))
                .collect();
            write(&home.join(path), &bytes);
        }
        let mut env = vec![
            ("HOME".to_owned(), fill("{HOME}")),
            ("PATH".to_owned(), path_with(&shared_folder().join("bin"))),
            ("TZ".to_owned(), "UTC".to_owned()),
            // Of one second by default, which a busy machine exceeds.
            ("AWS_METADATA_SERVICE_TIMEOUT".to_owned(), "30".to_owned()),
            // Whatever is no loopback address ends here.
            (
                "HTTPS_PROXY".to_owned(),
                format!("http://{run}:x@{}", cloud.address),
            ),
        ];
        env.extend(
            setup
                .env
                .iter()
                .map(|(name, value)| (name.clone(), fill(value))),
        );
        Self { home, env }
    }
}

fn write(path: &Path, bytes: &[u8]) {
    let folder = path.parent().expect("a file is in a folder");
    std::fs::create_dir_all(folder).expect("the target folder can be written to");
    std::fs::write(path, bytes).expect("the target folder can be written to");
}

/// Runs the program in each of the set-ups.
fn run_program(setups: &[Setup], cloud: &Cloud) -> Vec<(Outcome, String)> {
    // Two tests run the same set-ups in the same folders.
    static FOLDERS: Mutex<()> = Mutex::new(());
    let _turn = FOLDERS.lock();
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(setup) = setups.get(number) else {
                        break;
                    };
                    let outcome = run_one(setup, number, cloud);
                    outcomes
                        .lock()
                        .expect("no thread panics")
                        .push((number, outcome));
                }
            });
        }
    });
    let mut outcomes = outcomes.into_inner().expect("no thread panics");
    outcomes.sort_by_key(|(number, _)| *number);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

fn run_one(setup: &Setup, number: usize, cloud: &Cloud) -> (Outcome, String) {
    let place = Place::of(setup, "p", number, cloud);
    let mut command = Command::cargo_bin("ecrpub").expect("the binary is built");
    command
        .current_dir(shared_folder())
        .env_clear()
        .envs(place.env)
        .env("ECRPUB_HURRY", "1")
        .args(["tags", "web"]);
    if let Some(profile) = &setup.profile {
        command.args(["--profile", profile]);
    }
    let output = command
        .stdin(Stdio::null())
        .output()
        .expect("the program starts");
    let stderr = String::from_utf8(output.stderr).expect("output is UTF-8");
    for secret in [
        "secret",
        "token-of",
        "sso-token",
        "client-secret",
        "web-identity-token",
        "AKIA",
        "ASIA",
    ] {
        let names = ["aws_secret_access_key", "AWS_SECRET_ACCESS_KEY"];
        let told = names
            .iter()
            .fold(stderr.clone(), |text, name| text.replace(name, ""));
        assert!(!told.contains(secret), "`{secret}` was printed: {stderr}");
    }
    let outcome = Outcome {
        trace: cloud.trace(&format!("p{number}")),
        refusal: None,
        code: output.status.code(),
    };
    (outcome, stderr)
}

/// The oracle at work on the set-ups, if it is there.
struct Oracle(Child);

impl Oracle {
    fn start(setups: &[Setup], cloud: &Cloud) -> Option<Self> {
        if !peer("botocore") {
            return None;
        }
        let input: Vec<Value> = setups
            .iter()
            .enumerate()
            .map(|(number, setup)| {
                let place = Place::of(setup, "o", number, cloud);
                let set = place.env.into_iter().filter(|(_, value)| !value.is_empty());
                let env: serde_json::Map<_, _> =
                    set.map(|(name, value)| (name, value.into())).collect();
                json!({ "env": env, "home": place.home, "profile": setup.profile })
            })
            .collect();
        let mut child = Command::new("python3")
            .arg(ORACLE)
            .current_dir(shared_folder())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut stdin = child.stdin.take().expect("a pipe was asked for");
        stdin
            .write_all(json!(input).to_string().as_bytes())
            .expect("the oracle reads");
        Some(Self(child))
    }

    fn outcomes(self, cloud: &Cloud) -> Vec<Outcome> {
        let output = self.0.wait_with_output().expect("the oracle ends");
        let text = String::from_utf8(output.stdout).expect("the oracle writes UTF-8");
        let lines = text.lines().enumerate();
        let outcomes: Vec<_> = lines
            .map(|(number, line)| expected(number, line, cloud))
            .collect();
        assert_eq!(outcomes.len(), COUNT, "the oracle answers each set-up");
        outcomes
    }
}

/// The outcome that the oracle's result expects of the program.
fn expected(number: usize, line: &str, cloud: &Cloud) -> Outcome {
    let answer: Value = serde_json::from_str(line).expect("the oracle writes JSON");
    let run = format!("o{number}");
    let mut trace = cloud.trace(&run);
    let base = format!("http://{}/{run}/", cloud.address);
    let mut refusal = answer["error"].as_str().map(str::to_owned);
    if refusal.is_none() {
        let text = |key: &str| answer[key].as_str().unwrap_or_default();
        match (text("endpoint"), text("endpoint").strip_prefix(&base)) {
            ("", _) => trace.push("connect api.ecr-public.us-east-1.amazonaws.com:443".to_owned()),
            (url, Some(_)) if url.contains(char::is_whitespace) => {
                refusal = Some("InvalidEndpoint".to_owned());
            }
            (_, Some(path)) => {
                let label = path.split(['/', '#']).next().unwrap_or_default();
                let (key, token) = (text("key"), text("token"));
                trace.push(format!(
                    "ecr@{label} by={key} token={token} region=us-east-1"
                ));
            }
            (_, None) => refusal = Some("InvalidEndpoint".to_owned()),
        }
    }
    Outcome {
        trace,
        refusal,
        code: None,
    }
}

/// The name of the listed difference that explains why the program does something else.
fn explanation(program: &Outcome, stderr: &str) -> Option<&'static str> {
    if stderr.contains("aws configure export-credentials") && !has_peer("botocore") {
        return Some("the stand-in for the AWS CLI needs the oracle");
    }
    let found = DIFFERENCES
        .iter()
        .find(|difference| (difference.explains)(program, stderr));
    found.map(|difference| difference.name)
}

fn compare(
    setups: &[Setup],
    oracle: &[Outcome],
    program: &[(Outcome, String)],
) -> Vec<&'static str> {
    let mut explained = Vec::new();
    let mut unexplained = Vec::new();
    for (number, (expected, (outcome, stderr))) in oracle.iter().zip(program).enumerate() {
        if expected.agrees_with(outcome) {
            continue;
        }
        match explanation(outcome, stderr) {
            Some(name) => explained.push(name),
            None => {
                unexplained.push(format!(
                    "set-up {number}: {:#?}\noracle: {expected:#?}\nprogram: {outcome:#?}\n{stderr}",
                    setups[number]
                ));
            }
        }
    }
    assert!(unexplained.is_empty(), "{}", unexplained.join("\n"));
    explained
}

#[test]
#[expect(clippy::print_stdout, reason = "figures to be seen with --nocapture")]
fn settings_select_what_botocore_selects() {
    let (setups, cloud) = (setups(), Cloud::start());
    let Some(oracle) = Oracle::start(&setups, &cloud) else {
        return;
    };
    let program = run_program(&setups, &cloud);
    let oracle = oracle.outcomes(&cloud);
    let explained = compare(&setups, &oracle, &program);
    let count = |name: &str| explained.iter().filter(|found| **found == name).count();
    for difference in DIFFERENCES {
        println!(
            "{:4} {}: {}",
            count(difference.name),
            difference.name,
            difference.reason
        );
        assert!(
            count(difference.name) > 0,
            "no set-up shows `{}`",
            difference.name
        );
    }
    let lists = oracle
        .iter()
        .filter(|outcome| outcome.refusal.is_none())
        .count();
    println!(
        "{COUNT} set-ups, of which {lists} list; {} differ",
        explained.len()
    );
    assert!(
        lists > COUNT / 4,
        "most set-ups are refused: {lists} of {COUNT} list"
    );
    let recorded: Vec<Value> = serde_json::from_str(RECORD).expect("the record is JSON");
    let is_recording = std::env::var_os("ECRPUB_RECORD").is_some();
    let column: Vec<Value> = if is_recording {
        aws_config(&setups[..RECORDED], &oracle, &cloud)
    } else {
        let column = recorded.iter().map(|record| record["aws_config"].clone());
        column.collect()
    };
    let lines = oracle.iter().zip(column).map(|(outcome, aws_config)| {
        let (trace, error) = (&outcome.trace, &outcome.refusal);
        json!({ "trace": trace, "error": error, "aws_config": aws_config }).to_string()
    });
    let text = format!("[\n{}\n]\n", lines.collect::<Vec<_>>().join(",\n"));
    if is_recording {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/cli/settings_peer/recorded.json"
        );
        std::fs::write(path, text).expect("the record can be written");
    } else {
        assert!(
            RECORD == text,
            "the record is not what botocore says now: run with ECRPUB_RECORD=1"
        );
    }
}

/// What aws-config's own chain does in each of the set-ups, beside what botocore does.
fn aws_config(setups: &[Setup], oracle: &[Outcome], cloud: &Cloud) -> Vec<Value> {
    let package = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/aws_config");
    let target = concat!(env!("CARGO_TARGET_TMPDIR"), "/aws_config");
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--locked", "--target-dir", target]);
    let status = build.current_dir(package).status().expect("cargo starts");
    assert!(status.success(), "tests/aws_config is built");
    let verdict = |(number, setup): (usize, &Setup)| {
        let place = Place::of(setup, "c", number, cloud);
        let mut command = Command::new(format!("{target}/debug/aws_config"));
        command.current_dir(shared_folder()).env_clear();
        // As for the oracle; it panics on some empty variables.
        command.envs(place.env.into_iter().filter(|(_, value)| !value.is_empty()));
        let output = command.args(&setup.profile).stdin(Stdio::null()).output();
        let is_listed = output.expect("the program starts").status.success();
        let outcome = Outcome {
            trace: cloud.trace(&format!("c{number}")),
            refusal: None,
            code: Some(if is_listed { 0 } else { 5 }),
        };
        let expected = &oracle[number];
        Value::from(match (expected.refusal.is_some(), is_listed) {
            _ if expected.agrees_with(&outcome) => "same",
            (true, _) => "lists",
            (false, true) => "lists otherwise",
            (false, false) => "refuses",
        })
    };
    setups.iter().enumerate().map(verdict).collect()
}

#[test]
fn settings_select_what_was_recorded() {
    let (setups, cloud) = (setups(), Cloud::start());
    let record: Vec<Value> = serde_json::from_str(RECORD).expect("the record is JSON");
    assert!(
        record.iter().any(|record| record["aws_config"] != "same"),
        "aws-config selects what the AWS CLI selects: src/aws can use its chain"
    );
    let oracle: Vec<_> = record.iter().map(Outcome::of_record).collect();
    let setups = &setups[..oracle.len()];
    compare(setups, &oracle, &run_program(setups, &cloud));
}

//! Compares ranges with npm's `semver` package: with its results recorded in `npm.txt` and, if it is
//! installed, with the package itself.
//!
//! One difference is known: npm drops `>=0.0.0`, so a pre-release of 0.0.0 that another comparator
//! names passes. No recorded range shows it.
//!
//! To record them again: `NODE_PATH=…/node_modules ECRPUB_RECORD=1 cargo test npm`.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::select::version::{Range, Version};

const RECORDED: &str = include_str!("npm.txt");
const RANGES: usize = 800;
const VERSIONS: usize = 60;

/// Reads versions on the first line and ranges on the others; prints the versions of each range as
/// hexadecimal bits, without and with `includePrerelease`.
///
/// Each alternative is tested separately: next to one that holds every version, npm drops the others,
/// with the pre-releases that they name.
const ORACLE: &str = r"
const semver = require('semver');
const [first, ...ranges] = require('fs').readFileSync(0, 'utf8').trimEnd().split('\n');
const versions = first.split(' ');
const bits = (range, options) => {
  let bits = 0n;
  for (const version of versions) {
    const holds = (alternative) => semver.satisfies(version, alternative, options);
    bits = bits << 1n | BigInt(range.split('||').some(holds));
  }
  return bits.toString(16);
};
console.log('semver ' + require('semver/package.json').version);
console.log(first);
for (const range of ranges) {
  if (semver.validRange(range) === null) throw new Error('npm refuses ' + range);
  console.log([bits(range, {}), bits(range, {includePrerelease: true}), range].join('\t'));
}";

#[test]
fn ranges_answer_as_npm_recorded() {
    let mut lines = RECORDED.lines().skip(1);
    let versions: Vec<_> = lines
        .next()
        .expect("a line of versions")
        .split(' ')
        .collect();
    let mut compared = 0;
    for line in lines {
        let [plain, pre, text] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("not two results and a range: {line}");
        };
        let range: Range = text
            .parse()
            .unwrap_or_else(|error| panic!("{text}: {error}"));
        for (expected, with_pre) in [(plain, false), (pre, true)] {
            let answers = versions.iter().map(|tag| {
                let version = Version::of(tag).expect(tag);
                u128::from(range.contains(&version, with_pre))
            });
            let bits = answers.fold(0, |bits, answer| bits << 1 | answer);
            let expected = u128::from_str_radix(expected, 16).expect("hexadecimal bits");
            let differ = versions.iter().rev().enumerate();
            let differ = differ.filter(|(bit, _)| (bits ^ expected) >> bit & 1 == 1);
            let differ: Vec<_> = differ.map(|(_, tag)| tag).collect();
            assert!(differ.is_empty(), "`{text}`, --pre {with_pre}: {differ:?}");
            compared += versions.len();
        }
    }
    assert!(compared >= 2 * RANGES * VERSIONS, "{compared}");
}

#[test]
fn the_record_is_what_npm_answers() {
    let Some(answers) = ask_npm(&questions()) else {
        return;
    };
    if std::env::var_os("ECRPUB_RECORD").is_some() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/src/select/version/tests/npm.txt"
        );
        std::fs::write(path, &answers).expect("the record can be written");
    } else if answers.lines().next() == RECORDED.lines().next() {
        assert!(answers == RECORDED, "record the results again");
    } else {
        skip("another version of npm's semver is installed");
    }
}

/// The input of the oracle.
fn questions() -> String {
    let mut random = Random(0x5eed);
    let mut text = versions(&mut random).join(" ");
    for _ in 0..RANGES {
        write!(text, "\n{}", range(&mut random)).expect("a text grows");
    }
    text
}

/// The results of npm, or `None` if it is not installed.
fn ask_npm(questions: &str) -> Option<String> {
    let mut command = Command::new("node");
    command.args(["-e", ORACLE]).stdin(Stdio::piped());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let Ok(mut node) = command.spawn() else {
        skip("node is not installed");
        return None;
    };
    let mut stdin = node.stdin.take().expect("a pipe");
    // Without the package, node ends before it reads.
    let _ = stdin.write_all(questions.as_bytes());
    drop(stdin);
    let output = node.wait_with_output().expect("node ends");
    let stderr = String::from_utf8_lossy(&output.stderr);
    if stderr.contains("Cannot find module 'semver'") {
        skip("npm's semver is not installed");
        return None;
    }
    assert!(output.status.success(), "{stderr}");
    Some(String::from_utf8(output.stdout).expect("output is UTF-8"))
}

#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn skip(reason: &str) {
    let peers = std::env::var("ECRPUB_TEST_PEERS").unwrap_or_default();
    assert_ne!(peers, "required", "{reason}");
    eprintln!("skipped: {reason}");
}

/// Pseudo-random numbers from a fixed seed.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        // Knuth's MMIX generator; its high bits are the better ones.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        let index = self.below(all.len() as u64);
        all[usize::try_from(index).expect("an index")]
    }
}

/// Three-part versions, about a third of them pre-releases.
fn versions(random: &mut Random) -> Vec<String> {
    let mut versions = std::collections::BTreeSet::new();
    while versions.len() < VERSIONS {
        let numbers = [(); 3].map(|()| number(random).to_string()).join(".");
        let pre = if random.below(3) == 0 {
            pre_release(random)
        } else {
            String::new()
        };
        versions.insert(numbers + &pre);
    }
    versions.into_iter().collect()
}

fn number(random: &mut Random) -> u64 {
    random.pick(&[0, 0, 0, 1, 1, 1, 2, 2, 3, 10])
}

fn pre_release(random: &mut Random) -> String {
    let word = random.pick(&["alpha", "beta", "rc"]);
    match random.below(4) {
        0 => format!("-{word}"),
        _ => format!("-{word}.{}", random.pick(&[0, 1, 2, 10])),
    }
}

fn range(random: &mut Random) -> String {
    let count = random.pick(&[1, 1, 1, 1, 2, 2, 3]);
    let alternatives: Vec<_> = (0..count).map(|_| alternative(random)).collect();
    alternatives.join(random.pick(&["||", " || "]))
}

fn alternative(random: &mut Random) -> String {
    if random.below(6) == 0 {
        return format!("{} - {}", partial(random), partial(random));
    }
    let count = random.pick(&[1, 1, 2, 2, 3]);
    let comparators: Vec<_> = (0..count).map(|_| comparator(random)).collect();
    comparators.join(" ")
}

fn comparator(random: &mut Random) -> String {
    let operator = random.pick(&["", "=", "^", "~", "~>", ">", ">=", "<", "<="]);
    let space = random.pick(&["", "", "", " "]);
    let v = random.pick(&["", "", "", "v"]);
    format!("{operator}{space}{v}{}", partial(random))
}

fn partial(random: &mut Random) -> String {
    let x = random.pick(&["x", "X", "*"]);
    let numbers = [(); 3].map(|()| number(random).to_string());
    match random.below(12) {
        0 => x.to_owned(),
        1 | 2 => numbers[0].clone(),
        3 => format!("{}.{x}", numbers[0]),
        4 => numbers[..2].join("."),
        5 => format!("{}.{x}", numbers[..2].join(".")),
        6 => format!("{}.{x}.{x}", numbers[0]),
        7 | 8 => numbers.join(".") + &pre_release(random),
        _ => numbers.join("."),
    }
}

//! Compares proxy decisions with botocore's: recorded ones and, if it is installed, generated ones.

use std::io::Write;
use std::process::{Command, Stdio};

use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Proxies, parse};

/// How many cases are generated, and how many of them are recorded.
const CASES: usize = 4000;
const RECORDED: usize = 400;

const NAMES: [&str; 11] = [
    "HTTP_PROXY",
    "http_proxy",
    "Http_Proxy",
    "HTTP_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "hTTpS_PROXY",
    "ALL_PROXY",
    "REQUEST_METHOD",
    "ftp_proxy",
    "PROXY",
];
const EXEMPTING: [&str; 3] = ["NO_PROXY", "no_proxy", "No_Proxy"];
const VALUES: [&str; 24] = [
    "",
    "http://proxy:8080",
    "https://proxy.example",
    "proxy",
    "proxy:3128",
    "//proxy:8080",
    "http://me:secret@proxy:8080",
    "me:secret@proxy",
    "http://me%40home:p%3A%2Fw@proxy:8080/path?query#part",
    "http://me@proxy",
    "http://:secret@proxy",
    "http://me:@proxy",
    "http://a:b@c:d@proxy:8080",
    "http://10.0.0.1:00080",
    "https://[::1]:8080",
    "http://proxy:0",
    "http://proxy:",
    "http://proxy:port",
    "http://proxy:99999",
    "http://me:se/cret@proxy",
    "http://",
    "http:proxy:8080",
    "http://[::1",
    "http://me:%zz@PROXY.example:1",
];
const EXEMPT: [&str; 22] = [
    "",
    "*",
    " ",
    "example.com",
    ".example.com",
    "..example.com",
    "EXAMPLE.com",
    "com",
    "le.com",
    "registry.example.com",
    "registry.example.com:8443",
    "example.com:8443",
    ":8443",
    "8443",
    "127.0.0.1",
    "127.0.0.0/8",
    "0.1",
    "127.0.0.1:4510",
    "::1",
    "[::1]",
    "[::1]:4510",
    "*.example.com",
];
const URLS: [&str; 7] = [
    "https://registry.example.com/",
    "https://registry.example.com:8443/x",
    "http://registry.example.com/",
    "https://example.com/",
    "http://127.0.0.1:4510/",
    "http://[::1]:4510/",
    "https://[::1]/",
];

/// An environment and an address to reach.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Case {
    environment: Vec<(String, String)>,
    url: String,
}

/// The decision for a case.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Decision {
    /// The proxy's address, no proxy, or an invalid setting.
    proxy: Option<String>,
    authorization: Option<String>,
}

#[derive(Deserialize, Serialize)]
struct Record {
    #[serde(flatten)]
    case: Case,
    #[serde(flatten)]
    decision: Decision,
}

fn decide(case: &Case) -> Decision {
    let environment = case.environment.iter();
    let variables = environment.map(|(name, value)| (name.into(), value.into()));
    let proxies = Proxies::read(variables.collect());
    let (proxy, authorization) = match proxies.choose(&case.url.parse().expect("a URI")) {
        Ok(None) => (None, None),
        Ok(Some(proxy)) => {
            let address = proxy.address.to_string();
            let value = proxy.authorization.as_ref().map(|value| value.to_str());
            let value = value.map(|value| value.expect("text").to_owned());
            (Some(address.trim_end_matches('/').to_owned()), value)
        }
        Err(_) => (Some("unusable".to_owned()), None),
    };
    Decision {
        proxy,
        authorization,
    }
}

/// `SplitMix64`, from a fixed seed.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).expect("it is below the limit")
    }

    fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

fn generate() -> Vec<Case> {
    let mut numbers = Numbers(20_240_601);
    let case = |_| {
        let mut environment: Vec<(String, String)> = Vec::new();
        let mut set = |name: &str, value: String| {
            environment.retain(|(before, _)| before != name);
            environment.push((name.to_owned(), value));
        };
        for _ in 0..=numbers.below(3) {
            let name = numbers.one_of(&NAMES);
            set(name, numbers.one_of(&VALUES).to_owned());
        }
        for _ in 0..numbers.below(3) {
            let count = 1 + numbers.below(3);
            let names: Vec<_> = (0..count).map(|_| numbers.one_of(&EXEMPT)).collect();
            let separator = numbers.one_of(&[",", ", ", " ,"]);
            set(numbers.one_of(&EXEMPTING), names.join(separator));
        }
        Case {
            environment,
            url: numbers.one_of(&URLS).to_owned(),
        }
    };
    (0..CASES).map(case).collect()
}

fn recorded() -> Vec<Record> {
    let lines = include_str!("../../../tests/peers/proxies.jsonl").lines();
    let record = |line| serde_json::from_str(line).expect("a record");
    lines.map(record).collect()
}

#[test]
fn decisions_match_those_recorded_from_botocore() {
    let recorded = recorded();
    assert_eq!(recorded.len(), RECORDED);
    for Record { case, decision } in recorded {
        assert_eq!(decide(&case), decision, "{case:?}");
    }
}

#[test]
fn generated_decisions_match_those_of_botocore() {
    let cases = generate();
    let Some(decisions) = botocore(&cases) else {
        return;
    };
    for (case, decision) in cases.iter().zip(&decisions) {
        assert_eq!(&decide(case), decision, "{case:?}");
    }
    let unusable = |decision: &&Decision| decision.proxy.as_deref() == Some("unusable");
    assert!(decisions.iter().filter(unusable).count() > CASES / 50);
    let records = cases.into_iter().zip(decisions).take(RECORDED);
    let lines: Vec<_> = records
        .map(|(case, decision)| Record { case, decision })
        .map(|record| serde_json::to_string(&record).expect("JSON") + "\n")
        .collect();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/proxies.jsonl");
    if std::env::var_os("ECRPUB_TEST_RECORD").is_some() {
        std::fs::write(path, lines.concat()).expect("the file can be written");
    }
    let text = std::fs::read_to_string(path).expect("the records are there");
    assert!(
        text == lines.concat(),
        "record the decisions again with ECRPUB_TEST_RECORD=1"
    );
}

/// The decisions of botocore; `None` if it is not installed.
fn botocore(cases: &[Case]) -> Option<Vec<Decision>> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/peers/proxies.py");
    let is_installed = Command::new("python3")
        .args(["-c", "import botocore"])
        .output()
        .is_ok_and(|output| output.status.success());
    if !is_installed {
        let is_required = std::env::var("ECRPUB_TEST_PEERS").is_ok_and(|text| text == "required");
        assert!(!is_required, "botocore is not installed");
        return None;
    }
    let mut child = Command::new("python3")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 starts");
    let mut input = child.stdin.take().expect("a pipe");
    let lines: Vec<_> = cases
        .iter()
        .map(|case| serde_json::to_string(case).expect("JSON") + "\n")
        .collect();
    let writer = std::thread::spawn(move || input.write_all(lines.concat().as_bytes()));
    let output = child.wait_with_output().expect("python3 ends");
    writer.join().expect("no panic").expect("python3 reads");
    let output = String::from_utf8(output.stdout).expect("UTF-8");
    let decision = |line| serde_json::from_str(line).expect("a decision");
    let decisions: Vec<Decision> = output.lines().map(decision).collect();
    assert_eq!(decisions.len(), cases.len());
    Some(decisions)
}

/// The differences of this program, and their reasons.
#[test]
fn differences_from_botocore_are_these() {
    let proxy = |text: &str| parse("HTTP_PROXY", text).map(|proxy| proxy.address.to_string());
    let address = |text: &str| Ok(format!("{text}/"));
    // botocore reads a scheme in capitals as the host `HTTP`.
    assert_eq!(proxy("HTTP://proxy:1"), address("http://proxy:1"));
    // botocore fails on an invalid host only when it looks it up.
    assert!(proxy("http://pro xy:1").is_err() && proxy("http://:1").is_err());
    assert!(proxy("http://pro\"xy:1").is_err() && proxy("http://[fe80::1%25eth0]:1").is_err());
    // botocore reads other schemes as hosts.
    assert!(proxy("socks5://proxy:1").is_err() && proxy("ftp://proxy").is_err());
    // A user name beyond ASCII crashes the AWS CLI.
    let user = parse("HTTP_PROXY", "http://m%C3%A9:x@proxy").expect("a proxy");
    assert!(user.authorization.is_some());
    // A URL loses the default port of its scheme before the proxy is chosen.
    let exempt = |url: &str| {
        let variables = [("HTTPS_PROXY", "proxy"), ("NO_PROXY", "host:443")];
        let variables = variables.map(|(name, value)| (name.into(), value.into()));
        let url = url::Url::parse(url).expect("a URL");
        let proxies = Proxies::read(variables.into());
        proxies.exempts(&url.as_str().parse().expect("a URI"))
    };
    assert!(!exempt("https://host") && !exempt("https://host:443"));
}

#[test]
fn no_debug_text_holds_a_password() {
    let variables = vec![("HTTP_PROXY".into(), "http://me:secret@proxy".into())];
    let proxies = Proxies::read(variables);
    let text = format!("{proxies:?}");
    assert!(text.contains("Sensitive"), "{text}");
    for secret in ["secret", &aws_smithy_types::base64::encode("me:secret")] {
        assert!(!text.contains(secret), "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_a_proxy_or_an_error_that_does_not_hold_it(
        text in "(https?://|socks5://|//|)([a-z:%@/ ]{0,12}@)?[\\PC]{0,12}(:[0-9]{0,6})?"
    ) {
        match parse("HTTP_PROXY", &text) {
            Ok(proxy) => prop_assert!(proxy.address.port_u16().is_some_and(|port| port > 0)),
            // A lone `@` is no secret.
            Err(why) => prop_assert!(!text.contains('@') || text.len() < 3 || !why.contains(&text)),
        }
    }

}

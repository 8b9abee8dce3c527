//! The AWS config and credentials files: their paths, and the profiles, SSO sessions and services
//! that they define, by the rules of the AWS CLI.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::environment::Environment;
use super::ini::{self, Section};
use crate::error::Error;
use crate::redact;
use crate::shell;

/// The longest file that is read, in bytes: that of thousands of profiles is much shorter.
const LONGEST_FILE: u64 = 16 << 20;

#[derive(Debug, Default)]
pub(super) struct AwsFiles {
    profiles: HashMap<String, Profile>,
    pub(super) sso_sessions: HashMap<String, Section>,
    pub(super) services: HashMap<String, Section>,
    empty: Profile,
}

#[derive(Debug, Default)]
pub(super) struct Profile {
    pub(super) config: Section,
    pub(super) credentials: Section,
}

impl Profile {
    /// The value of `key`, which may be empty; the credentials file takes precedence.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        let value = self.credentials.get(key).or_else(|| self.config.get(key));
        value.map(String::as_str)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }
}

impl AwsFiles {
    /// Reads both files from the paths in `environment`. A missing file counts as empty.
    pub(super) fn read(environment: &Environment) -> Result<Self, Error> {
        let read = |variable, default| match environment.path(variable, default)? {
            None => Ok(ini::Sections::new()),
            Some(path) => read(&path).map_err(|error| {
                error.hint(format!(
                    "correct the file, or name another one with `{variable}`"
                ))
            }),
        };
        let config = read("AWS_CONFIG_FILE", ".aws/config")?;
        let credentials = read("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials")?;
        Ok(Self::of(config, credentials))
    }

    pub(super) fn has_profile(&self, name: &str) -> bool {
        self.profiles.contains_key(name)
    }

    pub(super) fn profile(&self, name: &str) -> &Profile {
        self.profiles.get(name).unwrap_or(&self.empty)
    }

    pub(super) fn profile_names(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.profiles.keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    fn of(config: ini::Sections, credentials: ini::Sections) -> Self {
        let mut files = Self::default();
        for (header, section) in config {
            let kind = ["profile", "sso-session", "services"];
            let kind = kind.into_iter().find(|kind| header.starts_with(kind));
            let name = match kind {
                Some(_) => second_word(&header),
                None if header == "default" => Some(header),
                None => None,
            };
            let Some(name) = name else { continue };
            match kind {
                Some("sso-session") => _ = files.sso_sessions.insert(name, section),
                Some("services") => _ = files.services.insert(name, section),
                _ => files.profiles.entry(name).or_default().config = section,
            }
        }
        for (name, section) in credentials {
            files.profiles.entry(name).or_default().credentials = section;
        }
        files
    }

    #[cfg(test)]
    pub(super) fn with(config: &str, credentials: &str) -> Self {
        let sections =
            |text: &str| ini::parse(text.as_bytes()).expect("the test's file is well-formed");
        Self::of(sections(config), sections(credentials))
    }
}

/// The name in `[profile NAME]`, if the header is two words of a shell.
fn second_word(header: &str) -> Option<String> {
    let words = shell::split(header)?;
    <[String; 2]>::try_from(words).ok().map(|[_, name]| name)
}

fn read(path: &Path) -> Result<ini::Sections, Error> {
    let bytes = match read_limited(path) {
        Ok(bytes) => bytes,
        Err(error) if is_absent(&error) => return Ok(ini::Sections::new()),
        Err(_) if path.is_dir() => return Err(unreadable(path, "it is a folder")),
        Err(error) => return Err(unreadable(path, &error.to_string())),
    };
    hide_secrets(&String::from_utf8_lossy(&bytes));
    ini::parse(&bytes)
        .map_err(|error| unreadable(path, &format!("line {}: {}", error.line, error.why)))
}

/// Reads a file of settings, credentials or a token; a pipe, whose length is not known, up to the same
/// limit.
pub(super) fn read_limited(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(LONGEST_FILE + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST_FILE {
        return Err(io::Error::other("it is longer than 16 MiB"));
    }
    Ok(bytes)
}

/// Redacts the keys of all profiles from messages. Works line by line: a line indented by mistake is
/// a part of the value above, which a message may quote.
fn hide_secrets(text: &str) {
    for line in text.split(['\n', '\r']) {
        if let Some((key, value)) = line.split_once(['=', ':']) {
            match key.trim().to_ascii_lowercase().as_str() {
                "aws_secret_access_key" | "aws_session_token" | "aws_security_token" => {
                    redact::hide(value);
                }
                "aws_access_key_id" => redact::hide_id(value),
                _ => {}
            }
        }
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::InvalidFilename
    )
}

fn unreadable(path: &Path, why: &str) -> Error {
    Error::usage(format!(
        "cannot read the AWS file `{}`: {why}",
        path.display()
    ))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::process::Command;

    use super::{AwsFiles, ini};

    #[test]
    fn sections_are_named_by_words_of_a_shell() {
        let config = "[profile 'a b']\nregion = 1\n[profilex y]\nregion = 2\n[profile a b c]\nregion = 3\n\
            [profile \"open]\nregion = 4\n[profile]\n[default]\nregion = 5\n[other]\nregion = 6\n\
            [sso-session mein\\ büro]\nsso_region = 7\n[services a]\nsts =\n  endpoint_url = 8\n  endpoint_url = 9";
        let files = AwsFiles::with(config, "");
        assert_eq!(files.profile_names(), ["a b", "default", "y"]);
        let session = &files.sso_sessions["mein büro"];
        assert_eq!(session["sso_region"], "7");
        let services = &files.services["a"];
        assert_eq!(ini::in_group(services, "sts", "endpoint_url"), Some("9"));
        assert_eq!(ini::in_group(services, "sso", "endpoint_url"), None);
    }

    #[test]
    fn the_credentials_file_takes_precedence_and_its_headers_are_profile_names() {
        let config = "[profile a]\nregion = 1\naws_access_key_id = config\n";
        let credentials = "[a]\naws_access_key_id = credentials\n[profile a]\nregion = 2\n";
        let files = AwsFiles::with(config, credentials);
        let profile = files.profile("a");
        assert_eq!(profile.get("region"), Some("1"));
        assert_eq!(profile.get("aws_access_key_id"), Some("credentials"));
        assert_eq!(profile.config["aws_access_key_id"], "config");
        assert!(!profile.credentials.contains_key("region"));
        assert_eq!(files.profile_names(), ["a", "profile a"]);
    }

    /// Files made of syntax elements.
    fn texts() -> Vec<String> {
        const PIECES: [&str; 28] = [
            "\n",
            "\n",
            "\n",
            "\n",
            "\n  ",
            "\n    ",
            "\n\t",
            "\r",
            "\r\n",
            " ",
            "[",
            "]",
            "[a]",
            "[default]",
            "[DEFAULT]",
            "=",
            ":",
            " = ",
            "key",
            "KEY",
            "Ärger",
            "value",
            "#",
            ";",
            "\u{a0}",
            "\u{1c}",
            "\u{2028}",
            "'",
        ];
        const PROFILES: [&str; 2] = ["[profile b]", "[profile 'c d']"];
        let mut random = fastrand::Rng::with_seed(20_240_601);
        let text = |_| {
            let start = if random.u8(..4) == 0 {
                ""
            } else {
                "[a]\nkey = 1\n"
            };
            let pieces = (0..random.usize(1..16)).map(|_| {
                let number = random.usize(..PIECES.len() + PROFILES.len());
                let profile = number.checked_sub(PIECES.len());
                profile.map_or_else(|| PIECES[number], |number| PROFILES[number])
            });
            start.to_owned() + &pieces.collect::<String>()
        };
        (0..4000).map(text).collect()
    }

    /// The results of Python's parser for `texts`; `None` if the AWS CLI's library is not installed.
    fn oracle(texts: &[String]) -> Option<Vec<serde_json::Value>> {
        let latin1: Vec<String> = texts
            .iter()
            .map(|text| text.bytes().map(char::from).collect())
            .collect();
        let input = serde_json::to_string(&latin1).expect("texts are JSON");
        let path = std::env::temp_dir().join(format!("ecrpub-files-{}.json", std::process::id()));
        std::fs::write(&path, input).expect("the temporary folder can be written to");
        let script = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/cli/settings_peer/oracle.py"
        );
        let stdin = std::fs::File::open(&path).expect("the file was written");
        let output = Command::new("python3")
            .args([script, "--parse"])
            .stdin(stdin)
            .output();
        std::fs::remove_file(path).expect("the file was written");
        let output = output.ok().filter(|output| output.status.success())?;
        let lines = String::from_utf8(output.stdout).expect("JSON is UTF-8");
        Some(
            lines
                .lines()
                .map(|line| serde_json::from_str(line).expect("JSON"))
                .collect(),
        )
    }

    #[test]
    fn files_are_read_as_by_the_aws_cli() {
        let texts = texts();
        let Some(oracle) = oracle(&texts) else {
            assert_ne!(
                std::env::var("ECRPUB_TEST_PEERS").as_deref(),
                Ok("required")
            );
            return;
        };
        assert_eq!(oracle.len(), texts.len());
        let mut sound = 0;
        for (text, theirs) in texts.iter().zip(oracle) {
            let ours = match ini::parse(text.as_bytes()) {
                Err(_) => serde_json::json!(null),
                Ok(sections) => {
                    sound += 1;
                    let made: BTreeMap<_, _> = sections.iter().cloned().collect();
                    let files = AwsFiles::of(sections, ini::Sections::new());
                    serde_json::json!({ "sections": made, "profiles": files.profile_names() })
                }
            };
            let theirs = if theirs.get("error").is_some() {
                serde_json::json!(null)
            } else {
                theirs
            };
            assert_eq!(ours, theirs, "{text:?}");
        }
        assert!(
            sound > texts.len() / 4,
            "{sound} of {} can be read",
            texts.len()
        );
    }

    #[test]
    fn the_last_definition_of_a_profile_replaces_the_others() {
        let files = AwsFiles::with(
            "[profile a]\nregion = 1\noutput = json\n[profile 'a']\nregion = 2\n",
            "",
        );
        let profile = files.profile("a");
        assert_eq!(
            (profile.get("region"), profile.get("output")),
            (Some("2"), None)
        );
    }
}

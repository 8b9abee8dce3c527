//! The AWS config and credentials files: their paths, and the profiles, SSO sessions and services
//! that they define, by the rules of the AWS CLI.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use super::environment::Environment;
use super::ini;
use crate::error::Error;
use crate::redact;
use crate::shell;

/// The two files, read once.
#[derive(Debug, Default)]
pub(super) struct Files {
    /// From both files; the credentials file takes precedence.
    profiles: HashMap<String, Section>,
    config_profiles: HashMap<String, Section>,
    credentials_profiles: HashMap<String, Section>,
    sso_sessions: HashMap<String, Section>,
    services: HashMap<String, Section>,
}

/// The settings of a section, by key.
#[derive(Clone, Debug, Default)]
pub(super) struct Section(HashMap<String, String>);

impl Section {
    /// The value of `key`, which may be empty.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// The value of `key`, if it is not empty.
    pub(super) fn filled(&self, key: &str) -> Option<&str> {
        self.get(key).filter(|value| !value.is_empty())
    }

    /// Whether there is a setting `key`, empty or not.
    pub(super) fn has(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// Whether there is no setting at all.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All settings, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The setting `key` of the group `name`.
    pub(super) fn in_group(&self, name: &str, key: &str) -> Option<&str> {
        let group = ini::group(self.get(name)?)?;
        let found = group.into_iter().rfind(|(found, _)| *found == key);
        found.map(|(_, value)| value)
    }
}

impl Files {
    /// Reads both files from the paths in `environment`. A missing file counts as empty.
    ///
    /// # Errors
    ///
    /// A usage error that names a file that exists but cannot be read, and its line.
    pub(super) fn read(environment: &Environment) -> Result<Self, Error> {
        let read = |variable, default| {
            let Some(path) = path(environment, variable, default) else {
                return Ok(Vec::new());
            };
            let hint = format!("correct the file, or name another one with `{variable}`");
            read(&path).map_err(|error| error.hint(hint))
        };
        let config = read("AWS_CONFIG_FILE", ".aws/config")?;
        let credentials = read("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials")?;
        Ok(Self::of(config, credentials))
    }

    /// The profile `name`, of both files.
    pub(super) fn profile(&self, name: &str) -> Option<&Section> {
        self.profiles.get(name)
    }

    /// The profile `name` of the config file alone.
    pub(super) fn config_profile(&self, name: &str) -> Option<&Section> {
        self.config_profiles.get(name)
    }

    /// The profile `name` of the credentials file alone.
    pub(super) fn credentials_profile(&self, name: &str) -> Option<&Section> {
        self.credentials_profiles.get(name)
    }

    /// The section `[sso-session NAME]`.
    pub(super) fn sso_session(&self, name: &str) -> Option<&Section> {
        self.sso_sessions.get(name)
    }

    /// The section `[services NAME]`.
    pub(super) fn services(&self, name: &str) -> Option<&Section> {
        self.services.get(name)
    }

    /// The names of all profiles, sorted.
    pub(super) fn profile_names(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.profiles.keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    fn of(config: Vec<ini::Section>, credentials: Vec<ini::Section>) -> Self {
        let mut files = Self::default();
        for ini::Section { header, settings } in config {
            let section = Section(settings.into_iter().collect());
            let named = |prefix| header.starts_with(prefix).then(|| second_word(&header));
            if let Some(name) = named("profile") {
                files
                    .config_profiles
                    .extend(name.map(|name| (name, section)));
            } else if let Some(name) = named("sso-session") {
                files.sso_sessions.extend(name.map(|name| (name, section)));
            } else if let Some(name) = named("services") {
                files.services.extend(name.map(|name| (name, section)));
            } else if header == "default" {
                files.config_profiles.insert(header, section);
            }
        }
        files.profiles.clone_from(&files.config_profiles);
        for ini::Section { header, settings } in credentials {
            let merged = files.profiles.entry(header.clone()).or_default();
            merged.0.extend(settings.iter().cloned());
            let section = Section(settings.into_iter().collect());
            files.credentials_profiles.insert(header, section);
        }
        files
    }

    /// Files with these contents.
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

/// The path in `variable`, or else `default` in the home folder.
fn path(environment: &Environment, variable: &str, default: &str) -> Option<PathBuf> {
    match environment.os(variable) {
        Some(path) => Some(environment.expanded(path)),
        None => environment.in_home(default),
    }
}

fn read(path: &Path) -> Result<Vec<ini::Section>, Error> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if is_absent(&error) => return Ok(Vec::new()),
        Err(error) if error.kind() == io::ErrorKind::IsADirectory || path.is_dir() => {
            return Err(unreadable(path, "it is a folder"));
        }
        Err(error) => return Err(unreadable(path, &error.to_string())),
    };
    hide_secrets(&String::from_utf8_lossy(&bytes));
    ini::parse(&bytes).map_err(|error| unreadable(path, &format!("line {}: {error}", error.line)))
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

/// Whether the file is missing. An invalid path counts as missing.
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

    use super::{Files, ini};

    #[test]
    fn sections_are_named_by_words_of_a_shell() {
        let config = "[profile 'a b']\nregion = 1\n[profilex y]\nregion = 2\n[profile a b c]\nregion = 3\n\
            [profile \"open]\nregion = 4\n[profile]\n[default]\nregion = 5\n[other]\nregion = 6\n\
            [sso-session mein\\ büro]\nsso_region = 7\n[services a]\nsts =\n  endpoint_url = 8\n  endpoint_url = 9";
        let files = Files::with(config, "");
        assert_eq!(files.profile_names(), ["a b", "default", "y"]);
        let session = files.sso_session("mein büro").unwrap();
        assert_eq!(session.get("sso_region"), Some("7"));
        let services = files.services("a").unwrap();
        assert_eq!(services.in_group("sts", "endpoint_url"), Some("9"));
        assert_eq!(services.in_group("sso", "endpoint_url"), None);
    }

    #[test]
    fn the_credentials_file_takes_precedence_and_its_headers_are_profile_names() {
        let config = "[profile a]\nregion = 1\naws_access_key_id = config\n";
        let credentials = "[a]\naws_access_key_id = credentials\n[profile a]\nregion = 2\n";
        let files = Files::with(config, credentials);
        let merged = files.profile("a").unwrap();
        assert_eq!(merged.get("region"), Some("1"));
        assert_eq!(merged.get("aws_access_key_id"), Some("credentials"));
        let of_config = files.config_profile("a").unwrap();
        assert_eq!(of_config.get("aws_access_key_id"), Some("config"));
        assert_eq!(files.credentials_profile("a").unwrap().get("region"), None);
        assert_eq!(files.profile_names(), ["a", "profile a"]);
    }

    /// Files made of syntax elements.
    fn texts() -> Vec<String> {
        const PIECES: [&str; 30] = [
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
            "[profile b]",
            "[default]",
            "[DEFAULT]",
            "[profile 'c d']",
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
        let mut random = fastrand::Rng::with_seed(20_240_601);
        let text = |_| {
            let start = if random.u8(..4) == 0 {
                ""
            } else {
                "[a]\nkey = 1\n"
            };
            let pieces = (0..random.usize(1..16)).map(|_| PIECES[random.usize(..PIECES.len())]);
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
                    let settings = |section: &ini::Section| {
                        section.settings.iter().cloned().collect::<BTreeMap<_, _>>()
                    };
                    let made: BTreeMap<_, _> = sections
                        .iter()
                        .map(|section| (section.header.clone(), settings(section)))
                        .collect();
                    let files = Files::of(sections, Vec::new());
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
        let files = Files::with(
            "[profile a]\nregion = 1\noutput = json\n[profile 'a']\nregion = 2\n",
            "",
        );
        let profile = files.profile("a").unwrap();
        assert_eq!(
            (profile.get("region"), profile.get("output")),
            (Some("2"), None)
        );
    }
}

//! The registry's names, checked before anything is sent: repositories, accounts, tags, digests.
//!
//! The grammars are those of the ECR Public API reference.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

/// A repository within its registry: 2 to 205 characters, words of lower-case letters and digits
/// with `.`, `_`, `-` inside, joined by `/`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct RepositoryName(String);

/// The name of a public registry: 2 to 50 characters, a word as in repository names that begins with
/// a letter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct RegistryAlias(String);

/// An account: 12 digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RegistryId(String);

/// A tag to look up: 1 to 300 characters, none of them a space or a control character.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TagName(String);

/// A digest to look up: an algorithm, a colon, hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Digest(String);

macro_rules! text {
    ($($name:ident),+) => {$(
        impl $name {
            /// The name as it is sent.
            pub(crate) fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

text!(RepositoryName, RegistryAlias, RegistryId, TagName, Digest);

impl FromStr for RepositoryName {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        if !(2..=205).contains(&text.len()) {
            return Err(Refused::new(
                "a repository name has 2 to 205 characters",
                None,
            ));
        }
        if !text.split('/').all(is_path_component) {
            let lower = text.to_lowercase();
            return Err(Refused::new(
                "a repository name has lower-case letters and digits, with `.`, `_` or `-` between them, in parts joined by `/`",
                (lower != text && lower.split('/').all(is_path_component))
                    .then(|| format!("try `{lower}`")),
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

impl FromStr for RegistryAlias {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        if (2..=50).contains(&text.len())
            && is_path_component(text)
            && text.starts_with(|first: char| first.is_ascii_lowercase())
        {
            Ok(Self(text.to_owned()))
        } else {
            Err(Refused::new(
                "a registry's alias has 2 to 50 lower-case letters and digits, a letter first, with `.`, `_` or `-` between them",
                None,
            ))
        }
    }
}

impl FromStr for RegistryId {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Refused::new("an account has 12 digits", None))
        }
    }
}

impl FromStr for TagName {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        if text.starts_with("sha256:") {
            return Err(Refused::new(
                "this is a digest",
                Some("look it up with `--digest`".to_owned()),
            ));
        }
        if (1..=300).contains(&text.chars().count())
            && !text.contains(|c: char| c.is_whitespace() || c.is_control())
        {
            Ok(Self(text.to_owned()))
        } else {
            Err(Refused::new(
                "a tag has 1 to 300 characters without spaces",
                None,
            ))
        }
    }
}

impl FromStr for Digest {
    type Err = Refused;

    fn from_str(text: &str) -> Result<Self, Refused> {
        let Some((algorithm, hexadecimal)) = text.split_once(':') else {
            return Err(Refused::new(
                "a digest is `sha256:` and 64 hexadecimal digits",
                Some("see it in full with `--no-trunc` or `-o name`".to_owned()),
            ));
        };
        let complete = match algorithm {
            "sha256" => hexadecimal.len() == 64,
            _ => !algorithm.is_empty() && !hexadecimal.is_empty(),
        };
        if complete
            && algorithm
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_+.".contains(&byte))
            && hexadecimal.bytes().all(|byte| byte.is_ascii_hexdigit())
        {
            Ok(Self(text.to_owned()))
        } else {
            Err(Refused::new(
                "a digest is `sha256:` and 64 hexadecimal digits",
                None,
            ))
        }
    }
}

/// Whether `part` is lower-case letters and digits, with single `.`, `_`, `-` between them.
fn is_path_component(part: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = part.as_bytes();
    bytes.first().is_some_and(|&byte| is_word(byte))
        && bytes.last().is_some_and(|&byte| is_word(byte))
        && bytes
            .iter()
            .all(|&byte| is_word(byte) || b"._-".contains(&byte))
        && bytes
            .windows(2)
            .all(|pair| is_word(pair[0]) || is_word(pair[1]))
}

/// Why a name is none, and what to type instead.
#[derive(Debug)]
pub(crate) struct Refused {
    reason: &'static str,
    hint: Option<String>,
}

impl Refused {
    pub(super) fn new(reason: &'static str, hint: Option<String>) -> Self {
        Self { reason, hint }
    }

    /// The same as an error about `value` of `option`, where clap could not tell.
    pub(super) fn of_value(self, option: &str, value: &str) -> Error {
        let error = Error::usage(format!("`{value}` with `{option}`: {}", self.reason));
        match self.hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason)?;
        match &self.hint {
            Some(hint) => write!(f, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Refused {}

#[cfg(test)]
mod tests {
    use super::{Digest, RegistryAlias, RegistryId, RepositoryName, TagName};

    #[test]
    fn accepts_the_names_of_the_services_grammar() {
        for name in ["ab", "a0", "team/web-app", "a.b_c-d/e/f", &"x".repeat(205)] {
            assert!(name.parse::<RepositoryName>().is_ok(), "{name}");
        }
        for alias in ["docker", "q9t5s3a7", "aws-observability", "a.b_c"] {
            assert!(alias.parse::<RegistryAlias>().is_ok(), "{alias}");
        }
        assert!("012345678901".parse::<RegistryId>().is_ok());
        assert!("v1.27.3-alpine_2".parse::<TagName>().is_ok());
        assert!(
            format!("sha256:{}", "0f".repeat(32))
                .parse::<Digest>()
                .is_ok()
        );
    }

    #[test]
    fn refuses_what_the_service_would_refuse() {
        for name in [
            "",
            "a",
            "Web",
            "a..b",
            "a/-b",
            "a//b",
            "a/",
            "/a",
            "a b",
            "a_",
            "é1",
            &"x".repeat(206),
        ] {
            assert!(name.parse::<RepositoryName>().is_err(), "{name}");
        }
        for alias in [
            "",
            "a",
            "2gis",
            "Docker",
            "docker/library",
            "a..b",
            &"x".repeat(51),
        ] {
            assert!(alias.parse::<RegistryAlias>().is_err(), "{alias}");
        }
        for id in ["", "12345678901", "1234567890123", "12345678901a"] {
            assert!(id.parse::<RegistryId>().is_err(), "{id}");
        }
        for tag in ["", "a b", "a\n", &"x".repeat(301)] {
            assert!(tag.parse::<TagName>().is_err(), "{tag}");
        }
        for digest in [
            "",
            "0f0f0f",
            "sha256:",
            "sha256:0f",
            ":0f",
            "sha512:xyz",
            &"0f".repeat(32),
        ] {
            assert!(digest.parse::<Digest>().is_err(), "{digest}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_name_or_an_error(
            text in ".*|[a-z0-9/._-]{0,30}|sha256:[0-9a-f]{0,70}",
        ) {
            let _ = text.parse::<RepositoryName>();
            let _ = text.parse::<RegistryAlias>();
            let _ = text.parse::<RegistryId>();
            let _ = text.parse::<TagName>();
            let _ = text.parse::<Digest>();
        }
    }
}

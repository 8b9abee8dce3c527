//! The registry's names, checked before anything is sent: repositories, registries, accounts, tags.
//!
//! The grammars are those of the ECR Public API reference.

use std::fmt;
use std::str::FromStr;

use super::address::REGISTRY;
use crate::error::Error;

/// A repository within its registry: 2 to 205 characters, words of lower-case letters and digits
/// with `.`, `_`, `-` inside, joined by `/`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct RepositoryName(String);

/// The name of a public registry: 2 to 50 characters, a word as in repository names that begins with
/// a letter; and the host that it was named with, which makes no other registry of it.
#[derive(Clone, Debug, Eq)]
pub(crate) struct RegistryAlias(String, &'static str);

/// An account: 12 digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RegistryId(String);

/// A tag to look up, by the grammar of the OCI Distribution Specification.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TagName(String);

macro_rules! text {
    ($($name:ident),+) => {$(
        impl $name {
            /// The name as sent to the service.
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

text!(RepositoryName, RegistryAlias, RegistryId, TagName);

impl FromStr for RepositoryName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if !(2..=205).contains(&text.len()) {
            return Err(Error::usage("a repository name has 2 to 205 characters"));
        }
        if !text.split('/').all(is_path_component) {
            return Err(Error::usage(
                "a repository name has lower-case letters and digits, with `.`, `_` or `-` between them, in parts joined by `/`",
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

impl RegistryAlias {
    /// The host of the registry in references.
    pub(crate) fn host(&self) -> &'static str {
        self.1
    }

    /// The same registry, named with `host`.
    pub(super) fn at(self, host: &'static str) -> Self {
        Self(self.0, host)
    }
}

impl PartialEq for RegistryAlias {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl FromStr for RegistryAlias {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if (2..=50).contains(&text.len())
            && is_path_component(text)
            && text.starts_with(|first: char| first.is_ascii_lowercase())
        {
            Ok(Self(text.to_owned(), REGISTRY))
        } else {
            Err(Error::usage(
                "a registry's alias has 2 to 50 lower-case letters and digits, a letter first, with `.`, `_` or `-` between them",
            ))
        }
    }
}

impl FromStr for RegistryId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Error::usage("an account has 12 digits"))
        }
    }
}

impl TagName {
    /// Whether `text` is a valid tag.
    pub(crate) fn is_valid(text: &str) -> bool {
        (1..=128).contains(&text.len())
            && !text.starts_with(['.', '-'])
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
    }
}

impl FromStr for TagName {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        // No tag contains a `+`: Helm writes the version `1.0+a` as the tag `1.0_a`.
        let tag = text.replace('+', "_");
        if Self::is_valid(&tag) {
            return Ok(Self(tag));
        }
        let error = Error::usage(
            "a tag has 1 to 128 letters, digits, `_`, `.` or `-`, and does not begin with `.` or `-`",
        );
        Err(if text.contains("sha256:") {
            error.hint("name a digest with `--digest`, or after `@`")
        } else {
            error
        })
    }
}

/// Whether `part` is lower-case letters and digits, with single `.`, `_`, `-` between them.
fn is_path_component(part: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(is_letter);
    part.split(['.', '_', '-']).all(is_word)
}

#[cfg(test)]
mod tests {
    use super::{RegistryAlias, RegistryId, RepositoryName, TagName};

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
    }

    #[test]
    fn refuses_what_the_service_would_refuse() {
        let long = |length| "x".repeat(length);
        let names = [
            "", "a", "Web", "a..b", "a/-b", "a//b", "a/", "/a", "a b", "a_", "é1",
        ];
        for name in names.map(str::to_owned).into_iter().chain([long(206)]) {
            assert!(name.parse::<RepositoryName>().is_err(), "{name}");
        }
        let aliases = ["", "a", "2gis", "Docker", "docker/x", "a..b"];
        for alias in aliases.map(str::to_owned).into_iter().chain([long(51)]) {
            assert!(alias.parse::<RegistryAlias>().is_err(), "{alias}");
        }
        for id in ["", "12345678901", "1234567890123", "12345678901a"] {
            assert!(id.parse::<RegistryId>().is_err(), "{id}");
        }
        let tags = ["", "a b", "a\n", "-rf", ".x", "a=", "a,b", "1.0:", "é"];
        for tag in tags.map(str::to_owned).into_iter().chain([long(129)]) {
            assert!(tag.parse::<TagName>().is_err(), "{tag}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_name_or_an_error(
            text in ".*|[a-z0-9/._:+-]{0,30}",
        ) {
            let _ = text.parse::<RepositoryName>();
            let _ = text.parse::<RegistryAlias>();
            let _ = text.parse::<RegistryId>();
            let _ = text.parse::<TagName>();
        }
    }
}

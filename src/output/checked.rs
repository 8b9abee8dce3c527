//! What goes into a command or a reference is plainly a digest or a tag, or it ends the run.

use super::columns::{Column, Value};
use crate::error::{Error, Kind};

/// What `column` holds of `row`, a digest or a tag.
///
/// # Errors
///
/// A service error where it is neither, or nothing.
pub(super) fn checked<'a, R>(column: &Column<R>, row: &'a R) -> Result<&'a str, Error> {
    match (column.value)(row) {
        Value::Digest(digest) if is_digest(digest) => Ok(digest),
        Value::Text(tag) if is_tag(tag) => Ok(tag),
        other => Err(unfit(column.name(), other)),
    }
}

/// `sha256:` and 64 hexadecimal digits.
fn is_digest(text: &str) -> bool {
    let hexadecimal = text.strip_prefix("sha256:").unwrap_or_default();
    hexadecimal.len() == 64
        && hexadecimal
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// The checked of tags in the OCI Distribution Specification.
fn is_tag(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && !text.starts_with(['.', '-'])
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
}

fn unfit(name: &str, value: Value<'_>) -> Error {
    let message = match value {
        Value::Text(text) | Value::Digest(text) => {
            format!("the service lists the {name} `{text}`, which no registry allows")
        }
        _ => format!("the service lists an image without {name}"),
    };
    Error::new(Kind::Service, message).hint("look at the row with `-o json`")
}

#[cfg(test)]
mod tests {
    use super::{is_digest, is_tag};

    #[test]
    fn only_the_registrys_checked_becomes_an_argument() {
        assert!(is_digest(&format!("sha256:{}", "0a".repeat(32))));
        for text in [
            "",
            "sha256:",
            "sha256:0A",
            &"0a".repeat(32),
            "sha256:0a --x",
        ] {
            assert!(!is_digest(text), "{text}");
        }
        assert!(is_tag("v1.27_3-alpine"));
        for text in [
            "",
            "-rf",
            ".x",
            "a b",
            "a\n",
            "a=b",
            "a,b",
            &"x".repeat(129),
        ] {
            assert!(!is_tag(text), "{text}");
        }
    }
}

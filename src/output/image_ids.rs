//! `image-ids`: arguments for `aws ecr-public batch-delete-image --image-ids`, a line each.

use super::Format;
use super::columns::{Column, Schema, Value};
use crate::error::{Error, Kind};

/// `imageDigest=…` or `imageTag=…` a line, indexes before the images that they may hold: the service
/// refuses to delete an image while an index refers to it.
#[derive(Debug)]
pub(super) struct ImageIds<R: 'static> {
    id: &'static Column<R>,
    is_index: fn(&R) -> bool,
    indexes: Vec<u8>,
    others: Vec<u8>,
}

impl<R> ImageIds<R> {
    pub(super) fn new(schema: &'static Schema<R>) -> Self {
        Self {
            id: schema.id_column(),
            is_index: schema.is_index,
            indexes: Vec::new(),
            others: Vec::new(),
        }
    }
}

impl<R> Format<R> for ImageIds<R> {
    fn streams(&self) -> bool {
        false
    }

    fn rows(&mut self, rows: &[R], _out: &mut Vec<u8>) -> Result<(), Error> {
        for row in rows {
            let text = match (self.id.value)(row) {
                Value::Digest(digest) if is_digest(digest) => digest,
                Value::Text(tag) if is_tag(tag) => tag,
                other => return Err(unfit(self.id.name(), other)),
            };
            let lines = if (self.is_index)(row) {
                &mut self.indexes
            } else {
                &mut self.others
            };
            lines.extend(self.id.name().as_bytes());
            lines.push(b'=');
            lines.extend(text.as_bytes());
            lines.push(b'\n');
        }
        Ok(())
    }

    fn end(&mut self, _next_token: Option<&str>, out: &mut Vec<u8>) {
        out.append(&mut self.indexes);
        out.append(&mut self.others);
    }
}

/// These lines become arguments of a command that deletes: what is not plainly a digest ends the run.
fn is_digest(text: &str) -> bool {
    let hexadecimal = text.strip_prefix("sha256:").unwrap_or_default();
    hexadecimal.len() == 64
        && hexadecimal
            .bytes()
            .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// The grammar of tags in the OCI Distribution Specification.
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
    fn only_the_registrys_grammar_becomes_an_argument() {
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

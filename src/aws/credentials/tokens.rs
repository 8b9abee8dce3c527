//! Files in which the AWS CLI keeps the tokens of its logins.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use sha2::Digest;

use super::keys::instant;
use super::plan::failure;
use crate::error::Error;
use crate::redact;
use jiff::Timestamp;

/// The longest file that is read, in bytes.
const LONGEST: u64 = 1 << 20;

/// The file of a token: a JSON object whose unknown fields are kept.
#[derive(Debug)]
pub(super) struct TokenFile {
    path: PathBuf,
    content: Map<String, Value>,
}

impl TokenFile {
    /// Reads the token that is kept in `folder` under the hash `D` of `name`.
    ///
    /// # Errors
    ///
    /// A credentials error if there is no readable token.
    pub(super) fn read<D: Digest>(folder: &Path, name: &str) -> Result<Self, Error> {
        let mut file = String::new();
        for byte in D::digest(name) {
            let _ = write!(file, "{byte:02x}");
        }
        let path = folder.join(file + ".json");
        let unusable = |why: &str| {
            failure(format!(
                "cannot read the token of the login in `{}`: {why}",
                path.display()
            ))
        };
        let length = std::fs::metadata(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => failure(format!("not logged in to `{name}`")),
            _ => unusable(&error.to_string()),
        })?;
        if length.len() > LONGEST {
            return Err(unusable("it is too long"));
        }
        let bytes = std::fs::read(&path).map_err(|error| unusable(&error.to_string()))?;
        match serde_json::from_slice(&bytes) {
            Ok(Value::Object(content)) => Ok(Self { path, content }),
            _ => Err(unusable("it is no object of JSON")),
        }
    }

    /// Where the file is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The text `key`, if it is there.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.content.get(key)?.as_str()
    }

    /// The text `key`, which is blanked out of everything that is printed.
    pub(super) fn secret(&self, key: &str) -> Option<&str> {
        self.text(key).inspect(|text| redact::hide(text))
    }

    /// The moment `key`, if it is there and can be read.
    pub(super) fn time(&self, key: &str) -> Option<Timestamp> {
        self.text(key).and_then(instant)
    }

    /// The object `key`, if it is there.
    pub(super) fn object(&self, key: &str) -> Option<&Map<String, Value>> {
        self.content.get(key)?.as_object()
    }

    /// Replaces what `changes` names, and writes the file, readable by the user alone. A refresh token
    /// may be valid once only, so that the new one must be kept.
    ///
    /// # Errors
    ///
    /// An I/O error.
    pub(super) fn update(&mut self, changes: Map<String, Value>) -> std::io::Result<()> {
        self.content.extend(changes);
        let temporary = self
            .path
            .with_extension(format!("{}.tmp", std::process::id()));
        let written = create(&temporary).and_then(|mut file| {
            file.write_all(Value::Object(self.content.clone()).to_string().as_bytes())?;
            file.sync_all()?;
            std::fs::rename(&temporary, &self.path)
        });
        if written.is_err() {
            let _ = std::fs::remove_file(&temporary);
        }
        written
    }
}

fn create(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

//! The cache folder: its place, and files in it that only the user can read.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The age at which a temporary file belongs to no running process.
const ABANDONED: Duration = Duration::from_hours(1);

/// What the place of the cache folder depends on.
#[derive(Clone, Debug, Default)]
pub(crate) struct CachePlace {
    /// `ECRPUB_CACHE_DIR`.
    chosen: Option<OsString>,
    /// `XDG_CACHE_HOME`, of which the specification ignores relative paths.
    xdg: Option<OsString>,
    /// `LOCALAPPDATA`, on Windows.
    local_data: Option<OsString>,
    home: Option<PathBuf>,
}

impl CachePlace {
    /// The place for this process, given the value of `ECRPUB_CACHE_DIR`.
    pub(crate) fn of_process(chosen: Option<OsString>) -> Self {
        Self {
            chosen,
            xdg: std::env::var_os("XDG_CACHE_HOME"),
            local_data: std::env::var_os("LOCALAPPDATA").filter(|_| cfg!(windows)),
            home: std::env::home_dir(),
        }
    }

    /// The cache folder, unless nothing tells its place. An empty variable counts as unset.
    pub(crate) fn folder(self) -> Option<PathBuf> {
        let there = |value: Option<OsString>| value.filter(|value| !value.is_empty());
        if let Some(chosen) = there(self.chosen) {
            return Some(chosen.into());
        }
        let xdg = there(self.xdg).map(PathBuf::from);
        let home = self.home.filter(|home| !home.as_os_str().is_empty());
        let of_platform = || {
            if cfg!(windows) {
                there(self.local_data).map(PathBuf::from)
            } else if cfg!(target_os = "macos") {
                home.map(|home| home.join("Library/Caches"))
            } else {
                home.map(|home| home.join(".cache"))
            }
        };
        let caches = xdg.filter(|path| path.is_absolute()).or_else(of_platform);
        caches.map(|caches| caches.join("ecrpub"))
    }
}

/// The beginning of the names of files that are being written.
pub(super) const TEMPORARY: &str = ".new-";

/// Readers see a whole file or none, whenever the program ends.
pub(super) fn write_and_rename(folder: &Path, path: &Path, content: &[u8]) -> io::Result<()> {
    let name = format!(
        "{TEMPORARY}{}-{:016x}",
        std::process::id(),
        fastrand::u64(..)
    );
    let temporary = folder.join(name);
    // A file that is there, or a link, fails.
    let mut file = private_file().create_new(true).open(&temporary)?;
    let written = file.write_all(content);
    drop(file);
    let renamed = written.and_then(|()| fs::rename(&temporary, path));
    if renamed.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    renamed
}

/// Removes a temporary file, written at `written`, that an interrupted run left.
pub(super) fn remove_if_abandoned(path: &Path, written: SystemTime) {
    let age = SystemTime::now().duration_since(written);
    if age.is_ok_and(|age| age > ABANDONED) {
        let _ = fs::remove_file(path);
    }
}

/// The content of a regular file of at most `limit` bytes.
pub(super) fn read(path: &Path, limit: u64) -> Option<Vec<u8>> {
    // Opening a pipe would wait for its writer.
    let is_entry = |metadata: fs::Metadata| metadata.is_file() && metadata.len() <= limit;
    if !fs::symlink_metadata(path).is_ok_and(is_entry) {
        return None;
    }
    let mut content = Vec::new();
    let file = File::open(path).ok()?;
    file.take(limit).read_to_end(&mut content).ok()?;
    Some(content)
}

/// Makes `folder` and those above it, unless they are there, so that only the user can read them.
///
/// # Errors
///
/// If a folder cannot be made, or `folder` is a link.
pub(super) fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    if !fs::symlink_metadata(folder)?.is_dir() {
        return Err(io::Error::other("a folder in it is a link"));
    }
    Ok(())
}

/// Writes files that only the user can read.
fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_chosen_or_the_platforms() {
        let place = |chosen: &str, xdg: &str, home: Option<&str>| {
            let place = CachePlace {
                chosen: Some(chosen.into()),
                xdg: Some(xdg.into()),
                local_data: Some("/local".into()),
                home: home.map(PathBuf::from),
            };
            place
                .folder()
                .map(|path| path.display().to_string().replace('\\', "/"))
        };
        let of_platform = if cfg!(windows) {
            "/local/ecrpub"
        } else if cfg!(target_os = "macos") {
            "/home/u/Library/Caches/ecrpub"
        } else {
            "/home/u/.cache/ecrpub"
        };
        let absolute = if cfg!(windows) { "C:/xdg" } else { "/xdg" };
        let in_xdg = format!("{absolute}/ecrpub");
        for (found, expected) in [
            (place("/chosen", absolute, Some("/home/u")), "/chosen"),
            (place("here", "", None), "here"),
            (place("", absolute, Some("/home/u")), &in_xdg),
            (place("", absolute, None), &in_xdg),
            (place("", "relative", Some("/home/u")), of_platform),
            (place("", "", Some("/home/u")), of_platform),
        ] {
            assert_eq!(found.as_deref(), Some(expected));
        }
        if !cfg!(windows) {
            assert_eq!(place("", "", Some("")), None);
            assert_eq!(place("", "", None), None);
        }
        assert!(
            CachePlace::of_process(Some("/chosen".into()))
                .folder()
                .is_some()
        );
    }
}

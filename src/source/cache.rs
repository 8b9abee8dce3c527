//! Keeps manifests on disk, by their digests.
//!
//! A digest never changes its content, so that entries never expire; each is checked against its
//! digest when it is read. Entries are `manifests/HEX` in the cache folder. Any number of processes
//! may use a folder at once.

use std::cell::{Cell, OnceCell};
use std::ffi::OsString;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::oci::LONGEST_MANIFEST;
use crate::reference::Digest;

/// The size that entries may have together when a run ends, in bytes.
const LIMIT: u64 = 64 << 20;

/// The folder of what is kept from run to run: `chosen`, the value of `ECRPUB_CACHE_DIR`, or `ecrpub`
/// in the platform's folder for caches, unless nothing tells its place.
pub(crate) fn cache_folder(chosen: Option<OsString>) -> Option<PathBuf> {
    cache_folder_of(chosen, std::env::home_dir(), |name| std::env::var_os(name))
}

/// An empty variable counts as unset, and as the specification says a relative `XDG_CACHE_HOME` too.
fn cache_folder_of(
    chosen: Option<OsString>,
    home: Option<PathBuf>,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Option<PathBuf> {
    let path = |value: OsString| (!value.is_empty()).then(|| PathBuf::from(value));
    if let Some(chosen) = chosen.and_then(path) {
        return Some(chosen);
    }
    let xdg = variable("XDG_CACHE_HOME").and_then(path);
    let caches = xdg.filter(|folder| folder.is_absolute()).or_else(|| {
        if cfg!(windows) {
            return variable("LOCALAPPDATA").and_then(path);
        }
        let home = home.filter(|home| !home.as_os_str().is_empty())?;
        let is_macos = cfg!(target_os = "macos");
        Some(home.join(if is_macos { "Library/Caches" } else { ".cache" }))
    });
    Some(caches?.join("ecrpub"))
}

/// Manifests on disk: at most 64 MiB of them after a run, of which the least recently used go first.
///
/// Everything here blocks on files of a few kilobytes. Failures never end a run: what cannot be read
/// is absent, and what cannot be written is in [`Self::trouble`].
#[derive(Debug)]
pub(super) struct ManifestCache {
    folder: Option<PathBuf>,
    limit: u64,
    has_grown: Cell<bool>,
    /// The first failure to write; nothing is written after it.
    trouble: OnceCell<String>,
}

impl ManifestCache {
    /// The cache in this cache folder, which is made when the first manifest is stored; without a
    /// folder one that keeps nothing.
    pub(super) fn new(cache_folder: Option<&Path>) -> Self {
        Self {
            folder: cache_folder.map(|folder| folder.join("manifests")),
            limit: LIMIT,
            has_grown: Cell::new(false),
            trouble: OnceCell::new(),
        }
    }

    /// The content of the manifest `digest`, a whole one, if it is stored undamaged.
    pub(super) fn get(&self, digest: &Digest) -> Option<Vec<u8>> {
        let path = self.folder.as_ref()?.join(hexadecimal(digest));
        // Opening a pipe would wait for its writer.
        let metadata = fs::metadata(&path).ok()?;
        if !metadata.is_file() || metadata.len() > LONGEST_MANIFEST {
            return None;
        }
        let content = fs::read(&path).ok()?;
        if Digest::of(&content) != *digest {
            return None;
        }
        // The date of the last use. Its failure, such as in a folder that can only be read, is harmless.
        let file = OpenOptions::new().write(true).open(&path);
        let _ = file.and_then(|file| file.set_modified(SystemTime::now()));
        Some(content)
    }

    /// Stores the content of the manifest `digest`, a whole one, which the caller has verified.
    pub(super) fn put(&self, digest: &Digest, content: &[u8]) {
        let (Some(folder), None) = (&self.folder, self.trouble.get()) else {
            return;
        };
        match write_and_rename(folder, hexadecimal(digest), content) {
            Ok(()) => self.has_grown.set(true),
            Err(error) => {
                let root = folder.parent().unwrap_or(folder).display();
                let trouble = format!("cannot write to the cache folder `{root}`: {error}");
                self.trouble.get_or_init(|| trouble);
            }
        }
    }

    pub(super) fn trouble(&self) -> Option<String> {
        self.trouble.get().cloned()
    }
}

impl Drop for ManifestCache {
    /// Removes entries until the others fit, and with them what interrupted runs left.
    fn drop(&mut self) {
        let folder = self.folder.as_ref().filter(|_| self.has_grown.get());
        let files = folder.and_then(|folder| fs::read_dir(folder).ok());
        let entry = |file: fs::DirEntry| {
            // Other files may be the user's own.
            let is_entry = file.file_name().to_str().is_some_and(is_entry);
            let metadata = file.metadata().ok().filter(|_| is_entry)?;
            Some((metadata.modified().ok()?, metadata.len(), file.path()))
        };
        let files = files.into_iter().flatten().flatten();
        let mut entries: Vec<_> = files.filter_map(entry).collect();
        entries.sort_unstable();
        let mut size: u64 = entries.iter().map(|(_, size, _)| size).sum();
        for (_, freed, path) in entries {
            if size <= self.limit {
                break;
            }
            // Another process may have been first.
            let _ = fs::remove_file(path);
            size -= freed;
        }
    }
}

fn hexadecimal(digest: &Digest) -> &str {
    digest.as_str().trim_start_matches("sha256:")
}

fn is_entry(name: &str) -> bool {
    let digits = name.split('.').next().unwrap_or(name);
    Digest::is_canonical(&format!("sha256:{digits}"))
}

/// Writes a file so that readers see all of it or nothing, whenever the program ends. Only the user
/// can read a folder that it makes.
fn write_and_rename(folder: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    let temporary = folder.join(format!("{name}.{:016x}", fastrand::u64(..)));
    let written = fs::write(&temporary, content);
    let renamed = written.and_then(|()| fs::rename(&temporary, folder.join(name)));
    if renamed.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    renamed
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// A new folder, removed at the end of the test.
    struct Folder(PathBuf);

    impl Folder {
        fn new() -> Self {
            let name = format!("ecrpub-cache-{:016x}", fastrand::u64(..));
            let path = std::env::temp_dir().join(name);
            fs::create_dir(&path).expect("the temporary folder can be written to");
            Self(path)
        }

        fn cache(&self) -> ManifestCache {
            ManifestCache::new(Some(&self.0))
        }

        fn limited(&self, limit: u64) -> ManifestCache {
            let mut cache = self.cache();
            cache.limit = limit;
            cache
        }

        fn path(&self, digest: &Digest) -> PathBuf {
            self.0.join("manifests").join(hexadecimal(digest))
        }

        /// The paths of all entries, in order.
        fn files(&self) -> Vec<PathBuf> {
            let files = fs::read_dir(self.0.join("manifests")).expect("a folder");
            let mut files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
            files.sort();
            files
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn store(cache: &ManifestCache, content: &[u8]) -> Digest {
        let digest = Digest::of(content);
        cache.put(&digest, content);
        digest
    }

    fn set_used(path: &Path, hours_ago: u64) {
        let file = OpenOptions::new().write(true).open(path).expect("an entry");
        let used = SystemTime::now() - Duration::from_hours(hours_ago);
        file.set_modified(used).expect("an entry");
    }

    #[test]
    fn the_longest_unused_are_removed_when_a_run_ends() {
        let folder = Folder::new();
        let digests = [1, 2, 3, 4].map(|byte| store(&folder.cache(), &[byte; 100]));
        for (digest, hours_ago) in digests.iter().zip([3, 5, 4, 6]) {
            set_used(&folder.path(digest), hours_ago);
        }
        let manifests = folder.0.join("manifests");
        let foreign = manifests.join("README.md");
        fs::write(&foreign, [0; 1000]).expect("a folder");
        let abandoned = manifests.join(format!("{}.0123456789abcdef", "a".repeat(64)));
        fs::write(&abandoned, [0; 100]).expect("a folder");
        set_used(&abandoned, 7);
        let cache = folder.limited(350);
        // This use counts, although the file is the oldest.
        assert!(cache.get(&digests[3]).is_some());
        let new = store(&cache, &[5; 150]);
        assert_eq!(folder.files().len(), 7, "nothing is removed before the end");
        drop(cache);
        let kept = [&digests[0], &digests[3], &new].map(|digest| folder.path(digest));
        let mut expected: Vec<_> = kept.into_iter().chain([foreign]).collect();
        expected.sort();
        assert_eq!(folder.files(), expected);
        // A run that only reads removes nothing.
        assert!(folder.limited(10).get(&new).is_some());
        assert_eq!(folder.files(), expected);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_user_can_read_folders() {
        use std::os::unix::fs::PermissionsExt;
        let folder = Folder::new();
        let cache_folder = folder.0.join("ecrpub");
        store(&ManifestCache::new(Some(&cache_folder)), b"{}");
        for folder in [&cache_folder, &cache_folder.join("manifests")] {
            let metadata = fs::metadata(folder).expect("a folder");
            assert_eq!(metadata.permissions().mode() & 0o777, 0o700);
        }
    }

    /// Opening a pipe would wait for somebody to write to it.
    #[cfg(unix)]
    #[test]
    fn an_entry_that_is_no_file_is_absent() {
        let folder = Folder::new();
        let digest = Digest::of(b"{}");
        let path = folder.path(&digest);
        fs::create_dir(folder.0.join("manifests")).expect("a folder");
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.is_ok_and(|status| status.success()));
        let cache = folder.cache();
        assert_eq!(cache.get(&digest), None);
        store(&cache, b"{}");
        assert_eq!(cache.get(&digest).as_deref(), Some(&b"{}"[..]));
    }

    #[test]
    fn processes_share_a_folder() {
        let folder = Folder::new();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let cache = folder.cache();
                    for number in 0..50_u32 {
                        let digest = store(&cache, &number.to_be_bytes());
                        assert!(cache.get(&digest).is_some());
                    }
                    assert_eq!(cache.trouble(), None);
                });
            }
        });
        assert_eq!(folder.files().len(), 50);
    }

    #[test]
    fn the_folder_is_chosen_or_the_platforms() {
        let place = |chosen: &str, xdg: &str, home: Option<&str>| {
            let variable = |name: &str| match name {
                "XDG_CACHE_HOME" => Some(xdg.into()),
                _ => Some("/local".into()),
            };
            let folder = cache_folder_of(Some(chosen.into()), home.map(PathBuf::from), variable);
            folder.map(|path| path.display().to_string().replace('\\', "/"))
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
        assert!(cache_folder(Some("/chosen".into())).is_some());
    }
}

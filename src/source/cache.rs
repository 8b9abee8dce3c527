//! Keeps manifests on disk, by their digests.
//!
//! A digest never changes its content, so that entries never expire; each is checked against its
//! digest when it is read. Entries are `manifests/ab/HEX` in the cache folder, where `ab` are the first
//! two digits of `HEX`. Any number of processes may use a folder at once.

use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use super::folder::{TEMPORARY, make_private, read, remove_if_abandoned, write_and_rename};
use super::oci::LONGEST_MANIFEST;
use crate::reference::Digest;

/// The size that entries may have together, in bytes.
const LIMIT: u64 = 64 << 20;

/// Manifests on disk, at most 64 MiB of them.
///
/// Everything here blocks on files of a few kilobytes. Failures never end a run: what cannot be read
/// is absent, and what cannot be written is in [`Self::trouble`].
#[derive(Debug)]
pub(crate) struct ManifestCache {
    /// The folder `manifests` in the cache folder; absent if nothing is to be kept.
    folder: Option<PathBuf>,
    limit: u64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Entries that this run read or wrote, which it does not evict.
    used: HashSet<PathBuf>,
    stored: Option<Stored>,
    /// The first failure to write; nothing is written after it.
    trouble: Option<String>,
}

/// What the folder holds, as found before this run wrote for the first time.
#[derive(Debug, Default)]
struct Stored {
    /// In bytes.
    size: u64,
    /// The entries, the longest unused last.
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    used: SystemTime,
    path: PathBuf,
    /// In bytes.
    size: u64,
}

impl ManifestCache {
    /// The cache in this cache folder, which is made when the first manifest is stored; without a
    /// folder one that keeps nothing.
    pub(crate) fn new(folder: Option<&Path>) -> Self {
        Self::limited(folder, LIMIT)
    }

    fn limited(folder: Option<&Path>, limit: u64) -> Self {
        Self {
            folder: folder.map(|folder| folder.join("manifests")),
            limit,
            state: Mutex::default(),
        }
    }

    /// The content of the manifest `digest`, a whole one, if it is stored undamaged.
    pub(crate) fn get(&self, digest: &Digest) -> Option<Vec<u8>> {
        let (folder, path) = self.place(digest)?;
        if !self.is_own_folder(&folder) {
            return None;
        }
        let content =
            read(&path, LONGEST_MANIFEST).filter(|content| Digest::of(content) == *digest)?;
        // The date of the last use. Its failure, such as in a folder that can only be read, is harmless.
        let _ = OpenOptions::new()
            .write(true)
            .open(&path)
            .and_then(|file| file.set_modified(SystemTime::now()));
        self.state().used.insert(path);
        Some(content)
    }

    /// Stores the content of the manifest `digest`, a whole one, which the caller has verified.
    ///
    /// Those that were not used for the longest time make room for it. There is no room if this run
    /// has used all others.
    pub(crate) fn put(&self, digest: &Digest, content: &[u8]) {
        let Some((folder, path)) = self.place(digest) else {
            return;
        };
        let mut state = self.state();
        if state.trouble.is_some() {
            return;
        }
        let stored = self.write(&mut state, &folder, &path, content);
        if let Err(error) = stored {
            let root = self.folder.as_deref().and_then(Path::parent);
            let root = root.unwrap_or(&folder).display();
            state.trouble = Some(format!(
                "cannot write to the cache folder `{root}`: {error}"
            ));
        }
    }

    /// Why manifests could not be stored, as text that may need escaping.
    pub(crate) fn trouble(&self) -> Option<String> {
        self.state().trouble.clone()
    }

    fn write(
        &self,
        state: &mut State,
        folder: &Path,
        path: &Path,
        content: &[u8],
    ) -> io::Result<()> {
        let size = content.len() as u64;
        let State { used, stored, .. } = state;
        if size > self.limit || used.contains(path) {
            return Ok(());
        }
        // Only `put` adds to the folder, so that a run without it needs no scan.
        let stored = stored.get_or_insert_with(|| self.scan());
        if !stored.make_room(size, self.limit, used) {
            return Ok(());
        }
        self.make_folders(folder)?;
        // A damaged or foreign file, which is replaced.
        let before = fs::symlink_metadata(path)
            .ok()
            .filter(fs::Metadata::is_file);
        write_and_rename(folder, path, content)?;
        let before = before.map_or(0, |metadata| metadata.len());
        stored.size = stored.size.saturating_sub(before) + size;
        used.insert(path.to_owned());
        Ok(())
    }

    /// Makes the folders of an entry; those above the cache folder may be links.
    fn make_folders(&self, folder: &Path) -> io::Result<()> {
        for folder in self.folder.iter().map(PathBuf::as_path).chain([folder]) {
            make_private(folder)?;
        }
        Ok(())
    }

    /// The folder and file of an entry.
    fn place(&self, digest: &Digest) -> Option<(PathBuf, PathBuf)> {
        let digits = digest.as_str().strip_prefix("sha256:")?;
        let folder = self.folder.as_ref()?.join(digits.get(..2)?);
        let path = folder.join(digits);
        digest.is_whole().then_some((folder, path))
    }

    /// Whether neither `folder`, one of entries, nor the one above it is a link to elsewhere.
    fn is_own_folder(&self, folder: &Path) -> bool {
        let folders = self.folder.iter().map(PathBuf::as_path).chain([folder]);
        let mut kinds = folders.map(fs::symlink_metadata);
        kinds.all(|kind| kind.is_ok_and(|kind| kind.is_dir()))
    }

    /// Finds all entries, and removes files that an interrupted run left.
    fn scan(&self) -> Stored {
        let mut stored = Stored::default();
        let folders = self
            .folder
            .iter()
            .filter_map(|folder| fs::read_dir(folder).ok());
        for folder in folders.flatten().flatten() {
            if !self.is_own_folder(&folder.path()) {
                continue;
            }
            for file in fs::read_dir(folder.path()).into_iter().flatten().flatten() {
                stored.add(&file);
            }
        }
        stored
            .entries
            .sort_by(|a, b| (b.used, &b.path).cmp(&(a.used, &a.path)));
        stored
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Stored {
    /// Adds a file, if it is an entry.
    fn add(&mut self, file: &fs::DirEntry) {
        // Not that of the target of a link.
        let Ok(metadata) = file.metadata() else {
            return;
        };
        let (Ok(used), true) = (metadata.modified(), metadata.is_file()) else {
            return;
        };
        let (name, path) = (file.file_name(), file.path());
        let is_entry = |name: &str| Digest::is_canonical(&format!("sha256:{name}"));
        match name.to_str() {
            Some(name) if is_entry(name) => {
                let size = metadata.len();
                self.size += size;
                self.entries.push(Entry { used, path, size });
            }
            Some(name) if name.starts_with(TEMPORARY) => {
                remove_if_abandoned(&path, used);
            }
            // A foreign file, which is left alone.
            _ => {}
        }
    }

    /// Removes entries until `size` fits, except those that are used; whether it fits.
    fn make_room(&mut self, size: u64, limit: u64, used: &HashSet<PathBuf>) -> bool {
        while self.size + size > limit {
            let Some(entry) = self.entries.pop() else {
                return false;
            };
            if used.contains(&entry.path) {
                continue;
            }
            match fs::remove_file(&entry.path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {}
                // Another process may have been first.
                Ok(()) | Err(_) => self.size = self.size.saturating_sub(entry.size),
            }
        }
        true
    }
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

        fn path(&self, digest: &Digest) -> PathBuf {
            let digits = digest.as_str().trim_start_matches("sha256:");
            self.0.join("manifests").join(&digits[..2]).join(digits)
        }

        /// The paths of all files, without those of folders.
        fn files(&self) -> Vec<PathBuf> {
            let mut open = vec![self.0.clone()];
            let mut files = Vec::new();
            while let Some(folder) = open.pop() {
                for file in fs::read_dir(folder).expect("a folder") {
                    let path = file.expect("a file").path();
                    if path.is_dir() {
                        open.push(path);
                    } else {
                        files.push(path);
                    }
                }
            }
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
    fn a_later_run_finds_what_was_stored() {
        let folder = Folder::new();
        let digest = store(&folder.cache(), b"{}");
        assert_eq!(folder.cache().get(&digest).as_deref(), Some(&b"{}"[..]));
        assert_eq!(folder.files(), [folder.path(&digest)]);
        assert_eq!(folder.cache().get(&Digest::of(b"other")), None);
        let short: Digest = digest.as_str()[..20].parse().expect("a short digest");
        assert_eq!(folder.cache().get(&short), None);
        let none = ManifestCache::new(None);
        store(&none, b"{}");
        assert_eq!((none.get(&digest), none.trouble()), (None, None));
    }

    #[test]
    fn damaged_and_foreign_files_are_replaced() {
        let folder = Folder::new();
        let digest = store(&folder.cache(), b"{}");
        let path = folder.path(&digest);
        for damaged in [&b""[..], b"{", b"{}\n", b"[]", &vec![0; 9 << 20]] {
            fs::write(&path, damaged).expect("an entry");
            let cache = folder.cache();
            assert_eq!(cache.get(&digest), None, "{} bytes", damaged.len());
            store(&cache, b"{}");
            assert_eq!(cache.get(&digest).as_deref(), Some(&b"{}"[..]));
            assert_eq!(cache.trouble(), None);
        }
        assert_eq!(folder.files(), [path]);
    }

    #[test]
    fn the_longest_unused_make_room() {
        let folder = Folder::new();
        let contents = [[1; 100], [2; 100], [3; 100], [4; 100]];
        let digests = contents.map(|content| store(&folder.cache(), &content));
        for (digest, hours_ago) in digests.iter().zip([3, 5, 4, 6]) {
            set_used(&folder.path(digest), hours_ago);
        }
        let foreign = folder.0.join("manifests/README");
        fs::write(&foreign, [0; 1000]).expect("a folder");
        // This use counts, although the file is the oldest.
        let cache = ManifestCache::limited(Some(&folder.0), 350);
        assert!(cache.get(&digests[3]).is_some());
        let new = store(&cache, &[5; 150]);
        let kept = [&digests[0], &digests[3], &new].map(|digest| folder.path(digest));
        let mut expected: Vec<_> = kept.into_iter().chain([foreign.clone()]).collect();
        expected.sort();
        assert_eq!(folder.files(), expected);
        // A later run sees when it was used.
        let cache = ManifestCache::limited(Some(&folder.0), 350);
        let newest = store(&cache, &[6; 100]);
        let mut expected = [&digests[3], &new, &newest]
            .map(|digest| folder.path(digest))
            .to_vec();
        expected.push(foreign);
        expected.sort();
        assert_eq!(folder.files(), expected);
        assert_eq!(cache.trouble(), None);
    }

    #[test]
    fn a_run_keeps_what_it_used_rather_than_store_more() {
        let folder = Folder::new();
        let cache = ManifestCache::limited(Some(&folder.0), 250);
        let digests = [1, 2, 3, 4].map(|byte| store(&cache, &[byte; 100]));
        let large = store(&cache, &[5; 300]);
        let found = |digest: &Digest| cache.get(digest).is_some();
        assert_eq!(digests.each_ref().map(found), [true, true, false, false]);
        assert!(!found(&large));
        // What is too large for any cache removes nothing.
        let later = ManifestCache::limited(Some(&folder.0), 250);
        store(&later, &[5; 300]);
        assert_eq!(digests.each_ref().map(found), [true, true, false, false]);
        // Another run has used the first entry after it looked for the longest unused ones.
        for (digest, hours_ago) in digests.iter().take(2).zip([9, 3]) {
            set_used(&folder.path(digest), hours_ago);
        }
        store(&later, &[7; 10]);
        assert!(later.get(&digests[0]).is_some());
        store(&later, &[8; 100]);
        assert_eq!(digests.each_ref().map(found), [true, false, false, false]);
    }

    #[test]
    fn an_entry_that_is_stored_again_takes_no_room() {
        let folder = Folder::new();
        let cache = ManifestCache::limited(Some(&folder.0), 250);
        for _ in 0..3 {
            store(&cache, &[1; 100]);
        }
        let other = store(&cache, &[2; 150]);
        assert!(cache.get(&other).is_some());
    }

    #[test]
    fn a_damaged_entry_takes_no_room_after_it_is_replaced() {
        let folder = Folder::new();
        let digest = store(&folder.cache(), b"{}");
        fs::write(folder.path(&digest), [0; 200]).expect("an entry");
        let cache = ManifestCache::limited(Some(&folder.0), 250);
        store(&cache, b"{}");
        let other = store(&cache, &[1; 200]);
        assert!(cache.get(&digest).is_some() && cache.get(&other).is_some());
    }

    #[test]
    fn files_of_interrupted_runs_are_removed() {
        let folder = Folder::new();
        let digest = store(&folder.cache(), b"{}");
        let entries = folder.path(&digest);
        let entries = entries.parent().expect("a folder");
        let [old, new] = ["old", "new"].map(|name| entries.join(format!("{TEMPORARY}{name}")));
        fs::write(&old, "{").expect("a folder");
        fs::write(&new, "{").expect("a folder");
        set_used(&old, 2);
        let other = store(&folder.cache(), b"[]");
        let mut expected = [new, folder.path(&digest), folder.path(&other)];
        expected.sort();
        assert_eq!(folder.files(), expected);
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_told_once() {
        let folder = Folder::new();
        let file = folder.0.join("file");
        fs::write(&file, "").expect("a folder");
        let cache = ManifestCache::new(Some(&file));
        let digest = store(&cache, b"{}");
        let trouble = cache.trouble().expect("a file is no folder");
        let expected = format!("cannot write to the cache folder `{}`: ", file.display());
        assert!(trouble.starts_with(&expected), "{trouble}");
        store(&cache, b"[]");
        assert_eq!((cache.get(&digest), cache.trouble()), (None, Some(trouble)));
    }

    #[cfg(unix)]
    #[test]
    fn only_the_user_can_read_files_and_folders() {
        use std::os::unix::fs::PermissionsExt;
        let folder = Folder::new();
        let cache_folder = folder.0.join("cache/ecrpub");
        store(&ManifestCache::new(Some(&cache_folder)), b"{}");
        let mut open = vec![folder.0.join("cache")];
        let mut modes = Vec::new();
        while let Some(path) = open.pop() {
            modes.push(fs::metadata(&path).expect("a file").permissions().mode() & 0o777);
            let inside = fs::read_dir(&path).into_iter().flatten();
            open.extend(inside.map(|file| file.expect("a file").path()));
        }
        assert_eq!(modes, [0o700, 0o700, 0o700, 0o700, 0o600]);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed_out_of_the_folder() {
        use std::os::unix::fs::symlink;
        let (folder, outside) = (Folder::new(), Folder::new());
        let digest = store(&folder.cache(), b"{}");
        let path = folder.path(&digest);
        let target = outside.0.join("target");
        fs::rename(&path, &target).expect("an entry");
        symlink(&target, &path).expect("a link");
        let cache = folder.cache();
        assert_eq!(cache.get(&digest), None);
        // The link is replaced, and not what it leads to.
        fs::write(&target, "other").expect("a file");
        store(&cache, b"{}");
        assert_eq!(fs::read(&target).expect("a file"), b"other");
        assert!(fs::symlink_metadata(&path).expect("an entry").is_file());
        // A folder of entries, and the folder of all.
        for linked in [
            path.parent().expect("a folder"),
            &folder.0.join("manifests"),
        ] {
            let moved = outside.0.join("moved");
            fs::rename(linked, &moved).expect("a folder");
            symlink(&moved, linked).expect("a link");
            let cache = folder.cache();
            assert_eq!(cache.get(&digest), None);
            let before = outside.files();
            store(&cache, b"{}");
            assert!(
                cache
                    .trouble()
                    .is_some_and(|trouble| trouble.ends_with("is a link"))
            );
            assert_eq!(outside.files(), before);
            fs::remove_file(linked).expect("a link");
            fs::rename(&moved, linked).expect("a folder");
        }
        // The user may have linked the cache folder itself.
        let link = outside.0.join("link");
        symlink(&folder.0, &link).expect("a link");
        assert!(ManifestCache::new(Some(&link)).get(&digest).is_some());
    }

    /// Opening a pipe would wait for somebody to write to it.
    #[cfg(unix)]
    #[test]
    fn an_entry_that_is_no_file_is_absent() {
        let folder = Folder::new();
        let digest = Digest::of(b"{}");
        let path = folder.path(&digest);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.is_ok_and(|status| status.success()));
        let cache = folder.cache();
        assert_eq!(cache.get(&digest), None);
        store(&cache, b"{}");
        assert_eq!(cache.get(&digest).as_deref(), Some(&b"{}"[..]));
        fs::remove_file(&path).expect("an entry");
        fs::create_dir(&path).expect("a folder");
        let cache = folder.cache();
        assert_eq!(cache.get(&digest), None);
        store(&cache, b"{}");
        assert!(cache.trouble().is_some());
        assert_eq!(folder.files(), [""; 0].map(PathBuf::from));
    }

    #[test]
    fn threads_share_a_cache() {
        let folder = Folder::new();
        let (one, two) = (folder.cache(), folder.cache());
        std::thread::scope(|scope| {
            for cache in [&one, &two, &one, &two] {
                scope.spawn(move || {
                    for number in 0..50_u32 {
                        let digest = store(cache, &number.to_be_bytes());
                        assert!(cache.get(&digest).is_some());
                    }
                });
            }
        });
        assert_eq!(
            (folder.files().len(), one.trouble(), two.trouble()),
            (50, None, None)
        );
    }
}

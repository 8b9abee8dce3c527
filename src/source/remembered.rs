//! Remembers the names that runs listed, for completion: repositories of registries, and tags.
//!
//! The names of a subject are a file in the folder `names` of the cache folder: four lines of head,
//! then one name per line, in the service's order. Nothing here fails a run: what cannot be written is
//! forgotten, and what cannot be read was never remembered.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha2::{Digest as _, Sha256};

use super::folder::{TEMPORARY, make_private, read, remove_if_abandoned, write_and_rename};

/// The first line of each file.
const HEAD: &str = "ecrpub names 1";
/// The most names of a subject.
const MOST_NAMES: usize = 4000;
/// The longest file, in bytes.
const LONGEST_FILE: u64 = 256 << 10;
/// The longest names of a subject together, in bytes; the rest of the file is for its head.
const LONGEST_NAMES: usize = 255 << 10;
/// The most subjects of one run: a listing of a whole registry must not replace all others.
const MOST_SUBJECTS: usize = 16;
/// The most files; those that were not written for the longest time go first.
const MOST_FILES: usize = 200;
/// How long a complete listing counts as current.
const CURRENT: Duration = Duration::from_mins(5);

/// The names of this run that are not written yet, and the folder with those of past runs.
#[derive(Debug, Default)]
pub(crate) struct Remembered {
    /// The folder `names` in the cache folder; absent if nothing is to be remembered.
    folder: Option<PathBuf>,
    subjects: RefCell<Vec<Collected>>,
}

/// What names belong to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// The service and the account that answer, as a hash.
    place: String,
    /// The registry or repository.
    of: String,
}

/// The names that a past run listed.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(crate) names: Vec<String>,
    /// Whether they are all names, and were listed a short time ago.
    pub(crate) is_current: bool,
}

/// The names of a subject.
#[derive(Debug)]
struct Collected {
    key: Key,
    /// One per line.
    lines: String,
    count: usize,
    /// Whether a name was left out.
    is_cut: bool,
    /// Whether these are all names of the subject.
    is_complete: bool,
}

impl Key {
    /// The key of the subject `of` at `place`, any text that tells services and accounts apart.
    pub(crate) fn new(place: &str, of: String) -> Self {
        let place = hash(&[place]);
        Self { place, of }
    }

    /// The name of the file.
    fn file(&self) -> String {
        hash(&[&self.place, &self.of])
    }
}

impl Remembered {
    /// The names in this cache folder, which is made when something is written; without a folder
    /// nothing is remembered.
    pub(crate) fn new(cache_folder: Option<&Path>) -> Self {
        Self {
            folder: cache_folder.map(|folder| folder.join("names")),
            subjects: RefCell::default(),
        }
    }

    /// Adds the names of a page. The first page of a listing replaces what was added before; the last
    /// one makes the names complete.
    pub(super) fn add<'a>(
        &self,
        key: &Key,
        names: impl Iterator<Item = &'a str>,
        is_first: bool,
        is_last: bool,
    ) {
        if self.folder.is_none() {
            return;
        }
        let mut subjects = self.subjects.borrow_mut();
        let position = subjects.iter().position(|subject| subject.key == *key);
        if position.is_none() && subjects.len() == MOST_SUBJECTS {
            return;
        }
        let position = position.unwrap_or_else(|| {
            subjects.push(Collected::new(key.clone()));
            subjects.len() - 1
        });
        let subject = &mut subjects[position];
        if is_first {
            *subject = Collected::new(key.clone());
        }
        subject.extend(names);
        subject.is_complete = is_last && !subject.is_cut;
    }

    /// Writes the names that were added.
    pub(crate) fn write(&self) {
        let subjects = self.subjects.take();
        let Some(folder) = self.folder.as_deref().filter(|_| !subjects.is_empty()) else {
            return;
        };
        if make_private(folder).is_err() {
            return;
        }
        for mut subject in subjects {
            let path = folder.join(subject.key.file());
            let has_room = !subject.is_cut;
            if has_room && !subject.is_complete {
                subject.extend_unless_known(&names_in(&path, &subject.key).names);
            }
            let _ = write_and_rename(folder, &path, subject.text().as_bytes());
        }
        remove_oldest(folder);
    }

    /// The names of a subject that past runs listed.
    pub(crate) fn names(&self, key: &Key) -> Known {
        let path = self.folder.as_ref().map(|folder| folder.join(key.file()));
        path.map_or_else(Known::default, |path| names_in(&path, key))
    }

    /// The subjects at `place` whose names past runs listed.
    pub(crate) fn subjects(&self, place: &str) -> Vec<String> {
        let place = hash(&[place]);
        let folder = self.folder.as_deref().map(fs::read_dir);
        let files = folder.into_iter().flatten().flatten().flatten();
        let subject = |file: fs::DirEntry| {
            let text = text_in(&file.path())?;
            let mut lines = text.lines();
            let is_at_place = lines.next() == Some(HEAD) && lines.next() == Some(&place);
            lines.next().filter(|_| is_at_place).map(str::to_owned)
        };
        let mut subjects: Vec<_> = files.take(MOST_FILES).filter_map(subject).collect();
        subjects.sort_unstable();
        subjects
    }
}

impl Collected {
    fn new(key: Key) -> Self {
        Self {
            key,
            lines: String::new(),
            count: 0,
            is_cut: false,
            is_complete: false,
        }
    }

    fn extend<'a>(&mut self, names: impl Iterator<Item = &'a str>) {
        for name in names {
            let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
            let has_room = self.count < MOST_NAMES && self.lines.len() + name.len() < LONGEST_NAMES;
            if !has_room {
                self.is_cut = true;
                return;
            }
            if is_name {
                self.lines.extend([name, "\n"]);
                self.count += 1;
            }
        }
    }

    fn extend_unless_known(&mut self, names: &[String]) {
        let lines = self.lines.clone();
        let known: HashSet<_> = lines.lines().collect();
        let names = names.iter().map(String::as_str);
        self.extend(names.filter(|name| !known.contains(name)));
    }

    fn text(&self) -> String {
        let Self { key, lines, .. } = self;
        let whole = if self.is_complete {
            "complete"
        } else {
            "partial"
        };
        format!("{HEAD}\n{}\n{}\n{whole}\n{lines}", key.place, key.of)
    }
}

/// The text of a file that this module wrote.
fn text_in(path: &Path) -> Option<String> {
    String::from_utf8(read(path, LONGEST_FILE)?).ok()
}

fn names_in(path: &Path, key: &Key) -> Known {
    let text = text_in(path).unwrap_or_default();
    let mut lines = text.lines();
    let head = [lines.next(), lines.next(), lines.next()];
    if head != [Some(HEAD), Some(&key.place), Some(&key.of)] {
        return Known::default();
    }
    let is_complete = lines.next() == Some("complete");
    let written = fs::metadata(path).and_then(|metadata| metadata.modified());
    let age = written.ok().and_then(|time| time.elapsed().ok());
    Known {
        names: lines.map(str::to_owned).collect(),
        is_current: is_complete && age.is_some_and(|age| age < CURRENT),
    }
}

/// Removes the oldest files beyond [`MOST_FILES`], and those that interrupted runs left.
fn remove_oldest(folder: &Path) {
    let files: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .collect();
    if files.len() <= MOST_FILES {
        return;
    }
    let mut entries = Vec::new();
    for file in files {
        let written = file.metadata().and_then(|metadata| metadata.modified());
        let written = written.unwrap_or(SystemTime::UNIX_EPOCH);
        match file.file_name().to_str() {
            Some(name) if name.starts_with(TEMPORARY) => {
                remove_if_abandoned(&file.path(), written);
            }
            Some(name) if is_hash(name) => entries.push((written, file.path())),
            // A foreign file, which is left alone.
            _ => {}
        }
    }
    entries.sort_unstable();
    let surplus = entries.len().saturating_sub(MOST_FILES);
    for (_, path) in entries.drain(..surplus) {
        let _ = fs::remove_file(path);
    }
}

/// A hash of texts, none of which holds a line break: 64 hexadecimal digits.
fn hash(texts: &[&str]) -> String {
    format!("{:x}", Sha256::digest(texts.join("\n")))
}

fn is_hash(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A new cache folder, removed at the end of the test.
    struct Cache(PathBuf);

    impl Cache {
        fn new() -> Self {
            let name = format!("ecrpub-names-{:016x}", fastrand::u64(..));
            Self(std::env::temp_dir().join(name))
        }

        fn open(&self) -> Remembered {
            Remembered::new(Some(&self.0))
        }

        /// Writes a page of names of `of`.
        fn write(&self, of: &str, names: &[&str], is_last: bool) {
            let remembered = self.open();
            remembered.add(&key(of), names.iter().copied(), true, is_last);
            remembered.write();
        }

        fn names(&self, of: &str) -> (Vec<String>, bool) {
            let Known { names, is_current } = self.open().names(&key(of));
            (names, is_current)
        }

        fn path(&self, of: &str) -> PathBuf {
            self.0.join("names").join(key(of).file())
        }

        fn set_age(&self, of: &str, minutes: u64) {
            let file = fs::OpenOptions::new().write(true).open(self.path(of));
            let time = SystemTime::now() - Duration::from_mins(minutes);
            file.and_then(|file| file.set_modified(time))
                .expect("a file");
        }

        fn count(&self) -> usize {
            fs::read_dir(self.0.join("names"))
                .expect("a folder")
                .count()
        }
    }

    impl Drop for Cache {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn key(of: &str) -> Key {
        Key::new("here", of.to_owned())
    }

    fn owned(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn a_listing_is_all_of_its_pages() {
        let cache = Cache::new();
        let remembered = cache.open();
        let key = key("web");
        // An attempt that failed, and another.
        remembered.add(&key, ["old"].into_iter(), true, false);
        remembered.add(&key, ["a", "b"].into_iter(), true, false);
        remembered.add(&key, ["c"].into_iter(), false, true);
        assert_eq!(cache.names("web"), (Vec::new(), false));
        remembered.write();
        assert_eq!(cache.names("web"), (owned(&["a", "b", "c"]), true));
        cache.write("web", &[], true);
        assert_eq!(cache.names("web"), (Vec::new(), true));
    }

    #[test]
    fn a_part_of_a_listing_is_added_to_what_is_known() {
        let cache = Cache::new();
        cache.write("web", &["a", "b"], true);
        cache.write("web", &["c", "a"], false);
        assert_eq!(cache.names("web"), (owned(&["c", "a", "b"]), false));
    }

    #[test]
    fn a_listing_is_current_for_some_minutes() {
        let cache = Cache::new();
        cache.write("web", &["a"], true);
        cache.set_age("web", 4);
        assert!(cache.names("web").1);
        cache.set_age("web", 6);
        assert_eq!(cache.names("web"), (owned(&["a"]), false));
    }

    #[test]
    fn a_long_listing_is_cut() {
        let cache = Cache::new();
        let names: Vec<_> = (0..5000).map(|number| number.to_string()).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        cache.write("many", &names, true);
        assert_eq!(cache.names("many"), (owned(&names[..MOST_NAMES]), false));
        let long = "x".repeat(300);
        cache.write("long", &vec![&*long; 3000], true);
        let (found, is_current) = cache.names("long");
        assert!((800..900).contains(&found.len()), "{}", found.len());
        assert!(!is_current);
        let length = fs::metadata(cache.path("long")).expect("a file").len();
        assert!(length <= LONGEST_FILE, "{length}");
    }

    #[test]
    fn names_that_would_break_a_file_are_left_out() {
        let cache = Cache::new();
        let names = ["a", "", "b\nc", "d e", "\u{1b}[2J", "é", "f"];
        cache.write("web", &names, true);
        assert_eq!(cache.names("web"), (owned(&["a", "f"]), true));
    }

    #[test]
    fn the_oldest_files_make_room() {
        let cache = Cache::new();
        let subjects: Vec<_> = (0..MOST_FILES + 2)
            .map(|number| format!("web-{number}"))
            .collect();
        for subject in &subjects[..MOST_FILES] {
            cache.write(subject, &["a"], true);
        }
        cache.set_age(&subjects[7], 3);
        cache.set_age(&subjects[9], 2);
        let foreign = cache.0.join("names/README");
        fs::write(&foreign, "").expect("a folder");
        for subject in &subjects[MOST_FILES..] {
            cache.write(subject, &["a"], true);
        }
        assert_eq!(cache.count(), MOST_FILES + 1);
        assert!(foreign.exists());
        let is_gone = |subject: &&String| !cache.path(subject).exists();
        let gone: Vec<_> = subjects.iter().filter(is_gone).collect();
        assert_eq!(gone, [&subjects[7], &subjects[9]]);
    }

    #[test]
    fn a_run_writes_few_subjects() {
        let cache = Cache::new();
        let remembered = cache.open();
        for number in 0..100 {
            let key = key(&format!("web-{number}"));
            remembered.add(&key, ["a"].into_iter(), true, true);
        }
        remembered.write();
        assert_eq!(cache.count(), MOST_SUBJECTS);
    }

    #[test]
    fn subjects_are_those_of_one_place() {
        let cache = Cache::new();
        cache.write("public.ecr.aws/b/web", &["a"], true);
        cache.write("public.ecr.aws/a", &["a"], false);
        let remembered = cache.open();
        let elsewhere = Key::new("there", "public.ecr.aws/c".to_owned());
        remembered.add(&elsewhere, ["a"].into_iter(), true, true);
        remembered.write();
        fs::write(cache.0.join("names/README"), "text").expect("a folder");
        let subjects = remembered.subjects("here");
        assert_eq!(subjects, ["public.ecr.aws/a", "public.ecr.aws/b/web"]);
        assert_eq!(cache.names("public.ecr.aws/c"), (Vec::new(), false));
    }

    #[test]
    fn damaged_files_hold_no_names() {
        let cache = Cache::new();
        cache.write("web", &["a"], true);
        let text = fs::read_to_string(cache.path("web")).expect("a file");
        for damaged in [
            "",
            "a\nb\nc\nd\n",
            &text.replace("names 1", "names 2"),
            &text.replace("web", "api"),
            &text[..text.len() / 2],
        ] {
            fs::write(cache.path("web"), damaged).expect("a file");
            assert_eq!(cache.names("web"), (Vec::new(), false), "{damaged}");
        }
        fs::write(cache.path("web"), b"\xff").expect("a file");
        assert_eq!(cache.names("web"), (Vec::new(), false));
    }

    #[cfg(unix)]
    #[test]
    fn pipes_and_links_are_not_read() {
        let cache = Cache::new();
        cache.write("web", &["a"], true);
        let (path, moved) = (cache.path("web"), cache.0.join("moved"));
        fs::rename(&path, &moved).expect("a file");
        std::os::unix::fs::symlink(&moved, &path).expect("a folder");
        assert_eq!(cache.names("web"), (Vec::new(), false));
        fs::remove_file(&path).expect("a link");
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.is_ok_and(|status| status.success()));
        // Opening the pipe would wait for somebody to write to it.
        assert_eq!(cache.names("web"), (Vec::new(), false));
        assert_eq!(cache.open().subjects("here"), [""; 0]);
    }
}

//! The scripts that make a release, and the workflows that call them.
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::harness::peer;

/// An empty folder called `name`.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("release-{name}"));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("the files can be read and written");
    folder
}

/// What the script called `name` prints.
fn script(name: &str, arguments: &[&Path]) -> Output {
    Command::new(root().join("scripts").join(name))
        .args(arguments)
        .env("SOURCE_DATE_EPOCH", "1717243200")
        .output()
        .expect("the script starts")
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[track_caller]
fn success(output: Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("scripts print UTF-8")
}

/// Packs a file in place of the program, and one in place of its notices, and returns the archive.
fn archive(target: &str, folder: &Path) -> PathBuf {
    let program = folder.join("program");
    std::fs::write(&program, "the program\n").expect("the files can be read and written");
    std::fs::write(folder.join("NOTICES.txt"), target).expect("as above");
    let archives = folder.join("archives");
    let printed = success(script("archive", &[Path::new(target), &program, &archives]));
    PathBuf::from(printed.trim_end())
}

/// The files of the repository's folder `name`, as they are in an archive.
fn files_in(stem: &str, name: &str) -> Vec<String> {
    let files = std::fs::read_dir(root().join(name)).expect("the folder is there");
    let names = files.map(|file| file.expect("as above").file_name());
    let names = names.map(|file| format!("-rw-r--r-- {stem}/{name}/{}", file.display()));
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

const LIST: &str = "\
import stat, sys, tarfile, zipfile
path = sys.argv[1]
if path.endswith('.zip'):
    for entry in zipfile.ZipFile(path).infolist():
        print(stat.filemode(entry.external_attr >> 16), entry.filename)
else:
    for entry in tarfile.open(path):
        assert (entry.uid, entry.gid, entry.mtime) == (0, 0, 1717243200)
        print(stat.filemode(entry.mode | stat.S_IFREG), entry.name)
";

#[test]
fn archives_have_the_names_of_cargo_binstall_and_hold_everything() {
    if !peer("python3") {
        return;
    }
    let folder = folder("archives");
    for (target, extension, program) in [
        ("x86_64-unknown-linux-musl", "tar.gz", "ecrpub"),
        ("aarch64-pc-windows-msvc", "zip", "ecrpub.exe"),
    ] {
        let stem = format!("ecrpub-{target}-v{}", env!("CARGO_PKG_VERSION"));
        let made = archive(target, &folder);
        let expected = folder.join("archives").join(format!("{stem}.{extension}"));
        assert_eq!(made, expected);
        let mut list = Command::new("python3");
        let listed = success(list.args(["-c", LIST]).arg(&made).output().unwrap());
        let mut files = vec![format!("-rwxr-xr-x {stem}/{program}")];
        let texts = ["README.md", "CHANGELOG.md", "LICENSE", "NOTICES.txt"];
        files.extend(texts.map(|name| format!("-rw-r--r-- {stem}/{name}")));
        for name in ["completions", "docs", "man"] {
            files.extend(files_in(&stem, name));
        }
        assert_eq!(listed.lines().collect::<Vec<_>>(), files);
        // The same input gives the same bytes.
        let bytes = std::fs::read(&made).unwrap();
        assert!(bytes == std::fs::read(archive(target, &folder)).unwrap());
    }
}

#[test]
#[cfg(target_os = "linux")]
fn the_image_holds_the_static_programs_and_certificates() {
    if !peer("python3") {
        return;
    }
    let folder = folder("image");
    for target in ["x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl"] {
        archive(target, &folder);
    }
    let context = folder.join("context");
    let archives = folder.join("archives");
    success(script("image-context", &[&archives, &context]));
    let read = |name: &str| std::fs::read_to_string(context.join(name)).unwrap();
    for platform in ["amd64", "arm64"] {
        assert_eq!(read(&format!("{platform}/ecrpub")), "the program\n");
    }
    assert_eq!(read("arm64/NOTICES.txt"), "aarch64-unknown-linux-musl");
    assert!(read("ca-certificates.crt").contains("-----BEGIN CERTIFICATE-----"));
    let recipe = read("Dockerfile");
    let copied = recipe.lines().filter_map(|line| line.strip_prefix("COPY "));
    let copied: Vec<_> = copied.filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(
        copied.join(" "),
        "ca-certificates.crt LICENSE ${TARGETARCH}/NOTICES.txt ${TARGETARCH}/ecrpub"
    );
    assert!(context.join("LICENSE").exists());
}

/// Each crate that cargo links is listed, and its name stands above a text.
#[test]
fn the_notices_name_every_crate() {
    if !peer("python3") {
        return;
    }
    let notices = success(script("notices", &[Path::new("")]));
    let (list, texts) = notices.split_once("\n\n---").expect("a list, then texts");
    let words = texts.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut tree = Command::new(env!("CARGO"));
    tree.args(["tree", "--locked", "--edges=normal", "--prefix=none"]);
    let tree = success(tree.current_dir(root()).output().unwrap());
    // A crate that others share is there again, with `(*)`.
    let crates = tree.lines().filter(|line| !line.starts_with("ecrpub v"));
    assert!(crates.clone().count() > 200);
    for name in crates.map(|line| line.trim_end_matches(" (*)").replacen(" v", " ", 1)) {
        let name = name.trim_end_matches(" (proc-macro)");
        assert!(list.contains(&format!("\n{name}: ")), "{name}");
        assert!(words.contains(name), "{name}");
    }
}

#[test]
fn a_release_has_the_tag_of_its_version_and_its_changes() {
    let notes = |tag: &str| script("release-notes", &[Path::new(tag)]);
    let printed = success(notes(concat!("v", env!("CARGO_PKG_VERSION"))));
    let changelog = include_str!("../../CHANGELOG.md");
    let heading = concat!("\n## ", env!("CARGO_PKG_VERSION"), "\n\n");
    let (_, section) = changelog.split_once(heading).unwrap();
    let section = section.split("\n## ").next().unwrap();
    assert_eq!(printed.trim_end(), section.trim_end());
    for tag in ["v99.0.0", env!("CARGO_PKG_VERSION")] {
        let output = notes(tag);
        assert_eq!(output.status.code(), Some(1), "{tag}");
        assert!(output.stdout.is_empty());
        let told = format!(
            "the tag is {tag}, and the version {}",
            env!("CARGO_PKG_VERSION")
        );
        assert_eq!(
            String::from_utf8_lossy(&output.stderr),
            format!("release-notes: {told}\n")
        );
    }
}

const WORKFLOWS: [&str; 3] = [
    include_str!("../../.github/workflows/audit.yml"),
    include_str!("../../.github/workflows/ci.yml"),
    include_str!("../../.github/workflows/release.yml"),
];

#[test]
fn the_minimum_rust_is_the_same_everywhere() {
    let minimum = env!("CARGO_PKG_RUST_VERSION");
    let readme = include_str!("../../README.md");
    let [_, ci, _] = WORKFLOWS;
    for (text, place) in [
        (readme, "needs Rust "),
        (ci, "cargo +"),
        (ci, "--profile minimal "),
    ] {
        assert!(text.contains(&format!("{place}{minimum}")), "{place}");
    }
}

#[test]
fn actions_are_pinned_by_the_hash_of_a_version() {
    let lines = WORKFLOWS.iter().flat_map(|workflow| workflow.lines());
    let actions = lines.filter_map(|line| Some(line.split_once("uses: ")?.1));
    let actions: Vec<_> = actions.filter(|action| !action.starts_with("./")).collect();
    for action in &actions {
        let (_, pin) = action.split_once('@').expect("a pin");
        let (hash, version) = pin.split_once(" # v").expect("a version");
        let is_hash = hash.len() == 40 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        assert!(is_hash && version.contains('.'), "{action}");
    }
    assert!(actions.len() > 9, "{actions:?}");
}

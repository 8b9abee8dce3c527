//! Clean-up as a whole: random repositories, options and changes, from the listing to what is left
//! after the service carried out the requests. The oracle knows nothing of the program's own code.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};

use ecrpub_registry::{ALIAS, Entry, Image, Registry, Repository, Request};
use fastrand::Rng;
use serde_json::Value;

use crate::deletion::delete;
use crate::harness::{NOW_MS, ecrpub};

const DAY: i64 = 86_400_000;
const SCHEMA_1: &str = "application/vnd.docker.distribution.manifest.v1+prettyjws";

/// `ECRPUB_TEST_SIMULATIONS=5000` tries more, `ECRPUB_TEST_SEED=7` begins with another one.
#[test]
fn clean_up_deletes_exactly_what_it_may() {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let first = number("ECRPUB_TEST_SEED").unwrap_or_default();
    let count = number("ECRPUB_TEST_SIMULATIONS").unwrap_or(250);
    let next = AtomicU64::new(first);
    let results = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + count {
                        break;
                    }
                    let result = simulate(seed).map_err(|why| format!("seed {seed}: {why}"));
                    results.lock().unwrap().push(result);
                }
            });
        }
    });
    let (good, bad): (Vec<_>, Vec<_>) =
        (results.into_inner().unwrap().into_iter()).partition(Result::is_ok);
    let bad: Vec<_> = bad.into_iter().filter_map(Result::err).collect();
    let shown = bad.iter().take(5).cloned().collect::<Vec<_>>().join("\n\n");
    assert!(
        bad.is_empty(),
        "{} of {count} went wrong:\n{shown}",
        bad.len()
    );
    let mut ends = BTreeMap::<End, u64>::new();
    good.into_iter()
        .flatten()
        .for_each(|end| *ends.entry(end).or_default() += 1);
    // Otherwise these repositories would show nothing.
    for end in [End::Deleted, End::Nothing, End::Refused] {
        let often = ends.get(&end).copied().unwrap_or_default();
        assert!(often * 25 > count, "only {often} of {count}: {end:?}");
    }
}

/// How a simulation ends.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Deleted,
    /// No image may be deleted.
    Nothing,
    /// The repository changed meanwhile, and nothing was printed.
    Refused,
    /// It changed so late that no reading could see it.
    Unseen,
}

/// A change that happens when the request of this number was answered.
#[derive(Clone)]
struct Change {
    at: usize,
    repository: String,
    seed: u64,
}

fn simulate(seed: u64) -> Result<End, String> {
    let rng = &mut Rng::with_seed(seed);
    let mut names = vec!["web", "team/api", "db"];
    rng.shuffle(&mut names);
    names.truncate(rng.usize(1..4));
    let change = rng.bool().then(|| Change {
        at: rng.usize(1..24),
        repository: rng.choice(&names).expect("a name").to_string(),
        seed: rng.u64(..),
    });
    let repositories: Vec<_> = (names.iter())
        .map(|name| repository(rng, name, change.is_none()))
        .collect();
    let options = Options::any(rng, &repositories);
    let registry = start(repositories, change.clone());
    let (all, pages) = (rng.u8(..4) == 0, rng.usize(1..8));
    let targets = if all {
        "--all".to_owned()
    } else {
        names.join(" ")
    };
    let line = format!(
        "images {targets} --page-size {pages} -o delete-requests --exclude ~ {}",
        options.text()
    );
    registry.allow_no_requests();
    let outcome = ecrpub(&registry, &line);
    let explain = |why: String| format!("{why}\n{line}\n{outcome}");
    let sight = change.and_then(|change| Seen::of(&registry, &change));
    match outcome.code {
        Some(5) if sight.is_some() && outcome.stdout.is_empty() => return Ok(End::Refused),
        Some(0) => {}
        Some(3) if options.names_images() => {}
        _ => return Err(explain("it failed".to_owned())),
    }
    let requests: Vec<Value> = (outcome.stdout.lines())
        .map(|line| serde_json::from_str(line).expect("a request is JSON"))
        .collect();
    let before: BTreeMap<_, _> = names
        .iter()
        .map(|name| (*name, known(&registry, name)))
        .collect();
    if let Some(seen) = sight.filter(|seen| !seen.by_listing) {
        let printed = |image: &&Known| outcome.stdout.contains(&image.digest);
        let images = before[&*seen.repository].iter().filter(printed);
        let mut tags = images.flat_map(|image| &image.tags);
        let lost = tags.find(|tag| seen.by_look_up && !options.passes(tag));
        return match lost {
            Some(tag) => Err(explain(format!("the new tag {tag} would be lost"))),
            None => Ok(End::Unseen),
        };
    }
    for request in &requests {
        let failures = &delete(&registry, request)["failures"];
        if *failures != Value::Array(Vec::new()) {
            return Err(explain(format!("the service refuses {failures}")));
        }
        for (name, before) in &before {
            check_complete(before, &known(&registry, name)).map_err(explain)?;
        }
    }
    for (name, before) in &before {
        let left = known(&registry, name);
        check(before, &left, &options)
            .map_err(|why| explain(format!("{name}: {why}\n{before:#?}")))?;
    }
    Ok(if requests.is_empty() {
        End::Nothing
    } else {
        End::Deleted
    })
}

/// The readings of a changed repository that came after the change.
struct Seen {
    repository: String,
    /// A whole listing.
    by_listing: bool,
    /// A look-up of the printed images.
    by_look_up: bool,
}

impl Seen {
    /// Nothing if the change did not happen.
    fn of(registry: &Registry, change: &Change) -> Option<Self> {
        let requests = registry.requests();
        requests
            .iter()
            .find(|request| request.number == change.at)?;
        let later = requests.iter().filter(|request| request.number > change.at);
        let is_read = |request: &&Request| request.body["repositoryName"] == *change.repository;
        let bodies: Vec<_> = later.filter(is_read).map(|request| &request.body).collect();
        let is_first = |body: &&Value| body["nextToken"].is_null() && body["imageIds"].is_null();
        Some(Self {
            repository: change.repository.clone(),
            by_listing: bodies.iter().any(is_first),
            by_look_up: bodies.iter().any(|body| !body["imageIds"].is_null()),
        })
    }
}

/// A registry that changes a repository once.
fn start(repositories: Vec<Repository>, change: Option<Change>) -> Arc<Registry> {
    Arc::new_cyclic(|registry: &Weak<Registry>| {
        let registry = registry.clone();
        let at_request = move |request: &Request| {
            let is_read = request.operation != "BatchDeleteImage";
            let change = change
                .as_ref()
                .filter(|change| is_read && change.at == request.number);
            if let (Some(change), Some(registry)) = (change, registry.upgrade()) {
                let rng = &mut Rng::with_seed(change.seed);
                registry.change(ALIAS, &change.repository, |images| alter(images, rng));
            }
            None
        };
        Registry::builder()
            .repositories(repositories)
            .faults(at_request)
            .start()
    })
}

/// What somebody else does meanwhile.
fn alter(images: &mut Vec<Image>, rng: &mut Rng) {
    let (at, to) = (rng.usize(..images.len()), rng.usize(..images.len()));
    match rng.u8(..6) {
        0 => {
            let tags = std::mem::take(&mut images[at].tags);
            images[to].tags.extend(tags);
        }
        1 => images[at] = images[at].clone().tagged(&["changed"]),
        2 => drop(images[at].tags.pop()),
        3 => {
            let held = [
                images[at].entry(),
                images[to].entry(),
                Entry::absent(rng.u64(..)),
            ];
            images.push(Image::index_holding(held, NOW_MS).tagged(&["changed"]));
        }
        4 => images.push(any_image(rng, images)),
        _ => {
            let digest = images[at].digest.clone().expect("a digest");
            if !images
                .iter()
                .any(|image| Known::of(image).children.contains(&digest))
            {
                images.remove(at);
            }
        }
    }
}

fn repository(rng: &mut Rng, name: &str, repeats: bool) -> Repository {
    let mut images: Vec<Image> = Vec::new();
    for _ in 0..rng.usize(1..16) {
        let image = any_image(rng, &images);
        if images.iter().all(|other| other.digest != image.digest) {
            images.push(image);
        }
    }
    let mut tags: Vec<_> = TAGS.split(' ').collect();
    rng.shuffle(&mut tags);
    let digests: Vec<_> = images
        .iter()
        .filter_map(|image| image.digest.clone())
        .collect();
    let mut digest_tags = BTreeSet::new();
    for image in &mut images {
        let count = rng.choice([0, 0, 0, 1, 1, 2, 3]).expect("one");
        let own = tags.split_off(tags.len().saturating_sub(count));
        *image = image.clone().tagged(&own);
        if rng.u8(..3) == 0 {
            let own = image.digest.clone().expect("a digest");
            let named = match rng.u8(..6) {
                0 => format!("sha256:{:064x}", rng.u64(..)),
                1 => own,
                _ => rng.choice(&digests).expect("one").clone(),
            };
            let is_upper = rng.u8(..4) == 0;
            let upper = named[7..].to_uppercase();
            let named = if is_upper { &upper } else { &named[7..] };
            let suffixes = ["", ".sig", ".att", ".sbom", "-x", "_x"];
            let tag = format!("sha256-{named}{}", rng.choice(suffixes).expect("one"));
            if digest_tags.insert(tag.clone()) {
                *image = image.clone().tagged(&[&tag]);
            }
        }
    }
    rng.shuffle(&mut images);
    if repeats && rng.u8(..8) == 0 {
        // As a page that begins again where the one before it ended.
        let at = rng.usize(..images.len());
        images.insert(at, images[at].clone());
    }
    Repository::new(name, images)
}

const TAGS: &str =
    "1.0.0 1.2.0 1.10.1 2.0.0 v1.4.0 v2.1.0 latest dev nightly prod sha-3f2c1aa sha-77a0c31";

/// An image, an index, and what refers to either.
fn any_image(rng: &mut Rng, others: &[Image]) -> Image {
    let age = if rng.u8(..6) == 0 {
        rng.i64(0..2 * DAY)
    } else {
        rng.i64(0..60) * DAY
    };
    let pushed_at = NOW_MS - age;
    let other = |rng: &mut Rng| match rng.choice(others) {
        Some(image) if rng.u8(..8) > 0 => image.clone(),
        _ => Image::oci(rng.u64(..), 1, pushed_at),
    };
    let mut image = if rng.u8(..3) == 0 {
        let entries: Vec<_> = (0..rng.usize(..5)).map(|_| other(rng).entry()).collect();
        Image::index_holding(entries, pushed_at)
    } else {
        Image::oci(rng.u64(..), rng.i64(1..20), pushed_at)
    };
    if rng.u8(..4) == 0 {
        image = image.referring_to(&other(rng));
    }
    match rng.u8(..20) {
        0 => image.pushed_at = None,
        1 => image.manifest_media_type = None,
        2 => {
            // The digest of a signed manifest is that of its payload.
            image = Image::oci(rng.u64(..), rng.i64(1..20), pushed_at);
            image.digest = Some(format!("sha256:{:064x}", rng.u64(..)));
            image.manifest_media_type = Some(SCHEMA_1.to_owned());
        }
        _ => {}
    }
    image
}

/// A regular expression, and what it means.
type Expression = (&'static str, fn(&str) -> bool);

const EXPRESSIONS: [Expression; 5] = [
    ("v.*|latest", |tag| tag.starts_with('v') || tag == "latest"),
    ("sha-.*", |tag| tag.starts_with("sha-")),
    ("sha256-.*", |tag| tag.starts_with("sha256-")),
    (".*[0-9]", |tag| {
        tag.ends_with(|character: char| character.is_ascii_digit())
    }),
    ("dev|nightly|prod|1.*", |tag| {
        ["dev", "nightly", "prod"].contains(&tag) || tag.starts_with('1')
    }),
];

#[derive(Debug, Default)]
struct Options {
    include: Option<Expression>,
    exclude: Option<Expression>,
    /// Versions of the major version 1.
    semver: bool,
    tag: Option<String>,
    digest: Option<String>,
    before_days: Option<i64>,
    unused: bool,
    tagged: Option<bool>,
    skip: usize,
    sort: Option<&'static str>,
    reverse: bool,
}

impl Options {
    fn any(rng: &mut Rng, repositories: &[Repository]) -> Self {
        let mut options = Self {
            before_days: (rng.u8(..3) == 0).then(|| rng.i64(0..40)),
            ..Self::default()
        };
        let images = repositories
            .iter()
            .flat_map(|repository| repository.images.iter());
        let images: Vec<_> = images.collect();
        match rng.u8(..10) {
            0 => {
                let tags: Vec<_> = images.iter().flat_map(|image| &image.tags).collect();
                options.tag = rng.choice(tags).map(|tag| tag.name.clone());
            }
            1 => options.digest = rng.choice(images).and_then(|image| image.digest.clone()),
            2..=5 => options.unused = true,
            _ => {
                options.tagged = *rng
                    .choice([None, Some(true), Some(false)].iter())
                    .expect("one");
            }
        }
        if options.tag.is_none() {
            options.exclude =
                (rng.u8(..3) == 0).then(|| EXPRESSIONS[rng.usize(..EXPRESSIONS.len())]);
            options.include =
                (rng.u8(..4) == 0).then(|| EXPRESSIONS[rng.usize(..EXPRESSIONS.len())]);
            options.semver = rng.u8(..8) == 0;
        }
        if !options.names_images() && rng.bool() {
            options.skip = rng.usize(..5);
            options.sort = rng
                .choice(["", "pushed", "size", "digest", "version", "tag"])
                .filter(|key| !key.is_empty());
            options.reverse = rng.bool();
        }
        options
    }

    fn names_images(&self) -> bool {
        self.tag.is_some() || self.digest.is_some()
    }

    fn text(&self) -> String {
        let mut words = Vec::new();
        let include = self.include.map(|(text, _)| text.to_owned());
        let exclude = self.exclude.map(|(text, _)| text.to_owned());
        for (option, value) in [
            ("--include", include),
            ("--exclude", exclude),
            ("--semver", self.semver.then(|| "^1".to_owned())),
            ("--tag", self.tag.clone()),
            ("--digest", self.digest.clone()),
            ("--before", self.before_days.map(|days| format!("{days}d"))),
            ("--skip", (self.skip > 0).then(|| self.skip.to_string())),
            ("--sort", self.sort.map(str::to_owned)),
        ] {
            words.extend(value.map(|value| format!("{option} {value}")));
        }
        for (option, is_given) in [
            ("--unused", self.unused),
            ("--tagged", self.tagged == Some(true)),
            ("--untagged", self.tagged == Some(false)),
            ("--reverse", self.reverse),
        ] {
            words.extend(is_given.then(|| option.to_owned()));
        }
        words.join(" ")
    }

    fn passes(&self, tag: &str) -> bool {
        let version = tag.strip_prefix('v').unwrap_or(tag);
        let is_version = version.starts_with("1.") && version.split('.').count() == 3;
        self.include.is_none_or(|(_, matches)| matches(tag))
            && !self.exclude.is_some_and(|(_, matches)| matches(tag))
            && (!self.semver || is_version)
            && self.tag.as_ref().is_none_or(|named| named == tag)
    }

    /// Whether the image passes all filters but `--unused`.
    fn lists(&self, image: &Known) -> bool {
        let by_tag = if image.tags.is_empty() {
            self.include.is_none() && !self.semver && self.tag.is_none()
        } else {
            image.tags.iter().any(|tag| self.passes(tag))
        };
        let is_old = |days| image.date.is_some_and(|date| date < NOW_MS - days * DAY);
        by_tag
            && self
                .digest
                .as_ref()
                .is_none_or(|digest| *digest == image.digest)
            && self
                .tagged
                .is_none_or(|tagged| tagged != image.tags.is_empty())
            && self.before_days.is_none_or(is_old)
    }

    /// Whether nothing forbids to delete the image by itself.
    fn may_delete(&self, image: &Known) -> bool {
        image.tags.iter().all(|tag| self.passes(tag)) && self.is_settled(image)
    }

    fn is_settled(&self, image: &Known) -> bool {
        image
            .date
            .is_some_and(|date| self.before_days.is_some() || date < NOW_MS - DAY)
    }

    /// Whether the oracle knows the order. Versions and natural order are a matter of their own.
    fn is_ordered(&self) -> bool {
        match self.sort {
            None => !self.semver,
            Some(key) => !["version", "tag"].contains(&key),
        }
    }

    /// The images to delete, of which those that others need are still to be left out. All of them that
    /// `--skip` may leave, if the order is not known.
    fn candidates<'a>(&self, images: &'a [Known]) -> BTreeSet<&'a str> {
        let unused = unused(images);
        let is_unused = |image: &&Known| unused.contains(&*image.digest) && self.is_settled(image);
        let mut listed: Vec<_> = images.iter().filter(|image| self.lists(image)).collect();
        listed.retain(|image| !self.unused || is_unused(image));
        listed.sort_by(|a, b| {
            let (one, two) = if self.reverse { (b, a) } else { (a, b) };
            let order = match self.sort.unwrap_or("pushed") {
                "digest" => one.digest.cmp(&two.digest),
                "size" => two.size.cmp(&one.size),
                _ => a
                    .date
                    .is_none()
                    .cmp(&b.date.is_none())
                    .then(two.date.cmp(&one.date)),
            };
            order.then(a.digest.cmp(&b.digest))
        });
        let mut skipped = 0;
        listed.retain(|image| {
            let counts = image.tags.is_empty() || image.ordinary_tags().next().is_some();
            skipped += usize::from(counts);
            !counts || skipped > self.skip || !self.is_ordered()
        });
        let listed = listed.into_iter().filter(|image| self.may_delete(image));
        listed.map(|image| &*image.digest).collect()
    }
}

/// An image as the registry has it.
#[derive(Clone, Debug, PartialEq)]
struct Known {
    digest: String,
    tags: Vec<String>,
    date: Option<i64>,
    size: Option<i64>,
    children: Vec<String>,
    subject: Option<String>,
}

impl Known {
    fn of(image: &Image) -> Self {
        let is_schema_1 = image.manifest_media_type.as_deref() == Some(SCHEMA_1);
        let manifest = image.manifest.as_ref().filter(|_| !is_schema_1);
        let manifest: Value = manifest.map_or(Value::Null, |manifest| {
            serde_json::from_slice(manifest.bytes()).expect("JSON")
        });
        let digest = |value: &Value| value["digest"].as_str().map(str::to_owned);
        let entries = manifest["manifests"].as_array();
        Self {
            digest: image.digest.clone().expect("a digest"),
            tags: image.tags.iter().map(|tag| tag.name.clone()).collect(),
            date: image.pushed_at,
            size: image.size,
            children: entries.into_iter().flatten().filter_map(digest).collect(),
            subject: digest(&manifest["subject"]),
        }
    }

    /// The digest that a digest tag of another image names.
    fn named(&self, tag: &str) -> Option<String> {
        let digits = tag.strip_prefix("sha256-")?.get(..64)?.to_lowercase();
        Some(format!("sha256:{digits}")).filter(|named| *named != self.digest)
    }

    fn ordinary_tags(&self) -> impl Iterator<Item = &String> {
        self.tags.iter().filter(|tag| self.named(tag).is_none())
    }

    /// The images that it signs or describes.
    fn subjects(&self) -> BTreeSet<String> {
        let named = self.tags.iter().filter_map(|tag| self.named(tag));
        named.chain(self.subject.clone()).collect()
    }
}

/// The images of a repository, each once.
fn known(registry: &Registry, name: &str) -> Vec<Known> {
    let mut images = Vec::new();
    registry.change(ALIAS, name, |all| {
        images = all.iter().map(Known::of).collect();
    });
    images.sort_by(|a, b| a.digest.cmp(&b.digest));
    images.dedup();
    images
}

/// What must stay while `start` stays.
fn needed(images: &[Known], start: impl Fn(&Known) -> bool) -> BTreeSet<&str> {
    let mut needed: BTreeSet<_> = images
        .iter()
        .filter(|image| start(image))
        .map(|image| &*image.digest)
        .collect();
    loop {
        let is_needed = |image: &&Known| {
            let digest = &image.digest;
            let mut users = images.iter().filter(|user| needed.contains(&*user.digest));
            image
                .subjects()
                .iter()
                .any(|subject| needed.contains(&**subject))
                || users.any(|user| user.children.contains(digest))
        };
        let more: Vec<_> = images
            .iter()
            .filter(is_needed)
            .map(|image| &*image.digest)
            .collect();
        let before = needed.len();
        needed.extend(more);
        if needed.len() == before {
            return needed;
        }
    }
}

fn unused(images: &[Known]) -> BTreeSet<&str> {
    let has_root = images
        .iter()
        .any(|image| image.ordinary_tags().next().is_some());
    let used = needed(images, |image| {
        let is_orphan = image
            .subjects()
            .iter()
            .any(|subject| images.iter().all(|other| other.digest != *subject));
        !has_root || is_orphan || image.ordinary_tags().next().is_some()
    });
    let all = images.iter().map(|image| &*image.digest);
    all.filter(|digest| !used.contains(digest)).collect()
}

/// Whatever is there has everything that it holds and that was there before, though a run ends early.
fn check_complete(before: &[Known], left: &[Known]) -> Result<(), String> {
    let has =
        |images: &[Known], digest: &String| images.iter().any(|image| image.digest == *digest);
    let mut children = left.iter().flat_map(|image| &image.children);
    match children.find(|child| has(before, child) && !has(left, child)) {
        Some(child) => Err(format!("an index that is left lacks {child}")),
        None => Ok(()),
    }
}

fn check(before: &[Known], left: &[Known], options: &Options) -> Result<(), String> {
    let (left, gone): (Vec<_>, Vec<_>) = before.iter().partition(|image| left.contains(image));
    for image in &gone {
        if !options.may_delete(image) {
            return Err(format!(
                "{} was deleted, young or with other tags",
                image.digest
            ));
        }
        let subjects = image.subjects();
        if let Some(image) = left.iter().find(|image| subjects.contains(&image.digest)) {
            return Err(format!("{} lost a signature", image.digest));
        }
    }
    let candidates = options.candidates(before);
    let stays = needed(before, |image| !candidates.contains(&*image.digest));
    let expected: BTreeSet<_> = candidates.difference(&stays).copied().collect();
    let gone: BTreeSet<_> = gone.iter().map(|image| &*image.digest).collect();
    let is_right = if options.skip > 0 && !options.is_ordered() {
        gone.is_subset(&expected)
    } else {
        gone == expected
    };
    let expected = || format!("gone: {gone:#?}, expected: {expected:#?}");
    is_right.then_some(()).ok_or_else(expected)
}

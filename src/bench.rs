//! The steps that `cargo bench --features bench` measures, over made-up rows.

use clap::Parser;
use jiff::Timestamp;

use crate::commands::IMAGES;
use crate::facts::Facts;
use crate::model::{Home, Image, Manifest};
use crate::output::{Expected, OutputArgs, Place};
use crate::relations::{Graph, Node, ParsedManifest, Question};
use crate::select::{SelectArgs, SortKey, TaggedArgs};

/// A step: its name and the function to measure.
pub type Step = (&'static str, Box<dyn FnMut()>);

const PAGE: u32 = 1000;
const WHY: &str = "the steps are well-formed";

/// All steps: each format, orders and filters.
///
/// # Panics
///
/// If a step is not well-formed, which is a bug.
#[must_use]
pub fn steps() -> Vec<Step> {
    let formats = ["table", "json", "jsonl", "csv", "tsv", "name", "image-ids"];
    let mut steps: Vec<Step> = formats.map(|name| (name, format_step(name, PAGE))).into();
    steps.push(("table of 10,000 rows", format_step("table", 10 * PAGE)));
    steps.extend(
        [
            ("filter by a regular expression", "--include=v1[.].*[05]"),
            ("filter by a range of versions", "--semver=^1.20"),
            ("filter by date", "--since=2024-06-01"),
        ]
        .map(|(name, option)| (name, filter(option))),
    );
    steps.extend(
        [
            ("sort 100,000 rows by date", "--sort=pushed"),
            ("sort 100,000 rows by version", "--sort=version"),
            ("sort 100,000 rows by tag", "--sort=tag"),
        ]
        .map(|(name, option)| (name, sort(option))),
    );
    steps.push(("unused images of 100,000 and their deletion", unused()));
    steps
}

#[derive(Parser)]
struct Options {
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    select: SelectArgs,
}

impl Options {
    fn of(options: &[&str]) -> Self {
        Self::parse_from([&["bench"], options].concat())
    }
}

const PIPE: Place = Place {
    terminal: false,
    color: false,
    color_data: false,
    width: None,
    now: Timestamp::UNIX_EPOCH,
};
const EXPECTED: Expected = Expected {
    several: false,
    public: false,
    told: Facts::all(),
};

fn images(count: u32) -> Vec<Image> {
    (0..count).map(image).collect()
}

fn image(number: u32) -> Image {
    let scattered = number.wrapping_mul(2_654_435_761);
    let second = 1_704_067_200 + i64::from(scattered % 31_536_000);
    let version = format!("v{}.{}.{}", scattered % 3, scattered % 100, number % 1000);
    Image {
        registry_id: Some("123456789012".into()),
        home: Home {
            alias: None,
            repository: Some("team/web".into()),
        },
        tags: (!number.is_multiple_of(3)).then(|| vec![version, format!("build-{number}")]),
        manifest: Manifest {
            digest: Some(format!("sha256:{scattered:032x}{number:032x}")),
            size: Some(i64::from(scattered)),
            pushed_at: Timestamp::from_millisecond(second * 1000 + 655).ok(),
            media_type: Some("application/vnd.oci.image.manifest.v1+json".into()),
            artifact_media_type: Some("application/vnd.oci.image.config.v1+json".into()),
            platforms: None,
            relations: None,
        },
    }
}

fn print(options: &Options, rows: &[Image]) -> Vec<u8> {
    let columns = options.output.columns(&IMAGES, EXPECTED, &[]).expect(WHY);
    let mut format = options.output.format(&IMAGES, columns, PIPE);
    let mut out = Vec::new();
    format.prepare(&[rows]).expect(WHY);
    format.begin(&mut out);
    format.rows(rows, &mut out).expect(WHY);
    format.end(None, &mut out);
    out
}

fn format_step(name: &'static str, count: u32) -> Box<dyn FnMut()> {
    let options = Options::of(&["-o", name]);
    let rows = images(count);
    Box::new(move || assert!(!print(&options, &rows).is_empty()))
}

fn filter(option: &'static str) -> Box<dyn FnMut()> {
    let options = Options::of(&[option]);
    let rows = images(PAGE);
    Box::new(move || {
        let kept = collect(&options, &rows).len();
        assert!((1..rows.len()).contains(&kept));
    })
}

fn sort(option: &'static str) -> Box<dyn FnMut()> {
    let options = Options::of(&[option]);
    let rows = images(100 * PAGE);
    Box::new(move || assert!(!collect(&options, &rows).is_empty()))
}

/// 20,000 indexes of 4 children each, half of them tagged; each manifest is read anew.
fn unused() -> Box<dyn FnMut()> {
    let images = images(100 * PAGE);
    let (indexes, children) = images.split_at(20 * PAGE as usize);
    let digest = |image: &Image| image.manifest.digest.clone().expect(WHY);
    let entry = |child: &Image| {
        let platform = r#"{"os":"linux","architecture":"arm64","variant":"v8"}"#;
        format!(
            r#"{{"digest":"{}","size":1234,"platform":{platform}}}"#,
            digest(child)
        )
    };
    let content = |children: &[Image]| {
        let entries: Vec<_> = children.iter().map(entry).collect();
        format!(
            r#"{{"schemaVersion":2,"manifests":[{}]}}"#,
            entries.join(",")
        )
    };
    let contents = children.chunks(4).map(content);
    let manifests: Vec<_> = indexes.iter().map(digest).zip(contents).collect();
    let children: Vec<_> = children.iter().map(digest).collect();
    let tag = ["v1".to_owned()];
    Box::new(move || {
        let node = |digest, media_type, tags| Node {
            digest,
            tags,
            media_type: Some(media_type),
            ..Node::default()
        };
        let indexes = manifests.iter().enumerate().map(|(number, (digest, _))| {
            let tags = if number.is_multiple_of(2) {
                &tag[..]
            } else {
                &[]
            };
            node(
                digest.as_str(),
                "application/vnd.oci.image.index.v1+json",
                tags,
            )
        });
        let image = "application/vnd.oci.image.manifest.v1+json";
        let images = children.iter().map(|digest| node(digest, image, &[]));
        let mut graph = Graph::new(indexes.chain(images)).expect(WHY);
        for (digest, content) in &manifests {
            let manifest = ParsedManifest::parse(content.as_bytes()).expect(WHY);
            graph.add(&digest.parse().expect(WHY), Some(manifest));
        }
        for digest in graph.unread(Question::Unused) {
            graph.add(&digest, Some(ParsedManifest::default()));
        }
        let unused: Vec<_> = graph.unused().expect(WHY).into_iter().collect();
        let plan = graph.deletion(&unused).expect(WHY);
        assert_eq!(plan.requests.concat().len(), 50_000);
    })
}

fn collect(options: &Options, rows: &[Image]) -> Vec<Image> {
    let tagged = TaggedArgs::default();
    let selection = (options.select).selection(tagged, SortKey::Pushed, Timestamp::now);
    let selection = selection.expect(WHY);
    let mut collector = selection.collector(None);
    for page in rows.chunks(PAGE as usize) {
        collector.add(page.to_vec());
    }
    collector.finish().rows
}

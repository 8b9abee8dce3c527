//! The formats that commands which delete images take: what they leave out, and that they delete
//! nothing else.

use std::io::{Read, Write};
use std::net::TcpStream;

use ecrpub_registry::{Image, Manifest, Registry, Repository, related};
use insta::assert_snapshot;
use serde_json::Value;

use crate::harness::{NOW_MS, Run, ecrpub};

const OLD: i64 = NOW_MS - 30 * 86_400_000;
const ALIAS: &str = "example";

fn image(seed: u64) -> Image {
    Image::oci(seed, 1000, OLD)
}

/// The requests that a run prints.
#[track_caller]
fn requests(registry: &Registry, line: &str) -> Vec<Value> {
    let outcome = ecrpub(registry, &format!("{line} -o delete-requests"));
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let requests = outcome.stdout.lines().map(serde_json::from_str);
    requests.map(|request| request.expect("JSON")).collect()
}

/// What the service answers to a request.
pub(crate) fn delete(registry: &Registry, request: &Value) -> Value {
    let url = registry.url();
    let address = url.trim_start_matches("http://");
    let body = request.to_string();
    let credential = "AKIATEST/20240601/us-east-1/ecr-public/aws4_request";
    let signature = "0".repeat(64);
    let message = format!(
        "POST / HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/x-amz-json-1.1\r\n\
         x-amz-target: SpencerFrontendService.BatchDeleteImage\r\nx-amz-date: 20240601T120000Z\r\n\
         authorization: AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature={signature}\r\n\
         connection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).expect("the registry listens");
    stream.write_all(message.as_bytes()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a body");
    assert!(head.starts_with("HTTP/1.1 200"), "{answer}");
    serde_json::from_str(body).expect("JSON")
}

/// Carries out all requests, none of which fails.
#[track_caller]
fn carry_out(registry: &Registry, requests: &[Value]) {
    for request in requests {
        let answer = delete(registry, request);
        assert_eq!(answer["failures"], Value::Array(Vec::new()), "{request}");
    }
}

/// The images that a repository has.
fn images(registry: &Registry, name: &str) -> Vec<Image> {
    let mut found = Vec::new();
    registry.change(ALIAS, name, |images| found.clone_from(images));
    found
}

/// Every tag of a repository can be pulled: its image is there, with all that indexes list.
#[track_caller]
fn assert_pullable(registry: &Registry, name: &str, tags: &[String]) {
    let images = images(registry, name);
    let find = |digest: &str| {
        images
            .iter()
            .find(|image| image.digest.as_deref() == Some(digest))
    };
    for tag in tags {
        let is_meant = |image: &&Image| image.tags.iter().any(|own| own.name == *tag);
        let tagged = images.iter().find(is_meant);
        let mut open = vec![tagged.unwrap_or_else(|| panic!("{tag} is gone"))];
        while let Some(image) = open.pop() {
            let manifest = image.manifest.as_ref();
            for child in manifest.map(Manifest::children).unwrap_or_default() {
                open.push(find(&child).unwrap_or_else(|| panic!("{tag} lacks {child}")));
            }
        }
    }
}

/// The tags that the sample keeps, and how many signatures and SBOMs belong to them.
const KEPT: [&str; 8] = [
    "2.3.0", "2.3", "latest", "2.2.0", "2.2", "suite", "debug", "sha256-",
];

/// Checks the sample after its unused images were deleted.
#[track_caller]
pub(crate) fn assert_cleaned(registry: &Registry) {
    let left = images(registry, "team/web");
    let tags = left
        .iter()
        .flat_map(|image| image.tags.iter().map(|tag| tag.name.clone()));
    let (signatures, tags): (Vec<_>, Vec<_>) = tags.partition(|tag| tag.starts_with("sha256-"));
    assert_eq!(tags.len(), KEPT.len() - 1);
    assert!(
        tags.iter().all(|tag| KEPT.contains(&tag.as_str())),
        "{tags:?}"
    );
    assert_pullable(registry, "team/web", &tags);
    // The signature by tag, the SBOM and the signature by subject of `2.3.0`, and an orphan by tag.
    assert_eq!(signatures.len(), 2);
    let referrers = left.iter().filter(|image| {
        let content = image
            .manifest
            .as_ref()
            .map(|manifest| manifest.bytes().to_vec());
        String::from_utf8_lossy(&content.unwrap_or_default()).contains("\"subject\"")
    });
    assert_eq!(referrers.count(), 2);
    assert_eq!(left.len(), 20, "29 without 9 unused ones");
    let again = ecrpub(registry, "images team/web --unused -q -o name");
    assert_eq!(
        (again.stdout.as_str(), again.code),
        ("", Some(0)),
        "{again}"
    );
}

#[test]
fn requests_delete_what_is_unused_and_nothing_else() {
    let registry = Registry::start([related("team/web", NOW_MS)]);
    let requests = requests(&registry, "images team/web --unused");
    assert_eq!(requests.len(), 2);
    carry_out(&registry, &requests);
    assert_cleaned(&registry);
}

/// An image is not deleted because one of its tags matches.
#[test]
fn an_image_with_a_tag_that_does_not_pass_stays() {
    let registry = Registry::start([Repository::new(
        "web",
        vec![
            image(1).tagged(&["v2.1.0", "latest", "sha-3f2c1aa"]),
            image(2).tagged(&["sha-0000000"]),
            image(3).tagged(&["v2.0.0"]),
        ],
    )]);
    let digests = [1, 2, 3].map(|seed| image(seed).digest.expect("a digest"));
    let deletes = |options: &str| {
        let requests = Value::from(requests(&registry, &format!("images web {options}")));
        let is_deleted = |seed: &usize| requests.to_string().contains(&digests[seed - 1]);
        (1..=3).filter(is_deleted).collect::<Vec<_>>()
    };
    assert_eq!(deletes("--exclude v.*|latest --before 30d"), [0; 0]);
    assert_eq!(deletes("--exclude v.*|latest --before 7d"), [2]);
    assert_eq!(deletes("--include sha-.*"), [2]);
    assert_eq!(deletes("--include sha-.* --include v2.*"), [2, 3]);
    assert_eq!(deletes("--semver <2.1"), [3]);
    assert_eq!(deletes("--semver *"), [3], "`latest` is no version");
    assert_eq!(deletes("--tag latest --tag sha-0000000"), [2]);
    assert_eq!(deletes("--tag latest --tag v2.1.0 --tag sha-3f2c1aa"), [1]);
    let by_digest = format!("--digest {}", digests[0]);
    assert_eq!(deletes(&by_digest), [1], "the whole image is named");
    assert_eq!(deletes(&format!("{by_digest} --exclude v.*")), [0; 0]);
    let outcome = ecrpub(&registry, "images web --include sha-.* -o delete-requests");
    assert_snapshot!(outcome.stderr, @"
    note: 1 image of repository `web` is left out: for a tag that does not pass the filters; `--digest` deletes an image whole
    note: 1 image in 1 request; they free at most 1.0 kB, for images share layers
    ");
}

#[test]
fn young_and_undated_images_stay() {
    let mut undated = image(3);
    undated.pushed_at = None;
    let young = Image::oci(2, 1000, NOW_MS - 3_600_000);
    let images = vec![image(1), young, undated];
    let tagged = |(number, image): (usize, Image)| image.tagged(&[&format!("t{number}")]);
    let images = images.into_iter().enumerate().map(tagged).collect();
    let registry = Registry::start([Repository::new("web", images)]);
    let count = |options: &str| {
        let requests = Value::from(requests(&registry, &format!("images web {options}")));
        requests.to_string().matches("imageDigest").count()
    };
    assert_eq!(count("--exclude ~"), 1);
    assert_eq!(count("--before 31d"), 0);
    assert_eq!(count("--before 1h"), 1);
    let aged = count("--before 2024-06-01T12:00:00Z");
    assert_eq!(aged, 2, "the age is given");
    assert_eq!(count("--skip 1"), 1, "the young one is the newest");
    assert_eq!(count("--skip 2"), 0);
    assert_snapshot!(ecrpub(&registry, "images web --exclude ~ -o delete-requests").stderr, @"
    note: 1 image of repository `web` is left out: younger than 24 hours, as part of a push under way may be; `--before` sets another age
    note: 1 image of repository `web` is left out: without a date
    note: 1 image in 1 request; they free at most 1.0 kB, for images share layers
    ");
}

/// A signature is no image to keep: it shares the fate of its image.
#[test]
fn what_is_skipped_is_counted_without_signatures() {
    let mut images = Vec::new();
    for number in 0..4_u64 {
        let pushed = OLD + i64::try_from(number).unwrap() * 86_400_000;
        let image = Image::oci(number, 1000, pushed);
        let digest = image.digest.clone().expect("a digest");
        let signature = Image::oci(10 + number, 10, pushed + 1000);
        images.push(signature.tagged(&[&format!("{}.sig", digest.replace(':', "-"))]));
        images.push(image.tagged(&[&format!("1.{number}")]));
    }
    let registry = Registry::start([Repository::new("web", images)]);
    let all = requests(&registry, "images web --tagged --skip 2");
    carry_out(&registry, &all);
    assert_eq!(
        self::images(&registry, "web").len(),
        4,
        "two images and their signatures"
    );
    let none = ecrpub(&registry, "images web --tagged --skip 9 -o delete-requests");
    assert!(
        none.stderr.contains(": `--skip` leaves out 2 rows\n"),
        "{none}"
    );
    let highest = requests(
        &registry,
        "images web --semver * --sort version --reverse --skip 1",
    );
    assert_eq!(highest.len(), 1, "1.2 stays, 1.3 goes");
}

/// By the clock, images are too young to be deleted.
#[test]
fn the_clock_is_compared_with_that_of_the_service() {
    for (date, words) in [
        ("nonsense", "error: the service gave no `Date`"),
        (
            "Sat, 01 Jun 2024 12:00:00 GMT",
            "ahead of that of the service",
        ),
        (
            "Sat, 01 Jun 2999 12:00:00 GMT",
            "behind that of the service",
        ),
    ] {
        let registry = Registry::builder().faults(move |request| {
            let body = match request.operation.as_str() {
                "DescribeImages" => r#"{"imageDetails":[]}"#,
                _ => r#"{"repositories":[{"repositoryUri":"public.ecr.aws/example/web"}]}"#,
            };
            let media_type = ("content-type", "application/x-amz-json-1.1".to_owned());
            Some(ecrpub_registry::Fault::Raw {
                status: 200,
                headers: vec![media_type, ("date", date.to_owned())],
                body: body.into(),
            })
        });
        let registry = registry.start();
        let outcome = ecrpub(&registry, "images web --before 7d -o delete-requests");
        let codes = (outcome.stdout.as_str(), outcome.code);
        assert_eq!(codes, ("", Some(1)), "{outcome}");
        assert!(outcome.stderr.contains(words), "{outcome}");
        let hint = "hint: the clock must be right: it decides";
        assert!(outcome.stderr.contains(hint), "{outcome}");
    }
    let registry = Registry::start([Repository::new("web", vec![image(1)])]);
    let late = Run::on(&registry).env("ECRPUB_NOW", "2999-01-01T00:00:00Z");
    let late = late
        .arguments("images web --untagged -o delete-requests")
        .outcome();
    let words = "`ECRPUB_NOW` is later than the clock";
    assert!(
        late.code == Some(1) && late.stderr.contains(words),
        "{late}"
    );
}

/// After the last page is read, nothing but another look shows a change.
#[test]
fn what_changes_last_of_all_ends_the_run() {
    for change in [(|images| images.clear()) as fn(&mut Vec<Image>), |images| {
        *images = vec![image(1).tagged(&["old", "new"])];
    }] {
        // The second listing is answered with what was there before.
        let images = vec![image(1).tagged(&["old"])];
        let registry = crate::unused::changing(images, ("DescribeImages", 2), change);
        let outcome = ecrpub(&registry, "images web --tag old -o delete-requests");
        let codes = (outcome.stdout.as_str(), outcome.code);
        assert_eq!(codes, ("", Some(5)), "{outcome}");
        assert!(
            outcome.stderr.contains("changed while it was read"),
            "{outcome}"
        );
    }
}

/// As the service does: an index and what it holds are never in one request.
#[test]
fn requests_have_at_most_100_images_and_come_in_the_order_of_the_service() {
    let mut images = Vec::new();
    for number in 0..70 {
        let children = [0, 1].map(|child| image(1 + 2 * number + child));
        let entries = [
            children[0].on("linux/amd64"),
            children[1].on("linux/arm64/v8"),
        ];
        images.push(Image::index_holding(entries, OLD));
        images.extend(children);
    }
    images.push(image(0).tagged(&["1"]));
    let registry = Registry::start([Repository::new("web", images)]);
    let requests = requests(&registry, "images web --unused -q");
    let ids = |request: &Value| request["imageIds"].as_array().map_or(0, Vec::len);
    assert_eq!(requests.iter().map(ids).collect::<Vec<_>>(), [70, 100, 40]);
    carry_out(&registry, &requests);
    assert_eq!(self::images(&registry, "web").len(), 1);
}

#[test]
fn what_stays_protects_what_it_holds_and_what_signs_it() {
    let (amd64, arm64) = (image(1), image(2));
    let release = Image::index_holding([amd64.on("linux/amd64"), arm64.on("linux/arm64/v8")], OLD);
    let release = release.tagged(&["1"]);
    let signature = Image::signature(3, OLD).referring_to(&release);
    let lost = image(4);
    let lost_digest = lost.digest.clone().expect("a digest");
    let registry = Registry::start([Repository::new(
        "web",
        vec![release, amd64, arm64, signature, lost],
    )]);
    let outcome = ecrpub(&registry, "images web --untagged -o delete-requests");
    assert_snapshot!(outcome, @r#"
    {"registryId":"123456789012","repositoryName":"web","imageIds":[{"imageDigest":"sha256:7f0c04237b1be658537340192b9812cc877ce09d6cf1e3b12ebb147149163ebc"}]}
    --- stderr
    note: 2 images of repository `web` are left out: held by an index that stays; `ecrpub images web --used-by` shows the tags
    note: 1 image of repository `web` is left out: referring to an image that stays; `ecrpub images web --used-by` shows the tags
    note: 1 image in 1 request; they free at most 1.0 kB, for images share layers
    "#);
    let requests: Value = serde_json::from_str(&outcome.stdout).expect("one request");
    assert_eq!(requests["imageIds"][0]["imageDigest"], lost_digest.as_str());
    carry_out(&registry, &[requests]);
    assert_pullable(&registry, "web", &["1".to_owned()]);
    assert_eq!(images(&registry, "web").len(), 4);
}

#[test]
fn what_would_lose_the_image_that_it_signs_is_counted() {
    let signed = image(1).tagged(&["1"]);
    let signature = Image::signature(2, OLD).tagged(&[&signed.digest_tag(".sig")]);
    let registry = Registry::start([Repository::new("web", vec![signed, signature])]);
    let outcome = ecrpub(
        &registry,
        "images web --digest sha256:36bd4cc26471b70c722f4602214c20ed70424c910f9c5b22e4c77f3b6874dfb8 -o delete-requests",
    );
    assert_snapshot!(outcome.stderr, @"
    note: 1 image of repository `web` stays, though it refers to an image that would be deleted; widen the filters to delete both
    note: 1 image in 1 request; they free at most 1.0 kB, for images share layers
    ");
    assert_eq!(
        outcome.stdout.matches("imageDigest").count(),
        1,
        "{outcome}"
    );
}

#[test]
fn each_request_is_under_the_name_of_its_repository() {
    let of = |name: &str, seed| Repository::new(name, vec![image(seed), image(9).tagged(&["1"])]);
    let registry = Registry::start([of("aa", 1), of("bb", 2), of("cc", 3)]);
    assert_snapshot!(ecrpub(&registry, "images bb aa --unused -q -o delete-requests"), @r#"
    {"registryId":"123456789012","repositoryName":"bb","imageIds":[{"imageDigest":"sha256:9f5f94452aa8baff012d33f2e42edcc258af9671b99a99a341c54df8a575c68f"}]}
    {"registryId":"123456789012","repositoryName":"aa","imageIds":[{"imageDigest":"sha256:36bd4cc26471b70c722f4602214c20ed70424c910f9c5b22e4c77f3b6874dfb8"}]}
    "#);
    let all = requests(&registry, "images --all --unused");
    let names: Vec<_> = all
        .iter()
        .map(|request| request["repositoryName"].as_str())
        .collect();
    assert_eq!(names, [Some("aa"), Some("bb"), Some("cc")]);
    carry_out(&registry, &all);
    for name in ["aa", "bb", "cc"] {
        assert_eq!(images(&registry, name).len(), 1, "{name}");
    }
}

/// The whole set of operations that any run sends.
#[test]
fn nothing_but_read_operations_is_ever_sent() {
    let registry = Registry::start([related("team/web", NOW_MS)]);
    for line in [
        "images team/web --unused -o delete-requests",
        "images team/web --tagged -o delete-requests",
        "images team/web --tag 2.3.0 --tag 2.2.0",
        "images team/web --used-by --platforms",
        "images team/web --platform linux/amd64",
        "images --all --count",
        "images public.ecr.aws/example/team/web",
        "tags team/web --platforms --pin -o name",
        "tags team/web --full-ref",
        "tags public.ecr.aws/example/team/web --platforms",
        "tags public.ecr.aws/example/team/web --source registry --platforms",
        "repos --usage",
        "repos public.ecr.aws/example --usage",
        "tags team/wbe",
        "tags public.ecr.aws/example/team/wbe",
    ] {
        ecrpub(&registry, line);
    }
    for tab in ["team/", "team/web:", "public.ecr.aws/example/team/web:"] {
        let run = Run::on(&registry).env("ECRPUB_COMPLETE", "fish");
        let run = run.arguments("-- ecrpub tags").argument(tab);
        run.outcome().data();
    }
    let run = Run::on(&registry).arguments("repos");
    crate::terminal::screen(80, run.into_command());
    let mut operations: Vec<_> = registry
        .requests()
        .into_iter()
        .map(|request| format!("{} {}", request.method, request.operation))
        .collect();
    operations.sort_unstable();
    operations.dedup();
    assert_eq!(
        operations,
        [
            "GET manifest",
            "GET tags/list",
            "GET token",
            "POST DescribeImageTags",
            "POST DescribeImages",
            "POST DescribeRegistries",
            "POST DescribeRepositories",
            "POST GetAuthorizationToken",
            "POST describeImageTags",
            "POST describeRepositoryCatalogData",
        ]
    );
}

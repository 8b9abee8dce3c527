//! Every page is read, every row is listed, and a partial listing says so.

use ecrpub_registry::{Fault, Image, Registry, Repository};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::harness::{Run, ecrpub};

const COUNT: usize = 2345;

fn big() -> Repository {
    Repository::generated("big", COUNT)
}

/// The time as `--time epoch` writes it.
#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds of this age are below 2^53"
)]
fn epoch(milliseconds: i64) -> Value {
    (milliseconds as f64 / 1000.0).into()
}

fn put(row: &mut Value, key: &str, value: Option<Value>) {
    if let Some(value) = value {
        row[key] = value;
    }
}

fn manifest(image: &Image) -> Value {
    let mut row = json!({});
    put(
        &mut row,
        "imageDigest",
        image.digest.clone().map(Value::from),
    );
    put(&mut row, "imageSizeInBytes", image.size.map(Value::from));
    put(&mut row, "imagePushedAt", image.pushed_at.map(epoch));
    put(
        &mut row,
        "imageManifestMediaType",
        image.manifest_media_type.clone().map(Value::from),
    );
    put(
        &mut row,
        "artifactMediaType",
        image.artifact_media_type.clone().map(Value::from),
    );
    row
}

/// The rows that `images` must print for `repository`, in the registry's order.
fn image_rows(repository: &Repository) -> Vec<Value> {
    let row = |image: &Image| {
        let mut row = manifest(image);
        row["registryId"] = ecrpub_registry::ACCOUNT.into();
        row["repositoryName"] = repository.name.as_str().into();
        if !image.tags.is_empty() {
            row["imageTags"] = image.tags.iter().map(|tag| tag.name.as_str()).collect();
        }
        row
    };
    repository.images.iter().map(row).collect()
}

/// The rows that `tags` must print for `repository`, in the registry's order.
fn tag_rows(repository: &Repository) -> Vec<Value> {
    let rows = |image: &Image| {
        let detail = manifest(image);
        let row = |tag: &ecrpub_registry::Tag| {
            let mut row = json!({ "imageTag": tag.name, "imageDetail": detail });
            row["repositoryName"] = repository.name.as_str().into();
            put(&mut row, "createdAt", tag.created_at.map(epoch));
            row
        };
        image.tags.iter().map(row).collect::<Vec<_>>()
    };
    repository.images.iter().flat_map(rows).collect()
}

/// Sorts as the program does: by this date, newest first, undated last, then digest, then tags.
fn newest_first(mut rows: Vec<Value>, date: &str) -> Vec<Value> {
    let time = |row: &Value| row[date].as_f64().unwrap_or(f64::NEG_INFINITY);
    let ties = |row: &Value| {
        let digest = [&row["imageDigest"], &row["imageDetail"]["imageDigest"]];
        let digest = digest.map(|digest| digest.as_str().map(str::to_owned));
        (digest, row["imageTag"].as_str().map(str::to_owned))
    };
    rows.sort_by(|a, b| {
        time(b)
            .total_cmp(&time(a))
            .then_with(|| ties(a).cmp(&ties(b)))
    });
    rows
}

/// A row of a machine format as the cells of a delimited one.
fn cells(row: &Value, header: &[&str]) -> Vec<String> {
    let cell = |name: &&str| match [&row[*name], &row["imageDetail"][*name]] {
        [Value::Null, Value::Null] => String::new(),
        [Value::Array(items), _] => {
            let items: Vec<_> = items.iter().filter_map(Value::as_str).collect();
            items.join(";")
        }
        [Value::Null, value] | [value, _] => match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.as_f64().expect("a number").to_string(),
            other => panic!("{other} is not a cell"),
        },
    };
    header.iter().map(cell).collect()
}

#[test]
fn a_listing_of_many_pages_equals_the_data_in_every_format() {
    let registry = Registry::start([big()]);
    for (command, list, rows, date) in [
        (
            "images",
            "imageDetails",
            image_rows(&big()),
            "imagePushedAt",
        ),
        ("tags", "imageTagDetails", tag_rows(&big()), "createdAt"),
    ] {
        let expected = newest_first(rows, date);
        let print = |format: &str| {
            let line = format!("{command} big --time epoch --page-size 97 -o {format}");
            ecrpub(&registry, &line).data()
        };

        let document: Value = serde_json::from_str(&print("json")).unwrap();
        assert_eq!(document, json!({ list: expected }), "{command} json");

        let lines = print("jsonl");
        let lines = lines
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        assert_eq!(lines.collect::<Vec<_>>(), expected, "{command} jsonl");

        let csv = print("csv");
        let mut csv = csv::Reader::from_reader(csv.as_bytes());
        let header = csv.headers().unwrap().clone();
        let header: Vec<_> = header.iter().collect();
        let expected_cells: Vec<_> = expected.iter().map(|row| cells(row, &header)).collect();
        let records = csv.records().map(|record| {
            record
                .unwrap()
                .iter()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        });
        assert_eq!(records.collect::<Vec<_>>(), expected_cells, "{command} csv");

        let tsv = print("tsv");
        let mut tsv = tsv
            .lines()
            .map(|line| line.split('\t').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(tsv.next().unwrap(), header, "{command} tsv header");
        assert_eq!(tsv.collect::<Vec<_>>(), expected_cells, "{command} tsv");

        let name = if command == "images" {
            "imageDigest"
        } else {
            "imageTag"
        };
        let names: Vec<_> = expected
            .iter()
            .map(|row| row[name].as_str().unwrap())
            .collect();
        assert_eq!(
            print("name").lines().collect::<Vec<_>>(),
            names,
            "{command} name"
        );

        let table = print("table --no-trunc");
        let found: Vec<_> = table.lines().skip(1).collect();
        assert_eq!(found.len(), expected.len(), "{command} table");
        for (line, name) in found.iter().zip(&names) {
            assert!(
                line.split_whitespace().any(|word| word == *name),
                "{line} lacks {name}"
            );
        }
    }
}

#[test]
fn pages_are_as_large_as_the_service_allows() {
    let registry = Registry::start([big()]);
    ecrpub(&registry, "images big -o name").data();
    let sizes: Vec<_> = registry
        .requests()
        .iter()
        .map(|request| request.body["maxResults"].clone())
        .collect();
    assert_eq!(sizes, [json!(1000), json!(1000), json!(1000)]);
}

#[test]
fn page_sizes_out_of_bounds_are_refused_before_anything_is_sent() {
    let registry = Registry::start([big()]);
    assert_snapshot!(ecrpub(&registry, "images big --page-size 1001"), @"
    --- stderr
    error: invalid value `1001` for `--page-size`: not a number from 1 to 1000
    --- exit code 2
    ");
    registry.assert_no_requests();
}

#[test]
fn a_part_of_a_listing_has_the_token_to_resume_with() {
    let registry = Registry::start([Repository::generated("big", 5)]);
    let first = ecrpub(&registry, "images big --page-size 2 --max-pages 1 -o json").data();
    let first: Value = serde_json::from_str(&first).unwrap();
    assert_eq!(first["imageDetails"].as_array().unwrap().len(), 2);
    let token = first["nextToken"].as_str().unwrap();

    let rest = format!(
        "images big --page-size 2 --starting-token {token} --time epoch -o jsonl --sort none"
    );
    let rest = ecrpub(&registry, &rest).data();
    let rest: Vec<Value> = rest
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rest, image_rows(&Repository::generated("big", 5))[2..]);
}

#[test]
fn a_note_has_the_token_if_the_format_does_not() {
    let registry = Registry::start([Repository::generated("big", 5)]);
    assert_snapshot!(ecrpub(&registry, "images big --page-size 2 --max-pages 2 -o name --sort none"), @"
    sha256:e9a462805806337265fd6e0a5eeb7406ef2af9ec3f32e530cc3438aa2109b3ed
    sha256:5bf9a4f0225b862ee9cb5a9859f0c0d75c0bce72fd15eed77b5f0c9ea5f1c894
    sha256:ad89b9ff5ba9b1612d09496d92d7bb8b5022c2abfff404d193adfb566fc1da36
    sha256:78e157a2f5a2e4e856d934642b53036fedcaa336231a34173ee5c52f67ffc218
    --- stderr
    note: there are more rows; resume with `--starting-token 1e3f29392833383f13373b3d3f297a38333d7a6e`
    ");
}

#[test]
fn parts_exclude_options_that_need_the_whole_listing() {
    let registry = Registry::start([big()]);
    assert_snapshot!(ecrpub(&registry, "images big --max-pages 1 --tag latest"), @"
    --- stderr
    error: `--max-pages` cannot be used with `--tag`
    hint: leave out `--max-pages` or `--tag`
    --- exit code 2
    ");
    assert_snapshot!(ecrpub(&registry, "images big --max-pages 0"), @"
    --- stderr
    error: invalid value `0` for `--max-pages`: not a number of 1 or more
    --- exit code 2
    ");
    registry.assert_no_requests();
}

#[test]
fn a_token_of_another_listing_is_refused_by_the_service() {
    let registry = Registry::start([big()]);
    assert_snapshot!(ecrpub(&registry, "images big --starting-token nonsense"), @"
    --- stderr
    error: the service refuses the request: Invalid parameter at 'nextToken' failed to satisfy constraint: 'Invalid pagination token'
    hint: a page token is valid only for the command, repository and registry that it came from
    --- exit code 2
    ");
}

/// A token that the service issued itself is not the user's mistake.
#[test]
fn a_refused_token_of_the_service_is_a_failure_of_the_service() {
    for (line, is_streamed) in [("-o name", false), ("-o name --sort none", true)] {
        for (subject, status, code) in [
            ("images big", 400, "InvalidParameterException"),
            ("tags big", 400, "ValidationException"),
            (
                "tags public.ecr.aws/example/big --source gallery",
                400,
                "InvalidParameterException",
            ),
            (
                "tags public.ecr.aws/example/big --source gallery",
                400,
                "NovelException",
            ),
            (
                "tags public.ecr.aws/example/big --source registry",
                400,
                "PAGINATION",
            ),
        ] {
            let registry = Registry::builder()
                .repository(big())
                .faults(move |request| refuse_token(request, status, code))
                .start();
            let run = Run::on(&registry).env("ECRPUB_HURRY", "1");
            let outcome = run
                .arguments(subject)
                .arguments(line)
                .arguments("--page-size 500")
                .outcome();
            assert_eq!(outcome.code, Some(5), "{subject} {line}: {outcome}");
            assert_eq!(!outcome.stdout.is_empty(), is_streamed, "{subject} {line}");
            let words = "refuses its own page token, so the listing cannot be completed: no";
            assert!(
                outcome.stderr.contains(words),
                "{subject} {line}: {}",
                outcome.stderr
            );
            assert!(
                !outcome.stderr.contains("--starting-token"),
                "{}",
                outcome.stderr
            );
        }
    }
}

/// Refuses every page after the first.
fn refuse_token(request: &ecrpub_registry::Request, status: u16, code: &str) -> Option<Fault> {
    let is_next = request.body["nextToken"].is_string() || request.path.contains("last=");
    is_next.then(|| {
        let body = json!({ "__type": code, "message": "no", "errors": [{ "code": code, "message": "no" }] });
        Fault::raw(status, "application/json", body.to_string())
    })
}

#[test]
fn a_repository_that_is_gone_at_the_next_page_disappeared() {
    for (subject, status, code) in [
        ("images big", 400, "RepositoryNotFoundException"),
        (
            "tags public.ecr.aws/example/big -o json",
            400,
            "RepositoryNotFoundException",
        ),
        (
            "tags public.ecr.aws/example/big --source registry",
            404,
            "NAME_UNKNOWN",
        ),
    ] {
        let registry = Registry::builder()
            .repository(big())
            .faults(move |request| refuse_token(request, status, code))
            .start();
        let run = Run::on(&registry).env("ECRPUB_HURRY", "1");
        let outcome = run
            .arguments(subject)
            .arguments("--page-size 500")
            .outcome();
        outcome.assert_failed(5, "disappeared while it was read", subject);
        // The same with the user's token: the repository does not exist.
        let run = Run::on(&registry).env("ECRPUB_HURRY", "1");
        let token = "/v2/example/big/tags/list?last=x";
        let outcome = run
            .arguments(subject)
            .arguments("--starting-token")
            .argument(token)
            .outcome();
        outcome.assert_failed(3, "", subject);
    }
}

#[test]
fn a_repeated_token_is_an_error_and_not_the_end() {
    let at_once = Registry::builder()
        .repository(big())
        .faults(|request| {
            let token = request.body["nextToken"].as_str()?;
            Some(Fault::Token(token.to_owned()))
        })
        .start();
    assert_snapshot!(ecrpub(&at_once, "images big -o name --page-size 500"), @"
    --- stderr
    error: the service repeats a page token after page 2 of repository `big`: the listing cannot be completed
    --- exit code 5
    ");

    let later = Registry::builder()
        .faults(|request| Some(empty_page(["a", "b", "c", "a", "d"][request.number - 1])))
        .start();
    assert_snapshot!(ecrpub(&later, "images big -o name"), @"
    --- stderr
    error: the service repeats a page token after page 4 of repository `big`: the listing cannot be completed
    --- exit code 5
    ");
    assert_eq!(later.requests().len(), 4);
}

fn empty_page(token: &str) -> Fault {
    let body = json!({ "imageDetails": [], "nextToken": token });
    Fault::raw(200, "application/x-amz-json-1.1", body.to_string())
}

#[test]
fn an_invalid_page_is_an_error_and_nothing_is_printed() {
    let bodies: [&[u8]; 4] = [
        b"<html>hello</html>",
        b"{\"imageDetails\": 7}",
        b"{\"imageDetails\": [{\"imageDigest\": 7}]}",
        b"{\"imageDetails\": [",
    ];
    for body in bodies {
        let registry = Registry::builder()
            .repository(big())
            .faults(move |request| {
                (request.number == 2).then(|| Fault::raw(200, "text/html", body))
            })
            .start();
        let outcome = ecrpub(&registry, "images big -o name");
        outcome.assert_failed(5, "", "");
        assert_eq!(registry.requests().len(), 2);
    }
}

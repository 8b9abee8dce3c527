//! How many requests are in flight, and at what rate, at a host that allows few.

use std::time::Duration;

use ecrpub_registry::{ALIAS, Builder, Fault, Registry, Repository};

use crate::harness::Run;

/// Repositories of one tagged image each, and their names.
fn repositories(count: usize) -> (Builder, Vec<String>) {
    let names: Vec<_> = (0..count).map(|number| format!("r{number}")).collect();
    let mut builder = Registry::builder();
    for name in &names {
        builder = builder.repository(Repository::generated(name, 1));
    }
    (builder, names)
}

/// A run that lists one row of each of `names` from a source.
fn run(registry: &Registry, source: Source, names: &[String]) -> Run {
    let mut run = Run::on(registry).env("ECRPUB_HURRY", "1");
    for word in source.command.split(' ') {
        run = run.argument(word);
    }
    for name in names {
        run = run.argument(&format!("{}{name}", source.prefix));
    }
    run
}

#[derive(Clone, Copy)]
struct Source {
    command: &'static str,
    prefix: &'static str,
    /// The number of requests besides one for each repository.
    extra: usize,
}

const SOURCES: [Source; 3] = [
    Source {
        command: "images --limit 1 -o jsonl",
        prefix: "",
        extra: 0,
    },
    Source {
        command: "tags --limit 1 -o jsonl",
        prefix: "public.ecr.aws/example/",
        extra: 0,
    },
    Source {
        command: "tags --limit 1 -o jsonl --source registry",
        prefix: "public.ecr.aws/example/",
        // The token.
        extra: 1,
    },
];

/// The repositories of a listing as JSON Lines.
fn listed(rows: &str) -> Vec<String> {
    let name = |row: &str| {
        let row: serde_json::Value = serde_json::from_str(row).expect("a row is JSON");
        row["repositoryName"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    rows.lines().map(name).collect()
}

#[test]
fn a_host_that_limits_the_rate_is_read_completely_and_refuses_few_requests() {
    assert_eq!(ALIAS, "example");
    std::thread::scope(|scope| {
        for source in SOURCES {
            scope.spawn(move || {
                let (builder, names) = repositories(300);
                // About one request for each millisecond would be sent without a limit.
                let registry = builder
                    .rate(150, 10)
                    .faults(|_| Some(Fault::Wait(Duration::from_millis(10))))
                    .start();
                let rows = run(&registry, source, &names).outcome().data();
                assert_eq!(listed(&rows), names, "{}", source.command);
                let counts = registry.rate_counts();
                let (command, accepted) = (source.command, counts.accepted);
                assert_eq!(accepted, 300 + source.extra, "{command}");
                // The first refusals show that there is a limit.
                assert!(counts.refused > 0, "{command}: {counts:?}");
                assert!(counts.refused * 5 < accepted, "{command}: {counts:?}");
                assert!(registry.most_under_way() <= 16, "{command}");
            });
        }
    });
}

#[test]
fn sixteen_requests_are_in_flight() {
    for source in &SOURCES[..2] {
        let (builder, names) = repositories(50);
        // Time for the first requests to arrive.
        let wait = |first| Duration::from_millis(if first { 400 } else { 5 });
        let registry = builder
            .faults(move |request| Some(Fault::Wait(wait(request.number <= 16))))
            .start();
        let rows = run(&registry, *source, &names).outcome().data();
        assert_eq!(listed(&rows), names, "{}", source.command);
        assert_eq!(registry.most_under_way(), 16, "{}", source.command);
    }
}

#[test]
fn the_registry_is_not_asked_for_a_burst_that_it_refuses() {
    let (builder, names) = repositories(30);
    let wait = Duration::from_millis(100);
    let registry = builder.faults(move |_| Some(Fault::Wait(wait))).start();
    let rows = run(&registry, SOURCES[2], &names).outcome().data();
    assert_eq!(listed(&rows), names);
    // A token alone, then two lists, and more after the answers to these.
    let requests = registry.requests();
    assert!(requests[1].at - requests[0].at >= wait);
    assert!(requests[3].at - requests[1].at >= wait);
}

#[test]
fn repositories_in_the_order_of_the_service_are_read_one_after_another() {
    let (builder, names) = repositories(20);
    let registry = builder
        .faults(|_| Some(Fault::Wait(Duration::from_millis(10))))
        .start();
    let run = run(&registry, SOURCES[0], &names).arguments("--sort none");
    assert_eq!(listed(&run.outcome().data()), names);
    assert_eq!(registry.most_under_way(), 1);
}

#[test]
fn retry_after_holds_back_all_repositories() {
    for source in SOURCES {
        let (builder, names) = repositories(60);
        let registry = builder
            .faults(|request| {
                let refused = Fault::Raw {
                    status: 503,
                    headers: vec![("retry-after", "30".to_owned())],
                    body: b"{}".to_vec(),
                };
                let first = request.number == 1;
                Some(if first {
                    refused
                } else {
                    Fault::Wait(Duration::from_millis(20))
                })
            })
            .start();
        let rows = run(&registry, source, &names).outcome().data();
        assert_eq!(listed(&rows), names, "{}", source.command);
        let requests = registry.requests();
        // `ECRPUB_HURRY` divides the wait by 100.
        let stopped = requests[0].at + Duration::from_millis(290);
        let early = requests.iter().filter(|request| request.at < stopped);
        assert!(early.count() <= 16, "{}", source.command);
        assert_eq!(requests.len(), 61 + source.extra, "{}", source.command);
    }
}

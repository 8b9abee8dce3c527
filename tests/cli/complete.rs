//! Completion: the committed scripts, names of repositories and tags of the services, and TAB in a real
//! bash, zsh and fish.

use std::net::TcpListener;
use std::path::{Path, PathBuf};

use ecrpub_registry::{Fault, Image, Registry, Repository};

use crate::harness::{NOW_MS, Outcome, Run, file, home};

const SCRIPTS: [(&str, &str); 5] = [
    ("bash", "ecrpub.bash"),
    ("elvish", "ecrpub.elv"),
    ("fish", "ecrpub.fish"),
    ("powershell", "_ecrpub.ps1"),
    ("zsh", "_ecrpub"),
];

pub(crate) fn committed(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("completions")
        .join(name)
}

/// With `ECRPUB_UPDATE` set, writes the scripts instead of comparing them.
#[test]
fn committed_scripts_are_those_that_the_program_prints() {
    for (shell, name) in SCRIPTS {
        let run = || Run::at("http://127.0.0.1:9");
        let printed = run().arguments(&format!("completions {shell}"));
        let printed = printed.outcome().data();
        if std::env::var_os("ECRPUB_UPDATE").is_some() {
            std::fs::write(committed(name), &printed).unwrap();
        }
        let kept = std::fs::read_to_string(committed(name)).unwrap_or_default();
        assert!(
            printed == kept,
            "{name} is outdated: run this test with `ECRPUB_UPDATE=1`"
        );
        for variable in [shell, &format!("/usr/bin/{shell}")] {
            let asked = run().env("ECRPUB_COMPLETE", variable).outcome().data();
            assert_eq!(asked, printed, "{variable}");
        }
    }
}

/// Three own repositories, which are public ones of the alias `example` too.
fn registry() -> Registry {
    Registry::start(repositories())
}

fn repositories() -> [Repository; 3] {
    let image = |seed| Image::oci(seed, 1, NOW_MS);
    [
        Repository::new(
            "storefront",
            vec![
                image(1).tagged(&["latest", "2.0"]),
                image(2).tagged(&["1.27.3"]),
            ],
        ),
        Repository::new("team/web", vec![image(3).tagged(&["1.0"])]),
        Repository::new("team/worker", vec![]),
    ]
}

/// Presses TAB at the end of `line`, as fish does: a line of the answer is a candidate.
fn tab(run: Run, line: &str) -> Outcome {
    let run = run.env("ECRPUB_COMPLETE", "fish").argument("--");
    let words = line.split(' ');
    words.fold(run, Run::argument).outcome()
}

/// The candidates for `line`, in the order in which they are offered. On a busy machine, they may take
/// longer than the second that TAB waits.
#[track_caller]
fn candidates(run: impl Fn() -> Run, line: &str) -> Vec<String> {
    let answers = std::iter::repeat_with(|| tab(run(), line).data());
    let data = answers.take(5).find(|data| !data.is_empty());
    let data = data.unwrap_or_default();
    data.lines()
        .map(|line| line.split('\t').next().unwrap_or_default().to_owned())
        .collect()
}

/// Each line of `cases` is a command line, an arrow and the candidates.
#[track_caller]
fn assert_offered(registry: &Registry, cases: &str) {
    for case in cases.lines() {
        let (line, expected) = case.split_once(" -> ").expect("an arrow");
        let expected: Vec<_> = expected.split_whitespace().collect();
        assert_eq!(candidates(|| Run::on(registry), line), expected, "{line}");
    }
}

#[test]
fn repositories_and_tags_are_offered() {
    let registry = registry();
    assert_offered(
        &registry,
        "\
ecrpub tags  -> storefront team/web team/worker
ecrpub images team -> team/web team/worker
ecrpub tags web --repo sto -> storefront
ecrpub tags --repository-name=sto -> --repository-name=storefront
ecrpub tags public.ecr.aws/example/t -> public.ecr.aws/example/team/web public.ecr.aws/example/team/worker
ecrpub tags --public example/s -> example/storefront
ecrpub images https://public.ecr.aws/example/storefront: -> https://public.ecr.aws/example/storefront:1.27.3 https://public.ecr.aws/example/storefront:2.0 https://public.ecr.aws/example/storefront:latest
ecrpub tags public.ecr.aws/example/storefront:1. -> public.ecr.aws/example/storefront:1.27.3
ecrpub tags storefront --tag l -> latest
ecrpub tags storefront team/web --tag=1 -> --tag=1.27.3 --tag=1.0
ecrpub tags public.ecr.aws/example/storefront --source registry --tag  -> 1.27.3 2.0 latest
ecrpub tags --tag  -> 
ecrpub tags storefront:1 -> 
ecrpub repos pub -> public.ecr.aws/
ecrpub tags pub -> public.ecr.aws/
ecrpub tags public.ecr.aws/e -> 
ecrpub repos public.ecr.aws/e -> ",
    );
}

#[test]
fn profiles_of_both_files_are_offered() {
    let registry = registry();
    let home = home(
        "complete-profiles",
        "[default]\n[profile staging]\n[profile prod]\n",
    );
    std::fs::write(
        home.join(".aws/credentials"),
        "[stage]\naws_access_key_id = x\n",
    )
    .unwrap();
    let run = || Run::on(&registry).env("HOME", &home);
    let sta = ["stage", "staging"];
    assert_eq!(candidates(run, "ecrpub tags web --profile sta"), sta);
    let all = ["default", "prod", "stage", "staging"];
    assert_eq!(candidates(run, "ecrpub repos --profile "), all);
    // A file that cannot be read is no reason to disturb the line.
    let broken = file("complete-broken", "[a\n= x");
    let outcome = tab(
        run().env("AWS_CONFIG_FILE", broken),
        "ecrpub repos --profile ",
    );
    assert_eq!(outcome.data(), "");
    registry.assert_no_requests();
}

#[test]
fn a_failing_service_gets_one_request_and_nothing_is_printed() {
    let fails = |_: &ecrpub_registry::Request| Some(Fault::error(500, "InternalError", "broken"));
    let registry = Registry::builder()
        .repositories(repositories())
        .faults(fails)
        .start();
    let line = "ecrpub tags public.ecr.aws/example/storefront --source gallery --tag ";
    assert_eq!(tab(Run::on(&registry), line).data(), "");
    assert_eq!(registry.requests().len(), 1);
    assert_eq!(tab(Run::on(&registry), "ecrpub tags te").data(), "");
    assert_eq!(registry.requests().len(), 2);
}

#[test]
fn the_registry_names_tags_when_the_gallery_fails() {
    let fails = |request: &ecrpub_registry::Request| {
        let is_gallery = request.operation == "describeImageTags";
        is_gallery.then(|| Fault::error(500, "InternalError", "broken"))
    };
    let registry = Registry::builder()
        .repositories(repositories())
        .faults(fails)
        .start();
    let line = "ecrpub tags public.ecr.aws/example/storefront --tag l";
    assert_eq!(candidates(|| Run::on(&registry), line), ["latest"]);
    assert_eq!(registry.count("describeImageTags"), 1);
}

/// The default limit of an attempt is 20 s, and a run makes three of them.
#[test]
fn a_server_that_never_answers_is_not_waited_for() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    for line in [
        "ecrpub tags te",
        "ecrpub tags public.ecr.aws/example/storefront:1",
    ] {
        let started = std::time::Instant::now();
        assert_eq!(tab(Run::at(&url), line).data(), "");
        assert!(started.elapsed().as_secs() < 10);
        listener.accept().expect("it was asked");
    }
}

#[cfg(unix)]
#[test]
fn no_program_is_run_for_keys() {
    let registry = registry();
    let log = file("complete-process.log", "");
    let config = format!(
        "[default]\ncredential_process = sh -c 'echo run >> {}; echo \"{{\\\"Version\\\":1,\\\"AccessKeyId\\\":\\\"ASIAPROCESS\\\",\\\"SecretAccessKey\\\":\\\"k\\\"}}\"'\n",
        log.display()
    );
    let home = home("complete-process", &config);
    let run = || Run::on(&registry).without_keys().env("HOME", &home);
    assert_eq!(candidates(run, "ecrpub tags te"), [""; 0]);
    assert_eq!(std::fs::read_to_string(&log).unwrap(), "");
    registry.assert_no_requests();
    // A run does run it.
    run().arguments("repos").outcome().data();
    assert_eq!(std::fs::read_to_string(&log).unwrap(), "run\n");
}

#[test]
fn keys_of_a_profile_are_used() {
    let registry = registry();
    let home = home(
        "complete-keys",
        "[profile keys]\naws_access_key_id = AKIAPROFILE\naws_secret_access_key = k\n[profile none]\n",
    );
    let run = || Run::on(&registry).without_keys().env("HOME", &home);
    let line = "ecrpub tags --profile keys te";
    assert_eq!(candidates(run, line), ["team/web", "team/worker"]);
    assert_eq!(registry.requests().len(), 1);
    for none in [
        "ecrpub tags --profile none te",
        "ecrpub tags --profile other te",
        "ecrpub tags te",
    ] {
        assert_eq!(candidates(run, none), [""; 0], "{none}");
    }
    assert_eq!(registry.requests().len(), 1);
}

#[test]
fn names_that_are_not_names_are_not_offered() {
    let names = ["te\u{1b}[2J", "te;rm -rf", "te$(x)", "team/worker"];
    let names = names.map(|name| serde_json::json!({ "repositoryName": name }));
    let body = serde_json::json!({ "repositories": names }).to_string();
    let registry = Registry::builder()
        .faults(move |_| Some(Fault::raw(200, "application/x-amz-json-1.1", body.clone())))
        .start();
    let offered = candidates(|| Run::on(&registry), "ecrpub tags te");
    assert_eq!(offered, ["team/worker"]);
}

#[test]
fn a_variable_of_other_programs_does_nothing() {
    let registry = registry();
    let run = || Run::on(&registry).arguments("tags storefront -o name --sort tag");
    let expected = run().outcome();
    assert_eq!(expected.stdout, "1.27.3\n2.0\nlatest\n");
    for (name, value) in [
        ("COMPLETE", "bash"),
        ("ECRPUB_COMPLETE", ""),
        ("ECRPUB_COMPLETE", "0"),
    ] {
        assert_eq!(run().env(name, value).outcome(), expected, "{name}={value}");
    }
}

// Only Linux has `setsid --ctty`, which gives a shell its terminal.
#[cfg(target_os = "linux")]
mod pressing_tab {
    use super::registry;
    use crate::harness::{Run, home, peer};
    use crate::tab::{assert_completes, bash, fish, zsh};

    /// Command lines before TAB, the first of which loads the script, and the arguments of the completed
    /// ones.
    const CASES: &str = "\
com -> completions
tags sto -> tags|storefront
tags te -> tags|team/w
tags 'sto -> tags|storefront
tags \"public.ecr.aws/example/storefront:1. -> tags|public.ecr.aws/example/storefront:1.27.3
tags --repo=sto -> tags|--repo=storefront
tags web --repository-name=sto -> tags|web|--repository-name=storefront
tags public.ecr.aws/example/storefront:1. -> tags|public.ecr.aws/example/storefront:1.27.3
tags --repo=public.ecr.aws/example/storefront:1. -> tags|--repo=public.ecr.aws/example/storefront:1.27.3
tags https://public.ecr.aws/example/storefront:la -> tags|https://public.ecr.aws/example/storefront:latest
tags storefront --tag=la -> tags|storefront|--tag=latest
tags public.ecr.aws/example/storefront:1.27.3 --out -> tags|public.ecr.aws/example/storefront:1.27.3|--output
tags web --output=j -> tags|web|--output=json
tags web --format=ta -> tags|web|--format=table
tags web --columns=imageTag,+pla -> tags|web|--columns=imageTag,+platforms
tags web -c +platforms,-cre -> tags|web|-c|+platforms,-createdAt
tags web --columns=-cre -> tags|web|--columns=-createdAt
tags web -c -cre -> tags|web|-c|-createdAt
tags web --profile=sta -> tags|web|--profile=staging
tags only -> tags|only
tags web --ca-bundle only -> tags|web|--ca-bundle|only file.pem
tags web --ca-bundle=only -> tags|web|--ca-bundle=only file.pem";

    fn environment(registry: &ecrpub_registry::Registry) -> Run {
        let run = Run::of("setsid", &registry.url());
        run.env("HOME", home("tab-complete", "[profile staging]\n"))
    }

    #[test]
    fn bash_completes() {
        if peer("bash") {
            let registry = registry();
            assert_completes("bash", bash(environment(&registry)), CASES);
        }
    }

    #[test]
    fn zsh_completes() {
        if peer("zsh") {
            let registry = registry();
            assert_completes("zsh", zsh(environment(&registry)), CASES);
        }
    }

    #[test]
    fn fish_completes() {
        if peer("fish") {
            let registry = registry();
            assert_completes("fish", fish(environment(&registry)), CASES);
        }
    }
}

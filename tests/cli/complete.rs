//! Completion by the program itself: names of repositories and tags, of past runs and of the services.

use std::net::TcpListener;
use std::path::{Path, PathBuf};

use ecrpub_registry::{Fault, Image, Registry, Repository};

use crate::harness::{NOW_MS, Outcome, Run, file, home, new_cache};

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

/// The candidates for `line`, in the order in which they are offered.
#[track_caller]
fn candidates(run: Run, line: &str) -> Vec<String> {
    let data = tab(run, line).data();
    data.lines()
        .map(|line| line.split('\t').next().unwrap_or_default().to_owned())
        .collect()
}

fn with_cache(registry: &Registry, cache: &Path) -> Run {
    Run::on(registry).env("ECRPUB_CACHE_DIR", cache)
}

fn files(cache: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(cache.join("names")).into_iter().flatten();
    files
        .map(|file| file.expect("the folder can be read").path())
        .collect()
}

#[test]
fn repositories_and_tags_are_offered() {
    let registry = registry();
    for (line, expected) in [
        (
            "ecrpub tags ",
            &["storefront", "team/web", "team/worker"][..],
        ),
        ("ecrpub images team", &["team/web", "team/worker"]),
        ("ecrpub tags web --repo sto", &["storefront"]),
        (
            "ecrpub tags --repository-name=sto",
            &["--repository-name=storefront"],
        ),
        (
            "ecrpub tags public.ecr.aws/example/t",
            &[
                "public.ecr.aws/example/team/web",
                "public.ecr.aws/example/team/worker",
            ],
        ),
        ("ecrpub tags --public example/s", &["example/storefront"]),
        (
            "ecrpub images https://public.ecr.aws/example/storefront:",
            &[
                "https://public.ecr.aws/example/storefront:1.27.3",
                "https://public.ecr.aws/example/storefront:2.0",
                "https://public.ecr.aws/example/storefront:latest",
            ],
        ),
        (
            "ecrpub tags public.ecr.aws/example/storefront:1.",
            &["public.ecr.aws/example/storefront:1.27.3"],
        ),
        ("ecrpub tags storefront --tag l", &["latest"]),
        (
            "ecrpub tags storefront team/web --tag=1",
            &["--tag=1.27.3", "--tag=1.0"],
        ),
        (
            "ecrpub tags public.ecr.aws/example/storefront --source registry --tag ",
            &["1.27.3", "2.0", "latest"],
        ),
        ("ecrpub tags --tag ", &[]),
        ("ecrpub tags storefront:1", &[]),
        ("ecrpub repos pub", &["public.ecr.aws/"]),
    ] {
        assert_eq!(candidates(Run::on(&registry), line), expected, "{line}");
    }
}

#[test]
fn columns_and_formats_are_offered_by_all_names_of_an_option() {
    let registry = registry();
    for (line, expected) in [
        ("ecrpub tags web -c +pla", &["+platforms"][..]),
        (
            "ecrpub tags web --columns imageTag,-cre",
            &["imageTag,-createdAt"],
        ),
        ("ecrpub tags web --columns=-cre", &["--columns=-createdAt"]),
        ("ecrpub tags web --format ta", &["table"]),
        ("ecrpub tags web --format=ta", &["--format=table"]),
        ("ecrpub tags web --out", &["--output"]),
        ("ecrpub completions z", &["zsh"]),
        ("ecrpub tags web --ca-bundle no-such", &[]),
    ] {
        assert_eq!(candidates(Run::on(&registry), line), expected, "{line}");
    }
    registry.assert_no_requests();
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
    assert_eq!(candidates(run(), "ecrpub tags web --profile sta"), sta);
    let all = ["default", "prod", "stage", "staging"];
    assert_eq!(candidates(run(), "ecrpub repos --profile "), all);
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
fn names_of_past_runs_are_offered_without_a_request() {
    let registry = registry();
    let cache = new_cache();
    let run = || with_cache(&registry, &cache);
    run().arguments("repos").outcome().data();
    run()
        .arguments("tags public.ecr.aws/example/storefront")
        .outcome()
        .data();
    run().arguments("images storefront").outcome().data();
    let asked = registry.requests().len();
    for (line, expected) in [
        ("ecrpub tags te", &["team/web", "team/worker"][..]),
        (
            "ecrpub tags public.ecr.aws/example/storefront:l",
            &["public.ecr.aws/example/storefront:latest"],
        ),
        ("ecrpub tags storefront --tag l", &["latest"]),
        ("ecrpub repos public.ecr.aws/e", &["public.ecr.aws/example"]),
        ("ecrpub repos --public e", &["example"]),
        (
            "ecrpub tags public.ecr.aws/e",
            &["public.ecr.aws/example/storefront"],
        ),
        (
            "ecrpub tags p",
            &["public.ecr.aws/example/storefront", "public.ecr.aws/"],
        ),
    ] {
        assert_eq!(candidates(run(), line), expected, "{line}");
    }
    assert_eq!(registry.requests().len(), asked);
    // Another account has other repositories.
    let other = run().env("AWS_ACCESS_KEY_ID", "AKIAOTHER");
    assert_eq!(
        candidates(other, "ecrpub tags te"),
        ["team/web", "team/worker"]
    );
    assert_eq!(registry.requests().len(), asked + 1);
}

#[test]
fn a_part_of_a_listing_is_offered_before_the_rest() {
    let registry = registry();
    let cache = new_cache();
    let run = || with_cache(&registry, &cache);
    let part = "tags public.ecr.aws/example/storefront --page-size 1 --max-pages 1 -o name -q";
    let first = run().arguments(part).outcome().data();
    assert_eq!(first, "latest\n");
    let line = "ecrpub tags public.ecr.aws/example/storefront --tag ";
    let asked = registry.requests().len();
    assert_eq!(candidates(run(), line), ["latest", "1.27.3", "2.0"]);
    assert_eq!(registry.requests().len(), asked + 1);
    // What TAB listed is remembered too.
    assert_eq!(candidates(run(), line), ["1.27.3", "2.0", "latest"]);
    assert_eq!(registry.requests().len(), asked + 1);
}

#[test]
fn without_a_cache_nothing_is_remembered() {
    let registry = registry();
    let cache = new_cache();
    let run = || with_cache(&registry, &cache);
    run().arguments("repos --no-cache").outcome().data();
    assert_eq!(
        candidates(run(), "ecrpub --no-cache tags sto"),
        ["storefront"]
    );
    assert!(!cache.exists());
    run().arguments("repos").outcome().data();
    assert_eq!(files(&cache).len(), 1);
    let asked = registry.requests().len();
    assert_eq!(
        candidates(run(), "ecrpub tags --no-cache sto"),
        ["storefront"]
    );
    assert_eq!(registry.requests().len(), asked + 1);
}

#[cfg(unix)]
#[test]
fn only_the_user_can_read_what_is_remembered() {
    use std::os::unix::fs::PermissionsExt;

    let registry = registry();
    let cache = new_cache().join("ecrpub");
    with_cache(&registry, &cache)
        .arguments("repos")
        .outcome()
        .data();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let files = files(&cache);
    assert_eq!(files.len(), 1);
    let modes = [&cache, &cache.join("names"), &files[0]].map(|path| mode(path));
    assert_eq!(modes, [0o700, 0o700, 0o600]);
}

#[test]
fn a_cache_that_cannot_be_written_is_no_reason_to_complain() {
    let registry = registry();
    let cache = file("complete-no-folder", "");
    let outcome = with_cache(&registry, &cache)
        .arguments("repos -o name")
        .outcome();
    assert_eq!(outcome.data(), "storefront\nteam/web\nteam/worker\n");
    assert_eq!(
        candidates(with_cache(&registry, &cache), "ecrpub tags sto"),
        ["storefront"]
    );
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
    assert_eq!(candidates(Run::on(&registry), line), ["latest"]);
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
    let cache = new_cache();
    let run = || {
        with_cache(&registry, &cache)
            .without_keys()
            .env("HOME", &home)
    };
    assert_eq!(candidates(run(), "ecrpub tags te"), [""; 0]);
    registry.allow_no_requests();
    assert_eq!(std::fs::read_to_string(&log).unwrap(), "");
    assert_eq!(registry.requests().len(), 0);
    // A run does run it, and what it listed is offered.
    run().arguments("repos").outcome().data();
    assert_eq!(std::fs::read_to_string(&log).unwrap(), "run\n");
    assert_eq!(
        candidates(run(), "ecrpub tags te"),
        ["team/web", "team/worker"]
    );
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
    assert_eq!(candidates(run(), line), ["team/web", "team/worker"]);
    assert_eq!(registry.requests().len(), 1);
    for none in [
        "ecrpub tags --profile none te",
        "ecrpub tags --profile other te",
        "ecrpub tags te",
    ] {
        assert_eq!(candidates(run(), none), [""; 0], "{none}");
    }
    assert_eq!(registry.requests().len(), 1);
}

#[test]
fn names_that_are_not_names_are_not_offered() {
    let registry = registry();
    let cache = new_cache();
    let run = || with_cache(&registry, &cache);
    run().arguments("repos").outcome().data();
    let path = &files(&cache)[0];
    let written = std::fs::read_to_string(path).unwrap();
    let hostile = written.replace("team/web", "te\u{1b}[2J\nte;rm -rf\nte$(x)");
    assert_ne!(written, hostile);
    std::fs::write(path, hostile).unwrap();
    assert_eq!(candidates(run(), "ecrpub tags te"), ["team/worker"]);
    assert_eq!(registry.requests().len(), 1);
}

#[test]
fn a_listing_of_a_whole_registry_leaves_room_for_others() {
    let repositories = (0..40).map(|number| {
        let tag = format!("v{number}");
        let image = Image::oci(number, 1, NOW_MS).tagged(&[&tag]);
        Repository::new(&format!("team/app-{number}"), vec![image])
    });
    let registry = Registry::start(repositories);
    let cache = new_cache();
    with_cache(&registry, &cache)
        .arguments("tags --all --count")
        .outcome()
        .data();
    assert_eq!(files(&cache).len(), 16);
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

#[test]
fn each_shell_is_told_how_to_call_the_program() {
    for shell in [
        "bash",
        "elvish",
        "fish",
        "powershell",
        "zsh",
        "/usr/bin/zsh",
    ] {
        let run = Run::at("http://127.0.0.1:9").env("ECRPUB_COMPLETE", shell);
        let script = run.outcome().data();
        let program = env!("CARGO_BIN_EXE_ecrpub");
        assert!(
            script.contains(program) && script.contains("ECRPUB_COMPLETE"),
            "{shell}: {script}"
        );
    }
    let outcome = Run::at("http://127.0.0.1:9")
        .env("ECRPUB_COMPLETE", "tcsh")
        .outcome();
    insta::assert_snapshot!(outcome, @r"
    --- stderr
    error: `ECRPUB_COMPLETE` is `tcsh`, which is not one of the shells `bash`, `elvish`, `fish`, `powershell`, `zsh`
    hint: correct the setting, or unset it
    --- exit code 2
    ");
}

// Only Linux has `setsid --ctty`, which gives a shell its terminal.
#[cfg(target_os = "linux")]
mod pressing_tab {
    use super::registry;
    use crate::harness::{Run, home, peer};
    use crate::tab::{Case, assert_completes, bash, fish, zsh};

    const CASES: &[Case] = &[
        ("com", &["completions"]),
        ("tags sto", &["tags", "storefront"]),
        ("images team/we", &["images", "team/web"]),
        // The common beginning of several.
        ("tags te", &["tags", "team/w"]),
        ("tags --repo sto", &["tags", "--repo", "storefront"]),
        // After an open quote.
        ("tags 'sto", &["tags", "storefront"]),
        (
            "tags \"public.ecr.aws/example/storefront:1.",
            &["tags", "public.ecr.aws/example/storefront:1.27.3"],
        ),
        ("tags --repo=sto", &["tags", "--repo=storefront"]),
        (
            "tags web --repository-name=sto",
            &["tags", "web", "--repository-name=storefront"],
        ),
        (
            "tags public.ecr.aws/example/sto",
            &["tags", "public.ecr.aws/example/storefront"],
        ),
        (
            "tags public.ecr.aws/example/storefront:1.",
            &["tags", "public.ecr.aws/example/storefront:1.27.3"],
        ),
        (
            "tags --repo=public.ecr.aws/example/storefront:1.",
            &["tags", "--repo=public.ecr.aws/example/storefront:1.27.3"],
        ),
        (
            "tags https://public.ecr.aws/example/storefront:la",
            &["tags", "https://public.ecr.aws/example/storefront:latest"],
        ),
        (
            "tags --public example/sto",
            &["tags", "--public", "example/storefront"],
        ),
        (
            "images public.ecr.aws/example/storefront --tag la",
            &[
                "images",
                "public.ecr.aws/example/storefront",
                "--tag",
                "latest",
            ],
        ),
        (
            "tags storefront --tag=la",
            &["tags", "storefront", "--tag=latest"],
        ),
        ("tags storefront --out", &["tags", "storefront", "--output"]),
        (
            "tags public.ecr.aws/example/storefront:1.27.3 --out",
            &[
                "tags",
                "public.ecr.aws/example/storefront:1.27.3",
                "--output",
            ],
        ),
        ("tags web -o ta", &["tags", "web", "-o", "table"]),
        ("tags web --output=j", &["tags", "web", "--output=json"]),
        ("tags web --format=ta", &["tags", "web", "--format=table"]),
        (
            "tags web --columns imageTag,cre",
            &["tags", "web", "--columns", "imageTag,createdAt"],
        ),
        (
            "tags web --columns=imageTag,+pla",
            &["tags", "web", "--columns=imageTag,+platforms"],
        ),
        (
            "tags web -c +platforms,-cre",
            &["tags", "web", "-c", "+platforms,-createdAt"],
        ),
        (
            "tags web --columns=-cre",
            &["tags", "web", "--columns=-createdAt"],
        ),
        ("tags web -c -cre", &["tags", "web", "-c", "-createdAt"]),
        (
            "tags web --profile sta",
            &["tags", "web", "--profile", "staging"],
        ),
        (
            "tags web --profile=sta",
            &["tags", "web", "--profile=staging"],
        ),
        // Files only for an option that takes one.
        ("tags only", &["tags", "only"]),
        (
            "tags web --ca-bundle only",
            &["tags", "web", "--ca-bundle", "only file.pem"],
        ),
        (
            "tags web --ca-bundle=only",
            &["tags", "web", "--ca-bundle=only file.pem"],
        ),
    ];

    fn environment(registry: &ecrpub_registry::Registry) -> Run {
        let run = Run::of("setsid", &registry.url());
        run.env("HOME", home("tab-complete", "[profile staging]\n"))
    }

    fn asks(shell: &str) -> String {
        format!("ECRPUB_COMPLETE={shell} '{}'", env!("CARGO_BIN_EXE_ecrpub"))
    }

    #[test]
    fn bash_completes() {
        if peer("bash") {
            let registry = registry();
            let script = format!("source <({})", asks("bash"));
            let shell = bash("dynamic", environment(&registry), &script);
            assert_completes("bash", shell, CASES);
        }
    }

    #[test]
    fn zsh_completes() {
        if peer("zsh") {
            let registry = registry();
            let script = format!("source <({})", asks("zsh"));
            let shell = zsh("dynamic", environment(&registry), "", &script);
            assert_completes("zsh", shell, CASES);
        }
    }

    #[test]
    fn fish_completes() {
        if peer("fish") {
            let registry = registry();
            let script = format!("{} | source", asks("fish"));
            let shell = fish("dynamic", environment(&registry), &script);
            assert_completes("fish", shell, CASES);
        }
    }
}

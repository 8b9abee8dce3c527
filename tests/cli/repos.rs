//! Repositories of registries, and the patterns that select them.

use ecrpub_registry::{Builder, Fault, Registry, Repository, sample};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::harness::{NOW_MS, Outcome, Run, ecrpub};

fn registry() -> Registry {
    start(|builder| builder)
}

fn start(build: impl FnOnce(Builder) -> Builder) -> Registry {
    let all = sample(NOW_MS).into_iter();
    build(all.fold(Registry::builder(), Builder::repository)).start()
}

/// Runs `ecrpub` without an AWS account.
fn anonymously(registry: &Registry, arguments: &str) -> Outcome {
    let run = Run::on(registry).without_keys();
    run.arguments(arguments).outcome()
}

/// The operations that the registry received, each with how often.
fn operations(registry: &Registry) -> Vec<String> {
    let mut names: Vec<_> = registry
        .requests()
        .into_iter()
        .map(|request| request.operation)
        .collect();
    names.sort();
    names.dedup();
    let count = |name: &String| format!("{name} {}", registry.count(name));
    names.iter().map(count).collect()
}

#[test]
fn own_repositories_are_listed_by_name() {
    let registry = registry();
    assert_snapshot!(ecrpub(&registry, "repos"), @"
    NAME               CREATED               URI
    charts/storefront  2022-08-31T12:00:00Z  public.ecr.aws/example/charts/storefront
    storefront         2021-12-14T12:00:00Z  public.ecr.aws/example/storefront
    team/checkout      2022-06-02T12:00:00Z  public.ecr.aws/example/team/checkout
    team/search        2024-05-31T12:00:00Z  public.ecr.aws/example/team/search
    team/web           2023-06-02T12:00:00Z  public.ecr.aws/example/team/web
    team/worker        2023-11-14T12:00:00Z  public.ecr.aws/example/team/worker
    tools/backup       2022-03-12T12:00:00Z  public.ecr.aws/example/tools/backup
    tools/scan         2023-01-18T12:00:00Z  public.ecr.aws/example/tools/scan
    ");
    assert_eq!(operations(&registry), ["DescribeRepositories 1"]);
    assert_snapshot!(ecrpub(&registry, "repos --full-ref --limit 2 -q"), @"
    public.ecr.aws/example/charts/storefront
    public.ecr.aws/example/storefront
    ");
    assert_snapshot!(ecrpub(&registry, "repos -o csv --include storefront"), @"
    registryId,repositoryArn,repositoryName,createdAt,repositoryUri
    123456789012,arn:aws:ecr-public::123456789012:repository/storefront,storefront,2021-12-14T12:00:00Z,public.ecr.aws/example/storefront
    ");
    assert_snapshot!(ecrpub(&registry, "repos --count"), @"8");
}

#[test]
fn every_page_of_repositories_is_read() {
    let names: Vec<_> = (1..=25).map(|number| format!("app-{number}")).collect();
    let repositories = names.iter().map(|name| Repository::new(name, Vec::new()));
    let registry = repositories
        .rev()
        .fold(Registry::builder(), Builder::repository)
        .start();
    let listed = ecrpub(&registry, "repos -o name --page-size 4").data();
    assert_eq!(
        listed.lines().collect::<Vec<_>>(),
        names,
        "in natural order"
    );
    assert_eq!(registry.count("DescribeRepositories"), 7);
    let streamed = ecrpub(&registry, "repos -o name --page-size 4 --sort none").data();
    let reversed: Vec<_> = names.iter().rev().map(String::as_str).collect();
    assert_eq!(
        streamed.lines().collect::<Vec<_>>(),
        reversed,
        "in the service's order"
    );
}

#[test]
fn repositories_are_filtered_sorted_and_limited() {
    let registry = registry();
    for (options, expected) in [
        (
            "--include team/.*",
            "team/checkout team/search team/web team/worker",
        ),
        ("--include .*store.* --exclude charts/.*", "storefront"),
        ("--sort created --limit 2", "team/search team/worker"),
        ("--sort created --reverse --limit 1", "storefront"),
        ("--since 2024-05-01", "team/search"),
        ("--before 2022-01-01", "storefront"),
        (
            "--min-age 1y --include t.*",
            "team/checkout tools/backup tools/scan",
        ),
        ("--sort name --reverse --limit 2", "tools/scan tools/backup"),
    ] {
        let listed = ecrpub(&registry, &format!("repos -o name -q {options}")).data();
        let listed: Vec<_> = listed.lines().collect();
        assert_eq!(listed.join(" "), expected, "{options}");
    }
    assert_snapshot!(ecrpub(&registry, "repos --include store"), @"
    --- stderr
    note: your registry has nothing to list: of 8 rows, none passes the filters; did you mean '.*store.*'?
    ");
    let empty = ecrpub(&registry, "repos --include nothing --fail-if-empty -o name");
    assert_eq!((empty.stdout.as_str(), empty.code), ("", Some(3)));
}

#[test]
fn a_public_registry_is_listed_without_an_account() {
    let registry = registry();
    assert_snapshot!(anonymously(&registry, "repos public.ecr.aws/eks-distro"), @"
    NAME                       URI
    coredns/coredns            public.ecr.aws/eks-distro/coredns/coredns
    etcd-io/etcd               public.ecr.aws/eks-distro/etcd-io/etcd
    kubernetes/kube-apiserver  public.ecr.aws/eks-distro/kubernetes/kube-apiserver
    kubernetes/kube-proxy      public.ecr.aws/eks-distro/kubernetes/kube-proxy
    ");
    assert_snapshot!(anonymously(&registry, "repos eks-distro --public -o json -L 1 -q"), @r#"
    {
      "repositories": [
        {
          "registryAliasName": "eks-distro",
          "repositoryName": "coredns/coredns",
          "repositoryUri": "public.ecr.aws/eks-distro/coredns/coredns"
        }
      ]
    }
    "#);
    assert_snapshot!(anonymously(&registry, "repos https://gallery.ecr.aws/eks-distro public.ecr.aws/docker --count"), @"
    public.ecr.aws/eks-distro	4
    public.ecr.aws/docker	1
    ");
    assert_snapshot!(anonymously(&registry, "repos public.ecr.aws/eks-distro public.ecr.aws/nope public.ecr.aws/docker --full-ref"), @"
    public.ecr.aws/eks-distro/coredns/coredns
    public.ecr.aws/eks-distro/etcd-io/etcd
    public.ecr.aws/eks-distro/kubernetes/kube-apiserver
    public.ecr.aws/eks-distro/kubernetes/kube-proxy
    public.ecr.aws/docker/library/nginx
    --- stderr
    error: registry `public.ecr.aws/nope` does not exist
    hint: look for it at https://gallery.ecr.aws
    --- exit code 3
    ");
    assert_snapshot!(anonymously(&registry, "repos public.ecr.aws/eks-distro --sort created"), @"
    --- stderr
    error: `--sort created` needs more than the names of repositories, but public registries provide nothing else
    hint: leave out `--sort created`
    --- exit code 2
    ");
    assert_eq!(operations(&registry), ["describeRepositoryCatalogData 7"]);
}

#[test]
fn what_is_no_registry_is_answered_with_what_to_type() {
    let registry = registry();
    assert_snapshot!(ecrpub(&registry, "repos team"), @"
    --- stderr
    error: `team`: a public registry is named with its host; your own needs no name
    hint: if it is public, try `public.ecr.aws/team`
    hint: list a repository of your own registry with `ecrpub repos --include team`
    --- exit code 2
    ");
    assert_snapshot!(ecrpub(&registry, "repos public.ecr.aws/docker/library/nginx"), @"
    --- stderr
    error: `public.ecr.aws/docker/library/nginx`: this is a repository, not a registry
    hint: list its tags with `ecrpub tags public.ecr.aws/docker/library/nginx`
    --- exit code 2
    ");
    assert_snapshot!(ecrpub(&registry, "repos public.ecr.aws/doc*"), @"
    --- stderr
    error: `public.ecr.aws/doc*`: a registry is not named by a pattern
    hint: select repositories by name with `ecrpub repos --include REGEX`
    --- exit code 2
    ");
    assert_snapshot!(anonymously(&registry, "repos"), @"
    --- stderr
    error: no AWS credentials found
    hint: log in with `aws login` or `aws sso login --profile NAME`, or store keys with `aws configure`, or set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`
    hint: a public registry takes none: list it with `ecrpub repos public.ecr.aws/ALIAS`
    --- exit code 4
    ");
    assert_snapshot!(ecrpub(&registry, "repos --public"), @"
    --- stderr
    error: `--public` needs the alias of a registry
    hint: name it, as in `ecrpub repos public.ecr.aws/eks-distro`
    --- exit code 2
    ");
    for options in [
        "--semver 1",
        "--pin",
        "-o delete-requests",
        "--max-pages 1",
        "--starting-token x",
        "--media-type helm",
        "--sort digest",
        "--usage --count",
        "--usage -o name",
    ] {
        let refused = ecrpub(&registry, &format!("repos {options}"));
        assert_eq!(refused.code, Some(2), "{options}: {refused}");
        let option = options.split(' ').next().expect("an option");
        assert!(refused.stderr.contains(option), "{options}: {refused}");
    }
    registry.assert_no_requests();
}

#[test]
fn usage_adds_up_the_images_of_each_repository() {
    let registry = registry();
    assert_snapshot!(ecrpub(&registry, "repos --usage"), @"
    NAME               CREATED               IMAGES  UNTAGGED      SIZE  LAST PUSH             URI
    charts/storefront  2022-08-31T12:00:00Z       4         0   73.2 kB  2024-05-30T12:00:00Z  public.ecr.aws/example/charts/storefront
    storefront         2021-12-14T12:00:00Z      12         8  493.9 MB  2024-06-01T09:00:00Z  public.ecr.aws/example/storefront
    team/checkout      2022-06-02T12:00:00Z       6         4  108.7 MB  2024-05-17T08:00:00Z  public.ecr.aws/example/team/checkout
    team/search        2024-05-31T12:00:00Z       0         0       0 B  -                     public.ecr.aws/example/team/search
    team/web           2023-06-02T12:00:00Z      29        22  702.1 MB  2024-06-01T11:54:00Z  public.ecr.aws/example/team/web
    team/worker        2023-11-14T12:00:00Z       9         6  143.4 MB  2024-05-30T08:00:00Z  public.ecr.aws/example/team/worker
    tools/backup       2022-03-12T12:00:00Z       4         0   32.4 MB  2024-06-01T10:00:00Z  public.ecr.aws/example/tools/backup
    tools/scan         2023-01-18T12:00:00Z       4         3  134.2 MB  2024-05-25T09:00:00Z  public.ecr.aws/example/tools/scan
    ");
    assert_snapshot!(ecrpub(&registry, "repos --usage -o jsonl --include team/.* --time epoch"), @r#"
    {"registryId":"123456789012","repositoryArn":"arn:aws:ecr-public::123456789012:repository/team/checkout","repositoryName":"team/checkout","createdAt":1654171200.0,"imageCount":6,"untaggedCount":4,"sizeInBytes":108658688,"lastPushedAt":1715932800.0,"repositoryUri":"public.ecr.aws/example/team/checkout"}
    {"registryId":"123456789012","repositoryArn":"arn:aws:ecr-public::123456789012:repository/team/search","repositoryName":"team/search","createdAt":1717156800.0,"imageCount":0,"untaggedCount":0,"sizeInBytes":0,"repositoryUri":"public.ecr.aws/example/team/search"}
    {"registryId":"123456789012","repositoryArn":"arn:aws:ecr-public::123456789012:repository/team/web","repositoryName":"team/web","createdAt":1685707200.0,"imageCount":29,"untaggedCount":22,"sizeInBytes":702085404,"lastPushedAt":1717242840.0,"repositoryUri":"public.ecr.aws/example/team/web"}
    {"registryId":"123456789012","repositoryArn":"arn:aws:ecr-public::123456789012:repository/team/worker","repositoryName":"team/worker","createdAt":1699963200.0,"imageCount":9,"untaggedCount":6,"sizeInBytes":143392768,"lastPushedAt":1717056000.0,"repositoryUri":"public.ecr.aws/example/team/worker"}
    "#);
    assert_snapshot!(ecrpub(&registry, "repos --sort size --limit 2"), @"
    NAME        CREATED               IMAGES  UNTAGGED      SIZE  LAST PUSH             URI
    team/web    2023-06-02T12:00:00Z      29        22  702.1 MB  2024-06-01T11:54:00Z  public.ecr.aws/example/team/web
    storefront  2021-12-14T12:00:00Z      12         8  493.9 MB  2024-06-01T09:00:00Z  public.ecr.aws/example/storefront
    --- stderr
    note: `--limit` leaves out 6 more rows
    ");
    assert_snapshot!(ecrpub(&registry, "repos --sort pushed --reverse --limit 2 -c name,lastPushedAt"), @"
    NAME           LAST PUSH
    team/checkout  2024-05-17T08:00:00Z
    tools/scan     2024-05-25T09:00:00Z
    --- stderr
    note: `--limit` leaves out 6 more rows
    ");
    assert_snapshot!(anonymously(&registry, "repos public.ecr.aws/eks-distro --usage --sort tags"), @"
    NAME                       TAGS  LAST PUSH             URI
    kubernetes/kube-proxy         5  2024-05-27T11:00:00Z  public.ecr.aws/eks-distro/kubernetes/kube-proxy
    kubernetes/kube-apiserver     3  2024-05-27T11:00:00Z  public.ecr.aws/eks-distro/kubernetes/kube-apiserver
    coredns/coredns               2  2024-05-26T11:00:00Z  public.ecr.aws/eks-distro/coredns/coredns
    etcd-io/etcd                  2  2024-05-27T11:00:00Z  public.ecr.aws/eks-distro/etcd-io/etcd
    ");
    assert_snapshot!(anonymously(&registry, "repos public.ecr.aws/eks-distro -c name,images"), @"
    --- stderr
    error: `--columns images` lists untagged images, which public repositories do not show
    hint: leave it out: `--usage` counts the tags of public repositories
    --- exit code 2
    ");
}

#[test]
fn usage_is_read_of_the_listed_repositories_only() {
    let registry = registry();
    ecrpub(&registry, "repos --usage --skip 1 --limit 2 -q").data();
    assert_eq!(
        operations(&registry),
        ["DescribeImages 2", "DescribeRepositories 1"]
    );
    ecrpub(&registry, "repos --sort images --limit 2 --include t.* -q").data();
    assert_eq!(registry.count("DescribeImages"), 2 + 6);
}

#[test]
fn usage_agrees_with_a_listing_of_the_images() {
    let mut twice = Repository::generated("big", 1234);
    let repeated = twice.images[3].clone();
    std::sync::Arc::make_mut(&mut twice.images).push(repeated);
    let registry = Registry::start([twice]);
    let usage = ecrpub(&registry, "repos -o jsonl --usage --page-size 100").data();
    let usage: Value = serde_json::from_str(&usage).expect("JSON");
    let images = ecrpub(&registry, "images big -o json").data();
    let images: Value = serde_json::from_str(&images).expect("JSON");
    let images = images["imageDetails"].as_array().expect("a list");
    let is_index = |image: &&Value| {
        image["imageManifestMediaType"]
            .as_str()
            .is_some_and(|kind| kind.contains("index"))
    };
    let size: i64 = (images.iter().filter(|image| !is_index(image)))
        .filter_map(|image| image["imageSizeInBytes"].as_i64())
        .sum();
    let last = images
        .iter()
        .filter_map(|image| image["imagePushedAt"].as_str())
        .max();
    assert_eq!(usage["imageCount"], 1234);
    assert_eq!(usage["sizeInBytes"], size);
    assert_eq!(usage["lastPushedAt"].as_str(), last);
    let untagged = images
        .iter()
        .filter(|image| image["imageTags"].is_null())
        .count();
    assert_eq!(usage["untaggedCount"], untagged);
}

#[test]
fn a_repository_that_disappears_is_a_note_and_one_that_is_denied_ends_the_run() {
    let gone = start(|builder| {
        builder.faults(|request| {
            let is_web = request.body["repositoryName"] == "team/web";
            is_web.then(|| Fault::error(400, "RepositoryNotFoundException", "gone"))
        })
    });
    assert_snapshot!(ecrpub(&gone, "repos --usage --include team/.* -c name,images"), @"
    NAME           IMAGES  UNTAGGED      SIZE  LAST PUSH
    team/checkout       6         4  108.7 MB  2024-05-17T08:00:00Z
    team/search         0         0       0 B  -
    team/worker         9         6  143.4 MB  2024-05-30T08:00:00Z
    --- stderr
    note: repository `team/web` disappeared meanwhile
    ");
    assert_snapshot!(ecrpub(&gone, "images team/* -o name --limit 1 --tagged"), @"
    sha256:77c2b993ba4af01e91f68e43bd487117d20dbad3dda329133cbcfd107df98e20
    sha256:c53a465292c33694e600cf5d3f5365bb53d6af546cccfd1ad85a5a0b178da875
    --- stderr
    note: repository `team/web` disappeared meanwhile
    note: repository `team/search` has nothing to list: it is empty
    ");
    assert_eq!(ecrpub(&gone, "images team/web -o name").code, Some(3));
    let denied = start(|builder| builder.deny_on("DescribeImages", "team/web"));
    assert_snapshot!(ecrpub(&denied, "repos --usage"), @"
    --- stderr
    error: access denied: User: arn:aws:iam::123456789012:user/reader is not authorized to perform: ecr-public:DescribeImages on resource: arn:aws:ecr-public::123456789012:repository/team/web because no identity-based policy allows the ecr-public:DescribeImages action
    hint: allow `ecr-public:DescribeImages` on `arn:aws:ecr-public::ACCOUNT:repository/team/web` in the IAM policy
    --- exit code 4
    ");
    let denied = start(|builder| builder.deny("DescribeRepositories"));
    assert_snapshot!(ecrpub(&denied, "repos"), @"
    --- stderr
    error: access denied: User: arn:aws:iam::123456789012:user/reader is not authorized to perform: ecr-public:DescribeRepositories on resource: arn:aws:ecr-public::123456789012:repository/* because no identity-based policy allows the ecr-public:DescribeRepositories action
    hint: allow `ecr-public:DescribeRepositories` on `arn:aws:ecr-public::ACCOUNT:repository/*` in the IAM policy
    --- exit code 4
    ");
}

#[test]
fn patterns_list_like_the_names_they_select() {
    let registry = registry();
    for (pattern_of, names) in [
        ("team/*", "team/checkout team/search team/web team/worker"),
        ("*/[!sb]*", "team/checkout team/web team/worker"),
        ("t*s/*", "tools/backup tools/scan"),
        (
            "--all",
            "charts/storefront storefront team/checkout team/search team/web team/worker tools/backup tools/scan",
        ),
    ] {
        let mut names: Vec<_> = names.split(' ').collect();
        names.sort_unstable();
        let names = names.join(" ");
        for command in ["images", "tags"] {
            for options in [
                "-o json",
                "",
                "--count",
                "-o name --sort none",
                "--full-ref --limit 2",
            ] {
                let pattern = ecrpub(&registry, &format!("{command} {pattern_of} {options} -q"));
                let listed = ecrpub(&registry, &format!("{command} {names} {options} -q"));
                let is_same = pattern == listed;
                assert!(is_same, "{command} {pattern_of} {options}");
                assert_eq!(listed.code, Some(0), "{listed}");
            }
        }
    }
}

#[test]
fn a_pattern_that_selects_one_repository_prints_what_several_do() {
    let registry = registry();
    assert_snapshot!(ecrpub(&registry, "tags team/we* --limit 1 -q"), @"
    REPOSITORY  TAG                                                                          CREATED                SIZE  MANIFEST   DIGEST
    team/web    sha256-c05b9b7b35e4544ab02982e883b62c1d75cbe8243e46d753fe3e36d6d78f1b82.sig  2024-05-29T12:01:00Z  240 B  OCI image  788a59122e9b
    ");
    assert_snapshot!(ecrpub(&registry, "tags team/we* --count"), @"team/web	10");
    assert_snapshot!(anonymously(&registry, "tags public.ecr.aws/eks-distro/kubernetes/* --limit 1 -q"), @"
    ALIAS       REPOSITORY                 TAG                  CREATED                  SIZE  MANIFEST   DIGEST
    eks-distro  kubernetes/kube-apiserver  v1.30.2-eks-1-30-11  2024-05-27T11:00:00Z  85.8 MB  OCI index  10503d4ec1c0
    eks-distro  kubernetes/kube-proxy      v1.30.2-eks-1-30-11  2024-05-27T11:00:00Z  85.8 MB  OCI index  3ade30654ed5
    ");
}

#[test]
fn patterns_without_a_match_are_named() {
    let registry = registry();
    assert_snapshot!(ecrpub(&registry, "tags nothing/* tools/scan public.ecr.aws/eks-distro/none* -o name"), @"
    weekly
    --- stderr
    error: no repository matches `nothing/*`
    hint: list your repositories with `ecrpub repos`
    error: no repository matches `public.ecr.aws/eks-distro/none*`
    hint: list the repositories with `ecrpub repos public.ecr.aws/eks-distro`
    --- exit code 3
    ");
    let empty = Registry::start([]);
    assert_snapshot!(ecrpub(&empty, "images --all -o json"), @r#"
    {
      "imageDetails": []
    }
    --- stderr
    note: your registry has no repositories
    "#);
    assert_snapshot!(ecrpub(&empty, "repos"), @"
    --- stderr
    note: your registry has nothing to list: it is empty
    ");
}

#[test]
fn what_takes_one_repository_by_name_takes_no_pattern() {
    let registry = registry();
    for line in ["tags --all --starting-token x", "tags team/*:1.0"] {
        let refused = ecrpub(&registry, line);
        assert_eq!(refused.code, Some(2), "{line}: {refused}");
    }
    assert_snapshot!(ecrpub(&registry, "tags --all storefront"), @"
    --- stderr
    error: `--all` cannot be used with `REPO`
    hint: leave out `--all` or `REPO`
    --- exit code 2
    ");
    assert_snapshot!(ecrpub(&registry, "tags public.ecr.aws/docker/* --source registry"), @"
    --- stderr
    error: `public.ecr.aws/docker/*` is a pattern, but `--source registry` cannot list repositories
    hint: name the repositories, or leave out `--source`
    --- exit code 2
    ");
    assert_snapshot!(ecrpub(&registry, "images team/web* --max-pages 1"), @"
    --- stderr
    error: `--max-pages` takes one repository by name, but a pattern was given
    hint: name one repository
    --- exit code 2
    ");
    registry.assert_no_requests();
}

#[test]
fn names_that_the_service_makes_up_are_refused() {
    let registry = start(|builder| {
        builder.faults(|request| {
            let body = json!({ "repositories": [{ "repositoryName": "../x" }] });
            (request.operation == "DescribeRepositories")
                .then(|| Fault::raw(200, "application/x-amz-json-1.1", body.to_string()))
        })
    });
    assert_snapshot!(ecrpub(&registry, "tags --all"), @"
    --- stderr
    error: the service returned an invalid repository name `../x`
    --- exit code 5
    ");
    assert_snapshot!(ecrpub(&registry, "repos --full-ref"), @"
    --- stderr
    error: the service returned a row without a public name
    --- exit code 5
    ");
    let unlisted = start(|builder| {
        builder.faults(|_| Some(Fault::raw(200, "application/x-amz-json-1.1", "{}")))
    });
    assert_snapshot!(ecrpub(&unlisted, "repos"), @"
    --- stderr
    error: `REGISTRY` sent an invalid response: no `repositories` in it (HTTP status 200)
    hint: check the endpoint and whether a proxy responds in its place
    --- exit code 5
    ");
}

#[test]
fn a_misspelled_name_is_answered_with_those_that_may_be_meant() {
    let registry = registry();
    assert_snapshot!(ecrpub(&registry, "images storefont tools/bakcup team/search -o name"), @"
    --- stderr
    note: repository `team/search` has nothing to list: it is empty
    error: repository `storefont` does not exist in your registry
    hint: did you mean `storefront`?
    hint: list your repositories with `ecrpub repos`
    error: repository `tools/bakcup` does not exist in your registry
    hint: if it is public, list it with `ecrpub tags public.ecr.aws/tools/bakcup`
    hint: did you mean `tools/backup`, `tools/scan`?
    hint: list your repositories with `ecrpub repos`
    --- exit code 3
    ");
    assert_eq!(registry.count("DescribeRepositories"), 1, "once for both");
    assert_snapshot!(ecrpub(&registry, "tags web --count"), @"
    --- stderr
    error: repository `web` does not exist in your registry
    hint: did you mean `team/web`?
    hint: list your repositories with `ecrpub repos`
    --- exit code 3
    ");
    assert_snapshot!(ecrpub(&registry, "tags nothing-like-it"), @"
    --- stderr
    error: repository `nothing-like-it` does not exist in your registry
    hint: list your repositories with `ecrpub repos`
    --- exit code 3
    ");
    let denied = start(|builder| builder.deny("DescribeRepositories"));
    assert_snapshot!(ecrpub(&denied, "images storefont"), @"
    --- stderr
    error: repository `storefont` does not exist in your registry
    hint: list your repositories with `ecrpub repos`
    --- exit code 3
    ");
    assert_eq!(denied.count("DescribeRepositories"), 1);
}

#[test]
fn overlapping_patterns_are_one_selection() {
    let registry = registry();
    assert_snapshot!(ecrpub(&registry, "images team/* te* --tag 3.0.0 -o name"), @"sha256:77c2b993ba4af01e91f68e43bd487117d20dbad3dda329133cbcfd107df98e20");
    assert_snapshot!(ecrpub(&registry, "images team/* storefront --tag 2.1.0 --tag suite --tag x -c repository,tags"), @"
    REPOSITORY  TAGS
    team/web    suite
    storefront  2.1.0, 2.1, 2, latest
    --- stderr
    error: no repository of this listing has an image with tag `x`
    --- exit code 3
    ");
    let gone = start(|builder| {
        builder.faults(|request| {
            let is_web = request.body["repositoryName"] == "team/web";
            is_web.then(|| Fault::error(400, "RepositoryNotFoundException", "gone"))
        })
    });
    assert_snapshot!(ecrpub(&gone, "tags team/w* te*/w* --count"), @"
    team/worker	4
    --- stderr
    note: repository `team/web` disappeared meanwhile
    ");
}

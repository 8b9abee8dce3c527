//! Usage errors: pasted references, options of other tools, unknown commands. Each hint names the
//! command to type; terminals and shells receive only text.

use ecrpub_registry::{Fault, Registry, Repository};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::harness::{Run, ecrpub, small};

/// The output for arguments that are refused before any request.
#[track_caller]
fn refused(arguments: &[&str]) -> String {
    let registry = Registry::start(small());
    let mut run = Run::on(&registry);
    for argument in arguments {
        run = run.argument(argument);
    }
    let outcome = run.outcome();
    assert_eq!(
        (outcome.stdout.as_str(), outcome.code),
        ("", Some(2)),
        "{outcome}"
    );
    registry.assert_no_requests();
    outcome.stderr
}

#[test]
fn a_reference_can_be_pasted_in_every_form() {
    let registry = Registry::start([Repository::generated("big", 20)]);
    let run = |reference: &str| {
        let run = Run::on(&registry).without_keys();
        run.arguments("tags -o name")
            .argument(reference)
            .outcome()
            .data()
    };
    let expected = run("public.ecr.aws/example/big");
    for reference in [
        "HTTPS://Public.ECR.aws/example/big/",
        "oci://public.ecr.aws/example/big",
        "docker://PUBLIC.ecr.aws:443/example/big",
        "public.ecr.aws:443/example/big",
        "https://www.gallery.ecr.aws/example/big?tab=tags#x",
    ] {
        assert_eq!(run(reference), expected, "{reference}");
    }
    assert!(expected.lines().count() > 20);
}

#[test]
fn an_arn_is_a_name_in_the_registry_of_its_account() {
    let registry = Registry::start(small());
    let account = ecrpub_registry::ACCOUNT;
    let arn = format!("arn:aws:ecr-public::{account}:repository/web");
    let by_name = ecrpub(
        &registry,
        &format!("tags web --registry-id {account} -o json"),
    )
    .data();
    assert_eq!(
        ecrpub(&registry, &format!("tags {arn} -o json")).data(),
        by_name
    );
    let same = format!("tags {arn} web --registry-id {account} -o json");
    assert_eq!(ecrpub(&registry, &same).data(), by_name);
    let requests = registry.requests();
    assert!(
        requests
            .iter()
            .all(|request| request.body["registryId"] == account)
    );

    let other = "arn:aws:ecr-public::210987654321:repository/web";
    assert_snapshot!(refused(&["tags", &arn, "--registry-id", "210987654321"]), @"
    error: a run lists repositories of one account, but 210987654321 and 123456789012 were given
    hint: run the command once for each account
    ");
    assert_snapshot!(refused(&["tags", &arn, other]), @"
    error: a run lists repositories of one account, but 123456789012 and 210987654321 were given
    hint: run the command once for each account
    ");
}

#[test]
fn the_public_reference_is_the_first_hint_for_names_that_look_public() {
    let registry = Registry::start(small());
    assert_snapshot!(ecrpub(&registry, "tags nginx"), @"
    --- stderr
    error: repository `nginx` does not exist in your registry
    hint: the official image is public: list it with `ecrpub tags public.ecr.aws/docker/library/nginx`
    hint: list your repositories with `ecrpub repos`
    --- exit code 3
    ");
    assert_snapshot!(ecrpub(&registry, "tags team/web"), @"
    --- stderr
    error: repository `team/web` does not exist in your registry
    hint: if it is public, list it with `ecrpub tags public.ecr.aws/team/web`
    hint: did you mean `web`?
    hint: list your repositories with `ecrpub repos`
    --- exit code 3
    ");
    let run = |arguments: &str| {
        let run = Run::on(&registry).without_keys();
        run.arguments(arguments).outcome().to_string()
    };
    assert_snapshot!(run("tags nginx"), @"
    --- stderr
    error: no AWS credentials found
    hint: the official image is public: list it with `ecrpub tags public.ecr.aws/docker/library/nginx`
    hint: log in with `aws login` or `aws sso login --profile NAME`, or store keys with `aws configure`, or set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`
    hint: a public repository takes none: name it as `public.ecr.aws/ALIAS/NAME`
    --- exit code 4
    ");
    assert_snapshot!(run("images web docker/library/nginx"), @"
    --- stderr
    error: no AWS credentials found
    hint: the official image is public: list it with `ecrpub tags public.ecr.aws/docker/library/nginx`
    hint: log in with `aws login` or `aws sso login --profile NAME`, or store keys with `aws configure`, or set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`
    hint: a public repository takes none: name it as `public.ecr.aws/ALIAS/NAME`
    --- exit code 4
    ");
}

#[test]
fn quotes_and_commands_around_a_reference_are_removed_in_the_hint() {
    assert_snapshot!(refused(&["tags", "docker pull public.ecr.aws/ab/web:1.0", "-L", "5"]), @"
    error: invalid value `docker pull public.ecr.aws/ab/web:1.0` for `REPO`: this is a command line, not a repository
    hint: try `ecrpub tags public.ecr.aws/ab/web:1.0 -L 5`
    ");
    assert_snapshot!(refused(&["tags", "docker", "pull", "public.ecr.aws/ab/web:1.0"]), @"
    error: this is a command line of another tool, not a list of repositories
    hint: name the repository alone: `public.ecr.aws/ab/web:1.0`
    ");
    assert_snapshot!(refused(&["tags", "docker", "run", "--rm", "-it", "public.ecr.aws/ab/web:1.0", "sh"]), @"
    error: this is a command line of another tool, not a repository
    hint: try `ecrpub tags public.ecr.aws/ab/web:1.0`
    ");
    assert_snapshot!(refused(&["images", "FROM", "public.ecr.aws/ab/web:1.0"]), @"
    error: this is a command line of another tool, not a repository
    hint: try `ecrpub images public.ecr.aws/ab/web:1.0`
    ");
    assert_snapshot!(refused(&["tags", "docker", "pull", "nginx"]), @"
    error: this is a command line of another tool, not a list of repositories
    hint: the official image is public: list it with `ecrpub tags public.ecr.aws/docker/library/nginx`
    hint: name the repository alone: `nginx`
    ");
    assert_snapshot!(refused(&["tags", "--repo=`Web`"]), @"
    error: invalid value ``Web`` for `--repo`: this is more than the name of a repository
    hint: try `ecrpub tags --repo=web`
    ");
    assert_snapshot!(refused(&["tags", "-R'Web'", "--limit", "3"]), @"
    error: invalid value `'Web'` for `--repo`: this is more than the name of a repository
    hint: try `ecrpub tags -Rweb --limit 3`
    ");
    assert_snapshot!(refused(&["tags", "https://public.ecr.aws/v2/ab/web/tags/list"]), @"
    error: invalid value `https://public.ecr.aws/v2/ab/web/tags/list` for `REPO`: this is an address of the registry's API
    hint: try `ecrpub tags public.ecr.aws/ab/web`
    ");
    assert_snapshot!(refused(&["tags", "public.ecr.aws/eks-distro"]), @"
    error: invalid value `public.ecr.aws/eks-distro` for `REPO`: this is a registry, not a repository
    hint: list its repositories with `ecrpub repos public.ecr.aws/eks-distro`, and name one as `public.ecr.aws/eks-distro/NAME`
    ");
    assert_snapshot!(refused(&["tags", "web:1.0:x"]), @"
    error: invalid value `web:1.0:x` for `REPO`: only a public repository, `public.ecr.aws/ALIAS/NAME`, can be named with an image
    hint: list the image of your own repository with `ecrpub tags web --tag 1.0`
    ");
    assert_snapshot!(refused(&["tags", "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1"]), @"
    error: invalid value `123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1` for `REPO`: this is in a private registry of Amazon ECR, but only ECR Public is supported
    hint: list it with `aws ecr describe-images --repository-name web --registry-id 123456789012 --region eu-west-1 --image-ids imageTag=1`
    ");
    assert_snapshot!(refused(&["tags", "https://hub.docker.com/r/grafana/grafana"]), @"
    error: invalid value `https://hub.docker.com/r/grafana/grafana` for `REPO`: this is on Docker Hub, but only ECR Public is supported
    hint: many publishers have the same name on ECR Public: try `ecrpub tags public.ecr.aws/grafana/grafana`
    hint: look for it at https://gallery.ecr.aws/?searchTerm=grafana
    ");
    assert_snapshot!(refused(&["tags", "team/[A-Z]*"]), @"
    error: invalid value `team/[A-Z]*` for `REPO`: names of repositories have no capitals
    hint: try `ecrpub tags 'team/[a-z]*'`
    ");
    assert_snapshot!(refused(&["tags", "team/*:1.0"]), @"
    error: invalid value `team/*:1.0` for `REPO`: a pattern selects repositories: select images with `--tag`, `--digest` or `--include`
    hint: try `ecrpub tags 'team/*' --tag 1.0`
    ");
    assert_snapshot!(refused(&["tags", "*:1.0"]), @"
    error: invalid value `*:1.0` for `REPO`: a pattern selects repositories: select images with `--tag`, `--digest` or `--include`
    hint: try `ecrpub tags '*' --tag 1.0`
    ");
    assert_snapshot!(refused(&["images", "public.ecr.aws/eks-distro/*:1.0", "-L", "5"]), @"
    error: invalid value `public.ecr.aws/eks-distro/*:1.0` for `REPO`: a pattern selects repositories: select images with `--tag`, `--digest` or `--include`
    hint: try `ecrpub images 'public.ecr.aws/eks-distro/*' -L 5 --tag 1.0`
    ");
    assert_snapshot!(refused(&["tags", "team/[z-a]*"]), @"error: invalid value `team/[z-a]*` for `REPO`: the range `z-a` ends before it begins");
}

#[test]
fn values_of_options_and_registries_called_like_tools_are_no_command_lines() {
    assert_snapshot!(refused(&["repos", "docker", "--public", "--source", "registry"]), @"
    error: there is no option `--source`
    hint: `--source` is for `ecrpub images` and `ecrpub tags`, not for `repos`
    ");
    assert_snapshot!(refused(&["repos", "docker", "--public", "--registri", "x"]), @"
    error: there is no option `--registri`
    hint: see `ecrpub repos --help`
    ");
    assert_snapshot!(refused(&["tags", "docker", "--source", "registry", "--regoin", "x"]), @"
    error: there is no option `--regoin`
    hint: try `ecrpub tags docker --source registry --region x`
    ");
    assert_snapshot!(refused(&["repos", "docker", "run", "-it", "public.ecr.aws/ab/web:1.0"]), @"
    error: this is a command line of another tool, not a repository
    hint: try `ecrpub tags public.ecr.aws/ab/web:1.0`
    ");
    assert_snapshot!(refused(&["tags", "docker", "build", "--tag", "public.ecr.aws/ab/web:1.0", "--pull", "."]), @"
    error: this is a command line of another tool, not a repository
    hint: try `ecrpub tags public.ecr.aws/ab/web:1.0`
    ");
}

#[test]
fn repositories_that_are_called_like_tools_are_repositories() {
    let names = ["docker", "helm", "image", "pull"].map(|name| Repository::generated(name, 1));
    let registry = Registry::start(names);
    for line in [
        "tags docker pull",
        "tags helm docker image",
        "tags docker image pull",
    ] {
        ecrpub(&registry, &format!("{line} -o name")).data();
    }
}

#[test]
fn unknown_commands_get_a_hint_with_the_likely_command() {
    assert_snapshot!(refused(&["nginx"]), @"
    error: there is no command `nginx`
    hint: list the public repository with `ecrpub tags public.ecr.aws/docker/library/nginx`
    hint: list your own repository with `ecrpub tags nginx`
    ");
    assert_snapshot!(refused(&["public.ecr.aws/ab/web:1.0", "--limit", "5"]), @"
    error: there is no command `public.ecr.aws/ab/web:1.0`
    hint: try `ecrpub tags public.ecr.aws/ab/web:1.0 --limit 5`
    ");
    assert_snapshot!(refused(&["ls", "web"]), @"
    error: there is no command `ls`
    hint: type `ecrpub tags web`
    ");
    assert_snapshot!(refused(&["list-tags", "docker://public.ecr.aws/ab/web"]), @"
    error: there is no command `list-tags`
    hint: type `ecrpub tags docker://public.ecr.aws/ab/web`
    ");
    assert_snapshot!(refused(&["describe-images", "--repository-name", "web", "--query", "x"]), @"
    error: there is no command `describe-images`
    hint: type `ecrpub images web`
    ");
    assert_snapshot!(refused(&["login"]), @"
    error: there is no command `login`
    hint: there is nothing to log in to: a public repository is read without credentials, `ecrpub tags public.ecr.aws/ALIAS/NAME`, your own with those of the AWS CLI, `ecrpub tags NAME --profile PROFILE`
    ");
    assert_snapshot!(refused(&["it's nothing"]), @"
    error: there is no command `it's nothing`
    hint: see the commands with `ecrpub --help`
    ");
}

#[test]
fn options_of_other_tools_get_a_hint_with_ours() {
    assert_snapshot!(refused(&["tags", "web", "--head", "5"]), @"
    error: there is no option `--head`
    hint: use `--limit 5`
    ");
    assert_snapshot!(refused(&["tags", "web", "--filter=tagStatus=UNTAGGED"]), @"
    error: there is no option `--filter`
    hint: filter tags with `--include REGEX`, dates with `--since WHEN` and `--before WHEN`, and list untagged images with `ecrpub images web --untagged`
    ");
    assert_snapshot!(refused(&["tags", "web", "-r"]), @"
    error: there is no option `-r`
    hint: use `--reverse`, or name a repository with `-R web`
    ");
    assert_snapshot!(refused(&["tags", "web", "--match", "$(reboot)"]), @"
    error: there is no option `--match`
    hint: use `--include '$(reboot)'`, which matches whole tags
    ");
    assert_snapshot!(refused(&["tags", "web", "--output", "text"]), @"
    error: invalid value `text` for `--output`
    hint: use `--output tsv --no-headers`
    hint: give one of `table`, `json`, `jsonl`, `csv`, `tsv`, `name`, `delete-requests`
    ");
    assert_snapshot!(refused(&["tags", "web", "--format", "{{.Tag}}"]), @"
    error: invalid value `{{.Tag}}` for `--output`
    hint: select fields with `--columns NAMES --output tsv --no-headers`
    hint: give one of `table`, `json`, `jsonl`, `csv`, `tsv`, `name`, `delete-requests`
    ");
    assert_snapshot!(refused(&["tags", "web", "--limt", "5"]), @"
    error: there is no option `--limt`
    hint: try `ecrpub tags web --limit 5`
    ");
    assert_snapshot!(refused(&["tags", "web", "--limit"]), @"
    error: `--limit` needs a value
    hint: give one, as in `--limit N`
    ");
    assert_snapshot!(refused(&["tags", "web", "--limit", "1", "--limit", "2"]), @"
    error: `--limit` is given more than once
    hint: leave out all but one `--limit`
    ");
    assert_snapshot!(refused(&["--limit", "5", "tags", "web"]), @"
    error: there is no option `--limit`
    hint: options come after the command: `ecrpub tags web --limit 5`
    ");
    assert_snapshot!(refused(&["completions"]), @"
    error: `SHELL` is missing
    hint: see `ecrpub completions --help`
    ");
    assert_snapshot!(refused(&["completions", "bash", "zsh"]), @"
    error: unexpected argument `zsh`
    hint: see `ecrpub completions --help`
    ");
}

#[test]
fn format_is_another_name_of_output() {
    let registry = Registry::start(small());
    let named = |option: &str| ecrpub(&registry, &format!("tags web {option} json")).data();
    assert_eq!(named("--format"), named("--output"));
}

#[test]
fn arguments_are_escaped_in_usage_errors() {
    let odd = "\u{1b}[2J\n\u{202e}\u{301}a\u{335}\u{335}\u{335}\u{335}\u{335}";
    for arguments in [
        &[odd][..],
        &["tags", odd],
        &["tags", "web", &format!("--{odd}")],
        &["tags", "web", "--limit", odd],
        &["tags", "web", "--since", odd],
        &["tags", "web", "--include", &format!("({odd}")],
        &["tags", "web", "--semver", odd],
        &["tags", "web", "--output", odd],
        &["tags", "web", "--columns", odd],
        &["tags", "web", "--profile", "x", "--region", odd],
        &["tags", "web", "--head", odd],
        &["tags", &format!("docker.io/x/{odd}")],
        &["tags", &format!("docker pull {odd}")],
        &[&format!("docker.io/x/{odd}")],
        &["completions", odd],
        &["completions", "bash", odd],
    ] {
        let told = refused(arguments);
        assert!(told.starts_with("error: "), "{told}");
        let lines = told.lines().skip(1);
        assert!(
            lines.clone().all(|line| line.starts_with("hint: ")),
            "{told}"
        );
        let is_odd = |c: char| c.is_control() && c != '\n' || "\u{202e}\u{301}\u{335}".contains(c);
        assert!(!told.contains(is_odd), "{told:?}");
    }
    assert!(refused(&["tags", odd]).contains(r"\u{1b}[2J\u{a}\u{202e}"));
}

#[test]
fn colour_options_apply_to_help_and_usage_errors() {
    let colored = |arguments: &str, variables: &[(&str, &str)]| {
        let mut run = Run::at("http://127.0.0.1:9");
        for (name, value) in variables {
            run = run.env(name, value);
        }
        let outcome = run.arguments(arguments).outcome();
        (outcome.stdout + &outcome.stderr).contains('\u{1b}')
    };
    let force = ("CLICOLOR_FORCE", "1");
    for line in [
        "--help",
        "tags -h",
        "tags --nonsense",
        "tags web --limit x",
        "",
    ] {
        assert!(!colored(line, &[]), "{line}");
        assert!(colored(line, &[force]), "{line}");
        assert!(!colored(line, &[("NO_COLOR", "1")]), "{line}");
        let never = format!("--color never {line}");
        assert!(!colored(&never, &[force]), "{never}");
        let never = format!("{line} --color=never");
        assert!(!colored(&never, &[force]), "{never}");
        let always = format!("--color always {line}");
        assert!(colored(&always, &[("NO_COLOR", "1")]), "{always}");
    }
    assert!(!colored("tags --nonsense -- --color always", &[]));
}

/// Runs `tags web` with the option of a hint in a shell, and returns the request.
#[cfg(unix)]
fn sent_by_a_shell(registry: &Registry, offered: &str) -> Value {
    let before = registry.requests().len();
    let program = assert_cmd::cargo::cargo_bin("ecrpub");
    let script = format!(
        "exec {} tags web --max-pages 1 {offered}",
        program.display()
    );
    let mut shell = Run::of("bash", &registry.url())
        .argument("-c")
        .argument(&script)
        .into_command();
    shell.output().expect("a shell");
    let requests = registry.requests();
    requests
        .get(before)
        .map_or(Value::Null, |request| request.body.clone())
}

#[cfg(unix)]
#[test]
fn a_token_in_a_hint_can_be_pasted_into_a_shell() {
    for token in [
        "plain-token_1=/+",
        "a&b;c|d>e $(exit 1) `exit 2` 'x' \"y\" \\z !! ~ * ? [a] {a,b} #",
        "-leading",
        "--limit=1",
        "=ls",
        "\u{1b}[2J\n\u{202e}",
    ] {
        let body = json!({ "imageTagDetails": [], "nextToken": token }).to_string();
        let registry = Registry::builder()
            .faults(move |_| Some(Fault::raw(200, "application/x-amz-json-1.1", body.clone())))
            .start();
        let outcome = ecrpub(&registry, "tags web --max-pages 1 -o name");
        let start = outcome.stderr.find('`').expect("a hint") + 1;
        let end = outcome.stderr.rfind('`').expect("a hint");
        let sent = sent_by_a_shell(&registry, &outcome.stderr[start..end]);
        assert_eq!(sent["nextToken"], token, "{outcome}");
    }
}

#[cfg(unix)]
#[test]
fn arguments_that_are_not_unicode_are_refused() {
    use std::os::unix::ffi::OsStrExt;

    let argument = std::ffi::OsStr::from_bytes(b"web\xff\x1b");
    let mut command = Run::at("http://127.0.0.1:9")
        .arguments("tags")
        .into_command();
    let output = command.arg(argument).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(2));
    assert_snapshot!(String::from_utf8_lossy(&output.stderr), @"
    error: invalid UTF-8 was detected in one or more arguments
    hint: see `ecrpub tags --help`
    ");
}

//! Usage errors: pasted references, options and commands of other tools. Terminals and shells receive
//! only text.

use ecrpub_registry::Registry;
use insta::assert_snapshot;

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
    let requests = registry.requests();
    assert!(
        requests
            .iter()
            .all(|request| request.body["registryId"] == account)
    );

    let other = "arn:aws:ecr-public::210987654321:repository/web";
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
    hint: if it is public, list it with `ecrpub tags public.ecr.aws/docker/library/nginx`
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
    hint: if it is public, list it with `ecrpub tags public.ecr.aws/docker/library/nginx`
    hint: log in with `aws login` or `aws sso login --profile NAME`, or store keys with `aws configure`, or set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`
    hint: a public repository takes none: name it as `public.ecr.aws/ALIAS/NAME`
    --- exit code 4
    ");
}

#[test]
fn invalid_references_are_refused_with_what_to_type() {
    assert_snapshot!(refused(&["tags", "docker pull public.ecr.aws/ab/web:1.0", "-L", "5"]), @"
    error: invalid value `docker pull public.ecr.aws/ab/web:1.0` for `REPO`: this is more than the name of a repository
    hint: try `public.ecr.aws/ab/web:1.0`
    ");
    assert_snapshot!(refused(&["tags", "public.ecr.aws/eks-distro"]), @"
    error: invalid value `public.ecr.aws/eks-distro` for `REPO`: a public repository is named with its registry's alias
    hint: name it as `public.ecr.aws/ALIAS/NAME`, or list a registry with `ecrpub repos public.ecr.aws/ALIAS`
    ");
    assert_snapshot!(refused(&["tags", "team/[A-Z]*"]), @"error: invalid value `team/[A-Z]*` for `REPO`: a pattern has lower-case letters, digits, `.`, `_`, `-`, `/`, and `*`, `?`, `[abc]`, `[a-z]` or `[!a]`");
    assert_snapshot!(refused(&["tags", "team/*:1.0"]), @"error: invalid value `team/*:1.0` for `REPO`: a pattern selects repositories: select images with `--tag`, `--digest` or `--include`");
}

#[test]
fn unknown_commands_get_a_hint() {
    assert_snapshot!(refused(&["public.ecr.aws/ab/web:1.0", "--limit", "5"]), @"
    error: there is no command `public.ecr.aws/ab/web:1.0`
    hint: name a command first, as in `ecrpub tags REPO`
    ");
    assert_snapshot!(refused(&["ls", "web"]), @"
    error: there is no command `ls`
    hint: list tags with `ecrpub tags REPO`, images with `ecrpub images REPO`, repositories with `ecrpub repos`
    ");
    assert_snapshot!(refused(&["imges", "web"]), @"
    error: there is no command `imges`
    hint: did you mean `ecrpub images`?
    ");
    assert_snapshot!(refused(&["prune", "web"]), @"
    error: there is no command `prune`
    hint: ecrpub only reads: it lists what to delete with `ecrpub images REPO --unused --output delete-requests`
    ");
}

#[test]
fn unknown_options_and_values_get_a_hint() {
    assert_snapshot!(refused(&["images", "web", "--jq", ".x"]), @"
    error: there is no option `--jq`
    hint: pipe the rows to jq, `ecrpub images … --output json | jq FILTER`, or choose fields with `--columns NAMES`
    ");
    assert_snapshot!(refused(&["tags", "web", "--untagged"]), @"
    error: there is no option `--untagged`
    hint: it is for images: use it with `ecrpub images REPO`
    ");
    assert_snapshot!(refused(&["tags", "web", "--filter=tagStatus=UNTAGGED"]), @"
    error: there is no option `--filter`
    hint: use `--include REGEX`, `--semver RANGE`, `--since WHEN` or `--before WHEN`
    ");
    assert_snapshot!(refused(&["images", "web", "--keep", "10"]), @"
    error: there is no option `--keep`
    hint: use `--skip N`, which leaves out the first N
    ");
    assert_snapshot!(refused(&["tags", "web", "--limt", "5"]), @"
    error: there is no option `--limt`
    hint: did you mean `--limit`?
    ");
    assert_snapshot!(refused(&["tags", "web", "-r"]), @"
    error: there is no option `-r`
    hint: see `ecrpub tags --help`
    ");
    assert_snapshot!(refused(&["--limit", "5", "tags", "web"]), @"
    error: there is no option `--limit`
    hint: see `ecrpub tags --help`
    ");
    assert_snapshot!(refused(&["tags", "web", "--limit"]), @"
    error: `--limit` needs a value
    hint: give one, as in `--limit N`
    ");
    assert_snapshot!(refused(&["tags", "web", "--limit", "1", "--limit", "2"]), @"
    error: `--limit` is given more than once
    hint: leave out all but one `--limit`
    ");
    assert_snapshot!(refused(&["tags", "web", "--verbose=2"]), @"
    error: `--verbose` takes no value
    hint: type it alone: `--verbose`
    ");
    assert_snapshot!(refused(&["completions"]), @"
    error: `SHELL` is missing
    hint: see `ecrpub completions --help`
    ");
}

#[test]
fn synonyms_of_options_work() {
    let registry = Registry::start(small());
    let listed = |options: &str| ecrpub(&registry, &format!("tags web {options}")).data();
    let expected =
        listed("--output json --sort size --columns imageTag --tag latest --color never");
    let synonyms =
        "--format JSON --sort-by size --fields imageTag --image-tag latest --colour never";
    assert_eq!(listed(synonyms), expected);
    assert_eq!(
        listed("-o csv --order-by tag --no-header"),
        listed("-o csv --sort tag --no-headers")
    );
    let next = "--next-token x --image-digest 0123456789ab --debug";
    assert_snapshot!(refused(&[&["tags", "web"][..], &next.split(' ').collect::<Vec<_>>()].concat()), @"
    error: `--starting-token` cannot be used with `--digest`
    hint: leave out `--starting-token` or `--digest`
    ");
}

#[test]
fn arguments_are_escaped_in_usage_errors() {
    let odd = "\u{1b}[2J\n\u{202e}a";
    for arguments in [
        &[odd][..],
        &["tags", odd],
        &["tags", "web", &format!("--{odd}")],
        &["tags", "web", "--limit", odd],
        &["tags", "web", "--since", odd],
        &["tags", "web", "--include", &format!("({odd}")],
        &["tags", "web", "--semver", odd],
        &["tags", "web", "--output", odd],
        &["tags", "web", "--head", odd],
        &["tags", &format!("docker.io/x/{odd}")],
        &["completions", odd],
    ] {
        let told = refused(arguments);
        assert!(told.starts_with("error: "), "{told}");
        let lines = told.lines().skip(1);
        assert!(
            lines.clone().all(|line| line.starts_with("hint: ")),
            "{told}"
        );
        let is_odd = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
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

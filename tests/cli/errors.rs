//! Each error: the message, a hint with the command to type, the exit code.

use ecrpub_registry::{
    DENIED_KEY, EXPIRED_KEY, Fault, Registry, Repository, Request, UNKNOWN_KEY, url_without_server,
};
use insta::assert_snapshot;

use crate::harness::{Run, ecrpub, small};

/// The output of `images web` if every request fails with `fault`.
fn failing(fault: impl Fn(&Request) -> Option<Fault> + Send + Sync + 'static) -> String {
    let [web, _] = small();
    let registry = Registry::builder().repository(web).faults(fault).start();
    ecrpub(&registry, "images web --max-attempts 2").to_string()
}

/// The same for an error of the service.
fn refused(status: u16, code: &'static str, message: &'static str) -> String {
    failing(move |_| Some(Fault::error(status, code, message)))
}

#[test]
fn a_missing_repository_is_named() {
    let registry = Registry::start(small());
    assert_snapshot!(ecrpub(&registry, "images nowhere"), @"
    --- stderr
    error: repository `nowhere` does not exist in your registry
    hint: list your repositories with `ecrpub repos`
    --- exit code 3
    ");
    assert_snapshot!(ecrpub(&registry, "tags web --registry-id 210987654321 -o json"), @"
    --- stderr
    error: repository `web` does not exist in the registry of account 210987654321
    hint: a registry id opens your own registry only; leave out `--registry-id`
    --- exit code 3
    ");
}

#[test]
fn an_invalid_account_and_no_repository_are_refused_before_anything_is_sent() {
    let registry = Registry::start(small());
    assert_snapshot!(ecrpub(&registry, "tags web --registry-id 42"), @"
    --- stderr
    error: invalid value `42` for `--registry-id`: an account has 12 digits
    --- exit code 2
    ");
    assert_snapshot!(ecrpub(&registry, "tags"), @"
    --- stderr
    error: no repository was given
    hint: name a public repository as `public.ecr.aws/ALIAS/NAME`, or one of your own as `NAME`
    --- exit code 2
    ");
    registry.assert_no_requests();
}

#[test]
fn errors_of_the_service_are_reported() {
    assert_snapshot!(refused(400, "InvalidParameterException", "'repositoryName' is wrong"), @"
    --- stderr
    error: the service refuses the request: 'repositoryName' is wrong
    --- exit code 2
    ");
    assert_snapshot!(refused(400, "UnsupportedCommandException", "only in us-east-1."), @"
    --- stderr
    error: the service refuses the command: only in us-east-1.
    hint: leave out `--region`: ECR Public is served in us-east-1
    --- exit code 2
    ");
    assert_snapshot!(refused(400, "ThrottlingException", "Rate exceeded"), @"
    --- stderr
    error: `REGISTRY` throttles requests: Rate exceeded (2 attempts)
    hint: try again later, or allow more attempts with `--max-attempts 20`
    --- exit code 5
    ");
    assert_snapshot!(refused(500, "ServerException", "out of order"), @"
    --- stderr
    error: `REGISTRY` failed with ServerException (HTTP status 500): out of order (2 attempts)
    hint: try again later, or see https://health.aws.amazon.com
    --- exit code 5
    ");
}

#[test]
fn a_denied_request_is_reported() {
    assert_snapshot!(with_key(DENIED_KEY), @"
    --- stderr
    error: access denied: User: arn:aws:iam::123456789012:user/reader is not authorized to perform: ecr-public:DescribeImageTags on resource: arn:aws:ecr-public::123456789012:repository/* because no identity-based policy allows the ecr-public:DescribeImageTags action
    hint: allow `ecr-public:DescribeImageTags` on `arn:aws:ecr-public::ACCOUNT:repository/web` in the IAM policy
    --- exit code 4
    ");
}

#[test]
fn expired_and_unknown_credentials_are_reported() {
    assert_snapshot!(with_key(EXPIRED_KEY), @"
    --- stderr
    error: the AWS credentials have expired: The security token included in the request is expired
    hint: renew `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, or unset them
    --- exit code 4
    ");
    assert_snapshot!(with_key(UNKNOWN_KEY), @"
    --- stderr
    error: the service does not accept the AWS credentials: The security token included in the request is invalid.
    hint: check whose they are with `aws sts get-caller-identity`, and the clock of this machine
    --- exit code 4
    ");
}

fn with_key(key: &str) -> String {
    let registry = Registry::start(small());
    let run = Run::on(&registry).env("AWS_ACCESS_KEY_ID", key);
    run.arguments("tags web").outcome().to_string()
}

#[test]
fn half_of_the_keys_is_refused() {
    let registry = Registry::start(small());
    let run = Run::on(&registry).without("AWS_SECRET_ACCESS_KEY");
    assert_snapshot!(run.arguments("images web").outcome(), @"
    --- stderr
    error: `AWS_ACCESS_KEY_ID` is set, but `AWS_SECRET_ACCESS_KEY` is not
    hint: set both, or unset both and use a profile with `--profile NAME`
    --- exit code 4
    ");
    registry.assert_no_requests();
}

#[test]
fn hosts_that_refuse_or_do_not_exist_are_reported_after_one_attempt() {
    assert_snapshot!(Run::at("http://no-such-host.invalid").arguments("images web").outcome(), @"
    --- stderr
    error: cannot find the host `REGISTRY`
    hint: check the network, the host name and, if given, `--region`
    --- exit code 5
    ");
    assert_snapshot!(Run::at(&url_without_server()).arguments("images web").outcome(), @"
    --- stderr
    error: `REGISTRY` refuses connections
    hint: check the endpoint and the proxy settings
    --- exit code 5
    ");
}

#[test]
fn invalid_responses_are_errors() {
    let answer =
        |status, body: &'static str| failing(move |_| Some(Fault::raw(status, "text/html", body)));
    assert_snapshot!(answer(200, "<html>welcome to the hotel</html>"), @"
    --- stderr
    error: `REGISTRY` sent an invalid response: not the expected JSON (HTTP status 200)
    hint: check the endpoint and whether a proxy responds in its place
    --- exit code 5
    ");
    assert_snapshot!(answer(302, ""), @"
    --- stderr
    error: `REGISTRY` sent an invalid response: a redirect (HTTP status 302)
    hint: check the endpoint and whether a proxy responds in its place
    --- exit code 5
    ");
    assert_snapshot!(answer(502, "<html>bad gateway</html>"), @"
    --- stderr
    error: `REGISTRY` sent an invalid response: an error page (HTTP status 502) (2 attempts)
    hint: check the endpoint and whether a proxy responds in its place
    --- exit code 5
    ");
}

#[test]
fn texts_of_the_service_cannot_reach_the_terminal_unescaped() {
    let text = refused(400, "NovelException", "\u{1b}[2Jgone\nerror: \u{202e}");
    assert_snapshot!(text, @r"
    --- stderr
    error: `REGISTRY` failed with NovelException (HTTP status 400): \u{1b}[2Jgone\u{a}error: \u{202e}
    --- exit code 5
    ");
}

#[test]
fn a_failure_prints_nothing_and_wins_over_a_missing_repository() {
    let registry = Registry::builder()
        .repository(Repository::generated("aa", 2))
        .repository(Repository::generated("bb", 2))
        .faults(|request| {
            let fault = Fault::error(400, "AccessDeniedException", "no");
            (request.body["repositoryName"] == "bb").then_some(fault)
        })
        .start();
    let outcome = ecrpub(&registry, "images aa nowhere bb -o name");
    assert_snapshot!(outcome, @"
    --- stderr
    error: access denied: no
    hint: allow `ecr-public:DescribeImages` on `arn:aws:ecr-public::ACCOUNT:repository/bb` in the IAM policy
    --- exit code 4
    ");
}

/// A hinted command reaches the same registry as the one that failed.
#[test]
fn hints_keep_the_options_of_the_connection() {
    let [web, _] = small();
    let registry = Registry::start([web]);
    let config = "[profile \"my p\"]\naws_access_key_id = AKIATEST\naws_secret_access_key = wJalrXUtnFEMI-K7MDENG\n";
    let outcome = |line: &str, id: &str| {
        let run = Run::on(&registry).env("HOME", crate::harness::home("hints-connection", config));
        let run = run.arguments(line).argument("--profile=my p").arguments(id);
        let run = run
            .arguments("--region us-east-1 --endpoint-url")
            .argument(&registry.url());
        run.outcome()
    };
    let options = "--profile 'my p' --region us-east-1 --endpoint-url http://REGISTRY/";
    let digest = format!("sha256:{}", "0".repeat(64));
    for (line, id, hint) in [
        (
            "tags web --tag nope",
            "--registry-id 123456789012",
            format!("list its tags with `ecrpub tags web {options} --registry-id 123456789012`"),
        ),
        (
            &format!("tags web --digest {digest}"),
            "",
            format!("look up the image with `ecrpub images web {options} --digest {digest}`"),
        ),
        (
            "tags nowhere",
            "",
            format!("list your repositories with `ecrpub repos {options}`"),
        ),
    ] {
        let outcome = outcome(line, id);
        let hints = outcome
            .stderr
            .lines()
            .filter(|line| line.starts_with("hint: "));
        let hints: Vec<_> = hints.collect();
        assert_eq!(hints, [format!("hint: {hint}")], "{line}: {outcome}");
        assert_eq!(outcome.code, Some(3));
    }
}

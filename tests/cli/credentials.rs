//! Credentials of every kind: got from where the settings say, or the run ends and names it.

use std::path::PathBuf;

use ecrpub_registry::{Fault, Registry};
use insta::{allow_duplicates, assert_snapshot};
use serde_json::{Value, json};

use crate::harness::{Outcome, Run, SECRET, home, small};
use crate::settings_peer::cloud::Cloud;

/// The SHA-256 of the login's session below.
const LOGIN_HASH: &str = "286187707741fc2ccb93cf9e56dbd0ee0a16208feed5fbc8ae1baa86d44c283f";
const LOGIN: &str = "arn:aws:iam::123456789012:user/me";
/// Made for this test.
const LOGIN_KEY: &str = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIMQVVqNEyz6gK//GWM9G7EUTdb+845cXZbfkhaOHhgXvoAoGCCqGSM49\nAwEHoUQDQgAEWiPhTYraekbGwpr5zGDxKqFyfqaS0jWMNZs/jdnaBOp6iNTn2rAA\nNHgDjy5QokwbYQeMbcAjtppb0tXcJRwL5g==\n-----END EC PRIVATE KEY-----\n";
/// The SHA-1 of `corp`.
const CORP_HASH: &str = "ee0bfd2552fbd840c02cc48b6e823320543c450f";

/// A run whose services are those of `cloud`, under `name`.
fn run(cloud: &Cloud, name: &str, config: &str) -> Run {
    let url = cloud.url(name);
    Run::at(&url)
        .without_keys()
        .without("AWS_ENDPOINT_URL_ECR_PUBLIC")
        .env("AWS_ENDPOINT_URL", format!("{url}/all"))
        .env("HOME", home(&format!("credentials-{name}"), config))
}

fn list(run: Run) -> Outcome {
    run.arguments("tags web").outcome()
}

fn keep(home: &str, path: &str, content: &Value) -> PathBuf {
    let path = self::home(&format!("credentials-{home}"), "").join(path);
    std::fs::create_dir_all(path.parent().expect("a folder"))
        .expect("the target folder can be written to");
    std::fs::write(&path, content.to_string()).expect("the target folder can be written to");
    path
}

fn sso_config(role: &str) -> String {
    format!(
        "[profile 'my team']\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = {role}\n\
         [sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://localhost/start\n"
    )
}

fn sso_token(home: &str, expires: &str) -> PathBuf {
    let token = json!({
        "accessToken": "sso-access-token", "expiresAt": expires, "clientId": "id",
        "clientSecret": "sso-client-secret", "refreshToken": "sso-refresh-token",
        "registrationExpiresAt": "2099-01-01T00:00:00Z", "kept": "as it is",
    });
    keep(home, &format!(".aws/sso/cache/{CORP_HASH}.json"), &token)
}

#[test]
fn a_login_of_sso_is_renewed_and_the_new_token_kept() {
    let cloud = Cloud::start();
    let file = sso_token("sso-renewed", "2001-01-01T00:00:00Z");
    let outcome = run(&cloud, "sso-renewed", &sso_config("reader"))
        .arguments("tags web --profile")
        .argument("my team")
        .outcome();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let trace = cloud.trace("sso-renewed");
    let expected = [
        "oidc@all \"id\" \"sso-client-secret\" \"refresh_token\" \"sso-refresh-token\"",
        "sso@all account_id=123456789012 role_name=reader token=renewed",
    ];
    assert_eq!(trace[..2], expected);
    let kept: Value =
        serde_json::from_str(&std::fs::read_to_string(&file).expect("a token")).expect("JSON");
    assert_eq!(
        (&kept["accessToken"], &kept["refreshToken"], &kept["kept"]),
        (&json!("renewed"), &json!("next"), &json!("as it is"))
    );
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(
            &std::fs::metadata(&file).expect("a token").permissions(),
        );
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn a_login_of_sso_that_is_refused_names_the_command_that_renews_it() {
    let cloud = Cloud::start();
    sso_token("sso-denied", "2099-01-01T00:00:00Z");
    let outcome = run(&cloud, "sso-denied", &sso_config("denied"))
        .arguments("tags web --profile")
        .argument("my team")
        .outcome();
    assert_snapshot!(outcome, @"
    --- stderr
    error: the SSO login of profile `my team` is not accepted: no: sso@all account_id=123456789012 role_name=denied token=[redacted]
    hint: log in with `aws sso login --profile 'my team'`
    --- exit code 4
    ");
    let expired = run(&cloud, "sso-none", &sso_config("reader"))
        .arguments("tags web --profile")
        .argument("my team")
        .outcome();
    assert_snapshot!(expired, @"
    --- stderr
    error: not logged in to `corp`
    hint: log in with `aws sso login --profile 'my team'`
    --- exit code 4
    ");
}

#[test]
fn a_role_that_is_denied_does_not_ask_for_a_login() {
    let cloud = Cloud::start();
    let config = format!(
        "[default]\nrole_arn = arn:aws:iam::123456789012:role/denied\nsource_profile = base\n\
         [profile base]\naws_access_key_id = AKIAFILEFILE\naws_secret_access_key = {SECRET}\naws_session_token = base-session-token\n"
    );
    assert_snapshot!(list(run(&cloud, "role-denied", &config)), @"
    --- stderr
    error: cannot assume the role of profile `default`: no: sts@all Action=AssumeRole RoleArn=arn:aws:iam::123456789012:role/denied Version=2011-06-15 by=[redacted] token=[redacted] region=us-east-1 (AccessDenied)
    hint: the role `arn:aws:iam::123456789012:role/denied` must trust the keys of profile `base`, which must be allowed `sts:AssumeRole`
    --- exit code 4
    ");
}

/// A run with a login whose keys expire then.
fn login(cloud: &Cloud, name: &str, settings: &str, expires: &str) -> (Run, PathBuf) {
    let config = format!("[default]\nlogin_session = {LOGIN}\n{settings}");
    let token = json!({
        "accessToken": {
            "accessKeyId": "ASIAOLD", "secretAccessKey": "old-key-of-login", "sessionToken": "old-session",
            "accountId": "123456789012", "expiresAt": expires,
        },
        "tokenType": "aws_sigv4", "refreshToken": "refresh-of-login", "clientId": "client", "dpopKey": LOGIN_KEY,
    });
    let path = format!(".aws/login/cache/{LOGIN_HASH}.json");
    let file = keep(name, &path, &token);
    let url = cloud.url(name);
    let run = run(cloud, name, &config)
        .without("AWS_ENDPOINT_URL")
        .env("AWS_ENDPOINT_URL_ECR_PUBLIC", format!("{url}/all"));
    (run, file)
}

#[test]
fn a_login_is_renewed_with_a_proof_and_the_new_token_kept() {
    let cloud = Cloud::start();
    let (run, file) = login(&cloud, "login", "", "2001-01-01T00:00:00Z");
    let sign_in = format!("{}/sign", cloud.url("login"));
    let outcome = list(run.env("AWS_ENDPOINT_URL_SIGNIN", sign_in));
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let trace = cloud.trace("login");
    assert!(
        trace[0].starts_with("sign-in@sign proof=true "),
        "{trace:?}"
    );
    assert!(trace[0].contains("refresh-of-login"), "{trace:?}");
    assert_eq!(
        trace[1],
        "ecr@all by=ASIALOGIN token=renewed-session region=us-east-1"
    );
    let kept: Value =
        serde_json::from_str(&std::fs::read_to_string(file).expect("a token")).expect("JSON");
    assert_eq!(kept["refreshToken"], "next-refresh");
    assert_eq!(kept["accessToken"]["accessKeyId"], "ASIALOGIN");
    assert_eq!(kept["accessToken"]["accountId"], "123456789012");
}

#[test]
fn a_login_that_is_valid_is_not_renewed() {
    let cloud = Cloud::start();
    let (run, _) = login(&cloud, "login-valid", "", "2099-01-01T00:00:00Z");
    let sign_in = format!("{}/over", cloud.url("login-valid"));
    let outcome = list(run.env("AWS_ENDPOINT_URL_SIGNIN", sign_in));
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert_eq!(
        cloud.trace("login-valid"),
        ["ecr@all by=ASIAOLD token=old-session region=us-east-1"]
    );
}

#[test]
fn a_login_that_cannot_be_renewed_says_why_and_what_to_do() {
    let cloud = Cloud::start();
    let renew = |name: &str, url: String| {
        let (run, _) = login(&cloud, name, "", "2001-01-01T00:00:00Z");
        let run = run
            .env("ECRPUB_HURRY", "1")
            .env("AWS_ENDPOINT_URL_SIGNIN", url);
        let outcome = list(run);
        let traced = cloud.trace(name).len();
        let address = cloud.address.to_string();
        let shown = outcome.to_string().replace(&address, "HOST");
        (shown, traced)
    };
    let of_label = |label: &str| renew(label, format!("{}/{label}", cloud.url(label)));
    let (shown, traced) = of_label("over");
    assert_snapshot!(shown, @"
    --- stderr
    error: the login of profile `default` cannot be renewed: no: [redacted] (AccessDeniedException)
    hint: log in with `aws login --profile default`
    --- exit code 4
    ");
    assert_eq!(traced, 1);
    let (shown, traced) = of_label("busy");
    assert_snapshot!(shown, @"
    --- stderr
    error: `HOST` throttles requests: no: [redacted] (8 attempts)
    hint: try again later, or allow more attempts with `--max-attempts 20`
    --- exit code 5
    ");
    assert_eq!(traced, 1);
    let (shown, traced) = of_label("page");
    assert_snapshot!(shown, @"
    --- stderr
    error: `HOST` answered with an error page (3 attempts)
    hint: check the endpoint and whether a proxy answers in its place
    --- exit code 5
    ");
    assert_eq!(traced, 1);
    for keyless in ["negative", "fraction", "keyless", "bare"] {
        let (shown, _) = of_label(keyless);
        allow_duplicates!(assert_snapshot!(shown, @"
        --- stderr
        error: `HOST` answered without credentials
        --- exit code 5
        "));
    }
    for odd in ["long", "text"] {
        let (shown, _) = of_label(odd);
        allow_duplicates!(assert_snapshot!(shown, @"
        --- stderr
        error: `HOST` answered with an error page (3 attempts)
        hint: check the endpoint and whether a proxy answers in its place
        --- exit code 5
        "));
    }
    let (shown, _) = renew("login-refused", "http://127.0.0.1:9".to_owned());
    assert_snapshot!(shown, @"
    --- stderr
    error: `127.0.0.1:9` refuses connections
    hint: check the endpoint and the proxy settings
    --- exit code 5
    ");
}

#[test]
fn a_login_without_a_key_is_not_renewed() {
    let cloud = Cloud::start();
    let (run, file) = login(&cloud, "login-keyless", "", "2001-01-01T00:00:00Z");
    let token = std::fs::read_to_string(&file).expect("a token");
    let sign_in = format!("{}/sign", cloud.url("login-keyless"));
    std::fs::write(&file, token.replace("MHcCAQEE", "AAAA")).expect("the file was written");
    let outcome = list(run.env("AWS_ENDPOINT_URL_SIGNIN", sign_in));
    assert_snapshot!(outcome, @"
    --- stderr
    error: the token file of the login has an unknown format
    hint: log in with `aws login --profile default`
    --- exit code 4
    ");
    assert!(cloud.trace("login-keyless").is_empty());
}

#[test]
fn what_the_provider_of_logins_would_not_follow_is_refused_by_name() {
    let cloud = Cloud::start();
    let services =
        "services = local\n[services local]\nsignin =\n  endpoint_url = http://localhost:9\n";
    for (name, settings, variables, named) in [
        (
            "login-services",
            services,
            &[][..],
            "`signin` in section `services local`",
        ),
        (
            "login-profile",
            "endpoint_url = http://localhost:9\n",
            &[],
            "`endpoint_url` in profile `default`",
        ),
        (
            "login-empty",
            "",
            &[("AWS_ENDPOINT_URL_SIGNIN", "")],
            "`AWS_ENDPOINT_URL_SIGNIN` is empty",
        ),
        (
            "login-empty-all",
            "",
            &[("AWS_ENDPOINT_URL", "")],
            "`AWS_ENDPOINT_URL` is empty",
        ),
        (
            "login-scheme",
            "",
            &[("AWS_ENDPOINT_URL_SIGNIN", "localhost")],
            "`AWS_ENDPOINT_URL_SIGNIN`",
        ),
        (
            "login-user",
            "",
            &[("AWS_ENDPOINT_URL", "http://me:hunter2@localhost:9")],
            "`AWS_ENDPOINT_URL`",
        ),
        (
            "login-ignored",
            "ignore_configured_endpoint_urls = true\n",
            &[("AWS_ENDPOINT_URL", "http://localhost:9")],
            "`AWS_ENDPOINT_URL` cannot be ignored",
        ),
        (
            "login-folder",
            "",
            &[("AWS_LOGIN_CACHE_DIRECTORY", "~/.aws/login/cache")],
            "`AWS_LOGIN_CACHE_DIRECTORY`",
        ),
        (
            "login-no-folder",
            "",
            &[("AWS_LOGIN_CACHE_DIRECTORY", "")],
            "`AWS_LOGIN_CACHE_DIRECTORY`",
        ),
    ] {
        let (run, _) = login(&cloud, name, settings, "2001-01-01T00:00:00Z");
        let run = (variables.iter()).fold(run, |run, (name, value)| run.env(name, value));
        let outcome = list(run);
        assert_eq!(outcome.code, Some(2), "{name}: {outcome}");
        assert!(outcome.stderr.contains(named), "{name}: {outcome}");
        assert!(!outcome.stderr.contains("hunter2"), "{name}: {outcome}");
        assert!(cloud.trace(name).is_empty(), "{name}");
    }
}

#[test]
fn an_instance_is_asked_once_a_token_is_got() {
    let cloud = Cloud::start();
    let ask = |name: &str, label: &str| {
        let run = run(&cloud, name, "")
            .without("AWS_EC2_METADATA_DISABLED")
            .env(
                "AWS_EC2_METADATA_SERVICE_ENDPOINT",
                format!("{}/{label}/", cloud.url(name)),
            );
        list(run)
    };
    let outcome = ask("instance", "imds");
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert_eq!(cloud.trace("instance")[0], "instance@imds imds-token");
    let outcome = ask("instance-page", "page");
    assert!(
        outcome
            .stderr
            .starts_with("error: no AWS credentials found\n"),
        "{outcome}"
    );
    let shown = ask("instance-untrusted", "untrusted").to_string();
    assert_snapshot!(shown.replace(&cloud.address.to_string(), "HOST"), @"
    --- stderr
    error: `HOST` answered without credentials (HTTP status 200): AssumeRoleUnauthorizedAccess: EC2 cannot assume the role
    --- exit code 4
    ");
}

#[test]
fn a_credential_process_is_run_without_a_shell() {
    let cloud = Cloud::start();
    let config = "[default]\ncredential_process = printf '{\"Version\":1,\"AccessKeyId\":\"%s\",\"SecretAccessKey\":\"key-of-process\"}' \"$HOME|x\"\n";
    let outcome = list(run(&cloud, "no-shell", config));
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert_eq!(
        cloud.trace("no-shell"),
        ["ecr@all by=$HOME|x token= region=us-east-1"]
    );
}

#[cfg(unix)]
mod signals {
    use std::path::{Path, PathBuf};
    use std::process::{Child, Command, Stdio};
    use std::time::{Duration, Instant};

    use rustix::process::{Pid, Signal, kill_process, test_kill_process};

    use super::{Cloud, run};
    use crate::harness::home;

    /// The command line of a run that waits for a credential process, and the file with the id of that
    /// process.
    fn waiting(cloud: &Cloud, name: &str) -> (Command, PathBuf) {
        let pid_file = home(&format!("credentials-{name}"), "").join("pid");
        let _ = std::fs::remove_file(&pid_file);
        let config = format!(
            "[default]\ncredential_process = sh -c 'echo $$ > {}; exec sleep 60'\n",
            pid_file.display()
        );
        let run = run(cloud, name, &config).arguments("tags web");
        (run.into_command(), pid_file)
    }

    fn start(mut command: Command) -> Child {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.spawn().expect("the program starts")
    }

    fn pid_in(file: &Path) -> Pid {
        let started = Instant::now();
        loop {
            let text = std::fs::read_to_string(file).unwrap_or_default();
            if let Ok(pid) = text.trim().parse::<i32>() {
                return Pid::from_raw(pid).expect("a process id");
            }
            assert!(
                started.elapsed() < Duration::from_secs(30),
                "the process does not start"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn send(child: &Child, signal: Signal) {
        kill_process(Pid::from_child(child), signal).expect("the program runs");
    }

    /// Waits until `child` has ended by `signal` and the process `pid` is gone.
    #[track_caller]
    fn assert_ended(mut child: Child, signal: Signal, pid: Pid) {
        use std::os::unix::process::ExitStatusExt;

        let status = child.wait().expect("the program ends");
        assert_eq!(status.signal(), Some(signal.as_raw()));
        let started = Instant::now();
        while test_kill_process(pid).is_ok() {
            assert!(
                started.elapsed() < Duration::from_secs(30),
                "the process outlives the run"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    #[test]
    fn a_credential_process_does_not_outlive_the_run() {
        let cloud = Cloud::start();
        let mut signals = vec![("int", Signal::INT), ("term", Signal::TERM)];
        if cfg!(target_os = "linux") {
            signals.push(("hup", Signal::HUP));
        }
        for (name, signal) in signals {
            let (command, pid_file) = waiting(&cloud, &format!("outlive-{name}"));
            let child = start(command);
            let pid = pid_in(&pid_file);
            assert!(test_kill_process(pid).is_ok());
            send(&child, signal);
            assert_ended(child, signal, pid);
        }
    }

    /// As under `nohup`.
    #[test]
    #[cfg(target_os = "linux")]
    fn ignored_signals_stay_ignored() {
        let cloud = Cloud::start();
        for (name, ignored, signal) in [
            ("nohup", &[Signal::HUP][..], Signal::TERM),
            ("background", &[Signal::INT, Signal::TERM], Signal::HUP),
        ] {
            let names: Vec<_> = ignored
                .iter()
                .map(|signal| signal.as_raw().to_string())
                .collect();
            let script = format!("trap '' {}; exec \"$0\" \"$@\"", names.join(" "));
            let (command, pid_file) = waiting(&cloud, name);
            let mut shell = Command::new("sh");
            shell
                .arg("-c")
                .arg(script)
                .arg(command.get_program())
                .args(command.get_args());
            shell.env_clear();
            for (name, value) in command.get_envs() {
                shell.env(name, value.unwrap_or_default());
            }
            let child = start(shell);
            let pid = pid_in(&pid_file);
            for signal in ignored {
                send(&child, *signal);
            }
            // Had one of them ended the run, the next signal would not be the one that does.
            send(&child, signal);
            assert_ended(child, signal, pid);
        }
    }
}

#[test]
fn what_a_service_echoes_of_the_credentials_is_blanked() {
    let token = "IQoJb3JpZ2luX2VjEJ/+token==";
    let echo = format!(
        "canonical: x-amz-security-token:{token}\n{} {} {} AKIATESTTEST",
        token
            .replace('/', "%2F")
            .replace('+', "%2B")
            .replace('=', "%3D"),
        token.replace('/', "\\/"),
        SECRET.replace('-', "%2d"),
    );
    for code in [
        "InvalidSignatureException",
        "AccessDeniedException",
        "NovelException",
        "ThrottlingException",
    ] {
        let echo = echo.clone();
        let registry = Registry::builder()
            .repository(small()[0].clone())
            .faults(move |_| Some(Fault::error(400, code, &echo)))
            .start();
        let outcome = Run::on(&registry)
            .env("ECRPUB_HURRY", "1")
            .env("AWS_ACCESS_KEY_ID", "AKIATESTTEST")
            .env("AWS_SESSION_TOKEN", token)
            .arguments("tags web -v --max-attempts 2")
            .outcome();
        assert!(outcome.stderr.contains("[redacted]"), "{outcome}");
        for secret in [token, "IQoJb3JpZ2luX2VjEJ", "%2Btoken", "wJalrXUtnFEMI"] {
            assert!(!outcome.stderr.contains(secret), "{secret}: {outcome}");
        }
    }
}

#[test]
fn nothing_that_the_sdk_would_panic_for_gets_there() {
    let cloud = Cloud::start();
    let process = "[default]\ncredential_process = printf '{\"Version\":1,\"AccessKeyId\":\"AKIA\\\\n\",\"SecretAccessKey\":\"x\"}'\n";
    for (name, config, code, variable, value) in [
        (
            "partition",
            "",
            2,
            "SMITHY_CLIENT_SDK_CUSTOM_PARTITION",
            "/no/such/file",
        ),
        (
            "partition-empty",
            "",
            2,
            "SMITHY_CLIENT_SDK_CUSTOM_PARTITION",
            "",
        ),
        ("execution", "", 2, "AWS_EXECUTION_ENV", "lambda\n"),
        (
            "container",
            "",
            4,
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "127.0.0.1:9",
        ),
        (
            "container-name",
            "",
            4,
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "localhost",
        ),
        (
            "container-path",
            "",
            4,
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
            "@evil.invalid/",
        ),
        ("process", process, 4, "AWS_REGION", "us-east-1"),
        (
            "region",
            "[default]\nrole_arn = arn:aws:iam::123456789012:role/r\ncredential_source = Environment\n",
            4,
            "AWS_REGION",
            "a\nb",
        ),
    ] {
        let outcome = list(run(&cloud, name, config).env(variable, value));
        assert_eq!(outcome.code, Some(code), "{name}: {outcome}");
        assert!(
            !outcome.stderr.contains("internal error"),
            "{name}: {outcome}"
        );
        assert!(cloud.trace(name).is_empty(), "{name}");
    }
}

#[test]
fn a_settings_file_that_cannot_be_read_is_named() {
    let cloud = Cloud::start();
    let path = |name: &str| home(&format!("credentials-{name}"), "").join(".aws/config");
    let write = |name: &str, bytes: &[u8]| {
        std::fs::write(path(name), bytes).expect("the target folder can be written to");
    };
    std::fs::create_dir_all(path("folder")).expect("the target folder can be written to");
    write("latin1", b"[default]\nregion = caf\xe9\n");
    let utf16: Vec<u8> = "\u{feff}[default]\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    write("utf16", &utf16);
    write("bom", b"\xef\xbb\xbf[default]\n");
    write("twice", b"[default]\na = 1\nA = 2\n");
    for (name, why) in [
        ("folder", "it is a folder"),
        ("latin1", "line 2: this is not UTF-8 text"),
        ("utf16", "line 1: this is not UTF-8 text"),
        ("bom", "line 1: the file begins with a byte order mark"),
        ("twice", "line 3: this setting appears twice in its section"),
    ] {
        let outcome = list(
            run(&cloud, name, "")
                .env("AWS_ACCESS_KEY_ID", "AKIATESTTEST")
                .env("AWS_SECRET_ACCESS_KEY", SECRET),
        );
        assert_eq!(outcome.code, Some(2), "{name}: {outcome}");
        let expected = format!(
            "error: cannot read the AWS file `{}`: {why}\n",
            path(name).display()
        );
        assert!(outcome.stderr.starts_with(&expected), "{name}: {outcome}");
    }
}

#[test]
fn containers_and_instances_are_asked_without_a_proxy() {
    let cloud = Cloud::start();
    let url = cloud.url("direct");
    let expected =
        |line: &str| line.starts_with("container@box ") || line.starts_with("instance@imds ");
    for (variable, value) in [
        (
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            format!("{url}/box/container"),
        ),
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", format!("{url}/imds")),
    ] {
        let run = run(&cloud, "direct", "")
            .without("AWS_EC2_METADATA_DISABLED")
            .env("HTTP_PROXY", "http://127.0.0.1:9")
            .env(variable, value);
        // The service itself is asked through the proxy, which is not there.
        let outcome = list(run);
        assert_eq!(outcome.code, Some(5), "{variable}: {outcome}");
        let trace = cloud.trace("direct");
        assert!(
            trace.last().is_some_and(|line| expected(line)),
            "{variable}: {trace:?}"
        );
    }
    assert_eq!(cloud.trace("direct").len(), 2);
}

#[cfg(unix)]
#[test]
fn a_hint_is_pasted_as_it_is_meant() {
    let cloud = Cloud::start();
    let name = "$(touch pwned)&'x\" y";
    let config = "[profile '$(touch pwned)&'\\''x\" y']\nsso_account_id = 123456789012\nsso_role_name = r\n\
        sso_region = us-east-1\nsso_start_url = https://localhost/\n";
    let config = config.replace("'\\''", "'\"'\"'");
    let outcome = run(&cloud, "hint", &config)
        .arguments("tags web --profile")
        .argument(name)
        .outcome();
    assert_eq!(outcome.code, Some(4), "{outcome}");
    let hint = outcome
        .stderr
        .lines()
        .find_map(|line| line.strip_prefix("hint: log in with `"))
        .expect("a hint");
    let command = hint.strip_suffix('`').expect("a command");
    let folder = home("credentials-pasted", "");
    let script = format!("aws() {{ printf '%s.' \"$@\"; }}; {command}");
    let output = std::process::Command::new("sh")
        .args(["-c", &script])
        .current_dir(&folder)
        .output();
    let output = output.expect("a shell");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        format!("sso.login.--profile.{name}.")
    );
    assert!(!folder.join("pwned").exists());
}

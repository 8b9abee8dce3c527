//! Credentials of every kind: got from where the settings say, or the run ends and names it.

use std::path::PathBuf;
use std::time::SystemTime;

use ecrpub_registry::Registry;
use insta::assert_snapshot;
use serde_json::json;

use crate::harness::{Outcome, Run, SECRET, file, home, path_with, program};
use crate::settings_peer::cloud::{Cloud, sts_error};

/// The SHA-256 of the login's session below.
const LOGIN_HASH: &str = "286187707741fc2ccb93cf9e56dbd0ee0a16208feed5fbc8ae1baa86d44c283f";
const LOGIN: &str = "arn:aws:iam::123456789012:user/me";
/// The SHA-1 of `corp`.
const CORP_HASH: &str = "ee0bfd2552fbd840c02cc48b6e823320543c450f";
/// What `aws configure export-credentials` prints, in a shell script.
const EXPORT: &str = r#"echo '{"Version":1,"AccessKeyId":"ASIAEXPORTED","SecretAccessKey":"key-of-export","SessionToken":"exported-token","Expiration":"2099-01-01T00:00:00Z"}'"#;
const EXPORTED: &str = "ecr@all by=ASIAEXPORTED token=exported-token region=us-east-1";
const MFA: &str = "[default]\nrole_arn = arn:aws:iam::123456789012:role/r\nmfa_serial = arn:aws:iam::123456789012:mfa/me\n\
    source_profile = base\n[profile base]\naws_access_key_id = AKIAFILE\naws_secret_access_key = x\n";

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

/// A role that the keys of the file may assume, with `settings` in its profile.
fn role(settings: &str) -> String {
    format!(
        "[default]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = base\n{settings}\n\
         [profile base]\naws_access_key_id = AKIAFILE\naws_secret_access_key = x\n"
    )
}

fn keep(home: &str, path: &str, content: &str) {
    let path = self::home(&format!("credentials-{home}"), "").join(path);
    std::fs::create_dir_all(path.parent().expect("a folder"))
        .expect("the target folder can be written to");
    std::fs::write(&path, content).expect("the target folder can be written to");
}

fn sso_config(role: &str) -> String {
    format!(
        "[profile 'my team']\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = {role}\n\
         [sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://localhost/start\n"
    )
}

fn sso_token(expires: &str) -> String {
    json!({ "accessToken": "sso-access-token", "expiresAt": expires, "refreshToken": "sso-refresh-token" })
        .to_string()
}

fn login_token(expires: &str) -> String {
    json!({
        "accessToken": {
            "accessKeyId": "ASIALOGIN", "secretAccessKey": "key-of-login", "sessionToken": "login-session",
            "accountId": "123456789012", "expiresAt": expires,
        },
        "refreshToken": "refresh-of-login",
    })
    .to_string()
}

/// A run with an SSO profile, or one with a login.
fn logged_in(cloud: &Cloud, name: &str, is_sso: bool, token: Option<&str>) -> Run {
    let (config, path) = if is_sso {
        let path = format!(".aws/sso/cache/{CORP_HASH}.json");
        (
            sso_config("reader").replace("profile 'my team'", "profile work"),
            path,
        )
    } else {
        let config = format!("[profile work]\nlogin_session = {LOGIN}\n");
        (config, format!(".aws/login/cache/{LOGIN_HASH}.json"))
    };
    let run = run(cloud, name, &config).arguments("tags web --profile work");
    if let Some(token) = token {
        keep(name, &path, token);
    }
    run
}

/// A program called `aws` that runs `script`, and a `PATH` with it.
fn with_aws(run: Run, name: &str, script: &str) -> Run {
    let folder = home(&format!("credentials-{name}"), "").join("bin");
    program(&folder.join("aws"), script);
    run.env("PATH", path_with(&folder))
}

/// All files below `.aws` and their contents.
fn files(name: &str) -> Vec<(PathBuf, Vec<u8>, SystemTime)> {
    let mut found = Vec::new();
    let mut folders = vec![home(&format!("credentials-{name}"), "").join(".aws")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("a file").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let changed = std::fs::metadata(&path).and_then(|metadata| metadata.modified());
                let content = std::fs::read(&path).expect("a file");
                found.push((path, content, changed.expect("a time")));
            }
        }
    }
    assert!(!found.is_empty());
    found.sort();
    found
}

#[test]
fn valid_logins_are_used_as_the_aws_cli_keeps_them() {
    let cloud = Cloud::start();
    let (sso, login) = (
        sso_token("2099-01-01T00:00:00Z"),
        login_token("2099-01-01T00:00:00Z"),
    );
    for (name, is_sso, token, first) in [
        (
            "sso-valid",
            true,
            &sso,
            "sso@all account_id=123456789012 role_name=reader token=sso-access-token",
        ),
        (
            "login-valid",
            false,
            &login,
            "ecr@all by=ASIALOGIN token=login-session region=us-east-1",
        ),
    ] {
        let run = logged_in(&cloud, name, is_sso, Some(token));
        let before = files(name);
        let outcome = with_aws(run, name, "exit 1").outcome();
        assert_eq!(outcome.code, Some(0), "{outcome}");
        assert_eq!(cloud.trace(name)[0], first);
        assert_eq!(files(name), before);
    }
}

#[test]
fn the_aws_cli_renews_logins_and_its_files_stay_as_they_are() {
    let cloud = Cloud::start();
    let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(40);
    for (number, token) in [
        None,
        Some("2001-01-01T00:00:00Z".to_owned()),
        Some(soon.to_string()),
        Some("soon".to_owned()),
        Some("no JSON".to_owned()),
    ]
    .iter()
    .enumerate()
    {
        for is_sso in [true, false] {
            let name = format!("renewed-{number}-{is_sso}");
            let token = token.as_deref().map(|expires| match (expires, is_sso) {
                ("no JSON", _) => expires.to_owned(),
                (_, true) => sso_token(expires),
                (_, false) => login_token(expires),
            });
            let run = logged_in(&cloud, &name, is_sso, token.as_deref());
            let before = files(&name);
            let script = format!("echo \"$@\" > \"$HOME/arguments\"\n{EXPORT}");
            let outcome = with_aws(run, &name, &script).outcome();
            assert_eq!(outcome.code, Some(0), "{name}: {outcome}");
            assert_eq!(cloud.trace(&name), [EXPORTED], "{name}");
            assert_eq!(files(&name), before, "{name}");
            let arguments = home(&format!("credentials-{name}"), "").join("arguments");
            assert_eq!(
                std::fs::read_to_string(arguments).expect("the program ran"),
                "configure export-credentials --profile work --format process\n"
            );
        }
    }
}

#[test]
fn an_aws_cli_that_exports_nothing_is_an_error_with_the_command_to_type() {
    let cloud = Cloud::start();
    // As version 1.45 does.
    let version_1 =
        "echo 'usage: aws [options] <command> <subcommand> [<subcommand> ...] [parameters]
aws: error: argument subcommand: Invalid choice, valid choices are:

list                                     | get' >&2; exit 2";
    let mut shown = String::new();
    for (name, script) in [
        (
            "fails",
            "echo 'aws: [ERROR]: Token has expired and refresh failed' >&2; exit 255",
        ),
        ("version-1", version_1),
        ("rubbish", "echo '{'"),
        ("keyless", "echo '{\"Version\":1}'"),
        ("version", &EXPORT.replace(":1,", ":2,")),
        ("endless", "yes"),
        (
            "prompts",
            "read code || { echo 'EOF when reading a line' >&2; exit 255; }",
        ),
    ] {
        let run = logged_in(&cloud, name, true, Some(&sso_token("2001-01-01T00:00:00Z")));
        let before = files(name);
        shown += &with_aws(run, name, script).outcome().to_string();
        assert!(cloud.trace(name).is_empty());
        assert_eq!(files(name), before);
    }
    let nowhere = "/no/such/folder";
    let login = logged_in(&cloud, "no-aws", false, None);
    shown += &login.env("PATH", nowhere).outcome().to_string();
    let mfa = run(&cloud, "mfa-no-aws", MFA);
    shown += &list(mfa.env("PATH", nowhere)).to_string();
    assert_snapshot!(shown, @"
    --- stderr
    error: `aws configure export-credentials --profile work` failed (exit status: 255): aws: [ERROR]: Token has expired and refresh failed
    hint: log in with `aws sso login --profile work`
    --- exit code 4
    --- stderr
    error: `aws configure export-credentials --profile work` failed (exit status: 2): version 2 of the AWS CLI is needed
    hint: log in with `aws sso login --profile work`
    --- exit code 4
    --- stderr
    error: `aws configure export-credentials --profile work` did not print JSON
    hint: log in with `aws sso login --profile work`
    --- exit code 4
    --- stderr
    error: `aws configure export-credentials --profile work` printed credentials without a key
    hint: log in with `aws sso login --profile work`
    --- exit code 4
    --- stderr
    error: `aws configure export-credentials --profile work` did not print version 1 of credentials
    hint: log in with `aws sso login --profile work`
    --- exit code 4
    --- stderr
    error: `aws configure export-credentials --profile work` printed more than 1 MiB
    hint: log in with `aws sso login --profile work`
    --- exit code 4
    --- stderr
    error: `aws configure export-credentials --profile work` failed (exit status: 255): EOF when reading a line
    hint: log in with `aws sso login --profile work`
    --- exit code 4
    --- stderr
    error: `aws configure export-credentials --profile work` cannot be run: `aws`: No such file or directory (os error 2)
    hint: log in with `aws login --profile work`
    --- exit code 4
    --- stderr
    error: `aws configure export-credentials --profile default` cannot be run: `aws`: No such file or directory (os error 2)
    hint: `mfa_serial` needs version 2 of the AWS CLI, which asks for the MFA code
    --- exit code 4
    ");
}

#[cfg(target_os = "linux")]
#[test]
fn the_aws_cli_asks_for_a_code_on_the_terminal() {
    use crate::screen::Screen;

    let cloud = Cloud::start();
    let run = run(&cloud, "mfa", MFA).arguments("tags web");
    let script = format!(
        "printf 'Enter MFA code: ' > /dev/tty; read code < /dev/tty; [ \"$code\" = 123456 ] || exit 255\n{EXPORT}"
    );
    let run = with_aws(run, "mfa", &script).without("NO_COLOR");
    let run = run.into_command();
    // Makes the terminal the one of `/dev/tty`.
    let mut command = std::process::Command::new("setsid");
    command
        .arg("-c")
        .arg(run.get_program())
        .args(run.get_args())
        .env_clear();
    for (name, value) in run.get_envs() {
        command.env(name, value.unwrap_or_default());
    }
    let mut screen = Screen::start(80, command);
    screen.wait_for("Enter MFA code: ");
    screen.press("123456\n");
    let (shown, status) = screen.end();
    assert!(status.success(), "{shown}");
    assert_eq!(cloud.trace("mfa"), [EXPORTED]);
}

/// And keys that it exports assume the role above.
#[test]
fn the_aws_cli_gets_a_region_and_the_bundle_of_the_option() {
    let registry = Registry::builder().tls().start();
    registry.assert_no_requests();
    let bundle = file("credentials-bundle.pem", registry.certificate());
    let cloud = Cloud::start();
    let script = EXPORT.replace("exported-token", "'\"$AWS_REGION:$AWS_CA_BUNDLE\"'");
    let above = "[profile above]\nsource_profile = default\nrole_arn = arn:aws:iam::123456789012:role/above\n";
    let run = run(&cloud, "bundle", &format!("{above}{MFA}"));
    let outcome = with_aws(run, "bundle", &script)
        .arguments("tags web --profile above --ca-bundle")
        .argument(bundle.to_str().expect("text"))
        .outcome();
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let expected = format!(
        "sts@all Action=AssumeRole RoleArn=arn:aws:iam::123456789012:role/above Version=2011-06-15 \
         by=ASIAEXPORTED token=us-east-1:{} region=us-east-1",
        bundle.display()
    );
    assert_eq!(cloud.trace("bundle")[0], expected);
}

#[test]
fn a_role_of_sso_that_is_refused_names_what_to_do() {
    let cloud = Cloud::start();
    keep(
        "sso-denied",
        &format!(".aws/sso/cache/{CORP_HASH}.json"),
        &sso_token("2099-01-01T00:00:00Z"),
    );
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

    use rustix::process::{Pid, Signal, kill_process, kill_process_group, test_kill_process};

    use super::{Cloud, MFA, list, run, with_aws};
    use crate::harness::home;
    use insta::assert_snapshot;

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

    fn start(command: &mut Command) -> Child {
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

    #[track_caller]
    fn assert_ended(mut child: Child, signal: Signal) {
        use std::os::unix::process::ExitStatusExt;

        let status = child.wait().expect("the program ends");
        assert_eq!(status.signal(), Some(signal.as_raw()));
    }

    /// The terminal sends Ctrl-C to the whole group.
    #[test]
    fn ctrl_c_ends_the_run_and_its_credential_process() {
        let cloud = Cloud::start();
        let (mut command, pid_file) = waiting(&cloud, "outlive");
        let child = start(std::os::unix::process::CommandExt::process_group(
            &mut command,
            0,
        ));
        let pid = pid_in(&pid_file);
        kill_process_group(Pid::from_child(&child), Signal::INT).expect("the program runs");
        assert_ended(child, Signal::INT);
        assert_gone(pid);
    }

    #[track_caller]
    fn assert_gone(pid: Pid) {
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
    fn an_aws_cli_that_hangs_is_ended_after_two_minutes() {
        let cloud = Cloud::start();
        // A tenth of two minutes.
        let run = run(&cloud, "hangs", MFA).env("ECRPUB_HURRY", "1");
        let script = "echo $$ > \"$HOME/pid\"; exec sleep 60";
        let outcome = list(with_aws(run, "hangs", script));
        assert_snapshot!(outcome, @"
        --- stderr
        error: no AWS credentials from the role of profile `default` within 12 s
        --- exit code 4
        ");
        assert_gone(pid_in(&home("credentials-hangs", "").join("pid")));
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
            let child = start(&mut shell);
            let pid = pid_in(&pid_file);
            for signal in ignored {
                send(&child, *signal);
            }
            // Had one of them ended the run, the next signal would not be the one that does.
            send(&child, signal);
            assert_ended(child, signal);
            // It got none of the signals.
            kill_process(pid, Signal::KILL).expect("the process runs");
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
        (
            "container",
            "",
            4,
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "127.0.0.1:9",
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
    write("bom", b"\xef\xbb\xbf[default]\n");
    write("no-section", b"[default\nkey\n");
    for (name, why) in [
        ("folder", "it is a folder"),
        ("latin1", "line 2: this is not UTF-8 text"),
        ("bom", "line 1: the file begins with a byte order mark"),
        (
            "no-section",
            "line 1: a section such as `[default]` must come first",
        ),
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

#[test]
fn temporary_errors_of_sts_and_the_container_are_tried_again() {
    let unreached = "Couldn't retrieve verification key from your identity provider";
    let cloud = Cloud::with(
        vec![
            ("sts@", sts_error("IDPCommunicationError", "later")),
            ("sts@", sts_error("InvalidIdentityToken", unreached)),
            ("container@", (429, String::new())),
            ("container@", (200, "no JSON".to_owned())),
        ],
        None,
    );
    let token = file("identity-token", "web-identity-token");
    let web_identity = |name| {
        run(&cloud, name, "")
            .env("ECRPUB_HURRY", "1")
            .env("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/r")
            .env("AWS_WEB_IDENTITY_TOKEN_FILE", &token)
    };
    let container = |name: &str| {
        let url = format!("{}/box/container", cloud.url(name));
        let run = run(&cloud, name, "").env("ECRPUB_HURRY", "1");
        run.env("AWS_CONTAINER_CREDENTIALS_FULL_URI", url)
    };
    for run in [web_identity("idp"), container("throttled")] {
        let outcome = list(run);
        assert_eq!(outcome.code, Some(0), "{outcome}");
    }
    assert_eq!(cloud.faults_left(), 0);
    let cloud = Cloud::with(
        vec![("sts@", sts_error("InvalidIdentityToken", "Incorrect token"))],
        None,
    );
    let refused = run(&cloud, "idp-refused", "")
        .env("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/r")
        .env("AWS_WEB_IDENTITY_TOKEN_FILE", &token);
    assert_snapshot!(list(refused), @"
    --- stderr
    error: cannot assume the role of `AWS_ROLE_ARN`: Incorrect token (InvalidIdentityToken)
    hint: check the token in the file, and the trust policy of the role
    --- exit code 4
    ");
}

#[test]
fn a_wrong_clock_is_corrected_for_roles_too() {
    let skewed = sts_error("SignatureDoesNotMatch", "Signature expired");
    for hours in [-20, 3, 200] {
        let cloud = Cloud::with(Vec::new(), Some(jiff::SignedDuration::from_hours(hours)));
        let run = run(&cloud, "clock", &role("")).env("ECRPUB_HURRY", "1");
        let outcome = run.arguments("tags web -v").outcome();
        assert_eq!(outcome.code, Some(0), "{hours}: {outcome}");
        assert!(
            outcome.stderr.contains("AssumeRole: attempt 2 of"),
            "{outcome}"
        );
    }
    let cloud = Cloud::with(vec![("sts@", skewed.clone()), ("sts@", skewed)], None);
    let run = run(&cloud, "signature", &role("")).env("ECRPUB_HURRY", "1");
    assert_snapshot!(list(run), @"
    --- stderr
    error: cannot assume the role of profile `default`: Signature expired (SignatureDoesNotMatch) (2 attempts)
    hint: check the keys of profile `base`, and the clock of this machine
    --- exit code 4
    ");
}

#[test]
fn settings_are_read_as_python_reads_them() {
    let cloud = Cloud::start();
    let keys = "[default]\naws_access_key_id = AKIAFILE\naws_secret_access_key = x\n";
    let path = file("expanded-credentials", keys);
    let beside_container = |name: &str, path: String| {
        let url = format!("{}/box/container", cloud.url(name));
        let run = run(&cloud, name, "").env("AWS_CONTAINER_CREDENTIALS_FULL_URI", url);
        list(
            run.env("EMPTY", "")
                .env("AWS_SHARED_CREDENTIALS_FILE", path),
        )
    };
    let outcome = beside_container("empty", format!("${{EMPTY}}{}", path.display()));
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let expected = ["ecr@all by=AKIAFILE token= region=us-east-1"];
    assert_eq!(cloud.trace("empty"), expected);
    assert_snapshot!(beside_container("user", "~you/credentials".to_owned()), @"
    --- stderr
    error: `AWS_SHARED_CREDENTIALS_FILE` begins with the name of a user
    hint: write the path of the home folder instead of `~NAME`
    --- exit code 2
    ");
    assert!(cloud.trace("user").is_empty());
    let outcome = list(run(&cloud, "duration", &role("duration_seconds = 1_000")));
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let trace = cloud.trace("duration");
    assert!(trace[0].contains("DurationSeconds=1000 "), "{trace:?}");
    let indented = role("region = my region\n  aws_session_token = of another setting");
    assert_snapshot!(list(run(&cloud, "indented", &indented)), @"
    --- stderr
    error: `region` in profile `default` is `my region`, which is not a region such as `us-east-1`
    hint: correct the setting, or unset it
    --- exit code 2
    ");
}

#[test]
fn regions_for_fips_are_refused_as_the_setting_is() {
    let cloud = Cloud::start();
    let sso = sso_config("reader").replace("us-east-1", "us-east-1-fips");
    let at = |name: &str, config: &str, region: &str| {
        run(&cloud, name, config).env("AWS_REGION", region)
    };
    for run in [
        at("fips-prefix", &role(""), "fips-us-east-1").arguments("tags web"),
        at("fips-suffix", "", "us-gov-west-1-fips").arguments("tags web"),
        at("fips-option", "", "us-east-1").arguments("tags web --region fips-us-east-1"),
        at("fips-profile", &role("region = fips-us-east-1"), "").arguments("tags web"),
        at("fips-sso", &sso, "")
            .arguments("tags web --profile")
            .argument("my team"),
    ] {
        let outcome = run.outcome();
        assert_eq!(outcome.code, Some(2), "{outcome}");
        assert!(outcome.stderr.contains("FIPS"), "{outcome}");
    }
}

#[test]
fn keys_without_a_readable_expiration_are_used() {
    let answer = "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>\
        <AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>x</SecretAccessKey><SessionToken>t</SessionToken>\
        </Credentials></AssumeRoleResult></AssumeRoleResponse>";
    let cloud = Cloud::with(vec![("sts@", (200, answer.to_owned()))], None);
    let outcome = list(run(&cloud, "sts-eternal", &role("")));
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let expired = list(
        run(&cloud, "expired", "")
            .env("AWS_ACCESS_KEY_ID", "AKIATESTTEST")
            .env("AWS_SECRET_ACCESS_KEY", SECRET)
            .env("AWS_CREDENTIAL_EXPIRATION", "2001-01-01T00:00:00Z"),
    );
    assert_snapshot!(expired, @"
    --- stderr
    error: by this machine's clock the keys of the environment expired at 2001-01-01T00:00:00Z
    hint: renew `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, or unset them
    --- exit code 4
    ");
    let process = "[default]\ncredential_process = printf '{\"Version\":1,\"AccessKeyId\":\"AKIAODD\",\"SecretAccessKey\":\"x\",\"Expiration\":\"Do 1. Jan 2099\"}'\n";
    let outcome = list(run(&cloud, "process-odd", process));
    assert_eq!(outcome.code, Some(0), "{outcome}");
}

#[cfg(unix)]
#[test]
fn files_without_an_end_are_refused() {
    let cloud = Cloud::start();
    let uri = format!("{}/box/container", cloud.url("endless"));
    for (variable, code) in [
        ("AWS_CONFIG_FILE", 2),
        ("AWS_SHARED_CREDENTIALS_FILE", 2),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", 4),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", 4),
    ] {
        let outcome = list(
            run(&cloud, "endless", "")
                .env("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/r")
                .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", &uri)
                .env(variable, "/dev/zero"),
        );
        assert_eq!(outcome.code, Some(code), "{variable}: {outcome}");
        assert!(outcome.stderr.contains("longer than 16 MiB"), "{outcome}");
    }
    assert!(cloud.trace("endless").is_empty());
}

/// The clock of STS, which gives no date here, says nothing of the service's.
#[test]
fn the_clock_of_what_provides_credentials_is_not_the_services() {
    let cloud = Cloud::start();
    let registry = Registry::start([ecrpub_registry::Repository::new("web", Vec::new())]);
    for (name, config, profile) in [
        ("clock-sts", role(""), "default"),
        ("clock-sso", sso_config("reader"), "my team"),
    ] {
        let token = sso_token("2099-01-01T00:00:00Z");
        keep(name, &format!(".aws/sso/cache/{CORP_HASH}.json"), &token);
        let run = run(&cloud, name, &config)
            .env("AWS_ENDPOINT_URL_ECR_PUBLIC", registry.url())
            .env("ECRPUB_REGISTRY_URL", registry.url());
        let run = run.arguments("images web --skip 1 -o delete-requests --profile");
        let outcome = run.argument(profile).outcome();
        assert_eq!(outcome.code, Some(0), "{outcome}");
        assert_eq!(cloud.trace(name).len(), 1, "credentials: {name}");
    }
}

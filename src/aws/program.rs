//! Keys that a program prints: a `credential_process`, or the AWS CLI where only it can get them.

use std::io;
use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;

use super::chain::CredentialSource;
use super::failures::credentials_error;
use super::keys::Keys;
use super::scope::of_profile;
use super::service::Resolver;
use crate::error::Error;
use crate::net::errors;
use crate::shell::quoted;

const LONGEST_OUTPUT: u64 = 1 << 20;

/// Runs the `credential_process` of a profile, without a shell, and reads the keys that it prints.
pub(super) async fn printed(profile: &str, command: &str) -> Result<Keys, Error> {
    let origin = of_profile("credential_process", profile);
    let words = split(command).ok_or_else(|| {
        credentials_error(format!("{origin} ends in an open quote or a backslash"))
    })?;
    let [program, arguments @ ..] = words.as_slice() else {
        return Err(credentials_error(format!("{origin} is empty")));
    };
    let mut command = Command::new(program);
    command.args(arguments);
    keys(&origin, program, command).await
}

/// Has the AWS CLI get the keys of `profile`, which `source` selects: it renews logins, and prompts for
/// MFA codes on the terminal.
pub(super) async fn exported(
    at: &Resolver<'_>,
    profile: &str,
    source: &CredentialSource,
) -> Result<Keys, Error> {
    let origin = format!(
        "`aws configure export-credentials --profile {}`",
        quoted(profile)
    );
    let is_role = matches!(source, CredentialSource::Mfa { .. });
    if !is_role && at.scope.files.profile(profile).has("role_arn") {
        let what = source.description();
        let error = format!("{what} cannot be renewed: {origin} would assume its role");
        return Err(credentials_error(error).hint(source.renewal()));
    }
    let mut command = Command::new("aws");
    command
        .args(["configure", "export-credentials", "--profile", profile])
        .args(["--format", "process"])
        // As for roles that are assumed here; it needs one even if no profile has any.
        .env("AWS_REGION", at.region()?)
        .stdin(Stdio::null());
    if let Some(bundle) = at.ca_bundle {
        command.env("AWS_CA_BUNDLE", bundle);
    }
    let keys = keys(&origin, "aws", command).await;
    keys.map_err(|error| match source.login_command() {
        Some(command) => error.hint(format!("log in with `{command}`")),
        None => {
            error.hint("`mfa_serial` needs version 2 of the AWS CLI, which asks for the MFA code")
        }
    })
}

async fn keys(origin: &str, program: &str, command: Command) -> Result<Keys, Error> {
    let output = run(command).await.map_err(|error| {
        credentials_error(format!("{origin} cannot be run: `{program}`: {error}"))
    })?;
    if output.stdout.len() as u64 > LONGEST_OUTPUT {
        return Err(credentials_error(format!(
            "{origin} printed more than 1 MiB"
        )));
    }
    if output.status.success() {
        return read(&output.stdout).map_err(|why| credentials_error(format!("{origin} {why}")));
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = match said.trim() {
        "" => String::new(),
        // As version 1 refuses an unknown command.
        said if said.contains("nvalid choice") => ": version 2 of the AWS CLI is needed".to_owned(),
        said => format!(": {}", errors::cut(said)),
    };
    let status = output.status;
    Err(credentials_error(format!(
        "{origin} failed ({status}){said}"
    )))
}

/// Runs `command` to its end, or until the run ends. It shares this process's group, so that it gets
/// Ctrl-C too, and can prompt on the terminal.
async fn run(mut command: Command) -> io::Result<Output> {
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.kill_on_drop(true).spawn()?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (stdout, stderr) = tokio::try_join!(read_all(stdout), read_all(stderr))?;
    let status = child.wait().await?;
    if !status.success() {
        // Ctrl-C ends both processes: the failure of the other one must not be reported first.
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    Ok(Output {
        status,
        stdout,
        stderr,
    })
}

async fn read_all(pipe: Option<impl AsyncRead + Unpin>) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        pipe.take(LONGEST_OUTPUT + 1)
            .read_to_end(&mut bytes)
            .await?;
    }
    Ok(bytes)
}

#[cfg(not(windows))]
use crate::shell::split;

/// The words of a command line by the rules of Windows: backslashes are characters, except before a
/// double quote.
#[cfg(windows)]
#[expect(clippy::unnecessary_wraps, reason = "the other rules can fail")]
fn split(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut is_quoted = false;
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            ' ' | '\t' if !is_quoted => words.extend(word.take()),
            '"' => {
                is_quoted = !is_quoted;
                word.get_or_insert_default();
            }
            '\\' => {
                let mut count = 1;
                while rest.next_if_eq(&'\\').is_some() {
                    count += 1;
                }
                let before_quote = rest.peek() == Some(&'"');
                let kept = if before_quote { count / 2 } else { count };
                let word = word.get_or_insert_default();
                word.extend(std::iter::repeat_n('\\', kept));
                if before_quote && count % 2 == 1 {
                    word.extend(rest.next());
                }
            }
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    Some(words)
}

/// The keys in the output of a credential process, or why there are none.
fn read(stdout: &[u8]) -> Result<Keys, &'static str> {
    let printed: Value = serde_json::from_slice(stdout).map_err(|_| "did not print JSON")?;
    if printed["Version"] != 1 {
        return Err("did not print version 1 of credentials");
    }
    let names = ["AccessKeyId", "SecretAccessKey", "SessionToken"];
    Keys::of_json(&printed, names, "Expiration").ok_or("printed credentials without a key")
}

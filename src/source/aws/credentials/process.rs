//! Keys that another program prints.

use std::process::Command;

use serde_json::Value;

use super::keys::Keys;
use super::plan::{failure, time};
use crate::child;
use crate::error::Error;
use crate::net::errors;
use crate::source::aws::scope::of_profile;

/// Runs `command`, without a shell, and reads the keys that it prints.
pub(super) async fn credentials(profile: &str, command: &str) -> Result<Keys, Error> {
    let origin = of_profile("credential_process", profile);
    let output = run(&origin, command).await?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = errors::cut(said.trim());
        let separator = if said.is_empty() { "" } else { ": " };
        return Err(failure(format!(
            "{origin} failed ({}){separator}{said}",
            output.status
        )));
    }
    read(&output.stdout, &origin)
}

async fn run(origin: &str, command: &str) -> Result<child::Output, Error> {
    let words = split(command).ok_or_else(|| {
        failure(format!(
            "{origin} has a quote or a backslash that nothing follows"
        ))
    })?;
    let [program, arguments @ ..] = words.as_slice() else {
        return Err(failure(format!("{origin} is empty")));
    };
    let mut command = Command::new(program);
    command.args(arguments);
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let thread = std::thread::Builder::new().spawn(move || {
        // Nobody listens when the run has ended meanwhile.
        let _ = sender.send(child::run(command));
    });
    let cannot_run =
        |error: std::io::Error| failure(format!("{origin} cannot be run: `{program}`: {error}"));
    thread.map_err(cannot_run)?;
    let _ending = End;
    match receiver.await {
        Ok(output) => output.map_err(cannot_run),
        Err(_) => Err(failure(format!("{origin} cannot be run"))),
    }
}

/// Ends the process when nobody waits for it any more.
struct End;

impl Drop for End {
    fn drop(&mut self) {
        drop(child::end());
    }
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

fn read(stdout: &[u8], origin: &str) -> Result<Keys, Error> {
    let printed: Value = serde_json::from_slice(stdout)
        .map_err(|_| failure(format!("{origin} did not print JSON")))?;
    if printed["Version"] != 1 {
        return Err(failure(format!(
            "{origin} did not print version 1 of credentials"
        )));
    }
    let text = |key: &str| {
        printed[key]
            .as_str()
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let needed = |key: &str| {
        text(key).ok_or_else(|| failure(format!("{origin} printed credentials without `{key}`")))
    };
    let expires = text("Expiration").map(|text| time(&format!("`Expiration` of {origin}"), &text));
    Ok(Keys {
        id: needed("AccessKeyId")?,
        secret: needed("SecretAccessKey")?,
        token: text("SessionToken"),
        expires: expires.transpose()?,
    })
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn what_a_process_prints_is_read() {
        let keys = |text: &str| {
            read(text.as_bytes(), "x").map(|keys| (keys.id, keys.token, keys.expires.is_some()))
        };
        let full = r#"{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "S", "SessionToken": "T", "Expiration": "2030-01-01T00:00:00+0000"}"#;
        assert_eq!(
            keys(full).unwrap(),
            ("A".to_owned(), Some("T".to_owned()), true)
        );
        let bare = r#"{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "S", "SessionToken": "", "Expiration": null}"#;
        assert_eq!(keys(bare).unwrap(), ("A".to_owned(), None, false));
        for (text, message) in [
            ("", "x did not print JSON"),
            ("[]", "x did not print version 1 of credentials"),
            (
                r#"{"Version": "1"}"#,
                "x did not print version 1 of credentials",
            ),
            (
                r#"{"Version": 1, "AccessKeyId": 1}"#,
                "x printed credentials without `AccessKeyId`",
            ),
            (
                r#"{"Version": 1, "AccessKeyId": "A"}"#,
                "x printed credentials without `SecretAccessKey`",
            ),
            (
                r#"{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "S", "Expiration": "soon"}"#,
                "`Expiration` of x is not a time such as `2030-01-31T12:00:00Z`",
            ),
        ] {
            assert_eq!(keys(text).expect_err(text).to_string(), message);
        }
    }
}

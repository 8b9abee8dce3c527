//! Redacts the secrets of a run from every text that is printed for people.

use std::borrow::Cow;
use std::sync::{Mutex, PoisonError};

/// The replacement for a secret.
const BLANK: &str = "[redacted]";
/// Redacting shorter values would hide ordinary words and protect nothing.
const SHORTEST: usize = 6;

static SECRETS: Mutex<Vec<Secret>> = Mutex::new(Vec::new());

#[derive(Debug)]
struct Secret {
    text: Box<[u8]>,
    /// Whether `-v` may show it.
    is_id: bool,
}

/// Redacts `text`, such as a secret key or a token, from everything that is printed from now on.
pub(crate) fn hide(text: &str) {
    remember(text, false);
}

/// Redacts `text`, an access key id, from errors, hints and notes from now on; `-v` still shows it.
pub(crate) fn hide_id(text: &str) {
    remember(text, true);
}

fn remember(text: &str, is_id: bool) {
    let text = text.trim().as_bytes();
    let mut secrets = SECRETS.lock().unwrap_or_else(PoisonError::into_inner);
    if text.len() >= SHORTEST && !secrets.iter().any(|secret| *secret.text == *text) {
        let text = text.into();
        secrets.push(Secret { text, is_id });
    }
}

/// `text` without secrets, access key ids, and passwords in URLs.
pub(crate) fn redacted(text: &str) -> Cow<'_, str> {
    known_blanked(text, true)
}

/// `text` without secrets and passwords in URLs, but with access key ids.
pub(crate) fn redacted_but_ids(text: &str) -> Cow<'_, str> {
    known_blanked(text, false)
}

fn known_blanked(text: &str, ids: bool) -> Cow<'_, str> {
    let secrets = SECRETS.lock().unwrap_or_else(PoisonError::into_inner);
    match without_passwords(text) {
        Cow::Borrowed(text) => blanked(text, &secrets, ids),
        Cow::Owned(text) => Cow::Owned(blanked(&text, &secrets, ids).into_owned()),
    }
}

/// `text` without the password of any `SCHEME://USER:PASSWORD@HOST` in it.
pub(crate) fn without_passwords(text: &str) -> Cow<'_, str> {
    if !text.contains("://") {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        let ends = |c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '`' | '"' | '\'');
        let authority = &after[..after.find(ends).unwrap_or(after.len())];
        safe.extend([before, "://"]);
        rest = after;
        if let Some((login, _)) = authority.rsplit_once('@')
            && let Some((user, _)) = login.split_once(':')
        {
            safe.extend([user, ":", BLANK]);
            rest = &after[login.len()..];
        }
    }
    safe.push_str(rest);
    Cow::Owned(safe)
}

fn blanked<'a>(text: &'a str, secrets: &[Secret], ids: bool) -> Cow<'a, str> {
    let bytes = text.as_bytes();
    let mut safe = String::new();
    let (mut copied, mut at) = (0, 0);
    while at < bytes.len() {
        let found = secrets
            .iter()
            .filter(|secret| ids || !secret.is_id)
            .filter_map(|secret| length_of_match(&bytes[at..], &secret.text))
            .max();
        match found {
            // Secrets begin and end with whole characters, and so do their encodings.
            Some(length) if text.is_char_boundary(at) && text.is_char_boundary(at + length) => {
                safe.push_str(&text[copied..at]);
                safe.push_str(BLANK);
                at += length;
                copied = at;
            }
            _ => at += 1,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    safe.push_str(&text[copied..]);
    Cow::Owned(safe)
}

/// The length in bytes of `secret`, raw or encoded, at the start of `text`.
fn length_of_match(text: &[u8], secret: &[u8]) -> Option<usize> {
    let mut at = 0;
    for &byte in secret {
        at += length_of_byte(&text[at..], byte)?;
    }
    Some(at)
}

/// The length in bytes of `byte` at the start of `text`: itself, percent-encoded (`%2F`, twice as
/// `%252F`), `+` for a blank, or escaped as in JSON (`\/`, `\u002f`).
fn length_of_byte(text: &[u8], byte: u8) -> Option<usize> {
    let is_hex = |digits: Option<&[u8]>| {
        let digits = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) == Some(byte)
    };
    match text {
        [first, ..] if *first == byte => Some(1),
        [b'+', ..] if byte == b' ' => Some(1),
        [b'%', b'2', b'5', ..] if is_hex(text.get(3..5)) => Some(5),
        [b'%', ..] if is_hex(text.get(1..3)) => Some(3),
        [b'\\', b'u', b'0', b'0', ..] if is_hex(text.get(4..6)) => Some(6),
        [b'\\', second, ..] if *second == byte => Some(2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{BLANK, Secret, blanked, without_passwords};
    use proptest::prelude::*;

    fn redacted(text: &str, secret: &str, is_id: bool, ids: bool) -> String {
        let text_of_secret = secret.as_bytes().into();
        let secrets = [Secret {
            text: text_of_secret,
            is_id,
        }];
        blanked(text, &secrets, ids).into_owned()
    }

    #[test]
    fn redacts_a_secret_raw_and_encoded() {
        let secret = "wJalr/XUtn+FEMI=";
        for spelled in [
            secret,
            "wJalr%2FXUtn%2BFEMI%3D",
            "wJalr%2fXUtn%2bFEMI%3d",
            "wJalr%252FXUtn%252BFEMI%253D",
            r"wJalr\/XUtn\u002bFEMI\u003D",
            "%77Jalr/XUtn%2BFEMI=",
        ] {
            let text = format!("ä key={spelled}&x");
            let expected = format!("ä key={BLANK}&x");
            assert_eq!(redacted(&text, secret, false, false), expected);
        }
    }

    #[test]
    fn keeps_an_access_key_id_for_the_log() {
        let text = "AKIAEXAMPLE of a profile";
        assert_eq!(redacted(text, "AKIAEXAMPLE", true, false), text);
        let expected = format!("{BLANK} of a profile");
        assert_eq!(redacted(text, "AKIAEXAMPLE", true, true), expected);
    }

    #[test]
    fn redacts_a_password_in_a_url() {
        for (text, expected) in [
            (
                "`http://me:pa@ss@proxy:80/x@y` http://a",
                "`http://me:[redacted]@proxy:80/x@y` http://a",
            ),
            ("https://h/a:b@c", "https://h/a:b@c"),
            ("http://:p@h http://u@h", "http://:[redacted]@h http://u@h"),
        ] {
            assert_eq!(without_passwords(text), expected);
        }
    }

    #[test]
    fn keeps_text_that_only_begins_like_a_secret() {
        for text in ["wJalr", "wJalr%2", "wJalr%2FXUtm", "", "wJalr\\"] {
            assert_eq!(redacted(text, "wJalr/XUtn", false, true), text);
        }
    }

    proptest! {
        #[test]
        fn changes_nothing_else(before in ".*", after in ".*", secret in "[A-Z]{8,20}") {
            prop_assume!(!before.contains(&secret) && !after.contains(&secret));
            let text = format!("{before}\u{1}{secret}\u{1}{after}");
            let expected = format!("{before}\u{1}{BLANK}\u{1}{after}");
            prop_assert_eq!(redacted(&text, &secret, false, true), expected);
        }
    }
}

//! Redacts the secrets of a run from every text that is printed for people.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

const BLANK: &str = "[redacted]";
/// Redacting shorter values would hide ordinary words and protect nothing.
const SHORTEST: usize = 6;
/// How many secrets of single requests are kept: several times as many as are in flight.
const MOST_OF_REQUESTS: usize = 256;

static SECRETS: Mutex<Secrets> = Mutex::new(Secrets {
    of_run: VecDeque::new(),
    ids: VecDeque::new(),
    of_requests: VecDeque::new(),
});

struct Secrets {
    of_run: VecDeque<Box<str>>,
    /// Access key ids, which `-v` may show.
    ids: VecDeque<Box<str>>,
    /// What belongs to one request, such as its signature: a response may repeat it.
    of_requests: VecDeque<Box<str>>,
}

/// Redacts `text`, such as a secret key or a token, from everything that is printed from now on.
pub(crate) fn hide(text: &str) {
    add(&mut secrets().of_run, text);
}

/// Redacts `text`, an access key id, from errors, hints and notes from now on; `-v` still shows it.
pub(crate) fn hide_id(text: &str) {
    add(&mut secrets().ids, text);
}

/// Redacts `text`, which belongs to one request, until many others were sent.
pub(crate) fn hide_of_request(text: &str) {
    let of_requests = &mut secrets().of_requests;
    add(of_requests, text);
    if of_requests.len() > MOST_OF_REQUESTS {
        of_requests.pop_front();
    }
}

fn add(secrets: &mut VecDeque<Box<str>>, text: &str) {
    let text = text.trim();
    if text.len() >= SHORTEST && secrets.iter().all(|known| **known != *text) {
        secrets.push_back(text.into());
    }
}

fn secrets() -> MutexGuard<'static, Secrets> {
    SECRETS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `text` without secrets, access key ids, and passwords in URLs.
pub(crate) fn redacted(text: &str) -> Cow<'_, str> {
    let secrets = secrets();
    let all = [&secrets.of_run, &secrets.of_requests, &secrets.ids];
    blanked(text, &all)
}

/// `text` without secrets and passwords in URLs, but with access key ids.
pub(crate) fn redacted_but_ids(text: &str) -> Cow<'_, str> {
    let secrets = secrets();
    blanked(text, &[&secrets.of_run, &secrets.of_requests])
}

/// `text` without the password of any `SCHEME://USER:PASSWORD@HOST` in it.
fn without_passwords(text: &str) -> Cow<'_, str> {
    if !text.contains("://") {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        safe.extend([before, "://"]);
        rest = after;
        if let Some(password) = password(after) {
            safe.extend([&after[..password.start], BLANK]);
            rest = &after[password.end..];
        }
    }
    safe.push_str(rest);
    Cow::Owned(safe)
}

/// Where the password is in `text`, which follows `://`.
///
/// A password that is not encoded may hold any character, so it ends at the last `@` of the word, or
/// of the first word that has one. Too much is redacted rather than too little.
fn password(text: &str) -> Option<Range<usize>> {
    let end_of_word = |text: &str| text.find(char::is_whitespace).unwrap_or(text.len());
    let word = &text[..end_of_word(text)];
    let (user, rest) = word.split_once(':')?;
    if user.contains(['/', '?', '#']) {
        return None;
    }
    let start = user.len() + 1;
    if let Some(end) = last_at(rest) {
        return Some(start..start + end);
    }
    let is_digit = |c: char| c.is_ascii_digit();
    let is_mark = |c: char| c.is_ascii_punctuation();
    let after_port = rest.trim_start_matches(is_digit);
    let has_port = after_port.len() < rest.len() && !after_port.starts_with(|c| !is_mark(c));
    // `PORT` stands for one in messages.
    if has_port || rest.chars().all(is_mark) || user.contains('`') || rest.starts_with("PORT`") {
        return None;
    }
    let first = start + text[start..].find('@')?;
    let word = &text[first..first + end_of_word(&text[first..])];
    Some(start..first + last_at(word)?)
}

/// The position of the last `@` that is not in front of a digest, as in `NAME@sha256:…`.
fn last_at(word: &str) -> Option<usize> {
    let is_digest = |text: &str| {
        let digits = text
            .strip_prefix("sha256:")
            .or(text.strip_prefix("sha512:"));
        let is_hex = |digit: char| digit.is_ascii_hexdigit();
        digits.is_some_and(|digits| digits.chars().take_while(|digit| is_hex(*digit)).count() >= 12)
    };
    let mut ats = word.rmatch_indices('@').map(|(at, _)| at);
    ats.find(|at| !is_digest(&word[at + 1..]))
}

fn blanked<'a>(text: &'a str, secrets: &[&VecDeque<Box<str>>]) -> Cow<'a, str> {
    let text = without_passwords(text);
    let bytes = text.as_bytes();
    let mut safe = String::new();
    let (mut copied, mut at) = (0, 0);
    while at < bytes.len() {
        let found = (secrets.iter().copied().flatten())
            .filter_map(|secret| length_of_match(&bytes[at..], secret.as_bytes()))
            .max();
        match found {
            // Secrets begin and end with whole characters, and so do their encodings.
            Some(length) if text.is_char_boundary(at) && text.is_char_boundary(at + length) => {
                safe.extend([&text[copied..at], BLANK]);
                at += length;
                copied = at;
            }
            _ => at += 1,
        }
    }
    if copied == 0 {
        return text;
    }
    safe.push_str(&text[copied..]);
    Cow::Owned(safe)
}

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
    use super::{BLANK, MOST_OF_REQUESTS, blanked, hide_of_request, without_passwords};
    use proptest::prelude::*;

    fn redacted(text: &str, secret: &str) -> String {
        blanked(text, &[&[secret.into()].into()]).into_owned()
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
            assert_eq!(redacted(&text, secret), expected);
        }
    }

    #[test]
    fn keeps_an_access_key_id_for_the_log() {
        let text = "AKIAOFTHISTEST of a profile";
        super::hide_id("AKIAOFTHISTEST");
        assert_eq!(super::redacted_but_ids(text), text);
        assert_eq!(super::redacted(text), format!("{BLANK} of a profile"));
    }

    #[test]
    fn redacts_a_password_in_a_url() {
        for (text, expected) in [
            (
                "`http://me:pa@ss@proxy:80/x` http://a",
                "`http://me:[redacted]@proxy:80/x` http://a",
            ),
            ("http://:p@h http://u@h", "http://:[redacted]@h http://u@h"),
            ("http://me@corp:p@h", "http://me@corp:[redacted]@h"),
        ] {
            assert_eq!(without_passwords(text), expected);
        }
        for password in [
            "pa/x",
            "/x",
            "pa?x",
            "pa#x",
            "pa'x",
            "pa\"x",
            "pa`x",
            "pa:x",
            "pa@x",
            "pa\\x",
            "1/x",
            "80",
            "pa://x",
            "http://x:y",
            "pa x",
            "pa\nx y",
            "pa'\\''x",
            "@sha256:x",
            "ä<x>",
            "80x y",
        ] {
            for (before, after) in [
                ("", "h"),
                ("`", "h:80/x` is not valid: it is a URL"),
                ("invalid value 'oci://me:", "public.ecr.aws/x/y'"),
            ] {
                let before = match before.strip_suffix("oci://me:") {
                    Some(_) => before.to_owned(),
                    None => format!("{before}http://me:"),
                };
                let expected = format!("{before}{BLANK}@{after}");
                let text = format!("{before}{password}@{after}");
                assert_eq!(without_passwords(&text), expected);
            }
        }
    }

    #[test]
    fn keeps_urls_without_a_password() {
        let digest = "sha256:0123456789abcdef";
        for text in [
            "https://h/a:b@c",
            &format!("`https://public.ecr.aws/x/y@{digest}`"),
            &format!("https://public.ecr.aws/x/y:1.0@{digest}"),
            &format!("https://public.ecr.aws:443/x/y@{digest} me@example.com"),
            "http://u@h:80/ me@example.com",
            "http://h:80` or me@example.com",
            "see http://host: me@example.com",
            "`http://HOST:PORT`, with `USER:PASSWORD@` before the host",
            "`oci://`: x@y",
            "no url: me:you@example.com",
        ] {
            assert_eq!(without_passwords(text), text);
        }
    }

    #[test]
    fn keeps_the_secrets_of_the_last_requests_only() {
        let signature = |number: usize| format!("signature-of-request-{number:04}-end");
        for number in 0..=MOST_OF_REQUESTS {
            hide_of_request(&signature(number));
        }
        let text = format!("{} {}", signature(0), signature(MOST_OF_REQUESTS));
        let expected = format!("{} {BLANK}", signature(0));
        assert_eq!(super::redacted(&text), expected);
    }

    #[test]
    fn keeps_text_that_only_begins_like_a_secret() {
        for text in ["wJalr", "wJalr%2", "wJalr%2FXUtm", "", "wJalr\\"] {
            assert_eq!(redacted(text, "wJalr/XUtn"), text);
        }
    }

    proptest! {
        #[test]
        fn changes_nothing_else(before in ".*", after in ".*", secret in "[A-Z]{8,20}") {
            prop_assume!(!before.contains(&secret) && !after.contains(&secret));
            let text = format!("{before}\u{1}{secret}\u{1}{after}");
            let expected = format!("{before}\u{1}{BLANK}\u{1}{after}");
            prop_assert_eq!(redacted(&text, &secret), expected);
        }
    }
}

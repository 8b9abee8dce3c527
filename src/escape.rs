//! Escapes the characters of foreign text that could move, hide or reorder text on a terminal.

use std::borrow::Cow;
use std::fmt::Write;

/// `text` with every character that is unsafe on a terminal written as `\u{…}`.
pub(crate) fn escaped(text: &str) -> Cow<'_, str> {
    if !needs_escaping(text) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for (character, is_safe) in judged(text) {
        if is_safe {
            safe.push(character);
        } else {
            let _ = write!(safe, "{}", character.escape_unicode());
        }
    }
    Cow::Owned(safe)
}

pub(crate) fn needs_escaping(text: &str) -> bool {
    // The fast path, for most text.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return false;
    }
    judged(text).any(|(_, is_safe)| !is_safe)
}

pub(crate) fn judged(text: &str) -> impl Iterator<Item = (char, bool)> {
    text.chars()
        .map(|character| (character, !is_unsafe(character)))
}

/// Whether a terminal would act on `character` rather than show it: control characters, line
/// separators, and Unicode's format characters (bidirectional, zero-width, tags).
fn is_unsafe(character: char) -> bool {
    // The fast path, for most text.
    if matches!(character, ' '..='~') {
        return false;
    }
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{34f}'
                | '\u{600}'..='\u{605}'
                | '\u{61c}'
                | '\u{6dd}'
                | '\u{70f}'
                | '\u{890}'..='\u{891}'
                | '\u{8e2}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{110bd}'
                | '\u{110cd}'
                | '\u{13430}'..='\u{1343f}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::{escaped, needs_escaping};

    #[test]
    fn escapes_characters_that_a_terminal_acts_on() {
        assert_eq!(escaped("\u{1b}[31mred"), "\\u{1b}[31mred");
        assert_eq!(escaped("a\nb\u{85}"), "a\\u{a}b\\u{85}");
        assert_eq!(
            escaped("\u{202e}txt.exe\u{200b}"),
            "\\u{202e}txt.exe\\u{200b}"
        );
        assert_eq!(escaped("\u{e0041}"), "\\u{e0041}");
    }

    #[test]
    fn keeps_printable_foreign_text() {
        for text in [
            "",
            "v1.27.3-alpine",
            "größe",
            "版本",
            "🦀",
            "a\u{301}\u{323}",
            "ที่",
            "क्षि",
        ] {
            assert_eq!(escaped(text), text);
            assert!(!needs_escaping(text), "{text}");
        }
    }
}

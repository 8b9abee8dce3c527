//! Foreign text that a terminal may see: whatever could move, hide or reorder text is spelled out.

use std::borrow::Cow;
use std::fmt::Write;

/// `text` with every character that [`is_unsafe`] as `\u{…}`.
pub(crate) fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_unsafe(character) {
            let _ = write!(safe, "{}", character.escape_unicode());
        } else {
            safe.push(character);
        }
    }
    Cow::Owned(safe)
}

/// Whether a terminal would obey, hide or reorder by `character` rather than show it: control
/// characters, line separators, and Unicode's format characters (bidirectional, zero-width, tags).
pub(crate) fn is_unsafe(character: char) -> bool {
    // Most text by far.
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
    use super::escaped;

    #[test]
    fn what_a_terminal_would_obey_is_spelled_out() {
        assert_eq!(escaped("\u{1b}[31mred"), "\\u{1b}[31mred");
        assert_eq!(escaped("a\nb\u{85}"), "a\\u{a}b\\u{85}");
        assert_eq!(
            escaped("\u{202e}txt.exe\u{200b}"),
            "\\u{202e}txt.exe\\u{200b}"
        );
        assert_eq!(escaped("\u{e0041}"), "\\u{e0041}");
    }

    #[test]
    fn what_is_only_foreign_stays() {
        for text in ["", "v1.27.3-alpine", "größe", "版本", "🦀"] {
            assert_eq!(escaped(text), text);
        }
    }
}

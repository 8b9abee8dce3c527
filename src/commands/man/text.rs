//! Texts of the help as man pages show them.

use std::fmt::Write;

use roff::{Inline, bold, italic, roman};

/// `text` with its words between backticks in bold.
pub(super) fn prose(text: &str) -> Vec<Inline> {
    let parts = text.split('`').enumerate();
    parts
        .filter(|(_, part)| !part.is_empty())
        .map(|(index, part)| match index % 2 {
            0 => roman(part),
            _ => bold(part),
        })
        .collect()
}

/// `text` with its words in capitals in italics.
pub(super) fn placeholders(text: &str) -> Vec<Inline> {
    let mut inlines = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_uppercase()) {
        let (before, word) = rest.split_at(start);
        let length = word.find(|c: char| !c.is_ascii_uppercase());
        let (word, after) = word.split_at(length.unwrap_or(word.len()));
        inlines.extend([roman(before), italic(word)]);
        rest = after;
    }
    inlines.push(roman(rest));
    inlines
}

/// `text` as a sentence: summaries have no full stop.
pub(super) fn sentence(text: &str) -> String {
    let mut sentence = text.to_owned();
    if let Some(first) = sentence.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    if !sentence.is_empty() && !sentence.ends_with(['.', ':', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

/// The groups with commas between them.
pub(super) fn separated(groups: impl IntoIterator<Item = Vec<Inline>>) -> Vec<Inline> {
    let mut inlines = Vec::new();
    for group in groups {
        if !inlines.is_empty() {
            inlines.push(roman(", "));
        }
        inlines.extend(group);
    }
    inlines
}

/// `page` in ASCII, which every program that shows man pages reads. Without an escape, groff prints
/// other characters for `^` and `~`.
pub(super) fn ascii(page: &str) -> String {
    let mut ascii = String::with_capacity(page.len());
    for character in page.chars() {
        match character {
            '^' => ascii.push_str("\\(ha"),
            '~' => ascii.push_str("\\(ti"),
            _ if character.is_ascii() => ascii.push(character),
            _ => {
                let _ = write!(ascii, "\\[u{:04X}]", u32::from(character));
            }
        }
    }
    ascii
}

/// The lines of the command line `line`, none wider than `width`, continued as in a shell.
pub(super) fn continued(line: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = line.to_owned();
    while rest.len() > width
        && let Some(end) = rest[..width - 1].rfind(' ')
        && !rest[..end].trim().is_empty()
    {
        lines.push(format!("{} \\", &rest[..end]));
        rest = format!("    {}", &rest[end + 1..]);
    }
    lines.push(rest);
    lines
}

#[cfg(test)]
mod tests {
    use super::continued;

    #[test]
    fn long_commands_continue_as_in_a_shell() {
        assert_eq!(continued("ecrpub tags web", 15), ["ecrpub tags web"]);
        assert_eq!(
            continued("ecrpub tags web", 14),
            ["ecrpub tags \\", "    web"]
        );
        assert_eq!(
            continued("one two three four", 12),
            ["one two \\", "    three \\", "    four"]
        );
        assert_eq!(continued("unbreakable", 5), ["unbreakable"]);
        assert_eq!(continued("a unbreakable", 6), ["a \\", "    unbreakable"]);
    }
}

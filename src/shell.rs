//! Quotes words for a POSIX shell, for commands in hints, and splits settings that hold commands.

use std::borrow::Cow;

/// `word` as one word of a POSIX shell's command line.
pub(crate) fn quoted(word: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    // zsh expands a word that begins with `=`.
    if !word.is_empty() && word.chars().all(is_plain) && !word.starts_with('=') {
        return Cow::Borrowed(word);
    }
    Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")))
}

/// The words of `text` as Python's `shlex.split` reads them: quotes and backslashes count, and
/// nothing is expanded. `None` if a quote stays open or a backslash ends the text.
pub(crate) fn split(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        match character {
            ' ' | '\t' | '\r' | '\n' => words.extend(word.take()),
            '\\' => word.get_or_insert_default().push(rest.next()?),
            '\'' | '"' => quotation(character, &mut rest, word.get_or_insert_default())?,
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    Some(words)
}

fn quotation(quote: char, rest: &mut std::str::Chars<'_>, word: &mut String) -> Option<()> {
    loop {
        match rest.next()? {
            character if character == quote => return Some(()),
            '\\' if quote == '"' => match rest.next()? {
                escaped @ ('"' | '\\') => word.push(escaped),
                other => word.extend(['\\', other]),
            },
            character => word.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{quoted, split};

    #[test]
    fn words_are_split_as_a_shell_splits_them() {
        let words = |text| split(text).map(|words| words.join("|"));
        let expected = Some("a|b c|d\"e|f\\g|".to_owned());
        assert_eq!(words(r#"a 'b c' "d\"e" "f\g" ''"#), expected);
        assert_eq!(words(r"a\ b #c"), Some("a b|#c".to_owned()));
        assert_eq!(words("  "), Some(String::new()));
        for open in ["'", "a \"b", "a\\", "\"a\\"] {
            assert_eq!(split(open), None, "{open}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_quoted_word_is_one_word(word in "[ -~äß]*") {
            proptest::prop_assert_eq!(split(&quoted(&word)), Some(vec![word]));
        }

        #[test]
        fn no_text_is_too_odd_to_split(text in proptest::prelude::any::<String>()) {
            let _ = split(&text);
        }
    }

    #[cfg(unix)]
    mod in_a_shell {
        use std::process::Command;

        use proptest::prelude::*;

        use super::quoted;

        /// The words as a shell parses them.
        fn read_by_a_shell(words: &[String]) -> Vec<u8> {
            let words: Vec<_> = words.iter().map(|word| quoted(word)).collect();
            let script = format!("printf '%s\\0' {}", words.join(" "));
            let output = Command::new("sh").arg("-c").arg(script).output();
            output.expect("a shell").stdout
        }

        #[test]
        fn shell_syntax_is_not_executed() {
            let words = r#"$(exit) `exit` a&b a;b a|b a>b ~ * [a] {a,b} #a !a a\b a"b a'b =ls $HOME (a)  ' ''"#;
            let words: Vec<_> = words.split(' ').map(str::to_owned).collect();
            let expected = words.join("\0") + "\0";
            assert_eq!(String::from_utf8(read_by_a_shell(&words)), Ok(expected));
        }

        proptest! {
            #![proptest_config(ProptestConfig::with_cases(32))]
        }
    }
}

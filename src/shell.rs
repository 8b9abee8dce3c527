//! Words for a POSIX shell: what a hint offers to paste runs as it is meant.

use std::borrow::Cow;

/// `text` as one word of a shell, in quotes only where the shell would otherwise read it differently.
pub(crate) fn quoted(text: &str) -> Cow<'_, str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:@%+=,".contains(&byte);
    // zsh reads `=ls` as the path of `ls`.
    if !text.is_empty() && !text.starts_with('=') && text.bytes().all(is_plain) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("'{}'", text.replace('\'', r"'\''")))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn plain_words_stay_as_they_are() {
        for text in [
            "web",
            "public.ecr.aws/a/b:1.0@sha256:0f",
            "--tag=v1_2+3",
            "-x",
            "a,b",
        ] {
            assert_eq!(quoted(text), text);
        }
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }

    #[cfg(unix)]
    mod in_a_shell {
        use std::process::Command;

        use proptest::prelude::*;

        use super::quoted;

        /// What a shell makes of the words.
        fn read_by_a_shell(words: &[String]) -> Vec<u8> {
            let words: Vec<_> = words.iter().map(|word| quoted(word)).collect();
            let script = format!("printf '%s\\0' {}", words.join(" "));
            let output = Command::new("sh").arg("-c").arg(script).output();
            output.expect("a shell").stdout
        }

        #[test]
        fn what_would_run_does_not() {
            let words: Vec<_> = [
                "$(exit 1)",
                "`exit 1`",
                "a&b",
                "a;b",
                "a|b",
                "a>b",
                "~",
                "*",
                "[a]",
                "{a,b}",
                "#a",
                "!a",
                "a\\b",
                "a\"b",
                "a'b",
                "a\nb",
                "=ls",
                "$HOME",
                "(a)",
                "",
                " ",
                "'",
                "''",
            ]
            .iter()
            .map(ToString::to_string)
            .collect();
            let expected: String = words.iter().map(|word| format!("{word}\0")).collect();
            assert_eq!(String::from_utf8(read_by_a_shell(&words)), Ok(expected));
        }

        proptest! {
            #![proptest_config(ProptestConfig::with_cases(32))]
            #[test]
            fn any_words_arrive_as_they_are(
                words in proptest::collection::vec("[^\0]{0,8}|[ -~]{0,8}", 1..20),
            ) {
                let expected: String = words.iter().map(|word| format!("{word}\0")).collect();
                prop_assert_eq!(String::from_utf8(read_by_a_shell(&words)), Ok(expected));
            }
        }
    }
}

//! The AWS files' syntax, as the AWS CLI reads it: Python's `configparser`, strict and without
//! interpolation. Pure: text in, sections out.

use std::collections::HashSet;
use std::fmt;

/// A section of a file, including the settings of `[DEFAULT]`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Section {
    /// The text between the first `[` and the last `]` of its header.
    pub(super) header: String,
    /// Keys in lower case and values. The lines of a value that continues are joined by line breaks.
    pub(super) settings: Vec<(String, String)>,
}

/// Why a file cannot be read. Never holds text of the file, which may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SyntaxError {
    /// The line, from 1.
    pub(super) line: usize,
    cause: Cause,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cause {
    ByteOrderMark,
    Encoding,
    NoSection,
    RepeatedSection,
    RepeatedKey,
    NoKey,
    NoSetting,
    NoGroup,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.cause {
            Cause::ByteOrderMark => "the file begins with a byte order mark",
            Cause::Encoding => "this is not UTF-8 text",
            Cause::NoSection => "a section such as `[default]` must come first",
            Cause::RepeatedSection => "this section appears twice",
            Cause::RepeatedKey => "this setting appears twice in its section",
            Cause::NoKey => "there is no key before the value",
            Cause::NoSetting => "this is neither a `[section]` nor `key = value`",
            Cause::NoGroup => "a line of this group of settings is not `key = value`",
        })
    }
}

/// Reads the sections of a file, in its order.
///
/// # Errors
///
/// The first line that Python's parser refuses, and text that is not UTF-8.
pub(super) fn parse(bytes: &[u8]) -> Result<Vec<Section>, SyntaxError> {
    let text = decode(bytes)?;
    let mut parser = Parser::default();
    for (index, line) in lines(text).enumerate() {
        parser.line(index + 1, line)?;
    }
    parser.finish()
}

fn decode(bytes: &[u8]) -> Result<&str, SyntaxError> {
    let error = |at: usize, cause| {
        let before = String::from_utf8_lossy(&bytes[..at]);
        let line = 1 + before.matches('\n').count();
        SyntaxError { line, cause }
    };
    let text =
        std::str::from_utf8(bytes).map_err(|utf8| error(utf8.valid_up_to(), Cause::Encoding))?;
    // ASCII in UTF-16 is UTF-8 too, with a NUL at every second place.
    match text.find('\0') {
        Some(at) => Err(error(at, Cause::Encoding)),
        None if text.starts_with('\u{feff}') => Err(error(0, Cause::ByteOrderMark)),
        None => Ok(text),
    }
}

/// Lines that end with `\n`, `\r\n` or `\r`, as in Python's text files.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive('\n').flat_map(|line| {
        let line = line.strip_suffix('\n').unwrap_or(line);
        line.strip_suffix('\r').unwrap_or(line).split('\r')
    })
}

/// Python's blanks: Unicode's, and the separators of ASCII.
fn is_blank(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{1c}'..='\u{1f}')
}

fn trimmed(text: &str) -> &str {
    text.trim_matches(is_blank)
}

#[derive(Debug, Default)]
struct Parser {
    sections: Vec<Entries>,
    defaults: Vec<Entry>,
    place: Place,
    headers: HashSet<String>,
    /// The keys of the current section and, for `[DEFAULT]`, of its earlier appearances.
    keys: HashSet<String>,
    default_keys: HashSet<String>,
    /// The indent of the current header or key, which a deeper line continues.
    indent: usize,
    /// Whether the current section has a setting that a line could continue.
    has_open_value: bool,
}

#[derive(Debug)]
struct Entries {
    header: String,
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    line: usize,
    key: String,
    value: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    BeforeSections,
    Defaults,
    Section,
}

impl Parser {
    fn line(&mut self, number: usize, line: &str) -> Result<(), SyntaxError> {
        let text = trimmed(line);
        if text.starts_with(['#', ';']) {
            return Ok(());
        }
        if text.is_empty() {
            self.continue_value("");
            return Ok(());
        }
        let indent = line.chars().take_while(|c| is_blank(*c)).count();
        if self.has_open_value && indent > self.indent {
            self.continue_value(text);
            return Ok(());
        }
        self.indent = indent;
        let error = |cause| SyntaxError {
            line: number,
            cause,
        };
        match header(text) {
            Some(header) => self.section(header).map_err(error),
            None if self.place == Place::BeforeSections => Err(error(Cause::NoSection)),
            None => self.setting(number, text).map_err(error),
        }
    }

    fn section(&mut self, header: &str) -> Result<(), Cause> {
        self.has_open_value = false;
        if header == "DEFAULT" {
            self.place = Place::Defaults;
            return Ok(());
        }
        if !self.headers.insert(header.to_owned()) {
            return Err(Cause::RepeatedSection);
        }
        self.place = Place::Section;
        self.keys.clear();
        self.sections.push(Entries {
            header: header.to_owned(),
            entries: Vec::new(),
        });
        Ok(())
    }

    fn setting(&mut self, line: usize, text: &str) -> Result<(), Cause> {
        let (key, value) = text.split_once(['=', ':']).ok_or(Cause::NoSetting)?;
        let key = key.trim_end_matches(is_blank).to_lowercase();
        if key.is_empty() {
            return Err(Cause::NoKey);
        }
        let keys = match self.place {
            Place::Defaults => &mut self.default_keys,
            _ => &mut self.keys,
        };
        if !keys.insert(key.clone()) {
            return Err(Cause::RepeatedKey);
        }
        let value = trimmed(value).to_owned();
        self.current().push(Entry { line, key, value });
        self.has_open_value = true;
        Ok(())
    }

    fn continue_value(&mut self, text: &str) {
        if self.has_open_value
            && let Some(entry) = self.current().last_mut()
        {
            entry.value.push('\n');
            entry.value.push_str(text);
        }
    }

    fn current(&mut self) -> &mut Vec<Entry> {
        match self.sections.last_mut() {
            Some(section) if self.place == Place::Section => &mut section.entries,
            _ => &mut self.defaults,
        }
    }

    fn finish(self) -> Result<Vec<Section>, SyntaxError> {
        let defaults = self.defaults;
        let sections = self.sections.into_iter();
        sections.map(|section| section.finish(&defaults)).collect()
    }
}

impl Entries {
    fn finish(self, defaults: &[Entry]) -> Result<Section, SyntaxError> {
        let is_own = |key: &str| self.entries.iter().any(|entry| entry.key == key);
        let others: Vec<_> = defaults
            .iter()
            .filter(|entry| !is_own(&entry.key))
            .collect();
        let entries = self.entries.iter().chain(others);
        let settings = entries.map(|entry| {
            let value = entry.value.trim_end_matches(is_blank);
            // The AWS CLI reads every such value as a group, used or not.
            if value.starts_with('\n') && group(value).is_none() {
                let cause = Cause::NoGroup;
                return Err(SyntaxError {
                    line: entry.line,
                    cause,
                });
            }
            Ok((entry.key.clone(), value.to_owned()))
        });
        Ok(Section {
            settings: settings.collect::<Result<_, _>>()?,
            header: self.header,
        })
    }
}

/// The text between the outer brackets, which may contain more brackets. The rest is ignored.
fn header(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('[')?;
    let (header, _) = inside.rsplit_once(']')?;
    Some(header).filter(|header| !header.is_empty())
}

/// The settings of a value that begins on the line below its key, as in `sts =` of a `services`
/// section. If a key appears twice, the last value counts. `None` if a line is not a setting.
pub(super) fn group(value: &str) -> Option<Vec<(&str, &str)>> {
    let lines = value.split(is_line_break).map(trimmed);
    lines
        .filter(|line| !line.is_empty())
        .map(|line| {
            let (key, value) = line.split_once('=')?;
            Some((trimmed(key), trimmed(value)))
        })
        .collect()
}

/// Whether Python's `splitlines` ends a line here.
fn is_line_break(character: char) -> bool {
    matches!(
        character,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

#[cfg(test)]
mod tests {
    use super::{Section, parse};
    use proptest::prelude::*;

    fn read(text: &str) -> Vec<(String, Vec<(String, String)>)> {
        let sections = parse(text.as_bytes()).expect("well-formed").into_iter();
        sections
            .map(|Section { header, settings }| (header, settings))
            .collect()
    }

    fn settings(text: &str) -> Vec<(String, String)> {
        let [(_, settings)] = <[_; 1]>::try_from(read(text)).expect("one section");
        settings
    }

    fn pair(key: &str, value: &str) -> (String, String) {
        (key.to_owned(), value.to_owned())
    }

    #[test]
    fn keys_are_lower_case_and_values_keep_their_inside() {
        let text = "[a]\nKey = v # no comment ; none\nb:c=d\n  # comment\n;comment\n empty =\n";
        assert_eq!(
            settings(text),
            [
                pair("key", "v # no comment ; none"),
                pair("b", "c=d\nempty =")
            ]
        );
    }

    #[test]
    fn deeper_lines_continue_a_value_and_comments_do_not_end_it() {
        let text = "[a]\n  key = 1\n    2\n\n # comment\n    3\n  next = 4\n";
        assert_eq!(
            settings(text),
            [pair("key", "1\n2\n\n3"), pair("next", "4")]
        );
    }

    #[test]
    fn default_supplies_every_section() {
        let text = "[DEFAULT]\na = 1\nb = 2\n[x]\nb = 3\n[DEFAULT]\nc = 4\n";
        assert_eq!(
            settings(text),
            [pair("b", "3"), pair("a", "1"), pair("c", "4")]
        );
    }

    #[test]
    fn a_header_goes_on_to_the_last_bracket() {
        let headers: Vec<_> = read("[a]b] rest\n  [ c ]\r[d]\r\n")
            .into_iter()
            .map(|(header, _)| header)
            .collect();
        assert_eq!(headers, ["a]b", " c ", "d"]);
    }

    #[test]
    fn errors_of_python_are_errors_with_the_same_line() {
        for (text, line) in [
            ("a = 1\n", 1),
            ("\n\u{feff}[a]\n", 2),
            ("[a]\n\nword\n", 3),
            ("[a]\n= 1\n", 2),
            ("[a]\n[b]\n[a]\n", 3),
            ("[a]\nk = 1\nK = 2\n", 3),
            ("[]\n", 1),
            ("[a\n", 1),
            ("[a]\ngroup =\n  no setting\n", 2),
            ("[DEFAULT]\ngroup =\n  no setting\n[a]", 2),
        ] {
            assert_eq!(parse(text.as_bytes()).expect_err(text).line, line, "{text}");
        }
        for (bytes, line) in [
            (&b"\xef\xbb\xbf[a]"[..], 1),
            (b"[a]\nk = \xe4\n", 2),
            (b"\xff\xfe[\0a\0]\0", 1),
            (b"[\0a\0]\0", 1),
        ] {
            assert_eq!(parse(bytes).expect_err("no text").line, line);
        }
    }

    proptest! {
        #[test]
        fn no_file_is_too_odd(bytes in any::<Vec<u8>>()) {
            let _ = parse(&bytes);
        }

        #[test]
        fn plain_settings_are_read_back(
            settings in prop::collection::btree_map("[a-z_]{1,8}", "[!-~]( ?[!-~]){0,9}", 0..6)
        ) {
            let lines = settings.iter().map(|(key, value)| format!("{key} = {value}\n"));
            let text = format!("[a]\n{}", lines.collect::<String>());
            let expected: Vec<_> = settings.into_iter().collect();
            prop_assert_eq!(self::settings(&text), expected);
        }
    }
}

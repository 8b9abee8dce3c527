//! The AWS files' syntax, as the AWS CLI reads it: Python's `configparser`, strict and without
//! interpolation. Pure: text in, sections out.

use std::collections::{HashMap, HashSet};
use std::mem;

/// The settings of a section: keys in lower case and values. The lines of a value that continues are
/// joined by line breaks.
pub(super) type Section = HashMap<String, String>;

/// The sections of a file in its order, each with the text between the first `[` and the last `]` of its
/// header, and with the settings of `[DEFAULT]`.
pub(super) type Sections = Vec<(String, Section)>;

/// Why a file cannot be read. Never holds text of the file, which may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SyntaxError {
    pub(super) line: usize,
    pub(super) why: &'static str,
}

pub(super) fn parse(bytes: &[u8]) -> Result<Sections, SyntaxError> {
    let text = decode(bytes)?;
    let mut parser = Parser::default();
    for (index, line) in lines(text).enumerate() {
        let error = |why| SyntaxError {
            line: index + 1,
            why,
        };
        parser.line(index + 1, line).map_err(error)?;
    }
    parser.finish()
}

fn decode(bytes: &[u8]) -> Result<&str, SyntaxError> {
    let error = |at: usize, why| {
        let before = String::from_utf8_lossy(&bytes[..at]);
        let line = 1 + before.matches('\n').count();
        SyntaxError { line, why }
    };
    let not_utf8 = "this is not UTF-8 text";
    let text = std::str::from_utf8(bytes).map_err(|utf8| error(utf8.valid_up_to(), not_utf8))?;
    // ASCII in UTF-16 is UTF-8 too, with a NUL at every second place.
    match text.find('\0') {
        Some(at) => Err(error(at, not_utf8)),
        None if text.starts_with('\u{feff}') => {
            Err(error(0, "the file begins with a byte order mark"))
        }
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
    /// The sections before the current one.
    sections: Vec<Draft>,
    defaults: Draft,
    section: Option<Draft>,
    in_defaults: bool,
    headers: HashSet<String>,
    /// The indent of the current header or key, which a deeper line continues.
    indent: usize,
    /// The key whose value a line could continue.
    open: Option<String>,
}

#[derive(Debug, Default)]
struct Draft {
    header: String,
    settings: HashMap<String, (usize, String)>,
}

impl Parser {
    fn line(&mut self, number: usize, line: &str) -> Result<(), &'static str> {
        let text = trimmed(line);
        if text.starts_with(['#', ';']) {
            return Ok(());
        }
        let indent = line.chars().take_while(|c| is_blank(*c)).count();
        if text.is_empty() || (self.open.is_some() && indent > self.indent) {
            self.continue_value(text);
            return Ok(());
        }
        self.indent = indent;
        match header(text) {
            Some(header) => self.section(header),
            None => self.setting(number, text),
        }
    }

    fn section(&mut self, header: &str) -> Result<(), &'static str> {
        self.open = None;
        self.sections.extend(self.section.take());
        self.in_defaults = header == "DEFAULT";
        if self.in_defaults {
            return Ok(());
        }
        if !self.headers.insert(header.to_owned()) {
            return Err("this section appears twice");
        }
        let (header, settings) = (header.to_owned(), HashMap::new());
        self.section = Some(Draft { header, settings });
        Ok(())
    }

    fn setting(&mut self, line: usize, text: &str) -> Result<(), &'static str> {
        let draft = match &mut self.section {
            Some(section) => section,
            None if self.in_defaults => &mut self.defaults,
            None => return Err("a section such as `[default]` must come first"),
        };
        let setting = text.split_once(['=', ':']);
        let (key, value) = setting.ok_or("this is neither a `[section]` nor `key = value`")?;
        let key = key.trim_end_matches(is_blank).to_lowercase();
        if key.is_empty() {
            return Err("there is no key before the value");
        }
        let value = (line, trimmed(value).to_owned());
        if draft.settings.insert(key.clone(), value).is_some() {
            return Err("this setting appears twice in its section");
        }
        self.open = Some(key);
        Ok(())
    }

    fn continue_value(&mut self, text: &str) {
        let draft = self.section.as_mut().unwrap_or(&mut self.defaults);
        let open = self
            .open
            .as_ref()
            .and_then(|key| draft.settings.get_mut(key));
        if let Some((_, value)) = open {
            value.push('\n');
            value.push_str(text);
        }
    }

    fn finish(mut self) -> Result<Sections, SyntaxError> {
        self.sections.extend(self.section.take());
        let defaults = mem::take(&mut self.defaults.settings);
        let sections = self.sections.into_iter();
        sections.map(|section| section.finish(&defaults)).collect()
    }
}

impl Draft {
    fn finish(
        mut self,
        defaults: &HashMap<String, (usize, String)>,
    ) -> Result<(String, Section), SyntaxError> {
        for (key, value) in defaults {
            let own = self.settings.entry(key.clone());
            own.or_insert_with(|| value.clone());
        }
        let settings = self.settings.into_iter().map(|(key, (line, value))| {
            let value = value.trim_end_matches(is_blank);
            // The AWS CLI reads every such value as a group, used or not.
            if value.starts_with('\n') && group(value).is_none() {
                let why = "a line of this group of settings is not `key = value`";
                return Err(SyntaxError { line, why });
            }
            Ok((key, value.to_owned()))
        });
        Ok((self.header, settings.collect::<Result<_, _>>()?))
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
fn group(value: &str) -> Option<Vec<(&str, &str)>> {
    let lines = value.split(is_line_break).map(trimmed);
    lines
        .filter(|line| !line.is_empty())
        .map(|line| {
            let (key, value) = line.split_once('=')?;
            Some((trimmed(key), trimmed(value)))
        })
        .collect()
}

pub(super) fn in_group<'a>(section: &'a Section, name: &str, key: &str) -> Option<&'a str> {
    let group = group(section.get(name)?)?;
    let found = group.into_iter().rfind(|(found, _)| *found == key);
    found.map(|(_, value)| value)
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
    use super::parse;
    use proptest::prelude::*;

    fn read(text: &str) -> super::Sections {
        parse(text.as_bytes()).expect("well-formed")
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

    }
}

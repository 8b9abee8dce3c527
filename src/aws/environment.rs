//! The environment variables as the AWS CLI reads them, and the paths in them.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::error::Error;

#[derive(Clone, Debug, Default)]
pub(super) struct Environment {
    variables: HashMap<OsString, OsString>,
    home: Option<PathBuf>,
}

impl Environment {
    pub(super) fn of_process() -> Self {
        let variables = std::env::vars_os().map(|(name, value)| {
            let name = name
                .to_str()
                .map_or(name.clone(), |name| key(name).into_owned().into());
            (name, value)
        });
        Self {
            variables: variables.collect(),
            home: std::env::home_dir().filter(|home| !home.as_os_str().is_empty()),
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        self.os(name).map(OsStr::to_string_lossy)
    }

    pub(super) fn os(&self, name: &str) -> Option<&OsStr> {
        self.variables
            .get(OsStr::new(&*key(name)))
            .map(OsString::as_os_str)
            .filter(|value| !value.is_empty())
    }

    pub(super) fn in_home(&self, path: &str) -> Option<PathBuf> {
        self.home.as_ref().map(|home| home.join(path))
    }

    /// The path in the variable `name`, or else `default` below the home folder. As in Python, `$NAME`
    /// and `${NAME}` of variables that are set, empty ones too, and a leading `~` are replaced; on
    /// Windows `%NAME%` too.
    pub(super) fn path(&self, name: &str, default: &str) -> Result<Option<PathBuf>, Error> {
        let Some(path) = self.os(name) else {
            return Ok(self.in_home(default));
        };
        let Some(text) = path.to_str() else {
            return Ok(Some(path.into()));
        };
        let text = self.with_variables(text);
        #[cfg(windows)]
        let text = self.with_percents(&text).into();
        let path = Path::new(&text);
        match (path.strip_prefix("~"), &self.home) {
            (Ok(rest), Some(home)) => Ok(Some(home.join(rest))),
            (Err(_), _) if path.as_os_str().as_encoded_bytes().starts_with(b"~") => {
                let error = Error::usage(format!("`{name}` begins with the name of a user"));
                Err(error.hint("write the path of the home folder instead of `~NAME`"))
            }
            _ => Ok(Some(path.into())),
        }
    }

    fn with_variables(&self, text: &str) -> OsString {
        let mut expanded = OsString::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            expanded.push(before);
            let (name, behind) = match after
                .strip_prefix('{')
                .and_then(|name| name.split_once('}'))
            {
                Some(braced) => braced,
                None => after.split_at(length_of_name(after)),
            };
            let end = text.len() - behind.len();
            match self.variables.get(OsStr::new(&*key(name))) {
                Some(value) => expanded.push(value),
                None => expanded.push(&text[text.len() - after.len() - 1..end]),
            }
            rest = behind;
        }
        expanded.push(rest);
        expanded
    }

    /// `text` with `%NAME%` of variables that are set replaced, and `%%` by one `%`.
    #[cfg(any(windows, test))]
    fn with_percents(&self, text: &OsStr) -> String {
        let text = text.to_string_lossy();
        let mut expanded = String::new();
        let mut rest = &*text;
        while let Some((before, after)) = rest.split_once('%') {
            let Some((name, behind)) = after.split_once('%') else {
                break;
            };
            expanded.push_str(before);
            match self.variables.get(OsStr::new(&*key(name))) {
                Some(value) => expanded.push_str(&value.to_string_lossy()),
                None if name.is_empty() => expanded.push('%'),
                None => expanded.extend(["%", name, "%"]),
            }
            rest = behind;
        }
        expanded + rest
    }
}

/// `name` as the variables are kept: Windows ignores the case of names.
fn key(name: &str) -> Cow<'_, str> {
    if cfg!(windows) {
        name.to_ascii_uppercase().into()
    } else {
        name.into()
    }
}

fn length_of_name(text: &str) -> usize {
    text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(text.len())
}

#[cfg(test)]
impl Environment {
    pub(super) fn of(variables: &[(&str, &str)]) -> Self {
        let variables: HashMap<_, _> = (variables.iter())
            .map(|(name, value)| (OsString::from(name), OsString::from(value)))
            .collect();
        let home = variables.get(OsStr::new("HOME")).map(PathBuf::from);
        let home = home.filter(|home| !home.as_os_str().is_empty());
        Self { variables, home }
    }
}

#[cfg(test)]
mod tests {
    use super::Environment;
    use std::ffi::OsStr;
    use std::path::PathBuf;

    #[test]
    fn paths_are_expanded_as_the_aws_cli_expands_them() {
        let expanded = |path: &str| {
            let environment = [
                ("HOME", "/home/me"),
                ("A_1", "x"),
                ("EMPTY", ""),
                ("P", path),
            ];
            Environment::of(&environment).path("P", "default")
        };
        for (path, expected) in [
            ("~/.aws/config", "/home/me/.aws/config"),
            ("~", "/home/me"),
            ("", "/home/me/default"),
            ("${EMPTY}/c$EMPTY", "/c"),
            ("$EMPTY~/c", "/home/me/c"),
            ("/a/~", "/a/~"),
            ("$HOME/c", "/home/me/c"),
            ("${A_1}y/$A_1-$A_1", "xy/x-x"),
            ("$UNKNOWN/${UNKNOWN}/$", "$UNKNOWN/${UNKNOWN}/$"),
            ("$A_1$A_1${", "xx${"),
        ] {
            let expected = Some(PathBuf::from(expected));
            assert_eq!(expanded(path).expect(path), expected, "{path}");
        }
        for path in ["~you/config", "~you", "$EMPTY~$A_1"] {
            expanded(path).expect_err(path);
        }
    }

    #[test]
    fn percent_signs_enclose_variables_on_windows() {
        let environment = Environment::of(&[("A_1", "x")]);
        for (text, expanded) in [
            ("%A_1%/y/%A_1%", "x/y/x"),
            ("%B%/%A_1%", "%B%/x"),
            ("100%%", "100%"),
            ("100%/%", "100%/%"),
            ("100%", "100%"),
        ] {
            assert_eq!(environment.with_percents(OsStr::new(text)), expanded);
        }
    }
}

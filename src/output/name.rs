//! `name`: one digest, tag, repository or reference per line.

use super::{Format, Style};
use crate::error::{Error, Kind};
use crate::model::{Row, RowKind};
use crate::reference::{Digest, REGISTRIES, Reference, TagName};

/// One digest, tag or repository per line; leaves out rows without one.
#[derive(Debug)]
pub(super) struct NameLines {
    pub(super) style: Style,
}

impl Format for NameLines {
    fn rows(&mut self, rows: &[Row], out: &mut Vec<u8>) -> Result<(), Error> {
        for name in rows.iter().filter_map(Row::id) {
            out.extend(self.style.shown(name.into()).as_bytes());
            out.push(b'\n');
        }
        Ok(())
    }
}

/// One reference per line: `public.ecr.aws/ALIAS/NAME` of repositories, with `:TAG`, `@DIGEST` for
/// images, or both for pinned tags.
#[derive(Debug)]
pub(super) struct ReferenceLines {
    pub(super) kind: RowKind,
    pub(super) pin: bool,
}

impl ReferenceLines {
    fn reference(&self, row: &Row) -> Result<String, Error> {
        let repository = match self.kind {
            RowKind::Repositories => row.id(),
            RowKind::Images | RowKind::Tags => row.repository(),
        };
        let (Some(alias), Some(repository)) = (row.alias(), repository) else {
            let message = "the service returned a row without a public name";
            return Err(Error::new(Kind::Service, message));
        };
        let repository = format!("{}/{alias}/{repository}", host(row));
        Ok(match self.kind {
            RowKind::Repositories => {
                let is_valid = |text: &str| text.parse::<Reference>().is_ok();
                checked("repository", Some(&repository), is_valid)?.to_owned()
            }
            RowKind::Images => format!("{repository}@{}", digest(row)?),
            RowKind::Tags if self.pin => format!("{repository}:{}@{}", tag(row)?, digest(row)?),
            RowKind::Tags => format!("{repository}:{}", tag(row)?),
        })
    }
}

fn host(row: &Row) -> &'static str {
    let host = row.home.as_ref().and_then(|home| home.host);
    host.unwrap_or(REGISTRIES[0])
}

/// The repository of `row`, or the registry of a repository; an own repository by its name alone.
pub(super) fn place(row: &Row) -> String {
    let registry = row.alias().map(|alias| format!("{}/{alias}", host(row)));
    let names = [registry.as_deref(), row.repository()];
    names.into_iter().flatten().collect::<Vec<_>>().join("/")
}

impl Format for ReferenceLines {
    fn prepare(&mut self, rows: &[&[Row]]) -> Result<(), Error> {
        let mut rows = rows.iter().copied().flatten();
        rows.try_for_each(|row| self.reference(row).map(drop))
    }

    fn rows(&mut self, rows: &[Row], out: &mut Vec<u8>) -> Result<(), Error> {
        for row in rows {
            out.extend(self.reference(row)?.as_bytes());
            out.push(b'\n');
        }
        Ok(())
    }
}

fn digest(row: &Row) -> Result<&str, Error> {
    let digest = row.digest.as_deref();
    checked("digest", digest, Digest::is_canonical)
}

fn tag(row: &Row) -> Result<&str, Error> {
    checked("tag", row.id(), TagName::is_valid)
}

fn checked<'a>(
    what: &str,
    text: Option<&'a str>,
    is_valid: fn(&str) -> bool,
) -> Result<&'a str, Error> {
    let message = match text {
        Some(text) if is_valid(text) => return Ok(text),
        Some(text) => format!("the service returned an invalid {what} `{text}`"),
        None => format!("the service returned an image without a {what}"),
    };
    Err(Error::new(Kind::Service, message).hint("look at the row with `-o json`"))
}

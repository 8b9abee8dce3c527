//! Access keys, as every kind of credentials ends in them.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::failures::credentials_error;
use crate::error::Error;
use crate::redact;

/// Access keys. Their Debug holds no secret.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Keys {
    pub(super) id: String,
    pub(super) secret: String,
    pub(super) token: Option<String>,
    pub(super) expires: Option<Timestamp>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys")
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

impl Keys {
    /// The keys in a JSON object, whose fields for the id, the secret and the token have these names.
    /// `None` without an id or a secret. An expiration that cannot be read counts as unknown, and so
    /// does that of keys which a service just made: this machine's clock may be wrong.
    pub(super) fn of_json(object: &Value, names: [&str; 3], expires: &str) -> Option<Self> {
        let text = |name| object[name].as_str().filter(|text: &&str| !text.is_empty());
        let [id, secret, token] = names.map(text);
        Some(Self {
            id: id?.to_owned(),
            secret: secret?.to_owned(),
            token: token.map(str::to_owned),
            expires: text(expires).and_then(instant),
        })
    }

    /// Redacts the keys from the output, and checks that they can be sent and have not expired. `what`
    /// describes them, and `renewal` is the hint for expired ones.
    pub(super) fn check(&self, what: &str, renewal: String) -> Result<(), Error> {
        redact::hide(&self.secret);
        redact::hide_id(&self.id);
        let token = self.token.as_deref().unwrap_or_default();
        redact::hide(token);
        if !is_header(&self.id) || !is_header(token) {
            return Err(unsendable(what));
        }
        match self.expires {
            Some(expires) if expires <= Timestamp::now() => {
                let error = format!("by this machine's clock {what} expired at {expires:.0}");
                Err(credentials_error(error).hint(renewal))
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn for_sdk(&self) -> aws_credential_types::Credentials {
        let (id, secret) = (self.id.clone(), self.secret.clone());
        aws_credential_types::Credentials::new(id, secret, self.token.clone(), None, "ecrpub")
    }
}

pub(super) fn is_header(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

pub(super) fn unsendable(what: &str) -> Error {
    let error = format!("{what}: a line break or another character that cannot be sent");
    credentials_error(error)
        .hint("store it without the line break at its end, as `printf %s KEY` writes it")
}

/// A time as the AWS CLI and credential processes write it: RFC 3339, with the offset as `Z`, `UTC`,
/// `+00:00` or `+0000`, or without one, which means UTC.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    if let Some(utc) = text.strip_suffix("UTC") {
        return instant(&format!("{}Z", utc.trim_end()));
    }
    let time: DateTime = text.parse().ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::{instant, is_header};

    #[test]
    fn printable_ascii_can_be_sent() {
        let sendable = ('\0'..='\u{ff}').filter(|character| is_header(&character.to_string()));
        assert!(sendable.eq(' '..='~'));
    }

    #[test]
    fn times_are_read_in_all_forms_that_are_in_use() {
        let expected = "2030-01-31T12:00:00Z".parse().ok();
        for text in [
            "2030-01-31T12:00:00Z",
            "2030-01-31T12:00:00+00:00",
            "2030-01-31T12:00:00+0000",
            "2030-01-31T14:00:00.000+0200",
            "2030-01-31 12:00:00Z",
            "2030-01-31T12:00:00UTC",
            "2030-01-31T12:00:00",
        ] {
            assert_eq!(instant(text), expected, "{text}");
        }
        for text in ["", "tomorrow", "1893456000"] {
            assert_eq!(instant(text), None, "{text}");
        }
    }
}

//! Keys as every kind of credentials ends in them, and the checks that all of them pass.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::error::{Error, Kind};
use crate::redact;

/// Access keys. Their Debug holds no secret.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Keys {
    /// The access key id.
    pub(crate) id: String,
    /// The secret access key.
    pub(in crate::aws) secret: String,
    /// The session token, never empty.
    pub(in crate::aws) token: Option<String>,
    /// When they expire, where that is known.
    pub(in crate::aws) expires: Option<Timestamp>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys")
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

impl Keys {
    /// Checks that the access key id and the session token can be sent in a header, and has all of the
    /// keys redacted from the output. `origins` name the two in messages.
    ///
    /// # Errors
    ///
    /// A credentials error for one that cannot be sent.
    pub(super) fn check(&self, origins: [&str; 2]) -> Result<(), Error> {
        self.hide();
        let token = self.token.as_deref().unwrap_or_default();
        for (text, origin) in [self.id.as_str(), token].into_iter().zip(origins) {
            if !is_header(text) {
                return Err(unusable(origin));
            }
        }
        Ok(())
    }

    fn hide(&self) {
        redact::hide(&self.secret);
        redact::hide_id(&self.id);
        if let Some(token) = &self.token {
            redact::hide(token);
        }
    }

    /// The keys that a provider of the SDK returned.
    pub(super) fn of_sdk(keys: &aws_credential_types::Credentials) -> Option<Self> {
        let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Some(Self {
            id: filled(keys.access_key_id())?,
            secret: filled(keys.secret_access_key())?,
            token: keys.session_token().and_then(filled),
            expires: keys.expiry().and_then(|time| time.try_into().ok()),
        })
    }

    /// The keys for the SDK.
    pub(crate) fn for_sdk(&self) -> aws_credential_types::Credentials {
        let (id, secret) = (self.id.clone(), self.secret.clone());
        aws_credential_types::Credentials::new(id, secret, self.token.clone(), None, "ecrpub")
    }
}

/// Whether `text` can stand in a header.
pub(super) fn is_header(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// The error for a key or token that cannot be sent, found at `origin`.
pub(super) fn unusable(origin: &str) -> Error {
    Error::new(
        Kind::Credentials,
        format!("{origin} holds a line break or another character that cannot be sent"),
    )
    .hint("store it without the line break at its end, as `printf %s KEY` writes it")
}

/// A moment in one of the forms that the AWS CLI and credential processes write: RFC 3339, the offset
/// as `Z`, `UTC`, `+00:00` or `+0000`, or left out, which is UTC.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    if let Some(utc) = text.strip_suffix("UTC") {
        return instant(&format!("{}Z", utc.trim_end()));
    }
    let time: DateTime = text.parse().ok()?;
    time.to_zoned(TimeZone::UTC)
        .ok()
        .map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::{instant, is_header};

    #[test]
    fn moments_are_read_in_all_forms_that_are_in_use() {
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

    #[test]
    fn what_a_header_cannot_hold_is_found() {
        assert!(is_header("AKIA0+/= ~"));
        for text in ["AKIA\n", "\r", "ä", "\u{7f}", "\0"] {
            assert!(!is_header(text), "{text:?}");
        }
    }
}

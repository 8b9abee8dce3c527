//! `--since` and `--before`: a moment, a day, or an age.

use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::error::Error;

/// A moment as it is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum When {
    /// A moment that is the same whenever it is asked.
    At(Timestamp),
    /// So long before the present.
    Ago(Span),
}

impl When {
    /// The moment that is meant at `now`.
    ///
    /// # Errors
    ///
    /// A usage error for an age older than all calendars.
    pub(crate) fn moment(self, now: Timestamp) -> Result<Timestamp, Error> {
        match self {
            Self::At(moment) => Ok(moment),
            Self::Ago(age) => now
                .to_zoned(TimeZone::UTC)
                .checked_sub(age)
                .map(|moment| moment.timestamp())
                .map_err(|error| {
                    Error::usage(format!("the age `{age:#}` is out of reach: {error}"))
                }),
        }
    }
}

const ACCEPTED: &str = "hint: a time is written as `2024-06-01T12:00:00Z`, as `2024-06-01` (UTC), \
                        or as an age such as `7d`, `2w`, `36h`, `3mo`";

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_date = text.get(4..5) == Some("-");
        let parsed = if is_date && text.len() > DATE.len() {
            text.parse().map(Self::At)
        } else if is_date {
            text.parse::<Date>()
                .and_then(|date| date.to_zoned(TimeZone::UTC))
                .map(|start| Self::At(start.timestamp()))
        } else if text.starts_with(|character: char| character.is_ascii_digit()) {
            text.parse::<Span>().map(|age| Self::Ago(age.abs()))
        } else {
            return Err(format!("this is no time\n{ACCEPTED}"));
        };
        parsed.map_err(|error| format!("{error}\n{ACCEPTED}"))
    }
}

const DATE: &str = "2024-06-01";

#[cfg(test)]
mod tests {
    use super::When;
    use jiff::Timestamp;

    #[test]
    fn moments_days_and_ages_are_understood() {
        let now: Timestamp = "2024-06-01T12:00:00Z".parse().unwrap();
        for (text, moment) in [
            ("2024-05-31T23:30:00+02:00", "2024-05-31T21:30:00Z"),
            ("2024-05-31T23:30:00.655Z", "2024-05-31T23:30:00.655Z"),
            ("2024-05-31", "2024-05-31T00:00:00Z"),
            ("7d", "2024-05-25T12:00:00Z"),
            ("2w", "2024-05-18T12:00:00Z"),
            ("36h", "2024-05-31T00:00:00Z"),
            ("3mo", "2024-03-01T12:00:00Z"),
            ("1y", "2023-06-01T12:00:00Z"),
            ("90m", "2024-06-01T10:30:00Z"),
            ("7d ago", "2024-05-25T12:00:00Z"),
        ] {
            let when: When = text.parse().unwrap();
            assert_eq!(when.moment(now).unwrap().to_string(), moment, "{text}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "",
            "7",
            "d",
            "7 parsecs",
            "yesterday",
            "2024-13-01",
            "2024-05-31T23:30",
            "2024-05",
            "é",
        ] {
            assert!(text.parse::<When>().is_err(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_time_or_an_error(
            text in ".*|[0-9]{1,20}(y|mo|w|d|h|m|s|ms)|[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.Z+-]{0,20})?",
        ) {
            if let Ok(when) = text.parse::<When>() {
                let _ = when.moment(Timestamp::UNIX_EPOCH);
            }
        }
    }
}

//! `--since` and `--before`: a time, a date, Unix seconds, or an age.

use std::str::FromStr;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

#[derive(Clone, Copy, Debug)]
pub(crate) enum When {
    At(Timestamp),
    /// A time that is this long before the current one.
    Ago(Span),
}

/// Numbers below this second of 2001 are years, dates or ages without a unit.
const LEAST_SECONDS: i64 = 1_000_000_000;

const BEYOND: &str = "a time beyond the calendar, which ends on 9999-12-30";

impl When {
    /// The time, resolved at `now`; an age beyond the calendar is its beginning.
    pub(crate) fn time(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(time) => time,
            Self::Ago(age) => {
                let time = now.to_zoned(TimeZone::UTC).checked_sub(age.abs());
                time.map_or(Timestamp::MIN, |time| time.timestamp())
            }
        }
    }
}

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.to_ascii_lowercase();
        let mut units = text.split(|character: char| !character.is_ascii_alphabetic());
        let reason = if text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.')) {
            let seconds = format!("{text}s").parse();
            match seconds.and_then(Timestamp::from_duration) {
                Ok(time) if time.as_second() >= LEAST_SECONDS => return Ok(Self::At(time)),
                Err(_) if text.len() > LEAST_SECONDS.to_string().len() => BEYOND,
                _ => "a number without a unit",
            }
        } else if units.any(|unit| unit == "m") {
            "`m` could be minutes or months: write `mo` or `h`"
        } else {
            let time = text.parse::<Timestamp>().or_else(|_| utc(&text));
            let when = time.map(Self::At).or_else(|_| text.parse().map(Self::Ago));
            match when {
                Ok(when) => return Ok(when),
                Err(_) if text.starts_with("9999-12-3") => BEYOND,
                Err(_) => "not a time",
            }
        };
        Err(format!(
            "{reason}\nhint: a time is written as `2024-06-01T12:00:00Z`, as `2024-06-01` or \
             `2024-06-01 12:00:00` (UTC), or as an age such as `36h`, `7d`, `2w`, `3mo`, `1y`, `1d12h`"
        ))
    }
}

fn utc(text: &str) -> Result<Timestamp, jiff::Error> {
    // The civil time of a text with a zone is not in UTC.
    let zone = text.find('[').unwrap_or(text.len());
    let time = text[..zone].parse::<DateTime>()?;
    Ok(time.to_zoned(TimeZone::UTC)?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::When;
    use jiff::Timestamp;

    fn now() -> Timestamp {
        "2024-06-01T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn times_dates_and_ages_are_understood() {
        for (text, time) in [
            ("2024-05-31T23:30:00+02:00", "2024-05-31T21:30:00Z"),
            ("2024-05-31t23:30:00z", "2024-05-31T23:30:00Z"),
            ("2024-05-31 23:30:00-01:30", "2024-06-01T01:00:00Z"),
            ("2024-05-31T23:30:00.655Z", "2024-05-31T23:30:00.655Z"),
            ("2025-10-21 19:49:23", "2025-10-21T19:49:23Z"),
            ("2025-10-21T19:49:23.5", "2025-10-21T19:49:23.5Z"),
            ("2025-10-21 19:49", "2025-10-21T19:49:00Z"),
            ("2024-05-31", "2024-05-31T00:00:00Z"),
            ("2024-02-29", "2024-02-29T00:00:00Z"),
            ("1713787200.655", "2024-04-22T12:00:00.655Z"),
            ("9999-12-30", "9999-12-30T00:00:00Z"),
            ("1713787139", "2024-04-22T11:58:59Z"),
            ("0h", "2024-06-01T12:00:00Z"),
            ("36h", "2024-05-31T00:00:00Z"),
            ("7d", "2024-05-25T12:00:00Z"),
            ("7D", "2024-05-25T12:00:00Z"),
            ("2w", "2024-05-18T12:00:00Z"),
            ("3mo", "2024-03-01T12:00:00Z"),
            ("3MO", "2024-03-01T12:00:00Z"),
            ("1y", "2023-06-01T12:00:00Z"),
            ("1d12h", "2024-05-31T00:00:00Z"),
            ("1w2d", "2024-05-23T12:00:00Z"),
            ("7 days ago", "2024-05-25T12:00:00Z"),
            ("19000y", "-009999-01-02T01:59:59Z"),
        ] {
            let when: When = text
                .parse()
                .unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(when.time(now()).to_string(), time, "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused_with_a_hint() {
        for (text, message) in [
            ("", "a number without a unit"),
            ("yesterday", "not a time"),
            ("é", "not a time"),
            ("7", "a number without a unit"),
            ("2024", "a number without a unit"),
            ("20240601", "a number without a unit"),
            ("99999999999999999999", "a time beyond the calendar"),
            ("253402207201", "a time beyond the calendar"),
            ("9999-12-31", "a time beyond the calendar"),
            ("9999-12-30T23:00:00Z", "a time beyond the calendar"),
            ("2024/06/01", "not a time"),
            ("5m", "`m` could be minutes or months"),
            ("1d5M", "`m` could be minutes or months"),
            ("99999999999999999999y", "not a time"),
            ("2025-10", "not a time"),
            ("2024-6-1", "not a time"),
            ("2024-13-01", "not a time"),
            ("2023-02-29T12:00:00Z", "not a time"),
            ("2024-05-31T25:30:00Z", "not a time"),
            ("2024-05-31X23:30:00", "not a time"),
            ("2024-05-311", "not a time"),
        ] {
            let error = text.parse::<When>().expect_err(text);
            assert!(
                error.starts_with(message) && error.contains("\nhint: "),
                "{text}: {error}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_time_or_refused(
            text in ".*|[0-9]{1,20}(y|mo|w|d|h|m|s|ms)|[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.Z+-]{0,20})?",
        ) {
            if let Ok(when) = text.parse::<When>() {
                let _ = when.time(Timestamp::UNIX_EPOCH);
            }
        }
    }
}

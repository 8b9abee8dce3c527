//! `--since`, `--before` and `--min-age`: a time, a date, or an age.

use std::str::FromStr;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use crate::error::Error;

/// A time as the user gives it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum When {
    /// A fixed time.
    At(Timestamp),
    /// A time before the current one.
    Ago(Age),
}

/// An age: a number of hours, days, weeks, months or years.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Age(Span);

impl When {
    /// The time, resolved at `now`.
    ///
    /// # Errors
    ///
    /// A usage error for an age beyond the calendar.
    pub(crate) fn time(self, now: Timestamp) -> Result<Timestamp, Error> {
        match self {
            Self::At(time) => Ok(time),
            Self::Ago(age) => age.time(now),
        }
    }
}

impl Age {
    /// The time that is this long before `now`.
    ///
    /// # Errors
    ///
    /// A usage error for an age beyond the calendar.
    pub(crate) fn time(self, now: Timestamp) -> Result<Timestamp, Error> {
        let now = now.to_zoned(TimeZone::UTC);
        match now.checked_sub(self.0) {
            Ok(time) => Ok(time.timestamp()),
            Err(_) => Err(Error::usage(format!(
                "the age `{:#}` is longer than the calendar",
                self.0
            ))),
        }
    }
}

const NOT_A_TIME: &str = "not a time";
const NOT_AN_AGE: &str = "not an age";
const TIMES: &str = "hint: a time is written as `2024-06-01T12:00:00Z`, as `2024-06-01` or \
                     `2024-06-01 12:00:00` (UTC), or as an age such as `36h`, `7d`, `2w`, `3mo`, `1y`";
const AGES: &str = "hint: an age is written as `36h`, `7d`, `2w`, `3mo` or `1y`";

/// The length of `2024-06-01`.
const DATE: usize = 10;

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if !has_shape(text, "dddd-") {
            let is_age = text.starts_with(|character: char| character.is_ascii_digit());
            return if is_age {
                parse_age(text, NOT_A_TIME, TIMES).map(Self::Ago)
            } else {
                Err(format!("{NOT_A_TIME}\n{TIMES}"))
            };
        }
        if has_shape(text, "dddd-dd") && text.len() == "2024-06".len() {
            return Err(format!(
                "a date needs a day\nhint: write `{text}-01` for the first day of the month"
            ));
        }
        if !has_shape(text, "dddd-dd-dd") {
            return Err(format!("not a date\n{TIMES}"));
        }
        parse_time(text).map(Self::At)
    }
}

impl FromStr for Age {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        parse_age(text, NOT_AN_AGE, AGES)
    }
}

/// Parses a date, or a date with a time; without an offset it is in UTC.
fn parse_time(text: &str) -> Result<Timestamp, String> {
    let (date, time) = text.split_at(DATE);
    if !time.is_empty() && !is_time_of_day(time) {
        return Err(format!("{NOT_A_TIME}\n{TIMES}"));
    }
    let parsed = if time.contains(['Z', 'z', '+', '-']) {
        text.parse::<Timestamp>()
    } else {
        let civil = text.parse::<DateTime>();
        civil.and_then(|civil| Ok(civil.to_zoned(TimeZone::UTC)?.timestamp()))
    };
    parsed.map_err(|_| match date.parse::<DateTime>() {
        Ok(_) => format!("there is no time `{}`\n{TIMES}", &time[1..]),
        Err(_) => format!("there is no date `{date}`\n{TIMES}"),
    })
}

/// Whether `text` looks like the part after a date: `T12:00:00.5+02:00`, ` 12:00`.
fn is_time_of_day(text: &str) -> bool {
    let Some(time) = text.strip_prefix(['T', 't', ' ']) else {
        return false;
    };
    let end = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (time, offset) = time.split_at(end);
    let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let is_clock = ["dd:dd:dd", "dd:dd"].contains(&&*shape(clock));
    let is_fraction = !fraction.is_empty() && shape(fraction).bytes().all(|byte| byte == b'd');
    let is_offset = ["", "Z", "z", "+dd:dd", "-dd:dd"].contains(&&*shape(offset));
    is_clock && is_fraction && is_offset
}

/// Parses a number and a unit; `refusal` and `hint` describe the expected form.
fn parse_age(text: &str, refusal: &str, hint: &str) -> Result<Age, String> {
    let is_other = |character: char| !character.is_ascii_digit();
    let (number, unit) = text.split_at(text.find(is_other).unwrap_or(text.len()));
    let is_unit = |character: char| character.is_ascii_alphabetic() || character == ' ';
    if number.is_empty() || !unit.chars().all(is_unit) {
        return Err(format!("{refusal}\n{hint}"));
    }
    let too_long = |_| format!("the age is longer than the calendar\n{hint}");
    // More digits than fit are too long for every unit.
    let count = number.parse::<i64>().unwrap_or(i64::MAX);
    let span = Span::new();
    let span = match &*unit.to_ascii_lowercase() {
        "h" => span.try_hours(count),
        "d" => span.try_days(count),
        "w" => span.try_weeks(count),
        "mo" => span.try_months(count),
        "y" => span.try_years(count),
        "m" => {
            return Err(format!(
                "`{unit}` could be minutes or months\n\
                 hint: write months as `{number}mo`, and minutes as hours such as `1h`"
            ));
        }
        "" => return Err(format!("a number without a unit\n{hint}")),
        _ => return Err(format!("`{unit}` is not a unit of time\n{hint}")),
    };
    span.map(Age).map_err(too_long)
}

/// `text` with `d` for each digit.
fn shape(text: &str) -> String {
    let shape = |character: char| {
        if character.is_ascii_digit() {
            'd'
        } else {
            character
        }
    };
    text.chars().map(shape).collect()
}

fn has_shape(text: &str, beginning: &str) -> bool {
    shape(text).starts_with(beginning)
}

#[cfg(test)]
mod tests {
    use super::{Age, When};
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
            ("2025-10-21T19:49:23", "2025-10-21T19:49:23Z"),
            ("2025-10-21T19:49:23.5", "2025-10-21T19:49:23.5Z"),
            ("2025-10-21 19:49", "2025-10-21T19:49:00Z"),
            ("2024-05-31", "2024-05-31T00:00:00Z"),
            ("2024-02-29", "2024-02-29T00:00:00Z"),
            ("0h", "2024-06-01T12:00:00Z"),
            ("36h", "2024-05-31T00:00:00Z"),
            ("7d", "2024-05-25T12:00:00Z"),
            ("7D", "2024-05-25T12:00:00Z"),
            ("2w", "2024-05-18T12:00:00Z"),
            ("3mo", "2024-03-01T12:00:00Z"),
            ("3MO", "2024-03-01T12:00:00Z"),
            ("1y", "2023-06-01T12:00:00Z"),
        ] {
            let when: When = text
                .parse()
                .unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(when.time(now()).unwrap().to_string(), time, "{text}");
        }
        let age: Age = "7d".parse().unwrap();
        assert_eq!(age.time(now()).unwrap().to_string(), "2024-05-25T12:00:00Z");
    }

    #[test]
    fn other_texts_are_refused_with_a_hint() {
        for (text, message) in [
            ("", "not a time"),
            ("yesterday", "not a time"),
            ("-7d", "not a time"),
            ("é", "not a time"),
            ("7", "a number without a unit"),
            ("2024", "a number without a unit"),
            ("20240601", "a number without a unit"),
            ("7 d", "` d` is not a unit of time"),
            ("7 days ago", "` days ago` is not a unit of time"),
            ("2024/06/01", "not a time"),
            (
                "5m",
                "`m` could be minutes or months\nhint: write months as `5mo`",
            ),
            (
                "5M",
                "`M` could be minutes or months\nhint: write months as `5mo`",
            ),
            (
                "99999999999999999999y",
                "the age is longer than the calendar",
            ),
            (
                "2025-10",
                "a date needs a day\nhint: write `2025-10-01` for",
            ),
            ("2024-6-1", "not a date"),
            ("2024-13-01", "there is no date `2024-13-01`"),
            ("2023-02-29", "there is no date `2023-02-29`"),
            ("2023-02-29T12:00:00Z", "there is no date `2023-02-29`"),
            ("2024-05-31T25:30:00Z", "there is no time `25:30:00Z`"),
            ("2024-05-31T23:61", "there is no time `23:61`"),
            ("2024-05-31T23", "not a time"),
            ("2024-05-31X23:30:00", "not a time"),
            ("2024-05-31T23:30:00+02", "not a time"),
            ("2024-05-31T23:30:00[Europe/Paris]", "not a time"),
            ("2024-05-311", "not a time"),
        ] {
            let error = text.parse::<When>().expect_err(text);
            assert!(
                error.starts_with(message) && error.contains("\nhint: "),
                "{text}: {error}"
            );
        }
        for text in ["2024-05-31", "x", "", "5m"] {
            assert!(text.parse::<Age>().is_err(), "{text}");
        }
        let long: When = "19000y".parse().unwrap();
        let error = long.time(now()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the age `19000y` is longer than the calendar"
        );
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

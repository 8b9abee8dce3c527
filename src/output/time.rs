//! Formats times.

use clap::ValueEnum;
use jiff::Timestamp;
use jiff::fmt::Write;
use jiff::fmt::temporal::DateTimePrinter;
use jiff::tz::TimeZone;

/// The time formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TimeFormat {
    /// RFC 3339 in UTC, whole seconds: `2023-09-18T20:04:32Z`
    Iso,
    /// Seconds since 1970, milliseconds after the point; a number in JSON
    Epoch,
    /// RFC 3339 in the local time zone, whole seconds
    Local,
    /// How long ago; tables only
    Relative,
}

/// A time format with its context: the zone of `local`, the current time of `relative`.
#[derive(Clone, Debug)]
pub(crate) enum Clock {
    Utc,
    Epoch,
    Zone(TimeZone),
    Since(Timestamp),
}

impl Clock {
    /// The clock of `format`; reads the time zone only if needed.
    pub(crate) fn new(format: TimeFormat, now: Timestamp) -> Self {
        match format {
            TimeFormat::Iso => Self::Utc,
            TimeFormat::Epoch => Self::Epoch,
            TimeFormat::Local => Self::Zone(TimeZone::system()),
            TimeFormat::Relative => Self::Since(now),
        }
    }

    pub(crate) fn text(&self, time: Timestamp) -> String {
        let mut text = String::new();
        self.write(time, &mut text);
        text
    }

    pub(crate) fn write(&self, time: Timestamp, out: &mut impl Write) {
        const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(0));
        let written = match self {
            Self::Utc => PRINTER.print_timestamp(&time, out),
            Self::Zone(zone) => {
                PRINTER.print_timestamp_with_offset(&time, zone.to_offset(time), out)
            }
            Self::Epoch => out.write_str(&epoch(time).to_string()),
            Self::Since(now) => out.write_str(&relative(time, *now)),
        };
        written.expect("a buffer takes every byte");
    }
}

/// Seconds since 1970; exact to the millisecond, because a double holds 15 digits.
#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds of this age are below 2^53"
)]
pub(crate) fn epoch(time: Timestamp) -> f64 {
    time.as_millisecond() as f64 / 1000.0
}

/// The age at `now`, in the largest unit that fits once.
fn relative(time: Timestamp, now: Timestamp) -> String {
    const UNITS: [(i64, &str); 6] = [
        (365 * 86_400, "year"),
        (30 * 86_400, "month"),
        (7 * 86_400, "week"),
        (86_400, "day"),
        (3_600, "hour"),
        (60, "minute"),
    ];
    let seconds = now.as_second() - time.as_second();
    let Some((unit, name)) = UNITS.iter().find(|(unit, _)| seconds.abs() >= *unit) else {
        return "just now".to_owned();
    };
    let count = seconds.abs() / unit;
    let plural = if count == 1 { "" } else { "s" };
    if seconds > 0 {
        format!("{count} {name}{plural} ago")
    } else {
        format!("in {count} {name}{plural}")
    }
}

#[cfg(test)]
mod tests {
    use super::relative;
    use jiff::Timestamp;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("the test's own time")
    }

    #[test]
    fn ages_use_the_largest_unit_that_fits() {
        let now = at("2024-06-01T00:00:00Z");
        for (time, text) in [
            ("2024-05-31T23:59:30Z", "just now"),
            ("2024-05-31T23:59:00Z", "1 minute ago"),
            ("2024-05-31T01:00:00Z", "23 hours ago"),
            ("2024-05-26T00:00:00Z", "6 days ago"),
            ("2024-05-10T00:00:00Z", "3 weeks ago"),
            ("2024-04-01T00:00:00Z", "2 months ago"),
            ("2022-05-01T00:00:00Z", "2 years ago"),
            ("2024-06-03T00:00:00Z", "in 2 days"),
        ] {
            assert_eq!(relative(at(time), now), text, "{time}");
        }
    }
}

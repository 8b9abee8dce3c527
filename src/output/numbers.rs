//! Formats numbers for people.

use std::fmt;

use humansize::{DECIMAL, FormatSizeOptions};
use indicatif::HumanCount;

/// Bytes in the largest unit that fits, with one decimal: `61.2 MB`, `5.0 kB`, `120 B`.
pub(crate) fn human_size(bytes: u64) -> String {
    let zeroes = usize::from(bytes >= 1000);
    let options = FormatSizeOptions::from(DECIMAL).decimal_places(1);
    let size = humansize::format_size(bytes, options.decimal_zeroes(zeroes));
    if size.starts_with("1000.0 ") {
        // Rounded up to the next unit.
        return human_size(10_u64.pow(bytes.ilog10() / 3 * 3 + 3));
    }
    size
}

pub(crate) fn human_count(count: usize) -> impl fmt::Display {
    HumanCount(u64::try_from(count).unwrap_or(u64::MAX))
}

/// `count` and `noun`, in the plural if needed: `1 image`, `10,000 images`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    let number = human_count(count);
    match noun.strip_suffix('y') {
        _ if count == 1 => format!("{number} {noun}"),
        Some(stem) => format!("{number} {stem}ies"),
        None => format!("{number} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::{counted, human_size};

    #[test]
    fn sizes_have_one_decimal_and_the_largest_unit() {
        for (bytes, text) in [
            (0, "0 B"),
            (120, "120 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (5_000, "5.0 kB"),
            (61_204_519, "61.2 MB"),
            (999_949, "999.9 kB"),
            (999_950, "1.0 MB"),
            (999_999_999_999, "1.0 TB"),
            (u64::MAX, "18.4 EB"),
        ] {
            assert_eq!(human_size(bytes), text);
        }
    }

    #[test]
    fn counts_have_separators_and_a_plural() {
        assert_eq!(counted(0, "row"), "0 rows");
        assert_eq!(counted(1, "row"), "1 row");
        assert_eq!(counted(10_000, "image"), "10,000 images");
        assert_eq!(counted(1, "repository"), "1 repository");
        assert_eq!(counted(2, "repository"), "2 repositories");
    }
}

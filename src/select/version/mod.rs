//! Parses tags as versions, compares them, and matches them against ranges.

mod floating;
mod order;
mod range;
mod tag;

pub(super) use self::floating::FloatingTags;
pub(crate) use self::order::natural;
pub(super) use self::range::Range;
pub(super) use self::tag::Version;

#[cfg(test)]
mod tests {
    mod npm;
}

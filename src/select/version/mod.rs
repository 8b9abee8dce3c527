//! Tags as versions: how they are read, compared, and matched against ranges.

mod floating;
#[cfg(test)]
mod npm;
mod order;
mod range;
mod tag;

pub(super) use self::floating::FloatingTags;
pub(super) use self::order::natural;
pub(super) use self::range::Range;
pub(super) use self::tag::Version;

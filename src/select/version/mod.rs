//! Tags as versions: how they are read, compared, and matched against ranges.

mod floating;
#[cfg(test)]
mod npm;
mod order;
mod range;
mod tag;

pub(crate) use self::floating::FloatingTags;
pub(crate) use self::order::natural;
pub(crate) use self::range::Range;
pub(crate) use self::tag::Version;

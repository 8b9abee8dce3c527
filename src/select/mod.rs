//! Which rows, and in what order: pure functions over rows, and the options that choose.

mod ids;
mod order;

pub(crate) use self::ids::{IdArgs, Wanted, once, pick};
pub(crate) use self::order::{OrderArgs, SortKey};

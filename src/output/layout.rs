//! The widths of a table's columns, such that every row fits on one line.

use super::columns::{ASKED, NAMES};

pub(super) const GAP: u16 = 2;

/// A column of this importance or less is shown only if the others are comfortable.
const MINOR: u8 = 1;
/// Repositories become headings, if that makes room for a column of this importance or more.
const IMPORTANT: u8 = 5;
/// A column that is cut to this width is comfortable, unless an option asks for it.
const COMFORTABLE: usize = 24;

#[derive(Clone, Copy, Debug)]
pub(super) struct Wish {
    pub(super) whole: usize,
    /// The width without digest tags.
    pub(super) plain: usize,
    /// The width below which it can hardly be read; of names the plain width.
    pub(super) readable: usize,
    /// Columns of low importance give way first.
    pub(super) importance: u8,
    /// Whether every cell is a missing value, which no option asks for; such columns give way before any
    /// other is cut.
    pub(super) is_empty: bool,
}

impl Wish {
    fn is_name(&self) -> bool {
        self.importance >= NAMES
    }
}

/// As many columns as fit into `available`, and at least one: their positions and widths.
///
/// Columns without values are left out first. Then texts are cut, then columns are left out, the
/// least important first. Columns that name the row are cut when no others are left.
pub(super) fn lay_out(wishes: &[Wish], available: usize) -> Vec<(usize, usize)> {
    let mut fitting = Fitting {
        wishes,
        available,
        shown: (0..wishes.len()).collect(),
    };
    while fitting.fit(|wish| wish.whole).is_none()
        && fitting.leave_one_out(|wish| wish.is_empty && !wish.is_name())
    {}
    loop {
        let importances = fitting.shown.iter().map(|&index| wishes[index].importance);
        let has_minor = importances.min().is_some_and(|least| least <= MINOR);
        let comfortable = |wish: &Wish| match wish.importance {
            _ if !has_minor => 0,
            ASKED => wish.plain,
            _ => wish.plain.min(COMFORTABLE),
        };
        let least = |wish: &Wish| wish.readable.max(comfortable(wish));
        if let Some(widths) = fitting.fit(least) {
            return widths;
        }
        if !fitting.leave_one_out(|wish| !wish.is_name()) {
            break;
        }
    }
    loop {
        if let Some(widths) = fitting.fit(|_| 1) {
            return widths;
        }
        if !fitting.leave_one_out(|_| true) {
            return vec![(fitting.shown[0], available)];
        }
    }
}

/// Whether the important columns with values cannot all be read.
pub(super) fn lacks_room(wishes: &[Wish], available: usize) -> bool {
    let is_important = |wish: &&Wish| wish.importance >= IMPORTANT && !wish.is_empty;
    let important = wishes.iter().filter(is_important);
    let widths = important.map(|wish| wish.readable + usize::from(GAP));
    widths.sum::<usize>() > available + usize::from(GAP)
}

struct Fitting<'a> {
    wishes: &'a [Wish],
    available: usize,
    shown: Vec<usize>,
}

impl Fitting<'_> {
    /// The widths of the shown columns, each at least `least`, or `None` if they do not fit.
    fn fit(&self, least: impl Fn(&Wish) -> usize) -> Option<Vec<(usize, usize)>> {
        let width = |&index: &usize| (index, least(&self.wishes[index]));
        let mut widths: Vec<_> = self.shown.iter().map(width).collect();
        let gaps = usize::from(GAP) * widths.len().saturating_sub(1);
        let taken = gaps + widths.iter().map(|(_, width)| width).sum::<usize>();
        let room = self.available.checked_sub(taken)?;
        self.widen(&mut widths, room);
        Some(widths)
    }

    /// Spends `room` on cut columns: on the names first, on digest tags last, and always on the
    /// narrowest.
    fn widen(&self, widths: &mut [(usize, usize)], room: usize) {
        for _ in 0..room {
            let cut = widths
                .iter_mut()
                .filter(|(index, width)| *width < self.wishes[*index].whole);
            let rank = |(index, width): &&mut (usize, usize)| {
                let wish = &self.wishes[*index];
                (*width >= wish.plain, !wish.is_name(), *width)
            };
            match cut.min_by_key(rank) {
                Some((_, width)) => *width += 1,
                None => return,
            }
        }
    }

    /// Leaves out the least important column that `may_go`, and of several the last; never the only
    /// one.
    fn leave_one_out(&mut self, may_go: impl Fn(&Wish) -> bool) -> bool {
        let candidates = (self.shown.iter().enumerate().rev())
            .filter(|(_, index)| may_go(&self.wishes[**index]));
        let least = candidates.min_by_key(|(_, index)| self.wishes[**index].importance);
        match least {
            Some((position, _)) if self.shown.len() > 1 => {
                self.shown.remove(position);
                true
            }
            _ => false,
        }
    }
}

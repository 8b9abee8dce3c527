//! Shortens texts to a width.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The end of a list that leaves out `rest` items.
fn suffix(rest: usize) -> String {
    match rest {
        0 => String::new(),
        rest => format!(" +{rest}"),
    }
}

/// The width of the list of all `items`.
pub(super) fn width(items: &[impl AsRef<str>]) -> usize {
    let widths = items.iter().map(|item| item.as_ref().width());
    widths.sum::<usize>() + 2 * (items.len() - 1)
}

/// The width at which the list shows the first of its `items` whole.
pub(super) fn width_of_first(items: &[impl AsRef<str>]) -> usize {
    items[0].as_ref().width() + suffix(items.len() - 1).len()
}

/// `first, second +7`: as many of `items` as fit, and the number of the others.
pub(super) fn after_some(items: &[impl AsRef<str>], limit: usize) -> String {
    let mut shown = String::new();
    let mut width = 0;
    for (index, item) in items.iter().map(AsRef::as_ref).enumerate() {
        let separator = if index == 0 { "" } else { ", " };
        let after = suffix(items.len() - index - 1);
        let wider = width + separator.len() + item.width();
        if wider + after.len() > limit {
            if index == 0 {
                return in_the_middle(item, limit.saturating_sub(after.len())) + &after;
            }
            return shown + &suffix(items.len() - index);
        }
        shown.push_str(separator);
        shown.push_str(item);
        width = wider;
    }
    shown
}

/// `sha256-4f1c…9d0e.sig`: `text` in at most `limit` columns. Texts usually differ at their ends.
pub(super) fn in_the_middle(text: &str, limit: usize) -> String {
    if text.width() <= limit {
        return text.to_owned();
    }
    let room = limit.saturating_sub(1);
    let head = room.div_ceil(2);
    let tail = take_width(text.chars().rev(), room - head);
    let tail: String = tail.chars().rev().collect();
    format!("{}…{tail}", take_width(text.chars(), head))
}

fn take_width(characters: impl Iterator<Item = char>, room: usize) -> String {
    let mut width = 0;
    let fits = |character: &char| {
        width += character.width().unwrap_or(0);
        width <= room
    };
    characters.take_while(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::{after_some, in_the_middle};

    #[test]
    fn lists_show_as_many_items_as_fit_and_count_the_rest() {
        let items = ["1.27.3", "1.27", "1", "latest"];
        let shown = |limit| after_some(&items, limit);
        assert_eq!(shown(40), "1.27.3, 1.27, 1, latest");
        assert_eq!(shown(22), "1.27.3, 1.27, 1 +1");
        assert_eq!(shown(12), "1.27.3 +3");
        assert_eq!(shown(7), "1.…3 +3");
    }

    #[test]
    fn texts_keep_their_ends() {
        assert_eq!(in_the_middle("sha256-0123456789.sig", 12), "sha256…9.sig");
        assert_eq!(in_the_middle("short", 5), "short");
        assert_eq!(in_the_middle("版本版本版本", 5), "版…本");
        assert_eq!(in_the_middle("long", 1), "…");
    }
}

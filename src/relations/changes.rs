//! Whether a repository changed between two listings.

use std::collections::HashMap;

use super::graph::Node;

/// The least digest whose tags or media types differ between two listings, or that only one of them
/// has. The order of images and tags does not matter.
///
/// Manifests are read for a while, in which a tag may move to an image that seemed unused.
pub(crate) fn first_change<'a>(
    before: impl IntoIterator<Item = Node<'a>>,
    after: impl IntoIterator<Item = Node<'a>>,
) -> Option<&'a str> {
    let mut known: HashMap<_, _> = before.into_iter().map(|node| (node.digest, node)).collect();
    let changed = after.into_iter().filter(|node| {
        let before = known.remove(node.digest);
        before.is_none_or(|before| !is_same(&before, node))
    });
    let least = changed.map(|node| node.digest).min();
    // Those that are left are gone.
    least.into_iter().chain(known.into_keys()).min()
}

fn is_same(a: &Node<'_>, b: &Node<'_>) -> bool {
    (a.media_type, a.config_type) == (b.media_type, b.config_type)
        && (a.tags == b.tags || sorted(a.tags) == sorted(b.tags))
}

fn sorted(tags: &[String]) -> Vec<&String> {
    let mut tags: Vec<_> = tags.iter().collect();
    tags.sort_unstable();
    tags
}

#[cfg(test)]
mod tests {
    use super::{Node, first_change};

    #[test]
    fn any_change_of_digests_tags_or_media_types_is_found() {
        let tags = ["v1", "latest"].map(str::to_owned);
        let reversed = ["latest", "v1"].map(str::to_owned);
        let image = Node {
            digest: "b",
            tags: &tags,
            media_type: Some("m"),
            config_type: Some("c"),
            date: None,
        };
        let other = Node {
            digest: "a",
            ..Node::default()
        };
        let same = Node {
            tags: &reversed,
            date: Some(jiff::Timestamp::UNIX_EPOCH),
            ..image
        };
        assert_eq!(first_change([image, other], [other, same]), None);
        for changed in [
            Node {
                tags: &tags[..1],
                ..image
            },
            Node { tags: &[], ..image },
            Node {
                media_type: None,
                ..image
            },
            Node {
                config_type: Some("d"),
                ..image
            },
        ] {
            assert_eq!(first_change([image, other], [other, changed]), Some("b"));
            assert_eq!(first_change([changed], [image]), Some("b"));
        }
        let renamed = Node {
            digest: "c",
            ..image
        };
        assert_eq!(first_change([image], [image, renamed]), Some("c"));
        assert_eq!(first_change([image, renamed], [renamed]), Some("b"));
        assert_eq!(first_change([image, other], [renamed]), Some("a"));
    }
}

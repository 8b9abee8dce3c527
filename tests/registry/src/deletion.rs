//! Deletes images by the service's rules.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::data::Image;
use crate::manifest::Manifest;

/// What became of the ids of a request.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) deleted: Vec<Value>,
    pub(crate) failures: Vec<Value>,
}

/// Deletes the images of these ids, which must be digests, with all tags.
///
/// What an index lists stays as long as the index was there when the request came, also if the same
/// request deletes the index. Signatures and whatever else hangs by a `subject` are not protected.
pub(crate) fn delete(images: &mut Vec<Image>, ids: &[Value]) -> Outcome {
    let listed = listed(images);
    let mut outcome = Outcome::default();
    for id in ids {
        match delete_one(images, id, &listed) {
            Ok(deleted) => outcome.deleted.extend(deleted),
            Err((code, reason)) => outcome.failures.push(json!({
                "imageId": id,
                "failureCode": code,
                "failureReason": reason,
            })),
        }
    }
    outcome
}

/// Pairs of an index and what it lists.
fn listed(images: &[Image]) -> Vec<(String, HashSet<String>)> {
    let children = |image: &Image| {
        let children = image.manifest.as_ref().map(Manifest::children)?;
        let children: HashSet<_> = children.into_iter().collect();
        let digest = image.digest.clone()?;
        (!children.is_empty()).then_some((digest, children))
    };
    images.iter().filter_map(children).collect()
}

/// A code and a reason.
type Failure = (&'static str, String);

fn delete_one(
    images: &mut Vec<Image>,
    id: &Value,
    listed: &[(String, HashSet<String>)],
) -> Result<Vec<Value>, Failure> {
    let Some(digest) = id["imageDigest"].as_str() else {
        let reason = "Invalid request parameters: both tag and digest cannot be null";
        return Err(("MissingDigestAndTag", reason.to_owned()));
    };
    let mut all = images.iter();
    let position = all.position(|image| image.digest.as_deref() == Some(digest));
    let position =
        position.ok_or_else(|| ("ImageNotFound", "Requested image not found".to_owned()))?;
    check_indexes(digest, listed)?;
    let tags = images[position].tags.clone();
    images.retain(|image| image.digest.as_deref() != Some(digest));
    if tags.is_empty() {
        return Ok(vec![json!({ "imageDigest": digest })]);
    }
    let rows = tags.iter();
    let rows = rows.map(|tag| json!({ "imageDigest": digest, "imageTag": tag.name }));
    Ok(rows.collect())
}

fn check_indexes(digest: &str, listed: &[(String, HashSet<String>)]) -> Result<(), Failure> {
    let indexes: Vec<_> = listed
        .iter()
        .filter(|(_, children)| children.contains(digest))
        .map(|(index, _)| index.as_str())
        .collect();
    if indexes.is_empty() {
        return Ok(());
    }
    let reason = format!(
        "Requested image referenced by manifest list: [{}]",
        indexes.join(", ")
    );
    Err(("ImageReferencedByManifestList", reason))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::delete;
    use crate::Image;

    /// An index of two tags, its only child, an image of two tags, and one without.
    fn images() -> Vec<Image> {
        let child = Image::oci(1, 1, 1);
        let index = Image::index_holding([child.on("linux/amd64")], 1).tagged(&["1", "latest"]);
        let tagged = Image::oci(2, 1, 1).tagged(&["a", "b"]);
        vec![index, child, tagged, Image::oci(3, 1, 1)]
    }

    fn digest(position: usize) -> String {
        images()[position].digest.clone().expect("a digest")
    }

    fn by_digest(position: usize) -> Value {
        json!({ "imageDigest": digest(position) })
    }

    /// The tags of each image that is left.
    fn left(images: &[Image]) -> Vec<Vec<String>> {
        let tags = |image: &Image| image.tags.iter().map(|tag| tag.name.clone()).collect();
        images.iter().map(tags).collect()
    }

    #[test]
    fn a_child_stays_while_its_index_was_there_when_the_request_came() {
        let mut images = images();
        let failure = json!({
            "imageId": by_digest(1),
            "failureCode": "ImageReferencedByManifestList",
            "failureReason": format!("Requested image referenced by manifest list: [{}]", digest(0)),
        });
        let outcome = delete(&mut images, &[by_digest(1)]);
        assert_eq!(outcome.failures, vec![failure.clone()]);
        let outcome = delete(&mut images, &[by_digest(0), by_digest(1)]);
        assert_eq!(outcome.failures, [failure]);
        assert_eq!(left(&images), [vec![], vec!["a", "b"], vec![]]);
        let outcome = delete(&mut images, &[by_digest(1)]);
        assert_eq!(outcome.deleted, [by_digest(1)]);
        assert_eq!(left(&images), [vec!["a", "b"], vec![]]);
    }
}

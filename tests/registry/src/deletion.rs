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

/// Deletes the images of these ids: by digest with all tags; by tag the tag, and the image with its
/// last one.
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
    let field = |key: &str| id[key].as_str();
    let (digest, tag) = (field("imageDigest"), field("imageTag"));
    let position = find(images, digest, tag)?;
    let image = &mut images[position];
    let full = image.digest.clone().unwrap_or_default();
    let tags: Vec<String> = image.tags.iter().map(|tag| tag.name.clone()).collect();
    let (leaving, is_last) = match tag {
        Some(tag) => (vec![tag.to_owned()], tags.len() == 1),
        None => (tags, true),
    };
    if is_last {
        check_indexes(&full, listed)?;
        images.remove(position);
    } else {
        image.tags.retain(|tag| !leaving.contains(&tag.name));
    }
    if leaving.is_empty() {
        return Ok(vec![json!({ "imageDigest": full })]);
    }
    let row = |tag: &String| json!({ "imageDigest": full, "imageTag": tag });
    Ok(leaving.iter().map(row).collect())
}

/// The position of the image of an id.
fn find(images: &[Image], digest: Option<&str>, tag: Option<&str>) -> Result<usize, Failure> {
    let has_tag = |image: &Image, tag| image.tags.iter().any(|own| own.name == tag);
    let position = match (digest, tag) {
        (None, None) => {
            let reason = "Invalid request parameters: both tag and digest cannot be null";
            return Err(("MissingDigestAndTag", reason.to_owned()));
        }
        (Some(digest), _) => images
            .iter()
            .position(|image| image.digest.as_deref() == Some(digest)),
        (None, Some(tag)) => images.iter().position(|image| has_tag(image, tag)),
    };
    let position =
        position.ok_or_else(|| ("ImageNotFound", "Requested image not found".to_owned()))?;
    if tag.is_some_and(|tag| !has_tag(&images[position], tag)) {
        let reason = "The provided tag does not match the provided digest";
        return Err(("ImageTagDoesNotMatchDigest", reason.to_owned()));
    }
    Ok(position)
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

    fn tag(tag: &str) -> Value {
        json!({ "imageTag": tag })
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
    fn a_digest_deletes_the_image_with_all_its_tags() {
        let mut images = images();
        let outcome = delete(&mut images, &[by_digest(2), by_digest(3)]);
        assert_eq!(left(&images), [vec!["1", "latest"], vec![]]);
        assert_eq!(
            outcome.deleted,
            [
                json!({ "imageDigest": digest(2), "imageTag": "a" }),
                json!({ "imageDigest": digest(2), "imageTag": "b" }),
                by_digest(3),
            ]
        );
        assert_eq!(outcome.failures, [Value::Null; 0]);
    }

    #[test]
    fn a_tag_deletes_itself_and_the_last_one_the_image() {
        let mut images = images();
        delete(&mut images, &[tag("a")]);
        assert_eq!(
            left(&images),
            [vec!["1", "latest"], vec![], vec!["b"], vec![]]
        );
        delete(&mut images, &[tag("b")]);
        assert_eq!(left(&images), [vec!["1", "latest"], vec![], vec![]]);
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

    #[test]
    fn ids_that_name_no_image_fail_alone() {
        let mut images = images();
        let mixed = json!({ "imageDigest": digest(3), "imageTag": "a" });
        let ids = [tag("c"), json!({}), mixed, by_digest(3)];
        let outcome = delete(&mut images, &ids);
        let codes: Vec<_> = outcome
            .failures
            .iter()
            .map(|failure| &failure["failureCode"])
            .collect();
        assert_eq!(
            codes,
            [
                "ImageNotFound",
                "MissingDigestAndTag",
                "ImageTagDoesNotMatchDigest"
            ]
        );
        assert_eq!(outcome.deleted, [by_digest(3)]);
    }
}

//! `delete-requests`: inputs of `aws ecr-public batch-delete-image --cli-input-json`, one per line.

use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DeleteRequest<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    registry_id: Option<&'a str>,
    repository_name: &'a str,
    image_ids: Vec<DeletedImage<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DeletedImage<'a> {
    image_digest: &'a str,
}

/// Appends the request that deletes the images `digests` of a repository to `out`, as one line.
pub(crate) fn delete_request(
    registry_id: Option<&str>,
    repository_name: &str,
    digests: &[String],
    out: &mut Vec<u8>,
) {
    let images = digests
        .iter()
        .map(|image_digest| DeletedImage { image_digest });
    let request = DeleteRequest {
        registry_id,
        repository_name,
        image_ids: images.collect(),
    };
    serde_json::to_writer(&mut *out, &request).expect("a buffer takes every byte");
    out.push(b'\n');
}

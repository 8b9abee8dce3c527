//! The operations of the signed API.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::deletion::delete;
use crate::pages::{Listing, list};
use crate::policy::{denial, repository_arn};
use crate::protocol::{Answer, CONTENT_TYPE};
use crate::shelf::{Held, Rows, Shelf, seconds, set};
use crate::{ACCOUNT, ALIAS, DEFAULT_ALIAS, SIGNED_IN_TOKEN};

const MOST_IDS: usize = 100;

/// Performs an operation.
pub(crate) fn perform(operation: &str, body: &Value, shelf: &Shelf) -> Result<Answer, Answer> {
    match operation {
        "DescribeImages" => describe_images(body, shelf),
        "DescribeImageTags" => describe_image_tags(body, shelf),
        "DescribeRepositories" => describe_repositories(body, shelf),
        "DescribeRegistries" => describe_registries(body),
        "GetAuthorizationToken" => Ok(authorization_token()),
        "BatchDeleteImage" => batch_delete_image(body, shelf),
        _ => Err(Answer::refused("UnknownOperationException", "")),
    }
}

fn describe_images(body: &Value, shelf: &Shelf) -> Result<Answer, Answer> {
    let held = find(body, shelf)?;
    let name = held.repository.name.as_str();
    let rows = held.images();
    let Some(ids) = listed("imageIds", body)? else {
        let listing = Listing {
            operation: "DescribeImages",
            key: "imageDetails",
            of: name,
        };
        return listing.page(&rows, body);
    };
    let by_id = held.by_id();
    let mut found = Vec::new();
    for id in ids {
        let position = ["imageDigest", "imageTag"]
            .iter()
            .find_map(|field| by_id.get(id.get(field)?.as_str()?))
            .ok_or_else(|| image_not_found(id, name, body))?;
        if !found.contains(position) {
            found.push(*position);
        }
    }
    let rows: Vec<&[u8]> = found.iter().map(|&at| rows.range(at, at + 1)).collect();
    Ok(list("imageDetails", &rows.join(&b','), None))
}

fn describe_image_tags(body: &Value, shelf: &Shelf) -> Result<Answer, Answer> {
    let held = find(body, shelf)?;
    let listing = Listing {
        operation: "DescribeImageTags",
        key: "imageTagDetails",
        of: &held.repository.name,
    };
    listing.page(&held.tags(), body)
}

fn describe_repositories(body: &Value, shelf: &Shelf) -> Result<Answer, Answer> {
    let own = shelf.registry(ALIAS).unwrap_or_default();
    let is_own = registry_id(body) == ACCOUNT;
    let Some(names) = listed("repositoryNames", body)? else {
        if !is_own {
            // Inferred: the caller's policies say nothing of another account.
            let resource = format!("arn:aws:ecr-public::{}:repository/*", registry_id(body));
            return Err(denial("ecr-public:DescribeRepositories", &resource));
        }
        let listing = Listing {
            operation: "DescribeRepositories",
            key: "repositories",
            of: "",
        };
        return listing.page_of(own.len(), body, |from, to| {
            repositories(&own[from..to], shelf)
        });
    };
    let mut found = Vec::new();
    for name in names {
        let name = name.as_str().unwrap_or_default();
        let position = shelf.position(ALIAS, name).filter(|_| is_own);
        found.push(position.ok_or_else(|| repository_not_found(name, body))?);
    }
    // In the registry's order, whatever that of the names is.
    found.sort_unstable();
    found.dedup();
    Ok(list("repositories", &repositories(&found, shelf), None))
}

fn repositories(positions: &[usize], shelf: &Shelf) -> Vec<u8> {
    let mut rows = Rows::default();
    for &position in positions {
        let held = shelf.at(position);
        let name = &held.repository.name;
        let mut row = json!({
            "repositoryArn": repository_arn(name),
            "registryId": ACCOUNT,
            "repositoryName": name,
            "repositoryUri": format!("public.ecr.aws/{ALIAS}/{name}"),
        });
        set(
            &mut row,
            "createdAt",
            held.repository.created_at.map(seconds),
        );
        rows.push(&row);
    }
    rows.into_bytes()
}

/// The caller's registry, with the alias that it was given and the one that it asked for.
fn describe_registries(body: &Value) -> Result<Answer, Answer> {
    let alias = |name: &str, is_primary: bool| {
        json!({
            "name": name,
            "status": "ACTIVE",
            "primaryRegistryAlias": is_primary,
            "defaultRegistryAlias": !is_primary,
        })
    };
    let mut rows = Rows::default();
    rows.push(&json!({
        "registryId": ACCOUNT,
        "registryArn": format!("arn:aws:ecr-public::{ACCOUNT}:registry/{ACCOUNT}"),
        "registryUri": format!("public.ecr.aws/{ALIAS}"),
        "verified": false,
        "aliases": [alias(DEFAULT_ALIAS, false), alias(ALIAS, true)],
    }));
    let listing = Listing {
        operation: "DescribeRegistries",
        key: "registries",
        of: "",
    };
    listing.page(&rows, body)
}

/// A token for the registry's own API, for twelve hours.
fn authorization_token() -> Answer {
    let expires_at = jiff::Timestamp::now().as_second() + 12 * 3600;
    Answer::new(
        200,
        CONTENT_TYPE,
        json!({ "authorizationData": {
            "authorizationToken": SIGNED_IN_TOKEN,
            "expiresAt": expires_at,
        } })
        .to_string(),
    )
}

fn batch_delete_image(body: &Value, shelf: &Shelf) -> Result<Answer, Answer> {
    let held = find(body, shelf)?;
    let ids = few("imageIds", &body["imageIds"])?;
    let outcome = shelf.change(ALIAS, &held.repository.name, |images| delete(images, ids));
    let answer = json!({ "imageIds": outcome.deleted, "failures": outcome.failures });
    Ok(Answer::new(200, CONTENT_TYPE, answer.to_string()))
}

/// The items of a field that takes 1 to 100 of them, and excludes pages.
fn listed<'a>(field: &str, body: &'a Value) -> Result<Option<&'a [Value]>, Answer> {
    let Some(items) = body.get(field) else {
        return Ok(None);
    };
    if body.get("maxResults").is_some() || body.get("nextToken").is_some() {
        let constraint = format!("{field} cannot be used with maxResults or nextToken");
        return Err(Answer::invalid(field, &constraint));
    }
    few(field, items).map(Some)
}

fn few<'a>(field: &str, items: &'a Value) -> Result<&'a [Value], Answer> {
    let items = items.as_array().map(Vec::as_slice).unwrap_or_default();
    if (1..=MOST_IDS).contains(&items.len()) {
        return Ok(items);
    }
    Err(Answer::invalid(
        field,
        "Member must have length less than or equal to 100 and greater than or equal to 1",
    ))
}

fn find(body: &Value, shelf: &Shelf) -> Result<Arc<Held>, Answer> {
    let name = body["repositoryName"].as_str().unwrap_or_default();
    if !(2..=205).contains(&name.len()) {
        return Err(Answer::invalid(
            "repositoryName",
            "Member must have length greater than or equal to 2",
        ));
    }
    shelf
        .public(ALIAS, name)
        .filter(|_| registry_id(body) == ACCOUNT)
        .ok_or_else(|| repository_not_found(name, body))
}

fn repository_not_found(name: &str, body: &Value) -> Answer {
    let registry = registry_id(body);
    Answer::refused(
        "RepositoryNotFoundException",
        format!(
            "The repository with name '{name}' does not exist in the registry with id '{registry}'"
        ),
    )
}

fn registry_id(body: &Value) -> &str {
    body["registryId"].as_str().unwrap_or(ACCOUNT)
}

fn image_not_found(id: &Value, name: &str, body: &Value) -> Answer {
    let field = |key: &str| id[key].as_str().unwrap_or("null");
    Answer::refused(
        "ImageNotFoundException",
        format!(
            "The image with imageId {{imageDigest:'{}', imageTag:'{}'}} does not exist within the repository with name '{name}' in the registry with id '{}'",
            field("imageDigest"),
            field("imageTag"),
            registry_id(body),
        ),
    )
}

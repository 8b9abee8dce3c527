//! The gallery's API, which needs no signature: a `POST` with JSON to the operation's name.

use hyper::http::request::Parts;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::pages::Listing;
use crate::protocol::{Answer, header};
use crate::shelf::{Held, Rows, Shelf};

const TAGS: &str = "describeImageTags";
const REPOSITORIES: &str = "describeRepositoryCatalogData";
const SEARCH: &str = "searchRepositoryCatalogData";

/// The operation, of a request to the gallery.
pub(crate) fn operation(parts: &Parts) -> Option<&'static str> {
    let path = parts.uri.path().strip_prefix('/')?;
    let mut operations = [TAGS, REPOSITORIES, SEARCH].into_iter();
    operations.find(|operation| *operation == path)
}

/// Checks a request and returns its response.
pub(crate) fn answer(parts: &Parts, body: &Value, shelf: &Shelf) -> Answer {
    let is_json = header(parts, "content-type") == Some("application/json");
    if parts.method != "POST" || !is_json || parts.headers.contains_key("authorization") {
        return refused("the gallery takes JSON without a signature");
    }
    perform(operation(parts).unwrap_or_default(), body, shelf)
}

fn perform(operation: &str, body: &Value, shelf: &Shelf) -> Answer {
    let page = match operation {
        REPOSITORIES => repositories(body, shelf),
        SEARCH => search(body, shelf),
        _ => tags(body, shelf),
    };
    let mut answer = page.unwrap_or_else(|refusal| refusal);
    if answer.body.ends_with(b"]}") {
        // The gallery sends a null token with the last page.
        answer.body.pop();
        answer.body.extend(b",\"nextToken\":null}");
    }
    for (name, value) in &mut answer.headers {
        if *name == "content-type" {
            "application/json".clone_into(value);
        }
    }
    answer
}

fn tags(body: &Value, shelf: &Shelf) -> Result<Answer, Answer> {
    let text = |field: &str| body[field].as_str().unwrap_or_default();
    let (alias, name) = (text("registryAliasName"), text("repositoryName"));
    let Some(held) = shelf.public(alias, name) else {
        return Err(refused(&format!("no repository {alias}/{name}")));
    };
    let listing = Listing {
        operation: TAGS,
        key: "imageTagDetails",
        of: &format!("{alias}/{name}"),
    };
    listing.page(&held.gallery(), body)
}

/// The repositories of an alias: their names are all that this operation is known to return.
fn repositories(body: &Value, shelf: &Shelf) -> Result<Answer, Answer> {
    let alias = body["registryAliasName"].as_str().unwrap_or_default();
    let Some(positions) = shelf.registry(alias) else {
        let message = format!("no registry {alias}");
        let refusal = refused(&message);
        return Err(refusal.with("x-amzn-errortype", "RegistryNotFoundException".to_owned()));
    };
    let listing = Listing {
        operation: REPOSITORIES,
        key: "repositories",
        of: alias,
    };
    listing.page_of(positions.len(), body, |from, to| {
        let mut rows = Rows::default();
        for &position in &positions[from..to] {
            let name = &shelf.at(position).repository.name;
            rows.push(&json!({ "repositoryName": name }));
        }
        rows.into_bytes()
    })
}

/// The repositories of all registries whose alias or name contains the term.
fn search(body: &Value, shelf: &Shelf) -> Result<Answer, Answer> {
    let term = body["searchTerm"].as_str().unwrap_or_default();
    let found: Vec<_> = shelf
        .all()
        .filter(|held| {
            let repository = &held.repository;
            repository.name.contains(term) || repository.alias.contains(term)
        })
        .collect();
    let listing = Listing {
        operation: SEARCH,
        key: "repositoryCatalogSearchResultList",
        of: term,
    };
    let mut answer = listing.page_of(found.len(), body, |from, to| {
        let mut rows = Rows::default();
        for held in &found[from..to] {
            rows.push(&search_result(held));
        }
        rows.into_bytes()
    })?;
    let total = format!("{{\"totalResults\":{},", found.len());
    answer.body.splice(..1, total.into_bytes());
    Ok(answer)
}

fn search_result(held: &Held) -> Value {
    let repository = &held.repository;
    let (_, last) = repository
        .name
        .rsplit_once('/')
        .unwrap_or(("", &repository.name));
    json!({
        "primaryRegistryAliasName": repository.alias,
        "repositoryName": repository.name,
        "displayName": repository.alias,
        "repositoryDescription": format!("Images of {last}"),
        "operatingSystems": ["Linux"],
        "architectures": ["x86-64", "ARM 64"],
        "registryVerified": false,
        "downloadCount": 1000 * repository.name.len(),
    })
}

fn refused(message: &str) -> Answer {
    let body = json!({ "message": message });
    Answer::new(400, "application/json", body.to_string())
}

/// A time as the gallery sends it: RFC 3339 with milliseconds.
pub(crate) fn time(milliseconds: i64) -> Value {
    let time = Timestamp::from_millisecond(milliseconds).expect("a time of our calendar");
    format!("{time:.3}").into()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{REPOSITORIES, SEARCH, perform};
    use crate::Repository;
    use crate::shelf::Shelf;

    fn shelf() -> Shelf {
        let foreign = Repository::new("kubernetes/pause", Vec::new()).under("eks-distro");
        let own = Repository::new("pause", Vec::new());
        Shelf::new(foreign.copies(250).chain([own]).collect())
    }

    fn ask(operation: &str, body: &Value) -> Value {
        let answer = perform(operation, body, &shelf());
        serde_json::from_slice(&answer.body).expect("responses are JSON")
    }

    #[test]
    fn repositories_of_an_alias_come_in_pages() {
        let mut body = json!({ "registryAliasName": "eks-distro", "maxResults": 200 });
        let first = ask(REPOSITORIES, &body);
        assert_eq!(
            first["repositories"][199],
            json!({ "repositoryName": "kubernetes/pause-199" })
        );
        body["nextToken"] = first["nextToken"].clone();
        let second = ask(REPOSITORIES, &body);
        assert_eq!(second["repositories"].as_array().map(Vec::len), Some(50));
        assert_eq!(second["nextToken"], Value::Null);
    }

    #[test]
    fn an_unknown_alias_is_refused_with_a_code() {
        let body = json!({ "registryAliasName": "nobody" });
        let answer = perform(REPOSITORIES, &body, &shelf());
        assert_eq!(answer.status, 400);
        let code = ("x-amzn-errortype", "RegistryNotFoundException".to_owned());
        assert!(answer.headers.contains(&code));
        assert_eq!(answer.body, br#"{"message":"no registry nobody"}"#);
    }

    #[test]
    fn a_search_returns_the_repositories_of_all_aliases() {
        let body = json!({ "searchTerm": "pause", "sortConfiguration": { "sortKey": "POPULARITY" }, "maxResults": 1000 });
        let found = ask(SEARCH, &body);
        assert_eq!(found["totalResults"], 251);
        let results = found["repositoryCatalogSearchResultList"].as_array();
        let results = results.expect("a list");
        assert_eq!(results.len(), 251);
        assert_eq!(results[250]["primaryRegistryAliasName"], "example");
        assert_eq!(results[250]["repositoryName"], "pause");
        let body = json!({ "searchTerm": "eks-distro", "maxResults": 1 });
        assert_eq!(ask(SEARCH, &body)["totalResults"], 250);
        let body = json!({ "searchTerm": "absent" });
        assert_eq!(
            ask(SEARCH, &body),
            json!({ "totalResults": 0, "repositoryCatalogSearchResultList": [], "nextToken": null })
        );
    }
}

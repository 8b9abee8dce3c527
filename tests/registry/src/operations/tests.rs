use serde_json::{Value, json};

use super::perform;
use crate::protocol::Answer;
use crate::shelf::Shelf;
use crate::{Image, Repository};

fn shelf() -> Shelf {
    let own = Repository::new("team/api", Vec::new()).copies(2345);
    let older = Repository::new("zebra", Vec::new()).created(1_500_000_000_001);
    let foreign = Repository::new("library/nginx", Vec::new()).under("docker");
    Shelf::new([older, foreign].into_iter().chain(own).collect())
}

fn response(answer: Result<Answer, Answer>) -> Value {
    let answer = answer.unwrap_or_else(|refusal| refusal);
    serde_json::from_slice(&answer.body).expect("responses are JSON")
}

fn ask(shelf: &Shelf, operation: &str, body: &Value) -> Value {
    response(perform(operation, body, shelf))
}

fn names<'a>(page: &'a Value) -> Vec<&'a str> {
    let rows = page["repositories"].as_array().expect("a list");
    let name = |row: &'a Value| row["repositoryName"].as_str();
    rows.iter().map(|row| name(row).expect("a name")).collect()
}

#[test]
fn repositories_are_found_by_name_without_pages() {
    let shelf = shelf();
    let by_name = |names: &[&str]| {
        let body = json!({ "repositoryNames": names });
        ask(&shelf, "DescribeRepositories", &body)
    };
    let found = by_name(&["team/api-7", "zebra"]);
    assert_eq!(names(&found), ["zebra", "team/api-7"]);
    assert_eq!(
        by_name(&["zebra", "library/nginx"]),
        json!({
            "__type": "RepositoryNotFoundException",
            "message": "The repository with name 'library/nginx' does not exist in the registry with id '123456789012'",
        })
    );
    for (many, code) in [
        (100, Value::Null),
        (101, "InvalidParameterException".into()),
        (0, "InvalidParameterException".into()),
    ] {
        assert_eq!(by_name(&vec!["zebra"; many])["__type"], code, "{many}");
    }
    let both = json!({ "repositoryNames": ["zebra"], "maxResults": 5 });
    let refused = ask(&shelf, "DescribeRepositories", &both);
    assert_eq!(refused["__type"], "InvalidParameterException");
    let foreign = json!({ "registryId": "000000000000" });
    let refused = ask(&shelf, "DescribeRepositories", &foreign);
    assert_eq!(refused["__type"], "AccessDeniedException");
}

#[test]
fn a_deletion_changes_what_is_listed_next() {
    let images: Vec<_> = (0..150).map(|seed| Image::oci(seed, 1, 1)).collect();
    let id = |image: &Image| json!({ "imageDigest": image.digest });
    let mut ids: Vec<_> = images.iter().map(id).collect();
    let shelf = Shelf::new(vec![Repository::new("web", images)]);
    let mut delete = |count: usize| {
        let ids: Vec<_> = ids.drain(..count).collect();
        let body = json!({ "repositoryName": "web", "imageIds": ids });
        ask(&shelf, "BatchDeleteImage", &body)
    };
    let count = || {
        let body = json!({ "repositoryName": "web", "maxResults": 1000 });
        let page = ask(&shelf, "DescribeImages", &body);
        page["imageDetails"].as_array().map(Vec::len)
    };
    assert_eq!(count(), Some(150));
    let outcome = delete(100);
    assert_eq!(outcome["imageIds"].as_array().map(Vec::len), Some(100));
    assert_eq!(outcome["failures"], json!([]));
    assert_eq!(count(), Some(50));
    assert_eq!(delete(0)["__type"], "InvalidParameterException");
    let absent = json!({ "repositoryName": "absent", "imageIds": [{ "imageTag": "a" }] });
    let refused = ask(&shelf, "BatchDeleteImage", &absent);
    assert_eq!(refused["__type"], "RepositoryNotFoundException");
    let many = vec![json!({ "imageTag": "a" }); 101];
    let many = json!({ "repositoryName": "web", "imageIds": many });
    let refused = ask(&shelf, "BatchDeleteImage", &many);
    assert_eq!(refused["__type"], "InvalidParameterException");
}

//! The local registry checks requests like the service, on which the other tests rely.

use std::io::{Read, Write};
use std::net::TcpStream;

use ecrpub_registry::{Registry, Repository};
use serde_json::{Value, json};

const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=AKIATEST/20240601/us-east-1/ecr-public/aws4_request, \
                      SignedHeaders=host;x-amz-date, Signature=0000000000000000000000000000000000000000000000000000000000000000";

/// A correct request, in which a test changes one part.
struct Raw<'a> {
    method: &'a str,
    target: &'a str,
    content_type: &'a str,
    authorization: &'a str,
    body: Value,
}

impl Default for Raw<'_> {
    fn default() -> Self {
        Self {
            method: "POST",
            target: "SpencerFrontendService.DescribeImages",
            content_type: "application/x-amz-json-1.1",
            authorization: SIGNED,
            body: json!({ "repositoryName": "big" }),
        }
    }
}

/// The status and body of the response.
fn ask(registry: &Registry, request: &Raw<'_>) -> (u16, Value) {
    let address = registry.url().replace("http://", "");
    let mut stream = TcpStream::connect(&address).expect("the registry listens");
    let Raw {
        method,
        target,
        content_type,
        authorization,
        body,
    } = request;
    let body = body.to_string();
    let length = body.len();
    write!(
        stream,
        "{method} / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nX-Amz-Target: {target}\r\n\
         Content-Type: {content_type}\r\nAuthorization: {authorization}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .expect("the registry reads");
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .expect("the registry answers");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    (
        status.expect("a status"),
        serde_json::from_str(body).expect("JSON"),
    )
}

#[track_caller]
fn assert_refused(registry: &Registry, request: &Raw<'_>, code: &str) {
    let (status, body) = ask(registry, request);
    assert!(status >= 400, "{body}");
    assert_eq!(body["__type"], code, "{body}");
}

#[test]
fn a_registry_without_requests_fails_its_test_unless_that_is_expected() {
    let unused = std::panic::catch_unwind(|| drop(Registry::start([])));
    let message = unused.expect_err("dropping an unused registry panics");
    let message = message.downcast_ref::<String>().expect("a message");
    let place = format!("started at {}:", file!());
    assert!(message.contains(&place), "{message}");

    let expected = Registry::start([]);
    expected.assert_no_requests();
    drop(expected);

    let used = Registry::start([]);
    ask(&used, &Raw::default());
    let claim =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| used.assert_no_requests()));
    assert!(claim.is_err(), "a request came in");

    // A second panic would abort the process.
    let failing = std::panic::catch_unwind(|| {
        let _unused = Registry::start([]);
        panic!("the test fails for another reason");
    });
    assert!(failing.is_err());
}

#[test]
fn requests_must_be_the_services() {
    let repositories = ["big", "other"].map(|name| Repository::generated(name, 3));
    let registry = Registry::start(repositories);
    assert_eq!(ask(&registry, &Raw::default()).0, 200);
    let refused = |code: &str, change: &dyn Fn(&mut Raw<'_>)| {
        let mut request = Raw::default();
        change(&mut request);
        assert_refused(&registry, &request, code);
    };
    let unknown = "UnknownOperationException";
    refused(unknown, &|request| request.method = "GET");
    refused(unknown, &|request| {
        request.target = "SpencerFrontendService.PutImage";
    });
    refused(unknown, &|request| request.target = "Other.DescribeImages");
    refused("SerializationException", &|request| {
        request.content_type = "application/json";
    });
    refused("IncompleteSignatureException", &|request| {
        request.authorization = "Bearer x";
    });
    for scope in ["eu-west-1/ecr-public", "us-east-1/ecr"] {
        let authorization = SIGNED.replace("us-east-1/ecr-public", scope);
        let request = Raw {
            authorization: &authorization,
            ..Raw::default()
        };
        assert_refused(&registry, &request, "InvalidSignatureException");
    }
    let first_page = Raw {
        body: json!({ "repositoryName": "big", "maxResults": 2 }),
        ..Raw::default()
    };
    let token = &ask(&registry, &first_page).1["nextToken"];
    let ids = vec![json!({ "imageTag": "v0.0.0" }); 101];
    for body in [
        json!({}),
        json!({ "repositoryName": "big", "maxResults": 0 }),
        json!({ "repositoryName": "big", "maxResults": 1001 }),
        json!({ "repositoryName": "big", "nextToken": "made up" }),
        json!({ "repositoryName": "other", "nextToken": token }),
        json!({ "repositoryName": "big", "imageIds": [] }),
        json!({ "repositoryName": "big", "imageIds": ids }),
        json!({ "repositoryName": "big", "imageIds": ids[..1], "maxResults": 10 }),
    ] {
        let code = "InvalidParameterException";
        refused(code, &|request| request.body = body.clone());
    }
    assert_eq!(registry.requests().len(), 17);
}

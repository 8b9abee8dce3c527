//! What a registry denies on demand, and the manifests that it serves wrongly.

use serde_json::Value;

use crate::ACCOUNT;
use crate::protocol::Answer;

/// What is denied and what is wrong.
#[derive(Debug, Default)]
pub(crate) struct Policy {
    /// Operations that the caller's identity may not use, each on all repositories or on one.
    pub(crate) denied: Vec<(String, Option<String>)>,
    /// The status by which the registry refuses anonymous tokens, if it does.
    pub(crate) anonymous: Option<u16>,
    /// The status by which the registry refuses tokens of `GetAuthorizationToken`, if it does.
    pub(crate) signed_in: Option<u16>,
    /// Digests of manifests that the registry does not find.
    pub(crate) missing: Vec<String>,
    /// Digests of manifests that come with another body.
    pub(crate) corrupt: Vec<String>,
}

impl Policy {
    /// Refuses a signed request if its operation is denied for its repository.
    pub(crate) fn check(&self, operation: &str, body: &Value) -> Result<(), Answer> {
        let named = repositories(body);
        for (denied, repository) in &self.denied {
            let resource = match repository {
                _ if denied != operation => continue,
                None => resource(operation, &named),
                Some(name) if named.contains(&name.as_str()) => repository_arn(name),
                Some(_) => continue,
            };
            return Err(denial(&format!("ecr-public:{operation}"), &resource));
        }
        if operation == "GetAuthorizationToken" {
            return self.check_bearer_token();
        }
        Ok(())
    }

    /// A token also takes an action of another service.
    fn check_bearer_token(&self) -> Result<(), Answer> {
        let action = "sts:GetServiceBearerToken";
        if self.denied.iter().any(|(denied, _)| denied == action) {
            return Err(denial(action, "*"));
        }
        Ok(())
    }
}

/// The repositories that a request names.
fn repositories(body: &Value) -> Vec<&str> {
    let several = body["repositoryNames"].as_array();
    let several = several.into_iter().flatten().filter_map(Value::as_str);
    body["repositoryName"]
        .as_str()
        .into_iter()
        .chain(several)
        .collect()
}

fn resource(operation: &str, named: &[&str]) -> String {
    match named {
        [name, ..] => repository_arn(name),
        [] if operation == "DescribeRepositories" => repository_arn("*"),
        [] => "*".to_owned(),
    }
}

/// The ARN of a repository of the caller's own registry.
pub(crate) fn repository_arn(name: &str) -> String {
    format!("arn:aws:ecr-public::{ACCOUNT}:repository/{name}")
}

/// The error of an action that the identity's policies do not allow.
pub(crate) fn denial(action: &str, resource: &str) -> Answer {
    let message = format!(
        "User: arn:aws:iam::{ACCOUNT}:user/reader is not authorized to perform: {action} on \
         resource: {resource} because no identity-based policy allows the {action} action"
    );
    Answer::refused("AccessDeniedException", message)
}

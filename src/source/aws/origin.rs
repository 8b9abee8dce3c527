//! The origin of the credentials in use, for messages and hints.

/// Where credentials come from, for messages and hints.
#[derive(Debug)]
pub(crate) struct Origin {
    /// Such as `the keys of profile NAME`.
    pub(crate) description: String,
    /// The AWS CLI command that renews them, where one does.
    pub(crate) login_command: Option<String>,
    /// Whether they are keys of the environment, which a login would not replace.
    pub(crate) is_environment: bool,
    /// ` --profile NAME` for commands of the AWS CLI, where that option was given; or empty.
    pub(crate) profile_option: String,
}

impl Origin {
    /// What to do about credentials that have expired.
    pub(crate) fn renewal(&self) -> String {
        match &self.login_command {
            Some(command) => format!("log in again with `{command}`"),
            None if self.is_environment => {
                "renew `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`, or unset them"
                    .to_owned()
            }
            None => format!("renew {}", self.description),
        }
    }

    /// What to do about credentials that are not accepted.
    pub(crate) fn check(&self) -> String {
        let option = &self.profile_option;
        format!(
            "check whose they are with `aws sts get-caller-identity{option}`, and the clock of this machine"
        )
    }
}

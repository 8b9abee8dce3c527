//! Messages for incomplete settings, and what is never skipped; the recorded set-ups of
//! `tests/cli/settings_peer` hold which credentials are selected.

use super::CredentialSource;
use crate::aws::environment::Environment;
use crate::aws::files::AwsFiles;
use crate::aws::scope::Scope;
use crate::error::Kind;

const KEYS: &str = "aws_access_key_id = AKIAFILE\naws_secret_access_key = s3cr3t\n";
const ARN: &str = "role_arn = arn:aws:iam::123456789012:role/r\n";
const ENVIRONMENT: [(&str, &str); 2] = [
    ("AWS_ACCESS_KEY_ID", "AKIAENV"),
    ("AWS_SECRET_ACCESS_KEY", "s3cr3t"),
];

/// The plan for these settings, as `role of a ← keys of b`, or the error's text.
fn plan(env: &[(&str, &str)], config: &str, credentials: &str, profile: Option<&str>) -> String {
    let config = config.replace("KEYS", KEYS).replace("ARN", ARN);
    let files = AwsFiles::with(&config, credentials);
    let scope = Scope::select(Environment::of(env), files, profile).expect("a profile");
    match CredentialSource::select(&scope) {
        Ok(plan) => told(&plan),
        Err(error) => {
            assert_eq!(error.kind(), Kind::Credentials, "{error}");
            format!("error: {error}")
        }
    }
}

fn told(plan: &CredentialSource) -> String {
    match plan {
        CredentialSource::Role(_, source) => format!("{} ← {}", plan.description(), told(source)),
        CredentialSource::WebIdentity { token_file, role } => {
            format!("{} by {token_file}", role.description())
        }
        CredentialSource::Mfa { profile } => format!("the AWS CLI with profile `{profile}`"),
        _ => plan.description(),
    }
}

#[test]
fn a_source_that_is_not_there_is_never_replaced_by_another_one() {
    let container = [("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost/")];
    let roled = |rest: &str| format!("[profile a]\nARN{rest}\n[profile empty]\nregion = r\n");
    for (rest, expected) in [
        (
            "source_profile = b",
            "error: `source_profile` in profile `a` is `b`, but there is no such profile",
        ),
        (
            "source_profile = empty",
            "error: `source_profile` in profile `a` is `empty`, which has no credentials",
        ),
        (
            "source_profile = a",
            "error: the roles of profiles `a` → `a` form a circle",
        ),
        (
            "credential_source = Environment",
            "error: `credential_source` in profile `a` is `Environment`, but `AWS_ACCESS_KEY_ID` is not set",
        ),
        (
            "credential_source = environment",
            "error: `credential_source` in profile `a` is `environment`, which is unknown",
        ),
        (
            "credential_source = EcsContainer",
            "the role of profile `a` ← the container",
        ),
        (
            "credential_source = Ec2InstanceMetadata",
            "the role of profile `a` ← the instance",
        ),
        (
            "credential_source = EcsContainer\nsource_profile = empty",
            "error: profile `a` has a `role_arn`, but not one of `source_profile` and `credential_source`",
        ),
        (
            "",
            "error: profile `a` has a `role_arn`, but not one of `source_profile` and `credential_source`",
        ),
    ] {
        assert_eq!(
            plan(&container, &roled(rest), "", Some("a")),
            expected,
            "{rest}"
        );
    }
    let circle = "[profile a]\nARNsource_profile = b\n[profile b]\nARNsource_profile = a\n";
    let expected = "error: the roles of profiles `a` → `b` → `a` form a circle";
    assert_eq!(plan(&container, circle, "", Some("a")), expected);
}

#[test]
fn a_code_is_never_skipped_anywhere_in_a_chain() {
    let config = "[profile a]\nARNsource_profile = b\n[profile b]\nARNsource_profile = c\nmfa_serial = m\n[profile c]\nKEYS";
    let expected = "the role of profile `a` ← the AWS CLI with profile `b`";
    assert_eq!(plan(&[], config, "", Some("a")), expected);
    let config = "[DEFAULT]\nmfa_serial = m\n[profile a]\nARNsource_profile = c\n[profile c]\nKEYS";
    let expected = "the AWS CLI with profile `a`";
    assert_eq!(plan(&[], config, "", Some("a")), expected);
    // A profile with its own keys needs no source.
    assert_eq!(plan(&[], config, "", Some("c")), "the keys of profile `c`");
}

#[test]
fn a_web_identity_of_the_environment_counts_unless_a_profile_is_given_by_option() {
    let env = [
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "/t"),
        ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/env"),
    ];
    assert_eq!(plan(&env, "", "", None), "the role of `AWS_ROLE_ARN` by /t");
    assert_eq!(
        plan(&env, "[profile a]\nKEYS", "", Some("a")),
        "the keys of profile `a`"
    );
    assert_eq!(
        plan(&env[..1], "", "", None),
        "error: a web identity token is set, but no role to assume with it"
    );
    let config = "[default]\nARN\nsource_profile = x\n[profile x]\nKEYS";
    assert_eq!(
        plan(&env, config, "", None),
        "the role of profile `default` ← the keys of profile `x`"
    );
}

#[test]
fn sso_needs_all_of_its_settings_and_one_value_for_each() {
    let session = "[sso-session s]\nsso_region = r\nsso_start_url = u\n";
    let profile = "[default]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n";
    assert_eq!(
        plan(&[], &format!("{profile}{session}"), "", None),
        "SSO of profile `default`"
    );
    let region = format!("{profile}sso_region = other\n{session}");
    assert_eq!(
        plan(&[], &region, "", None),
        "error: `sso_region` in profile `default` differs from its `sso-session` section"
    );
    let missing = "error: `sso_session` in profile `default` is `s`, but there is no `sso-session` of this name with a start URL and a region";
    assert_eq!(plan(&[], profile, "", None), missing);
    // It is looked at in every run, as by the AWS CLI.
    assert_eq!(plan(&ENVIRONMENT, profile, "", None), missing);
    let legacy = "[default]\nsso_account_id = 1\nsso_role_name = r\nsso_start_url = u\n";
    assert_eq!(
        plan(&[], legacy, "", None),
        "error: profile `default` uses SSO, but has no `sso_region`"
    );
}

#[test]
fn durations_and_short_texts_are_checked_as_the_aws_cli_checks_them() {
    for (setting, expected) in [
        ("duration_seconds = 3600", None),
        ("duration_seconds = an hour", None),
        (
            "duration_seconds = 899",
            Some("`duration_seconds` in profile `a` is `899`, but STS takes 900 seconds or more"),
        ),
        (
            "duration_seconds = 99999999999",
            Some(
                "`duration_seconds` in profile `a` is `99999999999`, but STS takes 900 seconds or more",
            ),
        ),
        (
            "external_id = x",
            Some("`external_id` in profile `a` is too short: STS takes 2 characters or more"),
        ),
    ] {
        let config = format!("[profile a]\nARNsource_profile = b\n{setting}\n[profile b]\nKEYS");
        let made = plan(&[], &config, "", Some("a"));
        match expected {
            None => assert_eq!(made, "the role of profile `a` ← the keys of profile `b`"),
            Some(text) => assert_eq!(made, format!("error: {text}")),
        }
    }
}

#[test]
fn a_login_is_named_with_the_profile_that_holds_it() {
    let config = "[profile a]\nARNsource_profile = it's\n[profile \"it's\"]\nlogin_session = arn\n";
    let config = config.replace("ARN", ARN);
    let files = AwsFiles::with(&config, "");
    let scope = Scope::select(Environment::default(), files, Some("a")).expect("a profile");
    let plan = CredentialSource::select(&scope).expect("a login");
    assert_eq!(
        plan.login_command().as_deref(),
        Some(r"aws login --profile 'it'\''s'")
    );
}

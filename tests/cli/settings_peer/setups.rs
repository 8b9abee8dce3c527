//! Set-ups of the AWS CLI, made up from a seed: files, environment, options, in all the forms in which
//! people write them, sound ones and broken ones.

use std::fmt::Write;

/// A set-up. `{BASE}` stands for the URL of the services, `{HOME}` for the home folder.
/// Other paths are relative to a folder with [`SHARED_FILES`].
#[derive(Clone, Debug, Default)]
pub(crate) struct Setup {
    pub(crate) env: Vec<(String, String)>,
    pub(crate) profile: Option<String>,
    /// Files below the home folder, with their bytes as Latin-1.
    pub(crate) files: Vec<(String, String)>,
}

/// Names of profiles, and how a header of the config file may spell them.
const NAMES: [(&str, &[&str]); 9] = [
    (
        "default",
        &["default", "profile default", "profile 'default'"],
    ),
    (
        "a",
        &[
            "profile a",
            "profile 'a'",
            "profile \"a\"",
            "profile\ta",
            "profile  a ",
        ],
    ),
    ("b", &["profile b", "profiles b"]),
    (
        "my team",
        &[
            "profile 'my team'",
            "profile \"my team\"",
            "profile my\\ team",
        ],
    ),
    ("größe", &["profile größe", "profile 'größe'"]),
    ("we\"ird", &["profile 'we\"ird'", "profile we\\\"ird"]),
    ("x=y,z&", &["profile x=y,z&"]),
    ("b[1]", &["profile b[1]", "profile 'b[1]'"]),
    ("a#b;c", &["profile a#b;c"]),
];
/// Sessions of SSO: the name, the header, and the SHA-1 of the name.
const SESSIONS: [(&str, &str, &str); 2] = [
    (
        "corp",
        "sso-session corp",
        "ee0bfd2552fbd840c02cc48b6e823320543c450f",
    ),
    (
        "mein büro",
        "sso-session 'mein büro'",
        "e42e55f01d1a9358e0678130f7c4a8322d21f9f0",
    ),
];
const LEGACY_URL: &str = "https://start.example/legacy";
/// Its SHA-1.
const LEGACY_HASH: &str = "1bdc5d5526b5b62458ccfc3c91fb6083b0ca441e";

/// Files that set-ups refer to, and their contents.
pub(crate) const SHARED_FILES: [(&str, &str); 8] = [
    ("token", "web-identity-token"),
    ("container-token", "token-of-file"),
    ("old-keys", "AWSAccessKeyId=AKIAOLD\nAWSSecretKey=old\n"),
    (
        "process.json",
        r#"{"Version": 1, "AccessKeyId": "AKIAPROCESS", "SecretAccessKey": "x", "SessionToken": "token-of-process", "Expiration": "2099-01-01T00:00:00+0000"}"#,
    ),
    (
        "my process.json",
        r#"{"Version": 1, "AccessKeyId": "AKIAPROCESS", "SecretAccessKey": "x", "SessionToken": ""}"#,
    ),
    (
        "expired.json",
        r#"{"Version": 1, "AccessKeyId": "AKIAPROCESS", "SecretAccessKey": "x", "Expiration": "2001-01-01T00:00:00Z"}"#,
    ),
    (
        "version.json",
        r#"{"Version": 2, "AccessKeyId": "AKIAPROCESS", "SecretAccessKey": "x"}"#,
    ),
    (
        "half.json",
        r#"{"Version": 1, "AccessKeyId": "AKIAPROCESS"}"#,
    ),
];

/// Numbers from a seed: `SplitMix64`.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap_or_default()
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

impl Setup {
    /// The set-up that `random` comes up with.
    pub(crate) fn any(random: &mut Random) -> Self {
        let mut setup = Self::default();
        let mut names = vec![
            NAMES[random.below(NAMES.len())].0,
            NAMES[random.below(NAMES.len())].0,
        ];
        if random.chance(70) {
            names.push("default");
        }
        names.sort_unstable();
        names.dedup();
        setup.choose_profile(random, &names);
        setup.environment(random);
        let config = config(random, &names);
        let credentials = credentials(random, &names);
        if random.chance(90) {
            setup.files.push((".aws/config".to_owned(), config));
        }
        if random.chance(50) {
            setup
                .files
                .push((".aws/credentials".to_owned(), credentials));
        }
        setup.sso_tokens(random);
        setup
    }

    fn set(&mut self, name: &str, value: &str) {
        self.env.push((name.to_owned(), value.to_owned()));
    }

    fn choose_profile(&mut self, random: &mut Random, names: &[&str]) {
        let any = |random: &mut Random| match random.below(20) {
            0 if random.chance(50) => "unknown",
            1 => "",
            _ => names[random.below(names.len())],
        };
        if random.chance(35) {
            let name = any(random);
            self.profile = Some(name.to_owned()).filter(|name| !name.is_empty());
        }
        if random.chance(35) {
            self.set("AWS_PROFILE", any(random));
        }
        if random.chance(10) {
            self.set("AWS_DEFAULT_PROFILE", any(random));
        }
    }

    fn environment(&mut self, random: &mut Random) {
        self.set("AWS_MAX_ATTEMPTS", "1");
        self.keys(random);
        self.endpoints(random);
        for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
            if random.chance(15) {
                let region = random.pick(&[
                    "eu-west-1",
                    "us-west-2",
                    "cn-north-1",
                    "eu-west-1",
                    "",
                    "not a region",
                ]);
                self.set(name, region);
            }
        }
        if random.chance(10) {
            let token = random.pick(&["token", "token", "missing", ""]);
            self.set("AWS_WEB_IDENTITY_TOKEN_FILE", token);
            if random.chance(85) {
                self.set("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/env");
            }
            if random.chance(30) {
                self.set("AWS_ROLE_SESSION_NAME", "session-of-env");
            }
        }
        self.machine(random);
        if random.chance(10) {
            let paths = [
                "~/.aws/config",
                "$HOME/.aws/config",
                "${HOME}/.aws/config",
                "missing",
                "$UNSET/x",
                "",
            ];
            self.set("AWS_CONFIG_FILE", random.pick(&paths));
        }
        if random.chance(5) {
            self.set(
                "AWS_SHARED_CREDENTIALS_FILE",
                random.pick(&["~/.aws/credentials", "missing"]),
            );
        }
        if random.chance(10) {
            self.set("AWS_CREDENTIAL_FILE", "old-keys");
        }
    }

    fn keys(&mut self, random: &mut Random) {
        let how = random.below(28);
        if (1..8).contains(&how) {
            self.set("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT");
        }
        if (2..9).contains(&how) {
            self.set("AWS_SECRET_ACCESS_KEY", "secret-of-env");
        }
        if how == 9 {
            self.set("AWS_ACCESS_KEY_ID", "");
            self.set("AWS_SECRET_ACCESS_KEY", "");
        }
        if how == 10 {
            self.set("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT");
            self.set("AWS_SECRET_ACCESS_KEY", "");
        }
        for name in ["AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"] {
            if random.chance(20) {
                self.set(name, random.pick(&["token-of-env", "other-token", ""]));
            }
        }
        if random.chance(8) {
            let times = [
                "2099-01-01T00:00:00Z",
                "2099-01-01T00:00:00+0000",
                "2001-01-01T00:00:00Z",
                "soon",
                "",
            ];
            self.set("AWS_CREDENTIAL_EXPIRATION", random.pick(&times));
        }
    }

    fn endpoints(&mut self, random: &mut Random) {
        for (name, percent) in [
            ("AWS_ENDPOINT_URL", 45),
            ("AWS_ENDPOINT_URL_STS", 25),
            ("AWS_ENDPOINT_URL_SSO", 15),
            ("AWS_ENDPOINT_URL_SSO_OIDC", 10),
            ("AWS_ENDPOINT_URL_ECR_PUBLIC", 40),
        ] {
            if random.chance(percent) {
                let label = name.trim_start_matches("AWS_ENDPOINT_URL").to_lowercase();
                let url = match random.below(60) {
                    0 => String::new(),
                    1 => "localhost:4566".to_owned(),
                    2 => "http://".to_owned(),
                    3 => format!("{{BASE}}/env{label}/"),
                    4 => format!("{{BASE}}/env{label}#fragment"),
                    _ => format!("{{BASE}}/env{label}"),
                };
                self.set(name, &url);
            }
        }
        if random.chance(5) {
            let values = ["true", "TRUE", "false", "", "1"];
            self.set("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", random.pick(&values));
        }
    }

    /// What the machine provides. No address but loopback is ever named.
    fn machine(&mut self, random: &mut Random) {
        if random.chance(12) {
            let uris = [
                "{BASE}/box/container?x=y",
                "{BASE}/box/container",
                "http://example.invalid/container",
                "127.0.0.1:9",
                "localhost",
                "",
            ];
            let uri = if random.chance(60) {
                uris[0]
            } else {
                random.pick(&uris)
            };
            self.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri);
            if random.chance(40) {
                let tokens = ["container-token", "container-token", "two\nlines", ""];
                self.set("AWS_CONTAINER_AUTHORIZATION_TOKEN", random.pick(&tokens));
            }
            if random.chance(30) {
                let files = ["container-token", "missing", ""];
                self.set(
                    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
                    random.pick(&files),
                );
            }
        }
        if random.chance(75) {
            self.set("AWS_EC2_METADATA_DISABLED", random.pick(&["true", "TRUE"]));
        }
        let endpoint = match random.below(100) {
            0 => "not a url",
            _ => "{BASE}/imds",
        };
        self.set("AWS_EC2_METADATA_SERVICE_ENDPOINT", endpoint);
    }

    /// What `aws sso login` has kept.
    fn sso_tokens(&mut self, random: &mut Random) {
        for hash in [SESSIONS[0].2, SESSIONS[1].2, LEGACY_HASH] {
            let (expires, refresh) = match random.below(12) {
                0 => continue,
                1 => ("2001-01-01T00:00:00Z", ""),
                2 => ("2001-01-01T00:00:00Z", "refused"),
                3 | 4 => ("2001-01-01T00:00:00UTC", "refresh-token"),
                5 => ("2099-01-01T00:00:00UTC", ""),
                _ => ("2099-01-01T00:00:00Z", "refresh-token"),
            };
            let mut token =
                format!("{{\"accessToken\": \"sso-token\", \"expiresAt\": \"{expires}\"");
            if !refresh.is_empty() {
                let _ = write!(
                    token,
                    ", \"clientId\": \"id\", \"clientSecret\": \"client-secret\", \"refreshToken\": \"{refresh}\", \
                     \"registrationExpiresAt\": \"{}\"",
                    random.pick(&[
                        "2099-01-01T00:00:00Z",
                        "2099-01-01T00:00:00Z",
                        "2001-01-01T00:00:00Z"
                    ])
                );
            }
            let path = format!(".aws/sso/cache/{hash}.json");
            self.files.push((path, token + "}"));
        }
    }
}

/// A section's settings, in some order.
type Settings = Vec<(&'static str, String)>;

fn config(random: &mut Random, names: &[&str]) -> String {
    let mut text = String::new();
    if random.chance(10) {
        let mut settings = general(random);
        if random.chance(20) {
            settings.push(("mfa_serial", "arn:aws:iam::123456789012:mfa/me".to_owned()));
        }
        section(random, "DEFAULT", &settings, &mut text);
    }
    for &name in names
        .iter()
        .filter(|_| !random.chance(5))
        .collect::<Vec<_>>()
    {
        let spellings = NAMES
            .iter()
            .find(|(known, _)| *known == name)
            .map_or(&[][..], |(_, spellings)| spellings);
        let header = random.pick(spellings);
        let mut settings = content(random, names, name);
        settings.extend(general(random));
        shuffle(random, &mut settings);
        section(random, header, &settings, &mut text);
    }
    for (_, header, _) in SESSIONS {
        if random.chance(80) {
            let mut settings: Settings =
                vec![("sso_start_url", "https://start.example/session".to_owned())];
            if random.chance(95) {
                settings.push((
                    "sso_region",
                    random.pick(&["eu-central-1", "us-east-1"]).to_owned(),
                ));
            }
            settings.push(("sso_registration_scopes", "sso:account:access".to_owned()));
            section(random, header, &settings, &mut text);
        }
    }
    if random.chance(80) {
        let _ = writeln!(text, "[services local]");
        for service in ["sts", "sso", "sso_oidc", "ecr_public", "s3"] {
            if random.chance(60) {
                let url = match random.below(20) {
                    0 => String::new(),
                    1 => "localhost:4566".to_owned(),
                    _ => format!("{{BASE}}/services-{service}"),
                };
                let _ = writeln!(text, "{service} =\n  endpoint_url = {url}\n  other = x");
            }
        }
    }
    broken(random, &text)
}

fn credentials(random: &mut Random, names: &[&str]) -> String {
    let mut text = String::new();
    for &name in names {
        if random.chance(65) {
            let mut settings = match random.below(10) {
                0 => content(random, names, name),
                1 => general(random),
                _ => keys(random, "CREDENTIALS"),
            };
            settings.dedup_by_key(|(key, _)| *key);
            section(random, name, &settings, &mut text);
        }
    }
    if random.chance(5) {
        let settings = keys(random, "ODD");
        section(random, "profile a", &settings, &mut text);
    }
    broken(random, &text)
}

/// What a profile says of credentials: mostly one thing, sometimes two.
fn content(random: &mut Random, names: &[&str], name: &str) -> Settings {
    let mut settings = one_content(random, names, name);
    if random.chance(30) {
        for (key, value) in one_content(random, names, name) {
            if settings.iter().all(|(known, _)| *known != key) {
                settings.push((key, value));
            }
        }
    }
    settings
}

fn one_content(random: &mut Random, names: &[&str], name: &str) -> Settings {
    match random.below(14) {
        0..3 => keys(random, "CONFIG"),
        3..8 => role(random, names, name),
        8 => {
            let mut settings: Settings = vec![(
                "web_identity_token_file",
                random.pick(&["token", "token", "missing", ""]).to_owned(),
            )];
            if random.chance(85) {
                settings.push(("role_arn", "arn:aws:iam::123456789012:role/web".to_owned()));
            }
            if random.chance(30) {
                settings.push(("role_session_name", "session # of profile".to_owned()));
            }
            settings
        }
        9 | 10 => sso(random),
        11 | 12 => {
            let commands = [
                "cat process.json",
                "cat 'my process.json'",
                "cat my\\ process.json",
                "cat expired.json",
                "cat version.json",
                "cat half.json",
                "cat process.json | cat",
                "echo '$HOME'",
                "false",
                "no-such-program-at-all",
                "cat 'open",
                "",
            ];
            let command = if random.chance(50) {
                commands[random.below(3)]
            } else {
                random.pick(&commands)
            };
            vec![("credential_process", command.to_owned())]
        }
        _ => Vec::new(),
    }
}

fn keys(random: &mut Random, origin: &str) -> Settings {
    let mut settings = Settings::new();
    let how = random.below(60);
    if how > 0 {
        let number = random.below(3);
        settings.push(("aws_access_key_id", format!("AKIA{origin}{number}")));
    }
    if how > 1 {
        settings.push(("aws_secret_access_key", "secret;of#file".to_owned()));
    }
    for key in ["aws_session_token", "aws_security_token"] {
        if random.chance(20) {
            settings.push((
                key,
                random
                    .pick(&["token=of:file", "other ; token", ""])
                    .to_owned(),
            ));
        }
    }
    settings
}

fn role(random: &mut Random, names: &[&str], name: &str) -> Settings {
    let arn = match random.below(40) {
        0 => "short".to_owned(),
        _ => format!("arn:aws:iam::123456789012:role/{}", random.below(3)),
    };
    let mut settings: Settings = vec![("role_arn", arn)];
    let how = random.below(20);
    if how < 15 {
        let source = match random.below(24) {
            0 => name,
            1 => "missing",
            _ => names[random.below(names.len())],
        };
        settings.push(("source_profile", source.to_owned()));
    }
    if (14..19).contains(&how) {
        let sources = [
            "Environment",
            "Environment",
            "EcsContainer",
            "Ec2InstanceMetadata",
            "environment",
            "Unknown",
        ];
        settings.push(("credential_source", random.pick(&sources).to_owned()));
    }
    for (key, values, percent) in [
        ("external_id", &["id # 1", "id;2", "x"][..], 20),
        ("role_session_name", &["name", "a name"][..], 20),
        (
            "duration_seconds",
            &["3600", " 900", "899", "one hour", ""][..],
            25,
        ),
        ("mfa_serial", &["arn:aws:iam::123456789012:mfa/me"][..], 3),
    ] {
        if random.chance(percent) {
            settings.push((key, random.pick(values).to_owned()));
        }
    }
    settings
}

fn sso(random: &mut Random) -> Settings {
    let mut settings = Settings::new();
    if random.chance(95) {
        settings.push(("sso_account_id", "123456789012".to_owned()));
    }
    if random.chance(95) {
        settings.push((
            "sso_role_name",
            random.pick(&["reader", "Ein Leser"]).to_owned(),
        ));
    }
    if random.chance(60) {
        let session = random.pick(&["corp", "corp", "corp", "mein büro", "mein büro", "missing"]);
        settings.push(("sso_session", session.to_owned()));
        if random.chance(15) {
            settings.push((
                "sso_region",
                random.pick(&["eu-central-1", "us-east-1"]).to_owned(),
            ));
        }
    } else {
        settings.push(("sso_start_url", LEGACY_URL.to_owned()));
        if random.chance(95) {
            settings.push(("sso_region", "eu-central-1".to_owned()));
        }
    }
    settings
}

/// Settings beside credentials.
fn general(random: &mut Random) -> Settings {
    let mut settings = Settings::new();
    for (key, values, percent) in [
        (
            "region",
            &[
                "eu-west-1",
                "ap-south-1",
                "eu-west-1",
                "",
                "eu-west-1 # home",
            ][..],
            30,
        ),
        (
            "endpoint_url",
            &["{BASE}/profile", "{BASE}/profile", "", "localhost:4566"][..],
            15,
        ),
        (
            "services",
            &["local", "local", "local", "local", "local", "missing"][..],
            20,
        ),
        ("ignore_configured_endpoint_urls", &["true", "false"][..], 4),
        ("output", &["json"][..], 20),
        ("metadata_service_num_attempts", &["2", "0", "many"][..], 2),
        (
            "s3",
            &["\n  max_concurrent_requests = 20\n  addressing_style = path"][..],
            10,
        ),
    ] {
        if random.chance(percent) {
            settings.push((key, random.pick(values).to_owned()));
        }
    }
    settings
}

fn shuffle(random: &mut Random, settings: &mut Settings) {
    for index in (1..settings.len()).rev() {
        settings.swap(index, random.below(index + 1));
    }
}

/// Writes a section in one of the many ways.
fn section(random: &mut Random, header: &str, settings: &Settings, text: &mut String) {
    let indent = random.pick(&["", "", "", "", "  "]);
    let _ = writeln!(
        text,
        "{indent}[{header}]{}",
        random.pick(&["", "", "", " # comment", "x"])
    );
    for (key, value) in settings {
        let key = if random.chance(10) {
            key.to_uppercase()
        } else {
            (*key).to_owned()
        };
        let between = random.pick(&[" = ", " = ", " = ", "=", ": ", " : ", " =  "]);
        let value = value.replace('\n', &format!("\n{indent}"));
        let _ = writeln!(text, "{indent}{key}{between}{value}");
        match random.below(30) {
            0 => text.push('\n'),
            1 => text.push_str("# comment = no setting\n"),
            2 => text.push_str("    ; indented comment\n"),
            3 => text.push_str("\r\n"),
            _ => {}
        }
    }
}

/// The text, or rarely one that is broken somewhere. UTF-8 is spelled as Latin-1.
fn broken(random: &mut Random, text: &str) -> String {
    let utf8 = |text: &str| text.bytes().map(char::from).collect::<String>();
    match random.below(250) {
        0 => utf8(&format!("{text}\n[default]\n[default]\n")),
        1 => utf8(&format!("{text}\n[section]\nkey = 1\nKEY = 2\n")),
        2 => utf8(&format!("key = value\n{text}")),
        3 => utf8(&format!("{text}\nno setting\n")),
        4 => utf8(&format!("\u{feff}{text}")),
        5 => format!("{}[section]\nkey = caf\u{e9}\n", utf8(text)),
        6 => text
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .map(char::from)
            .collect(),
        7 => utf8(&format!("{text}\n[section]\nkey =\n  no setting\n")),
        8 => utf8(&format!("{text}\n[section]\n= value\n")),
        9 => utf8(&format!("{text}\n[section")),
        10 => utf8(&text.replace('\n', "\r\n")),
        11 => utf8(&text.replace('\n', "\r")),
        _ => utf8(text),
    }
}

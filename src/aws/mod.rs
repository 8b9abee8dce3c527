//! What the AWS CLI would use: settings, profiles, endpoints and credentials. Knows nothing of listings.
//!
//! # Why not aws-config's own chain
//!
//! A user's settings work with the AWS CLI, version 2, and whoever runs `ecrpub` beside it expects the same
//! account, endpoint and proxy. aws-config 1.13 selects others often enough to matter. In 2,900 generated
//! set-ups, of which 502 are ordinary ones with which the AWS CLI lists, its providers, used with care, send
//! the same requests in 369 (73.5 %); this module does in 491 (97.8 %). In 24 of the 502 aws-config lists as
//! somebody else without a word, and it lists in 39 set-ups that the AWS CLI refuses. With odd layouts of
//! files it is 19 % against 93 %. The causes:
//!
//! - `mfa_serial` is ignored: the role is assumed without the code. A `source_profile` that does not exist
//!   is passed over, and the credentials of the container or the instance are used instead.
//! - Keys in the environment win over a profile that was chosen by option. Half-set keys and unknown
//!   profiles are passed over. `AWS_SECURITY_TOKEN` and `duration_seconds` are ignored.
//! - Names of profiles with spaces, quotes or letters beyond ASCII are skipped; ` #` and ` ;` cut values. A
//!   file that cannot be read, or is not UTF-8, counts as absent.
//! - The key `ecr_public` of a `services` section is ignored, and so are `ca_bundle` and `$HOME` in paths.
//! - An empty `AWS_ENDPOINT_URL`, retry settings that it does not know and a control character in a key make
//!   it panic. An endpoint without a scheme makes it print the whole request, tokens included.
//! - The renewal of a login truncates the AWS CLI's file before it writes it, and drops unknown fields.
//!
//! So the files are read here by Python's rules (`ini`, `files`), the chain is decided here from settings
//! alone (`chain`), and what only the AWS CLI can follow is left to it: it renews logins, keeps its files and
//! asks for MFA codes (`kept`, `program`). The SDK sends the requests to STS, and aws-config those to an
//! instance's metadata.
//!
//! `tests/cli/settings_peer/recorded.json` has a column for aws-config beside the AWS CLI's results. A test
//! fails on the day when the two are equal: then this chain can go.

mod chain;
mod credentials;
mod environment;
pub(crate) mod failures;
mod files;
mod ini;
mod kept;
mod keys;
mod machine;
mod program;
mod scope;
mod service;
mod sts;

use self::chain::CredentialSource;
use self::credentials::LIMIT;
use self::environment::Environment;
pub(crate) use self::failures::Origin;
use self::files::AwsFiles;
pub(crate) use self::keys::Keys;
use self::scope::Scope;
use self::service::Resolver;
pub(crate) use self::service::ServiceSettings;
use crate::error::Error;
use crate::net::retry::FIRST_DELAY;
use crate::net::settings::ConnectionArgs;
use crate::session::Session;
use crate::shell::quoted;

#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) settings: ServiceSettings,
    pub(crate) keys: Keys,
    pub(crate) origin: Origin,
}

impl Account {
    /// Reads the settings and resolves the credentials; the hint `otherwise` is for a run without any.
    pub(crate) async fn resolve(
        args: &ConnectionArgs,
        otherwise: &str,
        session: Session<'_>,
    ) -> Result<Self, Error> {
        let (scope, settings) = read(args, session)?;
        machine::check(&scope)?;
        let source = CredentialSource::select(&scope)?;
        let resolver = Resolver {
            scope: &scope,
            settings: &settings,
            ca_bundle: args.ca_bundle.as_deref(),
            progress: session.progress,
        };
        let limit = session.env.hurried_limit(LIMIT);
        let keys = resolver.resolve(&source, limit, otherwise).await?;
        Ok(Self::new(&scope, settings, &source, keys, session))
    }

    /// The same with keys of the environment or of the AWS files, without running a program or asking
    /// another service for credentials: a credentials error if other ones are selected.
    pub(crate) fn at_hand(args: &ConnectionArgs, session: Session<'_>) -> Result<Self, Error> {
        let (scope, settings) = read(args, session)?;
        let source = CredentialSource::select(&scope)?;
        let (CredentialSource::Environment(keys) | CredentialSource::File { keys, .. }) = &source
        else {
            let error = format!("{} is not at hand", source.description());
            return Err(failures::credentials_error(error));
        };
        keys.check(&source.description(), source.renewal())?;
        let keys = keys.clone();
        Ok(Self::new(&scope, settings, &source, keys, session))
    }

    fn new(
        scope: &Scope,
        settings: ServiceSettings,
        source: &CredentialSource,
        keys: Keys,
        session: Session<'_>,
    ) -> Self {
        let progress = session.progress;
        progress.resolved("endpoint", settings.host());
        progress.resolved("region", &settings.region);
        progress.resolved("profile", &scope.profile);
        let credentials = format!("{}, access key id {}", source.description(), keys.id);
        progress.resolved("credentials", credentials);
        let option = || format!(" --profile {}", quoted(&scope.profile));
        Self {
            settings,
            keys,
            origin: Origin {
                renewal: source.renewal(),
                profile_option: scope.by_option.then(option).unwrap_or_default(),
            },
        }
    }
}

fn read(args: &ConnectionArgs, session: Session<'_>) -> Result<(Scope, ServiceSettings), Error> {
    let scope = Scope::read(Environment::of_process(), args.profile.as_deref())?;
    let settings = ServiceSettings::read(&scope, args, session.env.hurried(FIRST_DELAY))?;
    Ok((scope, settings))
}

pub(crate) fn profile_names() -> Result<Vec<String>, Error> {
    let files = AwsFiles::read(&Environment::of_process())?;
    let names = files.profile_names().into_iter();
    Ok(names.map(str::to_owned).collect())
}

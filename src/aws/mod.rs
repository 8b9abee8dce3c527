//! What the AWS CLI would use: settings, profiles, endpoints and credentials.

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
use self::credentials::{LIMIT, Resolver};
use self::environment::Environment;
pub(crate) use self::failures::Origin;
use self::files::AwsFiles;
pub(crate) use self::keys::Keys;
use self::scope::Scope;
pub(crate) use self::service::ServiceSettings;
use crate::error::Error;
use crate::net::retry::FIRST_DELAY;
use crate::net::settings::ConnectionArgs;
use crate::session::Session;
use crate::shell::quoted;

/// Settings that were checked, and credentials that were resolved.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) settings: ServiceSettings,
    pub(crate) keys: Keys,
    pub(crate) origin: Origin,
    /// Tells accounts apart by the settings that select them.
    pub(crate) place: String,
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
            place: place_of(scope, &settings),
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

/// Tells registries apart by the settings that select them. The account is known only after a request,
/// and for some credentials not without running a program.
///
/// # Errors
///
/// A usage error for invalid settings.
pub(crate) fn place(args: &ConnectionArgs, session: Session<'_>) -> Result<String, Error> {
    let (scope, settings) = read(args, session)?;
    Ok(place_of(&scope, &settings))
}

fn place_of(scope: &Scope, settings: &ServiceSettings) -> String {
    let get = |name| scope.environment.get(name).unwrap_or_default();
    let names = [
        "AWS_ACCESS_KEY_ID",
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
    ];
    let [key, config, credentials] = names.map(get);
    let key = if scope.by_option { "" } else { &key };
    format!(
        "{} {key} {config} {credentials} {}",
        scope.profile,
        settings.host()
    )
}

/// The names of the profiles in the AWS files.
pub(crate) fn profile_names() -> Result<Vec<String>, Error> {
    let files = AwsFiles::read(&Environment::of_process())?;
    let names = files.profile_names().into_iter();
    Ok(names.map(str::to_owned).collect())
}

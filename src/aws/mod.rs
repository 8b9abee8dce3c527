//! What the AWS CLI would use: settings, profiles, endpoints and credentials.

mod credentials;
mod endpoints;
mod environment;
pub(crate) mod errors;
mod files;
mod ini;
mod scope;
mod settings;

pub(crate) use self::credentials::Keys;
use self::environment::Environment;
pub(crate) use self::errors::Origin;
use self::files::Files;
use self::scope::Scope;
pub(crate) use self::settings::Settings;
use crate::error::Error;
use crate::net::retry::FIRST_DELAY;
use crate::net::settings::ConnectionArgs;
use crate::session::Session;

/// Settings that were checked, and credentials that were resolved.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) settings: Settings,
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
        let progress = session.progress;
        let (scope, settings) = read(args, session)?;
        let (transport, dual_stack) = (&settings.transport, settings.dual_stack);
        let limit = session.env.hurried_limit(credentials::LIMIT);
        let found =
            credentials::resolve(&scope, transport, dual_stack, limit, otherwise, progress).await?;
        Ok(Self::new(&scope, settings, found, session))
    }

    /// The same with keys of the environment or of the AWS files, without running a program or asking
    /// another service for credentials: a credentials error if other ones are selected.
    pub(crate) fn at_hand(args: &ConnectionArgs, session: Session<'_>) -> Result<Self, Error> {
        let (scope, settings) = read(args, session)?;
        let found = credentials::at_hand(&scope)?;
        Ok(Self::new(&scope, settings, found, session))
    }

    fn new(
        scope: &Scope,
        settings: Settings,
        found: credentials::Credentials,
        session: Session<'_>,
    ) -> Self {
        let progress = session.progress;
        let host = settings.host();
        progress.resolved("endpoint", &host);
        progress.resolved("region", &settings.region);
        progress.resolved("profile", &scope.profile);
        let (origin, keys) = (found.origin, found.keys);
        let credentials = format!("{}, access key id {}", origin.description, keys.id);
        progress.resolved("credentials", credentials);
        Self {
            place: place_of(scope, &settings),
            settings,
            keys,
            origin,
        }
    }
}

fn read(args: &ConnectionArgs, session: Session<'_>) -> Result<(Scope, Settings), Error> {
    let scope = Scope::read(Environment::of_process(), args.profile.as_deref())?;
    let settings = Settings::of(&scope, args, session.env.hurried(FIRST_DELAY))?;
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

fn place_of(scope: &Scope, settings: &Settings) -> String {
    format!("{} {}", credentials::selected(scope), settings.host())
}

/// The names of the profiles in the AWS files.
pub(crate) fn profile_names() -> Result<Vec<String>, Error> {
    let files = Files::read(&Environment::of_process())?;
    let names = files.profile_names().into_iter();
    Ok(names.map(str::to_owned).collect())
}

/// Parses AWS files, for fuzzing.
#[cfg(feature = "fuzz")]
pub(crate) fn parse_files(bytes: &[u8]) {
    files::Files::parse(bytes);
}

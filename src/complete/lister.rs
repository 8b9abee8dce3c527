//! The names of repositories and tags that the services list within the time limit.

use std::time::{Duration, Instant};

use clap::{ArgMatches, FromArgMatches};

use crate::console::{Color, Console};
use crate::env::Env;
use crate::error::Error;
use crate::model::{Row, RowKind};
use crate::net::settings::ConnectionArgs;
use crate::progress::Progress;
use crate::reference::{RegistryId, RepositoryName, TagName};
use crate::select::natural;
use crate::session::Session;
use crate::source::{Pages, PublicApi, SourceArgs, SourceName, Sources, Subject};

/// The time for all requests, counted from the start of the program.
const LIMIT: Duration = Duration::from_millis(900);
/// The rows of a page.
const PAGE_SIZE: u16 = 1000;

/// Lists names by the options of a command line.
pub(super) struct Lister {
    connection: ConnectionArgs,
    registry_id: Option<RegistryId>,
    source: SourceName,
    /// The repositories on the line.
    pub(super) named: Vec<Subject>,
    /// Whether `--public` is on the line.
    pub(super) is_public: bool,
    started: Instant,
}

impl Lister {
    /// Lists as a run of `command` would: its name and its options.
    pub(super) fn of(command: Option<(String, ArgMatches)>, started: Instant) -> Option<Self> {
        let (name, matches) = command?;
        let connection = ConnectionArgs::from_arg_matches(&matches).ok()?;
        let args = match name.as_str() {
            "repos" => None,
            _ => Some(SourceArgs::from_arg_matches(&matches).ok()?),
        };
        let targets = args.as_ref().and_then(|args| args.targets().ok());
        let subjects = targets.into_iter().flatten().map(|target| target.subject);
        Some(Self {
            connection: connection.with_one_attempt(LIMIT),
            registry_id: matches.get_one("registry_id").cloned(),
            source: args.map_or(SourceName::Auto, |args| args.source),
            named: subjects.filter(|of| !of.is_pattern()).collect(),
            is_public: matches.get_flag("public"),
            started,
        })
    }

    /// The names of `of` that are listed in what is left of the time, in natural order. A service may
    /// send anything, so only those that are valid are offered to the shell.
    pub(super) fn names(&self, of: &Subject) -> Vec<String> {
        let mut names = Vec::new();
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let Ok(runtime) = runtime.enable_all().build() else {
            return names;
        };
        runtime.block_on(async {
            let left = LIMIT.saturating_sub(self.started.elapsed());
            // After a failure, and at the end of the time, the names read so far are offered.
            let _ = tokio::time::timeout(left, self.list(of, &mut names)).await;
        });
        // Dropping the runtime would wait for a DNS look-up without a time limit.
        runtime.shutdown_background();
        names.retain(|name| match of {
            Subject::Registry(_) => name.parse::<RepositoryName>().is_ok(),
            _ => TagName::is_valid(name),
        });
        names.sort_by(|a, b| natural(a, b).then_with(|| a.cmp(b)));
        names.dedup();
        names
    }

    async fn list(&self, of: &Subject, names: &mut Vec<String>) -> Result<(), Error> {
        let listed = self.list_from(self.source.first(), of, names).await;
        if listed.is_err() && self.source == SourceName::Auto && !of.is_own() {
            return self.list_from(PublicApi::Registry, of, names).await;
        }
        listed
    }

    async fn list_from(
        &self,
        api: PublicApi,
        of: &Subject,
        names: &mut Vec<String>,
    ) -> Result<(), Error> {
        let session = Session {
            console: &Console::new(Color::Never, true),
            progress: &Progress::new(false),
            env: &Env::read()?,
            cache_folder: None,
        };
        let registry_id = self.registry_id.as_ref();
        let sources = Sources::at_hand(of, registry_id, api, &self.connection, session)?;
        let pages = Pages::of_all(&sources, RowKind::Tags, of, PAGE_SIZE);
        let add = |rows: Vec<Row>| names.extend(rows.iter().flat_map(Row::names).cloned());
        pages.each(add).await
    }
}

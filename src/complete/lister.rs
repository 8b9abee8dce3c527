//! The names of repositories and tags that the services list within the time limit.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use clap::{ArgMatches, FromArgMatches};

use crate::console::{Color, Console};
use crate::env::Env;
use crate::error::Error;
use crate::model::{Row, RowKind};
use crate::net::settings::ConnectionArgs;
use crate::progress::Progress;
use crate::reference::{RegistryId, RegistryName, RepositoryName, TagName};
use crate::select::natural;
use crate::session::Session;
use crate::source::{Pages, PublicApi, RegistryArgs, SourceArgs, SourceName, Sources, Subject};

/// The time for all requests, counted from the start of the program.
const LIMIT: Duration = Duration::from_millis(900);
/// The rows of a page.
const PAGE_SIZE: u16 = 1000;
/// The most repositories whose tags are offered.
const MOST_REPOSITORIES: usize = 4;

/// Lists names by the options of a command line.
pub(super) struct Lister {
    connection: ConnectionArgs,
    registry_id: Option<RegistryId>,
    source: SourceName,
    /// The repositories on the line.
    named: Vec<Subject>,
    /// Whether `--public` is on the line.
    pub(super) is_public: bool,
    env: Env,
    console: Console,
    progress: Progress,
    started: Instant,
}

impl Lister {
    /// Lists by the options of the command `name`, as a run with these options would; `None` if it could
    /// not start.
    pub(super) fn of(name: &str, matches: &ArgMatches, started: Instant) -> Option<Self> {
        let connection = ConnectionArgs::from_arg_matches(matches).ok()?;
        let mut lister = Self {
            connection: connection.with_one_attempt(LIMIT),
            registry_id: None,
            source: SourceName::Auto,
            named: Vec::new(),
            is_public: matches.get_flag("public"),
            env: Env::read().ok()?,
            console: Console::new(Color::Never, true),
            progress: Progress::new(false),
            started,
        };
        if name == "repos" {
            let args = RegistryArgs::from_arg_matches(matches).ok()?;
            lister.registry_id = args.registry_id().cloned();
        } else {
            let args = SourceArgs::from_arg_matches(matches).ok()?;
            lister.registry_id = args.registry_id().ok()?.cloned();
            lister.source = args.source;
            let targets = args.targets().unwrap_or_default().into_iter();
            lister.named = targets
                .map(|target| target.subject)
                .filter(|subject| matches!(subject, Subject::Repository(_)))
                .collect();
        }
        Some(lister)
    }

    /// The tags of the repositories on the line.
    pub(super) fn tags_on_line(&self) -> Vec<String> {
        let repositories = self.named.iter().take(MOST_REPOSITORIES);
        let mut tags: Vec<_> = repositories.flat_map(|of| self.tags(of)).collect();
        let mut offered = HashSet::new();
        tags.retain(|tag| offered.insert(tag.clone()));
        tags
    }

    /// The repositories of `registry`.
    pub(super) fn repositories(&self, registry: RegistryName) -> Vec<String> {
        let is_name = |name: &str| name.parse::<RepositoryName>().is_ok();
        self.names(&Subject::Registry(registry), is_name)
    }

    /// The tags of `repository`.
    pub(super) fn tags(&self, repository: &Subject) -> Vec<String> {
        self.names(repository, TagName::is_valid)
    }

    /// The names of `of` that are listed in what is left of the time, in natural order. A service may
    /// send anything, so only those that are valid are offered to the shell.
    fn names(&self, of: &Subject, is_valid: fn(&str) -> bool) -> Vec<String> {
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
        names.retain(|name| is_valid(name));
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
            console: &self.console,
            progress: &self.progress,
            env: &self.env,
            cache_folder: None,
        };
        let registry_id = self.registry_id.as_ref();
        let sources = Sources::at_hand(of, registry_id, api, &self.connection, session)?;
        let pages = Pages::of_all(&sources, RowKind::Tags, of, PAGE_SIZE);
        let add = |rows: Vec<Row>| names.extend(rows.iter().flat_map(Row::names).cloned());
        pages.each(add).await
    }
}

//! The names of repositories and tags: those that past runs listed, and those that the services list
//! within the time limit.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{ArgMatches, FromArgMatches};

use crate::console::{Color, Console};
use crate::env::Env;
use crate::model::{Row, RowKind};
use crate::net::settings::ConnectionArgs;
use crate::progress::Progress;
use crate::reference::{
    PublicRepository, RegistryAlias, RegistryId, RegistryName, Repository, RepositoryName, TagName,
};
use crate::select::natural;
use crate::session::Session;
use crate::source::{
    CachePlace, Key, Pages, PublicApi, RegistryArgs, Remembered, SourceArgs, SourceName, Sources,
    Subject, Target, own_place, public_place,
};

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
    repositories: Vec<Repository>,
    /// Whether `--public` is on the line.
    pub(super) is_public: bool,
    env: Env,
    console: Console,
    progress: Progress,
    cache_folder: Option<PathBuf>,
    remembered: Remembered,
    started: Instant,
}

impl Lister {
    /// Lists by the options of the command `name`, as a run with these options would; `None` if it could
    /// not start.
    pub(super) fn of(name: &str, matches: &ArgMatches, started: Instant) -> Option<Self> {
        let connection = ConnectionArgs::from_arg_matches(matches).ok()?;
        let env = Env::read().ok()?;
        let cache_folder = if matches.get_flag("no_cache") {
            None
        } else {
            CachePlace::of_process(env.cache_dir.clone()).folder()
        };
        let mut names = Self {
            connection: connection.with_one_attempt(LIMIT),
            registry_id: None,
            source: SourceName::Auto,
            repositories: Vec::new(),
            is_public: matches.get_flag("public"),
            remembered: Remembered::new(cache_folder.as_deref()),
            cache_folder,
            env,
            console: Console::new(Color::Never, true),
            progress: Progress::new(false),
            started,
        };
        if name == "repos" {
            let args = RegistryArgs::from_arg_matches(matches).ok()?;
            names.registry_id = args.registry_id().cloned();
        } else {
            let args = SourceArgs::from_arg_matches(matches).ok()?;
            names.registry_id = args.registry_id().ok()?.cloned();
            names.source = args.source;
            let targets = args.targets().unwrap_or_default().into_iter();
            names.repositories = targets.filter_map(repository).collect();
        }
        Some(names)
    }

    /// The repositories of the caller's own registry.
    pub(super) fn own(&self) -> Vec<String> {
        self.listed(&Subject::Registry(RegistryName::Own))
    }

    /// The repositories of a public registry: also those whose tags past runs listed.
    pub(super) fn of_alias(&self, alias: &RegistryAlias) -> Vec<String> {
        let registry = RegistryName::Public(alias.clone());
        let mut names = self.remembered_in(&registry);
        let listed = self.listed(&Subject::Registry(registry));
        add_unless_known(&mut names, listed);
        names
    }

    /// The tags of a public repository.
    pub(super) fn tags(&self, repository: &PublicRepository) -> Vec<String> {
        self.listed(&Subject::Repository(Repository::Public(repository.clone())))
    }

    /// The tags of the repositories on the line.
    pub(super) fn tags_on_line(&self) -> Vec<String> {
        let mut names = Vec::new();
        for repository in self.repositories.iter().take(MOST_REPOSITORIES) {
            add_unless_known(
                &mut names,
                self.listed(&Subject::Repository(repository.clone())),
            );
        }
        names
    }

    /// The public registries and repositories that past runs listed, as `ALIAS/` and `ALIAS/NAME`.
    pub(super) fn remembered_public(&self) -> Vec<String> {
        let subjects = self
            .remembered
            .subjects(&public_place(&self.env))
            .into_iter();
        let path = |subject: String| {
            let (_, path) = subject.split_once('/')?;
            let end = if path.contains('/') { "" } else { "/" };
            Some(format!("{path}{end}"))
        };
        subjects.filter_map(path).collect()
    }

    /// The repositories of `registry` whose tags past runs listed.
    fn remembered_in(&self, registry: &RegistryName) -> Vec<String> {
        let subjects = self
            .remembered
            .subjects(&public_place(&self.env))
            .into_iter();
        let start = format!("{registry}/");
        let name = |subject: String| Some(subject.strip_prefix(&start)?.to_owned());
        subjects
            .filter_map(name)
            .filter(|name| is_name(name))
            .collect()
    }

    /// The names of `of`: first those that past runs listed, then others that its source lists now,
    /// unless a complete listing was remembered a short time ago.
    fn listed(&self, of: &Subject) -> Vec<String> {
        let known = self.key(of).map(|key| self.remembered.names(&key));
        let known = known.unwrap_or_default();
        let mut names = sorted(of, known.names);
        if !known.is_current {
            add_unless_known(&mut names, sorted(of, self.read(of)));
        }
        names
    }

    fn key(&self, of: &Subject) -> Option<Key> {
        let place = if of.is_own() {
            own_place(&self.connection, self.registry_id.as_ref(), self.session()).ok()?
        } else {
            public_place(&self.env)
        };
        Some(Key::new(&place, of.to_string()))
    }

    /// The names that the source of `of` lists in what is left of the time; nothing after a failure.
    fn read(&self, of: &Subject) -> Vec<String> {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let Ok(runtime) = runtime.enable_all().build() else {
            return Vec::new();
        };
        let names = runtime.block_on(async {
            let mut names = Vec::new();
            if self.read_from(self.source.first(), of, &mut names).await
                && self.source == SourceName::Auto
            {
                self.read_from(PublicApi::Registry, of, &mut names).await;
            }
            names
        });
        // Dropping the runtime would wait for a DNS look-up without a time limit.
        runtime.shutdown_background();
        names
    }

    /// Adds names from one API; returns whether the gallery failed, and the other API may not.
    async fn read_from(&self, api: PublicApi, of: &Subject, names: &mut Vec<String>) -> bool {
        let registry_id = self.registry_id.as_ref();
        let sources = Sources::at_hand(of, registry_id, api, &self.connection, self.session());
        let Ok(sources) = sources else {
            return false;
        };
        let mut pages = Pages::of_all(&sources, RowKind::Tags, of, PAGE_SIZE);
        let gallery_failed = loop {
            let left = LIMIT.saturating_sub(self.started.elapsed());
            match tokio::time::timeout(left, pages.next()).await {
                Ok(Ok(Some(rows))) => {
                    names.extend(rows.iter().flat_map(Row::names).cloned());
                }
                Ok(Err(error)) => break error.is_of_gallery(),
                Ok(Ok(None)) | Err(_) => break false,
            }
        };
        sources.remember();
        gallery_failed
    }

    fn session(&self) -> Session<'_> {
        Session {
            console: &self.console,
            progress: &self.progress,
            env: &self.env,
            cache_folder: self.cache_folder.as_deref(),
        }
    }
}

fn is_name(name: &str) -> bool {
    name.parse::<RepositoryName>().is_ok()
}

fn repository(target: Target) -> Option<Repository> {
    match target.subject {
        Subject::Repository(repository) => Some(repository),
        Subject::Matching(_) | Subject::Registry(_) => None,
    }
}

/// The `names` that `subject` can hold, which come from files and services.
fn sorted(subject: &Subject, mut names: Vec<String>) -> Vec<String> {
    match subject {
        Subject::Repository(_) => names.retain(|name| TagName::is_valid(name)),
        Subject::Matching(_) | Subject::Registry(_) => names.retain(|name| is_name(name)),
    }
    names.sort_by(|a, b| natural(a, b).then_with(|| a.cmp(b)));
    names.dedup();
    names
}

fn add_unless_known(names: &mut Vec<String>, others: Vec<String>) {
    let known: HashSet<_> = names.iter().cloned().collect();
    names.extend(others.into_iter().filter(|name| !known.contains(name)));
}

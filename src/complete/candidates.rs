//! The values that arguments and options are completed with: names of repositories and tags are asked
//! of the services, within a time limit.

use std::ffi::OsStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::{Arg, ArgMatches, Command, FromArgMatches};
use clap_complete::{ArgValueCompleter, CompletionCandidate};

use super::line::TypedLine;
use crate::aws::profile_names;
use crate::console::{Color, Console};
use crate::env::Env;
use crate::error::Error;
use crate::model::{Row, RowKind};
use crate::net::settings::ConnectionArgs;
use crate::progress::Progress;
use crate::reference::{
    RegistryId, RegistryName, Repository, RepositoryName, TagName, Typed, TypedPart,
};
use crate::select::natural;
use crate::session::Session;
use crate::source::{Pages, PublicApi, SourceArgs, SourceName, Sources, Subject};

/// The beginning of every public reference.
const HOST: &str = "public.ecr.aws/";
/// The time for all requests, counted from the start of the program.
const LIMIT: Duration = Duration::from_millis(900);
/// The rows of a page.
const PAGE_SIZE: u16 = 1000;

/// `arg` with its candidates, if they are not among its possible values. Names are listed by the options
/// of `line`, a command line of `root`, in a time that began at `started`.
pub(super) fn offer(
    arg: Arg,
    line: &Arc<TypedLine>,
    root: fn() -> Command,
    started: Instant,
) -> Arg {
    let candidates: fn(&Lister, &str) -> Vec<String> = match arg.get_id().as_str() {
        "plain" | "named" => repositories,
        "registries" => |_, _| vec![HOST.to_owned()],
        "tags" => |lister, _| {
            let named = lister.named.iter();
            named.flat_map(|of| lister.names(of)).collect()
        },
        "profile" => return arg.add(completer(|_| profile_names().unwrap_or_default())),
        _ if arg.get_value_delimiter() == Some(',') => return columns(arg),
        _ => return arg,
    };
    let line = Arc::clone(line);
    arg.add(completer(move |word| {
        // An option, which is completed besides.
        if word.starts_with('-') {
            return Vec::new();
        }
        let lister = Lister::of(line.parse(root()), started);
        lister.map_or_else(Vec::new, |lister| candidates(&lister, word))
    }))
}

/// Offers those of the values that begin with the word.
fn completer(values: impl Fn(&str) -> Vec<String> + Send + Sync + 'static) -> ArgValueCompleter {
    ArgValueCompleter::new(move |word: &OsStr| {
        let word = word.to_str().unwrap_or_default();
        let values = values(word).into_iter();
        let fits = values.filter(|value| value.starts_with(word));
        fits.map(CompletionCandidate::new).collect()
    })
}

/// Completes names of columns, each with the sign that was typed.
fn columns(arg: Arg) -> Arg {
    let names = arg.get_possible_values();
    let shown = names.iter().filter(|value| !value.is_hide_set());
    let names: Vec<_> = shown.map(|value| value.get_name().to_owned()).collect();
    arg.add(completer(move |word| {
        let sign = word.get(..1).filter(|sign| ["+", "-"].contains(sign));
        let sign = sign.unwrap_or_default();
        names.iter().map(|name| format!("{sign}{name}")).collect()
    }))
}

/// Own repositories and the host of public ones, or what completes a public reference.
fn repositories(lister: &Lister, word: &str) -> Vec<String> {
    let Some(Typed { head, part }) = Typed::of(word, lister.is_public) else {
        return Vec::new();
    };
    let subject = match part {
        TypedPart::Name => {
            let mut names = lister.names(&Subject::Registry(RegistryName::Own));
            // While nothing is typed, the host would only be in the way of own names.
            if names.is_empty() || !word.is_empty() {
                names.push(HOST.to_owned());
            }
            return names;
        }
        // No service lists the registries.
        TypedPart::Alias => return Vec::new(),
        TypedPart::NameIn(alias) => Subject::Registry(RegistryName::Public(alias)),
        TypedPart::TagOf(repository) => Subject::Repository(Repository::Public(repository)),
    };
    let names = lister.names(&subject).into_iter();
    names.map(|name| format!("{head}{name}")).collect()
}

/// Lists names by the options of a command line.
struct Lister {
    connection: ConnectionArgs,
    registry_id: Option<RegistryId>,
    source: SourceName,
    /// The repositories on the line.
    named: Vec<Subject>,
    /// Whether `--public` is on the line.
    is_public: bool,
    started: Instant,
}

impl Lister {
    /// Lists as a run of `command` would: its name and its options.
    fn of(command: Option<(String, ArgMatches)>, started: Instant) -> Option<Self> {
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
    fn names(&self, of: &Subject) -> Vec<String> {
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

//! The values that arguments and options are completed with.

use std::ffi::OsStr;
use std::sync::Arc;
use std::time::Instant;

use clap::{Arg, CommandFactory};
use clap_complete::{ArgValueCompleter, CompletionCandidate};

use super::line::TypedLine;
use super::lister::Lister;
use crate::aws::profile_names;
use crate::cli::Cli;
use crate::reference::{Typed, TypedPart};

/// The beginning of every public reference.
const HOST: &str = "public.ecr.aws/";

/// `arg` with its candidates, if they are not among its possible values. Names are listed by the options
/// of `line`, in a time that began at `started`.
pub(super) fn offer(arg: Arg, line: &Arc<TypedLine>, started: Instant) -> Arg {
    let candidates: fn(&Lister, &str) -> Vec<String> = match arg.get_id().as_str() {
        "plain" | "named" => repositories,
        "registries" => registries,
        "tags" => |lister, _| lister.tags_on_line(),
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
        let parsed = line.parse(Cli::command());
        let lister = parsed.and_then(|(name, matches)| Lister::of(&name, &matches, started));
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

fn repositories(lister: &Lister, word: &str) -> Vec<String> {
    let Some(Typed { head, part }) = Typed::of(word, lister.is_public) else {
        return Vec::new();
    };
    let parts = match part {
        TypedPart::Name => return own_or_public(lister, word),
        TypedPart::Alias => lister.remembered_public(),
        TypedPart::NameIn(alias) => lister.of_alias(&alias),
        TypedPart::TagOf(repository) => lister.tags(&repository),
    };
    parts.iter().map(|part| format!("{head}{part}")).collect()
}

/// Own repositories, and public ones once the word begins like one, or if there are no others.
fn own_or_public(lister: &Lister, word: &str) -> Vec<String> {
    let mut values = lister.own();
    if values.is_empty() || !word.is_empty() {
        values.extend(public(lister));
    }
    values
}

/// The public repositories that past runs listed, and the host for others.
fn public(lister: &Lister) -> Vec<String> {
    let paths = lister.remembered_public().into_iter();
    let references = paths.map(|path| format!("{HOST}{path}"));
    references.chain([HOST.to_owned()]).collect()
}

/// The public registries of which past runs listed something.
fn registries(lister: &Lister, word: &str) -> Vec<String> {
    let host = match Typed::of(word, lister.is_public) {
        Some(Typed {
            head,
            part: TypedPart::Alias,
        }) => head,
        Some(Typed {
            part: TypedPart::Name,
            ..
        }) => HOST,
        _ => return Vec::new(),
    };
    let paths = lister.remembered_public();
    let aliases = paths.iter().filter_map(|path| path.split('/').next());
    let mut values: Vec<_> = aliases.map(|alias| format!("{host}{alias}")).collect();
    values.dedup();
    values.push(HOST.to_owned());
    values
}

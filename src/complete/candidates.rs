//! The values that arguments and options are completed with.

use std::ffi::OsStr;
use std::sync::Arc;
use std::time::Instant;

use clap::{Arg, Command};
use clap_complete::{ArgValueCompleter, CompletionCandidate};

use super::line::TypedLine;
use super::lister::Lister;
use crate::aws::profile_names;
use crate::reference::{RegistryName, Repository, Typed, TypedPart};
use crate::source::Subject;

/// The beginning of every public reference.
const HOST: &str = "public.ecr.aws/";

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
            lister
                .named
                .iter()
                .flat_map(|of| lister.names(of))
                .collect()
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

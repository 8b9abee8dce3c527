//! Turns clap's errors into ours: one message, and hints what to type, for options and commands of other
//! tools too.

use std::error::Error as _;

use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::cli::Cli;
use crate::error::Error;
use crate::net::settings::without_user;

/// Options and commands of other tools, and what to type instead; `{}` is the command that was given.
const INSTEAD: &str = "\
--json: use `--output json`, or `--output jsonl` for one object a line
--jq --query: pipe the rows to jq, `ecrpub {} … --output json | jq FILTER`, or choose fields with `--columns NAMES`
--max-items --max-results -n --head --first --last --max --top: use `--limit N`
--latest: images and tags are listed newest first: use `--limit 1`
--filter --match --pattern --glob --grep --regex --contains --prefix: use `--include REGEX`, `--semver RANGE`, `--since WHEN` or `--before WHEN`
--newer --newer-than --after: use `--since WHEN`
--older --older-than --until: use `--before WHEN`
--order --asc --desc --ascending --descending: use `--sort KEY`, and `--reverse` for the other direction
--wide: use `--no-trunc`
--all-pages: leave it out: every page is read
--arch: use `--platform OS/ARCH`, for images and tags
--name --repository: name repositories as arguments, `ecrpub {} REPO`; select them by name with `ecrpub repos --include REGEX`
--tagged --untagged --unused --used-by: it is for images: use it with `ecrpub images REPO`
--keep --keep-last --keep-newest: use `--skip N`, which leaves out the first N
--dry-run --force: leave it out: ecrpub only reads
list ls list-tags describe-image-tags: list tags with `ecrpub tags REPO`, images with `ecrpub images REPO`, repositories with `ecrpub repos`
list-images describe-images inspect: list images with `ecrpub images REPO`
digest exists: ask for one tag with `ecrpub tags REPO:TAG --pin`: the exit code is 3 if it does not exist
platforms: list them with `ecrpub tags REPO:TAG --platforms`
describe-repositories search: list repositories with `ecrpub repos` or `ecrpub repos public.ecr.aws/ALIAS`
pull: ecrpub only lists: print references to pull with `ecrpub tags REPO --full-ref`
login: public repositories need no login, your own are read with the credentials of the AWS CLI: `--profile NAME`
delete remove rm rmi prune purge gc cleanup clean-up delete-images batch-delete-image: ecrpub only reads: it lists what to delete with `ecrpub images REPO --unused --output delete-requests`";

pub(super) fn describe(answer: &clap::Error, words: &[&str]) -> Error {
    let option = name_of(&text(answer, ContextKind::InvalidArg));
    let cli = Cli::command();
    let command = words.iter().find_map(|word| cli.find_subcommand(word));
    let command = command.map(clap::Command::get_name);
    let error = match answer.kind() {
        ErrorKind::UnknownArgument => unknown_option(answer, &option, command),
        ErrorKind::InvalidSubcommand => unknown_command(answer),
        ErrorKind::InvalidValue => invalid_value(answer, &option),
        ErrorKind::ValueValidation => return refused_value(answer, &option),
        ErrorKind::TooManyValues => Error::usage(format!("`{option}` takes no value"))
            .hint(format!("type it alone: `{option}`")),
        ErrorKind::ArgumentConflict => conflict(answer, &option),
        ErrorKind::MissingRequiredArgument => missing(answer),
        _ => {
            let rendered = answer.to_string();
            let message = rendered.lines().next().unwrap_or_default();
            Error::usage(message.strip_prefix("error: ").unwrap_or(message))
        }
    };
    if error.hints().is_empty() {
        let command = command.map(|command| format!("{command} "));
        let command = command.unwrap_or_default();
        return error.hint(format!("see `ecrpub {command}--help`"));
    }
    error
}

fn unknown_option(answer: &clap::Error, option: &str, command: Option<&str>) -> Error {
    if !option.starts_with('-') {
        return Error::usage(format!("unexpected argument `{option}`"));
    }
    let error = Error::usage(format!("there is no option `{option}`"));
    let suggested = name_of(&text(answer, ContextKind::SuggestedArg));
    if let Some(hint) = instead(option) {
        error.hint(hint.replace("{}", command.unwrap_or("tags")))
    } else if suggested.is_empty() {
        error
    } else {
        error.hint(format!("did you mean `{suggested}`?"))
    }
}

fn instead(word: &str) -> Option<&'static str> {
    let mut lines = INSTEAD.lines().filter_map(|line| line.split_once(": "));
    let line = lines.find(|(words, _)| words.split(' ').any(|known| known == word));
    line.map(|(_, hint)| hint)
}

fn unknown_command(answer: &clap::Error) -> Error {
    let word = text(answer, ContextKind::InvalidSubcommand);
    let error = Error::usage(format!("there is no command `{word}`"));
    let suggested = text(answer, ContextKind::SuggestedSubcommand);
    if let Some(hint) = instead(&word) {
        error.hint(hint)
    } else if word.contains('/') {
        error.hint("name a command first, as in `ecrpub tags REPO`")
    } else if suggested.is_empty() {
        error
    } else {
        error.hint(format!("did you mean `ecrpub {suggested}`?"))
    }
}

/// The invalid value of `option`. That of a URL may hold a password.
fn shown_value(answer: &clap::Error, option: &str) -> String {
    let value = text(answer, ContextKind::InvalidValue);
    if option == "--endpoint-url" {
        return without_user(&value).into_owned();
    }
    value
}

fn invalid_value(answer: &clap::Error, option: &str) -> Error {
    let value = shown_value(answer, option);
    let error = if value.is_empty() {
        Error::usage(format!("`{option}` needs a value"))
    } else {
        Error::usage(format!("invalid value `{value}` for `{option}`"))
    };
    let error = match text(answer, ContextKind::SuggestedValue) {
        suggested if suggested.is_empty() => error,
        suggested => error.hint(format!("did you mean `{suggested}`?")),
    };
    match answer.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(valid)) if !valid.is_empty() => {
            error.hint(format!("give one of `{}`", valid.join("`, `")))
        }
        _ if value.is_empty() => {
            let usage = text(answer, ContextKind::InvalidArg).replace(['<', '>'], "");
            error.hint(format!("give one, as in `{usage}`"))
        }
        _ => error,
    }
}

/// The error of one of our parsers of values: an [`Error`], or a text with hints on lines of their own.
fn refused_value(answer: &clap::Error, option: &str) -> Error {
    let value = shown_value(answer, option);
    let subject = format!("invalid value `{value}` for `{option}`");
    let Some(cause) = answer.source() else {
        return Error::usage(subject);
    };
    if let Some(error) = cause.downcast_ref::<Error>() {
        let refused = Error::usage(error).about(&subject);
        return error.hints().iter().cloned().fold(refused, Error::hint);
    }
    let words = cause.to_string();
    let mut parts = words.split("\nhint: ");
    let reason = parts.next().unwrap_or_default();
    parts.fold(Error::usage(format!("{subject}: {reason}")), Error::hint)
}

fn conflict(answer: &clap::Error, option: &str) -> Error {
    let others = match answer.get(ContextKind::PriorArg) {
        Some(ContextValue::String(other)) => name_of(other),
        Some(ContextValue::Strings(others)) => {
            let others: Vec<_> = others.iter().map(|other| name_of(other)).collect();
            others.join("`, `")
        }
        _ => String::new(),
    };
    if others == option {
        return Error::usage(format!("`{option}` is given more than once"))
            .hint(format!("leave out all but one `{option}`"));
    }
    Error::usage(format!("`{option}` cannot be used with `{others}`"))
        .hint(format!("leave out `{option}` or `{others}`"))
}

fn missing(answer: &clap::Error) -> Error {
    let names = match answer.get(ContextKind::InvalidArg) {
        Some(ContextValue::Strings(names)) => names.join(" "),
        _ => String::new(),
    };
    if names.contains("REPO") {
        return Error::usage("no repository was given").hint(
            "name a public repository as `public.ecr.aws/ALIAS/NAME`, or one of your own as `NAME`",
        );
    }
    Error::usage(format!("`{}` is missing", names.replace(['<', '>'], "")))
}

fn text(answer: &clap::Error, kind: ContextKind) -> String {
    match answer.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.first().cloned().unwrap_or_default(),
        _ => String::new(),
    }
}

/// The option or argument that clap calls `--limit <N>` or `[REPO]...`.
fn name_of(argument: &str) -> String {
    let name = argument.split([' ', '=']).next().unwrap_or_default();
    if name.starts_with('-') {
        return name.to_owned();
    }
    let name = argument.trim_end_matches("...");
    name.trim_matches(['[', ']', '<', '>']).to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use clap::{CommandFactory, Parser};
    use proptest::prelude::*;

    use super::{INSTEAD, describe, instead};
    use crate::cli::Cli;

    /// The words and hints of [`INSTEAD`].
    fn lines() -> Vec<(Vec<&'static str>, &'static str)> {
        let lines = INSTEAD
            .lines()
            .map(|line| line.split_once(": ").expect("a hint"));
        lines
            .map(|(words, hint)| (words.split(' ').collect(), hint))
            .collect()
    }

    const WORDS: &str = "tags|images|ls|--limit|--head|-n|-R|--repo=|web|nginx:1.27|docker|pull|\
        public[.]ecr[.]aws/ab/[a-zA-Z:@*]{0,6}|[-a-z/:=.]{0,9}|.{0,6}|--output|yaml|--color=never|--";

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn any_command_line_is_parsed_or_described(
            words in proptest::collection::vec(WORDS, 0..6),
        ) {
            let words: Vec<_> = std::iter::once("ecrpub").chain(words.iter().map(String::as_str)).collect();
            if let Err(answer) = Cli::try_parse_from(&words) {
                let error = describe(&answer, &words);
                prop_assert!(!error.to_string().is_empty());
                prop_assert!(error.hints().iter().all(|hint| !hint.is_empty()));
            }
        }
    }

    #[test]
    fn hints_name_options_that_exist() {
        let cli = Cli::command();
        let options: HashSet<_> = (cli.get_subcommands())
            .flat_map(clap::Command::get_arguments)
            .filter_map(clap::Arg::get_long)
            .collect();
        let hints = lines()
            .into_iter()
            .flat_map(|(_, hint)| hint.split([' ', '`']));
        let named: Vec<_> = hints.filter_map(|word| word.strip_prefix("--")).collect();
        assert!(named.len() > 10);
        for option in named {
            assert!(options.contains(option), "{option}");
        }
    }

    #[test]
    fn only_unused_images_are_listed_for_deletion() {
        let lines = lines();
        let (deletions, others) = lines.split_last().expect("lines");
        for word in ["delete", "rm", "prune", "batch-delete-image"] {
            assert_eq!(instead(word), Some(deletions.1));
        }
        let leads = |hint: &str| hint.contains("untagged") || hint.contains("delete");
        assert!(!others.iter().any(|(_, hint)| leads(hint)));
    }
}

//! Turns clap's errors into ours: one message, and hints what to type.

use std::error::Error as _;

use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::instead::instead;
use crate::cli::Cli;
use crate::error::Error;
use crate::net::settings::without_user;

/// The error for `answer`, which clap returned for the command line `words`.
pub(super) fn describe(answer: &clap::Error, words: &[&str]) -> Error {
    let option = name_of(&text(answer, ContextKind::InvalidArg));
    let error = match answer.kind() {
        ErrorKind::UnknownArgument => unknown_option(answer, &option),
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
        return error.hint(see_help(words));
    }
    error
}

/// The hint that names the help of the command among `words`.
fn see_help(words: &[&str]) -> String {
    let cli = Cli::command();
    let command = words.iter().find_map(|word| cli.find_subcommand(word));
    match command.map(clap::Command::get_name) {
        Some(command) => format!("see `ecrpub {command} --help`"),
        None => "see `ecrpub --help`".to_owned(),
    }
}

fn unknown_option(answer: &clap::Error, option: &str) -> Error {
    if !option.starts_with('-') {
        return Error::usage(format!("unexpected argument `{option}`"));
    }
    let error = Error::usage(format!("there is no option `{option}`"));
    let suggested = name_of(&text(answer, ContextKind::SuggestedArg));
    let commands = commands_with(option);
    if let Some(hint) = instead(option) {
        error.hint(hint)
    } else if !commands.is_empty() {
        let commands = commands.join("` or `ecrpub ");
        error.hint(format!("type `{option}` after `ecrpub {commands}`"))
    } else if suggested.is_empty() {
        error
    } else {
        error.hint(format!("did you mean `{suggested}`?"))
    }
}

/// The commands that have `option`.
fn commands_with(option: &str) -> Vec<String> {
    let name = option.trim_start_matches('-');
    let has = |command: &&clap::Command| {
        let mut arguments = command.get_arguments().filter(|arg| !arg.is_hide_set());
        arguments.any(|argument| argument.get_long() == Some(name))
    };
    let cli = Cli::command();
    let commands = cli.get_subcommands().filter(has);
    commands
        .map(|command| command.get_name().to_owned())
        .collect()
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
    if others.is_empty() {
        return Error::usage(format!("`{option}` cannot be used with other options"));
    }
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

/// The context `kind` of `answer`, as text.
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
    use clap::Parser;
    use proptest::prelude::*;

    use super::describe;
    use crate::cli::Cli;

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
}

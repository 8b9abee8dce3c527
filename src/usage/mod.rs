//! Turns clap's errors into ours: one message, and hints that name the command to type.

mod commands;
mod instead;
mod line;
mod options;

use std::error::Error as _;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use self::line::{Line, command, hints_for, rendered};
use crate::console::Console;
use crate::error::{Error, Kind};
use crate::net::settings::without_user;
use crate::reference::{Refused, image_of_command, is_address};

/// Prints clap's `answer` to `arguments` and returns the exit code: help and version go to stdout,
/// help in place of a missing command and errors to stderr.
pub(crate) fn explain(answer: &clap::Error, arguments: &[OsString]) -> u8 {
    let line = Line::of(arguments);
    let console = Console::new(line.color(), false);
    match answer.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            match console.help(&answer.render()) {
                Err(error) if error.kind() != Kind::ReaderLeft => {
                    console.report(&error);
                    error.exit_code()
                }
                _ => 0,
            }
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            console.help_instead(&answer.render());
            2
        }
        _ => {
            let error = describe(answer, &line);
            console.report(&error);
            error.exit_code()
        }
    }
}

/// The error for `answer`, which clap returned for the command line `line`.
fn describe(answer: &clap::Error, line: &Line) -> Error {
    if let Some(error) = pasted(answer, line) {
        return error;
    }
    let option = name_of(&text(answer, ContextKind::InvalidArg));
    match answer.kind() {
        ErrorKind::UnknownArgument => options::unknown(answer, line, &option),
        ErrorKind::InvalidSubcommand => {
            let word = text(answer, ContextKind::InvalidSubcommand);
            commands::unknown(answer, line, &word)
        }
        ErrorKind::InvalidValue => invalid_value(answer, line, &option),
        ErrorKind::ValueValidation => refused_value(answer, line, &option),
        ErrorKind::TooManyValues => Error::usage(format!("`{option}` takes no value"))
            .hint(format!("type it alone: `{option}`")),
        ErrorKind::ArgumentConflict => conflict(answer, line, &option),
        ErrorKind::MissingRequiredArgument => missing(answer, line),
        _ => {
            let rendered = answer.to_string();
            let message = rendered.lines().next().unwrap_or_default();
            Error::usage(message.strip_prefix("error: ").unwrap_or(message)).hint(line.see_help())
        }
    }
}

/// A command line of another tool after ours, such as `ecrpub tags docker run -it IMAGE`.
fn pasted(answer: &clap::Error, line: &Line) -> Option<Error> {
    let is_about_words = matches!(
        answer.kind(),
        ErrorKind::UnknownArgument
            | ErrorKind::InvalidSubcommand
            | ErrorKind::ValueValidation
            | ErrorKind::InvalidValue
    );
    let words = options::without_our_values(line.operands());
    let image = image_of_command(&words).filter(|_| is_about_words && words.len() > 1)?;
    let ours = match line.command() {
        // Registries are often called like tools: only an address is an image of a command line.
        Some("repos") if !is_address(image) => return None,
        Some("repos") | None => "tags",
        Some(command) => command,
    };
    let list = |reference: &str| command(&[ours.to_owned(), reference.to_owned()]);
    let error = Error::usage("this is a command line of another tool, not a repository");
    let hints = rendered(&hints_for(image), list);
    (!hints.is_empty()).then(|| hints.into_iter().fold(error, Error::hint))
}

/// The invalid value of `option`. That of a URL may hold a password.
fn shown_value(answer: &clap::Error, option: &str) -> String {
    let value = text(answer, ContextKind::InvalidValue);
    if option == "--endpoint-url" {
        return without_user(&value).into_owned();
    }
    value
}

fn invalid_value(answer: &clap::Error, line: &Line, option: &str) -> Error {
    let value = shown_value(answer, option);
    let valid = match answer.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(valid)) if !valid.is_empty() => valid.join("`, `"),
        _ => String::new(),
    };
    if value.is_empty() {
        let error = Error::usage(format!("`{option}` needs a value"));
        return if valid.is_empty() {
            let usage = text(answer, ContextKind::InvalidArg).replace(['<', '>'], "");
            error.hint(format!("give one, as in `{usage}`"))
        } else {
            error.hint(format!("give one of `{valid}`"))
        };
    }
    let error = Error::usage(format!("invalid value `{value}` for `{option}`"));
    let meant = options::value_meant(option, &value);
    let suggested = text(answer, ContextKind::SuggestedValue);
    let error = match meant {
        Some(hint) => error.hint(hint),
        None if options::is_slip(&value, &suggested) => {
            error.hint(format!("did you mean `{suggested}`?"))
        }
        None => error,
    };
    if valid.is_empty() {
        error.hint(line.see_help())
    } else {
        error.hint(format!("give one of `{valid}`"))
    }
}

/// The error of one of our value parsers, with the user's command in its hints.
fn refused_value(answer: &clap::Error, line: &Line, option: &str) -> Error {
    let value = shown_value(answer, option);
    let Some(cause) = answer.source() else {
        return Error::usage(format!("invalid value `{value}` for `{option}`"));
    };
    let Some(refused) = cause.downcast_ref::<Refused>() else {
        let words = cause.to_string();
        let mut parts = words.split("\nhint: ");
        let reason = parts.next().unwrap_or_default();
        let error = Error::usage(format!("invalid value `{value}` for `{option}`: {reason}"));
        return parts.fold(error, Error::hint);
    };
    let reason = refused.reason();
    let error = Error::usage(format!("invalid value `{value}` for `{option}`: {reason}"));
    let hints = rendered(refused.hints(), |ours| line.with(&value, ours));
    hints.into_iter().fold(error, Error::hint)
}

fn conflict(answer: &clap::Error, line: &Line, option: &str) -> Error {
    let others: Vec<_> = match answer.get(ContextKind::PriorArg) {
        Some(ContextValue::String(other)) => vec![name_of(other)],
        Some(ContextValue::Strings(others)) => others.iter().map(|other| name_of(other)).collect(),
        _ => Vec::new(),
    };
    match others.as_slice() {
        [] => Error::usage(format!("`{option}` cannot be used with other options"))
            .hint(line.see_help()),
        [other] if other == option => Error::usage(format!("`{option}` is given more than once"))
            .hint(format!("leave out all but one `{option}`")),
        others => {
            let others = others.join("`, `");
            Error::usage(format!("`{option}` cannot be used with `{others}`"))
                .hint(format!("leave out `{option}` or `{others}`"))
        }
    }
}

fn missing(answer: &clap::Error, line: &Line) -> Error {
    let names = match answer.get(ContextKind::InvalidArg) {
        Some(ContextValue::Strings(names)) => names.join(" "),
        _ => String::new(),
    };
    let command = line.command().unwrap_or("tags");
    if names.contains("REPO") {
        return Error::usage("no repository was given").hint(format!(
            "name a public repository, `ecrpub {command} public.ecr.aws/ALIAS/NAME`, or your own, `ecrpub {command} NAME`"
        ));
    }
    let names = names.replace(['<', '>'], "");
    Error::usage(format!("`{names}` is missing")).hint(line.see_help())
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
    use super::line::Line;
    use crate::cli::Cli;

    const WORDS: &str = "tags|images|ls|--limit|--head|-n|-R|--repo=|web|nginx:1.27|docker|pull|\
        public[.]ecr[.]aws/ab/[a-zA-Z:@*]{0,6}|[-a-z/:=.]{0,9}|.{0,6}|--output|yaml|--color=never|--";

    #[test]
    fn hints_for_values_keep_the_command_and_its_options() {
        for (line, hints) in [
            (
                "images web:2.0 --limit 5 --reverse",
                &[
                    "list the image of your own repository with `ecrpub images web --limit 5 --reverse --tag 2.0`",
                ][..],
            ),
            (
                "tags web@0123456789ab -q",
                &[
                    "list the image of your own repository with `ecrpub tags web -q --digest sha256:0123456789ab`",
                ],
            ),
            (
                "tags nginx:1.29 --limit 5",
                &[
                    "the official image: `ecrpub tags public.ecr.aws/docker/library/nginx:1.29 --limit 5`",
                    "list the image of your own repository with `ecrpub tags nginx --limit 5 --tag 1.29`",
                ],
            ),
            ("tags web --verbose=2", &["type it alone: `--verbose`"]),
            ("tags web --count=true", &["type it alone: `--count`"]),
            ("tags web --help=x", &["type it alone: `--help`"]),
            ("tags web --page-size 0", &[]),
            ("tags web --endpoint-url foo", &[]),
            (
                "completions tcsh",
                &["give one of `bash`, `elvish`, `fish`, `powershell`, `zsh`"],
            ),
        ] {
            let words: Vec<_> = std::iter::once("ecrpub")
                .chain(line.split(' '))
                .map(Into::into)
                .collect();
            let answer = Cli::try_parse_from(&words).expect_err(line);
            let error = describe(&answer, &Line::of(&words));
            assert_eq!(error.hints(), hints, "{line}: {error}");
        }
    }

    #[test]
    fn values_of_lists_are_read_in_any_case() {
        for line in [
            "tags web --output TABLE",
            "tags web -o JSONL",
            "images web --format Delete-Requests",
            "tags web --time ISO",
            "tags web --source REGISTRY",
            "tags web --color Never",
        ] {
            let words = std::iter::once("ecrpub").chain(line.split(' '));
            assert!(Cli::try_parse_from(words).is_ok(), "{line}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn any_command_line_is_parsed_or_described(
            words in proptest::collection::vec(WORDS, 0..6),
        ) {
            let words: Vec<_> = std::iter::once("ecrpub".into()).chain(words.into_iter().map(Into::into)).collect();
            if let Err(answer) = Cli::try_parse_from(&words) {
                let error = describe(&answer, &Line::of(&words));
                prop_assert!(!error.to_string().is_empty());
                prop_assert!(error.hints().iter().all(|hint| !hint.is_empty()));
            }
        }
    }
}

//! Prints clap's answers to command lines that do not run: help, the version, and errors in our form.

mod errors;

use std::ffi::OsString;

use clap::ValueEnum;
use clap::error::ErrorKind;

use crate::console::{Color, Console};
use crate::error::Kind;

/// Prints clap's `answer` to `arguments` and returns the exit code: help and version go to stdout,
/// help in place of a missing command and errors to stderr.
pub(crate) fn explain(answer: &clap::Error, arguments: &[OsString]) -> u8 {
    let words: Vec<_> = arguments.iter().filter_map(|word| word.to_str()).collect();
    let console = Console::new(color(&words), false);
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
            let error = errors::describe(answer, &words);
            console.report(&error);
            error.exit_code()
        }
    }
}

/// The value of `--color` among `words`, of which the rest need not parse.
fn color(words: &[&str]) -> Color {
    let options = words.iter().take_while(|word| **word != "--").enumerate();
    let mut values = options.filter_map(|(at, word)| match *word {
        "--color" => words.get(at + 1).copied(),
        word => word.strip_prefix("--color="),
    });
    let color = values.find_map(|value| Color::from_str(value, true).ok());
    color.unwrap_or_default()
}

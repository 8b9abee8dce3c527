//! The section OPTIONS: the arguments of a command under the headings of its help.

use clap::builder::PossibleValue;
use clap::{Arg, Command};
use roff::{Inline, Roff, bold, italic, roman};

use super::text::{prose, sentence, separated};

/// The heading of the options that say how the service is reached.
const CONNECTION: &str = "Connection";

/// Whether `command` reaches the service.
pub(super) fn connects(command: &Command) -> bool {
    visible(command).any(|argument| argument.get_help_heading() == Some(CONNECTION))
}

pub(super) fn section(roff: &mut Roff, command: &Command) {
    roff.control("SH", ["OPTIONS"]);
    let mut headings = Vec::new();
    for argument in visible(command) {
        let heading = argument.get_help_heading();
        if !headings.contains(&heading) {
            headings.push(heading);
        }
    }
    // As in the help.
    headings.sort_by_key(Option::is_some);
    for heading in headings {
        if let Some(heading) = heading {
            roff.control("SS", [heading]);
        }
        let mut arguments: Vec<_> = visible(command)
            .filter(|argument| argument.get_help_heading() == heading)
            .collect();
        arguments.sort_by_key(|argument| argument.get_display_order());
        for argument in arguments {
            entry(roff, argument);
        }
    }
}

fn visible(command: &Command) -> impl Iterator<Item = &Arg> {
    command
        .get_arguments()
        .filter(|argument| !argument.is_hide_set())
}

fn entry(roff: &mut Roff, argument: &Arg) {
    roff.control("TP", []);
    roff.text(names(argument));
    let values = values(argument);
    for (index, paragraph) in paragraphs(argument, &values).iter().enumerate() {
        if index > 0 {
            roff.control("IP", []);
        }
        roff.text(prose(paragraph));
    }
    if is_explained(&values) {
        explained(roff, &values);
    }
}

/// `-o, --output, --format FORMAT`, or `REPO...`.
fn names(argument: &Arg) -> Vec<Inline> {
    let value = argument.get_value_names().unwrap_or_default();
    let mut value: String = value.join(" ");
    if argument.is_positional() {
        if argument
            .get_num_args()
            .is_some_and(|count| count.max_values() > 1)
        {
            value.push_str("...");
        }
        return vec![italic(value)];
    }
    let short = argument.get_short().map(|short| format!("-{short}"));
    let longs = argument.get_long().into_iter();
    let longs = longs.chain(argument.get_visible_aliases().into_iter().flatten());
    let names = short
        .into_iter()
        .chain(longs.map(|long| format!("--{long}")));
    let mut names = separated(names.map(|name| vec![bold(name)]));
    if argument.get_action().takes_values() {
        names.extend([roman(" "), italic(value)]);
    }
    names
}

/// The values that the help shows.
fn values(argument: &Arg) -> Vec<PossibleValue> {
    if !argument.get_action().takes_values() || argument.is_hide_possible_values_set() {
        return Vec::new();
    }
    let mut values = argument.get_possible_values();
    values.retain(|value| !value.is_hide_set());
    values
}

fn is_explained(values: &[PossibleValue]) -> bool {
    values.iter().any(|value| value.get_help().is_some())
}

/// The help; its first two paragraphs, the summary and what explains it, as one.
fn paragraphs(argument: &Arg, values: &[PossibleValue]) -> Vec<String> {
    let help = argument.get_long_help().or_else(|| argument.get_help());
    let help = help.map(ToString::to_string).unwrap_or_default();
    let mut paragraphs: Vec<String> = Vec::new();
    for (index, paragraph) in help.split("\n\n").map(sentence).enumerate() {
        match paragraphs.last_mut() {
            Some(summary) if index == 1 => *summary = format!("{summary} {paragraph}"),
            _ => paragraphs.push(paragraph),
        }
    }
    let mut more = Vec::new();
    if !values.is_empty() && !is_explained(values) {
        let names = values.iter().map(|value| format!("`{}`", value.get_name()));
        more.push(format!("One of {}.", names.collect::<Vec<_>>().join(", ")));
    }
    let defaults = argument.get_default_values().iter();
    if argument.get_action().takes_values() {
        more.extend(defaults.map(|value| format!("Default: `{}`.", value.to_string_lossy())));
    }
    if let Some(last) = paragraphs.last_mut() {
        for sentence in more {
            last.push(' ');
            last.push_str(&sentence);
        }
    }
    paragraphs
}

/// The values with their meanings, as a list within the entry.
fn explained(roff: &mut Roff, values: &[PossibleValue]) {
    let longest = values.iter().map(|value| value.get_name().len()).max();
    let indent = (longest.unwrap_or_default() + 2).to_string();
    roff.control("RS", []);
    for value in values {
        roff.control("TP", [indent.as_str()]);
        roff.text([bold(value.get_name())]);
        let help = value.get_help().map(ToString::to_string);
        roff.text(prose(&sentence(&help.unwrap_or_default())));
    }
    roff.control("RE", []);
}

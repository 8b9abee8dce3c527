//! `ecrpub man`: the man pages, made from the command line.

use clap::Command;
use clap::builder::Resettable;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::console::Console;
use crate::error::Error;
use crate::listing::Missing;

/// Print the man page of the program or of a command
///
/// To keep it, write it to a folder that man searches, such as
/// ~/.local/share/man/man1/ecrpub-images.1.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ManArgs {
    /// The command; without it, the page of the program
    #[arg(value_parser = ["images", "tags", "repos", "completions", "man"])]
    command: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  ecrpub man images | man -l -
  ecrpub man > ~/.local/share/man/man1/ecrpub.1";

/// Sections of the program's page: requests of roff, and text with words in bold between backticks.
const TOPICS: &str = include_str!("man/topics.roff");

/// Sections of each page whose command connects. A test compares them with the variables that `src` names.
const SETTINGS: &str = include_str!("man/settings.roff");

impl ManArgs {
    /// Prints the page for the command line `root`.
    pub(super) fn run(&self, root: Command, console: &Console) -> Result<Missing, Error> {
        let mut root = root.disable_help_subcommand(true);
        root.build();
        let command = self.command.as_ref().map_or(&root, |name| {
            root.find_subcommand(name)
                .expect("the parser accepts names of commands only")
        });
        console.write(page(&root, command).as_bytes())?;
        Ok(Missing::new())
    }
}

/// The man page of `command`, which is `root` or one of its commands.
fn page(root: &Command, command: &Command) -> String {
    let mut page = Vec::new();
    let rendered = generated(root, command).render(&mut page);
    rendered.expect("a vector takes every byte");
    let page = typeset(&String::from_utf8_lossy(&page));
    // No hyphens and no spaces that fill the line: names of options are long words.
    let page = page.replacen(".SH NAME", ".nh\n.ad l\n.SH NAME", 1);
    let is_program = command.get_name() == root.get_name();
    let connects =
        (command.get_arguments()).any(|argument| argument.get_long() == Some("endpoint-url"));
    let prose = |text: &str, applies: bool| {
        let text = if applies { text } else { "" };
        text.replace('-', "\\-")
    };
    let more = [
        prose(TOPICS, is_program),
        exit_status(root).to_roff(),
        prose(SETTINGS, is_program || connects),
        examples(root, command).to_roff(),
    ];
    page + &typeset(&more.concat()).replace('\'', "\\(aq")
}

/// What `clap_mangen` makes of the help, except for the text after the options.
fn generated(root: &Command, command: &Command) -> Man {
    // Its own synopsis has all options.
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").to_owned();
    let command = (command.clone())
        .override_usage(usage)
        .subcommand_help_heading("COMMANDS")
        // It shows no help that is hidden from the summary.
        .mut_args(|argument| argument.hide_short_help(false))
        .after_help(Resettable::Reset)
        .after_long_help(Resettable::Reset)
        .version(Resettable::Reset);
    let version = root.get_version().unwrap_or_default();
    Man::new(command)
        // It leaves out an empty argument.
        .date("\"\"")
        .source(format!("ecrpub {version}"))
        .manual("User Commands")
}

fn exit_status(root: &Command) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["EXIT STATUS"]);
    for line in block(root, "Exit codes:") {
        let (code, meaning) = line.split_once("  ").unwrap_or_default();
        roff.control("TP", [])
            .text([bold(code)])
            .text([roman(meaning)]);
    }
    roff
}

fn examples(root: &Command, command: &Command) -> Roff {
    let mut roff = Roff::new();
    let examples = block(command, "Examples:");
    if !examples.is_empty() {
        roff.control("SH", ["EXAMPLES"]);
    }
    for example in examples {
        // A long command continues on an indented line.
        roff.control("HP", ["4"]).text([roman(example)]);
    }
    roff.control("SH", ["SEE ALSO"]);
    let commands = root.get_subcommands();
    let names = commands.map(|command| format!("ecrpub-{}(1)", command.get_name()));
    let names = std::iter::once("ecrpub(1)".to_owned()).chain(names);
    roff.text([roman(names.collect::<Vec<_>>().join(", "))]);
    roff
}

/// The lines below `heading` in the text that follows the options in the long help of `command`.
fn block(command: &Command, heading: &str) -> Vec<String> {
    let long = command.get_after_long_help();
    let after = long.or_else(|| command.get_after_help());
    let after = after.map(ToString::to_string).unwrap_or_default();
    let lines = after.lines().skip_while(|line| *line != heading).skip(1);
    let lines = lines.take_while(|line| line.starts_with("  "));
    lines.map(|line| line.trim_start().to_owned()).collect()
}

/// `page` with words between backticks in bold, and without characters that groff would change or not
/// find: it prints `^` and `~` as accents.
fn typeset(page: &str) -> String {
    let mut typeset = String::with_capacity(page.len());
    let mut is_bold = false;
    for character in page.chars() {
        match character {
            '`' => {
                is_bold = !is_bold;
                typeset.push_str(if is_bold { "\\fB" } else { "\\fR" });
            }
            '^' => typeset.push_str("\\(ha"),
            '~' => typeset.push_str("\\(ti"),
            '…' => typeset.push_str("..."),
            _ => typeset.push(character),
        }
    }
    typeset
}

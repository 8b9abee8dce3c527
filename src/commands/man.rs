//! `ecrpub man`: the man pages, made from the command line.

mod options;
mod text;

use clap::builder::PossibleValuesParser;
use clap::{Command, CommandFactory};
use roff::{Inline, Roff, bold, roman};

use self::text::{continued, placeholders, prose, sentence, separated};
use crate::cli::Cli;
use crate::console::Console;
use crate::error::Error;
use crate::listing::Missing;

/// Print the man page of the program or of a command
///
/// To keep it, write it to a folder that man searches, such as
/// ~/.local/share/man/man1/ecrpub-images.1.
#[derive(Debug, clap::Args)]
#[command(defer(with_commands), after_help = EXAMPLES)]
pub(crate) struct ManArgs {
    /// The command; without it, the page of the program
    command: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  ecrpub man images | man -l -
  ecrpub man > ~/.local/share/man/man1/ecrpub.1";

/// Accepts the names of all commands. Deferred, because `man` is one of them.
fn with_commands(man: Command) -> Command {
    let root = Cli::command();
    let names = root.get_subcommands().map(Command::get_name);
    let names: Vec<_> = names.map(str::to_owned).collect();
    man.mut_arg("command", |command| {
        command.value_parser(PossibleValuesParser::new(names))
    })
}

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

/// The variables that a run reads. `tests/cli/man.rs` compares them with `src/env.rs`.
const ENVIRONMENT: &[(&str, &str)] = &[
    (
        "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN",
        "Credentials for your own registry. The other variables that version 2 of the AWS CLI reads for credentials and endpoints work too.",
    ),
    (
        "AWS_PROFILE, AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE",
        "The profile, and the files that define it.",
    ),
    (
        "AWS_ENDPOINT_URL_ECR_PUBLIC, AWS_ENDPOINT_URL",
        "The address of the service, unless `--endpoint-url` is given.",
    ),
    (
        "AWS_CA_BUNDLE",
        "A PEM file of certificates to trust, unless `--ca-bundle` is given.",
    ),
    (
        "AWS_MAX_ATTEMPTS",
        "The limit of attempts, unless `--max-attempts` is given.",
    ),
    (
        "HTTPS_PROXY, HTTP_PROXY, NO_PROXY",
        "The proxies, and the hosts that are reached without them, separated by commas. Variables in lower case take precedence.",
    ),
    (
        "SSL_CERT_FILE, SSL_CERT_DIR",
        "The file and the folder of the system's certificates.",
    ),
    (
        "ECRPUB_GALLERY_URL, ECRPUB_REGISTRY_URL",
        "The addresses of the gallery's API and of the public registry, instead of `https://api.us-east-1.gallery.ecr.aws` and `https://public.ecr.aws`.",
    ),
    (
        "ECRPUB_CACHE_DIR",
        "The cache folder, instead of `ecrpub` in the folder of `XDG_CACHE_HOME` or in the system's folder for caches.",
    ),
    (
        "ECRPUB_COMPLETE",
        "The shell that completes a command line. `ECRPUB_COMPLETE=bash ecrpub` prints the script that makes bash call the program at each TAB; `elvish`, `fish`, `powershell` and `zsh` work too.",
    ),
    (
        "ECRPUB_NOW",
        "A fixed current time, such as `2024-06-01T12:00:00Z`, for reproducible output.",
    ),
    (
        "ECRPUB_HURRY",
        "If set, every wait is divided by 100, for tests.",
    ),
    (
        "NO_COLOR, TERM",
        "Output has no colour if NO_COLOR is set or TERM is `dumb`, unless `--color` is given.",
    ),
    ("TZ", "The time zone of `--time local`."),
];

const FILES: &[(&str, &str)] = &[
    (
        "~/.aws/config, ~/.aws/credentials",
        "Profiles and credentials, read by the rules of the AWS CLI, for your own registry only.",
    ),
    (
        "~/.aws/sso/cache, ~/.aws/login/cache",
        "The tokens of `aws sso login` and `aws login`, which are renewed in place.",
    ),
    (
        "~/.cache/ecrpub/names",
        "Names that were listed, for completion, unless `--no-cache` is given.",
    ),
];

/// What a terminal of 80 columns has left beside the margin.
const EXAMPLE_WIDTH: usize = 73;

/// The man page of `command`, which is `root` or one of its commands.
fn page(root: &Command, command: &Command) -> String {
    let is_root = command.get_name() == root.get_name();
    let mut roff = Roff::new();
    name(&mut roff, command);
    synopsis(&mut roff, command);
    description(&mut roff, command);
    if is_root {
        commands(&mut roff, root);
    }
    options::section(&mut roff, command);
    exit_status(&mut roff, root);
    if is_root || options::connects(command) {
        definitions(&mut roff, "ENVIRONMENT", ENVIRONMENT);
        definitions(&mut roff, "FILES", FILES);
    }
    examples(&mut roff, command);
    see_also(&mut roff, root, command);
    let version = root.get_version().unwrap_or_default();
    let title = page_name(command);
    // No hyphens and no spaces that fill the line: names of options are long words.
    let head = format!(".TH {title} 1 \"\" \"ecrpub {version}\" \"User Commands\"\n.nh\n.ad l\n");
    text::ascii(&(head + &roff.render()))
}

/// The section NAME.
fn name(roff: &mut Roff, command: &Command) {
    let about = command.get_about().map(ToString::to_string);
    let about = about.unwrap_or_default();
    roff.control("SH", ["NAME"]);
    roff.text([roman(format!("{} - {about}", page_name(command)))]);
}

fn synopsis(roff: &mut Roff, command: &Command) {
    let usage = command.clone().render_usage().to_string();
    let name = command.get_bin_name().unwrap_or(command.get_name());
    let arguments = usage
        .trim_start_matches("Usage: ")
        .trim_start_matches(name)
        .replace(['<', '>'], "");
    roff.control("SH", ["SYNOPSIS"]);
    let mut line = vec![bold(name)];
    line.extend(placeholders(&arguments));
    roff.text(line);
}

fn description(roff: &mut Roff, command: &Command) {
    roff.control("SH", ["DESCRIPTION"]);
    let about = command.get_long_about().or_else(|| command.get_about());
    let about = about.map(ToString::to_string).unwrap_or_default();
    for (index, paragraph) in about.split("\n\n").enumerate() {
        if index > 0 {
            roff.control("PP", []);
        }
        roff.text(prose(&sentence(paragraph)));
    }
}

fn commands(roff: &mut Roff, root: &Command) {
    roff.control("SH", ["COMMANDS"]);
    for command in root.get_subcommands() {
        roff.control("TP", []);
        roff.text(page_reference(command));
        let about = command.get_about().map(ToString::to_string);
        roff.text(prose(&sentence(&about.unwrap_or_default())));
    }
}

fn exit_status(roff: &mut Roff, root: &Command) {
    roff.control("SH", ["EXIT STATUS"]);
    for line in block(root, "Exit codes:") {
        let (code, meaning) = line.split_once("  ").unwrap_or((&line, ""));
        roff.control("TP", ["6"]);
        roff.text([bold(code)]);
        roff.text(prose(&sentence(meaning)));
    }
}

fn definitions(roff: &mut Roff, heading: &str, entries: &[(&str, &str)]) {
    roff.control("SH", [heading]);
    for (names, meaning) in entries {
        roff.control("TP", []);
        roff.text(separated(names.split(", ").map(|name| vec![bold(name)])));
        roff.text(prose(meaning));
    }
}

fn examples(roff: &mut Roff, command: &Command) {
    let lines = block(command, "Examples:");
    if lines.is_empty() {
        return;
    }
    roff.control("SH", ["EXAMPLES"]);
    roff.control("nf", []);
    let lines = lines.iter().flat_map(|line| continued(line, EXAMPLE_WIDTH));
    for line in lines {
        roff.text([roman(line)]);
    }
    roff.control("fi", []);
}

fn see_also(roff: &mut Roff, root: &Command, command: &Command) {
    roff.control("SH", ["SEE ALSO"]);
    let others = std::iter::once(root)
        .chain(root.get_subcommands())
        .filter(|other| other.get_name() != command.get_name());
    roff.text(separated(others.map(page_reference)));
}

/// `ecrpub-images`.
fn page_name(command: &Command) -> &str {
    command.get_display_name().unwrap_or(command.get_name())
}

/// `ecrpub-images(1)`.
fn page_reference(command: &Command) -> Vec<Inline> {
    vec![bold(page_name(command)), roman("(1)")]
}

/// The lines below `heading` in the text that follows the options in the long help of `command`.
fn block(command: &Command, heading: &str) -> Vec<String> {
    let after = command
        .get_after_long_help()
        .or_else(|| command.get_after_help());
    let after = after.map(ToString::to_string).unwrap_or_default();
    after
        .lines()
        .skip_while(|line| *line != heading)
        .skip(1)
        .take_while(|line| line.starts_with("  "))
        .map(|line| line.trim_start().to_owned())
        .collect()
}

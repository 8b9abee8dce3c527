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

/// The variables that a run reads, and their meaning. `tests/cli/man.rs` compares them with `src/env.rs`.
const ENVIRONMENT: &str = "\
AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN: Credentials for your own registry. The other variables that version 2 of the AWS CLI reads for credentials and endpoints work too.
AWS_PROFILE, AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE: The profile, and the files that define it.
AWS_ENDPOINT_URL_ECR_PUBLIC, AWS_ENDPOINT_URL: The address of the service, unless `--endpoint-url` is given.
AWS_CA_BUNDLE: A PEM file of certificates to trust, unless `--ca-bundle` is given.
AWS_MAX_ATTEMPTS: The limit of attempts, unless `--max-attempts` is given.
HTTPS_PROXY, HTTP_PROXY, NO_PROXY: The proxies, and the hosts that are reached without them, separated by commas. Variables in lower case take precedence.
SSL_CERT_FILE, SSL_CERT_DIR: The file and the folder of the system's certificates.
ECRPUB_GALLERY_URL, ECRPUB_REGISTRY_URL: The addresses of the gallery's API and of the public registry, instead of `https://api.us-east-1.gallery.ecr.aws` and `https://public.ecr.aws`.
ECRPUB_CACHE_DIR: The cache folder, instead of `ecrpub` in the folder of `XDG_CACHE_HOME` or in the system's folder for caches.
ECRPUB_COMPLETE: The shell that completes a command line. The script of `ecrpub completions` sets it.
ECRPUB_NOW: A fixed current time, such as `2024-06-01T12:00:00Z`, for reproducible output.
ECRPUB_HURRY: If set, every wait is divided by 100, for tests.
NO_COLOR, TERM: Output has no colour if NO_COLOR is set or TERM is `dumb`, unless `--color` is given.
TZ: The time zone of `--time local`.";

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
    let more = typeset(&more_sections(root, command).to_roff());
    page + &more.replace('\'', "\\(aq")
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

fn more_sections(root: &Command, command: &Command) -> Roff {
    let mut roff = Roff::new();
    let exit_codes = block(root, "Exit codes:");
    let exit_codes = exit_codes.iter().filter_map(|line| line.split_once("  "));
    definitions(&mut roff, "EXIT STATUS", exit_codes);
    let connects =
        (command.get_arguments()).any(|argument| argument.get_long() == Some("endpoint-url"));
    if connects || command.get_name() == root.get_name() {
        let variables = ENVIRONMENT.lines().filter_map(|line| line.split_once(": "));
        definitions(&mut roff, "ENVIRONMENT", variables);
    }
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

/// A section of names and their meanings.
fn definitions<'a>(
    roff: &mut Roff,
    heading: &str,
    entries: impl Iterator<Item = (&'a str, &'a str)>,
) {
    roff.control("SH", [heading]);
    for (names, meaning) in entries {
        roff.control("TP", [])
            .text([bold(names)])
            .text([roman(meaning)]);
    }
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

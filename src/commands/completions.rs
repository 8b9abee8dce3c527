//! `ecrpub completions`: the completion script of a shell.

use clap::builder::PossibleValuesParser;
use clap::{Arg, Command, ValueHint};
use clap_complete::Shell;

use crate::console::Console;
use crate::error::Error;
use crate::listing::Missing;

/// Print the completion script of a shell
///
/// For one session: `source <(ecrpub completions bash)`. To keep it, write the script to the folder
/// that the shell searches, such as ~/.local/share/bash-completion/completions/ecrpub.
///
/// `ECRPUB_COMPLETE=bash ecrpub` prints a script that calls the program at each TAB, which completes
/// names of repositories, tags and profiles too.
#[derive(Debug, clap::Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

impl CompletionsArgs {
    /// Prints the script for the command line `root`.
    pub(super) fn run(&self, root: Command, console: &Console) -> Result<Missing, Error> {
        let script = script(self.shell, root);
        console.write(script.as_bytes())?;
        Ok(Missing::new())
    }
}

/// The script that `clap_complete` generates, with its errors corrected.
fn script(shell: Shell, root: Command) -> String {
    let mut root = with_hints(root);
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut root, "ecrpub", &mut script);
    let script = String::from_utf8(script).expect("the script is made of texts");
    match shell {
        Shell::Bash => bash(&script, &root),
        Shell::Fish => fish(&script, &root),
        Shell::Zsh => zsh(&script, &root),
        // Elvish and PowerShell complete names of commands and options, and no values.
        _ => script,
    }
}

/// `command` with hints against completing files, except for values that are paths.
fn with_hints(command: Command) -> Command {
    let hinted = |argument: Arg| {
        if !argument.get_action().takes_values() {
            return argument;
        }
        let values = visible_values(&argument);
        match argument.get_value_hint() {
            ValueHint::AnyPath => argument.value_hint(ValueHint::FilePath),
            ValueHint::Unknown if values.is_empty() => argument.value_hint(ValueHint::Other),
            // Without descriptions, so that a list is completed from plain words.
            _ if is_list(&argument) => argument.value_parser(PossibleValuesParser::new(values)),
            _ => argument,
        }
    };
    command.mut_args(hinted).mut_subcommands(with_hints)
}

fn visible_values(argument: &Arg) -> Vec<String> {
    let values = argument.get_possible_values().into_iter();
    values
        .filter(|value| !value.is_hide_set())
        .map(|value| value.get_name().to_owned())
        .collect()
}

/// Whether the value is a comma-separated list of words, each with an optional sign.
fn is_list(argument: &Arg) -> bool {
    argument.get_value_delimiter() == Some(',')
}

/// The list options of all commands, as a user types them.
fn list_options(root: &Command) -> Vec<String> {
    let arguments = root.get_subcommands().flat_map(Command::get_arguments);
    let mut options: Vec<String> = Vec::new();
    for argument in arguments.filter(|argument| is_list(argument)) {
        options.extend(argument.get_short().map(|short| format!("-{short}")));
        options.extend(argument.get_long().map(|long| format!("--{long}")));
    }
    options.sort_unstable();
    options.dedup();
    options
}

/// Completes the last word of a list; the arguments are all words and the list.
const BASH_LIST: &str = r#"
_ecrpub_list() {
    local head=""
    if [[ $2 =~ ^(.*,)?[+-]? ]]; then
        head="${BASH_REMATCH[0]}"
    fi
    compgen -P "${head}" -W "$1" -- "${2#"${head}"}"
}
"#;

/// bash splits words at `=` and `:`, which the generated function does not expect.
const BASH_WORDS: &str = r#"
    if [[ ${COMP_WORDS[COMP_CWORD]} == "=" ]]; then
        cur=""
        prev="${COMP_WORDS[COMP_CWORD-1]}"
    elif [[ ${prev} == "=" ]]; then
        prev="${COMP_WORDS[COMP_CWORD-2]}"
    elif [[ ${COMP_WORDS[COMP_CWORD]} == *: || ${prev} == *: ]]; then
        return 0
    fi
"#;

fn bash(script: &str, root: &Command) -> String {
    let options = list_options(root);
    let is_no_list: Vec<_> = options
        .iter()
        .map(|option| format!("${{prev}} != {option}"))
        .collect();
    let mut arm = "";
    let mut adapted = String::new();
    for line in script.lines() {
        let code = line.trim();
        if code.ends_with(')') && !code.contains('(') {
            arm = code.trim_end_matches(')');
        }
        if options.iter().any(|option| option == arm) {
            let line = line
                .replace("$(compgen -W ", "$(_ecrpub_list ")
                .replace(" -- \"${cur}\")", " \"${cur}\")");
            adapted.push_str(&line);
            if code.starts_with("COMPREPLY") {
                adapted.push_str("\n                    compopt -o nospace 2>/dev/null");
            }
        } else {
            adapted.push_str(line);
        }
        adapted.push('\n');
        if code == "prev=\"$3\"" {
            adapted.push_str(BASH_WORDS.trim_start_matches('\n'));
        }
    }
    // A word of a list may begin with `-` without being an option.
    let is_option = format!("${{cur}} == -* && {} ||", is_no_list.join(" && "));
    let adapted = adapted.replace("${cur} == -* ||", &is_option);
    // With these options, bash offers files whenever the function offers nothing.
    let adapted = adapted.replace(" -o bashdefault -o default", "");
    format!("{}\n{adapted}", BASH_LIST.trim_start_matches('\n'))
}

const FISH_LIST: &str = r"
# Completes the last word of a list; the arguments are the words.
function __ecrpub_list
    set -l list (commandline -ct)
    contains -- (commandline -opc)[-1] OPTIONS
    or set list (string replace -r -- '^(--[^=]*=|-.)' '' $list)
    set -l head (string match -r -- '^(?:.*,)?[+-]?' $list)
    printf '%s\n' $head$argv
end

# Files are offered only where an option takes one.
complete -c ecrpub -f
";

fn fish(script: &str, root: &Command) -> String {
    let options = list_options(root);
    let mut adapted = FISH_LIST
        .trim_start()
        .replace("OPTIONS", &options.join(" "));
    adapted.push_str(script);
    for command in root.get_subcommands() {
        for argument in command.get_arguments() {
            let values = visible_values(argument);
            if is_list(argument) {
                let generated = values.iter().map(|value| format!("{value}\\t''"));
                let generated = generated.collect::<Vec<_>>().join("\n");
                let list = format!("(__ecrpub_list {})", values.join(" "));
                adapted = adapted.replace(&generated, &list);
            } else if argument.is_positional() && !values.is_empty() {
                // Values of positional arguments are not generated.
                let (name, values) = (command.get_name(), values.join(" "));
                let condition = format!("__fish_ecrpub_using_subcommand {name}");
                let line = format!("complete -c ecrpub -n \"{condition}\" -f -a \"{values}\"\n");
                adapted.push_str(&line);
            }
        }
    }
    adapted
}

const ZSH_LIST: &str = r#"
# Completes the last word of a list; the arguments are the words.
_ecrpub_list() {
    compset -P '*,'
    compset -P '[+-]'
    compadd -S '' -- "$@"
}
"#;

fn zsh(script: &str, root: &Command) -> String {
    let mut adapted = String::new();
    for line in script.lines() {
        let is_positional = line.starts_with("'*:") || line.starts_with("':");
        // `*::` narrows the words to the positional ones, and options after them would be unknown.
        let line = match line.strip_prefix("'*::") {
            Some(rest) => format!("'*:{rest}"),
            None => line.to_owned(),
        };
        // An empty action counts as a match beside the option that is being typed.
        let line = match line.strip_suffix(":' \\") {
            Some(rest) if is_positional => format!("{rest}:()' \\"),
            _ => line,
        };
        adapted.push_str(&line);
        adapted.push('\n');
    }
    for command in root.get_subcommands() {
        for argument in command.get_arguments().filter(|argument| is_list(argument)) {
            let values = visible_values(argument).join(" ");
            let list = format!("{{_ecrpub_list {values}}}");
            adapted = adapted.replace(&format!("({values})"), &list);
        }
    }
    let body = "\n_ecrpub() {";
    adapted.replacen(body, &format!("{ZSH_LIST}{body}"), 1)
}

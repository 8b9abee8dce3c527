//! Completion in bash, which splits words at `:` and `=`; the engine's own script does not expect that.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use clap::Command;
use clap_complete::engine;
use clap_complete::env::EnvCompleter;

/// Joins the words that bash split, up to the cursor, and cuts from each answer what bash keeps: the
/// text before the last `:` or `=` of the word. It does not split a quoted word.
const SCRIPT: &str = r#"_ecrpub_complete() {
    local line="${COMP_LINE:0:COMP_POINT}" blanks word i
    local words=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        blanks="${line%%[![:space:]]*}"
        line="${line:${#blanks}}"
        word="${COMP_WORDS[i]}"
        if ((i == COMP_CWORD)); then
            word="${line}"
        fi
        if [[ -n ${blanks} || ${#words[@]} -eq 0 ]]; then
            words+=("${word}")
        else
            words[${#words[@]}-1]+="${word}"
        fi
        line="${line:${#word}}"
    done
    word="${words[${#words[@]}-1]}"
    local breaks="" head=""
    [[ ${COMP_WORDBREAKS} != *:* ]] || breaks+=":"
    [[ ${COMP_WORDBREAKS} != *=* ]] || breaks+="="
    [[ ${word} != [\'\"]* ]] || breaks=""
    if [[ -n ${breaks} && ${word} == *[${breaks}]* ]]; then
        head="${word%"${word##*[${breaks}]}"}"
    fi
    COMPREPLY=()
    while IFS= read -r word; do
        [[ -z ${word} ]] || COMPREPLY+=("${word#"${head}"}")
    done <<<"$(ECRPUB_COMPLETE=bash ecrpub -- "${words[@]}" 2>/dev/null)"
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=/:] ]]; then
        compopt -o nospace 2>/dev/null
    fi
}
# Before 4.4, bash does not know `nosort`.
complete -o nosort -F _ecrpub_complete ecrpub 2>/dev/null || complete -F _ecrpub_complete ecrpub
"#;

pub(super) struct Bash;

impl EnvCompleter for Bash {
    fn name(&self) -> &'static str {
        "bash"
    }

    fn is(&self, name: &str) -> bool {
        name == self.name()
    }

    fn write_registration(
        &self,
        _var: &str,
        _name: &str,
        _bin: &str,
        _completer: &str,
        buf: &mut dyn Write,
    ) -> io::Result<()> {
        buf.write_all(SCRIPT.as_bytes())
    }

    /// One answer per line. The last word is the one to complete.
    fn write_complete(
        &self,
        cmd: &mut Command,
        args: Vec<OsString>,
        current_dir: Option<&Path>,
        buf: &mut dyn Write,
    ) -> io::Result<()> {
        let last = args.len().saturating_sub(1);
        for candidate in engine::complete(cmd, args, last, current_dir)? {
            let value = candidate.get_value().to_string_lossy();
            writeln!(buf, "{}", escaped(&value))?;
        }
        Ok(())
    }
}

/// `word` with a backslash before each character that bash would not take literally. Quotes around the
/// whole word would hide its beginning from bash.
fn escaped(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "_@%+=:,./-".contains(c);
    let escape = |c| (!is_plain(c)).then_some('\\').into_iter().chain([c]);
    word.chars().flat_map(escape).collect()
}

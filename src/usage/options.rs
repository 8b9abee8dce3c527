//! Unknown options: those of other tools, slips, and options of another command.

use clap::error::ContextKind;
use clap::{CommandFactory, Parser};

use super::instead::{INSTEAD, INSTEAD_FOR_REPOSITORIES, OUTPUTS};
use super::line::{Line, command};
use super::text;
use crate::cli::Cli;
use crate::error::Error;
use crate::reference::{RegistryReference, is_address};
use crate::shell::quoted;

/// The error of the unknown option `option`.
pub(super) fn unknown(answer: &clap::Error, line: &Line, option: &str) -> Error {
    if !option.starts_with('-') {
        return Error::usage(format!("unexpected argument `{option}`")).hint(line.see_help());
    }
    let error = Error::usage(format!("there is no option `{option}`"));
    if let Some(error) = value_like_an_option(line, option) {
        return error;
    }
    if let Some(word) = with_one_dash(line, option) {
        return Error::usage(format!("there is no option `{word}`")).hint(match word {
            "-version" => "print the version with `ecrpub --version`".to_owned(),
            _ => format!("did you mean `-{word}`?"),
        });
    }
    if let Some(hint) = instead(line, option) {
        return error.hint(hint);
    }
    if let Some(hint) = of_another_command(line, option) {
        return error.hint(hint);
    }
    let suggested = text(answer, ContextKind::SuggestedArg);
    let suggested = suggested.split([' ', '=']).next().unwrap_or_default();
    // clap also suggests hidden options, which the command refuses.
    let argument = argument_of(line, suggested).filter(|_| is_slip(option, suggested));
    if let Some((_, takes_value)) = argument.filter(|_| suggested.starts_with("--")) {
        if !takes_value && line.value_of(option).is_some() {
            return error.hint(format!("did you mean `{suggested}`, which takes no value?"));
        }
        return error.hint(match line.with_option(option, suggested) {
            Some(command) => format!("try `{command}`"),
            None => format!("did you mean `{suggested}`?"),
        });
    }
    error.hint(line.see_help())
}

/// The error for `--limit -1` or `--sort -tag`: clap reads the value as the option `option`.
fn value_like_an_option(line: &Line, option: &str) -> Option<Error> {
    let letter = option.strip_prefix('-')?;
    if letter.chars().count() != 1 {
        return None;
    }
    let (before, value) = line
        .words
        .iter()
        .zip(line.words.iter().skip(1))
        .find(|(_, word)| {
            let is_long = word.starts_with("--");
            !is_long
                && word
                    .get(1..)
                    .is_some_and(|rest| word.starts_with('-') && rest.contains(letter))
        })?;
    let (name, takes_value) = argument_of(line, before)?;
    if !takes_value {
        return None;
    }
    let error = Error::usage(format!(
        "`{before}` needs a value, but `{value}` is read as an option"
    ));
    let is_sort = matches!(before.as_str(), "--sort" | "-s");
    let key = quoted(value.trim_start_matches('-'));
    let reversed = ["tags", "web", "--sort", &key, "--reverse"].map(str::to_owned);
    Some(if is_sort && command(&reversed).is_some() {
        error.hint(format!("reverse the order with `--sort {key} --reverse`"))
    } else if name == "N" {
        error.hint(format!("give a number, as in `{before} 5`"))
    } else {
        error.hint(format!("attach it: `{before}={}`", quoted(value)))
    })
}

/// The word such as `-version`, a long option with one dash, that holds the short option `option`.
fn with_one_dash<'a>(line: &'a Line, option: &str) -> Option<&'a str> {
    let letter = option
        .strip_prefix('-')
        .filter(|letter| !letter.starts_with('-'))?;
    let words = line.words.iter().map(String::as_str);
    let mut long = words.filter(|word| {
        let is_known = *word == "-version" || argument_of(line, &format!("-{word}")).is_some();
        word.len() > 2 && word.contains(letter) && !word.starts_with("--") && is_known
    });
    long.next()
}

/// The value name of the option `option` of the command, and whether it takes a value.
fn argument_of(line: &Line, option: &str) -> Option<(String, bool)> {
    let ours = Cli::command();
    let command = line.command().and_then(|name| ours.find_subcommand(name));
    let of_command = command.into_iter().flat_map(clap::Command::get_arguments);
    let arguments = of_command.chain(ours.get_arguments());
    // A command refuses the hidden options of others by name.
    let argument = arguments
        .filter(|argument| !argument.is_hide_set())
        .find(|argument| {
            let longs = argument.get_long_and_visible_aliases().unwrap_or_default();
            let shorts = argument.get_short_and_visible_aliases().unwrap_or_default();
            longs
                .iter()
                .any(|long| option.strip_prefix("--") == Some(long))
                || shorts.iter().any(|short| option == format!("-{short}"))
        })?;
    let names = argument.get_value_names().unwrap_or_default();
    let name = names.first().map(ToString::to_string).unwrap_or_default();
    Some((name, argument.get_action().takes_values()))
}

/// `words` without the values of our own long options, unless these are addresses: other tools name
/// images in such options, too.
pub(super) fn without_our_values(words: Vec<&str>) -> Vec<&str> {
    let ours = Cli::command();
    let takes_value = |word: &str| {
        let commands = std::iter::once(&ours).chain(ours.get_subcommands());
        let mut arguments = commands.flat_map(clap::Command::get_arguments);
        word.strip_prefix("--").is_some_and(|name| {
            arguments.any(|argument| {
                argument.get_long() == Some(name) && argument.get_action().takes_values()
            })
        })
    };
    let mut is_value = false;
    let mut kept = Vec::new();
    for word in words {
        if !is_value || is_address(word) {
            kept.push(word);
        }
        is_value = takes_value(word);
    }
    kept
}

/// Whether `typed` is likely a misspelling or the beginning of `ours`: clap suggests words that
/// share little more than their ends.
pub(super) fn is_slip(typed: &str, ours: &str) -> bool {
    let [typed, ours] = [typed, ours].map(|word| word.trim_start_matches('-').to_lowercase());
    if typed.starts_with("no-") != ours.starts_with("no-") {
        return false;
    }
    let shortest = typed.chars().count().min(ours.chars().count());
    let is_beginning = shortest > 3 && ours.starts_with(&typed);
    is_beginning || strsim::osa_distance(&typed, &ours) <= if shortest < 5 { 1 } else { 2 }
}

/// The replacement for the value `value` of `option`.
pub(super) fn value_meant(option: &str, value: &str) -> Option<String> {
    if option != "--output" {
        return None;
    }
    let value = value.to_lowercase();
    let is_template = value.contains(['{', '(']) || value.contains('=');
    if is_template {
        return hint_of(INSTEAD, "--template").map(str::to_owned);
    }
    hint_of(OUTPUTS, &value).map(str::to_owned)
}

/// The hint of `table` for `key`.
fn hint_of(table: &[(&[&str], &'static str)], key: &str) -> Option<&'static str> {
    let (_, hint) = table.iter().find(|(keys, _)| keys.contains(&key))?;
    Some(hint)
}

/// The replacement for `option`, with the user's value and repository filled in.
fn instead(line: &Line, option: &str) -> Option<String> {
    if lists_repositories(line) {
        return instead_for_repositories(line, option);
    }
    let hint = hint_of(INSTEAD, option)?;
    let value = line.value_of(option);
    let value = value.filter(|value| is_fit(line, hint, value));
    let repository = line.repository().map_or("REPO".into(), quoted);
    Some(filled(&hint.replace("REPO", &repository), value))
}

fn lists_repositories(line: &Line) -> bool {
    line.command() == Some("repos")
}

/// The same where repositories are listed.
fn instead_for_repositories(line: &Line, option: &str) -> Option<String> {
    let value = line.value_of(option);
    let Some(hint) = hint_of(INSTEAD_FOR_REPOSITORIES, option) else {
        let hint = hint_of(INSTEAD, option).filter(|hint| has_options_of(line, hint))?;
        let hint = hint.replace("ecrpub tags REPO", "ecrpub repos");
        let value = value.filter(|value| is_fit(line, &hint, value));
        return Some(filled(&hint, value));
    };
    if hint.contains("{REGISTRY}") {
        let reference = value.and_then(|value| value.parse::<RegistryReference>().ok());
        let registry = reference.and_then(|reference| reference.resolve(true).ok());
        let registry = registry.map_or("public.ecr.aws/ALIAS".into(), |name| name.to_string());
        return Some(filled(hint, Some(&registry)));
    }
    Some(filled(
        hint,
        value.filter(|value| is_fit(line, hint, value)),
    ))
}

/// Whether the command of `line` has the options that `hint` names by themselves.
fn has_options_of(line: &Line, hint: &str) -> bool {
    let parts = hint.split('`').skip(1).step_by(2);
    let options = parts
        .filter(|part| part.starts_with("--"))
        .flat_map(|part| part.split(' ').filter(|word| word.starts_with("--")));
    options
        .map(|option| argument_of(line, option))
        .all(|found| found.is_some())
}

/// `hint` with `value`, quoted for a shell, or the names of values in braces.
fn filled(hint: &str, value: Option<&str>) -> String {
    let mut text = String::with_capacity(hint.len());
    let mut rest = hint;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        text += before;
        text += &value.map_or(name.into(), quoted);
        rest = after;
    }
    text + rest
}

/// Whether the option that `hint` names takes `value`, or is not ours.
fn is_fit(line: &Line, hint: &str, value: &str) -> bool {
    let of_ours = hint
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|part| part.contains('{'));
    of_ours
        .map(|part| part.split(" | ").collect::<Vec<_>>())
        .all(|parts| {
            let [part] = parts[..] else { return true };
            let words = part.split(' ').map(|word| match word.split_once('{') {
                Some((before, after)) => {
                    format!(
                        "{before}{value}{}",
                        after.split_once('}').unwrap_or_default().1
                    )
                }
                None => word.to_owned(),
            });
            let command = line.command().unwrap_or("tags");
            let start = ["ecrpub", command, "web"].map(str::to_owned);
            Cli::try_parse_from(start.into_iter().chain(words)).is_ok()
        })
}

/// The hint for an option of another command, or before its command.
fn of_another_command(line: &Line, option: &str) -> Option<String> {
    let ours = Cli::command();
    let having = ours.get_subcommands().filter(|command| {
        command.get_arguments().any(|argument| {
            let long = argument.get_long_and_visible_aliases().unwrap_or_default();
            let short = argument.get_short_and_visible_aliases().unwrap_or_default();
            long.iter().any(|long| option == format!("--{long}"))
                || short.iter().any(|short| option == format!("-{short}"))
        })
    });
    let having: Vec<_> = having.map(clap::Command::get_name).collect();
    let other = (*having.first()?).to_owned();
    // What is listed by `repos` is no operand of the other commands.
    if lists_repositories(line) && line.before_command().is_empty() {
        return Some(format!(
            "`{option}` is for `ecrpub {}`, not for `repos`",
            having.join("` and `ecrpub ")
        ));
    }
    let before = line.before_command();
    let typed = line.command().map(str::to_owned);
    let Some(typed) = typed else {
        let words: Vec<_> = std::iter::once("tags".to_owned())
            .chain(before.iter().cloned())
            .collect();
        return command(&words).map(|command| format!("name a command first: `{command}`"));
    };
    let after = line.operands().into_iter().map(str::to_owned);
    let words: Vec<_> = std::iter::once(typed.clone())
        .chain(after.clone())
        .chain(before.iter().cloned())
        .collect();
    if let Some(command) = command(&words) {
        return Some(format!("options come after the command: `{command}`"));
    }
    let words: Vec<_> = before
        .iter()
        .cloned()
        .chain([other.clone()])
        .chain(after)
        .collect();
    let words = command(&words).unwrap_or(format!("ecrpub {other} REPO {option}"));
    Some(format!(
        "`{typed}` does not have it, but `{other}` does: `{words}`"
    ))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use clap::Parser;
    use clap::error::ErrorKind;

    use super::{INSTEAD, INSTEAD_FOR_REPOSITORIES, OUTPUTS, argument_of, filled};
    use crate::cli::Cli;
    use crate::usage::describe;
    use crate::usage::line::Line;

    /// Samples for the names of values in hints.
    const SAMPLES: &[(&str, &str)] = &[
        (
            "public.ecr.aws/ALIAS/NAME",
            "public.ecr.aws/docker/library/nginx",
        ),
        ("ACCOUNT", "123456789012"),
        ("DIGEST", "0f0f0f0f0f0f"),
        ("FILE", "x.pem"),
        ("FILTER", ".x"),
        ("FORMAT", "iso"),
        ("KEY", "size"),
        ("NAMES", "imageDigest"),
        ("NAME", "web"),
        ("REGEX", "1.*"),
        ("REGISTRY", "public.ecr.aws/eks-distro"),
        ("ALIAS", "eks-distro"),
        ("REGION", "us-east-1"),
        ("REPO", "web"),
        ("RANGE", "^1"),
        ("SECONDS", "3"),
        ("TAG", "1.0"),
        ("TEXT", "json"),
        ("TOKEN", "abc"),
        ("URL", "http://localhost:1"),
        ("WHEN", "7d"),
        ("N", "5"),
    ];

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    /// `snippet` with samples for the names of values, as words of a command line.
    fn sampled(snippet: &str) -> Vec<String> {
        let snippet = snippet.split(" | ").next().unwrap_or_default();
        let sampled = |word: &str| {
            let mut word = word.replace(SAMPLES[0].0, SAMPLES[0].1);
            let samples = SAMPLES.iter().filter(|(name, _)| !name.contains('/'));
            for (name, sample) in samples {
                if let Some(before) = word.strip_suffix(name) {
                    word = format!("{before}{sample}");
                }
            }
            if word == "Nd" { "5d".to_owned() } else { word }
        };
        snippet.split(' ').map(sampled).collect()
    }

    fn is_understood(arguments: &[String]) -> bool {
        let arguments = std::iter::once("ecrpub".to_owned()).chain(arguments.iter().cloned());
        match Cli::try_parse_from(arguments) {
            Ok(_) => true,
            Err(answer) => answer.kind() == ErrorKind::DisplayVersion,
        }
    }

    #[test]
    fn every_hint_names_options_that_exist() {
        let mut checked = 0;
        for (keys, hint) in INSTEAD.iter().chain(OUTPUTS) {
            let hint = filled(hint, None);
            for snippet in hint.split('`').skip(1).step_by(2) {
                let snippet = snippet.strip_prefix("watch ").unwrap_or(snippet);
                let sampled = sampled(snippet);
                let commands: Vec<Vec<String>> = match snippet {
                    _ if snippet.starts_with("ecrpub ") => vec![sampled[1..].to_vec()],
                    _ if snippet.starts_with('-') => {
                        let with = |command: &str| [words(command), sampled.clone()].concat();
                        // The formats of `--output` and of `--time` have one name.
                        let output = with("tags web")
                            .iter()
                            .map(|word| match word.as_str() {
                                "iso" => "json".to_owned(),
                                "size" | "7d" => word.replace("7d", "never").replace("size", "tag"),
                                word => word.to_owned(),
                            })
                            .collect();
                        vec![with("tags web"), with("images web"), output]
                    }
                    _ => continue,
                };
                assert!(
                    commands.iter().any(|words| is_understood(words)),
                    "{keys:?}: `{snippet}`"
                );
                checked += 1;
            }
        }
        assert!(checked > INSTEAD.len());
    }

    #[test]
    fn every_hint_for_repositories_names_options_of_that_command() {
        let mut checked = 0;
        for (options, hint) in INSTEAD_FOR_REPOSITORIES {
            for snippet in filled(hint, None).split('`').skip(1).step_by(2) {
                let sampled = sampled(snippet);
                let command = match sampled.split_first() {
                    Some((first, rest)) if first == "ecrpub" => rest.to_vec(),
                    _ => [words("repos"), sampled.clone()].concat(),
                };
                assert!(is_understood(&command), "{options:?}: `{snippet}`");
                checked += 1;
            }
        }
        assert!(checked > 10);
    }

    /// Options of other tools, whose answers may name options that `repos` does not have.
    #[test]
    fn no_hint_for_repositories_names_an_option_of_images_alone() {
        let of_both = INSTEAD.iter().chain(INSTEAD_FOR_REPOSITORIES);
        let options: HashSet<_> = of_both.flat_map(|(options, _)| *options).collect();
        for option in options {
            let typed = ["ecrpub", "repos", option, "5"].map(Into::into);
            let Err(answer) = Cli::try_parse_from(&typed) else {
                panic!("`repos` has {option}");
            };
            let error = describe(&answer, &Line::of(&typed));
            let line = Line::of(&["ecrpub", "repos"].map(Into::into));
            for snippet in error.hints()[0].split('`').skip(1).step_by(2) {
                let snippet = snippet.strip_prefix("watch ").unwrap_or(snippet);
                let first = snippet.split(' ').next().unwrap_or_default();
                if first == "ecrpub" && !snippet.ends_with("--help") {
                    let sampled = sampled(snippet);
                    assert!(is_understood(&sampled[1..]), "{option}: {snippet}");
                } else if first.starts_with("--") {
                    assert!(argument_of(&line, first).is_some(), "{option}: {snippet}");
                }
            }
        }
    }

    #[test]
    fn values_are_filled_in_only_for_options_that_take_one() {
        let line = Line::of(&["ecrpub", "tags", "web"].map(Into::into));
        for (keys, hint) in INSTEAD {
            let words: Vec<_> = hint.split([' ', '`']).collect();
            for pair in words.windows(2).filter(|pair| pair[1].starts_with('{')) {
                let takes_value = argument_of(&line, pair[0]).is_some_and(|(_, takes)| takes);
                assert!(takes_value || pair[0] == "jq", "{keys:?}: {hint}");
            }
        }
    }

    #[test]
    fn every_option_of_the_table_is_unknown_and_gets_its_hint() {
        let mut seen = HashSet::new();
        for (options, hint) in INSTEAD {
            for option in *options {
                assert!(seen.insert(option), "{option} is there twice");
                for value in [None, Some("5")] {
                    let mut words: Vec<_> =
                        ["ecrpub", "tags", "web", option].map(Into::into).into();
                    words.extend(value.map(Into::into));
                    let answer = Cli::try_parse_from(&words).expect_err(option);
                    assert_eq!(answer.kind(), ErrorKind::UnknownArgument, "{option}");
                    let error = describe(&answer, &Line::of(&words));
                    assert_eq!(error.to_string(), format!("there is no option `{option}`"));
                    let start = hint.split(['{', 'R']).next().unwrap_or_default();
                    assert!(
                        error.hints()[0].starts_with(start),
                        "{option}: {:?}",
                        error.hints()
                    );
                }
            }
        }
        assert!(seen.len() > 100);
    }

    fn hints(typed: &str) -> Vec<String> {
        let words: Vec<_> = std::iter::once("ecrpub")
            .chain(typed.split(' '))
            .map(Into::into)
            .collect();
        let answer = Cli::try_parse_from(&words).expect_err(typed);
        let error = describe(&answer, &Line::of(&words));
        error.hints().to_vec()
    }

    #[test]
    fn values_and_repositories_are_filled_in_where_they_fit() {
        for (typed, hint) in [
            ("tags web --head 5", "use `--limit 5`"),
            ("tags web --head=5", "use `--limit 5`"),
            ("tags web -n5", "use `--limit 5`"),
            ("tags web --head", "use `--limit N`"),
            ("tags --head web", "use `--limit N`"),
            ("tags web --head --count", "use `--limit N`"),
            (
                "tags web --latest",
                "the newest rows come first: use `--limit 1`",
            ),
            ("tags web --since-days 7", "use `--since 7d`"),
            ("tags web --older-than 2w", "use `--before 2w`"),
            ("tags web --older-than soon", "use `--before WHEN`"),
            ("tags --name web", "use `--repo web`"),
            (
                "tags web --match $(x)",
                "use `--include '$(x)'`, which matches whole tags",
            ),
            (
                "tags web --jq .[]",
                "pipe JSON to jq: `ecrpub tags web --output json | jq '.[]'`",
            ),
            (
                "images -R team/web --dangling",
                "use `ecrpub images team/web --untagged`",
            ),
            (
                "tags -r web",
                "use `--reverse`, or name a repository with `-R web`",
            ),
            (
                "tags web --untagged",
                "`tags` does not have it, but `images` does: `ecrpub images web --untagged`",
            ),
            (
                "--limit 5 tags web",
                "options come after the command: `ecrpub tags web --limit 5`",
            ),
            (
                "--repo web",
                "name a command first: `ecrpub tags --repo web`",
            ),
            ("tags web --limt 5", "try `ecrpub tags web --limit 5`"),
            ("tags web --limt=x", "did you mean `--limit`?"),
            (
                "tags web --arch amd64",
                "select rows with `--platform OS/ARCH`, or show platforms with `--platforms`",
            ),
            (
                "tags web --platfroms linux/amd64",
                "did you mean `--platforms`, which takes no value?",
            ),
            (
                "tags web --revers=yes",
                "did you mean `--reverse`, which takes no value?",
            ),
            ("tags web --revers", "try `ecrpub tags web --reverse`"),
            ("tags web --limit -1", "give a number, as in `--limit 5`"),
            (
                "tags web --sort -tag",
                "reverse the order with `--sort tag --reverse`",
            ),
            ("tags web --include -rc", "attach it: `--include=-rc`"),
            ("tags web --outfile x", "write to a file with `> FILE`"),
            ("tags web --no-such", "see `ecrpub tags --help`"),
            ("tags web --verison", "see `ecrpub tags --help`"),
            (
                "tags web -version",
                "print the version with `ecrpub --version`",
            ),
            ("-version", "print the version with `ecrpub --version`"),
            ("tags web -reverse", "did you mean `--reverse`?"),
            ("tags web --cooldown 7d", "use `--before 7d`"),
            (
                "tags web --include-prerelease",
                "use `--pre`, with `--semver RANGE`",
            ),
            ("tags web --nonsense", "see `ecrpub tags --help`"),
        ] {
            assert_eq!(hints(typed), [hint], "{typed}");
        }
    }

    #[test]
    fn answers_about_options_of_repos_fit_repositories() {
        for (typed, hint) in [
            (
                "repos --name team/.*",
                "use `--include 'team/.*'`, which matches whole names",
            ),
            (
                "repos --repository-names",
                "use `--include REGEX`, which matches whole names",
            ),
            (
                "repos -R web",
                "use `--include web`, which matches whole names",
            ),
            (
                "repos --registry public.ecr.aws/docker",
                "name a public registry with `ecrpub repos public.ecr.aws/docker`; your own is the default",
            ),
            (
                "repos --registry=docker",
                "name a public registry with `ecrpub repos public.ecr.aws/docker`; your own is the default",
            ),
            (
                "repos --registry",
                "name a public registry with `ecrpub repos public.ecr.aws/ALIAS`; your own is the default",
            ),
            (
                "repos --size",
                "use `--usage`, which adds the number and size of the images",
            ),
            (
                "repos --filter x",
                "use `--include x`, which matches whole names",
            ),
            (
                "repos --platform linux/amd64",
                "images have platforms, repositories have none: use `ecrpub images REPO --platforms`",
            ),
            ("repos --latest", "use `--sort created --limit 1`"),
            (
                "repos --jq .[]",
                "pipe JSON to jq: `ecrpub repos --output json | jq '.[]'`",
            ),
            ("repos --pinned", "see `ecrpub repos --help`"),
            (
                "repos --untagged",
                "`--untagged` is for `ecrpub images`, not for `repos`",
            ),
            ("repos --head 3", "use `--limit 3`"),
        ] {
            assert_eq!(hints(typed), [hint], "{typed}");
        }
    }
}

//! Unknown commands: slips, commands of other tools, and repositories without a command.

use clap::error::ContextKind;

use super::line::{Line, command, hints_for, rendered};
use super::{options, text};
use crate::error::Error;
use crate::reference::{Hint, Named, Reference, Repository, public_reference};

/// Commands, each with the words that users type instead.
const MEANT: &[(&str, &[&str])] = &[
    (
        "tags",
        &[
            "describe-image-tags",
            "get",
            "get-tags",
            "list",
            "list-image-tags",
            "list-tags",
            "ls",
            "releases",
            "show",
            "show-tags",
            "tag",
            "tag-list",
            "taglist",
            "versions",
        ],
    ),
    (
        "images",
        &[
            "describe-image",
            "describe-images",
            "digest",
            "digests",
            "get-images",
            "image",
            "image-list",
            "img",
            "imgs",
            "inspect",
            "list-images",
            "manifest",
            "manifests",
        ],
    ),
    (
        "repos",
        &[
            "catalog",
            "describe-registries",
            "describe-repositories",
            "list-repos",
            "list-repositories",
            "repo",
            "repositories",
            "repository",
        ],
    ),
    ("completions", &["autocomplete", "complete", "completion"]),
    ("man", &["manual", "manpage"]),
];

/// The error for `word` in place of a command.
pub(super) fn unknown(answer: &clap::Error, line: &Line, word: &str) -> Error {
    let error = Error::usage(format!("there is no command `{word}`"));
    let hints = hints(answer, line, word);
    if hints.is_empty() {
        return error.hint("see the commands with `ecrpub --help`");
    }
    hints.into_iter().fold(error, Error::hint)
}

fn hints(answer: &clap::Error, line: &Line, word: &str) -> Vec<String> {
    let Some(at) = line.words.iter().position(|typed| typed == word) else {
        return Vec::new();
    };
    let (before, rest) = (&line.words[..at], &line.words[at + 1..]);
    if ["aws", "ecr-public", "ecr"].contains(&word)
        && let Some(meant) = of_aws_cli(rest)
    {
        return vec![format!("type `{meant}`")];
    }
    if word == "ecrpub"
        && let Some(meant) = command(&line.words[at + 1..])
    {
        return vec![format!("type `{meant}`")];
    }
    if let Some(hint) = no_command_is_meant(word) {
        return vec![hint.to_owned()];
    }
    let suggested = text(answer, ContextKind::SuggestedSubcommand);
    let known = meant(word).or(options::is_slip(word, &suggested).then_some(&suggested));
    if let Some(ours) = known
        && let Some(meant) = with_command(ours, before, rest)
    {
        return vec![format!("type `{meant}`")];
    }
    repository(word, before, rest)
}

/// The command that `word` means.
fn meant(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    let same = MEANT.iter().find(|(ours, _)| *ours == word);
    let other = || {
        MEANT
            .iter()
            .find(|(_, words)| words.contains(&word.as_str()))
    };
    same.or_else(other).map(|(ours, _)| *ours)
}

/// The hint for a command of other tools that has no counterpart.
fn no_command_is_meant(word: &str) -> Option<&'static str> {
    match word {
        "usage" => Some("print the help with `ecrpub --help`"),
        "search" => Some(
            "ecrpub does not search: find public repositories at https://gallery.ecr.aws, and list those of a registry with `ecrpub repos public.ecr.aws/ALIAS`",
        ),
        "version" => Some("print the version with `ecrpub --version`"),
        "login" | "logout" | "auth" => Some(
            "there is nothing to log in to: a public repository is read without credentials, `ecrpub tags public.ecr.aws/ALIAS/NAME`, your own with those of the AWS CLI, `ecrpub tags NAME --profile PROFILE`",
        ),
        "delete" | "rm" | "rmi" | "batch-delete-image" | "prune" => Some(
            "ecrpub only reads: it lists what to delete with `ecrpub images NAME --unused --output delete-requests`",
        ),
        "pull" | "push" | "copy" | "cp" => Some(
            "ecrpub only lists: print references to copy with `ecrpub tags public.ecr.aws/ALIAS/NAME --full-ref`",
        ),
        _ => None,
    }
}

/// `aws ecr-public describe-images --repository-name web`, without its first word.
fn of_aws_cli(rest: &[String]) -> Option<String> {
    let (at, ours) = rest
        .iter()
        .enumerate()
        .find_map(|(at, word)| Some((at, meant(word)?)))?;
    with_command(ours, &[], &rest[at + 1..])
}

/// The command line with the command `ours`, and as much of the rest as it accepts.
fn with_command(ours: &str, before: &[String], rest: &[String]) -> Option<String> {
    let ours = ours.to_owned();
    let all: Vec<_> = before.iter().chain([&ours]).chain(rest).cloned().collect();
    let references = rest.iter().filter_map(|word| readable(word));
    let alone: Vec<_> = std::iter::once(ours.clone()).chain(references).collect();
    let placeholder = || {
        let example = command(&[ours.clone(), "web".to_owned()])?;
        Some(example.replace(" web", " REPO"))
    };
    command(&all)
        .or_else(|| command(&alone).filter(|_| alone.len() > 1))
        .or_else(|| command(std::slice::from_ref(&ours)))
        .or_else(placeholder)
}

/// `word` as a reference, or its replacement.
fn readable(word: &str) -> Option<String> {
    if word.starts_with('-') {
        return None;
    }
    match word.parse::<Reference>() {
        Ok(_) => Some(word.to_owned()),
        Err(refused) => refused.hints().iter().find_map(|hint| match hint {
            Hint::Instead { value, .. } => Some(value.clone()),
            Hint::Text(_) | Hint::WithOption { .. } => None,
        }),
    }
}

/// The hints for a repository without a command.
fn repository(word: &str, before: &[String], rest: &[String]) -> Vec<String> {
    // Several words are more likely a command with its arguments.
    if is_plain(word) && rest.first().is_some_and(|next| !next.starts_with('-')) {
        return Vec::new();
    }
    let tags = |reference: &str| {
        let all = std::iter::once(reference.to_owned()).chain(rest.iter().cloned());
        with_command("tags", before, &all.collect::<Vec<_>>())
    };
    let reference = word.parse::<Reference>().ok();
    let meant = reference.and_then(|reference| reference.resolve(false).ok());
    if let Some((Named::Repository(Repository::Own(name)), None)) = meant {
        let public = public_reference(&name).and_then(|public| tags(&public));
        let public = public.map(|command| format!("list the public repository with `{command}`"));
        let own = tags(word).map(|command| format!("list your own repository with `{command}`"));
        return public.into_iter().chain(own).collect();
    }
    rendered(&hints_for(word), tags)
}

/// Whether `word` may be a command as well as a repository.
fn is_plain(word: &str) -> bool {
    word.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::cli::Cli;
    use crate::usage::describe;
    use crate::usage::line::Line;

    /// The hints for the command line `typed`.
    fn hints(typed: &[&str]) -> Vec<String> {
        let words: Vec<_> = std::iter::once(&"ecrpub")
            .chain(typed)
            .map(Into::into)
            .collect();
        let answer = Cli::try_parse_from(&words).expect_err("no such command");
        describe(&answer, &Line::of(&words)).hints().to_vec()
    }

    #[test]
    fn slips_name_the_command_that_is_meant() {
        for (typed, meant) in [
            ("ls web", "ecrpub tags web"),
            (
                "ls public.ecr.aws/docker/library/nginx:1.27",
                "ecrpub tags public.ecr.aws/docker/library/nginx:1.27",
            ),
            (
                "list-tags docker://public.ecr.aws/ab/web -L 5",
                "ecrpub tags docker://public.ecr.aws/ab/web -L 5",
            ),
            (
                "list-tags docker://docker.io/nginx",
                "ecrpub tags public.ecr.aws/docker/library/nginx",
            ),
            ("ls -la web", "ecrpub tags web"),
            ("ls", "ecrpub tags REPO"),
            ("-v ls web", "ecrpub -v tags web"),
            ("Tags web", "ecrpub tags web"),
            ("tag web", "ecrpub tags web"),
            ("image web --tagged", "ecrpub images web --tagged"),
            ("imges web", "ecrpub images web"),
            (
                "describe-images --repository-name web --region us-east-1",
                "ecrpub images --repository-name web --region us-east-1",
            ),
            (
                "aws ecr-public describe-image-tags --repository-name web",
                "ecrpub tags --repository-name web",
            ),
            ("inspect web", "ecrpub images web"),
            ("completion bash", "ecrpub completions bash"),
            ("ecrpub tags web", "ecrpub tags web"),
        ] {
            let typed: Vec<_> = typed.split(' ').collect();
            assert_eq!(hints(&typed), [format!("type `{meant}`")], "{typed:?}");
        }
    }

    #[test]
    fn a_repository_without_a_command_is_listed_by_tags() {
        for (typed, meant) in [
            (
                "public.ecr.aws/ab/web --limit 5",
                &["try `ecrpub tags public.ecr.aws/ab/web --limit 5`"][..],
            ),
            ("web", &["list your own repository with `ecrpub tags web`"]),
            (
                "nginx --count",
                &[
                    "list the public repository with `ecrpub tags public.ecr.aws/docker/library/nginx --count`",
                    "list your own repository with `ecrpub tags nginx --count`",
                ],
            ),
            (
                "nginx:1.27",
                &[
                    "the official image: `ecrpub tags public.ecr.aws/docker/library/nginx:1.27`",
                    "list the image of your own repository with `ecrpub tags nginx --tag 1.27`",
                ],
            ),
            (
                "docker pull public.ecr.aws/ab/web:1.0",
                &["try `ecrpub tags public.ecr.aws/ab/web:1.0`"],
            ),
            (
                "docker run -it --rm public.ecr.aws/ab/web:1.0 sh",
                &["try `ecrpub tags public.ecr.aws/ab/web:1.0`"],
            ),
            (
                "tags docker run -it --rm public.ecr.aws/ab/web:1.0 sh",
                &["try `ecrpub tags public.ecr.aws/ab/web:1.0`"],
            ),
            (
                "images FROM public.ecr.aws/ab/web:1.0 AS build",
                &["try `ecrpub images public.ecr.aws/ab/web:1.0`"],
            ),
            (
                "skopeo list-tags docker://public.ecr.aws/ab/web",
                &["try `ecrpub tags public.ecr.aws/ab/web`"],
            ),
            ("repositories --usage", &["type `ecrpub repos --usage`"]),
            (
                "aws ecr-public describe-repositories --registry-id 123456789012",
                &["type `ecrpub repos --registry-id 123456789012`"],
            ),
            (
                "catalog public.ecr.aws/ab",
                &["type `ecrpub repos public.ecr.aws/ab`"],
            ),
        ] {
            assert_eq!(
                hints(&typed.split(' ').collect::<Vec<_>>()),
                meant,
                "{typed}"
            );
        }
        for typed in [&["search", "nginx"], &["frobnicate", "web"]] {
            let hints = hints(typed);
            assert!(!hints[0].contains("ecrpub tags"), "{hints:?}");
        }
        assert_eq!(hints(&["'Web'"]), ["try `ecrpub tags web`"]);
        assert_eq!(hints(&["a b;c"]), ["see the commands with `ecrpub --help`"]);
    }
}

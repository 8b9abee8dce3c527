//! Options and commands of other tools, and what to type instead.

const DELETIONS: &str = "ecrpub only reads: it lists what to delete with \
    `ecrpub images REPO --unused --output delete-requests`";

/// Words, and the hint for them.
const INSTEAD: &[(&[&str], &str)] = &[
    (
        &["--json"],
        "use `--output json`, or `--output jsonl` for one object a line",
    ),
    (
        &["--jq", "--query"],
        "pipe `--output json` to jq, or choose fields with `--columns NAMES`",
    ),
    (
        &["--max-items", "--max-results", "-n", "--head", "--first"],
        "use `--limit N`",
    ),
    (
        &["--latest"],
        "images and tags are listed newest first: use `--limit 1`",
    ),
    (
        &["--filter"],
        "use `--include REGEX`, `--exclude REGEX`, `--since WHEN` or `--before WHEN`",
    ),
    (&["--newer"], "use `--since WHEN`"),
    (&["--older-than", "--until"], "use `--before WHEN`"),
    (
        &["--order"],
        "use `--sort KEY`, and `--reverse` for the other direction",
    ),
    (&["--wide"], "use `--no-trunc`"),
    (&["--all-pages"], "leave it out: every page is read"),
    (&["--arch"], "use `--platform OS/ARCH`, for images and tags"),
    (
        &["--name", "--repository"],
        "name repositories as arguments, `ecrpub tags REPO`; select them by name with `ecrpub repos --include REGEX`",
    ),
    (&["--dry-run"], "leave it out: ecrpub only reads"),
    (
        &["list", "ls", "list-tags", "describe-image-tags"],
        "list tags with `ecrpub tags REPO`, images with `ecrpub images REPO`, repositories with `ecrpub repos`",
    ),
    (
        &["list-images", "describe-images", "inspect"],
        "list images with `ecrpub images REPO`",
    ),
    (
        &["describe-repositories", "search"],
        "list repositories with `ecrpub repos` or `ecrpub repos public.ecr.aws/ALIAS`",
    ),
    (
        &["pull"],
        "ecrpub only lists: print references to pull with `ecrpub tags REPO --full-ref`",
    ),
    (
        &["login"],
        "public repositories need no login, your own are read with the credentials of the AWS CLI: `--profile NAME`",
    ),
    (
        &[
            "--keep",
            "delete",
            "remove",
            "rm",
            "rmi",
            "prune",
            "batch-delete-image",
        ],
        DELETIONS,
    ),
];

/// The hint for `word`, an option or a command of another tool.
pub(super) fn instead(word: &str) -> Option<&'static str> {
    let (_, hint) = INSTEAD.iter().find(|(words, _)| words.contains(&word))?;
    Some(hint)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use clap::{CommandFactory, Parser};

    use super::{DELETIONS, INSTEAD, instead};
    use crate::cli::Cli;

    #[test]
    fn words_are_few_and_not_ours() {
        let words: Vec<_> = INSTEAD.iter().flat_map(|(words, _)| *words).collect();
        assert!(words.len() <= 40);
        assert_eq!(words.iter().collect::<HashSet<_>>().len(), words.len());
        for word in words {
            for line in [&["ecrpub", word][..], &["ecrpub", "tags", "web", word, "1"]] {
                let is_command = !word.starts_with('-') && line.len() > 2;
                assert!(is_command || Cli::try_parse_from(line).is_err(), "{word}");
            }
        }
    }

    #[test]
    fn hints_name_options_that_exist() {
        let cli = Cli::command();
        let options: HashSet<_> = (cli.get_subcommands())
            .flat_map(clap::Command::get_arguments)
            .filter_map(clap::Arg::get_long)
            .collect();
        let hints = INSTEAD.iter().flat_map(|(_, hint)| hint.split([' ', '`']));
        let named: Vec<_> = hints.filter_map(|word| word.strip_prefix("--")).collect();
        assert!(named.len() > 10);
        for option in named {
            assert!(options.contains(option), "{option}");
        }
    }

    #[test]
    fn only_unused_images_are_listed_for_deletion() {
        for word in ["delete", "rm", "prune", "batch-delete-image", "--keep"] {
            assert_eq!(instead(word), Some(DELETIONS));
        }
        let others = INSTEAD.iter().filter(|(_, hint)| *hint != DELETIONS);
        assert!(
            others
                .into_iter()
                .all(|(_, hint)| !hint.contains("untagged") && !hint.contains("delete"))
        );
    }
}

//! Refuses options that contradict each other or the repositories, before any request is sent.

use super::ListingArgs;
use super::args::expected;
use crate::error::Error;
use crate::facts::{Facts, Need};
use crate::output::{Expected, FormatName, Schema, TimeFormat};
use crate::select::{SortKey, TaggedArgs};
use crate::source::{PublicApi, SourceName, Target};

/// An option, and whether it is given.
type Given = (&'static str, bool);

/// Checks that the options fit each other, `targets` and rows of `schema`; public repositories are read
/// from `api`.
///
/// # Errors
///
/// A usage error that says what to leave out.
pub(super) fn check<R>(
    schema: &'static Schema<R>,
    args: &ListingArgs,
    tagged: TaggedArgs,
    targets: &[Target],
    api: PublicApi,
) -> Result<(), Error> {
    let expected = expected(targets, api);
    options(args, tagged)?;
    registries(args, targets)?;
    part_of_listing(schema, args, targets, expected)?;
    format(args, expected)?;
    needs(schema, args, tagged, targets, api)
}

/// Whether the registry, which lists names in no useful order, can answer for the gallery: where the
/// names of tags decide what is printed, and in which order.
pub(super) fn names_are_enough<R>(
    schema: &'static Schema<R>,
    args: &ListingArgs,
    tagged: TaggedArgs,
    targets: &[Target],
) -> bool {
    let select = &args.select;
    let is_ordered = select.filter.semver.is_some()
        || matches!(select.sort, Some(SortKey::Version | SortKey::Tag))
        || !targets.iter().any(|target| args.wants_all(target));
    let fits = args.count
        || match args.output.format_name() {
            FormatName::Table => true,
            FormatName::Name => is_ordered,
            _ => false,
        };
    fits && args.source.source == SourceName::Auto
        && !args.pages.is_part()
        && !targets.iter().any(Target::is_own)
        && needs(schema, args, tagged, targets, PublicApi::Registry).is_ok()
}

/// Refuses options that exclude each other.
fn options(args: &ListingArgs, tagged: TaggedArgs) -> Result<(), Error> {
    let ListingArgs {
        select,
        ids,
        output,
        relations,
        pages,
        ..
    } = args;
    let count = ("--count", args.count);
    let limit = ("--limit", select.limit.is_some());
    let tag = ("--tag", !ids.tags.is_empty());
    let digest = ("--digest", !ids.digests.is_empty());
    let reverse = ("--reverse", select.reverse);
    let max_pages = ("--max-pages", pages.max_pages.is_some());
    let starting_token = ("--starting-token", pages.starting_token.is_some());
    exclude(
        ("--tagged", tagged.tagged),
        &[("--untagged", tagged.untagged)],
    )?;
    exclude(
        count,
        &[
            ("--output", output.output.is_some()),
            ("--columns", !output.columns.is_empty()),
            ("--platforms", relations.platforms),
            ("--full-ref", output.full_ref),
            ("--pin", output.pin),
            ("--sort", select.sort.is_some()),
            reverse,
            limit,
        ],
    )?;
    let filter = &select.filter;
    let semver = ("--semver", filter.semver.is_some());
    exclude(max_pages, &[count, tag, digest, semver, limit])?;
    exclude(starting_token, &[count, tag, digest, semver])?;
    exclude(
        ("--min-age", filter.min_age.is_some()),
        &[("--before", filter.before.is_some())],
    )?;
    if filter.pre && filter.semver.is_none() {
        return Err(Error::usage(
            "`--pre` adds pre-releases to a range, but `--semver` is missing",
        )
        .hint("add `--semver '*'` for all versions"));
    }
    if select.reverse && select.sort == Some(SortKey::None) {
        return Err(Error::usage("`--sort none` has no order to reverse")
            .hint("leave out `--reverse`, or sort by a key"));
    }
    Ok(())
}

fn exclude((option, is_given): Given, others: &[Given]) -> Result<(), Error> {
    match others.iter().find(|(_, other_is_given)| *other_is_given) {
        Some((other, _)) if is_given => Err(Error::usage(format!(
            "`{option}` cannot be used with `{other}`"
        ))
        .hint(format!("leave out `{option}` or `{other}`"))),
        _ => Ok(()),
    }
}

/// Refuses options for own repositories with public ones, and the reverse.
fn registries(args: &ListingArgs, targets: &[Target]) -> Result<(), Error> {
    let own = targets.iter().find(|target| target.is_own());
    if let (Some(own), SourceName::Gallery | SourceName::Registry) = (own, args.source.source) {
        return Err(Error::usage(format!(
            "`--source` is for public repositories, but `{}` is in your own registry",
            own.repository
        ))
        .hint("leave out `--source`, or name the repository as `public.ecr.aws/ALIAS/NAME`"));
    }
    let connection = &args.connection;
    let signed = [
        ("--profile", connection.profile.is_some()),
        ("--region", connection.region.is_some()),
        ("--endpoint-url", connection.endpoint_url.is_some()),
        ("--registry-id", args.source.registry_id.is_some()),
    ];
    match signed.into_iter().find(|(_, is_given)| *is_given) {
        Some((option, _)) if own.is_none() => Err(Error::usage(format!(
            "`{option}` is for your own registry, but only public repositories were given"
        ))
        .hint(format!(
            "leave out `{option}`: public repositories are read without credentials"
        ))),
        _ => Ok(()),
    }
}

/// Refuses `--max-pages` and `--starting-token` unless one whole repository is listed.
fn part_of_listing<R>(
    schema: &'static Schema<R>,
    args: &ListingArgs,
    targets: &[Target],
    expected: Expected,
) -> Result<(), Error> {
    let option = match (&args.pages.max_pages, &args.pages.starting_token) {
        (Some(_), _) => "--max-pages",
        (None, Some(_)) => "--starting-token",
        (None, None) => return Ok(()),
    };
    if expected.several {
        return Err(Error::usage(format!(
            "`{option}` takes one repository, but several were given"
        ))
        .hint("name one repository"));
    }
    if targets.iter().any(|target| !target.images.is_empty()) {
        return Err(Error::usage(format!(
            "`{option}` takes a whole repository, but one of its images was named"
        ))
        .hint("name the repository without a tag or digest"));
    }
    if !expected.told.contains(schema.complete) {
        return Err(Error::usage(format!(
            "`{option}` cannot be used with the images of a public repository, which are read from all its tags"
        ))
        .hint("list a part of the tags with `ecrpub tags`"));
    }
    Ok(())
}

/// Refuses options that do not apply to the format.
fn format(args: &ListingArgs, expected: Expected) -> Result<(), Error> {
    let ListingArgs {
        output, relations, ..
    } = args;
    let format = output.format_name();
    let has_columns = !matches!(format, FormatName::Name | FormatName::ImageIds);
    if output.time == Some(TimeFormat::Relative) && format != FormatName::Table {
        return Err(Error::usage("`--time relative` is for tables only")
            .hint("use `--time iso`, `iso-ms`, `epoch` or `local` with this format"));
    }
    if !output.columns.is_empty() && !has_columns {
        return Err(
            Error::usage("`--columns` cannot be used with `-o name` or `-o image-ids`")
                .hint("choose columns with `-o tsv --no-headers`"),
        );
    }
    if relations.platforms && !has_columns {
        return Err(Error::usage(
            "`--platforms` adds a column, but `-o name` and `-o image-ids` have no columns",
        )
        .hint("use it with `-o table`, `json`, `jsonl`, `csv` or `tsv`"));
    }
    if output.is_full_ref() && format != FormatName::Name {
        let option = if output.full_ref {
            "--full-ref"
        } else {
            "--pin"
        };
        return Err(Error::usage(format!(
            "`{option}` prints names, but another format was given"
        ))
        .hint("use it with `-o name`, or alone"));
    }
    if format == FormatName::ImageIds {
        image_ids(args, expected)?;
    }
    Ok(())
}

fn image_ids(args: &ListingArgs, expected: Expected) -> Result<(), Error> {
    if expected.several {
        return Err(
            Error::usage("`-o image-ids` takes one repository, but several were given")
                .hint("run the command once for each repository"),
        );
    }
    if expected.public {
        return Err(Error::usage(
            "`-o image-ids` lists images to delete, but public images cannot be deleted",
        )
        .hint("name the repository of your own registry by its name alone"));
    }
    if args.select.sort.is_some() || args.select.reverse {
        return Err(
            Error::usage("`-o image-ids` has a fixed order, indexes first")
                .hint("leave out `--sort` and `--reverse`"),
        );
    }
    Ok(())
}

/// Refuses options that need facts which the sources of `targets` do not provide.
fn needs<R>(
    schema: &'static Schema<R>,
    args: &ListingArgs,
    tagged: TaggedArgs,
    targets: &[Target],
    api: PublicApi,
) -> Result<(), Error> {
    let ListingArgs {
        source: _,
        ids,
        select,
        count: _,
        fail_if_empty: _,
        output,
        relations,
        pages: _,
        connection: _,
    } = args;
    let command = format!("ecrpub {}s", schema.noun);
    let mut needs = Vec::new();
    if targets.iter().any(selects_digest) {
        needs.push(Need::new("@DIGEST", Facts::DETAILS));
    }
    needs.extend(ids.needs());
    needs.extend(select.needs());
    needs.extend(tagged.needs());
    needs.extend(output.needs(schema));
    needs.extend(relations.needs());
    for target in targets {
        let told = target.told(api);
        if !told.contains(schema.needs) {
            return Err(beyond_names(&command, true));
        }
        let known = told | target.readable(api);
        for Need { option, facts } in &needs {
            let missing = *facts - known;
            if missing.contains(Facts::UNTAGGED) {
                return Err(Error::usage(format!(
                    "`{option}` lists untagged images, which public repositories do not show"
                ))
                .hint("name a repository of your own registry by its name alone"));
            }
            if !missing.is_empty() {
                return Err(beyond_names(option, false));
            }
        }
    }
    Ok(())
}

fn selects_digest(target: &Target) -> bool {
    target.images.iter().any(|id| id.digest().is_some())
}

fn beyond_names(option: &str, is_command: bool) -> Error {
    let error = Error::usage(format!(
        "`{option}` needs more than tag names and manifests, but `--source registry` provides nothing else"
    ));
    if is_command {
        error.hint("list the names with `ecrpub tags`, or leave out `--source registry`")
    } else {
        error.hint(format!("leave out `{option}` or `--source registry`"))
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::check;
    use crate::facts::Facts;
    use crate::listing::ListingArgs;
    use crate::model::{Image, Tag};
    use crate::output::Schema;
    use crate::select::TaggedArgs;

    #[derive(Parser)]
    struct Options {
        #[command(flatten)]
        listing: ListingArgs,
        #[command(flatten)]
        tagged: TaggedArgs,
    }

    const IMAGES: Schema<Image> = Schema {
        noun: "image",
        list_key: "images",
        columns: &[],
        id: "",
        needs: Facts::DIGESTS,
        complete: Facts::UNTAGGED,
        is_index: |_| false,
    };

    const TAGS: Schema<Tag> = Schema {
        noun: "tag",
        list_key: "tags",
        columns: &[],
        id: "",
        needs: Facts::NAMES,
        complete: Facts::NAMES,
        is_index: |_| false,
    };

    /// The error of `check` for a command line that begins with `images` or `tags`.
    fn refusal(line: &str) -> Option<String> {
        let options = Options::parse_from(line.split(' '));
        let targets = options.listing.source.targets().unwrap();
        let (args, tagged) = (&options.listing, options.tagged);
        let api = args.source.source.first();
        let outcome = if line.starts_with("images") {
            check(&IMAGES, args, tagged, &targets, api)
        } else {
            check(&TAGS, args, tagged, &targets, api)
        };
        outcome.err().map(|error| error.to_string())
    }

    #[test]
    fn refuses_options_that_exclude_each_other() {
        for (line, options) in [
            ("tags web --count -o json", ["--count", "--output"]),
            ("tags web --count --reverse", ["--count", "--reverse"]),
            ("images web --count --platforms", ["--count", "--platforms"]),
            ("images web --tagged --untagged", ["--tagged", "--untagged"]),
            (
                "tags web --max-pages 1 --limit 1",
                ["--max-pages", "--limit"],
            ),
            (
                "tags web --starting-token x --tag y",
                ["--starting-token", "--tag"],
            ),
            ("tags web --sort none --reverse", ["--sort none", "reverse"]),
            (
                "tags web -o csv --time relative",
                ["--time relative", "tables"],
            ),
            ("tags web -o name -c imageTag", ["--columns", "-o name"]),
            ("images web -o name --platforms", ["--platforms", "-o name"]),
            ("tags web -o json --pin", ["--pin", "another format"]),
            (
                "images web -o image-ids --sort size",
                ["-o image-ids", "order"],
            ),
            (
                "images web team/app -o image-ids",
                ["-o image-ids", "several"],
            ),
            (
                "tags web team/app --max-pages 2",
                ["--max-pages", "several"],
            ),
        ] {
            let refusal = refusal(line).expect(line);
            assert!(
                options.iter().all(|option| refusal.contains(option)),
                "{line}: {refusal}"
            );
        }
    }

    #[test]
    fn refuses_options_of_the_other_kind_of_repository() {
        for (line, words) in [
            (
                "tags web --source registry",
                "`web` is in your own registry",
            ),
            (
                "tags ab/cd --public --profile x",
                "`--profile` is for your own registry",
            ),
            (
                "tags ab/cd --public --registry-id 123456789012",
                "`--registry-id` is for",
            ),
            ("images ab/cd --public -o image-ids", "cannot be deleted"),
            (
                "images ab/cd --public --max-pages 2",
                "read from all its tags",
            ),
            (
                "tags public.ecr.aws/ab/cd:1 --max-pages 2",
                "one of its images was named",
            ),
        ] {
            let refusal = refusal(line).expect(line);
            assert!(refusal.contains(words), "{line}: {refusal}");
        }
    }

    #[test]
    fn refuses_options_that_need_missing_facts() {
        for (line, words) in [
            (
                "images ab/cd --public --untagged",
                "`--untagged` lists untagged images",
            ),
            (
                "images ab/cd --public --source registry",
                "`ecrpub images` needs more",
            ),
            (
                "tags ab/cd --public --source registry --sort size",
                "`--sort size` needs more",
            ),
            (
                "tags ab/cd --public --source registry --since 1d",
                "`--since` needs more",
            ),
            (
                "tags ab/cd --public --source registry --bytes",
                "`--bytes` needs more",
            ),
        ] {
            let refusal = refusal(line).expect(line);
            assert!(refusal.contains(words), "{line}: {refusal}");
        }
    }

    #[test]
    fn accepts_options_that_fit() {
        for line in [
            "tags web --starting-token x --limit 3",
            "images web ab/cd -o json --platforms",
            "images web --untagged --max-pages 3",
            "tags ab/cd --public --source registry --sort tag",
            "tags ab/cd --public --source registry --count",
            "images ab/cd --public --platforms --limit 3",
            "tags web --pin --sort none",
        ] {
            assert_eq!(refusal(line), None, "{line}");
        }
    }
}

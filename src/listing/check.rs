//! Refuses options that contradict each other or the repositories, before any request is sent.

use clap::ValueEnum;

use super::Query;
use crate::error::Error;
use crate::facts::{Facts, Need};
use crate::model::RowKind;
use crate::output::{Expected, FormatName, TimeFormat};
use crate::select::{IdArgs, SortKey};
use crate::source::{PublicApi, SourceName, Subject, Target};

/// Checks that the options of `query` fit each other, its targets and its rows; public repositories are
/// read from `api`.
pub(super) fn check(query: &Query<'_>, api: PublicApi) -> Result<(), Error> {
    let expected = query.expected(api);
    exclusions(query)?;
    combinations(query)?;
    registries(query)?;
    part_of_listing(query, expected)?;
    if query.deletes() {
        deletion(query, expected)?;
    }
    needs(query, api)
}

/// Whether the registry, which lists names in no useful order, can answer for the gallery: where the
/// names of tags decide what is printed, and in which order.
pub(super) fn names_are_enough(query: &Query<'_>) -> bool {
    let args = query.args;
    let is_ordered = args.select.filter.semver.is_some()
        || matches!(args.select.sort, Some(SortKey::Version | SortKey::Tag))
        || !query.targets.iter().any(|target| query.wants_all(target));
    let fits = args.count
        || match args.output.format_name() {
            FormatName::Table => true,
            FormatName::Name => is_ordered,
            _ => false,
        };
    let is_named = |target: &Target| !target.subject.is_own() && !target.subject.is_pattern();
    fits && query.source == SourceName::Auto
        && query.platform.is_none()
        && !args.pages.is_part()
        && query.targets.iter().all(is_named)
        && needs(query, PublicApi::Registry).is_ok()
}

/// Refuses options that exclude each other.
fn exclusions(query: &Query<'_>) -> Result<(), Error> {
    let (args, select, output) = (query.args, &query.args.select, &query.args.output);
    let has_id = |is_given: fn(&IdArgs) -> bool| query.ids.is_some_and(is_given);
    let count = ("--count", args.count);
    let limit = ("--limit", select.limit.is_some());
    let tag = ("--tag", has_id(|ids| !ids.tags.is_empty()));
    let digest = ("--digest", has_id(|ids| !ids.digests.is_empty()));
    let semver = ("--semver", select.filter.semver.is_some());
    let max_pages = ("--max-pages", args.pages.max_pages.is_some());
    let starting_token = ("--starting-token", args.pages.starting_token.is_some());
    let added = query.added.first().map(|added| (added.option, true));
    let mut beside_count = vec![
        ("--output", output.output.is_some()),
        ("--columns", !output.columns.is_empty()),
        ("--full-ref", output.full_ref),
        ("--pin", output.pin),
        ("--sort", select.sort.is_some()),
        ("--reverse", select.reverse),
        ("--skip", select.skip > 0),
        limit,
    ];
    beside_count.extend(added);
    // The options whose answers depend on every row of a repository.
    let needs = query.needs_of_selection().into_iter();
    let needs = needs.chain(query.needs_of_output());
    let relations: Vec<_> = needs
        .filter(|need| need.facts.contains(Facts::RELATIONS))
        .map(|need| need.option)
        .collect();
    let relations = relations.iter().map(|option| (option.as_str(), true));
    let whole = [
        count,
        tag,
        digest,
        semver,
        ("--platform", query.platform.is_some()),
    ];
    let whole: Vec<_> = whole.into_iter().chain(relations).collect();
    let with_limit = [whole.as_slice(), &[limit]].concat();
    let tagged = [("--untagged", query.tagged.untagged)];
    for ((option, is_given), others) in [
        (("--tagged", query.tagged.tagged), &tagged[..]),
        (count, &beside_count),
        (max_pages, &with_limit),
        (starting_token, &whole),
    ] {
        if let Some((other, _)) = others.iter().find(|(_, is_given)| *is_given)
            && is_given
        {
            let message = format!("`{option}` cannot be used with `{other}`");
            return Err(Error::usage(message).hint(format!("leave out `{option}` or `{other}`")));
        }
    }
    Ok(())
}

/// Whether a rule is broken, what is meant by `{}` in its message and hint, and these two.
type Rule<'a> = (bool, &'a str, &'static str, &'static str);

/// The usage error of the first rule that is broken.
fn first_broken<const N: usize>(rules: [Rule<'_>; N]) -> Result<(), Error> {
    match rules.into_iter().find(|(is_broken, ..)| *is_broken) {
        Some((_, subject, message, hint)) => {
            let [message, hint] = [message, hint].map(|text| text.replace("{}", subject));
            Err(Error::usage(message).hint(hint))
        }
        None => Ok(()),
    }
}

/// Refuses options that have no effect with others, or without them.
fn combinations(query: &Query<'_>) -> Result<(), Error> {
    let (select, output) = (&query.args.select, &query.args.output);
    let format = output.format_name();
    let has_columns = format.has_columns();
    let name = format.to_possible_value().unwrap_or_default();
    let name = name.get_name();
    let added = query.added.first().map(|added| added.option);
    let reference = if output.full_ref {
        "--full-ref"
    } else {
        "--pin"
    };
    first_broken([
        (
            select.filter.pre && select.filter.semver.is_none(),
            "",
            "`--pre` adds pre-releases to a range, but `--semver` is missing",
            "add `--semver '*'` for all versions",
        ),
        (
            select.reverse && select.sort == Some(SortKey::None),
            "",
            "`--sort none` has no order to reverse",
            "leave out `--reverse`, or sort by a key",
        ),
        (
            output.time == Some(TimeFormat::Relative) && format != FormatName::Table,
            "",
            "`--time relative` is for tables only",
            "use `--time iso`, `epoch` or `local` with this format",
        ),
        (
            !output.columns.is_empty() && !has_columns,
            name,
            "`--columns` cannot be used with `-o {}`",
            "choose columns with `-o tsv --no-headers`",
        ),
        (
            added.is_some() && !has_columns,
            added.unwrap_or_default(),
            "`{}` adds columns, but the format has none",
            "use it with `-o table`, `json`, `jsonl`, `csv` or `tsv`",
        ),
        (
            output.is_full_ref() && format != FormatName::Name,
            reference,
            "`{}` prints names, but another format was given",
            "use it with `-o name`, or alone",
        ),
    ])
}

/// Refuses options for own repositories with public ones, and the reverse.
fn registries(query: &Query<'_>) -> Result<(), Error> {
    let subjects = || query.targets.iter().map(|target| &target.subject);
    let own = subjects().find(|subject| subject.is_own());
    let pattern = subjects().find(|subject| subject.is_pattern());
    let name = |subject: Option<&Subject>| subject.map(ToString::to_string).unwrap_or_default();
    let connection = &query.args.connection;
    let signed = [
        ("--profile", connection.profile.is_some()),
        ("--region", connection.region.is_some()),
        ("--endpoint-url", connection.endpoint_url.is_some()),
        ("--registry-id", query.registry_id.is_some()),
    ];
    let signed = signed.into_iter().find(|(_, is_given)| *is_given);
    first_broken([
        (
            own.is_some() && query.source != SourceName::Auto,
            &name(own),
            "`--source` is for public repositories, but `{}` is in your own registry",
            "leave out `--source`, or name the repository as `public.ecr.aws/ALIAS/NAME`",
        ),
        (
            pattern.is_some() && query.source == SourceName::Registry,
            &name(pattern),
            "`{}` is a pattern, but `--source registry` cannot list repositories",
            "name the repositories, or leave out `--source`",
        ),
        (
            signed.is_some() && own.is_none(),
            signed.map_or("", |(option, _)| option),
            "`{}` is for your own registry, but only public repositories were given",
            "leave out `{}`: public repositories are read without credentials",
        ),
    ])
}

/// Refuses `--max-pages` and `--starting-token` unless one whole repository is listed.
fn part_of_listing(query: &Query<'_>, expected: Expected) -> Result<(), Error> {
    let pages = &query.args.pages;
    let option = match (&pages.max_pages, &pages.starting_token) {
        (Some(_), _) => "--max-pages",
        (None, Some(_)) => "--starting-token",
        (None, None) => return Ok(()),
    };
    let mut targets = query.targets.iter();
    first_broken([
        (
            query.kind() == RowKind::Repositories,
            option,
            "`{}` lists a part of one repository, not of a registry",
            "leave out `{}`",
        ),
        (
            targets.clone().any(|target| target.subject.is_pattern()),
            option,
            "`{}` takes one repository by name, but a pattern was given",
            "name one repository",
        ),
        (
            expected.several,
            option,
            "`{}` takes one repository, but several were given",
            "name one repository",
        ),
        (
            targets.any(|target| !target.images.is_empty()),
            option,
            "`{}` takes a whole repository, but one of its images was named",
            "name the repository without a tag or digest",
        ),
        (
            query.kind() == RowKind::Images && expected.public,
            option,
            "`{}` cannot be used with the images of a public repository, which are read from all its tags",
            "list a part of the tags with `ecrpub tags`",
        ),
    ])
}

/// Refuses what is not deleted, and options that do not apply to deletion.
fn deletion(query: &Query<'_>, expected: Expected) -> Result<(), Error> {
    const OPTION: &str = "-o delete-requests";
    let select = &query.args.select;
    let mut filters = select.filter.needs().chain(query.tagged.needs());
    let is_filtered = filters.next().is_some() || select.skip > 0;
    let takes_all = query.targets.iter().any(|target| query.wants_all(target));
    first_broken([
        (
            query.kind() == RowKind::Repositories,
            OPTION,
            "`{}` lists images to delete, not repositories",
            "use it with `ecrpub images REPO`",
        ),
        (
            query.kind() == RowKind::Tags,
            OPTION,
            "`{}` deletes images with all their tags, but tags are listed",
            "use it with `ecrpub images REPO`",
        ),
        (
            expected.public,
            OPTION,
            "`{}` lists images to delete, but public images cannot be deleted",
            "name the repository of your own registry by its name alone",
        ),
        (
            select.sort == Some(SortKey::None),
            OPTION,
            "`{}` needs an order that does not change, and `--sort none` has none",
            "leave out `--sort none`",
        ),
        (
            select.limit.is_some(),
            OPTION,
            "`{}` deletes every image that passes: `--limit` would choose some of them",
            "keep the first ones of an order with `--skip N`",
        ),
        (
            query.platform.is_some(),
            OPTION,
            "`{}` deletes whole indexes, but `--platform` selects by one of their platforms",
            "leave out `--platform`",
        ),
        (
            takes_all && !is_filtered,
            OPTION,
            "`{}` without a filter deletes every image",
            "give a filter, such as `--unused`, or `--skip N`",
        ),
    ])
}

/// Refuses options that need facts which the sources of the targets do not provide.
fn needs(query: &Query<'_>, api: PublicApi) -> Result<(), Error> {
    let command = format!("ecrpub {}s", query.kind().noun());
    let rows = Need::new(command, query.kind().needs());
    let selection = query.needs_of_selection();
    let output = query.needs_of_output();
    for Target { subject, .. } in &query.targets {
        let (told, readable) = (subject.told(api), subject.readable(api));
        // Digests that are read of each row come too late to select and order by them.
        let selecting = told | (readable - Facts::DIGESTS);
        let known = [(&rows, told)].into_iter();
        let known = known.chain(selection.iter().map(|need| (need, selecting)));
        let known = known.chain(output.iter().map(|need| (need, told | readable)));
        for (Need { option, facts }, known) in known {
            refuse(option, *facts - known, told)?;
        }
    }
    Ok(())
}

/// Refuses `option` if facts are `missing` that it needs.
fn refuse(option: &str, missing: Facts, told: Facts) -> Result<(), Error> {
    const OWN: &str = "name a repository of your own registry by its name alone";
    let are_repositories = !told.contains(Facts::TAGS);
    if missing.is_empty() {
        return Ok(());
    }
    first_broken([
        (
            are_repositories && missing.intersects(Facts::TAGS | Facts::DIGESTS),
            option,
            "`{}` is for tags and images, but repositories are listed",
            "leave out `{}`, or list the tags of a repository with `ecrpub tags REPO`",
        ),
        (
            missing.contains(Facts::RELATIONS),
            option,
            "`{}` needs every image of a repository, but public repositories do not show untagged images",
            OWN,
        ),
        (
            missing.contains(Facts::UNTAGGED),
            option,
            "`{}` lists untagged images, which public repositories do not show",
            if are_repositories {
                "leave it out: `--usage` counts the tags of public repositories"
            } else {
                OWN
            },
        ),
        (
            are_repositories,
            option,
            "`{}` needs more than the names of repositories, but public registries provide nothing else",
            "leave out `{}`",
        ),
        (
            true,
            option,
            "`{}` needs more than tag names and manifests, but `--source registry` provides nothing else",
            if option.starts_with("ecrpub") {
                "list the names with `ecrpub tags`, or leave out `--source registry`"
            } else {
                "leave out `{}` or `--source registry`"
            },
        ),
    ])
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::check;
    use crate::listing::{ImageListingArgs, Query};
    use crate::model::RowKind;
    use crate::output::Schema;
    use crate::select::TaggedArgs;

    #[derive(Parser)]
    struct Options {
        #[command(flatten)]
        listing: ImageListingArgs,
        #[command(flatten)]
        tagged: TaggedArgs,
    }

    const fn schema(kind: RowKind) -> Schema {
        Schema { kind, columns: &[] }
    }

    const IMAGES: Schema = schema(RowKind::Images);
    const TAGS: Schema = schema(RowKind::Tags);

    /// The error of `check` for a command line that begins with `images` or `tags`.
    fn refusal(line: &str) -> Option<String> {
        let options = Options::parse_from(line.split(' '));
        let (args, tagged) = (&options.listing, options.tagged);
        let api = args.source.source.first();
        let outcome = if line.starts_with("images") {
            let query = Query::of_images(&IMAGES, tagged, args).unwrap();
            check(&query, api)
        } else {
            let query = Query::of_images(&TAGS, tagged, args).unwrap();
            check(&query, api)
        };
        outcome.err().map(|error| error.to_string())
    }

    /// Command lines, and what their refusals say.
    const REFUSED: &str = "\
tags web --count -o json => --count | --output
tags web --count --reverse => --count | --reverse
images web --count --platforms => --count | --platforms
images web --tagged --untagged => --tagged | --untagged
tags web --max-pages 1 --limit 1 => --max-pages | --limit
tags web --starting-token x --tag y => --starting-token | --tag
tags web --sort none --reverse => --sort none | reverse
tags web -o csv --time relative => --time relative | tables
tags web -o name -c imageTag => --columns | -o name
images web -o name --platforms => --platforms | format
tags web -o json --pin => --pin | another format
tags web team/app --max-pages 2 => --max-pages | several
tags web --source registry => `web` is in your own registry
tags ab/cd --public --profile x => `--profile` is for your own registry
tags ab/cd --public --registry-id 123456789012 => `--registry-id` is for
tags ab/cd --public --region us-east-1 => `--region` is for
tags ab/cd --public --endpoint-url http://h => `--endpoint-url` is
images ab/cd --public --starting-token x => read from all its tags
images ab/cd --public -o delete-requests => cannot be deleted
images ab/cd --public --max-pages 2 => read from all its tags
tags public.ecr.aws/ab/cd:1 --max-pages 2 => one of its images was named
images ab/cd --public --untagged => `--untagged` lists untagged images
images ab/cd --public --source registry => `ecrpub images` needs more";

    #[test]
    fn refuses_options_that_do_not_go_together() {
        for case in REFUSED.lines() {
            let (line, words) = case.split_once(" => ").expect("an arrow");
            let refusal = refusal(line).expect(line);
            let mut words = words.split(" | ");
            assert!(
                words.all(|word| refusal.contains(word)),
                "{line}: {refusal}"
            );
        }
        for options in [
            "--since 1d",
            "--before 7d",
            "--media-type helm",
            "--digest 0123456789ab",
            "--bytes",
        ] {
            let line = format!("tags ab/cd --public --source registry {options}");
            let refusal = refusal(&line).expect(options);
            let (option, _) = options.split_once(' ').unwrap_or((options, ""));
            assert!(
                refusal.starts_with(&format!("`{option}")),
                "{line}: {refusal}"
            );
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

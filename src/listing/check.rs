//! Refuses options that contradict each other or the repositories, before any request is sent.

use clap::ValueEnum;

use super::Plan;
use crate::error::Error;
use crate::facts::{Facts, Need};
use crate::model::RowKind;
use crate::output::{Expected, FormatName, TimeFormat};
use crate::select::{IdArgs, SortKey};
use crate::source::{PublicApi, SourceName, Target};

/// An option, and whether it is given.
type Given<'a> = (&'a str, bool);

/// Checks that the options of `plan` fit each other, its targets and its rows; public repositories are
/// read from `api`.
///
/// # Errors
///
/// A usage error that says what to leave out.
pub(super) fn check(plan: &Plan<'_>, api: PublicApi) -> Result<(), Error> {
    let expected = plan.expected(api);
    options(plan)?;
    registries(plan)?;
    part_of_listing(plan, expected)?;
    format(plan, expected)?;
    needs(plan, api)
}

/// Whether the registry, which lists names in no useful order, can answer for the gallery: where the
/// names of tags decide what is printed, and in which order.
pub(super) fn names_are_enough(plan: &Plan<'_>) -> bool {
    let args = plan.args;
    let is_ordered = args.select.filter.semver.is_some()
        || matches!(args.select.sort, Some(SortKey::Version | SortKey::Tag))
        || !plan.targets.iter().any(|target| plan.wants_all(target));
    let fits = args.count
        || match args.output.format_name() {
            FormatName::Table => true,
            FormatName::Name => is_ordered,
            _ => false,
        };
    let is_named = |target: &Target| !target.subject.is_own() && !target.subject.is_pattern();
    fits && plan.source == SourceName::Auto
        && plan.platform.is_none()
        && !args.pages.is_part()
        && plan.targets.iter().all(is_named)
        && needs(plan, PublicApi::Registry).is_ok()
}

/// Refuses options that exclude each other.
fn options(plan: &Plan<'_>) -> Result<(), Error> {
    let args = plan.args;
    let (select, output) = (&args.select, &args.output);
    let has_id = |is_given: fn(&IdArgs) -> bool| plan.ids.is_some_and(is_given);
    let count = ("--count", args.count);
    let limit = ("--limit", select.limit.is_some());
    let tag = ("--tag", has_id(|ids| !ids.tags.is_empty()));
    let digest = ("--digest", has_id(|ids| !ids.digests.is_empty()));
    let reverse = ("--reverse", select.reverse);
    let max_pages = ("--max-pages", args.pages.max_pages.is_some());
    let starting_token = ("--starting-token", args.pages.starting_token.is_some());
    exclude(
        ("--tagged", plan.tagged.tagged),
        &[("--untagged", plan.tagged.untagged)],
    )?;
    let added = plan.added.first().map(|added| (added.option, true));
    let others = [
        ("--output", output.output.is_some()),
        ("--columns", !output.columns.is_empty()),
        ("--full-ref", output.full_ref),
        ("--pin", output.pin),
        ("--sort", select.sort.is_some()),
        reverse,
        limit,
    ];
    let others: Vec<_> = added.into_iter().chain(others).collect();
    exclude(count, &others)?;
    let filter = &select.filter;
    let semver = ("--semver", filter.semver.is_some());
    let whole = whole_repository(plan);
    let whole: Vec<_> = whole.iter().map(|option| (option.as_str(), true)).collect();
    exclude(max_pages, &[count, tag, digest, semver, limit])?;
    exclude(max_pages, &whole)?;
    exclude(starting_token, &[count, tag, digest, semver])?;
    exclude(starting_token, &whole)?;
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

/// The options whose answers depend on every row of a repository.
fn whole_repository(plan: &Plan<'_>) -> Vec<String> {
    let relates = |need: &Need| need.facts.contains(Facts::RELATIONS);
    let needs = plan.needs_of_selection().into_iter();
    let needs = needs.chain(plan.needs_of_output()).filter(relates);
    let mut options: Vec<_> = needs.map(|need| need.option).collect();
    options.extend(plan.platform.map(|_| "--platform".to_owned()));
    if plan.args.output.format_name() == FormatName::ImageIds {
        options.push("-o image-ids".to_owned());
    }
    options
}

fn exclude((option, is_given): Given<'_>, others: &[Given<'_>]) -> Result<(), Error> {
    match others.iter().find(|(_, other_is_given)| *other_is_given) {
        Some((other, _)) if is_given => Err(Error::usage(format!(
            "`{option}` cannot be used with `{other}`"
        ))
        .hint(format!("leave out `{option}` or `{other}`"))),
        _ => Ok(()),
    }
}

/// Refuses options for own repositories with public ones, and the reverse.
fn registries(plan: &Plan<'_>) -> Result<(), Error> {
    let own = plan.targets.iter().find(|target| target.subject.is_own());
    if let (Some(own), SourceName::Gallery | SourceName::Registry) = (own, plan.source) {
        return Err(Error::usage(format!(
            "`--source` is for public repositories, but `{}` is in your own registry",
            own.subject
        ))
        .hint("leave out `--source`, or name the repository as `public.ecr.aws/ALIAS/NAME`"));
    }
    let pattern = plan
        .targets
        .iter()
        .find(|target| target.subject.is_pattern());
    if let (Some(pattern), SourceName::Registry) = (pattern, plan.source) {
        return Err(Error::usage(format!(
            "`{}` is a pattern, but `--source registry` cannot list repositories",
            pattern.subject
        ))
        .hint("name the repositories, or leave out `--source`"));
    }
    let connection = &plan.args.connection;
    let signed = [
        ("--profile", connection.profile.is_some()),
        ("--region", connection.region.is_some()),
        ("--endpoint-url", connection.endpoint_url.is_some()),
        ("--registry-id", plan.registry_id.is_some()),
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
fn part_of_listing(plan: &Plan<'_>, expected: Expected) -> Result<(), Error> {
    let pages = &plan.args.pages;
    let option = match (&pages.max_pages, &pages.starting_token) {
        (Some(_), _) => "--max-pages",
        (None, Some(_)) => "--starting-token",
        (None, None) => return Ok(()),
    };
    if !expected.told.contains(Facts::TAGS) {
        return Err(Error::usage(format!(
            "`{option}` lists a part of one repository, not of a registry"
        ))
        .hint(format!("leave out `{option}`")));
    }
    if plan
        .targets
        .iter()
        .any(|target| target.subject.is_pattern())
    {
        return Err(Error::usage(format!(
            "`{option}` takes one repository by name, but a pattern was given"
        ))
        .hint("name one repository"));
    }
    if expected.several {
        return Err(Error::usage(format!(
            "`{option}` takes one repository, but several were given"
        ))
        .hint("name one repository"));
    }
    if plan.targets.iter().any(|target| !target.images.is_empty()) {
        return Err(Error::usage(format!(
            "`{option}` takes a whole repository, but one of its images was named"
        ))
        .hint("name the repository without a tag or digest"));
    }
    if plan.schema.kind == RowKind::Images && expected.public {
        return Err(Error::usage(format!(
            "`{option}` cannot be used with the images of a public repository, which are read from all its tags"
        ))
        .hint("list a part of the tags with `ecrpub tags`"));
    }
    Ok(())
}

/// Refuses options that do not apply to the format.
fn format(plan: &Plan<'_>, expected: Expected) -> Result<(), Error> {
    let output = &plan.args.output;
    let format = output.format_name();
    let has_columns = format.has_columns();
    if output.time == Some(TimeFormat::Relative) && format != FormatName::Table {
        return Err(Error::usage("`--time relative` is for tables only")
            .hint("use `--time iso`, `iso-ms`, `epoch` or `local` with this format"));
    }
    if !output.columns.is_empty() && !has_columns {
        return Err(Error::usage(format!(
            "`--columns` cannot be used with `-o {}`",
            name_of(format)
        ))
        .hint("choose columns with `-o tsv --no-headers`"));
    }
    if let (Some(added), false) = (plan.added.first(), has_columns) {
        return Err(Error::usage(format!(
            "`{}` adds columns, but `-o {}` has no columns",
            added.option,
            name_of(format)
        ))
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
    if format.deletes() {
        deletion(plan, expected, format)?;
    }
    Ok(())
}

/// The name of a format on the command line.
fn name_of(format: FormatName) -> String {
    let value = format.to_possible_value();
    value.map_or_else(String::new, |value| value.get_name().to_owned())
}

/// Refuses options that do not apply to formats for deletion.
fn deletion(plan: &Plan<'_>, expected: Expected, format: FormatName) -> Result<(), Error> {
    let option = format!("-o {}", name_of(format));
    if !expected.told.contains(Facts::TAGS) {
        return Err(Error::usage(format!(
            "`{option}` lists images to delete, not repositories"
        ))
        .hint("use it with `ecrpub images REPO`"));
    }
    if format == FormatName::DeleteRequests && plan.schema.kind == RowKind::Tags {
        return Err(Error::usage(
            "`-o delete-requests` deletes images with all their tags, but tags are listed",
        )
        .hint("use it with `ecrpub images REPO`, or list tags with `-o image-ids`"));
    }
    if format == FormatName::ImageIds && expected.several {
        return Err(
            Error::usage("`-o image-ids` takes one repository, but several were given")
                .hint("run the command once for each repository"),
        );
    }
    if expected.public {
        return Err(Error::usage(format!(
            "`{option}` lists images to delete, but public images cannot be deleted"
        ))
        .hint("name the repository of your own registry by its name alone"));
    }
    let select = &plan.args.select;
    if select.sort.is_some() || select.reverse {
        let order = match format {
            FormatName::ImageIds => "indexes first",
            _ => "that of deletion",
        };
        return Err(
            Error::usage(format!("`{option}` has a fixed order, {order}"))
                .hint("leave out `--sort` and `--reverse`"),
        );
    }
    Ok(())
}

/// Refuses options that need facts which the sources of the targets do not provide.
fn needs(plan: &Plan<'_>, api: PublicApi) -> Result<(), Error> {
    let schema = plan.schema;
    let selection = plan.needs_of_selection();
    let output = plan.needs_of_output();
    for Target { subject, .. } in &plan.targets {
        let (told, readable) = (subject.told(api), subject.readable(api));
        if !told.contains(schema.kind.needs()) {
            return Err(beyond_names(
                &format!("ecrpub {}s", schema.kind.noun()),
                true,
            ));
        }
        // Rows are selected by what listings tell, and by usage, which is read before.
        let of_manifests = Facts::MANIFESTS | Facts::RELATIONS;
        let selecting = told | readable & (Facts::USAGE | Facts::UNTAGGED | of_manifests);
        let selection = selection.iter().map(|need| (need, selecting));
        let output = output.iter().map(|need| (need, told | readable));
        for (Need { option, facts }, known) in selection.chain(output) {
            refuse(option, *facts - known, told)?;
        }
    }
    Ok(())
}

/// Refuses `option` if facts are `missing` that it needs.
fn refuse(option: &str, missing: Facts, told: Facts) -> Result<(), Error> {
    if missing.is_empty() {
        return Ok(());
    }
    if !told.contains(Facts::TAGS) && missing.intersects(Facts::TAGS | Facts::DIGESTS) {
        return Err(Error::usage(format!(
            "`{option}` is for tags and images, but repositories are listed"
        ))
        .hint(format!(
            "leave out `{option}`, or list the tags of a repository with `ecrpub tags REPO`"
        )));
    }
    if missing.contains(Facts::RELATIONS) {
        return Err(Error::usage(format!(
            "`{option}` needs every image of a repository, but public repositories do not show untagged images"
        ))
        .hint("name a repository of your own registry by its name alone"));
    }
    if missing.contains(Facts::UNTAGGED) {
        let error = Error::usage(format!(
            "`{option}` lists untagged images, which public repositories do not show"
        ));
        return Err(if told.contains(Facts::TAGS) {
            error.hint("name a repository of your own registry by its name alone")
        } else {
            error.hint("leave it out: `--usage` counts the tags of public repositories")
        });
    }
    if !told.contains(Facts::TAGS) {
        return Err(Error::usage(format!(
            "`{option}` needs more than the names of repositories, but public registries provide nothing else"
        ))
        .hint(format!("leave out `{option}`")));
    }
    Err(beyond_names(option, false))
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
    use crate::listing::{ImageListingArgs, Plan};
    use crate::model::RowKind;
    use crate::output::Schema;
    use crate::select::{SortKey, TaggedArgs};

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
            let plan = Plan::of_images(&IMAGES, SortKey::Pushed, tagged, args).unwrap();
            check(&plan, api)
        } else {
            let plan = Plan::of_images(&TAGS, SortKey::Created, tagged, args).unwrap();
            check(&plan, api)
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

//! Options and formats of other tools, and what to type instead.

/// The replacements for options of other tools. `{N}` is the user's value if it fits, or else `N`;
/// `REPO` is the user's repository.
pub(super) const INSTEAD: &[(&[&str], &str)] = &[
    // Formats.
    (
        &["--json", "-j"],
        "use `--output json`, or `--output jsonl` for one object per line",
    ),
    (
        &["--jsonl", "--ndjson", "--json-lines"],
        "use `--output jsonl`",
    ),
    (&["--csv"], "use `--output csv`"),
    (
        &["--tsv", "--text", "--plain", "--parsable"],
        "use `--output tsv --no-headers`",
    ),
    (
        &["--yaml", "--yml"],
        "there is no YAML: use `--output json`",
    ),
    (
        &["--table", "--pretty"],
        "use `--output table`, the default",
    ),
    (
        &["--out", "--output-format", "--fmt", "--print"],
        "use `--output {FORMAT}`",
    ),
    (
        &[
            "--raw",
            "--short",
            "--names-only",
            "--name-only",
            "--simple",
            "-1",
        ],
        "use `--output name`, one name per line",
    ),
    (
        &["--jq"],
        "pipe JSON to jq: `ecrpub tags REPO --output json | jq {FILTER}`",
    ),
    (
        &["--query", "--jmespath", "--jsonpath", "--jp"],
        "select fields with `--columns NAMES --output tsv`, or pipe `--output json` to jq",
    ),
    (
        &["--template", "--go-template", "--custom-columns", "-t"],
        "select fields with `--columns NAMES --output tsv --no-headers`",
    ),
    (
        &[
            "--fields",
            "--field",
            "--column",
            "--cols",
            "--select",
            "--show",
            "--attributes",
            "--attribute-names",
        ],
        "use `--columns {NAMES}`",
    ),
    (
        &[
            "--no-header",
            "--noheader",
            "--noheaders",
            "--no-heading",
            "--no-headings",
            "--skip-header",
            "--skip-headers",
            "--hide-headers",
            "-H",
        ],
        "use `--no-headers`",
    ),
    (
        &[
            "--wide",
            "-w",
            "--no-truncate",
            "--no-truncation",
            "--full",
            "--full-digest",
            "--long",
            "-l",
            "--notrunc",
        ],
        "use `--no-trunc`",
    ),
    (
        &["--digests", "--show-digests", "--digest-only"],
        "digests are shown by default; print them in full with `--no-trunc`",
    ),
    (
        &["--size", "--sizes", "--show-size"],
        "sizes are shown by default: order by them with `--sort size`, print bytes with `--bytes`",
    ),
    (
        &["--human", "--human-readable"],
        "sizes are printed for people by default; print bytes with `--bytes`",
    ),
    (
        &[
            "--uri",
            "--uris",
            "--url-only",
            "--full-name",
            "--fullref",
            "--reference",
            "--references",
        ],
        "use `--full-ref`",
    ),
    (&["--pinned", "--resolve", "--with-digest"], "use `--pin`"),
    (
        &[
            "--time-format",
            "--date-format",
            "--time-style",
            "--timestamps",
        ],
        "use `--time {FORMAT}`",
    ),
    (
        &["--utc"],
        "times are printed in UTC by default, outside of terminals as `--time iso`",
    ),
    (&["--local", "--localtime"], "use `--time local`"),
    (&["--epoch", "--unix"], "use `--time epoch`"),
    (&["--colour"], "use `--color {WHEN}`"),
    (
        &["--no-color", "--no-colour", "--nocolor", "--monochrome"],
        "use `--color never`",
    ),
    (
        &["--header", "--headers"],
        "leave it out: the header is printed by default; omit it with `--no-headers`",
    ),
    (
        &["--outfile", "--output-file", "--out-file"],
        "write to a file with `> FILE`",
    ),
    // Limits and pages.
    (
        &[
            "--max-items",
            "-n",
            "--head",
            "--first",
            "--top",
            "--take",
            "--max",
            "--num",
            "--number",
            "--max-count",
            "-m",
            "--size-limit",
            "--limits",
        ],
        "use `--limit {N}`",
    ),
    (
        &[
            "--max-results",
            "--per-page",
            "--pagesize",
            "--batch-size",
            "--chunk-size",
        ],
        "limit the rows with `--limit {N}`, or the rows of each request with `--page-size {N}`",
    ),
    (
        &["--latest", "--newest", "--most-recent", "--recent"],
        "the newest rows come first: use `--limit {1}`",
    ),
    (
        &["--last"],
        "list the newest rows with `--limit {N}`, the oldest with `--reverse --limit {N}`",
    ),
    (
        &["--tail", "--oldest", "--bottom"],
        "use `--reverse --limit {N}`",
    ),
    (
        &[
            "--all-pages",
            "--paginate",
            "--all-results",
            "--no-limit",
            "--auto-paginate",
        ],
        "leave it out: every page is read; read a part with `--max-pages N`",
    ),
    (
        &["--no-paginate", "--no-auto-paginate", "--single-page"],
        "read only the first page with `--max-pages 1`",
    ),
    (
        &["--page", "--offset", "--skip", "--start"],
        "pages have no numbers: resume with `--starting-token TOKEN` after `--max-pages N`",
    ),
    (
        &[
            "--next-token",
            "--page-token",
            "--cursor",
            "--continue",
            "--marker",
        ],
        "use `--starting-token {TOKEN}`",
    ),
    (
        &[
            "--count-only",
            "--total",
            "--wc",
            "--length",
            "--just-count",
        ],
        "use `--count`",
    ),
    // Filters.
    (
        &["--filter", "--filters", "--filter-by"],
        "filter tags with `--include REGEX`, dates with `--since WHEN` and `--before WHEN`, and list untagged images with `ecrpub images REPO --untagged`",
    ),
    (
        &[
            "--regex",
            "--regexp",
            "--match",
            "--matches",
            "--pattern",
            "--grep",
            "--like",
            "--contains",
            "--tag-regex",
            "--tag-filter",
            "--include-tags",
            "-e",
            "-i",
        ],
        "use `--include {REGEX}`, which matches whole tags",
    ),
    (
        &[
            "--not",
            "--ignore",
            "--invert-match",
            "--skip-tags",
            "--exclude-tags",
            "--without",
        ],
        "use `--exclude {REGEX}`, which matches whole tags",
    ),
    (
        &[
            "--newer",
            "--newer-than",
            "--after",
            "--from",
            "--max-age",
            "--created-after",
            "--pushed-after",
            "--start-time",
            "--since-time",
        ],
        "use `--since {WHEN}`",
    ),
    (
        &[
            "--older-than",
            "--until",
            "--to",
            "--created-before",
            "--pushed-before",
            "--end-time",
        ],
        "use `--before {WHEN}`",
    ),
    (
        &["--age", "--cooldown", "--minimum-release-age", "--older"],
        "use `--before {7d}`",
    ),
    (
        &[
            "--include-prerelease",
            "--include-prereleases",
            "--prerelease",
            "--prereleases",
            "--pre-release",
        ],
        "use `--pre`, with `--semver RANGE`",
    ),
    (
        &["--since-days", "--days", "--last-days", "--newer-than-days"],
        "use `--since {N}d`",
    ),
    (
        &["--older-than-days", "--before-days", "--days-old"],
        "use `--before {N}d`",
    ),
    (
        &["--tag-status"],
        "list the tagged images with `ecrpub images REPO --tagged`, the others with `ecrpub images REPO --untagged`",
    ),
    (
        &["--dangling", "--no-tag", "--no-tags", "--untagged-only"],
        "use `ecrpub images REPO --untagged`",
    ),
    (
        &["--tagged-only", "--with-tags"],
        "use `ecrpub images REPO --tagged`",
    ),
    (
        &[
            "--tag-name",
            "--tags",
            "--image-tag",
            "--image-tags",
            "--with-tag",
        ],
        "use `--tag {TAG}`",
    ),
    (
        &["--image-digest", "--image-digests", "--sha", "--sha256"],
        "use `--digest {DIGEST}`",
    ),
    (
        &["--image-ids", "--image-id", "--id", "--ids"],
        "name images with `--tag TAG` or `--digest DIGEST`",
    ),
    (
        &[
            "--arch",
            "--os",
            "--architecture",
            "--os-arch",
            "--architectures",
            "--variant",
        ],
        "select rows with `--platform OS/ARCH`, or show platforms with `--platforms`",
    ),
    (
        &[
            "--type",
            "--kind",
            "--mediatype",
            "--artifact-type",
            "--manifest-type",
        ],
        "use `--media-type {TEXT}`",
    ),
    (
        &["--omit-digest-tags", "--no-digest-tags", "--no-signatures"],
        "use `--exclude 'sha256-.*'`",
    ),
    (
        &[
            "--version-range",
            "--semver-range",
            "--range",
            "--constraint",
        ],
        "use `--semver {RANGE}`",
    ),
    (
        &["--all-tags", "--list-tags", "-a"],
        "leave it out: all tags are listed by default, by `ecrpub tags REPO`",
    ),
    // Sorting.
    (
        &[
            "--order",
            "--order-by",
            "--sort-by",
            "--orderby",
            "--sortby",
            "--sort-key",
            "--sorting",
            "-k",
        ],
        "use `--sort {KEY}`; reverse it with `--reverse`",
    ),
    (
        &["-r"],
        "use `--reverse`, or name a repository with `-R {REPO}`",
    ),
    (
        &[
            "--ascending",
            "--asc",
            "--oldest-first",
            "--reversed",
            "--rev",
            "--sort-reverse",
        ],
        "dates, versions and sizes descend: use `--reverse`",
    ),
    (
        &["--descending", "--desc", "--newest-first"],
        "leave it out: dates, versions and sizes descend; names ascend, and descend with `--reverse`",
    ),
    (
        &["--version-sort", "--natural-sort", "-V"],
        "use `--sort version`",
    ),
    (&["--unsorted", "--no-sort", "-U"], "use `--sort none`"),
    (&["-S"], "use `--sort size`"),
    // Repositories.
    (
        &[
            "--name",
            "--repository",
            "--repositories",
            "--repository-names",
            "--repo-name",
            "--repos",
            "--image",
            "--image-name",
        ],
        "use `--repo {REPO}`",
    ),
    (
        &[
            "--registry",
            "--account",
            "--account-id",
            "--registry-ids",
            "--owner",
        ],
        "name a public repository as `public.ecr.aws/ALIAS/NAME`, and an account with `--registry-id {ACCOUNT}`",
    ),
    // Connections.
    (
        &[
            "--username",
            "--password",
            "--password-stdin",
            "--user",
            "--creds",
            "--token",
            "--registry-token",
            "--authfile",
            "--login",
            "-u",
            "-p",
        ],
        "public repositories are read without credentials, your own with those of the AWS CLI: `--profile NAME`",
    ),
    (&["--aws-profile"], "use `--profile {NAME}`"),
    (
        &["--no-sign-request", "--anonymous", "--no-creds"],
        "use `ecrpub tags public.ecr.aws/ALIAS/NAME`, which is read without credentials",
    ),
    (
        &["--aws-region"],
        "use `--region {REGION}`; it is seldom needed: ECR Public is in us-east-1",
    ),
    (
        &["--endpoint", "--url", "--host", "--server"],
        "use `--endpoint-url {URL}`",
    ),
    (
        &[
            "--cacert",
            "--ca-cert",
            "--ca-file",
            "--cert-dir",
            "--certificate-authority",
        ],
        "use `--ca-bundle {FILE}`",
    ),
    (
        &[
            "--insecure",
            "--tls-verify",
            "--no-verify-ssl",
            "--skip-tls-verify",
            "--src-tls-verify",
            "--allow-insecure",
        ],
        "certificates are always checked: trust one with `--ca-bundle FILE`",
    ),
    (
        &[
            "--cli-read-timeout",
            "--cli-connect-timeout",
            "--read-timeout",
            "--connect-timeout",
            "--command-timeout",
            "--request-timeout",
        ],
        "use `--timeout {SECONDS}`",
    ),
    (
        &[
            "--retries",
            "--retry",
            "--retry-times",
            "--max-retries",
            "--attempts",
        ],
        "use `--max-attempts {N}`",
    ),
    // General.
    (
        &["--debug", "--trace", "--log-level", "--loglevel"],
        "use `--verbose`",
    ),
    (&["--version"], "print the version with `ecrpub --version`"),
    (
        &["--no-quiet", "--no-verbose"],
        "leave it out: notes are printed unless `--quiet` is given, and no log without `--verbose`",
    ),
    (
        &["--silent", "--no-progress", "--no-notes"],
        "use `--quiet`",
    ),
    (
        &["--no-cli-pager", "--no-pager", "--paginate-output"],
        "leave it out: there is no pager",
    ),
    (
        &["--watch", "--follow", "--wait"],
        "repeat it with `watch ecrpub tags REPO`",
    ),
];

/// The replacements in place of those of [`INSTEAD`] where repositories are listed. `{REGISTRY}` is the
/// user's value as the reference of a public registry, if it fits.
pub(super) const INSTEAD_FOR_REPOSITORIES: &[(&[&str], &str)] = &[
    (
        &[
            "--name",
            "--names",
            "--repository",
            "--repositories",
            "--repository-name",
            "--repository-names",
            "--repo",
            "--repo-name",
            "--repos",
            "-R",
            "--filter",
            "--filters",
            "--filter-by",
            "--regex",
            "--regexp",
            "--match",
            "--matches",
            "--pattern",
            "--grep",
            "--like",
            "--contains",
            "--search",
            "-e",
            "-i",
        ],
        "use `--include {REGEX}`, which matches whole names",
    ),
    (
        &["--not", "--ignore", "--invert-match", "--without"],
        "use `--exclude {REGEX}`, which matches whole names",
    ),
    (
        &[
            "--registry",
            "--registries",
            "--registry-alias",
            "--registry-alias-name",
            "--alias",
            "--namespace",
            "--owner",
        ],
        "name a public registry with `ecrpub repos {REGISTRY}`; your own is the default",
    ),
    (
        &["--account", "--account-id", "--registry-ids"],
        "use `--registry-id {ACCOUNT}`",
    ),
    (
        &[
            "--size",
            "--sizes",
            "--show-size",
            "--image-count",
            "--stats",
            "--disk-usage",
            "--du",
        ],
        "use `--usage`, which adds the number and size of the images",
    ),
    (
        &[
            "--platform",
            "--platforms",
            "--arch",
            "--os",
            "--architecture",
            "--architectures",
            "--os-arch",
            "--variant",
        ],
        "images have platforms, repositories have none: use `ecrpub images REPO --platforms`",
    ),
    (
        &["--all", "--all-repos", "--all-repositories", "-a"],
        "leave it out: all repositories are listed by default",
    ),
    (
        &["--latest", "--newest", "--most-recent", "--recent"],
        "use `--sort created --limit {1}`",
    ),
    (
        &["--last"],
        "list the newest rows with `--sort created --limit {N}`, the oldest with `--sort created --reverse --limit {N}`",
    ),
    (&["--oldest"], "use `--sort created --reverse --limit {N}`"),
    (
        &[
            "--all-pages",
            "--paginate",
            "--all-results",
            "--no-limit",
            "--auto-paginate",
        ],
        "leave it out: every page is read",
    ),
    (
        &[
            "--no-paginate",
            "--no-auto-paginate",
            "--single-page",
            "--page",
            "--offset",
            "--skip",
            "--start",
            "--next-token",
            "--page-token",
            "--cursor",
            "--continue",
            "--marker",
        ],
        "every page is read: limit the rows with `--limit N`",
    ),
    (&["-r"], "use `--reverse`"),
    (
        &["--version-sort", "--natural-sort", "-V"],
        "use `--sort name`, which compares numbers by value",
    ),
    (
        &["--no-sign-request", "--anonymous", "--no-creds"],
        "use `ecrpub repos public.ecr.aws/ALIAS`, which is read without credentials",
    ),
    (
        &[
            "--username",
            "--password",
            "--password-stdin",
            "--user",
            "--creds",
            "--token",
            "--registry-token",
            "--authfile",
            "--login",
            "-u",
            "-p",
        ],
        "public registries are read without credentials, your own with those of the AWS CLI: `--profile NAME`",
    ),
];

/// Values of `--output` of other tools, and their replacements.
pub(super) const OUTPUTS: &[(&[&str], &str)] = &[
    (&["text", "plain", "tab"], "use `--output tsv --no-headers`"),
    (
        &["yaml", "yml", "yaml-stream"],
        "there is no YAML: use `--output json`",
    ),
    (&["wide"], "use `--output table --no-trunc`"),
    (
        &["json-lines", "ndjson", "jsonlines", "json-stream"],
        "use `--output jsonl`",
    ),
    (
        &["names", "list", "raw", "short", "ids", "tags", "digests"],
        "use `--output name`",
    ),
];

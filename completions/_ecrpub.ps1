
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'ecrpub' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'ecrpub'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'ecrpub' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour the output')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log requests, retries and timings to stderr')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log requests, retries and timings to stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors and their hints only, no notes')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors and their hints only, no notes')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not read or write the cache')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help; `-h` prints a summary')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help; `-h` prints a summary')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('images', 'images', [CompletionResultType]::ParameterValue, 'List the images of repositories: one row per digest, newest first')
            [CompletionResult]::new('tags', 'tags', [CompletionResultType]::ParameterValue, 'List the tags of repositories: one row per tag, newest first, with its image')
            [CompletionResult]::new('repos', 'repos', [CompletionResultType]::ParameterValue, 'List the repositories of your own registry, or of a public one, by name')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script of a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the man page of the program or of a command')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'ecrpub;images' {
            [CompletionResult]::new('-R', '-R ', [CompletionResultType]::ParameterName, 'The same as REPO; repeatable')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The same as REPO; repeatable')
            [CompletionResult]::new('--repository-name', '--repository-name', [CompletionResultType]::ParameterName, 'The same as REPO; repeatable')
            [CompletionResult]::new('--source', '--source', [CompletionResultType]::ParameterName, 'Read public repositories from this API')
            [CompletionResult]::new('--registry-id', '--registry-id', [CompletionResultType]::ParameterName, 'Read your own repositories from the registry of this account')
            [CompletionResult]::new('--tag', '--tag', [CompletionResultType]::ParameterName, 'List only rows with this tag; repeatable')
            [CompletionResult]::new('--digest', '--digest', [CompletionResultType]::ParameterName, 'List only rows with this digest, or its beginning; repeatable')
            [CompletionResult]::new('--platform', '--platform', [CompletionResultType]::ParameterName, 'List only rows that run on this platform, such as linux/arm64')
            [CompletionResult]::new('--include', '--include', [CompletionResultType]::ParameterName, 'List only rows with a tag that matches this regex; repeatable')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Ignore tags that match this regex; repeatable')
            [CompletionResult]::new('--semver', '--semver', [CompletionResultType]::ParameterName, 'List only versions in this range, highest first')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'List only rows dated at or after this time')
            [CompletionResult]::new('--before', '--before', [CompletionResultType]::ParameterName, 'List only rows dated before this time, written as for `--since`')
            [CompletionResult]::new('--min-age', '--min-age', [CompletionResultType]::ParameterName, 'List only rows older than this age, such as `7d`')
            [CompletionResult]::new('--media-type', '--media-type', [CompletionResultType]::ParameterName, 'List only rows with this text in the media type of the manifest or artifact')
            [CompletionResult]::new('-L', '-L ', [CompletionResultType]::ParameterName, 'List only the first N rows of each repository')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'List only the first N rows of each repository')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Print in this format')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Print in this format')
            [CompletionResult]::new('--time', '--time', [CompletionResultType]::ParameterName, 'Print times in this format')
            [CompletionResult]::new('--page-size', '--page-size', [CompletionResultType]::ParameterName, 'Request this many rows at a time, 1 to 1000')
            [CompletionResult]::new('--max-pages', '--max-pages', [CompletionResultType]::ParameterName, 'Stop after this many pages')
            [CompletionResult]::new('--starting-token', '--starting-token', [CompletionResultType]::ParameterName, 'Resume where an earlier listing stopped')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the credentials and settings of this profile')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Send requests for your own registry to this region')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'Send requests for your own registry to this URL')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file instead of the system''s')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Limit the time of one attempt, in seconds')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'Limit the attempts while the service throttles or fails')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Print these columns; `+NAME` adds one, `-NAME` leaves one out')
            [CompletionResult]::new('--columns', '--columns', [CompletionResultType]::ParameterName, 'Print these columns; `+NAME` adds one, `-NAME` leaves one out')
            [CompletionResult]::new('-s', '-s', [CompletionResultType]::ParameterName, 'Sort the rows by this key')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'Sort the rows by this key')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour the output')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'List every repository of your own registry')
            [CompletionResult]::new('--public', '--public', [CompletionResultType]::ParameterName, 'Read ALIAS/NAME as public.ecr.aws/ALIAS/NAME')
            [CompletionResult]::new('--platforms', '--platforms', [CompletionResultType]::ParameterName, 'Add the platforms of each index, such as linux/amd64')
            [CompletionResult]::new('--pre', '--pre', [CompletionResultType]::ParameterName, 'Include pre-releases in the `--semver` range')
            [CompletionResult]::new('--exclude-digest-tags', '--exclude-digest-tags', [CompletionResultType]::ParameterName, 'Ignore tags such as `sha256-….sig`, which attach signatures to images')
            [CompletionResult]::new('--reverse', '--reverse', [CompletionResultType]::ParameterName, 'Reverse the sort order')
            [CompletionResult]::new('--count', '--count', [CompletionResultType]::ParameterName, 'Print the number of rows instead of the rows')
            [CompletionResult]::new('--fail-if-empty', '--fail-if-empty', [CompletionResultType]::ParameterName, 'Exit with code 3 when nothing is listed or counted')
            [CompletionResult]::new('--full-ref', '--full-ref', [CompletionResultType]::ParameterName, 'Print references to paste: public.ecr.aws/ALIAS/NAME:TAG')
            [CompletionResult]::new('--pin', '--pin', [CompletionResultType]::ParameterName, 'Print references with the digest that the tag has now: …:TAG@DIGEST')
            [CompletionResult]::new('--no-headers', '--no-headers', [CompletionResultType]::ParameterName, 'Leave out the header line')
            [CompletionResult]::new('--no-trunc', '--no-trunc', [CompletionResultType]::ParameterName, 'Print digests, tags and media types of a table in full')
            [CompletionResult]::new('--bytes', '--bytes', [CompletionResultType]::ParameterName, 'Print the sizes of a table in bytes')
            [CompletionResult]::new('--tagged', '--tagged', [CompletionResultType]::ParameterName, 'List only images that have a tag')
            [CompletionResult]::new('--untagged', '--untagged', [CompletionResultType]::ParameterName, 'List only images that have no tag')
            [CompletionResult]::new('--unused', '--unused', [CompletionResultType]::ParameterName, 'List only images that no tag reaches')
            [CompletionResult]::new('--used-by', '--used-by', [CompletionResultType]::ParameterName, 'Add the tags through which each image is in use, and its role')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log requests, retries and timings to stderr')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log requests, retries and timings to stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors and their hints only, no notes')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors and their hints only, no notes')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not read or write the cache')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help; `-h` prints a summary')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help; `-h` prints a summary')
            break
        }
        'ecrpub;tags' {
            [CompletionResult]::new('-R', '-R ', [CompletionResultType]::ParameterName, 'The same as REPO; repeatable')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The same as REPO; repeatable')
            [CompletionResult]::new('--repository-name', '--repository-name', [CompletionResultType]::ParameterName, 'The same as REPO; repeatable')
            [CompletionResult]::new('--source', '--source', [CompletionResultType]::ParameterName, 'Read public repositories from this API')
            [CompletionResult]::new('--registry-id', '--registry-id', [CompletionResultType]::ParameterName, 'Read your own repositories from the registry of this account')
            [CompletionResult]::new('--tag', '--tag', [CompletionResultType]::ParameterName, 'List only rows with this tag; repeatable')
            [CompletionResult]::new('--digest', '--digest', [CompletionResultType]::ParameterName, 'List only rows with this digest, or its beginning; repeatable')
            [CompletionResult]::new('--platform', '--platform', [CompletionResultType]::ParameterName, 'List only rows that run on this platform, such as linux/arm64')
            [CompletionResult]::new('--include', '--include', [CompletionResultType]::ParameterName, 'List only rows with a tag that matches this regex; repeatable')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Ignore tags that match this regex; repeatable')
            [CompletionResult]::new('--semver', '--semver', [CompletionResultType]::ParameterName, 'List only versions in this range, highest first')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'List only rows dated at or after this time')
            [CompletionResult]::new('--before', '--before', [CompletionResultType]::ParameterName, 'List only rows dated before this time, written as for `--since`')
            [CompletionResult]::new('--min-age', '--min-age', [CompletionResultType]::ParameterName, 'List only rows older than this age, such as `7d`')
            [CompletionResult]::new('--media-type', '--media-type', [CompletionResultType]::ParameterName, 'List only rows with this text in the media type of the manifest or artifact')
            [CompletionResult]::new('-L', '-L ', [CompletionResultType]::ParameterName, 'List only the first N rows of each repository')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'List only the first N rows of each repository')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Print in this format')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Print in this format')
            [CompletionResult]::new('--time', '--time', [CompletionResultType]::ParameterName, 'Print times in this format')
            [CompletionResult]::new('--page-size', '--page-size', [CompletionResultType]::ParameterName, 'Request this many rows at a time, 1 to 1000')
            [CompletionResult]::new('--max-pages', '--max-pages', [CompletionResultType]::ParameterName, 'Stop after this many pages')
            [CompletionResult]::new('--starting-token', '--starting-token', [CompletionResultType]::ParameterName, 'Resume where an earlier listing stopped')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the credentials and settings of this profile')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Send requests for your own registry to this region')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'Send requests for your own registry to this URL')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file instead of the system''s')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Limit the time of one attempt, in seconds')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'Limit the attempts while the service throttles or fails')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Print these columns; `+NAME` adds one, `-NAME` leaves one out')
            [CompletionResult]::new('--columns', '--columns', [CompletionResultType]::ParameterName, 'Print these columns; `+NAME` adds one, `-NAME` leaves one out')
            [CompletionResult]::new('-s', '-s', [CompletionResultType]::ParameterName, 'Sort the rows by this key')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'Sort the rows by this key')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour the output')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'List every repository of your own registry')
            [CompletionResult]::new('--public', '--public', [CompletionResultType]::ParameterName, 'Read ALIAS/NAME as public.ecr.aws/ALIAS/NAME')
            [CompletionResult]::new('--platforms', '--platforms', [CompletionResultType]::ParameterName, 'Add the platforms of each index, such as linux/amd64')
            [CompletionResult]::new('--pre', '--pre', [CompletionResultType]::ParameterName, 'Include pre-releases in the `--semver` range')
            [CompletionResult]::new('--exclude-digest-tags', '--exclude-digest-tags', [CompletionResultType]::ParameterName, 'Ignore tags such as `sha256-….sig`, which attach signatures to images')
            [CompletionResult]::new('--reverse', '--reverse', [CompletionResultType]::ParameterName, 'Reverse the sort order')
            [CompletionResult]::new('--count', '--count', [CompletionResultType]::ParameterName, 'Print the number of rows instead of the rows')
            [CompletionResult]::new('--fail-if-empty', '--fail-if-empty', [CompletionResultType]::ParameterName, 'Exit with code 3 when nothing is listed or counted')
            [CompletionResult]::new('--full-ref', '--full-ref', [CompletionResultType]::ParameterName, 'Print references to paste: public.ecr.aws/ALIAS/NAME:TAG')
            [CompletionResult]::new('--pin', '--pin', [CompletionResultType]::ParameterName, 'Print references with the digest that the tag has now: …:TAG@DIGEST')
            [CompletionResult]::new('--no-headers', '--no-headers', [CompletionResultType]::ParameterName, 'Leave out the header line')
            [CompletionResult]::new('--no-trunc', '--no-trunc', [CompletionResultType]::ParameterName, 'Print digests, tags and media types of a table in full')
            [CompletionResult]::new('--bytes', '--bytes', [CompletionResultType]::ParameterName, 'Print the sizes of a table in bytes')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log requests, retries and timings to stderr')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log requests, retries and timings to stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors and their hints only, no notes')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors and their hints only, no notes')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not read or write the cache')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help; `-h` prints a summary')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help; `-h` prints a summary')
            break
        }
        'ecrpub;repos' {
            [CompletionResult]::new('--registry-id', '--registry-id', [CompletionResultType]::ParameterName, 'Read the registry of this account')
            [CompletionResult]::new('--semver', '--semver', [CompletionResultType]::ParameterName, 'List only versions in this range, highest first')
            [CompletionResult]::new('--before', '--before', [CompletionResultType]::ParameterName, 'List only rows dated before this time, written as for `--since`')
            [CompletionResult]::new('--min-age', '--min-age', [CompletionResultType]::ParameterName, 'List only rows older than this age, such as `7d`')
            [CompletionResult]::new('--media-type', '--media-type', [CompletionResultType]::ParameterName, 'List only rows with this text in the media type of the manifest or artifact')
            [CompletionResult]::new('--time', '--time', [CompletionResultType]::ParameterName, 'Print times in this format')
            [CompletionResult]::new('--page-size', '--page-size', [CompletionResultType]::ParameterName, 'Request this many rows at a time, 1 to 1000')
            [CompletionResult]::new('--max-pages', '--max-pages', [CompletionResultType]::ParameterName, 'Stop after this many pages')
            [CompletionResult]::new('--starting-token', '--starting-token', [CompletionResultType]::ParameterName, 'Resume where an earlier listing stopped')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the credentials and settings of this profile')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Send requests for your own registry to this region')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'Send requests for your own registry to this URL')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file instead of the system''s')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Limit the time of one attempt, in seconds')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'Limit the attempts while the service throttles or fails')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Print in this format')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Print in this format')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Print these columns; `+NAME` adds one, `-NAME` leaves one out')
            [CompletionResult]::new('--columns', '--columns', [CompletionResultType]::ParameterName, 'Print these columns; `+NAME` adds one, `-NAME` leaves one out')
            [CompletionResult]::new('-s', '-s', [CompletionResultType]::ParameterName, 'Sort the rows by this key')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'Sort the rows by this key')
            [CompletionResult]::new('--include', '--include', [CompletionResultType]::ParameterName, 'List only repositories whose name matches this regex; repeatable')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Ignore names that match this regex; repeatable')
            [CompletionResult]::new('-L', '-L ', [CompletionResultType]::ParameterName, 'List only the first N rows of each registry')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'List only the first N rows of each registry')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'List only rows dated at or after this time')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour the output')
            [CompletionResult]::new('--public', '--public', [CompletionResultType]::ParameterName, 'Read ALIAS as public.ecr.aws/ALIAS')
            [CompletionResult]::new('--usage', '--usage', [CompletionResultType]::ParameterName, 'Add the number and the size of the images of each repository, and the last push')
            [CompletionResult]::new('--pre', '--pre', [CompletionResultType]::ParameterName, 'Include pre-releases in the `--semver` range')
            [CompletionResult]::new('--exclude-digest-tags', '--exclude-digest-tags', [CompletionResultType]::ParameterName, 'Ignore tags such as `sha256-….sig`, which attach signatures to images')
            [CompletionResult]::new('--reverse', '--reverse', [CompletionResultType]::ParameterName, 'Reverse the sort order')
            [CompletionResult]::new('--fail-if-empty', '--fail-if-empty', [CompletionResultType]::ParameterName, 'Exit with code 3 when nothing is listed or counted')
            [CompletionResult]::new('--pin', '--pin', [CompletionResultType]::ParameterName, 'Print references with the digest that the tag has now: …:TAG@DIGEST')
            [CompletionResult]::new('--no-headers', '--no-headers', [CompletionResultType]::ParameterName, 'Leave out the header line')
            [CompletionResult]::new('--bytes', '--bytes', [CompletionResultType]::ParameterName, 'Print the sizes of a table in bytes')
            [CompletionResult]::new('--no-trunc', '--no-trunc', [CompletionResultType]::ParameterName, 'Print the values of a table in full')
            [CompletionResult]::new('--count', '--count', [CompletionResultType]::ParameterName, 'Print the number of rows instead of the rows')
            [CompletionResult]::new('--full-ref', '--full-ref', [CompletionResultType]::ParameterName, 'Print references to paste: public.ecr.aws/ALIAS/NAME')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log requests, retries and timings to stderr')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log requests, retries and timings to stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors and their hints only, no notes')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors and their hints only, no notes')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not read or write the cache')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help; `-h` prints a summary')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help; `-h` prints a summary')
            break
        }
        'ecrpub;completions' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour the output')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log requests, retries and timings to stderr')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log requests, retries and timings to stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors and their hints only, no notes')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors and their hints only, no notes')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not read or write the cache')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help; `-h` prints a summary')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help; `-h` prints a summary')
            break
        }
        'ecrpub;man' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Colour the output')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Log requests, retries and timings to stderr')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Log requests, retries and timings to stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Print errors and their hints only, no notes')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Print errors and their hints only, no notes')
            [CompletionResult]::new('--no-cache', '--no-cache', [CompletionResultType]::ParameterName, 'Do not read or write the cache')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help; `-h` prints a summary')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help; `-h` prints a summary')
            break
        }
        'ecrpub;help' {
            [CompletionResult]::new('images', 'images', [CompletionResultType]::ParameterValue, 'List the images of repositories: one row per digest, newest first')
            [CompletionResult]::new('tags', 'tags', [CompletionResultType]::ParameterValue, 'List the tags of repositories: one row per tag, newest first, with its image')
            [CompletionResult]::new('repos', 'repos', [CompletionResultType]::ParameterValue, 'List the repositories of your own registry, or of a public one, by name')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script of a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the man page of the program or of a command')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'ecrpub;help;images' {
            break
        }
        'ecrpub;help;tags' {
            break
        }
        'ecrpub;help;repos' {
            break
        }
        'ecrpub;help;completions' {
            break
        }
        'ecrpub;help;man' {
            break
        }
        'ecrpub;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}


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
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell of requests, attempts, waits and timings on stderr')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell of requests, attempts, waits and timings on stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Write no notes to stderr, only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Write no notes to stderr, only errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('images', 'images', [CompletionResultType]::ParameterValue, 'List the images of repositories: a row per digest, newest first')
            [CompletionResult]::new('tags', 'tags', [CompletionResultType]::ParameterValue, 'List the tags of repositories: a row per tag, newest first, with its image')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script of a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'ecrpub;images' {
            [CompletionResult]::new('-R', '-R ', [CompletionResultType]::ParameterName, 'A repository: anybody''s as `public.ecr.aws/ALIAS/NAME`, your own as `NAME`; repeatable')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'A repository: anybody''s as `public.ecr.aws/ALIAS/NAME`, your own as `NAME`; repeatable')
            [CompletionResult]::new('--repository-name', '--repository-name', [CompletionResultType]::ParameterName, 'A repository: anybody''s as `public.ecr.aws/ALIAS/NAME`, your own as `NAME`; repeatable')
            [CompletionResult]::new('--source', '--source', [CompletionResultType]::ParameterName, 'Read public repositories from here')
            [CompletionResult]::new('--registry-id', '--registry-id', [CompletionResultType]::ParameterName, 'The account whose registry holds your own repositories')
            [CompletionResult]::new('--tag', '--tag', [CompletionResultType]::ParameterName, 'List only what has this tag; repeatable')
            [CompletionResult]::new('--digest', '--digest', [CompletionResultType]::ParameterName, 'List only what has this digest; repeatable')
            [CompletionResult]::new('--include', '--include', [CompletionResultType]::ParameterName, 'List only what has a tag that this regular expression matches as a whole; repeatable')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Pass over tags that this regular expression matches as a whole; repeatable')
            [CompletionResult]::new('--semver', '--semver', [CompletionResultType]::ParameterName, 'List only versions of this range, such as `^1.2` or `>=1, <2`, the highest first')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'List only what is as young as this, by the row''s own date')
            [CompletionResult]::new('--before', '--before', [CompletionResultType]::ParameterName, 'List only what is older than this')
            [CompletionResult]::new('--media-type', '--media-type', [CompletionResultType]::ParameterName, 'List only what has this text in its manifest''s or artifact''s media type')
            [CompletionResult]::new('-L', '-L ', [CompletionResultType]::ParameterName, 'List only the first rows, this many of each repository')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'List only the first rows, this many of each repository')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Print in this format')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Print in this format')
            [CompletionResult]::new('--time', '--time', [CompletionResultType]::ParameterName, 'Write times this way')
            [CompletionResult]::new('--page-size', '--page-size', [CompletionResultType]::ParameterName, 'Ask for this many rows a request, 1 to 1000')
            [CompletionResult]::new('--max-pages', '--max-pages', [CompletionResultType]::ParameterName, 'Stop after this many pages')
            [CompletionResult]::new('--starting-token', '--starting-token', [CompletionResultType]::ParameterName, 'Go on where an earlier listing stopped')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the credentials and settings of this profile for your own registry')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Ask for your own registry in this region')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'Ask for your own registry at this URL')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file instead of the system''s')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up an attempt after this many seconds')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'Make at most this many attempts while the service throttles or fails')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Print these columns, by field name and separated by commas; `+name` adds to the default ones')
            [CompletionResult]::new('--columns', '--columns', [CompletionResultType]::ParameterName, 'Print these columns, by field name and separated by commas; `+name` adds to the default ones')
            [CompletionResult]::new('-s', '-s', [CompletionResultType]::ParameterName, 'Order the rows by this key')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'Order the rows by this key')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour')
            [CompletionResult]::new('--tagged', '--tagged', [CompletionResultType]::ParameterName, 'List only images that have a tag')
            [CompletionResult]::new('--untagged', '--untagged', [CompletionResultType]::ParameterName, 'List only images that have no tag')
            [CompletionResult]::new('--public', '--public', [CompletionResultType]::ParameterName, 'Take `ALIAS/NAME` for `public.ecr.aws/ALIAS/NAME`')
            [CompletionResult]::new('--exclude-digest-tags', '--exclude-digest-tags', [CompletionResultType]::ParameterName, 'Pass over tags such as `sha256-….sig`, which tools put beside the images that they sign')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'Turn the order of the key')
            [CompletionResult]::new('--reverse', '--reverse', [CompletionResultType]::ParameterName, 'Turn the order of the key')
            [CompletionResult]::new('--count', '--count', [CompletionResultType]::ParameterName, 'Print how many rows there are, instead of the rows')
            [CompletionResult]::new('--platforms', '--platforms', [CompletionResultType]::ParameterName, 'Add the platforms of rows that are indexes, such as `linux/amd64, linux/arm64/v8`')
            [CompletionResult]::new('--full-ref', '--full-ref', [CompletionResultType]::ParameterName, 'Print names as references to paste: `public.ecr.aws/ALIAS/NAME:TAG`')
            [CompletionResult]::new('--pin', '--pin', [CompletionResultType]::ParameterName, 'Print such references with the digest that the tag has now: `…:TAG@DIGEST`')
            [CompletionResult]::new('--no-headers', '--no-headers', [CompletionResultType]::ParameterName, 'Leave out the line of column names')
            [CompletionResult]::new('--no-trunc', '--no-trunc', [CompletionResultType]::ParameterName, 'Print digests, tags and media types of a table in full, however wide')
            [CompletionResult]::new('--bytes', '--bytes', [CompletionResultType]::ParameterName, 'Print the sizes of a table in bytes')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell of requests, attempts, waits and timings on stderr')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell of requests, attempts, waits and timings on stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Write no notes to stderr, only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Write no notes to stderr, only errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ecrpub;tags' {
            [CompletionResult]::new('-R', '-R ', [CompletionResultType]::ParameterName, 'A repository: anybody''s as `public.ecr.aws/ALIAS/NAME`, your own as `NAME`; repeatable')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'A repository: anybody''s as `public.ecr.aws/ALIAS/NAME`, your own as `NAME`; repeatable')
            [CompletionResult]::new('--repository-name', '--repository-name', [CompletionResultType]::ParameterName, 'A repository: anybody''s as `public.ecr.aws/ALIAS/NAME`, your own as `NAME`; repeatable')
            [CompletionResult]::new('--source', '--source', [CompletionResultType]::ParameterName, 'Read public repositories from here')
            [CompletionResult]::new('--registry-id', '--registry-id', [CompletionResultType]::ParameterName, 'The account whose registry holds your own repositories')
            [CompletionResult]::new('--tag', '--tag', [CompletionResultType]::ParameterName, 'List only what has this tag; repeatable')
            [CompletionResult]::new('--digest', '--digest', [CompletionResultType]::ParameterName, 'List only what has this digest; repeatable')
            [CompletionResult]::new('--include', '--include', [CompletionResultType]::ParameterName, 'List only what has a tag that this regular expression matches as a whole; repeatable')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Pass over tags that this regular expression matches as a whole; repeatable')
            [CompletionResult]::new('--semver', '--semver', [CompletionResultType]::ParameterName, 'List only versions of this range, such as `^1.2` or `>=1, <2`, the highest first')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'List only what is as young as this, by the row''s own date')
            [CompletionResult]::new('--before', '--before', [CompletionResultType]::ParameterName, 'List only what is older than this')
            [CompletionResult]::new('--media-type', '--media-type', [CompletionResultType]::ParameterName, 'List only what has this text in its manifest''s or artifact''s media type')
            [CompletionResult]::new('-s', '-s', [CompletionResultType]::ParameterName, 'Order the rows by this key')
            [CompletionResult]::new('--sort', '--sort', [CompletionResultType]::ParameterName, 'Order the rows by this key')
            [CompletionResult]::new('-L', '-L ', [CompletionResultType]::ParameterName, 'List only the first rows, this many of each repository')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'List only the first rows, this many of each repository')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'Print in this format')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'Print in this format')
            [CompletionResult]::new('--time', '--time', [CompletionResultType]::ParameterName, 'Write times this way')
            [CompletionResult]::new('--page-size', '--page-size', [CompletionResultType]::ParameterName, 'Ask for this many rows a request, 1 to 1000')
            [CompletionResult]::new('--max-pages', '--max-pages', [CompletionResultType]::ParameterName, 'Stop after this many pages')
            [CompletionResult]::new('--starting-token', '--starting-token', [CompletionResultType]::ParameterName, 'Go on where an earlier listing stopped')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'Use the credentials and settings of this profile for your own registry')
            [CompletionResult]::new('--region', '--region', [CompletionResultType]::ParameterName, 'Ask for your own registry in this region')
            [CompletionResult]::new('--endpoint-url', '--endpoint-url', [CompletionResultType]::ParameterName, 'Ask for your own registry at this URL')
            [CompletionResult]::new('--ca-bundle', '--ca-bundle', [CompletionResultType]::ParameterName, 'Trust the certificates in this PEM file instead of the system''s')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up an attempt after this many seconds')
            [CompletionResult]::new('--max-attempts', '--max-attempts', [CompletionResultType]::ParameterName, 'Make at most this many attempts while the service throttles or fails')
            [CompletionResult]::new('-c', '-c', [CompletionResultType]::ParameterName, 'Print these columns, by field name and separated by commas; `+name` adds to the default ones')
            [CompletionResult]::new('--columns', '--columns', [CompletionResultType]::ParameterName, 'Print these columns, by field name and separated by commas; `+name` adds to the default ones')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour')
            [CompletionResult]::new('--public', '--public', [CompletionResultType]::ParameterName, 'Take `ALIAS/NAME` for `public.ecr.aws/ALIAS/NAME`')
            [CompletionResult]::new('--exclude-digest-tags', '--exclude-digest-tags', [CompletionResultType]::ParameterName, 'Pass over tags such as `sha256-….sig`, which tools put beside the images that they sign')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'Turn the order of the key')
            [CompletionResult]::new('--reverse', '--reverse', [CompletionResultType]::ParameterName, 'Turn the order of the key')
            [CompletionResult]::new('--count', '--count', [CompletionResultType]::ParameterName, 'Print how many rows there are, instead of the rows')
            [CompletionResult]::new('--platforms', '--platforms', [CompletionResultType]::ParameterName, 'Add the platforms of rows that are indexes, such as `linux/amd64, linux/arm64/v8`')
            [CompletionResult]::new('--full-ref', '--full-ref', [CompletionResultType]::ParameterName, 'Print names as references to paste: `public.ecr.aws/ALIAS/NAME:TAG`')
            [CompletionResult]::new('--pin', '--pin', [CompletionResultType]::ParameterName, 'Print such references with the digest that the tag has now: `…:TAG@DIGEST`')
            [CompletionResult]::new('--no-headers', '--no-headers', [CompletionResultType]::ParameterName, 'Leave out the line of column names')
            [CompletionResult]::new('--no-trunc', '--no-trunc', [CompletionResultType]::ParameterName, 'Print digests, tags and media types of a table in full, however wide')
            [CompletionResult]::new('--bytes', '--bytes', [CompletionResultType]::ParameterName, 'Print the sizes of a table in bytes')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell of requests, attempts, waits and timings on stderr')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell of requests, attempts, waits and timings on stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Write no notes to stderr, only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Write no notes to stderr, only errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ecrpub;completions' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Use colour')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Tell of requests, attempts, waits and timings on stderr')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Tell of requests, attempts, waits and timings on stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Write no notes to stderr, only errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Write no notes to stderr, only errors')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'ecrpub;help' {
            [CompletionResult]::new('images', 'images', [CompletionResultType]::ParameterValue, 'List the images of repositories: a row per digest, newest first')
            [CompletionResult]::new('tags', 'tags', [CompletionResultType]::ParameterValue, 'List the tags of repositories: a row per tag, newest first, with its image')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script of a shell')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'ecrpub;help;images' {
            break
        }
        'ecrpub;help;tags' {
            break
        }
        'ecrpub;help;completions' {
            break
        }
        'ecrpub;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}

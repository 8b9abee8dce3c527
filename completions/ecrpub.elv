
use builtin;
use str;

set edit:completion:arg-completer[ecrpub] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'ecrpub'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'ecrpub'= {
            cand --color 'Use colour'
            cand -v 'Tell of requests, attempts, waits and timings on stderr'
            cand --verbose 'Tell of requests, attempts, waits and timings on stderr'
            cand -q 'Write no notes to stderr, only errors'
            cand --quiet 'Write no notes to stderr, only errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand images 'List the images of repositories: a row per digest, newest first'
            cand tags 'List the tags of repositories: a row per tag, newest first, with its image'
            cand completions 'Print the completion script of a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'ecrpub;images'= {
            cand -R 'A repository: anybody''s as `public.ecr.aws/ALIAS/NAME`, your own as `NAME`; repeatable'
            cand --repo 'A repository: anybody''s as `public.ecr.aws/ALIAS/NAME`, your own as `NAME`; repeatable'
            cand --repository-name 'A repository: anybody''s as `public.ecr.aws/ALIAS/NAME`, your own as `NAME`; repeatable'
            cand --source 'Read public repositories from here'
            cand --registry-id 'The account whose registry holds your own repositories'
            cand --tag 'List only what has this tag; repeatable'
            cand --digest 'List only what has this digest; repeatable'
            cand --include 'List only what has a tag that this regular expression matches as a whole; repeatable'
            cand --exclude 'Pass over tags that this regular expression matches as a whole; repeatable'
            cand --semver 'List only versions of this range, such as `^1.2` or `>=1, <2`, the highest first'
            cand --since 'List only what is as young as this, by the row''s own date'
            cand --before 'List only what is older than this'
            cand --media-type 'List only what has this text in its manifest''s or artifact''s media type'
            cand -L 'List only the first rows, this many of each repository'
            cand --limit 'List only the first rows, this many of each repository'
            cand -o 'Print in this format'
            cand --output 'Print in this format'
            cand --time 'Write times this way'
            cand --page-size 'Ask for this many rows a request, 1 to 1000'
            cand --max-pages 'Stop after this many pages'
            cand --starting-token 'Go on where an earlier listing stopped'
            cand --profile 'Use the credentials and settings of this profile for your own registry'
            cand --region 'Ask for your own registry in this region'
            cand --endpoint-url 'Ask for your own registry at this URL'
            cand --ca-bundle 'Trust the certificates in this PEM file instead of the system''s'
            cand --timeout 'Give up an attempt after this many seconds'
            cand --max-attempts 'Make at most this many attempts while the service throttles or fails'
            cand -c 'Print these columns, by field name and separated by commas; `+name` adds to the default ones'
            cand --columns 'Print these columns, by field name and separated by commas; `+name` adds to the default ones'
            cand -s 'Order the rows by this key'
            cand --sort 'Order the rows by this key'
            cand --color 'Use colour'
            cand --tagged 'List only images that have a tag'
            cand --untagged 'List only images that have no tag'
            cand --public 'Take `ALIAS/NAME` for `public.ecr.aws/ALIAS/NAME`'
            cand --exclude-digest-tags 'Pass over tags such as `sha256-….sig`, which tools put beside the images that they sign'
            cand -r 'Turn the order of the key'
            cand --reverse 'Turn the order of the key'
            cand --count 'Print how many rows there are, instead of the rows'
            cand --platforms 'Add the platforms of rows that are indexes, such as `linux/amd64, linux/arm64/v8`'
            cand --full-ref 'Print names as references to paste: `public.ecr.aws/ALIAS/NAME:TAG`'
            cand --pin 'Print such references with the digest that the tag has now: `…:TAG@DIGEST`'
            cand --no-headers 'Leave out the line of column names'
            cand --no-trunc 'Print digests, tags and media types of a table in full, however wide'
            cand --bytes 'Print the sizes of a table in bytes'
            cand -v 'Tell of requests, attempts, waits and timings on stderr'
            cand --verbose 'Tell of requests, attempts, waits and timings on stderr'
            cand -q 'Write no notes to stderr, only errors'
            cand --quiet 'Write no notes to stderr, only errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'ecrpub;tags'= {
            cand -R 'A repository: anybody''s as `public.ecr.aws/ALIAS/NAME`, your own as `NAME`; repeatable'
            cand --repo 'A repository: anybody''s as `public.ecr.aws/ALIAS/NAME`, your own as `NAME`; repeatable'
            cand --repository-name 'A repository: anybody''s as `public.ecr.aws/ALIAS/NAME`, your own as `NAME`; repeatable'
            cand --source 'Read public repositories from here'
            cand --registry-id 'The account whose registry holds your own repositories'
            cand --tag 'List only what has this tag; repeatable'
            cand --digest 'List only what has this digest; repeatable'
            cand --include 'List only what has a tag that this regular expression matches as a whole; repeatable'
            cand --exclude 'Pass over tags that this regular expression matches as a whole; repeatable'
            cand --semver 'List only versions of this range, such as `^1.2` or `>=1, <2`, the highest first'
            cand --since 'List only what is as young as this, by the row''s own date'
            cand --before 'List only what is older than this'
            cand --media-type 'List only what has this text in its manifest''s or artifact''s media type'
            cand -s 'Order the rows by this key'
            cand --sort 'Order the rows by this key'
            cand -L 'List only the first rows, this many of each repository'
            cand --limit 'List only the first rows, this many of each repository'
            cand -o 'Print in this format'
            cand --output 'Print in this format'
            cand --time 'Write times this way'
            cand --page-size 'Ask for this many rows a request, 1 to 1000'
            cand --max-pages 'Stop after this many pages'
            cand --starting-token 'Go on where an earlier listing stopped'
            cand --profile 'Use the credentials and settings of this profile for your own registry'
            cand --region 'Ask for your own registry in this region'
            cand --endpoint-url 'Ask for your own registry at this URL'
            cand --ca-bundle 'Trust the certificates in this PEM file instead of the system''s'
            cand --timeout 'Give up an attempt after this many seconds'
            cand --max-attempts 'Make at most this many attempts while the service throttles or fails'
            cand -c 'Print these columns, by field name and separated by commas; `+name` adds to the default ones'
            cand --columns 'Print these columns, by field name and separated by commas; `+name` adds to the default ones'
            cand --color 'Use colour'
            cand --public 'Take `ALIAS/NAME` for `public.ecr.aws/ALIAS/NAME`'
            cand --exclude-digest-tags 'Pass over tags such as `sha256-….sig`, which tools put beside the images that they sign'
            cand -r 'Turn the order of the key'
            cand --reverse 'Turn the order of the key'
            cand --count 'Print how many rows there are, instead of the rows'
            cand --platforms 'Add the platforms of rows that are indexes, such as `linux/amd64, linux/arm64/v8`'
            cand --full-ref 'Print names as references to paste: `public.ecr.aws/ALIAS/NAME:TAG`'
            cand --pin 'Print such references with the digest that the tag has now: `…:TAG@DIGEST`'
            cand --no-headers 'Leave out the line of column names'
            cand --no-trunc 'Print digests, tags and media types of a table in full, however wide'
            cand --bytes 'Print the sizes of a table in bytes'
            cand -v 'Tell of requests, attempts, waits and timings on stderr'
            cand --verbose 'Tell of requests, attempts, waits and timings on stderr'
            cand -q 'Write no notes to stderr, only errors'
            cand --quiet 'Write no notes to stderr, only errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'ecrpub;completions'= {
            cand --color 'Use colour'
            cand -v 'Tell of requests, attempts, waits and timings on stderr'
            cand --verbose 'Tell of requests, attempts, waits and timings on stderr'
            cand -q 'Write no notes to stderr, only errors'
            cand --quiet 'Write no notes to stderr, only errors'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'ecrpub;help'= {
            cand images 'List the images of repositories: a row per digest, newest first'
            cand tags 'List the tags of repositories: a row per tag, newest first, with its image'
            cand completions 'Print the completion script of a shell'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'ecrpub;help;images'= {
        }
        &'ecrpub;help;tags'= {
        }
        &'ecrpub;help;completions'= {
        }
        &'ecrpub;help;help'= {
        }
    ]
    $completions[$command]
}

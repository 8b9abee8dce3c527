
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
            cand --color 'Colour the output'
            cand -v 'Log requests, retries and timings to stderr'
            cand --verbose 'Log requests, retries and timings to stderr'
            cand -q 'Print errors and their hints only, no notes'
            cand --quiet 'Print errors and their hints only, no notes'
            cand -h 'Print help; `-h` prints a summary'
            cand --help 'Print help; `-h` prints a summary'
            cand -V 'Print version'
            cand --version 'Print version'
            cand images 'List the images of repositories: one row per digest, newest first'
            cand tags 'List the tags of repositories: one row per tag, newest first, with its image'
            cand repos 'List the repositories of your own registry, or of a public one, by name'
            cand completions 'Print the completion script of a shell'
            cand man 'Print the man page of the program or of a command'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'ecrpub;images'= {
            cand -R 'The same as REPO; repeatable'
            cand --repo 'The same as REPO; repeatable'
            cand --repository-name 'The same as REPO; repeatable'
            cand --source 'Read public repositories from this API'
            cand --registry-id 'Read your own repositories from the registry of this account'
            cand --tag 'List only rows with this tag; repeatable'
            cand --digest 'List only rows with this digest, or its beginning; repeatable'
            cand --include 'List only rows with a tag that matches this regex; repeatable'
            cand --exclude 'Ignore tags that match this regex; repeatable'
            cand --semver 'List only versions in this range, highest first'
            cand --since 'List only rows dated at or after this time'
            cand --before 'List only rows dated before this time, written as for `--since`'
            cand --min-age 'List only rows older than this age, such as `7d`'
            cand --media-type 'List only rows with this text in the media type of the manifest or artifact'
            cand -L 'List only the first N rows of each repository'
            cand --limit 'List only the first N rows of each repository'
            cand -o 'Print in this format'
            cand --output 'Print in this format'
            cand --time 'Print times in this format'
            cand --page-size 'Request this many rows at a time, 1 to 1000'
            cand --max-pages 'Stop after this many pages'
            cand --starting-token 'Resume where an earlier listing stopped'
            cand --profile 'Use the credentials and settings of this profile'
            cand --region 'Send requests for your own registry to this region'
            cand --endpoint-url 'Send requests for your own registry to this URL'
            cand --ca-bundle 'Trust the certificates in this PEM file instead of the system''s'
            cand --timeout 'Limit the time of one attempt, in seconds'
            cand --max-attempts 'Limit the attempts while the service throttles or fails'
            cand -c 'Print these columns; `+NAME` adds one, `-NAME` leaves one out'
            cand --columns 'Print these columns; `+NAME` adds one, `-NAME` leaves one out'
            cand -s 'Sort the rows by this key'
            cand --sort 'Sort the rows by this key'
            cand --color 'Colour the output'
            cand --all 'List every repository of your own registry'
            cand --public 'Read ALIAS/NAME as public.ecr.aws/ALIAS/NAME'
            cand --platforms 'Add the platforms of each index, such as linux/amd64'
            cand --pre 'Include pre-releases in the `--semver` range'
            cand --exclude-digest-tags 'Ignore tags such as `sha256-….sig`, which attach signatures to images'
            cand --reverse 'Reverse the sort order'
            cand --count 'Print the number of rows instead of the rows'
            cand --fail-if-empty 'Exit with code 3 when nothing is listed or counted'
            cand --full-ref 'Print references to paste: public.ecr.aws/ALIAS/NAME:TAG'
            cand --pin 'Print references with the digest that the tag has now: …:TAG@DIGEST'
            cand --no-headers 'Leave out the header line'
            cand --no-trunc 'Print digests, tags and media types of a table in full'
            cand --bytes 'Print the sizes of a table in bytes'
            cand --tagged 'List only images that have a tag'
            cand --untagged 'List only images that have no tag'
            cand -v 'Log requests, retries and timings to stderr'
            cand --verbose 'Log requests, retries and timings to stderr'
            cand -q 'Print errors and their hints only, no notes'
            cand --quiet 'Print errors and their hints only, no notes'
            cand -h 'Print help; `-h` prints a summary'
            cand --help 'Print help; `-h` prints a summary'
        }
        &'ecrpub;tags'= {
            cand -R 'The same as REPO; repeatable'
            cand --repo 'The same as REPO; repeatable'
            cand --repository-name 'The same as REPO; repeatable'
            cand --source 'Read public repositories from this API'
            cand --registry-id 'Read your own repositories from the registry of this account'
            cand --tag 'List only rows with this tag; repeatable'
            cand --digest 'List only rows with this digest, or its beginning; repeatable'
            cand --include 'List only rows with a tag that matches this regex; repeatable'
            cand --exclude 'Ignore tags that match this regex; repeatable'
            cand --semver 'List only versions in this range, highest first'
            cand --since 'List only rows dated at or after this time'
            cand --before 'List only rows dated before this time, written as for `--since`'
            cand --min-age 'List only rows older than this age, such as `7d`'
            cand --media-type 'List only rows with this text in the media type of the manifest or artifact'
            cand -L 'List only the first N rows of each repository'
            cand --limit 'List only the first N rows of each repository'
            cand -o 'Print in this format'
            cand --output 'Print in this format'
            cand --time 'Print times in this format'
            cand --page-size 'Request this many rows at a time, 1 to 1000'
            cand --max-pages 'Stop after this many pages'
            cand --starting-token 'Resume where an earlier listing stopped'
            cand --profile 'Use the credentials and settings of this profile'
            cand --region 'Send requests for your own registry to this region'
            cand --endpoint-url 'Send requests for your own registry to this URL'
            cand --ca-bundle 'Trust the certificates in this PEM file instead of the system''s'
            cand --timeout 'Limit the time of one attempt, in seconds'
            cand --max-attempts 'Limit the attempts while the service throttles or fails'
            cand -c 'Print these columns; `+NAME` adds one, `-NAME` leaves one out'
            cand --columns 'Print these columns; `+NAME` adds one, `-NAME` leaves one out'
            cand -s 'Sort the rows by this key'
            cand --sort 'Sort the rows by this key'
            cand --color 'Colour the output'
            cand --all 'List every repository of your own registry'
            cand --public 'Read ALIAS/NAME as public.ecr.aws/ALIAS/NAME'
            cand --platforms 'Add the platforms of each index, such as linux/amd64'
            cand --pre 'Include pre-releases in the `--semver` range'
            cand --exclude-digest-tags 'Ignore tags such as `sha256-….sig`, which attach signatures to images'
            cand --reverse 'Reverse the sort order'
            cand --count 'Print the number of rows instead of the rows'
            cand --fail-if-empty 'Exit with code 3 when nothing is listed or counted'
            cand --full-ref 'Print references to paste: public.ecr.aws/ALIAS/NAME:TAG'
            cand --pin 'Print references with the digest that the tag has now: …:TAG@DIGEST'
            cand --no-headers 'Leave out the header line'
            cand --no-trunc 'Print digests, tags and media types of a table in full'
            cand --bytes 'Print the sizes of a table in bytes'
            cand -v 'Log requests, retries and timings to stderr'
            cand --verbose 'Log requests, retries and timings to stderr'
            cand -q 'Print errors and their hints only, no notes'
            cand --quiet 'Print errors and their hints only, no notes'
            cand -h 'Print help; `-h` prints a summary'
            cand --help 'Print help; `-h` prints a summary'
        }
        &'ecrpub;repos'= {
            cand --registry-id 'Read the registry of this account'
            cand --semver 'List only versions in this range, highest first'
            cand --before 'List only rows dated before this time, written as for `--since`'
            cand --min-age 'List only rows older than this age, such as `7d`'
            cand --media-type 'List only rows with this text in the media type of the manifest or artifact'
            cand -o 'Print in this format'
            cand --output 'Print in this format'
            cand --time 'Print times in this format'
            cand --page-size 'Request this many rows at a time, 1 to 1000'
            cand --max-pages 'Stop after this many pages'
            cand --starting-token 'Resume where an earlier listing stopped'
            cand --profile 'Use the credentials and settings of this profile'
            cand --region 'Send requests for your own registry to this region'
            cand --endpoint-url 'Send requests for your own registry to this URL'
            cand --ca-bundle 'Trust the certificates in this PEM file instead of the system''s'
            cand --timeout 'Limit the time of one attempt, in seconds'
            cand --max-attempts 'Limit the attempts while the service throttles or fails'
            cand -c 'Print these columns; `+NAME` adds one, `-NAME` leaves one out'
            cand --columns 'Print these columns; `+NAME` adds one, `-NAME` leaves one out'
            cand -s 'Sort the rows by this key'
            cand --sort 'Sort the rows by this key'
            cand --include 'List only repositories whose name matches this regex; repeatable'
            cand --exclude 'Ignore names that match this regex; repeatable'
            cand -L 'List only the first N rows of each registry'
            cand --limit 'List only the first N rows of each registry'
            cand --since 'List only rows dated at or after this time'
            cand --color 'Colour the output'
            cand --public 'Read ALIAS as public.ecr.aws/ALIAS'
            cand --usage 'Add the number and the size of the images of each repository, and the last push'
            cand --pre 'Include pre-releases in the `--semver` range'
            cand --exclude-digest-tags 'Ignore tags such as `sha256-….sig`, which attach signatures to images'
            cand --reverse 'Reverse the sort order'
            cand --count 'Print the number of rows instead of the rows'
            cand --fail-if-empty 'Exit with code 3 when nothing is listed or counted'
            cand --pin 'Print references with the digest that the tag has now: …:TAG@DIGEST'
            cand --no-headers 'Leave out the header line'
            cand --no-trunc 'Print digests, tags and media types of a table in full'
            cand --bytes 'Print the sizes of a table in bytes'
            cand --full-ref 'Print references to paste: public.ecr.aws/ALIAS/NAME'
            cand -v 'Log requests, retries and timings to stderr'
            cand --verbose 'Log requests, retries and timings to stderr'
            cand -q 'Print errors and their hints only, no notes'
            cand --quiet 'Print errors and their hints only, no notes'
            cand -h 'Print help; `-h` prints a summary'
            cand --help 'Print help; `-h` prints a summary'
        }
        &'ecrpub;completions'= {
            cand --color 'Colour the output'
            cand -v 'Log requests, retries and timings to stderr'
            cand --verbose 'Log requests, retries and timings to stderr'
            cand -q 'Print errors and their hints only, no notes'
            cand --quiet 'Print errors and their hints only, no notes'
            cand -h 'Print help; `-h` prints a summary'
            cand --help 'Print help; `-h` prints a summary'
        }
        &'ecrpub;man'= {
            cand --color 'Colour the output'
            cand -v 'Log requests, retries and timings to stderr'
            cand --verbose 'Log requests, retries and timings to stderr'
            cand -q 'Print errors and their hints only, no notes'
            cand --quiet 'Print errors and their hints only, no notes'
            cand -h 'Print help; `-h` prints a summary'
            cand --help 'Print help; `-h` prints a summary'
        }
        &'ecrpub;help'= {
            cand images 'List the images of repositories: one row per digest, newest first'
            cand tags 'List the tags of repositories: one row per tag, newest first, with its image'
            cand repos 'List the repositories of your own registry, or of a public one, by name'
            cand completions 'Print the completion script of a shell'
            cand man 'Print the man page of the program or of a command'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'ecrpub;help;images'= {
        }
        &'ecrpub;help;tags'= {
        }
        &'ecrpub;help;repos'= {
        }
        &'ecrpub;help;completions'= {
        }
        &'ecrpub;help;man'= {
        }
        &'ecrpub;help;help'= {
        }
    ]
    $completions[$command]
}

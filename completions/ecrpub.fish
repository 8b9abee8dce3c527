# Completes the last word of a list; the arguments are the words.
function __ecrpub_list
    set -l list (commandline -ct)
    contains -- (commandline -opc)[-1] --columns -c
    or set list (string replace -r -- '^(--[^=]*=|-.)' '' $list)
    set -l head (string match -r -- '^(?:.*,)?[+-]?' $list)
    printf '%s\n' $head$argv
end

# Files are offered only where an option takes one.
complete -c ecrpub -f
# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_ecrpub_global_optspecs
    string join \n v/verbose q/quiet color= no-cache h/help V/version
end

function __fish_ecrpub_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_ecrpub_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_ecrpub_using_subcommand
    set -l cmd (__fish_ecrpub_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c ecrpub -n "__fish_ecrpub_needs_command" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`'
always\t'Everywhere'
never\t'Nowhere'"
complete -c ecrpub -n "__fish_ecrpub_needs_command" -s v -l verbose -d 'Log requests, retries and timings to stderr'
complete -c ecrpub -n "__fish_ecrpub_needs_command" -s q -l quiet -d 'Print errors and their hints only, no notes'
complete -c ecrpub -n "__fish_ecrpub_needs_command" -l no-cache -d 'Do not read or write the cache'
complete -c ecrpub -n "__fish_ecrpub_needs_command" -s h -l help -d 'Print help; `-h` prints a summary'
complete -c ecrpub -n "__fish_ecrpub_needs_command" -s V -l version -d 'Print version'
complete -c ecrpub -n "__fish_ecrpub_needs_command" -f -a "images" -d 'List the images of repositories: one row per digest, newest first'
complete -c ecrpub -n "__fish_ecrpub_needs_command" -f -a "tags" -d 'List the tags of repositories: one row per tag, newest first, with its image'
complete -c ecrpub -n "__fish_ecrpub_needs_command" -f -a "repos" -d 'List the repositories of your own registry, or of a public one, by name'
complete -c ecrpub -n "__fish_ecrpub_needs_command" -f -a "completions" -d 'Print the completion script of a shell'
complete -c ecrpub -n "__fish_ecrpub_needs_command" -f -a "man" -d 'Print the man page of the program or of a command'
complete -c ecrpub -n "__fish_ecrpub_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -s R -l repo -l repository-name -d 'The same as REPO; repeatable' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l source -d 'Read public repositories from this API' -r -f -a "auto\t'The gallery or, if it fails and names are enough, the registry'
gallery\t'The gallery\'s, which is not documented: names, digests, sizes and dates'
registry\t'The registry\'s own, which is documented: names, and manifests by tag'"
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l registry-id -d 'Read your own repositories from the registry of this account' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l tag -d 'List only rows with this tag; repeatable' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l digest -d 'List only rows with this digest, or its beginning; repeatable' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l platform -d 'List only rows that run on this platform, such as linux/arm64' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l include -d 'List only rows with a tag that matches this regex; repeatable' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l exclude -d 'Ignore tags that match this regex; repeatable' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l semver -d 'List only versions in this range, highest first' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l since -d 'List only rows dated at or after this time' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l before -d 'List only rows dated before this time, written as for `--since`' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l min-age -d 'List only rows older than this age, such as `7d`' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l media-type -d 'List only rows with this text in the media type of the manifest or artifact' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -s L -l limit -d 'List only the first N rows of each repository' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -s o -l output -d 'Print in this format' -r -f -a "table\t'For people: one row per line, short digests, human sizes'
json\t'For jq: one document, shaped like the service\'s response'
jsonl\t'The same objects, one per line'
csv\t'For spreadsheets: RFC 4180, several tags joined by `;`'
tsv\t'For awk: tabs between fields; tab, newline and backslash as `\\t`, `\\n`, `\\\\`'
name\t'For loops: one tag (tags) or digest (images) per line, or a reference with `--full-ref`'
image-ids\t'For `aws ecr-public batch-delete-image --image-ids`, indexes first'
delete-requests\t'For `aws ecr-public batch-delete-image --cli-input-json`, one request per line'"
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l time -d 'Print times in this format' -r -f -a "iso\t'RFC 3339 in UTC, whole seconds: `2023-09-18T20:04:32Z`'
iso-ms\t'RFC 3339 in UTC, milliseconds: `2023-09-18T20:04:32.655Z`'
epoch\t'Seconds since 1970, milliseconds after the point; a number in JSON'
local\t'RFC 3339 in the local time zone, whole seconds'
relative\t'How long ago; tables only'"
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l page-size -d 'Request this many rows at a time, 1 to 1000' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l max-pages -d 'Stop after this many pages' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l starting-token -d 'Resume where an earlier listing stopped' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l profile -d 'Use the credentials and settings of this profile' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l region -d 'Send requests for your own registry to this region' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l endpoint-url -d 'Send requests for your own registry to this URL' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l ca-bundle -d 'Trust the certificates in this PEM file instead of the system\'s' -r -F
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l timeout -d 'Limit the time of one attempt, in seconds' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l max-attempts -d 'Limit the attempts while the service throttles or fails' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -s c -l columns -d 'Print these columns; `+NAME` adds one, `-NAME` leaves one out' -r -f -a "(__ecrpub_list registryId registryAliasName repositoryName imageDigest imagePushedAt imageSizeInBytes imageManifestMediaType artifactMediaType platforms role usedBy imageTags)"
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -s s -l sort -d 'Sort the rows by this key' -r -f -a "pushed\t'When the image, or the newest one of a repository, was pushed, newest first'
version\t'The version, highest first, then tags that are not versions'
size\t'The size, largest first'
tag\t'The tag, with its numbers compared by value'
digest\t'The digest'
none\t'The service\'s order, which is arbitrary; rows are printed as they arrive'"
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`'
always\t'Everywhere'
never\t'Nowhere'"
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l all -d 'List every repository of your own registry'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l public -d 'Read ALIAS/NAME as public.ecr.aws/ALIAS/NAME'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l platforms -d 'Add the platforms of each index, such as linux/amd64'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l pre -d 'Include pre-releases in the `--semver` range'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l exclude-digest-tags -d 'Ignore tags such as `sha256-….sig`, which attach signatures to images'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l reverse -d 'Reverse the sort order'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l count -d 'Print the number of rows instead of the rows'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l fail-if-empty -d 'Exit with code 3 when nothing is listed or counted'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l full-ref -d 'Print references to paste: public.ecr.aws/ALIAS/NAME:TAG'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l pin -d 'Print references with the digest that the tag has now: …:TAG@DIGEST'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l no-headers -d 'Leave out the header line'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l no-trunc -d 'Print digests, tags and media types of a table in full'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l bytes -d 'Print the sizes of a table in bytes'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l tagged -d 'List only images that have a tag'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l untagged -d 'List only images that have no tag'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l unused -d 'List only images that no tag reaches'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l used-by -d 'Add the tags through which each image is in use, and its role'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -s v -l verbose -d 'Log requests, retries and timings to stderr'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -s q -l quiet -d 'Print errors and their hints only, no notes'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -l no-cache -d 'Do not read or write the cache'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand images" -s h -l help -d 'Print help; `-h` prints a summary'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -s R -l repo -l repository-name -d 'The same as REPO; repeatable' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l source -d 'Read public repositories from this API' -r -f -a "auto\t'The gallery or, if it fails and names are enough, the registry'
gallery\t'The gallery\'s, which is not documented: names, digests, sizes and dates'
registry\t'The registry\'s own, which is documented: names, and manifests by tag'"
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l registry-id -d 'Read your own repositories from the registry of this account' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l tag -d 'List only rows with this tag; repeatable' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l digest -d 'List only rows with this digest, or its beginning; repeatable' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l platform -d 'List only rows that run on this platform, such as linux/arm64' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l include -d 'List only rows with a tag that matches this regex; repeatable' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l exclude -d 'Ignore tags that match this regex; repeatable' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l semver -d 'List only versions in this range, highest first' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l since -d 'List only rows dated at or after this time' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l before -d 'List only rows dated before this time, written as for `--since`' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l min-age -d 'List only rows older than this age, such as `7d`' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l media-type -d 'List only rows with this text in the media type of the manifest or artifact' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -s L -l limit -d 'List only the first N rows of each repository' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -s o -l output -d 'Print in this format' -r -f -a "table\t'For people: one row per line, short digests, human sizes'
json\t'For jq: one document, shaped like the service\'s response'
jsonl\t'The same objects, one per line'
csv\t'For spreadsheets: RFC 4180, several tags joined by `;`'
tsv\t'For awk: tabs between fields; tab, newline and backslash as `\\t`, `\\n`, `\\\\`'
name\t'For loops: one tag (tags) or digest (images) per line, or a reference with `--full-ref`'
image-ids\t'For `aws ecr-public batch-delete-image --image-ids`, indexes first'
delete-requests\t'For `aws ecr-public batch-delete-image --cli-input-json`, one request per line'"
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l time -d 'Print times in this format' -r -f -a "iso\t'RFC 3339 in UTC, whole seconds: `2023-09-18T20:04:32Z`'
iso-ms\t'RFC 3339 in UTC, milliseconds: `2023-09-18T20:04:32.655Z`'
epoch\t'Seconds since 1970, milliseconds after the point; a number in JSON'
local\t'RFC 3339 in the local time zone, whole seconds'
relative\t'How long ago; tables only'"
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l page-size -d 'Request this many rows at a time, 1 to 1000' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l max-pages -d 'Stop after this many pages' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l starting-token -d 'Resume where an earlier listing stopped' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l profile -d 'Use the credentials and settings of this profile' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l region -d 'Send requests for your own registry to this region' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l endpoint-url -d 'Send requests for your own registry to this URL' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l ca-bundle -d 'Trust the certificates in this PEM file instead of the system\'s' -r -F
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l timeout -d 'Limit the time of one attempt, in seconds' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l max-attempts -d 'Limit the attempts while the service throttles or fails' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -s c -l columns -d 'Print these columns; `+NAME` adds one, `-NAME` leaves one out' -r -f -a "(__ecrpub_list registryAliasName repositoryName imageTag createdAt imageSizeInBytes imagePushedAt imageManifestMediaType artifactMediaType platforms imageDigest)"
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -s s -l sort -d 'Sort the rows by this key' -r -f -a "created\t'When the tag or repository was created, newest first'
pushed\t'When the image, or the newest one of a repository, was pushed, newest first'
version\t'The version, highest first, then tags that are not versions'
size\t'The size, largest first'
tag\t'The tag, with its numbers compared by value'
digest\t'The digest'
none\t'The service\'s order, which is arbitrary; rows are printed as they arrive'"
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`'
always\t'Everywhere'
never\t'Nowhere'"
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l all -d 'List every repository of your own registry'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l public -d 'Read ALIAS/NAME as public.ecr.aws/ALIAS/NAME'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l platforms -d 'Add the platforms of each index, such as linux/amd64'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l pre -d 'Include pre-releases in the `--semver` range'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l exclude-digest-tags -d 'Ignore tags such as `sha256-….sig`, which attach signatures to images'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l reverse -d 'Reverse the sort order'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l count -d 'Print the number of rows instead of the rows'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l fail-if-empty -d 'Exit with code 3 when nothing is listed or counted'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l full-ref -d 'Print references to paste: public.ecr.aws/ALIAS/NAME:TAG'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l pin -d 'Print references with the digest that the tag has now: …:TAG@DIGEST'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l no-headers -d 'Leave out the header line'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l no-trunc -d 'Print digests, tags and media types of a table in full'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l bytes -d 'Print the sizes of a table in bytes'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -s v -l verbose -d 'Log requests, retries and timings to stderr'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -s q -l quiet -d 'Print errors and their hints only, no notes'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -l no-cache -d 'Do not read or write the cache'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand tags" -s h -l help -d 'Print help; `-h` prints a summary'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -l registry-id -d 'Read the registry of this account' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -l semver -d 'List only versions in this range, highest first' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -l before -d 'List only rows dated before this time, written as for `--since`' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -l min-age -d 'List only rows older than this age, such as `7d`' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -l media-type -d 'List only rows with this text in the media type of the manifest or artifact' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -l time -d 'Print times in this format' -r -f -a "iso\t'RFC 3339 in UTC, whole seconds: `2023-09-18T20:04:32Z`'
iso-ms\t'RFC 3339 in UTC, milliseconds: `2023-09-18T20:04:32.655Z`'
epoch\t'Seconds since 1970, milliseconds after the point; a number in JSON'
local\t'RFC 3339 in the local time zone, whole seconds'
relative\t'How long ago; tables only'"
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -l page-size -d 'Request this many rows at a time, 1 to 1000' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -l max-pages -d 'Stop after this many pages' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -l starting-token -d 'Resume where an earlier listing stopped' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -l profile -d 'Use the credentials and settings of this profile' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -l region -d 'Send requests for your own registry to this region' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -l endpoint-url -d 'Send requests for your own registry to this URL' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -l ca-bundle -d 'Trust the certificates in this PEM file instead of the system\'s' -r -F
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -l timeout -d 'Limit the time of one attempt, in seconds' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -l max-attempts -d 'Limit the attempts while the service throttles or fails' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -s o -l output -d 'Print in this format' -r -f -a "table\t'For people: one row per line, human sizes'
json\t'For jq: one document, shaped like the service\'s response'
jsonl\t'The same objects, one per line'
csv\t'For spreadsheets: RFC 4180, several values joined by `;`'
tsv\t'For awk: tabs between fields; tab, newline and backslash as `\\t`, `\\n`, `\\\\`'
name\t'For loops: one name per line, or a reference with `--full-ref`'"
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -s c -l columns -d 'Print these columns; `+NAME` adds one, `-NAME` leaves one out' -r -f -a "(__ecrpub_list registryId repositoryArn registryAliasName repositoryName createdAt imageCount untaggedCount tagCount sizeInBytes lastPushedAt operatingSystems architectures downloadCount repositoryDescription repositoryUri)"
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -s s -l sort -d 'Sort the rows by this key' -r -f -a "name\t'The name, with its numbers compared by value'
created\t'When the tag or repository was created, newest first'
images\t'The number of images, largest first'
untagged\t'The number of images without a tag, largest first'
size\t'The size, largest first'
pushed\t'When the image, or the newest one of a repository, was pushed, newest first'
tags\t'The number of tags, largest first'
none\t'The service\'s order, which is arbitrary; rows are printed as they arrive'"
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -l include -d 'List only repositories whose name matches this regex; repeatable' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -l exclude -d 'Ignore names that match this regex; repeatable' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -s L -l limit -d 'List only the first N rows of each registry' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -l since -d 'List only rows dated at or after this time' -r -f
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`'
always\t'Everywhere'
never\t'Nowhere'"
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -l public -d 'Read ALIAS as public.ecr.aws/ALIAS'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -l usage -d 'Add the number and the size of the images of each repository, and the last push'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -l pre -d 'Include pre-releases in the `--semver` range'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -l exclude-digest-tags -d 'Ignore tags such as `sha256-….sig`, which attach signatures to images'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -l reverse -d 'Reverse the sort order'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -l fail-if-empty -d 'Exit with code 3 when nothing is listed or counted'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -l pin -d 'Print references with the digest that the tag has now: …:TAG@DIGEST'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -l no-headers -d 'Leave out the header line'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -l bytes -d 'Print the sizes of a table in bytes'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -l no-trunc -d 'Print the values of a table in full'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -l count -d 'Print the number of rows instead of the rows'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -l full-ref -d 'Print references to paste: public.ecr.aws/ALIAS/NAME'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -s v -l verbose -d 'Log requests, retries and timings to stderr'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -s q -l quiet -d 'Print errors and their hints only, no notes'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -l no-cache -d 'Do not read or write the cache'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand repos" -s h -l help -d 'Print help; `-h` prints a summary'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand completions" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`'
always\t'Everywhere'
never\t'Nowhere'"
complete -c ecrpub -n "__fish_ecrpub_using_subcommand completions" -s v -l verbose -d 'Log requests, retries and timings to stderr'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand completions" -s q -l quiet -d 'Print errors and their hints only, no notes'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand completions" -l no-cache -d 'Do not read or write the cache'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand completions" -s h -l help -d 'Print help; `-h` prints a summary'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand man" -l color -d 'Colour the output' -r -f -a "auto\t'On a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`'
always\t'Everywhere'
never\t'Nowhere'"
complete -c ecrpub -n "__fish_ecrpub_using_subcommand man" -s v -l verbose -d 'Log requests, retries and timings to stderr'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand man" -s q -l quiet -d 'Print errors and their hints only, no notes'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand man" -l no-cache -d 'Do not read or write the cache'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand man" -s h -l help -d 'Print help; `-h` prints a summary'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand help; and not __fish_seen_subcommand_from images tags repos completions man help" -f -a "images" -d 'List the images of repositories: one row per digest, newest first'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand help; and not __fish_seen_subcommand_from images tags repos completions man help" -f -a "tags" -d 'List the tags of repositories: one row per tag, newest first, with its image'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand help; and not __fish_seen_subcommand_from images tags repos completions man help" -f -a "repos" -d 'List the repositories of your own registry, or of a public one, by name'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand help; and not __fish_seen_subcommand_from images tags repos completions man help" -f -a "completions" -d 'Print the completion script of a shell'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand help; and not __fish_seen_subcommand_from images tags repos completions man help" -f -a "man" -d 'Print the man page of the program or of a command'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand help; and not __fish_seen_subcommand_from images tags repos completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c ecrpub -n "__fish_ecrpub_using_subcommand completions" -f -a "bash elvish fish powershell zsh"
complete -c ecrpub -n "__fish_ecrpub_using_subcommand man" -f -a "images tags repos completions man"

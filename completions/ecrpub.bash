_ecrpub_complete() {
    local line="${COMP_LINE:0:COMP_POINT}" blanks word i
    local words=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        blanks="${line%%[![:space:]]*}"
        line="${line:${#blanks}}"
        word="${COMP_WORDS[i]}"
        if ((i == COMP_CWORD)); then
            word="${line}"
        fi
        if [[ -n ${blanks} || ${#words[@]} -eq 0 ]]; then
            words+=("${word}")
        else
            words[${#words[@]}-1]+="${word}"
        fi
        line="${line:${#word}}"
    done
    word="${words[${#words[@]}-1]}"
    local breaks="" head=""
    [[ ${COMP_WORDBREAKS} != *:* ]] || breaks+=":"
    [[ ${COMP_WORDBREAKS} != *=* ]] || breaks+="="
    [[ ${word} != [\'\"]* ]] || breaks=""
    if [[ -n ${breaks} && ${word} == *[${breaks}]* ]]; then
        head="${word%"${word##*[${breaks}]}"}"
    fi
    COMPREPLY=()
    while IFS= read -r word; do
        [[ -z ${word} ]] || COMPREPLY+=("${word#"${head}"}")
    done <<<"$(ECRPUB_COMPLETE=bash ecrpub -- "${words[@]}" 2>/dev/null)"
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *[=/:] ]]; then
        compopt -o nospace 2>/dev/null
    fi
}
# Before 4.4, bash does not know `nosort`.
complete -o nosort -F _ecrpub_complete ecrpub 2>/dev/null || complete -F _ecrpub_complete ecrpub

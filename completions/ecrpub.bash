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
    if [[ ${COMP_WORDBREAKS} == *:* ]]; then
        breaks+=":"
    fi
    if [[ ${COMP_WORDBREAKS} == *=* ]]; then
        breaks+="="
    fi
    if [[ ${word} == [\'\"]* ]]; then
        breaks=""
    fi
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
if [[ ${BASH_VERSINFO[0]} -gt 4 || (${BASH_VERSINFO[0]} -eq 4 && ${BASH_VERSINFO[1]} -ge 4) ]]; then
    complete -o nosort -F _ecrpub_complete ecrpub
else
    complete -F _ecrpub_complete ecrpub
fi

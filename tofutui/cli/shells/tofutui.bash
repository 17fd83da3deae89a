# Completion of tofutui for bash. In ~/.bashrc:  eval "$(tofutui completion bash)"
_tofutui() {
    local cur=${COMP_WORDS[COMP_CWORD]} line
    local -a found
    [[ $cur == "=" ]] && cur=""
    mapfile -t found < <("${COMP_WORDS[0]}" _complete bash "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
    COMPREPLY=()
    case ${found[0]} in
        :files | :dirs)
            compopt -o filenames 2>/dev/null
            local only=-f
            [[ ${found[0]} == :dirs ]] && only=-d
            while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen "$only" -- "$cur")
            ;;
    esac
    for line in "${found[@]:1}"; do
        COMPREPLY+=("${line%%$'\t'*}")
        [[ ${COMPREPLY[-1]} == *= ]] && compopt -o nospace 2>/dev/null
    done
}
complete -F _tofutui tofutui

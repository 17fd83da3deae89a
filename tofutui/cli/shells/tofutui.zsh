#compdef tofutui
# Completion of tofutui for zsh. In ~/.zshrc, after compinit:  eval "$(tofutui completion zsh)"
_tofutui() {
    local -a found shown
    local line word help
    found=("${(@f)$("${words[1]}" _complete zsh "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    for line in "${(@)found[2,-1]}"; do
        word=${line%%$'\t'*} help=${line#*$'\t'}
        shown+=("${word//:/\\:}${help:+:$help}")
    done
    (( $#shown )) && _describe tofutui shown
    case $found[1] in
        :files) compset -P '*='; _files ;;
        :dirs) compset -P '*='; _files -/ ;;
    esac
}
if [[ $funcstack[1] == _tofutui ]]; then _tofutui "$@"; else compdef _tofutui tofutui; fi

# Completion of tofutui for fish:  tofutui completion fish > ~/.config/fish/completions/tofutui.fish
function __tofutui_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l found ($words[1] _complete fish $words[2..-1] "$current" 2>/dev/null)
    switch "$found[1]"
        case :files
            __fish_complete_path (string replace -r '^.*=' '' -- "$current")
        case :dirs
            __fish_complete_directories (string replace -r '^.*=' '' -- "$current")
    end
    test (count $found) -gt 1; and printf '%s\n' $found[2..-1]
end
complete -c tofutui -f -a '(__tofutui_complete)'

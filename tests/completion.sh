#!/bin/bash
# Shells find the scripts where they are installed, and complete what the program knows.
# usage: completion.sh BUILD_FOLDER CMAKE PREFIX
set -eu
prefix=$3
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
unset XDG_DATA_DIRS
DESTDIR=$home/root "$2" --install "$1" --component completions >/dev/null
expect() { # expect WHAT WANTED GOT
    [ "$2" = "$3" ] || { echo "$1: wanted '$2', got '$3'"; exit 1; }
}

below_root() { # the folders that a shell searches, a line each, inside of what was installed
    sed "s|^/|$home/root/|"
}

# bash-completion looks below each folder of XDG_DATA_DIRS, by default these.
script=
for data in /usr/local/share /usr/share; do
    found=$home/root$data/bash-completion/completions/basewatch
    [ ! -f "$found" ] || script=$found
done
expect "bash finds it below" "$home/root$prefix/share/bash-completion/completions/basewatch" "$script"

in_bash() { # what bash offers for the command line, whose last word is being typed
    bash --norc -c '
        . "$1"; shift
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
        _basewatch
        echo "${COMPREPLY[*]-}"' bash "$script" "$@"
}
expect "a command" "deployments deliveries" "$(in_bash basewatch de)"
expect "a subcommand" "show" "$(in_bash basewatch notices sh)"
expect "an option of a subcommand" "--until" "$(in_bash basewatch notices snooze 7 --unt)"
expect "behind an option" "remove" "$(in_bash basewatch --socket /tmp/s deployments rem)"
expect "no value" "" "$(in_bash basewatch deployments --owner "")"
expect "from a usage line" "relate" "$(in_bash basewatch lineage rel)"
"$BW_BIN/basewatch" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p' | while read -r command; do
    expect "each command" "$command" "$(in_bash basewatch "$command" | tr ' ' '\n' | grep -x -- "$command")"
done

if command -v zsh >/dev/null; then
    folders=$(zsh -f -c 'print -l $fpath' | below_root | paste -sd:)
    script=$(FPATH_OURS=$folders zsh -f -c '
        fpath=(${(s.:.)FPATH_OURS} $fpath)
        autoload -Uz compinit && compinit -D -u
        print -- $_comps[basewatch]; autoload -Uz +X $_comps[basewatch] && print -- $functions_source[_basewatch]')
    expect "zsh finds it" "_basewatch" "$(echo "$script" | head -1)"
    script=$(echo "$script" | tail -1)
    expect "zsh finds it among what was installed" "$home/root" "${script%"${script#"$home/root"}"}"
    zsh -f -n "$script"
    offered=$(zsh -f -c '
        _describe() { print -l -- "${(@)list%%:*}" }
        words=(basewatch notices snooze "") CURRENT=4
        source "$1"' zsh "$script" | paste -sd' ')
    expect "zsh" "--until --reason --help --socket" "$offered"
else
    echo "skipped: there is no zsh"
fi
if command -v fish >/dev/null; then
    in_fish() { # what fish offers, which looks for the script itself
        PATH=$BW_BIN:$PATH HOME=$home fish --no-config -c "
            set fish_complete_path $(fish -c 'printf "%s\n" $fish_complete_path' | below_root | paste -sd' ')
            complete -C '$1'" | cut -f1
    }
    expect "fish" "--until" "$(in_fish 'basewatch notices snooze 7 --un')"
    expect "fish" "deployments" "$(in_fish 'basewatch depl')"
else
    echo "skipped: there is no fish"
fi
! "$BW_BIN/basewatch" completion csh >/dev/null 2>&1

#!/bin/bash
# Shells complete what the program knows. usage: completion.sh FOLDER_OF_SCRIPTS
set -eu
scripts=$1
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
expect() { # expect WHAT WANTED GOT
    [ "$2" = "$3" ] || { echo "$1: wanted '$2', got '$3'"; exit 1; }
}

in_bash() { # what bash offers for the command line, whose last word is being typed
    bash --norc -c '
        . "$1"; shift
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
        _basewatch
        echo "${COMPREPLY[*]-}"' bash "$scripts/basewatch" "$@"
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
    zsh -f -n "$scripts/_basewatch"
    offered=$(zsh -f -c '
        _describe() { print -l -- "${(@)list%%:*}" }
        words=(basewatch notices snooze "") CURRENT=4
        source "$1"' zsh "$scripts/_basewatch" | paste -sd' ')
    expect "zsh" "--until --reason --help --socket" "$offered"
else
    echo "skipped: there is no zsh"
fi
if command -v fish >/dev/null; then
    offered=$(HOME=$home fish --no-config -c "
        complete -e -c basewatch; source $scripts/basewatch.fish
        complete -C 'basewatch notices snooze 7 --un'" | cut -f1)
    expect "fish" "--until" "$offered"
    offered=$(HOME=$home fish --no-config -c "
        complete -e -c basewatch; source $scripts/basewatch.fish
        complete -C 'basewatch depl'" | cut -f1)
    expect "fish" "deployments" "$offered"
else
    echo "skipped: there is no fish"
fi
! "$BW_BIN/basewatch" completion csh >/dev/null 2>&1

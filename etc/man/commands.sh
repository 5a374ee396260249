#!/bin/sh
# Every command's own help as the body of a man page. usage: commands.sh BASEWATCH
set -eu
"$1" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p' | grep -vx help | while read -r command; do
    printf '## %s\n\n```\n' "$command"
    "$1" help "$command" | sed 's/^Usage: //; s/^       basewatch/basewatch/'
    printf '```\n\n'
done

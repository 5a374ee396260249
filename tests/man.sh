#!/bin/sh
# The man pages are well-formed, and know every command and option. usage: man.sh FOLDER_OF_PAGES
set -eu
pages=$1
if command -v groff >/dev/null; then
    for page in "$pages"/*.[1578]; do
        said=$(groff -man -Tutf8 -ww -z "$page" 2>&1)
        test -z "$said" || { echo "$page: $said"; exit 1; }
    done
else
    echo "skipped: there is no groff to check the pages with"
fi
plain() { sed 's/\\&//g; s/\\-/-/g' "$pages/$1"; } # without the typesetter's marks
missing() { echo "$1: nothing about '$2'"; exit 1; }
"$BW_BIN/basewatch" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p' | grep -vx help |
    while read -r name; do
        plain basewatch.1 | grep -qx "\.SS $name" || missing basewatch.1 "$name"
    done
"$BW_BIN/basewatch" check-config --options | grep '^[^ ]' | while read -r key; do
    plain basewatch.yaml.5 | grep -qxF "\\fB$key\\fR" || missing basewatch.yaml.5 "$key"
done
"$BW_BIN/basewatch-runner" --options | grep '^[^ ]' | while read -r key; do
    plain basewatch-runner.8 | grep -qxF "\\fB$key\\fR" || missing basewatch-runner.8 "$key"
done
"$BW_BIN/basewatchd" --help | grep -oE -- '--[a-z-]+' | sort -u | while read -r option; do
    plain basewatchd.8 | grep -qF -- "$option" || missing basewatchd.8 "$option"
done

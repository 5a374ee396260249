#!/bin/sh
# Scan real packages of the npm registry: no crash, and counts by class for people to read.
# Usage: scan_packages.sh BASEWATCH IDS [PACKAGE]...; exits 77 (skipped) without npm or a registry.
set -eu

program=$1
ids=$2
shift 2
[ $# -gt 0 ] || set -- @langchain/openai ai

if ! command -v npm >/dev/null 2>&1; then
    echo "skipped: npm is not installed"
    exit 77
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
if ! npm pack --silent --cache "$folder/cache" "$@" >/dev/null 2>npm.log; then
    echo "skipped: no package can be fetched: $(head -n 1 npm.log)"
    exit 77
fi
mkdir tree
for archive in *.tgz; do
    mkdir "tree/${archive%.tgz}"
    tar -xzf "$archive" -C "tree/${archive%.tgz}"
done

"$program" scan tree --catalog "$ids" --json >hits.json
hits=$(grep -o '"class":"[a-z-]*"' hits.json | sort | uniq -c | sort -rn)
echo "$(find tree -type f | wc -l) files of $*:"
echo "$hits"
[ -n "$hits" ] || { echo "error: nothing was found in packages that name models"; exit 1; }

# A library's own sources hold types, docs and comparisons; what it runs by default is rare.
total=$(grep -o '"class":' hits.json | wc -l)
patchable=$(grep -o '"patchable":true' hits.json | wc -l)
echo "$total found, $patchable may be patched"
[ "$patchable" -le $((total / 10)) ] || { echo "error: too many may be patched"; exit 1; }

#!/bin/sh
# The plugin that plugins/README.md walks through compiles as the others do: walkthrough.sh TREE COMPILER
set -eu
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
awk '/^```c$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$1/plugins/README.md" |
    awk '/^\/\* plugins\/acme.c/ { wanted = 1 } /^{ &bw_acme/ { wanted = 0 } wanted' >"$folder/acme.c"
grep -q '^const struct bw_plugin_descriptor bw_acme' "$folder/acme.c"
"$2" -std=c17 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wconversion -Werror \
    -I"$1/plugins" -I"$1/daemon" -c "$folder/acme.c" -o "$folder/acme.o"
echo "compiled $(wc -l <"$folder/acme.c") lines"

#!/bin/sh
# What plugins/README.md walks through, as files: walkthrough.sh TREE FOLDER. FOLDER gets the plugin, its
# bodies and entries, and the headers and the test with the lines that are to be added to them.
set -eu
tree=$1
folder=$2
readme=$tree/plugins/README.md

# The block of code that begins with those words, or that is named after them.
block() {
    awk -v language="$1" -v first="$2" '
        /^```/ { inside = !inside && ($0 == "```" language); wanted = 0; begins = 1; next }
        inside && begins { wanted = index($0, first) == 1; begins = 0 }
        inside && wanted' "$readme" | grep .
}

rm -rf "$folder"
mkdir -p "$folder/plugins" "$folder/tests/support" "$folder/tests/unit" "$folder/tests/data/acme"
for data in "$tree"/tests/data/*; do
    ln -s "$data" "$folder/tests/data/"
done
block c '/* plugins/acme.c' >"$folder/plugins/acme.c"
for name in page1.body page2.body pages.entries; do
    block "json tests/data/acme/$name" '' >"$folder/tests/data/acme/$name"
done
block c '{ &bw_acme' >"$folder/case"
declared='extern const struct bw_plugin_descriptor bw_acme;'
sed "s/^extern .* bw_anthropic;/$declared\n&/" "$tree/plugins/catalogs.h" >"$folder/plugins/catalogs.h"
sed "/^static .* SYNTHESISED_SHAPES\[\] = {/r $folder/case" "$tree/tests/support/catalog_cases.h" \
    >"$folder/tests/support/catalog_cases.h"
sed 's/^        &bw_anthropic, /        \&bw_acme, &/' "$tree/tests/unit/test_catalogs.c" \
    >"$folder/tests/unit/test_walkthrough.c"
for file in plugins/catalogs.h tests/support/catalog_cases.h tests/unit/test_walkthrough.c; do
    grep -q bw_acme "$folder/$file"
done

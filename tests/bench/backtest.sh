#!/bin/sh
# Eight months of 21 recorded catalogs against a thousand deployments: how long it takes, and the
# page it prints. usage: BW_BIN=build/bin backtest.sh HISTORY_DIR [MOST_MS]
set -eu
history=$1
most=${2:-}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# They are spread over all platforms, on the models that were there at the start.
for file in "$history"/*.jsonl; do
    platform=$(basename "$file" .jsonl)
    case $platform in events*) continue ;; esac
    sed -n 1p "$file" | grep -oE '\{"id":"[^" ]+"' | sed -E "s/.*:(\".*)/$platform \1/"
done | awk '{ row[NR] = $0 }
    BEGIN { print "deployments:"; split("prompt rag fine-tuned prompt", technique, " ") }
    END { for (i = 0; i < 1000; i++) {
              split(row[i % NR + 1], part, " ")
              printf "  - {name: d%d, technique: %s, platform: %s, model: %s, owner: team-%d,", i,
                     technique[i % 4 + 1], part[1], part[2], i % 12
              print " training: {rows: 5000, tokens_per_row: 620, epochs: 3, method: sft}}" } }' \
    >"$dir/deployments.yaml"
start=$(date +%s%N)
"$BW_BIN/basewatch" backtest --history "$history" --deployments "$dir/deployments.yaml" >"$dir/page"
end=$(date +%s%N)
grep -q '^1000 deployments (250 fine-tuned) of 12 owners on 21 platforms' "$dir/page"
took=$(((end - start) / 1000000))
echo "1000 deployments, $(tail -qn +1 "$history"/*.jsonl | grep -c '"type":') days of 21 catalogs: $took ms"
if [ -n "$most" ] && [ "$took" -gt "$most" ]; then
    echo "that is more than $most ms"
    exit 1
fi

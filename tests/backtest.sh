#!/bin/sh
# `basewatch backtest` on eight months of real catalogs: right by hand-checked events, and quick.
set -eu
if [ -z "${BASEWATCH_REFERENCE:-}" ]; then
    echo "skipped: recorded catalogs (BASEWATCH_REFERENCE is not set)"
    exit 0
fi
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
history=$BASEWATCH_REFERENCE/replay

python3 "$BASEWATCH_REFERENCE/tools/score_backtest.py" "$BW_BIN/basewatch" "$history" \
    "$history/events.dev.jsonl" --worst 20 | tee "$dir/score"
awk '/^precision/ { if ($2 < 0.93 || $4 < 0.95 || $8 > 1) { print "below the floor"; exit 1 } found = 1 }
     END { exit !found }' "$dir/score"

# A thousand deployments over all platforms, on the models that were there at the start.
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
echo "1000 deployments, $(tail -qn +1 "$history"/*.jsonl | grep -c '"type":') days of 21 catalogs: $(((end - start) / 1000000)) ms"

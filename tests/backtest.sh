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

sh "$(dirname "$0")/bench/backtest.sh" "$history"

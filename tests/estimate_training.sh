#!/bin/sh
# `basewatch estimate training --batch`: answers in order, and one clear line for what has no answer.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
run() { "$BW_BIN/basewatch" estimate training --batch >"$dir/out" 2>"$dir/err"; }
expect() { # expect WHAT WANTED GOT
    [ "$2" = "$3" ] || { echo "$1: wanted '$2', got '$3'"; exit 1; }
}

# 6 x 8e9 x 1e9 FLOPs at 0.40 of 312 TFLOP/s; LoRA unpacked; the size factor is 1 at 8e9.
printf '%s\n\n%s\n' \
    '{"id":"a","N":8e9,"N_active":8e9,"D":1e9,"method":"full","gpu":"A100-80","packed":"yes","grad_ckpt":"unknown","offload":false,"seq_len":null}' \
    '{"id":"b","N":8e9,"N_active":null,"D":1000000,"method":"lora","gpu":"H100","packed":"no","grad_ckpt":"yes","offload":false}' | run
expect "answers" "a b" "$(sed -E 's/.*"id":"([a-z])".*/\1/' "$dir/out" | paste -sd' ')"
expect "hours of a" "106.837" "$(sed -nE '1s/.*"expected":([0-9]+\.[0-9]{3}).*/\1/p' "$dir/out")"
expect "hours of b" "0.08722" "$(sed -nE '2s/.*"expected":([0-9]+\.[0-9]{5}).*/\1/p' "$dir/out")"
expect "messages" "" "$(cat "$dir/err")"

status=0
printf '%s\n' 'not json' '{"id":"c","N":-1,"D":1,"method":"full","gpu":"H100"}' \
    '{"id":"d","N":1e9,"D":1e9,"method":"grpo","gpu":"H100"}' \
    '{"id":"e","N":1e9,"D":1e9,"method":"full","gpu":"abacus"}' '[]' | run || status=$?
expect "exit code" 1 "$status"
expect "complaints" 5 "$(grep -c '^stdin:[1-5]: error: ' "$dir/err")"
expect "answers to nonsense" "" "$(cat "$dir/out")"

status=0
"$BW_BIN/basewatch" estimate training --bach >"$dir/out" 2>"$dir/err" </dev/null || status=$?
expect "usage" 2 "$status"

if [ -z "${BASEWATCH_REFERENCE:-}" ]; then
    echo "skipped: published runs (BASEWATCH_REFERENCE is not set)"
    exit 0
fi
python3 "$BASEWATCH_REFERENCE/tools/score_cost.py" "$BW_BIN/basewatch" | tee "$dir/score"
sed -E 's/median factor x([0-9.]+) +within 2x ([0-9]+)\/([0-9]+) +inside low-high ([0-9]+).*/\1 \2 \3 \4/' "$dir/score" |
    awk 'NF != 4 || $1 > 1.25 || $2 < 0.9 * $3 || $4 < 0.85 * $3 { print "below the floor: " $0; exit 1 }'

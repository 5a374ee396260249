#!/bin/sh
# Builds basewatch and plays a release day in front of you: three deployments, two days of catalogs,
# and what you would have been told. Needs Debian or Ubuntu; everything happens in one temporary
# folder, and nothing keeps running.
set -eu
tree=$(cd "$(dirname "$0")/.." && pwd)
. "$tree/etc/packages.sh"
need_packages $BUILD_PACKAGES openssl git

work=$(mktemp -d "${TMPDIR:-/tmp}/basewatch.XXXXXX")
daemon_pid="" listen_pid=""
finish() {
    for pid in $daemon_pid $listen_pid; do
        kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true
    done
}
trap finish EXIT
trap 'exit 130' INT TERM

echo "building a release in $work/build"
cmake -G Ninja -S "$tree" -B "$work/build" -DCMAKE_BUILD_TYPE=Release -DBW_TESTS=OFF >"$work/build.log" 2>&1 &&
    cmake --build "$work/build" >>"$work/build.log" 2>&1 || {
    tail -30 "$work/build.log" >&2
    exit 1
}
PATH="$work/build/bin:$PATH"
export BASEWATCH_SOCKET="$work/control.sock"

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
show() {
    printf '\n$ %s\n' "$*"
    "$@"
}
# Wait, for at most ten seconds, until a command succeeds.
until_true() {
    tries=0
    until "$@" >/dev/null 2>&1; do
        tries=$((tries + 1))
        [ $tries -lt 100 ] || { echo "gave up waiting for: $*; see $work" >&2; exit 1; }
        sleep 0.1
    done
}

cd "$work"
mkdir catalogs state shop
cp "$tree"/etc/demo/2025-04-01/*.json catalogs/
(umask 077 && printf 'whsec_%s\n' "$(openssl rand -base64 32)" >ops.whsec)

basewatch listen --port 0 --secret ops.whsec >received.txt 2>listen.log &
listen_pid=$!
until_true grep -q 'http://' listen.log
hook=$(sed -n 's/.*\(http:[^ ]*\).*/\1/p' listen.log | head -n 1)

cat >basewatch.yaml <<EOF
state_dir: $work/state
control: {socket: $work/control.sock}
sources:
  - {name: openai, plugin: openai, url: "file://$work/catalogs/openai.json", every: 1h}
  - {name: anthropic, plugin: anthropic, url: "file://$work/catalogs/anthropic.json", every: 1h}
sinks:
  - {name: ops, plugin: webhook, url: "${hook}hook", secret: {file: ops.whsec}}
deployments:
  - name: triage
    technique: fine-tuned
    platform: openai
    model: "ft:gpt-4o-mini-2024-07-18:acme:triage:9xYz"
    owner: support-ml
    training: {rows: 5000, tokens_per_row: 620, epochs: 3, method: sft, refresh_share: 0.2}
    traffic: {calls_per_day: 200000, input_tokens: 450, output_tokens: 120, prompted_input_tokens: 1900, cached_tokens: 1500}
    evals: {suite: triage, cases: 200}
EOF
basewatchd --config basewatch.yaml 2>daemon.log &
daemon_pid=$!
until_true basewatch status

git -C shop init -q
printf '# Summaries of tickets\nprompt: summarise.txt\nmodel: claude-3-7-sonnet-20250219\nmax_tokens: 800\n' >shop/summary.yaml
printf '{\n  "retriever": "handbook",\n  "model": "gpt-4o-2024-08-06",\n  "top_k": 8\n}\n' >shop/help.json

say "Day one. A fine-tune stands in the configuration; a prompt and a RAG service are added where their model id stands."
cd shop
show basewatch deployments add --name summary --technique prompt --platform anthropic \
    --model claude-3-7-sonnet-20250219 --owner web --at summary.yaml:3
show basewatch deployments add --name help-center --technique rag --platform openai \
    --model gpt-4o-2024-08-06 --owner web --at help.json:3
cd ..
basewatch sources poll >/dev/null
show basewatch deployments

say "Day two. Newer bases are in the catalogs; basewatch polls."
cp "$tree"/etc/demo/2025-06-01/*.json catalogs/
show basewatch sources poll
show basewatch deployments
show basewatch notices

say "What catching up costs for the fine-tune, and why."
show basewatch explain triage
show basewatch estimate triage

say "What it takes for the others: one line each."
for name in summary help-center; do
    show basewatch swap "$name"
    basewatch swap "$name" | git -C shop apply --check
    echo "(git apply --check accepts it)"
done

say "What arrived at the webhook, signed and verified:"
until_true sh -c "[ \$(grep -c notice.opened received.txt) -ge 3 ]"
cat received.txt

say "That is all of it."
cat <<EOF
Everything above happened in $work; nothing keeps running. To watch your own accounts, as root:

  cmake --install $work/build
  \$EDITOR /etc/basewatch/basewatch.yaml        # $tree/etc/basewatch.yaml explains every part

      sources:
        - {name: openai, plugin: openai, url: "https://api.openai.com/v1", credential: {file: openai.key}, every: 6h}
        - {name: anthropic, plugin: anthropic, url: "https://api.anthropic.com/v1", credential: {file: anthropic.key}, every: 6h}

  basewatch check-config                       # says what is wrong, and where
  systemctl enable --now basewatchd            # or, without systemd: basewatchd --config FILE
EOF

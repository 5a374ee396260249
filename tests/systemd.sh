#!/bin/bash
# The installed service under a real systemd, in a container that shares this machine's /usr.
# usage: systemd.sh BUILD_DIR INSTALL_PREFIX
set -euo pipefail
build=$1 prefix=$2 basewatch=$2/bin/basewatch
work=$(mktemp -d)
leader=0 nspawn=0
skip() { echo "skipped: $1"; exit 77; }
case $prefix in /usr | /usr/*) ;; *) skip "the prefix '$prefix' is not below /usr, which the container sees" ;; esac
for program in systemd-nspawn script nsenter setpriv; do
    command -v $program >/dev/null || skip "there is no $program"
done
container=(systemd-nspawn -q -D / --volatile=yes --register=no --keep-unit --machine="basewatch-$$"
    "--system-call-filter=landlock_create_ruleset landlock_add_rule landlock_restrict_self")
why=$("${container[@]}" --console=pipe /usr/bin/true 2>&1 </dev/null) || skip "systemd-nspawn cannot run: $why"

tidy() {
    status=$?
    if [ $status -ne 0 ] && [ $leader -ne 0 ]; then
        inside journalctl -u basewatchd --no-pager -o short-precise | tail -40
    fi
    [ $nspawn -eq 0 ] || kill $nspawn 2>/dev/null || true
    wait || true
    rm -rf "$work"
    exit $status
}
trap tidy EXIT

inside() { nsenter -t $leader -a -- "$@"; }
as() { user=$1; shift; inside setpriv --reuid="$user" --regid="$user" --init-groups -- "$@"; }
property() { inside systemctl show basewatchd -p "$1" --value; }
now_ms() { echo $(($(date +%s%N) / 1000000)); }
fail() { echo "FAILED: $1"; exit 1; }
expect() { # expect WHAT WANTED GOT
    case $3 in $2) echo "ok: $1: $3" ;; *) fail "$1: wanted '$2', got '$3'" ;; esac
}
until_true() { # until_true WHAT COMMAND...: within 30 seconds
    what=$1
    shift
    for _ in $(seq 600); do
        if "$@" >/dev/null 2>&1; then return; fi
        sleep 0.05
    done
    fail "$what: still not after 30 seconds"
}
restarted() { [ "$(property NRestarts)" = "$1" ] && [ "$(property ActiveState)" = active ]; }
status_text_is() { case $(property StatusText) in $1) ;; *) return 1 ;; esac; }
deployments() { inside "$basewatch" deployments --no-header | awk '{ print $1 }' | paste -sd' '; }

# ---- boot ----
# What is installed goes over a copy of /usr; on a first boot systemd enables what no preset disables.
mkdir -p "$work/usr/lib/systemd/system-preset"
printf 'disable %s\n' basewatchd.service basewatch-runner.service \
    >"$work/usr/lib/systemd/system-preset/00-test.preset"
started=$(now_ms)
script -qfc "exec ${container[*]@Q} -b --overlay=/usr:$work/usr:/usr systemd.firstboot=off" \
    "$work/console" >/dev/null 2>&1 </dev/null &
terminal=$!
booted() {
    nspawn=$(pgrep -P $terminal) && leader=$(pgrep -P "$nspawn") || return 1
    case $(inside systemctl is-system-running) in running | degraded) ;; *) return 1 ;; esac
}
until_true "the container runs" booted
echo "booted in $(($(now_ms) - started)) ms"

# ---- install ----
root=/proc/$leader/root
install_package() {
    DESTDIR=$root cmake --install "$build" >>"$work/install.log"
    inside systemd-sysusers 2>/dev/null
    # This one, whatever else is installed on the machine whose /usr we share.
    inside cp "$prefix/lib/systemd/system/basewatchd.service" /run/systemd/system/
}
# The next version is the same program with a schema of one more step.
install_next_package() {
    install_package
    install -m 755 "$build/bin/basewatchd_next" "$root$prefix/bin/basewatchd"
}
install_package
pages=no
if [ -e "$root$prefix/share/man/man8/basewatchd.8" ] && [ -e /etc/manpath.config ]; then
    pages=yes
    cp /etc/manpath.config "$root/etc/"
fi
mkdir "$root/etc/basewatch/catalog"
cp "$(dirname "$0")/data/openai/openai.body" "$root/etc/basewatch/catalog/catalog.json"
inside systemd-sysusers --inline "u reader -" "u writer -" "u stranger -" "m reader basewatch" \
    "m writer basewatch" "m writer basewatch-admin" 2>/dev/null
inside mkdir -p /run/systemd/system/basewatchd.service.d
inside tee /run/systemd/system/basewatchd.service.d/test.conf >/dev/null <<'END'
[Service]
WatchdogSec=2s
RestartSec=100ms
LoadCredential=hook.whsec:/run/hook.whsec
# Leaks are looked for by tracing the process, which the sandbox forbids.
Environment=ASAN_OPTIONS=detect_leaks=0:abort_on_error=1
END
inside sh -c 'umask 077; echo "whsec_$(head -c32 /dev/urandom | base64)" >/run/hook.whsec'
expect "verify prints nothing" "" "$(inside systemd-analyze verify --man=$pages basewatchd.service 2>&1)"

# ---- start ----
inside systemctl daemon-reload
inside systemctl start basewatchd
expect "what is installed starts" "watching 0 sources for 0 configured deployments" "$(property StatusText)"
expect "exposure" "*exposure level*1.[012] OK*" "$(inside systemd-analyze security --threshold=12 basewatchd | tail -1)"
inside tee /etc/basewatch/conf.d/test.yaml >/dev/null <<'END'
sources:
  - {name: openai, plugin: openai, url: "file:///etc/basewatch/catalog/catalog.json", every: 1h}
sinks:
  - {name: hook, plugin: webhook, url: "http://127.0.0.1:9/hook", secret: {file: hook.whsec}}
deployments:
  - {name: triage, technique: prompt, platform: openai, model: gpt-7-turbo, owner: support}
END

# ---- reload ----
inside systemctl reload basewatchd
until_true "a good file is taken" status_text_is "watching 1 sources for 1 configured deployments"
polled=$(inside "$basewatch" sources poll --json)
expect "a plugin runs in the sandbox" '*"state":"ok"*' "$polled"
expect "a deployment is watched" "triage" "$(deployments)"
inside sh -c 'echo "souces: []" >/etc/basewatch/conf.d/wrong.yaml'
inside systemctl reload basewatchd
until_true "a bad file is told" status_text_is "reload failed, the old configuration is kept: /etc/basewatch/conf.d/wrong.yaml:1:1:*"
echo "ok: StatusText: $(property StatusText)"
expect "the old configuration is kept" "triage" "$(deployments)"
expect "status tells" "the last reload failed: *wrong.yaml*still running what was loaded at *" \
    "$(inside "$basewatch" status | head -1)"
inside rm /etc/basewatch/conf.d/wrong.yaml
inside systemctl reload basewatchd
until_true "a mended file is taken" status_text_is "watching 1 sources*"

# ---- who may do what ----
add='{"name":"from-api","technique":"prompt","platform":"openai","model":"gpt-7-turbo","owner":"web"}'
expect "the socket" "660 basewatch:basewatch" "$(inside stat -c '%a %U:%G' /run/basewatch/control.sock)"
expect "a member reads" "deployments: [12]*" "$(as reader "$basewatch" status | head -1)"
expect "a member does not write" "error: *" \
    "$(as reader "$basewatch" deployments remove triage 2>&1 || true)"
expect "a stranger does not read" "error: *" "$(as stranger "$basewatch" status 2>&1 || true)"
if as stranger "$basewatch" status >/dev/null 2>&1; then fail "a stranger reads"; fi
echo "$add" | as writer "$basewatch" deployments import - 2>/dev/null ||
    fail "a member of the second group does not write"
expect "a member of the second group writes" "from-api triage" "$(deployments)"

# ---- confinement ----
pid=$(property MainPID)
expect "user, capabilities, privileges, filter" "basewatch 0000000000000000 1 2" "$(
    echo "$(inside stat -c %U "/proc/$pid")" \
        "$(inside grep -E '^(CapEff|NoNewPrivs|Seccomp):' "/proc/$pid/status" | cut -f2 | paste -sd' ')")"
if grep -q ' __x64_sys_landlock_create_ruleset$' /proc/kallsyms; then
    expect "plugins are confined by Landlock" 0 \
        "$(inside journalctl -u basewatchd -o cat --no-pager | grep -c 'no Landlock')"
fi
expect "the state is its own" "700 basewatch" "$(inside stat -c '%a %U' /var/lib/basewatch)"

# ---- backup, by an administrator ----
inside "$basewatch" backup /run/copy.db 2>/dev/null || fail "no backup"
expect "the backup" "600 root" "$(inside stat -c '%a %U' /run/copy.db)"
expect "the state stays the daemon's" "basewatch" "$(inside sh -c 'stat -c %U /var/lib/basewatch/*' | sort -u)"

# ---- hang, crash, stop ----
inside kill -STOP "$pid"
until_true "the watchdog ends a daemon that hangs" restarted 1
inside journalctl -u basewatchd -o cat --no-pager | grep -F 'Watchdog timeout'
inside kill -KILL "$(property MainPID)"
until_true "a crash is followed by a start" restarted 2
expect "the state is kept" "from-api triage" "$(deployments)"
sleep 3
restarted 2 || fail "a working daemon is ended by its watchdog"
began=$(now_ms)
inside systemctl stop basewatchd
took=$(($(now_ms) - began))
expect "a stop" "success inactive" "$(property Result) $(property ActiveState)"
[ $took -le 2000 ] || fail "a stop takes $took ms"
echo "stopped in $took ms"
inside systemctl start basewatchd
expect "the state is kept" "from-api triage" "$(deployments)"

# ---- upgrade ----
kept() { # what people have and have done
    inside "$basewatch" deployments --no-header
    inside "$basewatch" notices --no-header
    inside "$basewatch" deliveries --json | tr '{' '\n' | grep -o '"id":"[0-9]*"' | sort
}
schema() { od -An -j60 -N4 --endian=big -t d4 "$root/var/lib/basewatch/basewatch.db" | tr -d ' '; }
state_sum() { (cd "$root/var/lib/basewatch" && sha256sum -- *) | sha256sum; }
journal_of() { inside journalctl -u basewatchd -o cat --no-pager "_SYSTEMD_INVOCATION_ID=$(property InvocationID)"; }
notice=$(inside "$basewatch" notices --json | grep -o '"id":"[0-9]*"' | head -1 | tr -dc 0-9)
inside "$basewatch" notices ack "$notice" --reason "we know" 2>/dev/null || fail "no acknowledgement"
before=$(kept)
expect "there is something to keep" "*from-api*triage*acknowledged*" "$before"
expect "what could not be delivered waits" "*pending*" "$(inside "$basewatch" deliveries --no-header)"
older=$(schema)
install_next_package
inside systemctl daemon-reload
expect "what runs is not disturbed" "active" "$(property ActiveState)"
inside systemctl restart basewatchd
expect "the next version runs" "watching 1 sources for 1 configured deployments" "$(property StatusText)"
expect "it says what it did" "*schema version $older is one of version $((older + 1)) now*" "$(journal_of)"
expect "all is kept" "$before" "$(kept)"
inside systemd-run -q --unit=receiver "$basewatch" listen --port 9 --secret /run/hook.whsec --json
heard() { inside journalctl -u receiver -o cat --no-pager | grep "$1"; }
until_true "there is somebody to hear" heard listening
inside "$basewatch" sinks test hook >/dev/null 2>&1
pending() { inside "$basewatch" deliveries --no-header | grep pending; }
for id in $(pending | cut -d' ' -f1); do
    inside "$basewatch" deliveries retry "$id" >/dev/null 2>&1 || true # it has just arrived
done
delivered() { ! pending; }
until_true "what waited is delivered" delivered
inside systemctl stop receiver
expect "the opened notice has arrived" "*notice.opened*" "$(heard notice.opened | head -1)"
before=$(kept)

# ---- back to the older version, which is refused ----
inside systemctl stop basewatchd
sum=$(state_sum)
install_package
inside systemctl daemon-reload
if inside systemctl restart basewatchd 2>/dev/null; then fail "an older version takes a newer database"; fi
expect "it says why, and what to do" \
    "*it has schema version $((older + 1)) and this program knows $older; install the newer basewatch again, or*" \
    "$(inside journalctl -u basewatchd -o cat --no-pager -n 20)"
inside systemctl stop basewatchd
expect "nothing was written" "$sum" "$(state_sum)"
install_next_package
inside systemctl daemon-reload
inside systemctl restart basewatchd
expect "the newer version goes on" "$before" "$(kept)"

# ---- the runner ----
inside cp "$prefix/lib/systemd/system/basewatch-runner.service" /run/systemd/system/
inside cp -r /run/systemd/system/basewatchd.service.d /run/systemd/system/basewatch-runner.service.d
inside sed -i '/^WatchdogSec/d; /^LoadCredential/d' /run/systemd/system/basewatch-runner.service.d/test.conf
inside mkdir /etc/basewatch/judged
inside tee /etc/basewatch/judged/catalog.json >/dev/null <<'END'
{"object": "list", "data": [{"id": "gpt-4o-2024-08-06", "object": "model", "created": 1722900000, "owned_by": "a"},
  {"id": "gpt-4.1-2025-04-14", "object": "model", "created": 1744600000, "owned_by": "a"}]}
END
inside tee /etc/basewatch/conf.d/judged.yaml >/dev/null <<'END'
evals: {start: off}
sources:
  - {name: judged, plugin: openai, platform: acme-vllm, url: "file:///etc/basewatch/judged/catalog.json", every: 1h}
deployments:
  - {name: judged, technique: prompt, platform: acme-vllm, model: gpt-4o-2024-08-06, owner: web, evals: {suite: judged, cases: 3}}
  - {name: slow, technique: prompt, platform: acme-vllm, model: gpt-4o-2024-08-06, owner: web, evals: {suite: slow, cases: 3}}
END
if command -v node >/dev/null; then # as harnesses are: it writes code and runs it, and counts processors
    suite='[node, -e, "require(`fs`).writeFileSync(process.env.BASEWATCH_RESULT, JSON.stringify({cases: 3,
        passed: require(`os`).cpus().length > 0 ? 3 : 0, model: process.env.BASEWATCH_MODEL}))"]'
else
    suite='[/bin/sh, -c, "printf {\\"cases\\":3,\\"passed\\":3} >$BASEWATCH_RESULT"]'
fi
inside tee /etc/basewatch/runner.d/test.yaml >/dev/null <<END
suites:
  judged: {argv: $suite, result: json}
  slow: {argv: [/bin/sh, -c, "id -un >~/ran; sleep 1000 & wait"], result: json}
END
verdict() { inside "$basewatch" evals --json | tr '{' '\n' | grep "\"deployment\":\"$1\"" | grep -o '"verdict":"[a-z]*"'; }
judged() { [ "$(verdict "$1")" = '"verdict":"pass"' ]; }
ran() { inside test -s /var/lib/basewatch-runner/ran; }
expect "verify prints nothing" "" "$(inside systemd-analyze verify --man=$pages basewatch-runner.service 2>&1)"
inside systemctl daemon-reload
inside systemctl reload basewatchd
until_true "the deployments to judge are taken" status_text_is "watching 2 sources for 3 configured deployments"
inside "$basewatch" sources poll judged >/dev/null
inside systemctl start basewatch-runner
expect "exposure" "*exposure level*1.[0-4] OK*" \
    "$(inside systemd-analyze security --threshold=14 basewatch-runner | tail -1)"
inside "$basewatch" evals start judged 2>/dev/null
until_true "the runner takes a job" judged judged
inside "$basewatch" evals start slow 2>/dev/null
until_true "the runner takes another" ran
expect "as a user of its own, at home in its state" "basewatch-runner" \
    "$(inside cat /var/lib/basewatch-runner/ran)"
began=$(now_ms)
inside systemctl stop basewatch-runner
expect "a stop" "success inactive" \
    "$(inside systemctl show basewatch-runner -p Result,ActiveState --value | sort -r | paste -sd' ')"
expect "what was stopped is told" '"verdict":"inconclusive"' "$(verdict slow)"
echo "the runner stopped in $(($(now_ms) - began)) ms"
inside systemctl poweroff
wait $terminal || true
nspawn=0 leader=0

#!/bin/sh
# The units say nothing that systemd does not know, and confine what they start as far as they promise.
# usage: unit_file.sh FOLDER_OF_UNITS BASEWATCHD
set -eu
command -v systemd-analyze >/dev/null || { echo "skipped: there is no systemd-analyze"; exit 77; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
for name in basewatchd basewatch-runner; do # the second needs the first to be there
    sed -E "s#^ExecStart=[^ ]+#ExecStart=$2#" "$1/$name.service" >"$dir/$name.service"
done

check() { # check NAME THRESHOLD
    unit=$dir/$1.service
    # An unknown key is a line of output and no error to systemd; here it is one.
    said=$(systemd-analyze verify --man=no "$unit" 2>&1)
    test -z "$said" || { echo "$said"; exit 1; }
    systemd-analyze security --offline=true "--threshold=$2" "$unit" >"$dir/security" || {
        grep '✗' "$dir/security"
        tail -1 "$dir/security"
        exit 1
    }
    tail -1 "$dir/security"

    # The two checks see what is wrong.
    echo 'Nonsense=yes' >>"$unit"
    systemd-analyze verify --man=no "$unit" 2>&1 | grep -q Nonsense
    sed -i '/^SystemCallFilter/d' "$unit"
    if systemd-analyze security --offline=true "--threshold=$2" "$unit" >/dev/null 2>&1; then
        echo "$1: without its filter it is as safe: the threshold is too high"
        exit 1
    fi
    # People, and the runner, are known by their uid on the control socket.
    if grep '^PrivateUsers' "$unit"; then exit 1; fi
}
check basewatch-runner 14
check basewatchd 12

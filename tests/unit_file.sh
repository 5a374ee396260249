#!/bin/sh
# The unit says nothing that systemd does not know, and confines the daemon as far as it promises.
# usage: unit_file.sh UNIT BASEWATCHD
set -eu
command -v systemd-analyze >/dev/null || { echo "skipped: there is no systemd-analyze"; exit 77; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
unit=$dir/basewatchd.service
sed -E "s#^ExecStart=[^ ]+#ExecStart=$2#" "$1" >"$unit"

# An unknown key is a line of output and no error to systemd; here it is one.
said=$(systemd-analyze verify --man=no "$unit" 2>&1)
test -z "$said" || { echo "$said"; exit 1; }
systemd-analyze security --offline=true --threshold=12 "$unit" >"$dir/security" || {
    grep '✗' "$dir/security"
    tail -1 "$dir/security"
    exit 1
}
tail -1 "$dir/security"

# The two checks see what is wrong.
echo 'Nonsense=yes' >>"$unit"
systemd-analyze verify --man=no "$unit" 2>&1 | grep -q Nonsense
sed -i '/^SystemCallFilter/d' "$unit"
! systemd-analyze security --offline=true --threshold=12 "$unit" >/dev/null
# People are known by their uid on the control socket.
! grep -q '^PrivateUsers' "$1"

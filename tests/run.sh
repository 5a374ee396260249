#!/bin/sh
# Installs what is missing, builds with AddressSanitizer and UndefinedBehaviorSanitizer, runs every
# test through ctest. Further arguments go to ctest: sh tests/run.sh -R lineage
set -eu
tree=$(cd "$(dirname "$0")/.." && pwd)
. "$tree/etc/packages.sh"
need_packages $BUILD_PACKAGES libcriterion-dev openssl git python3 python3-yaml python3-aiosmtpd sqlite3 curl \
    strace socat procps faketime scdoc groff zsh fish systemd-container prometheus prometheus-alertmanager

build=${BASEWATCH_BUILD:-$tree/build-test}
cmake -G Ninja -S "$tree" -B "$build" -DBW_SANITIZE=ON -DBW_WERROR=ON >/dev/null
cmake --build "$build"
cd "$build"
exec ctest --output-on-failure --no-tests=error -j 2 "$@"

# What basewatch is built from, by the names of Debian and Ubuntu. Sourced by quickstart.sh and
# tests/run.sh: need_packages PACKAGE... installs those that are missing.
BUILD_PACKAGES="gcc libc6-dev cmake ninja-build pkg-config libuv1-dev libcurl4-openssl-dev libsqlite3-dev
libcjson-dev libyaml-dev libmicrohttpd-dev libssl-dev libexpat1-dev"

need_packages() {
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "no apt-get here; with your package manager, install what Debian calls:" $* >&2
        echo "then run this again with BASEWATCH_HAVE_PACKAGES=1" >&2
        [ "${BASEWATCH_HAVE_PACKAGES:-}" = 1 ] || exit 1
        return 0
    fi
    missing=""
    for package in $*; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
            missing="$missing $package"
    done
    [ -n "$missing" ] || return 0
    as_root=""
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null 2>&1 || {
            echo "not root and no sudo; ask an administrator for: apt-get install$missing" >&2
            exit 1
        }
        as_root=sudo
    fi
    echo "installing:$missing"
    export DEBIAN_FRONTEND=noninteractive
    $as_root apt-get update -qq
    $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
}

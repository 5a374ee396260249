#!/bin/sh
# Gives every catalog plugin COUNT (10,000) damaged and hostile bodies from each of its recorded or
# documented shapes, with the sanitizers on: sh tests/torture.sh [COUNT]. The same bodies each time;
# CI takes the first 500 of them. Ends with the first that crashes, hangs, takes too much memory,
# leaks, or passes in part, and names it.
set -eu
tree=$(cd "$(dirname "$0")/.." && pwd)
build=${BASEWATCH_BUILD:-$tree/build-test}
cmake -G Ninja -S "$tree" -B "$build" -DBW_SANITIZE=ON >/dev/null
cmake --build "$build" --target test_catalog_mutants
export BW_SOURCE="$tree" BW_MUTANTS="${1:-10000}"
export ASAN_OPTIONS=abort_on_error=1:detect_leaks=1:hard_rss_limit_mb=1024
export UBSAN_OPTIONS=print_stacktrace=1
exec "$build/bin/test_catalog_mutants" --jobs=1

#!/bin/sh
# Every include of daemon/ goes to its own layer or a lower one, so that a reader can stop at any depth.
set -eu
cd "$1/daemon"
found=$(grep -rnE '^#include "[a-z]+/' --include='*.[ch]' . | awk -F: '
    BEGIN { rank["base"] = 1; rank["domain"] = 2; rank["codec"] = 3; rank["store"] = 3
            rank["engine"] = 4; rank["io"] = 5; rank["app"] = 6; rank["cli"] = 6 }
    { split($1, path, "/"); from = path[2]; match($3, /"[a-z]+\//)
      to = substr($3, RSTART + 1, RLENGTH - 2)
      if (!(to in rank) || !(from in rank) || rank[to] > rank[from] ||
          (from == "cli" && to == "io") || (from == "cli" && to == "app") || (from == "app" && to == "cli"))
          print $1 ":" $2 ": " from " includes " to }
    END { print "checked " NR " includes" }')
echo "$found"
case "$found" in *" includes "[a-z]*) exit 1 ;; esac
case "$found" in "checked 0 "*) echo "no include was found: the check itself is broken"; exit 1 ;; esac
for pair in "sqlite3.h store" "cjson/cJSON.h codec" "yaml.h codec" "expat.h codec" "openssl/hmac.h codec" "uv.h io|app" "curl/curl.h io" "microhttpd.h io"; do
    header=${pair% *} room=${pair#* }
    if grep -rlE "^#include <$header>" . | grep -vE "^\./($room)/"; then
        echo "<$header> is behind one door: $room/"
        exit 1
    fi
done

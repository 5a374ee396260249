#!/bin/sh
# A plugin in sh, written from schema/plugin-protocol.md alone: one model id a line of the body.
set -eu
read -r opening
case $opening in
*'"verb":"manifest"'*)
    echo '{"manifest":{"name":"good-sh","protocol":1,"verbs":["catalog"],"settings":[]}}'
    exit 0
    ;;
esac
echo '{"fetch":{"id":1,"path":"/ids.txt","repeatable":true}}'
read -r answer
bytes=$(echo "$answer" | sed 's/.*"bytes":\([0-9]*\).*/\1/')
head -c "$bytes" 2>/dev/null | while read -r id; do
    echo "{\"entry\":{\"id\":\"$id\"}}"
done
read -r end_of_body
echo '{"done":{}}'

#!/bin/sh
# Every plugin that was built describes itself, and refuses a verb it does not know.
set -eu
count=0
for plugin in "$1"/*; do
    name=$(basename "$plugin")
    told=$(echo '{"verb":"manifest","protocol":1}' | "$plugin")
    case $told in
    "{\"manifest\":{\"name\":\"$name\",\"protocol\":1,\"verbs\":[\"catalog\"],\"settings\":["*"]}}") ;;
    "{\"manifest\":{\"name\":\"$name\",\"protocol\":1,\"verbs\":[\"catalog\",\"inventory\"],\"settings\":["*"]}}") ;;
    "{\"manifest\":{\"name\":\"$name\",\"protocol\":1,\"verbs\":[\"deliver\"],\"settings\":["*"]}}") ;;
    "{\"manifest\":{\"name\":\"$name\",\"protocol\":1,\"verbs\":[\"trigger\"],\"settings\":["*"]}}") ;;
    *) echo "$name: manifest: $told"; exit 1 ;;
    esac
    if told=$(echo '{"verb":"dance","protocol":1,"source":{}}' | "$plugin"); then
        echo "$name: danced"; exit 1
    fi
    case $told in
    '{"error":{"kind":"format","text":'*dance*) ;;
    *) echo "$name: unknown verb: $told"; exit 1 ;;
    esac
    count=$((count + 1))
done
echo "asked $count plugins"
test "$count" -gt 0

#!/bin/sh
# A plugin with an inventory: one model id a line of /ids.txt, one finding a line of /jobs.txt, each
# told apart by what the line begins with.
set -eu
read -r opening
case $opening in
*'"verb":"manifest"'*)
    echo '{"manifest":{"name":"inventory-sh","protocol":1,"verbs":["catalog","inventory"]}}'
    exit 0
    ;;
*'"verb":"catalog"'*)
    path=/ids.txt
    ;;
*)
    path=/jobs.txt
    ;;
esac
echo '{"fetch":{"id":1,"path":"'$path'","auth":"bearer","repeatable":true}}'
read -r answer
bytes=$(echo "$answer" | sed 's/.*"bytes":\([0-9]*\).*/\1/')
case $answer in
*'"status":403'*)
    echo '{"error":{"kind":"auth","text":"GET /jobs.txt: HTTP 403, the credential was refused"}}'
    exit 1
    ;;
esac
case $opening in
*'"after":"job-1"'*)
    echo '{"finding":{"id":"resumed"}}'
    ;;
esac
status=0
head -c "$bytes" 2>/dev/null | while read -r line; do
    case $line in
    note*) echo '{"note":{"text":"listed 1 of 2 jobs","partial":true}}' ;;
    remember*) echo '{"memory":{"after":"job-1"}}' ;;
    crash*) exit 3 ;;
    short*) exit 4 ;;
    cut*) exit 5 ;;
    again*) echo '{"fetch":{"id":2,"path":"/jobs.txt"}}' ;;
    entry*) echo '{"entry":{"id":"misplaced"}}' ;;
    job*) echo "{\"finding\":{\"id\":\"$line\",\"base\":\"tall-9\"}}" ;;
    *) echo "{\"entry\":{\"id\":\"$line\"}}" ;;
    esac
done || status=$?
read -r end_of_body
case $status in
3) exit 1 ;; # after what it has said
4) exit 0 ;;
5) printf '{"done"'; exit 0 ;;
esac
echo '{"done":{}}'

#!/bin/sh
read -r opening
i=0; while [ $i -lt 5000 ]; do echo "noise $i" >&2; i=$((i+1)); done
echo '{"entry":{"id":"m"}}'; echo '{"done":{}}'

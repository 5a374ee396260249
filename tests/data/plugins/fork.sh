#!/bin/sh
read -r opening
sleep 61234 & sleep 61234 & echo $! >&2
echo '{"entry":{"id":"m"}}'; echo '{"done":{}}'

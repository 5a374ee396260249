#!/bin/sh
read -r opening
case $opening in
*'"memory":{"number":7}}') echo '{"done":{}}' ;;
*) echo '{"error":{"kind":"gone","text":"nothing is remembered"}}'; exit 1 ;;
esac

#!/bin/sh
# Makes something, remembers it, and fails: what it remembers counts.
read -r opening
echo '{"memory":{"number":7}}'
echo '{"error":{"kind":"retry","text":"half done","retry_after_ms":1500}}'; exit 1

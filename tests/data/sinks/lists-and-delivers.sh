#!/bin/sh
read -r opening
echo '{"entry":{"id":"m"}}'
echo '{"done":{}}'

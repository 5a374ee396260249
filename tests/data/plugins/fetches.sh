#!/bin/sh
read -r opening
i=1; while [ $i -le 65 ]; do echo "{\"fetch\":{\"id\":$i,\"path\":\"/x\"}}"; i=$((i+1)); done; sleep 60

#!/bin/sh
read -r opening
echo "{\"error\":{\"kind\":\"auth\",\"text\":\"the key topsecret-credential has expired\"}}"; exit 1

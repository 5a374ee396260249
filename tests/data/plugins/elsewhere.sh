#!/bin/sh
read -r opening
echo "{\"fetch\":{\"id\":1,\"path\":\"https://elsewhere.example/\"}}"; sleep 60

#!/bin/sh
read -r opening
echo "{\"fetch\":{\"id\":1,\"path\":\"/a\"}}"; echo "{\"fetch\":{\"id\":1,\"path\":\"/b\"}}"; sleep 60

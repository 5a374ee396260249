#!/bin/sh
read -r opening
echo "hello there"; sleep 60

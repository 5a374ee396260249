#!/bin/sh
read -r opening
printf %070000d 0
sleep 60

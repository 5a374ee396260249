#!/bin/sh
read -r opening
sleep 61234

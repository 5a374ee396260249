#!/bin/sh
read -r opening
echo "{\"entry\":{\"id\":7}}"; sleep 60

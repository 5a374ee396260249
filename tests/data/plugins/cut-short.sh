#!/bin/sh
read -r opening
printf "{\"entry\":{\"id\":\"m\"}}"

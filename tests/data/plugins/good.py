#!/usr/bin/python3
"""A plugin in Python, written from schema/plugin-protocol.md alone: two pages and their models."""
import json
import sys


def say(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def fetch(number, path):
    say({"fetch": {"id": number, "path": path, "auth": "bearer", "repeatable": True}})
    answer = json.loads(sys.stdin.buffer.readline())
    body = sys.stdin.buffer.read(answer["bytes"])
    sys.stdin.buffer.read(1)
    if answer["status"] != 200:
        say({"error": {"kind": "server", "text": "%s: HTTP %d" % (path, answer["status"])}})
        sys.exit(1)
    return json.loads(body)


opening = json.loads(sys.stdin.buffer.readline())
if opening["verb"] == "manifest":
    say({"manifest": {"name": "good", "protocol": 1, "verbs": ["catalog"], "settings": []}})
    sys.exit(0)
number, path = 1, "/list?page=1"
while path:
    page = fetch(number, path)
    for model in page["models"]:
        say({"entry": {"id": model, "maker": opening["source"]["settings"].get("maker", "nobody")}})
    number, path = number + 1, page.get("next")
say({"log": "listed %d pages" % (number - 1)})
say({"done": {}})

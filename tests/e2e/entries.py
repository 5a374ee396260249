#!/usr/bin/python3
"""A plugin for tests: the body is a JSON array of entries, in the protocol's own words."""
import json
import sys

json.loads(sys.stdin.buffer.readline())
print(json.dumps({"fetch": {"id": 1, "path": "/entries", "repeatable": True}}), flush=True)
answer = json.loads(sys.stdin.buffer.readline())
for entry in json.loads(sys.stdin.buffer.read(answer["bytes"])):
    print(json.dumps({"entry": entry}))
print('{"done":{}}')

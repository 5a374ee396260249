#!/usr/bin/python3
"""Tries every door, and lists what happened to each as a model: door:opened or door:ErrorName."""
import json
import os
import signal
import socket
import sys

settings = json.loads(sys.stdin.readline())["source"]["settings"]


def network():
    socket.create_connection(("127.0.0.1", int(settings["port"])), 2)


def unix_socket():
    socket.socket(socket.AF_UNIX).connect("/run/dbus/system_bus_socket")


def write_file():
    open("/tmp/basewatch-curious", "w").close()


def leave_group():
    os.setsid()


DOORS = {
    "network": network,
    "unix": unix_socket,
    "passwd": lambda: open("/etc/passwd").read(),
    "secret": lambda: open(settings["secret"]).read(),
    "folder": lambda: os.listdir(os.path.dirname(settings["secret"])),
    "home": lambda: os.listdir("/home"),
    "environ": lambda: open("/proc/%d/environ" % os.getppid(), "rb").read(),
    "write": write_file,
    "mkdir": lambda: os.mkdir("/tmp/basewatch-curious.d"),
    "unlink": lambda: os.unlink(settings["secret"]),
    "chmod": lambda: os.chmod(settings["secret"], 0o666),
    "kill": lambda: os.kill(os.getppid(), signal.SIGTERM),
    "setsid": leave_group,
    "descriptors": lambda: [os.fstat(fd) for fd in range(3, 64)][0],
}
for door, attempt in DOORS.items():
    try:
        attempt()
        result = "opened"
    except OSError as error:
        result = type(error).__name__
    print(json.dumps({"entry": {"id": door + ":" + result}}))
print(json.dumps({"entry": {"id": "env:" + ",".join(sorted(os.environ))}}))
print(json.dumps({"entry": {"id": "cwd:" + os.getcwd()}}))
open("/dev/null", "w").write("this is fine")
print('{"done":{}}')

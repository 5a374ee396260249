#!/usr/bin/python3
"""Webhooks, ten thousand of them: how fast, and what becomes of them when the endpoint is down, asks
for patience, or the daemon is killed or stopped in the middle. Beside the floor, a bare program that
keeps and signs as many messages.

usage: BW_BIN=<bin of a release build> BASEWATCH_REFERENCE=<folder> bench_delivery.py [--tiny]"""
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import time

from bench import PERF, TINY, Table, cpu_s, floor, harness, in_turn, longest_step, peak_mib, scratch

MESSAGES = 300 if TINY else 10000
FAILED = 50 if TINY else 1000   # messages that are due while the endpoint fails
DOWN_S = 2 if TINY else 30
TURNS = 1 if TINY else 3
OLD = "gpt-4o-mini-2024-07-18"
NEW = "gpt-4.1-mini-2025-04-14"


class Receiver:
    """The reference's counting receiver on a free port; a number in a body is one message."""

    def __init__(self, key):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = "http://127.0.0.1:%d" % self.port
        self.process = subprocess.Popen([floor("recv", "am/recv.c"), str(self.port), key, "200000"])
        harness.wait_for(self.answers, "the receiver")

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request("GET", path)
        body = connection.getresponse().read()
        connection.close()
        return body

    def answers(self):
        try:
            return self.get("/stats")
        except OSError:
            return False

    def stats(self):
        return json.loads(self.get("/stats"))

    def close(self):
        self.process.kill()
        self.process.wait()


def fleet(count):
    return "".join('{"name":"d%07d","technique":"prompt","platform":"openai","model":"%s",'
                   '"owner":"web"}\n' % (n, OLD) for n in range(1, count + 1))


class Life:
    """A daemon with so many deployments, a receiver, and a release at hand."""

    def __init__(self, count):
        self.count = count
        self.hooks = Receiver('"subject":"d')
        self.daemon = harness.Daemon({})
        self.daemon.configure(
            sources=[self.daemon.file_source("openai", "openai", platform="openai")],
            sinks=[self.daemon.sink(self.hooks)])
        self.daemon.write("openai.json", harness.openai_list([OLD]))
        self.daemon.write("fleet.ndjson", fleet(count))
        self.daemon.start()
        self.daemon.poll()
        self.daemon.cli("deployments", "import", self.daemon.path("fleet.ndjson"))

    def release(self, wait=True):
        """Its deployments have a successor from now on."""
        self.daemon.write("openai.json", harness.openai_list([OLD, NEW]))
        begun = time.time()
        if wait:
            self.daemon.poll()
        else:
            self.daemon.ask("GET", "/v1/status")
            self.asking = subprocess.Popen(
                [os.path.join(harness.BIN, "basewatch"), "--socket",
                 self.daemon.path("control.sock"), "sources", "poll"], stdout=subprocess.DEVNULL)
        return begun

    def arrived(self, count, seconds=300):
        harness.wait_for(lambda: self.hooks.stats()["unique"] >= count, "%d messages" % count,
                         seconds)
        return self.hooks.stats()

    def close(self):
        if getattr(self, "asking", None):
            self.asking.wait(harness.PATIENCE_S)
        self.daemon.close()
        self.hooks.close()


def deliver_ours():
    """(ms until all have arrived, CPU seconds, peak MiB, connections at once)."""
    life = Life(MESSAGES)
    try:
        before = cpu_s(life.daemon.process.pid)
        begun = life.release(wait=False)
        stats = life.arrived(MESSAGES)
        return ((stats["last"] - begun) * 1e3, cpu_s(life.daemon.process.pid) - before,
                peak_mib(life.daemon.process.pid), stats["peak_open"], longest_step(life.daemon)[0])
    finally:
        life.close()


def deliver_floor():
    """(ms in all, CPU seconds, peak MiB) of the floor."""
    program = floor("outboxfloor", "limits/outboxfloor.c", "curl", "uv", "sqlite3", "crypto")
    hooks = Receiver('"n":"')
    database = os.path.join(scratch(), "outbox.db")
    for end in ("", "-wal", "-shm"):
        if os.path.exists(database + end):
            os.unlink(database + end)
    try:
        said = subprocess.run([program, database, hooks.url + "/", str(MESSAGES), "8"],
                              stdout=subprocess.PIPE, text=True, check=True, timeout=300).stdout
    finally:
        hooks.close()
    ms, cpu, kib = re.search(r"total ([0-9.]+) ms.*CPU ([0-9.]+) s, peak (\d+) KiB", said).groups()
    return float(ms), float(cpu), int(kib) / 1024


def speed(table):
    ours, limits = [], []
    for _ in range(TURNS):
        ours.append(deliver_ours())
        limits.append(deliver_floor())
    mine, its = min(ours), min(limits)
    table.row("9: %d webhooks, from the poll to the last one" % MESSAGES, mine[0], its[0],
              note="ours judges, prices and renders them too; best of %d" % TURNS)
    table.row("9: processor time of it", mine[1], its[1], "s")
    table.row("9: peak memory", mine[2], its[2], "MiB")
    table.row("10: connections to the endpoint at once", mine[3], unit="", note="target 8")
    table.row("longest step of the engine", mine[4])


def failing(table, mode, number, what):
    """The endpoint fails for a while with messages due, and is well again."""
    life = Life(FAILED)
    try:
        life.hooks.get("/mode/" + mode)
        life.release()
        time.sleep(DOWN_S)
        tried = life.hooks.stats()["fail"]
        life.hooks.get("/mode/ok")
        well = time.time()
        stats = life.arrived(FAILED)
        table.row("%s: %s %d s, %d due: requests meanwhile" % (number, what, DOWN_S, FAILED), tried,
                  unit="", note="target 10")
        table.row("%s: first message after it is well" % number, (stats["first"] - well) * 1e3,
                  note="last one after %.0f ms" % ((stats["last"] - well) * 1e3))
    finally:
        life.close()


def interrupted(table, how, number, what):
    """The daemon ends with half of the messages delivered, and starts again."""
    life = Life(MESSAGES)
    try:
        life.release(wait=False)
        life.arrived(MESSAGES // 2)
        begun = time.time()
        life.daemon.process.send_signal(how)
        life.daemon.process.wait(harness.PATIENCE_S)
        took = (time.time() - begun) * 1e3
        before = life.hooks.stats()["unique"]
        life.daemon.start()
        stats = life.arrived(MESSAGES)
        table.row("%s: %s with %d of %d delivered: lost" % (number, what, before, MESSAGES),
                  MESSAGES - stats["unique"], unit="",
                  note="%d arrived twice; it ended in %.0f ms" % (stats["dup"], took))
    finally:
        life.close()


def main():
    if not PERF:
        harness.skip_without_reference()
    table = Table("Webhooks")
    try:
        speed(table)
        failing(table, "503", "13", "503 for")
        failing(table, "429", "14", "429 with Retry-After: 5 for")
        interrupted(table, signal.SIGKILL, "11", "kill -9")
        interrupted(table, signal.SIGTERM, "12", "SIGTERM")
    finally:
        table.show()


if __name__ == "__main__":
    main()

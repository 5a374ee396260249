#!/usr/bin/python3
"""A million deployments: imported, asked about while a release concerns a tenth of them and while
all follow another policy, and asked about afterwards. Shows that no event holds the engine for long
and that by_state always adds up.

usage: BW_BIN=<bin of a release build> BASEWATCH_REFERENCE=<folder> bench_scale.py [--tiny]"""
import json
import os
import subprocess
import threading
import time

from bench import TINY, Table, floor, harness, in_turn, longest_step, metrics, process_ms, scratch, \
    timed_ms

DEPLOYMENTS = 5000 if TINY else 1000000
RELEASED = DEPLOYMENTS // 10
FILLERS = 20 if TINY else 996  # bases that nothing follows
ASKED = 10 if TINY else 200
OLD = "gpt-4o-mini-2024-07-18"
NEW = "gpt-4.1-mini-2025-04-14"


def inventory(path):
    with open(path, "w", encoding="ascii") as file:
        for n in range(DEPLOYMENTS):
            base = OLD if n % 10 == 3 else "acme-%03d" % (n * 7919 % FILLERS)
            technique = ("prompt", "rag", "prompt")[n // 10 % 3]
            file.write('{"name":"team-%d/service-%07d","technique":"%s","platform":"openai",'
                       '"model":"%s","owner":"team-%d"}\n' % (n % 97, n, technique, base, n % 97))


def catalog(*more):
    return harness.openai_list([OLD, *more] + ["acme-%03d" % n for n in range(FILLERS)])


class Asker(threading.Thread):
    """Asks for the status again and again, and walks through all deployments page by page."""

    def __init__(self, daemon):
        super().__init__(daemon=True)
        self.basewatch = daemon
        self.done = threading.Event()
        self.status_ms, self.page_ms, self.sums, self.rows = [], [], set(), 0

    def run(self):
        after = ""
        while not self.done.is_set():
            begun = time.perf_counter()
            _, text = self.basewatch.ask("GET", "/v1/status")
            self.status_ms.append((time.perf_counter() - begun) * 1e3)
            counts = json.loads(text)["deployments"]
            self.sums.add((sum(counts["by_state"].values()), counts["total"]))
            begun = time.perf_counter()
            _, text = self.basewatch.ask("GET", "/v1/deployments?after=" + after)
            self.page_ms.append((time.perf_counter() - begun) * 1e3)
            page = json.loads(text)
            self.rows += len(page["deployments"])
            after = page.get("next", "").replace("/", "%2F")

    def stop(self):
        self.done.set()
        self.join()


def worst(values):
    """The middle and the worst, as a note."""
    ordered = sorted(values)
    return "of %d: 99 %% below %.1f, worst %.1f" % (
        len(ordered), ordered[len(ordered) * 99 // 100], ordered[-1])


def middle(values):
    return sorted(values)[len(values) // 2]


def import_all(daemon, table):
    path = os.path.join(scratch(), "fleet.ndjson")
    inventory(path)
    seconds = timed_ms(lambda: subprocess.run(
        [os.path.join(harness.BIN, "basewatch"), "--socket", daemon.path("control.sock"),
         "deployments", "import", path], check=True, timeout=3600,
        stderr=subprocess.DEVNULL)) / 1e3
    table.row("import of %d" % DEPLOYMENTS, seconds, unit="s",
              note="%.0f a second" % (DEPLOYMENTS / seconds))
    table.row("longest step until then", longest_step(daemon)[0], note=longest_step(daemon)[1])


def release(daemon, table):
    daemon.write("openai.json", catalog(NEW))
    asker = Asker(daemon)
    asker.start()
    begun = time.perf_counter()
    poll = threading.Thread(target=daemon.poll, daemon=True)
    poll.start()
    harness.wait_for(lambda: daemon.json("status")["deployments"]["by_state"]["stale"] == RELEASED,
                     "the release", 600)
    table.row("release seen: %d deployments are stale" % RELEASED,
              (time.perf_counter() - begun) * 1e3, note="poll and plugin and all")
    harness.wait_for(lambda: daemon.json("status")["notices"]["open"] == RELEASED, "the notices", 3600)
    table.row("and every one has its notice", time.perf_counter() - begun, unit="s",
              note="%.0f a second" % (RELEASED / (time.perf_counter() - begun)))
    poll.join()
    asker.stop()
    table.row("GET /v1/status meanwhile", middle(asker.status_ms), note=worst(asker.status_ms))
    table.row("GET /v1/deployments?limit=1000 meanwhile", middle(asker.page_ms),
              note="%s, %d rows" % (worst(asker.page_ms), asker.rows))
    if asker.sums != {(DEPLOYMENTS, DEPLOYMENTS)}:
        raise SystemExit("by_state did not always add up: %s" % asker.sums)
    table.row("by_state adds up in every answer", len(asker.status_ms), unit="", note="answers")
    table.row("longest step until then", longest_step(daemon)[0], note=longest_step(daemon)[1])


def other_policy(daemon, table):
    """A reload after which every deployment follows another policy, by which none is stale."""
    daemon.configure(policy={"models": {"deny": [NEW]}})
    asker = Asker(daemon)
    asker.start()
    begun = time.perf_counter()
    daemon.reload()
    harness.wait_for(lambda: daemon.json("status")["deployments"]["by_state"]["stale"] == 0,
                     "the other policy", 3600)
    seconds = time.perf_counter() - begun
    harness.wait_for(lambda: daemon.json("status")["notices"]["open"] == 0, "the last notice", 600)
    daemon.poll()  # which waits until nothing is left to do
    asker.stop()
    table.row("another policy of the fleet is followed by all", seconds, unit="s",
              note="%.0f a second" % (DEPLOYMENTS / seconds))
    table.row("GET /v1/status meanwhile", middle(asker.status_ms), note=worst(asker.status_ms))
    if asker.sums != {(DEPLOYMENTS, DEPLOYMENTS)}:
        raise SystemExit("by_state did not always add up: %s" % asker.sums)
    table.row("longest step until then", longest_step(daemon)[0], note=longest_step(daemon)[1])


def deployed_floor():
    """The floor's own million deployments, and the question it asks of them."""
    sqlbench = floor("sqlbench", "limits/sqlbench.c", "sqlite3")
    if sqlbench is None:
        return None
    database = os.path.join(scratch(), "floor.db")
    subprocess.run([sqlbench, database, "deploy", str(DEPLOYMENTS)], check=True, timeout=600,
                   stdout=subprocess.DEVNULL)
    name = "team-42/service-0000139"
    return [floor("statuscli", "limits/statuscli.c", "sqlite3"), database, name]


def afterwards(daemon, table):
    ours = [os.path.join(harness.BIN, "basewatch"), "--socket", daemon.path("control.sock")]
    asks = deployed_floor()
    for what, argv in (("basewatch status", ["status", "--json"]),
                       ("basewatch deployments show NAME",
                        ["deployments", "show", "team-13/service-0000013"])):
        mine, its = in_turn(ASKED, lambda a=argv: process_ms(ours + a),
                            asks and (lambda: process_ms(asks)))
        table.row(what, mine, its, note="whole process; floor: statuscli")
    seconds = timed_ms(lambda: daemon_rows(ours)) / 1e3
    table.row("basewatch deployments --json, all rows", seconds, unit="s",
              note="%.0f rows a second" % (DEPLOYMENTS / seconds))
    table.row("longest step of all", longest_step(daemon)[0], note=longest_step(daemon)[1])
    steps = metrics(daemon)
    count = steps["basewatch_engine_step_seconds_count"]
    table.row("steps above 50 ms",
              count - steps['basewatch_engine_step_seconds_bucket{le="0.05"}'], unit="",
              note="of %d" % count)


def daemon_rows(ours):
    with subprocess.Popen(ours + ["deployments", "--json"], stdout=subprocess.PIPE) as process:
        count = process.stdout.read().count(b'"name":')
    if count != DEPLOYMENTS:
        raise SystemExit("%d rows instead of %d" % (count, DEPLOYMENTS))


def main():
    table = Table("A million deployments" if not TINY else "Five thousand deployments")
    receiver = harness.Receiver()
    daemon = harness.Daemon({})
    daemon.configure(sources=[daemon.file_source("openai", "openai", platform="openai")],
                     sinks=[daemon.sink(receiver, group="owner")])
    daemon.write("openai.json", catalog())
    try:
        daemon.start()
        daemon.poll()
        import_all(daemon, table)
        release(daemon, table)
        other_policy(daemon, table)
        afterwards(daemon, table)
    finally:
        daemon.close()
        receiver.close()
        table.show()


if __name__ == "__main__":
    main()

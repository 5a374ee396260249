#!/usr/bin/python3
"""The daemon at rest, and how it starts: memory, threads, wake-ups, start to listening, stop, one
scrape, beside the floor: a bare program with the same libraries and such a database open.

usage: BW_BIN=<bin of a release build> BASEWATCH_REFERENCE=<folder> bench_idle.py [--tiny]"""
import os
import signal
import socket
import subprocess
import time

from bench import PERF, TINY, Table, cpu_s, floor, harness, in_turn, rss_mib, scratch, timed_ms

MODELS = 50 if TINY else 360
SOURCES = 3 if TINY else 200
REST_S = 2 if TINY else 60
STARTS = 2 if TINY else 15


def wakes(pid):
    """How often its threads have gone to sleep of themselves."""
    count = 0
    for thread in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/status" % (pid, thread), encoding="ascii") as file:
            count += sum(int(line.split()[1]) for line in file
                         if line.startswith("voluntary_ctxt"))
    return count


def anon_mib(pid):
    with open("/proc/%d/smaps_rollup" % pid, encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Anonymous")) / 1024


def until_listening(argv, address, family):
    """(process, milliseconds from its start until it takes connections)."""
    begun = time.perf_counter()
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while True:
        with socket.socket(family) as peer:
            try:
                peer.connect(address)
                return process, (time.perf_counter() - begun) * 1e3
            except OSError:
                if process.poll() is not None or time.perf_counter() - begun > 30:
                    raise SystemExit("%s does not listen" % argv[0])
        time.sleep(0.0005)


def ended(process):
    return timed_ms(lambda: (process.send_signal(signal.SIGTERM), process.wait(30)))


class Floor:
    def __init__(self, models):
        self.database = os.path.join(scratch(), "floor.db")
        subprocess.run([floor("sqlbench", "limits/sqlbench.c", "sqlite3"), self.database, "upsert",
                        str(models)], check=True, timeout=300, stdout=subprocess.DEVNULL)
        self.program = floor("idle_floor", "limits/idle_floor.c", "curl", "uv", "sqlite3", "cjson")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def start(self):
        return until_listening([self.program, self.database, str(self.port), "db"],
                               ("127.0.0.1", self.port), socket.AF_INET)

    def start_ms(self):
        process, took = self.start()
        ended(process)
        return took


def watcher():
    """A daemon that has seen its catalogs and rests."""
    daemon = harness.Daemon({})
    sources = []
    for n in range(SOURCES):
        name = "acme%d" % n
        daemon.write(name + ".json", harness.openai_list(
            ["vendor-%d/some-model-name-%d-instruct" % (m % 37, m) for m in range(MODELS)]))
        sources.append(daemon.file_source(name, "openai", platform=name, every="12h"))
    daemon.configure(sources=sources)
    daemon.start()
    daemon.poll()
    return daemon


def at_rest(table, daemon, limit):
    ours = daemon.process.pid
    process = limit.start()[0] if limit else None
    time.sleep(REST_S / 4)
    pids = [ours] + ([process.pid] if process else [])
    before = [(wakes(pid), cpu_s(pid)) for pid in pids]
    time.sleep(REST_S)
    after = [(wakes(pid), cpu_s(pid)) for pid in pids]
    found = [((b[0] - a[0]) / REST_S, (b[1] - a[1]) * 1e3 * 60 / REST_S)
             for a, b in zip(before, after)] + [(None, None)]
    memory = [(rss_mib(pid), anon_mib(pid), len(os.listdir("/proc/%d/task" % pid)))
              for pid in pids] + [(None, None, None)]
    for at, (what, unit, note) in enumerate((
            ("7: resident memory at rest", "MiB", "target 16"),
            ("7: of it anonymous", "MiB", "target 6"), ("threads", "", ""))):
        table.row(what, memory[0][at], memory[1][at], unit, note)
    for at, (what, unit, note) in enumerate((
            ("8: wake-ups", "/s", "target 0.1, over %d s" % REST_S),
            ("8: processor time a minute", "ms", "target 5"))):
        table.row(what, found[0][at], found[1][at], unit, note)
    if process:
        ended(process)


def starts(table, daemon, limit):
    argv = [os.path.join(harness.BIN, "basewatchd"), "--config", daemon.path("basewatch.yaml")]
    stops = []

    def start_ms():
        process, took = until_listening(argv, daemon.path("control.sock"), socket.AF_UNIX)
        time.sleep(0.1)
        stops.append(ended(process))
        return took

    mine, its = in_turn(STARTS, start_ms, limit and limit.start_ms)
    table.row("18: start to listening, %d models" % (MODELS * SOURCES), mine, its, note="target 15")
    table.row("12: SIGTERM to exit, nothing under way", sorted(stops)[len(stops) // 2],
              note="target 500")


def scrape(table, daemon):
    with socket.socket(socket.AF_UNIX) as peer:
        peer.connect(daemon.path("control.sock"))

        def once():
            peer.sendall(b"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n")
            head, _, body = peer.recv(1 << 20).partition(b"\r\n\r\n")
            size = int(head.lower().split(b"content-length:")[1].split()[0])
            while len(body) < size:
                body += peer.recv(1 << 20)
        once()
        table.row("19: GET /metrics, connection kept", in_turn(50, lambda: timed_ms(once))[0],
                  note="target 0.3 with a handful of sources; %d here" % SOURCES)


def main():
    table = Table("At rest")
    daemon = watcher()
    try:
        limit = Floor(MODELS * SOURCES) if PERF else None
        at_rest(table, daemon, limit)
        scrape(table, daemon)
        daemon.stop()
        starts(table, daemon, limit)
    finally:
        daemon.close()
        table.show()


if __name__ == "__main__":
    main()

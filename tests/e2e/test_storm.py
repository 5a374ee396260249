#!/usr/bin/python3
"""Thousands of deliveries while the daemon is killed again and again and the receiver misbehaves: every
message arrives at least once, under one id and with the same bytes, and those of one notice in order.
BW_STORM=KILLS,DEPLOYMENTS asks for more than the few that every run can afford."""
import collections
import json
import os
import random
import threading
import time

from harness import Case, Server, main, openai_list, wait_for

KILLS, DEPLOYMENTS = map(int, os.environ.get("BW_STORM", "40,500").split(","))
BUDGET_S = float(os.environ.get("BW_STORM_SECONDS", "100"))  # then the rest comes undisturbed
OLD, NEWER, NEWEST = "gpt-4.1-mini-2025-04-14", "gpt-5-mini-2025-08-07", "gpt-5.1-mini-2026-02-03"
FAULTS = ("500", "429", "reset", "half", "hang")


class Misbehaving(Server):
    """Keeps what it took, in order. Of some messages the first attempt goes wrong."""

    def __init__(self, rng):
        self.rng = rng
        self.lock = threading.Lock()
        self.taken = []      # (id, body) as answered with 2xx
        self.attempts = collections.Counter()
        self.faults = collections.Counter()
        self.left = {fault: 4 for fault in FAULTS}
        super().__init__(self.take)

    def take(self, request):
        time.sleep(0.02)  # or it would be over before it has died often
        message = request.headers["webhook-id"]
        with self.lock:
            self.attempts[message] += 1
            fault = self.fault_of(message)
            if fault:
                self.faults[fault] += 1
        if fault == "500":
            return 500, {}, b"no"
        if fault == "429":
            return 429, {"retry-after": "1"}, b""
        if fault in ("reset", "hang"):
            return 200, {"content-length": "100"}, getattr(self, fault)
        with self.lock:
            self.taken.append((message, request.body))
        if fault == "half":  # it has said 200, and that counts
            return 200, {"content-length": "100"}, self.half
        return 204, {}, b""

    def fault_of(self, message):
        open_ones = [fault for fault in FAULTS if self.left[fault]]
        if self.attempts[message] > 1 or not open_ones or self.rng.random() > 0.05:
            return None
        fault = self.rng.choice(open_ones)
        self.left[fault] -= 1
        return fault

    @staticmethod
    def reset(handler):
        handler.connection.close()

    @staticmethod
    def half(handler):
        handler.end_headers()
        handler.wfile.write(b"half of it")
        handler.wfile.flush()
        handler.connection.close()

    @staticmethod
    def hang(handler):
        time.sleep(25)  # longer than an attempt may take
        handler.connection.close()


class Storm(Case):
    def setUp(self):
        seed = int(os.environ.get("BW_STORM_SEED", "20261125"))
        self.rng = random.Random(seed)
        self.hooks = Misbehaving(self.rng)
        self.addCleanup(self.hooks.close)
        self.basewatch = self.daemon()
        self.basewatch.configure(
            sources=[self.basewatch.file_source("openai", "openai", every="30d")],
            sinks=[self.basewatch.sink(self.hooks)])
        self.kills = 0
        self.deadline = time.monotonic() + BUDGET_S

    def delivered(self):
        return len(self.hooks.taken)

    def live_until(self, count):
        """Let about that many more be taken, then die at no particular moment."""
        goal = self.delivered() + count
        end = time.monotonic() + 10
        while self.delivered() < goal and time.monotonic() < end:
            time.sleep(0.005)
        time.sleep(self.rng.random() * 0.05)

    def storm(self, kills, expected):
        each = max(1, expected // (kills + 1))
        last = self.delivered() + expected - each
        for _ in range(kills):
            if time.monotonic() > self.deadline or self.delivered() >= last:
                break
            self.live_until(each)
            self.basewatch.kill()
            self.kills += 1
            self.basewatch.start()

    def pending(self):
        return self.basewatch.rows("deliveries", "--state", "pending")

    def drain(self):
        wait_for(lambda: not self.pending(), "the rest to arrive", seconds=120)

    def release(self, models):
        self.basewatch.write("openai.json", openai_list(models))
        self.assertEqual(self.basewatch.poll()["openai"]["state"], "ok")

    def test_nothing_is_lost_doubled_or_out_of_order(self):
        self.basewatch.write("openai.json", openai_list([OLD]))
        self.basewatch.start()
        self.basewatch.poll()
        rows = "".join(json.dumps(dict(
            name="d%05d" % number, technique="prompt", platform="openai", model=OLD,
            owner="team%02d" % (number % 40))) + "\n" for number in range(DEPLOYMENTS))
        self.basewatch.cli("deployments", "import", self.basewatch.write("fleet.ndjson", rows))
        self.release([OLD, NEWER])
        self.storm(KILLS // 3, DEPLOYMENTS)
        self.release([OLD, NEWER, NEWEST])  # while some of the first still wait to be tried again
        self.storm(KILLS - KILLS // 3, 2 * DEPLOYMENTS)
        self.drain()
        self.judge()

    def judge(self):
        ids = {}                              # what a message tells -> its id
        bodies = {}
        order = collections.defaultdict(list)  # of a notice
        for message, body in self.hooks.taken:
            event = json.loads(body)
            told = (event["type"], event["data"].get("id"), event["subject"])
            self.assertEqual(ids.setdefault(told, message), message, "one matter, two messages")
            self.assertEqual(bodies.setdefault(message, body), body, "one id, two contents")
            kind = event["type"].rsplit(".", 1)[1]
            if kind not in order[event["data"].get("id")]:
                order[event["data"].get("id")].append(kind)
        for notice, kinds in order.items():
            self.assertIn(kinds, (["opened"], ["opened", "superseded"]), notice)
        notices = self.basewatch.rows("notices")
        states = collections.Counter(row["state"] for row in notices)
        self.assertEqual(states, {"open": DEPLOYMENTS, "superseded": DEPLOYMENTS})
        withdrawn = {row["subject"] for row in self.basewatch.rows("deliveries", "--state", "withdrawn")}
        for row in notices:
            never = row["state"] == "superseded" and row["deployment"] in withdrawn
            self.assertTrue(row["id"] in order or never, "never told: %s" % row)
        repeats = len(self.hooks.taken) - len(bodies)
        print("%d kills, %d messages taken, %d more than once, %d withdrawn, faults %s" %
              (self.kills, len(bodies), repeats, len(withdrawn), dict(self.hooks.faults)))


if __name__ == "__main__":
    main()

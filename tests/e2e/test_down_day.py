#!/usr/bin/python3
"""A receiver that is down for a day, as the real daemon lives through it: how often it knocks, whom it
tells, and that everything arrives afterwards, in order. libfaketime (Debian: faketime) moves the daemon's
wall clock on by a minute at a time; what it waits for on the network takes its real time. Each minute it is
asked something, so that it looks at its clock."""
import collections
import glob
import json
import os
import subprocess
import sys

from harness import BIN, SKIPPED, Case, Receiver, deployment, main, openai_list, wait_for

LIBRARY = next(iter(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")), None)
OLD, NEWER, NEWEST = "gpt-4.1-mini-2025-04-14", "gpt-5-mini-2025-08-07", "gpt-5.1-mini-2026-02-03"
DEPLOYMENTS = 40
DAY = 24 * 60  # minutes


def preload(program):
    """libfaketime, behind the sanitizer of the program if it has one: that has to come first."""
    needed = subprocess.run(["ldd", program], stdout=subprocess.PIPE, text=True, timeout=30).stdout.split()
    return " ".join([path for path in needed if path.startswith("/") and "libasan" in path] + [LIBRARY])


class DownForADay(Case):
    def setUp(self):
        self.hooks = self.receiver()
        self.watch = self.receiver()
        self.basewatch = self.daemon()
        self.basewatch.configure(
            sources=[self.basewatch.file_source("openai", "openai", every="30d")],
            sinks=[self.basewatch.sink(self.hooks),
                   self.basewatch.sink(self.watch, name="watch", only={"kinds": ["sink-failing"]})],
            deployments=[deployment("d%02d" % number, "prompt", OLD) for number in range(DEPLOYMENTS)])
        self.minute = 0
        self.basewatch.write("clock", "+0\n")
        self.basewatch.write("openai.json", openai_list([OLD]))
        self.basewatch.start(env={
            "LD_PRELOAD": preload(os.path.join(BIN, "basewatchd")), "FAKETIME_NO_CACHE": "1",
            "FAKETIME_TIMESTAMP_FILE": self.basewatch.path("clock"), "FAKETIME_DISABLE_SHM": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1"})
        self.basewatch.poll()

    def pass_minutes(self, minutes):
        for _ in range(minutes):
            self.minute += 1
            self.basewatch.write("clock", "+%d\n" % (60 * self.minute))
            self.basewatch.ask("GET", "/v1/status")

    def release(self, models):
        self.basewatch.write("openai.json", openai_list(models))
        self.assertEqual(self.basewatch.poll()["openai"]["state"], "ok")

    def deliveries(self, *filters):
        return [row for row in self.basewatch.rows("deliveries", *filters) if row["sink"] == "ops"]

    def told(self, what):
        return len(self.watch.of_type("sink." + what))

    def test_it_knocks_seldom_tells_others_and_loses_nothing(self):
        port = self.hooks.port
        self.hooks.close()
        self.release([OLD, NEWER])
        self.pass_minutes(30)
        self.assertEqual(self.told("failing"), 0, "half an hour is no outage yet")
        self.pass_minutes(DAY // 2 - 30)
        wait_for(lambda: self.told("failing"), "somebody to be told")
        self.release([OLD, NEWER, NEWEST])
        self.pass_minutes(DAY // 2)
        rows = self.deliveries()
        attempts = [row["attempts"] for row in rows]
        self.assertEqual({row["state"] for row in rows}, {"pending"})
        self.assertLessEqual(max(attempts), 8, "the schedule of one message")
        self.assertLessEqual(sum(attempts), DAY // 5 + 20, "one probe in five minutes")
        self.hooks = Receiver(port)
        self.addCleanup(self.hooks.close)
        late = self.minute
        while self.deliveries("--state", "pending"):
            self.assertLess(self.minute - late, DAY, "it all arrives within a day")
            self.pass_minutes(10)
        wait_for(lambda: self.told("recovered"), "the end to be told")
        self.assertEqual((self.told("failing"), self.told("recovered")), (1, 1))
        self.judge()
        print("%d messages, %d attempts in the day, %d at most of one; all there %d minutes later" %
              (len(rows), sum(attempts), max(attempts), self.minute - late))

    def judge(self):
        ids = {}
        order = collections.defaultdict(list)
        for message, event in self.hooks.messages:
            what = event["type"].rsplit(".", 1)[1]
            self.assertEqual(ids.setdefault((what, event["data"]["id"]), message), message)
            order[event["data"]["id"]].append(what)
        notices = self.basewatch.rows("notices", "--kind", "swap")
        self.assertEqual(len(notices), 2 * DEPLOYMENTS)
        for row in notices:
            told = order.pop(row["id"], [])
            expected = {"open": [["opened"]], "superseded": [["opened", "superseded"], []]}
            self.assertIn(told, expected[row["state"]], json.dumps(row))
        self.assertFalse(order)


if __name__ == "__main__":
    if LIBRARY is None:
        print("skipped: there is no libfaketime (Debian: faketime)")
        sys.exit(SKIPPED)
    main()

#!/usr/bin/python3
"""kill -9 a thousand times at moments that nobody has chosen, while a release is fanned out and its
messages are delivered: nothing is lost, and what arrives twice has one id.

usage: BW_BIN=<bin of a build> torture_kills.py [--tiny] [SEED]"""
import collections
import random
import sys
import time

from bench import TINY, Table, harness

KILLS = 5 if TINY else 1000
DEPLOYMENTS = 60 if TINY else 6000
IN_FLIGHT = 8
MODELS = ["gpt-4o-mini-2024-07-18", "gpt-4.1-mini-2025-04-14", "gpt-5-mini-2025-08-07",
          "gpt-5.1-mini-2026-02-03"]


def fleet():
    return "".join('{"name":"d%05d","technique":"prompt","platform":"openai","model":"%s",'
                   '"owner":"web"}\n' % (n, MODELS[0]) for n in range(DEPLOYMENTS))


class Torture:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.kills = 0
        self.hooks = harness.Receiver()
        self.daemon = harness.Daemon({})
        self.daemon.configure(
            sources=[self.daemon.file_source("openai", "openai", platform="openai", every="1s")],
            sinks=[self.daemon.sink(self.hooks)])
        self.daemon.write("openai.json", harness.openai_list(MODELS[:1]))
        self.daemon.write("fleet.ndjson", fleet())
        self.daemon.start()
        self.daemon.poll()
        self.daemon.cli("deployments", "import", self.daemon.path("fleet.ndjson"))

    def told(self, candidate):
        """The deployments that have been told of this candidate."""
        return {event["subject"] for event in self.hooks.of_type("notice.opened")
                if event["data"]["candidate"] == candidate}

    def release(self, known):
        """One more model; the daemon dies until everybody has been told, or it has died enough."""
        self.daemon.write("openai.json", harness.openai_list(MODELS[:known]))
        share = KILLS * (known - 1) // (len(MODELS) - 1)
        while self.kills < share:
            time.sleep(self.random.random() * 0.05)
            self.daemon.kill()
            self.kills += 1
            self.daemon.start()
        harness.wait_for(lambda: len(self.told(MODELS[known - 1])) == DEPLOYMENTS,
                         "everybody to be told", 600)
        harness.wait_for(lambda: not self.daemon.rows("deliveries", "--state", "pending"),
                         "an empty outbox", 600)

    def judge(self, table):
        by_id = collections.defaultdict(set)
        times = collections.Counter()
        for message_id, event in self.hooks.messages:
            by_id[message_id].add((event["type"], event["subject"], event["data"]["id"],
                                   event["data"]["candidate"]))
            times[message_id] += 1
        contents = [next(iter(said)) for said in by_id.values()]
        lost = (len(MODELS) - 1) * DEPLOYMENTS - len(
            {said for said in contents if said[0] == "io.basewatch.notice.opened"})
        table.row("messages that arrived", sum(times.values()), unit="")
        table.row("lost in %d kills" % self.kills, lost, unit="", note="target 0")
        table.row("one id with two contents", sum(len(s) > 1 for s in by_id.values()), unit="")
        table.row("one message under two ids", len(contents) - len(set(contents)), unit="")
        twice = sum(count - 1 for count in times.values())
        table.row("arrived again under the same id", twice, unit="",
                  note="%.2f a kill; in flight at most %d" % (twice / self.kills, IN_FLIGHT))
        return lost == 0 and len(contents) == len(set(contents)) and \
            all(len(said) == 1 for said in by_id.values())

    def close(self):
        self.daemon.close()
        self.hooks.close()


def main():
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    seed = numbers[0] if numbers else int(time.time())
    table = Table("Killed at random (seed %d)" % seed)
    torture = Torture(seed)
    try:
        for known in range(2, len(MODELS) + 1):
            torture.release(known)
        good = torture.judge(table)
    finally:
        torture.close()
        table.show()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/python3
"""kill -9 before and after every transaction of a small life, in turn: no notice is lost, none is
opened twice, and every message arrives under one id."""
import collections
import os
import subprocess
import unittest

from harness import PATIENCE_S, Daemon, Receiver, deployment, main, openai_list, wait_for

LIBRARY = os.environ.get("BW_DIE_AT_LIBRARY", "")
OLD = ["gpt-4o-mini-2024-07-18", "o3-2025-04-16"]
NEWER = OLD + ["gpt-5-mini-2025-08-07"]
NEWEST = NEWER + ["gpt-5.1-mini-2026-02-03"]
TRANSACTIONS_MAX = 200  # far more than this life has


class Life:
    """Baseline, release, a newer release, a move; each step is driven to its end, whatever dies."""

    def __init__(self, die_at=None):
        self.hooks = Receiver()
        self.daemon = Daemon({})
        self.daemon.configure(
            sources=[self.daemon.file_source("openai", "openai")],
            sinks=[self.daemon.sink(self.hooks)],
            deployments=[
                deployment("chat", "prompt", "gpt-4o-mini-2024-07-18"),
                deployment("docs", "rag", "gpt-4o-mini-2024-07-18"),
                deployment("tuned", "fine-tuned", "ft:gpt-4o-mini-2024-07-18:acme:t:1"),
                deployment("deep", "prompt", "o3-2025-04-16")])
        self.order = None
        if die_at:
            self.order = {"BW_DIE_AT": die_at, "LD_PRELOAD": LIBRARY,
                          "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") +
                                          ":verify_asan_link_order=0"}
        self.died = 0

    def live(self):
        """The outcome, as far as it does not depend on ids and times."""
        try:
            for models in (OLD, NEWER, NEWEST):
                self.daemon.write("openai.json", openai_list(models))
                self.insist(self.poll)
                self.insist(self.drain)
            self.daemon.configure(deployments=[
                dict(row, model="gpt-5.1-mini-2026-02-03") if row["name"] == "chat" else row
                for row in self.daemon.config["deployments"]])
            self.insist(self.reload)
            self.insist(self.drain)
            self.insist(self.stop)
            self.insist(self.drain)
            return self.outcome()
        finally:
            self.daemon.close()
            self.hooks.close()

    def insist(self, step):
        """Do it again after a death, which happens once."""
        for _ in range(3):
            try:
                if not self.is_alive():
                    self.daemon.start(env=self.order)
                return step()
            except (AssertionError, subprocess.SubprocessError, OSError):
                if self.died or self.daemon.process.wait(PATIENCE_S) != -9:
                    raise
        raise AssertionError("it dies again and again")

    def is_alive(self):
        """Death comes once; it may also come between two steps."""
        if self.daemon.process is None:
            return False
        status = self.daemon.process.poll()
        if status == -9:
            self.died += 1
            self.order = None
        return status is None

    def poll(self):
        row = self.daemon.poll()["openai"]
        if row["state"] != "ok":
            raise AssertionError(row)

    def drain(self):
        wait_for(lambda: not self.daemon.rows("deliveries", "--state", "pending"), "empty outbox")

    def reload(self):
        self.daemon.reload()
        wait_for(lambda: self.daemon.json("status")["deployments"]["by_state"].get("current") == 2,
                 "the move of chat")

    def stop(self):
        if self.daemon.stop() != 0:
            raise AssertionError("ended with %s" % self.daemon.process.returncode)

    def outcome(self):
        notices = sorted((row["deployment"], row["kind"], row["state"], row["candidate"])
                         for row in self.daemon.rows("notices"))
        told = collections.defaultdict(set)
        for message_id, event in self.hooks.messages:
            data = event["data"]
            told[message_id].add((event["type"], event["subject"], data.get("candidate"),
                                  data.get("id")))
        ids_by_notice = {row["id"] for row in self.daemon.rows("notices")}
        for contents in told.values():
            assert len(contents) == 1, "one id, two contents: %s" % contents
        messages = sorted(next(iter(contents))[:3] for contents in told.values())
        assert all(next(iter(contents))[3] in ids_by_notice for contents in told.values())
        return notices, messages


class Kills(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.expected = Life().live()

    def test_the_undisturbed_life(self):
        notices, messages = self.expected
        self.assertEqual(notices, [
            ("chat", "swap", "resolved", "gpt-5.1-mini-2026-02-03"),
            ("chat", "swap", "superseded", "gpt-5-mini-2025-08-07"),
            ("docs", "swap", "open", "gpt-5.1-mini-2026-02-03"),
            ("docs", "swap", "superseded", "gpt-5-mini-2025-08-07"),
            ("tuned", "stale", "open", "gpt-5.1-mini-2026-02-03"),
            ("tuned", "stale", "superseded", "gpt-5-mini-2025-08-07")])
        self.assertEqual(collections.Counter(kind for kind, _, _ in messages), {
            "io.basewatch.notice.opened": 6, "io.basewatch.notice.superseded": 3,
            "io.basewatch.notice.resolved": 1})

    def every(self, where):
        for number in range(1, TRANSACTIONS_MAX):
            with self.subTest("%s:%d" % (where, number)):
                life = Life("%s:%d" % (where, number))
                self.assertEqual(life.live(), self.expected)
            if not life.died:
                self.assertGreater(number, 20)
                print("%d deaths at %s" % (number - 1, where))
                return
        self.fail("it has no end")

    def test_killed_before_each_transaction(self):
        self.every("begin")

    def test_killed_after_each_transaction(self):
        self.every("commit")


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""Eval jobs in the real daemon: what a runner does on the control socket, one that hangs up, and
kill -9 before and after every transaction: no job runs twice at once, none is lost."""
import glob
import json
import os
import socket
import subprocess
import time
import unittest

from harness import PATIENCE_S, Case, Daemon, deployment, main, openai_list, wait_for

LIBRARY = os.environ.get("BW_DIE_AT_LIBRARY", "")
OLD, NEW = "gpt-4o-mini-2024-07-18", "gpt-5-mini-2025-08-07"
OFFER = {"runner": "r1", "suites": ["triage"]}
TRANSACTIONS_MAX = 200


def results(passed):
    return [dict(role=role, model=model, cases=100, passed=count, failed=100 - count, errors=0,
                 models_seen=[model]) for role, model, count in
            (("baseline", OLD, 90), ("candidate", NEW, passed))]


def configure(daemon, **evals):
    daemon.configure(
        sources=[daemon.file_source("openai", "openai")],
        deployments=[deployment("triage", "prompt", OLD, evals={"suite": "triage"})],
        evals=dict({"lease": "5s"}, **evals))


def post(daemon, target, **body):
    head, text = daemon.ask("POST", target, json.dumps(body))
    return int(head.split()[1]), json.loads(text)


class Evals(Case):
    def begin(self, **evals):
        self.basewatch = self.daemon()
        configure(self.basewatch, **evals)
        for models in ([OLD], [OLD, NEW]):
            self.basewatch.write("openai.json", openai_list(models))
            if self.basewatch.process is None:
                self.basewatch.start()
            self.basewatch.poll()

    def row(self, kind):
        (row,) = self.basewatch.rows(kind)
        return row

    def test_from_the_acknowledgement_to_the_verdict(self):
        self.begin()
        self.assertEqual(self.basewatch.rows("evals"), [])
        notice = self.row("notices")
        self.basewatch.cli("notices", "ack", notice["id"], "--reason", "mine")
        status, answer = post(self.basewatch, "/v1/evals/lease", **OFFER)
        self.assertEqual(status, 200)
        job = answer["job"]
        self.assertRegex(job["token"], "^[0-9a-f]{32}$")
        self.assertEqual(job["notice"], notice["id"])
        status, answer = post(self.basewatch, "/v1/evals/%s/renew" % job["id"], token=job["token"])
        self.assertEqual((status, answer), (200, {"lease_seconds": 5}))
        status, _ = post(self.basewatch, "/v1/evals/%s/report" % job["id"], token=job["token"],
                         outcome="finished", results=results(97))
        self.assertEqual(status, 200)
        self.assertEqual(self.row("notices")["state"], "verified")
        self.assertEqual(self.row("notices")["eval"]["verdict"], "pass")
        self.assertIn("pass", self.basewatch.cli("evals"))
        self.assertIn("+7.0 points", self.basewatch.cli("evals", "show", job["id"]))
        kept = glob.glob(self.basewatch.path("state/basewatch.db*"))
        self.assertGreater(len(kept), 0)
        for name in kept:
            with open(name, "rb") as file:
                self.assertNotIn(job["token"].encode(), file.read())
        self.assertNotIn(job["token"], self.basewatch.text())

    def judge(self, passed):
        """The words of the notice, the swap and the card after an eval on which so many of 100 pass."""
        self.begin()
        self.basewatch.cli("evals", "start", "triage")
        _, answer = post(self.basewatch, "/v1/evals/lease", **OFFER)
        post(self.basewatch, "/v1/evals/%s/report" % answer["job"]["id"],
             token=answer["job"]["token"], outcome="finished", results=results(passed))
        notice = self.row("notices")
        self.assertIn(notice["summary"], self.basewatch.cli("notices", "show", notice["id"]))
        return notice["summary"], self.basewatch.run("swap", "triage")

    def test_a_verified_candidate_is_to_be_applied(self):
        summary, swap = self.judge(97)
        self.assertIn("its eval has passed: apply the line: basewatch swap triage", summary)
        self.assertIn("has passed, apply the line", swap.stdout)
        self.assertNotIn("evals start", swap.stdout)
        self.assertIn("its eval 1: pass: candidate passed 97", swap.stderr)
        self.assertEqual(self.basewatch.json("notices", "--waived")["waivers"], [])

    def test_a_rejected_candidate_is_not_written_unless_forced(self):
        summary, swap = self.judge(50)
        self.assertIn("waived for this candidate only", summary)
        self.assertEqual(swap.returncode, 0)
        self.assertIn("mind: its eval 1: fail: candidate passed 50", swap.stderr)
        (waiver,) = self.basewatch.json("notices", "--waived")["waivers"]
        self.assertEqual((waiver["actor"], waiver["until"]), ("basewatch", None))
        refused = self.basewatch.run("swap", "triage", "--write")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("not written, --force does it all the same: its eval 1: fail", refused.stderr)
        forced = self.basewatch.run("swap", "triage", "--write", "--force")
        self.assertIn("no place is registered", forced.stderr)

    def test_tokens_differ(self):
        self.begin()
        tokens = set()
        for _ in range(5):
            self.basewatch.cli("evals", "start", "triage")
            _, answer = post(self.basewatch, "/v1/evals/lease", **OFFER)
            tokens.add(answer["job"]["token"])
            self.basewatch.cli("evals", "cancel", answer["job"]["id"], "--reason", "next")
        self.assertEqual(len(tokens), 5)

    def test_a_silent_runner_is_lost(self):
        self.begin()
        self.basewatch.cli("evals", "start", "triage")
        post(self.basewatch, "/v1/evals/lease", **OFFER)
        wait_for(lambda: self.row("evals")["state"] == "finished", "the end of the lease")
        self.assertEqual(self.row("evals")["verdict"], "inconclusive")
        self.assertIn("was lost", self.row("evals")["reason"])

    def waiting(self):
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        peer.settimeout(PATIENCE_S)
        peer.connect(self.basewatch.path("control.sock"))
        body = json.dumps(dict(OFFER, wait_seconds=30))
        peer.sendall(("POST /v1/evals/lease HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n"
                      "content-length: %d\r\n\r\n%s" % (len(body), body)).encode())
        return peer

    def test_a_runner_that_waits_is_given_the_job_and_one_that_left_is_not(self):
        self.begin()
        gone = self.waiting()
        self.basewatch.cli("status")  # it has been read by then
        gone.close()
        self.basewatch.cli("evals", "start", "triage")
        with self.waiting() as peer:
            answer = b""
            while True:
                some = peer.recv(65536)
                if not some:
                    break
                answer += some
        job = json.loads(answer.partition(b"\r\n\r\n")[2])["job"]
        self.assertEqual(job["id"], self.row("evals")["id"])
        self.assertEqual(self.row("evals")["state"], "running")

    def test_a_restart_keeps_leases(self):
        self.begin()
        self.basewatch.cli("evals", "start", "triage")
        _, answer = post(self.basewatch, "/v1/evals/lease", **OFFER)
        self.basewatch.kill()
        time.sleep(6)  # longer than the lease
        self.basewatch.start()
        status, _ = post(self.basewatch, "/v1/evals/%s/report" % answer["job"]["id"],
                         token=answer["job"]["token"], outcome="finished", results=results(97))
        self.assertEqual(status, 200)


class Life:
    """A job from its notice to its verdict, with a runner that goes on whatever dies."""

    def __init__(self, die_at):
        self.daemon = Daemon({})
        configure(self.daemon, start="automatic")
        self.order = {"BW_DIE_AT": die_at, "LD_PRELOAD": LIBRARY,
                      "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") +
                                      ":verify_asan_link_order=0"}
        self.died = False
        self.taken = []

    def insist(self, step):
        for _ in range(3):
            try:
                if self.daemon.process is None or self.daemon.process.poll() is not None:
                    self.died = self.died or self.daemon.process is not None
                    self.daemon.start(env=None if self.died else self.order)
                return step()
            except (AssertionError, subprocess.SubprocessError, OSError, ValueError, IndexError):
                if self.died or self.daemon.process.wait(PATIENCE_S) != -9:
                    raise
        raise AssertionError("it dies again and again")

    def poll(self):
        if self.daemon.poll()["openai"]["state"] != "ok":
            raise AssertionError("the poll failed")

    def lease(self):
        job = post(self.daemon, "/v1/evals/lease", **OFFER)[1]["job"]
        if job is not None:
            self.taken.append(job)
        return job

    def report(self):
        job = self.taken[-1]
        return post(self.daemon, "/v1/evals/%s/report" % job["id"], token=job["token"],
                    outcome="finished", results=results(97))[0]

    def live(self):
        try:
            for models in ([OLD], [OLD, NEW]):
                self.daemon.write("openai.json", openai_list(models))
                self.insist(self.poll)
            if self.insist(self.lease) is not None:
                status = self.insist(self.report)
                assert status == 200 or (status == 410 and self.died), status
            else:
                wait_for(lambda: self.daemon.rows("evals")[0]["state"] == "finished", "the end")
            assert self.insist(self.lease) is None
            return ([(row["verdict"], row["candidate"]) for row in self.daemon.rows("evals")],
                    [row["state"] for row in self.daemon.rows("notices")])
        finally:
            self.daemon.close()


class Kills(unittest.TestCase):
    def every(self, where):
        lost = 0
        for number in range(1, TRANSACTIONS_MAX):
            with self.subTest("%s:%d" % (where, number)):
                life = Life("%s:%d" % (where, number))
                rows, notices = life.live()
                self.assertEqual(len(rows), 1)
                if not life.taken:  # its answer went down with the daemon: it is given up
                    lost += 1
                    self.assertEqual((rows[0][0], notices), ("inconclusive", ["open"]))
                else:
                    self.assertEqual(len(life.taken), 1)
                    self.assertEqual((rows[0][0], notices), ("pass", ["verified"]))
            if not life.died:
                self.assertGreater(number, 8)
                self.assertLessEqual(lost, 1)
                print("%d deaths at %s" % (number - 1, where))
                return
        self.fail("it has no end")

    def test_killed_before_each_transaction(self):
        self.every("begin")

    def test_killed_after_each_transaction(self):
        self.every("commit")


if __name__ == "__main__":
    main()

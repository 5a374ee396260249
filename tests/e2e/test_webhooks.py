#!/usr/bin/python3
"""What arrives at a webhook's receiver, judged by the verifiers that receivers really use."""
import base64
import hmac
import json
import os
import subprocess
import sys
import time

import npm
from harness import BIN, SOURCE, Case, deployment, main, wait_for

VERIFIERS = os.path.join(os.path.dirname(BIN), "npm")
PACKAGES = ["standardwebhooks@1.1.1", "cloudevents@10.0.0"]
HERE = os.path.dirname(os.path.abspath(__file__))
DAY_S = 86400


def verify(*judged):
    """A verdict for each (secret, headers, body)."""
    lines = "".join(json.dumps({"secret": secret, "body": body.decode(),
                                "headers": {name.lower(): value for name, value in headers.items()}})
                    + "\n" for secret, headers, body in judged)
    done = subprocess.run(["node", os.path.join(HERE, "verify.mjs")], input=lines, text=True,
                          cwd=VERIFIERS, check=True, timeout=60, stdout=subprocess.PIPE)
    return done.stdout.splitlines()


def day(offset):
    return time.strftime("%Y-%m-%d", time.gmtime(time.time() + offset * DAY_S))


class Webhooks(Case):
    def setUp(self):
        self.hooks = self.receiver()
        self.basewatch = self.daemon(deployments=[
            deployment("chat", "prompt", "claude-opus-4-5-20251101", "anthropic"),
            deployment("desk", "prompt", "claude-opus-4-5-20251101", "anthropic"),
            deployment("caf\u00e9 \u2603", "rag", "claude-haiku-4-5-20251001", "anthropic",
                       owner="d\u00e9p\u00f4t <&>")])
        source = self.basewatch.file_source("feed", os.path.join(HERE, "entries.py"),
                                            platform="anthropic")
        self.basewatch.configure(sources=[source], sinks=[self.basewatch.sink(self.hooks)])
        self.entries = [{"id": "claude-opus-4-5-20251101"}, {"id": "claude-opus-4-6"},
                        {"id": "claude-haiku-4-5-20251001"}, {"id": "claude-haiku-4-6"},
                        {"id": "claude-sonnet-4-5-20250929"}, {"id": "claude-sonnet-4-6"}]

    def begin(self, entries):
        self.basewatch.write("feed.json", json.dumps(entries))
        self.basewatch.start()
        self.assertEqual(self.basewatch.poll()["feed"]["state"], "ok")

    def show(self, entries, state="ok"):
        self.basewatch.write("feed.json", json.dumps(entries))
        self.assertEqual(self.basewatch.poll()["feed"]["state"], state)

    def await_type(self, kind, count=1):
        wait_for(lambda: len(self.hooks.of_type(kind)) >= count, "%d x %s" % (count, kind))

    def live_through_all(self):
        """Make the daemon send every type of message that it knows."""
        self.begin(self.entries)
        self.await_type("notice.opened", 2)  # a summary of two, and one alone
        self.show([*self.entries, {"id": "claude-opus-4-7"}])
        self.await_type("notice.superseded", 2)
        for days in (20, 10):
            base = dict(self.entries[2], dates=[{"clock": "inference", "at": day(days)}])
            self.show([*self.entries[:2], base, *self.entries[3:], {"id": "claude-opus-4-7"}])
        self.await_type("notice.updated")
        self.basewatch.configure(deployments=[
            dict(row, model="claude-opus-4-7") if row["name"] == "chat" else row
            for row in self.basewatch.config["deployments"]])
        self.basewatch.reload()
        self.await_type("notice.resolved")
        self.show(self.entries[:2], "held")
        self.await_type("source.failing")
        self.basewatch.cli("sources", "accept", "feed")
        self.await_type("source.recovered")
        self.basewatch.cli("sinks", "test", "ops")
        self.await_type("test")
        other = self.receiver()
        other.status = 404
        self.basewatch.configure(sinks=[self.basewatch.sink(self.hooks),
                                        self.basewatch.sink(other, name="other")])
        self.basewatch.reload()
        self.basewatch.cli("sinks", "test", "other")
        self.await_type("sink.failing")
        other.status = 204
        self.basewatch.cli("sinks", "test", "other")
        self.await_type("sink.recovered")

    def test_every_message_that_is_written_down_is_accepted(self):
        """Those, too, that no test of a few seconds can bring about: reminders, digests, evals."""
        sys.path.insert(0, os.path.join(SOURCE, "tests", "data", "sinks"))
        sys.dont_write_bytecode = True
        from messages import MESSAGES
        key = b"a key of the tests, 32 bytes big"
        secret = "whsec_" + base64.b64encode(key).decode()
        now = str(int(time.time()))
        judged = []
        for event in MESSAGES.values():
            body = json.dumps(event).encode()
            signed = b".".join((event["id"].encode(), now.encode(), body))
            signature = base64.b64encode(hmac.new(key, signed, "sha256").digest()).decode()
            judged.append((secret, {"webhook-id": event["id"], "webhook-timestamp": now,
                                    "webhook-signature": "v1," + signature,
                                    "content-type": "application/cloudevents+json"}, body))
        self.assertEqual(verify(*judged), ["ok " + event["type"] for event in MESSAGES.values()])

    def test_every_type_is_accepted_and_no_forgery_is(self):
        self.live_through_all()
        secret = self.basewatch.secret
        other = "whsec_" + base64.b64encode(b"another key, also 32 bytes long!").decode()
        requests = list(self.hooks.requests)
        verdicts = verify(*((secret, request.headers, request.body) for request in requests))
        self.assertEqual({"ok io.basewatch." + kind for kind in
                          ("notice.opened", "notice.updated", "notice.resolved",
                           "notice.superseded", "source.failing", "source.recovered",
                           "sink.failing", "sink.recovered", "test")},
                         set(verdicts))
        forged = verify(*((other, request.headers, request.body) for request in requests),
                        *((secret, request.headers, request.body.replace(b'"id":', b'"Id":'))
                          for request in requests))
        self.assertEqual([line[:2] for line in forged], ["no"] * 2 * len(requests))

    def test_the_summary_names_each_deployment_once(self):
        self.begin(self.entries)
        self.await_type("notice.opened", 2)
        summary = next(event for event in self.hooks.of_type("notice.opened")
                       if "notices" in event["data"])
        self.assertEqual(summary["data"]["count"], 2)
        self.assertEqual(sorted(row["deployment"] for row in summary["data"]["notices"]),
                         ["chat", "desk"])

    def test_headers_and_size(self):
        self.begin(self.entries)
        self.await_type("notice.opened", 2)
        for request in self.hooks.requests:
            self.assertEqual(request.path, "/hook")
            self.assertEqual(request.headers["content-type"],
                             "application/cloudevents+json; charset=utf-8")
            self.assertRegex(request.headers["user-agent"], r"^basewatch/\d")
            self.assertRegex(request.headers["webhook-id"], r"^msg_[0-9A-HJKMNP-TV-Z]{26}$")
            self.assertLess(len(request.body), 20000)
            self.assertLess(abs(int(request.headers["webhook-timestamp"]) - time.time()), 60)

    def test_two_secrets_sign_while_one_is_exchanged(self):
        old = "whsec_" + base64.b64encode(b"the key that was used until now.").decode()
        self.basewatch.write("old.whsec", old, 0o600)
        self.basewatch.configure(sinks=[self.basewatch.sink(self.hooks,
                                                            old_secret={"file": "old.whsec"})])
        self.begin(self.entries)
        self.basewatch.cli("sinks", "test", "ops")
        self.await_type("test")
        request = next(request for request in self.hooks.requests if b"basewatch.test" in request.body)
        self.assertEqual(verify((old, request.headers, request.body),
                                (self.basewatch.secret, request.headers, request.body)),
                         ["ok io.basewatch.test"] * 2)

    def test_a_retry_sends_the_same_bytes_with_a_new_signature(self):
        self.begin(self.entries[:1])
        self.hooks.status = 500
        self.basewatch.cli("sinks", "test", "ops")
        wait_for(lambda: self.hooks.requests, "the first attempt")
        self.hooks.status = 204
        wait_for(lambda: len(self.hooks.requests) > 1, "the second attempt")
        first, second = self.hooks.requests[:2]
        self.assertEqual((first.body, first.headers["webhook-id"]),
                         (second.body, second.headers["webhook-id"]))
        self.assertNotEqual(first.headers["webhook-timestamp"], second.headers["webhook-timestamp"])
        self.assertEqual(verify((self.basewatch.secret, second.headers, second.body)),
                         ["ok io.basewatch.test"])

    def test_410_disables_the_endpoint_and_nothing_is_forgotten(self):
        self.begin(self.entries[:1])
        self.hooks.status = 410
        self.basewatch.cli("sinks", "test", "ops")
        wait_for(lambda: self.hooks.requests, "the first attempt")
        wait_for(lambda: self.basewatch.rows("deliveries", "--state", "failed"), "the failure")
        self.show(self.entries)
        time.sleep(0.3)
        self.assertEqual(len(self.hooks.requests), 1)
        self.hooks.status = 204
        self.basewatch.cli("sinks", "test", "ops")
        self.await_type("notice.opened", 3)

    def test_a_redirect_is_not_followed(self):
        elsewhere = self.receiver()
        self.hooks.answer = lambda request: (307, {"location": elsewhere.url + "/hook"}, b"")
        self.begin(self.entries[:1])
        self.basewatch.cli("sinks", "test", "ops")
        wait_for(lambda: self.basewatch.rows("deliveries", "--state", "failed"), "the failure")
        self.assertEqual(elsewhere.requests, [])
        self.assertEqual(len(self.hooks.requests), 1)


if __name__ == "__main__":
    npm.need("npm", PACKAGES)
    main()

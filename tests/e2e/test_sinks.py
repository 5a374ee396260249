#!/usr/bin/python3
"""Messages where people look: a real Alertmanager, a real SMTP server, and the way there through the
daemon, its plugins and their secrets."""
import email
import email.policy
import html
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

from harness import SKIPPED, SOURCE, Case, deployment, free_port, main, openai_list, wait_for

sys.path.insert(0, os.path.join(SOURCE, "tests", "data", "sinks"))
from messages import NOTICE  # noqa: E402 (it lies with the payloads)

OLD, NEW = "gpt-4o-mini-2024-07-18", "gpt-5-mini-2025-08-07"
ALERTMANAGER = shutil.which("prometheus-alertmanager")
SYSTEM_PYTHON = "/usr/bin/python3"  # the one that distributions' packages are for
try:
    from aiosmtpd.controller import Controller
except ImportError:
    if os.path.exists(SYSTEM_PYTHON) and sys.prefix != "/usr":
        os.execv(SYSTEM_PYTHON, [SYSTEM_PYTHON, "-B", *sys.argv])
    Controller = None


class Sinks(Case):
    def begin(self, *sinks, **config):
        """A daemon that knows OLD; release() shows it NEW."""
        self.basewatch = self.daemon(**config, deployments=[
            deployment("triage", "fine-tuned", "ft:%s:acme:triage:9xYz" % OLD, owner="ml")])
        for name, text in getattr(self, "secrets", {}).items():
            self.basewatch.write(name, text, 0o600)
        self.basewatch.configure(sources=[self.basewatch.file_source("openai", "openai")],
                                 sinks=list(sinks))
        self.show([OLD])

    def show(self, ids):
        self.basewatch.write("openai.json", openai_list(ids))
        if self.basewatch.process is None:
            self.basewatch.start()
        self.basewatch.poll()

    def notice(self):
        (row,) = self.basewatch.rows("notices", "--state", "live")
        return row["id"]

    def delivered(self, count):
        def done():
            rows = self.basewatch.rows("deliveries")
            return sum(row["state"] == "delivered" for row in rows) >= count
        wait_for(done, "%d deliveries" % count)

    def test_an_address_that_is_a_secret_is_used_and_told_nobody(self):
        """Its server shows it in every answer: as it is, quoted, escaped, and cut off."""
        asked = []
        status = [503]

        def answer(request):
            asked.append(request)
            shown = "%s %s %s" % (request.path, json.dumps(request.path), html.escape(request.path))
            return status[0], {"retry-after": "1"}, ("x" * 100 + shown).encode()
        server = self.server(answer)
        ops = self.receiver()
        chats = ("slack", "discord", "teams")
        self.secrets = {name + ".url": server.url + "/services/PLANT&%s?sig=SIG<%s\n" % (name, name)
                        for name in chats}
        self.begin(*[{"name": name, "plugin": name, "url": {"file": name + ".url"}}
                     for name in chats])
        self.basewatch.configure(sinks=self.basewatch.config["sinks"] + [self.basewatch.sink(ops)])
        self.basewatch.reload()
        self.show([OLD, NEW])
        wait_for(lambda: len(asked) >= 3, "the first attempts")
        status[0] = 200
        self.delivered(4)
        self.assertEqual({request.path.split("?")[0] for request in asked},
                         {"/services/PLANT&" + name for name in chats})
        self.assertIn(b'"blocks"', b"".join(request.body for request in asked))
        status[0] = 404
        for name in chats:
            self.basewatch.cli("sinks", "test", name)
        wait_for(lambda: len(ops.of_type("sink.failing")) == 3, "the operators to hear of it")
        told = self.basewatch.text().encode() + b"".join(r.body for r in ops.requests)
        for kind in ("deliveries", "sinks", "notices", "events", "status"):
            told += self.basewatch.ask("GET", "/v1/" + kind)[1].encode()
        told += self.basewatch.ask("GET", "/metrics")[1].encode()
        self.basewatch.stop()
        for name in os.listdir(self.basewatch.path("state")):
            with open(self.basewatch.path("state/" + name), "rb") as file:
                told += file.read()
        self.assertIn(b"answered 404", told)
        for word in (b"services", b"PLA", b"SIG"):
            self.assertNotIn(word, told)

    def test_github_remembers_its_issue_over_a_restart(self):
        issues = {}
        asked = []

        def answer(request):
            body = json.loads(request.body or b"{}")
            asked.append((request.path.split("?")[0], request.headers.get("authorization")))
            if request.path.endswith("/comments"):
                return 201, {}, b'{"id":1}'
            if "/issues/" in request.path:
                issues[7].update(body)
            elif body:
                issues[7] = dict(body, number=7)
                return 201, {}, json.dumps(issues[7]).encode()
            return 200, {}, b"[]"
        server = self.server(answer)
        server.http.RequestHandlerClass.do_PATCH = server.http.RequestHandlerClass.do_GET
        self.secrets = {"github.token": "ghp_x\n"}
        self.begin({"name": "issues", "plugin": "github-issue", "url": server.url,
                    "secret": {"file": "github.token"}, "settings": {"repo": "acme/models"}})
        self.show([OLD, NEW])
        self.delivered(1)
        self.basewatch.stop()
        self.basewatch.start()
        before = len(asked)
        self.basewatch.cli("notices", "resolve", self.notice(), "--reason", "retrained")
        self.delivered(2)
        self.assertEqual(issues[7]["state"], "closed")
        self.assertEqual([path for path, _ in asked[before:]],
                         ["/repos/acme/models/issues/7", "/repos/acme/models/issues/7/comments"])
        self.assertEqual({header for _, header in asked}, {"Bearer ghp_x"})

    def alertmanager(self, port):
        """One without a memory of what was before."""
        config = self.basewatch.write("alertmanager.yml", "route: {receiver: none}\n"
                                      "receivers: [{name: none}]\n")
        storage = tempfile.mkdtemp(dir=self.basewatch.dir)
        with open(self.basewatch.path("alertmanager.log"), "ab") as log:
            process = subprocess.Popen(
                [ALERTMANAGER, "--config.file=" + config, "--storage.path=" + storage,
                 "--web.listen-address=127.0.0.1:%d" % port, "--cluster.listen-address="],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.addCleanup(process.wait, 30)
        self.addCleanup(process.terminate)
        return process

    @unittest.skipUnless(ALERTMANAGER, "skipped: there is no prometheus-alertmanager here")
    def test_alertmanager_shows_the_alert_firing_and_resolved(self):
        port = free_port()
        url = "http://127.0.0.1:%d" % port
        self.begin({"name": "alerts", "plugin": "alertmanager", "url": url})
        process = self.alertmanager(port)

        def alerts():
            with urllib.request.urlopen(url + "/api/v2/alerts", timeout=5) as answer:
                return json.load(answer)

        def ready():
            try:
                return alerts() == []
            except OSError:
                return False
        wait_for(ready, "Alertmanager")
        self.show([OLD, NEW])
        (row,) = self.basewatch.rows("notices", "--state", "live")
        self.assertEqual(set(row), set(NOTICE), "the messages written down have what a notice has")
        (alert,) = wait_for(alerts, "the alert")
        self.assertEqual(alert["status"]["state"], "active")
        self.assertEqual(alert["labels"], {
            "alertname": "BasewatchStale", "deployment": "triage", "owner": "ml",
            "platform": "openai", "notice": self.notice(), "severity": "info"})
        self.assertIn(NEW, alert["annotations"]["description"])
        self.delivered(1)
        process.terminate()
        process.wait(30)
        self.alertmanager(port)
        wait_for(ready, "an Alertmanager that has forgotten")
        self.basewatch.stop()
        self.basewatch.start()
        (again,) = wait_for(alerts, "the alert in an Alertmanager that was restarted")
        self.assertEqual((again["labels"], again["startsAt"]), (alert["labels"], alert["startsAt"]))
        self.basewatch.cli("notices", "resolve", self.notice(), "--reason", "retrained")
        wait_for(lambda: alerts() == [], "the alert to be resolved")

    @unittest.skipUnless(Controller, "skipped: there is no aiosmtpd here")
    def test_a_mail_server_takes_a_mail_that_a_parser_reads(self):
        mails = []
        refuse = ["451 4.7.1 not now"]

        class Handler:
            async def handle_DATA(self, server, session, envelope):
                if refuse:
                    return refuse.pop()
                mails.append((session.host_name, envelope))
                return "250 taken"
        controller = Controller(Handler(), hostname="127.0.0.1", port=free_port())
        controller.start()
        self.addCleanup(controller.stop)
        self.begin({"name": "mail", "plugin": "email",
                    "url": "smtp://127.0.0.1:%d" % controller.port, "settings": {
                        "from": "Basewatch \u00fcber Modelle <basewatch@example.org>",
                        "to": ["ml@example.org", "Ops <ops@example.org>"], "tls": "optional"}})
        self.show([OLD, NEW])
        self.delivered(1)
        (greeted, envelope), = mails
        self.assertEqual(greeted, socket.gethostname())
        self.assertEqual((envelope.mail_from, envelope.rcpt_tos),
                         ("basewatch@example.org", ["ml@example.org", "ops@example.org"]))
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.assertEqual(mail.defects, [])
        self.assertEqual(mail["subject"], "[basewatch] triage: its base has been superseded")
        self.assertEqual(mail["from"].addresses[0].display_name, "Basewatch \u00fcber Modelle")
        self.assertEqual(len(mail["to"].addresses), 2)
        self.assertEqual(mail["auto-submitted"], "auto-generated")
        (row,) = self.basewatch.rows("deliveries")
        self.assertTrue(mail["message-id"].startswith("<%s@" % row["message_id"]))
        self.assertEqual(row["attempts"], 2)
        self.assertLess(abs(mail["date"].datetime.timestamp() - time.time()), 300)
        self.assertIn(NEW, mail.get_body(("plain",)).get_content())
        self.assertIn("<h2>triage", mail.get_body(("html",)).get_content())

    @unittest.skipUnless(Controller, "skipped: there is no aiosmtpd here")
    def test_a_server_without_tls_gets_nothing_unless_the_settings_allow_it(self):
        class Handler:
            async def handle_DATA(self, server, session, envelope):
                raise AssertionError("sent in the clear")
        controller = Controller(Handler(), hostname="127.0.0.1", port=free_port())
        controller.start()
        self.addCleanup(controller.stop)
        self.begin({"name": "mail", "plugin": "email",
                    "url": "smtp://127.0.0.1:%d" % controller.port,
                    "settings": {"from": "a@example.org", "to": "b@example.org"}})
        self.show([OLD, NEW])
        wait_for(lambda: self.basewatch.rows("deliveries")[0]["attempts"], "an attempt")
        self.assertEqual(self.basewatch.rows("deliveries")[0]["state"], "pending")
        self.assertIn("STARTTLS", self.basewatch.rows("deliveries")[0]["detail"])


if __name__ == "__main__":
    if ALERTMANAGER is None and Controller is None:
        print("skipped: neither prometheus-alertmanager nor python3-aiosmtpd is installed")
        sys.exit(SKIPPED)
    main()

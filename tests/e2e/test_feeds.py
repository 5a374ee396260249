#!/usr/bin/python3
"""The feeds of the control API: Atom that is XML and Atom, and a calendar that is iCalendar."""
import datetime
import json
import os
import re
import shutil
import subprocess
import time
import xml.etree.ElementTree

from harness import Case, deployment, main

HERE = os.path.dirname(os.path.abspath(__file__))
ATOM = "{http://www.w3.org/2005/Atom}"
NAME = "caf\u00e9 <&> \u2603; a, b \\ c " + "\u5927" * 30


class Feeds(Case):
    def setUp(self):
        self.until = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 40 * 86400))
        self.basewatch = self.daemon(deployments=[
            deployment("chat", "prompt", "claude-opus-4-5-20251101", "anthropic", owner="ml"),
            deployment(NAME, "rag", "claude-haiku-4-5-20251001", "anthropic", owner="web")])
        source = self.basewatch.file_source("feed", os.path.join(HERE, "entries.py"),
                                            platform="anthropic")
        self.basewatch.configure(sources=[source], sinks=[])
        ends = [{"clock": "inference", "at": self.until, "firm": True}]
        self.basewatch.write("feed.json", json.dumps([
            {"id": "claude-opus-4-5-20251101"}, {"id": "claude-opus-4-6"},
            {"id": "claude-haiku-4-5-20251001", "dates": ends}, {"id": "claude-haiku-4-6"}]))
        self.basewatch.start()
        self.basewatch.poll()

    def get(self, target, kind):
        head, body = self.basewatch.ask("GET", target)
        self.assertIn(" 200 ", head.splitlines()[0])
        self.assertRegex(head, "(?i)content-type: %s; charset=utf-8" % re.escape(kind))
        return body

    def test_the_newest_notices_are_an_atom_feed(self):
        text = self.get("/v1/feed.atom", "application/atom+xml")
        if shutil.which("xmllint"):
            subprocess.run(["xmllint", "--noout", "-"], input=text.encode(), check=True, timeout=30)
        feed = xml.etree.ElementTree.fromstring(text)
        self.assertEqual(feed.tag, ATOM + "feed")
        for node in [feed, *feed.findall(ATOM + "entry")]:
            for name in ("id", "title", "updated"):
                self.assertEqual(len(node.findall(ATOM + name)), 1, name)
            self.assertTrue(node.find(ATOM + "id").text.startswith("urn:basewatch:"))
            datetime.datetime.strptime(node.find(ATOM + "updated").text, "%Y-%m-%dT%H:%M:%SZ")
        titles = [entry.find(ATOM + "title").text for entry in feed.findall(ATOM + "entry")]
        rows = self.basewatch.rows("notices")
        told = [row for row in rows if not row["inhibited"]]
        self.assertLess(len(told), len(rows), "who hears of the end hears of no swap beside it")
        self.assertEqual(len(titles), len(told))
        self.assertTrue(any(title.startswith(NAME + ": deprecated") for title in titles), titles)
        ids = [entry.find(ATOM + "id").text for entry in feed.findall(ATOM + "entry")]
        self.assertEqual(len(set(ids)), len(ids))
        mine = xml.etree.ElementTree.fromstring(
            self.get("/v1/feed.atom?owner=ml", "application/atom+xml"))
        self.assertEqual([entry.find(ATOM + "title").text for entry in mine.findall(ATOM + "entry")],
                         ["chat: swap, info, open"])

    def test_deadlines_are_a_calendar(self):
        text = self.get("/v1/deadlines.ics", "text/calendar")
        self.assertTrue(text.endswith("\r\n"))
        lines = text.split("\r\n")[:-1]
        for line in lines:
            self.assertNotIn("\n", line)
            self.assertLessEqual(len(line.encode()), 75, line)
        whole = re.sub("\r\n ", "", text).split("\r\n")
        self.assertEqual((whole[0], whole[-2]), ("BEGIN:VCALENDAR", "END:VCALENDAR"))
        self.assertEqual(whole.count("BEGIN:VEVENT"), 1, "one date, not one for each notice")
        event = dict(line.split(":", 1) for line in
                     whole[whole.index("BEGIN:VEVENT") + 1:whole.index("END:VEVENT")])
        self.assertEqual(event["DTSTART;VALUE=DATE"], self.until.replace("-", ""))
        self.assertRegex(event["DTSTAMP"], r"^\d{8}T\d{6}Z$")
        self.assertRegex(event["UID"], r"^notice-\d+-serve@[0-9a-f]+$")
        summary = re.sub(r"\\(.)", r"\1", event["SUMMARY"])
        self.assertEqual(summary, NAME + ": its base is served until today")
        self.assertEqual(self.get("/v1/deadlines.ics?owner=ml", "text/calendar").count("VEVENT"), 0)
        ident = re.search(r"notice-(\d+)", event["UID"]).group(1)
        self.basewatch.cli("notices", "waive", ident, "--until", "2099-01-01", "--reason", "x")
        self.assertEqual(self.get("/v1/deadlines.ics", "text/calendar").count("VEVENT"), 0)


if __name__ == "__main__":
    main()

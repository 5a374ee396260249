#!/usr/bin/python3
"""What every sink plugin sends for every type of message: held against the payloads written down in
tests/data/sinks, against the limits that each service documents, and against its published types.
The plugins are asked as the daemon asks them. `--write` writes the payloads down anew."""
import json
import os
import re
import subprocess
import sys
import unittest

import npm
from harness import BIN, SOURCE, main

DATA = os.path.join(SOURCE, "tests", "data", "sinks")
sys.path.insert(0, DATA)
sys.dont_write_bytecode = True
from messages import MESSAGES  # noqa: E402 (it lies beside the payloads)

HERE = os.path.dirname(os.path.abspath(__file__))
NPM = os.path.join(os.path.dirname(BIN), "npm-sinks")
PACKAGES = ["@slack/types@2", "discord-api-types@0.38", "adaptivecards@2", "@pagerduty/pdjs@2",
            "typescript@5"]
SETTINGS = {
    "slack": {"link": "https://ops.example/{deployment}?n={notice}"},
    "discord": {}, "teams": {"link": "https://ops.example/{owner}"}, "pagerduty": {},
    "alertmanager": {}, "github-issue": {"repo": "acme/models"},
    "email": {"from": "Basewatch <basewatch@example.org>", "to": ["ml@example.org"]},
}


def nothing_yet(ask):
    """Every request succeeds: lists are empty, what is made has number 7."""
    return 200, [] if ask.get("method") == "GET" else {"number": 7, "id": "7"}


def converse(plugin, event, answer=nothing_yet, memory=None, settings=None):
    """Deliver one message; ([what was asked], memory, the last line)."""
    opening = {"verb": "deliver", "protocol": 1, "message": event, "memory": memory,
               "sink": {"name": "ops", "settings": settings or SETTINGS[plugin]}}
    child = subprocess.Popen([os.path.join(BIN, "plugins", plugin)], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE)
    asks = []
    try:
        child.stdin.write(json.dumps(opening).encode() + b"\n")
        child.stdin.flush()
        for line in child.stdout:
            assert len(line) <= 65536, "a line of %d bytes" % len(line)
            said = json.loads(line)
            kind, value = next(iter(said.items()))
            if kind == "memory":
                memory = value
            elif kind in ("fetch", "mail"):
                asks.append(dict(value, kind=kind))
                status, body = answer(value)
                body = json.dumps(body).encode()
                head = {"id": value["id"], "status": status, "bytes": len(body)}
                child.stdin.write(json.dumps(head).encode() + b"\n" + body + b"\n")
                child.stdin.flush()
            else:
                return asks, memory, said
    finally:
        child.stdin.close()
        child.stdout.close()
        child.wait(30)
    raise AssertionError("%s ended without a word" % plugin)


def written(plugin):
    """The payloads of a plugin, one request a line; what is the time of day is masked."""
    lines = []
    for name, event in MESSAGES.items():
        asks, memory, end = converse(plugin, event)
        for ask in asks:
            what = ask["kind"] if ask["kind"] == "mail" else "%s %s %s" % (
                ask["method"], ask["path"] or "-", ask["auth"])
            body = ask.get("body") or json.dumps(
                {key: ask[key] for key in ask if key not in ("kind", "id", "headers")},
                ensure_ascii=False)
            body = re.sub(r'"endsAt":"[^"]*"', '"endsAt":"T"', body)
            if not name.startswith("hostile"):
                lines.append("%s\t%s\t%s\n" % (name, what, body))
        lines.append("%s\tends\t%s\n" % (name, json.dumps([memory, end])))
    return "".join(lines)


def length(text):
    """As the services count: in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


class Payloads(unittest.TestCase):
    def bodies(self, plugin):
        for name, event in MESSAGES.items():
            asks, _, end = converse(plugin, event)
            self.assertEqual(end, {"done": {}}, name)
            for ask in asks:
                if ask.get("body"):
                    yield name, ask, json.loads(ask["body"])

    def test_every_payload_is_the_one_written_down(self):
        for plugin in SETTINGS:
            with open(os.path.join(DATA, plugin + ".golden"), encoding="utf-8") as file:
                want = file.read().splitlines()
            got = written(plugin).splitlines()
            for one, other in zip(want, got):
                self.assertEqual(one, other, plugin)
            self.assertEqual(len(want), len(got), plugin)

    def test_the_page_about_messages_shows_these(self):
        with open(os.path.join(SOURCE, "schema", "messages.md"), encoding="utf-8") as page:
            shown = [json.loads(line) for line in page if line.startswith("    {")]
        known = {event["id"]: event for event in MESSAGES.values()}
        self.assertGreater(len(shown), 10)
        for event in shown:
            if "count" in event["data"]:  # of a list, the first row is shown
                shown_rows = event["data"]["notices"]
                self.assertEqual(shown_rows,
                                 known[event["id"]]["data"]["notices"][:len(shown_rows)])
            else:
                self.assertEqual(event, known[event["id"]])
        self.assertEqual({event["type"] for event in shown},
                         {event["type"] for event in MESSAGES.values()})

    def test_slack_stays_within_its_limits(self):
        for name, _, body in self.bodies("slack"):
            self.assertTrue(body["text"], name)
            self.assertLess(len(json.dumps(body, ensure_ascii=False).encode()), 12000, name)
            self.assertLessEqual(len(body["blocks"]), 50)
            for block in body["blocks"]:
                if block["type"] == "header":
                    self.assertLessEqual(length(block["text"]["text"]), 150)
                texts = block.get("fields", []) + ([block["text"]] if block["type"] == "section"
                                                   and "text" in block else [])
                self.assertLessEqual(len(block.get("fields", [])), 10)
                for text in texts:
                    self.assertTrue(0 < length(text["text"]) <= 2000 + 1000 * ("fields" not in block))
                    self.assertIsNone(re.search("[<>]|&(?!amp;|lt;|gt;)", text["text"]), text)
            self.assertNotRegex(body["text"], "[<>]")

    def test_discord_stays_within_its_limits_and_mentions_nobody(self):
        for name, ask, body in self.bodies("discord"):
            self.assertEqual(ask["path"], "?wait=true")
            self.assertEqual(body["allowed_mentions"], {"parse": []}, name)
            self.assertTrue(0 < length(body["content"]) <= 2000)
            total = 0
            for embed in body["embeds"]:
                texts = [(embed["title"], 256), (embed["description"], 4096),
                         (embed.get("footer", {}).get("text", ""), 2048)]
                self.assertLessEqual(len(embed["fields"]), 25)
                for field in embed["fields"]:
                    texts += [(field["name"], 256), (field["value"], 1024)]
                    self.assertTrue(field["name"] and field["value"], name)
                for text, most in texts:
                    self.assertLessEqual(length(text), most, name)
                total += sum(length(text) for text, _ in texts)
            self.assertLessEqual(total, 6000, name)

    def test_a_list_names_all_it_promises_and_says_how_many_more_there_are(self):
        texts = {
            "slack": lambda body: "".join(block["text"]["text"] for block in body["blocks"][1:]
                                          if block["type"] == "section"),
            "discord": lambda body: body["embeds"][0]["description"],
            "teams": lambda body: json.dumps(body["attachments"][0]["content"]["body"]),
        }
        ordinary = dict(MESSAGES["summary"], data=dict(MESSAGES["summary"]["data"], notices=[
            dict(row, summary="support-triage-%02d%s" % (number, row["summary"][6:]))
            for number, row in enumerate(MESSAGES["summary"]["data"]["notices"])]))
        for plugin, text_of in texts.items():
            (ask,), _, _ = converse(plugin, ordinary)
            text = text_of(json.loads(ask["body"]))
            listed = sum("support-triage-%02d:" % number in text for number in range(20))
            self.assertEqual(listed, 20, plugin)
            self.assertIn("and 17 more", text)
            if plugin == "slack":
                fallback = json.loads(ask["body"])["text"]
                self.assertEqual(fallback.count(ordinary["data"]["summary"]), 1)
            (ask,), _, _ = converse(plugin, MESSAGES["hostile-summary"])
            more = int(re.search(r"and (\d+) more", ask["body"]).group(1))
            self.assertGreaterEqual(more, 9980, "what finds no room is counted")

    def test_teams_and_pagerduty_stay_within_theirs(self):
        for name, _, body in self.bodies("teams"):
            self.assertLess(len(json.dumps(body, ensure_ascii=False).encode()), 28 * 1024, name)
        for name, ask, body in self.bodies("pagerduty"):
            self.assertEqual(body["routing_key"], "{{secret:secret}}")
            self.assertIn(ask["path"], ("/v2/enqueue", "/v2/change/enqueue"))
            if ask["path"] == "/v2/enqueue":
                self.assertTrue(0 < length(body["dedup_key"]) <= 255, name)
            if "payload" in body:
                self.assertTrue(0 < length(body["payload"]["summary"]) <= 1024, name)

    def test_pagerduty_follows_the_life_of_a_notice(self):
        actions = {}
        keys = set()
        for name, _, body in self.bodies("pagerduty"):
            actions[name] = body.get("event_action", "change")
            if name in ("opened-stale", "acknowledged", "resolved", "superseded", "waived"):
                keys.add(body["dedup_key"])
        self.assertEqual(len(keys), 1, "one matter, one key")
        self.assertEqual({name: actions[name] for name in (
            "opened-stale", "updated", "reminder", "acknowledged", "snoozed", "waived", "resolved",
            "superseded", "failing", "recovered", "sink-failing", "sink-recovered", "digest",
            "summary", "test")}, {
                "opened-stale": "trigger", "updated": "trigger", "reminder": "trigger",
                "acknowledged": "acknowledge", "snoozed": "acknowledge", "waived": "resolve",
                "resolved": "resolve", "superseded": "resolve", "failing": "trigger",
                "recovered": "resolve", "sink-failing": "trigger", "sink-recovered": "resolve",
                "digest": "change", "summary": "change", "test": "change"})

    def test_pagerduty_triggers_what_it_has_not_heard_of_before_it_acknowledges(self):
        memory, life = None, []
        for name in ("acknowledged", "snoozed", "reminder", "resolved", "acknowledged"):
            asks, memory, _ = converse("pagerduty", MESSAGES[name], memory=memory)
            life.append([json.loads(ask["body"])["event_action"] for ask in asks])
        self.assertEqual(life, [["trigger", "acknowledge"], ["acknowledge"], ["trigger"],
                                ["resolve"], ["trigger", "acknowledge"]])

    def test_minimal_detail_tells_no_names_of_models_and_no_money(self):
        for plugin in SETTINGS:
            asks, _, end = converse(plugin, MESSAGES["opened-minimal"])
            self.assertEqual(end, {"done": {}})
            told = json.dumps(asks)
            self.assertIn("triage", told)
            self.assertNotRegex(told, "gpt-4|5,322", plugin)

    def test_an_alert_ends_when_kind_or_severity_give_it_other_labels(self):
        _, memory, _ = converse("alertmanager", MESSAGES["opened-stale"])
        overdue = dict(MESSAGES["opened-stale"])
        overdue["data"] = dict(overdue["data"], severity="overdue")
        asks, later, _ = converse("alertmanager", overdue, memory=memory)
        old, new = json.loads(asks[0]["body"])
        self.assertEqual((old["labels"]["severity"], new["labels"]["severity"]),
                         ("warning", "critical"))
        self.assertLess(old["endsAt"], new["endsAt"])
        asks, _, _ = converse("alertmanager", MESSAGES["resolved"], memory=later)
        (closed,) = json.loads(asks[0]["body"])
        self.assertEqual(closed["labels"], new["labels"], "what is closed is what fires")


class Failures(unittest.TestCase):
    def ending(self, plugin, status, body=None):
        _, _, end = converse(plugin, MESSAGES["opened-stale"], lambda ask: (status, body or {}))
        return end.get("error", {}).get("kind", "done"), end.get("error", {}).get("retry_after_ms")

    def test_statuses_mean_retry_final_or_gone(self):
        for plugin in ("slack", "discord", "teams", "pagerduty", "alertmanager", "github-issue"):
            self.assertEqual([self.ending(plugin, status)[0] for status in
                              (400, 403, 404, 410, 429, 500, 503)],
                             ["final", "final", "final", "gone", "retry", "retry", "retry"], plugin)

    def test_discord_says_in_its_body_how_long_to_wait(self):
        self.assertEqual(self.ending("discord", 429, {"retry_after": 1.5, "global": False}),
                         ("retry", 1501))

    def test_mail_replies_of_4xx_are_tried_again(self):
        self.assertEqual([self.ending("email", status)[0] for status in (250, 421, 451, 550, 0)],
                         ["done", "retry", "retry", "final", "retry"])

    def test_settings_that_are_missing_are_named(self):
        for plugin, word in (("email", "from"), ("github-issue", "repo")):
            _, _, end = converse(plugin, MESSAGES["test"], settings={"x": 1})
            self.assertEqual(end["error"]["kind"], "final")
            self.assertIn(word, end["error"]["text"])


class Issues(unittest.TestCase):
    """GitHub as it behaves (docs.github.com/rest/issues), in a dictionary."""

    def setUp(self):
        self.issues = {}
        self.comments = []
        self.asked = []
        self.fail_comments = 0

    def answer(self, ask):
        body = json.loads(ask["body"]) if ask.get("body") else {}
        self.asked.append("%s %s" % (ask["method"], ask["path"].split("?")[0]))
        if ask["method"] == "GET":
            return 200, list(self.issues.values())
        if ask["path"].endswith("/comments"):
            if self.fail_comments:
                self.fail_comments -= 1
                return 502, {}
            self.comments.append(body["body"])
            return 201, {"id": len(self.comments)}
        if ask["method"] == "POST":
            number = 40 + len(self.issues)
            self.issues[number] = dict(body, number=number, state="open")
            return 201, self.issues[number]
        number = int(ask["path"].rsplit("/", 1)[1])
        if number not in self.issues:
            return 404, {"message": "Not Found"}
        self.issues[number].update(body)
        return 200, self.issues[number]

    def deliver(self, name, memory=None):
        _, memory, end = converse("github-issue", MESSAGES[name], self.answer, memory)
        return memory, end

    def test_one_notice_is_one_issue_from_its_opening_to_its_end(self):
        memory, _ = self.deliver("opened-stale")
        self.assertEqual(memory["number"], 40)
        memory, _ = self.deliver("reminder", memory)
        memory, _ = self.deliver("resolved", memory)
        self.assertEqual(len(self.issues), 1)
        self.assertEqual((self.issues[40]["state"], self.issues[40]["state_reason"]),
                         ("closed", "completed"))
        self.assertEqual(len(self.comments), 2)

    def test_a_lost_memory_is_found_again_by_the_marker(self):
        self.deliver("opened-stale")
        self.deliver("opened-swap")
        memory, _ = self.deliver("updated")
        self.assertEqual(memory["number"], 40)
        self.deliver("superseded")
        self.assertEqual(len(self.issues), 2)
        self.assertEqual(self.issues[40]["state_reason"], "not_planned")
        self.assertEqual(self.issues[41]["state"], "open")

    def test_what_was_half_done_is_not_done_twice(self):
        memory, _ = self.deliver("opened-stale")
        self.fail_comments = 1
        memory, end = self.deliver("reminder", memory)
        self.assertEqual(end["error"]["kind"], "retry")
        memory, end = self.deliver("reminder", memory)
        memory, end = self.deliver("reminder", memory)
        self.assertEqual(len(self.comments), 1)

    def test_an_issue_that_was_deleted_is_opened_anew_and_never_to_be_closed(self):
        memory, _ = self.deliver("opened-stale")
        self.issues.clear()
        _, end = self.deliver("resolved", memory)
        self.assertEqual((end, len(self.issues)), ({"done": {}}, 0))
        memory, _ = self.deliver("reminder", memory)
        self.assertEqual(len(self.issues), 1)

    def test_a_test_message_leaves_nothing_open(self):
        self.deliver("test")
        self.assertEqual([issue["state"] for issue in self.issues.values()], ["closed"])


class Types(unittest.TestCase):
    """Slack's, Discord's and PagerDuty's payloads compile as their published types, Teams' cards are
    parsed by the library that shows them."""

    @classmethod
    def setUpClass(cls):
        npm.install("npm-sinks", PACKAGES)

    def bodies(self, plugin):
        return [ask["body"] for event in MESSAGES.values()
                for ask in converse(plugin, event)[0]]

    def compiles(self, plugin, head, name):
        """name: the type of a payload, or what gives it."""
        type_of = name if callable(name) else lambda body: name
        path = os.path.join(NPM, plugin + ".ts")
        with open(path, "w", encoding="utf-8") as file:
            file.write(head)
            for number, body in enumerate(self.bodies(plugin)):
                file.write("export const m%d: %s = %s;\n" % (number, type_of(body), body))
        done = subprocess.run(
            [os.path.join("node_modules", ".bin", "tsc"), "--noEmit", "--strict", "--skipLibCheck",
             "--module", "node16", "--moduleResolution", "node16", plugin + ".ts"],
            cwd=NPM, stdout=subprocess.PIPE, text=True, timeout=240)
        self.assertEqual(done.returncode, 0, done.stdout[:3000])

    def test_slack(self):
        self.compiles("slack", "import type { KnownBlock } from '@slack/types';\n"
                      "type Message = { text: string; blocks: KnownBlock[] };\n", "Message")

    def test_discord(self):
        self.compiles("discord", "import type { RESTPostAPIWebhookWithTokenJSONBody } from "
                      "'discord-api-types/v10';\n", "RESTPostAPIWebhookWithTokenJSONBody")

    def test_pagerduty(self):
        """What Events API v2 (2026) says otherwise than the types of this client: an acknowledgement
        and a resolution need no payload, a change no links, and there is a client."""
        def type_of(body):
            action = json.loads(body).get("event_action")
            return {"trigger": "Trigger", None: "Change"}.get(action, "Move")
        self.compiles("pagerduty",
                      "import type { ChangePayload, EventPayloadV2 } from "
                      "'@pagerduty/pdjs/build/src/events.js';\n"
                      "type Trigger = EventPayloadV2 & { client?: string };\n"
                      "type Move = Omit<EventPayloadV2, 'payload'>;\n"
                      "type Change = Omit<ChangePayload, 'links'> & "
                      "Partial<Pick<ChangePayload, 'links'>>;\n", type_of)

    def test_teams(self):
        cards = "\n".join(self.bodies("teams"))
        done = subprocess.run(["node", os.path.join(HERE, "cards.cjs")], input=cards, text=True,
                              cwd=NPM, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout[:3000])
        self.assertEqual(done.stdout, "%d cards\n" % len(cards.splitlines()))


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        for sink in SETTINGS:
            with open(os.path.join(DATA, sink + ".golden"), "w", encoding="utf-8") as out:
                out.write(written(sink))
    else:
        main()

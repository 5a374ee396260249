#!/usr/bin/python3
"""The control API against its description: every route is described, every described one answers,
and answers are what the description says. And `basewatch events`, which follows them."""
import json
import os
import re
import subprocess
import sys

from harness import BIN, SKIPPED, SOURCE, Case, deployment, main, openai_list, wait_for

try:
    import yaml
except ImportError:
    print("skipped: there is no python3-yaml to read the description with")
    sys.exit(SKIPPED)

METHODS = {"get", "post", "put", "patch", "delete"}
TYPES = {"object": [dict], "array": [list], "string": [str], "integer": [int], "boolean": [bool],
         "number": [int, float], "null": [type(None)]}
PAID = json.dumps({"usd": "12.50", "on": "2026-01-02"})
TUNED = "ft:gpt-4.1-mini-2025-04-14:acme:triage:9xYz"


def read_description():
    with open(os.path.join(SOURCE, "schema", "openapi.yaml"), encoding="utf-8") as file:
        return yaml.safe_load(file)


def operations(description):
    return [(method.upper(), path, operation)
            for path, item in description["paths"].items()
            for method, operation in item.items() if method in METHODS]


class Api(Case):
    @classmethod
    def setUpClass(cls):
        cls.description = read_description()

    def setUp(self):
        self.hooks = self.receiver()
        self.basewatch = self.daemon(deployments=[
            deployment("chat", "prompt", "gpt-4.1-mini"),
            deployment("tuned", "fine-tuned", TUNED)])
        self.basewatch.write("openai.json", openai_list(
            ["gpt-4.1-mini", "gpt-4.1-mini-2025-04-14", "gpt-5-mini", "gpt-5-mini-2025-08-07"]))
        account = self.server(lambda request: (
            200, {}, b"tall-9\n" if request.path == "/ids.txt" else b"job-1\n"))
        self.basewatch.configure(
            sources=[self.basewatch.file_source("openai", "openai", platform="openai"),
                     dict(name="account", platform="acme", url=account.url,
                          plugin=os.path.join(SOURCE, "tests/data/plugins/inventory.sh"))],
            sinks=[self.basewatch.sink(self.hooks)], evals={"running": 10})
        self.basewatch.start()
        self.basewatch.poll()

    def test_a_waiver_is_listed_with_what_falls_under_it(self):
        def used():
            rows = self.basewatch.json("notices", "--waived")["waivers"]
            return [(row["deployment"], row["decision"], row["used"]) for row in rows]
        notice = next(row for row in self.basewatch.rows("notices") if row["deployment"] == "chat")
        self.assertEqual(used(), [])
        self.basewatch.cli("notices", "waive", notice["id"], "--until", "30d", "--reason", "no")
        self.assertEqual(used(), [("chat", "waived", True)])
        self.basewatch.configure(deployments=[])
        self.basewatch.reload()
        wait_for(lambda: used() == [("chat", "waived", False)], "a waiver without a notice")
        self.assertIn("--until T is missing", self.basewatch.run(
            "notices", "waive", notice["id"], "--reason", "no").stderr)

    def call(self, method, target, body=""):
        head, text = self.basewatch.ask(method, target, body)
        return int(head.split()[1]), self.header(head, "content-type"), text

    def header(self, head, name):
        found = re.search(r"(?i)^%s: ([^;\r]*)" % name, head, re.M)
        return found and found.group(1)

    def resolve(self, schema):
        while "$ref" in schema:
            node = self.description
            for step in schema["$ref"].lstrip("#/").split("/"):
                node = node[step]
            schema = node
        return schema

    def check(self, value, schema, where):
        schema = self.resolve(schema)
        if "const" in schema:
            self.assertEqual(value, schema["const"], where)
        if "type" in schema:
            kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
            self.assertIn(type(value), [fits for kind in kinds for fits in TYPES[kind]], where)
        if "pattern" in schema:
            self.assertRegex(value, schema["pattern"], where)
        if isinstance(value, dict):
            known = schema.get("properties", {})
            required = schema.get("required", [])
            self.assertEqual([name for name in required if name not in value], [], where)
            if known and set(known) == set(required):
                self.assertEqual(set(value) - set(known), set(), where)
            for name, member in value.items():
                if name in known:
                    self.check(member, known[name], where + "/" + name)
        if isinstance(value, list):
            for number, item in enumerate(value):
                self.check(item, schema.get("items", {}), "%s/%d" % (where, number))

    def test_every_route_is_described_and_nothing_else_is(self):
        with open(os.path.join(SOURCE, "daemon", "engine", "api.c"), encoding="utf-8") as file:
            routes = {(method or "GET", path) for method, path in re.findall(
                r'(?:READ\(|WRITE\("([A-Z]+)", )"(/[^"]*)", bw_api_', file.read())}
        numbered = ("/notices/", "/deliveries/", "/evals/", "/actuals/")
        described = {(method, re.sub(r"\{[a-z]+\}", "*", re.sub(
            r"(%s)\{id\}" % "|".join(numbered), r"\1#", path)))
                     for method, path, _ in operations(self.description)}
        self.assertGreater(len(routes), 20)
        self.assertEqual(described, routes)
        names = [operation["operationId"] for _, _, operation in operations(self.description)]
        self.assertEqual(len(names), len(set(names)))

    def eval_request(self, path):
        """A job in the state that the request wants, and its body."""
        name = "judged" + path.replace("/", "-").strip("-").replace("{id}", "id")
        trigger = "ci" if path.endswith("/token") else "runner"
        self.call("POST", "/v1/deployments", json.dumps(
            dict(name=name, technique="prompt", platform="openai", model="gpt-4.1-mini",
                 evals=dict(suite=name, trigger=trigger))))
        start = json.dumps({"deployment": name})
        lease = json.dumps({"runner": "r", "suites": [name]})
        if path == "/v1/evals":
            return path, start
        job = json.loads(self.call("POST", "/v1/evals", start)[2])["id"]
        if path == "/v1/evals/lease":
            return path, lease
        body = {"reason": "enough"}
        if path.endswith(("/renew", "/report")):
            token = json.loads(self.call("POST", "/v1/evals/lease", lease)[2])["job"]["token"]
            body = {"token": token}
        if path.endswith("/report"):
            body.update(outcome="failed", reason="it could not be run")
        if path.endswith("/token"):
            body = {}
        return path.format(id=job), json.dumps(body)

    def request_for(self, method, path):
        """A request that fits, and its body."""
        if path.startswith("/v1/evals") and (method == "POST" or path.endswith("}")):
            return self.eval_request(path)
        notice = self.basewatch.rows("notices")[0]["id"]
        wait_for(lambda: self.basewatch.rows("deliveries"), "a delivery")
        delivery = self.basewatch.rows("deliveries")[0]["id"]
        new = dict(technique="prompt", platform="openai", model="gpt-4.1-mini")
        bodies = {
            ("POST", "/v1/deployments"): json.dumps(dict(new, name="added")),
            ("POST", "/v1/deployments/import"): json.dumps(dict(new, name="many")) + "\n",
            ("POST", "/v1/notices/{id}/{action}"): json.dumps({"reason": "seen"}),
            ("POST", "/v1/sources/poll"): json.dumps({"name": "openai"}),
            ("POST", "/v1/findings/{id}/adopt"): json.dumps({"name": "adopted"}),
            ("POST", "/v1/deployments/{name}/actuals"): PAID,
        }
        name = ("openai" if "/sources/" in path else "ops" if "/sinks/" in path else
                "tuned" if path.endswith("/worth") else
                "removable" if method == "DELETE" else "chat")
        if method == "DELETE":
            self.call("POST", "/v1/deployments", json.dumps(dict(new, name=name)))
        id_ = ("gpt-5-mini" if "/models/" in path else "job-1" if "/findings/" in path else
               delivery if "/deliveries/" in path else
               self.paid() if "/actuals/" in path else notice)
        target = path.format(name=name, id=id_, action="ack")
        return target, bodies.get((method, path), "")

    def paid(self):
        """The id of a sum that was recorded."""
        return json.loads(self.call("POST", "/v1/deployments/chat/actuals", PAID)[2])["id"]

    def test_every_described_one_answers_as_described(self):
        for method, path, operation in operations(self.description):
            where = "%s %s" % (method, path)
            target, body = self.request_for(method, path)
            status, content_type, text = self.call(method, target, body)
            content = operation["responses"]["200"]["content"]
            if path.endswith("/retry"):
                self.assertIn(status, (200, 409), where)
            elif path.endswith("/accept"):
                self.assertEqual(status, 409, where + text)
            else:
                self.assertEqual(status, 200, where + ": " + text)
            if status != 200:
                content = self.description["components"]["responses"]["Problem"]["content"]
            self.assertIn(content_type, content, where)
            if content_type.endswith("json"):
                self.check(json.loads(text), content[content_type]["schema"], where)

    def parameters(self, operation):
        rows = [self.resolve(row) for row in operation.get("parameters", [])]
        return {row["name"]: self.resolve(row["schema"]) for row in rows if row["in"] == "query"}

    def test_queries_are_known_as_described(self):
        for method, path, operation in operations(self.description):
            target, body = self.request_for(method, path)
            known = self.parameters(operation)

            def refused(query):
                status, _, text = self.call(method, target + query, body)
                self.assertEqual(status, 400, "%s %s%s: %s" % (method, target, query, text))
                return json.loads(text)["detail"].split(": ")
            names = refused("?nonsense=1")
            self.assertEqual(names[:2], ["nonsense", "not known here; known"])
            self.assertEqual(set(names[2].split(", ")), set(known) or {"none"}, path)
            for name, schema in known.items():
                if "enum" in schema:
                    words = refused("?%s=nonsense" % name)
                    self.assertEqual(words[0], name)
                    self.assertEqual(words[2].split(", "), schema["enum"], path)
                elif schema["type"] == "integer":
                    self.assertIn("1 to %d" % schema["maximum"], refused("?%s=x" % name)[1])

    def test_what_is_known_already_is_not_sent_again(self):
        for target in ("/v1/notices", "/v1/deployments/chat", "/v1/feed.atom"):
            head, text = self.basewatch.ask("GET", target)
            etag = self.header(head, "etag")
            self.assertRegex(etag, r'^"[0-9a-f]{16}"$')
            for named in (etag, '"0", W/%s' % etag, "*"):
                head, nothing = self.basewatch.ask("GET", target,
                                                   headers="If-None-Match: %s\r\n" % named)
                self.assertEqual((head.split()[1], nothing, self.header(head, "etag")),
                                 ("304", "", etag), target)
            head, again = self.basewatch.ask("GET", target, headers='If-None-Match: "0"\r\n')
            self.assertEqual((head.split()[1], again), ("200", text))
        known = self.header(self.basewatch.ask("GET", "/v1/notices")[0], "etag")
        notice = self.basewatch.rows("notices")[0]["id"]
        self.basewatch.cli("notices", "ack", notice, "--reason", "seen")
        head, _ = self.basewatch.ask("GET", "/v1/notices", headers="If-None-Match: %s\r\n" % known)
        self.assertEqual(head.split()[1], "200")

    def test_what_has_changed_since_it_was_seen_is_left_alone(self):
        def status(method, target, etag, body=""):
            return int(self.basewatch.ask(method, target, body, "If-Match: %s\r\n" % etag)[0]
                       .split()[1])
        new = dict(technique="prompt", platform="openai", model="gpt-4.1-mini", name="mine")
        self.call("POST", "/v1/deployments", json.dumps(dict(new, owner="a")))
        seen = self.header(self.basewatch.ask("GET", "/v1/deployments/mine")[0], "etag")
        self.call("POST", "/v1/deployments", json.dumps(dict(new, owner="b")))
        self.assertEqual(status("DELETE", "/v1/deployments/mine", seen), 412)
        seen = self.header(self.basewatch.ask("GET", "/v1/deployments/mine")[0], "etag")
        self.assertEqual(status("DELETE", "/v1/deployments/mine", seen), 200)
        notice = "/v1/notices/" + self.basewatch.rows("notices")[0]["id"]
        seen = self.header(self.basewatch.ask("GET", notice)[0], "etag")
        body = json.dumps({"reason": "x"})
        self.assertEqual(status("POST", notice + "/ack", seen, body), 200)
        self.assertEqual(status("POST", notice + "/resolve", seen, body), 412)
        self.assertEqual(status("POST", notice + "/resolve", "*", body), 200)
        self.assertEqual(status("POST", "/v1/sources/poll", seen, "{}"), 400)

    def test_head_is_get_without_its_body_and_405_says_what_there_is(self):
        head, text = self.basewatch.ask("HEAD", "/v1/notices")
        whole, body = self.basewatch.ask("GET", "/v1/notices")
        self.assertEqual((head.split()[1], text), ("200", ""))
        for name in ("etag", "content-type", "content-length"):
            self.assertEqual(self.header(head, name), self.header(whole, name), name)
        self.assertEqual(self.header(head, "content-length"), str(len(body.encode())))
        for target, allow in (("/v1/deployments", "GET, HEAD, POST"), ("/v1/status", "GET, HEAD"),
                              ("/v1/deployments/chat", "GET, HEAD, DELETE"),
                              ("/v1/sinks/ops/test", "POST")):
            head, _ = self.basewatch.ask("PUT", target)
            self.assertEqual((head.split()[1], self.header(head, "allow")), ("405", allow))

    def test_refusals_are_problems(self):
        for method, target, body, wanted in (
                ("GET", "/v1/nothing", "", 404), ("PUT", "/v1/status", "", 405),
                ("GET", "/v1/deployments/nobody", "", 404), ("POST", "/v1/deployments", "[", 400),
                ("DELETE", "/v1/deployments/chat", "", 409)):
            status, content_type, text = self.call(method, target, body)
            self.assertEqual((status, content_type), (wanted, "application/problem+json"), target)
            problem = json.loads(text)
            self.check(problem, {"$ref": "#/components/schemas/Problem"}, target)
            self.assertEqual(problem["status"], wanted)

    def said_file(self):
        file = open(self.basewatch.path("said"), "wb")
        self.addCleanup(file.close)
        return file

    def basewatch_said(self):
        with open(self.basewatch.path("said"), encoding="utf-8") as file:
            return file.read()

    def test_events_are_listed_and_followed(self):
        opened = self.basewatch.rows("events")
        self.assertEqual({event["event"] for event in opened}, {"opened"})
        self.assertEqual({event["deployment"] for event in opened}, {"chat", "tuned"})
        with open(self.basewatch.path("followed"), "wb") as out:
            follower = subprocess.Popen(
                [os.path.join(BIN, "basewatch"), "--socket", self.basewatch.path("control.sock"),
                 "events", "--follow", "--json"], stdin=subprocess.DEVNULL, stdout=out,
                stderr=self.said_file())
        try:
            def followed():
                with open(self.basewatch.path("followed"), encoding="utf-8") as file:
                    return [json.loads(line) for line in file.read().splitlines()]
            # It begins at the end; which moment that is, only its first line tells.
            notice = self.basewatch.rows("notices")[0]["id"]
            numbers = iter(range(1000))

            def told():
                self.call("POST", "/v1/notices/%s/snooze" % notice, json.dumps(
                    {"reason": "round %d" % next(numbers), "until": "2999-01-01"}))
                return followed()
            wait_for(told, "the follower's first line")
            self.assertEqual(followed()[0]["event"], "snoozed")
            self.assertEqual(followed()[0]["notice"], notice)
            self.assertTrue(followed()[0]["actor"].startswith("uid:"))
            # A restart costs nothing: it goes on behind what it has.
            seen = len(followed())
            self.basewatch.stop()
            wait_for(lambda: "trying again" in self.basewatch_said(), "the follower's warning")
            self.basewatch.start()
            self.call("POST", "/v1/notices/%s/reopen" % notice, json.dumps({"reason": "again"}))
            wait_for(lambda: len(followed()) > seen, "an event of the daemon after its restart")
            events = [(row["event"], row["id"]) for row in followed()]
            self.assertEqual(events[-1][0], "reopened")
            self.assertEqual(len(events), len(set(events)))
            self.assertEqual(self.basewatch_said().count("trying again"), 1)
        finally:
            follower.terminate()
            follower.wait()
        self.assertEqual(self.basewatch.rows("sinks", "--plugin", "webhook", "--state", "ok"),
                         self.basewatch.rows("sinks"))
        self.assertEqual(self.basewatch.rows("sinks", "--state", "disabled"), [])
        self.assertEqual(self.basewatch.cli("sinks").splitlines()[1].split()[:3],
                         ["ops", "webhook", "ok"])
        table = self.basewatch.cli("events")
        self.assertEqual(table.splitlines()[0].split()[:3], ["AT", "EVENT", "NOTICE"])
        self.assertEqual(self.basewatch.run("events", "--after", "1").returncode, 2)
        self.assertIn("after: 'x' is not a number",
                      self.basewatch.run("events", "--follow", "--after", "x").stderr)
        notice = self.basewatch.rows("notices")[0]
        self.assertEqual({row["notice"] for row in self.basewatch.rows(
            "events", "--notice", notice["id"], "--deployment", notice["deployment"])}, {notice["id"]})
        self.assertEqual({row["actor"] for row in self.basewatch.rows("events", "--actor", "basewatch")},
                         {"basewatch"})


if __name__ == "__main__":
    main()

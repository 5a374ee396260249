#!/usr/bin/python3
"""Sources that misbehave: nothing changes but what `sources` shows, and all is well afterwards."""
import json
import os
import socket
import time

from harness import (SOURCE, Case, anthropic_list, deployment, main, openai_list, serve, wait_for)

MODELS = ["gpt-4o-2024-08-06", "gpt-4o-mini-2024-07-18", "gpt-5-2025-08-07", "gpt-5-mini-2025-08-07",
          "text-embedding-3-large"]
GOOD = openai_list(MODELS)


def plain(status, body=b"", **headers):
    return lambda request: (status, {name.replace("_", "-"): value
                                     for name, value in headers.items()}, body)


def cut_short(request):
    return 200, {"content-length": str(len(GOOD))}, lambda handler: (
        handler.end_headers(), handler.wfile.write(GOOD[:len(GOOD) // 2]))


def reset(request):
    def hang_up(handler):
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        handler.connection.shutdown(socket.SHUT_RDWR)
    return 200, {}, hang_up


def hang(request):
    return 200, {"content-length": str(len(GOOD))}, lambda handler: (
        handler.end_headers(), handler.wfile.write(GOOD[:10]), handler.wfile.flush(), time.sleep(4))


def huge(request):
    def pour(handler):
        handler.send_header("content-length", str(30 << 20))
        handler.end_headers()
        for _ in range(30):
            handler.wfile.write(b" " * (1 << 20))
    return 200, {}, pour


def huge_without_length(request):
    def pour(handler):
        handler.send_header("connection", "close")
        handler.end_headers()
        for _ in range(30):
            handler.wfile.write(b" " * (1 << 20))
    return 200, {}, pour


FAULTS = {
    "a body cut short": cut_short,
    "a connection reset": reset,
    "an empty list": serve(openai_list([])),
    "an empty body": serve(b""),
    "an HTML error page": serve(b"<html><body>Sign in</body></html>", content_type="text/html"),
    "a 500": plain(500, b"oops"),
    "a 503 with Retry-After": plain(503, b"", retry_after="7200"),
    "a 429 with Retry-After": plain(429, b"{}", retry_after="7200"),
    "a 401": plain(401, b'{"error":{"message":"Incorrect API key provided: sk-abc"}}'),
    "a 404": plain(404, b"not here"),
    "a 204": plain(204),
    "a 304 nobody asked for": plain(304),
    "a hang": hang,
    "a body of 30 MB": huge,
    "a body of 30 MB without a length": huge_without_length,
    "bad JSON": serve(b'{"object":"list","data":[{"id":"gpt-5"'),
    "JSON of another shape": serve(b'{"data":{"id":"gpt-9"}}'),
    "rows without ids": serve(b'{"object":"list","data":[{"object":"model"}]}'),
    "a row with a wrong type": serve(b'{"object":"list","data":[{"id":7}]}'),
    "a list of nothing but numbers": serve(b"[1,2,3]"),
    "bytes that are no UTF-8": serve(b'{"object":"list","data":[{"id":"gpt-\xff\xfe"}]}'),
    "JSON nested to death": serve(b'{"data":' + b"[" * 100000 + b"]" * 100000 + b"}"),
    "an id with control characters": serve(b'{"data":[{"id":"gpt-5\\u001b[2J\\n"}]}'),
    "an id of a megabyte": serve(b'{"data":[{"id":"' + b"g" * (1 << 20) + b'"}]}'),
    "most models missing": serve(openai_list(MODELS[:2])),
    "a base in use missing": serve(openai_list([m for m in MODELS if m != "gpt-4o-2024-08-06"])),
    "a million rows": serve(openai_list(["m%d" % n for n in range(150000)])),
}


class Faults(Case):
    def setUp(self):
        self.api = self.server(serve(GOOD))
        self.hooks = self.receiver()
        self.basewatch = self.daemon()
        self.basewatch.write("openai.key", "sk-secret-of-the-tests", 0o600)
        self.basewatch.configure(
            sources=[dict(name="openai", plugin="openai", platform="openai", timeout="2s",
                          url=self.api.url + "/v1", credential={"file": "openai.key"})],
            sinks=[self.basewatch.sink(self.hooks)],
            deployments=[deployment("chat", "prompt", "gpt-4o-2024-08-06"),
                         deployment("tuned", "fine-tuned", "ft:gpt-4o-mini-2024-07-18:acme:t:1"),
                         deployment("new", "prompt", "gpt-5-2025-08-07")])

    def begin(self):
        self.basewatch.start()
        self.assertEqual(self.basewatch.poll()["openai"]["state"], "ok")
        wait_for(lambda: self.hooks.messages, "the baseline's message")
        return self.basewatch.facts()

    def test_a_fault_changes_nothing_but_the_source(self):
        before = self.begin()
        for name, fault in FAULTS.items():
            with self.subTest(name):
                self.api.answer = fault
                for _ in range(2):  # the second time it may look like "no change"
                    row = self.basewatch.poll()["openai"]
                    self.assertIn(row["state"], ("failing", "held"))
                    self.assertTrue(row["detail"])
                    self.assertEqual(row["entries"], len(MODELS))
                    told = [notice for notice in self.basewatch.rows("notices")
                            if notice["kind"] != "source-failing"]
                    self.assertEqual(told, [notice for notice in json.loads(before[1])["notices"]])
                    self.assertEqual(self.basewatch.cli("deployments", "--json"), before[0])
                    self.assertEqual(self.basewatch.cli("models", "--json"), before[2])
                self.api.answer = serve(GOOD)
                row = self.basewatch.poll()["openai"]
                self.assertEqual((row["state"], row["detail"]), ("ok", None))
        self.assertNotIn("sk-secret", self.basewatch.text())
        self.assertEqual(self.basewatch.cli("notices", "--state", "open", "--json"), before[1])

    def test_retry_after_is_kept_to(self):
        self.begin()
        self.api.answer = plain(429, b"{}", retry_after="86400")
        row = self.basewatch.poll()["openai"]
        attempt = time.mktime(time.strptime(row["last_attempt_at"], "%Y-%m-%dT%H:%M:%SZ"))
        after = time.mktime(time.strptime(row["next_at"], "%Y-%m-%dT%H:%M:%SZ"))
        self.assertGreaterEqual(after - attempt, 86400)

    def test_a_redirect_to_another_origin_is_not_followed(self):
        before = self.begin()
        elsewhere = self.server(serve(openai_list(MODELS + ["gpt-6-2026-01-01"])))
        self.api.answer = plain(302, b"", location=elsewhere.url + "/v1/models")
        self.assertEqual(self.basewatch.poll()["openai"]["state"], "failing")
        self.assertEqual(elsewhere.requests, [])
        self.assertEqual(self.basewatch.facts(), before)

    def test_a_redirect_inside_the_origin_is_followed(self):
        self.begin()
        moved = serve(GOOD)

        def answer(request):
            if request.path.startswith("/new/"):
                return moved(request)
            return 307, {"location": "/new/models"}, b""
        self.api.answer = answer
        self.assertEqual(self.basewatch.poll()["openai"]["state"], "ok")

    def test_another_order_is_no_change(self):
        before = self.begin()
        changed_at = self.basewatch.source("openai")["changed_at"]
        self.api.answer = serve(openai_list(MODELS[::-1]))
        self.assertEqual(self.basewatch.poll()["openai"]["state"], "ok")
        self.assertEqual(self.basewatch.source("openai")["changed_at"], changed_at)
        self.assertEqual(self.basewatch.facts(), before)

    def test_a_wrong_credential_recovers_when_the_key_file_is_right_again(self):
        def answer(request):
            good = request.headers.get("authorization") == "Bearer sk-secret-of-the-tests"
            return (200, {}, GOOD) if good else (401, {}, b'{"error":{"message":"bad key"}}')
        self.api.answer = answer
        before = self.begin()
        self.basewatch.write("openai.key", "sk-wrong", 0o600)
        row = self.basewatch.poll()["openai"]
        self.assertEqual(row["state"], "failing")
        self.assertIn("401", row["detail"])
        self.assertEqual(self.basewatch.facts(), before)
        self.basewatch.write("openai.key", "sk-secret-of-the-tests\n", 0o600)
        self.assertEqual(self.basewatch.poll()["openai"]["state"], "ok")

    def test_a_server_that_is_gone(self):
        self.api.answer = plain(200, GOOD, connection="close")
        before = self.begin()
        port = self.api.port
        self.api.close()
        row = self.basewatch.poll()["openai"]
        self.assertEqual(row["state"], "failing")
        self.assertNotIn(str(port) + "/v1", row["detail"])
        self.assertEqual(self.basewatch.facts(), before)


class Unchanged(Case):
    """The plugin says a line each time it runs, and the daemon's log repeats it."""

    def setUp(self):
        self.api = self.server(serve(b'{"models":["m1","m2"]}'))
        self.basewatch = self.daemon()
        plugin = self.basewatch.path("plugin.py")
        with open(os.path.join(SOURCE, "tests/data/plugins/good.py"), encoding="utf-8") as file:
            self.basewatch.write("plugin.py", file.read(), 0o755)
        self.basewatch.configure(sources=[dict(name="api", plugin=plugin, platform="acme",
                                               url=self.api.url)])

    def runs(self):
        return self.basewatch.text().count("listed 1 pages")

    def polls(self, answer, changed):
        self.api.answer = answer
        before, asked = self.runs(), len(self.api.requests)
        row = self.basewatch.poll()["api"]
        self.assertEqual(row["state"], "ok")
        self.assertGreater(len(self.api.requests), asked)
        self.assertEqual(self.runs() - before, changed)

    def test_no_child_is_started_when_nothing_changed(self):
        body = b'{"models":["m1","m2"]}'
        self.api.answer = serve(body, '"1"')
        self.basewatch.start()
        self.basewatch.poll()
        self.assertEqual(self.runs(), 1)
        self.polls(serve(body, '"1"'), 0)         # 304
        self.polls(serve(body, '"2"'), 0)         # another validator, the same bytes
        self.polls(serve(body), 0)                # none at all
        self.polls(serve(b'{"models":["m1","m2","m3"]}', '"3"'), 1)
        self.polls(serve(b'{"models":["m1","m2","m3"]}', '"3"'), 0)

    def test_a_list_that_was_not_taken_is_never_unchanged(self):
        self.basewatch.start()
        self.basewatch.poll()
        self.api.answer = serve(b'{"models":[]}', '"2"')
        for _ in range(3):
            row = self.basewatch.poll()["api"]
            self.assertEqual((row["state"], row["entries"]), ("held", 2))

    def test_two_pages_are_unchanged_together(self):
        pages = {"/list?page=1": b'{"models":["m1"],"next":"/list?page=2"}',
                 "/list?page=2": b'{"models":["m2"]}'}

        def answer(request):
            return 200, {}, pages[request.path]
        self.api.answer = answer
        self.basewatch.start()
        self.basewatch.poll()
        log = self.basewatch.text
        self.assertEqual(log().count("listed 2 pages"), 1)
        self.assertEqual(self.basewatch.poll()["api"]["state"], "ok")
        self.assertEqual(log().count("listed 2 pages"), 1)
        pages["/list?page=2"] = b'{"models":["m2","m3"]}'
        self.assertEqual(self.basewatch.poll()["api"]["entries"], 3)
        self.assertEqual(log().count("listed 2 pages"), 2)


class Files(Case):
    def test_a_file_that_vanishes_or_is_cut_changes_nothing(self):
        daemon = self.daemon(deployments=[
            deployment("help", "prompt", "claude-sonnet-4-5-20250929", "anthropic")])
        rows = [{"id": "claude-sonnet-4-5-20250929"}, {"id": "claude-opus-4-5-20251101"}]
        daemon.configure(sources=[daemon.file_source("anthropic", "anthropic")])
        daemon.write("anthropic.json", anthropic_list(rows))
        daemon.start()
        self.assertEqual(daemon.poll()["anthropic"]["state"], "ok")
        before = daemon.facts()
        os.unlink(daemon.path("anthropic.json"))
        self.assertEqual(daemon.poll()["anthropic"]["state"], "failing")
        daemon.write("anthropic.json", anthropic_list(rows)[:-20])
        self.assertEqual(daemon.poll()["anthropic"]["state"], "failing")
        os.unlink(daemon.path("anthropic.json"))
        os.mkdir(daemon.path("anthropic.json"))
        self.assertEqual(daemon.poll()["anthropic"]["state"], "failing")
        os.rmdir(daemon.path("anthropic.json"))
        os.mkfifo(daemon.path("anthropic.json"))
        self.assertEqual(daemon.poll()["anthropic"]["state"], "failing")
        os.unlink(daemon.path("anthropic.json"))
        daemon.write("anthropic.json", anthropic_list(rows))
        self.assertEqual(daemon.poll()["anthropic"]["state"], "ok")
        self.assertEqual(daemon.facts(), before)


if __name__ == "__main__":
    main()

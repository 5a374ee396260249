#!/usr/bin/python3
"""Recorded histories of real catalogs, played through the daemon from files and over HTTP."""
import glob
import json
import os
import re
import urllib.parse

from harness import REFERENCE, Case, deployment, main, skip_without_reference

PAGE = 4  # models a page, where the provider pages
# What makes a model another product than its neighbour, whatever its version.
PRODUCTS = re.compile(
    r"opus|sonnet|haiku|mini|nano|pro\b|max|codex|chat|instruct|16k|search|research|image|audio"
    r"|realtime|transcribe|tts|whisper|embedding|moderation|dall-e|sora|video|vision|preview|fast"
    r"|code|build|agent|non-reasoning")  # Grok reasons unless its name denies it
NO_TEXT = re.compile(r"image|audio|realtime|transcri|tts|whisper|embedding|moderation|dall-e|sora"
                     r"|video|preview|computer")


def history(provider):
    """The rows of each day on which the list changed."""
    days = sorted(glob.glob(os.path.join(REFERENCE, "providers/recorded", provider, "history",
                                         "models_*.json")))
    for day in days:
        with open(day, encoding="utf-8") as file:
            yield json.load(file)["data"]


def products(model):
    return sorted(PRODUCTS.findall(model))


def family(model):
    """The word before the first digit: gpt, o, claude, grok. Codex has been a GPT since it has a version."""
    return re.match(r"[a-z]+", model.replace("codex-mini-latest", "gpt")).group(0)


class ByFile:
    """The list as one document behind file://."""

    def __init__(self, test, provider):
        self.provider = provider

    def source(self, daemon):
        self.daemon = daemon
        return daemon.file_source(self.provider, self.provider, platform=self.provider)

    def show(self, rows):
        self.daemon.write(self.provider + ".json",
                          json.dumps({"object": "list", "data": rows, "has_more": False}))


class ByHttp:
    """The list as the provider serves it: Anthropic's in pages, each with a validator."""

    def __init__(self, test, provider):
        self.provider = provider
        self.server = test.server(self.answer)

    def source(self, daemon):
        daemon.write("key", "a key", 0o600)
        return dict(name=self.provider, plugin=self.provider, platform=self.provider,
                    url=self.server.url + "/v1", credential={"file": "key"})

    def show(self, rows):
        self.rows = rows

    def answer(self, request):
        url = urllib.parse.urlsplit(request.path)
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        if url.path != "/v1/models" or "a key" not in (bearer, request.headers.get("x-api-key")):
            return 401, {}, b'{"error":{"message":"no"}}'
        rows, more = self.rows, False
        if self.provider == "anthropic":
            after = urllib.parse.parse_qs(url.query).get("after_id", [None])[0]
            start = [row["id"] for row in rows].index(after) + 1 if after else 0
            rows, more = rows[start:start + PAGE], len(rows) > start + PAGE
        body = json.dumps({"object": "list", "data": rows, "has_more": more,
                           "last_id": rows[-1]["id"]}).encode()
        etag = '"%x"' % (hash(body) & 0xffffffff)
        if request.headers.get("if-none-match") == etag:
            return 304, {"etag": etag}, b""
        return 200, {"etag": etag, "content-type": "application/json"}, body


class Histories(Case):
    def play(self, provider, serve, extra=()):
        """Every day of the history, with a prompt deployment on each text model of the first, and
        `extra`. Yields the daemon and the day's ids after each poll."""
        days = list(history(provider))
        self.assertGreater(len(days), 5)
        self.receiver_ = self.receiver()
        daemon = self.daemon()
        catalog = serve(self, provider)
        texts = sorted(row["id"] for row in days[0] if not NO_TEXT.search(row["id"]))
        daemon.configure(
            sources=[catalog.source(daemon)], sinks=[daemon.sink(self.receiver_)],
            deployments=[deployment("on " + name, "prompt", name, provider)
                         for name in sorted({*texts, *extra})])
        catalog.show(days[0])
        daemon.start()
        for rows in days:
            catalog.show(rows)
            state = daemon.poll(provider)[provider]["state"]
            yield daemon, {row["id"] for row in rows}, state
        self.assertEqual(daemon.stop(), 0)

    def check_candidates(self, daemon):
        """Every notice, settled ones as well, offers the same line and tier."""
        checked = 0
        for notice in daemon.rows("notices"):
            if notice["kind"] not in ("swap", "stale"):
                continue
            base = notice["deployment"].removeprefix("on ")
            checked += 1
            with self.subTest(base=base, candidate=notice["candidate"]):
                self.assertIsNone(NO_TEXT.search(notice["candidate"]))
                self.assertEqual(products(base), products(notice["candidate"]))
                self.assertEqual(family(base), family(notice["candidate"]))
        self.assertGreater(checked, 0)

    def accept_fall(self, daemon, provider):
        """A base in use has left: held back, told, and let through by hand."""
        held = [row for row in daemon.rows("notices", "--state", "open")
                if row["kind"] == "source-failing"]
        self.assertEqual(len(held), 1, "a held set has one notice")
        daemon.cli("sources", "accept", provider)
        self.assertEqual(daemon.source(provider)["state"], "ok")
        daemon.poll(provider)

    def anthropic(self, serve):
        base = "claude-opus-4-5-20251101"
        told = 0
        for daemon, ids, state in self.play("anthropic", serve, extra=[base]):
            if state == "held":
                self.accept_fall(daemon, "anthropic")
            about = [row for row in daemon.rows("notices")
                     if row["deployment"] == "on " + base and row["kind"] == "swap"]
            if "claude-opus-4-6" not in ids:
                self.assertEqual(about, [])
            elif "claude-opus-4-7" not in ids:
                self.assertEqual([row["candidate"] for row in about], ["claude-opus-4-6"])
                told += 1
        self.assertGreater(told, 1)

    def test_anthropic_by_file(self):
        self.anthropic(ByFile)

    def test_anthropic_over_http_in_pages(self):
        self.anthropic(ByHttp)

    def candidates(self, provider, serve):
        first = True
        for daemon, ids, state in self.play(provider, serve):
            if state == "held":
                self.accept_fall(daemon, provider)
            self.assertEqual(daemon.source(provider)["entries"], len(ids))
            self.check_candidates(daemon)
            if first:
                self.newest_hear_nothing(daemon, ids)
            first = False

    def newest_hear_nothing(self, daemon, ids):
        """At the baseline nobody is told to move to what is no newer."""
        offered = {row["candidate"] for row in daemon.rows("notices")}
        told = {row["deployment"].removeprefix("on ") for row in daemon.rows("notices")}
        self.assertEqual(offered & told, set())
        self.assertLessEqual(offered, ids)

    def test_no_other_line_or_tier_is_offered_of_anthropic(self):
        self.candidates("anthropic", ByHttp)

    def test_no_other_line_or_tier_is_offered_of_openai_by_file(self):
        self.candidates("openai", ByFile)

    def test_no_other_line_or_tier_is_offered_of_openai_over_http(self):
        self.candidates("openai", ByHttp)

    def xai(self, serve):
        fell = False
        for daemon, ids, state in self.play("xai", serve):
            source = daemon.source("xai")
            if len(ids) == 7:
                fell = True
                self.assertEqual((state, source["entries"]), ("held", 16))
                self.assertIn("from 16 to 7", source["detail"])
                here = [row for row in daemon.rows("models") if row["status"] != "gone"]
                self.assertEqual(len(here), 16)
            if state == "held":
                self.accept_fall(daemon, "xai")
                self.assertEqual(daemon.source("xai")["entries"], len(ids))
            if fell:
                self.check_candidates(daemon)
        self.assertTrue(fell)
        self.assertTrue(self.receiver_.of_type("source.failing"))
        self.assertTrue(self.receiver_.of_type("source.recovered"))

    def test_xai_by_file(self):
        self.xai(ByFile)

    def test_xai_over_http(self):
        self.xai(ByHttp)


if __name__ == "__main__":
    skip_without_reference()
    main()

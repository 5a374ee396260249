#!/usr/bin/python3
"""Everything that could hold the engine for long, each once, and how long the longest step of it
was: while a step lasts, nobody else is answered. Large lists, one owner of a whole fleet, filters
that find nothing, ten thousand findings, reloads, a start with all of that.

usage: BW_BIN=<bin of a release build> bench_bound.py [--tiny]"""
import json
import os
import re
import subprocess
import sys
import time
import urllib.parse

from bench import TINY, Table, harness, metrics, scratch

FLEET = 300 if TINY else 100000     # deployments of one owner, on one base
MODELS = 300 if TINY else 20000     # of one list
FINDINGS = 100 if TINY else 10000   # of one account
CONFIGURED = 250 if TINY else 10000 # deployments in files
BOUND_MS = 50
OLD = "gpt-4o-mini-2024-07-18"
NEW = "gpt-4.1-mini-2025-04-14"
STEP = re.compile(r"engine: (\d+) us: (.*)")

class Steps:
    """The steps that the daemon's log tells of, since the last question."""

    def __init__(self, daemon, table):
        self.daemon = daemon
        self.table = table
        self.read = 0
        self.above = 0

    def rest(self):
        """Wait until the engine does nothing any more but answer us."""
        seen = [-2]

        def still():
            seen.append(metrics(self.daemon)["basewatch_engine_step_seconds_count"])
            time.sleep(0.1)
            return seen[-1] <= seen[-2] + 2  # the question before, and the look at what is left
        harness.wait_for(still, "the engine to rest", 900)

    def played(self, what, action, count=None):
        """One row: the longest step that `action` and all that follows from it took."""
        begun = time.perf_counter()
        action()
        self.rest()
        took_s = time.perf_counter() - begun
        with open(self.daemon.log, encoding="utf-8") as log:
            log.seek(self.read)
            text = log.read()
            self.read = log.tell()
        steps = [(int(us) / 1e3, name) for us, name in STEP.findall(text)]
        longest, name = max(steps, default=(0.0, "none of a millisecond"))
        above = sum(ms > BOUND_MS for ms, _ in steps)
        self.above += above
        self.table.row(what, longest, note="%.80s (%s%.1f s in all%s)" % (
            name.rstrip("; "), "" if count is None else "%d, " % count, took_s,
            ", %d steps above %d ms" % (above, BOUND_MS) if above else ""))


def catalog(ids, context=128000, **more):
    """A list as OpenRouter gives it."""
    return json.dumps({"data": [dict({
        "id": name, "name": name, "created": 1700000000, "context_length": context,
        "pricing": {"prompt": "0.0000015", "completion": "0.000006"},
        "architecture": {"input_modalities": ["text"], "output_modalities": ["text"]},
        "top_provider": {"max_completion_tokens": 16384}}, **more) for name in ids]})


def job(n):
    return {"object": "fine_tuning.job", "id": "ftjob-%d" % (n + 1), "model": OLD,
            "fine_tuned_model": "ft:%s:acme:f%05d:x%05d" % (OLD, n, n), "status": "succeeded",
            "created_at": 1735689600 + n, "finished_at": 1735693200 + n, "organization_id": "org",
            "hyperparameters": {"n_epochs": 3}, "trained_tokens": 9300000, "result_files": [],
            "training_file": "file-1", "user_provided_suffix": "f%05d" % n}


def lists(steps, daemon):
    ids = ["maker/model-%05d" % n for n in range(2 * MODELS)]
    daemon.write("hub.json", catalog(ids[:MODELS]))
    steps.played("a first list", lambda: daemon.poll("hub"), MODELS)
    daemon.write("hub.json", catalog(ids[:MODELS], 64000))
    steps.played("a list of which every row has changed", lambda: daemon.poll("hub"), MODELS)
    daemon.write("hub.json", catalog(ids[MODELS // 3:MODELS // 3 + MODELS]))
    steps.played("a list of which a third is new", lambda: daemon.poll("hub"), MODELS)
    daemon.write("hub.json", catalog(ids[:MODELS // 3]))
    steps.played("a list that is held back", lambda: daemon.poll("hub"), MODELS // 3)
    steps.played("the same again", lambda: daemon.poll("hub"), MODELS // 3)
    steps.played("and accepted", lambda: daemon.cli("sources", "accept", "hub"), MODELS // 3)
    daemon.write("hub.json", catalog(ids[:MODELS]))
    steps.played("a list that grows", lambda: daemon.poll("hub"), MODELS)
    daemon.write("feed.json", json.dumps({"hub": {"id": "hub", "models": {
        name: {"id": name, "limit": {"context": 64000}} for name in ids[:MODELS]}}}))
    steps.played("a feed about the same models", lambda: daemon.poll("feed"), MODELS)


def fleet(steps, daemon):
    path = os.path.join(scratch(), "fleet.ndjson")
    with open(path, "w", encoding="ascii") as file:
        for n in range(FLEET):
            file.write('{"name":"service-%06d","technique":"prompt","platform":"openai",'
                       '"model":"%s","owner":"web"}\n' % (n, OLD))
    steps.played("import of a fleet of one owner", lambda: daemon.cli(
        "deployments", "import", path), FLEET)
    ends = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 400 * 86400))
    daemon.write("openai.json", catalog([OLD, NEW], expiration_date=ends))
    steps.played("a release for all of it, notices and cards", lambda: daemon.poll("openai"), FLEET)


def questions(steps, daemon):
    """Every list of the API, plain and with each of its filters on something that is rare."""
    rare = {"kind": "price-stale", "severity": "overdue", "verdict": "timeout", "technique": "rag",
            "notice": "999999999", "since": "2999-01-01"}
    state = {"/v1/findings": "gone", "/v1/deliveries": "failed", "/v1/notices": "waived",
             "/v1/evals": "finished", "/v1/sinks": "disabled", "/v1/deployments": "retired"}
    path = None
    with open(os.path.join(harness.SOURCE, "schema", "openapi.yaml"), encoding="utf-8") as file:
        text = file.read().split("\ncomponents:")[0]
    for line in text.splitlines():
        if re.match(r"  /\S+:$", line):
            path = line.strip()[:-1]
        elif "get:" in line and path and "{" not in path:
            ask(steps, daemon, path)
        elif "in: query" in line and "{" not in path:
            name = re.search(r"name: (\w+)", line).group(1)
            if name not in ("from", "to", "last"):
                value = (state[path] if name == "state" else "retired" if name == "status" else
                         rare.get(name, "nobody"))
                ask(steps, daemon, "%s?%s=%s" % (path, name, value))
    for question in ("explain", "estimate", "swap"):
        ask(steps, daemon, "/v1/deployments/service-%06d/%s" % (FLEET // 2, question))


def ask(steps, daemon, target):
    """The whole list, page after page."""
    def pages():
        after = ""
        while after is not None:
            join = "&" if "?" in target else "?"
            head, text = daemon.ask("GET", target + (join + "after=" + after if after else ""))
            if head.split()[1] == "400":
                sys.exit("%s: %s" % (target, text))
            after = json.loads(text).get("next") if text.startswith("{") else None
            after = after and after.replace("/", "%2F").replace("\n", "%0A").replace(":", "%3A")
    steps.played("GET " + target, pages)


class Account:
    """An account like OpenAI's with many fine-tunes."""

    def __init__(self):
        self.jobs = [job(n) for n in range(FINDINGS)]

    def __call__(self, request):
        url = urllib.parse.urlparse(request.path)
        if url.path == "/v1/models":
            return 200, {}, harness.openai_list([OLD, NEW])
        after = urllib.parse.parse_qs(url.query).get("after", ["ftjob-0"])[0]
        at = int(after.split("-")[1])
        return 200, {}, json.dumps({"object": "list", "data": self.jobs[at:at + 100],
                                    "has_more": at + 100 < len(self.jobs)}).encode()


def findings(steps, daemon, configure, sources):
    account = harness.Server(Account())
    tunes = dict(name="tunes", plugin="openai", platform="openai", account="tunes", url=account.url + "/v1",
                 fetches_per_poll=1000, timeout="10m")
    try:
        configure(sources=[*sources, tunes])
        steps.played("an account full of findings", lambda: daemon.poll("tunes"), FINDINGS)
        ask(steps, daemon, "/v1/findings")
        ask(steps, daemon, "/v1/findings?base=nobody")
        rule = dict(platform="openai", account="tunes", match="ft:*:acme:*:*", pick="newest", owner="ml", name="{suffix}")
        steps.played("a reload with a rule that adopts them", lambda: configure(adopt=[rule]), FINDINGS)
        account.answer.jobs = [dict(one, trained_tokens=1) for one in account.answer.jobs]
        steps.played("all of them change", lambda: daemon.poll("tunes"), FINDINGS)
        steps.played("a reload without the rule", lambda: configure(adopt=[]), FINDINGS)
    finally:
        account.close()


def reloads(steps, daemon, configure):
    configured = [harness.deployment("file-%05d" % n, "prompt", OLD, owner="files")
                  for n in range(CONFIGURED)]
    steps.played("a reload that brings deployments",
                 lambda: configure(deployments=configured), CONFIGURED)
    steps.played("a reload that changes nothing", lambda: configure())
    steps.played("a reload that takes them away", lambda: configure(deployments=[]), CONFIGURED)
    os.makedirs(daemon.path("prices"), exist_ok=True)
    daemon.write("prices/mine.yaml", "platform: openai\nprices:\n  - source: our contract\n"
                 "    as_of: 2026-01-01\n    confidence: transcribed\n    base:\n"
                 "      %s: {input: 1, output: 3}\n" % NEW)
    steps.played("a reload with other prices", configure, FLEET)


def main():
    table = Table("What could hold the engine for long")
    receiver = harness.Receiver()
    daemon = harness.Daemon({})
    steps = Steps(daemon, table)
    sources = [daemon.file_source("openai", "openrouter", platform="openai"),
               daemon.file_source("hub", "openrouter", platform="hub"),
               daemon.file_source("feed", "modelsdev", platform="hub")]
    people = daemon.sink(receiver, name="people", group="owner")
    alerts = dict(name="alerts", plugin="alertmanager", url=receiver.url)

    def configure(**changes):
        daemon.configure(**changes)
        daemon.reload()

    daemon.configure(sources=sources, sinks=[people])
    daemon.write("openai.json", catalog([OLD]))
    try:
        daemon.start(argv=["--log-level", "debug"])
        daemon.poll("openai")
        steps.rest()
        lists(steps, daemon)
        fleet(steps, daemon)
        questions(steps, daemon)
        findings(steps, daemon, configure, sources)
        reloads(steps, daemon, configure)
        steps.played("a reload without two sources", lambda: configure(sources=sources[:1]))
        steps.played("all alerts told to a sink that forgets",
                     lambda: configure(sinks=[people, alerts]), FLEET)
        daemon.stop()
        steps.played("a start", lambda: daemon.start(argv=["--log-level", "debug"]))
        table.row("steps above %d ms" % BOUND_MS, steps.above, unit="")
    finally:
        daemon.close()
        receiver.close()
        table.show()


if __name__ == "__main__":
    main()

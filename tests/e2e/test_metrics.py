#!/usr/bin/python3
"""What Prometheus reads: GET /metrics on the control socket, and the alerts that ship."""
import os
import re
import shutil
import socket
import subprocess
import unittest
import urllib.error
import urllib.request

from harness import SOURCE, Case, deployment, main, openai_list, wait_for

PROMTOOL = shutil.which("promtool")
SAMPLE = re.compile(r'([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (-?[0-9.]+)\Z')


class Metrics(Case):
    def setUp(self):
        self.hooks = self.receiver()
        self.basewatch = self.daemon(deployments=[
            deployment("chat", "prompt", "gpt-4.1-mini"), deployment("desk", "rag", "gpt-5-mini")])
        self.basewatch.write("openai.json", openai_list(["gpt-4.1-mini", "gpt-5-mini"]))
        self.basewatch.configure(
            sources=[self.basewatch.file_source("openai", "openai", platform="openai"),
                     dict(self.basewatch.file_source("missing", "openai", platform="acme"),
                          name="miss\"ing\\")],
            sinks=[self.basewatch.sink(self.hooks)])
        self.basewatch.start()
        self.basewatch.poll()

    def scrape(self):
        head, text = self.basewatch.ask("GET", "/metrics")
        self.assertIn("200", head.splitlines()[0])
        self.assertIn("content-type: text/plain; version=0.0.4; charset=utf-8", head.lower())
        return text

    def values(self):
        found = {}
        for line in self.scrape().splitlines():
            if not line.startswith("#"):
                name, labels, value = SAMPLE.match(line).groups()
                found[name + "{" + (labels or "") + "}"] = float(value)
        return found

    def test_every_family_stands_once_and_together_and_no_series_twice(self):
        text = self.scrape()
        self.assertTrue(text.endswith("\n"))
        families, series, current = [], set(), None
        for line in text.splitlines():
            if line.startswith("# HELP "):
                current = line.split()[2]
                self.assertNotIn(current, families)
                families.append(current)
            elif line.startswith("# TYPE "):
                self.assertEqual(line.split()[2], current)
                kind = line.split()[3]
                self.assertEqual(kind == "counter", current.endswith("_total"))
                names = {current + end for end in ("_bucket", "_sum", "_count")} \
                    if kind == "histogram" else {current}
            else:
                match = SAMPLE.match(line)
                self.assertIsNotNone(match, line)
                self.assertIn(match.group(1), names)
                self.assertNotIn(match.group(1, 2), series)
                series.add(match.group(1, 2))
        self.assertGreater(len(families), 10)
        self.assertLess(len(series), 100)

    def test_they_say_what_is(self):
        wait_for(lambda: len(self.hooks.messages) == 1, "the summary")
        wait_for(lambda: self.values()['basewatch_delivery_attempts_total'
                                       '{sink="ops",outcome="delivered"}'] == 1, "the count")
        values = self.values()
        self.assertEqual(values['basewatch_deployments{state="stale"}'], 1)
        self.assertEqual(values['basewatch_deployments{state="current"}'], 1)
        self.assertEqual(sum(value for name, value in values.items()
                             if name.startswith("basewatch_notices{")), 1)
        self.assertEqual(values['basewatch_source_ok{source="openai"}'], 1)
        self.assertEqual(values['basewatch_source_entries{source="openai"}'], 2)
        self.assertEqual(values['basewatch_source_interval_seconds{source="openai"}'], 6 * 3600)
        self.assertGreater(values['basewatch_polls_total{source="openai",outcome="listed"}'], 0)
        self.assertEqual(values['basewatch_deliveries_pending{sink="ops"}'], 0)
        self.assertEqual(values['basewatch_evals{state="running"}'], 0)
        self.assertEqual(values['basewatch_evals_finished_total{verdict="pass"}'], 0)
        self.assertEqual(values['basewatch_configuration_reload_ok{}'], 1)
        buckets = [value for name, value in values.items()
                   if name.startswith("basewatch_engine_step_seconds_bucket")]
        self.assertEqual(buckets, sorted(buckets))
        self.assertEqual(buckets[-1], values["basewatch_engine_step_seconds_count{}"])
        self.assertGreater(buckets[-1], 5)
        longest = max(value for name, value in values.items() if "step_longest" in name)
        self.assertTrue(0 < longest <= values["basewatch_engine_step_seconds_sum{}"])
        self.basewatch.write("basewatch.yaml", "souces: []\n")
        self.basewatch.reload()
        wait_for(lambda: self.values()['basewatch_configuration_reload_ok{}'] == 0, "the refusal")

    @unittest.skipIf(PROMTOOL is None, "there is no promtool (package prometheus)")
    def test_promtool_finds_nothing_in_them(self):
        done = subprocess.run([PROMTOOL, "check", "metrics"], input=self.scrape(), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    @unittest.skipIf(PROMTOOL is None, "there is no promtool (package prometheus)")
    def test_promtool_takes_the_alerts(self):
        rules = os.path.join(SOURCE, "etc", "alerts", "basewatch.rules.yaml")
        done = subprocess.run([PROMTOOL, "check", "rules", rules], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_the_loopback_answers_whoever_shows_the_token_and_nothing_else(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.basewatch.stop()
        self.basewatch.write("token", "s3cret-of-the-scraper\n", 0o600)
        self.basewatch.configure(control=dict(self.basewatch.config["control"], metrics={
            "port": port, "token": {"file": "token"}}))
        self.basewatch.start()

        def ask(path="/metrics", token="s3cret-of-the-scraper", **more):
            request = urllib.request.Request("http://127.0.0.1:%d%s" % (port, path), **more)
            if token:
                request.add_header("authorization", "Bearer " + token)
            try:
                with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
                        request, timeout=30) as answer:
                    return answer.status, answer.read().decode()
            except urllib.error.HTTPError as refused:
                return refused.code, refused.read().decode()
        for _ in range(3):
            status, text = ask()
            self.assertEqual((status, text.splitlines()[0][:27]), (200, "# HELP basewatch_build_info"))
            self.assertIn("basewatch_build_info", self.scrape())
        for token in (None, "", "s3cret-of-the-scrapes", "s3cret-of-the-scraper2"):
            self.assertEqual(ask(token=token)[0], 401)
        self.assertEqual(ask("/v1/status")[0], 404)
        self.assertEqual(ask("/v1/sources/poll", method="POST")[0], 404)
        self.assertIn(ask(method="GET", data=b"x" * 100)[0], (200, 413))
        self.assertNotIn("s3cret", self.basewatch.text())

    def test_the_alerts_ask_for_metrics_that_exist(self):
        with open(os.path.join(SOURCE, "etc", "alerts", "basewatch.rules.yaml"),
                  encoding="utf-8") as file:
            asked = set(re.findall(r"basewatch_[a-z_]+", file.read()))
        self.assertTrue(asked)
        self.assertEqual(asked - {name.split("{")[0] for name in self.values()}, set())


if __name__ == "__main__":
    main()

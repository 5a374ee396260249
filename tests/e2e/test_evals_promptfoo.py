#!/usr/bin/python3
"""Eval jobs from release to verdict with the real promptfoo: the daemon, the runner, and a server that
speaks OpenAI's protocol and answers as the model it is asked for behaves."""
import json
import os
import time

import npm
from harness import BIN, Case, deployment, main, openai_list, wait_for

NPM = os.path.join(os.path.dirname(BIN), "npm-promptfoo")
PROMPTFOO = os.path.join(NPM, "node_modules", ".bin", "promptfoo")
PACKAGES = ["promptfoo@0.121.20", "@libsql/linux-x64-gnu@0.5.29"]
# A lineage a behaviour: the newer of two models has it, the older one is always right.
BEHAVIOURS = ["pass", "fail", "denied", "missing", "busy", "hang", "wrong"]
CONVENTIONS = {"makers": {"acme": {"names": ["acme"],
                                   "families": {name: {} for name in BEHAVIOURS}}}}
STATUS = {"denied": 401, "missing": 404, "busy": 429}
SUITE = {"prompts": ["What is the capital of {{country}}?"], "providers": ["openai:chat:nobody"],
         "tests": [{"vars": {"country": name}, "assert": [{"type": "contains", "value": capital}]}
                   for name, capital in (("France", "Paris"), ("Italy", "Rome"))]}


def behave(request):
    """POST /v1/chat/completions."""
    asked = json.loads(request.body)
    name, version = asked["model"].split("/")[1].split("-")
    if version == "2" and name in STATUS:
        return STATUS[name], {"content-type": "application/json", "retry-after": "0"}, \
            b'{"error":{"message":"no","type":"t","code":"c"}}'
    if version == "2" and name == "hang":
        return 200, {"content-length": "9"}, lambda handler: (handler.end_headers(), time.sleep(60))
    question = asked["messages"][-1]["content"]
    capital = "Paris" if "France" in question else "Rome"
    text = "Berlin" if version == "2" and name == "fail" else capital
    return 200, {"content-type": "application/json"}, json.dumps(
        {"id": "x", "object": "chat.completion", "created": 1, "model": asked["model"],
         "choices": [{"index": 0, "finish_reason": "stop",
                      "message": {"role": "assistant", "content": text}}],
         "usage": {"prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6}}).encode()


class Promptfoo(Case):
    def setUp(self):
        self.models = self.server(behave)
        self.basewatch = self.daemon(evals={"start": "off", "running": 10, "lease": "10s"})
        self.basewatch.write("suite.json", json.dumps(SUITE))
        os.mkdir(self.basewatch.path("lineages"))
        self.basewatch.write("lineages/acme.yaml", json.dumps(CONVENTIONS))
        os.mkdir(self.basewatch.path("runner.d"))
        self.basewatch.write("runner.d/suites.yaml", json.dumps(
            {"suites": {name: self.suite(name) for name in BEHAVIOURS}}))

    def suite(self, name):
        # The one that is wrong runs the model that is deployed, whatever it is asked for.
        model = "acme/wrong-1" if name == "wrong" else "{model}"
        return {"argv": [PROMPTFOO, "eval", "-c", self.basewatch.path("suite.json"),
                         "-r", "openai:chat:" + model, "-o", "{result}", "--no-cache", "--no-write",
                         "--no-table", "--no-progress-bar"],
                "result": "promptfoo", "timeout": "15s" if name == "hang" else "2m",
                "environment": {"OPENAI_API_KEY": {"file": "openai.key"},
                                "OPENAI_BASE_URL": self.models.url + "/v1",
                                "PROMPTFOO_CONFIG_DIR": self.basewatch.path("promptfoo"),
                                "PROMPTFOO_DISABLE_TELEMETRY": 1, "PROMPTFOO_DISABLE_UPDATE": 1,
                                "PROMPTFOO_DISABLE_REMOTE_GENERATION": 1,
                                "PROMPTFOO_REQUEST_BACKOFF_MS": 50}}

    def release(self, behaviours):
        """All have a newer base, and a job that waits."""
        self.basewatch.write("runner.d/openai.key", "sk-tests", 0o600)
        self.basewatch.write("openai.json", openai_list(["acme/%s-1" % name for name in behaviours]))
        self.basewatch.configure(
            sources=[self.basewatch.file_source("openai", "openai", platform="acme-vllm")],
            deployments=[deployment(name, "prompt", "acme/%s-1" % name, "acme-vllm",
                                    evals={"suite": name, "cases": 2}) for name in behaviours])
        self.basewatch.start()
        self.basewatch.poll()
        self.basewatch.write("openai.json", openai_list(
            ["acme/%s-%d" % (name, version) for name in behaviours for version in (1, 2)]))
        self.basewatch.poll()
        for name in behaviours:
            self.basewatch.cli("evals", "start", name)

    def jobs(self):
        return {row["deployment"]: row for row in self.basewatch.rows("evals")}

    def finished(self):
        jobs = self.jobs()
        return jobs if all(row["state"] == "finished" for row in jobs.values()) else None

    def test_every_behaviour_gets_its_verdict(self):
        self.release(BEHAVIOURS)
        self.runner(self.basewatch)
        jobs = wait_for(self.finished, "all verdicts", 400)
        for name in BEHAVIOURS:
            print(name, jobs[name]["verdict"], "|", jobs[name]["reason"])
        self.assertEqual({name: jobs[name]["verdict"] for name in BEHAVIOURS},
                         {"pass": "pass", "fail": "fail", "denied": "inconclusive",
                          "missing": "inconclusive", "busy": "inconclusive", "hang": "timeout",
                          "wrong": "inconclusive"})
        self.assertEqual(jobs["fail"]["difference"], -1)
        self.assertEqual([(run["role"], run["passed"], run["errors"], run["exit"])
                          for run in jobs["denied"]["runs"]],
                         [("baseline", 2, 0, 0), ("candidate", 0, 2, 0)])
        self.assertEqual([run["exit"] for run in jobs["missing"]["runs"]], [0, 0])
        self.assertIn("2 of 2 cases of candidate ended in an error", jobs["denied"]["reason"])
        self.assertIn("candidate was to be 'acme/wrong-2', but the result is of "
                      "'openai:acme/wrong-1'", jobs["wrong"]["reason"])
        self.assertIn("it did not end within 15s", jobs["hang"]["reason"])
        states = {row["deployment"]: row["state"] for row in self.basewatch.rows("notices")}
        self.assertEqual((states["pass"], states["fail"]), ("verified", "waived"))
        keys = {request.headers["authorization"] for request in self.models.requests}
        self.assertEqual(keys, {"Bearer sk-tests"})


if __name__ == "__main__":
    npm.need("npm-promptfoo", PACKAGES, "--omit=optional")
    main()

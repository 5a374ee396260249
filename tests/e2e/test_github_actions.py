#!/usr/bin/python3
"""Suites run by a workflow on GitHub: dispatched, looked after, and the report taken out of the
artifact. The server answers as GitHub's documentation of its REST API says (2022-11-28, and
`return_run_details` of 2026); a second one stands for the storage that artifacts are redirected to."""
import io
import json
import zipfile

from harness import Case, deployment, main, openai_list, wait_for

OLD, NEW = "gpt-4o-mini-2024-07-18", "gpt-5-mini-2025-08-07"
REPO = "/repos/acme/evals/actions"
TOKEN = "github_pat_S3CRET"


def report(passed):
    runs = [dict(role=role, model=model, cases=100, passed=count, failed=100 - count, errors=0,
                 models_seen=["openai:chat:" + model])
            for role, model, count in (("baseline", OLD, 90), ("candidate", NEW, passed))]
    return json.dumps({"outcome": "finished", "results": runs})


def archive(text, name="basewatch-report.json", method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        file.writestr("logs/all.txt", "x" * 10000)
        file.writestr(name, text)
    return out.getvalue()


class GitHub:
    """Its runs by number; `plans` says by deployment's suite how each goes."""

    def __init__(self, case, plans):
        self.plans = plans
        self.runs = {}  # number: inputs
        self.looks = {}
        self.limits = []  # what paths are refused once for, with the headers that say so
        self.storage = case.server(self.store)
        self.api = case.server(self.answer)

    def plan(self, run):
        return self.plans[self.runs[run]["suite"]]

    def store(self, request):
        run = int(request.path.split("/")[-1].split("?")[0])
        if "moved" in self.plan(run):
            return 302, {"location": self.api.url + "/stolen"}, b""
        return 200, {"content-type": "application/zip"}, self.plan(run)["zip"]

    def answer(self, request):
        if request.headers.get("authorization") != "Bearer " + TOKEN:
            return 401, {}, b'{"message":"Bad credentials"}'
        path, _, query = request.path.partition("?")
        for limit in self.limits:
            if limit[0] in path:
                self.limits.remove(limit)
                return 403, limit[1], b'{"message":"You have exceeded a secondary rate limit"}'
        if path == REPO + "/workflows/evals.yml/dispatches":
            return self.dispatch(json.loads(request.body))
        if path == REPO + "/workflows/evals.yml/runs":
            return self.json(workflow_runs=[
                {"id": number, "display_title": "basewatch eval " + inputs["job_id"]}
                for number, inputs in self.runs.items()])
        parts = path[len(REPO) + 1:].split("/")
        number = int(parts[1])
        if parts[0] == "runs" and len(parts) == 2:
            self.looks[number] = self.looks.get(number, 0) + 1
            over = self.looks[number] > 1
            return self.json(id=number, status="completed" if over else "in_progress",
                             conclusion=self.plan(number)["conclusion"] if over else None)
        if parts[0] == "runs":
            assert "name=basewatch-report" in query
            there = "zip" in self.plan(number)
            return self.json(artifacts=[{"id": number, "expired": False}] if there else [])
        return 302, {"location": self.storage.url + "/artifact/%d?sig=abc" % number}, b""

    def dispatch(self, body):
        plan = self.plans[body["inputs"]["suite"]]
        if plan.get("dispatch", 200) >= 400:
            return plan["dispatch"], {}, b'{"message":"no"}'
        number = 4000000000 + len(self.runs)
        self.runs[number] = body["inputs"]
        assert body["ref"] == "main" and body["return_run_details"] is True
        if plan.get("dispatch") == 204:
            return 204, {}, b""
        return self.json(workflow_run_id=number, run_url="u", html_url="h")

    def json(self, **members):
        return 200, {"content-type": "application/json"}, json.dumps(members).encode()


class GithubActions(Case):
    def begin(self, plans, limits=()):
        self.github = GitHub(self, plans)
        self.github.limits = list(limits)
        self.hooks = self.receiver()
        self.basewatch = self.daemon(deployments=[
            deployment(name, "prompt", OLD, evals={"suite": name, "trigger": "gh"})
            for name in plans])
        self.basewatch.write("gh.token", TOKEN, 0o600)
        self.basewatch.configure(
            sources=[self.basewatch.file_source("openai", "openai")],
            sinks=[self.basewatch.sink(self.hooks)],
            evals={"start": "automatic", "running": 50},
            triggers=[{"name": "gh", "plugin": "github-actions", "url": self.github.api.url,
                       "credential": {"file": "gh.token"},
                       "settings": {"repository": "acme/evals", "workflow": "evals.yml"}}])
        for models in ([OLD], [OLD, NEW]):
            self.basewatch.write("openai.json", openai_list(models))
            if self.basewatch.process is None:
                self.basewatch.start()
            self.basewatch.poll()

    def row(self, name):
        (row,) = self.basewatch.rows("evals", "--deployment", name)
        return row

    def finished(self):
        rows = self.basewatch.rows("evals")
        wait_for(lambda: len(self.basewatch.rows("evals", "--state", "finished")) == len(rows),
                 "the last verdict", 60)
        return {row["deployment"]: row for row in self.basewatch.rows("evals")}

    def test_every_way_a_run_can_end(self):
        self.begin({
            "good": {"conclusion": "success", "zip": archive(report(95))},
            "stored": {"conclusion": "success",
                       "zip": archive(report(95), "a/basewatch-report.json", zipfile.ZIP_STORED)},
            "bad": {"conclusion": "failure", "zip": archive(report(40))},
            "unnumbered": {"dispatch": 204, "conclusion": "success", "zip": archive(report(95))},
            "bare": {"conclusion": "success"},
            "other": {"conclusion": "success", "zip": archive(report(95), "other.json")},
            "broken": {"conclusion": "success", "zip": b"PK\3\4" + b"x" * 500},
            "nonsense": {"conclusion": "success", "zip": archive("{}")},
            "moved": {"conclusion": "success", "zip": b"", "moved": True},
            "late": {"conclusion": "timed_out"},
            "stopped": {"conclusion": "cancelled"},
            "unknown": {"dispatch": 404},
            "lost": {"dispatch": 502},
        })
        rows = self.finished()
        got = {name: (row["verdict"], row["reason"]) for name, row in rows.items()}
        want = {
            "good": ("pass", "+5.0 points"),
            "stored": ("pass", "+5.0 points"),
            "bad": ("fail", "-50.0 points"),
            "unnumbered": ("pass", "+5.0 points"),
            "bare": ("inconclusive", "left no artifact 'basewatch-report'"),
            "other": ("inconclusive", "it holds no basewatch-report.json"),
            "broken": ("inconclusive", "it is no ZIP archive"),
            "nonsense": ("inconclusive", "outcome is not finished"),
            "moved": ("inconclusive", "answered 302"),
            "late": ("timeout", "ended with timed_out"),
            "stopped": ("inconclusive", "ended with cancelled"),
            "unknown": ("inconclusive", "answered 404"),
            "lost": ("inconclusive", "whether a run was started is not known"),
        }
        for name, (verdict, words) in want.items():
            self.assertEqual(got[name][0], verdict, (name, got[name]))
            self.assertIn(words, got[name][1], name)
        self.assertNotIn("/stolen", [request.path for request in self.github.api.requests])
        inputs = next(run for run in self.github.runs.values() if run["suite"] == "good")
        self.assertEqual(inputs, {"job_id": rows["good"]["id"], "notice_id": rows["good"]["notice"],
                                  "suite": "good", "baseline_model": OLD, "candidate_model": NEW})
        self.assertEqual(len(self.github.runs), len(want) - 2, "nothing was started twice")
        states = {row["deployment"]: row["state"] for row in self.basewatch.rows("notices")}
        self.assertEqual((states["good"], states["bad"], states["bare"]),
                         ("verified", "waived", "open"))
        told = self.hooks.of_type("eval.finished")
        self.assertEqual({event["subject"] for event in told}, set(want))

    def test_a_rate_limit_is_no_refusal(self):
        self.begin({"good": {"conclusion": "success", "zip": archive(report(95))}},
                   [("/dispatches", {"retry-after": "1"}),
                    ("/runs/", {"x-ratelimit-remaining": "0"}), ("/artifacts/", {"retry-after": "1"})])
        self.assertEqual(self.finished()["good"]["verdict"], "pass")
        self.assertEqual(self.github.limits, [])
        self.assertEqual(len(self.github.runs), 1)

    def test_the_storage_learns_nothing_and_nobody_the_token(self):
        self.begin({"good": {"conclusion": "success", "zip": archive(report(95))}})
        self.assertEqual(self.finished()["good"]["verdict"], "pass")
        (asked,) = self.github.storage.requests
        self.assertEqual(asked.path, "/artifact/4000000000?sig=abc")
        self.assertNotIn("authorization", {name.lower() for name in asked.headers.keys()})
        self.assertNotIn("x-github-api-version", {name.lower() for name in asked.headers.keys()})
        self.assertNotIn("S3CRET", self.basewatch.text() +
                         self.basewatch.cli("evals", "--json"))

    def test_a_run_is_looked_after_again_after_a_kill(self):
        self.begin({"good": {"conclusion": "success", "zip": archive(report(95))}})
        wait_for(lambda: self.github.looks, "the first look")
        self.basewatch.kill()
        self.basewatch.start()
        self.assertEqual(self.finished()["good"]["verdict"], "pass")
        self.assertEqual(len(self.github.runs), 1)


if __name__ == "__main__":
    main()

"""A team's fine-tunes, found on an account like OpenAI's: listed, adopted by a rule and by a person,
followed when they are retrained, and not seen with a key that may not look."""
import json
import os
import threading
import time
import urllib.parse

from harness import Case, main, openai_list, wait_for

MODELS = ["gpt-4o-mini-2024-07-18", "gpt-4.1-mini-2025-04-14"]
OLD = "ft:gpt-4o-mini-2024-07-18:acme:triage:old1"
NEW = "ft:gpt-4.1-mini-2025-04-14:acme:triage:new1"
MAIL = "ft:gpt-4o-mini-2024-07-18:acme:mail:m1"


def job(number, model, made, **more):
    return dict({"object": "fine_tuning.job", "id": "ftjob-%d" % number, "model": model,
                 "created_at": 1735689600 + number, "finished_at": 1735693200 + number,
                 "fine_tuned_model": made, "organization_id": "org-1", "result_files": [],
                 "status": "succeeded", "training_file": "file-%d" % number,
                 "hyperparameters": {"n_epochs": 3}, "trained_tokens": 9300000,
                 "user_provided_suffix": made.split(":")[3] if made else None}, **more)


class Account:
    """GET /models, /fine_tuning/jobs page by page, and the files behind them."""

    def __init__(self):
        self.jobs = []
        self.status = 200
        self.page = 2
        self.listed = 0  # how often the jobs were asked for
        self.answers = threading.Event()
        self.answers.set()

    def __call__(self, request):
        url = urllib.parse.urlparse(request.path)
        after = urllib.parse.parse_qs(url.query).get("after", [None])[0]
        if url.path == "/v1/models":
            return 200, {}, openai_list(MODELS)
        if self.status != 200:
            return self.status, {}, json.dumps({"error": {"message": "not yours"}}).encode()
        if url.path == "/v1/fine_tuning/jobs":
            self.listed += 1
            self.answers.wait(20)
            start = next((i + 1 for i, one in enumerate(self.jobs) if one["id"] == after), 0)
            data = self.jobs[start:start + self.page]
            return 200, {}, json.dumps({"object": "list", "data": data, "has_more":
                                        start + self.page < len(self.jobs)}).encode()
        if url.path.startswith("/v1/files/"):
            return 200, {}, b"{}\n" * 50
        return 404, {}, b"{}"


class Findings(Case):
    def setUp(self):
        self.account = Account()
        self.account.jobs = [job(1, MODELS[0], OLD), job(2, MODELS[0], MAIL),
                             job(3, MODELS[0], None, status="running", finished_at=None)]
        self.hooks = self.receiver()
        self.basewatch = self.daemon()
        server = self.server(self.account)
        self.source = dict(name="openai", plugin="openai", platform="openai", every="6h",
                           url=server.url + "/v1", settings={"count_rows": True})
        self.configure()
        self.basewatch.start()
        self.basewatch.poll()

    def configure(self, **more):
        self.basewatch.configure(sources=[dict(self.source, **more.pop("source", {}))],
                                 sinks=[self.basewatch.sink(self.hooks)], **more)

    def test_findings_are_listed_priced_and_adopted_by_hand_and_nobody_is_told_before(self):
        rows = {row["model"]: row for row in self.basewatch.rows("findings")}
        self.assertEqual(set(rows), {OLD, MAIL, "ftjob-3"})
        old = rows[OLD]
        self.assertEqual((old["root"], old["trained_tokens"], old["epochs"], old["rows"]),
                         (MODELS[0], 9300000, 3, 50))
        self.assertEqual((old["candidate"], old["status"], old["state"]),
                         (MODELS[1], "ready", "new"))
        self.assertGreater(old["expected_usd"], 0)
        self.assertEqual(rows["ftjob-3"]["status"], "running")
        self.assertEqual(self.basewatch.rows("notices"), [])
        table = self.basewatch.cli("findings")
        self.assertIn("RETRAIN", table)
        self.assertIn(OLD, table)
        self.assertEqual(self.basewatch.source("openai")["findings"], "visible")

        refused = self.basewatch.run("findings", "adopt", MAIL)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("--name NAME is missing", refused.stderr)
        self.basewatch.cli("findings", "adopt", MAIL, "--name", "mail", "--owner", "crm")
        adopted = self.basewatch.json("deployments", "show", "mail")
        self.assertEqual((adopted["model"], adopted["base"], adopted["owner"], adopted["state"]),
                         (MAIL, MODELS[0], "crm", "stale"))
        self.assertEqual([row["deployment"] for row in self.basewatch.rows("notices")], ["mail"])
        self.assertEqual(len(self.basewatch.rows("findings")), 2)
        shown = self.basewatch.json("findings", "show", MAIL)
        self.assertEqual((shown["deployment"], shown["state"]), ("mail", "adopted"))
        self.assertIn("finding %s of job ftjob-2" % MAIL, self.basewatch.cli("explain", "mail"))

    def test_a_rule_adopts_and_a_retrained_model_resolves_the_notice(self):
        self.configure(adopt=[{"platform": "openai", "match": "ft:*:acme:*:*", "pick": "newest",
                               "name": "{2}", "owner": "support"}])
        self.basewatch.reload()
        self.assertEqual({row["name"]: row["state"] for row in self.basewatch.rows("deployments")},
                         {"triage": "stale", "mail": "stale"})
        notice = next(row for row in self.basewatch.rows("notices")
                      if row["deployment"] == "triage")
        self.account.jobs.insert(0, job(9, MODELS[1], NEW))
        self.basewatch.poll("openai")
        moved = self.basewatch.json("deployments", "show", "triage")
        self.assertEqual((moved["model"], moved["base"], moved["state"]),
                         (NEW, MODELS[1], "current"))
        after = self.basewatch.cli("notices", "show", notice["id"])
        self.assertIn("resolved", after)
        self.assertIn("finding %s of job ftjob-9" % NEW, after)
        refused = self.basewatch.run("deployments", "remove", "triage")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("change the rule", refused.stderr)
        self.configure(adopt=[])
        self.basewatch.reload()
        self.assertEqual(self.basewatch.rows("deployments"), [])

    def test_a_key_that_may_not_look_costs_no_catalog(self):
        self.account.status = 403
        row = self.basewatch.poll("openai")["openai"]
        self.assertEqual(row["state"], "ok")
        self.assertIn("not visible with this key", row["findings"])
        self.assertEqual(len(self.basewatch.rows("findings")), 3, "what was seen stays")

    def test_a_budget_that_ends_says_how_far_it_came(self):
        self.account.jobs = [job(i, MODELS[0], "ft:%s:acme:t%d:x" % (MODELS[0], i))
                             for i in range(1, 21)]
        self.configure(source={"fetches_per_poll": 3})
        self.basewatch.reload()
        row = self.basewatch.poll("openai")["openai"]
        self.assertIn("raise fetches_per_poll", row["findings"])
        self.assertEqual(row["findings_state"], "partial")
        self.assertEqual(self.basewatch.rows("findings", "--state", "gone"), [])


class Reminded(Case):
    """A fine-tune whose base ends in a week: the hour at which that is said is a few seconds away,
    and the account has been polled, for the next time in six hours."""

    def setUp(self):
        self.account = Account()
        self.account.jobs = [job(1, MODELS[0], OLD)]
        self.hooks = self.receiver()
        self.basewatch = self.daemon(deployments=[dict(
            name="triage", technique="fine-tuned", platform="openai", owner="web",
            model={"match": "ft:*:acme:triage:*", "pick": "newest"})])
        self.says_at = time.time() + 8
        end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.says_at + 7 * 86400))
        plugin = os.path.join(os.path.dirname(os.path.abspath(__file__)), "entries.py")
        ends = self.basewatch.file_source("ends", plugin, platform="openai", every="6h")
        self.basewatch.write("ends.json", json.dumps(
            [{"id": MODELS[0], "dates": [{"clock": "inference", "at": end, "firm": True}]},
             {"id": MODELS[1]}]))
        self.basewatch.configure(
            sources=[dict(name="openai", plugin="openai", platform="openai", every="6h",
                          url=self.server(self.account).url + "/v1"), ends],
            sinks=[self.basewatch.sink(self.hooks)])
        self.basewatch.start()
        self.basewatch.poll()
        wait_for(lambda: self.told("opened"), "what is known at the start")
        self.listed = self.account.listed
        self.assertLess(time.time(), self.says_at, "the machine is too slow for this test")

    def told(self, what):
        return [event for event in self.hooks.of_type("notice." + what)
                if event["data"].get("kind") == "deprecated" or "notices" in event["data"]]

    def notice(self):
        return next(row for row in self.basewatch.rows("notices") if row["kind"] == "deprecated")

    def test_who_has_retrained_since_the_last_poll_is_not_reminded(self):
        self.account.jobs.insert(0, job(9, MODELS[1], NEW))
        wait_for(lambda: self.basewatch.json("deployments", "show", "triage")["model"] == NEW,
                 "the look before the reminder")
        self.assertGreaterEqual(time.time(), self.says_at - 1)
        self.assertEqual(self.account.listed, self.listed + 1)
        number = self.notice()["id"]
        shown = self.basewatch.cli("notices", "show", number)
        self.assertIn("resolved", shown)
        self.assertIn("finding %s of job ftjob-9" % NEW, shown)
        time.sleep(2)  # for what must not come
        self.assertEqual(self.told("reminder"), [])

    def test_who_has_not_is_reminded_after_the_look(self):
        reminder = wait_for(lambda: self.told("reminder"), "the reminder")[0]
        self.assertEqual(reminder["data"]["confidence"], "confirmed")
        self.assertEqual(self.account.listed, self.listed + 1)

    def test_a_daemon_killed_while_it_waits_looks_again_and_tells(self):
        self.account.answers.clear()
        wait_for(lambda: self.account.listed > self.listed, "the look before the reminder")
        self.assertEqual(self.notice()["confidence"], "unconfirmed")
        self.basewatch.kill()
        self.assertEqual(self.told("reminder"), [])
        self.account.answers.set()
        self.basewatch.start()
        wait_for(lambda: self.told("reminder"), "the reminder")
        time.sleep(1)
        self.assertEqual(len(self.told("reminder")), 1)
        self.assertEqual(self.notice()["confidence"], "confirmed")


if __name__ == "__main__":
    main()

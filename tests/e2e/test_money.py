#!/usr/bin/python3
"""Money, end to end: what a move costs by every way, what it really cost, a year of it, what would
follow if a model shipped today; and the recorded history, handed out and played again."""
import hashlib
import json
import os
import signal
import subprocess

from harness import BIN, Case, deployment, main, openai_list

TUNED = "ft:gpt-4o-mini-2024-07-18:acme:triage:9xYz"
BASES = ["gpt-4o-mini-2024-07-18", "gpt-4.1-mini-2025-04-14", "gpt-4o-2024-08-06",
         "text-embedding-3-large"]


class Money(Case):
    def setUp(self):
        self.basewatch = self.daemon(rates={"person_day_usd": 800}, deployments=[
            deployment("triage", "fine-tuned", TUNED, owner="support",
                       training=dict(rows=5000, tokens_per_row=620, epochs=3, refresh_share=0.2),
                       traffic=dict(calls_per_day=200000, input_tokens=450, output_tokens=120,
                                    prompted_input_tokens=1900, cached_tokens=1500),
                       evals=dict(suite="triage", cases=200)),
            deployment("help", "rag", "gpt-4o-2024-08-06",
                       embedding=dict(platform="openai", model="text-embedding-3-large",
                                      corpus_tokens=90000000))])
        self.basewatch.configure(sources=[
            self.basewatch.file_source("openai", "openai", platform="openai")])
        self.show(BASES)
        self.basewatch.start()
        self.basewatch.poll()

    def show(self, ids):
        self.basewatch.write("openai.json", openai_list(ids))

    def helper(self, *args):
        """A helper that reads the configuration and the database itself."""
        return subprocess.run([os.path.join(BIN, "basewatch"), *args], stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=120)

    def simulate(self, *args):
        done = self.helper("simulate", "--config", self.basewatch.path("basewatch.yaml"), *args)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_after_the_door_has_closed_the_next_best_way_is_priced(self):
        estimate = json.loads(self.basewatch.cli("estimate", "triage", "--at", "2027-02-01",
                                                 "--json"))
        ways = {row["route"]: row for row in estimate["routes"]}
        self.assertIn("closed since 2027-01-06", ways["same-platform"]["refused"])
        self.assertIn("data_may_leave: false", ways["other-platform"]["refused"])
        self.assertEqual(estimate["route"], "self-hosted")
        self.assertGreater(ways["self-hosted"]["estimate"]["expected_usd"], 0)
        self.assertGreater(ways["prompt"]["estimate"]["expected_usd"], 0)
        page = self.basewatch.cli("estimate", "triage", "--at", "2027-02-01")
        self.assertIn("no way: same-platform: fine-tuning on openai is closed since 2027-01-06",
                      page)
        today = json.loads(self.basewatch.cli("estimate", "triage", "--at", "2026-12-01", "--json"))
        self.assertEqual(today["route"], "same-platform")
        self.assertEqual(today["platform"], "openai")

    def test_where_data_may_leave_another_platform_is_next(self):
        self.basewatch.configure(policy={"data_may_leave": True})
        self.basewatch.reload()
        estimate = json.loads(self.basewatch.cli("estimate", "triage", "--at", "2027-02-01",
                                                 "--json"))
        self.assertEqual(estimate["route"], "other-platform")

    def test_prices_of_ones_own_win_after_a_reload(self):
        def training():
            estimate = json.loads(self.basewatch.cli("estimate", "triage", "--at", "2026-12-01",
                                                     "--json"))
            return next(term for term in estimate["terms"] if term["name"] == "training")
        self.assertEqual(training()["low_usd"], 46.5)
        os.mkdir(self.basewatch.path("prices"))
        mine = ("platform: openai\nprices:\n  - {%s as_of: 2026-11-01, confidence: user, "
                "training: {gpt-4.1-mini-2025-04-14: 4}}\n")
        self.basewatch.write("prices/mine.yaml", mine % "")
        self.basewatch.process.send_signal(signal.SIGHUP)
        self.basewatch.await_log("keeping the old configuration")
        self.assertIn("mine.yaml:3", self.basewatch.text())
        self.basewatch.write("prices/mine.yaml", mine % "source: our contract,")
        self.basewatch.reload()
        self.assertEqual((training()["low_usd"], training()["price"]["source"]),
                         (37.2, "our contract"))

    def test_actuals_are_recorded_compared_and_removed(self):
        refused = self.basewatch.run("actuals", "add", "triage", "--usd", "5100.50")
        self.assertEqual(refused.returncode, 2)
        refused = self.basewatch.run("actuals", "add", "nobody", "--usd", "1", "--on", "2026-01-01")
        self.assertEqual(refused.returncode, 1)
        self.basewatch.cli("actuals", "add", "triage", "--usd", "5100.50", "--on", "2026-01-01",
                           "--note", "spring")
        row = self.basewatch.rows("actuals")[0]
        self.assertEqual((row["paid_usd"], row["note"], row["owner"]), (5100.5, "spring", "support"))
        self.assertIn("1 moves paid for, $5,100.50 in all",
                      self.basewatch.cli("actuals", "show", "triage"))
        self.assertIn("earlier moves: 1 paid for", self.basewatch.cli("estimate", "triage"))
        self.basewatch.cli("actuals", "remove", row["id"])
        self.assertEqual(self.basewatch.rows("actuals"), [])

    def test_a_year_adds_up(self):
        year = self.basewatch.json("treadmill")
        self.assertEqual([row["deployment"] for row in year["treadmill"]], ["help", "triage"])
        tuned = year["treadmill"][1]["tuned"]
        self.assertAlmostEqual(tuned["total_usd"],
                               tuned["moves_per_year"] * tuned["move_usd"] + tuned["hosting_usd"]
                               + tuned["upkeep_usd"] + tuned["calls_usd"], 2)
        self.assertAlmostEqual(year["fleet"]["year_usd"],
                               sum(owner["year_usd"] for owner in year["owners"]), 2)
        self.assertEqual(year["fleet"]["deployments"], 2)
        page = self.basewatch.cli("treadmill", "--owner", "support")
        self.assertIn("triage", page)
        self.assertNotIn("help", page)
        self.assertEqual(self.basewatch.run("treadmill", "nobody").returncode, 1)

    def state(self):
        folder = self.basewatch.path("state")
        return {name: hashlib.sha256(open(os.path.join(folder, name), "rb").read()).hexdigest()
                for name in os.listdir(folder) if not name.endswith("-shm")}

    def test_what_if_a_model_shipped_is_told_and_nothing_is_written(self):
        before, facts = self.state(), self.basewatch.facts()
        told = json.loads(self.simulate("--release", "gpt-6-mini", "--platform", "openai", "--like",
                                        "gpt-4.1-mini-2025-04-14", "--json"))["simulate"]
        live = [row for row in told if row["state"] == "open"]
        self.assertEqual([(row["deployment"], row["candidate"]) for row in live],
                         [("triage", "gpt-6-mini")])
        self.assertGreater(live[0]["estimate"]["expected_usd"], 0)
        self.assertIn("triage", self.simulate("--release", "gpt-6-mini", "--platform", "openai"))
        self.assertEqual(self.state(), before)
        self.assertEqual(self.basewatch.facts(), facts)

    def test_what_if_a_model_ended_is_told_with_its_deadline(self):
        told = json.loads(self.simulate("--shutdown", "gpt-4o-2024-08-06=2099-01-15",
                                        "--json"))["simulate"]
        self.assertEqual([(row["deployment"], row["kind"], row["serve_until"]) for row in told],
                         [("help", "deprecated", "2099-01-15")])
        told = json.loads(self.simulate("--shutdown", "text-embedding-3-large=2099-01-15",
                                        "--json"))["simulate"]
        self.assertEqual([(row["deployment"], row["kind"]) for row in told],
                         [("help", "embedder-stale")])
        self.assertIn("Nobody", self.simulate("--release", "whisper-9", "--platform", "openai"))

    def test_what_cannot_be_simulated_is_said(self):
        config = ("simulate", "--config", self.basewatch.path("basewatch.yaml"))
        for args, code, words in (
                ((), 2, "either --release or --shutdown"),
                (("--release", "x"), 2, "--platform is missing"),
                (("--shutdown", "gpt-4o"), 2, "not MODEL=DATE"),
                (("--release", BASES[0], "--platform", "openai"), 1, "already"),
                (("--release", "x", "--platform", "groq"), 1, "no source has listed anything"),
                (("--release", "x", "--platform", "openai", "--like", "y"), 1, "does not list"),
                (("--shutdown", "nothing=2099-01-01"), 1, "no source lists 'nothing'")):
            done = self.helper(*config, *args)
            self.assertEqual((done.returncode, done.stdout), (code, ""), args)
            self.assertIn(words, done.stderr)

    def test_the_history_is_handed_out_and_played_again(self):
        folder = self.basewatch.path("history")
        self.basewatch.cli("history", "export", folder)
        self.assertEqual(os.listdir(folder), ["openai.jsonl"])
        with open(os.path.join(folder, "openai.jsonl"), encoding="utf-8") as file:
            lines = [json.loads(line) for line in file]
        self.assertEqual({model["id"] for model in lines[0]["models"]}, set(BASES))
        again = self.basewatch.run("history", "export", folder)
        self.assertEqual((again.returncode, again.stdout), (1, ""))
        self.assertIn("File exists", again.stderr)
        fleet = self.basewatch.write("fleet.yaml", json.dumps({"deployments": [
            deployment("triage", "prompt", BASES[0])]}))
        played = self.helper("backtest", "--history", folder, "--deployments", fleet, "--format",
                             "jsonl")
        self.assertEqual(played.returncode, 0, played.stderr)
        told = [json.loads(line) for line in played.stdout.splitlines()]
        self.assertEqual([(row["deployment"], row["candidate"]) for row in told],
                         [("triage", BASES[1])])
        os.mkdir(self.basewatch.path("tree"))
        self.basewatch.write("tree/app.py", 'MODEL = "gpt-4o-mini-2024-07-18"\n')
        found = self.helper("scan", self.basewatch.path("tree"), "--catalog",
                            os.path.join(folder, "openai.jsonl"), "--json")
        hits = json.loads(found.stdout)["hits"]
        self.assertEqual([(hit["id"], hit["candidate"]) for hit in hits], [(BASES[0], BASES[1])])


if __name__ == "__main__":
    main()

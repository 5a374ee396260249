#!/usr/bin/python3
"""From a newer base to what its users hear, on small catalogs made here: files, HTTP and pages."""
import json
import urllib.parse

from harness import Case, anthropic_list, deployment, main, openai_list, wait_for

OLD, NEW = "gpt-4o-mini-2024-07-18", "gpt-5-mini-2025-08-07"
# None of these may ever be offered to a deployment on OLD.
OTHERS = ["gpt-image-2", "gpt-4o-mini-tts-2025-12-15", "gpt-4o-mini-audio-preview-2025-12-17",
          "text-embedding-4-small", "gpt-5.1-nano-2026-01-01", "gpt-5.1-2026-01-01",
          "gpt-5.1-pro-2026-01-01", "gpt-5.1-codex-mini", "gpt-realtime-mini-2026-01-01",
          "gpt-5.1-mini-preview-2026-01-01", "gpt-4o-mini-2023-01-01", "o5-mini-2026-01-01",
          "ft:gpt-5-mini-2025-08-07:acme:other:1", "claude-haiku-5", "whisper-2", "omni-moderation-9"]


class Release(Case):
    def setUp(self):
        self.hooks = self.receiver()
        self.basewatch = self.daemon(deployments=[
            deployment("tuned", "fine-tuned", "ft:%s:acme:triage:9xYz" % OLD, owner="ml",
                       training={"rows": 5000, "tokens_per_row": 620, "epochs": 3},
                       traffic={"calls_per_day": 20000, "input_tokens": 450, "output_tokens": 120,
                                "prompted_input_tokens": 1900}),
            deployment("chat", "prompt", OLD),
            deployment("docs", "rag", OLD),
            deployment("new", "prompt", NEW),
            deployment("alias", "prompt", "gpt-4o-mini")])
        self.basewatch.configure(sources=[self.basewatch.file_source("openai", "openai")],
                                 sinks=[self.basewatch.sink(self.hooks)])

    def show(self, ids):
        self.basewatch.write("openai.json", openai_list(ids))
        if self.basewatch.process is None:
            self.basewatch.start()
        return self.basewatch.poll()["openai"]["state"]

    def told(self):
        """The live notices as (deployment, kind, candidate)."""
        return sorted((row["deployment"], row["kind"], row["candidate"])
                      for row in self.basewatch.rows("notices", "--state", "live"))

    def test_each_hears_once_and_nobody_of_another_product(self):
        base = [OLD, "gpt-4o-mini"]
        self.show(base)
        for count in range(1, len(OTHERS) + 1):
            self.assertEqual(self.show(base + OTHERS[:count]), "ok")
            self.assertEqual(self.told(), [], OTHERS[count - 1])
        self.show(base + OTHERS + [NEW])
        self.assertEqual(self.told(), [("alias", "swap", NEW), ("chat", "swap", NEW),
                                       ("docs", "swap", NEW), ("tuned", "stale", NEW)])
        wait_for(lambda: len(self.hooks.of_type("notice.opened")) == 4, "four messages")
        self.show(base + OTHERS + [NEW, "gpt-5-mini"])
        for _ in range(3):
            self.basewatch.poll()
        self.basewatch.stop()
        self.basewatch.start()
        self.basewatch.poll()
        self.assertEqual(len(self.basewatch.rows("notices")),
                         len(self.told()) + sum(row["state"] == "superseded"
                                                for row in self.basewatch.rows("notices")))
        tuned = [event for event in self.hooks.of_type("notice.opened") if event["subject"] == "tuned"]
        self.assertEqual(len(tuned), 1)

    def test_a_baseline_is_summed_up_by_owner(self):
        self.show([OLD, NEW])
        wait_for(lambda: len(self.hooks.of_type("notice.opened")) == 2, "one message an owner")
        summary = next(event for event in self.hooks.of_type("notice.opened")
                       if "count" in event["data"])
        self.assertEqual((summary["subject"], summary["data"]["count"]), ("web", 3))
        self.assertEqual([row["name"] for row in self.basewatch.rows("deployments")
                          if row["state"] == "current"], ["new"])

    def test_a_finetune_is_stale_with_a_price_that_adds_up(self):
        self.show([OLD])
        self.show([OLD, NEW])
        row = next(row for row in self.basewatch.rows("deployments") if row["name"] == "tuned")
        self.assertEqual((row["state"], row["candidate"], row["via"]), ("stale", NEW, "line"))
        why = self.basewatch.cli("explain", "tuned")
        self.assertIn(NEW, why)
        estimate = self.basewatch.json("estimate", "tuned")
        estimate = estimate.get("estimate", estimate)
        total = {bound: 0 for bound in ("low_usd", "expected_usd", "high_usd")}
        for term in estimate["terms"]:
            self.assertLessEqual(term["low_usd"], term["expected_usd"])
            self.assertLessEqual(term["expected_usd"], term["high_usd"])
            for bound in total:
                total[bound] += term[bound]
        self.assertAlmostEqual(total["expected_usd"], estimate["expected_usd"], delta=0.01)
        for part in ("cash", "people"):
            self.assertGreater(estimate[part]["expected_usd"], 0)
        self.assertAlmostEqual(estimate["cash"]["expected_usd"] + estimate["people"]["expected_usd"],
                               estimate["expected_usd"], delta=0.01)
        notice = next(row for row in self.basewatch.rows("notices") if row["deployment"] == "tuned")
        self.assertAlmostEqual(notice["estimate"]["expected_usd"], estimate["expected_usd"], delta=0.01)

    def test_a_newer_candidate_supersedes_and_a_move_resolves(self):
        self.show([OLD])
        self.show([OLD, NEW])
        newest = "gpt-5.1-mini-2026-02-03"
        self.show([OLD, NEW, newest])
        self.assertIn(("chat", "swap", newest), self.told())
        self.assertIn(("new", "swap", newest), self.told())
        self.basewatch.configure(deployments=[
            dict(row, model=newest) if row["name"] == "chat" else row
            for row in self.basewatch.config["deployments"]])
        self.basewatch.reload()
        wait_for(lambda: [row["state"] for row in self.basewatch.rows("notices")
                          if row["deployment"] == "chat"] == ["superseded", "resolved"], "the move")
        wait_for(lambda: self.hooks.of_type("notice.resolved"), "the message of it")

    def test_a_fall_is_held_until_it_is_accepted(self):
        models = [OLD, NEW] + ["gpt-5-nano-2025-08-%02d" % day for day in range(1, 11)]
        self.show(models)
        before = self.basewatch.facts()
        self.assertEqual(self.show(models[:5]), "held")
        self.assertEqual(self.basewatch.source("openai")["entries"], 12)
        self.assertEqual(self.basewatch.facts()[0], before[0])
        wait_for(lambda: self.hooks.of_type("source.failing"), "the operators' message")
        held = [row for row in self.basewatch.rows("notices", "--state", "live")
                if row["kind"] == "source-failing"]
        self.assertEqual([(row["source"], row["severity"]) for row in held], [("openai", "act")])
        self.basewatch.stop()
        self.basewatch.start()  # what is held survives a restart
        self.basewatch.cli("sources", "accept", "openai")
        self.assertEqual(self.basewatch.source("openai")["entries"], 5)
        wait_for(lambda: self.hooks.of_type("source.recovered"), "the all-clear")
        done = self.basewatch.run("sources", "accept", "openai")
        self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 1))

    def test_a_fall_that_heals_leaves_no_trace(self):
        models = [OLD, NEW, "o3-2025-04-16", "gpt-4.1-2025-04-14", "gpt-5-2025-08-07"]
        self.show(models)
        before = self.basewatch.facts()
        self.assertEqual(self.show(models[:2]), "held")
        self.assertEqual(self.show(models), "ok")
        after = self.basewatch.facts()
        self.assertEqual((after[0], after[2]), (before[0], before[2]))
        self.assertEqual([row["state"] for row in self.basewatch.rows("notices")
                          if row["kind"] == "source-failing"], ["resolved"])

    def test_a_candidate_that_leaves_takes_its_notices_along(self):
        self.show([OLD, "o3-2025-04-16", "o1-2024-12-17"])
        self.show([OLD, "o3-2025-04-16", "o1-2024-12-17", "gpt-5.1-mini-2026-02-03"])
        self.assertEqual(len(self.told()), 5)
        self.assertEqual(self.show([OLD, "o3-2025-04-16", "o1-2024-12-17"]), "ok")
        self.assertEqual(self.told(), [])

    def test_pages_over_http(self):
        ids = ["claude-opus-4-5-20251101", "claude-sonnet-4-5-20250929", "claude-haiku-4-5-20251001",
               "claude-opus-4-1-20250805", "claude-opus-4-6"]

        def answer(request):
            query = urllib.parse.parse_qs(urllib.parse.urlsplit(request.path).query)
            start = ids.index(query["after_id"][0]) + 1 if "after_id" in query else 0
            page = ids[start:start + 2]
            more = start + 2 < len(ids)
            return 200, {}, json.dumps({"data": [{"id": name} for name in page], "has_more": more,
                                        "last_id": page[-1]}).encode()
        api = self.server(answer)
        self.basewatch.configure(
            sources=[dict(name="anthropic", plugin="anthropic", url=api.url + "/v1")],
            deployments=[deployment("help", "prompt", ids[0], "anthropic")])
        self.basewatch.start()
        self.assertEqual(self.basewatch.poll()["anthropic"]["entries"], 5)
        self.assertEqual(self.told(), [("help", "swap", "claude-opus-4-6")])

    def test_status_is_what_the_rows_say(self):
        self.show([OLD, "gpt-4o-mini"])
        self.show([OLD, "gpt-4o-mini", NEW])
        status = self.basewatch.json("status")
        rows = self.basewatch.rows("deployments")
        self.assertEqual(status["deployments"]["total"], len(rows))
        for state, count in status["deployments"]["by_state"].items():
            self.assertEqual(count, sum(row["state"] == state for row in rows), state)
        self.assertEqual(status["notices"]["open"], len(self.told()))
        self.assertEqual(status["sources"][0]["entries"], 3)


if __name__ == "__main__":
    main()

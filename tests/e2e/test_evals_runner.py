#!/usr/bin/python3
"""Eval jobs with the real daemon and the real runner, whose suites are small shell scripts: no job is
run twice at once and none is lost, whoever is killed; and what may be run is the runner's to say."""
import collections
import json
import os
import signal
import time

from harness import PATIENCE_S, Case, deployment, main, openai_list, wait_for

NAMES = ["a", "b", "c", "d", "e", "f"]
CONVENTIONS = {"makers": {"acme": {"names": ["acme"], "families": {name: {} for name in NAMES}}}}
# Keeps a line of what it runs, then waits while the file `hold` is there.
SCRIPT = r'''echo "$BASEWATCH_ROLE $BASEWATCH_MODEL" >> runs
while [ -e hold ]; do sleep 0.05; done
printf '{"cases":5,"passed":5,"model":"%s"}' "$BASEWATCH_MODEL" > "$BASEWATCH_RESULT"'''


class Evals(Case):
    def setUp(self):
        self.basewatch = self.daemon(evals={"start": "off", "running": 3, "lease": "5s"})
        os.mkdir(self.basewatch.path("lineages"))
        self.basewatch.write("lineages/acme.yaml", json.dumps(CONVENTIONS))
        os.mkdir(self.basewatch.path("runner.d"))
        self.basewatch.write("runner.d/suites.yaml", json.dumps({"suites": {"triage": {
            "argv": ["/bin/sh", "-c", SCRIPT], "cwd": self.basewatch.dir, "result": "json"}}}))

    def release(self, names, suite="triage", **evals):
        self.basewatch.write("openai.json", openai_list(["acme/%s-1" % name for name in names]))
        self.basewatch.configure(
            sources=[self.basewatch.file_source("openai", "openai", platform="acme-vllm")],
            deployments=[deployment(name, "prompt", "acme/%s-1" % name, "acme-vllm",
                                    evals=dict(evals, suite=suite, cases=5)) for name in names])
        self.basewatch.start()
        self.basewatch.poll()
        self.basewatch.write("openai.json", openai_list(
            ["acme/%s-%d" % (name, version) for name in names for version in (1, 2)]))
        self.basewatch.poll()
        for name in names:
            self.basewatch.cli("evals", "start", name)

    def hold(self):
        self.basewatch.write("hold", "")

    def let_go(self):
        os.unlink(self.basewatch.path("hold"))

    def runs(self):
        """What was run, in order: (role, model)."""
        try:
            with open(self.basewatch.path("runs")) as file:
                return [tuple(line.split()) for line in file]
        except FileNotFoundError:
            return []

    def jobs(self):
        return {row["deployment"]: row for row in self.basewatch.rows("evals")}

    def job(self, name="a"):
        return self.jobs()[name]

    def finished(self, name="a"):
        return wait_for(lambda: self.job(name)["state"] == "finished" and self.job(name), "the end")

    def await_runner_log(self, words):
        def said():
            with open(self.basewatch.path("runner.log")) as file:
                return words in file.read()
        wait_for(said, "the runner to say '%s'" % words)

    BOTH = [("baseline", "acme/a-1"), ("candidate", "acme/a-2")]

    def test_a_killed_runner_makes_the_job_inconclusive_and_nobody_runs_it_again(self):
        self.hold()
        self.release(["a"])
        first = self.runner(self.basewatch, "first")
        wait_for(self.runs, "the run")
        first.kill()
        first.wait(PATIENCE_S)
        self.runner(self.basewatch, "second")
        job = self.finished()
        self.assertEqual((job["verdict"], job["runner"]), ("inconclusive", "first"))
        self.assertIn("was lost", job["reason"])
        time.sleep(1)
        self.assertEqual(self.runs(), self.BOTH[:1])
        self.let_go()
        self.basewatch.cli("evals", "start", "a")  # a person may ask for another
        wait_for(lambda: len(self.runs()) == 3, "the second job")
        wait_for(lambda: "second" in json.dumps(self.basewatch.rows("evals")), "its runner")

    def test_a_runner_that_is_stopped_says_so(self):
        self.hold()
        self.release(["a"])
        runner = self.runner(self.basewatch)
        wait_for(self.runs, "the run")
        runner.terminate()
        self.assertEqual(runner.wait(PATIENCE_S), 0)
        job = self.job()
        self.assertEqual((job["verdict"], job["reason"]),
                         ("inconclusive", "baseline: the runner was stopped (signal 15)"))

    def test_a_runner_that_hangs_loses_its_job_and_stops_the_suite_when_it_wakes(self):
        self.hold()
        self.release(["a"])
        runner = self.runner(self.basewatch)
        wait_for(self.runs, "the run")
        runner.send_signal(signal.SIGSTOP)
        self.assertIn("was lost", self.finished()["reason"])
        runner.send_signal(signal.SIGCONT)
        self.await_runner_log("is no longer ours, the suite is stopped")
        self.let_go()
        time.sleep(0.5)
        self.assertEqual(self.runs(), self.BOTH[:1])
        self.assertEqual(self.job()["verdict"], "inconclusive")

    def test_a_killed_daemon_gets_the_verdict_all_the_same(self):
        self.hold()
        self.release(["a"])
        self.runner(self.basewatch)
        wait_for(self.runs, "the run")
        self.basewatch.kill()
        self.basewatch.start()
        self.let_go()
        self.assertEqual(self.finished()["verdict"], "pass")
        self.assertEqual(self.runs(), self.BOTH)
        self.assertEqual(len(self.basewatch.rows("evals")), 1)

    def test_a_daemon_that_is_killed_again_and_again_loses_and_doubles_nothing(self):
        self.release(NAMES)
        self.runner(self.basewatch, "first")
        self.runner(self.basewatch, "second")
        for seen in (1, 4, 7):
            wait_for(lambda: len(self.runs()) >= seen, "run %d" % seen)
            self.basewatch.kill()
            self.basewatch.start()
        jobs = wait_for(lambda: all(job["state"] == "finished" for job in self.jobs().values()) and
                        self.jobs(), "all verdicts", 60)
        self.assertEqual(sorted(jobs), NAMES)
        counts = collections.Counter(self.runs())
        self.assertEqual(set(counts.values()), {1}, counts)
        for name, job in jobs.items():
            if job["verdict"] == "pass":
                self.assertEqual(counts[("candidate", "acme/%s-2" % name)], 1)
            else:
                self.assertEqual(job["verdict"], "inconclusive", job)

    def test_two_runners_share_the_jobs(self):
        self.release(NAMES)
        self.runner(self.basewatch, "first")
        self.runner(self.basewatch, "second")
        for name in NAMES:
            self.assertEqual(self.finished(name)["verdict"], "pass")
        self.assertEqual(collections.Counter(self.runs()), collections.Counter(
            pair for name in NAMES for pair in (("baseline", "acme/%s-1" % name),
                                                ("candidate", "acme/%s-2" % name))))

    def test_a_cancelled_job_stops_its_suite(self):
        self.hold()
        self.release(["a"])
        self.runner(self.basewatch)
        wait_for(self.runs, "the run")
        self.basewatch.cli("evals", "cancel", self.job()["id"], "--reason", "too dear")
        self.await_runner_log("is no longer ours, the suite is stopped")
        self.let_go()
        time.sleep(0.5)
        self.assertEqual(self.runs(), self.BOTH[:1])
        self.assertEqual(self.job()["verdict"], "cancelled")

    def test_a_suite_that_the_runner_does_not_hold_waits_and_is_never_run(self):
        self.release(["a"], suite="/bin/sh")
        self.runner(self.basewatch)
        time.sleep(2)
        self.assertEqual(self.job()["state"], "queued")
        self.assertEqual(self.runs(), [])

    def test_whoever_may_write_to_the_socket_cannot_make_another_argv_run(self):
        marker = self.basewatch.path("marker")
        self.release(["a"])
        argv = ["/usr/bin/touch", marker]
        evals = {"suite": "triage", "cases": 5, "argv": argv, "cwd": "/", "command": "touch " + marker}
        for body in ({"deployment": "a", "argv": argv, "suite": "touch " + marker},
                     {"deployment": "a", "tuned": "$(touch %s)" % marker},
                     {"deployment": "a", "tuned": "--exec=touch\t" + marker},
                     {"deployment": "a", "tuned": "x;touch${IFS}" + marker}):
            self.basewatch.ask("POST", "/v1/evals", json.dumps(body))
        for number, row in enumerate((
                deployment("x", "prompt", "acme/b-1", "acme-vllm", evals=evals),
                deployment("y", "prompt", "`touch %s`" % marker, "acme-vllm",
                           evals={"suite": "triage", "cases": 5}),
                deployment("z", "prompt", "acme/b-1", "acme-vllm", argv=argv,
                           evals={"suite": "triage;touch " + marker, "cases": 5}))):
            self.basewatch.write("import-%d" % number, json.dumps(row) + "\n")
            self.basewatch.run("deployments", "import", self.basewatch.path("import-%d" % number))
            self.basewatch.run("evals", "start", row["name"])
        self.basewatch.poll()
        self.runner(self.basewatch)
        self.finished("a")
        time.sleep(1)
        self.assertFalse(os.path.exists(marker))
        self.assertLessEqual({model for _, model in self.runs()},
                             {"acme/%s-%d" % (name, n) for name in "ab" for n in (1, 2)})

    # ---- a CI in place of the runner ----

    def report(self, *args, token):
        self.basewatch.write("token", token, 0o600)
        return self.basewatch.run("evals", "report", self.job()["id"], "--token",
                                  self.basewatch.path("token"), *args)

    def result(self, name, **counts):
        return self.basewatch.write(name, json.dumps(counts))

    def take(self):
        self.release(["a"], trigger="ci")
        answer = json.loads(self.basewatch.cli("evals", "token", self.job()["id"], "--json"))
        return answer.get("job", answer)["token"]

    def test_a_ci_reports_once_by_its_token(self):
        token = self.take()
        files = ["--format", "json", "--baseline", self.result("b.json", cases=9, passed=9),
                 "--candidate", self.result("c.json", cases=9, passed=8, model="acme/a-2")]
        refused = self.report(*files, token="another")
        self.assertEqual(refused.returncode, 1)
        self.assertIn("not the token", refused.stderr)
        done = self.report(*files, "--tolerance", "0.2", token=token)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("eval %s: pass: candidate passed 8 of 9 cases" % self.job()["id"], done.stdout)
        self.assertNotIn(token, done.stdout + done.stderr + self.basewatch.text())
        again = self.report(*files, token=token)
        self.assertEqual(again.returncode, 1)
        self.assertIn("is over", again.stderr)
        self.assertEqual(self.job()["verdict"], "pass")

    def test_pointers_and_rates_of_a_ci(self):
        token = self.take()
        self.result("r.json", stats={"n": 10, "ok": 8}, id="openai:acme/a-2")
        self.result("s.json", stats={"n": 10, "ok": 7}, id="openai:acme/a-1")
        done = self.report("--format", "json", "--cases", "/stats/n", "--passed", "/stats/ok",
                           "--model", "/id", "--pass-rate", "0.9", "--candidate",
                           self.basewatch.path("r.json"), "--baseline",
                           self.basewatch.path("s.json"), "--json", token=token)
        self.assertEqual(done.returncode, 0, done.stderr)
        row = json.loads(done.stdout)
        self.assertEqual(row["verdict"], "fail")
        self.assertIn("90 % were asked for", row["reason"])

    def test_a_file_that_a_ci_does_not_have_is_a_failed_run(self):
        token = self.take()
        done = self.report("--candidate", self.basewatch.path("absent.json"), token=token)
        self.assertEqual(done.returncode, 1)
        self.assertIn("absent.json: cannot be read: No such file", done.stderr)
        job = self.job()
        self.assertEqual(job["verdict"], "inconclusive")
        self.assertIn("candidate: ", job["reason"])

    def test_a_token_is_never_an_argument(self):
        for args in (["--candidate", "x"], ["--token", "tk_1", "--candidate", "x"],
                     ["--token", "x"], ["--token", "x", "--candidate", "y", "--format", "xml"],
                     ["--token", "x", "--candidate", "y", "--tolerance", "2"]):
            done = self.basewatch.run("evals", "report", "1", *args)
            self.assertIn(done.returncode, (1, 2), done.stdout)
            self.assertIn("error: ", done.stderr)


if __name__ == "__main__":
    main()

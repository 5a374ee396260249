#!/usr/bin/python3
"""`basewatch runner` against a control socket that is scripted here: what it takes, what it runs, what
it leaves behind, and what it says. Suites are small shell scripts."""
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

from harness import BIN, PATIENCE_S, main, unittest, wait_for

WRITE = r'printf "{\"cases\":4,\"passed\":4,\"model\":\"$BASEWATCH_MODEL\"}" > "$BASEWATCH_RESULT"'


class Desk:
    """The control socket. Jobs in `waiting` are handed out in turn; renewals are answered with
    `renewal`; what is asked is kept."""

    def __init__(self, path):
        self.waiting, self.asked, self.reports, self.renewals = [], [], [], 0
        self.renewal = self.report_answer = 200
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(path)
        self.socket.listen(8)
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            try:
                peer, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.answer, args=(peer,), daemon=True).start()

    def answer(self, peer):
        with peer:
            data = b""
            while b"\r\n\r\n" not in data:
                data += peer.recv(65536)
            head, _, body = data.partition(b"\r\n\r\n")
            size = next((int(line.split(b":")[1]) for line in head.split(b"\r\n")
                         if line.lower().startswith(b"content-length")), 0)
            while len(body) < size:
                body += peer.recv(65536)
            method, target, _ = head.decode().split("\r\n")[0].split(" ")
            status, document = self.decide(target, json.loads(body))
            text = json.dumps(document)
            try:
                peer.sendall(("HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%s" %
                              (status, len(text), text)).encode())
            except OSError:
                pass

    def decide(self, target, body):
        if target == "/v1/evals/lease":
            self.asked.append(body)
            end = time.monotonic() + min(body["wait_seconds"], 1)
            while not self.waiting and time.monotonic() < end:
                time.sleep(0.01)
            return 200, {"job": self.waiting.pop(0) if self.waiting else None}
        status = 200
        if target.endswith("/renew"):
            self.renewals += 1
            status = self.renewal
        elif target.endswith("/report"):
            self.reports.append((target, body))
            status = self.report_answer
        if status != 200:
            return status, {"title": "no", "status": status, "detail": "this eval is over"}
        return 200, {"lease_seconds": 3}

    def close(self):
        self.socket.close()


class Runner(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="basewatch-runner-")
        self.addCleanup(shutil.rmtree, self.dir)
        for name in ("runner.d", "tmp", "home"):
            os.mkdir(self.path(name), 0o755)
        self.desk = Desk(self.path("s"))
        self.addCleanup(self.desk.close)
        self.process = None

    def path(self, name):
        return os.path.join(self.dir, name)

    def suite(self, script, name="triage", **more):
        """A suite that is a shell script with the model as $1 and the result's path as $2."""
        suite = dict({"argv": ["/bin/sh", "-c", script, "suite", "{model}", "{result}"],
                      "result": "json", "timeout": "20s"}, **more)
        self.suites = dict(getattr(self, "suites", {}), **{name: suite})
        with open(self.path("runner.d/a.yaml"), "w") as file:
            json.dump({"suites": self.suites}, file)

    def job(self, number=1, suite="triage", models=(("baseline", "m-1"), ("candidate", "m-2")), **more):
        self.desk.waiting.append(dict(
            {"id": str(number), "suite": suite, "deployment": "triage", "notice": "7",
             "token": "t-%d" % number, "lease_seconds": 3,
             "models": [{"role": role, "model": model} for role, model in models]}, **more))

    def start(self):
        environment = {"PATH": os.environ["PATH"], "HOME": self.path("home"), "LANG": "C.UTF-8",
                       "TMPDIR": self.path("tmp"), "SECRET_OF_OURS": "x",
                       "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "")}
        with open(self.path("log"), "ab") as log:
            self.process = subprocess.Popen(
                [os.path.join(BIN, "basewatch"), "runner", "--suites", self.path("runner.d"),
                 "--name", "here", "--socket", self.path("s")],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
        self.addCleanup(self.stop)

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.assertEqual(self.process.wait(PATIENCE_S), 0, self.log())
        self.assertNotIn("Sanitizer", self.log())

    def log(self):
        with open(self.path("log"), errors="replace") as file:
            return file.read()

    def report(self):
        target, body = wait_for(lambda: self.desk.reports and self.desk.reports[0], "a report")
        return body

    def file(self, name):
        """The content of a file of ours, once it is there."""
        def content():
            try:
                with open(self.path(name)) as file:
                    return file.read().strip()
            except FileNotFoundError:
                return None
        return wait_for(content, name)

    def gone(self, pid):
        def check():
            try:
                with open("/proc/%s/stat" % pid) as file:
                    return file.read().rsplit(")", 1)[1].split()[0] == "Z"
            except OSError:
                return True
        wait_for(check, "process %s to be gone" % pid)

    # ---- what is run ----

    def test_a_suite_is_run_once_a_model_and_reported(self):
        self.suite("env > '%s'.$BASEWATCH_ROLE; echo \"$1\" \"$2\" > '%s'.$BASEWATCH_ROLE; %s; exit 100"
                   % (self.path("env"), self.path("args"), WRITE),
                   environment={"KEY": {"file": "key"}, "PLAIN": "a b"}, pass_rate=0.75, tolerance=0.1)
        with open(self.path("runner.d/key"), "w") as file:
            file.write("s3cret\n")
        os.chmod(self.path("runner.d/key"), 0o600)
        self.job()
        self.start()
        report = self.report()
        self.assertEqual(report["outcome"], "finished")
        self.assertEqual((report["token"], report["pass_rate"], report["tolerance"]), ("t-1", 0.75, 0.1))
        self.assertEqual([(row["role"], row["model"], row["cases"], row["passed"], row["failed"],
                           row["errors"], row["models_seen"], row["exit"])
                          for row in report["results"]],
                         [("baseline", "m-1", 4, 4, 0, 0, ["m-1"], 100),
                          ("candidate", "m-2", 4, 4, 0, 0, ["m-2"], 100)])
        self.assertEqual(self.desk.asked[0]["suites"], ["triage"])
        self.assertEqual(self.desk.asked[0]["runner"], "here")
        environment = dict(line.split("=", 1) for line in self.file("env.candidate").split("\n"))
        for ours in ("PWD", "SHLVL", "_", "OLDPWD"):
            environment.pop(ours, None)  # the shell's own
        result = environment.pop("BASEWATCH_RESULT")
        self.assertEqual(environment, {
            "PATH": os.environ["PATH"], "HOME": self.path("home"), "LANG": "C.UTF-8", "KEY": "s3cret",
            "PLAIN": "a b", "BASEWATCH_MODEL": "m-2", "BASEWATCH_ROLE": "candidate",
            "BASEWATCH_NOTICE": "7"})
        self.assertEqual(self.file("args.candidate"), "m-2 " + result)
        self.assertTrue(result.startswith(self.path("tmp")))
        self.assertNotIn("s3cret", self.log())
        self.assertNotIn("t-1", self.log())
        wait_for(lambda: os.listdir(self.path("tmp")) == [], "an empty folder")

    def test_what_the_files_do_not_hold_is_never_run(self):
        marker = self.path("marker")
        self.suite(WRITE)
        self.job(1, suite="/bin/touch")
        self.job(2, suite="triage", argv=["/bin/touch", marker], cwd="/", environment={"PATH": "/"})
        self.job(3, models=[("candidate", "--upload=/etc/passwd")])
        self.job(4, models=[("candidate", "m 1")])
        self.job(5, models=[("candidate", "$(touch %s);`touch %s`" % (marker, marker))])
        self.job(6, models=[("candidate", "m'1\"")])
        self.start()
        wait_for(lambda: len(self.desk.reports) == 6, "six reports")
        outcomes = [(body["outcome"], body["reason"]) for _, body in self.desk.reports]
        self.assertEqual(outcomes[0], ("failed", "the runner has no suite '/bin/touch'"))
        self.assertEqual(outcomes[1], ("finished", None))
        self.assertEqual(outcomes[2][0], "failed")
        self.assertIn("is no model id for a command line", outcomes[2][1])
        self.assertIn("is no model id for a command line", outcomes[3][1])
        self.assertIn("is no model id for a command line", outcomes[4][1])
        self.assertEqual(outcomes[5][0], "failed")  # the script's own JSON breaks, nothing else
        self.assertFalse(os.path.exists(marker))

    def test_a_run_without_a_result_says_why(self):
        self.suite("echo first; echo 'no API key' >&2; exit 3")
        self.suite("echo '{' > \"$2\"", name="broken")
        self.suite("true", name="absent", argv=["no-such-program", "{model}"])
        self.suite("true", name="nowhere", cwd=self.path("nowhere"))
        self.suite("true", name="keyless", environment={"KEY": {"file": "no.key"}})
        self.suite("mkfifo \"$2\"", name="fifo")
        for number, name in enumerate(self.suites, 1):
            self.job(number, suite=name)
        self.start()
        wait_for(lambda: len(self.desk.reports) == 6, "six reports")
        reasons = [body["reason"] for _, body in self.desk.reports]
        self.assertEqual({body["outcome"] for _, body in self.desk.reports}, {"failed"})
        self.assertEqual(reasons[0], "baseline: its result: cannot be read: No such file or directory "
                                     "(exit code 3); it said: no API key")
        self.assertIn("its result: line 1, column 2: not JSON", reasons[1])
        self.assertEqual(reasons[2], "baseline: 'no-such-program' cannot be started: "
                                     "No such file or directory")
        self.assertIn("cannot be started: No such file", reasons[3])
        self.assertIn("KEY: secret file 'no.key'", reasons[4])
        self.assertIn("no regular file", reasons[5])

    def test_output_without_end_is_capped_and_the_end_of_it_is_kept(self):
        self.suite("head -c 50000000 /dev/zero | tr '\\0' x; echo; echo the end; exit 1")
        self.job()
        self.start()
        self.assertIn("it said: the end", self.report()["reason"])
        with open("/proc/%d/status" % self.process.pid) as file:
            peak = next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
        self.assertLess(peak, 200000)  # kB, with AddressSanitizer's own

    # ---- what ends a run ----

    HIDE = ("setsid sh -c 'echo $$ > %s; exec sleep 1000' & "
            "(setsid setsid sh -c 'echo $$ > %s; trap \"\" TERM; while :; do sleep 1; done' &); ")

    def hide(self):
        """Two children that leave the process group, one of which ignores SIGTERM."""
        return self.HIDE % (self.path("pid-1"), self.path("pid-2"))

    def hidden_are_gone(self):
        self.gone(self.file("pid-1"))
        self.gone(self.file("pid-2"))

    def test_a_limit_of_time_ends_it_and_all_that_it_started(self):
        self.suite(self.hide() + "wait", timeout="1s")
        self.job()
        self.start()
        report = self.report()
        self.assertEqual(report["outcome"], "timeout")
        self.assertEqual(report["reason"], "baseline: it did not end within 1s (signal 15)")
        self.hidden_are_gone()

    def test_what_it_leaves_running_is_ended(self):
        self.suite(self.hide() + "sleep 0.3; " + WRITE)
        self.job()
        self.start()
        self.assertEqual(self.report()["outcome"], "finished")
        self.hidden_are_gone()

    def test_a_program_that_ignores_sigterm_is_killed_after_ten_seconds(self):
        self.suite("trap '' TERM; echo $$ > '%s'; while :; do sleep 0.2; done" % self.path("pid"),
                   timeout="1s")
        self.job()
        self.start()
        began = time.monotonic()
        report = self.report()
        self.assertEqual(report["outcome"], "timeout")
        self.assertIn("(signal 9)", report["reason"])
        self.assertGreater(time.monotonic() - began, 10)
        self.gone(self.file("pid"))

    def test_sigterm_stops_the_suite_and_says_so(self):
        self.suite(self.hide() + "wait")
        self.job()
        self.start()
        self.file("pid-2")
        self.process.terminate()
        self.assertEqual(self.process.wait(PATIENCE_S), 0)
        self.assertEqual(self.report()["outcome"], "failed")
        self.assertEqual(self.report()["reason"], "baseline: the runner was stopped (signal 15)")
        self.hidden_are_gone()

    def test_a_lost_lease_stops_the_suite_and_nothing_is_reported(self):
        self.suite("echo $$ > '%s'; sleep 1000" % self.path("pid"))
        self.start()
        for status in (404, 403, 409, 410):
            self.desk.renewal = 200
            self.job()
            pid = self.file("pid")
            os.unlink(self.path("pid"))
            self.desk.renewal = status
            self.gone(pid)
        self.assertEqual(self.desk.reports, [])
        self.assertIn("is no longer ours, the suite is stopped: this eval is over", self.log())

    def test_a_lease_is_renewed_while_the_suite_runs(self):
        self.suite("sleep 4; " + WRITE)
        self.job(models=[("candidate", "m-2")])
        self.start()
        self.assertEqual(self.report()["outcome"], "finished")
        self.assertGreaterEqual(self.desk.renewals, 4)

    def test_a_daemon_that_is_away_longer_than_the_lease_stops_the_suite(self):
        self.suite("echo $$ > '%s'; sleep 1000" % self.path("pid"))
        self.job()
        self.start()
        pid = self.file("pid")
        self.desk.close()
        os.unlink(self.path("s"))
        began = time.monotonic()
        self.gone(pid)
        self.assertLess(time.monotonic() - began, 8)
        self.desk = Desk(self.path("s"))
        self.addCleanup(self.desk.close)
        wait_for(lambda: self.desk.asked, "the runner to ask again")
        self.assertEqual(self.desk.reports, [])

    def test_a_killed_runner_takes_its_suite_along(self):
        self.suite(self.hide() + "echo $$ > '%s'; wait" % self.path("pid"))
        self.job()
        self.start()
        pid = self.file("pid")
        self.file("pid-2")
        self.process.kill()
        self.process.wait(PATIENCE_S)
        self.gone(pid)
        self.hidden_are_gone()

    def test_a_killed_guard_is_a_failed_run(self):
        self.suite("echo $PPID > '%s'; %s wait" % (self.path("guard"), self.hide()))
        self.job()
        self.start()
        self.file("pid-2")
        os.kill(int(self.file("guard")), signal.SIGKILL)
        report = self.report()
        self.assertEqual(report["outcome"], "failed")
        self.assertIn("the guard of the run was killed", report["reason"])
        self.hidden_are_gone()

    def test_a_report_that_nobody_answers_is_sent_again(self):
        self.suite("touch '%s'; sleep 1; %s" % (self.path("began"), WRITE))
        self.job(lease_seconds=30, models=[("candidate", "m-2")])
        self.start()
        wait_for(lambda: os.path.exists(self.path("began")), "the run")
        self.desk.close()
        os.unlink(self.path("s"))
        wait_for(lambda: "4 of 4 cases passed" in self.log(), "the run's end")
        self.desk = Desk(self.path("s"))
        self.addCleanup(self.desk.close)
        self.assertEqual(self.report()["outcome"], "finished")

    def test_an_idle_runner_stops_at_once_and_without_a_word(self):
        self.suite(WRITE)
        self.start()
        wait_for(lambda: self.desk.asked, "a question")
        began = time.monotonic()
        self.stop()
        self.assertLess(time.monotonic() - began, 5)
        self.assertNotIn("no jobs for now", self.log())

    # ---- the files ----

    def check(self, *args):
        return subprocess.run(
            [os.path.join(BIN, "basewatch"), "runner", "--suites", self.path("runner.d"), *args],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            timeout=60)

    def test_check_reads_the_files_and_runs_nothing(self):
        self.suite("touch '%s'" % self.path("marker"))
        done = self.check("--check")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("triage: /bin/sh -c touch", done.stdout)
        self.assertIn("{model} {result} (json, at most 20s a model)", done.stdout)
        self.assertIn("runner.d: ok, 1 suites", done.stdout)
        os.chmod(self.path("runner.d/a.yaml"), 0o666)
        done = self.check("--check")
        self.assertEqual(done.returncode, 1)
        self.assertIn("a.yaml:1:1: error: may be written by others", done.stderr)
        self.assertEqual(self.check().returncode, 1)  # nor does it serve them
        self.assertFalse(os.path.exists(self.path("marker")))

    def test_options_and_schema_are_told(self):
        self.assertIn("suites.NAME.argv\n", self.check("--options").stdout)
        self.assertIn("$defs", json.loads(self.check("--schema").stdout))

    def test_a_reload_takes_the_files_anew_and_keeps_the_old_ones_when_they_are_wrong(self):
        self.suite(WRITE)
        self.start()
        wait_for(lambda: self.desk.asked, "a question")
        self.suite(WRITE, name="help")
        self.process.send_signal(signal.SIGHUP)
        wait_for(lambda: self.desk.asked[-1]["suites"] == ["triage", "help"], "both suites")
        with open(self.path("runner.d/b.yaml"), "w") as file:
            file.write("suits: {}\n")
        self.process.send_signal(signal.SIGHUP)
        wait_for(lambda: "reload failed, keeping the suites" in self.log(), "the log")
        self.assertIn("b.yaml:1:1: error: unknown key 'suits'", self.log())
        asked = len(self.desk.asked)
        wait_for(lambda: len(self.desk.asked) > asked, "another question")
        self.assertEqual(self.desk.asked[-1]["suites"], ["triage", "help"])

    def test_a_reload_does_not_stop_a_suite(self):
        self.suite("touch '%s'; sleep 1; %s" % (self.path("began"), WRITE))
        self.job(models=[("candidate", "m-2")])
        self.start()
        wait_for(lambda: os.path.exists(self.path("began")), "the run")
        self.process.send_signal(signal.SIGHUP)
        self.assertEqual(self.report()["outcome"], "finished")
        wait_for(lambda: "holding 1 suites" in self.log(), "the reload afterwards")

    def test_without_a_daemon_it_waits_without_much_ado(self):
        self.suite(WRITE)
        self.desk.close()
        os.unlink(self.path("s"))
        self.start()
        wait_for(lambda: "no jobs for now, asking again and again: no daemon answers" in self.log(),
                 "the log")
        time.sleep(2.5)
        self.assertEqual(self.log().count("no jobs for now"), 1)
        with open("/proc/%d/stat" % self.process.pid) as file:
            ticks = file.read().rsplit(")", 1)[1].split()
        self.assertLess(int(ticks[11]) + int(ticks[12]), 100)  # a second of processor time


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""SIGHUP takes the configuration over or leaves everything as it is; SIGTERM is quick and loses nothing."""
import time

from harness import Case, deployment, main, openai_list, serve, wait_for

OLD = ["gpt-4o-mini-2024-07-18", "o3-2025-04-16"]
NEW = OLD + ["gpt-5-mini-2025-08-07"]


class Reload(Case):
    def setUp(self):
        self.hooks = self.receiver()
        self.basewatch = self.daemon()
        self.basewatch.write("openai.json", openai_list(NEW))
        self.basewatch.write("acme.json", openai_list(["acme-1"]))
        self.basewatch.configure(
            sources=[self.basewatch.file_source("openai", "openai")],
            sinks=[self.basewatch.sink(self.hooks)],
            deployments=[deployment("chat", "prompt", OLD[0])])
        self.basewatch.start()
        self.basewatch.poll()
        wait_for(lambda: self.hooks.of_type("notice.opened"), "the baseline's message")

    def names(self, kind):
        return [row["name"] for row in self.basewatch.rows(kind)]

    def test_deployments_and_sources_come_and_go(self):
        acme = self.basewatch.file_source("acme", "openai", platform="acme")
        before = self.basewatch.config
        self.basewatch.configure(
            sources=before["sources"] + [acme],
            deployments=before["deployments"] + [deployment("desk", "rag", OLD[0]),
                                                 deployment("own", "prompt", "acme-1", "acme")])
        self.basewatch.reload()
        wait_for(lambda: self.names("deployments") == ["chat", "desk", "own"], "the new deployments")
        wait_for(lambda: self.basewatch.source("acme")["state"] == "ok", "the first poll of acme")
        wait_for(lambda: len(self.hooks.of_type("notice.opened")) == 2, "the message about desk")
        self.assertEqual(sorted(event["subject"] for event in self.hooks.of_type("notice.opened")),
                         ["chat", "desk"])
        self.basewatch.configure(sources=before["sources"][:1],
                                 deployments=[deployment("desk", "rag", OLD[0])])
        self.basewatch.reload()
        wait_for(lambda: self.names("deployments") == ["desk"], "the deployments to go")
        self.assertEqual(self.names("sources"), ["openai"])
        live = [row["deployment"] for row in self.basewatch.rows("notices", "--state", "live")]
        self.assertEqual(live, ["desk"])

    def test_a_source_that_comes_back_tells_nothing_twice(self):
        sources = self.basewatch.config["sources"]
        self.basewatch.configure(sources=[])
        self.basewatch.reload()
        wait_for(lambda: self.names("sources") == [], "the source to go")
        self.basewatch.configure(sources=sources)
        self.basewatch.reload()
        wait_for(lambda: self.names("sources") == ["openai"], "the source to come")
        self.basewatch.poll()
        self.assertEqual(len(self.basewatch.rows("notices", "--state", "live")), 1)
        time.sleep(0.3)
        self.assertEqual(len(self.hooks.of_type("notice.opened")), 1)

    def test_a_broken_file_keeps_the_old_configuration(self):
        before = self.basewatch.facts()
        for broken in ("sources: [", "sauces: []\n", "deployments: [{name: x}]\n", "\0\1\2", ""):
            with self.subTest(broken):
                self.basewatch.write("basewatch.yaml", broken)
                self.basewatch.reload()
                self.assertIn("keeping the old configuration", self.basewatch.text())
                self.assertEqual(self.basewatch.facts(), before)
        self.assertEqual(self.basewatch.poll()["openai"]["state"], "ok")
        self.basewatch.configure()
        self.basewatch.reload()
        self.assertEqual(self.basewatch.facts(), before)

    def test_a_secret_that_is_not_there_keeps_the_old_configuration(self):
        before = self.basewatch.facts()
        sink = dict(self.basewatch.config["sinks"][0], secret={"file": "nowhere.whsec"})
        self.basewatch.configure(sinks=[sink], deployments=[])
        self.basewatch.reload()
        self.assertIn("reload: sink 'ops': ", self.basewatch.text())
        self.assertIn("nowhere.whsec", self.basewatch.cli("status"))
        self.assertEqual(self.basewatch.facts(), before)
        check = self.basewatch.run("check")
        self.assertEqual(check.returncode, 1)
        self.assertIn("the configuration is not in force: sink 'ops': ", check.stdout)
        self.basewatch.write("nowhere.whsec", self.basewatch.secret, 0o600)
        self.basewatch.reload()
        wait_for(lambda: self.names("deployments") == [], "the new configuration")
        self.assertNotIn("nowhere.whsec", self.basewatch.cli("status"))

    def test_what_needs_a_restart_says_so(self):
        self.basewatch.config["state_dir"] = self.basewatch.path("elsewhere")
        self.basewatch.config["control"]["socket"] = self.basewatch.path("other.sock")
        said = "control.socket, state_dir changed, which needs a restart"
        self.basewatch.configure()
        for _ in range(2):
            self.basewatch.reload()
            self.assertIn(said, self.basewatch.cli("status"))
            self.assertIn(said, self.basewatch.run("check").stdout)
        self.assertEqual(self.basewatch.text().count("reload: " + said), 2)
        self.basewatch.config["state_dir"] = self.basewatch.path("state")
        self.basewatch.config["control"]["socket"] = self.basewatch.path("control.sock")
        self.basewatch.configure()
        self.basewatch.reload()
        self.assertNotIn("restart", self.basewatch.cli("status"))

    def test_a_platform_that_nothing_polls_is_said_at_once(self):
        done = self.basewatch.run("deployments", "add", "--name", "typo", "--technique", "prompt",
                                  "--platform", "opnai", "--model", OLD[1])
        self.assertEqual(done.returncode, 0)
        self.assertIn("warning: no source polls 'opnai'; did you mean 'openai'?", done.stderr)
        self.assertIn("; no source speaks of the platform of 1\n", self.basewatch.cli("status"))
        check = self.basewatch.run("check")
        self.assertEqual(check.returncode, 1)
        self.assertIn("no source speaks of the platform of 1 deployment ", check.stdout)
        done = self.basewatch.run("deployments", "add", "--name", "fine", "--technique", "prompt",
                                  "--platform", "openai", "--model", OLD[1])
        self.assertEqual(done.stderr, "fine: added\n")

    def test_what_the_command_line_added_stays(self):
        self.basewatch.cli("deployments", "add", "--name", "mine", "--technique", "prompt",
                           "--platform", "openai", "--model", OLD[1])
        self.basewatch.reload()
        self.assertEqual(self.names("deployments"), ["chat", "mine"])
        self.basewatch.stop()
        self.basewatch.start()
        self.assertEqual(self.names("deployments"), ["chat", "mine"])
        self.basewatch.cli("deployments", "remove", "mine")
        self.assertEqual(self.names("deployments"), ["chat"])

    def test_a_reload_while_a_poll_hangs(self):
        def hang(request):
            return 200, {"content-length": "100"}, lambda handler: (handler.end_headers(),
                                                                     time.sleep(3))
        slow = self.server(hang)
        self.basewatch.configure(sources=[dict(name="slow", plugin="openai", platform="openai",
                                               url=slow.url, timeout="2s")])
        self.basewatch.reload()
        wait_for(lambda: slow.requests, "the poll")
        self.basewatch.configure(sources=[self.basewatch.file_source("openai", "openai")])
        self.basewatch.reload()
        wait_for(lambda: self.names("sources") == ["openai"], "the source to go")
        time.sleep(2.5)
        self.assertEqual(self.names("sources"), ["openai"])
        self.assertEqual(self.basewatch.poll()["openai"]["state"], "ok")

    def test_many_hangups_in_a_row(self):
        for _ in range(20):
            self.basewatch.process.send_signal(1)
        self.basewatch.reload()
        self.assertEqual(self.names("deployments"), ["chat"])
        self.assertEqual(len(self.hooks.of_type("notice.opened")), 1)


class Stop(Case):
    COUNT = 40

    def test_a_backlog_ends_within_a_second_and_arrives_later(self):
        hooks = self.receiver()
        def slow(request):
            time.sleep(5)
            return 204, {}, b""
        good, hooks.answer = hooks.answer, slow
        daemon = self.daemon(deployments=[deployment("d%02d" % n, "prompt", OLD[0])
                                          for n in range(self.COUNT)])
        daemon.configure(sources=[daemon.file_source("openai", "openai")],
                         sinks=[daemon.sink(hooks)])
        daemon.write("openai.json", openai_list(OLD))
        daemon.start()
        daemon.poll()
        daemon.write("openai.json", openai_list(NEW))
        daemon.poll()
        wait_for(lambda: hooks.requests, "a delivery to begin")
        began = time.monotonic()
        self.assertEqual(daemon.stop(), 0)
        self.assertLess(time.monotonic() - began, 1.0)
        hooks.answer = good
        daemon.start()
        wait_for(lambda: not daemon.rows("deliveries", "--state", "pending"), "the outbox to empty")
        ids = {}
        for message_id, event in hooks.messages:
            ids.setdefault(event["subject"], set()).add(message_id)
        self.assertEqual(sorted(ids), ["d%02d" % n for n in range(self.COUNT)])
        self.assertEqual({len(one) for one in ids.values()}, {1})

    def test_a_hanging_poll_does_not_delay_the_end(self):
        hang = self.server(lambda request: (200, {"content-length": "9"}, lambda handler: (
            handler.end_headers(), time.sleep(3))))
        daemon = self.daemon(sources=[dict(name="slow", plugin="openai", platform="acme",
                                           url=hang.url)])
        daemon.start()
        wait_for(lambda: hang.requests, "the poll")
        began = time.monotonic()
        self.assertEqual(daemon.stop(), 0)
        self.assertLess(time.monotonic() - began, 1.0)

    def test_a_hanging_child_ends_with_it(self):
        daemon = self.daemon()
        plugin = daemon.path("hang.py")
        daemon.write("hang.py", "#!/usr/bin/python3\nimport time\ntime.sleep(61.25)\n", 0o755)
        daemon.write("x.json", "{}")
        daemon.configure(sources=[dict(name="hang", plugin=plugin, platform="acme",
                                       url="file://" + daemon.path("x.json"))])
        daemon.start()

        def children():
            with open("/proc/%d/task/%d/children" % (daemon.process.pid, daemon.process.pid),
                      encoding="ascii") as file:
                return file.read().split()
        child = wait_for(children, "the plugin")[0]
        began = time.monotonic()
        self.assertEqual(daemon.stop(), 0)
        self.assertLess(time.monotonic() - began, 1.0)

        def gone():
            try:
                with open("/proc/%s/stat" % child, encoding="ascii") as file:
                    return file.read().split()[2] == "Z"
            except FileNotFoundError:
                return True
        wait_for(gone, "the plugin to end")


if __name__ == "__main__":
    main()

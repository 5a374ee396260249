#!/usr/bin/python3
"""Configuration, credentials, sockets, databases and plugins that are wrong: one clear line each."""
import json
import os
import shutil
import socket
import sqlite3
import subprocess

from harness import (BIN, PATIENCE_S, SOURCE, Case, deployment, main, openai_list, serve)

PLUGINS = os.path.join(SOURCE, "tests/data/plugins")
OLD = ["gpt-4o-mini-2024-07-18", "o3-2025-04-16"]


class Start(Case):
    """What keeps the daemon from starting."""

    def setUp(self):
        self.basewatch = self.daemon()

    def refused(self, *words, argv=(), status=1):
        """It ends with this status, having said one line that holds the words."""
        if os.path.exists(self.basewatch.log):
            os.unlink(self.basewatch.log)
        self.basewatch.start(wait=False, argv=argv)
        self.assertEqual(self.basewatch.process.wait(PATIENCE_S), status)
        lines = self.basewatch.text().splitlines()
        self.assertEqual(len(lines), 1, lines)
        for word in words:
            self.assertIn(word, lines[0])

    def starts(self):
        self.basewatch.start()
        self.assertEqual(self.basewatch.stop(), 0)

    def test_configuration_errors_name_their_place(self):
        file = self.basewatch.path("basewatch.yaml")
        for text, where, word in (
                ("sources: [\n", ":2:1:", ""),
                ("state_dir: /x\nsauces: []\n", ":2:1:", "sources"),
                ("state_dir: /x\nstate_dir: /y\n", ":2:1:", "state_dir"),
                ("sources: [{name: a, plugin: openai, url: ftp://x}]\n", ":1:", "url"),
                ("sources: [{name: a, plugin: opnai, url: 'http://x'}]\n", ":1:", "openai"),
                ("sources: [{name: a, plugin: openai, url: 'http://x', every: 6}]\n", ":1:", "every"),
                ("sinks: [{name: a, plugin: webhook, url: 'http://x'}]\n", ":1:", "secret"),
                ("deployments: [{name: a, technique: tuned, platform: openai, model: m}]\n", ":1:",
                 "technique"),
                ("- a list\n", ":1:1:", ""),
                ("&a [*a]\n", ":1:", ""),
                ("a: \tb: c: d\n", ":1:", ""),
                ("a: \xff\n", ":1:", ""),
                ("", ":1:1:", "empty")):
            with self.subTest(text):
                self.basewatch.write("basewatch.yaml", text.encode("latin-1"))
                self.refused(file + where, word)

    def test_a_missing_or_unreadable_file(self):
        os.unlink(self.basewatch.path("basewatch.yaml"))
        self.refused("basewatch.yaml", "No such file")
        os.mkdir(self.basewatch.path("basewatch.yaml"))
        self.refused("basewatch.yaml", "no regular file")

    def test_two_deployments_of_one_name_are_both_named(self):
        one = deployment("twin", "prompt", "m")
        self.basewatch.configure(deployments=[one])
        os.mkdir(self.basewatch.path("deployments.d"))
        self.basewatch.write("deployments.d/web.yaml", json.dumps({"deployments": [one]}))
        self.refused("twin", "basewatch.yaml", "web.yaml")

    def test_a_second_daemon_on_the_same_state(self):
        self.basewatch.start()
        second = subprocess.run(
            [os.path.join(BIN, "basewatchd"), "--config", self.basewatch.path("basewatch.yaml"),
             "--socket", self.basewatch.path("other.sock")],
            stderr=subprocess.PIPE, text=True, timeout=PATIENCE_S)
        self.assertEqual(second.returncode, 1)
        self.assertEqual(second.stderr.count("\n"), 1)
        self.assertIn("in use", second.stderr)
        self.assertEqual(self.basewatch.json("status")["deployments"]["total"], 0)

    def test_a_second_daemon_on_the_same_socket(self):
        self.basewatch.start()
        os.mkdir(self.basewatch.path("state2"))
        second = subprocess.run(
            [os.path.join(BIN, "basewatchd"), "--config", self.basewatch.path("basewatch.yaml"),
             "--state-dir", self.basewatch.path("state2")],
            stderr=subprocess.PIPE, text=True, timeout=PATIENCE_S)
        self.assertEqual(second.returncode, 1)
        self.assertEqual(second.stderr.count("\n"), 1, second.stderr)
        self.assertIn("control.sock", second.stderr)
        self.assertEqual(self.basewatch.json("status")["deployments"]["total"], 0)

    def test_a_socket_left_by_the_dead_is_taken_over(self):
        self.basewatch.start()
        self.basewatch.kill()
        self.assertTrue(os.path.exists(self.basewatch.path("control.sock")))
        self.starts()
        self.assertFalse(os.path.exists(self.basewatch.path("control.sock")))

    def test_a_file_in_the_place_of_the_socket_is_left_alone(self):
        self.basewatch.write("control.sock", "precious")
        self.refused("control.sock")
        with open(self.basewatch.path("control.sock"), encoding="ascii") as file:
            self.assertEqual(file.read(), "precious")

    def test_a_socket_path_that_is_too_long(self):
        self.refused("longer than 107 bytes", argv=["--socket", "/tmp/" + "x" * 200])

    def test_a_socket_in_a_folder_that_is_missing(self):
        self.refused("/nowhere/", argv=["--socket", self.basewatch.path("nowhere/control.sock")])

    def test_a_group_that_is_missing(self):
        self.basewatch.configure(control=dict(self.basewatch.config["control"],
                                              read_group="no-such-group-here"))
        self.refused("no-such-group-here")

    def test_a_database_from_the_future(self):
        self.starts()
        path = self.basewatch.path("state/basewatch.db")
        with sqlite3.connect(path) as database:
            database.execute("PRAGMA user_version = 9999")
        database.close()
        with open(path, "rb") as file:
            before = file.read()
        self.refused("9999", "newer basewatch")
        with open(path, "rb") as file:
            self.assertEqual(file.read(), before)

    def test_a_database_that_is_none(self):
        self.basewatch.write("state/basewatch.db", b"this is not a database at all" * 1000)
        self.refused("basewatch.db", "not a database")

    def test_a_database_cut_in_half(self):
        self.starts()
        path = self.basewatch.path("state/basewatch.db")
        os.truncate(path, os.path.getsize(path) // 2)
        self.refused("basewatch.db")

    def test_a_state_folder_that_is_missing_or_none(self):
        shutil.rmtree(self.basewatch.path("state"))
        self.refused("state", "No such file")
        self.basewatch.write("state", "a file")
        self.refused("state", "Not a directory")
        os.unlink(self.basewatch.path("state"))
        os.mkdir(self.basewatch.path("state"))

    def test_usage(self):
        for argv in (["--nonsense"], ["stray"], ["--log-format", "xml"],
                     ["--log-level", "all"]):
            with self.subTest(argv):
                done = subprocess.run([os.path.join(BIN, "basewatchd"), *argv], text=True,
                                      stderr=subprocess.PIPE, timeout=PATIENCE_S)
                self.assertEqual(done.returncode, 2)
                self.assertIn("usage", done.stderr)


class Client(Case):
    """The command line alone."""

    def test_no_daemon(self):
        daemon = self.daemon()
        for args in (["status"], ["deployments", "--json"], ["sources", "poll"], ["explain", "x"]):
            done = daemon.run(*args)
            self.assertEqual(done.returncode, 1)
            self.assertEqual(done.stdout, "")
            self.assertEqual(done.stderr.count("\n"), 1)
            self.assertIn("is basewatchd running?", done.stderr)

    def test_a_socket_that_nobody_answers(self):
        daemon = self.daemon()
        with socket.socket(socket.AF_UNIX) as deaf:
            deaf.bind(daemon.path("control.sock"))
            done = daemon.run("status")
        self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 1))

    def test_what_does_not_exist(self):
        daemon = self.daemon().start()
        for args in (["explain", "nobody"], ["swap", "nobody"], ["estimate", "nobody"],
                     ["deployments", "show", "nobody"], ["notices", "show", "12"],
                     ["sources", "show", "nobody"], ["sources", "poll", "nobody"],
                     ["sources", "accept", "nobody"], ["sinks", "test", "nobody"],
                     ["deliveries", "retry", "12"], ["deployments", "remove", "nobody"],
                     ["notices", "ack", "12", "--reason", "x"]):
            with self.subTest(args):
                done = daemon.run(*args)
                self.assertEqual(done.returncode, 1, done.stdout)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
                self.assertIn(args[2] if len(args) > 2 else "nobody", done.stderr)

    def test_deployments_that_cannot_be(self):
        daemon = self.daemon().start()
        good = ["deployments", "add", "--name", "a", "--technique", "prompt", "--platform", "openai",
                "--model", "m"]
        for change in (["--technique", "magic"], ["--name", ""], ["--name", "a\nb"],
                       ["--model", ""], ["--platform", ""], ["--name", "x" * 5000]):
            with self.subTest(change):
                done = daemon.run(*good, *change)
                self.assertNotEqual(done.returncode, 0)
                self.assertLessEqual(len(done.stderr), 1000)
        self.assertEqual(daemon.rows("deployments"), [])

    def test_an_import_is_taken_whole_or_not_at_all(self):
        daemon = self.daemon().start()
        rows = [json.dumps(deployment("d%d" % n, "prompt", "m")) for n in range(50)]
        path = daemon.write("rows.ndjson", "\n".join(rows[:30] + ['{"name":"broken"'] + rows[30:]))
        done = daemon.run("deployments", "import", path)
        self.assertEqual(done.returncode, 1)
        self.assertIn("31", done.stderr)
        self.assertEqual(daemon.rows("deployments"), [])
        daemon.write("rows.ndjson", "\n".join(rows))
        daemon.cli("deployments", "import", path)
        self.assertEqual(len(daemon.rows("deployments")), 50)


class Credentials(Case):
    def setUp(self):
        self.api = self.server(serve(openai_list(OLD)))
        self.basewatch = self.daemon(deployments=[deployment("chat", "prompt", OLD[0])])
        self.basewatch.write("key", "sk-the-secret", 0o600)
        self.use({"file": "key"})
        self.basewatch.start()
        self.basewatch.poll()
        self.before = self.basewatch.facts()

    def use(self, credential):
        self.basewatch.configure(sources=[dict(name="api", plugin="openai", platform="openai",
                                               url=self.api.url, credential=credential)])

    def fails(self, *words):
        asked = len(self.api.requests)
        row = self.basewatch.poll()["api"]
        self.assertEqual(row["state"], "failing")
        self.assertNotIn("\n", row["detail"])
        for word in words:
            self.assertIn(word, row["detail"])
        self.assertEqual(len(self.api.requests), asked)
        self.assertEqual(self.basewatch.facts(), self.before)

    def test_missing_then_back(self):
        os.unlink(self.basewatch.path("key"))
        self.fails("key")
        self.basewatch.write("key", "sk-the-secret", 0o600)
        self.assertEqual(self.basewatch.poll()["api"]["state"], "ok")

    def test_world_writable(self):
        os.chmod(self.basewatch.path("key"), 0o666)
        self.fails("key", "writ")

    def test_world_readable_is_warned_about(self):
        self.basewatch.stop()
        os.chmod(self.basewatch.path("key"), 0o644)
        self.basewatch.start()
        self.assertEqual(self.basewatch.poll()["api"]["state"], "ok")
        self.basewatch.await_log("key")

    def test_empty_or_several_lines_or_binary(self):
        for content in (b"", b"\n", b"sk-one\nsk-two\n", b"sk\0x", b"sk-\r\nx: y"):
            with self.subTest(content):
                self.basewatch.write("key", content, 0o600)
                self.fails()

    def test_a_folder_or_a_fifo(self):
        os.unlink(self.basewatch.path("key"))
        os.mkdir(self.basewatch.path("key"))
        self.fails()
        os.rmdir(self.basewatch.path("key"))
        os.mkfifo(self.basewatch.path("key"), 0o600)
        self.fails()

    def test_a_command_that_fails_hangs_or_is_missing(self):
        for argv in (["/bin/false"], ["/no/such/program"], ["/bin/sh", "-c", "exit 3"]):
            with self.subTest(argv):
                self.use({"command": argv})
                self.basewatch.reload()
                self.fails()

    def test_no_secret_is_ever_shown(self):
        self.api.answer = lambda request: (500, {}, b"sk-the-secret")
        self.basewatch.poll()
        shown = self.basewatch.text() + "".join(
            self.basewatch.cli(kind, "--json") for kind in ("sources", "status", "deliveries"))
        self.assertNotIn("sk-the-secret", shown)
        for folder, _, files in os.walk(self.basewatch.path("state")):
            for name in files:
                with open(os.path.join(folder, name), "rb") as file:
                    self.assertNotIn(b"sk-the-secret", file.read())


class Plugins(Case):
    """A plugin that lies, crashes, hangs or floods costs one poll."""

    def setUp(self):
        self.api = self.server(serve(b'{"models":["m1","m2"]}'))
        self.basewatch = self.daemon(deployments=[deployment("own", "prompt", "m1", "acme")])

    def use(self, name):
        """Another program under the same name, as after a bad upgrade."""
        with open(os.path.join(PLUGINS, name), "rb") as file:
            self.basewatch.write("plugin", file.read(), 0o755)

    def test_each_of_them(self):
        self.use("good.py")
        self.basewatch.configure(sources=[dict(name="acme", plugin=self.basewatch.path("plugin"),
                                               platform="acme", url=self.api.url, timeout="2s")])
        self.basewatch.start()
        self.assertEqual(self.basewatch.poll()["acme"]["state"], "ok")
        before = self.basewatch.facts()
        bad = sorted({*os.listdir(PLUGINS)} -
                     {"good.py", "good.sh", "inventory.sh", "curious.py", "flood-err.sh", "fork.sh"})
        self.assertGreater(len(bad), 10)
        for name in bad:
            with self.subTest(name):
                self.use(name)
                row = self.basewatch.poll()["acme"]
                self.assertEqual(row["state"], "failing")
                self.assertTrue(row["detail"])
                self.assertNotIn("\n", row["detail"])
                self.assertEqual(self.basewatch.facts(), before)
                self.use("good.py")
                self.assertEqual(self.basewatch.poll()["acme"]["state"], "ok")
        self.assertEqual(self.basewatch.facts(), before)
        self.assertLess(os.path.getsize(self.basewatch.log), 1 << 20)

    def test_one_that_babbles_is_listened_to_and_cut(self):
        self.use("flood-err.sh")
        self.basewatch.configure(sources=[dict(name="acme", plugin=self.basewatch.path("plugin"),
                                               platform="acme", url=self.api.url)])
        self.basewatch.start()
        row = self.basewatch.poll()["acme"]
        self.assertEqual((row["state"], row["entries"]), ("ok", 1))
        self.assertLess(self.basewatch.text().count("noise"), 100)

    def test_missing_or_not_executable(self):
        for make in (lambda: None,
                     lambda: self.basewatch.write("plugin", "#!/bin/sh\n", 0o644),
                     lambda: self.basewatch.write("plugin", "#!/no/such/interpreter\n", 0o755),
                     lambda: self.basewatch.write("plugin", b"\0\1\2\3", 0o755)):
            make()
            self.basewatch.configure(sources=[dict(name="acme", platform="acme", url=self.api.url,
                                                   plugin=self.basewatch.path("plugin"))])
            self.basewatch.start()
            row = self.basewatch.poll()["acme"]
            self.assertEqual(row["state"], "failing")
            self.assertIn("plugin", row["detail"])
            self.assertEqual(self.basewatch.stop(), 0)


class Disk(Case):
    def test_a_database_that_is_locked_is_waited_for(self):
        daemon = self.daemon()
        daemon.configure(sources=[daemon.file_source("openai", "openai")],
                         deployments=[deployment("chat", "prompt", OLD[0])])
        daemon.write("openai.json", openai_list(OLD))
        daemon.start()
        daemon.poll()
        other = sqlite3.connect(daemon.path("state/basewatch.db"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        daemon.write("openai.json", openai_list(OLD + ["gpt-5-mini-2025-08-07"]))
        done = daemon.run("sources", "poll")
        self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 1), done.stderr)
        self.assertIn("database", done.stderr)
        other.execute("ROLLBACK")
        other.close()
        self.assertEqual(daemon.poll()["openai"]["entries"], 3)
        self.assertEqual(len(daemon.rows("notices")), 1)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""Who may read and who may write through the control socket."""
import grp
import http.client
import json
import os
import pwd
import socket
import subprocess
import time

from harness import BIN, Case, deployment, main, openai_list

OLD = ["gpt-4o-mini-2024-07-18"]


class Unix(http.client.HTTPConnection):
    """http.client over a Unix socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Api(Case):
    """The socket as any HTTP client sees it."""

    def setUp(self):
        self.basewatch = self.daemon(deployments=[deployment("chat", "prompt", OLD[0])])
        self.basewatch.configure(sources=[self.basewatch.file_source("openai", "openai")])
        self.basewatch.write("openai.json", openai_list(OLD))
        self.basewatch.start()
        self.basewatch.poll()

    def ask(self, method, target, body=None, headers=()):
        connection = Unix(self.basewatch.path("control.sock"))
        connection.request(method, target, body, dict(headers))
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer, content

    def test_answers_are_json_and_failures_are_problems(self):
        answer, content = self.ask("GET", "/v1/status")
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "application/json"))
        status = json.loads(content)
        self.assertEqual(status["deployments"], {"total": 1, "by_state": {
            "current": 1, "stale": 0, "retiring": 0, "orphaned": 0, "retired": 0, "unknown": 0}})
        for method, target, body, expected in (
                ("GET", "/v1/nothing", None, 404), ("GET", "/", None, 404),
                ("GET", "/v1/deployments/nobody", None, 404), ("PUT", "/v1/status", b"{}", 405),
                ("POST", "/v1/deployments", b"{", 400), ("POST", "/v1/deployments", b"[]", 400),
                ("POST", "/v1/deployments", b'{"name":"chat"}', 400),
                ("POST", "/v1/deployments", b"\xff", 400),
                ("DELETE", "/v1/deployments/chat", None, 409),
                ("POST", "/v1/notices/1/eat", b"{}", 404)):
            with self.subTest(target=target, body=body):
                answer, content = self.ask(method, target, body)
                problem = json.loads(content)
                self.assertEqual((answer.status, problem["status"]), (expected, expected))
                self.assertEqual(answer.headers["content-type"], "application/problem+json")
                self.assertTrue(problem["detail"])
        self.assertEqual(json.loads(self.ask("GET", "/v1/status")[1]), status)

    def test_a_name_travels_through_the_path(self):
        name = "caf\u00e9/ \u2603 100%?&#"
        self.basewatch.cli("deployments", "add", "--name", name, "--technique", "prompt",
                           "--platform", "openai", "--model", OLD[0])
        self.assertIn(name, self.basewatch.cli("explain", name))
        self.basewatch.cli("deployments", "remove", name)
        self.assertEqual([row["name"] for row in self.basewatch.rows("deployments")], ["chat"])

    def test_garbage_and_silence_do_not_stop_it(self):
        silent = []
        for noise in (b"", b"\0" * 5000, b"GET / HTTP/9.9\r\n\r\n", b"POST /v1/deployments HTTP/1.1\r\n"
                      b"Host: x\r\nContent-Length: 99999999999\r\n\r\n", b"GET /v1/status HTTP/1.1\r\n",
                      b"G" * 100000):
            peer = socket.socket(socket.AF_UNIX)
            peer.connect(self.basewatch.path("control.sock"))
            try:
                peer.sendall(noise)
            except OSError:
                pass
            silent.append(peer)
        self.assertEqual(self.basewatch.json("status")["deployments"]["total"], 1)
        for peer in silent:
            peer.close()
        self.assertEqual(self.basewatch.json("status")["deployments"]["total"], 1)

    def test_who_goes_while_a_poll_runs_is_not_missed(self):
        slow = self.server(lambda request: (time.sleep(1), (200, {}, openai_list(OLD)))[1])
        self.basewatch.configure(sources=[dict(name="slow", plugin="openai", platform="openai",
                                               url=slow.url)])
        self.basewatch.reload()
        peer = socket.socket(socket.AF_UNIX)
        peer.connect(self.basewatch.path("control.sock"))
        peer.sendall(b"POST /v1/sources/poll HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")
        time.sleep(0.2)
        peer.close()
        self.assertEqual(self.basewatch.poll()["slow"]["state"], "ok")


class Privileges(Case):
    """Needs root, which can become anybody else."""

    def setUp(self):
        if os.geteuid() != 0:
            self.skipTest("only root can ask as somebody else")
        self.nobody = pwd.getpwnam("nobody")
        self.readers = grp.getgrnam("users")
        self.writers = grp.getgrnam("games")
        self.basewatch = self.daemon(deployments=[deployment("chat", "prompt", OLD[0])])
        os.chmod(self.basewatch.dir, 0o755)
        self.basewatch.configure(control=dict(self.basewatch.config["control"],
                                              read_group=self.readers.gr_name,
                                              write_group=self.writers.gr_name))

    def ask(self, *args, groups=()):
        """basewatch as nobody in these groups."""
        return subprocess.run([os.path.join(BIN, "basewatch"), "--socket",
                               self.basewatch.path("control.sock"), *args],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60,
                              user=self.nobody.pw_uid, group=self.nobody.pw_gid,
                              extra_groups=[group.gr_gid for group in groups])

    ADD = ("deployments", "add", "--name", "new", "--technique", "prompt", "--platform", "openai",
           "--model", "m")

    def test_groups_divide_reading_from_writing(self):
        self.basewatch.start()
        for groups, may_read, may_write in (((), False, False), ((self.readers,), True, False),
                                            ((self.writers,), False, False),  # the file is the readers'
                                            ((self.readers, self.writers), True, True)):
            with self.subTest([group.gr_name for group in groups]):
                read, write = self.ask("status", groups=groups), self.ask(*self.ADD, groups=groups)
                self.assertEqual(read.returncode == 0, may_read, read.stderr)
                self.assertEqual(write.returncode == 0, may_write, write.stderr)
                for done in (read, write):
                    self.assertLessEqual(done.stderr.count("\n"), 1 + may_write)  # a word on its platform
                    self.assertTrue(done.returncode == 0 or done.stderr.startswith("error: "))
                added = [row["name"] for row in self.basewatch.rows("deployments")]
                self.assertEqual("new" in added, may_write)
                if may_write:
                    self.basewatch.cli("deployments", "remove", "new")

    def test_a_reader_is_told_that_only_writers_change_things(self):
        self.basewatch.start()
        done = self.ask(*self.ADD, groups=(self.readers,))
        self.assertIn("write group", done.stderr)

    def test_the_log_of_a_notice_knows_who_it_was(self):
        self.basewatch.configure(sources=[self.basewatch.file_source("openai", "openai")])
        self.basewatch.write("openai.json", openai_list(OLD + ["gpt-5-mini-2025-08-07"]))
        self.basewatch.start()
        self.basewatch.poll()
        done = self.ask("notices", "ack", "1", "--reason", "seen",
                        groups=(self.readers, self.writers))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("uid:%d" % self.nobody.pw_uid, self.basewatch.cli("notices", "show", "1"))

    def test_without_groups_nobody_else_may(self):
        self.basewatch.configure(control={"socket": self.basewatch.path("control.sock")})
        self.basewatch.start()
        done = self.ask("status", groups=(self.readers, self.writers))
        self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 1))
        self.assertIn("denied", done.stderr)

    def test_a_state_folder_that_is_not_ours_to_write(self):
        os.chmod(self.basewatch.path("state"), 0o555)
        done = subprocess.run([os.path.join(BIN, "basewatchd"), "--config",
                               self.basewatch.path("basewatch.yaml")],
                              stderr=subprocess.PIPE, text=True, timeout=60,
                              user=self.nobody.pw_uid, group=self.nobody.pw_gid, extra_groups=[])
        self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 1), done.stderr)
        self.assertIn("state", done.stderr)
        self.assertIn("Permission denied", done.stderr)


if __name__ == "__main__":
    main()

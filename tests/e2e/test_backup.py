#!/usr/bin/python3
"""`basewatch backup`: whole and of one moment while the daemon writes, and good for a restore."""
import os
import shutil
import sqlite3
import stat
import threading

from harness import Case, deployment, main, openai_list


class Backup(Case):
    def setUp(self):
        self.basewatch = self.daemon(deployments=[deployment("chat", "prompt", "gpt-4.1-mini")])
        self.basewatch.write("openai.json", openai_list(["gpt-4.1-mini", "gpt-5-mini"]))
        self.basewatch.configure(sources=[self.basewatch.file_source("openai", "openai",
                                                                     platform="openai")])
        self.basewatch.start()
        self.basewatch.poll()
        self.file = self.basewatch.path("copy.db")

    def backup(self, file=None):
        return self.basewatch.run("backup", "--config", self.basewatch.path("basewatch.yaml"),
                                  file or self.file)

    def test_a_copy_is_whole_while_the_daemon_writes(self):
        lines = "".join('{"name":"d%d","technique":"prompt","platform":"openai",'
                        '"model":"gpt-4.1-mini"}\n' % number for number in range(3000))
        self.basewatch.write("many.ndjson", lines)
        writer = threading.Thread(target=self.basewatch.cli, args=(
            "deployments", "import", self.basewatch.path("many.ndjson")))
        writer.start()
        for number in range(5):
            file = self.basewatch.path("copy-%d.db" % number)
            done = self.backup(file)
            self.assertEqual(done.returncode, 0, done.stderr)
            with sqlite3.connect(file) as copy:
                self.assertEqual(copy.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
                self.assertEqual(copy.execute("PRAGMA foreign_key_check").fetchall(), [])
                self.assertEqual(copy.execute("SELECT sum(members) FROM cohort").fetchone(),
                                 copy.execute("SELECT count(*) FROM deployment").fetchone())
            copy.close()
            self.assertEqual(stat.S_IMODE(os.stat(file).st_mode), 0o600)
        writer.join()
        self.assertEqual([name for name in os.listdir(self.basewatch.dir) if "partial" in name], [])

    def test_nothing_is_overwritten_and_what_is_not_there_is_said(self):
        self.basewatch.write("copy.db", "precious")
        done = self.backup()
        self.assertEqual(done.returncode, 1)
        self.assertIn("exists; a backup never overwrites a file", done.stderr)
        with open(self.file, encoding="ascii") as file:
            self.assertEqual(file.read(), "precious")
        done = self.basewatch.run("backup", "--state-dir", self.basewatch.path("nowhere"),
                                  self.basewatch.path("other.db"))
        self.assertEqual((done.returncode, os.path.exists(self.basewatch.path("other.db"))),
                         (1, False))
        self.assertEqual(self.basewatch.run("backup").returncode, 2)

    def test_a_restore_brings_back_what_was(self):
        then = self.basewatch.facts()
        self.assertEqual(self.backup().returncode, 0)
        self.basewatch.write("openai.json", openai_list(["gpt-4.1-mini"]))
        self.basewatch.stop()
        state = self.basewatch.path("state")
        for name in os.listdir(state):
            os.unlink(os.path.join(state, name))
        shutil.copy(self.file, os.path.join(state, "basewatch.db"))
        self.basewatch.start()
        self.assertEqual(self.basewatch.facts(), then)


if __name__ == "__main__":
    main()

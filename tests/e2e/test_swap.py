#!/usr/bin/python3
"""The one-line change: from a place in a git tree to a diff that git applies."""
import os
import subprocess

from harness import Case, anthropic_list, deployment, main

BASE = "claude-opus-4-5-20251101"
NEWER = "claude-opus-4-6"


class Swap(Case):
    def setUp(self):
        self.basewatch = self.daemon()
        self.basewatch.configure(sources=[self.basewatch.file_source("anthropic", "anthropic")])
        self.show([BASE])
        self.basewatch.start()
        self.basewatch.poll()
        self.tree = self.basewatch.path("tree with blanks")
        os.makedirs(os.path.join(self.tree, "services/h\u00e9lp"))
        self.git("init", "-q")

    def show(self, ids):
        self.basewatch.write("anthropic.json", anthropic_list([{"id": name} for name in ids]))

    def git(self, *args, **more):
        return subprocess.run(["git", "-c", "core.autocrlf=false", *args], cwd=self.tree, check=True,
                              timeout=30, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)

    def swap(self, content, line, path="config.yaml", folder="", name="help"):
        """Register the place, release, apply the diff with git; the file's content afterwards."""
        file = os.path.join(self.tree, path)
        with open(file, "wb") as out:
            out.write(content)
        folder = os.path.join(self.tree, folder)
        at = "%s:%d" % (os.path.relpath(file, folder), line)
        self.basewatch.cli("deployments", "add", "--name", name, "--technique", "prompt",
                           "--platform", "anthropic", "--model", BASE, "--at", at, cwd=folder)
        self.show([BASE, NEWER])
        self.basewatch.poll()
        diff = subprocess.run([os.path.join(os.environ["BW_BIN"], "basewatch"), "--socket",
                               self.basewatch.path("control.sock"), "swap", name],
                              stdout=subprocess.PIPE, check=True, timeout=30).stdout
        self.git("apply", "--check", "-", input=diff)
        self.git("apply", "-", input=diff)
        with open(file, "rb") as changed:
            after = changed.read()
        self.assertEqual(after, content.replace(BASE.encode(), NEWER.encode()))
        return diff.decode()

    def test_a_line_in_the_middle(self):
        content = b"".join(b"line %d\n" % n for n in range(1, 12))
        content += b"model: " + BASE.encode() + b"  # the best\n"
        content += b"".join(b"line %d\n" % n for n in range(13, 30))
        diff = self.swap(content, 12)
        self.assertIn("-model: %s  # the best\n+model: %s  # the best\n" % (BASE, NEWER), diff)

    def test_the_first_line(self):
        self.swap(b"model: " + BASE.encode() + b"\nnext: 1\n", 1)

    def test_the_last_line_without_a_newline(self):
        self.swap(b"a: 1\nb: 2\nmodel: " + BASE.encode(), 3)

    def test_a_neighbour_is_the_last_line_without_a_newline(self):
        self.swap(b"model: " + BASE.encode() + b"\nb: 2", 1)

    def test_the_only_line_without_a_newline(self):
        self.swap(BASE.encode(), 1)

    def test_lines_that_end_with_crlf(self):
        self.swap(b"a: 1\r\nmodel: " + BASE.encode() + b"\r\nb: 2\r\n", 2)

    def test_crlf_and_no_newline_at_the_end(self):
        self.swap(b"a: 1\r\nmodel: " + BASE.encode() + b"\r\nb: 2", 2)

    def test_tabs_blanks_and_other_letters(self):
        content = "\t\u00e9 \u2603\n\tmodel:\t\"%s\", \n \n\t\n" % BASE
        self.swap(content.encode(), 2)

    def test_a_name_with_blanks_and_letters_seen_from_a_folder_below(self):
        diff = self.swap(b"x: 1\nmodel: " + BASE.encode() + b"\n", 2,
                         path="services/h\u00e9lp/my config.yaml", folder="services")
        self.assertIn("services/", diff)

    def test_the_notice_carries_the_diff(self):
        diff = self.swap(b"model: " + BASE.encode() + b"\n", 1)
        notice = next(row for row in self.basewatch.rows("notices") if row["deployment"] == "help")
        self.assertEqual(notice["swap"], {"from": BASE, "to": NEWER, "diff": diff})

    def test_without_a_place_it_says_the_line_in_words(self):
        self.basewatch.cli("deployments", "add", "--name", "bare", "--technique", "prompt",
                           "--platform", "anthropic", "--model", BASE)
        self.show([BASE, NEWER])
        self.basewatch.poll()
        text = self.basewatch.cli("swap", "bare")
        self.assertIn(BASE, text)
        self.assertIn(NEWER, text)

    def test_a_place_without_the_model_is_refused(self):
        with open(os.path.join(self.tree, "config.yaml"), "w", encoding="utf-8") as out:
            out.write("model: something-else\nlonger: %s-v2\n" % BASE)
        with open(os.path.join(self.tree, "latin-1.yaml"), "wb") as out:
            out.write(b"name: caf\xe9\nmodel: " + BASE.encode() + b"\n")
        for at in ("latin-1.yaml:2", "config.yaml:1", "config.yaml:2", "config.yaml:3",
                   "config.yaml:0", "missing.yaml:1", "config.yaml"):
            done = self.basewatch.run("deployments", "add", "--name", "no", "--technique", "prompt",
                                      "--platform", "anthropic", "--model", BASE, "--at", at,
                                      cwd=self.tree)
            with self.subTest(at):
                self.assertNotEqual(done.returncode, 0)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertEqual(self.basewatch.rows("deployments"), [])

    def test_a_finetune_has_no_swap(self):
        self.basewatch.cli("deployments", "add", "--name", "tuned", "--technique", "fine-tuned",
                           "--platform", "anthropic", "--model", "ours-1", "--base", BASE)
        self.show([BASE, NEWER])
        self.basewatch.poll()
        row = self.basewatch.rows("deployments")[0]
        self.assertIn(row["state"], ("stale", "orphaned"))
        notice = self.basewatch.rows("notices")[0]
        self.assertEqual((notice["kind"], notice["swap"]), ("stale", None))
        done = self.basewatch.run("swap", "tuned")
        self.assertNotIn("@@", done.stdout)


if __name__ == "__main__":
    main()

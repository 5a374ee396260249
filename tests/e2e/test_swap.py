#!/usr/bin/python3
"""The one-line change: from a place in a git tree to a diff that git applies."""
import json
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

    def register(self, content, line, path="config.yaml"):
        """A place in the tree, and a newer model. Returns the file's name."""
        file = os.path.join(self.tree, path)
        with open(file, "wb") as out:
            out.write(content)
        self.basewatch.cli("deployments", "add", "--name", "help", "--technique", "prompt",
                           "--platform", "anthropic", "--model", BASE, "--at",
                           "%s:%d" % (path, line), cwd=self.tree)
        self.show([BASE, NEWER])
        self.basewatch.poll()
        return file

    def write_swap(self, folder=""):
        return self.basewatch.run("swap", "help", "--write", cwd=os.path.join(self.tree, folder))

    def read(self, file):
        with open(file, "rb") as data:
            return data.read()

    def scan(self):
        with open(self.basewatch.path("ids.txt"), "w", encoding="utf-8") as ids:
            ids.write(BASE + "\n" + NEWER + "\n")
        text = self.basewatch.cli("scan", self.tree, "--catalog", self.basewatch.path("ids.txt"),
                                  "--json")
        return [(hit["file"], hit["line"], hit["col"], hit["id"])
                for hit in json.loads(text)["hits"]]

    def test_written_in_the_tree_from_a_folder_below(self):
        content = ("a: 1\r\nmodel: %s # caf\u00e9\r\nalso_model: %s\r\nb: 2" % (BASE, BASE)).encode()
        file = self.register(content, 2)
        os.chmod(file, 0o640)
        before = self.scan()
        done = self.write_swap("services")
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
        self.assertIn("config.yaml:2: %s is now %s" % (BASE, NEWER), done.stderr)
        self.assertEqual(self.read(file), content.replace(BASE.encode(), NEWER.encode(), 1))
        self.assertEqual(os.stat(file).st_mode & 0o7777, 0o640)
        self.assertEqual(os.listdir(self.tree).count("config.yaml"), 1)
        self.assertEqual(sorted(os.listdir(self.tree)), [".git", "config.yaml", "services"])
        wanted = [(name, line, col, NEWER if line == 2 else model)
                  for name, line, col, model in before]
        self.assertEqual(self.scan(), wanted)

    def test_written_twice_is_refused(self):
        file = self.register(b"model: " + BASE.encode() + b"\n", 1)
        self.assertEqual(self.write_swap().returncode, 0)
        after = self.read(file)
        done = self.write_swap()
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertIn("config.yaml:1: its lines have changed", done.stderr)
        self.assertEqual(self.read(file), after)

    def test_lines_that_drifted_are_not_written(self):
        content = b"a: 1\nmodel: " + BASE.encode() + b"\n"
        file = self.register(content, 2)
        for now in (b"new: 0\n" + content, content + b"more: 1\n", content[:-1], b"",
                    content.replace(b"a: 1", b"a: 2")):
            with open(file, "wb") as out:
                out.write(now)
            with self.subTest(now):
                self.assertEqual(self.write_swap().returncode, 1)
                self.assertEqual(self.read(file), now)
        os.remove(file)
        done = self.write_swap()
        self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 1), done.stderr)

    def test_a_link_out_of_the_tree_is_not_followed(self):
        file = self.register(b"model: " + BASE.encode() + b"\n", 1)
        outside = self.basewatch.path("outside.yaml")
        os.rename(file, outside)
        os.symlink(outside, file)
        content = self.read(outside)
        done = self.write_swap()
        self.assertEqual(done.returncode, 1)
        self.assertIn("leads out of the tree", done.stderr)
        self.assertEqual(self.read(outside), content)

    def test_a_link_inside_the_tree_stays_a_link(self):
        file = self.register(b"model: " + BASE.encode() + b"\n", 1)
        real = os.path.join(self.tree, "services", "real.yaml")
        os.rename(file, real)
        os.symlink(os.path.join("services", "real.yaml"), file)
        done = self.write_swap()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(os.path.islink(file))
        self.assertEqual(self.read(real), b"model: " + NEWER.encode() + b"\n")

    def test_without_a_place_nothing_is_written(self):
        self.basewatch.cli("deployments", "add", "--name", "help", "--technique", "prompt",
                           "--platform", "anthropic", "--model", BASE)
        self.show([BASE, NEWER])
        self.basewatch.poll()
        done = self.write_swap()
        self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 1), done.stderr)
        self.assertIn("no place is registered", done.stderr)

    def test_what_is_known_to_break_is_told(self):
        def row(name, context, price, kinds):
            return {"id": name, "context_length": context,
                    "architecture": {"input_modalities": kinds, "output_modalities": ["text"]},
                    "pricing": {"prompt": price, "completion": "0.00002"}}
        old = row("anthropic/claude-opus-4.5", 200000, "0.000005", ["text", "image"])
        new = row("anthropic/claude-opus-4.6", 100000, "0.000006", ["text"])
        other = self.daemon()
        other.configure(sources=[other.file_source("openrouter", "openrouter")],
                        deployments=[deployment("help", "prompt", old["id"], "openrouter")])
        other.write("openrouter.json", json.dumps({"data": [old]}).encode())
        other.start()
        other.poll()
        other.write("openrouter.json", json.dumps({"data": [old, new]}).encode())
        other.poll()
        done = other.run("swap", "help")
        self.assertEqual(done.stderr.splitlines(), [
            "mind: the context shrinks from 200000 to 100000 tokens",
            "mind: image input is gone",
            "mind: input rises from $5 to $6 per million tokens"])
        self.assertIn(new["id"], done.stdout)

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

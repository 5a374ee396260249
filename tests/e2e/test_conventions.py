#!/usr/bin/python3
"""A team's own naming conventions, read again while the daemon runs."""
import os

from harness import Case, deployment, main, openai_list, wait_for

CONVENTIONS = """
makers:
  acme:
    names: [acme]
    families:
      zeta: {}
"""


class Conventions(Case):
    def setUp(self):
        self.basewatch = self.daemon(deployments=[
            deployment("chat", "prompt", "acme/zeta-1", "acme-vllm")])
        self.basewatch.write("openai.json", openai_list(["acme/zeta-1", "acme/zeta-2"]))
        self.basewatch.configure(sources=[self.basewatch.file_source(
            "openai", "openai", platform="acme-vllm")])
        os.mkdir(self.basewatch.path("lineages"))
        self.basewatch.start()
        self.basewatch.poll()

    def row(self):
        return self.basewatch.rows("deployments")[0]

    def test_a_reload_places_what_is_known_already(self):
        self.assertIsNone(self.row()["candidate"])
        self.basewatch.write("lineages/acme.yaml", CONVENTIONS)
        self.basewatch.reload()
        wait_for(lambda: self.row()["candidate"] == "acme/zeta-2", "the candidate")
        self.assertEqual(self.row()["state"], "stale")
        self.assertEqual(len(self.basewatch.rows("notices")), 1)
        self.basewatch.stop()
        self.basewatch.start()
        self.assertEqual(self.row()["candidate"], "acme/zeta-2")
        self.assertEqual(len(self.basewatch.rows("notices")), 1)

    def test_a_broken_file_refuses_the_reload(self):
        self.basewatch.write("lineages/acme.yaml", "makrs: {}\n")
        self.basewatch.reload()
        error = wait_for(lambda: self.basewatch.json("status")["configuration"]["error"], "the error")
        self.assertIn("lineages/acme.yaml:1:1: error: ", error)
        self.assertIn("the last reload failed", self.basewatch.cli("status"))


if __name__ == "__main__":
    main()

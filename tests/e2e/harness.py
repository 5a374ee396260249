"""What the end-to-end tests share: a daemon of their own in a temporary folder, servers it polls,
and a receiver of its webhooks. Every wait is bounded and every process is ended by its pid."""
import base64
import collections
import http.server
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

BIN = os.environ.get("BW_BIN", "")
SOURCE = os.environ.get("BW_SOURCE", "")
REFERENCE = os.environ.get("BASEWATCH_REFERENCE", "")
PATIENCE_S = 30  # for whatever should come soon; generous, since sanitizers and busy machines are slow
SKIPPED = 77     # what ctest takes for "skipped"


def wait_for(condition, what, seconds=PATIENCE_S):
    """The first true value of condition(); fails the test when none comes in time."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError("waited %d s in vain for %s" % (seconds, what))
        time.sleep(0.02)


def main():
    if not BIN or not SOURCE:
        sys.exit("BW_BIN (the build's bin folder) and BW_SOURCE (the tree) must be set")
    unittest.main(verbosity=2)


def skip_without_reference():
    if not REFERENCE:
        print("skipped: BASEWATCH_REFERENCE is not set")
        sys.exit(SKIPPED)


# ---- catalogs ----

def openai_list(ids):
    """The body of GET /v1/models."""
    return json.dumps({"object": "list", "data": [
        {"id": name, "object": "model", "created": 1700000000, "owned_by": "openai"}
        for name in ids]}).encode()


def anthropic_list(rows):
    return json.dumps({"data": rows, "has_more": False,
                       "first_id": rows[0]["id"], "last_id": rows[-1]["id"]}).encode()


def deployment(name, technique, model, platform="openai", owner="web", **more):
    return dict(name=name, technique=technique, platform=platform, model=model, owner=owner, **more)


# ---- HTTP ----

def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


Request = collections.namedtuple("Request", "path headers body")


class Server:
    """An HTTP server on that port, else on a free one. `answer(request)` gives (status, headers, body); a body that is
    callable gets the handler and misbehaves as it likes. A request has path, headers and body."""

    def __init__(self, answer, port=0):
        self.answer = answer
        self.requests = []
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self):
                try:
                    super().handle_one_request()
                except (ConnectionError, ValueError):
                    self.close_connection = True

            def do_GET(self):
                size = int(self.headers.get("content-length") or 0)
                request = Request(self.path, self.headers, self.rfile.read(size))
                server.requests.append(request)
                status, headers, body = server.answer(request)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if callable(body):
                    self.close_connection = True
                    body(self)
                    return
                if status != 304 and "content-length" not in headers:
                    self.send_header("content-length", str(len(body)))
                self.end_headers()
                if status not in (204, 304):
                    self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.http.daemon_threads = True
        self.port = self.http.server_address[1]
        self.url = "http://127.0.0.1:%d" % self.port
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    def close(self):
        if self.thread.is_alive():
            self.http.shutdown()
            self.http.server_close()
            self.thread.join()


def serve(body, etag=None, content_type="application/json"):
    """An answer() that gives this body, and 304 to whoever has its etag."""
    def answer(request):
        headers = {"content-type": content_type}
        if etag:
            headers["etag"] = etag
            if request.headers.get("if-none-match") == etag:
                return 304, headers, b""
        return 200, headers, body
    return answer


class Receiver(Server):
    """Takes webhooks and keeps them; `status` is what it answers."""

    def __init__(self, port=0):
        self.status = 204
        super().__init__(lambda request: (self.status, {}, b""), port)

    @property
    def messages(self):
        """(id, event) of all that came, repeats and all."""
        return [(request.headers["webhook-id"], json.loads(request.body))
                for request in list(self.requests)]

    def of_type(self, kind):
        return [event for _, event in self.messages if event["type"] == "io.basewatch." + kind]


# ---- the daemon ----

class Daemon:
    """basewatchd in a folder of its own. `config` is the configuration as a dict; JSON is YAML."""

    def __init__(self, config, plugins=None):
        self.dir = tempfile.mkdtemp(prefix="basewatch-e2e-")
        os.mkdir(self.path("state"))
        self.secret = "whsec_" + base64.b64encode(b"a key of the tests, 32 bytes big").decode()
        self.write("hook.whsec", self.secret, 0o600)
        self.config = dict(config, state_dir=self.path("state"),
                           control={"socket": self.path("control.sock"),
                                    **config.get("control", {})})
        self.configure()
        self.process = None
        self.notify = None
        self.log = self.path("log")

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, content, mode=0o644):
        """Replace a file in one step, as an editor would."""
        path = self.path(name)
        with open(path + ".new", "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        os.chmod(path + ".new", mode)
        os.rename(path + ".new", path)
        return path

    def configure(self, **changes):
        self.config.update(changes)
        self.write("basewatch.yaml", json.dumps(self.config, indent=1))

    def sink(self, receiver, name="ops", **more):
        return dict(name=name, plugin="webhook", url=receiver.url + "/hook",
                    secret={"file": "hook.whsec"}, **more)

    def file_source(self, name, plugin, **more):
        """A source that reads <name>.json of our folder."""
        return dict(name=name, plugin=plugin, url="file://" + self.path(name + ".json"), **more)

    def start(self, env=None, wait=True, argv=()):
        """Start it and wait until it says READY; without `wait` only start it."""
        if self.notify:
            self.notify.close()
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        notify_path = self.path("notify")
        if os.path.exists(notify_path):
            os.unlink(notify_path)
        self.notify.bind(notify_path)
        self.notify.settimeout(0.1)
        environment = dict(os.environ, NOTIFY_SOCKET=notify_path, **(env or {}))
        environment.pop("http_proxy", None)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [os.path.join(BIN, "basewatchd"), "--config", self.path("basewatch.yaml"), *argv],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)
        if wait:
            self.await_notification("READY=1")
        return self

    def await_notification(self, word):
        def told():
            try:
                return word in self.notify.recv(4096).decode()
            except socket.timeout:
                if self.process.poll() is not None:
                    raise AssertionError("basewatchd ended with %s:\n%s" %
                                         (self.process.returncode, self.text()))
                return False
        wait_for(told, word)

    def text(self):
        """What it has logged so far."""
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def await_log(self, words, times=1):
        wait_for(lambda: self.text().count(words) >= times, "the log to say '%s'" % words)

    def reload(self):
        self.process.send_signal(signal.SIGHUP)
        self.await_notification("READY=1")

    def stop(self):
        """SIGTERM; its exit status."""
        self.process.terminate()
        return self.process.wait(PATIENCE_S)

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE_S)

    def close(self):
        """Ends it if need be and removes the folder. A sanitizer's finding fails the test."""
        try:
            if self.process is not None and self.process.poll() is None:
                self.stop()
        finally:
            if self.process is not None and self.process.poll() is None:
                self.kill()
            if self.notify:
                self.notify.close()
            text = self.text() if os.path.exists(self.log) else ""
            shutil.rmtree(self.dir)
        if "Sanitizer" in text or "runtime error" in text:
            raise AssertionError(text)

    # ---- the command line ----

    def run(self, *args, env=None, cwd=None, **more):
        """basewatch ARGS, finished."""
        return subprocess.run(
            [os.path.join(BIN, "basewatch"), "--socket", self.path("control.sock"), *args],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            timeout=120, env=env, cwd=cwd, **more)

    def cli(self, *args, **more):
        """Its stdout; it must succeed."""
        done = self.run(*args, **more)
        if done.returncode != 0:
            raise AssertionError("basewatch %s: %d: %s\n%s" %
                                 (" ".join(args), done.returncode, done.stderr, self.text()))
        return done.stdout

    def ask(self, method, target, body="", headers=""):
        """(head, body) of one request on the control socket, as it came."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as peer:
            peer.settimeout(PATIENCE_S)
            peer.connect(self.path("control.sock"))
            peer.sendall(("%s %s HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n"
                          "content-length: %d\r\n%s\r\n%s" %
                          (method, target, len(body.encode()), headers, body)).encode())
            answer = b""
            while True:
                some = peer.recv(65536)
                if not some:
                    break
                answer += some
        head, _, text = answer.partition(b"\r\n\r\n")
        return head.decode(), text.decode()

    def json(self, *args):
        return json.loads(self.cli(*args, "--json"))

    def rows(self, kind, *args):
        return self.json(kind, *args)[kind]

    def poll(self, *names):
        """Poll now; the rows, whatever came of it."""
        done = self.run("sources", "poll", *names, "--json")
        try:
            return {row["name"]: row for row in json.loads(done.stdout)["sources"]}
        except (ValueError, KeyError):
            raise AssertionError("sources poll: %d: %s%s" %
                                 (done.returncode, done.stdout, done.stderr))

    def source(self, name):
        return next(row for row in self.rows("sources") if row["name"] == name)

    def facts(self):
        """All that a failing source must leave as it is, byte for byte."""
        return [self.cli(kind, "--json") for kind in ("deployments", "notices", "models")]


class Case(unittest.TestCase):
    """A test with a daemon and servers that are closed when it ends."""

    def daemon(self, **config):
        daemon = Daemon(config)
        self.addCleanup(daemon.close)
        return daemon

    def server(self, answer):
        server = Server(answer)
        self.addCleanup(server.close)
        return server

    def receiver(self):
        receiver = Receiver()
        self.addCleanup(receiver.close)
        return receiver

    def runner(self, daemon, name="here"):
        """`basewatch runner` for the daemon, with the suites of its folder runner.d."""
        with open(daemon.path("runner.log"), "ab") as log:
            runner = subprocess.Popen(
                [os.path.join(BIN, "basewatch"), "--socket", daemon.path("control.sock"), "runner",
                 "--suites", daemon.path("runner.d"), "--name", name],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.addCleanup(self.end_runner, daemon, runner)
        return runner

    def end_runner(self, daemon, runner):
        if runner.poll() is None:
            runner.terminate()
            runner.wait(PATIENCE_S)
        with open(daemon.path("runner.log"), errors="replace") as file:
            text = file.read()
        if "Sanitizer" in text or "runtime error" in text or runner.returncode not in (0, -9):
            raise AssertionError("the runner ended with %d:\n%s" % (runner.returncode, text))

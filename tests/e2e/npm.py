"""Packages of the npm registry, installed once a build folder. A machine without npm, or without a registry
that answers, has nothing to judge by: then what needs them is skipped, aloud."""
import os
import shutil
import subprocess
import sys
import unittest

from harness import BIN, SKIPPED

QUIET = ["--no-audit", "--no-fund", "--ignore-scripts"]
PATIENCE_S = 240


def run(folder, *argv):
    """npm in the folder; what it prints. Raises SkipTest when it cannot."""
    try:
        done = subprocess.run(["npm", *argv], cwd=folder, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE_S)
    except subprocess.TimeoutExpired as late:
        raise unittest.SkipTest("npm %s: no answer in %d s" % (argv[0], PATIENCE_S)) from late
    if done.returncode != 0:
        raise unittest.SkipTest("npm %s: %s" % (argv[0], done.stdout.strip()[-300:]))
    return done.stdout


def install(name, packages, *options, then=None):
    """Install them in a folder of that name beside bin; then(folder) completes it. Raises SkipTest."""
    folder = os.path.join(os.path.dirname(BIN), name)
    mark = os.path.join(folder, "installed")
    if shutil.which("npm") is None or shutil.which("node") is None:
        raise unittest.SkipTest("there is no npm to install %s with" % packages[0])
    if not os.path.exists(mark):
        os.makedirs(folder, exist_ok=True)
        run(folder, "install", *QUIET, *options, *packages)
        if then is not None:
            then(folder)
        with open(mark, "w", encoding="ascii"):
            pass


def need(*args, **kwargs):
    """The same for a test that is nothing without them."""
    try:
        install(*args, **kwargs)
    except unittest.SkipTest as why:
        print("skipped: %s" % why)
        sys.exit(SKIPPED)

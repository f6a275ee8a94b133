"""Commands of mailrail as a shell runs them, against a server of the test class's own."""

import json
import os
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from server import Server, binary


class Commands(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.__exit__)
        cls.server.start()

    def environment(self, **more):
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith(("AWS_", "MAILRAIL_ENDPOINT", "NO_COLOR"))}
        return {**kept, "HOME": "/nonexistent", "AWS_ENDPOINT_URL": self.server.endpoint, **more}

    def run_command(self, *arguments, text="", **more):
        return subprocess.run([binary(), *arguments], env=self.environment(**more), input=text, capture_output=True, text=True,
                              timeout=60)

    def ok(self, *arguments, **more):
        done = self.run_command(*arguments, **more)
        self.assertEqual(0, done.returncode, (arguments, done.stdout, done.stderr))
        return done.stdout

    def json(self, *arguments, **more):
        return json.loads(self.ok(*arguments, "-o", "json", **more))

    def refused(self, code, *arguments, **more):
        done = self.run_command(*arguments, **more)
        self.assertEqual(code, done.returncode, (arguments, done.stdout, done.stderr))
        return done.stderr

    def queue(self, name, *options):
        self.ok("queues", "create", name, *options)
        return name

    def attributes(self, queue):
        return self.json("queues", "show", queue)["Attributes"]

    def waiting(self, queue):
        return int(self.attributes(queue)["ApproximateNumberOfMessages"])

    def bodies(self, queue):
        printed = self.ok("receive", queue, "-n", "1000", "--delete", "--format", "{Body}")
        return printed.splitlines()

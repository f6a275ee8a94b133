#!/usr/bin/python3
"""What docs/testing-with-mailrail.md gives to copy, run as it stands there: the pytest fixture, the test in Node, the curl lines."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from server import Server, binary, free_port

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "testing-with-mailrail.md").read_text()


def snippet(heading, language):
    """The first block of code in that language under the heading."""
    _, _, section = PAGE.partition(f"\n## {heading}\n")
    return re.search(rf"^```{language}\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)[1]


class Snippets(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="mailrail-snippets-")
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def run_in_directory(self, *command):
        done = subprocess.run(command, cwd=self.directory, env={**os.environ, "MAILRAIL": binary()}, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=60)
        self.assertEqual(0, done.returncode, done.stdout)
        return done.stdout

    @unittest.skipUnless(shutil.which("py.test-3"), "pytest is not installed")
    def test_the_pytest_fixture_works(self):
        (self.directory / "test_orders.py").write_text(snippet("pytest", "python"))

        self.assertIn("1 passed", self.run_in_directory("py.test-3", "-q", "-p", "no:cacheprovider"))

    def test_the_test_in_node_works(self):
        (self.directory / "node_modules").symlink_to(ROOT / ".tools" / "node" / "node_modules")
        (self.directory / "orders.test.mjs").write_text(snippet("Node's test runner", "js").replace("14566", str(free_port())))

        self.assertIn("pass 1", self.run_in_directory(ROOT / ".tools" / "node" / "node", "--test"))

    def test_the_curl_lines_answer_as_they_say(self):
        with Server(arguments=["--test-api"]) as server:
            for block in re.findall(r"^```\n(curl .*?)^```$", PAGE, re.MULTILINE | re.DOTALL):
                command, said = block.splitlines()
                asked = subprocess.run(["sh", "-c", command.replace("127.0.0.1:4566", f"127.0.0.1:{server.port}") + " --silent"],
                                       stdout=subprocess.PIPE, text=True, timeout=30)

                self.assertEqual(list(json.loads(said)), list(json.loads(asked.stdout)), command)


if __name__ == "__main__":
    unittest.main()

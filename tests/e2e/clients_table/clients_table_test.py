#!/usr/bin/python3
"""That docs/clients.md tells the versions that are installed, and so tested."""

import json
import re
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from server import SKIPPED

ROOT = Path(__file__).resolve().parents[3]
MODULES = ROOT / ".tools/node/node_modules"
ROW = re.compile(r"^\| [^|]*`(?P<package>[^`]+)` \| (?P<version>[^ |]+) \| (?P<origin>npm|Debian 12) \|", re.MULTILINE)


def rows():
    return [found.groupdict() for found in ROW.finditer((ROOT / "docs/clients.md").read_text())]


def installed(package, origin):
    """The version as its makers number it; None where it is not installed."""
    if origin == "npm":
        path = MODULES / package / "package.json"
        return json.loads(path.read_text())["version"] if path.exists() else None
    query = ["dpkg-query", "--show", "--showformat", "${Version}", package]
    found = subprocess.run(query, capture_output=True, text=True, check=False).stdout
    return re.sub(r"^\d+:|[-+].*$", "", found) or None


class Table(unittest.TestCase):
    def test_each_version_is_the_one_that_is_tested(self):
        self.assertGreaterEqual(len(rows()), 9)
        for row in rows():
            with self.subTest(row["package"]):
                self.assertEqual(installed(row["package"], row["origin"]), row["version"])


if __name__ == "__main__":
    absent = [row["package"] for row in rows() if installed(row["package"], row["origin"]) is None]
    if absent:
        print(f"skipped: {', '.join(absent)} not installed. tools/setup installs all of them.")
        sys.exit(SKIPPED)
    unittest.main()

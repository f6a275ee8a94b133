#!/usr/bin/python3
"""The systemd units as systemd itself judges them: that it understands every line, and how little of the machine they leave open."""

import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from server import SKIPPED, binary

UNITS = Path(__file__).resolve().parents[3] / "packaging" / "systemd"
EXPOSURE_MAX = 15  # In tenths: 0 is closed, 100 is open, and systemd calls below 20 "OK". What is left is mostly the network.


class Units(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="mailrail-units-")
        self.addCleanup(directory.cleanup)
        self.units = []
        for each in ("mailrail.service", "mailrail.socket"):
            copy = Path(directory.name) / each
            copy.write_text((UNITS / each).read_text().replace("/usr/bin/mailrail", binary()))
            self.units.append(copy)

    def analyze(self, *arguments):
        return subprocess.run(["systemd-analyze", "--no-pager", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def verify(self):
        return self.analyze("verify", "--man=no", "--recursive-errors=no", *self.units)

    def test_systemd_understands_every_line(self):
        verified = self.verify()

        self.assertEqual((0, ""), (verified.returncode, verified.stdout))

    def test_a_line_that_it_does_not_understand_is_noticed(self):
        self.units[0].write_text(self.units[0].read_text().replace("ProtectHome=", "ProtectHouse="))

        self.assertIn("ProtectHouse", self.verify().stdout)

    def test_little_of_the_machine_is_open_to_it(self):
        judged = self.analyze("security", "--offline=true", f"--threshold={EXPOSURE_MAX}", self.units[0])

        self.assertEqual(0, judged.returncode, judged.stdout)

    def test_a_service_that_may_do_anything_is_noticed(self):
        self.units[0].write_text("[Service]\nExecStart=/bin/true\n")

        self.assertNotEqual(0, self.analyze("security", "--offline=true", f"--threshold={EXPOSURE_MAX}", self.units[0]).returncode)


if __name__ == "__main__":
    if shutil.which("systemd-analyze") is None:
        print("skipped: there is no systemd-analyze here")
        sys.exit(SKIPPED)
    unittest.main()

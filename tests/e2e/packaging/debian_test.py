#!/usr/bin/python3
"""The Debian package: lintian has nothing to say, it is the same whenever it is made, and everything is where Debian has it."""

import re
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from debian import make_package, run
from server import SKIPPED

EXPECTED = (
    "etc/mailrail/mailrail.toml", "lib/systemd/system/mailrail.service", "lib/systemd/system/mailrail.socket", "usr/bin/mailrail",
    "usr/lib/sysusers.d/mailrail.conf", "usr/share/bash-completion/completions/mailrail", "usr/share/doc/mailrail/changelog.gz",
    "usr/share/doc/mailrail/copyright", "usr/share/fish/vendor_completions.d/mailrail.fish", "usr/share/man/man1/mailrail.1.gz",
    "usr/share/zsh/vendor-completions/_mailrail")


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = Path(tempfile.mkdtemp(prefix="mailrail-debian-"))
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        cls.package = make_package(cls.directory / "first")

    def test_lintian_has_nothing_to_say(self):
        self.assertEqual("", run("lintian", "--allow-root", "--fail-on", "error,warning", "--tag-display-limit", "0", self.package))

    def test_it_is_the_same_whenever_it_is_made(self):
        again = make_package(self.directory / "second")

        self.assertEqual(self.package.name, again.name)
        self.assertEqual(self.package.read_bytes(), again.read_bytes())

    def test_everything_is_where_debian_has_it_and_is_root_s(self):
        listed = [line.split(maxsplit=5) for line in run("dpkg-deb", "--contents", self.package).splitlines()]

        names = {line[5].removeprefix("./") for line in listed}
        self.assertEqual(set(), set(EXPECTED) - names)
        self.assertEqual({"root/root"}, {line[1] for line in listed})
        self.assertEqual([], [line for line in listed if re.match("-......(w|.(s|S|t|T))|-..s", line[0])])

    def test_it_names_the_libraries_that_it_needs(self):
        depends = run("dpkg-deb", "--field", self.package, "Depends")

        for each in ("libc6", "libssl3", "libstdc++6", "init-system-helpers"):
            self.assertIn(each, depends)

    def test_an_administrator_s_configuration_is_kept(self):
        control = self.directory / "control"
        run("dpkg-deb", "--control", self.package, control)

        self.assertEqual("/etc/mailrail/mailrail.toml\n", (control / "conffiles").read_text())


if __name__ == "__main__":
    for needed in ("lintian", "dpkg-deb"):
        if shutil.which(needed) is None:
            print(f"skipped: there is no {needed} here")
            sys.exit(SKIPPED)
    unittest.main()

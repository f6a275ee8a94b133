#!/usr/bin/python3
"""The Debian package in a fresh Debian: installed, run as its unit runs it, upgraded over an older one, removed, purged.

Needs the machine's Debian mirror, and root or the right to make user namespaces. Takes about a minute, so it is no part of `make test`
but of `make package-test`.
"""

import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "lib"))

from calls import Connection
from debian import DATA, make_package, run, with_version
from server import SKIPPED, Server, free_port

MIRROR = os.environ.get("DEBIAN_MIRROR", "http://deb.debian.org/debian")


class InAChroot(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = Path(tempfile.mkdtemp(prefix="mailrail-chroot-"))
        cls.addClassCleanup(shutil.rmtree, cls.directory, ignore_errors=True)
        cls.root = cls.directory / "root"
        cls.new = make_package(cls.directory / "made")
        cls.old = with_version(cls.new, "0.0.1", cls.directory)
        depends = run("dpkg-deb", "--field", cls.new, "Depends")
        wanted = ",".join(each.split()[0] for each in depends.split(", ") if "systemd" not in each)
        run("mmdebstrap", "--variant=essential", f"--include={wanted},systemd-standalone-sysusers", "bookworm", cls.root, MIRROR)

    def inside(self, *command):
        return run("chroot", self.root, *command, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive"})

    def install(self, package):
        shutil.copy(package, self.root / "tmp" / "mailrail.deb")
        self.inside("dpkg", "--install", "/tmp/mailrail.deb")

    def start(self):
        """As the unit does, but that systemd is not there to hold the port."""
        port = free_port()
        identity = self.inside("id", "--user", "mailrail").strip()
        server = Server(data=str(self.root / "var/lib/mailrail"), port=port)
        server.log = tempfile.TemporaryFile("w+")
        command = ["chroot", f"--userspec={identity}", self.root, "/usr/bin/mailrail", "serve", "--config", "/etc/mailrail/mailrail.toml",
                   "--listen", f"127.0.0.1:{port}"]
        server.spawn = lambda: setattr(server, "process", subprocess.Popen(command, stdout=server.log, stderr=server.log))
        self.addCleanup(server.__exit__)
        server.start()
        return server

    def test_it_is_installed_upgraded_removed_and_purged(self):
        self.install(self.old)
        self.assertIn("mailrail 0.", self.inside("mailrail", "--version"))
        state = self.root / "var/lib/mailrail"
        self.assertFalse(state.exists())  # systemd makes it, or whoever runs it otherwise.
        with tarfile.open(sorted(DATA.glob("*.tar.xz"))[0]) as tar:
            tar.extractall(self.directory)
        shutil.move(self.directory / "data", state)
        self.inside("chown", "--recursive", "mailrail:", "/var/lib/mailrail")
        server = self.start()
        Connection(server.port).call("SendMessage", QueueUrl="late", MessageBody="before the upgrade")
        self.assertEqual(0, server.end(signal.SIGTERM), server.output())
        with open(self.root / "etc/mailrail/mailrail.toml", "a") as settings:
            settings.write('disk_limit = "512MiB"\n')

        self.install(self.new)

        self.assertIn("disk_limit", (self.root / "etc/mailrail/mailrail.toml").read_text())
        server = self.start()
        received = Connection(server.port).call("ReceiveMessage", QueueUrl="late")
        self.assertEqual("before the upgrade", received["Messages"][0]["Body"])
        self.assertEqual(0, server.end(signal.SIGTERM), server.output())

        self.inside("dpkg", "--remove", "mailrail")
        self.assertTrue((state / "JOURNAL").exists())
        self.assertTrue((self.root / "etc/mailrail/mailrail.toml").exists())

        self.inside("dpkg", "--purge", "mailrail")
        self.assertFalse(state.exists())
        self.assertFalse((self.root / "etc/mailrail").exists())
        left = [each for each in self.inside("find", "/etc", "/usr", "/var/lib", "/lib/systemd", "-name", "*mailrail*").splitlines()]
        self.assertEqual([], left)


if __name__ == "__main__":
    if shutil.which("mmdebstrap") is None or os.geteuid() != 0:
        print("skipped: it takes mmdebstrap, and root for the chroot")
        sys.exit(SKIPPED)
    unittest.main(warnings="ignore")
